"""Where the table of indicators is on a sheet, and what each of its columns holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.importers.indicator_columns import IndicatorColumns, Meaning, bare
from workbench.importers.sheet_grid import Grid

#: A header begins within so many filled rows of the top, and has at most so many rows.
_SEARCHED, _TALLEST = 80, 4
_WORTH = {"level": 2.0, "level_points": 1.5, "points": 1.5, "ignored": 0.5}


@dataclass(frozen=True)
class Header:
    """The header of one table: its rows, what each column means, and what it calls its levels."""

    first: int
    last: int
    columns: Mapping[int, Meaning]
    unknown: Mapping[int, str]
    """Headers that mean nothing to us, by column."""
    levels: tuple[str, ...]
    worth: float

    def of(self, key: str) -> list[int]:
        """The columns with this meaning, from the left."""
        return sorted(column for column, meaning in self.columns.items() if meaning.key == key)

    @property
    def level_columns(self) -> dict[int, int]:
        """The column of each level."""
        return {self.columns[column].level: column for column in self.of("level")}


def find_header(grid: Grid, names: IndicatorColumns) -> Header | None:
    """The header that says most; the shortest and uppermost of equal ones."""
    best: Header | None = None
    rows = [row for row in sorted(grid.rows) if grid.filled(row)][:_SEARCHED]
    for height in range(_TALLEST):
        for first in rows:
            found = _header(grid, names, first, first + height)
            if found is not None and (best is None or found.worth > best.worth):
                best = found
    return best


def repeats(grid: Grid, row: int, names: IndicatorColumns) -> bool:
    """Whether a row is the header once more, as at the top of each printed page."""
    said = [names.meaning(text) for text in grid.filled(row).values()]
    known = [meaning for meaning in said if meaning is not None and meaning.key != "name"]
    return len(known) >= 2 and len(known) * 2 > len(said) and any(m.key == "level" for m in known)


def _header(grid: Grid, names: IndicatorColumns, first: int, last: int) -> Header | None:
    columns: dict[int, Meaning] = {}
    texts: dict[int, str] = {}
    unknown: dict[int, str] = {}
    taken: set[tuple[int, int]] = set()
    bottoms: dict[int, int] = {}
    for column in range(1, grid.last_column + 1):
        path, anchors = _path(grid, first, last, column)
        if not path or anchors[-1] in taken:
            continue  # the right half of a merged header
        meaning = _meaning(path, names)
        if meaning is None:
            unknown[column] = path[-1]
            continue
        taken.add(anchors[-1])
        columns[column] = meaning
        texts[column] = path[-1] if names.meaning(path[-1]) else path[0]
        bottoms[column] = grid.area(*anchors[-1])[2]
    columns = _number_names(columns)
    columns = _points_of_levels(columns)
    keys = {(m.key, m.level, m.label) for m in columns.values()}
    levels = sorted(m.level for m in columns.values() if m.key == "level")
    kinds = {m.key for m in columns.values()}
    if not levels or not (len(levels) > 1 or kinds & {"points", "level_points", "criterion"}):
        return None
    if len(columns) < 2:
        return None
    worth = sum(_WORTH.get(key, 1.0) for key, *_ in keys)
    named = {columns[c].level: bare(texts[c]) or texts[c] for c in columns if columns[c].key == "level"}
    bottom = max(last, *(bottoms[column] for column in columns))
    return Header(first, bottom, columns, unknown, tuple(named[n] for n in sorted(named)), worth)


def _path(grid: Grid, first: int, last: int, column: int) -> tuple[list[str], list[tuple[int, int]]]:
    """The header texts above each other in a column, each merged area once."""
    texts: list[str] = []
    anchors: list[tuple[int, int]] = []
    for row in range(first, last + 1):
        anchor = grid.anchor(row, column)
        text = grid.text(*anchor)
        if text and anchor not in anchors:
            texts.append(text)
            anchors.append(anchor)
    return texts, anchors


def _meaning(path: list[str], names: IndicatorColumns) -> Meaning | None:
    found = [meaning for text in path if (meaning := names.meaning(text)) is not None]
    if not found:
        return names.meaning("".join(path))
    last = found[-1]
    above = [m for m in found if m.key == "level"]
    if above and last.key in {"points", "name"}:  # 一级指标 over 名称 and 分值
        return Meaning("level_points" if last.key == "points" else "level", above[-1].level)
    return last


def _number_names(columns: dict[int, Meaning]) -> dict[int, Meaning]:
    """Columns headed 指标名称 without a number become levels behind the numbered ones, from the left."""
    taken = {m.level for m in columns.values() if m.key == "level"}
    level = max(taken, default=0)
    numbered = [column for column, m in columns.items() if m.key == "level"]
    found: dict[int, Meaning] = {}
    for column, meaning in sorted(columns.items()):
        if meaning.key == "name":
            if numbered and column < min(numbered):
                continue  # 绩效指标 beside the levels is a label, not one of them
            level += 1
            found[column] = Meaning("level", level)
        elif meaning.key == "level" and any(m == meaning for m in found.values()):
            continue  # the same level twice: the first counts
        else:
            found[column] = meaning
    return found


def _points_of_levels(columns: dict[int, Meaning]) -> dict[int, Meaning]:
    """Columns headed 分值 that stand right of a level's name and left of the next belong to that level."""
    levels = {column: m.level for column, m in columns.items() if m.key == "level"}
    generic = sorted(column for column, m in columns.items() if m.key == "points")
    deepest = max(levels.values(), default=0)
    found = dict(columns)
    for column in generic:
        left = [c for c in levels if c < column]
        level = levels[max(left)] if left else 0
        if level and (level < deepest or len(generic) > 1):
            found[column] = Meaning("level_points", level)
    return found
