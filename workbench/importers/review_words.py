"""What columns, rows and fields of outside sheets are called: synonyms from resource files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.importers.bureau_blank import load_bureau_columns
from workbench.importers.indicator_columns import IndicatorColumns, Meaning, load_columns, plain

#: Columns of score sheets that the indicator table itself does not know, and the key they get.
SCORE, DEDUCTED, RATE, REASONS, BASIS = "score", "deducted", "rate", "reasons", "basis"
TARGET, ACTUAL = "target", "actual"
_KEPT = {SCORE, DEDUCTED, RATE, REASONS, BASIS, ACTUAL}


@dataclass(frozen=True)
class ReviewWords:
    """All synonyms; tables by the compared spelling of a name."""

    columns: IndicatorColumns
    """Of the indicator table, with scores, deductions, reasons and bases; a score's label is its round."""
    labels: Mapping[str, str]
    funds: Mapping[str, str]
    fund_names: Mapping[str, tuple[str, ...]]
    """The same by column, as written, for texts."""
    survey: Mapping[str, frozenset[str]]
    totals: frozenset[str]


def load_words(resources: Path) -> ReviewWords:
    """Read the synonyms of indicator tables, of bureau's forms, and those of reviewing."""
    known = load_columns(resources / "indicator_columns.toml")
    bureau = load_bureau_columns(resources / "bureau_columns.toml")
    raw = tomllib.loads((resources / "review_words.toml").read_text(encoding="utf-8"))
    headers = dict(known.headers)
    for name, content in bureau.columns.items():
        if content in _KEPT:
            headers[name] = Meaning(content)
        elif content.startswith("mark:"):
            headers[name] = Meaning(SCORE, label=content.removeprefix("mark:"))
    funds = {plain(name): column for column, names in raw["fund"].items() for name in names}
    labels = {plain(name): content for content, names in raw["labels"].items() for name in names}
    return ReviewWords(
        columns=replace(known, headers=headers),
        labels={**bureau.labels, **labels},
        funds=funds,
        fund_names={column: tuple(names) for column, names in raw["fund"].items()},
        survey={key: frozenset(map(plain, names)) for key, names in raw["survey"].items()},
        totals=known.totals | known.subtotals | bureau.fund_rows,
    )
