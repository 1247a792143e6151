"""Survey results with options below each other: question, option, count, share, weight, and the rate of each question."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from workbench.domain.outside.sheet import Asked, Said, Stated, Unread
from workbench.importers.indicator_columns import plain
from workbench.importers.review_words import ReviewWords
from workbench.importers.score_table import at
from workbench.importers.sheet_grid import Grid
from workbench.importers.survey_table import as_share, as_share_value, stated, without_number


@dataclass
class _Open:
    text: Said
    labels: list[str] = field(default_factory=list)
    counts: list[Stated | None] = field(default_factory=list)
    shares: list[Stated | None] = field(default_factory=list)
    weights: list[Decimal | None] = field(default_factory=list)
    rate: Stated | None = None


def list_header(grid: Grid, row: int, words: ReviewWords) -> dict[str, int]:
    """The columns of such a table in this row, if it names question, option and counts or shares."""
    found: dict[str, int] = {}
    for column, text in grid.filled(row).items():
        word = plain(text)
        for key in ("question", "option", "counts", "shares", "weights", "rate"):
            if word in words.survey[key]:
                found.setdefault(key, column)
    whole = {"question", "option"} <= found.keys() and found.keys() & {"counts", "shares"}
    return found if whole else {}


def read_survey_lists(
    grid: Grid, words: ReviewWords, index: int, file: str
) -> tuple[list[Asked], list[Unread]]:
    """Every question of a grid, and the rows that could not be read."""
    columns: dict[str, int] = {}
    found: list[Asked] = []
    unread: list[Unread] = []
    now: _Open | None = None
    for row in sorted(grid.rows):
        fresh = list_header(grid, row, words)
        if fresh:
            columns = fresh
            continue
        if not columns:
            continue
        text, option = grid.text(row, columns["question"]), grid.text(row, columns["option"])
        if plain(option) in words.totals or plain(text) in words.totals:
            continue  # the sum is worked out anew
        if text:
            if now is not None:
                found.append(_made(now))
            now = _Open(Said(without_number(text), at(grid, row, columns["question"], index, file)))
        if now is None or not option:
            if grid.filled(row):
                first = next(iter(grid.filled(row)))
                why = "问卷表里没有读懂的行。"
                unread.append(Unread(grid.place(row, first), grid.text(row, first)[:30], why))
            continue

        def figure(key: str, row: int = row, columns: dict[str, int] = columns) -> Stated | None:
            column = columns.get(key)
            return stated(grid, row, column, index, file) if column is not None else None

        now.labels.append(" ".join(option.split()))
        now.counts.append(figure("counts"))
        now.shares.append(as_share(figure("shares")))
        weight = figure("weights")
        now.weights.append(as_share_value(weight.value, weight.at) if weight is not None else None)
        now.rate = now.rate or as_share(figure("rate"))
    if now is not None:
        found.append(_made(now))
    return [one for one in found if one.labels], unread


def _made(now: _Open) -> Asked:
    return Asked(
        text=now.text,
        name="",
        labels=tuple(now.labels),
        counts=tuple(now.counts) if any(now.counts) else (),
        shares=tuple(now.shares) if any(now.shares) else (),
        weights=tuple(now.weights) if any(one is not None for one in now.weights) else (),
        rate=now.rate,
    )
