"""A guarded reader of .xlsx files: streams cells, believes nothing, needs little memory.

Workbooks come from outside. A file of 1.4 KB can name a cell in the last row and column, one of
2 MB can unfold to a gigabyte, an XML declaration can define entities without end. So: no DTD, a cap
on every size, and nothing is built in memory but the shared texts. Dates and percents are told from
numbers by the cell's format, as Excel itself does it.
"""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from workbench.errors import WorkbenchError

_CHUNK = 64 * 1024
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_REMEDY = "请用表格软件另存为新的 .xlsx 文件后重试。"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read at most; anything beyond is refused with a sentence."""

    file_bytes: int = 64 * 2**20
    entries: int = 2_000
    part_bytes: int = 256 * 2**20
    total_bytes: int = 512 * 2**20
    text_chars: int = 40_000_000
    cells: int = 3_000_000
    rows: int = 200_000
    columns: int = 1_000
    """A filled cell further right than this is refused; empty ones are passed over."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell. ``kind`` is ``text``, ``number``, ``percent``, ``date``, ``flag``, ``error`` or ``formula``.

    ``text`` is the content: text as written, a number in its shortest spelling, a date as
    ``2022-11-14``, ``1``/``0``, the error's name; of a formula never calculated its own text.
    """

    kind: str
    text: str
    formula: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row with a filled cell: its number and cells by column, both from 1."""

    number: int
    cells: dict[int, Cell]


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet: its name, and whether the user sees it."""

    name: str
    hidden: bool
    part: str = field(repr=False, default="")


def _unreadable(what: str, remedy: str = _REMEDY) -> WorkbenchError:
    return WorkbenchError("bad-workbook", what, remedy)


def read_workbook(path: Path, limits: Limits | None = None) -> Workbook:
    """Open a workbook; raises :class:`WorkbenchError` with a sentence when it can't be read.

    Cells are read when :meth:`Workbook.rows` is called, which may raise the same.
    """
    limits = limits or Limits()
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            whole = file.read(size) if start == _OLE and size < limits.file_bytes else b""
    except OSError as error:
        from workbench.files import world_error

        raise world_error(error, path, "读取工作簿") from error
    if size == 0:
        raise _unreadable(f"“{path.name}”是空文件（0 字节）。", "请检查文件是否复制完整。")
    if start == _OLE:
        if "EncryptedPackage".encode("utf-16-le") in whole:
            raise _unreadable(f"“{path.name}”设有打开密码。", "请在表格软件中取消密码另存后重试。")
        raise _unreadable(f"“{path.name}”是旧版 .xls 文件。")
    if size > limits.file_bytes:
        raise _unreadable(
            f"“{path.name}”有 {size // 2**20} MB，超过可导入的 {limits.file_bytes // 2**20} MB。"
        )
    return Workbook(path, limits)


class Workbook:
    """One opened workbook. Its file is opened anew for each sheet, so nothing stays locked."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._read_bytes = 0
        self._strings: list[str] | None = None
        self._strings_part = ""
        self._styles_part = ""
        self._formats: list[str] = []
        self._epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - days of a calendar, no moment
        self.sheets: tuple[SheetInfo, ...] = ()
        with self._zip() as archive:
            self._check_entries(archive)
            self._read_structure(archive)

    def has(self, name: str) -> bool:
        """Whether a sheet of this name exists."""
        return any(sheet.name == name for sheet in self.sheets)

    def rows(self, name: str) -> Iterator[Row]:
        """The filled rows of a sheet from top to bottom; ``KeyError`` when there is no such sheet."""
        part = next((sheet.part for sheet in self.sheets if sheet.name == name), None)
        if part is None:
            raise KeyError(name)
        with self._zip() as archive:
            if self._strings is None:
                self._strings = self._read_strings(archive)
                self._formats = self._read_formats(archive)
            reader = _SheetReader(self, name, self._strings, self._formats)
            for chunk in self._chunks(archive, part):
                reader.feed(chunk)
                yield from reader.take()
            reader.close()
            yield from reader.take()

    def merges(self, name: str) -> list[tuple[int, int, int, int]]:
        """The merged areas of a sheet: first row, first column, last row, last column."""
        part = next(sheet.part for sheet in self.sheets if sheet.name == name)
        found: list[tuple[int, int, int, int]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            area = _AREA.fullmatch(attributes.get("ref", "")) if _local(tag) == "mergeCell" else None
            if area is not None and len(found) < 100_000:
                found.append((int(area[2]), _column(area[1]), int(area[4]), _column(area[3])))

        with self._zip() as archive:
            self._parse(archive, part, start)
        return found

    # —— the package ——

    def _zip(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self._path)
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
            raise _unreadable(f"“{self._path.name}”不是完整的 .xlsx 工作簿。") from error
        except OSError as error:
            from workbench.files import world_error

            raise world_error(error, self._path, "读取工作簿") from error

    def _check_entries(self, archive: zipfile.ZipFile) -> None:
        name, limits = self._path.name, self._limits
        entries = archive.infolist()
        if len(entries) > limits.entries:
            raise _unreadable(f"“{name}”里的部件过多（{len(entries)} 个）。")
        if any(entry.flag_bits & 1 for entry in entries):
            raise _unreadable(f"“{name}”设有密码。", "请取消密码另存后重试。")
        if len({entry.filename for entry in entries}) < len(entries):
            raise _unreadable(f"“{name}”里有重名的部件，文件已损坏。")
        if sum(entry.file_size for entry in entries) > limits.total_bytes:
            raise _unreadable(f"“{name}”展开后过大，可能已损坏或不是普通的工作簿。")

    def _chunks(self, archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
        try:
            source: IO[bytes]
            with archive.open(part) as source:
                size = 0
                while chunk := source.read(_CHUNK):
                    size += len(chunk)
                    self._read_bytes += len(chunk)
                    if size > self._limits.part_bytes or self._read_bytes > 4 * self._limits.total_bytes:
                        raise _unreadable(f"“{self._path.name}”展开后过大，可能已损坏或不是普通的工作簿。")
                    yield chunk
        except KeyError as error:
            raise _unreadable(f"“{self._path.name}”缺少部件 {part}，文件不完整。") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
            raise _unreadable(f"“{self._path.name}”已损坏，不能读完。") from error
        except OSError as error:
            from workbench.files import world_error

            raise world_error(error, self._path, "读取工作簿") from error

    def _parse(
        self,
        archive: zipfile.ZipFile,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        parser = guarded_parser(self._path.name)
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        for chunk in self._chunks(archive, part):
            feed(parser, chunk, False, self._path.name)
        feed(parser, b"", True, self._path.name)

    def _read_structure(self, archive: zipfile.ZipFile) -> None:
        names = {entry.filename for entry in archive.infolist()}
        home = self._targets(archive, "_rels/.rels", "", names) if "_rels/.rels" in names else {}
        book = next((t for kind, t in home.values() if kind == "officeDocument"), "xl/workbook.xml")
        if book not in names:
            raise _unreadable(f"“{self._path.name}”不是 .xlsx 工作簿。")
        folder, _, leaf = book.rpartition("/")
        prefix = f"{folder}/" if folder else ""
        rels = f"{prefix}_rels/{leaf}.rels"
        targets = self._targets(archive, rels, prefix, names) if rels in names else {}
        sheets: list[SheetInfo] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            local = _local(tag)
            if local == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
                self._epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - days of a calendar, no moment
            elif local == "sheet":
                id_ = next((v for k, v in attributes.items() if _local(k) == "id"), "")
                kind, part = targets.get(id_, ("", ""))
                if kind == "worksheet" and len(sheets) < 1_000:
                    hidden = attributes.get("state", "visible") != "visible"
                    sheets.append(SheetInfo(attributes.get("name", ""), hidden, part))

        self._parse(archive, book, start)
        for kind, target in targets.values():
            if kind == "sharedStrings" and target in names:
                self._strings_part = target
            elif kind == "styles" and target in names:
                self._styles_part = target
        self.sheets = tuple(sheets)

    def _targets(
        self, archive: zipfile.ZipFile, part: str, prefix: str, names: set[str]
    ) -> dict[str, tuple[str, str]]:
        """The relationships of a part: id → (kind, target inside the package)."""
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                target = target[1:] if target.startswith("/") else _joined(prefix, target)
                kind = attributes.get("Type", "").rpartition("/")[2]
                if target in names:
                    found[attributes.get("Id", "")] = (kind, target)

        self._parse(archive, part, start)
        return found

    def _read_strings(self, archive: zipfile.ZipFile) -> list[str]:
        if not self._strings_part:
            return []
        found: list[str] = []
        parts: list[str] = []
        state = {"text": False, "phonetic": False, "chars": 0}

        def start(tag: str, _: dict[str, str]) -> None:
            local = _local(tag)
            if local == "si":
                parts.clear()
            elif local == "rPh":
                state["phonetic"] = True
            elif local == "t":
                state["text"] = not state["phonetic"]

        def end(tag: str) -> None:
            local = _local(tag)
            if local == "t":
                state["text"] = False
            elif local == "rPh":
                state["phonetic"] = False
            elif local == "si":
                found.append(unescaped("".join(parts)))
                state["chars"] += len(found[-1])
                if state["chars"] > self._limits.text_chars or len(found) > self._limits.cells:
                    raise _unreadable(f"“{self._path.name}”里的文字过多。", "请删去无关的表后重试。")

        def text(data: str) -> None:
            if state["text"]:
                parts.append(data)

        self._parse(archive, self._strings_part, start, end, text)
        return found

    def _read_formats(self, archive: zipfile.ZipFile) -> list[str]:
        """What each cell style makes of a number: ``number``, ``percent`` or ``date``."""
        if not self._styles_part:
            return []
        codes: dict[int, str] = {}
        found: list[str] = []
        inside = {"cellXfs": False}

        def start(tag: str, attributes: dict[str, str]) -> None:
            local = _local(tag)
            if local == "numFmt":
                codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            elif local == "cellXfs":
                inside["cellXfs"] = True
            elif local == "xf" and inside["cellXfs"] and len(found) < 70_000:
                number = _whole(attributes.get("numFmtId"))
                found.append(_BUILT_IN.get(number) or _format_kind(codes.get(number, "")))

        def end(tag: str) -> None:
            if _local(tag) == "cellXfs":
                inside["cellXfs"] = False

        self._parse(archive, self._styles_part, start, end)
        return found


_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE_CODE = re.compile(r"[ymdhs]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
#: Formats that every file knows by number (ECMA-376 18.8.30, with the East Asian dates).
_BUILT_IN = {
    **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "date"),
    9: "percent",
    10: "percent",
}


def _format_kind(code: str) -> str:
    plain = _LITERAL.sub("", code.split(";", maxsplit=1)[0])
    if "%" in plain:
        return "percent"
    return "date" if _DATE_CODE.search(plain) else "number"


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else -1


def _joined(prefix: str, target: str) -> str:
    parts: list[str] = []
    for part in (prefix + target).split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def unescaped(text: str) -> str:
    """``_x000D_`` as Excel writes characters that XML can't hold → the character; unpaired halves stay out."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: _char(int(found[1], 16)), text)


def _char(code: int) -> str:
    return "\N{REPLACEMENT CHARACTER}" if 0xD800 <= code < 0xE000 else chr(code)


def guarded_parser(name: str) -> Any:
    """An XML parser that refuses every document type declaration, and so every entity."""
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = _CHUNK
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> None:
        raise _unreadable(f"“{name}”含有不允许的内容（DTD），没有读取。")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def feed(parser: Any, data: bytes, final: bool, name: str) -> None:
    """Give the parser data; its errors become a sentence."""
    try:
        parser.Parse(data, final)
    except expat.ExpatError as error:
        raise _unreadable(f"“{name}”的内容已损坏（{error}）。") from error


class _SheetReader:
    """Turns one sheet's XML into rows as it streams by."""

    def __init__(self, book: Workbook, sheet: str, strings: list[str], formats: list[str]) -> None:
        self._book = book
        self._limits = book._limits
        self._file = book._path.name
        self._sheet = sheet
        self._strings = strings
        self._formats = formats
        self._ready: list[Row] = []
        self._cells: dict[int, Cell] = {}
        self._row = 0
        self._last_row = 0
        self._column = 0
        self._type = "n"
        self._style = 0
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._into: list[str] | None = None
        self._phonetic = False
        self._count = self._rows = 0
        self._columns: dict[str, int] = {}
        self._kept: dict[tuple[str, str, str], Cell] = {}
        self._parser = guarded_parser(self._file)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes) -> None:
        feed(self._parser, chunk, False, self._file)

    def close(self) -> None:
        feed(self._parser, b"", True, self._file)
        # The handlers hold this object; letting go of them frees it at once.
        self._parser = None

    def take(self) -> list[Row]:
        ready, self._ready = self._ready, []
        return ready

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c" or (":" in tag and _local(tag) == "c"):
            reference = attributes.get("r")
            self._column = self._place(reference) if reference else self._column + 1
            self._type = attributes.get("t", "n")
            style = attributes.get("s")
            self._style = _whole(style) if style else 0
            self._value = []
            self._formula = None
            return
        local = _local(tag)
        if local in {"v", "t"}:
            self._into = None if self._phonetic else self._value
        elif local == "row":
            self._begin_row(attributes.get("r"))
        elif local == "f":
            self._formula = []
            self._into = self._formula
        elif local == "rPh":
            self._phonetic = True

    def _end(self, tag: str) -> None:
        local = tag if ":" not in tag else _local(tag)
        if local in {"v", "t", "f"}:
            self._into = None
        elif local == "c":
            if self._value or self._formula is not None:
                self._keep()
        elif local == "row":
            if self._cells:
                self._rows += 1
                if self._rows > self._limits.rows:
                    raise self._too_large(f"超过 {self._limits.rows} 行")
                self._ready.append(Row(self._row, self._cells))
                self._cells = {}
        elif local == "rPh":
            self._phonetic = False

    def _text(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)

    def _begin_row(self, reference: str | None) -> None:
        number = _whole(reference) if reference else self._last_row + 1
        if not self._last_row < number <= 1_048_576:
            raise _unreadable(f"“{self._file}”的“{self._sheet}”表行号错乱，文件已损坏。")
        self._row = self._last_row = number
        self._column = 0

    def _place(self, reference: str) -> int:
        # ASCII letters are followed by the row's digits; each spelling of a column is worked out once.
        letters = reference.rstrip("0123456789")
        number = self._columns.get(letters)
        if number is None:
            found = _REFERENCE.fullmatch(reference)
            number = _column(found[1]) if found else 0
            if not 1 <= number <= 16_384:
                raise _unreadable(f"“{self._file}”的“{self._sheet}”表单元格地址错乱，文件已损坏。")
            self._columns[letters] = number
        return number

    def _too_large(self, how: str) -> WorkbenchError:
        return WorkbenchError(
            "workbook-too-large",
            f"“{self._file}”的“{self._sheet}”表{how}。",
            "请删去数据区以外的内容（含很远处的单元格）后重试。",
        )

    def _keep(self) -> None:
        text = "".join(self._value)
        formula = self._formula is not None
        cell = self._cell(text, formula)
        if cell is None:
            return
        if self._column > self._limits.columns:
            raise self._too_large(f"在第 {self._row} 行很远的右侧（第 {self._column} 列）还有内容")
        self._count += 1
        if self._count > self._limits.cells:
            raise self._too_large(f"的单元格超过 {self._limits.cells} 个")
        self._cells[self._column] = cell

    def _cell(self, text: str, formula: bool) -> Cell | None:
        if self._type == "s":
            number = _whole(text.strip())
            if not 0 <= number < len(self._strings):
                raise _unreadable(f"“{self._file}”的“{self._sheet}”表指向不存在的文字，文件已损坏。")
            shared = self._strings[number]
            return Cell("text", shared) if shared else None
        if self._type in {"inlineStr", "str"}:
            text = unescaped(text)
            return Cell("text", text, formula) if text or formula else None
        if not text.strip():
            own = "".join(self._formula or [])
            return Cell("formula", f"={own}", True) if formula else None
        if self._type == "b":
            return Cell("flag", text.strip(), formula)
        if self._type == "e":
            return Cell("error", text.strip(), formula)
        if self._type == "d":
            return Cell("date", text.strip()[:10], formula)
        return self._number(text.strip(), formula)

    def _number(self, text: str, formula: bool) -> Cell:
        kind = self._formats[self._style] if 0 <= self._style < len(self._formats) else "number"
        try:
            value = float(text)
        except ValueError:
            return Cell("text", text, formula)
        if kind == "date":
            return Cell("date", self._date(value), formula)
        return Cell(kind, shortest(value, text), formula)

    def _date(self, serial: float) -> str:
        """Days since the file's epoch → ``2022-11-14``; the day that never was (1900-02-29) is passed over."""
        book = self._book
        if not -1 < serial < 2_958_466:
            return shortest(serial, repr(serial))
        if book._epoch.year == 1899 and serial < 60:
            serial += 1
        moment: date = (book._epoch + timedelta(days=int(serial))).date()
        return moment.isoformat()


def shortest(value: float, text: str) -> str:
    """A double with the fifteen digits that Excel shows: ``9.0099999999999998`` is ``9.01``.

    Endless values and very large ones stay as spelt.
    """
    if not math.isfinite(value) or abs(value) >= 1e30:
        return text
    spelt = f"{value:.15g}"
    return spelt if "e" not in spelt else f"{Decimal(spelt):f}"
