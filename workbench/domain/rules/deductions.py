"""扣分法: the full mark less the deduction lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, InputSpec, Outcome, Rule, register
from workbench.domain.rules.measure import settled, within
from workbench.domain.rules.params import param


@register
@dataclass(frozen=True)
class DeductionsRule(Rule):
    """score = full mark − Σ deduction lines, not below 0 (report 000 lists nothing but such lines)."""

    kind: ClassVar[str] = "deductions"
    label: ClassVar[str] = "扣分法"

    cap: Decimal | None = param("最多扣", "points", hint="不写则扣完为止")

    def inputs(self) -> tuple[InputSpec, ...]:
        """None: the deduction lines say everything."""
        return ()

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """Full mark less the lines."""
        full, off = exact(self.full_mark), exact(deducted)
        points = full - off
        counts = within(full - min(off, full if self.cap is None else exact(self.cap)), self.full_mark)
        expression = f"{show_plain(full)} − {show_plain(off)} = {show_plain(points)}"
        return Outcome(counts, settled(expression, points, counts))

    def maximum(self) -> Fraction:
        """No deduction line."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """From full points downwards."""
        least = "扣完为止" if self.cap is None else f"最多扣 {show_plain(self.cap)} 分"
        return f"满分 {show_plain(self.full_mark)} 分，按列明的扣分逐条扣减，{least}。"

    def faults(self) -> tuple[str, ...]:
        """A cap above the full mark."""
        if self.cap is not None and self.cap > self.full_mark:
            return (f"最多扣 {show_plain(self.cap)} 分，超过指标分值，会扣成负数；按扣完为止执行。",)
        return ()
