"""Rules and overrides → scores, deductions, roll-up, grade, distance to the next band; never stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import (
    MONEY_UNITS,
    NotANumber,
    exact,
    parse_number,
    round_half_up,
    show_money,
    show_percent,
    show_plain,
)
from workbench.domain.evaluation import STAGES, Evaluation, Input, Mark, input_id, mark_id
from workbench.domain.form import Band, Form, Indicator, grade_of, show_score
from workbench.domain.rules.base import Given, InputSpec, Outcome
from workbench.domain.sources import Sources

MANUAL = "手工填写"
#: The stage whose scores the standards give.
FIRST = "初评"
#: Decimals of a score that is not rounded for itself.
FINE = 10


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """One indicator of any level as it stands.

    ``computed`` is the rule's result, rounded as the form says; ``score`` the one that counts (an
    override, or the score of the stage that the evaluation counts). Levels above hold sums.
    """

    indicator: Indicator
    score: Decimal | None
    leaves: int
    scored: int
    done: int
    explained: Decimal = Decimal(0)
    """The sum of the deduction lines, in points."""
    computed: Decimal | None = None
    outcome: Outcome | None = None
    given: Mapping[str, Given] | None = None
    overridden: bool = False
    marks: Mapping[str, Decimal] | None = None
    """Scores of the other stages, by stage."""
    first: Decimal | None = None
    """The score of 初评: the override, or what the rule computes."""
    exact: Fraction | None = None
    """The score as it adds up: not rounded where only the total is."""

    @property
    def full_mark(self) -> Decimal:
        """The full points of the indicator."""
        return self.indicator.full_mark

    @property
    def first_exact(self) -> Fraction | None:
        """The score of 初评 before it is rounded: the override, or the rule's own result."""
        if self.overridden or self.first is None:
            return None if self.first is None else exact(self.first)
        return self.outcome.score if self.outcome is not None else None

    @property
    def deducted(self) -> Decimal | None:
        """Full points less score."""
        return None if self.score is None else self.full_mark - self.score

    @property
    def rate(self) -> Fraction | None:
        """得分率: score ÷ full points, as a share of one."""
        return (
            exact(self.score) / exact(self.full_mark) if self.score is not None and self.full_mark else None
        )

    @property
    def unexplained(self) -> Decimal:
        """Points taken off without a deduction line (negative: lines for more than was taken off)."""
        return (self.deducted or Decimal(0)) - self.explained if self.score is not None else Decimal(0)


@dataclass(frozen=True, slots=True)
class Scores:
    """The whole evaluation as it stands."""

    by_id: Mapping[str, IndicatorScore]
    total: Decimal
    full: Decimal
    leaves: int
    scored: int
    done: int
    grade: Band | None
    """Of the total, once every indicator has a score; none before, and no bands beside it."""
    next_band: Band | None
    to_next: Decimal | None
    """Points missing to the next better grade."""
    above_lower: Decimal | None
    """Points above the lower bound of the present grade."""
    scored_full: Decimal
    """Full points of the indicators that have a score."""

    def __getitem__(self, indicator: str) -> IndicatorScore:
        return self.by_id[indicator]

    @property
    def complete(self) -> bool:
        """Every indicator has a score, and there is one."""
        return 0 < self.leaves == self.scored


def resolve_inputs(
    evaluation: Evaluation, indicator: Indicator, specs: tuple[InputSpec, ...], sources: Sources
) -> dict[str, Given]:
    """Every input of an indicator's rule as it counts: typed, linked, or the standard's own default."""
    inputs = evaluation.table(Input)
    return {
        spec.key: _resolve(evaluation, indicator, spec, inputs.get(input_id(indicator.id, spec.key)), sources)
        for spec in specs
    }


def _resolve(
    evaluation: Evaluation, indicator: Indicator, spec: InputSpec, said: Input | None, sources: Sources
) -> Given:
    source = said.source if said is not None and said.source else spec.source
    text = said.value if said is not None else ""
    if source and source != "manual":
        linked = _fitting(sources.resolve(source, indicator.id), source, spec, evaluation.overview.fund_unit)
        if said is not None and said.manual and text:
            typed = read_input(text, spec, evaluation.overview.fund_unit)
            return Given(typed.value, typed.text, MANUAL, linked=linked, fault=typed.fault)
        return linked
    if text:
        return read_input(text, spec, evaluation.overview.fund_unit)
    if spec.default:
        typed = read_input(spec.default, spec, evaluation.overview.fund_unit)
        return Given(typed.value, typed.text, "评分标准")
    return Given(None)


def _fitting(linked: Given, source: str, spec: InputSpec, fund_unit: str) -> Given:
    """A linked value as the input takes it: amounts in the input's unit, no number for a date or choice."""
    if isinstance(linked.value, str) and spec.kind != "date":
        return dataclasses.replace(
            linked, value=None, fault=f"{spec.label}不能取自日期，请改选来源或手工填写。"
        )
    if linked.number is None:
        return linked
    if spec.kind in {"date", "choice", "flag"}:
        return dataclasses.replace(linked, value=None, fault=f"{spec.label}不能取自数值，请改为手工填写。")
    if not source.startswith("fund:") or spec.unit not in MONEY_UNITS or spec.unit == fund_unit:
        return linked
    amount = linked.number * exact(MONEY_UNITS[fund_unit]) / exact(MONEY_UNITS[spec.unit])
    return dataclasses.replace(linked, value=amount, text=show_money(amount, spec.unit))


def read_input(text: str, spec: InputSpec, fund_unit: str = "万元") -> Given:
    """Text as typed → the input's value; a fault in Chinese when it can't be read.

    Amounts count in the input's own unit where it names one, else in ``fund_unit``.
    """
    plain = text.strip()
    if spec.kind in {"date", "choice", "flag"} or (spec.kind == "point" and plain in {"符合", "不符合"}):
        if spec.kind == "choice" and plain not in spec.choices:
            return Given(None, plain, MANUAL, fault=f"“{plain}”不在可选项中：{'、'.join(spec.choices)}。")
        return Given(plain, plain, MANUAL)
    try:
        number = parse_number(plain)
    except NotANumber as error:
        return Given(None, plain, MANUAL, fault=str(error))
    value = exact(number)
    if spec.kind == "percent":
        if not plain.replace("％", "%").endswith("%"):
            value = value / 100
        return Given(value, show_percent(value), MANUAL)
    if value < 0 and spec.kind in {"count", "point", "money", "score"}:
        return Given(None, plain, MANUAL, fault=f"{spec.label}不能为负数。")
    if spec.kind == "count" and value.denominator != 1:
        return Given(None, plain, MANUAL, fault=f"{spec.label}应为整数。")
    if spec.kind == "point" and spec.marks is not None and value > exact(spec.marks):
        return Given(None, plain, MANUAL, fault=f"给分不能超过本要点的 {show_plain(spec.marks)} 分。")
    shown = (
        show_money(value, spec.unit or fund_unit) if spec.kind == "money" else show_plain(value) + spec.unit
    )
    return Given(value, shown, MANUAL)


def score_leaf(evaluation: Evaluation, indicator: Indicator, sources: Sources) -> IndicatorScore:
    """Score one indicator by its rule, its override and the stage that counts."""
    rounding = evaluation.form.rounding
    entry = evaluation.entry(indicator.id)
    explained = sum(
        (line.points for line in sources.deductions(indicator.id) if line.points is not None), Decimal(0)
    )
    rule = indicator.rule
    given: dict[str, Given] = {}
    outcome: Outcome | None = None
    computed: Decimal | None = None
    if rule is not None:
        given = resolve_inputs(evaluation, indicator, rule.inputs(), sources)
        outcome = rule.evaluate(given, explained)
        if outcome.score is not None:
            # Rounding only at the total keeps enough decimals that each score prints right.
            each = rounding.at == "indicator"
            computed = round_half_up(outcome.score, evaluation.form.digits_of(indicator) if each else FINE)
    first = computed if entry.override is None else entry.override
    marks = {
        stage: mark.score
        for stage in STAGES
        if stage != FIRST
        and (mark := evaluation.get(Mark, mark_id(indicator.id, stage))) is not None
        and mark.score is not None
    }
    leaf = IndicatorScore(
        indicator=indicator,
        score=None,
        leaves=1,
        scored=0,
        done=int(entry.done),
        explained=explained,
        computed=computed,
        outcome=outcome,
        given=given,
        overridden=entry.override is not None,
        marks=marks,
        first=first,
    )
    return counted(evaluation, leaf, evaluation.overview.counting_stage)


def stage_that_counts(stage: str, marks: Mapping[str, Decimal]) -> str:
    """The stage whose score counts when ``stage`` is chosen: later stages fall back on the one before."""
    while stage in {"复核", "征求意见后"} and stage not in marks:
        stage = STAGES[STAGES.index(stage) - 1]
    return stage


def counted(evaluation: Evaluation, leaf: IndicatorScore, stage: str) -> IndicatorScore:
    """The leaf with the score that counts when ``stage`` is the chosen one."""
    marks = leaf.marks or {}
    stage = stage_that_counts(stage, marks)
    score = leaf.first if stage == FIRST else marks.get(stage)
    fine = stage == FIRST and evaluation.form.rounding.at == "total"
    whole = leaf.first_exact if fine else None if score is None else exact(score)
    if (score, whole) == (leaf.score, leaf.exact) and score is not None:
        return leaf
    return dataclasses.replace(
        leaf,
        score=score,
        scored=int(score is not None),
        done=int(evaluation.entry(leaf.indicator.id).done and score is not None),
        exact=whole,
    )


def counting(evaluation: Evaluation, scores: Scores, stage: str) -> Scores:
    """The scores of ``evaluation`` if ``stage`` were the one that counts; ``scores`` are its own."""
    form = evaluation.form
    return _rolled(form, {leaf.id: counted(evaluation, scores[leaf.id], stage) for leaf in form.leaves})


def compute_scores(evaluation: Evaluation, sources: Sources | None = None) -> Scores:
    """Score every indicator and roll up: sums by level, total, grade, distance to the next band."""
    sources = sources or Sources(evaluation)
    return _rolled(
        evaluation.form, {leaf.id: score_leaf(evaluation, leaf, sources) for leaf in evaluation.form.leaves}
    )


def rescored(evaluation: Evaluation, scores: Scores, leaves: Iterable[str]) -> Scores:
    """The scores of ``evaluation`` when only the named leaves can differ from ``scores``: those are
    scored anew, the others taken over, and everything above is rolled up."""
    form, sources = evaluation.form, Sources(evaluation)
    fresh = {id_: score_leaf(evaluation, form[id_], sources) for id_ in leaves}
    return _rolled(form, {leaf.id: fresh.get(leaf.id) or scores[leaf.id] for leaf in form.leaves})


def _rolled(form: Form, leaves: Mapping[str, IndicatorScore]) -> Scores:
    by_id: dict[str, IndicatorScore] = {}
    for indicator in reversed(form.indicators):  # children before parents
        children = form.children(indicator.id)
        by_id[indicator.id] = (
            _roll_up(indicator, [by_id[child.id] for child in children]) if children else leaves[indicator.id]
        )
    roots = [by_id[root.id] for root in form.roots]
    total = round_half_up(
        sum((root.exact or Fraction(0) for root in roots), Fraction(0)), form.rounding.digits
    )
    rated, count = sum(root.scored for root in roots), sum(root.leaves for root in roots)
    whole = 0 < count == rated  # half a total has no grade
    grade = grade_of(form, total) if whole else None
    better = [band for band in form.bands if band.lower > total] if whole else []
    next_band = min(better, key=lambda band: band.lower, default=None)
    return Scores(
        by_id={indicator.id: by_id[indicator.id] for indicator in form.indicators},
        total=total,
        full=sum((root.full_mark for root in roots), Decimal(0)),
        leaves=count,
        scored=rated,
        done=sum(root.done for root in roots),
        grade=grade,
        next_band=next_band,
        to_next=next_band.lower - total if next_band is not None else None,
        above_lower=total - grade.lower if grade is not None else None,
        scored_full=sum((leaf.full_mark for leaf in leaves.values() if leaf.scored), Decimal(0)),
    )


def finished(scores: Scores) -> str:
    """``已完成 3/17``: how many indicators were marked as finished. 已评, in other words, is to have a score."""
    return f"已完成 {scores.done}/{scores.leaves}"


def rated(scores: Scores) -> str:
    """``已评 5/17``: how many indicators have a score, by a standard or by hand."""
    return f"已评 {scores.scored}/{scores.leaves}"


def standing(form: Form, scores: Scores) -> str:
    """How an evaluation stands: ``总分 92.47（优）``, or ``未评完，已评得 17.50 / 20 分`` while it has no grade."""
    if scores.complete:
        grade = f"（{scores.grade.name}）" if scores.grade is not None else ""
        return f"总分 {show_score(form, scores.total)}{grade}"
    if not scores.scored:
        return "未评完，还没有指标得分"
    return f"未评完，已评得 {show_score(form, scores.total)} / {show_plain(scores.scored_full)} 分"


def _roll_up(indicator: Indicator, children: list[IndicatorScore]) -> IndicatorScore:
    parts = [child.exact for child in children if child.exact is not None]
    whole = sum(parts, Fraction(0)) if parts else None
    return IndicatorScore(
        indicator=indicator,
        score=None if whole is None else _decimal(whole, children),
        leaves=sum(child.leaves for child in children),
        scored=sum(child.scored for child in children),
        done=sum(child.done for child in children),
        explained=sum((child.explained for child in children), Decimal(0)),
        exact=whole,
    )


def _decimal(whole: Fraction, children: list[IndicatorScore]) -> Decimal:
    """A sum of scores: of the scores themselves, unless they stand for finer ones."""
    plain = sum((child.score for child in children if child.score is not None), Decimal(0))
    return plain if exact(plain) == whole else round_half_up(whole, FINE)
