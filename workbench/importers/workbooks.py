"""A guarded reader of .xlsx files: streams cells, believes nothing, needs little memory.

Workbooks come from outside: a file of 1.4 KB can name a cell in the last row and column. Nothing is
built in memory but the shared texts. Dates and percents are told from numbers by the cell's format,
as Excel itself does it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from workbench.importers.office_package import Package
from workbench.importers.sheet_rows import Row, SheetReader
from workbench.package_xml import Limits, column, plain_tag, unescaped, unreadable, whole


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
    return Workbook(Package(path, limits or Limits()))


class Workbook:
    """One opened workbook. Its file is opened anew for each sheet, so nothing stays locked."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._limits = package.limits
        self._strings: list[str] | None = None
        self._strings_part = ""
        self._styles_part = ""
        self._formats: list[str] = []
        self._epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - days of a calendar, no moment
        self.sheets: tuple[SheetInfo, ...] = ()
        with package.open() as archive:
            self._read_structure(archive)

    def has(self, name: str) -> bool:
        """Whether a sheet of this name exists."""
        return any(sheet.name == name for sheet in self.sheets)

    def rows(self, name: str) -> Iterator[Row]:
        """The filled rows of a sheet from top to bottom; ``KeyError`` when there is no such sheet."""
        part = next((sheet.part for sheet in self.sheets if sheet.name == name), None)
        if part is None:
            raise KeyError(name)
        with self._package.open() as archive:
            if self._strings is None:
                self._strings = self._read_strings(archive)
                self._formats = self._read_formats(archive)
            reader = SheetReader(
                self._package.name,
                name,
                limits=self._limits,
                strings=self._strings,
                formats=self._formats,
                epoch=self._epoch,
            )
            for chunk in self._package.chunks(archive, part):
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

        with self._package.open() as archive:
            self._package.parse(archive, part, start)
        return found

    # —— the package ——

    def _read_structure(self, archive: zipfile.ZipFile) -> None:
        book = self._package.main_part(archive, "xl/workbook.xml")
        targets = self._package.related(archive, book)
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

        self._package.parse(archive, book, start)
        for kind, target in targets.values():
            if kind == "sharedStrings":
                self._strings_part = target
            elif kind == "styles":
                self._styles_part = target
        self.sheets = tuple(sheets)

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
                    raise unreadable(f"“{self._package.name}”里的文字过多。", "请删去无关的表后重试。")

        def text(data: str) -> None:
            if state["text"]:
                parts.append(data)

        self._package.parse(archive, self._strings_part, start, end, text)
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

        self._package.parse(archive, self._styles_part, start, end)
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
