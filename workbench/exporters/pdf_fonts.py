"""Faces inside a PDF: two-byte codes, one subset per face, and the true text of every code.

reportlab's own TrueType embedding cuts a Chinese face into fonts of 256 glyphs each and writes characters
beyond U+FFFF with a wrong text code (𬭎 copies as Ⲵ). One composite font (Type 0, Identity-H) per face is
smaller, faster to address, and says the real character of each code, even where a look-alike is drawn.
"""

from __future__ import annotations

import sys
from array import array
from typing import Any

from workbench.exporters.truetype import Face

_CMAP_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
"""
_CMAP_TAIL = "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"


class EmbeddedFace:
    """One face within one PDF: gives out codes as characters are drawn, then writes itself."""

    def __init__(self, face: Face, name: str, order: int) -> None:
        self.face = face
        self.name = name
        self._order = order
        self._codes: dict[str, str] = {}
        self._texts = ["\ufffd"]
        self._glyphs = [0]
        self._widths = [face.advance(0)]

    def encode(self, text: str, drawn: str) -> str:
        """Return the hexadecimal codes that draw ``drawn`` and say ``text``."""
        codes = self._codes
        try:
            if text is drawn or text == drawn:
                return "".join([codes[char] for char in text])
        except KeyError:
            pass
        return "".join([self._code(char, shape) for char, shape in zip(text, drawn, strict=True)])

    def encode_narrowed(self, text: str, less: int) -> str:
        """Return the codes of full-width marks that stand ``less`` thousandths narrower than their squares.

        They have codes and widths of their own: moved together by negative spacing instead, they would
        overlap for whoever reads the file, and be taken for parts of different lines.
        """
        return "".join([self._code(char, char, less) for char in text])

    def _code(self, char: str, shape: str, less: int = 0) -> str:
        key = char if char == shape and not less else f"{char}{shape}{less}"
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = f"{len(self._texts):04X}"
            self._texts.append(char)
            self._glyphs.append(self.face.cmap.get(ord(shape), 0))
            self._widths.append(self.face.widths[shape] - less)
        return code

    def pdf_object(self, document: Any) -> Any:
        """Return the font dictionary, its parts registered in the reportlab document."""
        from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString

        # Each code has a glyph place of its own only once: several texts may share one outline.
        chosen = list(dict.fromkeys(self._glyphs))
        places = {glyph: place for place, glyph in enumerate(chosen)}
        to_glyph = array("H", (places[glyph] for glyph in self._glyphs))
        if sys.byteorder == "little":
            to_glyph.byteswap()
        data = self.face.subset(chosen)
        prefix = "".join(chr(65 + self._order // 26**n % 26) for n in range(5, -1, -1))
        base = f"{prefix}+{self.face.name}"
        face = self.face
        descriptor = PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": PDFName(base),
                "Flags": 4,
                "FontBBox": PDFArray(face.bbox),
                "ItalicAngle": 0,
                "Ascent": face.ascent,
                "Descent": face.descent,
                "CapHeight": face.cap_height,
                "StemV": 50 + int((face.weight / 65.0) ** 2),
                "FontFile2": document.Reference(_stream(data, {"Length1": len(data)})),
            }
        )
        descendant = PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": PDFName(base),
                "CIDSystemInfo": PDFDictionary(
                    {"Registry": PDFString("Adobe"), "Ordering": PDFString("Identity"), "Supplement": 0}
                ),
                "FontDescriptor": document.Reference(descriptor),
                "DW": 1000,
                "W": self._width_array(),
                "CIDToGIDMap": document.Reference(_stream(to_glyph.tobytes())),
            }
        )
        return PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": PDFName(base),
                "Encoding": "/Identity-H",
                "DescendantFonts": PDFArray([document.Reference(descendant)]),
                "ToUnicode": document.Reference(_stream(self._to_unicode().encode("ascii"))),
            }
        )

    def _width_array(self) -> str:
        """Return the widths that differ from a full square, as PDF writes them."""
        parts: list[str] = []
        for code, width in enumerate(self._widths):
            if width == 1000:
                continue
            if parts and code and self._widths[code - 1] != 1000:
                parts[-1] += f" {width}"
            else:
                parts.append(f"{code} [{width}")
        return "[" + " ".join(f"{part}]" for part in parts) + "]"

    def _to_unicode(self) -> str:
        lines: list[str] = []
        entries = [
            f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>"
            for code, char in enumerate(self._texts)
            if code
        ]
        for start in range(0, len(entries), 100):
            block = entries[start : start + 100]
            lines.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n")
        return _CMAP_HEAD + "".join(lines) + _CMAP_TAIL


def _stream(content: bytes, entries: dict[str, object] | None = None) -> Any:
    from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFStream, PDFZCompress

    return PDFStream(PDFDictionary(entries or {}), content, [PDFZCompress])
