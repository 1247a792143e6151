"""Compare a filled form with the bureau's blank: what differs besides the cells that were bound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from workbench.exporters.package_parts import WORKBOOK, Package, calculated_on_load
from workbench.exporters.sheet_patch import Place, SheetMap, map_sheet, without_kind
from workbench.package_xml import letters

_SHOWN = 20


def differences(blank: Path, filled: Path, bound: Mapping[str, Iterable[Place]]) -> list[str]:
    """Every difference in words, none when only the bound cells (by sheet) differ.

    Results that formulas had when the form was saved don't count, nor does the mark in the workbook
    that has them calculated anew. Raises :class:`WorkbenchError` for a file that is no workbook.
    """
    before, after = Package(blank), Package(filled)
    names = [entry.filename for entry in before.entries]
    found = [f"少了部件 {name}。" for name in names if name not in after.parts]
    found += [f"多了部件 {name}。" for name in after.parts if name not in before.parts]
    if before.sheets != after.sheets:
        found.append(f"工作表不同：空白表是 {_listed(before.sheets)}，填好的是 {_listed(after.sheets)}。")
    sheets = {part: name for name, part in before.sheets.items()}
    for name in names:
        if name not in after.parts or before.parts[name] == after.parts[name]:
            continue
        if name in sheets:
            sheet = sheets[name]
            found += _sheet(sheet, before.parts[name], after.parts[name], set(bound.get(sheet, ())))
        elif name != WORKBOOK or after.parts[name] != calculated_on_load(before.parts[name]):
            found.append(f"部件 {name} 的内容变了。")
    return found


def _listed(names: Iterable[str]) -> str:
    return "、".join(f"“{name}”" for name in names)


def _sheet(name: str, before: bytes, after: bytes, bound: set[Place]) -> list[str]:
    old, new = map_sheet(before, name), map_sheet(after, name)
    found = []
    for place in sorted({*old.cells, *new.cells}):
        if place not in bound and _cell(old, place) != _cell(new, place):
            found.append(f"“{name}”表 {letters(place[1])}{place[0]} 变了，它没有绑定内容。")
        elif place in bound and _style(old, place) not in {None, _style(new, place)}:
            found.append(f"“{name}”表 {letters(place[1])}{place[0]} 的格式变了。")
    if _frame(old) != _frame(new):
        found.append(f"“{name}”表单元格以外的部分（列宽、行高、合并、校验、打印设置等）变了。")
    rest = len(found) - _SHOWN
    return [*found[:_SHOWN], *([f"“{name}”表还有 {rest} 处。"] if rest > 0 else [])]


def _cell(sheet: SheetMap, place: Place) -> bytes:
    """The bytes of a cell without the result of its formula and the kind of that."""
    span = sheet.cells.get(place)
    if span is None:
        return b""
    text = sheet.xml[span.start : span.end]
    if not span.formula:
        return text
    for start, end in reversed(span.values):
        text = text[: start - span.start] + text[end - span.start :]
    head = span.inner - span.start
    return without_kind(text[:head]) + text[head:]


def _style(sheet: SheetMap, place: Place) -> str | None:
    span = sheet.cells.get(place)
    return None if span is None else span.attributes.get("s", "")


def _frame(sheet: SheetMap) -> bytes:
    """Everything of a sheet but its cells, and but rows that hold nothing else."""
    parts: list[bytes] = []
    at = 0
    for span in sorted(sheet.cells.values(), key=lambda span: span.start):
        parts.append(sheet.xml[at : span.start])
        at = span.end
    text = b"".join((*parts, sheet.xml[at:]))
    text = re.sub(rb"<((?:\w+:)?row)\b([^>]*?)\s*></\1>", rb"<\1\2/>", text)
    text = re.sub(rb'<(?:\w+:)?row r="\d+"\s*/>', b"", text)
    return re.sub(rb"<((?:\w+:)?sheetData)></\1>", rb"<\1/>", text)
