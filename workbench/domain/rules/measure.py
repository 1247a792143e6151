"""What many standards measure: one rate or value, given directly or as a numerator and a denominator."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import MONEY_UNITS, Exact, exact, normalise, show_percent, show_plain
from workbench.domain.fields import BadValue, FieldSpec, parse_value
from workbench.domain.rules.base import Given, InputSpec, Outcome, Rule, missing_labels
from workbench.domain.rules.params import BadParam, Quantity, number_of, param

#: Kinds of measured values in form files, and the kind of input that asks for them.
VALUE_KINDS: Mapping[str, str] = {
    "比率": "percent",
    "数值": "number",
    "金额": "money",
    "次数": "count",
    "日期": "date",
}

_DATE = FieldSpec("date", "日期", "date")


def rate_text(value: Exact) -> str:
    """A share of one in an expression: two decimals, more only where two would not be exact."""
    scaled = exact(value) * 10_000
    return show_percent(value) if scaled.denominator == 1 else f"{show_plain(exact(value) * 100)}%"


def day_number(text: str) -> Fraction:
    """A date as typed → a number of days that can be compared; raises :class:`BadParam`."""
    try:
        day = parse_value(text, _DATE)
    except BadValue as error:
        raise BadParam(str(error)) from error
    if not isinstance(day, date):
        raise BadParam("没有日期")
    return Fraction(day.toordinal())


def read_limit(text: str, value_kind: str) -> Fraction:
    """A limit of a standard (目标值, 界限) in the kind of what it is compared with; raises :class:`BadParam`."""
    if value_kind == "日期":
        return day_number(text)
    value = number_of(text)
    written = normalise(text).endswith("%")
    if value_kind == "比率":
        return exact(value) if written else exact(value) / 100
    if written:
        raise BadParam(f"是百分比，而计分的是{value_kind}")
    return exact(value)


def show_value(value: Exact, value_kind: str, unit: str = "") -> str:
    """A measured value or limit as an expression shows it."""
    if value_kind == "比率":
        return rate_text(value)
    if value_kind == "日期":
        return date.fromordinal(int(exact(value))).isoformat()
    return show_plain(value) + unit


def limit_text(value: Exact, value_kind: str, unit: str = "") -> str:
    """A limit in a sentence, with no more decimals than it needs: ``95%``, ``15 秒``."""
    if value_kind == "比率":
        return f"{show_plain(exact(value) * 100)}%"
    return show_value(value, value_kind, f" {unit}" if unit else "")


def points_of(share: Quantity, full_mark: Decimal) -> Fraction:
    """Points, or a percentage of the weight, in points."""
    return exact(share.value) * exact(full_mark) if share.percent else exact(share.value)


def share_text(share: Quantity) -> str:
    """`` 1 分`` or ``权重的 10%``, to follow 扣 or 得."""
    return f"权重的 {share}" if share.percent else f" {show_plain(share.value)} 分"


def within(score: Fraction, full_mark: Decimal) -> Fraction:
    """A score kept between 0 and the full mark."""
    return min(max(score, Fraction(0)), exact(full_mark))


def settled(expression: str, exact_score: Fraction, counts: Fraction) -> str:
    """The expression with what counts where a cap or the floor changed it."""
    return expression if exact_score == counts else f"{expression}，按 {show_plain(counts)} 分计"


@dataclass(frozen=True, slots=True)
class Measured:
    """The measured value: exact, as an expression shows it, with the sentence of its division."""

    value: Fraction
    text: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class MeasuredRule(Rule):
    """A standard about one rate or value; subclasses say what it is worth."""

    rate: str = param("结果名称", hint="如 资金到位率")
    value_kind: str = param("数据类型", "choice", choices=tuple(VALUE_KINDS), default="比率")
    unit: str = param("计量单位", hint="如 秒、元/通")
    rate_source: str = param("结果取自", "source")
    numerator: str = param("分子名称", hint="如 实际到位资金")
    numerator_unit: str = param("分子单位")
    numerator_source: str = param("分子取自", "source")
    denominator: str = param("分母名称", hint="如 预算资金")
    denominator_unit: str = param("分母单位")
    denominator_source: str = param("分母取自", "source")

    @property
    def name(self) -> str:
        """What is measured, in words."""
        return self.rate or ("完成率" if self.value_kind == "比率" else "实际完成值")

    @property
    def divides(self) -> bool:
        """The value is worked out from a numerator and a denominator."""
        return bool(self.numerator or self.numerator_source or self.denominator or self.denominator_source)

    def measured_inputs(self) -> tuple[InputSpec, ...]:
        """The inputs of the measured value."""
        if not self.divides:
            kind = VALUE_KINDS[self.value_kind]
            return (InputSpec("rate", self.name, kind, unit=self.unit, source=self.rate_source),)
        return (
            _amount("numerator", self.numerator or "分子", self.numerator_unit, self.numerator_source),
            _amount(
                "denominator", self.denominator or "分母", self.denominator_unit, self.denominator_source
            ),
        )

    def inputs(self) -> tuple[InputSpec, ...]:
        """The measured value's inputs; subclasses add a target and others."""
        return self.measured_inputs()

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """Measure, then score; without a needed input, or with a denominator of 0, no score."""
        missing = missing_labels(self.inputs(), given)
        if missing:
            return Outcome(None, missing=missing)
        measured = self._measure(given)
        return measured if isinstance(measured, Outcome) else self.score(measured, given)

    @abstractmethod
    def score(self, measured: Measured, given: Mapping[str, Given]) -> Outcome:
        """What the measured value is worth."""

    def _measure(self, given: Mapping[str, Given]) -> Measured | Outcome:
        if not self.divides:
            raw = given["rate"].value
            if isinstance(raw, Fraction):
                return Measured(raw, show_value(raw, self.value_kind))
            try:
                value = day_number(str(raw))
            except BadParam as error:
                return Outcome(None, steps=(f"{self.name}：{error}",), missing=(self.name,))
            return Measured(value, show_value(value, self.value_kind))
        over, under = given["numerator"], given["denominator"]
        top, bottom = over.number or Fraction(0), under.number or Fraction(0)
        over_name = over.name or self.numerator or "分子"
        under_name = under.name or self.denominator or "分母"
        if not bottom:
            return Outcome(
                None, steps=(f"{under_name}为 0，{self.name}无法计算，请核对。",), missing=(under_name,)
            )
        value = top / bottom
        shown = show_percent(value) if self.value_kind == "比率" else show_plain(value) + self.unit
        step = f"{self.name} = {over_name} {over.text} ÷ {under_name} {under.text} = {shown}"
        text = show_value(value, self.value_kind)
        if "…" in text:
            text = f"{show_plain(top)} ÷ {show_plain(bottom)}"
        return Measured(value, text, (step,))

    def problems(self) -> tuple[str, ...]:
        """A value can be asked for directly or as a division, not both; dates are not divided."""
        found = []
        if self.divides and self.rate_source:
            found.append("结果取自和分子、分母只能写一种")
        if self.divides and self.value_kind == "日期":
            found.append("日期不能由分子、分母算出")
        return tuple(found)

    def faults(self) -> tuple[str, ...]:
        """A division whose parts have no names."""
        found = []
        if self.divides and not self.denominator:
            found.append(f"{self.name}的分母没有名称，看不出除以的是预算、到位还是应付，请写明。")
        if self.divides and not self.numerator:
            found.append(f"{self.name}的分子没有名称，请写明。")
        return tuple(found)

    def division(self) -> str:
        """The sentence that names numerator and denominator, or nothing."""
        if not self.divides:
            return ""
        return f"{self.name} = {self.numerator or '分子'} ÷ {self.denominator or '分母'}；"


def _amount(key: str, label: str, unit: str, source: str) -> InputSpec:
    money = unit in MONEY_UNITS or (not unit and source.startswith("fund:"))
    return InputSpec(key, label, "money" if money else "number", unit=unit, source=source)


@dataclass(frozen=True)
class TargetedRule(MeasuredRule):
    """A standard that compares the measured value with a target."""

    target: str = param("目标值", "limit", hint="如 96%，不写则为 100%")
    target_source: str = param("目标值取自", "source", hint="如 target:公众知晓率")

    def inputs(self) -> tuple[InputSpec, ...]:
        """The measured value's inputs, then the target where one is stated."""
        return self.measured_inputs() + self.target_inputs()

    def target_inputs(self) -> tuple[InputSpec, ...]:
        """The target as an input with the standard's own value as its default."""
        if not self.target and not self.target_source:
            return ()
        kind = VALUE_KINDS[self.value_kind]
        return (
            InputSpec(
                "target", "目标值", kind, unit=self.unit, source=self.target_source, default=self.target
            ),
        )

    def stated_target(self) -> Fraction | None:
        """The target as the standard names it; nothing when it comes from elsewhere."""
        if self.target:
            return read_limit(self.target, self.value_kind)
        return None if self.target_source else Fraction(1)

    def target_of(self, given: Mapping[str, Given]) -> Fraction:
        """The target that counts."""
        if "target" not in given:
            return self.stated_target() or Fraction(1)
        value = given["target"].value
        return value if isinstance(value, Fraction) else day_number(str(value))

    def target_text(self) -> str:
        """The target in a sentence."""
        if self.target_source:
            return "目标值"
        target = self.stated_target() or Fraction(1)
        return limit_text(target, self.value_kind, self.unit)

    def problems(self) -> tuple[str, ...]:
        """The target must be readable, and above 0 where it is divided by."""
        found = list(super().problems())
        try:
            target = self.stated_target()
        except BadParam as error:
            return (*found, f"参数“目标值”（target）{error}")
        if target is not None and target <= 0:
            found.append("目标值应大于 0")
        if self.value_kind != "比率" and not self.target and not self.target_source:
            found.append("没有写目标值")
        return tuple(found)
