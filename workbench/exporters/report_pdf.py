"""The document printed to .pdf: cover, contents, chapters, tables, figures and annexes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from workbench import files
from workbench.exporters.document import (
    Align,
    Annex,
    Contents,
    Document,
    Figure,
    Heading,
    ListItems,
    PageBreak,
    Paragraph,
    PhotoGrid,
    Picture,
    Table,
    Text,
)
from workbench.exporters.fonts import FontBook, FontUse
from workbench.exporters.linebreak import one_line
from workbench.exporters.lines import Style
from workbench.exporters.numbering import Item, Numbered, marker_label, number
from workbench.exporters.pdf_figures import FigurePrinter
from workbench.exporters.pdf_file import Bookmark, PdfFile
from workbench.exporters.pdf_flow import Box, Flow
from workbench.exporters.pdf_front import Entry, contents_pages, cover_page, running_lines
from workbench.exporters.pdf_tables import TablePrinter
from workbench.exporters.table_layout import TableLayout
from workbench.exporters.typesetting import MissingGlyph, Typesetter
from workbench.exporters.typography import Typography, typography_of

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class PdfSummary:
    """What was printed: for the export log, and to tell the user what to look at.

    ``missing_glyphs`` print as a box though they can be searched; ``substituted`` maps characters to the
    look-alikes drawn for them; ``contents`` are the lines of the contents with their page numbers.
    """

    pages: int
    size: int
    fonts_used: tuple[FontUse, ...]
    missing_glyphs: tuple[MissingGlyph, ...]
    substituted: tuple[tuple[str, str], ...]
    unreadable_pictures: tuple[str, ...]
    refused_fonts: tuple[str, ...]
    contents: tuple[tuple[str, int], ...]


def write_pdf(
    document: Document, path: Path, *, fonts: FontBook, progress: Progress | None = None
) -> PdfSummary:
    """Print a document to a file, swapped in whole at the end.

    ``progress(done, total, text)`` hears how far it is and may raise to stop: nothing is left behind.
    Raises :class:`~workbench.errors.WorkbenchError` when the file cannot be written or cannot be printed.
    """
    data, summary = render_pdf(document, fonts=fonts, progress=progress)
    with files.told(path, "导出 PDF"):
        files.write_beside(path, data)
    return summary


def render_pdf(
    document: Document,
    *,
    fonts: FontBook,
    progress: Progress | None = None,
    typography: Typography | None = None,
    office: bool = False,
) -> tuple[bytes, PdfSummary]:
    """Print a document in memory, for previews; the same document gives the same bytes.

    ``typography`` stands in for the profile that the document names; ``office`` breaks lines as word
    processors do, to learn on which page they put what.
    """
    look = typography or typography_of(document.typography)
    setter = Typesetter(fonts, office=office)
    return _Printer(document, number(document), setter, look).run(progress or _silent)


def _silent(_done: int, _total: int, _text: str) -> None:
    """Say nothing."""


def _pictures(item: Item) -> int:
    """Count the pictures of a block: each takes about as long as a page of text."""
    block = item.block
    figures = block.figures if isinstance(block, PhotoGrid) else (block,)
    return sum(1 for figure in figures if isinstance(figure, Figure) and isinstance(figure.body, Picture))


class _Printer:
    """Prints one document."""

    def __init__(
        self, document: Document, numbered: Numbered, setter: Typesetter, typography: Typography
    ) -> None:
        self._document = document
        self._numbered = numbered
        self._look = typography
        self._setter = setter
        self._file = PdfFile(self._setter)
        self._flow = Flow(self._file, typography)
        self._figures = FigurePrinter(self._file, typography, lambda: self._step("正在处理图片"))
        self._contents: tuple[int, Contents] | None = None
        self._marks = 0
        self._done = 0
        self._total = sum(1 + _pictures(item) for item in numbered.items) + 2
        self._progress: Progress = _silent

    def _step(self, text: str) -> None:
        self._progress(self._done, self._total, text)
        self._done += 1

    def run(self, progress: Progress) -> tuple[bytes, PdfSummary]:
        document, items, flow = self._document, self._numbered.items, self._flow
        self._progress = progress
        cover = [cover_page(document.title, document.cover, self._file, self._look)] if document.cover else []
        if not cover:
            self._title(document.title, self._look.title, landscape=bool(items and items[0].landscape))
        for item in items:
            self._step("正在排版")
            self._put(item)
        flow.finish()
        if not flow.pages:
            flow.settle()  # even an empty document is a page of paper
        self._step("正在编目录和页码")
        begin, contents = self._contents or (0, None)
        body = flow.pages[begin:]
        for index, page in enumerate(body):
            page.number = index + 1
        entries = self._entries(contents.levels) if contents is not None else []
        front = cover + flow.pages[:begin]
        if contents is not None:
            front += contents_pages(contents, entries, self._file, self._look)
        running_lines(body, document.header, document.footer, self._file, self._look)
        self._step("正在生成文件")
        pages = front + body
        data = self._file.data(pages, one_line(document.title), document.metadata, len(front))
        progress(self._total, self._total, "完成")
        fonts = self._setter.fonts
        return data, PdfSummary(
            pages=len(pages),
            size=len(data),
            fonts_used=self._file.uses,
            missing_glyphs=tuple(sorted(self._setter.missing.values(), key=lambda glyph: glyph.char)),
            substituted=tuple(sorted(self._setter.substituted.items())),
            unreadable_pictures=tuple(self._figures.unreadable),
            refused_fonts=tuple(fonts.refused),
            contents=tuple((entry.text, entry.page) for entry in entries),
        )

    def _entries(self, levels: int) -> list[Entry]:
        return [
            Entry(bookmark, page.number)
            for page in self._flow.pages
            for bookmark, _ in page.bookmarks
            if bookmark.listed and bookmark.level < levels and page.number
        ]

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def _put(self, item: Item) -> None:
        flow = self._flow
        block = item.block
        match block:
            case PageBreak():
                flow.end_page()
            case Contents():
                flow.end_page()
                self._contents = (len(flow.pages), block)
            case Annex():
                flow.end_page()
                flow.turn(item.landscape)
                self._annex(block, item.label)
            case Heading():
                flow.turn(item.landscape)
                self._heading(block, item)
            case Paragraph():
                flow.turn(item.landscape)
                self._paragraph(block)
            case ListItems():
                flow.turn(item.landscape)
                for index, runs in enumerate(block.items):
                    mark = Text(marker_label(block.marker, index + 1))
                    lines = self._setter.set(
                        (mark, *self._numbered.resolve(runs)), self._look.body, flow.frame.width
                    )
                    flow.place(flow.paragraph(lines, self._look.body))
            case Table():
                flow.turn(item.landscape)
                self._table(block, item.label)
            case Figure():
                flow.turn(item.landscape)
                flow.place(self._figures.figure(block, item.label, flow))
                flow.space(10)
            case PhotoGrid():
                flow.turn(item.landscape)
                flow.place(self._figures.photos(block, item.labels, flow))
                flow.space(6)
            case _:
                raise TypeError(f"{type(block).__name__} is opened by numbering and never printed itself")

    def _mark(self, label: str, title: str, level: int, *, listed: bool) -> Bookmark:
        self._marks += 1
        return Bookmark(f"m{self._marks}", label, one_line(title), level, listed=listed)

    def _title(self, words: str, style: Style, *, landscape: bool) -> None:
        if not words:
            return
        flow = self._flow
        flow.turn(landscape)
        lines = self._setter.balanced((Text(words),), style, flow.frame.width)
        flow.place(flow.paragraph(lines, style, keep=True))
        flow.place([Box(style.leading / 3, keep=True)])

    def _annex(self, annex: Annex, label: str) -> None:
        flow, style = self._flow, self._look.annex_label
        bookmark = self._mark(label + "　", annex.title, 0, listed=True)
        lines = self._setter.set((Text(label),), style, flow.frame.width)
        boxes = flow.paragraph(lines, style, keep=True)
        flow.place([replace(boxes[0], bookmark=bookmark), *boxes[1:]])
        self._title(annex.title, self._look.annex_title, landscape=flow.landscape)

    def _heading(self, heading: Heading, item: Item) -> None:
        flow = self._flow
        style = self._look.headings[heading.level - 1]
        bold = heading.level in self._look.bold_headings
        if not heading.numbered and heading.level == 1:
            style = replace(style, align=Align.CENTER, indent=0)
        lines = self._setter.set((Text(item.label + heading.text, bold),), style, flow.frame.width)
        level = heading.level if item.annex else heading.level - 1
        bookmark = self._mark(item.label, heading.text, level, listed=not item.annex)
        boxes = flow.paragraph(lines, style, keep=True)
        flow.place([replace(box, bookmark=bookmark if n == 0 else None) for n, box in enumerate(boxes)])

    def _paragraph(self, paragraph: Paragraph) -> None:
        flow = self._flow
        indent = self._look.body.indent if paragraph.indent and paragraph.align is Align.JUSTIFY else 0
        style = replace(self._look.body, align=paragraph.align, indent=indent)
        lines = self._setter.set(self._numbered.resolve(paragraph.runs), style, flow.frame.width)
        flow.place(flow.paragraph(lines, style, keep=paragraph.keep) or [Box(style.leading)])

    def _table(self, table: Table, label: str) -> None:
        flow, look = self._flow, self._look
        width = flow.frame.width
        if table.caption:
            words = Text(f"{label}　{table.caption}")
            lines = self._setter.balanced((words,), look.caption, width)
            boxes = flow.paragraph(lines, look.caption, keep=True)
            flow.place([replace(boxes[0], before=6), *boxes[1:]])
        if table.unit:
            style = replace(look.note, align=Align.RIGHT)
            lines = self._setter.set((Text(f"单位：{table.unit}"),), style, width)
            flow.place(flow.paragraph(lines, style, keep=True))
        TablePrinter(TableLayout(table, self._numbered, self._setter, look, width), flow, label).print()
        if table.note:
            flow.space(3)
            lines = self._setter.set(self._numbered.resolve(table.note), look.note, width)
            flow.place(flow.paragraph(lines, look.note))
        flow.space(10)
