"""What a check is: the table of checks, what they look at, and the findings they give."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, partial
from operator import is_
from typing import TypeVar

from workbench.domain.amounts import show
from workbench.domain.changes import Change, StaleChange, apply
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
    Waiver,
    input_id,
)
from workbench.domain.form import Form, Indicator
from workbench.domain.rescoring import bound_leaves
from workbench.domain.rules.base import Given, InputSpec
from workbench.domain.scoring import IndicatorScore, Scores, compute_scores, rescored
from workbench.domain.sources import Sources

PAGES = (
    "overview",
    "targets_funds",
    "scoring",
    "evidence",
    "survey",
    "problems",
    "checks",
    "export",
)

#: The catalogue: what each code is about, as headings of the panel and of the printed list.
CATALOGUE: Mapping[str, str] = {
    "K01": "分值逐级相加",
    "K02": "得分在 0 与分值之间，逐级相加",
    "K03": "扣分有行、有因，合计相符",
    "K04": "得分和扣分有佐证",
    "K05": "问题、扣分、建议互相对应",
    "K06": "得分与评分标准的结果一致",
    "K07": "评分标准最高分等于分值",
    "K08": "比率的分子、分母与定义一致",
    "K09": "不可能超过 100% 的比率",
    "K10": "问卷计票与结果一致",
    "K11": "问卷题目、选项、份数",
    "K12": "等级划分与临界",
    "K13": "指标权重",
    "K14": "远超目标值",
    "K15": "资金表",
    "K16": "日期顺序",
    "K17": "目标与指标对应",
    "K18": "同一事实重复使用",
    "K19": "文字中的数字与数据一致",
    "K20": "附件、图表编号",
    "K21": "指标方向与归类",
    "K22": "全部满分",
    "K23": "征求意见前后的得分",
    "K24": "主评人与独立性",
    "K25": "取整",
    "K26": "残留文字",
}


class Severity(StrEnum):
    """How much a finding weighs: an error blocks issuing unless it is let stand with a reason."""

    ERROR = "E"
    WARNING = "W"
    NOTICE = "N"

    @property
    def label(self) -> str:
        """The word on screen and paper."""
        return {"E": "错误", "W": "警告", "N": "提示"}[self.value]

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return "EWN".index(self.value)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go: one of :data:`PAGES`, then the kind and id of an entity (or ``indicator``), and its field."""

    page: str
    kind: str = ""
    id: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What correcting a finding would do: the indicator's score, the total and the grade, before and after.

    Worked out by scoring the changed evaluation with :mod:`workbench.domain.scoring`, nothing else.
    """

    total_before: Decimal
    total_after: Decimal
    grade_before: str
    grade_after: str
    score_before: Decimal | None = None
    score_after: Decimal | None = None

    @property
    def total_difference(self) -> Decimal:
        """Points gained (or lost) in total."""
        return self.total_after - self.total_before

    @property
    def changes_grade(self) -> bool:
        """Whether the grade would be another."""
        return self.grade_before != self.grade_after

    def __str__(self) -> str:
        parts = []
        if self.score_before is not None and self.score_after is not None:
            parts.append(f"本项 {show(self.score_before)} → {show(self.score_after)}")
        parts.append(f"总分 {show(self.total_before)} → {show(self.total_after)}")
        if self.changes_grade:
            parts.append(f"等级 {self.grade_before or '无'} → {self.grade_after or '无'}")
        return "，".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, doubt or hint: what, where, which figures, what it does to the score, what to do."""

    code: str
    severity: Severity
    place: Place
    where: str
    """The place in words: ``过程 › 资金管理 › 资金到位率``."""
    message: str
    """One sentence for the evaluator."""
    key: str
    """Stays the same while the finding stands: the id of a :class:`Waiver`."""
    detail: str = ""
    """More for the reviewer: the rule, the calculation, the likely cause."""
    expected: str = ""
    found: str = ""
    difference: str = ""
    effect: Effect | None = None
    remedy: str = ""
    indicator: str = ""
    """The indicator that it is about, for the tree and the editor."""
    adopting: tuple[Change, ...] = field(default=(), repr=False, compare=False)
    """The changes that ``effect`` supposes; putting them would settle the finding."""
    waiver: Waiver | None = None

    @property
    def waived(self) -> bool:
        """已放行: a person let it stand with a reason."""
        return self.waiver is not None

    @property
    def blocking(self) -> bool:
        """Prevents issuing."""
        return self.severity is Severity.ERROR and self.waiver is None

    @property
    def title(self) -> str:
        """What the code is about."""
        return CATALOGUE.get(self.code, "")


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
    ) -> None:
        self.evaluation = evaluation
        self.scores = scores
        self.sources = sources
        self.limits = limits
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

    def at(
        self, code: str, page: str, kind: str, id_: str, words: str, *, field: str = "", part: str = ""
    ) -> Spot:
        """A spot at an entity of another page; ``words`` follow the kind's Chinese name."""
        where = f"{KIND_LABELS.get(kind, '')} › {words}".strip(" ›")
        return Spot(code, Place(page, kind, id_, field), where, part=part)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a check stands: makes findings with a stable key for this place (and ``part`` of the check)."""

    code: str
    place: Place
    where: str
    indicator: str = ""
    part: str = ""

    def error(self, message: str, **rest: object) -> Finding:
        """An error here."""
        return self._finding(Severity.ERROR, message, rest)

    def warning(self, message: str, **rest: object) -> Finding:
        """A warning here."""
        return self._finding(Severity.WARNING, message, rest)

    def notice(self, message: str, **rest: object) -> Finding:
        """A notice here."""
        return self._finding(Severity.NOTICE, message, rest)

    def _finding(self, severity: Severity, message: str, rest: Mapping[str, object]) -> Finding:
        place = self.place
        key = ":".join(
            part for part in (self.code, place.kind or place.page, place.id, place.field, self.part) if part
        )
        return Finding(
            code=self.code,
            severity=severity,
            place=place,
            where=self.where,
            message=message,
            key=key,
            indicator=self.indicator,
            **rest,  # type: ignore[arg-type]
        )


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


def waived(findings: Iterable[Finding], waivers: Mapping[str, Waiver]) -> tuple[Finding, ...]:
    """The findings, those with a waiver marked so."""
    return tuple(
        dataclasses.replace(finding, waiver=waivers[finding.key]) if finding.key in waivers else finding
        for finding in findings
    )
