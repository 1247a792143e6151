"""A written workbook as a neutral document, so that its sheets can be looked at page by page.

The pages show cells, merged areas and column widths as the file holds them; where Excel breaks its
pages is up to Excel.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.domain.amounts import round_half_up
from workbench.exporters.document import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Heading,
    LandscapeSection,
    PageBreak,
    Paragraph,
    Row,
    Table,
    content,
)

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: So many rows of a sheet are shown; more of a long list say nothing new about how it looks.
MOST_ROWS = 300
_MOST_COLUMNS = 26
_ALIGNS = {"center": Align.CENTER, "right": Align.RIGHT}


def workbook_document(path: Path, title: str) -> Document:
    """The visible sheets of a workbook that was written here, with the results of its formulas."""
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True)
    blocks: list[Block] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible" or not sheet.max_row:
            continue
        shown = (Heading(2, sheet.title, numbered=False), *_sheet(sheet))
        if blocks:
            blocks.append(PageBreak())
        if sheet.page_setup.orientation == "landscape":
            blocks.append(LandscapeSection(shown))
        else:
            blocks += shown
    return Document(title, tuple(blocks))


def _sheet(sheet: Worksheet) -> Iterator[Block]:
    rows, columns = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, _MOST_COLUMNS)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for area in sheet.merged_cells.ranges:
        bottom, right = min(area.max_row, rows), min(area.max_col, columns)
        if area.min_row > rows or area.min_col > columns:
            continue
        spans[area.min_row, area.min_col] = (bottom - area.min_row + 1, right - area.min_col + 1)
        covered |= {(r, c) for r in range(area.min_row, bottom + 1) for c in range(area.min_col, right + 1)}
    from openpyxl.utils import get_column_letter

    widths = [sheet.column_dimensions[get_column_letter(c)].width or 9.0 for c in range(1, columns + 1)]
    lines: list[Row] = []
    for row in range(1, rows + 1):
        line: list[Cell] = []
        for column in range(1, columns + 1):
            place = (row, column)
            if place in covered and place not in spans:
                continue
            down, across = spans.get(place, (1, 1))
            cell = sheet.cell(row, column)
            align = _ALIGNS.get(str(cell.alignment.horizontal), Align.LEFT)
            line.append(Cell(content(shown(cell)), down, across, align, bold=bool(cell.font.bold)))
        lines.append(tuple(line))
    total = sum(widths)
    yield Table(
        tuple(Column(width / total) for width in widths), tuple(lines), small=True, repeat_header=False
    )
    if sheet.max_row > rows:
        yield Paragraph(content(f"……预览到第 {rows} 行，文件共 {sheet.max_row} 行。"))


def shown(cell: Any) -> str:
    """A cell as its number format shows it: points, percent, dates; text as it is."""
    value, layout = cell.value, str(cell.number_format)
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bool):
        return "是" if value else "否"
    if not isinstance(value, int | float):
        return str(value)
    digits = len(layout.partition(".")[2].rstrip("%").rstrip("_ ")) if "." in layout else 0
    if layout.endswith("%"):
        return f"{round_half_up(Decimal(repr(value)) * 100, digits)}%"
    return str(value) if layout == "General" else str(round_half_up(Decimal(repr(value)), digits))
