"""An indicator system as a workbook: the template that consultants adapt and import again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from workbench.domain.form import Form
from workbench.domain.form_raw import form_to_raw
from workbench.domain.form_sheets import (
    BAND_COLUMNS,
    BANDS,
    DETAIL_COLUMNS,
    DETAILS,
    DIGITS_LABEL,
    GENERAL,
    GENERAL_ROWS,
    GUIDE,
    ID_COLUMN,
    LAST_COLUMNS,
    LEVELS_LABEL,
    OPTION_COLUMNS,
    OWN_DIGITS_COLUMN,
    POINTS_COLUMN,
    QUESTION_COLUMNS,
    QUESTIONNAIRE_COLUMNS,
    QUESTIONS,
    ROUNDING_LABEL,
    ROUNDING_WORDS,
    SCORING_COLUMN,
    TABLE,
    TARGET_COLUMNS,
    TARGETS,
    TEXT_COLUMNS,
    VERSION,
    VERSION_LABEL,
    all_plain_labels,
    list_params,
    plain_params,
)
from workbench.domain.rules.base import rule_types
from workbench.domain.rules.params import params_of
from workbench.errors import WorkbenchError
from workbench.exporters.cell_text import CELL_LIMIT, cleaned, escaped
from workbench.exporters.workbook_bytes import workbook_bytes

#: Parameter columns that every template offers, whether the system uses them yet or not.
USUAL = ("结果名称", "分子名称", "分母名称", "目标值", "系数（分）", "扣分情形", "每次扣", "最多扣")
_LEVEL_WIDTH, _PARAM_WIDTH, _WIDE = 17, 13, 40
_INK, _SHADE = "FF1F3A5F", "FFE8EEF5"

_ADVICE = (
    "一行一个指标：名称写在所属层级的列里，其余列属于这一行的指标；上级写在下级之前。",
    "编号可以不写，导入时自动编；计分明细、绩效目标用编号指明指标时必须写。",
    "有下级的指标可以不写分值（取下级之和），写了就必须等于下级之和；一级指标之和等于总分。",
    "评价标准照录原文。计分方式写下面所列的名称；不写则从评价标准识别，识别不了的由评价人判断给分。",
    "参数列的列名就是参数的名称，用不到的不写；需要别的参数时，添一列并写上它的名称即可。",
    "评价要点、分档等有若干条的参数写在“计分明细”表，一条一行。",
)


def write_indicator_table(form: Form, path: Path) -> None:
    """Write the system as a workbook that imports to an equal form.

    Raises ``OSError``, and :class:`WorkbenchError` for a text that no cell can hold.
    """
    from openpyxl import Workbook

    raw = form_to_raw(form)
    book = Workbook()
    book.remove(book.worksheets[0])
    _Sheet(book, TABLE).fill(*_table(form, raw), wrap=True)
    _Sheet(book, DETAILS).fill(*_details(raw))
    _Sheet(book, BANDS).fill(
        [label for _, label in BAND_COLUMNS],
        [[band.get(key, "") for key, _ in BAND_COLUMNS] for band in raw["bands"]],
        [12, 12, 24],
    )
    _Sheet(book, QUESTIONS).fill(*_questions(raw))
    _Sheet(book, TARGETS).fill(
        [label for _, label in TARGET_COLUMNS],
        [[target.get(key, "") for key, _ in TARGET_COLUMNS] for target in raw["target"]],
        [12, 14, 28, 8, 12, 12, 14],
    )
    _Sheet(book, GENERAL).fill(["项目", "内容"], _general(raw), [16, 44])
    _Sheet(book, GUIDE).fill(["说明", ""], _guide(), [24, 110], wrap=True)
    path.write_bytes(workbook_bytes(book).getvalue())


class _Sheet:
    """One sheet with a header row; texts stay texts, exact numbers become numbers."""

    def __init__(self, book: Any, name: str) -> None:
        self._sheet = book.create_sheet(name)
        self._name = name

    def fill(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[Any]],
        widths: Sequence[int],
        *,
        wrap: bool = False,
    ) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
        from openpyxl.utils import get_column_letter

        sheet = self._sheet
        line = Side(style="thin", color="FFB8C4D2")
        border = Border(left=line, right=line, top=line, bottom=line)
        head = Font(bold=True, color=_INK)
        shade = PatternFill("solid", fgColor=_SHADE)
        body = Alignment(vertical="top", wrap_text=True)
        for number, row in enumerate([header, *rows], 1):
            for column, value in enumerate(row, 1):
                if value == "" and number > 1:
                    continue
                cell = sheet.cell(number, column)
                self._put(cell, value)
                cell.alignment, cell.border = body, border
                if number == 1:
                    cell.font, cell.fill = head, shade
        for column, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.freeze_panes = "A2"
        if wrap:
            sheet.page_setup.orientation = "landscape"
            sheet.page_setup.fitToHeight = 0
            sheet.sheet_properties.pageSetUpPr.fitToPage = True

    def _put(self, cell: Any, value: Any) -> None:
        number = _exact_number(value)
        if number is not None:
            cell.value = number
            return
        text = escaped(cleaned(str(value))[0])
        if len(text) + sum(char > "\uffff" for char in text) > CELL_LIMIT:
            raise WorkbenchError(
                "text-too-long",
                f"“{self._name}”表 {cell.coordinate} 的文字超过一个单元格能容纳的 {CELL_LIMIT} 字。",
                "请先精简这段文字再导出。",
            )
        cell.value = text
        cell.data_type = "s"  # never a formula, whatever it begins with


def _exact_number(value: Any) -> int | float | None:
    """A value as a number that a workbook gives back digit by digit; nothing for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**15 else None
    try:
        number = float(value)
    except (OverflowError, InvalidOperation):
        return None
    return number if abs(value) < 10**12 and f"{number:.15g}" == f"{value:f}" else None


def _points(text: str) -> Decimal | str:
    value = Decimal(text)
    return value if _exact_number(value) is not None else text


def _table(form: Form, raw: Mapping[str, Any]) -> tuple[list[str], list[list[Any]], list[int]]:
    kinds = rule_types()
    used = [label for indicator in raw["indicator"] for label in _plain_values(indicator.get("rule"))]
    offered = [label for label in all_plain_labels() if label in {*used, *USUAL}]
    params = [label for label in USUAL if label in offered] + [
        label for label in offered if label not in USUAL
    ]
    levels = raw["levels"]
    header = [ID_COLUMN[1], *levels, POINTS_COLUMN[1], *(label for _, label, _ in TEXT_COLUMNS)]
    header += [SCORING_COLUMN[1], *params, *(label for _, label, _ in LAST_COLUMNS)]
    widths = [ID_COLUMN[2], *[_LEVEL_WIDTH] * len(levels), POINTS_COLUMN[2], *(w for *_, w in TEXT_COLUMNS)]
    widths += [SCORING_COLUMN[2], *[_PARAM_WIDTH] * len(params), *(w for *_, w in LAST_COLUMNS)]
    own = any("digits" in indicator for indicator in raw["indicator"])
    if own:
        header.append(OWN_DIGITS_COLUMN[1])
        widths.append(OWN_DIGITS_COLUMN[2])
    rows = []
    for indicator in raw["indicator"]:
        depth = form[indicator["id"]].level
        names = [""] * len(levels)
        names[depth - 1] = indicator["name"]
        rule = indicator.get("rule")
        values = _plain_values(rule)
        rows.append(
            [
                indicator["id"],
                *names,
                _points(indicator["points"]),
                *(indicator.get(key, "") for key, *_ in TEXT_COLUMNS),
                kinds[rule["kind"]].label if rule else "",
                *(values.get(label, "") for label in params),
                *(_said(indicator.get(key, "")) for key, *_ in LAST_COLUMNS),
                *([indicator.get("digits", "")] if own else []),
            ]
        )
    return header, rows, widths


def _plain_values(rule: Mapping[str, Any] | None) -> dict[str, Any]:
    """A rule's parameters that take one cell, by their labels."""
    if rule is None:
        return {}
    return {
        described.label: _said(rule[described.name])
        for described in plain_params(rule_types()[rule["kind"]])
        if described.name in rule
    }


def _said(value: Any) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return ("\n" if any("、" in entry for entry in value) else "、").join(value) + (
            "\n" if any("、" in entry for entry in value) else ""
        )
    return value


def _details(raw: Mapping[str, Any]) -> tuple[list[str], list[list[Any]], list[int]]:
    found: list[tuple[Mapping[str, Any], str, dict[str, Any]]] = []
    for indicator in raw["indicator"]:
        rule = indicator.get("rule")
        for described in list_params(rule_types()[rule["kind"]]) if rule else ():
            if described.item is None:
                continue
            labels = {one.name: one.label for one in params_of(described.item)}
            found += [
                (indicator, described.label, {labels[name]: _said(value) for name, value in entry.items()})
                for entry in rule.get(described.name, ())
            ]
    columns = dict.fromkeys(["要点", "分值", *(label for *_, entry in found for label in entry)])
    rows = [
        [indicator["id"], indicator["name"], label, *(entry.get(column, "") for column in columns)]
        for indicator, label, entry in found
    ]
    return (
        [*(label for _, label in DETAIL_COLUMNS), *columns],
        rows,
        [12, 26, 12, *(_WIDE if column in {"要点", "扣分情形"} else 16 for column in columns)],
    )


def _questions(raw: Mapping[str, Any]) -> tuple[list[str], list[list[Any]], list[int]]:
    rows: list[list[Any]] = []
    no_question = [""] * len(QUESTION_COLUMNS)
    for questionnaire in raw["questionnaire"]:
        head = [questionnaire.get(key, "") for key, _ in QUESTIONNAIRE_COLUMNS]
        rows.append([*head, *no_question, "", ""])
        for question in questionnaire["question"]:
            asked = [question.get(key, "") for key, _ in QUESTION_COLUMNS]
            options = [[option.get(key, "") for key, _ in OPTION_COLUMNS] for option in question["option"]]
            first, *others = options or [["", ""]]
            rows.append(["", "", "", *asked, *first])
            rows += [["", "", "", *no_question, *other] for other in others]
    labels = [label for _, label in (*QUESTIONNAIRE_COLUMNS, *QUESTION_COLUMNS, *OPTION_COLUMNS)]
    return labels, rows, [22, 16, 40, 14, 40, 18, 9, 9, 18, 9]


def _general(raw: Mapping[str, Any]) -> list[list[Any]]:
    rows: list[list[Any]] = [[VERSION_LABEL, VERSION]]
    rows += [[label, raw.get(name, "")] for name, label, _ in GENERAL_ROWS]
    rows.append([LEVELS_LABEL, *raw["levels"]])
    rows.append([DIGITS_LABEL, raw["rounding"]["digits"]])
    rows.append([ROUNDING_LABEL, ROUNDING_WORDS[raw["rounding"]["at"]]])
    return rows


def _guide() -> list[list[Any]]:
    rows = [[f"填写 {number}", text] for number, text in enumerate(_ADVICE, 1)]
    rows += [[f"总体：{label}", hint] for _, label, hint in GENERAL_ROWS if hint]
    for kind in sorted(rule_types().values(), key=lambda rule_type: rule_type.kind):
        told = [
            f"{described.label}{'（必填）' if described.required else ''}"
            + (f"［{'／'.join(described.choices)}］" if described.choices else "")
            + (f"：{described.hint}" if described.hint else "")
            for described in plain_params(kind)
        ]
        for described in list_params(kind):
            if described.item is not None:
                inside = "、".join(one.label for one in params_of(described.item))
                told.append(f"{described.label}（写在“{DETAILS}”表：{inside}）")
        rows.append([f"计分方式：{kind.label}", "；".join(told) or "没有参数"])
    return rows
