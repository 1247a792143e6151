"""The numbers of headings, tables, figures and annexes, and the references that name them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from workbench.errors import WorkbenchError
from workbench.exporters.document import (
    Annex,
    Block,
    Content,
    Document,
    Figure,
    Heading,
    Inline,
    LandscapeSection,
    ListItems,
    Marker,
    Paragraph,
    PhotoGrid,
    Reference,
    Table,
    Text,
)

_DIGITS = "零一二三四五六七八九"


class BrokenReferenceError(WorkbenchError):
    """References that lead nowhere, or keys given twice; all of them are listed."""

    def __init__(self, unknown: tuple[str, ...], twice: tuple[str, ...]) -> None:
        said = [f"引用了不存在的“{key}”" for key in unknown] + [f"“{key}”重复出现" for key in twice]
        super().__init__(
            "broken-reference",
            f"文稿中{'；'.join(said)}，无法编号。",
            "请补上对应的表、图或附件，或删去这处引用。",
        )
        self.unknown = unknown
        self.twice = twice


@dataclass(frozen=True, slots=True)
class Item:
    """One block in reading order: with the label it was given, how its page lies, and in which annex.

    ``Annex`` and ``LandscapeSection`` are opened: an annex comes as an item of its own (without blocks),
    followed by what it holds. ``labels`` are those of the figures of a photo grid.
    """

    block: Block
    label: str = ""
    landscape: bool = False
    annex: int = 0
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbered:
    """A document in reading order with every number given and every reference known to lead somewhere."""

    items: tuple[Item, ...]
    labels: dict[str, str]

    def resolve(self, runs: Content) -> tuple[Text, ...]:
        """Return the runs as plain text, references replaced by the numbers they name."""
        return tuple(
            Text(self.labels[run.key] if isinstance(run, Reference) else run.text, run.bold) for run in runs
        )


def chinese_number(number: int) -> str:
    """Write 1 to 999 as 一 to 九百九十九, as headings are counted."""
    if not 0 < number < 1000:
        raise ValueError(f"headings are counted from 1 to 999, not {number}")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        said += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        said += "零"
    return said + (_DIGITS[ones] if ones else "")


def heading_label(level: int, number: int) -> str:
    """Return the number before a heading: 一、 （一） 1. （1）."""
    if level == 1:
        return f"{chinese_number(number)}、"
    if level == 2:
        return f"（{chinese_number(number)}）"
    return f"{number}." if level == 3 else f"（{number}）"


def marker_label(marker: Marker, number: int) -> str:
    """Return the mark before the item of a list."""
    if marker is Marker.DASH:
        return "——"
    if marker is Marker.CIRCLED and number <= 20:
        return chr(0x2460 + number - 1)
    return f"{number}." if marker is Marker.NUMBER else f"（{number}）"


class _Counter:
    """Walks a document once and gives the numbers."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.labels: dict[str, str] = {}
        self.twice: list[str] = []
        self.tables = self.figures = self.annexes = 0
        self.headings = [0, 0, 0, 0]

    def walk(self, blocks: tuple[Block, ...], landscape: bool, annex: int) -> None:
        for block in blocks:
            match block:
                case Annex():
                    self.annexes += 1
                    self.headings = [0, 0, 0, 0]
                    label = self._name(block.key, f"附件 {self.annexes}")
                    self.items.append(Item(replace(block, blocks=()), label, landscape, self.annexes))
                    self.walk(block.blocks, landscape, self.annexes)
                case LandscapeSection():
                    self.walk(block.blocks, True, annex)
                case Heading():
                    self.items.append(Item(block, self._heading(block), landscape, annex))
                case Table():
                    label = ""
                    if block.caption:
                        self.tables += 1
                        label = f"表 {self.tables}"
                    self._name(block.key, label)
                    self.items.append(Item(block, label, landscape or block.landscape, annex))
                case Figure():
                    self.items.append(Item(block, self._figure(block), landscape, annex))
                case PhotoGrid():
                    labels = tuple(self._figure(figure) for figure in block.figures)
                    self.items.append(Item(block, "", landscape, annex, labels))
                case _:
                    self.items.append(Item(block, "", landscape, annex))

    def _heading(self, heading: Heading) -> str:
        if not heading.numbered:
            return self._name(heading.key, "")
        level = heading.level - 1
        self.headings[level] += 1
        self.headings[level + 1 :] = [0] * (3 - level)
        label = heading_label(heading.level, self.headings[level])
        self._name(heading.key, label.rstrip("、."))
        return label

    def _figure(self, figure: Figure) -> str:
        if not figure.caption:
            return self._name(figure.key, "")
        self.figures += 1
        return self._name(figure.key, f"图 {self.figures}")

    def _name(self, key: str, label: str) -> str:
        if key:
            if key in self.labels:
                self.twice.append(key)
            self.labels[key] = label
        return label


def _contents_of(block: Block) -> Iterator[Content]:
    match block:
        case Paragraph():
            yield block.runs
        case ListItems():
            yield from block.items
        case Table():
            yield block.note
            for row in (*block.header, *block.rows):
                for cell in row:
                    yield cell.runs
        case _:
            return


def number(document: Document) -> Numbered:
    """Give every number of the document; raise :class:`BrokenReferenceError` naming all keys that fail."""
    counter = _Counter()
    counter.walk(document.blocks, landscape=False, annex=0)
    # A reference to something that carries no number (a table without caption) prints nothing: refused too.
    named = {key for key, label in counter.labels.items() if label}
    inlines: Iterator[Inline] = (
        part for item in counter.items for runs in _contents_of(item.block) for part in runs
    )
    asked = dict.fromkeys(part.key for part in inlines if isinstance(part, Reference))
    unknown = tuple(key for key in asked if key not in named)
    if unknown or counter.twice:
        raise BrokenReferenceError(unknown, tuple(dict.fromkeys(counter.twice)))
    return Numbered(tuple(_turn_headings(counter.items)), counter.labels)


def _turn_headings(items: list[Item]) -> list[Item]:
    """Let headings and annex titles directly before something landscape turn with it, not stand alone."""
    turned = list(items)
    for index in range(len(turned) - 2, -1, -1):
        item, following = turned[index], turned[index + 1]
        if isinstance(item.block, Heading | Annex) and following.landscape and item.annex == following.annex:
            turned[index] = replace(item, landscape=True)
    return turned
