"""Report 004's score table in a workbook of another writer, with its prose: the faults with their cells."""

from __future__ import annotations

import hashlib
import os
from decimal import Decimal
from pathlib import Path

import pytest

from tests.services.outside_sheets import (
    TEXT_004,
    only,
    qixia,
    report_docx,
    report_txt,
    reviewed,
    reviewing,
    told,
)
from workbench.domain.checks import Severity
from workbench.domain.outside.review import Review
from workbench.errors import WorkbenchError


@pytest.fixture(scope="module", params=["docx", "txt"])
def review(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Review:
    folder = tmp_path_factory.mktemp("004")
    make = report_docx if request.param == "docx" else report_txt
    return reviewed(qixia(folder / "得分表.xlsx"), make(folder / f"报告.{request.param}", TEXT_004))


def test_q01_wrong_likert_result_with_its_cell_and_likely_cause(review: Review) -> None:
    remark = only(review, "K10", "重算为 86.50%")
    assert remark.at.words == "“问卷统计”表 H3"
    assert "第四档“不太了解”按 0 计" in remark.finding.message
    assert remark.finding.effect is not None
    assert remark.finding.effect.total_after == Decimal("92.47")
    assert remark.severity is Severity.ERROR


def test_q02_the_standard_gives_four_of_six_points(review: Review) -> None:
    remark = only(review, "K07", "最高只能得 4 分")
    assert remark.at.words == "“得分表”表 E14"
    assert remark.finding.effect is not None
    assert remark.finding.effect.total_after == Decimal("90.31")


def test_q03_the_rate_uses_another_denominator_than_defined(review: Review) -> None:
    remark = only(review, "K08", "“预算资金”71.60")
    assert remark.at.words == "“得分表”表 G13"
    assert (remark.finding.expected, remark.finding.found) == ("9.92%", "20.00%")
    assert remark.finding.effect is not None
    assert remark.finding.effect.total_after == Decimal("91.91")


def test_q04_all_corrections_together_end_at_the_boundary(review: Review) -> None:
    remark = only(review, "K12", "总分为 90.07")
    assert remark.at.words == "“得分表”表 F31"


def test_q05_the_text_states_other_points_than_the_table(review: Review) -> None:
    remark = only(review, "K19", "“过程”23 分")
    assert remark.at.paragraph == 6
    assert (remark.finding.expected, remark.finding.found) == ("20 分", "23 分")


def test_q06_q07_the_text_names_indicators_that_the_table_does_not_have(review: Review) -> None:
    only(review, "K19", "“产出”包括“产出质量”")
    only(review, "K19", "“决策”包括“预算编制”")


def test_q09_the_base_date_lies_before_the_evaluation(review: Review) -> None:
    remark = only(review, "K16", "基准日 2021-11-14 早于项目开始日期（2022-01-01）")
    assert remark.at.paragraph == 3
    assert remark.finding.expected == "2022-11-14？"


def test_q10_completion_by_time(review: Review) -> None:
    remark = only(review, "K19", "“实际完成率”83.33%")
    assert (remark.at.words, remark.finding.expected) == ("“汇总表”表 B7", "87.12%")


def test_q11_spending_by_the_budget(review: Review) -> None:
    assert only(review, "K19", "财政支出进度").finding.expected == "9.92%"


def test_q12_completion_known_before_the_end(review: Review) -> None:
    places = [
        r.at.words for r in review.remarks if r.finding.code == "K16" and "却填 100%" in r.finding.message
    ]
    assert places == ["“汇总表”表 B8", "“汇总表”表 B9"]


def test_q16_words_of_the_standard_differ_from_the_questionnaire(review: Review) -> None:
    only(review, "K11", "“不大了解”")
    only(review, "K11", "“不大认可”")


def test_q17_twenty_answers_are_few(review: Review) -> None:
    only(review, "K11", "有效 20 份")


def test_q19_a_standard_copied_from_another_indicator(review: Review) -> None:
    assert only(review, "K26", "像是照抄未改").at.words == "“得分表”表 E23"


def test_q24_the_broken_number_is_read_and_told(review: Review) -> None:
    first, second = review.unread
    assert (first.place, first.text) == ("“得分表”表 F24", "8.8 5")
    assert "栏目表" in second.why
    assert review.outside.leaves[13].scores["初评"].value == Decimal("8.85")


def test_the_total_is_recomputed_and_nothing_else_is_an_error(review: Review) -> None:
    assert review.printed_total == review.scores.total == Decimal("92.31")
    errors = [remark.finding.code for remark in review.remarks if remark.severity is Severity.ERROR]
    assert errors == ["K07", "K08", "K10", "K19"], told(review)


def test_the_files_are_never_changed(tmp_path: Path) -> None:
    sheet, report = qixia(tmp_path / "a.xlsx"), report_docx(tmp_path / "b.docx", TEXT_004)
    before = {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in (sheet, report)
    }
    for path in (sheet, report):
        os.chmod(path, 0o444)  # noqa: PTH101 - the mode itself is the test
    service = reviewing()
    found = service.read(sheet, report)
    service.write(found, tmp_path / "意见.xlsx")
    after = {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in (sheet, report)
    }
    assert after == before
    with pytest.raises(WorkbenchError, match="不能覆盖"):
        service.write(found, sheet)
