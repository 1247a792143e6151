"""The columns, head cells and wording of a score sheet, read from resources."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from workbench.domain.amounts import exact, show_plain
from workbench.domain.evaluation import STAGES, Mark, Overview, mark_id
from workbench.domain.fields import show_value, specs_of
from workbench.domain.form import Indicator
from workbench.domain.scoring import FIRST, stage_that_counts
from workbench.domain.sources import FUND_COLUMNS
from workbench.errors import Fault, InputRefused
from workbench.exporters.layout_shapes import Column, HeadCell, Layout
from workbench.exporters.report_data import ReportData, ScoreRow

Value = str | Decimal | Fraction | None
Content = Callable[[ReportData, ScoreRow], Value]


def _mark(stage: str) -> Content:
    if stage == FIRST:
        return lambda data, row: _adding(data, row.scored.first, row.scored.first_exact)
    return lambda _, row: (row.scored.marks or {}).get(stage)


def stage_given(data: ReportData, stage: str) -> bool:
    """Whether any indicator has a score of this very stage."""
    return stage == FIRST or any(stage in (row.scored.marks or {}) for row in data.rows)


def _stage(stage: str) -> Content:
    """The score as it stands after a stage: its own, or what it takes over from the stage before."""

    def value(data: ReportData, row: ScoreRow) -> Value:
        if not stage_given(data, stage):
            return None
        own = stage_that_counts(stage, row.scored.marks or {})
        return _mark(own)(data, row)

    return value


def _change(stage: str) -> Content:
    """Points more or fewer than after the stage before."""
    before = STAGES[STAGES.index(stage) - 1]

    def value(data: ReportData, row: ScoreRow) -> Value:
        now, was = _stage(stage)(data, row), _stage(before)(data, row)
        if not isinstance(now, Decimal | Fraction) or not isinstance(was, Decimal | Fraction):
            return None
        return exact(now) - exact(was)

    return value


def _adding(data: ReportData, score: Decimal | None, fine: Fraction | None) -> Value:
    """A score as it adds up: not rounded where only the total is."""
    return fine if data.evaluation.form.rounding.at == "total" else score


def _deducted(data: ReportData, row: ScoreRow) -> Value:
    scored = row.scored
    fine = None if scored.exact is None else exact(scored.full_mark) - scored.exact
    return _adding(data, scored.deducted, fine)


def _review(stage: str) -> Content:
    def reason(data: ReportData, row: ScoreRow) -> Value:
        mark = data.evaluation.get(Mark, mark_id(row.indicator.id, stage))
        return mark.reason if mark is not None else ""

    return reason


def _criterion(_: ReportData, row: ScoreRow) -> Value:
    """The bureau's own sentence; where it gave none, what its executable form says."""
    rule = row.indicator.rule
    return row.indicator.criterion or (rule.sentence() if rule is not None else "")


def _source(_: ReportData, row: ScoreRow) -> Value:
    numbers = f"佐证 {'、'.join(str(number) for number in row.evidence)}" if row.evidence else ""
    return "\n".join(part for part in (row.basis_source, numbers) if part)


def _targets(name: str) -> Content:
    def text(data: ReportData, row: ScoreRow) -> Value:
        own = [t for t in data.targets if t.target.indicator == row.indicator.id]
        return "\n".join(found for t in own if (found := getattr(t, name)))

    return text


def _deviation(data: ReportData, row: ScoreRow) -> Value:
    reasons = [t.target.explanation for t in data.targets if t.target.indicator == row.indicator.id]
    reasons += [d.line.reason for d in row.deductions]
    return "\n".join(reason for reason in reasons if reason)


def _reasons(_: ReportData, row: ScoreRow) -> Value:
    return "\n".join(
        f"扣 {show_plain(d.line.points)} 分：{d.line.reason}" for d in row.deductions if d.line.points
    )


#: What a column may hold, by the name that layout files use.
CONTENTS: Mapping[str, Content] = {
    "explanation": lambda _, row: row.indicator.explanation,
    "criterion": _criterion,
    "full_mark": lambda _, row: row.indicator.full_mark,
    "score": lambda data, row: _adding(data, row.scored.score, row.scored.exact),
    "deducted": _deducted,
    "rate": lambda _, row: row.scored.rate,
    "basis": lambda _, row: row.basis,
    "basis_source": _source,
    "collection_method": lambda _, row: row.collection_method,
    "reasons": _reasons,
    "target": _targets("set_text"),
    "actual": _targets("actual_text"),
    "deviation": _deviation,
    "evidence": lambda _, row: "、".join(str(number) for number in row.evidence),
    "derivation": lambda _, row: "\n".join(row.derivation),
    **{f"mark:{stage}": _mark(stage) for stage in STAGES},
    **{f"review:{stage}": _review(stage) for stage in STAGES},
    **{f"stage:{stage}": _stage(stage) for stage in STAGES},
    **{f"change:{stage}": _change(stage) for stage in STAGES[2:]},
}


class Layouts:
    """The layouts of one folder, and the firm's own, which go before those of the same name."""

    def __init__(self, folder: Path, own: Path | None = None) -> None:
        self._folders = (folder,) if own is None else (own, folder)

    def names(self) -> list[str]:
        """The names of all layouts."""
        return sorted({path.stem for folder in self._folders for path in folder.glob("*.toml")})

    def load(self, key: str) -> Layout:
        """One layout; raises :class:`InputRefused` with every fault when it can't be used."""
        name = f"{Path(key).name}.toml"  # a key from outside leads nowhere else
        path = next((one for folder in self._folders if (one := folder / name).is_file()), None)
        if path is None:
            raise InputRefused(
                f"没有名为“{key}”的评分表样式。", (Fault("样式", f"现有：{'、'.join(self.names())}。"),)
            )
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise InputRefused(f"评分表样式“{key}”读不懂。", (Fault(path.name, str(error)),)) from error
        return layout_from(key, raw)


#: Keys of a cell above the table, each with the type it is held in.
_CELL = {"text": str, "value": str, "cols": int, "rows": int, "label": bool}


def _head(raw: Mapping[str, Any], faults: list[Fault]) -> tuple[tuple[HeadCell, ...], ...]:
    """The rows above the table; what a cell says beyond the known keys is a fault, named by row and cell."""
    head: list[tuple[HeadCell, ...]] = []
    for number, row in enumerate(raw.get("head", ()), start=1):
        cells: list[HeadCell] = []
        for place, cell in enumerate(row.get("cells", ()) if isinstance(row, Mapping) else (), start=1):
            where = f"表头第 {number} 行第 {place} 格"
            if not isinstance(cell, Mapping):
                faults.append(Fault(where, "应为一组数据，", '如 { text = "评分表" }。'))
                continue
            strange = [key for key in cell if key not in _CELL]
            wrong = [
                key for key in cell if key in _CELL and type(cell[key]) is not _CELL[key]
            ]  # true is no number
            if strange:
                faults.append(
                    Fault(where, f"不认识的项“{'、'.join(strange)}”，", f"可用：{'、'.join(_CELL)}。")
                )
            if wrong:
                faults.append(
                    Fault(where, f"“{'、'.join(wrong)}”的值不对，", "文字加引号，cols、rows 写整数。")
                )
            if not strange and not wrong:
                cells.append(HeadCell(**cell))
        head.append(tuple(cells))
    return tuple(head)


def layout_from(key: str, raw: Mapping[str, Any]) -> Layout:
    """A layout from its raw data; raises :class:`InputRefused` with every fault."""
    faults: list[Fault] = []
    columns: list[Column] = []
    level_widths: tuple[float, ...] = ()
    for number, column in enumerate(raw.get("column", ()), start=1):
        content = str(column.get("content", ""))
        if content == "levels":
            level_widths = tuple(float(width) for width in column.get("widths", (10,)))
        elif content not in CONTENTS:
            faults.append(
                Fault(f"第 {number} 列", f"不认识的内容“{content}”，", f"可用：{'、'.join(CONTENTS)}。")
            )
        columns.append(
            Column(
                header=str(column.get("header", "")),
                content=content,
                width=float(column.get("width", 10)),
                align=str(column.get("align", "left")),
                text=str(column.get("text", "{name}")),
            )
        )
    if not any(column.content == "score" for column in columns):
        faults.append(Fault("列", "没有得分列，", '请加入 content = "score" 的一列。'))
    if sum(column.content == "levels" for column in columns) != 1:
        faults.append(Fault("列", "指标名称应有一处，", '请加入一个 content = "levels" 的列。'))
    head = _head(raw, faults)
    faults += [
        Fault(f"表头第 {number} 行", f"不认识的取数“{cell.value}”。")
        for number, row in enumerate(head, start=1)
        for cell in row
        if cell.value and not _known_value(cell.value)
    ]
    if faults:
        raise InputRefused(f"评分表样式“{key}”不能使用。", tuple(faults))
    return Layout(
        key=key,
        title=str(raw.get("title", "评分表")),
        subtitle=str(raw.get("subtitle", "")),
        subtitle_align=str(raw.get("subtitle_align", "left")),
        sheet=str(raw.get("sheet", "评分表")),
        orientation=str(raw.get("orientation", "landscape")),
        total=str(raw.get("total", "合计")),
        grade=str(raw.get("grade", "")),
        subtotals=bool(raw.get("subtotals", False)),
        summary=bool(raw.get("summary", False)),
        in_head=tuple(raw.get("in_head", ())),
        head=head,
        columns=tuple(columns),
        level_widths=level_widths,
        protected=bool(raw.get("protected", False)),
        label=str(raw.get("label", key)),
    )


def _known_value(value: str) -> bool:
    name, _, rest = value.partition(":")
    if name == "rate":
        return all(part in FUND_COLUMNS for part in rest.split("/"))
    return value in {"full", "score"} or (name == "fund" and rest.partition(":")[0] in FUND_COLUMNS)


def columns_for(layout: Layout, levels: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns of a table with these indicator levels, left to right."""
    found: list[Column] = []
    for column in layout.columns:
        if column.content != "levels":
            found.append(column)
            continue
        widths = layout.level_widths or (10.0,)
        for level, name in enumerate(levels, start=1):
            width = widths[min(level, len(widths)) - 1]
            found.append(Column(name, "level", width, column.align, level, column.text))
    return tuple(found)


def level_text(column: Column, indicator: Indicator) -> str:
    """An indicator's cell: its name, with its points where the layout wants them."""
    return column.text.replace("{name}", indicator.name).replace("{points}", show_plain(indicator.full_mark))


def overview_texts(data: ReportData) -> dict[str, str]:
    """Every field of the overview as text, for titles and head cells."""
    overview = data.evaluation.overview
    return {spec.name: show_value(getattr(overview, spec.name), spec) for spec in specs_of(Overview)}


def worded(text: str, known: Mapping[str, str]) -> str:
    """``text`` with the overview's fields put in."""
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def taken_by_head(layout: Layout, leaves: Iterable[Indicator]) -> Indicator | None:
    """The indicator whose points stand in the head cells instead of the table."""
    for leaf in leaves:
        if leaf.name in layout.in_head or any(tag in layout.in_head for tag in leaf.tags):
            return leaf
    return None
