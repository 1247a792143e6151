"""WordprocessingML as text: cleaned words, runs and paragraphs, in the order that the schema asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from workbench.exporters.cell_text import cleaned
from workbench.exporters.document import Align, Content, Reference
from workbench.exporters.linebreak import clean

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
JUSTIFICATION = {Align.JUSTIFY: "both", Align.LEFT: "left", Align.CENTER: "center", Align.RIGHT: "right"}

#: Thin lines around all cells of a table.
BORDERS = (
    "<w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders>"
)


def twips(points: float) -> int:
    """Points as twentieths, the unit of paper and tables."""
    return round(points * 20)


def words(text: str) -> str:
    """Text as XML holds it: control and direction marks gone, what cannot be written shown as ``�``."""
    return escape(cleaned(clean(text))[0])


def attribute(text: str) -> str:
    """Text as a quoted attribute, on one line."""
    return quoteattr(cleaned(clean(text))[0].replace("\n", " "))


def run(text: str, *, bold: bool = False) -> str:
    """A run of words; a line feed begins a new line.

    The hint says that marks shared with Latin (“ ” … —) come from the Chinese face.
    """
    if not text:
        return ""
    weight = "<w:b/><w:bCs/>" if bold else ""
    lines = (f'<w:t xml:space="preserve">{line}</w:t>' if line else "" for line in words(text).split("\n"))
    return f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/>{weight}</w:rPr>{"<w:br/>".join(lines)}</w:r>'


def field(instruction: str, shown: str, *, bold: bool = False) -> str:
    """A field with what it shows until a word processor works it out anew."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f"{run(shown, bold=bold)}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


_COUNTED = re.compile(r"(表|图|附件)( ?)(\d+)")


def counted(label: str) -> str:
    """A number that the word processor counts: whatever is put in by hand moves those below it."""
    found = _COUNTED.fullmatch(label)
    if found is None:
        return run(label)
    name, blank, number = found.groups()
    return run(f"{name}{blank}") + field(f"SEQ {name} \\* ARABIC", number)


def caption(label: str, text: str) -> str:
    """A caption below its number; ``label`` is XML, as :func:`counted` gives it."""
    return label + run(f"　{text}")


class Marks:
    """The bookmarks of a file: contents and references lead to them. Names and numbers are given once each."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        """``labels`` are the numbers by key that the document gave: whatever has one can be referred to."""
        self._names = {key: f"_Ref{place:06}" for place, key in enumerate(labels, 1) if labels[key]}
        self._labels = labels
        self._count = 0

    def around(self, name: str, content: str) -> str:
        """Content between the ends of a bookmark of that name."""
        self._count += 1
        ends = f'w:id="{self._count}"'
        return f'<w:bookmarkStart {ends} w:name="{name}"/>{content}<w:bookmarkEnd {ends}/>'

    def numbered(self, key: str, content: str) -> str:
        """The number of what has this key, so that references find it; content alone where there is no key."""
        name = self._names.get(key)
        return self.around(name, content) if name else content

    def said(self, parts: Content) -> str:
        """Text with its references as fields: renewed, they show the numbers that the file then has."""
        return "".join(
            field(f"REF {self._names[part.key]} \\h", self._labels[part.key], bold=part.bold)
            if isinstance(part, Reference)
            else run(part.text, bold=part.bold)
            for part in parts
        )


@dataclass(slots=True)
class Para:
    """A paragraph by its style; what is given besides overrides the style. ``section`` ends a section in it."""

    style: str
    content: str = ""
    align: Align | str | None = None
    keep: bool = False
    new_page: bool = False
    unnumbered: bool = False  # whatever numbers the style counts by itself
    flush: bool = False  # without the blank characters at the beginning that the style has
    before: float | None = None
    tabs: str = ""
    section: str = ""

    def xml(self) -> str:
        """The paragraph as XML."""
        align = JUSTIFICATION[self.align] if isinstance(self.align, Align) else self.align
        parts = (
            f'<w:pStyle w:val="{self.style}"/>',
            "<w:keepNext/>" if self.keep else "",
            "<w:pageBreakBefore/>" if self.new_page else "",
            '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>' if self.unnumbered else "",
            self.tabs and f"<w:tabs>{self.tabs}</w:tabs>",
            "" if self.before is None else f'<w:spacing w:before="{twips(self.before)}"/>',
            '<w:ind w:firstLineChars="0" w:firstLine="0"/>' if self.flush else "",
            f'<w:jc w:val="{align}"/>' if align else "",
            self.section,
        )
        return f"<w:p><w:pPr>{''.join(parts)}</w:pPr>{self.content}</w:p>"
