"""反向指标: lower is better; the full mark up to the target, nothing from twice the target on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, Outcome, register
from workbench.domain.rules.measure import Measured, TargetedRule, show_value, within


@register
@dataclass(frozen=True)
class ReverseRule(TargetedRule):
    """a ≤ t: full; t < a < 2t: (1 − (a − t) ÷ t) × full; a ≥ 2t: 0 (预算管理一体化 systems)."""

    kind: ClassVar[str] = "reverse"
    label: ClassVar[str] = "反向指标"

    def score(self, measured: Measured, given: Mapping[str, Given]) -> Outcome:
        """By how far the value exceeds the target."""
        target = self.target_of(given)
        if target <= 0:
            return Outcome(None, steps=("目标值应大于 0，请核对。",), missing=("目标值",))
        full, text, goal = exact(self.full_mark), measured.text, show_value(target, self.value_kind)
        if measured.value <= target:
            return Outcome(full, f"{text} ≤ {goal}，得 {show_plain(full)} 分", measured.steps)
        if measured.value >= 2 * target:
            return Outcome(Fraction(0), f"{text} ≥ 2 × {goal}，得 0 分", measured.steps)
        points = (1 - (measured.value - target) / target) * full
        expression = f"(1 − ({text} − {goal}) ÷ {goal}) × {show_plain(full)} = {show_plain(points)}"
        return Outcome(within(points, self.full_mark), expression, measured.steps)

    def maximum(self) -> Fraction:
        """The target kept."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """The three cases."""
        full, goal = show_plain(self.full_mark), self.target_text()
        return (
            f"{self.division()}{self.name}越低越好：不超过 {goal} 得 {full} 分；"
            f"超过的，得分 = (1 − 超出比例) × {full} 分；达到 {goal} 的 2 倍不得分。"
        )

    def problems(self) -> tuple[str, ...]:
        """Dates have no double."""
        wrong = ("日期请用达标法或阶梯扣分",) if self.value_kind == "日期" else ()
        return (*super().problems(), *wrong)
