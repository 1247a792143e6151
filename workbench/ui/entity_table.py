"""A table to edit the entities of one kind by keyboard: add, fill, move, remove; each cell saves itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.evaluation import KIND_LABELS
from workbench.domain.fields import KINDS
from workbench.services.editing import Address, put_text, with_fields
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.entity_table_model import EntityTableModel
from workbench.ui.fields import FieldEditor, Options, editor_for, flush_fields
from workbench.ui.widgets import KeyButton, label, link

Index = QModelIndex | QPersistentModelIndex


def _any(described: Any) -> Any:
    """For attributes that the type stubs leave out."""
    return described


class _CellDelegate(QStyledItemDelegate):
    """Opens the editor of the field's kind in a cell; the text goes to where the cell was opened."""

    def __init__(self, table: EntityTable, options: Mapping[str, Options]) -> None:
        super().__init__(table)
        self._table = table
        self._options = options

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """The bare input of a field editor; the editor lives inside it, unseen."""
        model = self._table.model
        field = model.fields[index.column()]
        editor = editor_for(
            field, self._table.save, compact=True, options=self._options.get(field.name), parent=parent
        )
        cell = editor.input
        cell.setMaximumWidth(16_777_215)
        # A field that passes the keyboard on to the widget it lives in would tie a knot in Qt's Tab order.
        editor.setFocusProxy(None)  # type: ignore[arg-type]
        cell.setParent(parent)
        editor.setParent(cell)
        editor.hide()
        editor.fault_changed.connect(lambda fault: self._table.show_fault(editor.address, fault))
        editor.rebind(model.address(index), model.text(index))
        cell.setProperty("editor", editor)
        return cell

    @staticmethod
    def editor_in(cell: QObject) -> FieldEditor | None:
        """The field editor of a cell's input."""
        return cell.findChild(FieldEditor)

    def setEditorData(self, cell: QWidget, index: Index) -> None:
        """New values reach an open cell only when it is not being typed in."""
        editor = self.editor_in(cell)
        if editor is not None and editor.address == self._table.model.address(index):
            editor.show_text(self._table.model.text(index))

    def setModelData(self, cell: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Save what is pending."""
        editor = self.editor_in(cell)
        if editor is not None:
            editor.flush()

    def updateEditorGeometry(self, cell: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """As the cell, texts at least three lines high."""
        rect = _any(option).rect
        if self._table.model.fields[index.column()].kind == "text":
            rect.setHeight(max(rect.height(), QFontMetrics(cell.font()).lineSpacing() * 3 + 8))
        cell.setGeometry(rect)

    def eventFilter(self, cell: QObject, event: QEvent) -> bool:
        """Esc gives back what stood in the cell when it was opened."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            editor = self.editor_in(cell)
            if event.key() == Qt.Key.Key_Escape and editor is not None:
                editor.revert()
        return super().eventFilter(cell, event)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """At least as high as an input."""
        hint = super().sizeHint(option, index)
        metrics = QFontMetrics(_any(option).font)
        return QSize(
            hint.width(), min(max(hint.height(), metrics.lineSpacing() + 10), metrics.lineSpacing() * 4)
        )


class _Grid(QTableView):
    """The view: Enter edits, Delete empties nothing by accident; Tab goes on to the next cell
    while one is open, and out of the table otherwise, so that a keyboard is never caught in it."""

    resized = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is: Qt makes the first cell the current one, but selects nothing."""
        super().focusInEvent(event)
        at, chosen = self.currentIndex(), self.selectionModel()
        if at.isValid() and not chosen.hasSelection():
            chosen.select(at, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say that there is more or less room."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.resized.emit()

    def _at_end(self, *, forward: bool) -> bool:
        index, model = self.currentIndex(), self.model()
        last = (model.rowCount() - 1, model.columnCount() - 1) if forward else (0, 0)
        return not index.isValid() or (index.row(), index.column()) == last

    def closeEditor(self, editor: QWidget, hint: QStyledItemDelegate.EndEditHint) -> None:
        """Tab in the last cell ends typing and stays there; it does not open the first cell again."""
        ends = QStyledItemDelegate.EndEditHint
        if (hint == ends.EditNextItem and self._at_end(forward=True)) or (
            hint == ends.EditPreviousItem and self._at_end(forward=False)
        ):
            hint = ends.NoHint
        super().closeEditor(editor, hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the cell."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            index = self.currentIndex()
            if index.isValid() and self.state() != QAbstractItemView.State.EditingState:
                self.edit(index)
                return
        super().keyPressEvent(event)


class EntityTable(QWidget):
    """Rows of one entity class. ``defaults`` gives the fields of a new row that it can't be without."""

    def __init__(
        self,
        context: Context,
        entity_type: type[Any],
        names: Sequence[str],
        *,
        where: Callable[[Any], bool] | None = None,
        defaults: Callable[[], Mapping[str, Any]] = dict,
        options: Mapping[str, Options] | None = None,
        most_rows: int = 12,
        hint: str = "",
        ink: Callable[[Any, str], QColor | None] | None = None,
    ) -> None:
        super().__init__()
        self._context = context
        self._defaults = defaults
        self._least: tuple[int, str] | None = None
        self._most_rows = most_rows
        self._hint = hint
        theme = context.theme
        self.model = EntityTableModel(lambda: context.session, entity_type, names, where, options, ink)
        self._noun = KIND_LABELS[self.model.kind]
        self.view = _Grid()
        self.view.setTabKeyNavigation(False)
        self.view.setModel(self.model)
        self._delegate = _CellDelegate(self, options or {})
        self.view.setItemDelegate(self._delegate)
        self.view.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setWordWrap(True)
        self.view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._size_columns()
        self._fault = label("", "fault", wrap=True)
        self._fault.hide()
        self._empty = label(hint or f"还没有{self._noun}，按 Ctrl N 新增一行。", "soft", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.add_button = KeyButton(theme, "＋ 新增", "Ctrl N", quiet=True)
        self.add_button.clicked.connect(self.add_row)
        row.addWidget(self.add_button)
        self.remove_button = link("删除", self.remove_row)
        self.move_buttons = (
            link("上移", lambda: self.move_row(-1)),
            link("下移", lambda: self.move_row(1)),
        )
        for button in (self.remove_button, *self.move_buttons):
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(5))
        layout.addWidget(self.view)
        layout.addWidget(self._empty)
        layout.addWidget(self._fault)
        layout.addLayout(row)
        self.view.resized.connect(self._on_resized)
        self.model.modelReset.connect(self._fit)
        self.model.dataChanged.connect(self._fit)
        context.bridge.changed.connect(self._on_changed)

    def _size_columns(self) -> None:
        header = self.view.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(self._context.theme.px(48))
        side = self.view.verticalHeader()
        side.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        metrics = QFontMetrics(self.font())
        for column, field in enumerate(self.model.fields):
            if field.kind in {"text", "line"}:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
            else:
                filled = "0000000000" if KINDS[field.kind].numeric or field.kind == "date" else ""
                words = max([field.label, *field.choices, filled], key=metrics.horizontalAdvance)
                self.set_width(field.name, words)

    def set_width(self, name: str, words: str) -> None:
        """Make a column as wide as ``words`` need, so that the stretching ones share the rest."""
        column = [field.name for field in self.model.fields].index(name)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        width = QFontMetrics(self.font()).horizontalAdvance(words) + self._context.theme.px(28)
        header.resizeSection(column, width)

    def set_least(self, name: str, words: str) -> None:
        """Never squeeze a stretching column below the width of ``words``: the table scrolls sideways instead."""
        self._least = ([field.name for field in self.model.fields].index(name), words)

    def _keep_least(self) -> None:
        if self._least is None:
            return
        column, words = self._least
        header = self.view.horizontalHeader()
        least = QFontMetrics(self.font()).horizontalAdvance(words) + self._context.theme.px(12)
        modes = QHeaderView.ResizeMode
        others = sum(header.sectionSize(n) for n in range(header.count()) if n != column)
        room = self.view.viewport().width() - others
        squeezed = header.sectionResizeMode(column) == modes.Interactive
        if not squeezed and header.sectionSize(column) < least:
            header.setSectionResizeMode(column, modes.Interactive)
            header.resizeSection(column, least)
        elif squeezed and room > least:
            header.setSectionResizeMode(column, modes.Stretch)

    def reload(self) -> None:
        """Show the rows as they stand, the cursor staying where it was."""
        current = self.view.currentIndex()
        id_, column = self.current_id(), current.column()
        self.model.reload()
        if id_ and not self.view.currentIndex().isValid():
            row = self.model.row_of(id_)
            if row >= 0:
                self.view.setCurrentIndex(self.model.index(row, max(column, 0)))
        self._fit()

    def current_id(self) -> str:
        """The id of the row that the cursor is in, empty for none."""
        row = self.view.currentIndex().row()
        return self.model.rows[row].id if 0 <= row < len(self.model.rows) else ""

    def show_row(self, id_: str, field: str = "") -> bool:
        """Put the cursor into a row, and into a field of it; false when there is no such row."""
        row = self.model.row_of(id_)
        if row < 0:
            return False
        names = [described.name for described in self.model.fields]
        self.view.setCurrentIndex(self.model.index(row, names.index(field) if field in names else 0))
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def add_row(self) -> None:
        """Add a row at the end and open its first cell."""
        self._close_cell()
        session = self._context.session
        given = dict(self._defaults())
        rows = session.evaluation.table(self.model.entity_type).values()
        if any(field.name == "position" for field in dataclasses.fields(self.model.entity_type)):
            given.setdefault("position", max((row.position for row in rows), default=0) + 1)
        entity = self.model.entity_type(id=session.new_id(), **given)
        session.put(entity, origin=self, label=f"新增{self._noun}")
        self.model.reload()
        self.show_row(entity.id)
        self.view.scrollToBottom()
        self.view.edit(self.view.currentIndex())

    def remove_row(self) -> None:
        """Remove the row of the cursor; Ctrl+Z brings it back."""
        self._close_cell()
        row = self.view.currentIndex().row()
        if not 0 <= row < len(self.model.rows):
            return
        column = self.view.currentIndex().column()
        self._context.session.remove(self.model.rows[row], label=f"删除{self._noun}")
        if self.model.rows:
            self.view.setCurrentIndex(self.model.index(min(row, len(self.model.rows) - 1), column))
        self.model.reload()
        (self.view if self.model.rows else self.add_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def move_row(self, by: int) -> None:
        """Move the row of the cursor up (-1) or down (1) by one step."""
        self._close_cell()
        row = self.view.currentIndex().row()
        other = row + by
        if not (0 <= row < len(self.model.rows) and 0 <= other < len(self.model.rows)):
            return
        rows = list(self.model.rows)
        rows[row], rows[other] = rows[other], rows[row]
        places = sorted(_any(entity).position for entity in rows)
        if len(set(places)) < len(places):
            places = list(range(1, len(rows) + 1))
        moved = [with_fields(entity, position=n) for entity, n in zip(rows, places, strict=True)]
        self._context.session.put_all(moved, label=f"移动{self._noun}")

    def row_actions(self) -> dict[str, Callable[[], None]]:
        """What this table does for the actions of the window."""
        return {
            "add_row": self.add_row,
            "remove_row": self.remove_row,
            "row_up": lambda: self.move_row(-1),
            "row_down": lambda: self.move_row(1),
        }

    def has_cursor(self) -> bool:
        """The keyboard is in this table."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def save(self, address: object, text: str, origin: object) -> str:
        """Put the text of a cell where the cell was opened."""
        if not isinstance(address, Address):
            return ""
        return put_text(self._context.session, address, text, origin)

    def show_fault(self, address: object, fault: str) -> None:
        """Say under the table what a cell can't hold; empty takes it away."""
        row = self.model.row_of(address.id) if isinstance(address, Address) else -1
        self._fault.setText(f"第 {row + 1} 行：{fault}这一格未保存。" if fault else "")
        self._fault.setVisible(bool(fault))

    def _close_cell(self) -> None:
        flush_fields(self.view)
        if self.view.state() == QAbstractItemView.State.EditingState:
            self.view.setFocus()

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(self.model.kind) and self.isVisible():
            self.reload()

    def _fit(self) -> None:
        """As high as its rows, up to the most that are shown at once."""
        shown = bool(self.model.rows)
        self.remove_button.setEnabled(shown)
        for button in self.move_buttons:
            button.setEnabled(len(self.model.rows) > 1)
        self.view.setVisible(shown)
        self._empty.setVisible(not shown)
        if not shown:
            return
        self.view.resizeRowsToContents()
        self._fit_height()

    def _on_resized(self) -> None:
        self._keep_least()
        if self.view.state() != QAbstractItemView.State.EditingState:  # an open cell would be closed
            self._fit_height()

    def _fit_height(self) -> None:
        rows = min(len(self.model.rows), self._most_rows)
        height = sum(self.view.rowHeight(row) for row in range(rows))
        bar = self.view.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() > 0 else 0  # on small screens
        self.view.setFixedHeight(height + self.view.horizontalHeader().sizeHint().height() + 2 + below)


def actions_of(tables: Callable[[], Sequence[EntityTable]]) -> dict[str, Callable[[], None]]:
    """Row actions of a page with several tables: they go to the one with the keyboard, else the first."""

    def on_table(name: str) -> Callable[[], None]:
        def run() -> None:
            found = tables()
            table = next((t for t in found if t.has_cursor()), found[0] if found else None)
            if table is not None:
                table.row_actions()[name]()

        return run

    return {name: on_table(name) for name in ("add_row", "remove_row", "row_up", "row_down")}
