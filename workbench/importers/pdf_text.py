"""The text of a PDF, as a reader who searches or copies gets it."""

from __future__ import annotations

import contextlib
from pathlib import Path

from workbench.errors import WorkbenchError


def read_pdf_text(path: Path) -> str:
    """The text of all pages, a page after a line feed; raises :class:`WorkbenchError` for no readable PDF."""
    return "\n".join(read_pdf_pages(path))


def read_pdf_pages(path: Path) -> list[str]:
    """The text of each page; raises :class:`WorkbenchError` for no readable PDF."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except (pypdfium2.PdfiumError, OSError) as error:
        raise WorkbenchError(
            "bad-pdf", f"“{path.name}”不是可读的 PDF 文件。", "请检查文件是否完整。"
        ) from error
    with contextlib.closing(document):
        try:
            return [page.get_textpage().get_text_bounded() for page in document]
        except pypdfium2.PdfiumError as error:
            raise WorkbenchError(
                "bad-pdf", f"“{path.name}”中有不能读的页，文件已损坏。", "请换一份完整的文件。"
            ) from error
