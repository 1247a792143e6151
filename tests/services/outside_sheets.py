"""Builds outside score sheets with a writer that is not ours, from the facts of the published reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import xlsxwriter

from tests.helpers import ROOT
from workbench.domain.outside.review import Remark, Review
from workbench.services.outside_sheets import OutsideSheets
from workbench.services.parts import local_now

SOURCE = ROOT / "tests" / "_reference" / "score_table_004.tsv"
Rows = Sequence[Sequence[Any]]

SURVEY_004: Rows = (
    ("附件 1 调查问卷统计分析表",),
    ("序号", "问题", "非常了解", "比较了解", "一般", "不太了解", "非常不了解", "计算值"),
    (1, "您是否了解 12345 政务服务热线?", 0.5, 0.4, 0.05, 0.05, 0.0, 0.85),
    ("", "公众知晓率", "", "", "", "", "", 0.85),
    ("序号", "问题", "非常认可", "比较认可", "一般", "不太认可", "非常不认可", "计算值"),
    (2, "您是否认可 12345 政务服务热线这种问题诉求渠道？", 0.5, 0.35, 0.15, 0.0, 0.0, 0.87),
    ("", "公众认可率", "", "", "", "", "", 0.87),
)

PROJECT_004: Rows = (
    ("项目评价情况汇总表",),
    ("项目名称", "12345 政务服务热线绩效评价"),
    ("资金预算金额（万元）", "71.6"),
    ("项目开始时间", "2022.1.1"),
    ("项目计划完成时间", "2022.12.31"),
    ("项目实际完成时间", ""),
    ("至评价基准日项目实际完成率", "83.33%"),
    ("项目完成及时率", "100%"),
    ("项目质量达标率", "100%"),
    ("截止评价基准日资金财政支出进度", "20%"),
)

TEXT_004 = (
    "一、项目基本情况",
    "经评审，项目预算 71.6 万元。",
    "评价基准日为 2021 年 11 月 14 日。",
    "指标体系包括 4 个一级指标、9 个二级指标和 16 个三级指标，满分为 100 分。",
    "（1）决策：分值 20 分，从项目立项、绩效目标和预算编制 3 个方面评价。",
    "（2）过程：分值 23 分，从资金管理和组织实施 2 个方面评价。",
    "（3）产出：分值 30 分，用于考察产出质量、产出时效。",
    "本次评价从 2022 年 11 月 14 日启动，至 2022 年 11 月 30 日结束。",
    "综合得分在90（含）-100分为优；综合得分在80（含）-90分为良；综合得分在60（含）-80分为中；综合得分在60分以下为差。",
    "该项目综合分数为 92.31 分，评级为“优”。",
    "截止基准日，应支付预算资金 35.5 万元，实际到位资金 7.1 万元，实际支付资金 7.1 万元，资金到位率 20%。",
    "发放问卷 20 份，实际有效回收 20 份，公众知晓率为 85%，公众认可率为 87%。",
)


def score_rows_004() -> list[list[Any]]:
    """The printed pages below each other; a score that is a number is one, ``8.8 5`` stays broken."""
    rows: list[list[Any]] = []
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        cells: list[Any] = line.split("\t")
        try:
            cells[5] = float(cells[5])
        except ValueError:
            cells[5] = cells[5].replace(" ", "\n")
        rows.append(cells)
    return rows


def workbook(path: Path, sheets: dict[str, Rows], merges: dict[str, Sequence[str]] | None = None) -> Path:
    """A workbook with these sheets, written by XlsxWriter; shares of a survey get a percent format."""
    with xlsxwriter.Workbook(str(path)) as book:
        wrap = book.add_format({"text_wrap": True})
        percent = book.add_format({"num_format": "0.00%"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if value == "" or value is None:
                        continue
                    if isinstance(value, int | float):
                        share = isinstance(value, float) and 0 <= value <= 1 and "问卷" in name
                        sheet.write_number(r, c, value, percent if share else None)
                    else:
                        sheet.write_string(r, c, str(value), wrap)
            for area in (merges or {}).get(name, ()):
                text = _first(rows, area)
                sheet.merge_range(area, text, wrap)
    return path


def _first(rows: Rows, area: str) -> Any:
    from xlsxwriter.utility import xl_cell_to_rowcol

    row, column = xl_cell_to_rowcol(area.split(":", maxsplit=1)[0])
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def merges_of_levels(rows: Rows, first: int, columns: Sequence[int] = (0, 1)) -> list[str]:
    """Areas in which a level's name reaches down to the next one, or to a repeated header or a total."""
    from xlsxwriter.utility import xl_range

    found = []
    for column in columns:
        start: int | None = None
        for row in range(first, len(rows) + 1):
            value = rows[row][column] if row < len(rows) and column < len(rows[row]) else "end"
            if value:
                if start is not None and row - start > 1:
                    found.append(xl_range(start, column, row - 1, column))
                start = None if value in {"一级指标", "二级指标", "合计", "end"} else row
    return found


def report_docx(path: Path, paragraphs: Sequence[str]) -> Path:
    """A report in Word with these paragraphs."""
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    made.save(str(path))
    return path


def report_txt(path: Path, paragraphs: Sequence[str]) -> Path:
    """The same as a text file."""
    path.write_text("\n".join(paragraphs), encoding="utf-8")
    return path


def qixia(path: Path) -> Path:
    """附件 2 and 附件 1 of report 004 as somebody would keep them in Excel."""
    score = [["附件 2"], ["栖霞市民生服务中心 12345 政务服务热线绩效评价得分表"], *score_rows_004()]
    merges = ["A2:I2", *merges_of_levels(score, 3)]
    return workbook(
        path, {"得分表": score, "问卷统计": SURVEY_004, "汇总表": PROJECT_004}, {"得分表": merges}
    )


def reviewing() -> OutsideSheets:
    return OutsideSheets(ROOT / "resources", local_now)


def reviewed(path: Path, report: Path | None = None) -> Review:
    return reviewing().read(path, report).review


def told(review: Review) -> list[str]:
    """Code, severity, place and sentence of each finding."""
    return [
        f"{remark.finding.code} {remark.severity} {remark.at.words} {remark.finding.message}"
        for remark in review.remarks
    ]


def only(review: Review, code: str, words: str) -> Remark:
    """The one finding of a code whose sentence has the words."""
    found = [r for r in review.remarks if r.finding.code == code and words in r.finding.message]
    assert len(found) == 1, told(review)
    return found[0]
