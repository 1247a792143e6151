"""How the tests of printed paper see it: the bundled faces, and the lines that a reader of the PDF finds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pypdfium2

from tests.helpers import ROOT
from workbench.exporters.document import Block, Document, Paragraph, content
from workbench.exporters.fonts import FontBook
from workbench.exporters.report_pdf import PdfSummary, render_pdf


@cache
def shipped_fonts() -> FontBook:
    """The faces that come with the program and no others."""
    return FontBook(ROOT / "resources" / "fonts")


def document(*blocks: Block, **other: object) -> Document:
    return Document("", blocks, **other)  # type: ignore[arg-type]


def para(*parts: str) -> Paragraph:
    return Paragraph(content(*parts))


def printed(doc: Document) -> tuple[list[str], PdfSummary]:
    """Print a document and return the text of each page as pdfium extracts it."""
    data, summary = render_pdf(doc, fonts=shipped_fonts())
    return page_texts(data), summary


def page_texts(data: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(data)
    try:
        texts = []
        for page in pdf:
            text = page.get_textpage()
            texts.append(text.get_text_range())
            text.close()
            page.close()
        return texts
    finally:
        pdf.close()


def squeezed(text: str) -> str:
    """Text without any white space: what a search finds, however the lines were spread."""
    return "".join(text.split())


def text_lines(data: bytes) -> Iterator[str]:
    """The lines on every page, without running numbers."""
    for text in page_texts(data):
        for line in text.replace("\r", "\n").split("\n"):
            stripped = line.strip().strip("\ufffe\x02")
            if stripped and not stripped.startswith("— "):
                yield stripped
