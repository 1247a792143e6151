"""Charts as what they say, with no paper and no screen yet: bars and stacked scales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from workbench.domain.amounts import round_half_up, show_percent, show_plain
from workbench.domain.survey import Tally


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a bar chart: ``value`` drawn against ``full`` (the full mark), ``text`` printed beside it."""

    label: str
    value: Decimal
    text: str
    full: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BarChart:
    """Horizontal bars, each within the outline of its full mark where it has one."""

    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """One stacked bar: the parts of a whole, in the order of the chart's options."""

    label: str
    values: tuple[Decimal, ...]
    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.values) != len(self.texts):
            raise ValueError(f"as many texts as values are needed: {self.label!r}")


@dataclass(frozen=True, slots=True)
class ScaleChart:
    """Stacked bars of equal length over common options, as for the answers to a survey."""

    options: tuple[str, ...]
    scales: tuple[Scale, ...]

    def __post_init__(self) -> None:
        for scale in self.scales:
            if len(scale.values) != len(self.options):
                raise ValueError(f"as many values as options are needed: {scale.label!r}")


Chart: TypeAlias = BarChart | ScaleChart


def spoken(chart: Chart) -> str:
    """The figures of a chart in words: a picture of them cannot be searched or read aloud."""
    if isinstance(chart, BarChart):
        return "；".join(f"{bar.label} {bar.text}" for bar in chart.bars)
    return "；".join(
        f"{scale.label}："
        + "，".join(f"{option} {text}" for option, text in zip(chart.options, scale.texts, strict=True))
        for scale in chart.scales
    )


def tally_chart(tally: Tally) -> BarChart:
    """The answers to one question: a bar for each option within the whole, count and share beside it."""
    return BarChart(
        tuple(
            Bar(
                option.option.label or "（未写）",
                _percent(option.share),
                "—"
                if option.count is None
                else f"{show_plain(option.count)} · {show_percent(option.share or 0, 0)}",
                Decimal(100),
            )
            for option in tally.options
        )
    )


def scale_chart(tallies: Sequence[tuple[str, Tally]]) -> ScaleChart | None:
    """Several questions over the same steps, each with its label; ``None`` when there are fewer than two.

    Only questions with as many options as the first can stand above each other. Where their words
    differ (了解, 认可), the steps are named by their place: 第 1 档.
    """
    width = len(tallies[0][1].options) if tallies else 0
    same = [(label, tally) for label, tally in tallies if len(tally.options) == width]
    if len(same) < 2 or not width:
        return None
    options = tuple(f"第 {place} 档" for place in range(1, width + 1))
    if len({tuple(o.option.label for o in tally.options) for _, tally in same}) == 1:
        options = tuple(o.option.label for o in same[0][1].options)
    return ScaleChart(
        options,
        tuple(
            Scale(
                label,
                tuple(_percent(o.share) for o in tally.options),
                tuple(show_percent(o.share or 0, 0) for o in tally.options),
            )
            for label, tally in same
        ),
    )


def _percent(share: Fraction | None) -> Decimal:
    return round_half_up((share or Fraction(0)) * 100, 4)
