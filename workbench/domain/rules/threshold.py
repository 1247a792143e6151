"""达标法: the target met gives the full mark, otherwise nothing or what the standard states."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, Outcome, register
from workbench.domain.rules.measure import Measured, TargetedRule, show_value, within
from workbench.domain.rules.params import param

COMPARISONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "≥": operator.ge,
    "≤": operator.le,
    "=": operator.eq,
    "＞": operator.gt,
    "＜": operator.lt,
}


@register
@dataclass(frozen=True)
class ThresholdRule(TargetedRule):
    """Met: full mark (or ``met``); not met: 0 (or ``unmet``). Dates compare too (于 2020-09-27 前完成)."""

    kind: ClassVar[str] = "threshold"
    label: ClassVar[str] = "达标法"

    operator: str = param("比较", "choice", choices=tuple(COMPARISONS), default="≥")
    met: Decimal | None = param("达到得", "points", hint="不写则为指标分值")
    unmet: Decimal | None = param("未达到得", "points", hint="不写则为 0")

    @property
    def _met(self) -> Fraction:
        return exact(self.full_mark if self.met is None else self.met)

    @property
    def _unmet(self) -> Fraction:
        return exact(self.unmet or 0)

    def score(self, measured: Measured, given: Mapping[str, Given]) -> Outcome:
        """One of the two."""
        target = self.target_of(given)
        met = COMPARISONS[self.operator](measured.value, target)
        points = within(self._met if met else self._unmet, self.full_mark)
        says = f"{measured.text} {self.operator} {show_value(target, self.value_kind)}"
        return Outcome(
            points, f"{says} {'成立' if met else '不成立'}，得 {show_plain(points)} 分", measured.steps
        )

    def maximum(self) -> Fraction:
        """The better of the two."""
        return max(self._met, self._unmet)

    def sentence(self) -> str:
        """Both cases."""
        return (
            f"{self.division()}{self.name} {self.operator} {self.target_text()}，"
            f"得 {show_plain(self._met)} 分；否则得 {show_plain(self._unmet)} 分。"
        )

    def faults(self) -> tuple[str, ...]:
        """Not meeting the target must not pay."""
        found = super().faults()
        if self._unmet >= self._met:
            found += ("未达到目标得分不低于达到目标，请核对两处分值。",)
        return found
