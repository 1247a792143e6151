"""What stands before the chapters of a Word file: the cover, and contents filled in beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.exporters.document import Align, Contents, Cover, Document, Text
from workbench.exporters.docx_file import DocxFile
from workbench.exporters.docx_tables import plain_table_xml
from workbench.exporters.docx_xml import Para, field, run, twips, words
from workbench.exporters.linebreak import one_line
from workbench.exporters.typesetting import Typesetter
from workbench.exporters.typography import Typography

_CHAR = '<w:fldChar w:fldCharType="{}"/>'
_CODE = '<w:instrText xml:space="preserve">{}</w:instrText>'
_SPARE = 48.0  # left at the foot of the cover: a face that is a little wider must not push the date over


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the contents: its words, level from 0, the bookmark it leads to, the page expected."""

    text: str
    level: int
    mark: str
    page: int


def cover_blocks(
    document: Document, cover: Cover, setter: Typesetter, look: Typography, file: DocxFile
) -> list[Para | str]:
    """The cover: the title in the upper third, facts below the middle, date and sender at the foot."""
    title, ids, frame = document.title, file.ids, file.frame(landscape=False)
    set_lines = setter.balanced((Text(title),), look.cover_title, frame.width)
    body = "\n".join(line.text.strip() for line in set_lines)
    if "".join(body.split()) != "".join(title.split()):
        body = title  # characters were replaced to be drawn: Word has other faces
    top = frame.height * 0.13
    found: list[Para | str] = [Para(ids["CoverTitle"], run(body), before=top)]
    leading = look.cover_line.leading
    used = top + len(set_lines) * look.cover_title.leading
    for line in cover.subtitle:
        found.append(Para(ids["CoverSubtitle"], run(line)))
        used += leading * _lines(setter, line, look, frame.width)
    labels, values = (
        max(
            (
                setter.text_width(fact[side], look.cover_line.role, look.cover_line.size)
                for fact in cover.facts
            ),
            default=0,
        )
        for side in (0, 1)
    )
    size = look.cover_line.size
    label_width = min(frame.width * 0.45, labels + 2)
    # The colon stands before the value; a face may be a little wider than ours.
    value_width = min(frame.width - label_width, values * 1.03 + 2 * size)
    facts = sum(
        leading
        * max(_lines(setter, label, look, label_width), _lines(setter, value, look, value_width - size))
        for label, value in cover.facts
    )
    foot = sum(leading * _lines(setter, line, look, frame.width) for line in cover.foot)
    room = frame.height - used - facts - foot - _SPARE
    # Word sets no distance before a table: an empty line holds it.
    lower = max(20.0, min(frame.height * 0.55 - used, room - 40))
    if cover.facts:
        found.append(Para(ids["Seam"], before=lower))
        used += lower
        rows = [
            [
                Para(ids["CoverLine"], run(label), align="distribute" if len(label) > 1 else None),
                Para(ids["CoverLine"], run(f"：{value}")),
            ]
            for label, value in cover.facts
        ]
        found.append(plain_table_xml([label_width, value_width], rows))
        used += facts
    gap = max(20.0, frame.height - used - foot - _SPARE)
    for n, line in enumerate(cover.foot):
        found.append(Para(ids["CoverLine"], run(line), align=Align.CENTER, before=gap if n == 0 else None))
    return found


def _lines(setter: Typesetter, text: str, look: Typography, width: float) -> int:
    style = replace(look.cover_line, align=Align.LEFT)
    return max(1, setter.line_count(text, style.role, style.size, width))


def contents_xml(contents: Contents, entries: Sequence[Entry], width: float, ids: dict[str, str]) -> str:
    """The contents as a field that Word can renew, holding the lines as they stand now.

    Annexes come in through hidden fields at their titles, since number and title are two paragraphs.
    """
    order = f'TOC \\o "1-{contents.levels}" \\h \\z \\f C'
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {order} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    tab = f'<w:tab w:val="right" w:leader="dot" w:pos="{twips(width)}"/>'
    lines: list[Para] = [Para(ids["ContentsTitle"], run(contents.title))]
    for n, entry in enumerate(entries):
        number = field(f"PAGEREF {entry.mark} \\h", str(entry.page)) if entry.page else ""
        link = f'<w:hyperlink w:anchor="{entry.mark}" w:history="1">{run(entry.text)}<w:r><w:tab/></w:r>{number}</w:hyperlink>'
        lines.append(Para(ids[f"TOC{min(4, entry.level + 1)}"], (begin if n == 0 else "") + link, tabs=tab))
    lines.append(Para(ids["Seam"], end if entries else begin + end))
    return (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
        f"</w:sdtPr><w:sdtContent>{''.join(line.xml() for line in lines)}</w:sdtContent></w:sdt>"
    )


def annex_mark(label: str, title: str) -> str:
    """The hidden field that brings an annex into the contents under its number and title.

    The number is the one that the word processor has counted just before, so that the contents follow it.
    """
    name, blank, number = label.partition(" ")
    said = words(one_line(title).replace('"', "”").replace("\\", "＼"))
    parts = (
        _CHAR.format("begin"),
        _CODE.format(f' TC "{words(name)}{blank}'),
        _CHAR.format("begin"),
        _CODE.format(f" SEQ {words(name)} \\c \\* ARABIC "),
        _CHAR.format("separate"),
        _CODE.format(words(number)),  # what a field shows inside the code of another is code
        _CHAR.format("end"),
        _CODE.format(f'　{said}" \\f C \\l 1 '),
        _CHAR.format("end"),
    )
    # Word shows the code of a field without a result wherever its runs are not hidden themselves.
    return "".join(f"<w:r><w:rPr><w:vanish/></w:rPr>{part}</w:r>" for part in parts)
