"""Text as a spreadsheet cell takes it: cleaned, never a formula, never cut without a word."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: The most characters one cell holds in Excel (counted in UTF-16 units); the rest would be cut silently.
CELL_LIMIT = 32_767
_PIECE = 32_000
OVERFLOW_SHEET = "续文"
OVERFLOW_MARK = "【未完，全文见“续文”表第 {number} 号】"

#: What XML 1.0 can't hold: control characters but tab and newline, lone surrogates, non-characters.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


def cleaned(text: str) -> tuple[str, int]:
    """The text without what a file can't hold, each such character shown as ``�``, and how many there were."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.subn("\N{REPLACEMENT CHARACTER}", text)


def escaped(text: str) -> str:
    """``_x0041_`` as text would be read as an escape by Excel; its first underscore is escaped itself."""
    return _ESCAPE.sub("_x005F_", text)


def looks_like_formula(text: str) -> bool:
    """Whether a program might take the text for a formula when the cell is edited or saved as CSV."""
    return text.startswith(_STARTS_FORMULA)


def fits_a_cell(text: str) -> bool:
    """Whether one cell holds the whole text, escapes counted as they are written."""
    return _units(escaped(text)) <= CELL_LIMIT


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


@dataclass
class Overflow:
    """Collects texts too long for a cell: (number, where it belongs, pieces)."""

    texts: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)

    def fit(self, text: str, place: str) -> str:
        """The text, or its beginning with a mark that says where the whole of it stands."""
        if fits_a_cell(text):
            return text
        number = len(self.texts) + 1
        self.texts.append((number, place, tuple(_pieces(text))))
        return _pieces(text)[0][: _PIECE // 2] + OVERFLOW_MARK.format(number=number)


def _pieces(text: str) -> list[str]:
    size = _PIECE // 3  # an escape takes seven characters for one, an emoji two units for one
    return [text[start : start + size] for start in range(0, len(text), size)]
