"""Ctrl+K: find an indicator, a page or an action by any part of its name, and go there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.ui.theme import Theme
from workbench.ui.widgets import label


@dataclass(frozen=True, slots=True)
class Find:
    """One thing that can be found: words to match and to show, what is soft beside them, what it does."""

    words: str
    beside: str
    go: Callable[[], None]


class SearchPalette(QDialog):
    """A line to type in and what matches; Enter goes, Esc stays."""

    def __init__(self, theme: Theme, finds: Sequence[Find], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("搜索指标与操作")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._finds = finds
        self.line = QLineEdit()
        self.line.setPlaceholderText("输入指标名称或操作，如 知晓率、导出")
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # long words are elided
        self._none = label("没有找到，换几个字试试。", "soft")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(12), theme.px(12), theme.px(12), theme.px(12))
        column.setSpacing(theme.px(8))
        column.addWidget(self.line)
        column.addWidget(self.list)
        column.addWidget(self._none)
        self.resize(theme.px(560), theme.px(400))
        self.line.textChanged.connect(self._filter)
        self.line.installEventFilter(self)
        self.list.itemClicked.connect(lambda _: self._go())
        self._filter("")
        self.line.setFocus()

    def _filter(self, text: str) -> None:
        parts = text.split()
        self.list.clear()
        for find in self._finds:
            whole = f"{find.words} {find.beside}".casefold()
            if all(part.casefold() in whole for part in parts):
                item = QListWidgetItem(f"{find.words}　　{find.beside}" if find.beside else find.words)
                item.setData(Qt.ItemDataRole.UserRole, find)
                self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._none.setVisible(self.list.count() == 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the cursor stays in the line; Enter goes."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            key = Qt.Key(event.key())
            if key in steps and self.list.count():
                row = min(max(self.list.currentRow() + steps[key], 0), self.list.count() - 1)
                self.list.setCurrentRow(row)
                return True
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._go()
                return True
        return super().eventFilter(watched, event)

    def _go(self) -> None:
        item = self.list.item(self.list.currentRow())
        if self.list.count() == 0:
            return
        find: Find = item.data(Qt.ItemDataRole.UserRole)
        self.accept()
        find.go()
