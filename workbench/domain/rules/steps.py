"""阶梯扣分: each n (percentage points) short of the target, or beyond it, takes points off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, Outcome, register
from workbench.domain.rules.measure import (
    Measured,
    TargetedRule,
    limit_text,
    points_of,
    read_limit,
    settled,
    share_text,
    show_value,
    within,
)
from workbench.domain.rules.params import BadParam, Quantity, param

BELOW, ABOVE = "每低", "每高"
LINEAR, WHOLE, STARTED = "按比例", "只计整档", "不足一档按一档"
_ZERO = Quantity(Decimal(0))


@register
@dataclass(frozen=True)
class StepsRule(TargetedRule):
    """score = full mark − gap ÷ step × points (每低 1 个百分点扣权重的 5%; 每高 2 个百分点扣 1 分).

    Whether a part of a step counts is stated: in proportion, not at all, or as a whole one.
    """

    kind: ClassVar[str] = "steps"
    label: ClassVar[str] = "阶梯扣分"

    direction: str = param("扣分方向", "choice", choices=(BELOW, ABOVE), default=BELOW)
    step: str = param("每档", "limit", required=True, hint="如 1%（1 个百分点）、2 天")
    per: Quantity | None = param("每档扣", "share", required=True, hint="分数，或权重的百分比如 5%")
    whole: str = param("不满一档时", "choice", choices=(LINEAR, WHOLE, STARTED), default=LINEAR)
    least: Decimal | None = param("最低得分", "points", hint="不写则扣完为止")
    zero_beyond: str = param("越过此值不得分", "limit", hint="如 60%：低于 60% 不得分")

    @property
    def _step(self) -> Fraction:
        # A step in time is a number of days, not a date.
        return read_limit(self.step, "数值" if self.value_kind == "日期" else self.value_kind)

    @property
    def _per(self) -> Fraction:
        return points_of(self.per or _ZERO, self.full_mark)

    def score(self, measured: Measured, given: Mapping[str, Given]) -> Outcome:
        """Full mark less the steps between value and target."""
        target = self.target_of(given)
        low = self.direction == BELOW
        full = exact(self.full_mark)
        beyond = read_limit(self.zero_beyond, self.value_kind) if self.zero_beyond else None
        if beyond is not None and (measured.value < beyond if low else measured.value > beyond):
            sign = "＜" if low else "＞"
            return Outcome(
                Fraction(0),
                f"{measured.text} {sign} {show_value(beyond, self.value_kind)}，得 0 分",
                measured.steps,
            )
        gap = max(target - measured.value if low else measured.value - target, Fraction(0))
        steps = gap / self._step
        if self.whole != LINEAR:
            steps = Fraction(floor(steps) if self.whole == WHOLE else ceil(steps))
        points = full - steps * self._per
        floor_points = exact(self.least or 0)
        counts = within(max(points, floor_points), self.full_mark)
        shown = f"{show_plain(full)} − {show_plain(steps)} × {show_plain(self._per)} = {show_plain(points)}"
        word = "低于" if low else "超过"
        note = (
            f"{word}目标值 {show_value(target, self.value_kind)} 的差额为 {self._gap_text(gap)}，"
            f"每 {self._gap_text(self._step)} 一档，计 {show_plain(steps)} 档（{self.whole}）。"
        )
        return Outcome(counts, settled(shown, points, counts), (*measured.steps, note))

    def _gap_text(self, gap: Fraction) -> str:
        if self.value_kind == "比率":
            return f"{show_plain(gap * 100)} 个百分点"
        return f"{show_plain(gap)} {'天' if self.value_kind == '日期' else self.unit}".rstrip()

    def maximum(self) -> Fraction:
        """The target met."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """The steps in words."""
        met = "达到" if self.direction == BELOW else "不超过"
        part = {LINEAR: "不满一档的按比例扣", WHOLE: "不满一档的不扣", STARTED: "不足一档按一档扣"}[
            self.whole
        ]
        least = f"最低得 {show_plain(exact(self.least))} 分" if self.least else "扣完为止"
        beyond = ""
        if self.zero_beyond:
            limit = read_limit(self.zero_beyond, self.value_kind)
            word = "低于" if self.direction == BELOW else "高于"
            beyond = f"；{word} {limit_text(limit, self.value_kind, self.unit)} 不得分"
        return (
            f"{self.division()}{self.name}{met} {self.target_text()} 得满分，"
            f"{self.direction} {self._gap_text(self._step)}扣{share_text(self.per or _ZERO)}，{part}，{least}{beyond}。"
        )

    def problems(self) -> tuple[str, ...]:
        """Steps and points above 0, limits that can be read and lie on the right side of the target."""
        found = list(super().problems())
        if self._per <= 0:
            found.append("参数“每档扣”（per）应大于 0")
        if found:
            return tuple(found)
        try:
            if self._step <= 0:
                found.append("参数“每档”（step）应大于 0")
            target = self.stated_target()
            beyond = read_limit(self.zero_beyond, self.value_kind) if self.zero_beyond else None
        except BadParam as error:
            return (*found, f"参数“每档”或“越过此值不得分”{error}")
        if beyond is not None and target is not None:
            wrong = beyond > target if self.direction == BELOW else beyond < target
            if wrong:
                found.append("“越过此值不得分”的界限在目标值的另一边")
        return tuple(found)

    def faults(self) -> tuple[str, ...]:
        """A floor above the full mark, or steps that would go below 0 without a floor being stated."""
        found = super().faults()
        if self.least is not None and self.least >= self.full_mark:
            found += ("最低得分不低于指标分值，永远扣不到分。",)
        if self.least is None and self._below_zero():
            found += ("差额大时会扣成负分，而标准没有写最低得分；已按扣完为止执行，请核对最低得分。",)
        return found

    def _below_zero(self) -> bool:
        """Whether the largest gap takes more than the full mark; beyond the target there is no largest."""
        target = self.stated_target()
        if self.direction == ABOVE or self.value_kind == "日期":
            return not self.zero_beyond
        if target is None:
            return True
        lowest = read_limit(self.zero_beyond, self.value_kind) if self.zero_beyond else Fraction(0)
        return (target - lowest) / self._step * self._per > exact(self.full_mark)
