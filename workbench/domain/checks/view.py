"""What checks look at: one state of an evaluation, with what was worked out before kept while it holds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from operator import is_
from typing import TypeVar

from workbench.domain.amounts import Exact
from workbench.domain.changes import Change, apply
from workbench.domain.checks.finding import Effect, Place, Spot
from workbench.domain.checks.limits import Limits
from workbench.domain.evaluation import (
    KIND_LABELS,
    Deduction,
    Entity,
    Evaluation,
    Evidence,
    Input,
    Link,
    Problem,
    input_id,
)
from workbench.domain.form import Form, Indicator, show_score, show_score_change
from workbench.domain.rescoring import bound_leaves
from workbench.domain.rules.base import Given, InputSpec
from workbench.domain.scoring import IndicatorScore, Scores, compute_scores, rescored
from workbench.domain.sources import Sources

Made = TypeVar("Made")
Item = TypeVar("Item")

#: What was worked out before, by key: the objects that it rests on, and the result.
Memory = dict[Hashable, tuple[tuple[object, ...], object]]


class View:
    """What checks look at: one state of an evaluation with its scores, and indexes made when first asked for."""

    def __init__(
        self,
        evaluation: Evaluation,
        scores: Scores,
        sources: Sources,
        limits: Limits,
        memory: Memory | None = None,
        *,
        today: date | None = None,
    ) -> None:
        self.evaluation = evaluation
        self.scores = scores
        self.sources = sources
        self.limits = limits
        #: The day of the check, where somebody said it: nothing is overdue without it.
        self.today = today
        self._memory: Memory = {} if memory is None else memory
        self._once: dict[str, object] = {}

    def remember(self, key: Hashable, rests_on: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What ``make`` gave when the very same objects were there last time, or what it gives now.

        Entities, tables and scores are immutable and replaced on change, so identity tells.
        """
        kept = self._memory.get(key)
        if kept is not None and len(kept[0]) == len(rests_on) and all(map(is_, kept[0], rests_on)):
            return kept[1]  # type: ignore[return-value]
        made = make()
        self._memory[key] = (rests_on, made)
        return made

    def stable(self, key: Hashable, value: Made) -> Made:
        """``value``, or the equal object of last time, so that what rests on it holds."""
        kept = self._memory.get(key)
        if kept is not None and kept[1] == value:
            return kept[1]
        self._memory[key] = ((), value)
        return value

    def each(
        self,
        key: Hashable,
        items: Iterable[Item],
        find: Callable[[Item], Iterable[Made]],
        *rests_on: object,
    ) -> Iterator[Made]:
        """What ``find`` gives for each item, worked out again only for items that are other objects than
        last time, or for all if something else that it rests on is."""
        kept: dict[int, tuple[Item, tuple[Made, ...]]] = self.remember(key, rests_on, dict)
        last = kept.copy()
        kept.clear()
        for item in items:
            known = last.get(id(item))
            if known is None or known[0] is not item:
                known = (item, tuple(find(item)))
            kept[id(item)] = known
            if known[1]:
                yield from known[1]

    def once(self, key: str, make: Callable[[], Made]) -> Made:
        """What ``make`` gives, worked out once for this view."""
        if key not in self._once:
            self._once[key] = make()
        return self._once[key]  # type: ignore[return-value]

    @property
    def form(self) -> Form:
        """The evaluation's indicator system."""
        return self.evaluation.form

    @cached_property
    def leaves(self) -> list[IndicatorScore]:
        """The scored indicators as they stand, in the order of the table."""
        return [self.scores[leaf.id] for leaf in self.form.leaves]

    def _links(self, end: str) -> dict[tuple[str, str], list[Link]]:
        table = self.evaluation.table(Link)

        def group() -> dict[tuple[str, str], list[Link]]:
            found: dict[tuple[str, str], list[Link]] = {}
            for link in table.values():
                key = (link.to_kind, link.to_id) if end == "to" else (link.from_kind, link.from_id)
                found.setdefault(key, []).append(link)
            return found

        return self.once(f"links {end}", lambda: self.remember(("links", end), (table,), group))

    def links_to(self, kind: str, id_: str) -> list[Link]:
        """Everything that is tied to one entity, in the order in which it was tied."""
        return self._links("to").get((kind, id_), [])

    def linked_to(self, kind: str, id_: str, from_kind: str) -> list[str]:
        """Ids of the ``from_kind`` that are tied to one entity."""
        return [
            link.from_id for link in self._links("to").get((kind, id_), ()) if link.from_kind == from_kind
        ]

    def linked_from(self, kind: str, id_: str, to_kind: str) -> list[str]:
        """Ids of the ``to_kind`` that one entity is tied to."""
        return [link.to_id for link in self._links("from").get((kind, id_), ()) if link.to_kind == to_kind]

    def deductions(self, indicator: str) -> list[Deduction]:
        """The deduction lines of an indicator."""
        return self.sources.deductions(indicator)

    def evidence_ids(self, kind: str, id_: str) -> list[str]:
        """The existing evidence tied to an indicator, deduction or problem."""
        table = self.evaluation.table(Evidence)
        return [found for found in self.linked_to(kind, id_, "evidence") if found in table]

    @cached_property
    def problems(self) -> list[Problem]:
        """The problems in their order."""
        table = self.evaluation.table(Problem)
        return self.remember("problems", (table,), lambda: self.evaluation.listed(Problem))

    def bound(self, *prefixes: str) -> list[IndicatorScore]:
        """The leaves with an input bound to such a source, in the order of the table."""
        table = self.evaluation.table(Input)
        ids = self.remember(
            ("bound", prefixes), (self.form, table), lambda: bound_leaves(self.evaluation, prefixes)
        )
        return [self.scores[leaf.id] for leaf in self.form.leaves if leaf.id in ids]

    def given(self, scored: IndicatorScore, key: str) -> Given:
        """One input of an indicator's rule as it counts."""
        return (scored.given or {}).get(key, Given(None))

    def specs(self, indicator: Indicator) -> tuple[InputSpec, ...]:
        """The inputs that an indicator's standard asks for."""
        rule = indicator.rule
        return self.remember(("specs", indicator.id), (rule,), rule.inputs) if rule is not None else ()

    def said(self, indicator: str, key: str) -> Input | None:
        """What a person said about one input."""
        return self.evaluation.get(Input, input_id(indicator, key))

    def source_of(self, indicator: str, spec: InputSpec) -> str:
        """The binding that an input has: chosen, or the standard's own."""
        said = self.said(indicator, spec.key)
        return (said.source if said is not None else "") or spec.source

    def surveyed(self, indicator: Indicator) -> bool:
        """Whether a questionnaire of this evaluation gives an input of the indicator."""
        return indicator.id in self.once(
            "surveyed", lambda: {scored.indicator.id for scored in self.bound("survey:")}
        )

    def points(self, value: Exact, indicator: Indicator | None = None) -> str:
        """Points as printed: of one indicator, or of the total and of sums."""
        return show_score(self.form, value, indicator)

    def signed(self, value: Exact, indicator: Indicator | None = None) -> str:
        """A difference of points with its sign."""
        return show_score_change(self.form, value, indicator)

    def suppose(self, changes: Sequence[Change], leaves: Iterable[str] | None = None) -> Scores:
        """The scores if the changes were made; ``leaves`` are those they can reach (all, if not said)."""
        supposed = apply(self.evaluation, changes)
        return compute_scores(supposed) if leaves is None else rescored(supposed, self.scores, tuple(leaves))

    def effect(self, changes: Sequence[Change], indicator: str = "") -> Effect:
        """What the changes would do to one indicator (if they touch no other), the total and the grade."""
        after = self.suppose(changes, (indicator,) if indicator else None)
        return self.compare(after, indicator)

    def compare(self, after: Scores, indicator: str = "") -> Effect:
        """The present scores against others."""
        return Effect(
            total_before=self.scores.total,
            total_after=after.total,
            grade_before=self.scores.grade.name if self.scores.grade else "",
            grade_after=after.grade.name if after.grade else "",
            score_before=self.scores[indicator].score if indicator else None,
            score_after=after[indicator].score if indicator else None,
            digits=self.form.digits_of(self.form.get(indicator)),
        )

    def change(self, entity: Entity) -> Change:
        """The change that puts an entity over what the evaluation holds."""
        return Change(self.evaluation.get(type(entity), entity.id), entity)

    def at_indicator(
        self,
        code: str,
        indicator: str,
        kind: str = "indicator",
        id_: str = "",
        *,
        field: str = "",
        part: str = "",
    ) -> Spot:
        """A spot on the scoring page at an indicator or one of its entities."""
        place = Place("scoring", kind, id_ or indicator, field)
        return Spot(code, place, self.form.place(indicator), indicator, part)

    def in_form(self, code: str, indicator: str, *, part: str = "") -> Spot:
        """A spot at an indicator of the form itself, where its points and its standard are changed."""
        return Spot(code, Place("form", "indicator", indicator), self.form.place(indicator), indicator, part)

    def at(
        self, code: str, page: str, kind: str, id_: str, words: str, *, field: str = "", part: str = ""
    ) -> Spot:
        """A spot at an entity of another page; ``words`` follow the kind's Chinese name."""
        where = f"{KIND_LABELS.get(kind, '')} › {words}".strip(" ›")
        return Spot(code, Place(page, kind, id_, field), where, part=part)
