"""One score table of somebody else's → lines and sums as printed, and the indicator system behind them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from workbench.domain.amounts import NotANumber, parse_number
from workbench.domain.outside.sheet import PLAIN_STAGE, At, Line, Said, Stated, SumLine, Unread
from workbench.importers.indicator_columns import plain
from workbench.importers.indicator_ids import number_indicators
from workbench.importers.indicator_table import NATIONAL_BANDS
from workbench.importers.point_texts import BadPoints, read_points
from workbench.importers.review_words import (
    ACTUAL,
    BASIS,
    DEDUCTED,
    RATE,
    REASONS,
    SCORE,
    TARGET,
    ReviewWords,
)
from workbench.importers.rule_sentences import Standard, rule_of
from workbench.importers.sheet_grid import Grid
from workbench.importers.table_headers import Header, find_header, repeats
from workbench.importers.table_rows import Draft, RowReader, Rows, joined

_BLANK = {"", "-", "--", "—", "——", "－", "/", "／", "\\", "无", "…"}


@dataclass
class ScoreTable:
    """What one table gave."""

    title: str
    form: dict[str, Any]
    lines: list[Line]
    sums: list[SumLine]
    around: list[Said]
    """The lines above and below the table."""
    reason_column: bool
    unread: list[Unread] = field(default_factory=list)
    in_text: bool = False
    """It stands in a text file, whose lines are read anyway."""


def score_header(grid: Grid, words: ReviewWords) -> Header | None:
    """The header of a table of indicators, if the grid has one."""
    return find_header(grid, words.columns)


def has_scores(header: Header) -> bool:
    """Whether the table says what was scored, and not only what is to be."""
    return bool(header.of(SCORE))


def at(grid: Grid, row: int, column: int, index: int, file: str) -> At:
    """The place of a cell with what stands in it."""
    anchor = grid.anchor(row, column)
    place, cell = grid.place(*anchor), grid.cell_name(*anchor)
    return At(
        file=file,
        table=place.removesuffix(cell).strip(),
        cell=cell,
        grid=index,
        row=anchor[0],
        column=anchor[1],
        quote=grid.text(*anchor),
    )


def exact_text(grid: Grid, row: int, column: int) -> str:
    """A cell's text; a percentage as exact as the file has it, as a share of one."""
    cell = grid.cell(row, column)
    return cell.text if cell is not None and cell.kind == "percent" else grid.text(row, column)


def read_score_table(grid: Grid, header: Header, words: ReviewWords, index: int, file: str) -> ScoreTable:
    """Read the rows under a header."""
    return _Reader(grid, header, words, index, file).read()


class _Reader:
    def __init__(self, grid: Grid, header: Header, words: ReviewWords, index: int, file: str) -> None:
        self._grid, self._header, self._words = grid, header, words
        self._index, self._file = index, file
        self._unread: list[Unread] = []
        self._score_columns = dict(self._scores())
        self._execution: tuple[int, int, int] | None = None
        """Row, column of the points and of the score of 预算执行率, where it stands above the table."""

    def read(self) -> ScoreTable:
        rows = RowReader(self._grid, self._header, self._words.columns, template=False).read()
        execution = self._execution_row()
        if execution is not None:
            rows.drafts.append(execution)
        number_indicators(rows.drafts, template=False)
        ends = self._ends(rows)
        lines = [self._line(draft, ends[id(draft)]) for draft in rows.drafts]
        for fault in rows.faults:
            self._unread.append(Unread(fault.place, "", fault.what))
        self._columns_left()
        leaves = [(draft, line) for draft, line in zip(rows.drafts, lines, strict=True) if line.leaf]
        return ScoreTable(
            title=rows.title or self._grid.caption,
            form=self._form(rows, leaves),
            lines=lines,
            sums=[self._sum(row, group) for row, group in rows.sum_rows],
            around=list(self._around(rows)),
            reason_column=bool(self._header.of(REASONS) or self._header.of(BASIS)),
            unread=self._unread,
        )

    # columns

    def _scores(self) -> Iterator[tuple[int, tuple[str, int]]]:
        """Score columns with their round and level; 0 stands for the scored indicators themselves."""
        levels = {column: level for level, column in self._header.level_columns.items()}
        deepest = max(levels.values())
        for column in self._header.of(SCORE):
            left = [c for c in levels if c < column]
            level = levels[max(left)] if left else 0
            stage = self._header.columns[column].label or PLAIN_STAGE
            yield column, (stage, 0 if level == deepest else level)

    def _columns_left(self) -> None:
        for column, text in self._header.unknown.items():
            filled = [
                row for row in self._grid.rows if row > self._header.last and self._grid.text(row, column)
            ]
            if filled:
                place = self._grid.place(self._header.last, column)
                name = " ".join(text.split())[:30]
                self._unread.append(Unread(place, name, f"不认识这一列，{len(filled)} 格没有核对。"))

    # rows

    def _execution_row(self) -> Draft | None:
        """预算执行率 of a self-evaluation, whose points stand among the funds above the table (10号 附件1)."""
        for row in sorted(self._grid.rows):
            if row >= self._header.first:
                return None
            named = {plain(text): column for column, text in self._grid.filled(row).items()}
            rate = named.get("执行率") or named.get("预算执行率")
            if rate is None or "分值" not in named or "得分" not in named:
                continue
            below = next((other for other in sorted(self._grid.rows) if other > row), 0)
            points = self._stated(below, named["分值"], None)
            if points is None:
                return None
            self._execution = (below, named["分值"], named["得分"])
            place = self._grid.place(below, named["分值"])
            return Draft(1, "预算执行率", place, below, None, points=points.value, points_place=place)
        return None

    def _ends(self, rows: Rows) -> dict[int, int]:
        """The last row of each indicator: before the next indicator of its level or above, or the next sum."""
        starts = sorted({draft.row for draft in rows.drafts} | {row for row, _ in rows.sum_rows})
        last = max([*self._grid.rows, *starts], default=0) + 1
        found = {}
        for draft in rows.drafts:
            later = [row for row in starts if row > draft.row]
            found[id(draft)] = (later[0] if later else last) - 1
        return found

    def _line(self, draft: Draft, end: int) -> Line:
        leaf = not draft.children
        if self._execution is not None and draft.row == self._execution[0]:
            return self._execution_line(draft, *self._execution)
        points = None
        column = self._header.level_columns.get(draft.level, 1)
        here = at(self._grid, draft.row, column, self._index, self._file)
        if draft.points is not None:
            points = Stated(draft.points, self._points_at(draft, here))
        scores: dict[str, Stated] = {}
        for place, (stage, level) in self._score_columns.items():
            if (level == 0 and leaf) or level == draft.level:
                found = self._figure(draft, place, end, draft.points, leaf=leaf)
                if found is not None:
                    scores[stage] = found
        return Line(
            id=draft.id,
            name=draft.name,
            leaf=leaf,
            at=here,
            points=points,
            scores=scores,
            deducted=self._one(DEDUCTED, draft, end) if leaf else None,
            rate=self._rate(draft) if leaf else None,
            criterion=self._criterion(draft),
            basis=self._text(BASIS, draft, end) if leaf else None,
            reasons=self._text(REASONS, draft, end) if leaf else None,
            target=self._text(TARGET, draft, end) if leaf else None,
            actual=self._text(ACTUAL, draft, end) if leaf else None,
        )

    def _execution_line(self, draft: Draft, row: int, points: int, score: int) -> Line:
        scored = self._stated(row, score, draft.points)
        here = at(self._grid, row, points, self._index, self._file)
        stages = list(dict.fromkeys(stage for stage, level in self._score_columns.values() if level == 0))
        return Line(
            id=draft.id,
            name=draft.name,
            leaf=True,
            at=here,
            points=self._stated(row, points, None),
            scores=dict.fromkeys(stages, scored) if scored is not None else {},
        )

    def _points_at(self, draft: Draft, here: At) -> At:
        found = self._places.get(draft.points_place)
        return at(self._grid, *found, self._index, self._file) if found is not None else here

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        """The cells that may hold points, by what they are called."""
        columns = {
            *self._header.of("points"),
            *self._header.of("level_points"),
            *self._header.level_columns.values(),
        }
        return {self._grid.place(row, column): (row, column) for row in self._grid.rows for column in columns}

    def _criterion(self, draft: Draft) -> Said | None:
        text = draft.texts.get("criterion")
        columns = self._header.of("criterion")
        if not text or not columns:
            return None
        place = at(self._grid, draft.row, columns[0], self._index, self._file)
        return Said(text, place)

    def _one(self, key: str, draft: Draft, end: int) -> Stated | None:
        columns = self._header.of(key)
        return self._figure(draft, columns[-1], end, draft.points, leaf=True) if columns else None

    def _rate(self, draft: Draft) -> Stated | None:
        for column in self._header.of(RATE):
            text = exact_text(self._grid, draft.row, column)
            if text in _BLANK:
                return None
            place = at(self._grid, draft.row, column, self._index, self._file)
            try:
                value = parse_number(text)
            except NotANumber:
                self._unread.append(Unread(place.words, text[:30], "得分率不是一个数。"))
                return None
            return Stated(value if value <= 1 else value / 100, place)
        return None

    def _figure(
        self, draft: Draft, column: int, end: int, most: Decimal | None, *, leaf: bool
    ) -> Stated | None:
        """The figure of an indicator in one column; several rows under one name add up."""
        found: list[Stated] = []
        last = end if leaf else draft.row
        for row in range(draft.row, last + 1):
            if self._grid.anchor(row, column) != (row, column) or repeats(
                self._grid, row, self._words.columns
            ):
                continue
            one = self._stated(row, column, most)
            if one is not None:
                found.append(one)
        if len(found) > 1 and len(found) != len(draft.parts):
            self._unread.append(
                Unread(
                    found[1].at.words,
                    found[1].at.quote[:30],
                    f"“{draft.name}”有 {len(found)} 个数，只读了第一个。",
                )
            )
            found = found[:1]
        if not found:
            return None
        if len(found) == 1:
            return found[0]
        return Stated(sum((one.value for one in found), Decimal(0)), found[0].at)

    def _stated(self, row: int, column: int, most: Decimal | None) -> Stated | None:
        cell = self._grid.cell(row, column)
        if cell is None or self._grid.text(row, column) in _BLANK:
            if cell is not None and cell.kind in {"error", "formula"}:
                place = self._grid.place(row, column)
                why = "错误值" if cell.kind == "error" else "没有算出结果的公式"
                self._unread.append(Unread(place, cell.text[:30], f"单元格是{why}。"))
            return None
        here = at(self._grid, row, column, self._index, self._file)
        text = unicodedata.normalize("NFKC", cell.text).strip()
        if re.fullmatch(r"[-−–]\s*\d+(?:\.\d+)?\s*分?", text):
            return Stated(parse_number(text.rstrip("分 ")), here)
        try:
            value, broken = read_points(cell)
        except BadPoints:
            self._unread.append(
                Unread(here.words, " ".join(here.quote.split())[:30], "不是一个数，没有核对。")
            )
            return None
        if value is None:
            return None
        if broken and most is not None and value > most:
            self._unread.append(
                Unread(here.words, " ".join(here.quote.split())[:30], "像是两个数，不能确定，没有核对。")
            )
            return None
        if broken:
            why = f"数字断开，读作 {value}，已按此核对。"
            self._unread.append(Unread(here.words, " ".join(here.quote.split())[:30], why))
        return Stated(value, here, broken=broken)

    def _text(self, key: str, draft: Draft, end: int) -> Said | None:
        whole, first = "", None
        for column in self._header.of(key):
            for row in range(draft.row, end + 1):
                text = self._grid.text(row, column)
                if text in _BLANK or repeats(self._grid, row, self._words.columns):
                    continue
                first = first or at(self._grid, row, column, self._index, self._file)
                whole = joined(whole, text) if whole else text
        return Said(whole, first) if first is not None else None

    def _sum(self, row: int, group: Draft | None) -> SumLine:
        first = next(iter(self._grid.filled(row)), 1)
        scores: dict[str, Stated] = {}
        for column, (stage, _) in self._score_columns.items():
            found = self._stated(row, column, None)
            if found is not None:
                scores[stage] = found
        points = [
            found
            for column in (*self._header.of("points"), *self._header.of("level_points"))
            if (found := self._stated(row, column, None)) is not None
        ]
        deducted = [
            found
            for column in self._header.of(DEDUCTED)
            if (found := self._stated(row, column, None)) is not None
        ]
        return SumLine(
            of=group.id if group is not None else "",
            at=at(self._grid, row, first, self._index, self._file),
            points=points[-1] if points else None,
            scores=scores,
            deducted=deducted[-1] if deducted else None,
        )

    def _around(self, rows: Rows) -> Iterator[Said]:
        last = max([draft.row for draft in rows.drafts] + [row for row, _ in rows.sum_rows], default=0)
        for row in sorted(self._grid.rows):
            if self._header.first <= row <= last:
                continue
            for column, text in self._grid.filled(row).items():
                yield Said(text, at(self._grid, row, column, self._index, self._file))

    # the indicator system

    def _form(self, rows: Rows, leaves: list[tuple[Draft, Line]]) -> dict[str, Any]:
        total = sum((draft.points or Decimal(0) for draft, _ in leaves), Decimal(0))
        # The national grades are stated for 100 points; a sum that misses 100 a little is a fault of the table.
        scale = Decimal(100) if 90 < total < 130 or not total else total
        deepest = max((draft.level for draft in rows.drafts), default=1)
        named = dict(zip(sorted(self._header.level_columns), self._header.levels, strict=True))
        return {
            "id": "outside",
            "title": rows.title or self._grid.caption or "来稿评分表",
            "levels": [named.get(n, f"{'一二三四五六'[n - 1]}级指标") for n in range(1, deepest + 1)],
            "total": f"{total:f}",
            "bands": [
                {"name": name, "lower": f"{Decimal(lower) * scale / 100:f}"} for name, lower in NATIONAL_BANDS
            ],
            "indicator": [self._indicator(draft) for draft in rows.drafts],
        }

    def _indicator(self, draft: Draft) -> dict[str, Any]:
        raw: dict[str, Any] = {"id": draft.id, "name": draft.name}
        if draft.parent is not None:
            raw["parent"] = draft.parent.id
        criterion = "\n".join(filter(None, (draft.texts.get("criterion", ""), draft.scoring)))
        if criterion:
            raw["criterion"] = criterion
        if draft.texts.get("basis_source"):
            raw["basis_source"] = draft.texts["basis_source"]
        if draft.children:
            return raw
        raw["points"] = f"{draft.points or 0:f}"
        sources = self._words.columns.sources
        standard = Standard(
            criterion, draft.name, draft.points or Decimal(0), draft.texts.get("target", ""), sources
        )
        raw["rule"] = rule_of(standard).rule or {"kind": "judgement"}
        return raw
