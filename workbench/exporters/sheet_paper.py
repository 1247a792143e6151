"""A workbook page as paper: cells with ready styles, merges, heights that fit, breaks, print set-up."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape as xml_escape

from workbench.domain.amounts import exact
from workbench.exporters.cell_text import (
    OVERFLOW_SHEET,
    Overflow,
    cleaned,
    escaped,
    looks_like_formula,
)
from workbench.exporters.row_heights import MOST, RowHeights
from workbench.exporters.workbook_bytes import workbook_bytes

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

#: Points that one unit of column width takes (7 pixels at 96 dots per inch, Calibri 11).
POINTS_PER_WIDTH = 5.25
_A4 = {"portrait": (595.3, 841.9), "landscape": (841.9, 595.3)}
_MARGIN_SIDE, _MARGIN_TOP, _MARGIN_FOOT = 36.0, 50.0, 50.0
#: Height of a piece of a text that is parted over several rows, in points: a page on its side takes two.
_PIECE = 224.0

CellValue = str | int | Decimal | Fraction | date | None


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks; equal looks share one style of the workbook."""

    font: str = "宋体"
    size: float = 10
    bold: bool = False
    align: str = "left"
    vertical: str = "center"
    border: bool = True
    fill: str = ""
    number: str = "General"
    colour: str = "000000"
    unlocked: bool = False


TITLE = Look(font="黑体", size=16, align="center", border=False)
NOTE = Look(size=10, border=False)
HEAD = Look(font="黑体", size=10.5, align="center", fill="EEF1F5")
BODY = Look()
MIDDLE = Look(align="center")
POINTS = Look(align="center", number="0.00")
STRONG = Look(font="黑体", size=10.5, align="center")
STRONG_POINTS = Look(font="黑体", size=10.5, align="center", number="0.00")


def points_look(digits: int, *, strong: bool = False, change: bool = False) -> Look:
    """How points with so many decimals look; a ``change`` has its sign, and none is left blank."""
    number = f"0.{'0' * digits}" if digits else "0"
    number = f"+{number};-{number};" if change else number
    return replace(STRONG_POINTS if strong else POINTS, number=number)


PERCENT = Look(align="center", number="0.00%")


@dataclass
class Formula:
    """A live formula with the value that it must come to (and that is stored beside it)."""

    text: str
    value: CellValue


@dataclass
class Checked:
    """What was written, for reading it back: text or number by sheet and cell; and what readers must know."""

    cells: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


class Book:
    """One workbook in the making."""

    def __init__(self, fonts: Path, made: datetime, seal: str = "") -> None:
        """``seal`` stands at the foot of every printed page."""
        from openpyxl import Workbook as NewWorkbook

        self.seal = seal

        self.book: Workbook = NewWorkbook()
        self.book.remove(self.book.worksheets[0])
        self.heights = RowHeights(fonts)
        self.made = made
        self.overflow = Overflow()
        self.checked = Checked()
        self.formulas: dict[str, dict[str, Formula]] = {}
        self._styles: dict[tuple[Look, bool], Any] = {}

    def describe(self, title: str, creator: str, subject: str = "", keywords: str = "") -> None:
        """Set the document properties."""
        properties = self.book.properties
        properties.title = cleaned(title)[0]
        properties.creator = cleaned(creator)[0] or "现场评价工作台"
        properties.subject = cleaned(subject)[0]
        properties.keywords = cleaned(keywords)[0]
        properties.created = self.made.replace(tzinfo=None, microsecond=0)
        properties.language = "zh-CN"

    def page(
        self, title: str, widths: Sequence[float], orientation: str = "landscape", *, scaled: bool = True
    ) -> Page:
        """A new sheet with these column widths: shares of the printed width, or not ``scaled`` to it."""
        return Page(self, self._free_title(title), widths, orientation, scaled=scaled)

    def _free_title(self, title: str) -> str:
        base = re.sub(r"[\[\]:*?/\\']", "", cleaned(title)[0])[:28] or "表"
        name, number = base, 1
        while name in self.book.sheetnames:
            number += 1
            name = f"{base}{number}"
        return name

    def style(self, look: Look, quoted: bool) -> Any:
        """The workbook's style for a look; ``quoted`` marks text that must not become a formula."""
        key = (look, quoted)
        if key not in self._styles:
            self._styles[key] = self._made_style(look, quoted)
        return self._styles[key]

    def _made_style(self, look: Look, quoted: bool) -> Any:
        from openpyxl.cell import Cell
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

        cell: Any = Cell(self.book.worksheets[0], row=1, column=1)
        cell.font = Font(name=look.font, size=look.size, bold=look.bold, color=look.colour, charset=134)
        cell.alignment = Alignment(horizontal=look.align, vertical=look.vertical, wrap_text=True)
        if look.border:
            side = Side(style="thin", color="808080")
            cell.border = Border(left=side, right=side, top=side, bottom=side)
        if look.fill:
            cell.fill = PatternFill("solid", fgColor=look.fill)
        cell.number_format = look.number
        if look.unlocked:
            cell.protection = Protection(locked=False)
        if quoted:
            cell.quotePrefix = True
        return cell._style

    def data(self) -> bytes:
        """The finished file; the same input gives the same bytes."""
        if self.overflow.texts:
            self._add_overflow_sheet()
        return self._finish(workbook_bytes(self.book))

    def _add_overflow_sheet(self) -> None:
        page = self.page(OVERFLOW_SHEET, (8, 22, 8, 90))
        page.row([(text, HEAD) for text in ("编号", "所在位置", "段次", "内容")])
        for number, place, pieces in self.overflow.texts:
            self.checked.notices.append(
                f"{place}的文字超过一个单元格的上限，全文写在“{page.title}”表第 {number} 号。"
            )
            for count, piece in enumerate(pieces, start=1):
                page.row([(number, MIDDLE), (place, BODY), (count, MIDDLE), (piece, BODY)], fit=False)

    def _finish(self, raw: io.BytesIO) -> bytes:
        """Store each formula's value beside it and take the clock out of the file.

        openpyxl writes formulas without values; programs that don't calculate (previews, phones)
        would show nothing.
        """
        stamp = self.made.timetuple()[:6]
        stamp = max(stamp, (1980, 1, 1, 0, 0, 0))
        parts = {f"xl/worksheets/sheet{n}.xml": name for n, name in enumerate(self.book.sheetnames, start=1)}
        result = io.BytesIO()
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
            for info in source.infolist():
                content = source.read(info)
                formulas = self.formulas.get(parts.get(info.filename, ""), {})
                if formulas:
                    content = _with_values(content.decode("utf-8"), formulas).encode("utf-8")
                elif info.filename == "docProps/core.xml":
                    when = self.made.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                    content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + when, content)
                entry = zipfile.ZipInfo(info.filename, date_time=stamp)
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, content)
        return result.getvalue()


_FORMULA_CELL = re.compile(r'<c r="([A-Z]+\d+)"([^>]*?)(?: t="\w+")?><f>(.*?)</f><v\s*/?>(?:</v>)?</c>')


def _with_values(xml: str, formulas: Mapping[str, Formula]) -> str:
    def cell(found: re.Match[str]) -> str:
        formula = formulas.get(found[1])
        if formula is None:
            return found[0]
        text, kind = _stored(formula.value), "str" if isinstance(formula.value, str) else "n"
        return f'<c r="{found[1]}"{found[2]} t="{kind}"><f>{found[3]}</f><v>{xml_escape(text)}</v></c>'

    return _FORMULA_CELL.sub(cell, xml)


def _stored(value: CellValue) -> str:
    """A value as the file's XML holds it."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, date) else plain_number(value)


def plain_number(value: int | Decimal | Fraction) -> str:
    """A number as it reads back from a cell: the fifteen digits that a spreadsheet keeps."""
    spelt = f"{float(exact(value)):.15g}"
    return spelt if "e" not in spelt else f"{Decimal(spelt):f}"


@dataclass
class _Merged:
    row: int
    column: int
    rows: int
    columns: int
    text: str
    size: float


class Page:
    """One sheet; rows are added from top to bottom, merged cells are declared afterwards."""

    def __init__(
        self, book: Book, title: str, widths: Sequence[float], orientation: str, *, scaled: bool
    ) -> None:
        self.book = book
        self.title = title
        self.sheet: Any = book.book.create_sheet(title)
        self.orientation = orientation
        self.columns = len(widths)
        self.filled = 0
        """The last row that holds something, from 1."""
        self._heights: dict[int, float] = {}
        self._merged: list[_Merged] = []
        self._formulas = book.formulas.setdefault(title, {})
        self._checked = book.checked.cells.setdefault(title, {})
        paper_width = _A4[orientation][0] - 2 * _MARGIN_SIDE
        scale = paper_width / POINTS_PER_WIDTH / sum(widths) if scaled else 1.0
        self.widths = [width * scale for width in widths]
        for number, width in enumerate(self.widths, start=1):
            self.sheet.column_dimensions[letter(number)].width = round(width, 2)

    def points(self, first: int, columns: int = 1) -> float:
        """The width of columns in points, the first from 1."""
        return sum(self.widths[first - 1 : first - 1 + columns]) * POINTS_PER_WIDTH

    def row(
        self,
        cells: Sequence[tuple[CellValue | Formula, Look] | None],
        *,
        fit: bool = True,
        least: float = 18.0,
        parted: bool = False,
    ) -> int:
        """Add a row; ``fit`` makes it as high as its texts need. Returns its number.

        ``parted`` lets texts that are higher than a spreadsheet's row go on in further rows, see :meth:`parted`.
        """
        if parted and self.need(cells) > MOST:
            return self.parted(cells)
        self.filled += 1
        height = least
        for column, cell in enumerate(cells, start=1):
            if cell is not None:
                self.put(self.filled, column, *cell)
                if fit and isinstance(cell[0], str):
                    look = cell[1]
                    height = max(height, self.book.heights.height(cell[0], self.points(column), look.size))
        self._heights[self.filled] = height
        return self.filled

    def need(self, cells: Sequence[tuple[CellValue | Formula, Look] | None]) -> float:
        """How high the highest text of a row is, in points."""
        return max(
            (
                self.book.heights.height(cell[0], self.points(column), cell[1].size)
                for column, cell in enumerate(cells, start=1)
                if cell is not None and isinstance(cell[0], str)
            ),
            default=0.0,
        )

    def fitting(self, text: str, look: Look, width: float, rows: int) -> Look:
        """The look in smaller type where a text would be higher than so many rows can be, 6 points at least."""
        while look.size > 6 and self.book.heights.height(text, width, look.size) > rows * MOST:
            look = replace(look, size=look.size - 0.5)
        return look

    def parted(
        self,
        cells: Sequence[tuple[CellValue | Formula, Look] | None],
        wide: Mapping[int, int] | None = None,
        least: float = 0.0,
    ) -> int:
        """Add what is too high for one row as several: long texts in pieces, all else merged over them.

        No row is higher than spreadsheets take and no page cuts a line in half. ``wide`` says over how many
        columns a cell goes, by its column from 1; ``least`` is a height that the rows must come to, in points.
        Returns the first row; ``filled`` is the last.
        """
        first, heights, spans = self.filled + 1, self.book.heights, wide or {}
        split: dict[int, list[str]] = {}
        for column, cell in enumerate(cells, start=1):
            if cell is not None and isinstance(cell[0], str):
                width = self.points(column, spans.get(column, 1))
                text = self._text(cell[0], first, column)
                split[column] = heights.pieces(text, width, cell[1].size, _PIECE)
        count = max([*map(len, split.values()), math.ceil(least / (MOST - 9))])
        for row in range(first, first + count):
            self._heights[row] = 24.0
        for column, cell in enumerate(cells, start=1):
            if cell is None:
                continue
            look = replace(cell[1], vertical="top")
            pieces: Sequence[CellValue | Formula] = split.get(column, [cell[0]])
            for row, piece in enumerate(pieces, start=first):
                self.put(row, column, piece, look)
                if isinstance(piece, str) and row < first + len(pieces) - 1:
                    need = heights.height(piece, self.points(column, spans.get(column, 1)), look.size)
                    self._heights[row] = max(self._heights[row], need)
                rows = 1 if row < first + len(pieces) - 1 else first + count - row
                self.merge(row, column, rows, spans.get(column, 1), look)
            if len(pieces) == count and isinstance(pieces[-1], str):
                need = heights.height(pieces[-1], self.points(column, spans.get(column, 1)), look.size)
                self._heights[first + count - 1] = max(self._heights[first + count - 1], need)
        self.filled = first + count - 1
        return first

    def put(self, row: int, column: int, value: CellValue | Formula, look: Look) -> None:
        """Write one cell."""
        cell: Any = self.sheet.cell(row, column)
        quoted = False
        if isinstance(value, Formula):
            cell.value = value.text
            self._formulas[f"{letter(column)}{row}"] = value
            self._checked[row, column] = _stored(value.value)
        elif isinstance(value, str):
            text = self._text(value, row, column)
            if text:
                quoted = looks_like_formula(text)
                cell.value = escaped(text)
                cell.data_type = "s"  # whatever it looks like, it is text
                self._checked[row, column] = text
        elif isinstance(value, date):
            cell.value = value
            self._checked[row, column] = value.isoformat()
        elif value is not None:
            number = plain_number(value)
            cell.value = int(number) if number.lstrip("-").isdigit() else float(number)
            self._checked[row, column] = number
        # One assignment instead of six descriptors: this is what makes large sheets quick.
        cell._style = copy(self.book.style(look, quoted))
        self.filled = max(self.filled, row)

    def _text(self, text: str, row: int, column: int) -> str:
        place = f"“{self.title}”表 {letter(column)}{row}"
        text, replaced = cleaned(text)
        if replaced:
            self.book.checked.notices.append(f"{place}有 {replaced} 个不能写入文件的控制字符，已显示为“�”。")
        return self.book.overflow.fit(text, place)

    def wide_row(self, text: str, look: Look, least: float = 18.0) -> int:
        """Add a row whose one text goes over all columns. Returns its number."""
        row = self.row([(text, look)], fit=False, least=least)
        self.merge(row, 1, 1, self.columns, look)
        return row

    def height(self, row: int) -> float:
        """The height of a row in points."""
        return self._heights.get(row, 15.0)

    def set_height(self, row: int, height: float) -> None:
        """Give a row a height in points."""
        self._heights[row] = height

    def merge(self, row: int, column: int, rows: int, columns: int, look: Look) -> None:
        """Merge cells; the upper left one holds the text, all get the look."""
        if rows == columns == 1:
            return
        style = self.book.style(look, False)
        for r in range(row, row + rows):
            for c in range(column, column + columns):
                if (r, c) != (row, column):
                    self.sheet.cell(r, c)._style = copy(style)
        value = self._checked.get((row, column), "")
        self._merged.append(_Merged(row, column, rows, columns, value, look.size))
        self.filled = max(self.filled, row + rows - 1)

    def finish(
        self,
        *,
        header: int = 0,
        freeze: str = "",
        blocks: Sequence[int] = (),
        landmark: str = "",
        protected: bool = False,
    ) -> None:
        """Fit the merged cells, set heights, breaks and print set-up.

        ``header`` is the row repeated on each page, ``blocks`` the rows that start a block which
        should stay on one page, ``landmark`` the text at the left of the footer.
        ``protected`` locks the formulas, and only these, without a password.
        """
        self._fit_merged()
        self._declare_merged()
        for row, height in self._heights.items():
            self.sheet.row_dimensions[row].height = round(min(height, MOST), 1)
            if height > MOST + 1:
                self.book.checked.notices.append(
                    f"“{self.title}”表第 {row} 行的文字高过一行的上限（409 磅），单元格里有全文，印出的不全。"
                )
        if freeze:
            self.sheet.freeze_panes = freeze
        if protected:
            self._lock_formulas()
        self._set_up(header, landmark)
        self._break_pages(header, blocks)

    def _declare_merged(self) -> None:
        """Tell the sheet what is merged: neither styled once more, nor each compared with all others before."""
        from openpyxl.worksheet.cell_range import CellRange

        areas = {(one.row, one.column, one.rows, one.columns) for one in self._merged}
        for row, column, rows, columns in sorted(areas, key=lambda area: (area[1], area[0])):
            self.sheet.merged_cells.ranges.add(
                CellRange(min_row=row, min_col=column, max_row=row + rows - 1, max_col=column + columns - 1)
            )

    def _lock_formulas(self) -> None:
        from openpyxl.styles import Protection

        for row in self.sheet.iter_rows():
            for cell in row:
                if cell.coordinate not in self._formulas:
                    cell.protection = Protection(locked=False)
        self.sheet.protection.sheet = True
        self.sheet.protection.formatCells = False  # these flags forbid when they are set
        self.sheet.protection.formatColumns = self.sheet.protection.formatRows = False

    def _fit_merged(self) -> None:
        # Smaller spans first: what they add counts for the larger ones.
        for merged in sorted(self._merged, key=lambda m: m.rows):
            need = self.book.heights.height(
                merged.text, self.points(merged.column, merged.columns), merged.size
            )
            rows = range(merged.row, merged.row + merged.rows)
            missing = need - sum(self.height(row) for row in rows)
            if missing > 0:
                for row in rows:
                    self._heights[row] = self.height(row) + missing / merged.rows

    def _set_up(self, header: int, landmark: str) -> None:
        sheet = self.sheet
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = self.orientation
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = _MARGIN_SIDE / 72
        sheet.page_margins.top, sheet.page_margins.bottom = _MARGIN_TOP / 72, _MARGIN_FOOT / 72
        sheet.page_margins.header = sheet.page_margins.footer = 0.3
        sheet.print_options.horizontalCentered = True
        sheet.oddFooter.center.text = "第 &P 页　共 &N 页"
        sheet.oddFooter.center.size = 9
        if landmark:
            sheet.oddFooter.left.text = cleaned(landmark)[0].replace("&", "&&")[:80]
            sheet.oddFooter.left.size = 9
        if self.book.seal:
            sheet.oddFooter.right.text = self.book.seal
            sheet.oddFooter.right.size = 8
        if header:
            sheet.print_title_rows = f"{header}:{header}"
        if self.filled:
            sheet.print_area = f"A1:{letter(self.columns)}{self.filled}"

    def _break_pages(self, header: int, blocks: Sequence[int]) -> None:
        """Break before a block that would be torn but fits on a page of its own."""
        from openpyxl.worksheet.pagebreak import Break

        room = _A4[self.orientation][1] - _MARGIN_TOP - _MARGIN_FOOT
        title = self.height(header) if header else 0.0
        starts = sorted(set(blocks))
        if not starts:
            return
        ends = [*starts[1:], self.filled + 1]
        used = sum(self.height(row) for row in range(1, starts[0]))
        for start, end in zip(starts, ends, strict=True):
            rows = [self.height(row) for row in range(start, end)]
            whole = sum(rows)
            if used + whole > room and whole <= room - title and used > title:
                self.sheet.row_breaks.append(Break(id=start - 1))
                used = title
            for height in rows:
                used = used + height if used + height <= room else title + height


def letter(column: int) -> str:
    """A column's letters, counted from 1: ``A``."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def sum_of(values: Sequence[object]) -> Fraction:
    """The exact sum of the numbers among the values."""
    return sum((exact(v) for v in values if isinstance(v, Decimal | Fraction | int)), Fraction(0))
