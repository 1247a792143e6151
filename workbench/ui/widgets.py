"""Small parts that pages are put together from: cards, labels, buttons with their key, notices."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import ClassVar

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.theme import Theme, role


def label(text: str = "", part: str = "", *, wrap: bool = False) -> QLabel:
    """A label with its part in the style sheet; its text is plain, whatever people wrote."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if part:
        role(made, part)
    return made


class ElidedLabel(QLabel):
    """One line that ends in … where there is no room; the whole of it in the tooltip."""

    def __init__(self, part: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        if part:
            role(self, part)

    def minimumSizeHint(self) -> QSize:
        """A few characters."""
        return QSize(self.fontMetrics().horizontalAdvance("国" * 3), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much as there is room for."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.text() if text != self.text() else "")
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(self.alignment()) | Qt.TextFlag.TextSingleLine, text)


class FoldedText(QLabel):
    """A text of which a few lines are shown, with … where it goes on, or all of it."""

    def __init__(self, part: str, lines: int) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._lines = lines
        self.whole = ""
        self.unfolded = False
        role(self, part)

    def show_text(self, whole: str, *, unfolded: bool) -> None:
        """Show a text, folded or not."""
        self.whole, self.unfolded = whole, unfolded
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold anew where the lines break elsewhere now."""
        super().resizeEvent(event)
        self._fold()

    def changeEvent(self, event: QEvent) -> None:
        """Fold anew for larger or smaller letters."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fold()

    def _fold(self) -> None:
        kept = len(self.whole)
        if not self.unfolded and not self._fits(self.whole):
            kept = bisect_left(range(kept), True, key=lambda n: not self._fits(self.whole[:n] + "…")) - 1
        shown = self.whole if kept == len(self.whole) else self.whole[: max(0, kept)].rstrip() + "…"
        if shown != self.text():
            self.setText(shown)

    def _fits(self, text: str) -> bool:
        metrics = self.fontMetrics()
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        room = QRect(0, 0, self.contentsRect().width(), 0)
        lines = round(metrics.boundingRect(room, flags, text).height() / metrics.lineSpacing())
        return lines <= self._lines


def link(text: str, on_click: Callable[[], None], *, plain: bool = False) -> QPushButton:
    """A quiet button that leads somewhere; ``plain`` for one inside a line of text."""
    made = QPushButton(text)
    role(made, "plain" if plain else "quiet")
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.clicked.connect(lambda _=False: on_click())
    return made


def clear(layout: QLayout) -> None:
    """Take everything out of a layout; the widgets are deleted later, out of sight now."""
    while layout.count():
        item = layout.takeAt(0)
        widget: QWidget | None = item.widget()  # none for an inner layout or a stretch
        inner: QLayout | None = item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        if inner is not None:
            clear(inner)


class Card(QFrame):
    """A white box with a small title on the left and something soft on the right; fill ``body``."""

    def __init__(self, theme: Theme, title: str = "", right: str = "") -> None:
        super().__init__()
        role(self, "card")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(12), theme.px(9), theme.px(12), theme.px(11))
        layout.setSpacing(theme.px(7))
        self.title = label(title, "card_title")
        self.right = ElidedLabel("card_title")  # what it explains gives way to the card on a small screen
        self.right.setText(right)
        self.head = QHBoxLayout()
        self.head.setSpacing(theme.px(8))
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.head.addWidget(self.right)
        if title or right:
            layout.addLayout(self.head)
        self.body = layout


class KeyButton(QPushButton):
    """A button that shows its key beside its words: ``搜索 [Ctrl K]``."""

    def __init__(
        self, theme: Theme, text: str, key: str, *, primary: bool = False, quiet: bool = False
    ) -> None:
        super().__init__()
        self._part = "on_accent" if primary else "link" if quiet else ""
        self._words = label(text, self._part)
        role(self, "primary" if primary else "quiet" if quiet else "")
        self._key = label(key, "key_primary" if primary else "key")
        self.setAccessibleName(text)
        row = QHBoxLayout(self)
        side = theme.px(4 if quiet else 11)
        row.setContentsMargins(side, theme.px(4), side, theme.px(4))
        row.setSpacing(theme.px(5))
        for part in (self._words, self._key):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part)
        self._key.setVisible(bool(key))
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def changeEvent(self, event: QEvent) -> None:
        """Words in soft ink while there is nothing to do."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            role(self._words, self._part if self.isEnabled() else "soft")

    def show_key(self, *, shown: bool) -> None:
        """Show or leave out the key, where there is little room."""
        self._key.setVisible(shown and bool(self._key.text()))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As the words and the key need."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """The same: words are not cut."""
        return self.sizeHint()


class Notice(QFrame):
    """A sentence about something to look at, with a link: sign, words, and where it leads."""

    SIGNS: ClassVar[Mapping[str, str]] = {"lost": "！", "warning": "⚠", "accent": "i"}

    def __init__(
        self, theme: Theme, tone: str, code: str, text: str, link_text: str, go: Callable[[], None] | None
    ) -> None:
        super().__init__()
        role(self, f"notice_{tone}")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), theme.px(6))
        row.setSpacing(theme.px(8))
        part = {"lost": "lost", "warning": "warning"}.get(tone, "link")
        row.addWidget(label(self.SIGNS[tone], part), 0, Qt.AlignmentFlag.AlignTop)
        if code:
            row.addWidget(
                label(code, f"{part}_bold" if part != "link" else part), 0, Qt.AlignmentFlag.AlignTop
            )
        self.words = label(text, part, wrap=True)
        row.addWidget(self.words, 1)
        if go is not None:
            row.addWidget(link(link_text, go), 0, Qt.AlignmentFlag.AlignTop)


def scrolled(content: QWidget) -> QScrollArea:
    """A page that scrolls up and down, never sideways."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    role(content, "page")
    area.setWidget(content)
    return area


def rule(*, vertical: bool = False) -> QFrame:
    """A hairline."""
    line = QFrame()
    role(line, "rule")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def empty(theme: Theme, sentence: str, button: QPushButton | None = None) -> QWidget:
    """What an empty page says: what to do first, in one sentence, with the button for it."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, theme.px(40), 0, theme.px(40))
    column.setSpacing(theme.px(12))
    words = label(sentence, "soft", wrap=True)
    words.setAlignment(Qt.AlignmentFlag.AlignCenter)
    column.addWidget(words)
    if button is not None:
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
    return holder
