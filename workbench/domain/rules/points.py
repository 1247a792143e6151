"""评价要点: each point has its share; met, not met, or the points given for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, round_half_up, show_plain
from workbench.domain.rules.base import Given, InputSpec, Outcome, Rule, missing_labels, register
from workbench.domain.rules.measure import within
from workbench.domain.rules.params import param


@dataclass(frozen=True)
class Point:
    """One 评价要点. Without marks it takes an equal share of the full mark with the others."""

    text: str = param("要点", required=True)
    marks: Decimal | None = param("分值", "points")
    veto: bool = param("不符合则本指标不得分", "flag")


@register
@dataclass(frozen=True)
class PointsRule(Rule):
    """Sum of the points given (domain practice 4.3 no. 1; equal shares as the Zhengzhou notes ask)."""

    kind: ClassVar[str] = "points"
    label: ClassVar[str] = "评价要点"

    points: tuple[Point, ...] = param("评价要点", "list", item=Point, required=True)

    def marks(self) -> tuple[Fraction, ...]:
        """The share of each point: as stated, or what the stated ones leave, split equally."""
        stated = sum((exact(p.marks) for p in self.points if p.marks is not None), Fraction(0))
        open_ones = sum(1 for p in self.points if p.marks is None)
        rest = (exact(self.full_mark) - stated) / open_ones if open_ones else Fraction(0)
        return tuple(rest if p.marks is None else exact(p.marks) for p in self.points)

    def inputs(self) -> tuple[InputSpec, ...]:
        """One input per point."""
        return tuple(
            InputSpec(f"p{number}", f"{number}. {point.text}", "point", unit="分", marks=_stated(marks))
            for number, (point, marks) in enumerate(zip(self.points, self.marks(), strict=True), 1)
        )

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """The sum; a point with a veto that is not met makes it 0."""
        missing = missing_labels(self.inputs(), given)
        if missing:
            return Outcome(None, missing=missing)
        parts: list[Fraction] = []
        steps: list[str] = []
        for number, (point, marks) in enumerate(zip(self.points, self.marks(), strict=True), 1):
            value = given[f"p{number}"].value
            part = min(value, marks) if isinstance(value, Fraction) else marks * (value == "符合")
            parts.append(part)
            if point.veto and not part:
                steps.append(f"要点 {number} 不符合，按标准本指标不得分。")
        total = sum(parts, Fraction(0))
        shown = " + ".join(show_plain(part) for part in parts)
        if steps:
            return Outcome(Fraction(0), f"{shown} = {show_plain(total)}，按 0 分计", tuple(steps))
        expression = f"{shown} = {show_plain(total)}" if len(parts) > 1 else shown
        return Outcome(within(total, self.full_mark), expression)

    def maximum(self) -> Fraction:
        """All points met."""
        return sum(self.marks(), Fraction(0))

    def sentence(self) -> str:
        """Every point with its share."""
        listed = "；".join(
            f"{number}. {point.text.rstrip('；;。')}（{show_plain(marks)} 分{'，不符合则不得分' if point.veto else ''}）"
            for number, (point, marks) in enumerate(zip(self.points, self.marks(), strict=True), 1)
        )
        if len(self.points) == 1:
            return f"评价要点{listed.removeprefix('1')}，符合得满分，部分符合酌情给分。".replace(
                "点. ", "点："
            )
        return f"共 {len(self.points)} 个评价要点，符合得满分，部分符合酌情给分，各要点得分相加：{listed}。"

    def problems(self) -> tuple[str, ...]:
        """The stated shares must leave something for the others."""
        if any(marks <= 0 for marks in self.marks()):
            return (
                ("评价要点的分值加起来已达到或超过指标分值，其余要点分不到分",)
                if self._mixed
                else ("评价要点的分值应大于 0",)
            )
        return ()

    @property
    def _mixed(self) -> bool:
        return any(p.marks is None for p in self.points)


def _stated(marks: Fraction) -> Decimal:
    # A third of a point has no exact decimal: what a person may type is limited to 6 decimals of it.
    return round_half_up(marks, 6).normalize() if marks.denominator != 1 else Decimal(int(marks))
