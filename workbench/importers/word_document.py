"""A guarded reader of .docx files: the paragraphs with their numbers, and the tables, in reading order.

What was deleted under tracked changes and what is hidden isn't read, as it isn't printed; inserted text
is. Text boxes follow the paragraph that they hang on, a table inside a cell follows the outer one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

from workbench.importers.office_package import Package
from workbench.importers.word_numbering import Level, Numbering, Style, style_of
from workbench.package_xml import DOCUMENT, Limits, plain_tag, whole

DOCUMENT_LIMITS = Limits(
    file_bytes=256 * 2**20,
    entries=20_000,
    part_bytes=128 * 2**20,
    total_bytes=1024 * 2**20,
    text_chars=10_000_000,
    cells=300_000,
    rows=20_000,
    columns=100,
)
_DEEPEST = 20
#: Elements whose content isn't printed, or is printed another time.
_PASSED_OVER = frozenset({
    "del", "moveFrom", "instrText", "delText", "delInstrText", "Fallback", "rPrChange", "pPrChange",
    "tblPrChange", "tblGridChange", "tcPrChange", "trPrChange", "sectPrChange", "numberingChange",
})  # fmt: skip
#: Ticks and boxes of the symbol fonts by the last two digits of their code.
_SYMBOLS = {"FE": "☑", "52": "☑", "FD": "☒", "A8": "□", "6F": "□", "FC": "✓", "D6": "√", "B4": "×"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: its place in the document from 1, the automatic number before it, its text."""

    number: int
    text: str
    label: str = ""
    style: str = ""
    heading: int = 0
    """Level of a heading from 1; 0 for body text."""

    @property
    def seen(self) -> str:
        """The text as the reader sees it, with its number."""
        return f"{self.label}{self.text}" if self.label else self.text


@dataclass(frozen=True, slots=True)
class WordCell:
    """One cell: first column from 1, how many columns it covers, whether it goes on from the row above."""

    column: int
    span: int
    text: str
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class WordTable:
    """One table: its number in the document from 1 and its rows of cells."""

    number: int
    rows: tuple[tuple[WordCell, ...], ...]
    inner: bool = False
    """It stands inside a cell of another."""

    @property
    def columns(self) -> int:
        """How many columns its widest row has."""
        return max((row[-1].column + row[-1].span - 1 for row in self.rows if row), default=0)


@dataclass(frozen=True, slots=True)
class WordDocument:
    """What a document says, from top to bottom; ``notes`` are its footnotes and endnotes."""

    name: str
    blocks: tuple[Paragraph | WordTable, ...]
    notes: tuple[Paragraph, ...] = ()
    pictures: int = 0
    """How many pictures and drawings it shows."""

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """The paragraphs outside tables."""
        return tuple(block for block in self.blocks if isinstance(block, Paragraph))

    @property
    def tables(self) -> tuple[WordTable, ...]:
        """The tables."""
        return tuple(block for block in self.blocks if isinstance(block, WordTable))


def read_document(path: Path, limits: Limits = DOCUMENT_LIMITS) -> WordDocument:
    """Read a .docx file; raises :class:`WorkbenchError` with a sentence when it can't be read."""
    package = Package(path, limits, DOCUMENT)
    with package.open() as archive:
        main = package.main_part(archive, "word/document.xml")
        parts = dict(package.related(archive, main).values())
        styles = _styles(package, archive, parts["styles"]) if "styles" in parts else {}
        numbering = Numbering()
        if "numbering" in parts:
            _read_numbering(package, archive, parts["numbering"], numbering)
        reader = _Body(package, styles, numbering)
        package.parse(archive, main, reader.start, reader.end, reader.text)
        if not reader.is_document:
            raise DOCUMENT.unreadable(f"“{path.name}”不是 .docx Word 文档。")
        notes = _Body(package, styles, Numbering())
        for kind in ("footnotes", "endnotes"):
            if kind in parts:
                package.parse(archive, parts[kind], notes.start, notes.end, notes.text)
    kept = tuple(b for b in notes.blocks if isinstance(b, Paragraph) and b.text.strip())
    return WordDocument(path.name, tuple(reader.blocks), kept, reader.pictures)


def _value(attributes: dict[str, str], name: str = "val") -> str:
    return next((value for key, value in attributes.items() if plain_tag(key) == name), "")


def _is_on(attributes: dict[str, str]) -> bool:
    return _value(attributes) not in {"0", "false", "off"}


def _styles(package: Package, archive: ZipFile, part: str) -> dict[str, Style]:
    found: dict[str, Style] = {}
    now = Style()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal now
        match plain_tag(tag):
            case "style":
                now = Style()
                if _value(attributes, "type") in {"paragraph", ""} and len(found) < 10_000:
                    found[_value(attributes, "styleId")] = now
            case "name":
                now.name = _value(attributes)
            case "basedOn":
                now.based_on = _value(attributes)
            case "numId":
                now.list_id = _value(attributes)
            case "ilvl":
                now.level = whole(_value(attributes))
            case "outlineLvl":
                now.outline = whole(_value(attributes))

    package.parse(archive, part, start)
    return found


def _read_numbering(package: Package, archive: ZipFile, part: str, into: Numbering) -> None:
    definition: dict[int, Level] = {}
    level = Level()
    list_id, number = "", -1

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal definition, level, list_id, number
        match plain_tag(tag):
            case "abstractNum":
                definition = into.definitions.setdefault(_value(attributes, "abstractNumId"), {})
            case "lvl":
                number = whole(_value(attributes, "ilvl"))
                level = Level()
                if not list_id:  # a level of its own inside a list is rare and left to the definition
                    definition[number] = level
            case "start":
                level.start = max(whole(_value(attributes)), 0)
            case "numFmt":
                level.format = _value(attributes)
            case "lvlText":
                level.text = _value(attributes)[:100]
            case "num":
                list_id = _value(attributes, "numId")
            case "abstractNumId" if list_id:
                into.lists[list_id] = _value(attributes)
            case "lvlOverride":
                number = whole(_value(attributes, "ilvl"))
            case "startOverride" if list_id:
                into.starts[list_id, number] = max(whole(_value(attributes)), 0)

    package.parse(archive, part, start)


@dataclass
class _Paragraph:
    parts: list[str] = field(default_factory=list)
    style: str = ""
    list_id: str | None = None
    level: int | None = None
    outline: int = -1


@dataclass
class _Cell:
    column: int
    span: int = 1
    goes_on: bool = False
    texts: list[str] = field(default_factory=list)


@dataclass
class _Table:
    rows: list[tuple[WordCell, ...]] = field(default_factory=list)
    row: list[WordCell] = field(default_factory=list)
    cell: _Cell | None = None
    column: int = 1
    deleted: bool = False
    later: list[WordTable] = field(default_factory=list)
    """Tables inside its cells."""


class _Body:
    """Builds blocks from the elements of a part as they stream by."""

    def __init__(self, package: Package, styles: dict[str, Style], numbering: Numbering) -> None:
        self._package, self._styles, self._numbering = package, styles, numbering
        self.blocks: list[Paragraph | WordTable] = []
        self.is_document = False
        self.pictures = 0
        self._paragraphs: list[_Paragraph] = []
        self._tables: list[_Table] = []
        self._passed = 0
        self._properties = 0
        """Inside how many property elements (pPr, rPr, trPr …) we are."""
        self._in_row_properties = False
        self._hidden = False
        self._in_text = False
        self._table_count = self._paragraph_count = self._cells = self._chars = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        local = plain_tag(tag)
        if self._passed or local in _PASSED_OVER:
            if local == "del" and self._in_row_properties and self._tables:
                self._tables[-1].deleted = True
            self._passed += 1
            return
        if self._properties:
            self._property(local, attributes)
            return
        match local:
            case "t":
                self._in_text = not self._hidden
            case "r":
                self._hidden = False
            case "pPr" | "rPr" | "trPr" | "tcPr" | "tblPr" | "sdtPr" | "sectPr" | "tblGrid":
                self._properties = 1
                self._in_row_properties = local == "trPr"
            case "p":
                self._paragraphs.append(_Paragraph())
            case "tbl":
                if len(self._tables) >= _DEEPEST:
                    raise self._too_large("里的表格套得过深")
                self._tables.append(_Table())
            case "tr" if self._tables:
                table = self._tables[-1]
                table.row, table.column, table.deleted = [], 1, False
            case "tc" if self._tables:
                self._tables[-1].cell = _Cell(self._tables[-1].column)
            case "document":
                self.is_document = True
            case "drawing" | "pict":
                self.pictures += 1
            case _:
                self._mark(local, attributes)

    def _mark(self, local: str, attributes: dict[str, str]) -> None:
        """What stands for a character or two."""
        match local:
            case "tab":
                self._write("\t")
            case "br" if _value(attributes, "type") in {"", "textWrapping"}:
                self._write("\n")
            case "cr":
                self._write("\n")
            case "noBreakHyphen":
                self._write("-")
            case "sym":
                self._write(_SYMBOLS.get(_value(attributes, "char")[-2:].upper(), "□"))
            case "den":  # of a fraction in a formula
                self._write("/")

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._passed:
            self._passed -= 1
            return
        if self._properties:
            self._properties -= 1
            return
        match plain_tag(tag):
            case "t":
                self._in_text = False
            case "p" if self._paragraphs:
                self._end_paragraph(self._paragraphs.pop())
            case "tc" if self._tables:
                self._end_cell(self._tables[-1])
            case "tr" if self._tables:
                self._end_row(self._tables[-1])
            case "tbl" if self._tables:
                self._end_table(self._tables.pop())

    def text(self, data: str) -> None:
        """Characters."""
        if self._in_text and not self._passed:
            self._write(data)

    def _write(self, text: str) -> None:
        if self._paragraphs and not self._hidden:
            self._chars += len(text)
            if self._chars > self._package.limits.text_chars:
                raise self._too_large("里的文字过多")
            self._paragraphs[-1].parts.append(text)

    def _property(self, local: str, attributes: dict[str, str]) -> None:
        self._properties += 1
        paragraph = self._paragraphs[-1] if self._paragraphs else None
        table = self._tables[-1] if self._tables else None
        cell = table.cell if table is not None else None
        match local:
            case "pStyle" if paragraph:
                paragraph.style = _value(attributes)
            case "numId" if paragraph:
                paragraph.list_id = _value(attributes)
            case "ilvl" if paragraph:
                paragraph.level = whole(_value(attributes))
            case "outlineLvl" if paragraph:
                paragraph.outline = whole(_value(attributes))
            case "vanish" if self._properties == 2:  # of a run; deeper it is the paragraph's end mark
                self._hidden = _is_on(attributes)
            case "gridBefore" if table:
                table.column += self._columns(attributes)
            case "gridSpan" if cell:
                cell.span = max(self._columns(attributes), 1)
            case "vMerge" if cell:
                cell.goes_on = _value(attributes) != "restart"

    def _columns(self, attributes: dict[str, str]) -> int:
        number = whole(_value(attributes))
        if number > self._package.limits.columns:
            raise self._too_large(f"里有跨 {number} 列的单元格")
        return max(number, 0)

    def _end_paragraph(self, found: _Paragraph) -> None:
        text = "".join(found.parts).replace("\xa0", " ").replace("\u200b", "").rstrip()
        style = style_of(self._styles, found.style)
        list_id = found.list_id if found.list_id is not None else style.list_id
        level = found.level if found.level is not None else style.level if list_id == style.list_id else 0
        label = self._numbering.label(list_id, level) if list_id and list_id != "0" and text else ""
        outline = found.outline if found.outline >= 0 else style.outline
        if self._tables and self._tables[-1].cell is not None:
            self._tables[-1].cell.texts.append(label + text)
            return
        self._paragraph_count += 1
        heading = outline + 1 if 0 <= outline < 9 else 0
        self.blocks.append(Paragraph(self._paragraph_count, text, label, style.name, heading))

    def _end_cell(self, table: _Table) -> None:
        cell, table.cell = table.cell, None
        if cell is None:
            return
        self._cells += 1
        if self._cells > self._package.limits.cells:
            raise self._too_large(f"里的单元格超过 {self._package.limits.cells} 个")
        text = "\n".join(cell.texts).strip("\n")
        table.row.append(WordCell(cell.column, cell.span, text, cell.goes_on))
        table.column = cell.column + cell.span
        if table.column > self._package.limits.columns:
            raise self._too_large(f"里有超过 {self._package.limits.columns} 列的表格")

    def _end_row(self, table: _Table) -> None:
        if not table.deleted:
            table.rows.append(tuple(table.row))
        if len(table.rows) > self._package.limits.rows:
            raise self._too_large(f"里有超过 {self._package.limits.rows} 行的表格")

    def _end_table(self, table: _Table) -> None:
        self._table_count += 1
        inner = bool(self._tables)
        made = WordTable(self._table_count, tuple(table.rows), inner)
        if inner:
            self._tables[-1].later += [made, *table.later]
        else:
            # Numbered as they begin: the outer one first.
            for number, one in enumerate([made, *table.later], self._table_count - len(table.later)):
                self.blocks.append(WordTable(number, one.rows, one.inner))

    def _too_large(self, how: str) -> Exception:
        return DOCUMENT.unreadable(f"“{self._package.name}”{how}。", "请删去无关的内容后重试。")
