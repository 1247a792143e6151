"""Change single cells inside the XML of a worksheet and nothing else, byte for byte.

A bureau's own form holds shapes, seals, check boxes, validations and print set-up that no workbook
library brings through. So the parts are never rebuilt: the positions of the cells are looked up in
the bytes, and only the bytes of the cells that are filled are exchanged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

from workbench.exporters.cell_text import cleaned, escaped
from workbench.package_xml import column, feed, guarded_parser, letters, plain_tag, unreadable

#: A cell by row and column, both from 1.
Place = tuple[int, int]
Filled = str | Decimal

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_TAG_END = re.compile(rb"""(?:[^>"']|"[^"]*"|'[^']*')*>""")


@dataclass(slots=True)
class Span:
    """Where an element stands in the bytes; ``inner`` is where its start tag ends."""

    start: int
    inner: int
    end: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    empty: bool = False
    formula: bool = False
    formula_end: int = 0
    """Of a cell: where its ``<f>`` ends."""
    values: list[tuple[int, int]] = field(default_factory=list)
    """Of a cell: where its ``<v>`` elements stand."""


@dataclass(slots=True)
class SheetMap:
    """Rows and cells of one worksheet by where they stand in its bytes."""

    xml: bytes
    prefix: str = ""
    data: Span | None = None
    rows: dict[int, Span] = field(default_factory=dict)
    cells: dict[Place, Span] = field(default_factory=dict)
    column_styles: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def formulas(self) -> list[Place]:
        """The cells that hold a formula."""
        return [place for place, span in self.cells.items() if span.formula]


def map_sheet(xml: bytes, name: str) -> SheetMap:
    """Where everything stands; raises :class:`WorkbenchError` for XML that isn't a worksheet in UTF-8."""
    if xml[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in xml[:64]:
        raise unreadable(f"“{name}”的编码不是 UTF-8。")
    found = SheetMap(xml)
    parser = guarded_parser(name)
    open_: list[tuple[str, Span]] = []
    state = {"row": 0, "column": 0}

    def start(tag: str, attributes: dict[str, str]) -> None:
        at = parser.CurrentByteIndex
        match = _TAG_END.match(xml, at)
        if match is None:
            raise unreadable(f"“{name}”的内容已损坏。")
        span = Span(at, match.end(), attributes=attributes, empty=xml[match.end() - 2 : match.end()] == b"/>")
        local = plain_tag(tag)
        inside = plain_tag(open_[-1][0]) if open_ else ""
        if local == "sheetData" and inside == "worksheet":
            found.data, found.prefix = span, tag[: -len(local)]
        elif local == "col" and inside == "cols" and attributes.get("style"):
            low, high = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            found.column_styles.append((low, high, attributes["style"]))
        elif local == "row" and inside == "sheetData":
            state["row"] = int(attributes.get("r") or state["row"] + 1)
            state["column"] = 0
            found.rows[state["row"]] = span
        elif local == "c" and inside == "row":
            named = _REFERENCE.fullmatch(attributes.get("r", ""))
            state["column"] = column(named[1]) if named else state["column"] + 1
            found.cells[state["row"], state["column"]] = span
        elif local == "f" and inside == "c":
            open_[-1][1].formula = True
        open_.append((tag, span))

    def end(tag: str) -> None:
        _, span = open_.pop()
        if span.empty:
            span.end = span.inner
        else:
            span.end = xml.index(b">", parser.CurrentByteIndex) + 1
        if open_ and plain_tag(open_[-1][0]) == "c":
            if plain_tag(tag) == "v":
                open_[-1][1].values.append((span.start, span.end))
            elif plain_tag(tag) == "f":
                open_[-1][1].formula_end = span.end

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    feed(parser, xml, True, name)
    if found.data is None:
        raise unreadable(f"“{name}”不是工作表。")
    return found


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """What a formula comes to, as the file stores it: the kind of cell (``n``, ``str``, ``b``, ``e``) and the text."""

    kind: str
    text: str


def patched(
    sheet: SheetMap, values: Mapping[Place, Filled], results: Mapping[Place, Result | None] | None = None
) -> bytes:
    """The worksheet's bytes with these cells filled, and the ``results`` of formulas stored beside them.

    A result that was calculated for the blank form would be wrong in the filled one: ``None`` takes it out,
    then every program calculates when it opens the file; a formula that ``results`` leaves out keeps it. Without
    ``results`` all are taken out. Cells with formulas must not be among ``values``.
    """
    if results is None:
        results = dict.fromkeys(sheet.formulas)
    edits: list[_Edit] = []
    missing: dict[int, list[Place]] = {}
    for place, value in values.items():
        span = sheet.cells.get(place)
        if span is None:
            missing.setdefault(place[0], []).append(place)
        else:
            edits.append(
                _Edit(span.start, span.end, _cell(sheet, place, value, span.attributes.get("s", "")))
            )
    for place, result in results.items():
        edits += _result_edits(sheet, sheet.cells[place], result)
    new_rows: list[tuple[int, bytes]] = []
    for number, places in missing.items():
        row = sheet.rows.get(number)
        added = {place: _cell(sheet, place, values[place], _style(sheet, place)) for place in sorted(places)}
        if row is None:
            tag = f"{sheet.prefix}row"
            text = f'<{tag} r="{number}">'.encode() + b"".join(added.values()) + f"</{tag}>".encode()
            new_rows.append((number, text))
        elif row.empty:
            opened = sheet.xml[row.start : row.inner - 2].rstrip()
            text = opened + b">" + b"".join(added.values()) + f"</{sheet.prefix}row>".encode()
            edits.append(_Edit(row.start, row.end, text))
        else:
            edits += [_Edit(at, at, text) for at, text in _into_row(sheet, number, row, added)]
    edits += _new_rows(sheet, sorted(new_rows))
    return _applied(sheet.xml, edits)


_KIND = re.compile(rb"""\s+t\s*=\s*(?:"[^"]*"|'[^']*')""")


def without_kind(start_tag: bytes) -> bytes:
    """The start tag of a cell without the kind of its value."""
    return _KIND.sub(b"", start_tag, count=1)


def _result_edits(sheet: SheetMap, span: Span, result: Result | None) -> list[_Edit]:
    """What changes in a cell whose formula has another result now."""
    edits = [_Edit(start, end, b"") for start, end in span.values]
    if result is None:
        return edits
    tag = without_kind(sheet.xml[span.start : span.inner])
    if result.kind != "n":
        tag = re.sub(rb"\s*>$", f' t="{result.kind}">'.encode(), tag)
    text = escape(escaped(cleaned(result.text)[0]))
    value = f"<{sheet.prefix}v>{text}</{sheet.prefix}v>".encode()
    return [_Edit(span.start, span.inner, tag), *edits, _Edit(span.formula_end, span.formula_end, value)]


def _into_row(
    sheet: SheetMap, number: int, row: Span, added: Mapping[Place, bytes]
) -> list[tuple[int, bytes]]:
    """Each new cell goes before the first one that stands right of it, or behind the last."""
    here = sorted((place[1], span) for place, span in sheet.cells.items() if place[0] == number)
    found: dict[int, bytes] = {}
    for (_, column_), text in added.items():
        at = next(
            (span.start for other, span in here if other > column_), here[-1][1].end if here else row.inner
        )
        found[at] = found.get(at, b"") + text
    return list(found.items())


def _new_rows(sheet: SheetMap, rows: list[tuple[int, bytes]]) -> list[_Edit]:
    data = sheet.data
    if not rows or data is None:
        return []
    if data.empty:
        opened = sheet.xml[data.start : data.inner - 2].rstrip()
        whole = b"".join(text for _, text in rows)
        return [_Edit(data.start, data.end, opened + b">" + whole + f"</{sheet.prefix}sheetData>".encode())]
    known = sorted(sheet.rows.items())
    found: dict[int, bytes] = {}
    for number, text in rows:
        last = known[-1][1].end if known else data.inner
        at = next((span.start for other, span in known if other > number), last)
        found[at] = found.get(at, b"") + text
    return [_Edit(at, at, text) for at, text in found.items()]


def _applied(xml: bytes, edits: list[_Edit]) -> bytes:
    parts: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        parts += (xml[at : edit.start], edit.text)
        at = edit.end
    return b"".join((*parts, xml[at:]))


def _style(sheet: SheetMap, place: Place) -> str:
    """The style that a cell has while it isn't in the file: its row's, else its column's."""
    row = sheet.rows.get(place[0])
    if row is not None and row.attributes.get("customFormat") in {"1", "true"}:
        return row.attributes.get("s", "")
    return next((style for low, high, style in sheet.column_styles if low <= place[1] <= high), "")


def _cell(sheet: SheetMap, place: Place, value: Filled, style: str) -> bytes:
    tag = sheet.prefix
    kept = f' s="{style}"' if style else ""
    head = f'<{tag}c r="{letters(place[1])}{place[0]}"{kept}'
    if isinstance(value, Decimal):
        return f"{head}><{tag}v>{value:f}</{tag}v></{tag}c>".encode()
    text = escape(escaped(cleaned(value)[0]))
    return (
        f'{head} t="inlineStr"><{tag}is><{tag}t xml:space="preserve">{text}</{tag}t></{tag}is></{tag}c>'
    ).encode()
