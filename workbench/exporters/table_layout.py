"""Column widths, cell lines and row heights of a table, before it is cut into pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from workbench.exporters.document import Align, Cell, Row, Table, Text, grid, plain
from workbench.exporters.linebreak import clean
from workbench.exporters.lines import Line, Style
from workbench.exporters.numbering import Numbered
from workbench.exporters.typesetting import Typesetter
from workbench.exporters.typography import Typography

CONTINUED = "（续）"
_LABEL_LENGTH = 24  # a longer text in a spanning cell is no label: only （续） is repeated
_FIGURE = re.compile(r"[\d\s.,%％‰+\-−–—/×≥≤<>±()]*")


@dataclass(slots=True)
class LaidCell:
    """A cell set in its width; ``used`` counts the lines already printed on earlier pages."""

    row: int
    col: int
    rows: int
    cols: int
    lines: tuple[Line, ...]
    again: tuple[Line, ...]  # what stands in the cell when it goes on on another page
    style: Style
    used: int = 0
    begun: bool = False

    @property
    def rest(self) -> tuple[Line, ...]:
        """What is still to be printed: the lines left, or on a later page the label again."""
        left = self.lines[self.used :]
        return self.again if self.begun and not left else left


@dataclass(slots=True)
class Block:
    """The header or the body of a table: its cells, who occupies each place, and the height of each row."""

    cells: list[LaidCell]
    owner: dict[tuple[int, int], LaidCell]
    heights: list[float]

    @property
    def height(self) -> float:
        """The height of all rows together."""
        return sum(self.heights)


@dataclass(frozen=True, slots=True)
class Measure:
    """Sizes common to all cells of one table."""

    style: Style
    pad_x: float
    pad_y: float

    def height(self, lines: int) -> float:
        """Return the height of a cell of so many lines."""
        return max(1, lines) * self.style.leading + 2 * self.pad_y


class TableLayout:
    """A table laid out for a width."""

    def __init__(
        self, table: Table, numbered: Numbered, setter: Typesetter, typography: Typography, width: float
    ) -> None:
        self.table = table
        self._numbered = numbered
        self._setter = setter
        self._head = typography.table_head
        style = typography.table_small if table.small else typography.table
        self.measure = Measure(style, 3.0 if table.small else 4.5, 3.0 if table.small else 4.0)
        self.widths = self._widths(width)
        self.header = self._block(table.header, header=True)
        self.body = self._block(table.rows, header=False)

    # ── columns ──────────────────────────────────────────────────────────────────────────────────

    def _widths(self, width: float) -> list[float]:
        shares = [column.share for column in self.table.columns]
        if not any(shares):
            return self._by_content(width)
        total = sum(shares)
        return [width * share / total for share in shares]

    def _by_content(self, width: float) -> list[float]:
        """Give each column what its words need, long texts sharing what is left by their amount."""
        count = len(self.table.columns)
        size, pad = self.measure.style.size, 2 * self.measure.pad_x + 1
        natural, least, amount = [size + pad] * count, [size + pad] * count, [0.0] * count
        for rows, role in ((self.table.header, self._head), (self.table.rows, self.measure.style.role)):
            for placed in grid(rows, count):
                across = placed.cell.col_span
                for text in clean(self._plain(placed.cell)).split("\n"):
                    wide = (self._setter.text_width(text, role, size) + pad) / across
                    short = wide if _FIGURE.fullmatch(text) or len(text) <= 4 else 4 * size + pad
                    for col in range(placed.col, placed.col + across):
                        natural[col] = max(natural[col], wide)
                        least[col] = max(least[col], min(wide, short, width * 0.3))
                        amount[col] += wide
        if sum(natural) <= width:
            return [wide * width / sum(natural) for wide in natural]
        if sum(least) >= width:
            return [wide * width / sum(least) for wide in least]
        spare = width - sum(least)
        # A column takes of the rest by its amount of text, but never more than its longest line needs.
        result = least
        open_columns = set(range(count))
        while spare > 0.1 and open_columns:
            weights = {n: amount[n] ** 0.6 for n in open_columns}
            total = sum(weights.values())
            given = {n: min(spare * weights[n] / total, natural[n] - result[n]) for n in open_columns}
            for n, more in given.items():
                result[n] += more
            spare -= sum(given.values())
            open_columns = {n for n in open_columns if natural[n] - result[n] > 0.1}
        return result

    def _plain(self, cell: Cell) -> str:
        return "".join(run.text for run in self._numbered.resolve(cell.runs))

    # ── cells ────────────────────────────────────────────────────────────────────────────────────

    def _block(self, rows: tuple[Row, ...], *, header: bool) -> Block:
        cells: list[LaidCell] = []
        owner: dict[tuple[int, int], LaidCell] = {}
        heights = [self.measure.height(1)] * len(rows)
        for placed in grid(rows, len(self.widths)):
            cell = self._cell(placed.row, placed.col, placed.cell, header=header)
            cells.append(cell)
            for row in range(cell.row, cell.row + cell.rows):
                for col in range(cell.col, cell.col + cell.cols):
                    owner[row, col] = cell
            if cell.rows == 1:
                heights[cell.row] = max(heights[cell.row], self.measure.height(len(cell.lines)))
        for cell in sorted(cells, key=lambda one: one.rows):
            wanted = self.measure.height(len(cell.lines)) - sum(heights[cell.row : cell.row + cell.rows])
            if cell.rows > 1 and wanted > 0:
                for row in range(cell.row, cell.row + cell.rows):
                    heights[row] += wanted / cell.rows
        return Block(cells, owner, heights)

    def _cell(self, row: int, col: int, cell: Cell, *, header: bool) -> LaidCell:
        column = self.table.columns[col]
        style = self.measure.style
        width = sum(self.widths[col : col + cell.col_span]) - 2 * self.measure.pad_x
        align = cell.align or (Align.CENTER if header else column.align)
        if align is Align.LEFT and width >= 18 * style.size:
            align = Align.JUSTIFY  # a wide column of text stands straight at both sides
        strong = header or cell.bold
        runs = self._numbered.resolve(cell.runs)
        said = "".join(run.text for run in runs)
        style = replace(
            style,
            align=align,
            role=self._head if strong else style.role,
            tabular=align is Align.RIGHT and bool(_FIGURE.fullmatch(said)),
        )
        # Names in narrow columns break evenly: 一级／指标, not 一级指／标.
        put = self._setter.balanced if align is Align.CENTER else self._setter.set
        lines = put(runs, style, width)
        again: tuple[Line, ...] = ()
        if said and (cell.row_span > 1 or column.label) and not header:
            label = clean(said).replace("\n", "") if len(said) <= _LABEL_LENGTH else ""
            again = put((Text(label + CONTINUED),), style, width)
        return LaidCell(row, col, cell.row_span, cell.col_span, lines, again, style)


def describe(table: Table) -> str:
    """Return what a person may call a table that has no caption."""
    return table.caption or plain(table.rows[0][0].runs if table.rows and table.rows[0] else ())
