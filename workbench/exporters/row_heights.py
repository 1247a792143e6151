"""How high a row must be so that nothing is cut: lines counted with real font metrics.

Excel, WPS and LibreOffice never fit rows with merged wrapped cells by themselves. The machine that
prints may have other fonts than ours, so each character counts with the wider of the bundled
font's width and the half or full square that the classic Chinese fonts (宋体, 仿宋) give it.
"""

from __future__ import annotations

from pathlib import Path

FONT_FILE = "NotoSerifSC-Regular.ttf"
#: Highest row that Excel takes, in points; taller text needs several rows.
MOST = 409.0
_PADDING = 6.0  # points above and below the text together
_SIDE = 6.0  # points left and right of it together
_RESERVE = 0.97  # other programs round character widths to pixels
_NO_START = frozenset("，。、；：？！）》】”’』」〉%％,.;:?!)]}…—·")
_NO_END = frozenset("（《【“‘『「〈([{")
_SENTENCE_ENDS = "。；;！？"


class RowHeights:
    """Counts wrapped lines and heights; one font is opened once, each character measured once."""

    def __init__(self, fonts: Path) -> None:
        from PIL import ImageFont

        font = ImageFont.truetype(str(fonts / FONT_FILE), 1000, layout_engine=ImageFont.Layout.BASIC)
        self._font = font
        ascent, descent = font.getmetrics()
        self._line = (ascent + descent) / 1000
        self._widths: dict[str, float] = {}
        self._heights: dict[tuple[str, float, float], float] = {}

    def width_of(self, char: str) -> float:
        """How wide a character is, in squares of the font's size."""
        found = self._widths.get(char)
        if found is None:
            square = 0.5 if char < "\u0100" else 1.0
            found = self._widths[char] = max(square, self._font.getlength(char) / 1000)
        return found

    def lines(self, text: str, width: float, size: float) -> int:
        """How many lines the text takes in a cell ``width`` points wide at ``size`` points."""
        room = max((width - _SIDE) * _RESERVE / size, 1.0)
        return sum(self._paragraph(part, room) for part in text.split("\n"))

    def _paragraph(self, text: str, room: float) -> int:
        return 1 if len(text) <= room / 2 and text.isascii() else len(self._starts(text, room))

    def _starts(self, text: str, room: float) -> list[int]:
        """Where the lines of a paragraph begin."""
        starts, used = [0], 0.0
        word, begun = 0.0, 0  # width and beginning of the unbreakable run that ends the line
        previous = ""
        for place, char in enumerate(text):
            width = self.width_of(char)
            glued = previous != "" and (
                char in _NO_START or previous in _NO_END or (_is_latin(char) and _is_latin(previous))
            )
            if glued:
                word += width
            else:
                word, begun = width, place
            if used + width > room and used > 0:
                # An unbreakable run moves to the next line whole, unless it fills a line alone.
                if word > room:
                    word, begun = width, place
                starts.append(begun)
                used = word
            else:
                used += width
            previous = char
        return starts

    def pieces(self, text: str, width: float, size: float, height: float) -> list[str]:
        """Part a text so that each piece fits into a cell of this height, in points, and loses no character.

        A piece ends with a paragraph (whose line feed goes) or a sentence where one ends in its last third.
        """
        room = max((width - _SIDE) * _RESERVE / size, 1.0)
        most = max(3, int((height - _PADDING) / (self._line * size)))
        found: list[str] = []
        rest = text
        while True:
            ends = self._ends(rest[: int(most * room * 2) + most], room)
            if len(ends) <= most and ends[-1] == len(rest):
                return [*found, rest]
            low, high = ends[most * 2 // 3 - 1], ends[most - 1]
            feed = rest.rfind("\n", low, high + 1)
            cut = feed if feed > 0 else max(rest.rfind(mark, low, high) for mark in _SENTENCE_ENDS) + 1
            cut = cut or high
            found.append(rest[:cut])
            rest = rest[cut:].removeprefix("\n")

    def _ends(self, text: str, room: float) -> list[int]:
        """Where each line of a text of several paragraphs ends; line feeds stand between two lines."""
        ends: list[int] = []
        at = 0
        for part in text.split("\n"):
            ends += [at + start for start in self._starts(part, room)[1:]]
            at += len(part)
            ends.append(at)
            at += 1
        return ends

    def height(self, text: str, width: float, size: float) -> float:
        """The height in points that a wrapped cell needs for the text."""
        key = (text, width, size)
        found = self._heights.get(key)
        if found is None:
            lines = self.lines(text, width, size) if text else 1
            found = self._heights[key] = lines * self._line * size + _PADDING
        return found


def _is_latin(char: str) -> bool:
    return char < "\u0250" and not char.isspace()
