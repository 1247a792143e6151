"""Look at the blank workbook that a bureau sent and propose which cells hold what.

Three things are recognised: the table of indicators (by its header, and each row by the name of its
indicator), the cross of a fund table's total row with its columns, and labelled fields with an empty
cell to their right. Cells that hold text or a formula are never proposed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.domain.bureau import Binding
from workbench.domain.form import Form, Indicator
from workbench.importers.indicator_columns import IndicatorColumns, bare, plain
from workbench.importers.sheet_grid import Grid, sheet_grid
from workbench.importers.table_headers import Header, find_header
from workbench.importers.workbooks import read_workbook

#: A label with its colon and room behind it in one cell: the value goes behind the colon.
_COLONS = ("：", ":")
_LONGEST_LABEL = 16


@dataclass(frozen=True)
class BureauColumns:
    """The synonyms of ``bureau_columns.toml``, each by its compared spelling."""

    columns: Mapping[str, str]
    labels: Mapping[str, str]
    fund_rows: frozenset[str]


def load_bureau_columns(path: Path) -> BureauColumns:
    """Read the synonyms."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))

    def by_name(table: str) -> dict[str, str]:
        return {plain(name): content for content, names in raw[table].items() for name in names}

    return BureauColumns(
        by_name("columns"), by_name("labels"), frozenset(plain(name) for name in raw["fund_rows"]["total"])
    )


@dataclass(frozen=True)
class Proposal:
    """What was recognised of a blank form; ``unplaced`` are the indicators that no row names."""

    bindings: tuple[Binding, ...]
    unplaced: tuple[Indicator, ...]
    grids: tuple[Grid, ...]


def recognise(path: Path, form: Form, known: IndicatorColumns, names: BureauColumns) -> Proposal:
    """Propose bindings for a blank and an indicator system.

    Raises :class:`WorkbenchError` with a sentence for a file that can't be read as a workbook.
    """
    book = read_workbook(path)
    grids = tuple(sheet_grid(book, sheet) for sheet in book.sheets)
    found: dict[tuple[str, int, int], Binding] = {}
    placed: set[str] = set()
    for grid in grids:
        if grid.hidden:
            continue
        wanted = [*_fund_cells(grid, names), *_labelled(grid, names)]
        header = find_header(grid, known)
        if header is not None:
            table = _indicator_rows(grid, header, form, known, names)
            placed |= table.placed
            outside = [one for one in wanted if not header.first <= one.row <= table.last_row]
            wanted = [*table.bindings, *outside]
        for one in wanted:
            found.setdefault((one.sheet, one.row, one.column), one)
    return Proposal(
        tuple(sorted(found.values())),
        tuple(leaf for leaf in form.leaves if leaf.id not in placed),
        grids,
    )


@dataclass
class _Table:
    """What the rows of an indicator table gave, down to its last row."""

    last_row: int
    bindings: list[Binding] = field(default_factory=list)
    placed: set[str] = field(default_factory=set)


def _indicator_rows(
    grid: Grid, header: Header, form: Form, known: IndicatorColumns, names: BureauColumns
) -> _Table:
    contents = {
        column: content
        for column in range(1, grid.last_column + 1)
        if (content := _column_content(grid, header, column, names))
    }
    levels = sorted(header.level_columns.items())
    found = _Table(header.last)
    for row in range(header.last + 1, grid.last_row + 1):
        first = next(iter(grid.filled(row).values()), "")
        if plain(first) in known.totals:
            found.last_row = row
            found.bindings += [
                _binding(grid, row, column, "total")
                for column, content in contents.items()
                if content == "score" and _empty(grid, row, column)
            ]
            continue
        leaf = _leaf(form, [grid.spread(row, column) for _, column in levels], found.placed)
        if leaf is None:
            continue
        found.last_row = row
        found.placed.add(leaf.id)
        found.bindings += [
            _binding(grid, row, column, f"{content}@{leaf.id}")
            for column, content in contents.items()
            if _empty(grid, row, column)
        ]
    return found


def _column_content(grid: Grid, header: Header, column: int, names: BureauColumns) -> str:
    texts = [grid.spread(row, column) for row in range(header.last, header.first - 1, -1)]
    for text in dict.fromkeys(texts):
        content = names.columns.get(plain(text)) or names.columns.get(bare(text))
        if content:
            return content
    return ""


def _leaf(form: Form, path: list[str], placed: set[str]) -> Indicator | None:
    """The scored indicator that a row names: by its own name, by those above it where two share one."""
    said = [bare(text) for text in path if text]
    if not said:
        return None
    same = [leaf for leaf in form.leaves if bare(leaf.name) == said[-1] and leaf.id not in placed]
    if len(same) > 1:
        above = set(said[:-1])
        same.sort(key=lambda leaf: -len(above & {bare(one.name) for one in form.path(leaf.id)}))
    return same[0] if same else None


def _fund_cells(grid: Grid, names: BureauColumns) -> list[Binding]:
    """Where the total row of a fund table meets its columns."""
    found: list[Binding] = []
    heads: dict[int, str] = {}
    for row in range(1, grid.last_row + 1):
        texts = grid.filled(row)
        here = {
            column: content
            for column, text in texts.items()
            if (content := names.labels.get(plain(text)) or names.labels.get(bare(text), "")).startswith(
                "fund."
            )
        }
        if len(here) > 1:
            heads = here
            continue
        if heads and any(
            plain(text) in names.fund_rows or bare(text) in names.fund_rows for text in texts.values()
        ):
            found += [
                _binding(grid, row, column, content)
                for column, content in heads.items()
                if _empty(grid, row, column)
            ]
            heads = {}
    return found


def _labelled(grid: Grid, names: BureauColumns) -> list[Binding]:
    found: list[Binding] = []
    for row in range(1, grid.last_row + 1):
        for column, text in grid.filled(row).items():
            if len(text) > _LONGEST_LABEL:
                continue
            content = names.labels.get(plain(text)) or names.labels.get(bare(text), "")
            if not content:
                continue
            right = grid.area(row, column)[3] + 1
            if (
                right <= grid.last_column + 1
                and grid.anchor(row, right) == (row, right)
                and _empty(grid, row, right)
            ):
                found.append(_binding(grid, row, right, content))
            elif text.rstrip().endswith(_COLONS):
                found.append(Binding(grid.name, row, column, content, text.rstrip()))
    return found


def _empty(grid: Grid, row: int, column: int) -> bool:
    """The cell (or the merged area that begins here) holds nothing; cells inside an area don't count."""
    return grid.anchor(row, column) == (row, column) and grid.rows.get(row, {}).get(column) is None


def _binding(grid: Grid, row: int, column: int, content: str) -> Binding:
    return Binding(grid.name, row, column, content)
