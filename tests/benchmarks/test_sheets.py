"""The score sheet of 300 indicators against bare openpyxl; the guarded reader against openpyxl's own.

``make bench ARGS=tests/benchmarks/test_sheets.py``; in an ordinary test run each is made once and not timed.
"""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Alignment, Border, Font, Side
from pytest_benchmark.fixture import BenchmarkFixture

from tests.exporters.sample import MADE, RESOURCES, scored_by_hand, small_form
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import ReportData, freeze
from workbench.exporters.score_sheet import write_score_sheet
from workbench.importers.workbooks import read_workbook

ROUNDS = 7
MOST = 1.2  # gate: our sheet takes at most so many times what bare openpyxl takes for the same cells
FASTER = 2.0  # gate: our reader is at least so many times faster than openpyxl's read-only one
CRITERION = "评价要点：\n1.是否按照规定的程序办理；(5分)\n2.资料是否真实、完整，与实际相符。(5分)"


@pytest.fixture(scope="module")
def data() -> ReportData:
    form = small_form(30, 10, "1", CRITERION)
    return freeze(scored_by_hand(form, "0.9", basis="按规定办理，资料完整。", basis_source="文件"), made=MADE)


def ours(data: ReportData, path: Path) -> None:
    write_score_sheet(data, path, Kit(RESOURCES), lambda *_: None)


class Bare:
    """The same cells, merges, heights and looks, written the way openpyxl's manual shows."""

    def __init__(self, path: Path) -> None:
        self._sheets = []
        for sheet in openpyxl.load_workbook(path).worksheets:
            cells = [
                (c.row, c.column, c.value, c.font.name, c.font.sz, c.alignment.horizontal, c.number_format, bool(c.border.left.style))
                for row in sheet.iter_rows()
                for c in row
                if c.has_style
            ]  # fmt: skip
            heights = {row: d.height for row, d in sheet.row_dimensions.items()}
            widths = {name: d.width for name, d in sheet.column_dimensions.items()}
            merges = [str(area) for area in sheet.merged_cells.ranges]
            self._sheets.append((sheet.title, cells, heights, widths, merges))

    def write(self, path: Path) -> None:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        side = Side(style="thin", color="808080")
        border = Border(left=side, right=side, top=side, bottom=side)
        for title, cells, heights, widths, merges in self._sheets:
            sheet: Any = book.create_sheet(title)
            for row, column, value, font, size, align, number, bordered in cells:
                cell = sheet.cell(row, column, value)
                cell.font = Font(name=font, size=size)
                cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
                cell.number_format = number
                if bordered:
                    cell.border = border
            for row, height in heights.items():
                sheet.row_dimensions[row].height = height
            for name, width in widths.items():
                sheet.column_dimensions[name].width = width
            for area in merges:
                sheet.merge_cells(area)
        book.save(path)


def test_score_sheet_of_300_indicators(data: ReportData, tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    path = tmp_path / "a.xlsx"
    benchmark(ours, data, path)
    bare = Bare(path)
    bare.write(tmp_path / "b.xlsx")
    if benchmark.disabled:
        return
    ratios = []
    for _ in range(ROUNDS):
        start = perf_counter()
        ours(data, path)
        middle = perf_counter()
        bare.write(tmp_path / "b.xlsx")
        ratios.append((middle - start) / (perf_counter() - middle))
    tracemalloc.start()
    ours(data, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    benchmark.extra_info["times_bare_openpyxl"] = round(median(ratios), 2)
    benchmark.extra_info["peak_mb"] = round(peak / 2**20, 1)
    print(
        f"\nscore sheet ÷ bare openpyxl: {median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f}), {peak / 2**20:.1f} MB"
    )
    assert median(ratios) <= MOST


def survey(path: Path, rows: int) -> Path:
    """Sheets of 35 answers, shared texts and numbers."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("答卷")
    words = ("非常满意", "比较满意", "一般", "不太满意", "非常不满意")
    for row in range(rows):
        sheet.append([row, *(words[(row * 7 + n) % 5] if n % 3 else (row + n) % 5 for n in range(34))])
    book.save(path)
    return path


def read_ours(path: Path) -> int:
    book = read_workbook(path)
    return sum(len(row.cells) for sheet in book.sheets for row in book.rows(sheet.name))


def read_theirs(path: Path) -> int:
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True)
    return sum(len(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))


def test_reading_a_survey_of_10000_sheets(tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    path = survey(tmp_path / "a.xlsx", 200 if benchmark.disabled else 10_000)
    count = benchmark.pedantic(read_ours, (path,), rounds=3)
    assert count == read_theirs(path)
    if benchmark.disabled:
        return
    ratios = []
    for _ in range(3):
        start = perf_counter()
        read_theirs(path)
        middle = perf_counter()
        read_ours(path)
        ratios.append((middle - start) / (perf_counter() - middle))
    tracemalloc.start()
    read_ours(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    benchmark.extra_info["times_faster_than_read_only"] = round(median(ratios), 2)
    benchmark.extra_info["peak_mb"] = round(peak / 2**20, 1)
    print(
        f"\nopenpyxl read_only ÷ reader: {median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f}), {peak / 2**20:.1f} MB"
    )
    assert median(ratios) >= FASTER
    assert peak < 40 * 2**20
