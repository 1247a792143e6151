"""The scores of one indicator stage by stage: 自评, 初评, 复核, 征求意见后, each against the one before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from workbench.domain.evaluation import STAGES, Evaluation, Mark, mark_id
from workbench.domain.form import show_score, show_score_change
from workbench.domain.scoring import FIRST, IndicatorScore, Scores, counting, stage_that_counts


@dataclass(frozen=True, slots=True)
class StageScore:
    """What one stage says of an indicator."""

    stage: str
    score: Decimal | None
    """As given at this stage, or nothing."""
    reason: str
    by: str
    before: Decimal | None
    """The score of the nearest earlier stage that has one."""
    counts: bool
    """This score is the one that counts now."""

    @property
    def difference(self) -> Decimal | None:
        """Points more (or fewer) than the stage before."""
        return None if self.score is None or self.before is None else self.score - self.before


def stage_scores(evaluation: Evaluation, scored: IndicatorScore) -> tuple[StageScore, ...]:
    """Every stage of a scored indicator, in order."""
    indicator, marks = scored.indicator.id, scored.marks or {}
    counts = stage_that_counts(evaluation.overview.counting_stage, marks)
    found: list[StageScore] = []
    before: Decimal | None = None
    for stage in STAGES:
        if stage == FIRST:
            entry = evaluation.entry(indicator)
            overridden = entry.override is not None
            score = scored.first
            reason, by = (entry.override_reason, entry.override_by) if overridden else ("", "")
        else:
            mark = evaluation.get(Mark, mark_id(indicator, stage))
            score = mark.score if mark is not None else None
            reason, by = (mark.reason, mark.by) if mark is not None else ("", "")
        found.append(StageScore(stage, score, reason, by, before, stage == counts))
        before = before if score is None else score
    return tuple(found)


@dataclass(frozen=True, slots=True)
class StageTotal:
    """The total if a stage counted; later stages stand on earlier ones where they say nothing."""

    stage: str
    given: int
    """How many indicators have a score of this very stage."""
    total: Decimal
    grade: str
    complete: bool
    counts: bool


def stage_totals(evaluation: Evaluation, scores: Scores) -> tuple[StageTotal, ...]:
    """Total and grade of every stage; ``scores`` are the evaluation's own."""
    found = []
    leaves = [scores[leaf.id] for leaf in evaluation.form.leaves]
    chosen, at = evaluation.overview.counting_stage, scores
    for stage in STAGES:
        given = sum(_given(leaf, stage) for leaf in leaves)
        if stage == chosen:
            at = scores
        elif given or stage in {STAGES[0], FIRST}:  # else it says what the stage before says
            at = counting(evaluation, scores, stage)
        grade = at.grade.name if at.grade is not None and at.complete else ""
        found.append(StageTotal(stage, given, at.total, grade, at.complete, stage == chosen))
    return tuple(found)


def _given(leaf: IndicatorScore, stage: str) -> bool:
    """Whether an indicator has a score of this very stage."""
    return leaf.first is not None if stage == FIRST else stage in (leaf.marks or {})


def stage_words(evaluation: Evaluation, scored: IndicatorScore, one: StageScore) -> str:
    """One stage in a line: ``复核 8.50（−0.51）：理由（评分人）``."""
    form, indicator = evaluation.form, scored.indicator
    if one.score is None:
        return f"{one.stage}：未评"
    difference = one.difference
    change = "" if not difference else f"（{show_score_change(form, difference, indicator)}）"
    reason = f"：{one.reason.strip()}" if one.reason.strip() else ""
    return f"{one.stage} {show_score(form, one.score, indicator)}{change}{reason}{f'，{one.by}' if one.by else ''}"
