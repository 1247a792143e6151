"""The score sheet (评分表) and what belongs to it, as a workbook with live formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from workbench.domain.amounts import exact, round_half_up, show_plain
from workbench.domain.evaluation import STAGES
from workbench.domain.form import Indicator
from workbench.domain.scoring import FINE, FIRST, stage_that_counts
from workbench.exporters.accompanying_sheets import add_deductions, add_problems, add_survey
from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.layout_shapes import Column, HeadCell, Layout
from workbench.exporters.layouts import (
    CONTENTS,
    Layouts,
    columns_for,
    level_text,
    overview_texts,
    stage_given,
    taken_by_head,
    worded,
)
from workbench.exporters.report_data import Group, ReportData, ScoreRow
from workbench.exporters.row_heights import MOST
from workbench.exporters.sheet_paper import (
    BODY,
    HEAD,
    MIDDLE,
    NOTE,
    PERCENT,
    POINTS,
    STRONG,
    TITLE,
    Book,
    CellValue,
    Formula,
    Look,
    Page,
    letter,
    points_look,
    sum_of,
)

UNFINISHED = "未评完"
#: The layout with a column for every stage.
STAGE_LAYOUT = "stages"


def write_score_sheet(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write the score sheet of the form's layout (or ``kit.layout``) with its accompanying sheets."""
    layout = Layouts(kit.layouts, kit.own_layouts).load(kit.layout or data.evaluation.form.layout)
    if kit.locked is not None:
        layout = replace(layout, protected=kit.locked)
    book = Book(kit.fonts, data.made, data.seal)
    overview = data.evaluation.overview
    book.describe(
        worded(layout.title, overview_texts(data)), overview.agency, overview.project, overview.evaluated_unit
    )
    progress(0, 3, "正在生成评分表")
    _Table(data, layout, book).write()
    progress(1, 3, "正在生成扣分明细、问题清单和问卷统计")
    left_out = [] if not kit.without_empty else [name for name, rows, _ in _beside(data) if not rows]
    for name, _, add in _beside(data):
        if name not in left_out:
            add(data, book)
    progress(2, 3, "正在写入文件")
    path.write_bytes(book.data())
    said = [f"没有内容的附表没有印：{'、'.join(left_out)}。"] if left_out else []
    return Written((*said, *book.checked.notices), book.checked.cells)


def _beside(data: ReportData) -> tuple[tuple[str, Sequence[object], Callable[[ReportData, Book], None]], ...]:
    """The sheets beside the score table: what they are called, what they list, and who writes them."""
    return (
        ("扣分明细", data.deductions, add_deductions),
        ("问题清单", data.problems, add_problems),
        ("问卷统计", data.questionnaires, add_survey),
    )


def write_stage_sheet(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write the sheet on which the scores of all stages stand side by side."""
    return write_score_sheet(data, path, replace(kit, layout=STAGE_LAYOUT), progress)


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a group or a row of the table stands on the sheet: first and last row."""

    first: int
    last: int


class _Table:
    """The table itself: head, indicators with merged levels, subtotals, total, grade; then the summary."""

    def __init__(self, data: ReportData, layout: Layout, book: Book) -> None:
        self._data = data
        self._layout = layout
        self._book = book
        self._columns = columns_for(layout, data.levels)
        self._taken = taken_by_head(layout, data.evaluation.form.leaves) if layout.in_head else None
        self._page = book.page(layout.sheet, [c.width for c in self._columns], layout.orientation)
        self._spans: dict[str, _Span] = {}
        self._head_scores: dict[str, str] = {}
        """Cells above the table that hold points, by what they hold: ``full`` or ``score``."""
        self._head_funds: dict[str, str] = {}
        self._total_row = 0
        self._blocks: list[int] = []

    def write(self) -> None:
        known = overview_texts(self._data)
        page, columns = self._page, self._columns
        page.wide_row(worded(self._layout.title, known), TITLE, 30)
        if self._layout.subtitle:
            page.wide_row(
                worded(self._layout.subtitle, known), replace(NOTE, align=self._layout.subtitle_align)
            )
        self._head(known)
        header = page.row([(column.header, HEAD) for column in columns], least=26)
        rows = [row for row in self._data.rows if row.indicator is not self._taken]
        self._body(rows)
        self._totals(rows)
        page.finish(
            header=header,
            freeze=f"{letter(len(self._data.levels) + 1)}{header + 1}" if not self._layout.head else "",
            blocks=self._blocks,
            landmark=known["project"],
            protected=self._layout.protected,
        )
        if self._layout.summary:
            self._summary()

    # —— head cells ——

    def _head(self, known: dict[str, str]) -> None:
        covered: set[tuple[int, int]] = set()
        for cells in self._layout.head:
            row = self._page.filled + 1
            column = 1
            for cell in cells:
                while (row, column) in covered:
                    column += 1
                self._head_cell(cell, row, column, known)
                covered |= {
                    (r, c) for r in range(row, row + cell.rows) for c in range(column, column + cell.cols)
                }
                column += cell.cols
            self._page.filled = row

    def _head_cell(self, cell: HeadCell, row: int, column: int, known: dict[str, str]) -> None:
        look = HEAD if cell.label else (MIDDLE if cell.value or len(cell.text) < 4 else BODY)
        value: CellValue | Formula = worded(cell.text, known)
        if cell.value:
            value, look = self._head_value(cell.value, row, column)
        if isinstance(value, str):
            look = self._page.fitting(value, look, self._page.points(column, cell.cols), cell.rows)
        self._page.put(row, column, value, look)
        self._page.merge(row, column, cell.rows, cell.cols, look)
        if isinstance(value, str) and cell.rows == 1:
            need = self._book.heights.height(value, self._page.points(column, cell.cols), look.size)
            self._page.set_height(row, max(need, self._page.height(row), 20.0))

    def _head_value(self, value: str, row: int, column: int) -> tuple[CellValue | Formula, Look]:
        name, _, rest = value.partition(":")
        if name == "fund":
            fund, _, word = rest.partition(":")
            if not word:
                self._head_funds[fund] = f"{letter(column)}{row}"
            return _fund(self._data, fund, word), POINTS
        if name == "rate":
            return self._head_rate(rest), PERCENT
        if self._taken is None:
            return "—", MIDDLE
        self._head_scores[name] = f"{letter(column)}{row}"
        if name == "full":
            return self._taken.full_mark, MIDDLE
        taken = next(r for r in self._data.rows if r.indicator is self._taken)
        digits = self._data.evaluation.form.digits_of(self._taken)
        return CONTENTS["score"](self._data, taken), points_look(digits)

    def _head_rate(self, columns: str) -> CellValue | Formula:
        above, below = columns.split("/")
        top, bottom = self._data.fund_totals[above], self._data.fund_totals[below]
        rate = top / bottom if top is not None and bottom else None
        first, second = self._head_funds.get(above), self._head_funds.get(below)
        if first is None or second is None:
            return rate
        return Formula(f'=IF(N({second})=0,"",{first}/{second})', "" if rate is None else rate)

    # —— indicators ——

    def _body(self, rows: Sequence[ScoreRow]) -> None:
        last_of = self._last_rows(rows)
        for row in rows:
            first = self._page.filled + 1
            if (row.path[-2:-1] and row.path[-2].id not in self._spans) or len(row.path) == 1:
                self._blocks.append(first)
            last = self._leaf(row)
            for indicator in row.path:
                span = self._spans.get(indicator.id)
                self._spans[indicator.id] = _Span(span.first if span else first, last)
            for group in last_of.get(row.indicator.id, ()):
                self._close(group)

    def _last_rows(self, rows: Sequence[ScoreRow]) -> dict[str, list[Indicator]]:
        """Which indicators above end with which row, the lowest level first."""
        last: dict[str, str] = {}
        for row in rows:
            for indicator in row.path[:-1]:
                last[indicator.id] = row.indicator.id
        found: dict[str, list[Indicator]] = {}
        for row in rows:
            for indicator in reversed(row.path[:-1]):
                group = found.setdefault(row.indicator.id, [])
                if last[indicator.id] == row.indicator.id and indicator not in group:
                    group.append(indicator)
        return found

    def _leaf(self, row: ScoreRow) -> int:
        """Write one indicator; texts higher than a sheet's row go on in further rows. Returns the last row."""
        depth = len(row.path)
        values: list[tuple[CellValue | Formula, Look]] = [
            self._value(column, row, depth) for column in self._columns
        ]
        need = self._page.need(values)
        first = self._page.filled + 1
        cells: list[tuple[CellValue | Formula, Look] | None] = []
        wide: dict[int, int] = {}
        for number, (value, look) in enumerate(values, start=1):
            column = self._columns[number - 1]
            # An indicator above is written when its last row is known.
            other = column.level and column.level != depth
            cells.append(None if other else (self._live(column, row, first, value), look))
            if column.level == depth:
                wide[number] = self._levels_right_of(number)
        if need > MOST:
            self._page.parted(cells, wide, need if need > self._page.need(cells) else 0.0)
            return self._page.filled
        self._page.row(cells, fit=False, least=max(need, 24.0))
        for number, columns in wide.items():
            self._page.merge(first, number, 1, columns, values[number - 1][1])
        return first

    def _levels_right_of(self, number: int) -> int:
        """How many level columns stand from this one on: an indicator without children fills them."""
        wide = 1
        while number - 1 + wide < len(self._columns) and self._columns[number - 1 + wide].level:
            wide += 1
        return wide

    def _value(self, column: Column, row: ScoreRow, depth: int) -> tuple[CellValue, Look]:
        if column.level:
            return (level_text(column, row.path[column.level - 1]) if column.level <= depth else ""), MIDDLE
        value = CONTENTS[column.content](self._data, row)
        if column.content == "full_mark":
            return value, MIDDLE
        if column.is_score:
            digits = self._data.evaluation.form.digits_of(row.indicator)
            return value, points_look(digits, change=column.content.startswith("change:"))
        if column.content == "rate":
            return value, PERCENT
        return value, Look(align=column.align)

    def _live(
        self, column: Column, row: ScoreRow, at: int, value: CellValue | Formula
    ) -> CellValue | Formula:
        """Points that follow from other cells of the row, as a formula: taken over from the stage before,
        a difference of two stages, the score of the stage that counts."""
        if isinstance(value, str | Formula) or value is None:
            return value
        stages = {c.stage: f"{letter(n)}{at}" for n, c in enumerate(self._columns, start=1) if c.stage}
        marks = row.scored.marks or {}
        if column.stage and stage_that_counts(column.stage, marks) != column.stage:
            before = STAGES[STAGES.index(column.stage) - 1]
            if before == "复核" and not stage_given(self._data, before):
                before = FIRST
            return Formula(f"={stages[before]}", value) if before in stages else value
        if column.content.startswith("change:"):
            stage = column.content.removeprefix("change:")
            before = STAGES[STAGES.index(stage) - 1]
            if {stage, before} <= stages.keys():
                return Formula(f"=ROUND({stages[stage]}-{stages[before]},{FINE})", value)
        if column.content == "score":
            stage = self._data.evaluation.overview.counting_stage
            if not stage_given(self._data, stage):
                stage = stage_that_counts(stage, marks)
            return Formula(f"={stages[stage]}", value) if stage in stages else value
        return value

    def _close(self, group: Indicator) -> None:
        """Write a group's merged cell, and its subtotal where the layout wants one."""
        span = self._spans[group.id]
        number = next(n for n, c in enumerate(self._columns, start=1) if c.level == group.level)
        column = self._columns[number - 1]
        self._page.put(span.first, number, level_text(column, group), MIDDLE)
        self._page.merge(span.first, number, span.last - span.first + 1, 1, MIDDLE)
        if self._layout.subtotals and group.level == 1:
            row = self._page.filled + 1
            levels = len(self._data.levels)
            self._page.put(row, 1, f"{group.name}小计", STRONG)
            self._page.merge(row, 1, 1, levels, STRONG)
            leaves = [
                r for r in self._data.rows if r.path[0].id == group.id and r.indicator is not self._taken
            ]
            self._sums(row, leaves, [f"{span.first}:{span.last}"])
            self._page.set_height(row, 22)

    # —— sums ——

    def _sums(self, row: int, leaves: Sequence[ScoreRow], ranges: Sequence[str]) -> None:
        """Write the sum of each column of points; ``ranges`` are row ranges ``4:9`` of indicators."""
        digits = self._data.evaluation.form.rounding.digits
        for number, column in enumerate(self._columns, start=1):
            if column.level:
                continue
            if not column.is_score:
                self._page.put(row, number, "", STRONG)
                continue
            name = letter(number)
            parts = [f"{name}{a}:{name}{b}" for a, b in (r.split(":") for r in ranges)]
            extra = self._head_scores.get("full" if column.content == "full_mark" else "score", "")
            values = [v for leaf in leaves if (v := CONTENTS[column.content](self._data, leaf)) is not None]
            if extra and row == self._total_row:
                parts.append(extra)
                taken = next(r for r in self._data.rows if r.indicator is self._taken)
                values += [v for v in [CONTENTS[column.content](self._data, taken)] if v is not None]
            total = sum_of(values)
            shown = round_half_up(total, digits)
            change = column.content.startswith("change:")
            look = (
                STRONG if column.content == "full_mark" else points_look(digits, strong=True, change=change)
            )
            joined = ",".join(parts)
            text = self._sum(joined)
            if not values and column.content.startswith(("mark:", "stage:", "change:")):
                self._page.put(row, number, "", STRONG)  # nobody scored at this stage
                continue
            self._page.put(row, number, Formula(text, shown), look)

    def _sum(self, cells: str) -> str:
        """The formula of a sum of points.

        Cells that are finer than the sum hold fractions such as 1/3 in a spreadsheet's doubles; their
        sum is first freed from what doubles get wrong, so that an exact half rounds up as it should.
        """
        form = self._data.evaluation.form
        inner = f"ROUND(SUM({cells}),{FINE})" if form.rounds_finely else f"SUM({cells})"
        return f"=ROUND({inner},{form.rounding.digits})"

    def _totals(self, rows: Sequence[ScoreRow]) -> None:
        page, levels = self._page, len(self._data.levels)
        self._total_row = page.filled + 1
        page.put(self._total_row, 1, self._layout.total, STRONG)
        page.merge(self._total_row, 1, 1, levels, STRONG)
        roots = list(dict.fromkeys(row.path[0].id for row in rows))
        ranges = [f"{self._spans[root].first}:{self._spans[root].last}" for root in roots]
        if not self._layout.subtotals and ranges:
            ranges = [f"{self._spans[roots[0]].first}:{self._spans[roots[-1]].last}"]
        self._sums(self._total_row, rows, ranges)
        page.set_height(self._total_row, 24)
        if self._layout.grade:
            self._grade(rows, ranges)

    def _grade(self, rows: Sequence[ScoreRow], ranges: Sequence[str]) -> None:
        page, scores = self._page, self._data.scores
        row = page.filled + 1
        number = next(n for n, c in enumerate(self._columns, start=1) if c.content == "score")
        name = letter(number)
        page.put(row, 1, self._layout.grade, STRONG)
        page.merge(row, 1, 1, len(self._data.levels), STRONG)
        for other in range(len(self._data.levels) + 1, len(self._columns) + 1):
            page.put(row, other, "", STRONG)
        counted = ",".join(f"{name}{a}:{name}{b}" for a, b in (r.split(":") for r in ranges))
        if self._head_scores.get("score"):
            counted += f",{self._head_scores['score']}"
        wanted = len(rows) + (1 if self._head_scores.get("score") else 0)
        bands = sorted(self._data.evaluation.form.bands, key=lambda band: band.lower)
        words = '""'
        for band in bands:
            words = f"IF({name}{self._total_row}>={show_plain(band.lower)},{_quoted(band.name)},{words})"
        grade = scores.grade.name if scores.grade is not None else ""
        text = f"=IF(COUNT({counted})<{wanted},{_quoted(UNFINISHED)},{words})"
        page.put(row, number, Formula(text, grade if scores.complete else UNFINISHED), STRONG)
        page.set_height(row, 24)

    # —— summary by level ——

    def _summary(self) -> None:
        levels = self._data.levels
        page = self._book.page("得分汇总", [*([16] * (len(levels) - 1 or 1)), 12, 12, 12, 12], "portrait")
        page.wide_row("各级指标得分汇总", TITLE, 30)
        names = list(levels[:-1]) or ["指标"]
        header = page.row([(name, HEAD) for name in (*names, "分值", "得分", "扣分", "得分率")], least=24)
        groups = [g for g in self._data.groups if g.indicator.id in self._spans]
        score = next(n for n, c in enumerate(self._columns, start=1) if c.content == "score")
        first_level: list[int] = []
        for group in groups:
            row = self._summary_row(page, group, score, len(names))
            if group.indicator.level == 1:
                first_level.append(row)
        lone = [r for r in self._data.rows if len(r.path) == 1 and r.indicator.id in self._spans]
        for leaf in lone:
            group = Group(leaf.indicator, leaf.scored, 0, 1)
            first_level.append(self._summary_row(page, group, score, len(names)))
        self._summary_total(page, first_level, len(names), score)
        page.finish(header=header, landmark=self._data.evaluation.overview.project)

    def _summary_row(self, page: Page, group: Group, score: int, names: int) -> int:
        row = page.filled + 1
        digits = self._data.evaluation.form.rounding.digits
        strong = group.indicator.level == 1
        look = STRONG if strong else MIDDLE
        points = points_look(digits, strong=strong)
        for level in range(1, names + 1):
            page.put(row, level, group.indicator.name if level == group.indicator.level else "", look)
        span = self._spans[group.indicator.id]
        name = f"'{self._page.title}'!{letter(score)}"
        cells = f"{name}{span.first}:{letter(score)}{span.last}"
        kept = round_half_up(group.scored.exact or 0, digits)
        full = group.indicator.full_mark
        at = names + 1
        page.put(row, at, full, look)
        page.put(row, at + 1, Formula(self._sum(cells), kept), points)
        self._derived(page, row, at, full=full, kept=kept, strong=strong)
        page.set_height(row, 20)
        return row

    def _derived(self, page: Page, row: int, at: int, *, full: Decimal, kept: Decimal, strong: bool) -> None:
        """Points off and score rate of one row, as formulas."""
        full_cell, kept_cell = f"{letter(at)}{row}", f"{letter(at + 1)}{row}"
        digits = self._data.evaluation.form.rounding.digits
        points = points_look(digits, strong=strong)
        page.put(row, at + 2, Formula(f"=ROUND({full_cell}-{kept_cell},{digits})", full - kept), points)
        rate: CellValue = exact(kept) / exact(full) if full else ""
        page.put(row, at + 3, Formula(f'=IF({full_cell}=0,"",{kept_cell}/{full_cell})', rate), PERCENT)

    def _summary_total(self, page: Page, rows: Sequence[int], names: int, score: int) -> None:
        row, at = page.filled + 1, names + 1
        digits = self._data.evaluation.form.rounding.digits
        page.put(row, 1, self._layout.total, STRONG)
        page.merge(row, 1, 1, names, STRONG)
        scores = self._data.scores
        full = Formula(f"=SUM({','.join(f'{letter(at)}{r}' for r in rows)})", scores.full)
        cells = ",".join(f"{letter(at + 1)}{r}" for r in rows)
        page.put(row, at, full, STRONG)
        # Printed parts of the first level need not make the printed total: it adds the indicators.
        if self._data.evaluation.form.rounds_finely:
            name = f"'{self._page.title}'!{letter(score)}"
            text = f"={name}{self._total_row}"
        else:
            text = f"=ROUND(SUM({cells}),{digits})"
        page.put(row, at + 1, Formula(text, scores.total), points_look(digits, strong=True))
        self._derived(page, row, at, full=scores.full, kept=scores.total, strong=True)
        page.set_height(row, 24)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _fund(data: ReportData, column: str, word: str) -> Fraction | None:
    if not word:
        return data.fund_totals[column]
    amounts = [
        exact(amount)
        for line in data.funds
        if word in line.item and (amount := getattr(line, column)) is not None
    ]
    return sum(amounts, Fraction(0)) if amounts else None
