"""逆向扣分: from the full mark, a listed price for each kind of shortcoming found."""

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

_ZERO = Quantity(Decimal(0))


@dataclass(frozen=True)
class Shortcoming:
    """One listed kind of shortcoming: what each occurrence costs, and at most all of them."""

    text: str = param("扣分情形", required=True)
    per: Quantity | None = param("每次扣", "share", required=True)
    cap: Decimal | None = param("最多扣", "points")
    zero: bool = param("出现即不得分", "flag")


@register
@dataclass(frozen=True)
class ReverseDeductionRule(Rule):
    """score = full mark − Σ min(occurrences × price, cap), not below 0 (Zhengzhou practice)."""

    kind: ClassVar[str] = "reverse_deduction"
    label: ClassVar[str] = "逆向扣分"

    items: tuple[Shortcoming, ...] = param("扣分清单", "list", item=Shortcoming, required=True)

    def inputs(self) -> tuple[InputSpec, ...]:
        """How often each was found."""
        return tuple(
            InputSpec(f"c{number}", f"{item.text}（次）", "count", unit="次")
            for number, item in enumerate(self.items, 1)
        )

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """Full mark less the list."""
        missing = missing_labels(self.inputs(), given)
        if missing:
            return Outcome(None, missing=missing)
        full = exact(self.full_mark)
        off: list[Fraction] = []
        steps: list[str] = []
        for number, item in enumerate(self.items, 1):
            times = given[f"c{number}"].number or Fraction(0)
            if not times:
                continue
            if item.zero:
                return Outcome(Fraction(0), f"出现“{item.text}”，得 0 分", tuple(steps))
            per = points_of(item.per or _ZERO, self.full_mark)
            cost = times * per if item.cap is None else min(times * per, exact(item.cap))
            capped = "" if cost == times * per else f"，最多扣 {show_plain(cost)}"
            steps.append(f"{item.text}：{show_plain(times)} 次 × {show_plain(per)} 分{capped}")
            off.append(cost)
        points = full - sum(off, Fraction(0))
        counts = within(points, self.full_mark)
        expression = " − ".join(map(show_plain, [full, *off])) + (f" = {show_plain(points)}" if off else "")
        return Outcome(counts, settled(expression, points, counts), tuple(steps))

    def maximum(self) -> Fraction:
        """Nothing found."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """The price list."""
        listed = "；".join(self._price(item) for item in self.items)
        return f"满分 {show_plain(self.full_mark)} 分，按清单倒扣，扣完为止：{listed}。"

    @staticmethod
    def _price(item: Shortcoming) -> str:
        if item.zero:
            return f"{item.text}，出现即不得分"
        most = f"，最多扣 {show_plain(item.cap)} 分" if item.cap is not None else ""
        return f"{item.text}，每次扣{share_text(item.per or _ZERO)}{most}"

    def problems(self) -> tuple[str, ...]:
        """Every shortcoming must cost something."""
        return tuple(
            f"第 {number} 条的“每次扣”应大于 0"
            for number, item in enumerate(self.items, 1)
            if not item.zero and points_of(item.per or _ZERO, self.full_mark) <= 0
        )

    def faults(self) -> tuple[str, ...]:
        """A cap above the full mark."""
        return tuple(
            f"“{item.text}”最多扣 {show_plain(item.cap)} 分，超过指标分值，会扣成负数；按扣完为止执行。"
            for item in self.items
            if item.cap is not None and item.cap > self.full_mark
        )
