"""The whole evaluation as one workbook that a colleague may fill in and that imports again without loss."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.domain.evaluation import KIND_LABELS, Entity
from workbench.domain.fields import FieldSpec, show_value
from workbench.domain.form_json import form_text
from workbench.domain.papers import (
    CRITERIA_SHEET,
    FORMAT,
    GUIDE_SHEET,
    META_SHEET,
    PAPER_SHEETS,
    SYSTEM_FIELDS,
    Names,
    PaperSheet,
    input_name,
    names_of,
    offered,
    referred_kind,
)
from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.report_data import ReportData
from workbench.exporters.sheet_paper import (
    BODY,
    HEAD,
    MIDDLE,
    NOTE,
    TITLE,
    Book,
    CellValue,
    Look,
    Page,
    letter,
    plain_number,
    points_look,
)

_PIECE = 10_000
_GREY = "F4F4F4"
_WIDTHS = {"text": 36.0, "line": 20.0, "open_choice": 14.0, "choice": 12.0, "ref": 24.0, "date": 13.0}
_SPARE_ROWS = 300
_FIRST_EXCEL_DAY = date(1900, 3, 1)
_GUIDE = (
    "各表一行一项，可以修改、增加行、删除整行；第一行是表头，请勿改动。",
    "新增的行不填编号。隐藏的编号列和“系统信息”表请勿改动。",
    "金额、分数填数字；比率填 86.5% 的样式；日期填 2022-11-14 的样式；是否填“是”或“否”。",
    "“指标”“问卷”“题目”等列填对应表中的名称。灰色的列由程序记录，改动不会导入。",
    "“指标与评分标准”表供查看，改动不会导入。",
    "导入时先逐条检查，有一处不对就全部不导入，并逐条指出所在的表、行、列和改法。",
)


def write_working_papers(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write every entity of the evaluation, sheet by sheet, with what is needed to import it again."""
    evaluation = data.stated
    book = Book(kit.fonts, data.made)
    book.describe(f"{evaluation.overview.project}评价工作底稿", evaluation.overview.agency)
    names = names_of(evaluation)
    _guide(book, data)
    sheets = [*PAPER_SHEETS]
    for number, sheet in enumerate(sheets):
        progress(number, len(sheets) + 1, f"正在写“{sheet.title}”")
        if sheet.kind == "entry":
            _criteria(book, data)
        if sheet.vertical:
            _vertical(book, sheet, evaluation.overview)
        else:
            _Table(book, sheet, names, data).write()
    _meta(book, data, names)
    progress(len(sheets), len(sheets) + 1, "正在写入文件")
    path.write_bytes(book.data())
    return Written(tuple(book.checked.notices), book.checked.cells)


def _guide(book: Book, data: ReportData) -> None:
    page = book.page(GUIDE_SHEET, (6, 90), "portrait")
    page.wide_row(f"{data.stated.overview.project}评价工作底稿", TITLE, 30)
    for number, text in enumerate(_GUIDE, start=1):
        page.row([(number, dataclasses.replace(NOTE, align="center")), (text, NOTE)])
    page.finish()


def _criteria(book: Book, data: ReportData) -> None:
    levels = data.levels
    page = book.page(CRITERIA_SHEET, (*([12] * len(levels)), 8, 26, 46, 8))
    header = page.row(
        [(text, HEAD) for text in (*levels, "分值", "指标解释", "评分标准", "现得分")], least=24
    )
    for row in data.rows:
        path: list[tuple[CellValue, Look] | None] = [(i.name, BODY) for i in row.path]
        path += [("", BODY)] * (len(levels) - len(path))
        page.row(
            [
                *path,
                (row.indicator.full_mark, MIDDLE),
                (row.indicator.explanation, BODY),
                (row.indicator.criterion, BODY),
                (row.scored.score, points_look(data.evaluation.form.digits_of(row.indicator))),
            ]
        )
    page.finish(header=header, freeze="A2", landmark=data.stated.overview.project)


def _vertical(book: Book, sheet: PaperSheet, entity: Entity) -> None:
    page = book.page(sheet.title, (20, 80), "portrait")
    header = page.row([("项目", HEAD), ("内容", HEAD)], least=22)
    for field in sheet.fields:
        value, look = cell_of(field, getattr(entity, field.name))
        row = page.row([(field.label, HEAD), (value, dataclasses.replace(look, align="left"))])
        _choices(page, field, f"B{row}")
    page.finish(header=header, freeze="B2")


class _Table:
    """One kind of entity as a table with a header row."""

    def __init__(self, book: Book, sheet: PaperSheet, names: Names, data: ReportData) -> None:
        self._book = book
        self._sheet = sheet
        self._names = names
        self._data = data

    def write(self) -> None:
        sheet, evaluation = self._sheet, self._data.stated
        first = 10.0 if sheet.id_hidden else 24.0
        widths = [first, *(_WIDTHS.get(field.kind, 11.0) for field in sheet.fields)]
        page = self._book.page(sheet.title, widths, scaled=False)
        header = page.row([(t, HEAD) for t in (sheet.id_header, *(f.label for f in sheet.fields))], least=24)
        table: Mapping[str, Entity] = evaluation.tables.get(sheet.kind, {})
        own = SYSTEM_FIELDS.get(sheet.kind, ())
        waiting = {e.id: e for e in offered(evaluation, sheet.kind)}
        rest = [entity for id_, entity in table.items() if id_ not in waiting]
        grey = dataclasses.replace(BODY, fill=_GREY)
        for entity in [*(table.get(id_, e) for id_, e in waiting.items()), *rest]:
            new = entity.id not in table and sheet.id_hidden
            cells: list[tuple[CellValue, Look]] = []
            for field in sheet.fields:
                value, look = self._cell(field, entity)
                cells.append((value, dataclasses.replace(look, fill=_GREY) if field.name in own else look))
            row = page.row([None, *cells])
            page.put(row, 1, "" if new else self._id(entity.id), grey)
        for number, field in enumerate(sheet.fields, start=2):
            _choices(page, field, f"{letter(number)}2:{letter(number)}{page.filled + _SPARE_ROWS}")
        page.finish(header=header, freeze="B2", landmark=evaluation.overview.project)
        if sheet.id_hidden:
            page.sheet.column_dimensions["A"].hidden = True

    def _id(self, id_: str) -> str:
        return self._names.name("indicator", id_) if self._sheet.kind == "entry" else id_

    def _cell(self, field: FieldSpec, entity: Entity) -> tuple[CellValue, Look]:
        value = getattr(entity, field.name)
        if kind := referred_kind(field, entity):
            return self._names.name(kind, value) if value else "", BODY
        if self._sheet.kind == "input" and field.name == "key":
            return input_name(self._data.stated.form, getattr(entity, "indicator", ""), value), BODY
        if self._sheet.kind == "link" and field.name in {"from_kind", "to_kind"}:
            return KIND_LABELS.get(value, value), MIDDLE
        return cell_of(field, value)


def cell_of(field: FieldSpec, value: Any) -> tuple[CellValue, Look]:
    """A field's value as a cell: numbers as numbers where fifteen digits hold them, else as text."""
    if isinstance(value, bool):
        return show_value(value, field), MIDDLE
    if isinstance(value, date):
        if value < _FIRST_EXCEL_DAY:
            return value.isoformat(), MIDDLE
        return value, dataclasses.replace(MIDDLE, number="yyyy-mm-dd")
    if isinstance(value, Decimal | int):
        return _number(field, value)
    look = BODY if field.kind in {"text", "line", "ref"} else MIDDLE
    if field.kind == "percent":
        look = dataclasses.replace(MIDDLE, number="0.00%")
    elif field.kind == "date":
        look = dataclasses.replace(MIDDLE, number="yyyy-mm-dd")
    elif field.kind == "time":  # as text, so that a time typed there is not made a fraction of a day
        look = dataclasses.replace(MIDDLE, number="@")
    return (show_value(value, field), look)


def _number(field: FieldSpec, value: Decimal | int) -> tuple[CellValue, Look]:
    percent = field.kind == "percent"
    if Decimal(plain_number(value)) == value:
        number = "0.00%" if percent else "General"
        return value, dataclasses.replace(MIDDLE, number=number)
    return (f"{value * 100:f}%" if percent else f"{value:f}"), MIDDLE


def _choices(page: Page, field: FieldSpec, cells: str) -> None:
    """Offer a field's words as a list; words of one's own are only accepted where the field does."""
    from openpyxl.worksheet.datavalidation import DataValidation

    words = ("是", "否") if field.kind == "flag" else field.choices
    if not words or any("," in word or '"' in word for word in words):
        return
    offer = DataValidation(type="list", formula1='"' + ",".join(words) + '"', allow_blank=True)
    offer.showErrorMessage = field.kind != "open_choice"
    offer.errorTitle, offer.error = field.label, f"只能是：{'、'.join(words)}"
    offer.add(cells)
    page.sheet.add_data_validation(offer)


def _meta(book: Book, data: ReportData, names: Names) -> None:
    """What the import needs to know and nobody should see: identity, the form, the names given to ids."""
    evaluation = data.stated
    page = book.page(META_SHEET, (20, 60), "portrait")
    facts = {
        "format": str(FORMAT),
        "evaluation": evaluation.id,
        "form_id": evaluation.form.id,
        "form": form_text(evaluation.form.raw),
        "names": json.dumps(names.by_kind, ensure_ascii=False, sort_keys=True),
        "tables": json.dumps({kind: list(table) for kind, table in evaluation.tables.items()}),
    }
    for key, text in facts.items():
        # JSON in ASCII: nothing that a cell can't hold, nothing that is cleaned on the way.
        safe = json.dumps(text)
        for start in range(0, len(safe), _PIECE):
            page.row([(key, NOTE), (safe[start : start + _PIECE], NOTE)], fit=False)
    page.finish()
    page.sheet.sheet_state = "veryHidden"
