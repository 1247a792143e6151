"""Charts laid out once as shapes; paper and screen only differ in how they measure and colour them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from workbench.domain.charts import BarChart, Chart, ScaleChart

LineT = TypeVar("LineT")


class Hand(StrEnum):
    """What words in a chart are for; each surface has a face and size for it."""

    LABEL = "label"
    VALUE = "value"
    LEGEND = "legend"


class Pen(Protocol[LineT]):
    """How a surface measures words. Lengths in its own unit (points, pixels)."""

    @property
    def unit(self) -> float:
        """The length that stands for one point of the paper."""

    def size(self, hand: Hand) -> float:
        """The height of the words of a hand."""

    def leading(self, hand: Hand) -> float:
        """The height of a line of it, space included."""

    def wide(self, text: str, hand: Hand) -> float:
        """The width of a text on one line."""

    def lines(self, text: str, hand: Hand, width: float) -> tuple[LineT, ...]:
        """The text set in lines no wider than ``width``; none for an empty text."""

    def width(self, line: LineT) -> float:
        """The width of a set line."""


@dataclass(frozen=True, slots=True)
class Tone:
    """How dark a shape is: ``part`` 0 is the strongest tint of the hue, 1 the faintest; a track is the ground
    on which a bar lies."""

    part: float = 0.0
    track: bool = False


BAR = Tone(0.0)
TRACK = Tone(track=True)


@dataclass(frozen=True, slots=True)
class Patch:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    tone: Tone
    bar: bool = False
    """A bar standing alone, not a step of a scale."""


@dataclass(frozen=True, slots=True)
class Words(Generic[LineT]):
    """A set line at a place; ``on`` is the tone it lies on, nothing on bare ground."""

    x: float
    y: float
    line: LineT
    hand: Hand
    on: Tone | None = None


@dataclass(frozen=True, slots=True)
class Drawing(Generic[LineT]):
    """Shapes within a rectangle, measured from its upper left corner.

    ``cuts`` are the depths at which it may be parted where it is taller than a page.
    """

    width: float
    height: float
    patches: tuple[Patch, ...]
    words: tuple[Words[LineT], ...]
    cuts: tuple[float, ...] = ()

    def parts(self, most: float) -> list[Drawing[LineT]]:
        """Return the drawing in parts of at most a height, or whole if it fits."""
        parts: list[Drawing[LineT]] = []
        top = 0.0
        while self.height - top > most:
            fitting = [cut for cut in self.cuts if top < cut <= top + most]
            if not fitting:
                break
            parts.append(self._between(top, fitting[-1]))
            top = fitting[-1]
        return [*parts, self._between(top, self.height)]

    def _between(self, top: float, foot: float) -> Drawing[LineT]:
        patches = tuple(replace(one, y=one.y - top) for one in self.patches if top <= one.y < foot)
        words = tuple(replace(one, y=one.y - top) for one in self.words if top <= one.y < foot)
        return Drawing(self.width, foot - top, patches, words)


def lay_out(chart: Chart, width: float, pen: Pen[LineT]) -> Drawing[LineT]:
    """Turn a chart into shapes of a width."""
    return (
        _Layout(width, pen).bars(chart) if isinstance(chart, BarChart) else _Layout(width, pen).scales(chart)
    )


class _Layout(Generic[LineT]):
    """The shapes of one chart while they are being placed."""

    def __init__(self, width: float, pen: Pen[LineT]) -> None:
        self._width = width
        self._pen = pen
        self._patches: list[Patch] = []
        self._words: list[Words[LineT]] = []
        self._cuts: list[float] = []

    def bars(self, chart: BarChart) -> Drawing[LineT]:
        """Bars one below the other, each within its full mark."""
        pen, unit = self._pen, self._pen.unit
        label_width, labels = self._labels([bar.label for bar in chart.bars])
        texts = [pen.lines(bar.text, Hand.VALUE, self._width) for bar in chart.bars]
        value_width = max((pen.width(line) for lines in texts for line in lines), default=0.0)
        left = label_width + 10 * unit
        span = max(20.0 * unit, self._width - left - value_width - 10 * unit)
        longest = max((max(bar.value, bar.full or bar.value) for bar in chart.bars), default=0)
        y = 0.0
        for bar, label, text in zip(chart.bars, labels, texts, strict=True):
            height = max(24.0 * unit, len(label) * pen.leading(Hand.LABEL) + 8 * unit)
            top = y + (height - 13 * unit) / 2
            full = bar.full if bar.full is not None else longest
            step = span / float(longest) if longest > 0 else 0.0
            self._patches += [
                Patch(left, top, float(full) * step, 13 * unit, TRACK, bar=True),
                Patch(left, top, max(0.0, float(bar.value)) * step, 13 * unit, BAR, bar=True),
            ]
            self._put_label(label, y, height)
            end = left + float(max(full, bar.value)) * step + 6 * unit
            self._words += [
                Words(end, y + (height - pen.size(Hand.VALUE)) / 2, line, Hand.VALUE) for line in text
            ]
            y += height
            self._cuts.append(y)
        return self._drawing(y)

    def scales(self, chart: ScaleChart) -> Drawing[LineT]:
        """Stacked bars below a legend of their steps."""
        pen, unit = self._pen, self._pen.unit
        label_width, labels = self._labels([scale.label for scale in chart.scales])
        left = label_width + 10 * unit
        span = self._width - left
        y = self._legend(chart)
        for scale, label in zip(chart.scales, labels, strict=True):
            height = max(32.0 * unit, len(label) * pen.leading(Hand.LABEL) + 8 * unit)
            top = y + (height - 20 * unit) / 2
            total = sum(scale.values)
            x = left
            for index, (value, text) in enumerate(zip(scale.values, scale.texts, strict=True)):
                part = span * float(value / total) if total > 0 else 0.0
                if part <= 0:
                    continue
                tone = _step(index, len(chart.options))
                self._patches.append(Patch(x, top, part, 20 * unit, tone))
                line = pen.lines(text, Hand.VALUE, self._width)[:1]
                if line and pen.width(line[0]) + 4 * unit <= part:
                    place = x + (part - pen.width(line[0])) / 2
                    depth = top + (20 * unit - pen.size(Hand.VALUE)) / 2
                    self._words.append(Words(place, depth, line[0], Hand.VALUE, tone))
                x += part
            self._put_label(label, y, height)
            y += height
            self._cuts.append(y)
        return self._drawing(y)

    def _labels(self, labels: list[str]) -> tuple[float, list[tuple[LineT, ...]]]:
        """Set the labels in a column as wide as they need, at most a third of the chart."""
        widest = max((self._pen.wide(text, Hand.LABEL) for text in labels), default=0) + self._pen.unit
        most = min(self._width / 3, widest)
        return most, [self._pen.lines(label, Hand.LABEL, most) for label in labels]

    def _put_label(self, label: tuple[LineT, ...], y: float, height: float) -> None:
        leading, size = self._pen.leading(Hand.LABEL), self._pen.size(Hand.LABEL)
        start = y + (height - len(label) * leading) / 2 + (leading - size) / 2
        self._words += [Words(0, start + n * leading, line, Hand.LABEL) for n, line in enumerate(label)]

    def _legend(self, chart: ScaleChart) -> float:
        pen, unit = self._pen, self._pen.unit
        x = y = 0.0
        for index, option in enumerate(chart.options):
            for line in pen.lines(option, Hand.LEGEND, self._width)[:1]:
                if x and x + pen.width(line) + 14 * unit > self._width:
                    x, y = 0.0, y + 16 * unit
                tone = _step(index, len(chart.options))
                self._patches.append(Patch(x, y + 0.5 * unit, 9 * unit, 9 * unit, tone))
                self._words.append(Words(x + 13 * unit, y, line, Hand.LEGEND))
                x += pen.width(line) + 30 * unit
        return y + 20 * unit

    def _drawing(self, height: float) -> Drawing[LineT]:
        return Drawing(self._width, height, tuple(self._patches), tuple(self._words), tuple(self._cuts))


def _step(index: int, count: int) -> Tone:
    """The tone of an option among so many, from the strongest to the faintest."""
    return Tone(index / max(1, count - 1))
