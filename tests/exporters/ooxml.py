"""What makes Word or Excel offer to repair a file: parts, relationships, order of elements, numbers and names.

``ooxml_order.txt`` holds the order of children of every element that the writers use, as ECMA-376 gives it.
With the schemas of that standard in a folder, :func:`schema_faults` checks every attribute and value too.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "s",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/picture": "pic",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing": "xdr",
}
W, S, R = (f"{{http://schemas.openxmlformats.org/{part}}}" for part in (
    "wordprocessingml/2006/main", "spreadsheetml/2006/main", "officeDocument/2006/relationships"
))  # fmt: skip
IGNORABLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable"
#: Which part must be there, by the suffix of the file.
MAIN = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
_CELL = re.compile(r"([A-Z]{1,3})(\d+)")


def _orders() -> dict[str, list[tuple[frozenset[str], bool]]]:
    found = {}
    for line in (Path(__file__).parent / "ooxml_order.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, _, children = line.partition(" = ")
        prefix = name.partition(":")[0]
        found[name] = [
            (
                frozenset(one if ":" in one else f"{prefix}:{one}" for one in slot.rstrip("!").split("|")),
                slot.endswith("!"),
            )
            for slot in children.split()
        ]
    return found


ORDERS = _orders()


def named(node: Any) -> str:
    name = etree.QName(node)
    return f"{PREFIXES.get(name.namespace or '', '?')}:{name.localname}"


def faults(path: Path) -> list[str]:
    """Everything that is wrong with a .docx or .xlsx, in words; none when it opens without a question."""
    found: list[str] = []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        found += [f"part twice: {name}" for name, times in Counter(names).items() if times > 1]
        trees = {
            name: etree.fromstring(archive.read(name)) for name in names if name.endswith((".xml", ".rels"))
        }
    found += [f"missing: {name}" for name in ("[Content_Types].xml", "_rels/.rels", MAIN[path.suffix]) if name not in trees]  # fmt: skip
    found += _typed(names, trees["[Content_Types].xml"])
    for name, tree in trees.items():
        if name.endswith(".rels"):
            found += _relations(name, tree, names)
        else:
            found += [f"{name}: {fault}" for fault in (*_ordered(tree), *_declared(tree))]
    if path.suffix == ".docx":
        found += _word(trees)
    else:
        found += _excel(trees)
    return found


def _typed(names: list[str], types: Any) -> Iterator[str]:
    extensions = {one.get("Extension", "").lower() for one in types if one.get("Extension")}
    parts = {one.get("PartName", "").lstrip("/") for one in types if one.get("PartName")}
    for name in names:
        known = name in parts or name.rpartition(".")[2].lower() in extensions
        if not known and name != "[Content_Types].xml":
            yield f"no content type: {name}"
    yield from (f"content type of a part that is not there: {name}" for name in parts - set(names))


def _relations(name: str, tree: Any, names: list[str]) -> Iterator[str]:
    base = posixpath.dirname(posixpath.dirname(name))
    seen: set[str] = set()
    for one in tree:
        if one.get("Id") in seen:
            yield f"{name}: {one.get('Id')} twice"
        seen.add(one.get("Id"))
        if one.get("TargetMode") == "External":
            continue
        target = one.get("Target", "")
        place = target.lstrip("/") if target[:1] == "/" else posixpath.normpath(posixpath.join(base, target))
        if place not in names:
            yield f"{name}: {one.get('Id')} leads to {place}, which is not there"


def _declared(tree: Any) -> Iterator[str]:
    for prefix in (tree.get(IGNORABLE) or "").split():
        if prefix not in tree.nsmap:
            yield f"ignorable prefix {prefix} is not declared"


def _ordered(tree: Any) -> Iterator[str]:
    """Children that stand where they may not, or are not known, or are missing."""
    for node in tree.iter(etree.Element):
        slots = ORDERS.get(named(node))
        if slots is None:
            continue
        at = 0
        have: set[str] = set()
        for child in node:
            kind = named(child)
            have.add(kind)
            place = next((n for n, (kinds, _) in enumerate(slots) if kind in kinds), None)
            if place is None:
                if not kind.startswith("?"):
                    yield f"{named(node)} may not hold {kind}"
            elif place < at:
                yield f"{named(node)}: {kind} stands too late"
            else:
                at = place
        for kinds, needed in slots:
            if needed and not kinds & have:
                yield f"{named(node)} lacks {'|'.join(sorted(kinds))}"


# ── Word ─────────────────────────────────────────────────────────────────────────────────────────


def _word(trees: dict[str, Any]) -> Iterator[str]:
    body, styles, settings = (trees[f"word/{name}.xml"] for name in ("document", "styles", "settings"))
    known = {one.get(f"{W}styleId") for one in styles.iter(f"{W}style")}
    yield from (f"style twice: {n}" for n, c in Counter(one.get(f"{W}styleId") for one in styles.iter(f"{W}style")).items() if c > 1)  # fmt: skip
    for kind in ("basedOn", "next", "link"):
        for one in styles.iter(f"{W}{kind}"):
            if one.get(f"{W}val") not in known:
                yield f"style {one.get(f'{W}val')} is not there"
    for name, tree in trees.items():
        if not name.startswith("word/") or name.endswith(".rels"):
            continue
        for kind in ("pStyle", "rStyle", "tblStyle"):
            for one in tree.iter(f"{W}{kind}"):
                if one.get(f"{W}val") not in known:
                    yield f"{name}: style {one.get(f'{W}val')} is not there"
        for cell in tree.iter(f"{W}tc"):
            if not len(cell) or named(cell[-1]) != "w:p":
                yield f"{name}: a cell does not end with a paragraph"
        yield from (f"{name}: {fault}" for fault in (*_tables(tree), *_fields(tree)))
        relations = trees.get(f"word/_rels/{posixpath.basename(name)}.rels")
        ids = {one.get("Id") for one in relations} if relations is not None else set()
        for node in tree.iter(etree.Element):
            for attribute, value in node.attrib.items():
                if str(attribute).startswith(R) and value not in ids:
                    yield f"{name}: relationship {value} is not there"
    yield from _bookmarks(body)
    drawn = Counter(one.get("id") for one in body.iter("{*}docPr"))
    yield from (f"drawing {id_} twice" for id_, times in drawn.items() if times > 1)
    last = body[0][-1] if len(body) else None
    if last is None or named(last) != "w:sectPr":
        yield "the text does not end with a section"
    if settings.find(f"{W}updateFields") is not None or any(
        one.get(f"{W}dirty") for one in body.iter(f"{W}fldChar")
    ):
        yield "Word asks on opening whether to renew the fields"


def _tables(tree: Any) -> Iterator[str]:
    for table in tree.iter(f"{W}tbl"):
        columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        if not table.findall(f"{W}tr"):
            yield "a table without rows"
        for row in table.findall(f"{W}tr"):
            spans = [one.find(f"{W}tcPr/{W}gridSpan") for one in row.findall(f"{W}tc")]
            if sum(1 if one is None else int(one.get(f"{W}val")) for one in spans) != columns:
                yield f"a row of a table does not fill its {columns} columns"


def _fields(tree: Any) -> Iterator[str]:
    """A field is begun, may show something, and is ended, one inside the other."""
    open_: list[str] = []
    for one in tree.iter(f"{W}fldChar"):
        kind = one.get(f"{W}fldCharType")
        if kind == "begin":
            open_.append("begin")
        elif not open_ or (kind == "separate" and open_[-1] != "begin"):
            yield f"{kind} of a field that was not begun"
        elif kind == "separate":
            open_[-1] = "separate"
        else:
            open_.pop()
    if open_:
        yield "a field is not ended"


def _bookmarks(body: Any) -> Iterator[str]:
    starts = [(one.get(f"{W}id"), one.get(f"{W}name")) for one in body.iter(f"{W}bookmarkStart")]
    ends = Counter(one.get(f"{W}id") for one in body.iter(f"{W}bookmarkEnd"))
    for place in (0, 1):
        yield from (f"bookmark {n} twice" for n, c in Counter(one[place] for one in starts).items() if c > 1)
    yield from (f"bookmark {name} is not ended" for id_, name in starts if ends[id_] != 1)
    names = {name for _, name in starts}
    yield from (f"bookmark name too long: {name}" for name in names if len(name) > 40)
    led = [one.get(f"{W}anchor") for one in body.iter(f"{W}hyperlink") if one.get(f"{W}anchor")]
    for one in body.iter(f"{W}instrText"):
        found = re.match(r"\s*(?:PAGE)?REF\s+(\S+)", one.text or "")
        led += [found[1]] if found else []
    yield from (f"no bookmark {name}" for name in led if name not in names)


# ── Excel ────────────────────────────────────────────────────────────────────────────────────────


def _excel(trees: dict[str, Any]) -> Iterator[str]:
    sheets = [one.get("name", "") for one in trees["xl/workbook.xml"].iter(f"{S}sheet")]
    for name in sheets:
        if len(name) > 31 or re.search(r"[\\/*?:\[\]]|^'|'$", name) or not name:
            yield f"sheet name {name!r}"
    if len({name.lower() for name in sheets}) < len(sheets):
        yield "two sheets of one name"
    formats = len(trees["xl/styles.xml"].findall(f"{S}cellXfs/{S}xf"))
    strings = trees.get("xl/sharedStrings.xml")
    shared = len(strings.findall(f"{S}si")) if strings is not None else 0
    for name, tree in trees.items():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            yield from (f"{name}: {fault}" for fault in _sheet(tree, formats, shared))


def _sheet(tree: Any, formats: int, shared: int) -> Iterator[str]:
    row_before = 0
    for row in tree.iter(f"{S}row"):
        number = int(row.get("r") or row_before + 1)
        if number <= row_before:
            yield f"row {number} stands too late"
        row_before, before = number, 0
        for cell in row.iter(f"{S}c"):
            place = _CELL.fullmatch(cell.get("r") or "")
            column = _column(place[1]) if place else before + 1
            if column <= before or (place and int(place[2]) != number):
                yield f"{cell.get('r')} stands in a wrong place"
            before = column
            if int(cell.get("s") or 0) >= formats:
                yield f"{cell.get('r')} has a format that is not there"
            value, formula = cell.findtext(f"{S}v"), cell.findtext(f"{S}f")
            if cell.get("t") == "s" and not 0 <= int(value or -1) < shared:
                yield f"{cell.get('r')} has a text that is not there"
            if cell.get("t") in (None, "n") and value is not None and not _number(value):
                yield f"{cell.get('r')} has {value!r} for a number"
            if len(formula or "") > 8192 or len("".join(cell.itertext())) > 32_767 + len(formula or ""):
                yield f"{cell.get('r')} is longer than a cell"
    taken: set[tuple[int, int]] = set()
    for merged in tree.iter(f"{S}mergeCell"):
        area = set(_area(merged.get("ref", "")))
        if area & taken or len(area) < 2:
            yield f"merged cells {merged.get('ref')} lie over others"
        taken |= area
    ends = 0
    for column in tree.iter(f"{S}col"):
        if int(column.get("min")) <= ends or int(column.get("max")) < int(column.get("min")):
            yield "columns stand one over the other"
        ends = int(column.get("max"))
    for rule in tree.iter(f"{S}formula1", f"{S}formula2"):
        if len(rule.text or "") > 255:
            yield "a validation is longer than 255 characters"


def _number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text) is not None


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def _area(text: str) -> Iterator[tuple[int, int]]:
    (a, b), (c, d) = (_CELL.fullmatch(one).groups() for one in text.split(":"))  # type: ignore[union-attr]
    for row in range(int(b), int(d) + 1):
        for column in range(_column(a), _column(c) + 1):
            yield row, column


# ── by the schemas themselves ────────────────────────────────────────────────────────────────────

_XML = b"""<xs:schema targetNamespace="http://www.w3.org/XML/1998/namespace" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:attribute name="lang" type="xs:language"/><xs:attribute name="space" type="xs:NCName"/></xs:schema>"""
_MAIN = {"word/": ("wml.xsd", "dml-picture.xsd"), "xl/": ("sml.xsd", "dml-spreadsheetDrawing.xsd")}


def schema_faults(path: Path, folder: Path) -> list[str]:
    """What the transitional schemas of ECMA-376 (``wml.xsd``, ``sml.xsd`` … in ``folder``) find in a file.

    Two things are passed over: attributes of markup compatibility (Part 3), which every program takes out
    before it looks, and ``xml:space`` on texts of cells, which Excel itself writes.
    """
    schemas = {start: _schema(folder, names) for start, names in _MAIN.items()}
    found = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            start = name.partition("/")[0] + "/"
            if not name.endswith(".xml") or start not in schemas:
                continue
            tree = etree.fromstring(archive.read(name))
            tree.attrib.pop(IGNORABLE, None)
            for text in tree.iter(f"{S}t"):
                text.attrib.pop("{http://www.w3.org/XML/1998/namespace}space", None)
            schema = schemas[start]
            if not schema.validate(tree):
                found += [f"{name}:{one.line}: {one.message}" for one in schema.error_log]
    return found


_SCHEMAS: dict[tuple[Path, tuple[str, ...]], Any] = {}


def _schema(folder: Path, names: tuple[str, ...]) -> Any:
    if (folder, names) not in _SCHEMAS:
        imports = '<xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="memory:xml"/>'
        for name in names:
            space = etree.parse(str(folder / name)).getroot().get("targetNamespace")
            imports += (
                f'<xs:import namespace="{space}" schemaLocation="{(folder / name).resolve().as_uri()}"/>'
            )
        parser = etree.XMLParser()
        parser.resolvers.add(_Memory())
        text = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
        _SCHEMAS[folder, names] = etree.XMLSchema(etree.fromstring(text, parser))
    return _SCHEMAS[folder, names]


class _Memory(etree.Resolver):  # type: ignore[misc]
    """Gives the two attributes of XML itself, which the schemas refer to without saying where they are."""

    def resolve(self, system_url: str, _public_id: str, context: Any) -> Any:
        return self.resolve_string(_XML, context) if system_url == "memory:xml" else None
