"""Rounding as data: where and with how many decimals, the same in the model, on the sheet and in words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.exporters.formulas import Recalculation
from tests.exporters.rounding_cases import half, raw
from tests.exporters.sample import MADE, RESOURCES
from tests.importers.tables import read
from workbench.cli.showing import evaluation_json, overview_lines, tree_lines
from workbench.domain.amounts import round_half_up
from workbench.domain.checks import run_checks
from workbench.domain.compiler import compile_form
from workbench.domain.derivation import derivation
from workbench.domain.evaluation import Evaluation
from workbench.domain.form_raw import form_to_raw
from workbench.domain.narrative import bindings_of
from workbench.domain.scoring import compute_scores
from workbench.errors import InputRefused
from workbench.exporters import EXPORTERS
from workbench.exporters.indicator_table import write_indicator_table
from workbench.exporters.kit import Kit
from workbench.exporters.layouts import Layouts
from workbench.exporters.report_data import freeze
from workbench.services.exporting import ExportJob

OWN = {"甲0": 3, "甲1": 0, "乙2": 4}


def recalculated_total(evaluation: Evaluation, layout: str, path: Path) -> tuple[float, str]:
    """The total and the grade that a spreadsheet works out from the cells alone."""
    ExportJob(EXPORTERS["score-sheet"], freeze(evaluation, made=MADE), path, Kit(RESOURCES, layout)).run()
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    again = Recalculation(book)
    headers, sums = {"得分", "自评得分", "最终得分"}, {"合计", "总分", "等级", "评价等级"}
    columns = [c.column_letter for row in sheet.iter_rows() for c in row if c.value in headers]
    rows = [c.row for row in sheet.iter_rows(max_col=1) for c in row if c.value in sums]
    values = [again.value(sheet.title, f"{columns[-1]}{row}") for row in rows]
    return values[0], str(values[1]) if len(values) > 1 else ""


@pytest.mark.parametrize("layout", Layouts(RESOURCES / "layouts").names())
def test_an_exact_half_rounds_up_on_the_sheet_as_in_the_model(layout: str, tmp_path: Path) -> None:
    evaluation = half()
    assert compute_scores(evaluation).total == Decimal("90.00")
    total, grade = recalculated_total(evaluation, layout, tmp_path / "评分表.xlsx")
    assert total == 90.0
    assert grade in {"优", ""}


@pytest.mark.parametrize(
    ("at", "digits", "own"), [("indicator", 1, None), ("indicator", 2, OWN), ("total", 0, OWN)]
)
def test_the_sheet_makes_the_models_total(
    at: str, digits: int, own: dict[str, int] | None, tmp_path: Path
) -> None:
    evaluation = half(at, digits, own)
    total, _ = recalculated_total(evaluation, "five_columns", tmp_path / "评分表.xlsx")
    assert total == float(compute_scores(evaluation).total)


def test_an_indicator_has_decimals_of_its_own() -> None:
    evaluation = half("indicator", 2, OWN)
    scores = compute_scores(evaluation)
    exact = Decimal(17999) * 20 / 24000
    for leaf in evaluation.form.leaves:
        assert scores[leaf.id].score == round_half_up(exact, OWN.get(leaf.id, 2))
    # 14.999 + 15 + 15.00 + 15.00 + 15.00 + 14.9992, rounded once
    assert scores.total == Decimal("90.00")
    assert any("→ 14.999（四舍五入保留 3 位）" in line for line in derivation(evaluation, scores["甲0"]))
    assert "得分：15 / 20 分" in derivation(evaluation, scores["甲1"])


def test_every_text_shows_a_score_with_its_decimals() -> None:
    evaluation = half("indicator", 1, OWN)
    scores = compute_scores(evaluation)
    assert "得分：90.0 / 120 分" in overview_lines(evaluation, scores)[2]
    tree = tree_lines(evaluation.form, scores)
    assert any("14.999" in line for line in tree)
    assert any(" 15 " in line for line in tree)
    assert bindings_of(evaluation, scores)["总分"] == "90.0"
    assert bindings_of(evaluation, scores, "乙2")["得分"] == "14.9992"
    assert evaluation_json(evaluation, scores)["total"] == "90.0"
    words = [f"{finding.message}{finding.found}{finding.expected}" for finding in run_checks(evaluation)]
    assert any("总分 90.0，只高出“优”下限 0.0 分" in text for text in words)
    assert not any("90.00" in text for text in words)


def test_decimals_of_indicators_come_back_from_file_and_workbook(tmp_path: Path) -> None:
    form = compile_form(raw("indicator", 2, OWN))
    assert compile_form(form_to_raw(form)) == form
    path = tmp_path / "指标体系.xlsx"
    write_indicator_table(form, path)
    assert read(path).form == form
    write_indicator_table(compile_form(raw("indicator", 2)), path)
    assert all(cell.value != "本项小数位数" for cell in openpyxl.load_workbook(path)["指标体系"][1])


@pytest.mark.parametrize("digits", [-1, 7, "两位", True, 1.5])
def test_decimals_that_make_no_sense_are_refused_with_their_place(digits: object) -> None:
    wrong = raw("indicator", 2)
    wrong["indicator"][1]["digits"] = digits
    with pytest.raises(InputRefused) as refused:
        compile_form(wrong)
    assert any("甲类 › 指标甲0" in fault.place and "小数位数" in fault.what for fault in refused.value.faults)


def test_decimals_above_the_scored_ones_are_told_to_do_nothing() -> None:
    odd = raw("indicator", 2)
    odd["indicator"][0]["digits"] = 1
    form = compile_form(odd)
    assert any("不起作用" in fault.what for fault in form.faults)
    assert form["甲"].digits is None
