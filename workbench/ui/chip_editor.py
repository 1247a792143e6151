"""Text with bound figures as chips: they show today's value, move and go as one, and are kept as ``{name}``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextFragment,
    QWheelEvent,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from workbench.domain.fields import FieldSpec
from workbench.domain.narrative import spans
from workbench.ui.fields import FieldEditor, SaveText
from workbench.ui.inputs import for_the_window, left_for_good
from workbench.ui.theme import Theme

_NAME = QTextFormat.Property.UserProperty + 1


class ChipInput(QTextEdit):
    """The text itself; ``marked`` text goes in and out with ``{name}`` where a chip stands."""

    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._known: Mapping[str, str] = {}
        self.composing = False
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self.updateGeometry())
        theme.changed.connect(self._on_look_changed)

    def _on_look_changed(self) -> None:
        """Colours of chips are kept in the text itself: give them those of the look that is in force now."""
        if self.composing:
            return
        before, undoable = self.textCursor().position(), self.document().isUndoRedoEnabled()
        self.blockSignals(True)
        self.document().setUndoRedoEnabled(False)
        for start, length, name in self._chips():
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(self._format(name, known=name in self._known))
        self.document().setUndoRedoEnabled(undoable)
        place = self.textCursor()
        place.setPosition(before)
        self.setTextCursor(place)
        self.blockSignals(False)

    def set_known(self, known: Mapping[str, str]) -> None:
        """Give the figures that names stand for; chips that are there show the new ones."""
        if known == self._known:
            return
        self._known = dict(known)
        for start, length, name in reversed(self._chips()):
            shown = known.get(name, f"{{{name}}}")
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            if cursor.selectedText() != shown:
                cursor.joinPreviousEditBlock()
                cursor.insertText(shown, self._format(name))
                cursor.endEditBlock()

    def marked(self) -> str:
        """The text as kept: chips as ``{name}``."""
        lines: list[str] = []
        block = self.document().begin()
        while block.isValid():
            parts: list[str] = []
            last = ""
            for fragment in _fragments(block):
                name = str(fragment.charFormat().property(_NAME) or "")
                if not name:
                    parts.append(fragment.text())
                elif name != last:
                    parts.append(f"{{{name}}}")
                last = name
            lines.append("".join(parts))
            block = block.next()
        return "\n".join(lines).replace("\u2028", "\n")

    def set_marked(self, text: str) -> None:
        """Show a kept text."""
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for span in spans(text, self._known):
            cursor.insertText(span.text, self._format(span.name, known=span.known))
        cursor.endEditBlock()
        self.document().clearUndoRedoStacks()
        self.setCurrentCharFormat(QTextCharFormat())

    def insert_chip(self, name: str) -> None:
        """Put a figure where the cursor is."""
        cursor = self.textCursor()
        cursor.insertText(self._known.get(name, f"{{{name}}}"), self._format(name))
        cursor.setCharFormat(QTextCharFormat())
        self.setTextCursor(cursor)
        self.setCurrentCharFormat(QTextCharFormat())
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _format(self, name: str, *, known: bool = True) -> QTextCharFormat:
        made = QTextCharFormat()
        if name:
            colors = self._theme.colors
            made.setProperty(_NAME, name)
            made.setBackground(QColor(colors.accent_soft if known else colors.lost_soft))
            made.setForeground(QColor(colors.accent if known else colors.lost))
            made.setToolTip(f"{name}，随数据更新" if known else f"没有名为“{name}”的数据")
        return made

    def _chips(self) -> list[tuple[int, int, str]]:
        found: list[tuple[int, int, str]] = []
        block = self.document().begin()
        while block.isValid():
            for fragment in _fragments(block):
                name = str(fragment.charFormat().property(_NAME) or "")
                if name and found and found[-1][2] == name and sum(found[-1][:2]) == fragment.position():
                    found[-1] = (found[-1][0], found[-1][1] + fragment.length(), name)
                elif name:
                    found.append((fragment.position(), fragment.length(), name))
            block = block.next()
        return found

    def _chip_at(self, position: int, *, before: bool) -> tuple[int, int] | None:
        for start, length, _ in self._chips():
            inside = start < position <= start + length if before else start <= position < start + length
            if inside:
                return start, length
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Backspace and Delete take a chip as one; typing beside a chip is plain text."""
        cursor = self.textCursor()
        if not cursor.hasSelection() and event.key() in {Qt.Key.Key_Backspace, Qt.Key.Key_Delete}:
            chip = self._chip_at(cursor.position(), before=event.key() == Qt.Key.Key_Backspace)
            if chip is not None:
                cursor.setPosition(chip[0])
                cursor.setPosition(chip[0] + chip[1], QTextCursor.MoveMode.KeepAnchor)
                cursor.removeSelectedText()
                return
        self._step_out()
        super().keyPressEvent(event)

    def _step_out(self) -> None:
        """Text goes after a chip, never into it."""
        cursor = self.textCursor()
        if cursor.hasSelection():
            return
        position = cursor.position()
        for start, length, _ in self._chips():
            if start < position < start + length:
                cursor.setPosition(start + length)
                self.setTextCursor(cursor)
        if self.currentCharFormat().property(_NAME):
            self.setCurrentCharFormat(QTextCharFormat())

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether an input method is in the middle of a word."""
        self._step_out()
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def event(self, event: QEvent) -> bool:
        """Leave the window's keys to the window."""
        if for_the_window(event):
            event.ignore()
            return False
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls."""
        event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say that the field is left."""
        super().focusOutEvent(event)
        self.composing = False
        if left_for_good(event):
            self.left.emit()

    def sizeHint(self) -> QSize:
        """As high as the text, two lines at least."""
        line = QFontMetrics(self.font()).lineSpacing()
        height = round(self.document().documentLayout().documentSize().height())
        return QSize(super().sizeHint().width(), max(height, line * 2 + 8) + 8)

    def minimumSizeHint(self) -> QSize:
        """As high as the size hint."""
        return QSize(QFontMetrics(self.font()).horizontalAdvance("国") * 8, self.sizeHint().height())


def _fragments(block: QTextBlock) -> list[QTextFragment]:
    """The stretches of one format in a text block."""
    iterator: Any = block.begin()
    found = []
    while not iterator.atEnd():
        fragment = iterator.fragment()
        if fragment.isValid():
            found.append(fragment)
        iterator += 1
    return found


class ChipEditor(FieldEditor):
    """The editor of a text field whose figures stay computed."""

    def __init__(self, theme: Theme, field: FieldSpec, save: SaveText) -> None:
        self._theme = theme
        super().__init__(field, save)

    def _build(self) -> QWidget:
        self.chips = ChipInput(self._theme)
        self.chips.setPlaceholderText(self.field.hint)
        self.chips.textChanged.connect(self._on_touched)
        self.chips.left.connect(self._on_left)
        return self.chips

    def text(self) -> str:
        """The text as kept, with ``{name}`` for chips."""
        return self.chips.marked()

    def _write(self, text: str) -> None:
        self.chips.set_marked(text)

    def show_figures(self, known: Mapping[str, str]) -> None:
        """Show today's figures in the chips; a word being composed is left alone until it is done."""
        if self.chips.composing:
            return
        self._writing = True
        self.chips.set_known(known)
        self._writing = False

    def _on_left(self) -> None:
        self._on_touched()
        self.flush()
        if not self.fault and self.text() != self._model_text:
            self._put(self._model_text)
        self.chips.document().clearUndoRedoStacks()

    @property
    def own_undo(self) -> Callable[[], None] | None:
        """The text's own undo while it has one."""
        return self.chips.undo if self.chips.document().isUndoAvailable() else None
