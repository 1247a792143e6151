"""Fund tables and labelled fields of outside sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.domain.amounts import MONEY_UNITS, NotANumber, parse_number
from workbench.domain.outside.sheet import FundRow, Said, Stated, Unread
from workbench.importers.indicator_columns import plain
from workbench.importers.review_words import ReviewWords
from workbench.importers.score_table import at, exact_text
from workbench.importers.sheet_grid import Grid

_UNIT = re.compile(r"(亿元|万元|元)")
_AMOUNT = re.compile(r"(?P<number>.*?)\s*(?P<unit>亿元|万元|元)?")
_BLANK = {"-", "—", "/", "无"}
_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年?(?!\d)")


def fund_header(grid: Grid, row: int, words: ReviewWords) -> dict[int, str]:
    """The fund columns that a row names, if it names at least two amounts."""
    found: dict[int, str] = {}
    for column, text in grid.filled(row).items():
        name = words.funds.get(plain(text)) or words.funds.get(plain(re.sub(r"[（(].*?[)）]", "", text)))
        if name and name not in found.values():
            found[column] = name
    return found if len([name for name in found.values() if name != "rate"]) >= 2 else {}


def read_funds(grid: Grid, words: ReviewWords, index: int, file: str) -> tuple[list[FundRow], list[Unread]]:
    """The rows of a fund table, and the cells that hold no amount."""
    rows: list[FundRow] = []
    unread: list[Unread] = []
    columns: dict[int, str] = {}
    units: dict[int, str] = {}
    common = _unit(grid.caption)
    for row in sorted(grid.rows):
        filled = grid.filled(row)
        fresh = fund_header(grid, row, words)
        if fresh:
            columns = fresh
            units = {column: _unit(grid.text(row, column)) or "" for column in columns}
            continue
        if not columns:
            common = next((u for text in filled.values() if "单位" in text and (u := _unit(text))), common)
            continue
        texts = [text for column in columns if (text := grid.text(row, column))]
        if texts and not any(re.search(r"\d", text) or text in _BLANK for text in texts):
            columns = {}  # the table is over
            continue
        amounts: dict[str, Stated] = {}
        unit = ""
        for column, name in columns.items():
            text = exact_text(grid, row, column)
            if not text or grid.anchor(row, column) != (row, column):
                continue
            found = _AMOUNT.fullmatch(text.strip())
            try:
                value = parse_number(found["number"] if found else text)
            except NotANumber:
                if text not in _BLANK:
                    unread.append(Unread(grid.place(row, column), text[:30], "不是金额，没有核对。"))
                continue
            here = at(grid, row, column, index, file)
            if name == "rate":
                amounts[name] = Stated(value if "%" in text or value <= 2 else value / 100, here)
                continue
            unit = (found["unit"] if found else "") or units.get(column) or unit
            amounts[name] = Stated(value, here)
        rate = amounts.pop("rate", None)
        if not amounts:
            continue
        words_of = [text for column, text in filled.items() if column < min(columns)]
        item = next((text for text in reversed(words_of) if not text.isdigit()), "") or "资金"
        year = next((found[1] for text in words_of if (found := _YEAR.search(text))), "")
        total = any(plain(text) in words.totals for text in words_of)
        first = next(iter(amounts.values())).at
        rows.append(FundRow(item, year, total, first, amounts, unit or common or "万元", rate))
    return rows, unread


def _unit(text: str) -> str:
    found = _UNIT.search(text)
    return found[1] if found and found[1] in MONEY_UNITS else ""


def labelled(grid: Grid, words: ReviewWords, index: int, file: str) -> Iterator[tuple[str, Said]]:
    """Fields whose name stands left of their value, or before it behind a colon."""
    for row in sorted(grid.rows):
        filled = list(grid.filled(row).items())
        for number, (column, text) in enumerate(filled):
            name, colon, value = text.replace(":", "：", 1).partition("：")
            content = words.labels.get(plain(re.sub(r"[（(].*?[)）]", "", name)))
            if content is None:
                continue
            if colon and value.strip():
                yield content, Said(value.strip(), at(grid, row, column, index, file))
            elif number + 1 < len(filled) and not colon.strip(" "):
                beside, said = filled[number + 1]
                if beside == grid.area(row, column)[3] + 1 and words.labels.get(plain(said)) is None:
                    unit = _unit(text)
                    yield (
                        content,
                        Said(
                            said + (unit if unit and not _unit(said) else ""),
                            at(grid, row, beside, index, file),
                        ),
                    )
