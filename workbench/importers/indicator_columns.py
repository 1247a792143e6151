"""What the columns of indicator tables are called: synonyms from a resource file."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_DIGITS = ("一1", "二2", "三3", "四4", "五5", "六6")
_BRACKETS = re.compile(r"[(\[【{〔].*?[)\]】}〕]|[(\[【].*$")
_FILLER = re.compile(r"[\s:;,.、。*＊_\u200b\ufeff]+")


def plain(text: str) -> str:
    """A header as it is compared: half width, no blanks, no punctuation around."""
    return _FILLER.sub("", unicodedata.normalize("NFKC", text)).lower()


def bare(text: str) -> str:
    """The same without brackets and what stands in them."""
    return _FILLER.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", text))).lower()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header says: a key of ``indicator_columns.toml`` with its level, or a parameter's label."""

    key: str
    level: int = 0
    label: str = ""


@dataclass(frozen=True)
class IndicatorColumns:
    """The synonyms; ``sources`` tells which amount of a formula comes from which column of the funds."""

    headers: Mapping[str, Meaning]
    totals: frozenset[str]
    subtotals: frozenset[str]
    notes: tuple[str, ...]
    blanks: frozenset[str]
    sources: Mapping[str, str]

    def meaning(self, header: str) -> Meaning | None:
        """What one header cell means, or nothing; words in brackets are left out when they are not known."""
        return self.headers.get(plain(header)) or self.headers.get(bare(header))

    def with_template(self, levels: tuple[str, ...], labels: Mapping[str, str]) -> IndicatorColumns:
        """Also the level names and parameter labels of a template, which go before the synonyms."""
        params = {plain(label): Meaning("param", label=label) for label in labels}
        named = {plain(name): Meaning("level", number) for number, name in enumerate(levels, 1)}
        return IndicatorColumns(
            {**params, **self.headers, **named},
            self.totals,
            self.subtotals,
            self.notes,
            self.blanks,
            self.sources,
        )


def load_columns(path: Path) -> IndicatorColumns:
    """Read the synonyms of ``resources/indicator_columns.toml``."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    headers: dict[str, Meaning] = {}
    for number, digits in enumerate(_DIGITS, 1):
        for key in ("level_points", "level"):
            for pattern in raw[key]:
                for digit in digits:
                    headers[plain(pattern.format(n=digit))] = Meaning(key, number)
    for key, names in raw["columns"].items():
        for name in names:
            headers.setdefault(plain(name), Meaning(key))
    return IndicatorColumns(
        headers,
        frozenset(map(plain, raw["totals"])),
        frozenset(map(plain, raw["subtotals"])),
        tuple(map(plain, raw["notes"])),
        frozenset(raw["blanks"]),
        {name: source for source, names in raw["sources"].items() for name in names},
    )
