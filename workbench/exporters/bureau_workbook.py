"""Fill the bureau's own workbook: the bound cells change, every other part stays as it came."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from workbench.domain.bureau import Binding
from workbench.errors import WorkbenchError
from workbench.exporters.bureau_forms import BureauForm, Contents, content_labels
from workbench.exporters.cell_text import CELL_LIMIT
from workbench.exporters.conformance import differences
from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.package_parts import WORKBOOK, Package, calculated_on_load
from workbench.exporters.report_data import ReportData
from workbench.exporters.sheet_patch import Filled, Place, SheetMap, map_sheet, patched


def write_bureau_workbook(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Fill the form of ``kit.bureau``; what could not be filled is told, never left out in silence."""
    form = kit.bureau
    if form is None:
        raise WorkbenchError("no-bureau-form", "还没有选择财政局表样。", "请先添加一份空白表并保存绑定。")
    if hashlib.sha256(form.blank.read_bytes()).hexdigest() != form.sha256:
        raise WorkbenchError(
            "blank-changed",
            f"表样“{form.title}”的空白表与保存绑定时不同：{form.blank.name}。",
            "请重新添加空白表并核对绑定。",
        )
    package = Package(form.blank)
    notices: list[str] = []
    values = _values(data, form, notices)
    changed: dict[str, bytes] = {}
    cells: dict[str, dict[Place, str]] = {}
    formulas = False
    for done, (name, part) in enumerate(package.sheets.items()):
        progress(done, len(package.sheets), name)
        sheet = map_sheet(package.parts[part], f"{name}")
        formulas = formulas or bool(sheet.formulas)
        wanted = _without_formulas(sheet, name, values.pop(name, {}), notices)
        if wanted or sheet.formulas:
            changed[part] = patched(sheet, wanted)
        cells[name] = {place: _read(value) for place, value in wanted.items()}
    notices += [f"空白表里没有“{missing}”表，绑定在其上的内容没有填。" for missing in values]
    if formulas:
        changed[WORKBOOK] = calculated_on_load(package.parts[WORKBOOK])
    if any(name.startswith("_xmlsignatures/") for name in package.parts):
        notices.append("空白表带有数字签名，填写后签名不再有效。")
    package.write(path, changed)
    _conforms(form, path, cells)
    return Written(tuple(notices), cells)


def _values(data: ReportData, form: BureauForm, notices: list[str]) -> dict[str, dict[Place, Filled]]:
    contents, known = Contents(data), content_labels(data.evaluation.form)
    found: dict[str, dict[Place, Filled]] = defaultdict(dict)
    for binding in form.bindings:
        if binding.content not in known:
            notices.append(
                f"“{binding.sheet}”表 {binding.address} 绑定的内容（{binding.content}）本体系没有，未填。"
            )
            continue
        value = contents.value(binding.content)
        if value is None:
            continue
        if binding.prefix:
            value = binding.prefix + (f"{value:f}" if not isinstance(value, str) else value)
        found[binding.sheet][binding.place] = _fitting(value, binding, notices)
    return found


def _fitting(value: Filled, binding: Binding, notices: list[str]) -> Filled:
    """A cell of the bureau's form has no second sheet to overflow to: what is cut is said."""
    if isinstance(value, str) and len(value) > CELL_LIMIT // 2:
        notices.append(
            f"“{binding.sheet}”表 {binding.address} 的文字有 {len(value)} 字，一格放不下，只填入前一部分；"
            "全文见评分表。"
        )
        return value[: CELL_LIMIT // 2]
    return value


def _without_formulas(
    sheet: SheetMap, name: str, values: Mapping[Place, Filled], notices: list[str]
) -> dict[Place, Filled]:
    kept = {place: value for place, value in values.items() if place not in sheet.formulas}
    for row, column in sorted(set(values) - set(kept)):
        notices.append(f"“{name}”表第 {row} 行第 {column} 列在空白表里是公式，由表格自己计算，没有覆盖。")
    return kept


def _read(value: Filled) -> str:
    """The cell as the reader gives it back."""
    return value if isinstance(value, str) else f"{value.normalize():f}"


def _conforms(form: BureauForm, path: Path, cells: Mapping[str, Mapping[Place, str]]) -> None:
    """What was written is compared with the blank before it is handed over."""
    found = differences(form.blank, path, cells)
    if found:
        raise WorkbenchError(
            "bureau-differs",
            f"填写“{form.title}”后与空白表核对不一致：{found[0]}",
            "原有文件没有改动。请把此情况告诉软件维护人员。",
        )
