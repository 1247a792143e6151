"""The neutral document: chapters, paragraphs, tables and figures, with no file format yet.

Everything is frozen. Numbers of headings, tables, figures and annexes are never typed: they are given by
:mod:`workbench.exporters.numbering`, so that every writer (.pdf, .docx) prints the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from workbench.domain.charts import Chart

# ── inline text ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Text:
    """A run of words; a line feed inside it begins a new line of the same paragraph or cell."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure taken from the model: what is printed and the address it came from."""

    text: str
    source: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A cross-reference by key; prints the number that the program gave, such as ``表 3`` or ``附件 2``."""

    key: str
    bold: bool = False


Inline: TypeAlias = Text | Bound | Reference
Content: TypeAlias = tuple[Inline, ...]


def content(*parts: str | Inline) -> Content:
    """Join words, bound figures and references to one content; plain strings become :class:`Text`."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts if part != "")


def plain(inlines: Content) -> str:
    """Return the words of a content without references resolved (for names of files, tests, logs)."""
    return "".join(f"〔{part.key}〕" if isinstance(part, Reference) else part.text for part in inlines)


# ── blocks ───────────────────────────────────────────────────────────────────────────────────────


class Align(StrEnum):
    """How lines stand between the edges of their column."""

    JUSTIFY = "justify"
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Marker(StrEnum):
    """How the items of a list are marked."""

    NUMBER = "number"  # 1. 2. 3.
    PAREN = "paren"  # （1）（2）（3）
    CIRCLED = "circled"  # ① ② ③
    DASH = "dash"  # ——


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 4; its number 一、/（一）/1./（1） comes from the program."""

    level: int
    text: str
    numbered: bool = True
    key: str = ""

    def __post_init__(self) -> None:
        if self.level not in {1, 2, 3, 4}:
            raise ValueError(f"heading level must be 1 to 4, not {self.level}: {self.text!r}")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text; ``indent`` asks for the two blank characters at its beginning."""

    runs: Content
    align: Align = Align.JUSTIFY
    indent: bool = True
    keep: bool = False
    """Whether it stays on the page of what follows, as a heading does."""


@dataclass(frozen=True, slots=True)
class ListItems:
    """Items one below the other, each marked by the program."""

    items: tuple[Content, ...]
    marker: Marker = Marker.NUMBER


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    ``share`` is its part of the width (0 lets the content decide); ``label`` says that the column names
    the row, so that a row continued on the next page names itself again.
    """

    share: float = 0.0
    align: Align = Align.LEFT
    label: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; ``align`` overrides the column's."""

    runs: Content = ()
    row_span: int = 1
    col_span: int = 1
    align: Align | None = None
    bold: bool = False

    def __post_init__(self) -> None:
        if self.row_span < 1 or self.col_span < 1:
            raise ValueError(f"spans must be at least 1: {plain(self.runs)!r}")


Row: TypeAlias = tuple[Cell, ...]


def cells(*texts: str | Inline | Cell, bold: bool = False) -> Row:
    """Make a row of cells from words, bound figures or ready cells."""
    return tuple(text if isinstance(text, Cell) else Cell(content(text), bold=bold) for text in texts)


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell with its place in the grid."""

    row: int
    col: int
    cell: Cell


def grid(rows: tuple[Row, ...], columns: int) -> tuple[Placed, ...]:
    """Place the cells of ``rows`` in a grid; cells a row lacks come out empty, cells too many are refused."""
    taken: set[tuple[int, int]] = set()
    placed: list[Placed] = []
    for row_index, row in enumerate(rows):
        col = 0
        for cell in row:
            while (row_index, col) in taken:
                col += 1
            rows_left = len(rows) - row_index
            if col + cell.col_span > columns or cell.row_span > rows_left:
                raise ValueError(f"row {row_index + 1}: cell {plain(cell.runs)!r} reaches beyond the table")
            area = {
                (row_index + down, col + right)
                for down in range(cell.row_span)
                for right in range(cell.col_span)
            }
            if area & taken:
                raise ValueError(f"row {row_index + 1}: cell {plain(cell.runs)!r} lies over another cell")
            taken |= area
            placed.append(Placed(row_index, col, cell))
            col += cell.col_span
        for free in range(columns):
            if (row_index, free) not in taken:
                taken.add((row_index, free))
                placed.append(Placed(row_index, free, Cell()))
    return tuple(placed)


@dataclass(frozen=True, slots=True)
class Table:
    """A table. A caption gives it a number 表 n; ``unit`` stands above it at the right, ``note`` below."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    header: tuple[Row, ...] = ()
    caption: str = ""
    key: str = ""
    unit: str = ""
    note: Content = ()
    landscape: bool = False
    repeat_header: bool = True
    small: bool = False

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a table needs at least one column")
        if any(column.share < 0 for column in self.columns):
            raise ValueError("column shares cannot be negative")
        if len({column.share > 0 for column in self.columns}) > 1:
            raise ValueError("either every column has a share of the width, or the contents decide")
        grid(self.header, len(self.columns))
        grid(self.rows, len(self.columns))


#: Longest side in pixels of a picture of evidence on paper: beside another one, and over the whole width.
BESIDE, ACROSS = 900, 1400


class Stored(Protocol):
    """A picture that is read when it is printed: a path, or a locked file."""

    @property
    def name(self) -> str:
        """The name of the file."""

    def read_bytes(self) -> bytes:
        """The picture's bytes; ``OSError`` passes."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Stands for a picture that should be there and is not: paper says so in its place."""

    name: str

    def read_bytes(self) -> bytes:
        """There is nothing to be read: raises ``OSError``."""
        raise FileNotFoundError(self.name)


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo or drawing from a file or from memory; ``name`` is what a person calls it."""

    source: Stored | bytes = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture or chart. A caption gives it a number 图 n; ``share`` is its part of the text width."""

    body: Picture | Chart
    caption: str = ""
    key: str = ""
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class PhotoGrid:
    """Several figures beside each other, ``per_row`` to a row, each with its own caption and number."""

    figures: tuple[Figure, ...]
    per_row: int = 2


@dataclass(frozen=True, slots=True)
class PageBreak:
    """Whatever follows begins on a new page."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The table of contents, on pages of its own; page numbers begin behind it."""

    title: str = "目　录"
    levels: int = 2


@dataclass(frozen=True, slots=True)
class LandscapeSection:
    """Blocks printed on pages turned sideways."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex on a new page; its number 附件 n comes from the program."""

    title: str
    blocks: tuple[Block, ...] = ()
    key: str = ""


Block: TypeAlias = (
    Heading
    | Paragraph
    | ListItems
    | Table
    | Figure
    | PhotoGrid
    | PageBreak
    | Contents
    | LandscapeSection
    | Annex
)


# ── the whole ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the file says about itself; ``created`` comes from the caller, so that two runs are equal."""

    author: str = ""
    subject: str = ""
    keywords: tuple[str, ...] = ()
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover page: lines above the facts (``（一）``-style label and value), lines at the foot."""

    subtitle: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    foot: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document; without a cover the title stands above the first block.

    Line feeds in the title say where its printed lines end.
    """

    title: str
    blocks: tuple[Block, ...]
    cover: Cover | None = None
    header: str = ""
    footer: str = ""
    metadata: Metadata = Metadata()
    typography: str = "gongwen"
