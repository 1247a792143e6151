"""Charts on paper: the shapes of a chart measured with the faces of the print and given its tints."""

from __future__ import annotations

from typing import TypeAlias

from workbench.domain.chart_shapes import Drawing as Shapes
from workbench.domain.chart_shapes import Hand, Patch, Tone, Words, lay_out
from workbench.domain.charts import Chart
from workbench.exporters.document import Align, Text
from workbench.exporters.fonts import Role
from workbench.exporters.lines import Line, Style
from workbench.exporters.typesetting import Typesetter

Colour = tuple[float, float, float]
Drawing: TypeAlias = Shapes[Line]

_STYLES = {
    Hand.LABEL: Style(Role.SONG, 10.5, 14, Align.LEFT),
    Hand.VALUE: Style(Role.SANS, 9.5, 12, Align.LEFT),
    Hand.LEGEND: Style(Role.SONG, 9, 12, Align.LEFT),
}
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


class PaperPen:
    """Measures with the real faces, in points (:class:`~workbench.domain.chart_shapes.Pen`)."""

    unit = 1.0

    def __init__(self, setter: Typesetter) -> None:
        self._setter = setter

    def size(self, hand: Hand) -> float:
        """The size of a hand."""
        return _STYLES[hand].size

    def leading(self, hand: Hand) -> float:
        """The height of its lines."""
        return _STYLES[hand].leading

    def wide(self, text: str, hand: Hand) -> float:
        """The width of a text on one line."""
        return self._setter.text_width(text, _STYLES[hand].role, _STYLES[hand].size)

    def lines(self, text: str, hand: Hand, width: float) -> tuple[Line, ...]:
        """Lines about equally long."""
        return self._setter.balanced((Text(text),), _STYLES[hand], width)

    def width(self, line: Line) -> float:
        """The width of a set line."""
        return line.width


def draw(chart: Chart, width: float, setter: Typesetter) -> Drawing:
    """Turn a chart into shapes of a width."""
    return lay_out(chart, width, PaperPen(setter))


def fill_of(patch: Patch) -> Colour:
    """The colour of a patch on paper."""
    if patch.tone.track:
        return TRACK
    return BAR if patch.bar else tint(patch.tone)


def grey_of(words: Words[Line]) -> float:
    """The grey of words: 1 is white, for those on a dark ground."""
    return 1.0 if words.on is not None and sum(tint(words.on)) / 3 < _DARK else 0.0


def tint(tone: Tone) -> Colour:
    """The shade of a step: between the two named ones next to it."""
    place = tone.part * (len(_TINTS) - 1)
    low = min(int(place), len(_TINTS) - 2)
    part = place - low
    red, green, blue = (
        first + (last - first) * part for first, last in zip(_TINTS[low], _TINTS[low + 1], strict=True)
    )
    return (red, green, blue)
