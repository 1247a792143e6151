"""Tables of survey results: options as columns, questions as rows, with counts, shares, weights and the rate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from workbench.domain.amounts import NotANumber, parse_number
from workbench.domain.outside.sheet import Asked, At, Said, Stated, Unread
from workbench.importers.indicator_columns import plain
from workbench.importers.review_words import ReviewWords
from workbench.importers.score_table import at, exact_text
from workbench.importers.sheet_grid import Grid

_NUMBERED = re.compile(r"^\s*\d{1,2}\s*[.、．)）]?\s*")
_LEADING = {"序号", "编号", "题号"}


@dataclass
class _Head:
    row: int
    question: int
    options: dict[int, str]
    rate: int = 0
    total: int = 0
    name: str = ""


@dataclass
class _Open:
    text: Said
    head: _Head
    name: str
    rows: dict[str, dict[int, Stated]] = field(default_factory=dict)
    rate: Stated | None = None
    base: Stated | None = None


def survey_header(grid: Grid, row: int, words: ReviewWords) -> _Head | None:
    """The header of a survey table in this row, if it is one."""
    filled = grid.filled(row)
    question = next((c for c, text in filled.items() if plain(text) in words.survey["question"]), 0)
    if not question:
        return None
    options: dict[int, str] = {}
    head = _Head(row, question, options)
    for column, text in filled.items():
        word = plain(text)
        if column == question or word in _LEADING:
            continue
        if word in words.survey["total"]:
            head.total = column
        elif word in words.survey["rate"]:
            head.rate = column
        elif column > question and _figure(text) is None:
            options[column] = " ".join(text.split())
    if not head.rate and len(options) > 2 and re.search(r"[率度值]$", options[max(options)]):
        head.rate = max(options)
        head.name = options.pop(head.rate)
    return head if len(options) >= 2 else None


def read_survey(grid: Grid, words: ReviewWords, index: int, file: str) -> tuple[list[Asked], list[Unread]]:
    """Every question of a grid, and the rows that could not be read."""
    head: _Head | None = None
    now: _Open | None = None
    found: list[Asked] = []
    unread: list[Unread] = []
    for row in sorted(grid.rows):
        fresh = survey_header(grid, row, words)
        if fresh is not None:
            head = fresh
            continue
        if head is None:
            continue
        if grid.anchor(row, head.question) != (row, head.question) and now is not None:
            _take(grid, row, now, words, index, file)
            continue
        text = grid.text(row, head.question)
        figures = {c: f for c in head.options if (f := stated(grid, row, c, index, file)) is not None}
        kind = next((k for t in grid.filled(row).values() if (k := _kind(t, words))), "")
        if (figures or kind) and (text or not now) and not (kind and now and not text):
            if now is not None:
                found.append(_made(now))
            said = Said(without_number(text), at(grid, row, head.question, index, file))
            now = _Open(said, head, head.name)
            _take(grid, row, now, words, index, file)
        elif kind and now is not None:
            _take(grid, row, now, words, index, file)
        elif text and now is not None and not figures and len(plain(text)) <= 20:
            now.name = now.name or " ".join(text.split())
            if now.rate is None and head.rate:
                now.rate = stated(grid, row, head.rate, index, file, share=True)
        elif len(grid.filled(row)) > 1:
            first = next(iter(grid.filled(row)))
            unread.append(
                Unread(grid.place(row, first), grid.text(row, first)[:30], "问卷表里没有读懂的行。")
            )
    if now is not None:
        found.append(_made(now))
    return found, unread


def _kind(text: str, words: ReviewWords) -> str:
    word = plain(text)
    return next((key for key in ("counts", "shares", "weights") if word in words.survey[key]), "")


def _take(grid: Grid, row: int, now: _Open, words: ReviewWords, index: int, file: str) -> None:  # noqa: PLR0917 - one row of one table
    head = now.head
    figures = {c: f for c in head.options if (f := stated(grid, row, c, index, file)) is not None}
    kind = next((k for text in grid.filled(row).values() if (k := _kind(text, words))), "")
    if not kind and figures:
        written = [grid.text(row, c) for c in figures]
        kind = "shares" if any("%" in text or "％" in text for text in written) else "counts"
    if kind and figures:
        now.rows[kind] = figures
    if head.rate and now.rate is None:
        now.rate = stated(grid, row, head.rate, index, file, share=True)
    if head.total and now.base is None:
        base = stated(grid, row, head.total, index, file)
        if base is not None and base.value == base.value.to_integral_value() and "%" not in base.at.quote:
            now.base = base


def _made(now: _Open) -> Asked:
    columns = sorted(now.head.options)

    def line(kind: str) -> tuple[Stated | None, ...]:
        figures = now.rows.get(kind)
        return tuple(figures.get(c) for c in columns) if figures else ()

    weights = now.rows.get("weights", {})
    return Asked(
        text=now.text,
        name=now.name,
        labels=tuple(now.head.options[c] for c in columns),
        counts=line("counts"),
        shares=tuple(as_share(one) for one in line("shares")),
        weights=tuple(as_share_value(weights[c].value) if c in weights else None for c in columns)
        if weights
        else (),
        rate=now.rate,
        base=now.base,
    )


def as_share(one: Stated | None) -> Stated | None:
    """A figure as a share of one."""
    return None if one is None else Stated(as_share_value(one.value, one.at), one.at, one.broken)


def as_share_value(value: Decimal, here: At | None = None) -> Decimal:
    """``50`` under 占比 is a percentage without its sign; ``0.5`` and ``50%`` are shares."""
    signed = here is not None and ("%" in here.quote or "％" in here.quote)
    return value if signed or value <= 1 else value / 100


def stated(grid: Grid, row: int, column: int, index: int, file: str, *, share: bool = False) -> Stated | None:
    """The figure of a cell that is no hidden part of a merged one."""
    if grid.anchor(row, column) != (row, column):
        return None
    value = _figure(exact_text(grid, row, column))
    if value is None:
        return None
    here = at(grid, row, column, index, file)
    return Stated(as_share_value(value, here) if share else value, here)


def without_number(text: str) -> str:
    """A question without its number."""
    return _NUMBERED.sub("", text)


def _figure(text: str) -> Decimal | None:
    try:
        return parse_number(re.sub(r"\s+|人$|份$|票$", "", text))
    except NotANumber:
        return None
