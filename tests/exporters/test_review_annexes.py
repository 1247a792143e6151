"""征求意见书, 内部复核表 and 核验意见: what is on record, in words and figures; nothing printed of nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from tests.domain.checks.cases import qixia, with_
from tests.exporters.sample import RESOURCES
from workbench.domain.checks import run_checks
from workbench.domain.entities_review import Opinion, ReviewNote, SignOff
from workbench.domain.evaluation import Problem, Waiver
from workbench.domain.reviewing import content_of
from workbench.exporters.checks_file import write_checks_report, write_checks_workbook
from workbench.exporters.document import Block, Cell, Table, plain
from workbench.exporters.document import Paragraph as TextBlock
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import ReportData, freeze
from workbench.exporters.review_annexes import checks_report, internal_review, opinion_letter

MADE = datetime(2022, 12, 15, tzinfo=UTC)
D = Decimal


def words(blocks: list[Block]) -> str:
    found = []
    for block in blocks:
        if isinstance(block, Table):
            found += ["|".join(plain(c.runs) for c in row if isinstance(c, Cell)) for row in block.rows]
            found.append(plain(block.note))
        elif isinstance(block, TextBlock):
            found.append(plain(block.runs))
    return "\n".join(found)


@pytest.fixture(scope="module")
def data() -> ReportData:
    evaluation = qixia(
        Opinion(
            id="o1", position=1, text="已补付 3.6 万元", indicator="B11", adopted="部分采纳", reply="补付在基准日之后。",
            score_before=D("0.80"), score_after=D("1.00"), received=date(2022, 12, 1),
        ),
        Opinion(id="o2", position=2, round="撤点前交换意见", party="委托方", text="样本偏少", subject="其他", problem="p3"),
        ReviewNote(id="n1", position=1, level="部门复核", reviewer="乙", text="核对分母", answer="已核对", closed=True),
        Waiver(id="K07:indicator:B12", code="K07", reason="委托方确认系数为 6", by="甲"),
    )  # fmt: skip
    signed = SignOff(
        id="s", level="部门复核", by="乙", signed=date(2022, 12, 2), content=content_of(evaluation)
    )
    stale = SignOff(id="t", level="项目组自查", by="甲", content="overview=0")
    evaluation = with_(evaluation, signed, stale)
    return freeze(evaluation, findings=run_checks(evaluation), made=MADE)


def test_each_opinion_is_listed_with_its_answer_and_the_scores_around_it(data: ReportData) -> None:
    text = words(opinion_letter(data))
    assert "撤点前交换意见|1|委托方|知晓率、认可率未达到预期|样本偏少|未答复|—|—" in text
    assert (
        "书面征求意见|2|被评价单位\n2022.12.1|资金到位率|已补付 3.6 万元|部分采纳|补付在基准日之后。|0.80 → 1.00"
        in text
    )
    assert "共 2 条意见，采纳 0 条，部分采纳 1 条，不采纳 0 条，未答复 1 条。" in text


def test_the_review_says_which_sign_off_holds(data: ReportData) -> None:
    text = words(internal_review(data))
    assert "部门复核|乙|2022.12.2|有效" in text
    assert "项目组自查|甲||已失效：签署后改动了" in text
    assert "1|部门复核|乙||核对分母|已核对|已关闭" in text


def test_the_report_of_the_checks_tells_what_was_let_stand_and_why(data: ReportData) -> None:
    text = words(checks_report(data))
    assert "K10|错误|效益 › 社会效益 › 公众知晓率" in text
    assert (
        "K07|错误|过程 › 资金管理 › 预算执行率|评分规则最高只能得 4 分，本指标分值 6 分。|委托方确认系数为 6|甲"
        in text
    )


def test_nothing_on_record_prints_nothing() -> None:
    bare = freeze(qixia(Problem(id="p9", title="x")), made=MADE)
    assert opinion_letter(bare) == []
    assert internal_review(bare) == []


def test_the_files_hold_every_finding(data: ReportData, tmp_path: Path) -> None:
    pdf, xlsx = tmp_path / "a.pdf", tmp_path / "a.xlsx"
    assert not write_checks_report(data, pdf, Kit(RESOURCES), lambda *_: None).notices
    write_checks_workbook(data, xlsx, Kit(RESOURCES), lambda *_: None)
    with pypdfium2.PdfDocument(pdf) as opened:
        text = "".join(page.get_textpage().get_text_range() for page in opened)
    assert "放行的发现及理由" in text
    book = openpyxl.load_workbook(xlsx)
    sheet = book["核验意见"]
    listed = [row[0].value for row in sheet.iter_rows(min_row=4) if row[0].value]
    assert listed == [f.code for f in data.findings if not f.waived]
    assert book["放行的发现"]["E3"].value == "委托方确认系数为 6"
