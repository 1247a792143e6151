"""Charts on screen: the shapes that are printed, measured with the window's font and its colours."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.domain.chart_shapes import Drawing, Hand, Patch, Tone, Words, lay_out
from workbench.domain.charts import BarChart, Chart, spoken
from workbench.ui.theme import Colors, Theme

#: How much larger a point of the paper stands on the screen at its usual size.
_POINT = 0.92
#: How far the faintest step of a scale goes towards the ground.
_FAINTEST = 0.86


@dataclass(frozen=True, slots=True)
class ScreenLine:
    """A line of text with its width in pixels."""

    text: str
    width: float


class ScreenPen:
    """Measures with the window's font, in pixels (:class:`~workbench.domain.chart_shapes.Pen`)."""

    def __init__(self, font: QFont, unit: float) -> None:
        self.unit = unit
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * 0.92)
        self.fonts = {Hand.LABEL: font, Hand.VALUE: small, Hand.LEGEND: small}
        self.metrics = {hand: QFontMetricsF(one) for hand, one in self.fonts.items()}

    def size(self, hand: Hand) -> float:
        """The height of a hand's words."""
        return self.metrics[hand].height()

    def leading(self, hand: Hand) -> float:
        """The height of its lines."""
        return self.metrics[hand].lineSpacing()

    def wide(self, text: str, hand: Hand) -> float:
        """The width of a text on one line."""
        return self.metrics[hand].horizontalAdvance(text)

    def lines(self, text: str, hand: Hand, width: float) -> tuple[ScreenLine, ...]:
        """The text broken between any two Chinese characters."""
        layout = QTextLayout(text, self.fonts[hand])
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        found: list[ScreenLine] = []
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1.0))
            piece = text[line.textStart() : line.textStart() + line.textLength()].strip()
            found.append(ScreenLine(piece, self.wide(piece, hand)))
        layout.endLayout()
        return tuple(found)

    def width(self, line: ScreenLine) -> float:
        """The width of a set line."""
        return line.width


class ChartView(QWidget):
    """A chart as wide as there is room; its figures are its accessible description."""

    def __init__(self, theme: Theme, chart: Chart | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._chart: Chart | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)
        self.show_chart(chart)

    def show_chart(self, chart: Chart | None) -> None:
        """Draw another chart; nothing takes no room."""
        self._chart = chart
        self.setAccessibleDescription("" if chart is None else spoken(chart))
        if chart is None or self.parentWidget() is not None:  # without a parent it would be a window
            self.setVisible(chart is not None)
        self.updateGeometry()
        self.update()

    def drawing(self, width: float) -> Drawing[ScreenLine] | None:
        """The shapes at a width in pixels."""
        if self._chart is None:
            return None
        return lay_out(self._chart, width, self._pen())

    def _pen(self) -> ScreenPen:
        return ScreenPen(self.font(), self._theme.px(100) / 100 * _POINT)

    def hasHeightForWidth(self) -> bool:
        """Labels that wrap make it higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the shapes at a width."""
        shapes = self.drawing(width)
        return 0 if shapes is None else round(shapes.height)

    def sizeHint(self) -> QSize:
        """A usual width with its height."""
        width = self._theme.px(300)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """The same height, narrower."""
        width = self._theme.px(170)
        return QSize(width, self.heightForWidth(max(self.width(), width)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Patches, then words."""
        shapes = self.drawing(self.width())
        if shapes is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colors, pen = self._theme.colors, self._pen()
        for patch in shapes.patches:
            self._fill(painter, patch, colors)
        for words in shapes.words:
            painter.setFont(pen.fonts[words.hand])
            painter.setPen(_ink(words, colors))
            baseline = words.y + pen.metrics[words.hand].ascent()
            painter.drawText(QPointF(words.x, baseline), words.line.text)

    def _fill(self, painter: QPainter, patch: Patch, colors: Colors) -> None:
        painter.setBrush(fill_color(patch.tone, colors))
        place = QRectF(patch.x, patch.y, patch.width, patch.height)
        round_ = 2.0 if isinstance(self._chart, BarChart) else 0.0
        painter.drawRoundedRect(place, round_, round_)


def fill_color(tone: Tone, colors: Colors) -> QColor:
    """The colour of a tone: the accent, fading to the ground of a card."""
    if tone.track:
        return colors.of("raised")
    strong, ground = colors.of("accent"), colors.of("card")
    part = tone.part * _FAINTEST
    return QColor.fromRgbF(
        *(first + (last - first) * part for first, last in zip(_parts(strong), _parts(ground), strict=True))
    )


def _ink(words: Words[ScreenLine], colors: Colors) -> QColor:
    """Of ink and what stands on the accent, the one that can be read there."""
    if words.on is None:
        return colors.of("ink")
    ground = _luminance(fill_color(words.on, colors))
    choices = (colors.of("ink"), colors.of("on_accent"))
    return max(choices, key=lambda color: _contrast(_luminance(color), ground))


def _parts(color: QColor) -> tuple[float, float, float]:
    return color.redF(), color.greenF(), color.blueF()


def _luminance(color: QColor) -> float:
    """Relative luminance (WCAG 2.1)."""
    red, green, blue = (
        c / 12.92 if c <= 0.03928 else float(((c + 0.055) / 1.055) ** 2.4) for c in _parts(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
