"""Bind the cells of a bureau's blank form: the sheet as a grid, and for each cell what goes into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QTabBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.bureau import Binding
from workbench.services.bureau_forms import BlankSheet, Draft
from workbench.ui.inputs import ComboInput
from workbench.ui.theme import Theme
from workbench.ui.widgets import label, link

_NOTHING = "（不填）"


class _Sheet(QTableWidget):
    """The grid; Enter goes to the choice of content, Delete takes a binding away."""

    def __init__(self, choose: Callable[[], None], remove: Callable[[], None]) -> None:
        super().__init__()
        self._choose = choose
        self._remove = remove
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2}:
            self._choose()
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self._remove()
        else:
            super().keyPressEvent(event)


class BureauEditor(QWidget):
    """Shows a draft; ``save(title, bindings)`` and ``leave()`` are called by its buttons."""

    def __init__(
        self,
        theme: Theme,
        draft: Draft,
        labels: Mapping[str, str],
        save: Callable[[Draft], None],
        leave: Callable[[], None],
    ) -> None:
        super().__init__()
        self._theme = theme
        self._draft = draft
        self._labels = labels
        self.bindings = {(one.sheet, *one.place): one for one in draft.bindings}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))

        self.title = QLineEdit(draft.title)
        self.title.setAccessibleName("表样名称")
        named = QHBoxLayout()
        named.addWidget(label("表样名称", "soft"))
        named.addWidget(self.title, 1)
        self._said = label("", "soft")
        named.addWidget(self._said, 2)
        column.addLayout(named)
        if draft.unplaced:
            names = "、".join(draft.unplaced)
            column.addWidget(label(f"表中没有找到这些指标的行：{names}。", "warning", wrap=True))

        self._tabs = QTabBar()
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        for sheet in draft.sheets:
            self._tabs.addTab(sheet.name)
        self._tabs.currentChanged.connect(lambda _: self._show_sheet())
        column.addWidget(self._tabs)
        self.grid = _Sheet(self._to_choice, self._remove)
        self.grid.setMinimumHeight(theme.px(300))
        self.grid.currentCellChanged.connect(lambda *_: self._show_choice())
        column.addWidget(self.grid, 1)

        self.choice = ComboInput(editable=True)
        self.choice.setAccessibleName("这一格填什么")
        self.choice.addItem(_NOTHING, "")
        for content, words in labels.items():
            self.choice.addItem(words, content)
        completer = QCompleter(self.choice.model(), self.choice)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.choice.setCompleter(completer)
        self.choice.activated.connect(lambda _: self._bind())
        editor = self.choice.lineEdit()
        if editor is not None:
            editor.returnPressed.connect(self._bind)
        self._where = label("", "soft")
        row = QHBoxLayout()
        row.addWidget(self._where)
        row.addWidget(self.choice, 1)
        row.addWidget(label("回车选内容，Delete 取消绑定", "soft"))
        column.addLayout(row)

        ends = QHBoxLayout()
        ends.addWidget(link("保存表样", lambda: save(self.result())))
        ends.addWidget(link("放弃", leave))
        ends.addStretch(1)
        column.addLayout(ends)
        self._show_sheet()

    def result(self) -> Draft:
        """The draft as it stands now."""
        title = self.title.text().strip() or self._draft.title
        return replace(self._draft, title=title, bindings=tuple(sorted(self.bindings.values())))

    @property
    def _sheet(self) -> BlankSheet:
        return self._draft.sheets[max(self._tabs.currentIndex(), 0)]

    def _show_sheet(self) -> None:
        sheet, grid = self._sheet, self.grid
        grid.blockSignals(True)
        grid.clear()
        grid.clearSpans()
        grid.setRowCount(sheet.rows)
        grid.setColumnCount(sheet.columns)
        grid.setHorizontalHeaderLabels(
            [Binding("", 1, n, "").address[:-1] for n in range(1, sheet.columns + 1)]
        )
        for top, left, bottom, right in sheet.areas:
            if bottom <= sheet.rows and right <= sheet.columns:
                grid.setSpan(top - 1, left - 1, bottom - top + 1, right - left + 1)
        for row in range(1, sheet.rows + 1):
            for column in range(1, sheet.columns + 1):
                grid.setItem(row - 1, column - 1, QTableWidgetItem())
                self._paint(row, column)
        grid.resizeColumnsToContents()
        for column in range(sheet.columns):
            grid.setColumnWidth(column, min(grid.columnWidth(column), self._theme.px(190)))
        grid.blockSignals(False)
        first = min((one.place for one in self.bindings.values() if one.sheet == sheet.name), default=(1, 1))
        grid.setCurrentCell(first[0] - 1, first[1] - 1)
        self._show_choice()

    def _paint(self, row: int, column: int) -> None:
        sheet, item = self._sheet, self.grid.item(row - 1, column - 1)
        if item is None:
            return
        bound = self.bindings.get((sheet.name, row, column))
        text = sheet.texts.get((row, column), "")
        if bound is not None:
            short = self._labels.get(bound.content, bound.content).rpartition("· ")[2]
            text = f"{bound.prefix}〔{short}〕"
        item.setText(text)
        item.setToolTip(self._labels.get(bound.content, "本体系没有这一内容") if bound is not None else "")
        colors = self._theme.colors
        item.setBackground(QBrush(QColor(colors.accent_soft)) if bound is not None else QBrush())
        item.setForeground(QBrush(QColor(colors.accent if bound is not None else colors.ink)))

    def _place(self) -> tuple[int, int]:
        return self.grid.currentRow() + 1, self.grid.currentColumn() + 1

    def _show_choice(self) -> None:
        row, column = self._place()
        sheet = self._sheet
        bound = self.bindings.get((sheet.name, row, column))
        self._where.setText(Binding(sheet.name, max(row, 1), max(column, 1), "").address)
        formula = sheet.texts.get((row, column)) == "ƒ"
        self.choice.setEnabled(not formula)
        self.choice.setCurrentIndex(max(self.choice.findData(bound.content if bound else ""), 0))
        if formula:
            self.choice.setEditText("这一格是原表的公式，由表格自己计算")
        self._said.setText(f"已绑定 {len(self.bindings)} 格")

    def _to_choice(self) -> None:
        editor = self.choice.lineEdit()
        if self.choice.isEnabled() and editor is not None:
            editor.setFocus()
            editor.selectAll()

    def _bind(self) -> None:
        words = self.choice.currentText().strip()
        index = self.choice.findText(words)
        if index < 0:
            completer = self.choice.completer()
            words = completer.currentCompletion() if completer is not None else ""
            index = self.choice.findText(words)
        if index < 0:
            self._said.setText("没有这项内容，请从列表中选。")
            return
        content = str(self.choice.itemData(index))
        row, column = self._place()
        key = (self._sheet.name, row, column)
        if content:
            text = self._sheet.texts.get((row, column), "")
            old = self.bindings.get(key)
            prefix = old.prefix if old is not None else text if text.endswith(("：", ":")) else ""
            self.bindings[key] = Binding(*key, content, prefix)
        else:
            self.bindings.pop(key, None)
        self._paint(row, column)
        self._show_choice()
        self.grid.setFocus()

    def _remove(self) -> None:
        row, column = self._place()
        if self.bindings.pop((self._sheet.name, row, column), None) is not None:
            self._paint(row, column)
            self._show_choice()
