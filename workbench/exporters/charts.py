"""Charts as plain shapes: bars, stacked scales, words; any writer can draw them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbench.exporters.document import Align, BarChart, Chart, ScaleChart, Text
from workbench.exporters.fonts import Role
from workbench.exporters.lines import Line, Style
from workbench.exporters.typesetting import Typesetter

Colour = tuple[float, float, float]

_LABEL = Style(Role.SONG, 10.5, 14, Align.LEFT)
_VALUE = Style(Role.SANS, 9.5, 12, Align.LEFT)
_LEGEND = Style(Role.SONG, 9, 12, Align.LEFT)

BAR: Colour = (0.247, 0.376, 0.525)
TRACK: Colour = (0.898, 0.918, 0.941)
# From full agreement to none: one hue, so that the order survives a black-and-white printer.
_TINTS: tuple[Colour, ...] = (
    (0.180, 0.302, 0.447),
    (0.365, 0.502, 0.643),
    (0.576, 0.682, 0.788),
    (0.773, 0.831, 0.890),
    (0.910, 0.933, 0.957),
)
_DARK = 0.62  # a fill darker than this carries white words


@dataclass(frozen=True, slots=True)
class Patch:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour


@dataclass(frozen=True, slots=True)
class Words:
    """A set line at a place; ``grey`` 1 is white."""

    x: float
    y: float
    line: Line
    grey: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes within a rectangle, measured in points from its upper left corner.

    ``cuts`` are the depths at which it may be parted where it is taller than a page.
    """

    width: float
    height: float
    patches: tuple[Patch, ...]
    words: tuple[Words, ...]
    cuts: tuple[float, ...] = ()

    def parts(self, most: float) -> list[Drawing]:
        """Return the drawing in parts of at most a height, or whole if it fits."""
        parts: list[Drawing] = []
        top = 0.0
        while self.height - top > most:
            fitting = [cut for cut in self.cuts if top < cut <= top + most]
            if not fitting:
                break
            parts.append(self._between(top, fitting[-1]))
            top = fitting[-1]
        return [*parts, self._between(top, self.height)]

    def _between(self, top: float, foot: float) -> Drawing:
        patches = tuple(replace(one, y=one.y - top) for one in self.patches if top <= one.y < foot)
        words = tuple(replace(one, y=one.y - top) for one in self.words if top <= one.y < foot)
        return Drawing(self.width, foot - top, patches, words)


def draw(chart: Chart, width: float, setter: Typesetter) -> Drawing:
    """Turn a chart into shapes of a width."""
    return _bars(chart, width, setter) if isinstance(chart, BarChart) else _scales(chart, width, setter)


def _label_lines(setter: Typesetter, labels: list[str], width: float) -> tuple[float, list[tuple[Line, ...]]]:
    """Set the labels in a column as wide as they need, at most a third of the chart."""
    most = min(
        width / 3, max((setter.text_width(t, _LABEL.role, _LABEL.size) for t in labels), default=0) + 1
    )
    return most, [setter.balanced((Text(label),), _LABEL, most) for label in labels]


def _bars(chart: BarChart, width: float, setter: Typesetter) -> Drawing:
    label_width, labels = _label_lines(setter, [bar.label for bar in chart.bars], width)
    texts = [setter.set((Text(bar.text),), _VALUE, width) for bar in chart.bars]
    value_width = max((line.width for lines in texts for line in lines), default=0.0)
    left = label_width + 10
    span = max(20.0, width - left - value_width - 10)
    longest = max((max(bar.value, bar.full or bar.value) for bar in chart.bars), default=0)
    patches: list[Patch] = []
    words: list[Words] = []
    cuts: list[float] = []
    y = 0.0
    for bar, label, text in zip(chart.bars, labels, texts, strict=True):
        height = max(24.0, len(label) * _LABEL.leading + 8)
        top = y + (height - 13) / 2
        full = bar.full if bar.full is not None else longest
        unit = span / float(longest) if longest > 0 else 0.0
        patches += [
            Patch(left, top, float(full) * unit, 13, TRACK),
            Patch(left, top, max(0.0, float(bar.value)) * unit, 13, BAR),
        ]
        start = y + (height - len(label) * _LABEL.leading) / 2 + (_LABEL.leading - _LABEL.size) / 2
        words += [Words(0, start + n * _LABEL.leading, line) for n, line in enumerate(label)]
        words += [
            Words(left + float(max(full, bar.value)) * unit + 6, y + (height - _VALUE.size) / 2, line)
            for line in text
        ]
        y += height
        cuts.append(y)
    return Drawing(width, y, tuple(patches), tuple(words), tuple(cuts))


def _tint(index: int, count: int) -> Colour:
    """Return the shade of an option: the named ones for up to five, steps between the ends for more."""
    if count <= len(_TINTS):
        return _TINTS[index * (len(_TINTS) - 1) // max(1, count - 1)] if count > 1 else _TINTS[0]
    part = index / (count - 1)
    red, green, blue = (
        first + (last - first) * part for first, last in zip(_TINTS[0], _TINTS[-1], strict=True)
    )
    return (red, green, blue)


def _scales(chart: ScaleChart, width: float, setter: Typesetter) -> Drawing:
    label_width, labels = _label_lines(setter, [scale.label for scale in chart.scales], width)
    left = label_width + 10
    span = width - left
    patches: list[Patch] = []
    words: list[Words] = []
    cuts: list[float] = []
    y = _legend(chart, width, setter, patches, words)
    for scale, label in zip(chart.scales, labels, strict=True):
        height = max(32.0, len(label) * _LABEL.leading + 8)
        top = y + (height - 20) / 2
        total = sum(scale.values)
        x = left
        for index, (value, text) in enumerate(zip(scale.values, scale.texts, strict=True)):
            part = span * float(value / total) if total > 0 else 0.0
            if part <= 0:
                continue
            fill = _tint(index, len(chart.options))
            patches.append(Patch(x, top, part, 20, fill))
            line = setter.set((Text(text),), _VALUE, width)[:1]
            if line and line[0].width + 4 <= part:
                grey = 1.0 if sum(fill) / 3 < _DARK else 0.0
                words.append(
                    Words(x + (part - line[0].width) / 2, top + (20 - _VALUE.size) / 2, line[0], grey)
                )
            x += part
        start = y + (height - len(label) * _LABEL.leading) / 2 + (_LABEL.leading - _LABEL.size) / 2
        words += [Words(0, start + n * _LABEL.leading, one) for n, one in enumerate(label)]
        y += height
        cuts.append(y)
    return Drawing(width, y, tuple(patches), tuple(words), tuple(cuts))


def _legend(
    chart: ScaleChart, width: float, setter: Typesetter, patches: list[Patch], words: list[Words]
) -> float:
    x = y = 0.0
    for index, option in enumerate(chart.options):
        for line in setter.set((Text(option),), _LEGEND, width)[:1]:
            if x and x + line.width + 14 > width:
                x, y = 0.0, y + 16
            patches.append(Patch(x, y + 0.5, 9, 9, _tint(index, len(chart.options))))
            words.append(Words(x + 13, y, line))
            x += line.width + 30
    return y + 20
