"""比率法: rate ÷ target × points, with a cap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, Outcome, register
from workbench.domain.rules.measure import Measured, TargetedRule, settled, show_value, within
from workbench.domain.rules.params import param

AT_MOST, LESS_WHEN_OVER = "按上限计", "按比例扣减"


@register
@dataclass(frozen=True)
class RatioRule(TargetedRule):
    """score = rate ÷ target × factor, at most the cap (report 004: 公众知晓率 ÷ 96% × 10)."""

    kind: ClassVar[str] = "ratio"
    label: ClassVar[str] = "比率法"

    factor: Decimal | None = param("系数（分）", "points", hint="不写则为指标分值")
    cap: Decimal | None = param("最多得分", "points", hint="不写则等于系数")
    over: str = param("超过目标时", "choice", choices=(AT_MOST, LESS_WHEN_OVER), default=AT_MOST)

    @property
    def _factor(self) -> Fraction:
        return exact(self.full_mark if self.factor is None else self.factor)

    @property
    def _cap(self) -> Fraction:
        return self._factor if self.cap is None else exact(self.cap)

    def score(self, measured: Measured, given: Mapping[str, Given]) -> Outcome:
        """The ratio in points; a target of 100 % is left out of the expression."""
        target = self.target_of(given)
        if target <= 0:
            return Outcome(None, steps=("目标值应大于 0，请核对。",), missing=("目标值",))
        reached = measured.value / target
        plain = self.value_kind == "比率" and target == 1
        shown = measured.text if plain else f"{measured.text} ÷ {show_value(target, self.value_kind)}"
        points = reached * self._factor
        if self.over == LESS_WHEN_OVER and reached > 1:
            points = (2 - reached) * self._factor
            shown = f"(2 − {shown})"
        counts = within(min(points, self._cap), self.full_mark)
        expression = f"{shown} × {show_plain(self._factor)} = {show_plain(points)}"
        return Outcome(counts, settled(expression, points, counts), measured.steps)

    def maximum(self) -> Fraction:
        """What a rate of 100 % (or the target, if that is higher) gives, at most the cap."""
        if self.over == LESS_WHEN_OVER:
            return min(self._cap, self._factor)
        target = self.stated_target()
        if self.value_kind != "比率" or target is None:
            return self._cap
        return min(self._cap, self._factor * max(Fraction(1), 1 / target))

    def sentence(self) -> str:
        """The calculation in words."""
        bare = self.value_kind == "比率" and not self.target_source and self.stated_target() == 1
        divided = self.name if bare else f"{self.name} ÷ {self.target_text()}"
        more = "，超过目标的部分按比例扣减" if self.over == LESS_WHEN_OVER else ""
        return f"{self.division()}得分 = {divided} × {show_plain(self._factor)} 分，最多 {show_plain(self._cap)} 分{more}。"
