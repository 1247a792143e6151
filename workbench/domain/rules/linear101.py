"""及格门槛法: below 60 % nothing, above it (rate − 60 %) ÷ 40 % (财预〔2021〕101号)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, Outcome, register
from workbench.domain.rules.measure import Measured, TargetedRule, rate_text, settled, show_value, within
from workbench.domain.rules.params import param


@register
@dataclass(frozen=True)
class Linear101Rule(TargetedRule):
    """score = (rate − gate) ÷ (1 − gate) × full mark, 0 below the gate; rate = value ÷ target."""

    kind: ClassVar[str] = "linear101"
    label: ClassVar[str] = "及格门槛法"

    gate: Decimal = param("及格门槛", "percent", default=Decimal("0.6"))

    def score(self, measured: Measured, given: Mapping[str, Given]) -> Outcome:
        """The share above the gate."""
        target = self.target_of(given)
        if target <= 0:
            return Outcome(None, steps=("目标值应大于 0，请核对。",), missing=("目标值",))
        rate, gate = measured.value / target, exact(self.gate)
        steps = measured.steps
        text = measured.text
        if not (self.value_kind == "比率" and target == 1):
            text = rate_text(rate)
            goal = show_value(target, self.value_kind)
            steps = (*steps, f"完成比例 = {measured.text} ÷ {goal} = {text}")
        if rate < gate:
            return Outcome(Fraction(0), f"{text} ＜ {rate_text(gate)}，得 0 分", steps)
        points = (rate - gate) / (1 - gate) * exact(self.full_mark)
        counts = within(points, self.full_mark)
        bound = rate_text(gate)
        expression = (
            f"({text} − {bound}) ÷ (1 − {bound}) × {show_plain(self.full_mark)} = {show_plain(points)}"
        )
        return Outcome(counts, settled(expression, points, counts), steps)

    def maximum(self) -> Fraction:
        """A rate of 100 %."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """Both sides of the gate."""
        gate = f"{show_plain(self.gate * 100)}%"
        whole = self.value_kind == "比率" and not self.target_source and self.stated_target() == 1
        rate = self.name if whole else f"完成比例（{self.name} ÷ {self.target_text()}）"
        return (
            f"{self.division()}{rate}低于 {gate} 不得分；达到 {gate} 的，"
            f"得分 = ({self.name if whole else '完成比例'} − {gate}) ÷ (1 − {gate}) × {show_plain(self.full_mark)} 分，"
            f"最多 {show_plain(self.full_mark)} 分。"
        )

    def problems(self) -> tuple[str, ...]:
        """A gate below 100 %; dates have no rate."""
        found = list(super().problems())
        if self.gate >= 1:
            found.append("及格门槛应低于 100%")
        if self.value_kind == "日期":
            found.append("日期请用达标法或阶梯扣分")
        return tuple(found)
