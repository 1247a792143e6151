"""Where a long title is cut into lines: between words, as the text around it knows them.

Chinese is written without blanks. Two characters that often stand side by side in the report are
likely one word: a cut falls where the text holds them together least, near the middle of a line.
"""

from __future__ import annotations

import math
from unicodedata import east_asian_width

from workbench.exporters.linebreak import NO_END, NO_START

#: How much an uneven line weighs against a torn word: one for a line that is empty or twice too long.
_EVENNESS = 1.0


def ems(text: str) -> float:
    """The width of a text in full-width characters."""
    return sum(1.0 if east_asian_width(char) in "WFA" else 0.5 for char in text)


def in_lines(title: str, corpus: str, most: float) -> str:
    """``title`` with line feeds, no line wider than ``most`` full-width characters where that can be.

    ``corpus`` is the text that the words are known from; a title that has line feeds is left alone.
    """
    title = title.strip()
    count = math.ceil(ems(title) / most)
    if count < 2 or "\n" in title:
        return title
    known = corpus.replace(title, "\n")
    lines: list[str] = []
    rest = title
    for left in range(count, 1, -1):
        cut = _cut(rest, known, ems(rest) / left, most)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return "\n".join([*lines, rest])


def _cut(text: str, known: str, wanted: float, most: float) -> int:
    """The best place to end the first line of ``text``."""
    places = [
        place
        for place in range(1, len(text))
        if ems(text[:place]) <= most
        and text[place] not in NO_START
        and text[place - 1] not in NO_END
        and not (
            text[place - 1].isascii() and text[place].isascii() and text[place - 1 : place + 1].isalnum()
        )
    ]

    def badness(place: int) -> float:
        uneven = (ems(text[:place]) - wanted) / wanted
        return _held(text[place - 1], text[place], known) + _EVENNESS * uneven * uneven

    return min(places, key=badness, default=len(text) // 2)


def _held(before: str, after: str, known: str) -> float:
    """How firmly two neighbours belong together: 0 never seen so, 1 the rarer of them always."""
    if before.isspace() or after.isspace():
        return 0.3  # 12345 政府热线 is parted by a blank, and is one name all the same
    rarer = min(known.count(before), known.count(after))
    return known.count(before + after) / rarer if rarer else 0.0
