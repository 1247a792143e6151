"""One paragraph set in lines: measured with the real faces, broken by rule, spread to full width."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Protocol

from workbench.exporters.document import Align, Text
from workbench.exporters.fonts import FontBook, Role
from workbench.exporters.linebreak import BLANK_LEFT, BLANK_RIGHT, clusters, cut, office_clusters
from workbench.exporters.truetype import Face

# Faces made for several scripts draw — short and low; a Chinese dash is one level stroke of two squares.
_PAIR, _RULE = "——", "─"

_HALF = 0.5  # of a full-width mark's square that may be given up
_SQUEEZE = 0.3  # of a full-width mark's square that a full line may take from each mark in it
_TIGHT = 0.05  # of the size: spreading below this is not seen, and readers see no spaces in it
_LATIN = re.compile("[ -~]+")
_BETWEEN = 0.25  # of the size, between Chinese and Latin in a word processor
_DIGITS = frozenset("0123456789")
_MARKS = BLANK_LEFT | BLANK_RIGHT


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph is set; lengths in points, ``indent`` in characters."""

    role: Role
    size: float
    leading: float
    align: Align = Align.JUSTIFY
    indent: float = 0.0
    tracking: float = 0.0
    bold_role: Role | None = None
    tabular: bool = False


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A stretch of one face and one spacing: ``gap`` follows each of its characters.

    ``drawn`` differs from ``text`` where a look-alike stands for a character that no face has.
    """

    face: Face
    role: Role
    text: str
    drawn: str
    gap: float
    stroke: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One set line: where it begins within its column, how wide it is, and what is in it."""

    x: float
    width: float
    size: float
    glyphs: tuple[Glyphs, ...]

    @property
    def text(self) -> str:
        """The characters of the line."""
        return "".join(part.text for part in self.glyphs)


class Faces(Protocol):
    """Who says which face draws a character, and what is drawn where none has it."""

    fonts: FontBook
    office: bool

    def choose(self, role: Role, char: str, text: str) -> tuple[Face, str]:
        """Return the face for a character and the shape to draw."""


@dataclass(slots=True)
class _Stretch:
    """Characters of one face up to ``end``; ``drawn`` is empty where they are drawn as themselves."""

    end: int
    face: Face
    role: Role
    stroke: bool
    drawn: str = ""


class Setting:
    """One paragraph without line feeds while it is being set."""

    def __init__(self, faces: Faces, runs: Sequence[Text], style: Style) -> None:
        self.style = style
        self.text = "".join(run.text for run in runs)
        self.natural: list[float] = []  # what the face itself moves on by
        self.stretches: list[_Stretch] = []
        for run in runs:
            role = style.bold_role or style.role if run.bold else style.role
            self._add(faces, run.text, role, run.bold and style.bold_role is None)
        self.advances = [width + style.tracking for width in self.natural]
        self._clusters = office_clusters if faces.office else clusters
        self._squeeze, self._least_hole = (_HALF, 0.0) if faces.office else (_SQUEEZE, 0.9)
        if faces.office:
            self._as_office()
        if style.tabular:
            self._equal_digits(faces)
        self._close_up()
        self._sums = [0.0, *accumulate(self.advances)]
        self._yielding = [i for i, char in enumerate(self.text) if char in BLANK_RIGHT and self._square(i)]

    def _add(self, faces: Faces, text: str, role: Role, stroke: bool) -> None:
        size = self.style.size / 1000
        face = faces.fonts.face(role)
        other = {char for char in set(text) if faces.fonts.face_for(role, char) is not face}
        dashes = _PAIR in text and face.widths["—"] < 950 and face.covers(_RULE)
        if not other and not dashes:
            widths = face.widths
            self.natural += [widths[char] * size for char in text]
            self.stretches.append(_Stretch(len(self.natural), face, role, stroke))
            return
        choices = {char: faces.choose(role, char, text) for char in other}
        last: _Stretch | None = None
        for i, char in enumerate(text):
            chosen, drawn = choices.get(char, (face, char))
            if dashes and char == "—" and _PAIR in text[max(0, i - 1) : i + 2]:
                drawn = _RULE
            self.natural.append(chosen.widths[drawn] * size)
            if last is None or last.face is not chosen or bool(last.drawn) == (drawn == char):
                last = _Stretch(len(self.natural), chosen, role, stroke)
                self.stretches.append(last)
            last.end = len(self.natural)
            if drawn != char:
                last.drawn += drawn

    def _equal_digits(self, faces: Faces) -> None:
        """Set every digit in the middle of a slot of one width, so that figures stand in columns."""
        widths = faces.fonts.face(self.style.role).widths
        slot = max(widths[digit] for digit in _DIGITS) * self.style.size / 1000
        for i, char in enumerate(self.text):
            pad = (slot - self.natural[i]) / 2
            if char in _DIGITS and pad > 0:
                self.advances[i] += pad
                if i:
                    self.advances[i - 1] += pad

    def _as_office(self) -> None:
        """Measure as word processors set it: Latin in its own face, parted from Chinese by a quarter square."""
        text, size, tracking, widths = self.text, self.style.size, self.style.tracking, _latin_widths()
        for found in _LATIN.finditer(text):
            start, end = found.span()
            for i in range(start, end):
                self.natural[i] = widths[text[i]] * size
                self.advances[i] = self.natural[i] + tracking
            if start and _chinese(text[start - 1]) and text[start].isalnum():
                self.advances[start - 1] += size * _BETWEEN
            if end < len(text) and _chinese(text[end]) and text[end - 1].isalnum():
                self.advances[end - 1] += size * _BETWEEN

    def _close_up(self) -> None:
        """Take the blank half of a full-width mark before another one: ）。 》， ：“.

        Only blanks behind a mark are ever taken: a mark drawn over the blank before it would lie over its
        neighbour, and readers of the file would find the two out of order.
        """
        text = self.text
        half = self.style.size * _HALF
        for i in range(len(text) - 1):
            if text[i] in BLANK_RIGHT and text[i + 1] in _MARKS and self._square(i) and self._square(i + 1):
                self.advances[i] -= half

    def _square(self, i: int) -> bool:
        """Tell whether a character fills its square and has not been closed up."""
        return self.advances[i] >= self.style.size * 0.9

    # ── breaking ─────────────────────────────────────────────────────────────────────────────────

    def lines(self, width: float, indent: float) -> list[Line]:
        """Return the lines in a column of a width, the first one indented."""
        if not self.text:
            return [Line(0.0, 0.0, self.style.size, ())]
        breaks = self._break(width, indent)
        lines: list[Line] = []
        for n, (start, end) in enumerate(breaks):
            room = width - (indent if n == 0 else 0.0)
            lines.append(self._line(start, end, room, indent if n == 0 else 0.0, n + 1 == len(breaks)))
        return lines

    def _width(self, start: int, end: int) -> float:
        """Return the natural width of a stretch."""
        return self._sums[end] - self._sums[start]

    def _trim(self, end: int) -> float:
        """Return what the last character may give up at the end of a line."""
        return self.style.size * _HALF if self.text[end - 1] in BLANK_RIGHT and self._square(end - 1) else 0.0

    def _break(self, width: float, indent: float) -> list[tuple[int, int]]:
        """Choose line ends: as much as fits, marks squeezed where that saves a hole in the line."""
        text, size = self.text, self.style.size
        breaks: list[tuple[int, int]] = []
        room, start, filled = width - indent, 0, 0
        pieces = self._clusters(text)
        reach = [self._sums[end] for _, end in pieces]
        index = 0
        while index < len(pieces):
            # All that fits without anything being given up is taken at once, what comes then is weighed.
            fits = bisect_right(reach, self._sums[start] + room, index)
            if fits > index:
                filled, index = pieces[fits - 1][1], fits
                if fits == len(pieces):
                    break
            begin, end = pieces[index]
            solid = len(text[begin:end].rstrip(" \u3000")) + begin if text[end - 1] in " \u3000" else end
            solid = max(solid, begin + 1)
            over = self._width(start, solid) - self._trim(solid) - room
            if over <= 0.01:
                filled = end
                index += 1
                continue
            if filled > start and over <= len(self._marks(start, solid)) * size * self._squeeze:
                hole = room - self._width(start, filled)
                if hole > size * self._least_hole:
                    filled = end
                    index += 1
                    continue
            if filled > start:
                breaks.append((start, filled))
                room, start = width, filled
                continue
            # One piece wider than the line: a mark may hang out behind a single character, else it is cut.
            if self._width(start, solid) <= room + size and solid - start <= 2:
                filled = end
                index += 1
                continue
            place = cut(text, start, solid, self._fitting(start, solid, room))
            breaks.append((start, place))
            room, start, filled = width, place, place
            pieces[index] = (place, end)  # it ends where it did: ``reach`` stays true
        if start < len(text):
            breaks.append((start, len(text)))
        return breaks

    def _fitting(self, start: int, end: int, room: float) -> int:
        place = start + 1
        while place < end and self._width(start, place + 1) <= room:
            place += 1
        return place

    def _marks(self, start: int, end: int) -> list[int]:
        """Return the full-width marks within a stretch that can give up some of the blank behind them."""
        yielding = self._yielding
        return yielding[bisect_left(yielding, start) : bisect_left(yielding, end - 1)]

    # ── spreading ────────────────────────────────────────────────────────────────────────────────

    def _line(self, start: int, end: int, room: float, indent: float, last: bool) -> Line:
        text, style = self.text, self.style
        while end > start + 1 and text[end - 1] in " \u3000":
            end -= 1
        gaps = [self.advances[i] - self.natural[i] for i in range(start, end)]
        natural = self._width(start, end)
        slack = room - natural
        if slack < 0:
            natural -= self._tighten(start, end, gaps, -slack)
        elif style.align is Align.JUSTIFY and not last and slack > 0:
            natural += self._spread(start, end, gaps, slack)
        x = indent
        if style.align is Align.RIGHT:
            x += room - natural
        elif style.align is Align.CENTER:
            x += (room - natural) / 2
        return Line(x, natural, style.size, tuple(self._glyphs(start, end, gaps)))

    def _tighten(self, start: int, end: int, gaps: list[float], over: float) -> float:
        """Take what a line is too wide from its last mark, then from all full-width marks evenly."""
        trimmed = min(over, self._trim(end))
        left = over - trimmed  # the blank half of the last mark simply lies outside: nothing moves
        marks = self._marks(start, end)
        if left <= 0.01 or left > len(marks) * self.style.size * _HALF:
            return trimmed
        for place in marks:
            gaps[place - start] -= left / len(marks)
        return over

    def _spread(self, start: int, end: int, gaps: list[float], slack: float) -> float:
        """Widen the gaps of a line to fill it; words and numbers keep their own spacing."""
        text, size = self.text, self.style.size
        everywhere: list[int] = []
        first: list[tuple[int, float]] = []
        for i in range(start, end - 1):
            here, after = text[i], text[i + 1]
            latin = here < "\u2000" and here != " "
            latin_after = after < "\u2000" and after != " "
            if latin and latin_after:
                continue
            if here == after and here in "—…":
                continue
            everywhere.append(i - start)
            if here == " ":
                first.append((i - start, 0.3))
            elif latin != latin_after and after != " ":
                first.append((i - start, 0.15))
            elif here in BLANK_RIGHT:
                first.append((i - start, 0.2))
        wanted = sum(share for _, share in first) * size
        # A word alone in a narrow column reads worse torn apart than ragged.
        if slack > len(everywhere) * size * 0.6 + wanted:
            return 0.0
        each = min(slack / len(everywhere), size * _TIGHT)
        rest = slack - each * len(everywhere)
        given = min(rest, wanted)
        if given > 0:
            for place, share in first:
                gaps[place] += given * share * size / wanted
        each += (rest - given) / len(everywhere)
        for place in everywhere:
            gaps[place] += each
        return slack

    def _glyphs(self, start: int, end: int, gaps: list[float]) -> list[Glyphs]:
        """Group the characters of a line by face and gap."""
        glyphs: list[Glyphs] = []
        begin = 0
        for stretch in self.stretches:
            i, final = max(begin, start), min(stretch.end, end)
            while i < final:
                gap = gaps[i - start]
                low, high = gap - 0.001, gap + 0.001
                j = next(
                    (n for n in range(i + 1, final) if not low < gaps[n - start] < high),
                    final,
                )
                text = self.text[i:j]
                drawn = stretch.drawn[i - begin : j - begin] or text
                glyphs.append(Glyphs(stretch.face, stretch.role, text, drawn, round(gap, 3), stretch.stroke))
                i = j
            begin = stretch.end
            if begin >= end:
                break
        return glyphs


@cache
def _latin_widths() -> dict[str, float]:
    """Of the face that Word files ask for, as shares of the size."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return {chr(code): stringWidth(chr(code), "Times-Roman", 1) for code in range(32, 127)}


def _chinese(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"
