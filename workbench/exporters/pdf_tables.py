"""A table cut into pages: header repeated, long rows split, spanning labels named again."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.exporters.document import Align, Text
from workbench.exporters.fonts import Role
from workbench.exporters.lines import Style
from workbench.exporters.pdf_file import Page
from workbench.exporters.pdf_flow import Flow
from workbench.exporters.table_layout import Block, LaidCell, TableLayout

_SHADE = (0.945, 0.953, 0.965)
_FRAME, _GRID = 0.9, 0.4  # weights of rules
_INK = 0.25  # grey of rules
_FEW = 2  # lines of a split row that must stand on either side of the cut
MUCH = 0.3  # of a page: a row moves whole to the next page unless it would leave more than this empty
SMALL = 0.34  # of a page: a table up to this size is not cut
_NAME_AGAIN = Style(Role.SONG, 9, 15, Align.RIGHT)


@dataclass(slots=True)
class _Slice:
    """A row, or the part of it that stands on one page."""

    row: int
    height: float
    whole: bool = True


class TablePrinter:
    """Prints one laid-out table into a flow of pages."""

    def __init__(self, layout: TableLayout, flow: Flow, label: str) -> None:
        self._layout = layout
        self._flow = flow
        self._label = label
        self._measure = layout.measure
        self._office = flow.file.setter.office  # no more is asked for than word processors are told
        self._row = 0
        self._left = list(layout.body.heights)  # of each row, what is still to be printed
        self._repeats = layout.table.repeat_header and layout.header.height < flow.frame.height * 0.4

    def print(self) -> None:
        """Put the table, beginning new pages as needed."""
        flow, header, body = self._flow, self._layout.header, self._layout.body
        page_room = flow.frame.height - (header.height if self._repeats else 0.0)
        first_row = self._need(0, {}) if body.heights else 0.0
        least = header.height + min(first_row, page_room * MUCH + 1)
        whole = header.height + body.height
        flow.reserve(whole if whole <= flow.frame.height * SMALL else least)
        first = True
        while first or self._row < len(body.heights):
            page = flow.settle()
            if not first:
                self._name_again(page)
            top = flow.y
            if first or self._repeats:
                rows = [_Slice(row, height) for row, height in enumerate(header.heights)]
                flow.y = self._paint(page, header, rows, flow.y)
            start = flow.y
            slices = self._choose(flow.room, page_room)
            flow.y = self._paint(page, body, slices, start)
            self._frame(page, top, start, flow.y)
            self._advance(slices)
            first = False
            if self._row < len(body.heights):
                flow.end_page()

    def _name_again(self, page: Page) -> None:
        if not self._label or self._office:
            return
        frame = self._flow.frame
        for line in self._flow.file.setter.set((Text(f"续{self._label}"),), _NAME_AGAIN, frame.width):
            self._flow.file.text(page, line, frame.x, self._flow.y + 1)
        self._flow.y += _NAME_AGAIN.leading

    # ── what stands on one page ──────────────────────────────────────────────────────────────────

    def _need(self, row: int, so_far: dict[int, float]) -> float:
        """Return the height a row needs now: what it was given, and what the cells ending in it still say."""
        body = self._layout.body
        height = max(self._left[row], self._measure.height(1))
        for cell in self._cells(body, row):
            if cell.row + cell.rows - 1 == row:
                height = max(height, self._measure.height(len(cell.rest)) - so_far.get(id(cell), 0.0))
        return height

    def _cells(self, block: Block, row: int) -> list[LaidCell]:
        """Return the cells that stand in a row, from left to right."""
        found: dict[int, LaidCell] = {}
        for col in range(len(self._layout.widths)):
            cell = block.owner[row, col]
            found.setdefault(id(cell), cell)
        return list(found.values())

    def _choose(self, room: float, page_room: float) -> list[_Slice]:
        """Choose the rows that stand on this page; the last one may be cut."""
        chosen: list[_Slice] = []
        so_far: dict[int, float] = {}
        taken, row = 0.0, self._row
        while row < len(self._left):
            height = self._need(row, so_far)
            if taken + height > room + 0.01:
                part = self._part(height, room - taken, page_room, alone=not chosen)
                if part:
                    chosen.append(_Slice(row, part, whole=False))
                break
            chosen.append(_Slice(row, height))
            for cell in self._cells(self._layout.body, row):
                so_far[id(cell)] = so_far.get(id(cell), 0.0) + height
            taken += height
            row += 1
        # The last row of a table (mostly its total) does not go on a new page by itself.
        last = row == len(self._left) - 1 and not self._office
        if last and len(chosen) > 1 and chosen[-1].whole:
            del chosen[-1]
        return chosen

    def _part(self, height: float, room: float, page_room: float, *, alone: bool) -> float:
        """Return how much of a row to print into the room left, 0 to move it whole to the next page."""
        leading = self._measure.style.leading
        padding = 2 * self._measure.pad_y
        lines = int((room - padding) / leading + 0.001)
        if self._office:
            cut = lines > 0 and (height > self._flow.frame.height * MUCH or alone)
            return lines * leading + padding if cut else 0.0
        if lines >= _FEW and (height > page_room or room > MUCH * page_room):
            total = int((height - padding) / leading + 0.001)
            if total - lines < _FEW <= total - _FEW:
                lines = total - _FEW
            return lines * leading + padding
        return max(room, self._measure.height(1)) if alone else 0.0

    def _advance(self, slices: list[_Slice]) -> None:
        for piece in slices:
            if piece.whole:
                self._row = piece.row + 1
            else:
                self._row = piece.row
                self._left[piece.row] = max(0.0, self._left[piece.row] - piece.height)

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────

    def _paint(self, page: Page, block: Block, slices: list[_Slice], y: float) -> float:
        """Draw the words and inner rules of some rows; return where they end."""
        if not slices:
            return y
        spans: dict[int, tuple[LaidCell, float, float]] = {}
        tops = [y]
        for piece in slices:
            end = tops[-1] + piece.height
            for cell in self._cells(block, piece.row):
                top = spans[id(cell)][1] if id(cell) in spans else tops[-1]
                spans[id(cell)] = (cell, top, end)
            tops.append(end)
        if block is self._layout.header:
            page.box(self._flow.frame.x, y, sum(self._layout.widths), tops[-1] - y, _SHADE)
        for cell, top, end in spans.values():
            self._words(page, cell, top, end, header=block is self._layout.header)
        page.rules(self._rules(block, slices, tops), _GRID, _INK)
        return tops[-1]

    def _words(self, page: Page, cell: LaidCell, top: float, end: float, *, header: bool) -> None:
        leading = cell.style.leading
        rest = cell.rest
        room = end - top - 2 * self._measure.pad_y
        shown = rest[: int(room / leading + 0.001)] if len(rest) * leading > room + 0.01 else rest
        x = self._flow.frame.x + sum(self._layout.widths[: cell.col]) + self._measure.pad_x
        cut = len(shown) < len(rest) or 0 < cell.used < len(cell.lines)
        y = top + (self._measure.pad_y if cut else (end - top - len(shown) * leading) / 2)
        y += (leading - cell.style.size) / 2
        for line in shown:
            self._flow.file.text(page, line, x, y)
            y += leading
        if not header:
            if cell.used < len(cell.lines):
                cell.used += len(shown)
            cell.begun = True

    def _rules(
        self, block: Block, slices: list[_Slice], tops: list[float]
    ) -> list[tuple[float, float, float, float]]:
        """Return the rules between cells, neighbours joined to one stroke."""
        edges = [self._flow.frame.x]
        for width in self._layout.widths:
            edges.append(edges[-1] + width)
        rules: list[tuple[float, float, float, float]] = []
        last = len(self._layout.widths)
        for n in range(1, len(slices)):
            above, below = slices[n - 1].row, slices[n].row
            start: int | None = None
            for col in range(last + 1):
                parted = col < last and block.owner[above, col] is not block.owner[below, col]
                if parted and start is None:
                    start = col
                elif not parted and start is not None:
                    rules.append((edges[start], tops[n], edges[col], tops[n]))
                    start = None
        for col in range(1, last):
            begin: float | None = None
            for n in range(len(slices) + 1):
                row = slices[n].row if n < len(slices) else -1
                parted = row >= 0 and block.owner[row, col - 1] is not block.owner[row, col]
                if parted and begin is None:
                    begin = tops[n]
                elif not parted and begin is not None:
                    rules.append((edges[col], begin, edges[col], tops[n]))
                    begin = None
        return rules

    def _frame(self, page: Page, top: float, start: float, end: float) -> None:
        """Close the table at all sides, also where a page ends in the middle of it."""
        x = self._flow.frame.x
        right = x + sum(self._layout.widths)
        out = _GRID / 2  # the heavy rules end flush with the outer edges of the thin ones
        page.rules([(x - out, y, right + out, y) for y in (top, end)], _FRAME, _INK)
        sides = [(x, top, x, end), (right, top, right, end)]
        if top < start < end:
            sides.append((x, start, right, start))
        page.rules(sides, _GRID, _INK)
