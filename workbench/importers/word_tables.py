"""The tables of a Word document as grids, so that whatever reads a sheet reads them too.

A table that a page break parted, or that goes on behind “续表”, is one grid again; every cell still
tells the table, row and column where it stands in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.importers.sheet_grid import Grid
from workbench.importers.sheet_rows import Cell
from workbench.importers.word_document import Paragraph, WordDocument, WordTable

_GOES_ON = re.compile(r"\s*[（(]?\s*续")
_UNIT = re.compile(r"[（(]?(?:金额|计量)?单位[:：]")
_LONGEST_CAPTION = 60


class WordGrid(Grid):
    """One table, or the parts of one, looked at cell by cell."""

    def __init__(self, tables: list[WordTable], caption: str) -> None:
        rows: dict[int, dict[int, Cell]] = {}
        merges: list[tuple[int, int, int, int]] = []
        self._origins: list[tuple[int, int]] = []
        """The table's number and the row in it of each row, from row 1."""
        for table in tables:
            open_: dict[tuple[int, int], list[int]] = {}
            for number, cells in enumerate(table.rows, 1):
                self._origins.append((table.number, number))
                row = len(self._origins)
                below = {}
                for cell in cells:
                    last = cell.column + cell.span - 1
                    area = open_.get((cell.column, last)) if cell.goes_on else None
                    if area is None:
                        area = [row, cell.column, row, last]
                        if cell.text.strip():
                            rows.setdefault(row, {})[cell.column] = Cell("text", cell.text)
                    area[2] = row
                    below[cell.column, last] = area
                merges += [tuple(area) for key, area in open_.items() if below.get(key) is not area]  # type: ignore[misc]
                open_ = below
            merges += [tuple(area) for area in open_.values()]  # type: ignore[misc]
        name = f"第 {tables[0].number} 个表格"
        many = [area for area in merges if area[0] != area[2] or area[1] != area[3]]
        super().__init__(name, rows, many, caption=caption, reach=(len(self._origins), tables[0].columns))

    @property
    def label(self) -> str:
        """``第 3 个表格（附件 2 绩效评价得分表）``."""
        return f"{self.name}（{self.caption}）" if self.caption else self.name

    def place(self, row: int, column: int) -> str:
        """The cell with the table of the document that its row stands in."""
        table, _ = self._origins[row - 1]
        label = self.label.replace(self.name, f"第 {table} 个表格", 1)
        return f"{label}{self.cell_name(row, column)}"

    def cell_name(self, row: int, column: int) -> str:
        """``第 5 行第 3 列``, counted in that table."""
        _, number = self._origins[row - 1]
        return f"第 {number} 行第 {column} 列"


def word_grids(document: WordDocument) -> list[WordGrid]:
    """Every table with something in it, parted ones put together, with the line above as caption."""
    return [WordGrid(tables, caption) for tables, caption in _tables(document)]


def _tables(document: WordDocument) -> Iterator[tuple[list[WordTable], str]]:
    together: list[WordTable] = []
    caption = above = ""
    parted = True
    for block in document.blocks:
        if isinstance(block, Paragraph):
            text = " ".join(block.seen.split())
            if text and not _GOES_ON.match(text):
                above = f"{above} {text}".strip() if _UNIT.match(text) else text
                parted = True
            continue
        if not any(cell.text.strip() for row in block.rows for cell in row):
            continue
        if together and not parted and not block.inner and together[0].columns == block.columns:
            together.append(block)
            continue
        if together:
            yield together, caption
        together, parted = [block], False
        caption = above if len(above) <= _LONGEST_CAPTION else ""
        above = ""
    if together:
        yield together, caption
