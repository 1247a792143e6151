"""Which indicators a change can reach, and the scores after it: only those are worked out anew."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.domain.changes import Change
from workbench.domain.entities_form import IN_FORCE, FormRevision
from workbench.domain.evaluation import Deduction, Entry, Evaluation, Input, Mark, Overview
from workbench.domain.scoring import Scores, compute_scores, rescored
from workbench.domain.sources import kinds_behind

#: Kinds that scores read through a binding, with the bindings' prefixes. Of the others only those
#: that :func:`_reached` names are read by scores.
_BOUND = kinds_behind()
_OVERVIEW = ("fund_unit", "counting_stage")


def scores_after(before: Scores, evaluation: Evaluation, changes: Iterable[Change]) -> Scores:
    """The scores of ``evaluation``, which ``changes`` led to from the state that ``before`` belongs to.

    Equal to :func:`workbench.domain.scoring.compute_scores`; the very same object when no score can
    have changed, and the same parts for every indicator that no change reaches.
    """
    reached: set[str] = set()
    bound: set[str] = set()
    for change in changes:
        if change.kind in _BOUND:
            bound.add(change.kind)  # looked up once: thousands of sheets may change together
        leaves = _reached(evaluation, change)
        if leaves is None:
            return compute_scores(evaluation)
        reached |= leaves
    for prefixes in {_BOUND[kind] for kind in bound}:
        reached |= bound_leaves(evaluation, prefixes)
    return rescored(evaluation, before, reached) if reached else before


def _reached(evaluation: Evaluation, change: Change) -> set[str] | None:
    """The leaves that one change can reach; nothing said when it may be all of them."""
    leaves = evaluation.form.bindings
    found: set[str] = set()
    for entity in (change.before, change.after):
        if isinstance(entity, FormRevision):
            if entity.id == IN_FORCE:
                return None
        elif isinstance(entity, Overview):
            if any(name in _OVERVIEW for name in change.fields):
                return None
        elif isinstance(entity, Entry):
            found.add(entity.id)
        elif isinstance(entity, Input | Mark | Deduction):
            found.add(entity.indicator)
    return found & leaves.keys()


def bound_leaves(evaluation: Evaluation, prefixes: tuple[str, ...]) -> set[str]:
    """The leaves with an input that the standard or the evaluator binds to a source with such a prefix."""
    bindings = evaluation.form.bindings
    found = {
        leaf for leaf, sources in bindings.items() if any(source.startswith(prefixes) for source in sources)
    }
    found |= {said.indicator for said in evaluation.table(Input).values() if said.source.startswith(prefixes)}
    return found & bindings.keys()
