"""The styles of a Word file, made from the typography profile; a base document's own go first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.exporters.document import Align
from workbench.exporters.docx_xml import BORDERS, JUSTIFICATION, NAMESPACES, twips
from workbench.exporters.fonts import Role
from workbench.exporters.lines import Style
from workbench.exporters.typography import Typography

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

#: The faces that GB/T 9704 names, by role, and what a word processor without them takes instead.
FONTS: Mapping[Role, tuple[str, str]] = {
    Role.TITLE: ("方正小标宋简体", "华文中宋"),
    Role.HEADING: ("黑体", "SimHei"),
    Role.KAI: ("楷体_GB2312", "楷体"),
    Role.BODY: ("仿宋_GB2312", "仿宋"),
    Role.SONG: ("宋体", "SimSun"),
    Role.SANS: ("黑体", "SimHei"),
}
LATIN = "Times New Roman"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paragraph style to be written; ``name`` is Word's own in English, or ours in Chinese."""

    key: str
    name: str
    look: Style
    based: str = "Normal"
    level: int | None = None
    keep: bool = False
    bold: bool = False
    exact: bool = True
    before: float = 0.0
    after: float = 0.0
    extra: str = ""

    def xml(self, ids: Mapping[str, str]) -> str:
        """The style as XML; ``ids`` says how its kin are known in the file."""
        look = self.look
        normal = self.key == "Normal"
        marks = ' w:default="1"' if normal else "" if self.name[0].isascii() else ' w:customStyle="1"'
        kin = "" if normal else f'<w:basedOn w:val="{ids[self.based]}"/>'
        if self.level is not None:
            kin += f'<w:next w:val="{ids["BodyText"]}"/>'
        leading = (
            f'w:line="{twips(look.leading)}" w:lineRule="exact"'
            if self.exact
            else 'w:line="240" w:lineRule="auto"'
        )
        outline = "" if self.level is None else f'<w:outlineLvl w:val="{self.level}"/>'
        weight = int(self.bold)
        size = round(look.size * 2)
        # Down to a whole twentieth: wider by a hair, the last character of a line would go to the next.
        tracking = math.floor(look.tracking * 20)
        return (
            f'<w:style {NAMESPACES} w:type="paragraph"{marks} w:styleId="{ids[self.key]}">'
            f'<w:name w:val="{self.name}"/>{kin}<w:qFormat/>'
            f"<w:pPr>{'<w:keepNext/>' if self.keep else ''}{self.extra}"
            f'<w:overflowPunct w:val="0"/><w:snapToGrid w:val="0"/>'
            f'<w:spacing w:before="{twips(self.before)}" w:after="{twips(self.after)}" {leading}/>'
            f'<w:ind w:firstLineChars="{round(look.indent * 100)}" w:firstLine="{twips(look.indent * look.size)}"/>'
            f'<w:jc w:val="{JUSTIFICATION[look.align]}"/>{outline}</w:pPr>'
            f'<w:rPr>{_fonts(look.role)}<w:b w:val="{weight}"/><w:bCs w:val="{weight}"/><w:color w:val="auto"/>'
            f'<w:spacing w:val="{tracking}"/><w:kern w:val="0"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
            "</w:style>"
        )


def _fonts(role: Role) -> str:
    chinese = FONTS[role][0]
    return f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{chinese}" w:cs="{LATIN}"/>'


def for_word(look: Typography) -> Typography:
    """The profile with the line spacing in whole points that firms ask for in a word processor."""

    def spaced(style: Style) -> Style:
        return replace(style, leading=look.word_leading) if style.leading == look.body.leading else style

    one, two, three, four = (spaced(style) for style in look.headings)
    return replace(
        look,
        body=spaced(look.body),
        headings=(one, two, three, four),
        cover_line=spaced(look.cover_line),
        annex_label=spaced(look.annex_label),
    )


def sheets(look: Typography) -> list[Sheet]:
    """Every paragraph style of a report, kin before those based on it."""
    head = replace(look.table, role=look.table_head, align=Align.CENTER)
    found = [
        Sheet("Normal", "Normal", replace(look.body, indent=0)),
        Sheet("BodyText", "Body Text", look.body),
        Sheet("Title", "Title", look.title, keep=True, after=look.title.leading / 3),
    ]
    for n, style in enumerate(look.headings, 1):
        bold = n in look.bold_headings
        found.append(Sheet(f"Heading{n}", f"heading {n}", style, level=n - 1, keep=True, bold=bold))
        # Headings inside annexes stand one level lower in the outline and not in the contents.
        found.append(Sheet(f"AnnexHeading{n}", f"附件内标题 {n}", style, level=n, keep=True, bold=bold))
    found += [
        Sheet("AnnexLabel", "附件编号", look.annex_label, keep=True),
        Sheet(
            "AnnexTitle", "附件题名", look.annex_title, level=0, keep=True, after=look.annex_title.leading / 3
        ),
        Sheet("Caption", "caption", look.caption, before=4, after=2),
        Sheet("PhotoCaption", "照片题注", look.photo_caption, after=4),
        Sheet("TableText", "表格文字", look.table),
        Sheet("TableHead", "表头文字", head),
        Sheet("TableSmall", "表格小字", look.table_small),
        Sheet(
            "TableSmallHead",
            "小字表头",
            replace(head, size=look.table_small.size, leading=look.table_small.leading),
        ),
        Sheet("TableUnit", "表格单位", replace(look.note, align=Align.RIGHT), keep=True),
        Sheet("TableNote", "表注", look.note, before=3, after=8),
        Sheet("TableEnd", "表后", Style(Role.SONG, 5, 8, Align.LEFT)),
        Sheet("Picture", "图片", replace(look.caption, role=Role.SONG), exact=False, keep=True, before=6),
        Sheet("CoverTitle", "封面题名", look.cover_title),
        Sheet("CoverSubtitle", "封面副题", replace(look.cover_line, role=Role.KAI, align=Align.CENTER)),
        Sheet("CoverLine", "封面文字", look.cover_line),
        Sheet("ContentsTitle", "目录标题", look.contents_title, keep=True, after=12),
        Sheet("TOC1", "toc 1", replace(look.contents, role=Role.HEADING)),
    ]
    for n in (2, 3, 4):
        found.append(Sheet(f"TOC{n}", f"toc {n}", replace(look.contents, indent=(n - 1) * 1.5)))
    rule = '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="808080"/></w:pBdr>'
    found += [
        Sheet("Header", "header", look.running, exact=False, extra=rule),
        Sheet("Footer", "footer", look.page_number, exact=False),
        Sheet("FooterText", "页脚文字", replace(look.running, align=Align.LEFT), exact=False),
        Sheet("Seam", "分节", Style(Role.SONG, 1, 1, Align.LEFT)),
    ]
    return found


#: Styles without paragraphs of their own: what Word expects of every file, and our table.
_COMMON = f"""<w:styles {NAMESPACES}>
<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">
<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>
<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>
<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>
<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>
<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>
<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>
<w:uiPriority w:val="99"/><w:semiHidden/></w:style>
<w:style w:type="table" w:customStyle="1" w:styleId="ReportTable"><w:name w:val="报告表格"/>
<w:tblPr>{BORDERS}</w:tblPr></w:style></w:styles>"""


def write_styles(word: WordDocument, look: Typography, *, base: bool) -> dict[str, str]:
    """Give a file its styles; return the identifier of each by our key.

    In a base document the styles that it has under the same name stay as they are.
    """
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    root = word.styles.element
    if not base:
        for old in list(root):
            root.remove(old)
        root.append(
            parse_xml(
                f"<w:docDefaults {NAMESPACES}><w:rPrDefault><w:rPr>{_fonts(Role.BODY)}"
                '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
                "<w:pPrDefault/></w:docDefaults>"
            )
        )
    known: dict[str, str] = {}
    for style in root.iter(qn("w:style")):
        name = style.find(qn("w:name"))
        if name is not None:
            known[str(name.get(qn("w:val"))).lower()] = str(style.get(qn("w:styleId")))
    taken = {identifier.lower() for identifier in known.values()}
    ids: dict[str, str] = {}
    wanted = sheets(look)
    for sheet in wanted:
        free = f"Report{sheet.key}" if sheet.key.lower() in taken else sheet.key
        ids[sheet.key] = known.get(sheet.name.lower(), free)
    defaults = base and root.find(qn("w:style")) is not None
    for style in list(parse_xml(_COMMON)):
        name = str(style.find(qn("w:name")).get(qn("w:val")))
        if name.lower() not in known and not (defaults and style.get(qn("w:default"))):
            root.append(style)
    for sheet in wanted:
        if sheet.name.lower() not in known:
            root.append(parse_xml(sheet.xml(ids)))
    return ids


def font_table() -> bytes:
    """The part that tells a word processor which face to take where one of ours is missing."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in dict.fromkeys(FONTS.values())
    )
    latin = f'<w:font w:name="{LATIN}"><w:charset w:val="00"/></w:font>'
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {NAMESPACES}>{latin}{fonts}</w:fonts>'.encode()
