"""The tables and the text of an outside file as they stand there, with the cells that findings are about marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from workbench.domain.checks import Severity
from workbench.domain.outside.review import Remark
from workbench.services.outside_sheets import Grid
from workbench.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
#: Longer tables keep rows of one height; measuring each would take long.
_MEASURED_ROWS, _MOST_SPANS = 300, 2_000
_TONES = {Severity.ERROR: "lost_soft", Severity.WARNING: "warning_soft", Severity.NOTICE: "accent_soft"}


class GridModel(QAbstractTableModel):
    """One table, read only; marked cells have the colour of their worst finding."""

    def __init__(self, theme: Theme, grid: Grid, remarks: Sequence[Remark], index: int) -> None:
        super().__init__()
        self._theme, self.grid = theme, grid
        self.marks: Mapping[tuple[int, int], list[Remark]] = _marks(remarks, index)
        self.first = min(grid.rows, default=1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """As many rows as the table has, from its first filled one."""
        return 0 if parent.isValid() else max(self.grid.last_row - self.first + 1, 0)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """As many columns as the table has."""
        return 0 if parent.isValid() else self.grid.last_column

    def place(self, index: Index) -> tuple[int, int]:
        """Row and column in the file."""
        return index.row() + self.first, index.column() + 1

    def data(self, index: Index, wanted: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The text, the mark's colour, and what was found as a tip."""
        row, column = self.place(index)
        if wanted == Qt.ItemDataRole.DisplayRole:
            return self.grid.text(row, column)
        found = self.marks.get((row, column))
        if found and wanted == Qt.ItemDataRole.BackgroundRole:
            worst = min((remark.severity for remark in found), key=lambda severity: severity.rank)
            return QColor(self._theme.colors.of(_TONES[worst]))
        if found and wanted == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(f"{remark.number}. {remark.finding.message}" for remark in found)
        if wanted == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, wanted: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Letters over the columns and numbers before the rows, as the file has them."""
        if wanted != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(section + self.first)
        name = self.grid.cell_name(self.first, section + 1)
        return name.rstrip("0123456789") if name[:1].isascii() else str(section + 1)


def _marks(remarks: Sequence[Remark], index: int) -> dict[tuple[int, int], list[Remark]]:
    found: dict[tuple[int, int], list[Remark]] = {}
    for remark in remarks:
        for at in (remark.at, *remark.more):
            if at.grid == index and at.row:
                found.setdefault((at.row, at.column), []).append(remark)
    return found


class GridView(QTableView):
    """Shows one table; choosing a marked cell tells its finding."""

    chosen = Signal(int)
    """The number of the first finding about the cell."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._quiet = False
        self.setAccessibleName("来稿的表")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def show_grid(self, grid: Grid, remarks: Sequence[Remark], index: int) -> None:
        """Show another table with its marks."""
        model = GridModel(self._theme, grid, remarks, index)
        self.setModel(model)
        self.clearSpans()
        spans = 0
        for row in sorted(grid.rows):
            for column in sorted(grid.rows[row]):
                top, left, bottom, right = grid.area(row, column)
                if (top, left) == (row, column) and (bottom > top or right > left) and spans < _MOST_SPANS:
                    self.setSpan(row - model.first, column - 1, bottom - top + 1, right - left + 1)
                    spans += 1
        self._fit(grid)
        self.selectionModel().currentChanged.connect(self._on_current)

    def _fit(self, grid: Grid) -> None:
        """Columns as wide as their longest text asks, within bounds; rows as high as their texts."""
        px = self._theme.px
        for column in range(1, grid.last_column + 1):
            longest = max(
                (
                    len(grid.text(row, column))
                    for row in grid.rows
                    if grid.area(row, column)[1] == grid.area(row, column)[3]
                ),
                default=0,
            )
            self.setColumnWidth(column - 1, px(min(max(longest * 7, 56), 210)))
        header = self.verticalHeader()
        if grid.last_row <= _MEASURED_ROWS:
            header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
            self.resizeRowsToContents()
        else:
            header.setDefaultSectionSize(px(24))

    def go(self, row: int, column: int) -> None:
        """Bring a cell into sight and mark it as the current one."""
        model = self.model()
        if isinstance(model, GridModel):
            index = model.index(row - model.first, column - 1)
            self._quiet = True
            self.setCurrentIndex(index)
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
            self._quiet = False

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        model = self.model()
        if self._quiet or not isinstance(model, GridModel):
            return
        found = model.marks.get(model.place(current))
        if found:
            self.chosen.emit(found[0].number)
