"""The tree table of a form that is being changed: names, points, what is missing below; keys for every edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from workbench.domain.amounts import show_plain
from workbench.domain.form_outline import Line, gap_text
from workbench.ui.theme import Theme

COLUMNS = ("指标", "分值", "下级合计", "")
_ID = Qt.ItemDataRole.UserRole

#: Keys with what they ask for.
_KEYS: Mapping[tuple[Qt.Key, Qt.KeyboardModifier], str] = {
    (Qt.Key.Key_Insert, Qt.KeyboardModifier.NoModifier): "add",
    (Qt.Key.Key_Insert, Qt.KeyboardModifier.ShiftModifier): "add_below",
    (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier): "remove",
    (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier): "rename",
    (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier): "rename",
    (Qt.Key.Key_Enter, Qt.KeyboardModifier.NoModifier): "rename",
    (Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier): "up",
    (Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier): "down",
    (Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier): "indent",
    (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier): "outdent",
}


class FormTree(QTreeWidget):
    """``chosen`` names the indicator gone to, ``asked`` an edit of it, ``typed`` the digit that begins its points."""

    chosen = Signal(str)
    asked = Signal(str)
    typed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._items: dict[str, QTreeWidgetItem] = {}
        self._shape: list[tuple[str, str]] = []
        self.setAccessibleName("指标体系")
        self.setColumnCount(len(COLUMNS))
        self.setHeaderLabels(list(COLUMNS))
        self.setUniformRowHeights(True)
        self.setIndentation(theme.px(14))
        self.setAllColumnsShowFocus(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        metrics = QFontMetrics(QFont(self.font()))
        for column, sample in ((1, "00.00"), (2, "下级合计 "), (3, "新")):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, metrics.horizontalAdvance(sample) + theme.px(16))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self.headerItem().setTextAlignment(1, right)
        self.headerItem().setTextAlignment(2, right)
        self.currentItemChanged.connect(self._on_current)
        theme.changed.connect(self._recolour)
        self._lines: list[Line] = []
        self._marks: Mapping[str, str] = {}
        self._faults: Mapping[str, str] = {}

    @property
    def current(self) -> str:
        """The id of the current row."""
        item: QTreeWidgetItem | None = self.currentItem()
        return str(item.data(0, _ID)) if item is not None else ""

    def show_lines(self, lines: Iterable[Line], marks: Mapping[str, str], faults: Mapping[str, str]) -> None:
        """Show the rows; ``marks`` says what changed (``新``, ``改``), ``faults`` what is wrong, by id."""
        self._lines, self._marks, self._faults = list(lines), marks, faults
        shape = [(line.id, line.parent) for line in self._lines]
        if shape != self._shape:
            self._rebuild(shape)
        self._recolour()

    def _rebuild(self, shape: list[tuple[str, str]]) -> None:
        current = self.current
        at = [id_ for id_, _ in self._shape].index(current) if current else 0
        folded = {id_ for id_, item in self._items.items() if item.childCount() and not item.isExpanded()}
        with QSignalBlocker(self):
            self.clear()
            self._items = {}
            for id_, parent in shape:
                item = QTreeWidgetItem()
                item.setData(0, _ID, id_)
                item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setTextAlignment(3, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
                if parent:
                    self._items[parent].addChild(item)
                else:
                    self.addTopLevelItem(item)
                self._items[id_] = item
            for id_, item in self._items.items():
                item.setExpanded(id_ not in folded)
            self._shape = shape
            # Where the current row is gone, the one that took its place is next.
            wanted = current
            if current and current not in self._items and shape:
                wanted = shape[min(at, len(shape) - 1)][0]
            if wanted:
                self.setCurrentItem(self._items[wanted])
        if self.current and self.current != current:
            self.chosen.emit(self.current)

    def _recolour(self) -> None:
        colors = self._theme.colors
        bold = QFont(self.font())
        bold.setBold(True)
        for line in self._lines:
            item = self._items[line.id]
            fault = self._faults.get(line.id, "")
            gap = gap_text(line)
            below = "" if line.below is None else show_plain(line.below)
            texts = (line.name, "未写" if line.points is None else show_plain(line.points), below)
            for column, text in enumerate(texts):
                item.setText(column, text)
                item.setForeground(column, colors.of("ink" if line.leaf or line.level == 1 else "soft"))
                item.setToolTip(column, fault or gap or line.name)
            item.setFont(0, bold if line.level == 1 else QFont(self.font()))
            if gap:
                item.setForeground(2, colors.of("lost"))
            if fault and not gap:
                item.setForeground(0, colors.of("lost"))
            item.setText(3, "！" if fault else self._marks.get(line.id, ""))
            item.setForeground(3, colors.of("lost" if fault else "accent"))
            item.setToolTip(3, fault or {"新": "新增", "改": "有改动"}.get(self._marks.get(line.id, ""), ""))

    def show_sums(self, *, shown: bool) -> None:
        """Show or leave out the sums below, where there is little room; what doesn't add up is marked anyway."""
        self.setColumnHidden(2, not shown)

    def go_to(self, id_: str) -> None:
        """Make a row the current one and bring it into view."""
        item = self._items.get(id_)
        if item is not None:
            self.setCurrentItem(item)
            self.scrollToItem(item)

    def _on_current(self, item: QTreeWidgetItem | None, _: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(0, _ID)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of editing; digits begin the points."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        asked = _KEYS.get((Qt.Key(event.key()), held))
        if asked:
            self.asked.emit(asked)
        elif event.text() and event.text() in "0123456789０１２３４５６７８９" and not held:
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)
