"""What surrounds the chapters: cover, contents, running head and page numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.exporters.document import Align, Contents, Cover, Text
from workbench.exporters.fonts import Role
from workbench.exporters.linebreak import one_line
from workbench.exporters.lines import Line, Style
from workbench.exporters.pdf_file import Bookmark, Page, PdfFile
from workbench.exporters.pdf_flow import Box, Flow
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
    foot = [line for words in cover.foot for line in setter.balanced((Text(words),), centred, frame.width)]
    foot_top = frame.y + frame.height - len(foot) * line_style.leading
    facts = _facts(cover, file, typography)
    facts_top = min(frame.y + frame.height * 0.55, foot_top - 40 - len(facts) * line_style.leading)
    for n, row in enumerate(facts):
        for x, line in row:
            file.text(page, line, frame.x + x, max(y + 20, facts_top) + n * line_style.leading)
    for n, line in enumerate(foot):
        file.text(page, line, frame.x, foot_top + n * line_style.leading)
    return page


def _facts(cover: Cover, file: PdfFile, typography: Typography) -> list[list[tuple[float, Line]]]:
    """Set labels spread to one width, a colon, and their values; return the pieces of each line."""
    style = typography.cover_line
    setter, size, width = file.setter, style.size, typography.upright.width
    longest = max((setter.text_width(label, style.role, size) for label, _ in cover.facts), default=0.0)
    widest = max((setter.text_width(value, style.role, size) for _, value in cover.facts), default=0.0)
    label_width = min(longest, width * 0.45)
    value_width = min(widest + 1, width - label_width - size)
    left = (width - label_width - size - value_width) / 2
    rows: list[list[tuple[float, Line]]] = []
    for label, value in cover.facts:
        labels = setter.set((Text(label),), style, label_width + 1)
        values = setter.set((Text(value),), style, value_width)
        colon = setter.set((Text("："),), style, size * 2)
        for n in range(max(len(labels), len(values))):
            row = [(left, _spread(line, label_width)) for line in labels[n : n + 1]]
            row += [(left + label_width, line) for line in colon if n + 1 == len(labels)]
            row += [(left + label_width + size, line) for line in values[n : n + 1]]
            rows.append(row)
    return rows


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
            for line in _one_line(header, look.running, frame.width, file):
                file.text(page, line, frame.x, y, 0.3)
            rule = y + look.running.leading + 1
            page.rules([(frame.x, rule, frame.x + frame.width, rule)], 0.4, 0.6)
        foot = frame.y + frame.height + look.number_drop
        if footer:
            drop = (look.page_number.size - look.running.size) / 2
            for line in _one_line(footer, replace(look.running, align=Align.LEFT), frame.width * 0.4, file):
                file.text(page, line, frame.x, foot + drop, 0.3)
        for line in file.setter.set((Text(f"— {page.number} —"),), look.page_number, frame.width):
            file.text(page, line, frame.x, foot)


def _one_line(words: str, style: Style, width: float, file: PdfFile) -> tuple[Line, ...]:
    """Set words on one line, smaller where they would not fit."""
    words = one_line(words)
    natural = file.setter.text_width(words, style.role, style.size)
    size = style.size * min(1.0, width / natural) if natural else style.size
    return file.setter.set((Text(words),), replace(style, size=size), width + 1)
