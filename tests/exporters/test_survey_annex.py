"""附件 调查问卷及统计分析表 and the report of both entry passes, from sheets as they were typed."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.exporters.paper import page_texts, shipped_fonts, squeezed, text_lines
from tests.helpers import ROOT, session
from workbench.domain.answers import Answer, pack, plan_for
from workbench.domain.entities_survey import EVERY_SECOND, SHEETS, SUBMITTED, AnswerGroup, Sheet
from workbench.domain.evaluation import Entity, Option, Overview, Question, Questionnaire
from workbench.exporters.document import Document, Figure, Table, plain
from workbench.exporters.linebreak import NO_START
from workbench.exporters.report_data import freeze
from workbench.exporters.report_pdf import render_pdf
from workbench.exporters.survey_annex import survey_annex
from workbench.services.exporting import Exporting
from workbench.services.session import Session

LEVELS = ("非常满意", "比较满意", "一般", "不太满意", "非常不满意")
WEIGHTS = ("1", "0.8", "0.6", "0.3", "0")
MADE = datetime(2022, 12, 15, tzinfo=UTC)


def scale(number: int, text: str) -> list[Entity]:
    return [
        Question(id=f"q{number}", position=number, questionnaire="s1", text=text, name=f"第{number}项满意度"),
        *(
            Option(
                id=f"q{number}o{n}", position=n, question=f"q{number}", label=label, weight=Decimal(weight)
            )
            for n, (label, weight) in enumerate(zip(LEVELS, WEIGHTS, strict=True), start=1)
        ),
    ]


@pytest.fixture
def typed() -> Session:
    """Twenty sheets, typed twice; the first typist slipped once, two sheets left question 2 out."""
    opened = session(
        Overview(project="12345 热线购买服务", year="2022"),
        Questionnaire(
            id="s1", position=1, title="社会公众调查问卷", group="社会公众", issued=22, way=SHEETS,
            double_entry=EVERY_SECOND, introduction="尊敬的市民：您好！",
        ),
        *scale(1, "您是否了解 12345 政务服务热线？"),
        *scale(2, "您对办理结果是否满意？"),
        Question(id="q3", position=3, questionnaire="s1", text="您从哪里知道热线？", kind="多选", role="信息"),
        *(Option(id=f"q3o{n}", position=n, question="q3", label=label) for n, label in enumerate(("电视", "网络"), 1)),
        Question(id="q4", position=4, questionnaire="s1", text="您的年龄？", kind="数字", role="信息"),
        Question(id="q5", position=5, questionnaire="s1", text="您有哪些建议？", kind="开放题", role="信息"),
        AnswerGroup(id="g1", position=1, question="q5", label="座席不足", answers="增加座席"),
    )  # fmt: skip
    asked = opened.evaluation.get(Questionnaire, "s1")
    assert asked is not None
    plan = plan_for(opened.evaluation, asked)
    sheets = []
    for number, level in enumerate([1] * 10 + [2] * 8 + [3, 4], start=1):
        answers = {
            "q1": Answer((f"q1o{level}",)),
            "q3": Answer(("q3o1", "q3o2") if number % 2 else ("q3o2",)),
            "q4": Answer(text=str(30 + number)),
            "q5": Answer(text="增加座席" if number < 8 else "缩短等待"),
        }
        if number <= 18:
            answers["q2"] = Answer((f"q2o{level}",))
        packed = pack(plan, answers)
        slip = pack(plan, {**answers, "q1": Answer(("q1o5",))}) if number == 3 else ""
        for entry_pass, typist in ((1, "甲"), (2, "乙")):
            sheets.append(
                Sheet(
                    id=f"t{number}-{entry_pass}", position=number, questionnaire="s1", number=f"GZ-{number:03}",
                    entry_pass=entry_pass, typist=typist, answers=packed, state=SUBMITTED,
                    first_answers=slip if entry_pass == 1 else "",
                    same_person_reason="现场只有一人" if (number, entry_pass) == (5, 2) else "",
                )
            )  # fmt: skip
    opened.put_all([dataclasses.replace(asked, columns=plan.text), *sheets])
    return opened


def annexed(opened: Session) -> Document:
    data = freeze(opened.evaluation, opened.scores, made=MADE)
    return Document("附件", tuple(survey_annex(data)))


def text_of(document: Document) -> str:
    data, _ = render_pdf(document, fonts=shipped_fonts())
    return squeezed("".join(page_texts(data)))


def test_the_annex_tells_groups_bases_intervals_and_how_rates_came_about(typed: Session) -> None:
    told = text_of(annexed(typed))
    assert "调查对象：社会公众发放22回收20有效20有效回收率90.91%" in told
    assert "(10×100%+8×80%+1×60%+1×30%+0×0%)÷20=86.50%" in told
    assert "另有2份未答" in told
    assert "样本20份，95%置信区间（Wilson）65.7%–95.5%。" in told
    assert "综合满意度（合并计算，2题）" in told
    assert "占比为作答人数中选择该项的比例" in told
    assert "20份：平均40.5，中位数40.5，最小31，最大50" in told
    assert "全部答卷由第二人复录，首录差错率1.00%（1/100），复录差错率0.00%（0/100）" in told
    assert "第1项满意度=" in told


def test_open_answers_are_printed_in_their_groups(typed: Session) -> None:
    (table,) = [
        block for block in annexed(typed).blocks if isinstance(block, Table) and "建议" in block.caption
    ]
    rows = [[plain(cell.runs) for cell in row] for row in table.rows]
    assert rows == [["座席不足", "7", "增加座席（7）"], ["未归类", "13", "缩短等待"]]


def test_rated_questions_stand_in_one_chart(typed: Session) -> None:
    (figure,) = [block for block in annexed(typed).blocks if isinstance(block, Figure)]
    assert [scale.label for scale in figure.body.scales] == ["第1项满意度", "第2项满意度"]  # type: ignore[union-attr]


def test_changing_a_question_changes_it_wherever_it_is_printed(typed: Session, tmp_path: Path) -> None:
    question = typed.evaluation.get(Question, "q2")
    assert question is not None
    typed.put(dataclasses.replace(question, text="您对回访是否满意？"))
    told = text_of(annexed(typed))
    sheet = (
        Exporting(ROOT / "resources", lambda: MADE).export(typed, "questionnaires", tmp_path / "q.pdf").path
    )
    printed = squeezed("".join(page_texts(sheet.read_bytes())))
    for text in (told, printed):
        assert "您对回访是否满意？" in text
        assert "您对办理结果是否满意？" not in text


def test_the_report_of_both_passes_names_each_correction(typed: Session, tmp_path: Path) -> None:
    path = Exporting(ROOT / "resources", lambda: MADE).export(typed, "entry-report", tmp_path / "r.pdf").path
    data = path.read_bytes()
    told = squeezed("".join(page_texts(data)))
    assert "首录甲2010011.00%" in told
    assert "复录乙2010000.00%" in told
    assert "GZ-003首录甲第1题您是否了解12345政务服务热线？非常不满意非常满意" in told
    assert "GZ-005复录乙本人复录：现场只有一人" in told
    assert not [line for line in text_lines(data) if line[0] in NO_START]


def test_an_evaluation_without_typed_sheets_says_so(tmp_path: Path) -> None:
    empty = session(Overview(project="甲项目"))
    path = Exporting(ROOT / "resources", lambda: MADE).export(empty, "entry-report", tmp_path / "r.pdf").path
    assert "本评价没有逐份录入的问卷" in squeezed("".join(page_texts(path.read_bytes())))
