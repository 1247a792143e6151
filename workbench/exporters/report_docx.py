"""The document as a Word file: real styles, fields, sections and tables, to be worked on further."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from workbench import files
from workbench.exporters.document import (
    Align,
    Annex,
    Block,
    Contents,
    Document,
    Figure,
    Heading,
    LandscapeSection,
    ListItems,
    PageBreak,
    Paragraph,
    PhotoGrid,
    Picture,
    Table,
)
from workbench.exporters.docx_figures import FigureWriter
from workbench.exporters.docx_file import DocxFile, Paper
from workbench.exporters.docx_front import Entry, annex_mark, contents_xml, cover_blocks
from workbench.exporters.docx_styles import for_word
from workbench.exporters.docx_tables import table_xml
from workbench.exporters.docx_xml import Marks, Para, caption, counted, run
from workbench.exporters.fonts import FontBook
from workbench.exporters.linebreak import one_line
from workbench.exporters.numbering import Item, Numbered, marker_label, number
from workbench.exporters.pdf_images import PictureUnreadable, shape
from workbench.exporters.report_pdf import render_pdf
from workbench.exporters.table_layout import TableLayout
from workbench.exporters.typesetting import Typesetter
from workbench.exporters.typography import Typography, typography_of

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class DocxSummary:
    """What was written: its size, the pictures that could not be read, and the contents as filled in."""

    size: int
    unreadable_pictures: tuple[str, ...]
    contents: tuple[tuple[str, int], ...]


def write_docx(
    document: Document,
    path: Path,
    *,
    fonts: FontBook,
    base: Path | None = None,
    progress: Progress | None = None,
) -> DocxSummary:
    """Write a document to a file, swapped in whole at the end; errors as :func:`render_docx`."""
    data, summary = render_docx(document, fonts=fonts, base=base, progress=progress)
    with files.told(path, "导出 Word"):
        files.write_beside(path, data)
    return summary


def render_docx(
    document: Document, *, fonts: FontBook, base: Path | None = None, progress: Progress | None = None
) -> tuple[bytes, DocxSummary]:
    """Write a document in memory; the same document gives the same bytes.

    ``base`` is a firm's own .docx: its styles, margins, head and foot stay, its text does not.
    ``fonts`` measure columns and pages; a word processor takes its own. ``progress(done, total, text)``
    may raise to stop. Raises :class:`~workbench.errors.WorkbenchError`.
    """
    look = for_word(typography_of(document.typography))
    return _Writer(document, number(document), fonts, look, base).run(progress or _silent)


def try_base(base: Path, fonts: Path) -> int:
    """Write an empty document on a base, to see whether it can be used; returns the size.

    ``fonts`` is the folder of the bundled faces. Raises as :func:`render_docx`, and whatever a broken base makes
    the libraries raise: for a child process.
    """
    return render_docx(Document("", ()), fonts=FontBook(fonts), base=base)[1].size


def _mark(place: int) -> str:
    """The bookmark of the item at a place of the document."""
    return f"_Toc{place:06}"


def _silent(_done: int, _total: int, _text: str) -> None:
    """Say nothing."""


class _Writer:
    """Writes one document."""

    def __init__(
        self, document: Document, numbered: Numbered, fonts: FontBook, look: Typography, base: Path | None
    ) -> None:
        self._document = document
        self._numbered = numbered
        self._fonts = fonts
        self._look = look
        self._setter = Typesetter(fonts)
        self._file = DocxFile(document, look, base)
        self._ids = self._file.ids
        self._marks = Marks(numbered.labels)
        self._based = base is not None
        self._figures = FigureWriter(
            self._file, self._setter, self._marks, lambda: self._step("正在处理图片")
        )
        self._blocks: list[Para | str] = []
        self._paper: Paper | None = None
        self._new_page = False
        self._numbers = not any(isinstance(item.block, Contents) for item in numbered.items)
        self._entries: list[Entry] = []
        self._at = 0
        self._done = 0
        self._total = len(numbered.items) + 2
        self._progress: Progress = _silent

    def _step(self, text: str) -> None:
        self._progress(min(self._done, self._total), self._total, text)
        self._done += 1

    def run(self, progress: Progress) -> tuple[bytes, DocxSummary]:
        document, items = self._document, self._numbered.items
        self._progress = progress
        self._step("正在编排目录")
        self._entries = self._listed()
        if document.cover is not None:
            self._open(Paper())
            self._blocks += cover_blocks(document, document.cover, self._setter, self._look, self._file)
            self._new_page = True
        elif document.title:
            self._open(Paper(bool(items and items[0].landscape), self._numbers))
            self._add(Para(self._ids["Title"], run(document.title)))
        for self._at, item in enumerate(items):
            self._step("正在编排")
            self._put(item)
        if self._paper is None:
            self._open(Paper(numbered=self._numbers))
        self._step("正在生成文件")
        last = self._file.section(self._paper or Paper())
        if not self._blocks or isinstance(self._blocks[-1], str):
            self._blocks.append(Para(self._ids["Seam"]))  # Word ends every text with a paragraph
        body = "".join(block if isinstance(block, str) else block.xml() for block in self._blocks)
        data = self._file.data(body + last)
        progress(self._total, self._total, "完成")
        listed = tuple((entry.text, entry.page) for entry in self._entries)
        return data, DocxSummary(len(data), tuple(self._figures.unreadable), listed)

    # ── pages ────────────────────────────────────────────────────────────────────────────────────

    def _open(self, paper: Paper) -> None:
        """Let what follows stand on such paper: end the section before where it was another."""
        if self._paper == paper:
            return
        if self._paper is not None:
            if not self._blocks or isinstance(self._blocks[-1], str) or self._blocks[-1].section:
                self._blocks.append(Para(self._ids["Seam"]))
            end = self._blocks[-1]
            if isinstance(end, Para):
                end.section = self._file.section(self._paper)
            self._new_page = False
        self._paper = paper

    def _add(self, block: Para | str) -> None:
        if self._new_page and self._blocks:
            if isinstance(block, str):
                self._blocks.append(Para(self._ids["Seam"], new_page=True))
            else:
                block.new_page = True
        self._new_page = False
        self._blocks.append(block)

    def _listed(self) -> list[Entry]:
        """The lines of the contents, with the pages that our own layout of the same text comes to."""
        levels = next((i.block.levels for i in self._numbered.items if isinstance(i.block, Contents)), 0)
        if not levels:
            return []
        _, printed = render_pdf(_light(self._document), fonts=self._fonts, typography=self._look, office=True)
        pages = iter(printed.contents)
        after = False
        found: list[Entry] = []
        for place, item in enumerate(self._numbered.items):
            block = item.block
            after = after or isinstance(block, Contents)
            if isinstance(block, Annex):
                text, level = f"{item.label}　{one_line(block.title)}", 0
            elif isinstance(block, Heading) and not item.annex and block.level <= levels:
                text, level = item.label + one_line(block.text), block.level - 1
            else:
                continue
            if after:
                found.append(Entry(text, level, _mark(place), next(pages, ("", 0))[1]))
        return found

    def _marked(self, content: str) -> str:
        """The words of a heading between the ends of the bookmark that the contents lead to."""
        return self._marks.around(_mark(self._at), content)

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def _put(self, item: Item) -> None:
        block = item.block
        if isinstance(block, PageBreak):
            self._new_page = True
            return
        self._open(Paper(item.landscape, self._numbers))
        frame = self._file.frame(landscape=item.landscape)
        match block:
            case Contents():
                self._new_page = True
                self._add(contents_xml(block, self._entries, frame.width, self._ids))
                self._numbers = True
            case Annex():
                self._new_page = True
                number = self._marks.numbered(block.key, counted(item.label))
                self._add(Para(self._ids["AnnexLabel"], self._marked(number)))
                self._add(
                    Para(self._ids["AnnexTitle"], run(block.title) + annex_mark(item.label, block.title))
                )
            case Heading():
                self._heading(block, item)
            case Paragraph():
                indented = block.indent and block.align is Align.JUSTIFY
                style = self._ids["BodyText" if indented else "Normal"]
                align = None if block.align is Align.JUSTIFY else block.align
                self._add(Para(style, self._marks.said(block.runs), align, keep=block.keep))
            case ListItems():
                for index, content in enumerate(block.items):
                    words = run(marker_label(block.marker, index + 1)) + self._marks.said(content)
                    self._add(Para(self._ids["BodyText"], words))
            case Table():
                self._table(block, item)
            case Figure():
                for para in self._figures.figure(block, item.label, frame):
                    self._add(para)
            case PhotoGrid():
                if photos := self._figures.photos(block, item.labels, frame):
                    self._add(photos)
            case _:
                raise TypeError(f"{type(block).__name__} is opened by numbering and never written itself")

    def _heading(self, heading: Heading, item: Item) -> None:
        key = f"{'AnnexHeading' if item.annex else 'Heading'}{heading.level}"
        number = self._numbered.labels.get(heading.key, "")  # as references say it: without the mark behind
        words = self._marks.numbered(heading.key, run(number)) + run(item.label[len(number) :] + heading.text)
        # A firm's headings may be counted by Word: the numbers of the report are written, and once is enough.
        para = Para(self._ids[key], self._marked(words), unnumbered=self._based)
        if not heading.numbered and heading.level == 1:
            para.align, para.flush = Align.CENTER, True
        self._add(para)

    def _table(self, table: Table, item: Item) -> None:
        frame = self._file.frame(landscape=item.landscape)
        if table.caption:
            label = self._marks.numbered(table.key, counted(item.label))
            self._add(Para(self._ids["Caption"], caption(label, table.caption), keep=True))
        if table.unit:
            words = run(f"单位：{table.unit}")
            self._add(Para(self._ids["TableUnit"], words, keep=True))
        elif not table.caption and self._blocks and isinstance(self._blocks[-1], str):
            self._add(Para(self._ids["Seam"]))  # two tables without a paragraph between would become one
        layout = TableLayout(table, self._numbered, self._setter, self._look, frame.width)
        self._add(table_xml(layout, self._marks, self._ids, frame.height))
        self._add(
            Para(self._ids["TableNote"], self._marks.said(table.note))
            if table.note
            else Para(self._ids["TableEnd"])
        )


def _light(document: Document) -> Document:
    """The document with blank pictures of the same shapes: what takes as much paper and little time."""
    return replace(document, blocks=tuple(_light_block(block) for block in document.blocks))


def _light_block(block: Block) -> Block:
    match block:
        case Figure():
            return _light_figure(block)
        case PhotoGrid():
            return replace(block, figures=tuple(_light_figure(figure) for figure in block.figures))
        case Annex() | LandscapeSection():
            return replace(block, blocks=tuple(_light_block(one) for one in block.blocks))
        case _:
            return block


def _light_figure(figure: Figure) -> Figure:
    from PIL import Image

    if not isinstance(figure.body, Picture):
        return figure
    try:
        width, height = shape(figure.body)
    except PictureUnreadable:
        return figure
    scale = 60 / max(width, height)
    out = BytesIO()
    Image.new("L", (max(1, round(width * scale)), max(1, round(height * scale)))).save(out, "PNG")
    return replace(figure, body=Picture(out.getvalue(), figure.body.name))
