"""What the formulas of a bureau's own workbook come to once its cells are filled.

Programs that don't calculate (previews on phones, mail) show the result that is stored beside a formula. Only
what is certain is worked out: the operators and the functions below, on exact numbers, rounded as a spreadsheet
rounds. Everything else is left to the program that opens the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from workbench.exporters.cell_language import Area, Error, Parser, Unknown, Value, areas, shown
from workbench.exporters.sheet_patch import Filled, Place, Result, SheetMap
from workbench.package_xml import feed, guarded_parser, plain_tag

#: A cell by its sheet and place.
_Cell = tuple[str, Place]
_MOST_CELLS = 50_000


class Workbook:
    """The cells of every sheet as they are once some of them are filled."""

    def __init__(
        self,
        sheets: Mapping[str, SheetMap],
        texts: Sequence[str],
        filled: Mapping[str, Mapping[Place, Filled]],
    ) -> None:
        """``texts`` are the shared texts of the file, ``filled`` what is put into which cells."""
        self._sheets = sheets
        self._names = {name.casefold(): name for name in sheets}
        self._texts = texts
        self._filled = filled
        self._shared: dict[tuple[str, str], tuple[Place, str]] = {}
        self._known: dict[_Cell, Value | Error | Unknown] = {}
        self._open: set[_Cell] = set()
        for name, sheet in sheets.items():
            for place in sheet.formulas:
                attributes, text = _written(sheet, place)
                if attributes.get("t") == "shared" and text:
                    self._shared[name, attributes.get("si", "")] = place, text

    def results(self, name: str) -> dict[Place, Result | None]:
        """The result of every formula of a sheet.

        ``None`` where it depends on something filled and can't be told; formulas that can't be told and
        depend on nothing that was filled are left out: what is stored for them is still true.
        """
        found: dict[Place, Result | None] = {}
        for place in self._sheets[name].formulas:
            try:
                found[place] = _stored(self.value(name, place))
            except Error as error:
                found[place] = Result("e", error.shown)
            except (Unknown, RecursionError):
                if self._touched(name, place, set()):
                    found[place] = None
        return found

    def value(self, name: str, place: Place) -> Value:
        """What a cell holds; raises :class:`Error` or :class:`Unknown`."""
        cell = (name, place)
        if cell not in self._known:
            if cell in self._open:
                raise Unknown("a circle")
            self._open.add(cell)
            try:
                self._known[cell] = self._worked_out(name, place)
            except (Error, Unknown) as refused:
                self._known[cell] = refused
            finally:
                self._open.discard(cell)
        known = self._known[cell]
        if isinstance(known, Error | Unknown):
            raise known
        return known

    def many(self, area: Area) -> list[Value]:
        """What the cells of an area hold, row by row."""
        if area.size > _MOST_CELLS:
            raise Unknown("too many cells")
        return [self.value(area.sheet, place) for place in area.places()]

    def sheet(self, name: str) -> str:
        """A sheet by its name as a formula writes it."""
        if name.casefold() not in self._names:
            raise Unknown(name)
        return self._names[name.casefold()]

    def _worked_out(self, name: str, place: Place) -> Value:
        filled = self._filled.get(name, {}).get(place)
        if filled is not None:
            return filled if isinstance(filled, str) else Fraction(filled)
        sheet = self._sheets[name]
        span = sheet.cells.get(place)
        if span is None:
            return None
        if span.formula:
            value = Parser(self, name, self._formula(name, place)).result()
            return Fraction(0) if value is None else value
        return self._constant(sheet, place)

    def _constant(self, sheet: SheetMap, place: Place) -> Value:
        span = sheet.cells[place]
        kind = span.attributes.get("t", "n")
        if kind == "inlineStr":
            inner = sheet.xml[span.inner : span.end].decode("utf-8", "replace")
            return "".join(_plain(text) for text in re.findall(r"<(?:\w+:)?t\b[^>]*>([^<]*)<", inner))
        if not span.values:
            return None
        start, end = span.values[0]
        text = _plain(re.sub(r"<[^>]*>", "", sheet.xml[start:end].decode("utf-8", "replace")))
        try:
            if kind == "s":
                return self._texts[int(text)]
            if kind == "n":
                return Fraction(Decimal(text))
        except (ValueError, ArithmeticError, LookupError) as error:
            raise Unknown(text) from error
        if kind == "e":
            raise Error(text)
        return text == "1" if kind == "b" else text

    def _formula(self, name: str, place: Place) -> str:
        attributes, text = _written(self._sheets[name], place)
        if attributes.get("t") == "shared" and not text:
            known = self._shared.get((name, attributes.get("si", "")))
            if known is None:
                raise Unknown("a shared formula without its first cell")
            return _moved(known[1], place[0] - known[0][0], place[1] - known[0][1])
        if attributes.get("t", "normal") not in {"normal", "shared"}:
            raise Unknown("an array or a table of data")
        return text

    def _touched(self, name: str, place: Place, seen: set[_Cell]) -> bool:
        """Whether a formula depends on a filled cell, or on something that can't be followed."""
        if (name, place) in seen:
            return False
        seen.add((name, place))
        try:
            found = list(areas(self, name, self._formula(name, place)))
        except Unknown:
            return True
        for area in found:
            if any((sheet, at) in area for sheet, places in self._filled.items() for at in places):
                return True
            sheet_map = self._sheets[area.sheet]
            inside = [at for at in sheet_map.formulas if (area.sheet, at) in area]
            if any(self._touched(area.sheet, at, seen) for at in inside):
                return True
        return False


def _written(sheet: SheetMap, place: Place) -> tuple[dict[str, str], str]:
    """The attributes and the text of a cell's formula."""
    span = sheet.cells[place]
    inner = sheet.xml[span.inner : span.end].decode("utf-8", "replace")
    found = re.search(r"<(?:\w+:)?f\b([^>]*?)(?:/>|>([^<]*)<)", inner)
    if found is None:
        return {}, ""
    attributes = dict(re.findall(r'(\w+)\s*=\s*"([^"]*)"', found[1]))
    return attributes, _plain(found[2] or "")


def _plain(text: str) -> str:
    for code, char in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&apos;", "'"),
        ("&#10;", "\n"),
        ("&amp;", "&"),
    ):
        text = text.replace(code, char)
    return text


def _moved(text: str, rows: int, columns: int) -> str:
    """A shared formula as it reads in another cell."""
    from openpyxl.formula.translate import Translator, TranslatorError
    from openpyxl.utils import get_column_letter

    try:
        origin = f"{get_column_letter(500)}{500_000}"
        there = f"{get_column_letter(500 + columns)}{500_000 + rows}"
        return str(Translator(f"={text}", origin).translate_formula(there))[1:]
    except (TranslatorError, ValueError) as error:
        raise Unknown(text) from error


def _stored(value: Value) -> Result:
    if isinstance(value, bool):
        return Result("b", "1" if value else "0")
    if isinstance(value, str):
        return Result("str", value)
    return Result("n", shown(value if value is not None else Fraction(0)))


def shared_texts(xml: bytes) -> list[str]:
    """The shared texts of a workbook (``xl/sharedStrings.xml``), readings of characters left out."""
    found: list[str] = []
    state = {"text": False, "reading": 0}

    def start(tag: str, _attributes: dict[str, str]) -> None:
        local = plain_tag(tag)
        if local == "si":
            found.append("")
        state["reading"] += local == "rPh"
        state["text"] = local == "t" and not state["reading"]

    def end(tag: str) -> None:
        state["reading"] -= plain_tag(tag) == "rPh"
        state["text"] = False

    def words(text: str) -> None:
        if state["text"] and found:
            found[-1] += text

    parser = guarded_parser("xl/sharedStrings.xml")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = words
    if xml:
        feed(parser, xml, True, "xl/sharedStrings.xml")
    return found
