"""What a check is: the table of checks, and how one comes into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from workbench.domain.changes import Change, StaleChange
from workbench.domain.checks.finding import CATALOGUE, Finding
from workbench.domain.checks.view import View
from workbench.domain.scoring import IndicatorScore, Scores

Run = Callable[[View], Iterator[Finding]]
RunLeaf = Callable[[View, IndicatorScore], Iterator[Finding]]

#: Whatever can move a score, and so everything that reads scores.
SCORES = (
    "overview",
    "entry",
    "input",
    "mark",
    "deduction",
    "target",
    "fund_line",
    "questionnaire",
    "question",
    "option",
    "fact",
    "site_record",
    "sheet",
    "sheet_batch",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its code, the kinds of entities that it reads, and its function."""

    code: str
    name: str
    reads: tuple[str, ...]
    run: Run


_CHECKS: list[Check] = []


def check(code: str, reads: Iterable[str]) -> Callable[[Run], Run]:
    """Decorator: puts a function into the table. ``reads`` names every kind that its result depends on.

    A check that reads scores reads :data:`SCORES`; waivers are applied afterwards and read by none.
    """

    def keep(run: Run) -> Run:
        _keep(Check(code, run.__name__, tuple(reads), run))
        return run

    return keep


def leaf_check(code: str, reads: Iterable[str] = ()) -> Callable[[RunLeaf], RunLeaf]:
    """Decorator: puts a function of one scored indicator into the table; it runs for each of them.

    It may look at the indicator, its score, entry, inputs, marks and deductions (``reads`` names what
    else), so that after an edit it runs again only for the indicator that was edited.
    """

    def keep(run: RunLeaf) -> RunLeaf:
        more, name = tuple(reads), run.__name__

        def run_all(view: View) -> Iterator[Finding]:
            tables = tuple(view.evaluation.tables.get(kind) for kind in more)

            def find(scored: IndicatorScore) -> Iterator[tuple[IndicatorScore, tuple[Finding, ...]]]:
                if found := tuple(run(view, scored)):
                    yield scored, found

            for scored, found in view.each((code, name), view.leaves, find, *tables):
                if any(finding.effect is not None for finding in found):  # effects quote the total
                    key, rests_on = (name, scored.indicator.id), (scored, view.scores, *tables)
                    yield from view.remember(key, rests_on, partial(_all, run, view, scored))
                else:
                    yield from found

        _keep(Check(code, name, tuple(dict.fromkeys((*SCORES, *more))), run_all))
        return run

    return keep


def _all(run: RunLeaf, view: View, scored: IndicatorScore) -> tuple[Finding, ...]:
    return tuple(run(view, scored))


def _keep(one: Check) -> None:
    if one.code not in CATALOGUE:
        raise ValueError(f"{one.code} is not in the catalogue")
    if any(other.name == one.name for other in _CHECKS):
        raise ValueError(f"two checks named {one.name}")
    _CHECKS.append(one)


def checks() -> tuple[Check, ...]:
    """Every check of the table, by code, then as written."""
    return tuple(sorted(_CHECKS, key=lambda one: one.code))


def supposing_all(view: View, findings: Iterable[Finding]) -> Scores:
    """The scores if every supposed correction of the findings were made; a second one to the same entity is left out."""
    taken: dict[tuple[str, str], Change] = {}
    for finding in findings:
        mine = {(change.kind, change.id): change for change in finding.adopting}
        if not mine.keys() & taken.keys():
            taken |= mine
    try:
        return view.suppose(tuple(taken.values()))
    except StaleChange:  # pragma: no cover - findings of another state are never mixed in
        return view.scores
