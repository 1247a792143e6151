"""What surrounds the chapters: cover, contents, running head and page numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.exporters.document import Align, Contents, Cover, Text
from workbench.exporters.fonts import Role
from workbench.exporters.pdf_file import Bookmark, Page, PdfFile
from workbench.exporters.pdf_flow import Box, Flow
from workbench.exporters.typesetting import Line
from workbench.exporters.typography import A4, Typography

_NUMBER_ROOM = 34.0
_LEADER_GAP = 6.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the contents: what is named, and the printed number of its page."""

    bookmark: Bookmark
    page: int

    @property
    def text(self) -> str:
        """The words of the line."""
        return self.bookmark.label + self.bookmark.title


def cover_page(title: str, cover: Cover, file: PdfFile, typography: Typography) -> Page:
    """Draw the cover: the title in the upper third, facts below the middle, date and sender at the foot."""
    frame = typography.upright
    page = Page(*A4)
    setter = file.setter
    y = frame.y + frame.height * 0.13
    style = typography.cover_title
    for line in setter.balanced((Text(title),), style, frame.width):
        file.text(page, line, frame.x, y)
        y += style.leading
    y += 8
    line_style = typography.cover_line
    centred = replace(line_style, align=Align.CENTER)
    for words in cover.subtitle:
        for line in setter.balanced((Text(words),), replace(centred, role=Role.KAI), frame.width):
            file.text(page, line, frame.x, y)
            y += line_style.leading
    _facts(page, cover, file, typography, max(y + 40, frame.y + frame.height * 0.55))
    foot = [line for words in cover.foot for line in setter.balanced((Text(words),), centred, frame.width)]
    y = frame.y + frame.height - len(foot) * line_style.leading
    for line in foot:
        file.text(page, line, frame.x, y)
        y += line_style.leading
    return page


def _facts(page: Page, cover: Cover, file: PdfFile, typography: Typography, y: float) -> None:
    """Set labels spread to one width, a colon, and their values."""
    style = typography.cover_line
    setter, size = file.setter, style.size
    label_width = max((setter.text_width(label, style.role, size) for label, _ in cover.facts), default=0.0)
    widest = max((setter.text_width(value, style.role, size) for _, value in cover.facts), default=0.0)
    frame = typography.upright
    value_width = min(widest + 1, frame.width - label_width - size)
    left = frame.x + (frame.width - label_width - size - value_width) / 2
    for label, value in cover.facts:
        for line in setter.set((Text(label),), style, label_width + 1)[:1]:
            file.text(page, _spread(line, label_width), left, y)
        for line in setter.set((Text("："),), style, size * 2):
            file.text(page, line, left + label_width, y)
        for line in setter.set((Text(value),), style, value_width):
            file.text(page, line, left + label_width + size, y)
            y += style.leading
        y += 0.0 if value else style.leading


def _spread(line: Line, width: float) -> Line:
    """Spread the characters of a label over a width."""
    count = len(line.text)
    if count < 2 or line.width >= width - 0.5:
        return line
    more = (width - line.width) / (count - 1)
    return replace(
        line, width=width, glyphs=tuple(replace(part, gap=part.gap + more) for part in line.glyphs)
    )


def contents_pages(
    contents: Contents, entries: Sequence[Entry], file: PdfFile, typography: Typography
) -> list[Page]:
    """Draw the contents: titles, dotted leaders, page numbers, each line a link."""
    flow = Flow(file, typography)
    width = flow.frame.width
    title = file.setter.set((Text(contents.title),), typography.contents_title, width)
    flow.place(flow.paragraph(title, typography.contents_title, keep=True))
    flow.place([Box(12, keep=True)])
    for entry in entries:
        flow.place(_entry_boxes(entry, flow, typography))
    flow.finish()
    return flow.pages


def _entry_boxes(entry: Entry, flow: Flow, typography: Typography) -> list[Box]:
    style = typography.contents
    setter, file = flow.file.setter, flow.file
    level = entry.bookmark.level
    if level == 0:
        style = replace(style, role=Role.HEADING)
    indent = level * style.size * 1.5
    width = flow.frame.width
    lines = setter.set((Text(entry.text),), style, width - indent - _NUMBER_ROOM - _LEADER_GAP)
    number_style = replace(typography.contents, align=Align.RIGHT, tabular=True)
    (number,) = setter.set((Text(str(entry.page)),), number_style, _NUMBER_ROOM)
    drop = (style.leading - style.size) / 2
    boxes: list[Box] = []
    for n, line in enumerate(lines):
        last = n + 1 == len(lines)

        def paint(page: Page, x: float, y: float, line: Line = line, last: bool = last) -> None:
            file.text(page, line, x + indent, y + drop)
            page.links.append((x, y, x + width, y + style.leading, entry.bookmark.key))
            if last:
                file.text(page, number, x + width - _NUMBER_ROOM, y + drop)
                begin = x + indent + line.x + line.width + _LEADER_GAP
                page.dots(begin, x + width - number.width - _LEADER_GAP, y + drop + style.size * 0.8)

        boxes.append(Box(style.leading, paint, keep=not last))
    return boxes


def running_lines(pages: Sequence[Page], header: str, footer: str, file: PdfFile, look: Typography) -> None:
    """Put the running head and the page number on every numbered page."""
    for page in pages:
        frame = look.turned if page.landscape else look.upright
        if header:
            y = frame.y - look.running.leading - 12
            for line in file.setter.set((Text(header),), look.running, frame.width)[:1]:
                file.text(page, line, frame.x, y, 0.3)
            rule = y + look.running.leading + 1
            page.rules([(frame.x, rule, frame.x + frame.width, rule)], 0.4, 0.6)
        foot = frame.y + frame.height + look.number_drop
        if footer:
            left = replace(look.running, align=Align.LEFT)
            for line in file.setter.set((Text(footer),), left, frame.width)[:1]:
                file.text(page, line, frame.x, foot + (look.page_number.size - look.running.size) / 2, 0.3)
        for line in file.setter.set((Text(f"— {page.number} —"),), look.page_number, frame.width):
            file.text(page, line, frame.x, foot)
