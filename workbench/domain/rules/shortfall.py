"""差额比例法: the deviation from the target takes its own share of the points off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, Outcome, register
from workbench.domain.rules.measure import (
    Measured,
    TargetedRule,
    limit_text,
    rate_text,
    settled,
    show_value,
    within,
)
from workbench.domain.rules.params import param

ALL, OVER_ONLY = "各种偏差", "只用于超出"
SHORT, OVER, BOTH = "只计不足", "只计超出", "不足和超出都计"


@register
@dataclass(frozen=True)
class ShortfallRule(TargetedRule):
    """score = (1 − 偏差率) × full mark, 偏差率 = |value − target| ÷ target (practice 4.3 no. 6).

    The share is of the counted deviation only. 财预〔2020〕10号 第十六条: short of the target in proportion,
    far above it (a target that was too low) likewise; what is still near may be spared above only.
    """

    kind: ClassVar[str] = "shortfall"
    label: ClassVar[str] = "差额比例法"

    counts: str = param("计哪种偏差", "choice", choices=(SHORT, OVER, BOTH), default=SHORT)
    allowed: Decimal | None = param("不计的偏差率", "percent", hint="如 30%：偏差在 30% 以内不扣分")
    spares: str = param("不计的偏差率用于", "choice", choices=(ALL, OVER_ONLY), default=ALL)

    def score(self, measured: Measured, given: Mapping[str, Given]) -> Outcome:
        """What the deviation leaves."""
        target = self.target_of(given)
        if target <= 0:
            return Outcome(None, steps=("目标值应大于 0，请核对。",), missing=("目标值",))
        deviation = (measured.value - target) / target
        counted = abs(deviation) if self._counted(deviation) else Fraction(0)
        step = f"偏差率 = ({measured.text} − {show_value(target, self.value_kind)}) ÷ {show_value(target, self.value_kind)} = {rate_text(deviation)}"
        steps = [*measured.steps, step]
        if self.allowed and counted and (deviation > 0 or self.spares == ALL):
            over = counted - exact(self.allowed)
            steps.append(
                f"偏差率在 {rate_text(exact(self.allowed))} 以内不扣分，计 {rate_text(max(over, Fraction(0)))}。"
            )
            counted = max(over, Fraction(0))
        points = (1 - counted) * exact(self.full_mark)
        kept = within(points, self.full_mark)
        expression = f"(1 − {rate_text(counted)}) × {show_plain(self.full_mark)} = {show_plain(points)}"
        return Outcome(kept, settled(expression, points, kept), tuple(steps))

    def _counted(self, deviation: Fraction) -> bool:
        return self.counts == BOTH or (deviation < 0 if self.counts == SHORT else deviation > 0)

    def maximum(self) -> Fraction:
        """No deviation."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """The share in words."""
        kind = {SHORT: "不足的", OVER: "超出的", BOTH: "不足或超出的"}[self.counts]
        which = "超出" if self.spares == OVER_ONLY else "偏差率"
        allowed = f"，{which}在 {limit_text(self.allowed, '比率')} 以内不扣" if self.allowed else ""
        return (
            f"{self.division()}{self.name}与目标值 {self.target_text()} 相比，"
            f"{kind}部分按偏差率扣减：得分 = (1 − 偏差率) × {show_plain(self.full_mark)} 分{allowed}，扣完为止。"
        )
