"""WordprocessingML as text: cleaned words, runs and paragraphs, in the order that the schema asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from workbench.exporters.cell_text import cleaned
from workbench.exporters.document import Align, Text
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


def runs(parts: Iterable[Text]) -> str:
    """Several runs, one after the other."""
    return "".join(run(part.text, bold=part.bold) for part in parts)


def field(instruction: str, shown: str) -> str:
    """A field with what it shows until a word processor works it out anew."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f"{run(shown)}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


_COUNTED = re.compile(r"([表图])( ?)(\d+)")


def caption(label: str, text: str) -> str:
    """A caption whose number is counted by the word processor: a table put in by hand moves those below it."""
    found = _COUNTED.fullmatch(label)
    if found is None:
        return run(f"{label}　{text}")
    name, blank, number = found.groups()
    return run(f"{name}{blank}") + field(f"SEQ {name} \\* ARABIC", number) + run(f"　{text}")


@dataclass(slots=True)
class Para:
    """A paragraph by its style; what is given besides overrides the style. ``section`` ends a section in it."""

    style: str
    content: str = ""
    align: Align | str | None = None
    keep: bool = False
    new_page: bool = False
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
            self.tabs and f"<w:tabs>{self.tabs}</w:tabs>",
            "" if self.before is None else f'<w:spacing w:before="{twips(self.before)}"/>',
            '<w:ind w:firstLineChars="0" w:firstLine="0"/>' if self.flush else "",
            f'<w:jc w:val="{align}"/>' if align else "",
            self.section,
        )
        return f"<w:p><w:pPr>{''.join(parts)}</w:pPr>{self.content}</w:p>"
