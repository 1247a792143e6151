"""The score table as an annex of the report: the columns of the layout that the score sheet has too."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import exact, round_half_up, show_percent, show_plain
from workbench.exporters.document import Align, Block, Cell, Row, Table, cells, content
from workbench.exporters.document import Column as TableColumn
from workbench.exporters.layout_shapes import Column, Layout
from workbench.exporters.layouts import CONTENTS, Value, columns_for, layout_from, level_text
from workbench.exporters.report_data import Group, ReportData, ScoreRow
from workbench.exporters.report_words import evidence_text, score_text

#: The nine columns of a full report, where no layout was chosen.
_NINE = layout_from(
    "nine",
    {
        "column": [
            {"content": "levels", "text": "{name}（{points}）", "widths": [9, 9, 13], "align": "center"},
            {"header": "指标解释", "content": "explanation", "width": 20},
            {"header": "评价标准", "content": "criterion", "width": 36},
            {"header": "得分", "content": "score", "width": 8.5, "align": "center"},
            {"header": "依据", "content": "basis", "width": 22},
            {"header": "依据来源", "content": "basis_source", "width": 13},
            {"header": "证据收集方式", "content": "collection_method", "width": 9.5, "align": "center"},
        ]
    },
)
_ALIGNS = {"left": Align.LEFT, "center": Align.CENTER, "right": Align.RIGHT}
#: Shares of the narrowest columns on landscape paper that hold 100.00 in bold.
_NARROWEST = 8.5


def score_annex(data: ReportData) -> list[Block]:
    """The table with merged levels, subtotals where the layout has them, total and grade."""
    layout = data.layout or _NINE
    columns = columns_for(layout, data.levels)
    starts = {(g.indicator.level, g.first): g for g in data.groups}
    ends = {g.first + g.rows: g for g in data.groups if g.indicator.level == 1}
    rows: list[Row] = []
    for number, row in enumerate(data.rows, start=1):
        rows.append(_row(data, columns, row, number - 1, starts))
        if layout.subtotals and number in ends and len(data.levels) > 1:
            rows.append(_subtotal(data, columns, ends[number]))
    rows.append(_total(data, layout, columns))
    return [
        Table(
            columns=tuple(map(_printed, columns)),
            header=(cells(*(column.header for column in columns), bold=True),),
            rows=tuple(rows),
            landscape=True,
            small=True,
        )
    ]


def _printed(column: Column) -> TableColumn:
    share = max(column.width, _NARROWEST) if column.is_score else column.width
    return TableColumn(share, _ALIGNS.get(column.align, Align.LEFT), label=column.level > 0)


def _row(
    data: ReportData,
    columns: tuple[Column, ...],
    row: ScoreRow,
    number: int,
    starts: dict[tuple[int, int], Group],
) -> Row:
    line: list[Cell] = []
    depth = len(data.levels)
    for column in columns:
        if not column.level:
            line.append(Cell(content(_text(data, column, row))))
        elif column.level == row.indicator.level:
            # An indicator without children fills the columns of the levels that it does not have.
            line.append(Cell(content(level_text(column, row.indicator)), col_span=depth - column.level + 1))
        elif column.level < row.indicator.level:
            group = starts.get((column.level, number))
            if group is not None:
                line.append(Cell(content(level_text(column, group.indicator)), row_span=group.rows))
    return tuple(line)


def _text(data: ReportData, column: Column, row: ScoreRow) -> str:
    if column.content == "basis_source":
        return "\n".join(part for part in (row.basis_source, evidence_text(row.evidence)) if part)
    value = CONTENTS[column.content](data, row)
    if value is None:
        return "—" if column.content == "score" else ""
    if isinstance(value, str):
        return value.strip()
    if column.content == "full_mark":
        return show_plain(value)
    if column.content == "rate":
        return show_percent(value)
    digits = data.evaluation.form.digits_of(row.indicator)
    return score_text(data, round_half_up(exact(value), digits), row.indicator)


def _sum(data: ReportData, column: Column, group: Group | None) -> str:
    """What a column of points comes to, in a group or in all."""
    if column.content == "full_mark":
        return show_plain(group.indicator.full_mark if group else data.evaluation.form.total)
    found: Decimal | None
    if column.content == "score":
        found = data.scores[group.indicator.id].score if group else data.scores.total
    else:
        some = data.rows[group.first : group.first + group.rows] if group else data.rows
        values: list[Value] = [CONTENTS[column.content](data, row) for row in some]
        numbers = [exact(value) for value in values if isinstance(value, Decimal | Fraction)]
        found = (
            round_half_up(sum(numbers, Fraction(0)), data.evaluation.form.rounding.digits)
            if numbers
            else None
        )
    return score_text(data, found) if found is not None else ""


def _subtotal(data: ReportData, columns: tuple[Column, ...], group: Group) -> Row:
    return _sums(data, columns, f"{group.indicator.name}小计", group, "")


def _total(data: ReportData, layout: Layout, columns: tuple[Column, ...]) -> Row:
    done = data.scores.grade is not None and data.scores.complete
    grade = data.scores.grade.name if done and data.scores.grade else ""
    return _sums(data, columns, layout.total, None, grade)


def _sums(data: ReportData, columns: tuple[Column, ...], words: str, group: Group | None, grade: str) -> Row:
    """A row of sums; texts between the name and the first points join it, the grade follows the score."""
    first = next(n for n, column in enumerate(columns) if column.is_score)
    line = [Cell(content(words), col_span=first, align=Align.CENTER, bold=True)]
    scored = False
    for column in columns[first:]:
        text = _sum(data, column, group) if column.is_score else ""
        if scored and grade and not column.is_score:
            text, grade = grade, ""
        scored |= column.content == "score"
        line.append(Cell(content(text), bold=column.is_score))
    if grade:  # the score is the last column
        line[0] = Cell(content(f"{words}（{grade}）"), col_span=first, align=Align.CENTER, bold=True)
    return tuple(line)
