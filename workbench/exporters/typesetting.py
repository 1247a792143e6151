"""Chinese text set in lines: measured with the real faces, broken by rule, spread to full width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workbench.exporters.document import Align, Text
from workbench.exporters.fonts import FontBook, Role
from workbench.exporters.linebreak import NO_END, clean
from workbench.exporters.lines import Line, Setting, Style
from workbench.exporters.truetype import Face

# What is set when no face has a character: it looks alike, and the file still says the real one.
LOOKALIKES = {"✔": "✓", "✘": "✗", "✅": "☑", "❌": "☒"}
MISSING = "□"


@dataclass(frozen=True, slots=True)
class MissingGlyph:
    """A character that no face here has: it prints as a box, yet can be searched and copied."""

    char: str
    code: str
    context: str


class Typesetter:
    """Sets text with the faces of one :class:`FontBook`, remembering what was measured and what was missing."""

    def __init__(self, fonts: FontBook, *, office: bool = False) -> None:
        """``office`` breaks lines as word processors do, to foretell their pages."""
        self.fonts = fonts
        self.office = office
        self.missing: dict[str, MissingGlyph] = {}
        self.substituted: dict[str, str] = {}
        # Labels and headings of tables come again and again.
        self._set_before: dict[tuple[tuple[Text, ...], Style, float], tuple[Line, ...]] = {}
        self._balanced_before: dict[tuple[tuple[Text, ...], Style, float], tuple[Line, ...]] = {}

    # ── measuring ────────────────────────────────────────────────────────────────────────────────

    def text_width(self, text: str, role: Role, size: float) -> float:
        """Return the width of one line of text in points."""
        return sum(Setting(self, (Text(clean(text)),), Style(role, size, size)).advances)

    def line_count(self, text: str, role: Role, size: float, width: float) -> int:
        """Return the number of lines a text takes in a column, at least one."""
        style = Style(role, size, size, Align.LEFT)
        return max(1, len(self.set((Text(text),), style, width)))

    def missing_glyphs(self, texts: Iterable[str], role: Role = Role.BODY) -> list[MissingGlyph]:
        """Return the characters that no face here has, each once, with the words around it."""
        found: dict[str, MissingGlyph] = {}
        for raw in texts:
            text = clean(raw)
            for char in set(text) - {"\n"}:
                if char not in found and self.fonts.face_for(role, char) is None and char not in LOOKALIKES:
                    found[char] = _missing(char, text)
        return sorted(found.values(), key=lambda glyph: glyph.char)

    # ── setting ──────────────────────────────────────────────────────────────────────────────────

    def set(self, runs: Sequence[Text], style: Style, width: float) -> tuple[Line, ...]:
        """Set runs in lines of a width; a line feed begins a new line, an empty text gives no line."""
        key = (tuple(runs), style, width)
        lines = self._set_before.get(key)
        if lines is None:
            lines = self._set_before[key] = self._lines(runs, style, width)
        return lines

    def balanced(self, runs: Sequence[Text], style: Style, width: float) -> tuple[Line, ...]:
        """Set a title: as few lines as the width allows, all about equally long between its line feeds."""
        key = (tuple(runs), style, width)
        known = self._balanced_before.get(key)
        if known is None:
            lines: list[Line] = []
            for paragraph in _paragraphs(runs):
                lines += self._balanced(paragraph, style, width)
            known = self._balanced_before[key] = tuple(lines)
        return known

    def _balanced(self, runs: Sequence[Text], style: Style, width: float) -> Sequence[Line]:
        lines = self._paragraph(runs, style, width)
        if len(lines) < 2 or lines[-1].text[:1] in NO_END:
            return lines  # 资金到位率／（4） is better than 资金到／位率（4）
        low, high = sum(line.width for line in lines) / len(lines) / 2, width
        while high - low > style.size / 4:
            middle = (low + high) / 2
            if len(self._paragraph(runs, style, middle)) > len(lines):
                low = middle
            else:
                high = middle
        narrow = self._paragraph(runs, style, high)
        return [replace(line, x=line.x + (width - high) / 2) for line in narrow]

    def _paragraph(self, runs: Sequence[Text], style: Style, width: float) -> list[Line]:
        return Setting(self, runs, style).lines(width, 0.0)

    def _lines(self, runs: Sequence[Text], style: Style, width: float) -> tuple[Line, ...]:
        lines: list[Line] = []
        first = True
        for paragraph in _paragraphs(runs):
            setting = Setting(self, paragraph, style)
            indent = style.indent * (style.size + style.tracking) if first else 0.0
            lines += setting.lines(width, indent)
            first = False
        return tuple(lines)

    def choose(self, role: Role, char: str, text: str) -> tuple[Face, str]:
        """Return the face for a character and what to draw for it, noting look-alikes and missing ones."""
        face = self.fonts.face_for(role, char)
        if face is not None:
            return face, char
        alike = LOOKALIKES.get(char)
        if alike is not None:
            self.substituted[char] = alike
        else:
            self.missing.setdefault(char, _missing(char, text))
            alike = MISSING
        return self.fonts.face_for(role, alike) or self.fonts.face(role), alike


def _missing(char: str, text: str) -> MissingGlyph:
    place = text.find(char)
    return MissingGlyph(char, f"U+{ord(char):04X}", text[max(0, place - 8) : place + 9].replace("\n", " "))


def _paragraphs(runs: Sequence[Text]) -> list[list[Text]]:
    """Cut runs at line feeds; trailing empty lines are dropped, empty lines between are kept."""
    paragraphs: list[list[Text]] = [[]]
    for run in runs:
        for count, piece in enumerate(clean(run.text).split("\n")):
            if count:
                paragraphs.append([])
            if piece:
                paragraphs[-1].append(Text(piece, run.bold))
    while paragraphs and not paragraphs[-1]:
        paragraphs.pop()
    return paragraphs
