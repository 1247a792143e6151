"""A page to draw on: the picture at any zoom, shapes over it, drawn by mouse or moved by the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from workbench.domain.regions import SMALLEST
from workbench.domain.shapes import WORDS_HEIGHT, Shape
from workbench.ui.theme import Theme

#: How far an arrow key goes, as a share of the page; with Ctrl a fifth of it.
STEP = 0.01
#: Keys rest this long (ms) before a moved shape is handed over.
REST_MS = 350
MOST_ZOOM = 8.0
_GRIP = 6
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
#: Annotations keep one colour on any theme: they are part of the picture that is made.
RED = QColor("#d0021b")


class PageCanvas(QWidget):
    """One page with its shapes; it lives in a :class:`CanvasArea`, which gives it room and scrolls it."""

    drawn = Signal(object)
    """A new :class:`Shape`, of the kind of :attr:`tool`."""
    changed = Signal(int, object)
    """A shape (by its place in the list) was moved or stretched, and rests."""
    chosen_changed = Signal(int)
    remove_requested = Signal(int)
    page_requested = Signal(int)
    zoom_requested = Signal(float)
    """A factor; 0 asks for the whole page."""
    accepted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pixmap = QPixmap()
        self._shrunk = QPixmap()
        self._words = ""
        self.tool = "region"
        self.page = 1
        self.editable = True
        self.shapes: list[Shape] = []
        self.labels: list[str] = []
        self.chosen = -1
        self._pressed: QPointF | None = None
        self._how = ""
        self._before: Shape | None = None
        self._draft: Shape | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.flush)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("页面：按住鼠标拖出方框，或按 N 新建、方向键移动、Shift 加方向键改大小")
        theme.changed.connect(self.update)

    # What is shown.

    @property
    def picture_size(self) -> QSize:
        """The picture's own size in pixels; empty while there is none."""
        return self._pixmap.size()

    def show_picture(self, pixmap: QPixmap) -> None:
        """Show a page."""
        self._pixmap, self._words = pixmap, ""
        self._shrunk = QPixmap()
        self.update()

    def show_words(self, words: str) -> None:
        """Say why there is no page to see."""
        self._pixmap, self._words = QPixmap(), words
        self.update()

    def show_shapes(self, shapes: Sequence[Shape], labels: Sequence[str], chosen: int = -1) -> None:
        """Show the shapes of all pages; only those of :attr:`page` are drawn."""
        self._rest.stop()
        self._before = None
        self.shapes, self.labels = list(shapes), list(labels)
        self.chosen = chosen if 0 <= chosen < len(self.shapes) else -1
        self.update()

    def choose(self, number: int) -> None:
        """Choose a shape; what was pending of another is handed over first."""
        if number != self.chosen:
            self.flush()
            self.chosen = number
            self.chosen_changed.emit(number)
            self.update()

    def flush(self) -> None:
        """Hand over what was moved by keys and not told yet."""
        self._rest.stop()
        before, self._before = self._before, None
        if before is not None and 0 <= self.chosen < len(self.shapes) and self.shapes[self.chosen] != before:
            self.changed.emit(self.chosen, self.shapes[self.chosen])

    def place_of(self, shape: Shape) -> QRectF:
        """Where a shape lies in the widget."""
        return QRectF(self._at(shape.x, shape.y), self._at(shape.to_x, shape.to_y)).normalized()

    def _ground(self) -> QRectF:
        """Where the page lies in the widget."""
        size = QSize(self._pixmap.size()).scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(QRectF(self.rect()).center())
        return place

    def _at(self, x: float, y: float) -> QPointF:
        ground = self._ground()
        return QPointF(ground.left() + x * ground.width(), ground.top() + y * ground.height())

    def _share(self, point: QPointF) -> tuple[float, float]:
        ground = self._ground()
        if ground.isEmpty():
            return 0.0, 0.0
        x = (point.x() - ground.left()) / ground.width()
        y = (point.y() - ground.top()) / ground.height()
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Page, shapes, the one being drawn, the grips of the chosen one."""
        painter = QPainter(self)
        colors = self._theme.colors
        painter.fillRect(event.rect(), colors.of("ground"))
        if self._pixmap.isNull():
            painter.setPen(colors.of("soft"))
            words = self.rect().adjusted(20, 20, -20, -20)
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
            return
        self._paint_page(painter, event.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, shape in enumerate(self.shapes):
            if shape.page == self.page:
                self._paint_shape(painter, shape, self.labels[number], chosen=number == self.chosen)
        if self._draft is not None:
            self._paint_shape(painter, self._draft, "", chosen=True)
        if self.hasFocus():
            painter.setPen(QPen(colors.of("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._ground().adjusted(1, 1, -1, -1))

    def _paint_page(self, painter: QPainter, seen: QRect) -> None:
        ground = self._ground()
        ratio = self.devicePixelRatioF()
        pixels = (ground.size() * ratio).toSize()
        if pixels.width() <= self._pixmap.width():  # averaged, so that fine print does not break up
            if self._shrunk.size() != pixels:
                self._shrunk = self._pixmap.scaled(
                    pixels, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
                )
                self._shrunk.setDevicePixelRatio(ratio)
            painter.drawPixmap(ground.topLeft(), self._shrunk)
            return
        part = QRectF(seen).intersected(ground)
        scale = self._pixmap.width() / ground.width()
        source = QRectF(
            (part.left() - ground.left()) * scale,
            (part.top() - ground.top()) * scale,
            part.width() * scale,
            part.height() * scale,
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(part, self._pixmap, source)

    def _paint_shape(self, painter: QPainter, shape: Shape, label: str, *, chosen: bool) -> None:
        place = self.place_of(shape)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if shape.kind == "hide":
            painter.fillRect(place, QColor(0, 0, 0, 215 if chosen else 255))
        elif shape.kind == "arrow":
            self._paint_arrow(painter, shape)
        elif shape.kind == "words":
            self._paint_words(painter, shape)
        else:
            tone = self._theme.colors.of("accent") if shape.kind == "region" and not chosen else RED
            painter.setPen(QPen(tone, 3 if chosen else 2))
            painter.drawRect(place)
        if label:
            self._paint_label(painter, place, label, chosen=chosen)
        if chosen:
            painter.setPen(QPen(self._theme.colors.of("accent"), 1, Qt.PenStyle.DashLine))
            painter.drawRect(place.adjusted(-2, -2, 2, 2))
            grip = QRectF(0, 0, 2 * _GRIP, 2 * _GRIP)
            grip.moveCenter(self._at(shape.to_x, shape.to_y))
            painter.fillRect(grip, self._theme.colors.of("accent"))

    def _paint_label(self, painter: QPainter, place: QRectF, label: str, *, chosen: bool) -> None:
        side = self._theme.px(17)
        tag = QRectF(place.left(), max(place.top() - side, 0), max(side, 0.6 * side * len(label)), side)
        painter.fillRect(tag, RED if chosen else self._theme.colors.of("accent"))
        painter.setPen(QColor("white") if chosen else self._theme.colors.of("on_accent"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, label)

    def _paint_arrow(self, painter: QPainter, shape: Shape) -> None:
        start, tip = self._at(shape.x, shape.y), self._at(shape.to_x, shape.to_y)
        ground = self._ground()
        thick = max(2.0, 0.003 * max(ground.width(), ground.height()))
        painter.setPen(QPen(RED, thick))
        painter.drawLine(start, tip)
        painter.setBrush(RED)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(arrow_head(start, tip, 5 * thick))

    def _paint_words(self, painter: QPainter, shape: Shape) -> None:
        ground = self._ground()
        font = QFont(painter.font())
        font.setPixelSize(max(6, round(WORDS_HEIGHT * max(ground.width(), ground.height()))))
        painter.save()
        painter.setFont(font)
        painter.setPen(RED)
        place = QRectF(self._at(shape.x, shape.y), ground.bottomRight())
        how = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.fillRect(painter.boundingRect(place, how, shape.text or "文字"), QColor("white"))
        painter.drawText(place, how, shape.text or "文字")
        painter.restore()

    # What the hand does.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a grip or a shape, or begin a new one."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() != Qt.MouseButton.LeftButton or self._pixmap.isNull() or not self.editable:
            return
        self.flush()
        self._pressed = event.position()
        hit = self._hit(event.position())
        if hit >= 0:
            self._how = "stretch" if self._on_grip(event.position()) else "push"
            if hit != self.chosen:
                self.choose(hit)
                self._how = "push"
            self._before = self.shapes[hit]
            return
        self._how = "draw"
        if self.chosen >= 0:
            self.choose(-1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw, push or stretch."""
        if self._pressed is None:
            over = self.editable and (self._on_grip(event.position()) or self._hit(event.position()) >= 0)
            self.setCursor(Qt.CursorShape.SizeAllCursor if over else Qt.CursorShape.CrossCursor)
            return
        x, y = self._share(self._pressed)
        to_x, to_y = self._share(event.position())
        if self._how == "draw":
            self._draft = Shape(self.tool, self.page, x, y, to_x, to_y)
        elif self._before is not None and self._how == "push":
            self.shapes[self.chosen] = self._before.pushed(to_x - x, to_y - y)
        elif self._before is not None:
            self.shapes[self.chosen] = self._before.stretched(to_x - x, to_y - y)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Hand over what was drawn or moved."""
        self._pressed = None
        draft, self._draft = self._draft, None
        if draft is not None:
            if draft.kind == "words" or draft.visible:
                self.drawn.emit(draft)
        else:
            self.flush()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom; the wheel alone scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_requested.emit(1.25 if event.angleDelta().y() > 0 else 0.8)
            event.accept()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        """Keys that would be actions of the window belong to the page while it has the keyboard."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in {*_ARROWS, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Equal}
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows push, with Shift stretch; N draws, Delete removes, Page keys turn, + − 0 zoom, [ ] choose."""
        key = Qt.Key(event.key())
        if key in _ARROWS and self.editable and 0 <= self.chosen < len(self.shapes):
            self._nudge(*_ARROWS[key], event.modifiers())
        elif key in {Qt.Key.Key_PageDown, Qt.Key.Key_PageUp}:
            self.page_requested.emit(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0}:
            factor = {Qt.Key.Key_Minus: 0.8, Qt.Key.Key_0: 0.0}.get(key, 1.25)
            self.zoom_requested.emit(factor)
        elif key in {Qt.Key.Key_N, Qt.Key.Key_Insert} and self.editable and not self._pixmap.isNull():
            self.drawn.emit(Shape(self.tool, self.page, 0.35, 0.45, 0.65, 0.55))
        elif key == Qt.Key.Key_Delete and self.editable and self.chosen >= 0:
            self.remove_requested.emit(self.chosen)
        elif key in {Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight} and self.shapes:
            self.choose((self.chosen + (1 if key == Qt.Key.Key_BracketRight else -1)) % len(self.shapes))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.flush()
            self.accepted.emit()
        else:
            super().keyPressEvent(event)

    def _nudge(self, across: int, down: int, held: Qt.KeyboardModifier) -> None:
        step = STEP / 5 if held & Qt.KeyboardModifier.ControlModifier else STEP
        shape = self.shapes[self.chosen]
        self._before = self._before or shape
        if held & Qt.KeyboardModifier.ShiftModifier:
            wanted = shape.stretched(across * step, down * step)
            if wanted.visible or shape.kind == "words":
                shape = wanted
        else:
            shape = shape.pushed(across * step, down * step)
        self.shapes[self.chosen] = replace(shape)
        self._rest.start()
        self.update()

    def _hit(self, point: QPointF) -> int:
        """The shape under a point: the chosen one's grip first, then the smallest."""
        if self._on_grip(point):
            return self.chosen
        under = [
            (self._size_of(shape), number)
            for number, shape in enumerate(self.shapes)
            if shape.page == self.page and self._touch(shape).contains(point)
        ]
        return min(under)[1] if under else -1

    def _size_of(self, shape: Shape) -> float:
        place = self.place_of(shape)
        return place.width() * place.height()

    def _touch(self, shape: Shape) -> QRectF:
        place = self.place_of(shape)
        if shape.kind == "words":
            place.setHeight(max(place.height(), WORDS_HEIGHT * self._ground().height()))
            place.setWidth(max(place.width(), place.height() * max(len(shape.text), 2)))
        slim = SMALLEST * self._ground().width()
        return place.adjusted(-slim, -slim, slim, slim)

    def _on_grip(self, point: QPointF) -> bool:
        if not 0 <= self.chosen < len(self.shapes) or self.shapes[self.chosen].page != self.page:
            return False
        corner = self._at(self.shapes[self.chosen].to_x, self.shapes[self.chosen].to_y)
        return abs(corner.x() - point.x()) <= _GRIP + 3 and abs(corner.y() - point.y()) <= _GRIP + 3


def arrow_head(start: QPointF, tip: QPointF, size: float) -> QPolygonF:
    """The triangle at the tip of an arrow."""
    along = tip - start
    length = max((along.x() ** 2 + along.y() ** 2) ** 0.5, 1e-6)
    unit = along / length
    side = QPointF(-unit.y(), unit.x())
    back = tip - unit * size
    return QPolygonF([tip + unit * (size / 4), back + side * (size / 2), back - side * (size / 2)])


class CanvasArea(QScrollArea):
    """Holds the canvas: as large as there is room, or larger by the zoom and scrolled."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.canvas = PageCanvas(theme)
        self.setWidget(self.canvas)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.zoom = 1.0
        self.canvas.zoom_requested.connect(self.zoom_by)

    def zoom_by(self, factor: float) -> None:
        """Make the page larger or smaller; 0 shows the whole page."""
        middle = self.viewport().rect().center() - self.canvas.pos()
        share = (
            middle.x() / max(self.canvas.width(), 1),
            middle.y() / max(self.canvas.height(), 1),
        )
        self.zoom = min(max(self.zoom * factor, 1.0), MOST_ZOOM) if factor else 1.0
        self._fit()
        self.horizontalScrollBar().setValue(
            round(share[0] * self.canvas.width() - self.viewport().width() / 2)
        )
        self.verticalScrollBar().setValue(
            round(share[1] * self.canvas.height() - self.viewport().height() / 2)
        )

    def bring_into_view(self, shape: Shape) -> None:
        """Scroll to a shape."""
        center = self.canvas.place_of(shape).center().toPoint()
        self.ensureVisible(
            center.x(), center.y(), self.viewport().width() // 3, self.viewport().height() // 3
        )

    def _fit(self) -> None:
        self.canvas.setFixedSize(self.viewport().size() * self.zoom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The whole page is as large as the room."""
        self._fit()
