"""How the score of an indicator came about: standard → inputs and their origins → steps → rounding →
score → what it does to the total and the grade. One structure for screen, paper and command line."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal

from workbench.domain.amounts import show_plain
from workbench.domain.evaluation import Evaluation
from workbench.domain.form import Form, Indicator, grade_of, show_score
from workbench.domain.rules.base import Given, InputSpec
from workbench.domain.scoring import FIRST, IndicatorScore, Scores
from workbench.domain.stages import StageScore, stage_scores, stage_words

#: What the keys of a division's inputs are called.
PARTS = {"numerator": "分子", "denominator": "分母"}


@dataclass(frozen=True, slots=True)
class InputLine:
    """One input as it counted: what it is, its value, where that came from."""

    label: str
    part: str
    """``分子`` or ``分母`` of a division, else empty."""
    text: str
    origin: str
    linked: str
    """The value of the binding while a typed one counts instead; else empty."""
    linked_origin: str
    fault: str

    @property
    def typed_beside(self) -> bool:
        """A person's value counts instead of the linked one."""
        return bool(self.linked)

    @property
    def name(self) -> str:
        """``到位资金（分子）``."""
        return f"{self.label}（{self.part}）" if self.part and self.part != self.label else self.label


@dataclass(frozen=True, slots=True)
class Derivation:
    """One indicator's score from the standard to the total; figures as texts, as they are printed."""

    indicator: Indicator
    place: str
    full_mark: str
    rule: str
    """The kind of the standard: ``比率法``."""
    criterion: str
    """The bureau's own words."""
    sentence: str
    """The standard as carried out."""
    inputs: tuple[InputLine, ...]
    steps: tuple[str, ...]
    expression: str
    exact: str
    """The result before rounding."""
    rounding: str
    computed: str
    missing: tuple[str, ...]
    override: str
    """The sentence about a score set by hand; empty when there is none."""
    stages: tuple[StageScore, ...]
    stage_lines: tuple[str, ...]
    """The stages that say something, a line each; empty when only 初评 does."""
    counting: str
    """Which stage counts, where it is not the standard's; else empty."""
    score: str
    effect: tuple[str, ...]
    """What the score does to the total and the grade."""

    def lines(self) -> list[str]:
        """All of it as plain text, to be copied."""
        found = [f"{self.place}（{self.full_mark} 分）"]
        if self.criterion:
            found.append(f"评价标准：{self.criterion.strip()}")
        found += self.calculation()
        if self.stage_lines:
            found += ["各轮得分：", *(f"　{line}" for line in self.stage_lines)]
        return [*found, *self.effect]

    def calculation(self) -> list[str]:
        """Standard, inputs, steps, result and score, sentence by sentence."""
        found: list[str] = []
        if self.rule:
            found.append(f"评分标准（{self.rule}）：{self.sentence}")
            for line in self.inputs:
                origin = f"（{line.origin}）" if line.origin else ""
                found.append(f"{line.label}：{line.text or '未填写'}{origin}")
                if line.linked:
                    found.append(
                        f"　取数值 {line.linked}（{line.linked_origin}），以手工填写的 {line.text} 为准"
                    )
                if line.fault:
                    found.append(f"　{line.fault}")
            found.extend(self.steps)
            if self.expression and self.computed:
                found.append(f"计算：{self.expression} → {self.computed}（{self.rounding}）")
            if self.missing:
                found.append(f"还缺：{'、'.join(self.missing)}")
        found += [line for line in (self.override, self.counting) if line]
        if self.score:
            found.append(f"得分：{self.score} / {self.full_mark} 分")
        return found


def derive(evaluation: Evaluation, scores: Scores, indicator: str) -> Derivation:
    """The derivation of one scored indicator with its effect on the total; ``scores`` are the evaluation's."""
    scored = scores[indicator]
    return dataclasses.replace(_derive(evaluation, scored), effect=_effect(evaluation.form, scores, scored))


def derivation(evaluation: Evaluation, scored: IndicatorScore) -> list[str]:
    """How the score of one indicator came about, sentence by sentence: rule, inputs, steps, result."""
    return _derive(evaluation, scored).calculation()


def _derive(evaluation: Evaluation, scored: IndicatorScore) -> Derivation:
    form, indicator = evaluation.form, scored.indicator
    rule, outcome = indicator.rule, scored.outcome
    given = scored.given or {}
    executed = rule is not None and outcome is not None
    specs = rule.inputs() if rule is not None and executed else ()
    stages = stage_scores(evaluation, scored)
    told = any(one.score is not None for one in stages if one.stage != FIRST)
    computed = scored.computed
    return Derivation(
        indicator=indicator,
        place=form.place(indicator.id),
        full_mark=show_plain(scored.full_mark),
        rule=rule.label if rule is not None and executed else "",
        criterion=indicator.criterion,
        sentence=rule.sentence() if rule is not None and executed else "",
        inputs=tuple(_input_line(spec, given.get(spec.key, Given(None))) for spec in specs),
        steps=outcome.steps if outcome is not None else (),
        expression=outcome.expression if outcome is not None else "",
        exact=show_plain(outcome.score) if outcome is not None and outcome.score is not None else "",
        rounding=rounding_words(form, indicator),
        computed="" if computed is None else show_score(form, computed, indicator),
        missing=outcome.missing if outcome is not None else (),
        override=override_words(evaluation, scored),
        stages=stages,
        stage_lines=tuple(stage_words(evaluation, scored, one) for one in stages) if told else (),
        counting=_counting(evaluation, scored, stages),
        score="" if scored.score is None else show_score(form, scored.score, indicator),
        effect=(),
    )


def _input_line(spec: InputSpec, given: Given) -> InputLine:
    linked = given.linked
    return InputLine(
        label=spec.label,
        part=PARTS.get(spec.key, ""),
        text=given.text,
        origin=given.origin,
        linked=linked.text if linked is not None else "",
        linked_origin=linked.origin if linked is not None else "",
        fault=given.fault,
    )


def rounding_words(form: Form, indicator: Indicator) -> str:
    """How the result of an indicator becomes its score."""
    digits = form.digits_of(indicator)
    if form.rounding.at == "total":
        return f"本项不取整，印出保留 {digits} 位；总分四舍五入保留 {form.rounding.digits} 位"
    return f"四舍五入保留 {digits} 位"


def override_words(evaluation: Evaluation, scored: IndicatorScore) -> str:
    """A score set by hand beside what the standard gives, with the reason and who; empty without one."""
    entry = evaluation.entry(scored.indicator.id)
    if entry.override is None:
        return ""
    form, indicator = evaluation.form, scored.indicator
    computed = "未计算" if scored.computed is None else show_score(form, scored.computed, indicator)
    by = f"，改定人：{entry.override_by}" if entry.override_by else ""
    return (
        f"改定：按标准 {computed}，改定为 {show_score(form, entry.override, indicator)}，"
        f"理由：{entry.override_reason or '未写'}{by}"
    )


def _counting(evaluation: Evaluation, scored: IndicatorScore, stages: tuple[StageScore, ...]) -> str:
    one = next((one for one in stages if one.counts), None)
    chosen = evaluation.overview.counting_stage
    if one is None or (one.stage == FIRST and chosen == FIRST):
        return ""
    if one.stage != chosen:
        return f"以“{chosen}”得分为准；本项没有{chosen}得分，按{one.stage}计"
    if one.score is None:
        return f"以“{chosen}”得分为准，尚未填写"
    shown = show_score(evaluation.form, one.score, scored.indicator)
    by = f"，评分人：{one.by}" if one.by else ""
    return f"以“{chosen}”得分为准：{shown}，理由：{one.reason or '未写'}{by}"


def _effect(form: Form, scores: Scores, scored: IndicatorScore) -> tuple[str, ...]:
    """What the indicator keeps from the total, and what the total and grade would be at its full mark."""
    if scored.score is None:
        return (f"本项未评，总分暂为 {show_score(form, scores.total)} 分。",)
    grade = f"，等级“{scores.grade.name}”" if scores.complete and scores.grade is not None else ""
    now = f"总分 {show_score(form, scores.total)} / {show_plain(scores.full)} 分{grade}"
    lost = scored.deducted or Decimal(0)
    if lost <= 0:
        return (f"本项得满分，不影响总分；{now}。",)
    most = scores.total + lost
    after = grade_of(form, most)
    moved = (
        f"，等级变为“{after.name}”"
        if scores.complete and after is not None and scores.grade is not None and after != scores.grade
        else "，等级不变"
        if scores.complete and scores.grade is not None
        else ""
    )
    return (
        f"本项扣 {show_score(form, lost, scored.indicator)} 分；{now}。",
        f"若本项得满分，总分为 {show_score(form, most)} 分{moved}。",
    )
