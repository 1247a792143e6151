"""An exported questionnaire as a plain table: headers and rows of text, from .xlsx or .csv.

Files come from survey platforms and from people: titles over the headers, headers in two rows,
GBK or a byte order mark, fifty columns of platform data. What is header and what is data is told here;
what a column means is told by :mod:`workbench.importers.survey_columns`.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.files import world_error
from workbench.importers.workbooks import Workbook, read_workbook
from workbench.package_xml import Limits, letters

_LIMITS = Limits(columns=600)
_CSV_BYTES = 64 * 2**20
_LOOKED_AT = 12
_DELIMITERS = (",", "\t", ";", "，")
_TOTALS = frozenset({"合计", "总计", "小计", "统计", "平均", "平均分"})
#: Text files by how they begin.
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ENDINGS = (".xlsx", ".xlsm", ".csv", ".txt", ".tsv")


@dataclass(frozen=True, slots=True)
class Header:
    """One column: its place from 1, its header, and the second header below it where there are two."""

    column: int
    text: str
    below: str = ""

    @property
    def letters(self) -> str:
        """The column as a spreadsheet names it."""
        return letters(self.column)

    @property
    def words(self) -> str:
        """Both headers in one line."""
        return f"{self.text}：{self.below}" if self.below and self.below != self.text else self.text


@dataclass(frozen=True, slots=True)
class SurveyTable:
    """The table of one file. ``rows`` have a text for each header; ``numbers`` are their rows in the file."""

    file: str
    sheet: str
    sha256: str
    headers: tuple[Header, ...]
    rows: Sequence[Sequence[str]] = field(repr=False)
    numbers: Sequence[int] = field(repr=False)
    notices: tuple[str, ...] = ()

    def column(self, place: int) -> list[str]:
        """All texts of the column at a place from 0."""
        return [row[place] for row in self.rows]


def read_survey_table(path: Path, sheet: str = "") -> SurveyTable:
    """Read an exported file; ``sheet`` names one of several sheets, else the first with data counts.

    Raises :class:`WorkbenchError`: ``bad-workbook``, ``bad-csv``, ``other-file``, ``no-rows``.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise WorkbenchError(
            "other-file", f"“{path.name}”不是 .xlsx 或 .csv 文件。", "请从调查平台导出为 Excel 或 CSV。"
        )
    if ending in {".xlsx", ".xlsm"}:
        name, found = _workbook_rows(read_workbook(path, _LIMITS), path.name, sheet)
        digest = _digest(path)
    else:
        data = _bytes(path)
        name, found, digest = "", _csv_rows(data, path.name), hashlib.sha256(data).hexdigest()
    return _table(path.name, name, digest, found)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise world_error(error, path, "读取答卷文件") from error


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _CSV_BYTES:
            raise WorkbenchError(
                "bad-csv", f"“{path.name}”超过 {_CSV_BYTES // 2**20} MB。", "请分成几个文件导入。"
            )
        return path.read_bytes()
    except OSError as error:
        raise world_error(error, path, "读取答卷文件") from error


_Rows = list[tuple[int, dict[int, str]]]


def _workbook_rows(book: Workbook, file: str, wanted: str) -> tuple[str, _Rows]:
    names = [one.name for one in book.sheets if not one.hidden]
    if wanted and wanted not in names:
        raise WorkbenchError("no-sheet", f"“{file}”里没有“{wanted}”表。", f"可用的表：{'、'.join(names)}。")
    same: dict[str, str] = {}
    for name in [wanted] if wanted else names:
        found: _Rows = []
        for row in book.rows(name):
            cells = {}
            for column, cell in row.cells.items():
                text = cell.text.strip()
                if text:
                    # The same words stand in thousands of cells: one text for all of them.
                    cells[column] = same.setdefault(text, text)
            if cells:
                found.append((row.number, cells))
        if len(found) > 1:
            return name, found
    return (wanted or (names[0] if names else "")), []


def _csv_rows(data: bytes, file: str) -> _Rows:
    text = _decoded(data, file)
    first = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max(_DELIMITERS, key=first.count)
    same: dict[str, str] = {}
    found: _Rows = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for cells in reader:
            if len(found) > _LIMITS.rows or len(cells) > _LIMITS.columns:
                raise WorkbenchError(
                    "bad-csv", f"“{file}”的行或列过多（第 {reader.line_num} 行）。", "请分成几个文件导入。"
                )
            row = {
                column: same.setdefault(plain, plain)
                for column, cell in enumerate(cells, start=1)
                if (plain := cell.strip())
            }
            if row:
                found.append((reader.line_num, row))
    except csv.Error as error:
        raise WorkbenchError(
            "bad-csv",
            f"“{file}”第 {reader.line_num} 行的格式不对（{error}）。",
            "请检查该行的引号，或用表格软件另存为 .xlsx。",
        ) from error
    return found


def _decoded(data: bytes, file: str) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            encodings: tuple[str, ...] = (name,)
            break
    else:
        encodings = ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise WorkbenchError(
        "bad-csv", f"“{file}”的文字编码无法识别。", "请用表格软件另存为 .xlsx，或 UTF-8 编码的 CSV。"
    )


def _table(file: str, sheet: str, digest: str, found: _Rows) -> SurveyTable:
    if len(found) < 2:
        raise WorkbenchError(
            "no-rows", f"“{file}”里没有答卷：至少要有一行表头和一行数据。", "请检查导出的文件。"
        )
    notices: list[str] = []
    at = _header_row(found)
    if at:
        skipped = "、".join(f"“{next(iter(cells.values()))[:20]}”" for _, cells in found[:at])
        notices.append(f"表头之前的 {at} 行（{skipped}）没有导入。")
    number, tops = found[at]
    below = found[at + 1][1] if at + 1 < len(found) else {}
    start = at + 1
    if _is_second_header(tops, below, found[at + 2 : at + 2 + _LOOKED_AT]):
        notices.append(f"第 {number}、{found[start][0]} 行合为表头。")
        start += 1
    else:
        below = {}
    headers = _headers(tops, below)
    if any(header.text.isdigit() for header in headers):
        notices.append(f"第 {number} 行作为表头，但看上去像答案；文件应有一行题目作表头。")
    columns = [header.column for header in headers]
    if len(found) == start:
        raise WorkbenchError("no-rows", f"“{file}”里只有表头，没有答卷。", "请检查导出的文件。")
    rows: list[list[str]] = []
    numbers: list[int] = []
    totals = 0
    for place, cells in found[start:]:
        if next(iter(cells.values())) in _TOTALS and 1 in cells:
            totals += 1
            continue
        rows.append([cells.get(column, "") for column in columns])
        numbers.append(place)
    if totals:
        notices.append(f"有 {totals} 行合计没有导入。")
    stray = sorted({c for _, cells in found[start:] for c in cells if c not in set(columns)})
    if stray:
        where = "、".join(letters(column) for column in stray[:5])
        notices.append(f"没有表头的列（{where}{' 等' if len(stray) > 5 else ''}）没有导入。")
    if not rows:
        raise WorkbenchError("no-rows", f"“{file}”里只有表头，没有答卷。", "请检查导出的文件。")
    return SurveyTable(file, sheet, digest, headers, rows, numbers, tuple(notices))


def _header_row(found: _Rows) -> int:
    """The first row that is about as full as the rows around it: titles over the table hold less."""
    near = found[:_LOOKED_AT]
    fullest = max(len(cells) for _, cells in near)
    for at, (_, cells) in enumerate(near):
        if len(cells) * 2 >= fullest or (len(cells) > 1 and at + 1 < len(near) and len(cells) * 3 >= fullest):
            return at
    return 0


def _is_second_header(
    tops: dict[int, str], below: dict[int, str], data: Iterable[tuple[int, dict[int, str]]]
) -> bool:
    """Whether the row below goes on with the headers: it fills their gaps and leaves most others empty."""
    gaps = [column for column in below if column not in tops]
    if not gaps:
        return False
    single = [c for c in tops if c not in below]
    filled = [cells for _, cells in data]
    if not filled or not any(column in cells for cells in filled for column in gaps):
        return False
    # Headers that stand alone are merged downwards, so nothing is below them; data would be there.
    return bool(single) or all(not text.replace(".", "").isdigit() for text in below.values())


def _headers(tops: dict[int, str], below: dict[int, str]) -> tuple[Header, ...]:
    found: list[Header] = []
    last = ""
    for column in sorted({*tops, *below}):
        text = tops.get(column, "")
        if text:
            last = text
        found.append(Header(column, text or last, below.get(column, "")))
    return tuple(found)
