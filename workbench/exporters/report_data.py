"""Everything that any export prints, computed once and frozen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from workbench.domain.amounts import show_plain
from workbench.domain.derivation import derivation
from workbench.domain.evaluation import (
    Advice,
    Deduction,
    Evaluation,
    Evidence,
    FundLine,
    Link,
    Problem,
    Question,
    Questionnaire,
    Target,
)
from workbench.domain.form import Indicator
from workbench.domain.narrative import filled
from workbench.domain.regions import Region
from workbench.domain.scoring import IndicatorScore, Scores, compute_scores
from workbench.domain.sources import FUND_COLUMNS, Sources
from workbench.domain.survey import Tally, as_counted, questions_of
from workbench.exporters.document import Stored
from workbench.exporters.layout_shapes import Layout

#: A picture of evidence, from memory or where it lies; nothing when it can't be drawn.
Seen = bytes | Stored | None


def _unwatched(_done: int, _total: int, _doing: str) -> None:
    """A progress that nobody watches."""


class Whole(Protocol):
    """Gives photos, and the first pages of papers; told of many at once it draws several at a time."""

    def __call__(
        self, items: Sequence[Evidence], edge: int, progress: Callable[[int, int, str], None] = _unwatched
    ) -> Sequence[Seen]:
        """The pictures of these items in their order, none longer than ``edge`` pixels."""


@dataclass(frozen=True, slots=True)
class Sights:
    """Pictures of evidence for paper, made ready when they are asked for."""

    region: Callable[[Evidence, Region], Seen]
    """A region of an item as a picture."""
    whole: Whole


@dataclass(frozen=True, slots=True)
class DeductionRow:
    """One deduction line as printed; ``number`` runs through the whole table from 1."""

    number: int
    line: Deduction
    indicator: Indicator
    place: str
    """Where the indicator stands: ``过程 › 资金管理 › 资金到位率``."""
    evidence: tuple[int, ...]
    """Numbers of the evidence that proves this line."""
    problems: tuple[str, ...]
    """Titles of the problems that explain it."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One scored indicator as printed, with all that stands beside it. Texts have their figures filled in."""

    indicator: Indicator
    path: tuple[Indicator, ...]
    """From the first level down to the indicator itself."""
    scored: IndicatorScore
    basis: str
    basis_source: str
    collection_method: str
    evidence: tuple[int, ...]
    """Numbers of all evidence at the indicator or at one of its deduction lines, rising."""
    deductions: tuple[DeductionRow, ...]
    derivation: tuple[str, ...]
    first: Decimal | None
    """The score of 初评: the override, or what the rule computes."""


@dataclass(frozen=True, slots=True)
class Group:
    """One indicator above the scored ones: which rows (from 0) of the table it spans."""

    indicator: Indicator
    scored: IndicatorScore
    first: int
    rows: int


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem as printed; ``number`` counts within its category, ``running`` through all."""

    problem: Problem
    category: str
    number: int
    running: int
    unit: str
    deductions: tuple[DeductionRow, ...]
    evidence: tuple[int, ...]
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question with its result; ``number`` counts within its questionnaire."""

    questionnaire: Questionnaire
    question: Question
    number: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target as set and as reached, in words; ``met`` is nothing while it can't be said."""

    target: Target
    set_text: str
    actual_text: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class ReportData:
    """One state of an evaluation, ready to print. Values only: it may travel to another thread."""

    stated: Evaluation
    """As it was typed, with markers where texts bind figures: for papers that are taken in again."""
    evaluation: Evaluation
    """With the figures in its texts."""
    scores: Scores
    rows: tuple[ScoreRow, ...]
    groups: tuple[Group, ...]
    deductions: tuple[DeductionRow, ...]
    problems: tuple[ProblemRow, ...]
    advice: tuple[Advice, ...]
    questions: tuple[QuestionRow, ...]
    questionnaires: tuple[Questionnaire, ...]
    funds: tuple[FundLine, ...]
    fund_totals: Mapping[str, Fraction | None]
    """Total of each fund column (see :data:`workbench.domain.sources.FUND_COLUMNS`)."""
    targets: tuple[TargetRow, ...]
    evidence: tuple[Evidence, ...]
    findings: tuple[Any, ...]
    """Findings that are to be printed or logged, as the checks gave them."""
    made: datetime
    sights: Sights | None = None
    """The pictures of evidence, when the files are at hand."""
    layout: Layout | None = None
    """The layout of the score sheet, which the report's own score table follows; nine columns without one."""
    edits: int = 0
    """How many lines the history of the evaluation had, 0 where none is kept."""
    private: bool = False
    """Whether what single respondents said is left out of what lists it."""
    head: str = ""
    """The hash of its newest line: printed and signed, it shows whether the history was changed later."""

    @property
    def seal(self) -> str:
        """What stands at the foot of each page: ``修改记录 318 · 76515b45ff222f20``; empty without a history."""
        return f"修改记录 {self.edits} · {self.head[:16]}" if self.head else ""

    @property
    def levels(self) -> tuple[str, ...]:
        """The names of the indicator levels, first to last."""
        return self.evaluation.form.levels


def freeze(
    evaluation: Evaluation,
    scores: Scores | None = None,
    *,
    sources: Sources | None = None,
    findings: Sequence[Any] = (),
    made: datetime,
    sights: Sights | None = None,
    history: tuple[int, str] = (0, ""),
) -> ReportData:
    """Everything that any export of this state prints; ``scores`` and ``sources`` are of the same state.

    ``history`` is how many lines the journal has, and the hash of the newest.
    """
    sources = sources or Sources(evaluation)
    scores = scores or compute_scores(evaluation, sources)
    stated, evaluation = evaluation, filled(evaluation, scores, sources)
    ties = _Ties(evaluation)
    rows, deductions = _score_rows(evaluation, scores, ties)
    return ReportData(
        stated=stated,
        evaluation=evaluation,
        scores=scores,
        rows=rows,
        groups=_groups(evaluation, scores, rows),
        deductions=deductions,
        problems=_problem_rows(evaluation, deductions, ties),
        advice=tuple(evaluation.listed(Advice)),
        questions=_question_rows(evaluation, sources),
        questionnaires=tuple(as_counted(evaluation, q) for q in evaluation.listed(Questionnaire)),
        funds=tuple(evaluation.listed(FundLine)),
        fund_totals={column: sources.fund_total(column) for column in FUND_COLUMNS},
        targets=tuple(_target_row(target) for target in evaluation.listed(Target)),
        evidence=tuple(sorted(evaluation.listed(Evidence), key=lambda e: e.number)),
        findings=tuple(findings),
        made=made,
        sights=sights,
        edits=history[0],
        head=history[1],
    )


class _Ties:
    """The links of one evaluation by both ends, looked up once."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._from: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self._to: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self._evaluation = evaluation
        for link in evaluation.table(Link).values():
            self._from[link.from_kind, link.from_id, link.to_kind].append(link.to_id)
            self._to[link.to_kind, link.to_id, link.from_kind].append(link.from_id)

    def out(self, kind: str, id_: str, to_kind: str) -> list[str]:
        return self._from.get((kind, id_, to_kind), [])

    def into(self, kind: str, id_: str, from_kind: str) -> list[str]:
        return self._to.get((kind, id_, from_kind), [])

    def evidence_of(self, kind: str, id_: str) -> set[int]:
        table = self._evaluation.table(Evidence)
        return {table[e].number for e in self.into(kind, id_, "evidence") if e in table}


def _score_rows(
    evaluation: Evaluation, scores: Scores, ties: _Ties
) -> tuple[tuple[ScoreRow, ...], tuple[DeductionRow, ...]]:
    lines: dict[str, list[Deduction]] = defaultdict(list)
    for line in evaluation.listed(Deduction):
        lines[line.indicator].append(line)
    problems = evaluation.table(Problem)
    rows: list[ScoreRow] = []
    every: list[DeductionRow] = []
    for leaf in evaluation.form.leaves:
        entry, scored = evaluation.entry(leaf.id), scores[leaf.id]
        own = [
            DeductionRow(
                number=len(every) + offset,
                line=line,
                indicator=leaf,
                place=evaluation.form.place(leaf.id),
                evidence=tuple(sorted(ties.evidence_of("deduction", line.id))),
                problems=tuple(
                    problems[p].title for p in ties.into("deduction", line.id, "problem") if p in problems
                ),
            )
            for offset, line in enumerate(lines.get(leaf.id, ()), start=1)
        ]
        every.extend(own)
        numbers = ties.evidence_of("indicator", leaf.id).union(*(row.evidence for row in own))
        reasons = "\n".join(row.line.reason for row in own if row.line.reason)
        rows.append(
            ScoreRow(
                indicator=leaf,
                path=evaluation.form.path(leaf.id),
                scored=scored,
                basis=entry.basis or reasons,
                basis_source=entry.basis_source or leaf.basis_source,
                collection_method=entry.collection_method or leaf.collection_method,
                evidence=tuple(sorted(numbers)),
                deductions=tuple(own),
                derivation=tuple(derivation(evaluation, scored)),
                first=scored.computed if entry.override is None else entry.override,
            )
        )
    return tuple(rows), tuple(every)


def _groups(evaluation: Evaluation, scores: Scores, rows: Sequence[ScoreRow]) -> tuple[Group, ...]:
    place = {row.indicator.id: number for number, row in enumerate(rows)}
    found = []
    for indicator in evaluation.form.indicators:
        below = [place[leaf.id] for leaf in evaluation.form.leaves_below(indicator.id)]
        if evaluation.form.children(indicator.id):
            found.append(Group(indicator, scores[indicator.id], min(below), len(below)))
    return tuple(found)


def _problem_rows(
    evaluation: Evaluation, deductions: Sequence[DeductionRow], ties: _Ties
) -> tuple[ProblemRow, ...]:
    by_id = {row.line.id: row for row in deductions}
    advice = evaluation.table(Advice)
    problems = evaluation.listed(Problem)
    categories = list(dict.fromkeys(problem.category for problem in problems))
    problems.sort(key=lambda problem: categories.index(problem.category))
    counts: dict[str, int] = defaultdict(int)
    rows = []
    for running, problem in enumerate(problems, start=1):
        counts[problem.category] += 1
        linked = [by_id[d] for d in ties.out("problem", problem.id, "deduction") if d in by_id]
        numbers = ties.evidence_of("problem", problem.id).union(*(row.evidence for row in linked))
        rows.append(
            ProblemRow(
                problem=problem,
                category=problem.category,
                number=counts[problem.category],
                running=running,
                unit=problem.unit,
                deductions=tuple(sorted(linked, key=lambda row: row.number)),
                evidence=tuple(sorted(numbers)),
                advice=tuple(advice[a] for a in ties.into("problem", problem.id, "advice") if a in advice),
            )
        )
    return tuple(rows)


def _question_rows(evaluation: Evaluation, sources: Sources) -> tuple[QuestionRow, ...]:
    return tuple(
        QuestionRow(as_counted(evaluation, questionnaire), question, number, sources.tally(question))
        for questionnaire in evaluation.listed(Questionnaire)
        for number, question in enumerate(questions_of(evaluation, questionnaire), start=1)
    )


_MET = {
    "≥": lambda actual, value: actual >= value,
    "≤": lambda actual, value: actual <= value,
    "=": lambda actual, value: actual == value,
    "＞": lambda actual, value: actual > value,
    "＜": lambda actual, value: actual < value,
}


def _target_row(target: Target) -> TargetRow:
    value, actual, compare = target.value, target.actual, _MET.get(target.operator)
    return TargetRow(
        target=target,
        set_text="" if value is None else f"{target.operator}{show_plain(value)}{target.unit}",
        actual_text="" if actual is None else f"{show_plain(actual)}{target.unit}",
        met=None if value is None or actual is None or compare is None else compare(actual, value),
    )
