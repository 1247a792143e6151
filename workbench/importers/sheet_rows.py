"""One sheet of a workbook as rows of typed cells, while its XML streams by."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from workbench.errors import WorkbenchError
from workbench.package_xml import (
    Limits,
    column,
    feed,
    guarded_parser,
    plain_tag,
    unescaped,
    unreadable,
    whole,
)

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


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


class SheetReader:
    """Turns one sheet's XML into rows as it streams by."""

    def __init__(
        self,
        file: str,
        sheet: str,
        *,
        limits: Limits,
        strings: list[str],
        formats: list[str],
        epoch: datetime,
    ) -> None:
        """``file`` and ``sheet`` are names for the faults; ``formats`` what each style makes of a number."""
        self._limits = limits
        self._file = file
        self._sheet = sheet
        self._strings = strings
        self._formats = formats
        self._epoch = epoch
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
        """Take in the next bytes of the sheet."""
        feed(self._parser, chunk, False, self._file)

    def close(self) -> None:
        """The sheet is over."""
        feed(self._parser, b"", True, self._file)
        # The handlers hold this object; letting go of them frees it at once.
        self._parser = None

    def take(self) -> list[Row]:
        """The rows that were completed since last asked."""
        ready, self._ready = self._ready, []
        return ready

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c" or (":" in tag and plain_tag(tag) == "c"):
            reference = attributes.get("r")
            self._column = self._place(reference) if reference else self._column + 1
            self._type = attributes.get("t", "n")
            style = attributes.get("s")
            self._style = whole(style) if style else 0
            self._value = []
            self._formula = None
            return
        local = plain_tag(tag)
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
        local = tag if ":" not in tag else plain_tag(tag)
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
        number = whole(reference) if reference else self._last_row + 1
        if not self._last_row < number <= 1_048_576:
            raise unreadable(f"“{self._file}”的“{self._sheet}”表行号错乱，文件已损坏。")
        self._row = self._last_row = number
        self._column = 0

    def _place(self, reference: str) -> int:
        # ASCII letters are followed by the row's digits; each spelling of a column is worked out once.
        letters = reference.rstrip("0123456789")
        number = self._columns.get(letters)
        if number is None:
            found = _REFERENCE.fullmatch(reference)
            number = column(found[1]) if found else 0
            if not 1 <= number <= 16_384:
                raise unreadable(f"“{self._file}”的“{self._sheet}”表单元格地址错乱，文件已损坏。")
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
            number = whole(text.strip())
            if not 0 <= number < len(self._strings):
                raise unreadable(f"“{self._file}”的“{self._sheet}”表指向不存在的文字，文件已损坏。")
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
        if not -1 < serial < 2_958_466:
            return shortest(serial, repr(serial))
        if self._epoch.year == 1899 and serial < 60:
            serial += 1
        moment: date = (self._epoch + timedelta(days=int(serial))).date()
        return moment.isoformat()


def shortest(value: float, text: str) -> str:
    """A double with the fifteen digits that Excel shows: ``9.0099999999999998`` is ``9.01``.

    Endless values and very large ones stay as spelt.
    """
    if not math.isfinite(value) or abs(value) >= 1e30:
        return text
    spelt = f"{value:.15g}"
    return spelt if "e" not in spelt else f"{Decimal(spelt):f}"
