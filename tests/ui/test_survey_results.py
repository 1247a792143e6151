"""结果: derivations, intervals, open answers by key, and what changed since the signing off."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.helpers import commit, window_on
from tests.ui.test_sheet_entry import opened_with, page_of, scale
from workbench.domain.answers import Answer, pack, plan_for
from workbench.domain.entities_survey import SUBMITTED, AnswerGroup, Sheet, SurveyResult
from workbench.domain.evaluation import Input, Question, Questionnaire, input_id
from workbench.services.session import Session
from workbench.ui.main_window import MainWindow
from workbench.ui.survey_page import RESULTS
from workbench.ui.survey_results_panel import SurveyResultsPanel

#: 10, 8, 1, 1 and no answers of the five levels, as in the tally of the hotline.
COUNTS = (10, 8, 1, 1, 0)
SAID = ("增加座席", "回访不及时", "增加座席", "等待太久")


@pytest.fixture
def opened() -> Session:
    session = opened_with(
        *scale(1, name="公众知晓率"),
        *scale(2),
        Question(id="q3", position=3, questionnaire="s1", text="您的建议？", kind="开放题", role="信息"),
        Input(id=input_id("B11", "rate"), indicator="B11", key="rate", source="survey:q1"),
    )
    asked = session.evaluation.get(Questionnaire, "s1")
    assert asked is not None
    plan = plan_for(session.evaluation, asked)
    levels = [level for level, count in enumerate(COUNTS, start=1) for _ in range(count)]
    sheets = [
        Sheet(
            id=f"t{n}", position=n, questionnaire="s1", number=f"{n:03}", typist="甲", state=SUBMITTED,
            answers=pack(
                plan,
                {
                    "q1": Answer((f"q1o{level}",)),
                    "q2": Answer(("q2o1",)),
                    **({"q3": Answer(text=SAID[n - 1])} if n <= len(SAID) else {}),
                },
            ),
        )
        for n, level in enumerate(levels, start=1)
    ]  # fmt: skip
    session.put_all([dataclasses.replace(asked, columns=plan.text), *sheets])
    return session


@pytest.fixture
def window(qtbot: QtBot, opened: Session) -> MainWindow:
    return window_on(qtbot, opened)


@pytest.fixture
def panel(window: MainWindow) -> SurveyResultsPanel:
    page = page_of(window)
    page.show_tab(RESULTS)
    return page.results


def words(panel: SurveyResultsPanel) -> str:
    QApplication.processEvents()
    return "\n".join(found.text() for found in panel.findChildren(QLabel) if found.isVisibleTo(panel))


def test_each_rate_is_derived_with_its_interval_and_the_sheets(panel: SurveyResultsPanel) -> None:
    told = words(panel)
    assert "(10×100% + 8×80% + 1×60% + 1×30% + 0×0%) ÷ 20 = 86.50%" in told
    assert "95% 置信区间" in told
    assert "有效 20 · 发放 20 · 有效回收率 100.00%" in told
    assert "综合满意度 93.25%（合并计算，2 题）" in told


def test_the_indicator_says_where_its_rate_comes_from(window: MainWindow, opened: Session) -> None:
    given = opened.scores["B11"].given["rate"]
    assert (given.origin, given.text) == ("问卷第 1 题，有效 20 份", "86.50%")


def test_open_answers_are_put_under_headings_by_key(
    panel: SurveyResultsPanel, opened: Session, qtbot: QtBot
) -> None:
    card = panel.open
    commit(card.fresh, "座席不足")
    qtbot.keyClick(card.fresh, Qt.Key.Key_Return)  # the first answer: said twice
    qtbot.waitUntil(lambda: "1 座席不足 2 份" in card.groups.text())
    commit(card.fresh, "服务")
    qtbot.keyClick(card.fresh, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "2 服务 1 份" in card.groups.text())
    qtbot.keyClick(card.left, Qt.Key.Key_1)  # 等待太久 goes to the first heading
    qtbot.waitUntil(lambda: "1 座席不足 3 份" in card.groups.text())
    assert "未归类 0 份" in card.told.text()
    assert {g.label for g in opened.evaluation.table(AnswerGroup).values()} == {"座席不足", "服务"}
    opened.undo()
    qtbot.waitUntil(lambda: "未归类 1 份" in card.told.text())


def test_groups_of_respondents_stand_beside_each_other(panel: SurveyResultsPanel, opened: Session) -> None:
    question = opened.evaluation.get(Question, "q2")
    assert question is not None
    opened.put(dataclasses.replace(question, role="信息"))  # those who chose one of its options are a group
    panel.refresh()
    assert (panel.groups.question.currentData(), panel.groups.by.currentData()) == ("q1", "q2")
    told = panel.groups._rates.accessibleDescription()
    assert told == "非常满意 86.50% · 20 份"
    assert "不足 30 份，只作参考" in panel.groups.told.text()


def test_a_signed_result_shows_what_changed_afterwards(
    panel: SurveyResultsPanel, opened: Session, qtbot: QtBot
) -> None:
    commit(panel.by, "主评人")
    qtbot.keyClick(panel.by, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "由 主评人 定稿" in words(panel))
    assert "与定稿时一致。" in words(panel)
    sheet = opened.evaluation.table(Sheet)["t1"]
    opened.put(dataclasses.replace(sheet, void_reason="字迹不清"))
    qtbot.waitUntil(lambda: "有效份数：20 → 19" in words(panel))
    panel._take_back.click()
    qtbot.waitUntil(lambda: not opened.evaluation.table(SurveyResult))


def test_a_dark_large_window_shows_every_card(window: MainWindow, panel: SurveyResultsPanel) -> None:
    window.set_look(dark=True, percent=150)
    page = page_of(window)
    page.show_tab(RESULTS)
    assert "综合满意度 93.25%" in words(page.results)
