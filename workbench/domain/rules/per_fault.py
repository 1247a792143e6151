"""按次扣分: each occurrence takes points (or a percentage of the weight) off, down to a cap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, InputSpec, Outcome, Rule, missing_labels, register
from workbench.domain.rules.measure import points_of, settled, share_text, within
from workbench.domain.rules.params import Quantity, param


@register
@dataclass(frozen=True)
class PerFaultRule(Rule):
    """score = full mark − occurrences × points (每出现 1 次扣 1 分，扣完为止; 每家扣权重的 10%)."""

    kind: ClassVar[str] = "per_fault"
    label: ClassVar[str] = "按次扣分"

    fault: str = param("扣分情形", required=True, hint="如 无人在岗")
    per: Quantity | None = param("每次扣", "share", required=True, hint="分数，或权重的百分比如 10%")
    cap: Decimal | None = param("最多扣", "points", hint="不写则扣完为止")
    free: int = param("免扣次数", "count", default=0)
    unit: str = param("计量单位", default="次")
    count_source: str = param("次数取自", "source")

    @property
    def _per(self) -> Fraction:
        return points_of(self.per or Quantity(Decimal(0)), self.full_mark)

    @property
    def _cap(self) -> Fraction:
        return exact(self.full_mark if self.cap is None else self.cap)

    def inputs(self) -> tuple[InputSpec, ...]:
        """How often it happened."""
        label = f"{self.fault}（{self.unit}）"
        return (InputSpec("count", label, "count", unit=self.unit, source=self.count_source),)

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """Full mark less what the occurrences take off."""
        missing = missing_labels(self.inputs(), given)
        if missing:
            return Outcome(None, missing=missing)
        number = max((given["count"].number or Fraction(0)) - self.free, Fraction(0))
        full = exact(self.full_mark)
        points = full - number * self._per
        counts = within(full - min(number * self._per, self._cap), self.full_mark)
        expression = (
            f"{show_plain(full)} − {show_plain(number)} × {show_plain(self._per)} = {show_plain(points)}"
        )
        steps = (f"前 {self.free} {self.unit}不扣分。",) if self.free else ()
        return Outcome(counts, settled(expression, points, counts), steps)

    def maximum(self) -> Fraction:
        """No occurrence."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """What each occurrence costs."""
        allowed = f"超过 {self.free} {self.unit}后，" if self.free else ""
        least = "扣完为止" if self._cap == exact(self.full_mark) else f"最多扣 {show_plain(self._cap)} 分"
        costs = share_text(self.per or Quantity(Decimal(0)))
        return f"{self.fault}，{allowed}每出现 1 {self.unit}扣{costs}，{least}。"

    def problems(self) -> tuple[str, ...]:
        """An occurrence must cost something."""
        return () if self._per > 0 else ("参数“每次扣”（per）应大于 0",)

    def faults(self) -> tuple[str, ...]:
        """A cap above the full mark."""
        if self._cap <= exact(self.full_mark):
            return ()
        cap = f"最多扣 {show_plain(self._cap)} 分，超过指标分值 {show_plain(self.full_mark)} 分"
        return (f"{cap}，会扣成负数；按扣完为止执行。",)
