"""The rows of an indicator table → indicators with their texts, each with the cell it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from workbench.domain.amounts import show_plain
from workbench.errors import Fault
from workbench.importers.indicator_columns import IndicatorColumns, plain
from workbench.importers.point_texts import (
    BadPoints,
    is_share,
    named_points,
    read_points,
    says_points,
    tidy_name,
)
from workbench.importers.sheet_grid import Grid
from workbench.importers.table_headers import Header, repeats

#: Columns whose texts belong to an indicator and go on over several rows.
TEXTS = ("explanation", "criterion", "target", "basis_source", "collection_method", "tags", "digits")
_ENDS = "。；;：:！？!?）)”’"
_ITEM = re.compile(
    r"\s*(?:[①-⑳]|[(（]?\d{1,2}[)）.．、]|[(（][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+、)"
)
_DEFINES = re.compile(r"\s*[^\n，。；：:=＝]{2,20}[:：=＝]")


@dataclass(eq=False)
class Draft:
    """One indicator as the table states it; columns of the template as texts by parameter label."""

    level: int
    name: str
    place: str
    row: int
    parent: Draft | None
    id: str = ""
    points: Decimal | None = None
    points_place: str = ""
    written: str = ""
    """The name as written, with what stood in brackets behind it."""
    share: bool = False
    """The points were written as a percentage of the total."""
    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """The cell of each text."""
    scoring: str = ""
    params: dict[str, str] = field(default_factory=dict)
    parts: list[Decimal] = field(default_factory=list)
    """Points of each of several rows that share one merged name."""
    children: list[Draft] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Names from the first level down."""
        return f"{self.parent.path} › {self.name}" if self.parent else self.name


@dataclass
class Rows:
    """What the rows of a table gave."""

    drafts: list[Draft] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    total: Decimal | None = None
    total_place: str = ""
    subtotals: list[tuple[Draft, Decimal, str]] = field(default_factory=list)
    sum_rows: list[tuple[int, Draft | None]] = field(default_factory=list)
    """The rows that add up, with the indicator they sum; the whole table has none."""
    title: str = ""


class RowReader:
    """Walks the rows below a header."""

    def __init__(self, grid: Grid, header: Header, names: IndicatorColumns, *, template: bool) -> None:
        self._grid, self._header, self._names, self._template = grid, header, names, template
        self._levels = header.level_columns
        self._open: dict[int, Draft] = {}
        self._done = False
        self.rows = Rows()

    def read(self) -> Rows:
        """Every row to the end of the sheet."""
        self.rows.title = _title(self._grid, self._header)
        first = True
        for row in sorted(self._grid.rows):
            filled = self._grid.filled(row)
            if row <= self._header.last or not (filled or self._grid.rows[row]):
                continue
            skipped = first and not self._template and _is_numbering(filled)
            first = False
            if skipped:
                continue
            if not self._template and repeats(self._grid, row, self._names):
                continue
            if self._is_total(row, filled) or self._is_note(row, filled):
                continue
            self._row(row, filled)
        self._share_points()
        return self.rows

    def _fault(self, row: int, column: int, what: str, remedy: str, *, fatal: bool = True) -> None:
        self.rows.faults.append(Fault(self._grid.place(row, column), what, remedy, fatal=fatal))

    # rows that are no indicators

    def _is_total(self, row: int, filled: dict[int, str]) -> bool:
        if not filled or self._template:
            return False
        column, text = next(iter(filled.items()))
        name, value = named_points(text)
        word = plain(name)
        own = self._own_sum(word)  # 决策小计
        if own is None and word not in self._names.totals and word not in self._names.subtotals:
            return False
        level = self._header.columns[column].level if column in self._levels.values() else 2
        whole = own is None and word in self._names.totals
        group = own or self._open.get(max(level - 1, 1)) or self._open.get(1)
        self.rows.sum_rows.append((row, None if whole else group))
        place = self._grid.place(row, column)
        for at in [*self._header.of("points"), *self._header.of("level_points")]:
            cell = self._grid.cell(row, at)
            if cell is None or value is not None:
                continue
            try:
                value, _ = read_points(cell)
                place = self._grid.place(row, at)
            except BadPoints as error:
                self._fault(row, at, error.what.replace("分值", "合计", 1), error.remedy)
        if value is None:
            self._done |= whole
        elif whole:
            self.rows.total, self.rows.total_place, self._done = value, place, True
        elif group is not None:
            self.rows.subtotals.append((group, value, place))
        return True

    def _own_sum(self, word: str) -> Draft | None:
        """The open indicator whose name stands before the word for a sum."""
        for draft in self._open.values():
            rest = word.removeprefix(plain(draft.name))
            if rest != word and rest in self._names.subtotals | self._names.totals:
                return draft
        return None

    def _is_note(self, row: int, filled: dict[int, str]) -> bool:
        if not filled:
            return True
        if self._template:
            return False
        column, text = next(iter(filled.items()))
        word = plain(text)
        starts = any(
            word == note or re.match(rf"{re.escape(note)}\d*[：:(（]", text.lstrip("*※ "))
            for note in self._names.notes
        )
        names = [c for c in filled if c in self._levels.values()]
        if starts and len(filled) <= 4:
            return True
        alone = len(filled) == 1
        if alone and self._done:
            return True
        wide = self._grid.area(row, column)[3] - column + 1
        covers = alone and (wide >= max(len(self._levels) + 1, 3))
        if covers and min(self._levels) > 1 and re.match(r"[(（]?[一二三四五六七八九十]+[)）、]", text):
            self._begin(min(self._levels) - 1, column, row, text)  # 一、决策（20分） over the whole row
            return True
        if covers:
            self._fault(
                row,
                column,
                f"整行合并的“{_short(text)}”没有当作指标。",
                "如是指标，请写在所属层级的列里。",
                fatal=False,
            )
            return True
        if alone and not names and column not in self._header.columns:
            return True
        # what was noted beside the table is none of it
        return not any(c in self._header.columns for c in filled)

    # indicators

    def _row(self, row: int, filled: dict[int, str]) -> None:
        self._errors(row)
        fresh = self._fresh(row, filled)
        if not fresh:
            self._continue(row, filled)
            return
        for level, column in fresh:
            self._begin(level, column, row, filled[column])
        deepest = self._open[fresh[-1][0]]
        self._points(deepest, row, fresh[-1][0])
        for column, text in filled.items():
            self._take(deepest, row, column, text)

    def _errors(self, row: int) -> None:
        """Error values and formulas without a result where a text belongs; those of points are told there."""
        for column, meaning in self._header.columns.items():
            cell = self._grid.cell(row, column)
            if cell is None or meaning.key in {"ignored", "points", "level_points"}:
                continue
            if cell.kind == "error":
                self._fault(row, column, f"单元格是错误值 {cell.text[:20]}。", "请改正公式，或直接填写。")
            elif cell.kind == "formula":
                self._fault(
                    row, column, "单元格是没有算出结果的公式。", "请用表格软件打开并保存一次，或直接填写。"
                )

    def _fresh(self, row: int, filled: dict[int, str]) -> list[tuple[int, int]]:
        """The levels that begin in this row, the upper first, with their columns."""
        names = [
            (level, column)
            for level, column in sorted(self._levels.items())
            if column in filled and (self._template or filled[column] not in self._names.blanks)
        ]
        has_id = any(column in filled for column in self._header.of("id"))
        fresh: list[tuple[int, int]] = []
        for level, column in names:
            known = self._open.get(level)
            same = known is not None and not fresh and known.written == filled[column]
            last = level == names[-1][0]
            if same and not (last and (has_id or self._template or self._own_points(row) or known is None)):
                continue
            fresh.append((level, column))
        return fresh

    def _own_points(self, row: int) -> bool:
        return any(self._grid.text(row, column) for column in self._header.of("points"))

    def _begin(self, level: int, column: int, row: int, text: str) -> None:
        place = self._grid.place(row, column)
        name, points = (text, None) if self._template else named_points(text)
        above = [self._open[n] for n in range(level - 1, 0, -1) if n in self._open]
        if level > 1 and not above:
            upper = self._grid.cell_name(row, self._levels.get(1, column))
            self._fault(row, column, f"“{_short(name)}”没有上级指标。", f"请在 {upper} 写上一级指标的名称。")
        elif above and above[0].level < level - 1 and not self._template:
            self._fault(
                row,
                column,
                f"“{_short(name)}”缺少上一级的指标，已直接归入“{above[0].name}”。",
                "请核对层级。",
                fatal=False,
            )
        draft = Draft(level, name, place, row, above[0] if above else None, written=text)
        if points is not None:
            draft.points, draft.points_place = points, place
        for column_ in self._header.of("level_points"):
            if self._header.columns[column_].level == level:
                self._points_cell(draft, row, column_)
        self._open = {n: d for n, d in self._open.items() if n < level}
        self._open[level] = draft
        self.rows.drafts.append(draft)
        if draft.parent is not None:
            draft.parent.children.append(draft)

    def _points(self, draft: Draft, row: int, level: int) -> None:
        for column in self._header.of("points"):
            top, _, bottom, _ = self._grid.area(row, column)
            name_area = self._grid.area(row, self._levels[level])
            if bottom > top and bottom > name_area[2] and not self._template:
                self._fault(
                    row,
                    column,
                    f"分值单元格合并了第 {top} 至 {bottom} 行的几个指标。",
                    "请取消合并，每个指标写自己的分值。",
                )
                draft.points_place = self._grid.place(row, column)
                continue
            self._points_cell(draft, row, column)

    def _points_cell(self, draft: Draft, row: int, column: int) -> None:
        place = self._grid.place(row, column)
        if not draft.points_place:
            draft.points_place = place
        cell = self._grid.cell(row, column)
        if cell is None:
            return
        try:
            value, broken = read_points(cell)
        except BadPoints as error:
            self._fault(row, column, error.what, error.remedy)
            draft.points_place = place
            return
        if value is None:
            return
        if draft.points is not None and draft.points != value and not is_share(cell):
            if not says_points(draft.written):
                draft.name = tidy_name(draft.written)  # 培训（2022）: the bracket belongs to the name
                draft.points, draft.points_place = value, place
                return
            self._fault(
                row,
                column,
                f"“{draft.name}”名称后的括号里是 {show_plain(draft.points)} 分，这里是 {show_plain(value)} 分。",
                "请改成一致。",
            )
        if broken:
            self._fault(row, column, f"数字中间有空格，读作 {show_plain(value)}。", "请核对。", fatal=False)
        draft.points, draft.points_place, draft.share = value, place, is_share(cell)

    def _take(self, draft: Draft, row: int, column: int, text: str) -> None:
        meaning = self._header.columns.get(column)
        if meaning is None:
            return
        place = self._grid.place(row, column)
        if meaning.key == "id":
            draft.id, draft.places["id"] = text, place
        elif meaning.key == "scoring":
            draft.scoring, draft.places["scoring"] = text, place
        elif meaning.key == "param":
            draft.params[meaning.label], draft.places[meaning.label] = text, place
        elif meaning.key in TEXTS and (self._template or text not in self._names.blanks):
            before = draft.texts.get(meaning.key, "")
            draft.texts[meaning.key] = joined(before, text) if before else text
            draft.places.setdefault(meaning.key, place)

    def _continue(self, row: int, filled: dict[int, str]) -> None:
        """A row without a name of its own: the page broke, or one name covers several rows."""
        told = {
            c: t
            for c, t in filled.items()
            if (m := self._header.columns.get(c)) and m.key in {*TEXTS, "scoring", "points"}
        }
        if not told:
            return
        if not self._open:
            column, text = next(iter(told.items()))
            self._fault(row, column, f"“{_short(text)}”上面没有指标名称。", "请补上指标名称，或删去这一行。")
            return
        level = max(self._open)
        draft = self._open[level]
        for column in self._header.of("points"):
            cell = self._grid.cell(row, column)
            if cell is None or (not self._grid.text(row, column) and cell.kind not in {"error", "formula"}):
                continue
            name = self._levels[level]
            if self._grid.anchor(row, name) == (row, name):
                self._fault(
                    row,
                    column,
                    "这一行有分值而没有指标名称。",
                    f"请在 {self._grid.cell_name(row, name)} 补上名称，或并入上一行。",
                )
                draft.points_place = draft.points_place or self._grid.place(row, column)
                continue
            self._part(draft, row, column)
        for column, text in told.items():
            self._take(draft, row, column, text)

    def _part(self, draft: Draft, row: int, column: int) -> None:
        """Points of one of several rows under one merged name: they add up."""
        if not draft.parts and draft.points is not None:
            draft.parts.append(draft.points)
        part = Draft(draft.level, draft.name, draft.place, row, None)
        self._points_cell(part, row, column)
        if part.points is not None:
            draft.parts.append(part.points)
            draft.points = sum(draft.parts, Decimal(0))

    def _share_points(self) -> None:
        """Percentages of the total, or weights that add up to 1, become points of 100."""
        leaves = [draft.points for draft in self.rows.drafts if not draft.children]
        stated = [points for points in leaves if points is not None]
        whole = len(stated) == len(leaves) > 1 and sum(stated, Decimal(0)) == 1
        weights = whole and not self._template and not any(draft.share for draft in self.rows.drafts)
        for draft in self.rows.drafts:
            if draft.points is not None and (draft.share or weights):
                draft.points *= 100
        if weights:
            if self.rows.total == 1:
                self.rows.total = Decimal(100)
            self.rows.subtotals = [(group, value * 100, place) for group, value, place in self.rows.subtotals]
            place = next(draft.points_place for draft in self.rows.drafts if draft.points is not None)
            told = "分值之和为 1，读作权重，已按 100 分换算。"
            self.rows.faults.append(Fault(place, told, "请核对。", fatal=False))


def joined(before: str, after: str) -> str:
    """Two parts of a text that a page break or a row parted: a sentence goes on, an item begins anew."""
    if before.endswith(tuple(_ENDS)) or _ITEM.match(after) or _DEFINES.match(after):
        return f"{before}\n{after}"
    return before + after


def _is_numbering(filled: dict[int, str]) -> bool:
    """A row of column numbers under the header (1 2 3 … or 栏次)."""
    words = [plain(text).strip("()") for text in filled.values()]
    numbers = [word for word in words if word.isascii() and word.isdigit()]
    return (
        len(numbers) >= 3
        and len(numbers) >= len(words) - 1
        and numbers == [str(n) for n in range(int(numbers[0]), int(numbers[0]) + len(numbers))]
    )


def _title(grid: Grid, header: Header) -> str:
    """The title above the table: the line that names a table, else the longest."""
    lines = [
        re.sub(r"\s+", "", text)
        for row in range(1, header.first)
        for text in list(grid.filled(row).values())[:1]
        if len(text) > 4 and not re.match(r"附[件表]|单位|金额|填报|项目名称|[(（]", text.strip())
    ]
    caption = re.sub(r"\s+", "", grid.caption)
    lines.append("" if caption.endswith(("。", "；", "，", "：")) else caption)  # a sentence is no title
    named = [line for line in lines if re.search(r"指标|评分|得分|评价|自评", line)]
    return max(named or lines, key=len, default="")[:120]


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 20 else f"{flat[:19]}…"
