"""One sheet or table as a grid: cells by row and column, merged areas, addresses in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from workbench.domain.rules.params import show_percent_plain
from workbench.errors import WorkbenchError
from workbench.importers.sheet_rows import Cell
from workbench.importers.workbooks import SheetInfo, Workbook
from workbench.package_xml import letters

#: More merged cells than this no table of indicators has.
MAX_MERGED = 300_000


class Grid:
    """A table that is looked at cell by cell; rows and columns count from 1."""

    def __init__(
        self,
        name: str,
        rows: Mapping[int, dict[int, Cell]],
        merges: Iterable[tuple[int, int, int, int]] = (),
        *,
        hidden: bool = False,
        caption: str = "",
        reach: tuple[int, int] = (0, 0),
    ) -> None:
        """``merges`` are first row, first column, last row, last column; ``reach`` says how far the table goes at least."""
        self.name = name
        self.hidden = hidden
        self.caption = caption
        """What stands above the table, outside of it."""
        self.rows = rows
        self.last_row = max(max(rows, default=0), reach[0])
        self.last_column = max(max((max(cells) for cells in rows.values()), default=0), reach[1])
        self._areas: dict[tuple[int, int], tuple[int, int, int, int]] = {}
        for area in merges:
            top, left, bottom, right = area
            bottom, right = min(bottom, self.last_row), min(right, self.last_column)
            if len(self._areas) + max(bottom - top + 1, 0) * max(right - left + 1, 0) > MAX_MERGED:
                raise WorkbenchError(
                    "bad-workbook", f"{self.label}合并的单元格过多。", "请取消多余的合并后重试。"
                )
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    self._areas.setdefault((row, column), (top, left, bottom, right))

    @property
    def label(self) -> str:
        """What people call the table: ``“评分表”表``."""
        return f"“{self.name}”表"

    def cell(self, row: int, column: int) -> Cell | None:
        """The cell itself; nothing when empty or covered by a merged area that begins elsewhere."""
        if self.anchor(row, column) != (row, column):
            return None
        return self.rows.get(row, {}).get(column)

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """Row and column of the first cell of the merged area, or of the cell itself."""
        area = self._areas.get((row, column))
        return (area[0], area[1]) if area else (row, column)

    def area(self, row: int, column: int) -> tuple[int, int, int, int]:
        """First row, first column, last row, last column of the merged area or the single cell."""
        return self._areas.get((row, column), (row, column, row, column))

    def text(self, row: int, column: int) -> str:
        """The cell's own text, stripped; a percentage as ``96%``."""
        return cell_text(self.cell(row, column)).strip()

    def spread(self, row: int, column: int) -> str:
        """The text that is seen here: the merged area's."""
        return self.text(*self.anchor(row, column))

    def filled(self, row: int) -> dict[int, str]:
        """The texts of a row by column, without empty ones."""
        found = {column: self.text(row, column) for column in self.rows.get(row, {})}
        return {column: text for column, text in sorted(found.items()) if text}

    def place(self, row: int, column: int) -> str:
        """``“指标体系”表 C7``."""
        return f"{self.label} {self.cell_name(row, column)}"

    def cell_name(self, row: int, column: int) -> str:
        """``C7``."""
        return f"{letters(column)}{row}"


def sheet_grid(book: Workbook, sheet: SheetInfo) -> Grid:
    """One sheet of a workbook."""
    rows = {row.number: row.cells for row in book.rows(sheet.name)}
    return Grid(sheet.name, rows, book.merges(sheet.name), hidden=sheet.hidden)


def cell_text(cell: Cell | None) -> str:
    """What a cell says, as text; nothing for a formula that was never calculated and for an error."""
    if cell is None or cell.kind in {"formula", "error"}:
        return ""
    if cell.kind == "percent":
        try:
            return show_percent_plain(Decimal(cell.text))
        except InvalidOperation:
            return cell.text
    if cell.kind == "flag":
        return "是" if cell.text == "1" else "否"
    return cell.text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
