"""Automatic numbering in a Word document: what stands before a paragraph without being typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

#: Levels that Word knows (ECMA-376 17.9).
LEVELS = 9
_DIGITS = "〇一二三四五六七八九"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass
class Level:
    """One level of a list: the first number, how numbers are written, and the text around them."""

    start: int = 1
    format: str = "decimal"
    text: str = ""


@dataclass
class Style:
    """What a paragraph style says that matters here."""

    name: str = ""
    based_on: str = ""
    list_id: str = ""
    level: int = 0
    outline: int = -1
    """Level of a heading from 0; -1 for body text."""


@dataclass
class Numbering:
    """The lists of a document and how far each has counted."""

    lists: dict[str, str] = field(default_factory=dict)
    """List id → its definition."""
    definitions: dict[str, dict[int, Level]] = field(default_factory=dict)
    starts: dict[tuple[str, int], int] = field(default_factory=dict)
    """List id and level → a first number of its own."""
    _counts: dict[str, list[int]] = field(default_factory=dict)

    def label(self, list_id: str, level: int) -> str:
        """Count one paragraph of a list: ``（一）``, ``2.1`` or nothing when it has no such list."""
        definition = self.definitions.get(self.lists.get(list_id, ""), {})
        found = definition.get(level)
        if found is None or not 0 <= level < LEVELS:
            return ""
        counts = self._counts.setdefault(list_id, [0] * LEVELS)
        first = self.starts.get((list_id, level), found.start)
        counts[level] = counts[level] + 1 if counts[level] else max(first, 0)
        counts[level + 1 :] = [0] * (LEVELS - level - 1)
        if found.format == "bullet":
            return ""
        text = found.text
        for upper in range(level, -1, -1):
            kind = definition.get(upper, found)
            text = text.replace(f"%{upper + 1}", written(counts[upper] or kind.start, kind.format))
        return text.strip()


def written(number: int, kind: str) -> str:
    """A number as a list writes it: ``written(12, "chineseCounting")`` → ``十二``."""
    if not 0 < number < 10_000:
        return str(number)
    return _FORMATS.get(kind, str)(number)


def style_of(styles: Mapping[str, Style], id_: str) -> Style:
    """A style with what it takes over from those it is based on."""
    found = Style()
    seen: set[str] = set()
    while id_ in styles and id_ not in seen:
        seen.add(id_)
        one = styles[id_]
        found.name = found.name or one.name
        if not found.list_id and one.list_id:
            found.list_id, found.level = one.list_id, one.level
        if found.outline < 0:
            found.outline = one.outline
        id_ = one.based_on
    return found


def _chinese(number: int) -> str:
    text = ""
    for value, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, value)
        if digit:
            text += _DIGITS[digit] + unit
        elif text and number and not text.endswith("〇"):
            text += "〇"
    text = text.rstrip("〇") if not text.endswith("一〇") else text
    return text.removeprefix("一") if text.startswith("一十") else text


def _latin(number: int) -> str:
    return _LATIN[(number - 1) % 26] * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        text += letters * times
    return text


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if number <= 20 else str(number)


def _full_width(number: int) -> str:
    return "".join(chr(ord(digit) - 48 + 0xFF10) for digit in str(number))


_FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "ideographDigital": lambda n: "".join(_DIGITS[int(digit)] for digit in str(n)),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalZero": lambda n: f"{n:02d}",
    "lowerLetter": _latin,
    "upperLetter": lambda n: _latin(n).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda n: _roman(n).upper(),
    "none": lambda _: "",
}
