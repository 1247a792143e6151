"""Builds workbooks of indicator tables as people make them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from tests.helpers import ROOT
from workbench.errors import Fault, InputRefused
from workbench.importers.indicator_columns import IndicatorColumns, load_columns
from workbench.importers.indicator_table import TableReading, read_indicator_table

NAMES: IndicatorColumns = load_columns(ROOT / "resources" / "indicator_columns.toml")
HEADER = ["一级指标", "二级指标", "三级指标", "分值", "评价标准"]
#: Rows that add up to 100 with rules that are read.
ROWS: list[list[Any]] = [
    ["决策", "项目立项", "立项依据充分性", 20, "1.有依据；(10分)2.程序规范。(10分)"],
    ["过程", "资金管理", "资金到位率", 30, "得分=(实际到位资金/预算资金)×100%×30分"],
    ["产出", "产出数量", "服务时间", 20, "每出现1次无人在岗，扣1分，扣完为止。"],
    ["效益", "满意度", "群众满意度", 30, "得分=满意度/95%*30分(超过30分按30分计)"],
]


def book(path: Path, rows: Sequence[Sequence[Any]], *merges: str, sheet: str = "评分表") -> Path:
    """A workbook with one sheet of these rows and merged areas."""
    made = openpyxl.Workbook()
    page = made.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for area in merges:
        page.merge_cells(area)
    made.save(path)
    return path


def read(path: Path) -> TableReading:
    return read_indicator_table(path, NAMES)


def faults(path: Path) -> tuple[Fault, ...]:
    """The fatal faults of a workbook that must be refused."""
    try:
        read(path)
    except InputRefused as error:
        return tuple(fault for fault in error.faults if fault.fatal)
    raise AssertionError("the workbook was taken over")


def outline(reading: TableReading) -> list[tuple[int, str, str]]:
    """Level, name and points of every indicator."""
    return [(one.level, one.name, f"{one.full_mark:f}") for one in reading.form.indicators]
