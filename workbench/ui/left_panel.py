"""还差什么: everything that is left before the unit is left, by kind, with who sees to it; filtered by person."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.checks import Place
from workbench.services.remaining import Remaining
from workbench.ui.inputs import ComboInput
from workbench.ui.theme import Theme
from workbench.ui.widgets import label

EVERYBODY, NOBODY = "全部人员", "未指定负责人"


class _Tree(QTreeWidget):
    """Enter goes to the place of a line; a group opens and closes."""

    def __init__(self, go: Callable[[Place], None]) -> None:
        super().__init__()
        self._go = go
        self.setHeaderLabels(["事项", "位置", "负责人"])
        self.setAccessibleName("还差什么")
        self.setRootIsDecorated(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(False)
        self.itemDoubleClicked.connect(lambda item, _: self._open(item))

    def _open(self, item: QTreeWidgetItem | None) -> None:
        place = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        if isinstance(place, Place):
            self._go(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self._open(self.currentItem())
            return
        super().keyPressEvent(event)


class LeftPanel(QWidget):
    """One tree of all that is left; the person chosen stays while things are done."""

    def __init__(self, theme: Theme, go: Callable[[Place], None]) -> None:
        super().__init__()
        self._theme = theme
        self._items: Sequence[Remaining] = ()
        self._shown: tuple[Remaining, ...] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(7))
        row = QHBoxLayout()
        caption = label("负责人", "soft")
        self.person = ComboInput()
        self.person.setAccessibleName("按负责人筛选")
        self.person.addItem(EVERYBODY)
        self.person.currentIndexChanged.connect(lambda _: self._fill())
        caption.setBuddy(self.person)
        self._sum = label("", "soft")
        for part in (caption, self.person, self._sum):
            row.addWidget(part)
        row.addStretch(1)
        column.addLayout(row)
        self.tree = _Tree(go)
        column.addWidget(self.tree)

    def show_items(self, items: Sequence[Remaining], people: Sequence[str]) -> None:
        """Show what is left as it stands; ``people`` are those who can be chosen."""
        self._items = items
        chosen = self.person.currentText()
        wanted = [EVERYBODY, *people, NOBODY]
        if [self.person.itemText(n) for n in range(self.person.count())] != wanted:
            self.person.blockSignals(True)
            self.person.clear()
            self.person.addItems(wanted)
            self.person.setCurrentIndex(max(self.person.findText(chosen), 0))
            self.person.blockSignals(False)
        self._fill()

    def _fill(self) -> None:
        who = self.person.currentText()
        wanted = tuple(
            item
            for item in self._items
            if who in {"", EVERYBODY} or item.who == who or (who == NOBODY and not item.who)
        )
        self._sum.setText(f"{len(wanted)} 项")
        if wanted == self._shown:
            return
        self._shown = wanted
        closed = {
            self.tree.topLevelItem(n).data(1, Qt.ItemDataRole.UserRole)
            for n in range(self.tree.topLevelItemCount())
            if not self.tree.topLevelItem(n).isExpanded()
        }
        self.tree.clear()
        for name in dict.fromkeys(item.label for item in wanted):
            same = [item for item in wanted if item.label == name]
            group = QTreeWidgetItem(self.tree, [f"{name}　{len(same)}", "", ""])
            group.setData(1, Qt.ItemDataRole.UserRole, name)
            for item in same:
                line = QTreeWidgetItem(group, ["", item.words, item.who or "—"])
                line.setData(0, Qt.ItemDataRole.UserRole, item.place)
                line.setToolTip(1, item.words)
            group.setExpanded(name not in closed)
        rows = sum(1 + self.tree.topLevelItem(n).childCount() for n in range(self.tree.topLevelItemCount()))
        line_height = self.fontMetrics().lineSpacing() + self._theme.px(8)
        self.tree.setMinimumHeight(min(max(rows, 3) + 2, 22) * line_height)
