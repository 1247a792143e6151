"""The score sheet: its cells against the model, its formulas recalculated, its text kept as text."""

from __future__ import annotations

import dataclasses
import io
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.exporters.formulas import Recalculation
from tests.exporters.sample import MADE, RESOURCES, qixia, scored_by_hand, small_form, with_entities
from tests.golden import assert_golden
from workbench.domain.amounts import exact
from workbench.domain.evaluation import (
    Deduction,
    Entry,
    Evaluation,
    Mark,
    Overview,
    Problem,
    mark_id,
)
from workbench.domain.form import Indicator
from workbench.errors import InputRefused
from workbench.exporters.kit import Kit, Written
from workbench.exporters.layouts import Layouts, layout_from
from workbench.exporters.report_data import ReportData, freeze
from workbench.exporters.row_heights import RowHeights
from workbench.exporters.score_sheet import write_score_sheet

LAYOUTS = Layouts(RESOURCES / "layouts").names()


def written(evaluation: Evaluation, path: Path, layout: str = "") -> tuple[ReportData, Any, Written]:
    data = freeze(evaluation, made=MADE)
    result = write_score_sheet(data, path, Kit(RESOURCES, layout), lambda *_: None)
    return data, openpyxl.load_workbook(path), result


def cells(book: Any) -> Iterator[Any]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if cell.value is not None)


def as_text(book: Any, values: Any) -> str:
    lines = []
    for sheet in book.worksheets:
        lines.append(f"# {sheet.title} 合并 {sorted(str(area) for area in sheet.merged_cells.ranges)}")
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    value = values[sheet.title][cell.coordinate].value
                    shown = f"{cell.value} → {value}" if cell.data_type == "f" else repr(cell.value)
                    lines.append(f"{cell.coordinate} {shown}")
    return "\n".join(lines) + "\n"


def find(sheet: Any, text: str) -> Any:
    return next(cell for row in sheet.iter_rows() for cell in row if cell.value == text)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_formulas_recalculate_to_what_is_stored_beside_them(layout: str, tmp_path: Path) -> None:
    path = tmp_path / "评分表.xlsx"
    _, book, _ = written(qixia(), path, layout)
    values = openpyxl.load_workbook(path, data_only=True)
    again = Recalculation(book)
    formulas = [cell for cell in cells(book) if cell.data_type == "f"]
    assert len(formulas) > 4
    for cell in formulas:
        stored = values[cell.parent.title][cell.coordinate].value
        worked_out = again.value(cell.parent.title, cell.coordinate)
        if isinstance(stored, float):
            assert worked_out == pytest.approx(stored, abs=1e-9)
        else:
            assert worked_out == ("" if stored is None else stored)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_total_and_grade_are_the_models(layout: str, tmp_path: Path) -> None:
    data, book, _ = written(qixia(), tmp_path / "a.xlsx", layout)
    sheet = book.worksheets[0]
    row = (find(sheet, "合计") if layout != "self_evaluation" else find(sheet, "总分")).row
    again = Recalculation(book)
    found = {again.value(sheet.title, c.coordinate) for c in sheet[row] if c.data_type == "f"}
    assert float(data.scores.total) in found
    assert data.scores.total == Decimal("92.47")
    if layout != "self_evaluation":
        grades = [again.value(sheet.title, c.coordinate) for c in sheet[row + 1] if c.data_type == "f"]
        assert grades == ["优"]


def test_every_level_adds_up_to_the_screen(tmp_path: Path) -> None:
    data, book, _ = written(qixia(), tmp_path / "a.xlsx")
    sheet = book["得分汇总"]
    again = Recalculation(book)
    for group in data.groups:
        row = find(sheet, group.indicator.name).row
        assert again.value(sheet.title, f"C{row}") == float(group.indicator.full_mark)
        assert exact(Decimal(str(again.value(sheet.title, f"D{row}")))) == exact(group.scored.score or 0)
        assert again.value(sheet.title, f"F{row}") == pytest.approx(float(group.scored.rate or 0))


def test_a_changed_score_changes_total_and_grade(tmp_path: Path) -> None:
    _, book, _ = written(scored_by_hand(small_form(groups=2, leaves=5)), tmp_path / "a.xlsx")
    sheet = book["评分表"]
    total = find(sheet, "合计").row
    assert Recalculation(book).value("评分表", f"F{total}") == 95.0
    assert Recalculation(book).value("评分表", f"F{total + 1}") == "优"
    sheet["F4"] = 4
    assert Recalculation(book).value("评分表", f"F{total}") == 89.5
    assert Recalculation(book).value("评分表", f"F{total + 1}") == "良"
    sheet["F4"] = None
    assert Recalculation(book).value("评分表", f"F{total + 1}") == "未评完"


def test_qixia_sheet_as_it_was_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    _, book, _ = written(qixia(), path)
    assert_golden("score_sheet_qixia.txt", as_text(book, openpyxl.load_workbook(path, data_only=True)))


def test_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    written(qixia(), tmp_path / "a.xlsx")
    written(qixia(), tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_print_set_up(tmp_path: Path) -> None:
    _, book, _ = written(qixia(), tmp_path / "a.xlsx")
    sheet = book["评分表"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == ("9", "landscape") or (
        sheet.page_setup.paperSize == 9 and sheet.page_setup.orientation == "landscape"
    )
    assert sheet.page_setup.fitToWidth == 1
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$3:$3"
    assert "&P" in sheet.oddFooter.center.text
    assert sheet.freeze_panes == "D4"
    assert sheet["F4"].number_format == "0.00"
    assert sheet["A4"].font.name == "宋体"
    assert book.properties.title == "12345 政务服务热线购买服务绩效评价得分表"


def test_page_breaks_fall_between_second_level_blocks(tmp_path: Path) -> None:
    _, book, _ = written(qixia(), tmp_path / "a.xlsx")
    sheet = book["评分表"]
    blocks = {area.min_row for area in sheet.merged_cells.ranges if area.min_col == 2} | {
        cell.row for cell in sheet["B"] if cell.value
    }
    breaks = [stop.id + 1 for stop in sheet.row_breaks.brk]
    assert breaks
    assert set(breaks) <= blocks


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+86 535", "-3 分", "@SUM(A1)", "\t缩进", '=HYPERLINK("http://x")', "#N/A", "2022-11-14", "007",
        "_x0041_", "]]>&<x>", "😀 𠮷 \u200fעברית", " 前后空格 ", "第一行\n第二行", "TRUE",
    ],
)  # fmt: skip
def test_text_stays_text(text: str, tmp_path: Path) -> None:
    evaluation = scored_by_hand(small_form(1, 1), basis=text)
    path = tmp_path / "a.xlsx"
    _, book, result = written(evaluation, path)
    cell = book["评分表"]["G4"]
    assert cell.data_type == "s"
    assert result.cells["评分表"][4, 7] == text
    assert cell.value == text.replace("_x0041_", "_x005F_x0041_")
    assert bool(cell.quotePrefix) == text.startswith(("=", "+", "-", "@", "\t"))


def test_control_characters_are_shown_and_told(tmp_path: Path) -> None:
    evaluation = scored_by_hand(small_form(1, 1), basis="甲\x00乙\x0b丙\ud800丁\r\n戊")
    _, book, result = written(evaluation, tmp_path / "a.xlsx")
    assert book["评分表"]["G4"].value == "甲�乙�丙�丁\n戊"
    assert result.notices == ("“评分表”表 G4有 3 个不能写入文件的控制字符，已显示为“�”。",)


def test_text_beyond_a_cell_goes_to_its_own_sheet(tmp_path: Path) -> None:
    text = "评价依据一句。" * 6000
    _, book, result = written(scored_by_hand(small_form(1, 1), basis=text), tmp_path / "a.xlsx")
    shown = [cell.value or "" for (cell,) in book["评分表"].iter_rows(min_row=4, min_col=7, max_col=7)]
    assert sum("全文见“续文”表第 1 号" in value for value in shown) == 1
    begun = "".join(shown).partition("【未完")[0]
    assert text.startswith(begun)
    assert 5_000 < len(begun) < 32_767
    pieces = [row[3].value for row in book["续文"].iter_rows(min_row=2)]
    assert "".join(pieces) == text
    assert len(result.notices) == 1


def test_tall_text_takes_several_rows_and_none_is_higher_than_excel_takes(tmp_path: Path) -> None:
    _, book, _ = written(scored_by_hand(small_form(1, 2, text="逐条评价。\n" * 120)), tmp_path / "a.xlsx")
    sheet = book["评分表"]
    heights = [d.height for d in sheet.row_dimensions.values() if d.height]
    assert max(heights) <= 409
    assert sum(heights) > 2 * 120 * 14
    again = Recalculation(book)
    assert again.value("评分表", f"F{find(sheet, '合计').row}") == 19.0


def test_a_text_higher_than_a_row_goes_on_below_in_pieces_that_fit_and_lose_nothing(tmp_path: Path) -> None:
    points = [f"{n}.第 {n} 项按程序办理、资料齐全、与实际相符；缺一处扣 0.1 分。" for n in range(1, 121)]
    form = small_form(1, 2, text="")
    leaf = dataclasses.replace(form.leaves[0], criterion="\n".join(points), explanation="反映程序。")
    form = dataclasses.replace(form, indicators=(*form.indicators[:2], leaf, *form.indicators[3:]))
    evaluation = scored_by_hand(form, basis="长句不分段，" * 400 + "完。")
    _, book, result = written(evaluation, tmp_path / "a.xlsx")
    sheet = book["评分表"]
    last = find(sheet, "合计").row - 1
    second = find(sheet, "指标0-1（10）").row
    first = [[row[n].value for row in sheet.iter_rows(min_row=4, max_row=second - 1)] for n in range(9)]
    assert "\n".join(text for text in first[4] if text) == leaf.criterion
    for rows in ((4, second - 1), (second, last)):
        said = [sheet.cell(row, 7).value or "" for row in range(rows[0], rows[1] + 1)]
        assert "".join(said) == "长句不分段，" * 400 + "完。"
    assert [value for value in first[5] if value is not None] == [9.5], "points stand once"
    assert max(sheet.row_dimensions[row].height for row in range(4, last + 1)) <= 260
    heights, page = (
        RowHeights(RESOURCES / "fonts"),
        [c.width * 5.25 for c in sheet.column_dimensions.values()],
    )
    for row in range(4, second):
        for n in (4, 6):
            if text := sheet.cell(row, n + 1).value:
                assert heights.height(text, page[n], 10) <= sheet.row_dimensions[row].height + 0.1
    assert not result.notices
    assert Recalculation(book).value("评分表", f"F{last + 1}") == 19.0


@pytest.mark.parametrize(
    "text", ["", "短。", "\n\n\n" * 90, "一" * 3000, "a" * 3000, "甲。\n" * 500, "标点、" * 900]
)
def test_pieces_of_a_text_lose_no_character(text: str) -> None:
    heights = RowHeights(RESOURCES / "fonts")
    pieces = heights.pieces(text, 90, 10, 240)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
    assert all(heights.height(piece, 90, 10) <= 240 for piece in pieces)
    assert text.count("\n") - "".join(pieces).count("\n") < len(pieces)


def test_a_long_reason_and_a_long_problem_are_parted_too(tmp_path: Path) -> None:
    reason, told = "资料不全，手续不齐；" * 300, "问题的具体表现。" * 400
    evaluation = with_entities(
        scored_by_hand(small_form(1, 1)),
        [
            Deduction(id="d", indicator="g0l0", points=Decimal("0.5"), reason=reason),
            Deduction(id="e", position=1, indicator="g0l0", points=Decimal(0), reason="短"),
            Problem(id="p", category="项目管理", title="管理薄弱", description=told),
        ],
    )
    _, book, result = written(evaluation, tmp_path / "a.xlsx")
    sheet = book["扣分明细"]
    said = [row[4].value for row in sheet.iter_rows(min_row=3)]
    assert "".join(text for text in said if text) == reason + "短"
    assert max(d.height or 0 for d in sheet.row_dimensions.values()) <= 260
    assert Recalculation(book).value("扣分明细", f"D{find(sheet, '合计').row}") == 0.5
    problems = book["问题清单"]
    parts = [row[3].value for row in problems.iter_rows(min_row=3) if row[3].value]
    assert "".join(parts) == f"管理薄弱\n{told}"
    assert any(str(area).startswith("A3:A") for area in problems.merged_cells.ranges)
    assert not result.notices


def test_a_tall_level_name_raises_its_rows(tmp_path: Path) -> None:
    form = small_form(1, 1)
    long = dataclasses.replace(form.indicators[0], name="名称很长的一级指标" * 12)
    _, book, _ = written(
        scored_by_hand(dataclasses.replace(form, indicators=(long, *form.indicators[1:]))),
        tmp_path / "a.xlsx",
    )
    assert book["评分表"].row_dimensions[4].height > 150


def test_uneven_depth_fills_the_level_columns(tmp_path: Path) -> None:
    form = small_form(1, 2)
    lone = Indicator("z", "加分项", 1, "", Decimal(5))
    form = dataclasses.replace(form, indicators=(*form.indicators, lone))
    evaluation = scored_by_hand(form, "5")
    _, book, _ = written(evaluation, tmp_path / "a.xlsx")
    sheet = book["评分表"]
    row = find(sheet, "加分项（5）").row
    assert f"A{row}:C{row}" in {str(area) for area in sheet.merged_cells.ranges}
    assert Recalculation(book).value("评分表", f"F{find(sheet, '合计').row}") == 15.0
    assert Recalculation(book).value("得分汇总", f"D{find(book['得分汇总'], '合计').row}") == 15.0


def test_nothing_scored_yet(tmp_path: Path) -> None:
    data, book, _ = written(Evaluation("e", small_form()), tmp_path / "a.xlsx")
    total = find(book["评分表"], "合计").row
    assert data.scores.scored == 0
    assert Recalculation(book).value("评分表", f"F{total}") == 0.0
    assert Recalculation(book).value("评分表", f"F{total + 1}") == "未评完"


def test_review_layout_sums_each_round(tmp_path: Path) -> None:
    form = small_form(1, 2)
    evaluation = with_entities(
        scored_by_hand(form, "8"),
        [
            Overview(project="甲", counting_stage="复核"),
            Mark(
                id=mark_id("g0l0", "复核"),
                indicator="g0l0",
                stage="复核",
                score=Decimal("7.5"),
                reason="缺附件",
            ),
        ],
    )
    _, book, _ = written(evaluation, tmp_path / "a.xlsx", "reviewed")
    sheet = book["评分表"]
    row = find(sheet, "合计").row
    again = Recalculation(book)
    assert [again.value("评分表", f"{c}{row}") for c in "FHJ"] == [16.0, 7.5, 15.5]
    assert sheet["I4"].value == "缺附件"


def test_deductions_and_problems_have_their_sheets(tmp_path: Path) -> None:
    evaluation = with_entities(
        scored_by_hand(small_form(1, 1), "7.5"),
        [
            Entry(
                id="g0l0", override=Decimal("7.5"), override_reason="r", basis="得 {得分} 分，扣 {扣分} 分。"
            ),
            Deduction(id="d1", indicator="g0l0", points=Decimal(2), reason="无制度", basis="文件"),
            Deduction(id="d2", indicator="g0l0", points=Decimal("0.5"), reason="未公示", position=2),
            Problem(id="p1", category="资金管理", title="甲", unit="某局"),
            Problem(id="p2", category="其他", title="乙"),
            Problem(id="p3", category="资金管理", title="丙"),
        ],
    )
    _, book, _ = written(evaluation, tmp_path / "a.xlsx")
    assert book["评分表"]["G4"].value == "得 7.50 分，扣 2.50 分。"
    assert [book["扣分明细"][f"D{row}"].value for row in (3, 4)] == [2, 0.5]
    assert Recalculation(book).value("扣分明细", "D5") == 2.5
    rows = [[cell.value for cell in row[:4]] for row in book["问题清单"].iter_rows(min_row=3)]
    assert rows == [["资金管理", 1, "某局", "甲"], [None, 2, None, "丙"], ["其他", 1, None, "乙"]]


def test_progress_may_stop_the_export(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(*_: object) -> None:
        raise Stop

    with pytest.raises(Stop):
        write_score_sheet(freeze(qixia(), made=MADE), tmp_path / "a.xlsx", Kit(RESOURCES), stop)
    assert not (tmp_path / "a.xlsx").exists()


def test_reads_as_a_zip_without_clock(tmp_path: Path) -> None:
    import zipfile

    written(qixia(), tmp_path / "a.xlsx")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "a.xlsx").read_bytes())) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(2022, 12, 15, 9, 0, 0)}


def test_a_protected_layout_locks_its_formulas_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "resources"
    shutil.copytree(RESOURCES / "layouts", folder / "layouts")
    (folder / "fonts").symlink_to(RESOURCES / "fonts", target_is_directory=True)
    source = folder / "layouts" / "changde.toml"
    source.write_text("protected = true\n" + source.read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "评分表.xlsx"
    write_score_sheet(freeze(qixia(), made=MADE), path, Kit(folder, "changde"), lambda *_: None)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    locked = {cell.coordinate for cell in cells_of(sheet) if cell.protection.locked}
    assert locked == {cell.coordinate for cell in cells_of(sheet) if cell.data_type == "f"}
    assert locked
    _, plain, _ = written(qixia(), tmp_path / "不保护.xlsx", "changde")
    assert not plain.worksheets[0].protection.sheet


def cells_of(sheet: Any) -> Iterator[Any]:
    for row in sheet.iter_rows():
        yield from (cell for cell in row if cell.value is not None)


def test_a_head_cell_that_says_something_unknown_is_named_by_its_place() -> None:
    raw = {
        "column": [{"content": "levels"}, {"content": "score"}],
        "head": [
            {"cells": [{"text": "评分表", "colour": "red"}, {"text": "年度", "cols": "2"}]},
            {"cells": ["年度", {"text": "得分", "rows": 2, "label": True}]},
        ],
    }
    with pytest.raises(InputRefused) as caught:
        layout_from("本单位", raw)
    told = "\n".join(str(fault) for fault in caught.value.faults)
    assert "表头第 1 行第 1 格" in told
    assert "不认识的项“colour”" in told
    assert "第 1 行第 2 格：“cols”的值不对" in told
    assert "第 2 行第 1 格" in told
    assert "第 2 行第 2 格" not in told
