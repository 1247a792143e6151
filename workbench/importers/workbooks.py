"""A guarded reader of .xlsx files: streams cells, believes nothing, needs little memory.

Workbooks come from outside. A file of 1.4 KB can name a cell in the last row and column, one of
2 MB can unfold to a gigabyte, an XML declaration can define entities without end. So: no DTD, a cap
on every size, and nothing is built in memory but the shared texts. Dates and percents are told from
numbers by the cell's format, as Excel itself does it.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from workbench.importers.sheet_rows import Row, SheetReader
from workbench.package_xml import (
    CHUNK,
    Limits,
    column,
    feed,
    guarded_parser,
    plain_tag,
    unescaped,
    unreadable,
    whole,
)

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet: its name, and whether the user sees it."""

    name: str
    hidden: bool
    part: str = field(repr=False, default="")


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
        raise unreadable(f"“{path.name}”是空文件（0 字节）。", "请检查文件是否复制完整。")
    if start == _OLE:
        if "EncryptedPackage".encode("utf-16-le") in whole:
            raise unreadable(f"“{path.name}”设有打开密码。", "请在表格软件中取消密码另存后重试。")
        raise unreadable(f"“{path.name}”是旧版 .xls 文件。")
    if size > limits.file_bytes:
        raise unreadable(
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
            reader = SheetReader(
                self._path.name,
                name,
                limits=self._limits,
                strings=self._strings,
                formats=self._formats,
                epoch=self._epoch,
            )
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
            area = _AREA.fullmatch(attributes.get("ref", "")) if plain_tag(tag) == "mergeCell" else None
            if area is not None and len(found) < 100_000:
                found.append((int(area[2]), column(area[1]), int(area[4]), column(area[3])))

        with self._zip() as archive:
            self._parse(archive, part, start)
        return found

    # —— the package ——

    def _zip(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self._path)
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
            raise unreadable(f"“{self._path.name}”不是完整的 .xlsx 工作簿。") from error
        except OSError as error:
            from workbench.files import world_error

            raise world_error(error, self._path, "读取工作簿") from error

    def _check_entries(self, archive: zipfile.ZipFile) -> None:
        name, limits = self._path.name, self._limits
        entries = archive.infolist()
        if len(entries) > limits.entries:
            raise unreadable(f"“{name}”里的部件过多（{len(entries)} 个）。")
        if any(entry.flag_bits & 1 for entry in entries):
            raise unreadable(f"“{name}”设有密码。", "请取消密码另存后重试。")
        if len({entry.filename for entry in entries}) < len(entries):
            raise unreadable(f"“{name}”里有重名的部件，文件已损坏。")
        if sum(entry.file_size for entry in entries) > limits.total_bytes:
            raise unreadable(f"“{name}”展开后过大，可能已损坏或不是普通的工作簿。")

    def _chunks(self, archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
        try:
            source: IO[bytes]
            with archive.open(part) as source:
                size = 0
                while chunk := source.read(CHUNK):
                    size += len(chunk)
                    self._read_bytes += len(chunk)
                    if size > self._limits.part_bytes or self._read_bytes > 4 * self._limits.total_bytes:
                        raise unreadable(f"“{self._path.name}”展开后过大，可能已损坏或不是普通的工作簿。")
                    yield chunk
        except KeyError as error:
            raise unreadable(f"“{self._path.name}”缺少部件 {part}，文件不完整。") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
            raise unreadable(f"“{self._path.name}”已损坏，不能读完。") from error
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
            raise unreadable(f"“{self._path.name}”不是 .xlsx 工作簿。")
        folder, _, leaf = book.rpartition("/")
        prefix = f"{folder}/" if folder else ""
        rels = f"{prefix}_rels/{leaf}.rels"
        targets = self._targets(archive, rels, prefix, names) if rels in names else {}
        sheets: list[SheetInfo] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            local = plain_tag(tag)
            if local == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
                self._epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - days of a calendar, no moment
            elif local == "sheet":
                id_ = next((v for k, v in attributes.items() if plain_tag(k) == "id"), "")
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
            if plain_tag(tag) == "Relationship" and attributes.get("TargetMode") != "External":
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
            local = plain_tag(tag)
            if local == "si":
                parts.clear()
            elif local == "rPh":
                state["phonetic"] = True
            elif local == "t":
                state["text"] = not state["phonetic"]

        def end(tag: str) -> None:
            local = plain_tag(tag)
            if local == "t":
                state["text"] = False
            elif local == "rPh":
                state["phonetic"] = False
            elif local == "si":
                found.append(unescaped("".join(parts)))
                state["chars"] += len(found[-1])
                if state["chars"] > self._limits.text_chars or len(found) > self._limits.cells:
                    raise unreadable(f"“{self._path.name}”里的文字过多。", "请删去无关的表后重试。")

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
            local = plain_tag(tag)
            if local == "numFmt":
                codes[whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            elif local == "cellXfs":
                inside["cellXfs"] = True
            elif local == "xf" and inside["cellXfs"] and len(found) < 70_000:
                number = whole(attributes.get("numFmtId"))
                found.append(_BUILT_IN.get(number) or _format_kind(codes.get(number, "")))

        def end(tag: str) -> None:
            if plain_tag(tag) == "cellXfs":
                inside["cellXfs"] = False

        self._parse(archive, self._styles_part, start, end)
        return found


_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
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


def _joined(prefix: str, target: str) -> str:
    parts: list[str] = []
    for part in (prefix + target).split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
