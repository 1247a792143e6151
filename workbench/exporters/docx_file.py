"""A Word file from outside: opened from the firm's base document or bare, closed to the same bytes each time."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.exporters.cell_text import cleaned
from workbench.exporters.document import Document
from workbench.exporters.docx_styles import font_table, write_styles
from workbench.exporters.docx_xml import NAMESPACES, Para, field, run, twips
from workbench.exporters.linebreak import one_line
from workbench.exporters.typography import A4, Frame, Typography

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_PROPERTY_LIMIT = 255  # characters that Word takes in a property
#: Parts of python-docx's template that belong to its own styles or to another document.
_FOREIGN = frozenset({"thumbnail", "numbering", "stylesWithEffects", "customXml"})
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_SETTINGS = f"""<w:settings {NAMESPACES}>
<w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>
<w:characterSpacingControl w:val="compressPunctuation"/>
<w:compat><w:doNotExpandShiftReturn/><w:useFELayout/><w:compatSetting w:name="compatibilityMode"
 w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>
<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>"""


#: Settings of the firm's document that belong to itself, not to a report written on it.
_ASKING = ("updateFields", "documentProtection", "writeProtection", "mailMerge", "trackRevisions")


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of page: turned or not, and whether it carries head, foot and number."""

    landscape: bool = False
    numbered: bool = False


class DocxFile:
    """The file while it is being filled."""

    def __init__(self, document: Document, look: Typography, base: Path | None) -> None:
        self.word = _opened(base)
        self._document = document
        self._look = look
        self._based = base is not None
        self.ids = write_styles(self.word, look, base=self._based)
        self._page = self._borders() if self._based else None
        self._pictures: dict[bytes, str] = {}
        self._contents: dict[str, bytes] = {}
        self._first = True
        self._running = ""
        if self._based:
            self._free()
        else:
            self._bare()
        self._running = self._running_parts()
        self._describe()

    # ── pages ────────────────────────────────────────────────────────────────────────────────────

    def frame(self, *, landscape: bool) -> Frame:
        """The type area of a page, in points."""
        if self._page is None:
            return self._look.turned if landscape else self._look.upright
        width, height, top, right, bottom, left = self._page
        if landscape:
            # The page turns to the left, its binding edge comes to the top.
            width, height, top, right, bottom, left = height, width, left, top, right, bottom
        return Frame(left, top, width - left - right, height - top - bottom)

    def section(self, paper: Paper) -> str:
        """The XML that ends a section of such pages; the first numbered one begins with page 1."""
        frame = self.frame(landscape=paper.landscape)
        width, height = self._page[:2] if self._page else A4
        if paper.landscape:
            width, height = height, width
        turned = ' w:orient="landscape"' if paper.landscape else ""
        right, bottom = width - frame.x - frame.width, height - frame.y - frame.height
        count = ""
        if paper.numbered and self._first:
            self._first = False
            count = '<w:pgNumType w:start="1"/>'
        foot = max(15.0, bottom - self._look.number_drop - self._look.page_number.size)
        head = max(15.0, frame.y - self._look.running.leading - 16)
        return (
            f'<w:sectPr>{self._running if paper.numbered else ""}<w:type w:val="nextPage"/>'
            f'<w:pgSz w:w="{twips(width)}" w:h="{twips(height)}"{turned}/>'
            f'<w:pgMar w:top="{twips(frame.y)}" w:right="{twips(right)}" w:bottom="{twips(bottom)}" '
            f'w:left="{twips(frame.x)}" w:header="{twips(head)}" w:footer="{twips(foot)}" w:gutter="0"/>'
            f"{count}</w:sectPr>"
        )

    def _borders(self) -> tuple[float, float, float, float, float, float]:
        """Width, height, top, right, bottom and left of the base document's last section, in points."""
        section = self.word.sections[-1]
        look = self._look.upright
        width = section.page_width.pt if section.page_width else A4[0]
        height = section.page_height.pt if section.page_height else A4[1]
        return (
            width,
            height,
            section.top_margin.pt if section.top_margin is not None else look.y,
            section.right_margin.pt if section.right_margin is not None else width - look.x - look.width,
            section.bottom_margin.pt if section.bottom_margin is not None else height - look.y - look.height,
            section.left_margin.pt if section.left_margin is not None else look.x,
        )

    def _running_parts(self) -> str:
        """Make head and foot, or keep the base document's; return the XML that refers to them."""
        from docx.oxml import parse_xml
        from docx.oxml.ns import qn

        kept = self.word.sections[-1]._sectPr if self._based else None
        found = []
        for kind in ("header", "footer"):
            own = [] if kept is None else kept.findall(qn(f"w:{kind}Reference"))
            for reference in own:
                name, part = reference.get(qn("w:type")), reference.get(qn("r:id"))
                found.append(f'<w:{kind}Reference w:type="{name}" r:id="{part}"/>')
            lines = self._head() if kind == "header" else self._foot()
            if own or not lines:
                continue
            main: Any = self.word.part  # its makers of parts carry no types
            make = main.add_header_part if kind == "header" else main.add_footer_part
            part, identifier = make()
            for old in list(part.element):
                part.element.remove(old)
            for line in lines:
                part.element.append(parse_xml(line.xml().replace("<w:p>", f"<w:p {NAMESPACES}>", 1)))
            found.append(f'<w:{kind}Reference w:type="default" r:id="{identifier}"/>')
        return "".join(found)

    def _head(self) -> list[Para]:
        words = one_line(self._document.header)
        return [Para(self.ids["Header"], run(words))] if words else []

    def _foot(self) -> list[Para]:
        found = [Para(self.ids["Footer"], run("— ") + field("PAGE", "1") + run(" —"))]
        if words := one_line(self._document.footer):
            found.append(Para(self.ids["FooterText"], run(words)))
        return found

    # ── parts ────────────────────────────────────────────────────────────────────────────────────

    def picture(self, data: bytes, kind: str) -> str:
        """Put a picture into the file, once; return what it is referred to by. ``kind`` is jpeg or png."""
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.parts.image import ImagePart

        known = self._pictures.get(data)
        if known is None:
            name = PackURI(f"/word/media/report{len(self._pictures) + 1}.{kind}")
            # The bytes come in when the file is written: packed, unpacked and packed again they take seconds.
            part = ImagePart(name, f"image/{kind}", b"")
            self._contents[str(name).lstrip("/")] = data
            known = self._pictures[data] = self.word.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
        return known

    def _bare(self) -> None:
        """Make python-docx's own template our own: settings, faces, nothing that speaks of other styles."""
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml import parse_xml

        part: Any = self.word.part
        for rels in (part.package.rels, part.rels):
            for key, relation in list(rels.items()):
                if relation.reltype.rpartition("/")[2] in _FOREIGN:
                    del rels[key]
        settings = self.word.settings.element
        for old in list(settings):
            settings.remove(old)
        for fresh in list(parse_xml(_SETTINGS)):
            settings.append(fresh)
        for relation in self.word.part.rels.values():
            if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
                relation.target_part._blob = font_table()

    def _free(self) -> None:
        """Take out of a base document's settings what would ask, forbid or fetch when the report is opened."""
        from docx.oxml.ns import qn

        settings = self.word.settings.element
        for name in _ASKING:
            for found in settings.findall(qn(f"w:{name}")):
                settings.remove(found)

    def _describe(self) -> None:
        about, facts = self._document.metadata, self.word.core_properties

        def short(text: str) -> str:
            return cleaned(one_line(text))[0][:_PROPERTY_LIMIT]

        facts.title = short(self._document.title)
        facts.author = facts.last_modified_by = short(about.author)
        facts.subject = short(about.subject)
        facts.keywords = short("，".join(about.keywords))
        facts.comments = ""
        facts.language = "zh-CN"
        facts.revision = 1
        if about.created is not None:
            facts.created = facts.modified = about.created.replace(tzinfo=None)

    def data(self, body: str) -> bytes:
        """Fill in the body and return the file; equal documents give equal bytes."""
        from docx.oxml import parse_xml

        element = self.word.element.body
        for old in list(element):
            element.remove(old)
        for part in list(parse_xml(f"<w:body {NAMESPACES}>{body}</w:body>")):
            element.append(part)
        loose = BytesIO()
        self.word.save(loose)
        fixed = BytesIO()
        with zipfile.ZipFile(loose) as old_zip, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new_zip:
            for name in old_zip.namelist():
                info = zipfile.ZipInfo(name, _ZIP_DATE)
                packed = name.endswith((".jpeg", ".jpg", ".png"))
                info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
                new_zip.writestr(info, self._contents.get(name) or old_zip.read(name))
        return fixed.getvalue()


def _opened(base: Path | None) -> WordDocument:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        return docx.Document(None if base is None else str(base))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise WorkbenchError(
            "bad-base-document",
            f"底稿文档“{base.name if base else ''}”无法打开，不是可用的 Word 文档（.docx）。",
            "请用 Word 或 WPS 打开后另存为 .docx，或不用底稿文档导出。",
        ) from error
