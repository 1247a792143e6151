"""The bare inputs that fields are made of: they know when they are composing and when they are left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

from workbench.domain.amounts import normalise

#: The name of the action that shows the history of the field that the keyboard is in.
FIELD_HISTORY = "field_history"
_OWN_REASONS = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


#: Keys with Ctrl that a text keeps for itself; every other one belongs to the window's actions.
_OWN_KEYS = frozenset(
    (
        Qt.Key.Key_C,
        Qt.Key.Key_X,
        Qt.Key.Key_V,
        Qt.Key.Key_A,
        Qt.Key.Key_Insert,
        Qt.Key.Key_Backspace,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_Delete,
    )
)


def for_the_window(event: QEvent) -> bool:
    """Whether a key that a text would take for itself (Ctrl+Z, Ctrl+K, Alt+↓ …) is an action of the window."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    held = event.modifiers()
    if held & Qt.KeyboardModifier.AltModifier:
        return True
    own = event.key() in _OWN_KEYS and not (
        held & Qt.KeyboardModifier.ShiftModifier and event.key() in {Qt.Key.Key_V, Qt.Key.Key_Delete}
    )
    return bool(held & Qt.KeyboardModifier.ControlModifier) and not own


class EnterPresses(QObject):
    """Enter presses the button that the keyboard is on, as Space does; boxes to tick keep to Space.

    It listens to that button alone: a filter on the application would be asked about every event there is,
    which made building a page several times as slow.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        app.focusChanged.connect(self._on_focus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Turn Enter on a button into a click."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            return False
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held or event.isAutoRepeat() or not isinstance(watched, QAbstractButton):
            return False
        watched.click()
        return True

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        if isinstance(old, QAbstractButton):
            old.removeEventFilter(self)
        if isinstance(now, QAbstractButton) and not isinstance(now, QCheckBox):
            now.installEventFilter(self)


def add_history(field: QWidget, menu: QMenu) -> None:
    """Put the window's action of a field's history into the field's own menu."""
    found = [action for action in field.window().actions() if action.objectName() == FIELD_HISTORY]
    if found and found[0].isEnabled():
        field.setFocus(Qt.FocusReason.PopupFocusReason)
        menu.addSeparator()
        menu.addAction(found[0])


def open_menu(field: QWidget, menu: QMenu, event: QContextMenuEvent) -> None:
    """Open a text's usual menu, with the history of its field below."""
    add_history(field, menu)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(event.globalPos())


def left_for_good(event: QFocusEvent) -> bool:
    """Whether the keyboard went elsewhere in the window: not where a menu or another window is only in front."""
    return event.reason() not in _OWN_REASONS


class LineInput(QLineEdit):
    """One line of text; ``left`` when the focus goes elsewhere in the window."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None, *, numeric: bool = False) -> None:
        super().__init__(parent)
        self.composing = False
        if numeric:
            self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.textEdited.connect(self._on_edited)

    def _on_edited(self, text: str) -> None:
        """Full-width digits become plain ones while typing, the cursor staying where it is."""
        plain = normalise(text)
        if plain != text:
            position = len(normalise(text[: self.cursorPosition()]))
            self.setText(plain)
            self.setCursorPosition(position)

    def event(self, event: QEvent) -> bool:
        """Leave the window's keys to the window."""
        if for_the_window(event):
            event.ignore()
            return False
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The usual menu, and the history of the field."""
        open_menu(self, self.createStandardContextMenu(), event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether an input method is in the middle of a word."""
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say that the field is left, unless a menu or another window is only in front."""
        super().focusOutEvent(event)
        self.composing = False
        if left_for_good(event):
            self.left.emit()


class TextInput(QPlainTextEdit):
    """Several lines of text that grow with what is written; Tab goes on, Ctrl+Z is its own first."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None, *, least: int = 2, most: int = 8) -> None:
        super().__init__(parent)
        self.composing = False
        self._least, self._most = least, most
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self.updateGeometry())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may need another number of lines."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As high as the text, between the least and the most lines."""
        return self._sized(super().sizeHint().width())

    def minimumSizeHint(self) -> QSize:
        """As the size hint in height, narrow in width."""
        return self._sized(QFontMetrics(self.font()).horizontalAdvance("国") * 8)

    def _sized(self, width: int) -> QSize:
        lines = round(self.document().documentLayout().documentSize().height())
        shown = min(max(lines, self._least), self._most)
        margins = self.contentsMargins().top() + self.contentsMargins().bottom()
        height = QFontMetrics(self.font()).lineSpacing() * shown
        return QSize(width, round(height + 2 * self.document().documentMargin() + margins + 4))

    def event(self, event: QEvent) -> bool:
        """Leave the window's keys to the window."""
        if for_the_window(event):
            event.ignore()
            return False
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The usual menu, and the history of the field."""
        open_menu(self, self.createStandardContextMenu(), event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether an input method is in the middle of a word."""
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll only a text that is being read; otherwise the page scrolls."""
        if self.hasFocus() and self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say that the field is left, unless a menu or another window is only in front."""
        super().focusOutEvent(event)
        self.composing = False
        if left_for_good(event):
            self.left.emit()


class ComboInput(QComboBox):
    """A list to choose from; as narrow as the layout wants, as wide as its words in the list."""

    left = Signal()
    entered = Signal()
    """Enter was pressed on the closed list."""

    def __init__(self, parent: QWidget | None = None, *, editable: bool = False) -> None:
        super().__init__(parent)
        self.setEditable(editable)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        if editable:
            line = LineInput()
            self.setLineEdit(line)
            line.left.connect(self.left)

    @property
    def composing(self) -> bool:
        """An input method is in the middle of a word."""
        line = self.lineEdit()
        return isinstance(line, LineInput) and line.composing

    def minimumSizeHint(self) -> QSize:
        """A few characters: long words must not push a page wide."""
        hint = super().minimumSizeHint()
        few = self.fontMetrics().horizontalAdvance("国" * 5) + self.fontMetrics().height() * 2
        return QSize(min(hint.width(), few), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, and a quiet triangle where it opens."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.PlaceholderText))
        half = self.fontMetrics().height() / 5
        middle = QPointF(self.width() - half * 3, self.height() / 2)
        corners = (QPointF(-half, -half / 2), QPointF(half, -half / 2), QPointF(0, half / 1.6))
        painter.drawPolygon([middle + corner for corner in corners])

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel turned over the closed list never changes its value, it scrolls the page."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+arrow belongs to the page, not to the list."""
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not self.isEditable():
            self.entered.emit()
        else:
            super().keyPressEvent(event)


def commit_composition() -> None:
    """End the word that an input method is composing, so that it is part of what is saved."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.inputMethod().commit()
