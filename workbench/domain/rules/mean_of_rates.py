"""平均比率法: the mean of several rates against their targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_percent, show_plain
from workbench.domain.rules.base import Given, InputSpec, Outcome, Rule, missing_labels, register
from workbench.domain.rules.measure import limit_text, rate_text, within
from workbench.domain.rules.params import param


@dataclass(frozen=True)
class MeanRate:
    """One of the rates: typed, linked, or a division; a weight where they do not count alike."""

    name: str = param("比率名称", required=True)
    source: str = param("取自", "source")
    numerator: str = param("分子名称")
    numerator_source: str = param("分子取自", "source")
    denominator: str = param("分母名称")
    denominator_source: str = param("分母取自", "source")
    target: Decimal | None = param("目标值", "percent", hint="不写则为 100%")
    weight: Decimal | None = param("权数", "number", hint="不写则为 1")

    @property
    def divides(self) -> bool:
        """Worked out from two amounts."""
        return bool(self.numerator or self.denominator or self.numerator_source or self.denominator_source)


@register
@dataclass(frozen=True)
class MeanOfRatesRule(Rule):
    """score = Σ(weight × min(1, rate ÷ target)) ÷ Σ weight × full mark (practice 4.3 no. 7)."""

    kind: ClassVar[str] = "mean_of_rates"
    label: ClassVar[str] = "平均比率法"

    rates: tuple[MeanRate, ...] = param("各比率", "list", item=MeanRate, required=True)

    def inputs(self) -> tuple[InputSpec, ...]:
        """One percentage, or two amounts, per rate."""
        found: list[InputSpec] = []
        for number, rate in enumerate(self.rates, 1):
            if not rate.divides:
                found.append(InputSpec(f"r{number}", rate.name, "percent", source=rate.source))
                continue
            for part, label, source in (
                ("n", rate.numerator or "分子", rate.numerator_source),
                ("d", rate.denominator or "分母", rate.denominator_source),
            ):
                kind = "money" if source.startswith("fund:") else "number"
                found.append(InputSpec(f"{part}{number}", f"{rate.name}：{label}", kind, source=source))
        return tuple(found)

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """The mean, each rate capped at its target."""
        missing = missing_labels(self.inputs(), given)
        if missing:
            return Outcome(None, missing=missing)
        reached: list[Fraction] = []
        steps: list[str] = []
        for number, rate in enumerate(self.rates, 1):
            value = self._value(rate, number, given)
            if value is None:
                name = rate.denominator or "分母"
                return Outcome(
                    None,
                    steps=(f"{name}为 0，{rate.name}无法计算，请核对。",),
                    missing=(f"{rate.name}：{name}",),
                )
            target = exact(rate.target or 1)
            part = min(max(value / target, Fraction(0)), Fraction(1))
            divided = f" ÷ {rate_text(target)}" if target != 1 else ""
            capped = "，按 100% 计" if value / target > 1 else ""
            steps.append(
                f"{rate.name}：{show_percent(value)}{divided} = {show_percent(value / target)}{capped}"
            )
            reached.append(part)
        weights = [exact(rate.weight if rate.weight is not None else 1) for rate in self.rates]
        mean = sum((w * r for w, r in zip(weights, reached, strict=True)), Fraction(0)) / sum(weights)
        points = mean * exact(self.full_mark)
        alike = len(set(weights)) == 1
        terms = " + ".join(
            rate_text(r) if alike else f"{show_plain(w)}×{rate_text(r)}"
            for w, r in zip(weights, reached, strict=True)
        )
        divisor = len(reached) if alike else sum(weights)
        expression = (
            f"({terms}) ÷ {show_plain(divisor)} × {show_plain(self.full_mark)} = {show_plain(points)}"
        )
        return Outcome(within(points, self.full_mark), expression, tuple(steps))

    @staticmethod
    def _value(rate: MeanRate, number: int, given: Mapping[str, Given]) -> Fraction | None:
        if not rate.divides:
            return given[f"r{number}"].number
        bottom = given[f"d{number}"].number
        return (given[f"n{number}"].number or Fraction(0)) / bottom if bottom else None

    def maximum(self) -> Fraction:
        """Every rate at its target."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """The rates that are averaged."""
        listed = "、".join(
            rate.name
            + (f"（{rate.numerator or '分子'} ÷ {rate.denominator or '分母'}）" if rate.divides else "")
            + (f"（目标 {limit_text(rate.target, '比率')}）" if rate.target is not None else "")
            + (f"（权数 {show_plain(rate.weight)}）" if rate.weight is not None else "")
            for rate in self.rates
        )
        return f"得分 = {listed}达到目标的比例（各不超过 100%）的平均值 × {show_plain(self.full_mark)} 分。"

    def problems(self) -> tuple[str, ...]:
        """Targets and weights above 0."""
        found = []
        for number, rate in enumerate(self.rates, 1):
            if rate.target is not None and rate.target <= 0:
                found.append(f"第 {number} 个比率的目标值应大于 0")
            if rate.weight is not None and rate.weight <= 0:
                found.append(f"第 {number} 个比率的权数应大于 0")
        return tuple(found)

    def faults(self) -> tuple[str, ...]:
        """Divisions without a named denominator."""
        return tuple(
            f"{rate.name}的分母没有名称，请写明除以的是什么。"
            for rate in self.rates
            if rate.divides and not rate.denominator
        )
