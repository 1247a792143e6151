"""An indicator table in Excel or Word → an indicator system, with every fault named by sheet, cell and remedy.

Two kinds of table are read by the same code: our own template, which comes back exactly, and the
tables that bureaus and consultants have. Whatever is not understood as a rule stays as text with
judgement scoring and is listed; with one fault that prevents scoring nothing is taken over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.domain.amounts import show_plain
from workbench.domain.compiler import compile_form
from workbench.domain.form import Form, Indicator
from workbench.domain.form_sheets import GENERAL, TABLE, all_plain_labels
from workbench.errors import Fault, InputRefused
from workbench.files import safe_name
from workbench.importers.indicator_columns import IndicatorColumns
from workbench.importers.indicator_ids import number_indicators
from workbench.importers.rule_sentences import Standard, rule_of
from workbench.importers.sheet_grid import Grid, sheet_grid
from workbench.importers.stated_rules import stated_kind, stated_rule
from workbench.importers.table_headers import Header, find_header
from workbench.importers.table_rows import Draft, RowReader, Rows
from workbench.importers.target_texts import target_parts
from workbench.importers.template_sheets import Detail, Template, is_template, read_template
from workbench.importers.word_document import read_document
from workbench.importers.word_tables import word_grids
from workbench.importers.workbooks import read_workbook
from workbench.package_xml import Limits

_LIMITS = Limits(cells=300_000, rows=20_000)
NATIONAL_BANDS = (("优", "90"), ("良", "80"), ("中", "60"), ("差", "0"))


@dataclass(frozen=True, slots=True)
class Reading:
    """How one scored indicator was read: its cell, its rule restated, or why it stays with judgement."""

    place: str
    indicator: str
    """Names from the first level down."""
    points: Decimal
    label: str
    """The kind of rule in Chinese."""
    sentence: str
    reason: str = ""
    """Why the bureau's sentence is no executable rule; empty when it is."""


@dataclass(frozen=True)
class TableReading:
    """A workbook as read: the compiled system, how each standard was understood, what to look at."""

    form: Form
    sheet: str
    template: bool
    readings: tuple[Reading, ...]
    notices: tuple[Fault, ...]
    """What does not prevent scoring, each with its cell."""

    @property
    def judged(self) -> tuple[Reading, ...]:
        """The standards that stay as text."""
        return tuple(reading for reading in self.readings if reading.reason)


def read_indicator_table(path: Path, names: IndicatorColumns, *, form_id: str = "") -> TableReading:
    """Read the table in a workbook.

    ``form_id`` takes the place of the id that a template states or a file name gives. Raises
    :class:`InputRefused` with all faults, :class:`WorkbenchError` for a file that is no workbook.
    """
    return _Importer(path, _grids(path), names, form_id).read()


def _grids(path: Path) -> list[Grid]:
    """The sheets of a workbook or the tables of a Word document."""
    if path.suffix.lower() in {".docx", ".doc"}:
        return list(word_grids(read_document(path)))
    book = read_workbook(path, _LIMITS)
    return [sheet_grid(book, sheet) for sheet in book.sheets]


@dataclass
class _Table:
    grid: Grid
    header: Header
    rows: Rows
    names: IndicatorColumns
    template: Template | None
    faults: list[Fault] = field(default_factory=list)


class _Importer:
    def __init__(self, path: Path, grids: list[Grid], names: IndicatorColumns, form_id: str) -> None:
        self._path, self._names, self._form_id = path, names, form_id
        self._grids = {grid.name: grid for grid in grids}
        self._reasons: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._details: dict[str, list[Detail]] = {}

    def read(self) -> TableReading:
        table = self._table()
        raw = self._raw(table)
        faults = table.faults + table.rows.faults + (table.template.faults if table.template else [])
        form: Form | None = None
        try:
            form = compile_form(raw)
            faults += [self._located(fault, table) for fault in form.faults]
        except InputRefused as error:
            told = {fault.place.split("（")[0] for fault in faults if fault.fatal}
            located = [self._located(fault, table) for fault in error.faults]
            faults += [fault for fault in located if fault.place.split("（")[0] not in told]
        fatal = [fault for fault in faults if fault.fatal]
        if form is None or fatal:
            raise InputRefused(
                f"“{self._path.name}”有 {len(fatal)} 处问题，没有导入。", tuple(_unique(faults))
            )
        return TableReading(
            form,
            table.grid.name,
            table.template is not None,
            tuple(self._readings(form, table)),
            tuple(_unique(faults)),
        )

    # the table

    def _table(self) -> _Table:
        grids = self._grids
        if not any(grid.rows for grid in grids.values()):
            raise self._refused(
                "文件里的表格没有内容。" if self._grids else "文件里没有表格。", "请确认选对了文件。"
            )
        template = read_template(grids) if is_template(grids) else None
        names = self._names.with_template(template.levels if template else (), all_plain_labels())
        found = [
            (grid, header)
            for grid in grids.values()
            if grid.name != GENERAL and (template is None or grid.name == TABLE)
            if (header := find_header(grid, names)) is not None
        ]
        if not found:
            sheets = "、".join(f"“{grid.name}”" for grid in grids.values() if grid.rows)
            raise self._refused(
                f"没有找到指标表（看过的表：{sheets}）。",
                "表头应有“一级指标、二级指标、三级指标”和“分值”或“评价标准”等列名；其他叫法请改成常用列名。",
            )
        grid, header = max(found, key=lambda pair: (not pair[0].hidden, pair[1].worth, len(pair[0].rows)))
        rows = RowReader(grid, header, names, template=template is not None).read()
        table = _Table(grid, header, rows, names, template)
        for other, _ in found:
            if other is not grid and not other.hidden:
                table.faults.append(
                    Fault(
                        other.label,
                        f"也像指标表，没有读取；读取的是{grid.label}。",
                        "如应读取这张表，请把另一张表移到别的文件。",
                        fatal=False,
                    )
                )
        if grid.hidden:
            table.faults.append(Fault(grid.label, "是隐藏的表，已读取。", "请核对。", fatal=False))
        self._tell_columns(table)
        if not rows.drafts:
            last = header.last + 1
            raise self._refused("表头下面没有指标。", "请确认指标写在表头之下。", f"{grid.label}第 {last} 行")
        return table

    def _refused(self, what: str, remedy: str, place: str = "") -> InputRefused:
        return InputRefused(
            f"“{self._path.name}”不能作为指标表导入。", (Fault(place or self._path.name, what, remedy),)
        )

    @staticmethod
    def _tell_columns(table: _Table) -> None:
        grid, header = table.grid, table.header
        for column, text in header.unknown.items():
            if any(column in cells for row, cells in grid.rows.items() if row > header.last):
                name = " ".join(text.split())[:20]
                table.faults.append(
                    Fault(
                        grid.place(header.last, column),
                        f"不认识列名“{name}”，这一列没有导入。",
                        "如需要，请改成常用列名。",
                        fatal=False,
                    )
                )
        keys = {meaning.key for meaning in header.columns.values()}
        if not keys & {"points", "level_points"} and not any(d.points is not None for d in table.rows.drafts):
            table.faults.append(
                Fault(
                    f"{grid.label}第 {header.first} 行",
                    "没有分值：既没有分值列，名称后也没有括号分值。",
                    "请添一列“分值”，或在名称后写（分值）。",
                )
            )

    # data of a form file

    def _raw(self, table: _Table) -> dict[str, Any]:
        raw: dict[str, Any] = dict(table.template.raw) if table.template else {}
        number_indicators(table.rows.drafts, template=table.template is not None)
        self._remember_places(table.rows.drafts)
        if table.template is None:
            title = table.rows.title or self._path.stem
            raw |= {
                "id": safe_name(self._path.stem, "指标体系"),
                "title": title,
                "levels": list(_levels(table)),
            }
            total = self._total(table)
            raw["total"] = f"{total:f}"
            # The national grades are stated for 100 points.
            raw["bands"] = [
                {"name": name, "lower": f"{Decimal(lower) * total / 100:f}"} for name, lower in NATIONAL_BANDS
            ]
            year = re.search(r"20\d\d", title)
            if year:
                raw["version"] = year[0]
        else:
            raw.setdefault("id", safe_name(self._path.stem, "指标体系"))
            raw.setdefault("title", self._path.stem)
        if self._form_id:
            raw["id"] = self._form_id
        details = self._details
        for detail in table.template.details if table.template else ():
            details.setdefault(detail.id, []).append(detail)
        known = {draft.id for draft in table.rows.drafts}
        for id_, rows in details.items():
            if id_ not in known:
                for detail in rows:
                    table.faults.append(
                        Fault(detail.place, f"没有编号为“{id_}”的指标。", "请改为“指标体系”表中的编号。")
                    )
        targets: list[dict[str, str]] = []
        raw["indicator"] = [
            self._indicator(draft, table, details.get(draft.id, []), targets) for draft in table.rows.drafts
        ]
        if "target" not in raw and targets:
            raw["target"] = targets
        return raw

    def _remember_places(self, drafts: list[Draft]) -> None:
        """The cells behind the words that the compiler calls indicators by."""
        for number, draft in enumerate(drafts, 1):
            self._places.setdefault(draft.path, draft.place)
            self._places[f"第 {number} 个指标“{draft.name}”"] = draft.places.get("id", draft.place)
            self._places[f"第 {number} 个指标"] = draft.place
            self._places.setdefault(f"指标“{draft.name}”", draft.place)

    def _total(self, table: _Table) -> Decimal:
        rows = table.rows
        found = sum((_sum(draft) for draft in rows.drafts if draft.parent is None), Decimal(0))
        for group, value, place in rows.subtotals:
            if value != _sum(group):
                table.faults.append(
                    Fault(
                        place,
                        f"小计 {show_plain(value)} 与“{group.name}”各项之和 {show_plain(_sum(group))} 不等。",
                        "请核对分值。",
                    )
                )
        sure = not any(fault.fatal for fault in rows.faults)
        if rows.total is not None and sure and rows.total != found:
            table.faults.append(
                Fault(
                    rows.total_place,
                    f"合计写 {show_plain(rows.total)}，而各项之和为 {show_plain(found)}。",
                    "请核对分值或合计。"
                    + ("如预算执行率另占 10 分，请为它补一行。" if rows.total - found == 10 else ""),
                )
            )
        elif sure and found != 100:
            table.faults.append(
                Fault(
                    table.grid.label,
                    f"分值合计 {show_plain(found)}，不是 100；等级界限已按比例换算。",
                    "请核对是否漏了指标。",
                    fatal=False,
                )
            )
        return found or Decimal(100)

    def _indicator(
        self, draft: Draft, table: _Table, details: list[Detail], targets: list[dict[str, str]]
    ) -> dict[str, Any]:
        raw: dict[str, Any] = {"id": draft.id, "name": draft.name}
        if draft.parent is not None:
            raw["parent"] = draft.parent.id
        if draft.points is not None:
            raw["points"] = f"{draft.points:f}"
        for key in ("explanation", "criterion", "basis_source", "collection_method"):
            if text := draft.texts.get(key):
                raw[key] = text
        if digits := draft.texts.get("digits"):
            whole = digits.isascii() and digits.isdigit() and len(digits) < 3
            raw["digits"] = int(digits) if whole else digits
        if tags := draft.texts.get("tags"):
            split = tags.split("\n") if "\n" in tags else re.split("[、，,;；]", tags)
            raw["tags"] = [tag.strip() for tag in split if tag.strip()]
        kind = stated_kind(draft, table.faults, template=table.template is not None)
        if kind is not None:
            raw["rule"] = stated_rule(kind, draft, details, table.faults)
        elif not draft.children:
            if draft.scoring:
                raw["criterion"] = "\n".join(filter(None, (raw.get("criterion", ""), draft.scoring)))
            raw["rule"] = self._read_rule(draft, raw.get("criterion", ""))
            if target := draft.texts.get("target"):
                self._target(draft, raw, target, targets, table)
        return raw

    def _read_rule(self, draft: Draft, criterion: str) -> dict[str, Any]:
        standard = Standard(
            criterion,
            draft.name,
            draft.points or Decimal(0),
            draft.texts.get("target", ""),
            self._names.sources,
        )
        found = rule_of(standard)
        if found.rule is not None:
            return found.rule
        self._reasons.setdefault(draft.id, found.reason)
        return {"kind": "judgement"}

    @staticmethod
    def _target(
        draft: Draft, raw: dict[str, Any], text: str, targets: list[dict[str, str]], table: _Table
    ) -> None:
        """The target column as a target of a new evaluation; what is no number stays beside the standard."""
        read = target_parts(text)
        if read is None:
            raw["criterion"] = "\n".join(filter(None, (raw.get("criterion", ""), f"目标值：{text}")))
            table.faults.append(
                Fault(
                    draft.places["target"],
                    f"目标值“{text[:20]}”不是一个数，已附在评价标准之后。",
                    "",
                    fatal=False,
                )
            )
            return
        operator, value, unit = read
        path = draft.path.split(" › ")
        targets.append(
            {
                "level1": path[0],
                "level2": path[1] if len(path) > 2 else "",
                "name": draft.name,
                "operator": operator,
                "value": value,
                "unit": unit,
                "indicator": draft.id,
            }
        )

    # what is told

    def _located(self, fault: Fault, table: _Table) -> Fault:
        """A fault of the compiler with the cell that it speaks of."""
        by_path = {draft.path: draft for draft in table.rows.drafts}
        draft = by_path.get(fault.place)
        if draft is not None:
            entry = re.search(r"第 (\d+) 条", fault.what)
            rows = self._details.get(draft.id, [])
            if entry and int(entry[1]) <= len(rows):
                return replace(fault, place=f"{rows[int(entry[1]) - 1].place}（{fault.place}）")
            about_points = "分值" in fault.what and "评分标准" not in fault.what
            cell = draft.points_place if about_points and draft.points_place else draft.place
            if not about_points:
                cell = draft.places.get("scoring") or draft.places.get("criterion") or draft.place
            if "points" not in fault.what and not draft.points_place and about_points:
                at = table.header.of("points")
                cell = table.grid.place(draft.row, at[0]) if at else draft.place
            return replace(fault, place=f"{cell}（{fault.place}）")
        places = {**self._places, **(table.template.places if table.template else {})}
        if fault.place == "总分":
            first = next(draft for draft in table.rows.drafts if draft.parent is None)
            cell = table.rows.total_place or places.get("总分") or first.points_place or first.place
            return replace(fault, place=f"{cell}（总分）")
        known = [key for key in places if fault.place == key or fault.place.startswith(f"{key} ")]
        if known:
            return replace(fault, place=f"{places[max(known, key=len)]}（{fault.place}）")
        return replace(fault, place=f"{table.grid.label}（{fault.place}）")

    def _readings(self, form: Form, table: _Table) -> list[Reading]:
        drafts = {draft.id: draft for draft in table.rows.drafts}
        return [self._reading(leaf, drafts[leaf.id], form) for leaf in form.leaves]

    def _reading(self, leaf: Indicator, draft: Draft, form: Form) -> Reading:
        rule = leaf.rule
        return Reading(
            draft.places.get("criterion", draft.place),
            form.place(leaf.id),
            leaf.full_mark,
            rule.label if rule else "",
            rule.sentence() if rule else "",
            self._reasons.get(leaf.id, ""),
        )


def _sum(draft: Draft) -> Decimal:
    """The points of an indicator as stated, else of those below."""
    if draft.points is not None:
        return draft.points
    return sum((_sum(child) for child in draft.children), Decimal(0))


def _levels(table: _Table) -> tuple[str, ...]:
    """The names of the levels, as the header calls them."""
    deepest = max(draft.level for draft in table.rows.drafts)
    named = dict(zip(sorted(table.header.level_columns), table.header.levels, strict=True))
    return tuple(named.get(level, f"{'一二三四五六'[level - 1]}级指标") for level in range(1, deepest + 1))


def _unique(faults: list[Fault]) -> list[Fault]:
    return list(dict.fromkeys(faults))


__all__ = ["Reading", "TableReading", "read_indicator_table"]
