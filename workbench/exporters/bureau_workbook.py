"""Fill the bureau's own workbook: the bound cells change, every other part stays as it came."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from workbench.domain.bureau import Binding
from workbench.errors import WorkbenchError
from workbench.exporters.bureau_forms import BureauForm, Contents, content_labels
from workbench.exporters.cell_formulas import Workbook, shared_texts
from workbench.exporters.cell_text import CELL_LIMIT, cleaned, fits_a_cell
from workbench.exporters.conformance import differences
from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.package_parts import WORKBOOK, Package, calculated_on_load
from workbench.exporters.report_data import ReportData
from workbench.exporters.sheet_patch import Filled, Place, SheetMap, map_sheet, patched
from workbench.package_xml import letters

_SHARED = "xl/sharedStrings.xml"
_FEW = 3


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
    sheets = {name: map_sheet(package.parts[part], name) for name, part in package.sheets.items()}
    wanted = {
        name: _without_formulas(sheet, name, values.pop(name, {}), notices) for name, sheet in sheets.items()
    }
    formulas = any(sheet.formulas for sheet in sheets.values())
    book = Workbook(sheets, shared_texts(package.parts.get(_SHARED, b"")) if formulas else (), wanted)
    untold: list[str] = []
    for done, (name, part) in enumerate(package.sheets.items()):
        progress(done, len(package.sheets), name)
        results = book.results(name)
        untold += [
            f"“{name}”表 {letters(place[1])}{place[0]}" for place, result in results.items() if result is None
        ]
        if wanted[name] or results:
            changed[part] = patched(sheets[name], wanted[name], results)
    cells = {name: {place: _read(value) for place, value in found.items()} for name, found in wanted.items()}
    if untold:
        more = f"等 {len(untold)} 格" if len(untold) > _FEW else ""
        notices.append(f"{'、'.join(untold[:_FEW])}{more}的公式由 Excel、WPS 打开时计算，手机预览里是空白。")
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
    if not isinstance(value, str):
        return value
    value, replaced = cleaned(value)
    if replaced:
        notices.append(
            f"“{binding.sheet}”表 {binding.address} 有 {replaced} 个不能写入文件的控制字符，已显示为“�”。"
        )
    if not fits_a_cell(value):
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
