"""The chapters of a report as a person works on them: numbered headings and what the program writes below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.exporters.document import (
    Annex,
    Block,
    Content,
    Figure,
    Heading,
    LandscapeSection,
    ListItems,
    Paragraph,
    PhotoGrid,
    Reference,
    Table,
    grid,
)
from workbench.exporters.numbering import number as numbers_of
from workbench.exporters.outlines import Outline
from workbench.exporters.report import build_report, generated
from workbench.exporters.report_data import ReportData
from workbench.exporters.report_words import for_annexes


@dataclass(frozen=True, slots=True)
class Chapter:
    """One heading of the outline; without a ``key`` it only gathers those below."""

    number: str
    """``（二）`` as printed; empty while the chapter has nothing to print."""
    level: int
    heading: str
    key: str
    lines: tuple[str, ...]
    """What the program writes, as plain lines; a table is a line for each of its rows."""


def chapters_of(data: ReportData, outline: Outline) -> list[Chapter]:
    """Every chapter of the outline with its number in the report as it would be printed now."""
    document = build_report(data, outline)
    numbered = numbers_of(document)
    headings = [
        (item.label, item.block)
        for item in numbered.items
        if isinstance(item.block, Heading) and not item.annex
    ]
    labels = numbered.labels
    annexes = {block.key for item in numbered.items if isinstance(block := item.block, Annex)}
    found: list[Chapter] = []
    at = 0
    for part in outline.parts:
        number = ""
        for ahead in range(at, len(headings)):
            label, block = headings[ahead]
            if block.level == part.level and block.text == part.heading:
                number, at = label, ahead + 1
                break
        lines = tuple(_lines(for_annexes(generated(data, part), annexes), labels))
        found.append(Chapter(number, part.level, part.heading, part.key, lines))
    return found


def _lines(blocks: Sequence[Block], labels: dict[str, str]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(runs=runs):
                yield _words(runs, labels)
            case ListItems(items=items):
                yield from (_words(item, labels) for item in items)
            case Heading(text=text):
                yield text
            case Table():
                yield f"〔表〕{block.caption}"
                yield from _rows(block, labels)
            case Figure(caption=caption):
                yield f"〔图〕{caption}"
            case PhotoGrid(figures=figures):
                yield from (f"〔图〕{figure.caption}" for figure in figures)
            case LandscapeSection(blocks=inner):
                yield from _lines(inner, labels)
            case _:
                continue


def _rows(table: Table, labels: dict[str, str]) -> Iterator[str]:
    rows: dict[int, list[str]] = {}
    for placed in grid((*table.header, *table.rows), len(table.columns)):
        words = _words(placed.cell.runs, labels).replace("\n", " ")
        if words:
            rows.setdefault(placed.row, []).append(words)
    yield from ("　" + "｜".join(words) for _, words in sorted(rows.items()))


def _words(runs: Content, labels: dict[str, str]) -> str:
    return "".join(labels.get(run.key, "") if isinstance(run, Reference) else run.text for run in runs)
