"""保底线法: nothing at or below a floor; above it in proportion, by interpolation, or the full mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, Outcome, register
from workbench.domain.rules.measure import (
    Measured,
    TargetedRule,
    limit_text,
    read_limit,
    settled,
    show_value,
    within,
)
from workbench.domain.rules.params import BadParam, param

IN_PROPORTION, BETWEEN, FULL = "按达标比例", "在底线和目标之间插值", "得满分"


@register
@dataclass(frozen=True)
class FloorRule(TargetedRule):
    """≤ floor: 0 (如 ≤80% 不得分); above: value ÷ target, or (value − floor) ÷ (target − floor), × full mark."""

    kind: ClassVar[str] = "floor"
    label: ClassVar[str] = "保底线法"

    floor: str = param("底线", "limit", required=True, hint="如 80%")
    at_floor: str = param("恰在底线时", "choice", choices=("不得分", "计分"), default="不得分")
    above: str = param("高于底线时", "choice", choices=(IN_PROPORTION, BETWEEN, FULL), default=IN_PROPORTION)

    @property
    def _floor(self) -> Fraction:
        return read_limit(self.floor, self.value_kind)

    @property
    def _strict(self) -> bool:
        return self.at_floor == "计分"

    def score(self, measured: Measured, given: Mapping[str, Given]) -> Outcome:
        """By the side of the floor."""
        target, lowest = self.target_of(given), self._floor
        low, bound = measured.text, show_value(lowest, self.value_kind)
        if measured.value < lowest if self._strict else measured.value <= lowest:
            sign = "＜" if self._strict else "≤"
            return Outcome(Fraction(0), f"{low} {sign} {bound}，得 0 分", measured.steps)
        full = exact(self.full_mark)
        if self.above == FULL:
            sign = "≥" if self._strict else "＞"
            return Outcome(full, f"{low} {sign} {bound}，得 {show_plain(full)} 分", measured.steps)
        goal = show_value(target, self.value_kind)
        if self.above == BETWEEN:
            if target <= lowest:
                return Outcome(None, steps=("目标值应高于底线，请核对。",), missing=("目标值",))
            points = (measured.value - lowest) / (target - lowest) * full
            shown = f"({low} − {bound}) ÷ ({goal} − {bound}) × {show_plain(full)} = {show_plain(points)}"
        else:
            points = measured.value / target * full
            bare = self.value_kind == "比率" and target == 1
            shown = f"{low}{'' if bare else f' ÷ {goal}'} × {show_plain(full)} = {show_plain(points)}"
        counts = within(points, self.full_mark)
        return Outcome(counts, settled(shown, points, counts), measured.steps)

    def maximum(self) -> Fraction:
        """The target reached."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """Both sides of the floor."""
        word = "低于" if self._strict else "不高于"
        full = show_plain(self.full_mark)
        more = {
            IN_PROPORTION: f"得分 = {self.name} ÷ {self.target_text()} × {full} 分",
            BETWEEN: f"在底线和 {self.target_text()} 之间按比例得分",
            FULL: f"得 {full} 分",
        }[self.above]
        bound = limit_text(self._floor, self.value_kind, self.unit)
        return f"{self.division()}{self.name}{word} {bound} 不得分；高于的，{more}，最多 {full} 分。"

    def problems(self) -> tuple[str, ...]:
        """A floor that can be read and lies below the target."""
        found = list(super().problems())
        if self.value_kind == "日期":
            found.append("日期请用达标法或阶梯扣分")
        if found:
            return tuple(found)
        try:
            lowest, target = self._floor, self.stated_target()
        except BadParam as error:
            return (f"参数“底线”（floor）{error}",)
        return ("底线应低于目标值",) if target is not None and lowest >= target else ()
