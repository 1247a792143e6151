"""Outside score sheets as people really keep them: several tables on a sheet, Word, stages, odd cells; what stays unread is listed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from tests.services.outside_sheets import (
    SURVEY_004,
    only,
    reviewed,
    reviewing,
    score_rows_004,
    told,
    workbook,
)
from workbench.domain.checks import Severity
from workbench.domain.outside.review import Review
from workbench.errors import WorkbenchError
from workbench.services.jobs import Cancelled

HEADER = ["一级指标", "二级指标", "三级指标", "分值", "得分", "扣分原因"]
ROWS: list[list[Any]] = [
    ["决策", "立项", "依据充分性", 40, 40, ""],
    ["产出", "数量", "完成数量", 60, 57.5, "少完成一项。"],
]
TOTAL = ["合计", "", "", 100, 97.5, ""]


def bad(review: Review) -> list[str]:
    return [
        line
        for line, remark in zip(told(review), review.remarks, strict=True)
        if remark.severity is not Severity.NOTICE
    ]


def scores(review: Review, stage: str = "初评") -> list[Decimal]:
    return [leaf.scores[stage].value for leaf in review.outside.leaves]


def test_several_tables_on_one_sheet(tmp_path: Path) -> None:
    rows = [
        ["某项目评分表"], HEADER, *ROWS, TOTAL, [],
        *SURVEY_004, [],
        ["资金情况", "", "单位：万元"], ["项目", "预算资金", "实际支出"], ["人员", 60, 59], ["合计", 60, 61], [],
        ["联系人电话"], ["甲", "乙", "丙"], ["1", "2", "3"],
    ]  # fmt: skip
    review = reviewed(workbook(tmp_path / "表.xlsx", {"汇总": rows}))
    assert scores(review) == [Decimal(40), Decimal("57.5")]
    assert len(review.outside.asked) == 2
    assert only(review, "K15", "“合计”行写 61").at.cell == "C18"
    assert [one.place for one in review.unread] == ["“汇总”表 A20"]
    assert "没有识别为" in review.unread[0].why


def test_a_title_parted_by_an_empty_row_and_a_repeated_header(tmp_path: Path) -> None:
    rows = [["某项目评分表"], [], HEADER, ROWS[0], HEADER, ROWS[1], [], TOTAL, ["评价等级：良"]]
    review = reviewed(workbook(tmp_path / "表.xlsx", {"评分": rows}))
    assert review.printed_total == Decimal("97.5")
    assert [line.split()[0] for line in bad(review)] == ["K19"]
    assert only(review, "K19", "应为“优”").at.cell == "A9"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("５７．５", "57.5"), ("57.5分", "57.5"), ("57.\n5", "57.5"), ("57 .5", "57.5"), ("５７。５", "57.5"),
        ("（57.5）", "57.5"),
    ],
)  # fmt: skip
def test_scores_in_odd_writing_are_read(written: str, value: str, tmp_path: Path) -> None:
    rows = [HEADER, ROWS[0], [*ROWS[1][:4], written, ROWS[1][5]], TOTAL]
    review = reviewed(workbook(tmp_path / "表.xlsx", {"评分": rows}))
    assert scores(review)[1] == Decimal(value), review.unread
    assert bad(review) == []


@pytest.mark.parametrize("written", ["基本完成", "57/60", "五十七", "12 57"])
def test_scores_that_cannot_be_read_are_listed_and_the_total_is_not_judged(
    written: str, tmp_path: Path
) -> None:
    rows = [HEADER, ROWS[0], [*ROWS[1][:4], written, ROWS[1][5]], TOTAL]
    review = reviewed(workbook(tmp_path / "表.xlsx", {"评分": rows}))
    assert ("“评分”表 E3", written) in [(one.place, one.text) for one in review.unread]
    assert [line.split()[0] for line in bad(review)] == ["K02"]
    only(review, "K02", "没有读到得分")


def test_error_values_and_formulas_without_a_value_are_listed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "评分"
    for row in (HEADER, ROWS[0], [*ROWS[1][:4], "=D3-2.5", ""], [*TOTAL[:4], "#REF!", ""]):
        page.append(row)
    book.save(tmp_path / "表.xlsx")
    review = reviewed(tmp_path / "表.xlsx")
    assert {("“评分”表 E3", "单元格是没有算出结果的公式。"), ("“评分”表 E4", "单元格是错误值。")} <= {
        (one.place, one.why) for one in review.unread
    }


def test_columns_and_sheets_that_are_not_understood_are_listed(tmp_path: Path) -> None:
    rows = [[*HEADER, "专家甲意见"], [*ROWS[0], "好"], [*ROWS[1], "可"], [*TOTAL, ""]]
    other = [["一级指标", "二级指标", "年度指标值"], ["产出", "数量", "≥3"], ["效益", "满意", "≥90%"]]
    review = reviewed(workbook(tmp_path / "表.xlsx", {"评分": rows, "目标": other}))
    assert [(one.place, one.why.split("，")[0]) for one in review.unread] == [
        ("“评分”表 G1", "不认识这一列"),
        ("“目标”表 A1", "有指标而没有得分列（9 格）"),
    ]


def test_several_rounds_of_scores(tmp_path: Path) -> None:
    header = ["一级指标", "三级指标", "分值", "自评得分", "评价得分", "复核得分", "扣分原因"]
    rows = [
        header,
        ["决策", "依据充分性", 40, 40, 38, "", "缺一份批复。"],
        ["产出", "完成数量", 60, 61, 57, 58, "少完成一项。"],
        ["合计", "", 100, 101, 96, "", ""],
    ]
    review = reviewed(workbook(tmp_path / "表.xlsx", {"评分": rows}))
    assert review.scores.total == 95  # a review of one indicator only does not count for all
    assert [(r.finding.code, r.at.cell) for r in review.remarks if r.severity is Severity.ERROR] == [
        ("K02", "D3"),
        ("K02", "E4"),
    ], told(review)


def test_scores_of_levels_in_columns_of_their_own(tmp_path: Path) -> None:
    rows = [
        ["一级指标", "分值", "得分", "二级指标", "分值", "得分", "扣分原因"],
        ["决策", 40, 38, "依据", 20, 20, ""],
        ["", "", "", "程序", 20, 18, "缺一份批复。"],
        ["产出", 60, 59, "数量", 30, 30, ""],
        ["", "", "", "质量", 30, 28, "返工一次。"],
        ["合计", "", "", "", 100, 96, ""],
    ]
    merges = ["A2:A3", "B2:B3", "C2:C3", "A4:A5", "B4:B5", "C4:C5"]
    review = reviewed(workbook(tmp_path / "表.xlsx", {"评分": rows}, {"评分": merges}))
    (line,) = bad(review)
    assert line.startswith("K02 E “评分”表 C4 “产出”各指标得分合计 58 分，表上写 59 分")


def test_survey_options_below_each_other(tmp_path: Path) -> None:
    survey = [
        ["序号", "题目", "选项", "人数", "占比", "权重", "满意度"],
        [1, "您对完成数量是否满意？", "满意", 60, "60%", "100%", "89%"],
        ["", "", "基本满意", 25, "25%", "80%", ""],
        ["", "", "一般", 10, "10%", "60%", ""],
        ["", "", "不满意", 5, "5%", "0%", ""],
        ["", "合计", "", 100, "100%", "", ""],
    ]
    review = reviewed(workbook(tmp_path / "表.xlsx", {"评分": [HEADER, *ROWS, TOTAL], "问卷": survey}))
    (line,) = bad(review)
    assert line.startswith("K10 W “问卷”表 G2 来稿写 89.00%，按权重 100/80/60/0 重算为 86.00%")
    assert not review.unread


def test_pictures_hidden_sheets_and_scanned_pages_are_listed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "评分"
    for row in (HEADER, *ROWS, TOTAL):
        page.append(row)
    book.create_sheet("藏").sheet_state = "hidden"
    book.save(tmp_path / "表.xlsx")
    picture = tmp_path / "图.png"
    Image.new("RGB", (4, 4)).save(picture)
    made = docx.Document()
    made.add_paragraph("综合得分 97.5 分。")
    made.add_picture(str(picture))
    made.save(str(tmp_path / "报告.docx"))
    review = reviewed(tmp_path / "表.xlsx", tmp_path / "报告.docx")
    assert [(one.place, one.text) for one in review.unread] == [("“藏”表", ""), ("报告.docx", "1 张图片")]


def test_a_report_as_pdf_is_read_by_pages(tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "表.xlsx", {"评分": [HEADER, *ROWS, TOTAL]})
    service = reviewing()
    paper = service.write(service.read(sheet), tmp_path / "意见.pdf")
    review = reviewed(sheet, paper)
    assert {said.at.page for said in review.outside.texts if said.at.page} >= {1}
    blank = tmp_path / "扫描.pdf"
    canvas = Canvas(str(blank))
    canvas.rect(10, 10, 50, 50)
    canvas.save()
    with pytest.raises(WorkbenchError, match="里没有文字，可能是扫描件"):
        reviewed(sheet, blank)


def test_a_summary_table_that_differs_from_the_scores(tmp_path: Path) -> None:
    summary = [["评价指标", "分值", "得分"], ["决策", 40, 40], ["产出", 60, 58.5], ["合计", 100, 97.5]]
    review = reviewed(workbook(tmp_path / "表.xlsx", {"评分": [HEADER, *ROWS, TOTAL], "汇总": summary}))
    (line,) = bad(review)
    assert line.startswith("K19 E “汇总”表 C3 汇总表写“产出”得分 58.5 分，评分表为 57.5 分")


def test_report_004_in_word_with_pages_and_merged_cells(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("评价基准日为 2022 年 11 月 14 日。")
    made.add_paragraph("附件 2 绩效评价得分表")
    page = None
    for cells in score_rows_004():
        if cells[0] == "一级指标":
            made.add_paragraph()
            page = made.add_table(0, len(cells))
        assert page is not None
        row = page.add_row().cells
        for column, text in enumerate(cells):
            row[column].text = f"{text:g}" if isinstance(text, float) else str(text)
            if column < 2 and not text and len(page.rows) > 2:
                page.cell(len(page.rows) - 2, column).merge(row[column])
    survey = made.add_table(0, 8)
    for cells in SURVEY_004[1:]:
        for cell, text in zip(survey.add_row().cells, cells, strict=True):
            cell.text = f"{text:.0%}" if isinstance(text, float) else str(text)
    made.save(str(tmp_path / "报告.docx"))
    review = reviewed(tmp_path / "报告.docx")
    assert review.printed_total == review.scores.total == Decimal("92.31")
    assert only(review, "K07", "最高只能得 4 分").at.words == (
        "第 3 个表格（附件 2 绩效评价得分表） 第 4 行第 5 列"
    )
    assert only(review, "K10", "86.50%").at.cell == "第 2 行第 8 列"
    assert any(one.text.split() == ["8.8", "5"] for one in review.unread)


def test_a_review_stops_when_asked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "表.xlsx", {"评分": [HEADER, *ROWS, TOTAL]})

    def stop(_done: int, _total: int, _what: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        reviewing().read(path, None, stop)
