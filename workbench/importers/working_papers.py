"""Working papers filled in elsewhere: read whole, every fault named by sheet, row, column and remedy."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.domain.evaluation import KIND_LABELS, Entity, input_id, mark_id
from workbench.domain.fields import KINDS, BadValue, FieldSpec, Value, parse_value
from workbench.domain.form import Form
from workbench.domain.form_json import form_raw
from workbench.domain.papers import (
    FORMAT,
    META_SHEET,
    PAPER_SHEETS,
    Names,
    PaperSheet,
    input_key,
    input_name,
    is_blank,
    names_of_entities,
    referred_kind,
)
from workbench.errors import Fault, InputRefused, WorkbenchError
from workbench.importers.sheet_rows import Cell, Row
from workbench.importers.workbooks import Workbook, read_workbook
from workbench.package_xml import Limits

#: More faults than this are counted, not listed: the first ones show what is wrong.
MOST_FAULTS = 300
_HEADER_ROWS = 10
_LIMITS = Limits(rows=50_000, cells=1_000_000, columns=500, part_bytes=64 * 2**20, total_bytes=128 * 2**20)
_OVERFLOW = re.compile(r"【未完，全文见“续文”表第 (\d{1,6}) 号】$")
_OVERFLOW_SHEET = "续文"
#: Digits of a number of an overflow text, and one.
_LONGEST_NUMBER = 10
_BLANK = re.compile(r"[\s\u3000\u00a0]+")


@dataclass(frozen=True, slots=True)
class Papers:
    """What a workbook says: entities by kind and id. Kinds whose sheet was taken out are not in ``tables``."""

    evaluation: str
    form_raw: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, Entity]]
    notices: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    """One row on its way to an entity: its place on the sheet and the values read so far."""

    sheet: PaperSheet
    row: int
    columns: Mapping[str, int]
    id: str
    values: dict[str, Any]
    named: dict[str, str]
    """Fields that hold ids, as the names written in the cells."""
    new: bool


def read_working_papers(
    path: Path, new_id: Callable[[], str], compile_form: Callable[[Mapping[str, Any]], Form]
) -> Papers:
    """Read a workbook made by the working-paper export and filled in since.

    Rows without an id become new entities with an id from ``new_id``. Raises
    :class:`InputRefused` with every fault, or :class:`WorkbenchError` when the file is no such workbook.
    """
    book = read_workbook(path, _LIMITS)
    meta = _meta(book, path)
    raw = form_raw(meta["form"])
    return _Reading(book, meta, compile_form(raw), new_id).papers(raw)


def _meta(book: Workbook, path: Path) -> dict[str, str]:
    foreign = WorkbenchError(
        "no-papers",
        f"“{path.name}”不是本程序导出的工作底稿（没有“{META_SHEET}”表或其内容已改动）。",
        "请先导出工作底稿，在导出的文件中填写后再导入。",
    )
    if not book.has(META_SHEET):
        raise foreign
    pieces: dict[str, str] = {}
    for row in book.rows(META_SHEET):
        if 1 in row.cells and 2 in row.cells:
            key = row.cells[1].text
            pieces[key] = pieces.get(key, "") + row.cells[2].text
    try:
        meta = {key: json.loads(text) for key, text in pieces.items()}
        format_, names = int(meta["format"]), json.loads(meta["names"])
        known = json.loads(meta["tables"])
        form_raw(meta["form"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise foreign from error
    if not isinstance(names, dict) or not isinstance(known, dict):
        raise foreign
    if format_ > FORMAT:
        raise WorkbenchError(
            "newer-papers", f"“{path.name}”由较新的程序导出，本程序不能读。", "请升级本程序后重试。"
        )
    return meta


class _Reading:
    """Reads one workbook; collects every fault before it gives anything."""

    def __init__(
        self, book: Workbook, meta: Mapping[str, str], form: Form, new_id: Callable[[], str]
    ) -> None:
        self._book = book
        self._form = form
        self._evaluation = meta["evaluation"]
        self._names = Names(json.loads(meta["names"]))
        self._known: dict[str, set[str]] = {k: set(v) for k, v in json.loads(meta["tables"]).items()}
        self._new_id = new_id
        self._faults: list[Fault] = []
        self._more = 0
        self._notices: list[str] = []
        self._overflow = self._overflow_texts()

    def papers(self, raw: Mapping[str, Any]) -> Papers:
        drafts: dict[str, list[_Draft]] = {}
        for sheet in PAPER_SHEETS:
            if not self._book.has(sheet.title):
                self._notices.append(f"没有“{sheet.title}”表，这部分内容保持不变。")
            else:
                drafts[sheet.kind] = self._vertical(sheet) if sheet.vertical else self._table(sheet)
        tables = self._tables(drafts)
        if self._faults:
            if self._more:
                self._faults.append(Fault("其余", f"还有 {self._more} 处未列出。"))
            raise InputRefused(f"工作底稿有 {len(self._faults)} 处需要修改。", tuple(self._faults))
        return Papers(self._evaluation, raw, tables, tuple(self._notices))

    def _fault(self, sheet: PaperSheet, row: int, column: int, what: str) -> None:
        if len(self._faults) >= MOST_FAULTS:
            self._more += 1
            return
        self._faults.append(Fault(f"‘{sheet.title}’表第 {row} 行 {_letter(column)} 列", what))

    # —— sheets into drafts ——

    def _overflow_texts(self) -> dict[int, str]:
        found: dict[int, list[str]] = {}
        if self._book.has(_OVERFLOW_SHEET):
            for row in self._book.rows(_OVERFLOW_SHEET):
                number = row.cells.get(1)
                if (
                    number is not None
                    and number.kind == "number"
                    and number.text.isdecimal()
                    and len(number.text) < _LONGEST_NUMBER
                    and 4 in row.cells
                ):
                    found.setdefault(int(number.text), []).append(row.cells[4].text)
        return {number: "".join(parts) for number, parts in found.items()}

    def _vertical(self, sheet: PaperSheet) -> list[_Draft]:
        """The overview: a label in column A, its value in column B."""
        rows: dict[str, Row] = {}
        for row in self._book.rows(sheet.title):
            if 1 in row.cells:
                rows.setdefault(_plain(row.cells[1].text), row)
        values: dict[str, Any] = {}
        for field in sheet.fields:
            found = rows.get(_plain(field.label))
            if found is None:
                self._fault(sheet, 1, 1, f"缺少“{field.label}”一行，请在 A 列恢复这个名称。")
                continue
            values[field.name] = self._value(sheet, found, 2, replace(field, required=False))
        return [_Draft(sheet, 1, {}, sheet.kind, values, {}, False)]

    def _table(self, sheet: PaperSheet) -> list[_Draft]:
        rows = self._book.rows(sheet.title)
        columns: dict[str, int] | None = None
        drafts: list[_Draft] = []
        before: list[Row] = []
        for row in rows:
            if columns is None:
                columns = self._header(sheet, row)
                before.append(row)
                if columns is None and (row.number > _HEADER_ROWS or len(before) > _HEADER_ROWS):
                    break
                continue
            draft = self._draft(sheet, row, columns)
            if draft is None:
                continue
            if draft.new and draft.values.get("position") == 0:
                draft.values["position"] = 1 + max((d.values["position"] or 0 for d in drafts), default=0)
            drafts.append(draft)
        if columns is None:
            wanted = "、".join(field.label for field in sheet.fields)
            self._fault(sheet, 1, 1, f"没有找到表头，请恢复第一行：{sheet.id_header}、{wanted}。")
        return drafts

    def _header(self, sheet: PaperSheet, row: Row) -> dict[str, int] | None:
        """Which column holds which field; nothing when this row is not the header. Missing ones are faults."""
        places: dict[str, int] = {}
        twice: list[tuple[int, str]] = []
        for column, cell in row.cells.items():
            text = _plain(cell.text)
            if text in places:
                twice.append((column, cell.text))
            places.setdefault(text, column)
        found = {f.name: places[_plain(f.label)] for f in sheet.fields if _plain(f.label) in places}
        if len(found) * 2 < len(sheet.fields):
            return None
        known = {_plain(f.label) for f in sheet.fields} | {_plain(sheet.id_header)}
        for column, text in twice:
            if _plain(text) in known:
                self._fault(sheet, row.number, column, f"表头“{text}”出现了两次，请删去一列。")
        if _plain(sheet.id_header) in places:
            found[""] = places[_plain(sheet.id_header)]
        else:
            self._fault(sheet, row.number, 1, f"缺少“{sheet.id_header}”列，请恢复 A 列的表头和内容。")
        for number, field in enumerate(sheet.fields, start=2):
            if field.name not in found:
                now = row.cells.get(number)
                instead = (
                    f"（现为“{now.text[:20]}”）" if now is not None else "（现为空白，可能与左侧合并了）"
                )
                self._fault(
                    sheet,
                    row.number,
                    number,
                    f"缺少列“{field.label}”{instead}，请把表头改回“{field.label}”。",
                )
        extra = [cell.text for cell in row.cells.values() if _plain(cell.text) not in known]
        if extra:
            self._notices.append(f"“{sheet.title}”表多出的列没有导入：{'、'.join(e[:20] for e in extra)}。")
        return found

    def _draft(self, sheet: PaperSheet, row: Row, columns: Mapping[str, int]) -> _Draft | None:
        filled = {n for n, c in columns.items() if c in row.cells and row.cells[c].text.strip()}
        id_cell = row.cells.get(columns.get("", 0))
        id_ = self._text(id_cell) if id_cell is not None and "" in filled else ""
        if not filled:
            return None
        if filled == {""} and sheet.id_hidden:
            self._fault(sheet, row.number, columns[""], "这一行已清空但还有编号，如要删除请删除整行。")
            return None
        new = not id_
        defaults = {f.name: f.default for f in dataclasses.fields(sheet.entity_type)}
        if sheet.kind == "entry":
            id_ = self._indicator(sheet, row, columns.get("", 1), id_)
        values: dict[str, Any] = {}
        named: dict[str, str] = {}
        for field in sheet.fields:
            column = columns.get(field.name)
            if column is None:
                continue
            if field.kind == "ref" or field.name in {"from_id", "to_id"}:
                cell = row.cells.get(column)
                named[field.name] = self._text(cell).strip() if cell is not None else ""
                if new and field.required and not named[field.name]:
                    self._fault(sheet, row.number, column, f"请填写{field.label}。")
                continue
            wanted = field if new else replace(field, required=False)
            value = self._value(sheet, row, column, wanted)
            default = defaults[field.name]
            # Numbers that are never without a value start as they do in a new entity; so do a new row's words.
            unsaid = default is not None and (value is None or (new and value == ""))
            values[field.name] = default if unsaid and column not in row.cells else value
        if new and sheet.kind in {"paragraph", "waiver"}:
            self._fault(sheet, row.number, columns.get("", 1), f"请填写{sheet.id_header}。")
        return _Draft(sheet, row.number, columns, id_, values, named, new)

    def _indicator(self, sheet: PaperSheet, row: Row, column: int, name: str) -> str:
        found = self._names.id("indicator", name.strip())
        if found is None and self._form.get(name.strip()) is not None:
            found = name.strip()
        if found is None:
            self._fault(sheet, row.number, column, f"没有名为“{name[:30]}”的指标，请填写指标体系中的名称。")
        return found or ""

    # —— cells into values ——

    def _text(self, cell: Cell) -> str:
        text = cell.text
        over = _OVERFLOW.search(text) if cell.kind == "text" else None
        if over is not None and int(over[1]) in self._overflow:
            return self._overflow[int(over[1])]
        if cell.kind == "flag":
            return "是" if text == "1" else "否"
        return f"{(Decimal(text) * 100).normalize():f}%" if cell.kind == "percent" else text

    def _value(self, sheet: PaperSheet, row: Row, column: int, field: FieldSpec) -> Value:
        cell = row.cells.get(column)
        if cell is None:
            cell = Cell("text", "")
        if problem := _unusable(cell, field):
            self._fault(sheet, row.number, column, problem)
            return None
        if sheet.kind == "link" and field.name in {"from_kind", "to_kind"}:
            kind = _KINDS_BY_LABEL.get(cell.text.strip())
            if kind is None:
                self._fault(
                    sheet, row.number, column, f"不认识的类别“{cell.text[:20]}”，请填写如“扣分”的类别。"
                )
            return kind
        try:
            return parse_value(self._text(cell), field)
        except BadValue as error:
            self._fault(sheet, row.number, column, str(error))
            return None

    # —— drafts into entities ——

    def _tables(self, drafts: Mapping[str, list[_Draft]]) -> dict[str, dict[str, Entity]]:
        for draft in (d for rows in drafts.values() for d in rows):
            if not draft.id and draft.sheet.kind not in {"input", "mark", "entry"}:
                draft.id = self._new_id()
        now = names_of_entities(
            draft.sheet.entity_type(**{**draft.values, **draft.named, "id": draft.id})
            for rows in drafts.values()
            for draft in rows
            if draft.new and draft.id and _constructible(draft.sheet, {**draft.values, **draft.named})
        )
        present = {kind: {draft.id for draft in rows} for kind, rows in drafts.items()}
        tables: dict[str, dict[str, Entity]] = {}
        for kind, rows in drafts.items():
            table: dict[str, Entity] = {}
            for draft in rows:
                entity = self._entity(draft, now, present)
                if entity is None:
                    continue
                if entity.id in table:
                    self._fault(
                        draft.sheet,
                        draft.row,
                        1,
                        "与上面某行的编号（或指标）相同，复制的行请清空 A 列的编号。"
                        if draft.sheet.id_hidden
                        else f"“{draft.sheet.id_header}”与上面某行相同，请合并为一行。",
                    )
                table[entity.id] = entity
            tables[kind] = table
        return tables

    def _entity(self, draft: _Draft, now: Names, present: Mapping[str, set[str]]) -> Entity | None:
        values = dict(draft.values)
        for name, text in draft.named.items():
            field = next(f for f in draft.sheet.fields if f.name == name)
            kind = referred_kind(field, values)
            values[name] = self._referred(draft, field, kind, text, now=now, present=present)
        if not _constructible(draft.sheet, values):
            return None  # its faults are listed
        if draft.sheet.kind == "input":
            values["key"] = self._key(draft, values["indicator"], values["key"])
            draft.id = draft.id or input_id(values["indicator"], values["key"])
        elif draft.sheet.kind == "mark" and draft.new:
            draft.id = mark_id(values["indicator"], values["stage"])
        if not draft.id:
            return None
        entity: Entity = draft.sheet.entity_type(id=draft.id, **values)
        # A row that was offered and left empty says nothing.
        said = draft.id in self._known.get(draft.sheet.kind, ()) or not is_blank(entity)
        return entity if said else None

    def _key(self, draft: _Draft, indicator: str, name: str) -> str:
        """The key of a rule's input: an unchanged row keeps its own."""
        own = draft.id.removeprefix(input_id(indicator, ""))
        same = draft.id == input_id(indicator, own) and input_name(self._form, indicator, own) == name
        return own if same else input_key(self._form, indicator, name)

    def _referred(
        self,
        draft: _Draft,
        field: FieldSpec,
        kind: str,
        text: str,
        *,
        now: Names,
        present: Mapping[str, set[str]],
    ) -> str | None:
        """The id behind a name: as exported, as a row is called now, or written out."""
        if not text or not kind:
            return text
        there = present.get(kind, self._known.get(kind, set()))
        exported = self._names.id(kind, text)
        if kind == "indicator":
            if exported is not None:
                return exported
            if self._form.get(text) is not None:
                return text
        elif exported is not None and (exported in there or exported not in self._known.get(kind, set())):
            return exported  # a row that is there, or an id that nothing stood behind when it was exported
        elif (fresh := now.id(kind, text)) is not None:
            return fresh
        elif text in there:
            return text
        label = KIND_LABELS.get(kind, kind)
        where = next((sheet.title for sheet in PAPER_SHEETS if sheet.kind == kind), "指标与评分标准")
        gone = "已被删除" if exported is not None else "没有找到"
        self._fault(
            draft.sheet,
            draft.row,
            draft.columns[field.name],
            f"{label}“{text[:30]}”{gone}，请填写“{where}”表中的名称，或删去这一行。",
        )
        return None


_KINDS_BY_LABEL = {label: kind for kind, label in KIND_LABELS.items()}
_WORDS = {"number": "数字", "percent": "比率", "date": "日期", "flag": "是或否"}


def _unusable(cell: Cell, field: FieldSpec) -> str:
    """Why a cell can't be read at all, or nothing."""
    if cell.kind == "error":
        return f"单元格是错误值 {cell.text}，请改为{field.label}的内容。"
    if cell.kind == "formula":
        return "公式还没有计算结果，请在表格软件中打开并保存一次，或直接填写内容。"
    if KINDS[field.kind].numeric and cell.kind in {"date", "flag"}:
        return f"这里应填数字，现在是{_WORDS[cell.kind]}，请填写如 3.5 的数字。"
    return ""


def _constructible(sheet: PaperSheet, values: Mapping[str, Any]) -> bool:
    """Whether every field has a value of its kind; those read with a fault have none."""
    return all(
        values.get(field.name) is not None
        or (field.name in values and (KINDS[field.kind].numeric or field.kind == "date"))
        for field in sheet.fields
    )


def _plain(text: str) -> str:
    return _BLANK.sub("", text)


def _letter(column: int) -> str:
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
