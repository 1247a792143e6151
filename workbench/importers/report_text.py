"""The text of a report somebody else wrote: .docx, .txt or .pdf with text → paragraphs with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from workbench.domain.outside.sheet import At, Said, Unread
from workbench.errors import WorkbenchError
from workbench.importers.pdf_text import read_pdf_pages
from workbench.importers.sheet_grid import Grid
from workbench.importers.sheet_rows import Cell
from workbench.importers.word_document import WordDocument

SUFFIXES = (".docx", ".txt", ".pdf")
_LARGEST = 32 * 2**20
_LONGEST = 5_000_000
_ENDS = tuple("。；;：:！？!?）)”’》")
_BEGINS = re.compile(
    r"\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d{1,2}\s?[.、．]|[①-⑳]|附[件表]|第[一二三四五六七八九十]+|[图表]\s?\d)"
)
_PAGE_NUMBER = re.compile(r"\s*[-—－]?\s*\d{1,3}\s*[-—－]?\s*")


def read_report(path: Path) -> tuple[list[Said], list[Unread]]:
    """The paragraphs of a .txt or .pdf and what holds no text; raises :class:`WorkbenchError` for other files."""
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        return _pages(path)
    if suffix == ".txt":
        return list(_lines(_decoded(path).split("\n"), path.name)), []
    raise WorkbenchError(
        "bad-report",
        f"“{path.name}”不是可读的报告。",
        "请用 .docx、.txt 或带文字的 .pdf；旧版 .doc 请另存为 .docx。",
    )


def pictures(document: WordDocument) -> list[Unread]:
    """What a Word document shows as pictures, whose words nobody read."""
    if not document.pictures:
        return []
    return [Unread(document.name, f"{document.pictures} 张图片", "图片里的文字和数字没有核对。")]


def document_texts(document: WordDocument) -> list[Said]:
    """The paragraphs of a Word document outside its tables, footnotes last."""
    found = [
        Said(block.seen, At(file=document.name, paragraph=block.number, quote=block.seen))
        for block in (*document.paragraphs, *document.notes)
        if block.text.strip()
    ]
    for table in document.tables:
        for number, row in enumerate(table.rows, 1):
            text = "\t".join(cell.text for cell in row if cell.text.strip())
            if text:
                place = At(
                    file=document.name, table=f"第 {table.number} 个表格", cell=f"第 {number} 行", quote=text
                )
                found.append(Said(text, place))
    return found


class TextGrid(Grid):
    """A table in a text file: lines whose cells are parted by tabs."""

    def __init__(self, first: int, lines: list[str]) -> None:
        rows = {
            first + number: {
                column: Cell("text", text) for column, text in enumerate(line.split("\t"), 1) if text.strip()
            }
            for number, line in enumerate(lines)
        }
        super().__init__(f"第 {first} 行起的表格", rows)

    @property
    def label(self) -> str:
        """``第 12 行起的表格``."""
        return self.name

    def cell_name(self, row: int, column: int) -> str:
        """``第 12 行第 2 格``."""
        return f"第 {row} 行第 {column} 格"


def text_grids(path: Path) -> list[Grid]:
    """The tables of a text file: at least two lines with tabs below each other."""
    found: list[Grid] = []
    held: list[str] = []
    lines = _decoded(path).split("\n")
    for number, line in enumerate([*lines, ""], 1):
        if line.count("\t") >= 1 and len(line) < 2_000 and line.count("\t") < 40:
            held.append(line)
            continue
        if len(held) > 1:
            found.append(TextGrid(number - len(held), held))
        held = []
    return found


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except OSError as error:
        from workbench.files import world_error

        raise world_error(error, path, "读取报告") from error
    if data is None:
        raise WorkbenchError("bad-report", f"“{path.name}”过大。", "请只留报告正文后重试。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")[:_LONGEST]
    raise WorkbenchError("bad-report", f"“{path.name}”不是文字文件。", "请另存为 UTF-8 编码的 .txt 后重试。")


def _pages(path: Path) -> tuple[list[Said], list[Unread]]:
    pages = read_pdf_pages(path)
    if not "".join(pages).strip():
        raise WorkbenchError(
            "bad-report", f"“{path.name}”里没有文字，可能是扫描件。", "请用 .docx 原稿，或先做文字识别。"
        )
    found: list[Said] = []
    empty: list[Unread] = []
    for number, page in enumerate(pages, 1):
        place = At(file=path.name, page=number)
        lines = page.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        said = list(_lines(lines, path.name))
        found += [Said(one.text, replace(place, quote=one.text)) for one in said]
        if not said:
            empty.append(Unread(place.words, "", "这一页没有文字，可能是扫描页，没有核对。"))
    return found, empty


def _lines(lines: list[str], file: str) -> Iterator[Said]:
    """Lines as paragraphs; a line that a page or a margin cut goes on in the next."""
    held, first = "", 0
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or _PAGE_NUMBER.fullmatch(text):
            continue
        if (
            held
            and not held.endswith(_ENDS)
            and len(held) >= 20
            and "\t" not in held + text
            and not _BEGINS.match(text)
        ):
            held += text
            continue
        if held:
            yield Said(held, At(file=file, paragraph=first, quote=held))
        held, first = text, number
    if held:
        yield Said(held, At(file=file, paragraph=first, quote=held))
