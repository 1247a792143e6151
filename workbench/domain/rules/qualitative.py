"""定性分档: a level is chosen, and a share of the weight inside its band is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, InputSpec, Outcome, Rule, missing_labels, register
from workbench.domain.rules.measure import rate_text, within
from workbench.domain.rules.params import param


@dataclass(frozen=True)
class Level:
    """One level: its name and the lowest share that belongs to it; upwards to the level before."""

    name: str = param("档名", required=True)
    lower: Decimal | None = param("下限", "percent", required=True)


NATIONAL_LEVELS = (
    Level("基本达成目标", Decimal("0.8")),
    Level("部分达成并具有一定效果", Decimal("0.6")),
    Level("未达成且效果较差", Decimal(0)),
)


@register
@dataclass(frozen=True)
class QualitativeRule(Rule):
    """score = share × full mark; 80 % belongs to the first level, 60 % to the second (财预〔2020〕10号 第十六条)."""

    kind: ClassVar[str] = "qualitative"
    label: ClassVar[str] = "定性分档"

    levels: tuple[Level, ...] = param(
        "各档", "list", item=Level, default=NATIONAL_LEVELS, hint="不写则为国家办法的三档"
    )

    def inputs(self) -> tuple[InputSpec, ...]:
        """The level, and the share inside it."""
        ranges = "；".join(self._range(number) for number in range(len(self.levels)))
        return (
            InputSpec("level", "达成程度", "choice", choices=tuple(level.name for level in self.levels)),
            InputSpec("share", "得分比例", "percent", hint=ranges),
        )

    def _bounds(self, number: int) -> tuple[Fraction, Fraction]:
        upper = self.levels[number - 1].lower if number else Decimal(1)
        return exact(self.levels[number].lower or 0), exact(upper or 0)

    def _range(self, number: int) -> str:
        lower, upper = self._bounds(number)
        shown = f"{show_plain(upper * 100)}%–{show_plain(lower * 100)}%"
        return f"{self.levels[number].name} {shown}（含）" if lower else f"{self.levels[number].name} {shown}"

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """The share, if it lies in the level's band."""
        missing = missing_labels(self.inputs(), given)
        if missing:
            return Outcome(None, missing=missing)
        share = given["share"].number or Fraction(0)
        names = [level.name for level in self.levels]
        number = names.index(str(given["level"].value))
        lower, upper = self._bounds(number)
        inside = lower <= share <= upper if number == 0 else lower <= share < upper
        if not inside:
            says = f"得分比例 {rate_text(share)} 不在“{self._range(number)}”之内，请核对。"
            return Outcome(None, steps=(says,), missing=("得分比例",))
        points = share * exact(self.full_mark)
        expression = f"{rate_text(share)} × {show_plain(self.full_mark)} = {show_plain(points)}"
        return Outcome(within(points, self.full_mark), expression, (f"达成程度：{names[number]}。",))

    def maximum(self) -> Fraction:
        """The whole weight."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """Every level with its band."""
        ranges = "；".join(self._range(number) for number in range(len(self.levels)))
        return f"按达成程度分档，在档内确定得分比例：{ranges}。得分 = 得分比例 × {show_plain(self.full_mark)} 分。"

    def problems(self) -> tuple[str, ...]:
        """Levels from the best down to 0 %, none twice."""
        lowers = [level.lower or Decimal(0) for level in self.levels]
        names = [level.name for level in self.levels]
        found = []
        if any(high <= low for high, low in pairwise(lowers)) or max(lowers, default=1) >= 1:
            found.append("各档下限应从高到低、不重复，最高一档低于 100%")
        if not lowers or lowers[-1] != 0:
            found.append("最低一档的下限应为 0%")
        if len(set(names)) != len(names):
            found.append("档名不能重复")
        return tuple(found)
