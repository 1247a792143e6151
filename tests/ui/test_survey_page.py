"""问卷调查: counts typed in, the rate and its derivation out."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.exporters.paper import page_texts
from tests.helpers import session
from tests.ui.helpers import QuietAlerts, commit, services_on, window_on
from workbench.domain.entities_survey import COUNTS, FILE, SHEETS
from workbench.domain.evaluation import Input, Option, Question, Questionnaire, input_id
from workbench.services.editing import Address
from workbench.services.session import Session
from workbench.ui.main_window import MainWindow
from workbench.ui.survey_page import COUNTING, DESIGN, ENTRY, IMPORTING, RESULTS, SurveyPage
from workbench.ui.two_columns import TwoColumns

LABELS = ("非常了解", "比较了解", "一般", "不太了解", "非常不了解")
WEIGHTS = ("1", "0.8", "0.6", "0.3", "0")


@pytest.fixture
def opened() -> Session:
    bound = Input(id=input_id("B11", "rate"), indicator="B11", key="rate", source="survey:q1")
    options = [
        Option(id=f"o{n}", position=n, question="q1", label=label, weight=Decimal(weight))
        for n, (label, weight) in enumerate(zip(LABELS, WEIGHTS, strict=True), start=1)
    ]
    return session(
        Questionnaire(id="s1", position=1, title="社会调查问卷", issued=20, returned=20, valid=20),
        Question(
            id="q1", position=1, questionnaire="s1", text="您是否了解热线？", name="公众知晓率",
            stated_rate=Decimal("0.85"),
        ),
        bound,
        *options,
    )  # fmt: skip


@pytest.fixture
def window(qtbot: QtBot, opened: Session) -> MainWindow:
    return window_on(qtbot, opened)


def survey(window: MainWindow) -> SurveyPage:
    assert window.workplace is not None
    window.workplace.show_page("survey")
    page = window.workplace.page("survey")
    assert isinstance(page, SurveyPage)
    return page


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def words(page: SurveyPage) -> str:
    QApplication.processEvents()
    return "\n".join(found.text() for found in page.findChildren(QLabel) if found.isVisible())


def test_counts_typed_by_key_give_the_rate_and_its_derivation(
    window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    page = survey(window)
    page.show_tab(COUNTING)
    for row, count in enumerate(("10", "8", "1", "１", "0"), start=1):  # one of them full-width
        page.counts.options.show_row(f"o{row}", "count")
        qtbot.keyClick(page.counts.options.view, Qt.Key.Key_F2)
        commit(focused(), count)
        qtbot.keyClick(focused(), Qt.Key.Key_Return)
        QApplication.processEvents()  # the delegate closes its cell by a queued call
    assert [opened.evaluation.get(Option, f"o{n}").count for n in range(1, 6)] == [10, 8, 1, 1, 0]  # type: ignore[union-attr]
    assert "(10×100% + 8×80% + 1×60% + 1×30% + 0×0%) ÷ 20 = 86.50%" in words(page)
    assert opened.scores["B11"].score == Decimal("9.01")


def test_a_printed_rate_that_differs_is_said_with_both_figures(window: MainWindow, opened: Session) -> None:
    page = survey(window)
    opened.put_all(
        [
            Option(id=f"o{n}", position=n, question="q1", label=label, weight=Decimal(w), count=c)
            for n, (label, w, c) in enumerate(zip(LABELS, WEIGHTS, (10, 8, 1, 1, 0), strict=True), start=1)
        ]
    )
    shown = words(page)
    assert "来稿写 85.00%，按人数和权重重算为 86.50%。" in shown
    assert "样本 20 份：每一份影响最多 5.0%" in shown
    assert page.findChildren(QLabel)  # the page is still there after the tables followed


def test_a_share_that_is_no_whole_number_of_people_is_said(window: MainWindow, opened: Session) -> None:
    page = survey(window)
    opened.put(Option(id="o1", position=1, question="q1", label="非常了解", share=Decimal("0.33")))
    assert "占比 × 份数不是整数" in words(page)


def test_new_rows_belong_to_what_is_chosen_above(window: MainWindow, opened: Session) -> None:
    page = survey(window)
    page.design.questions.add_row()
    added = next(q for q in opened.evaluation.table(Question).values() if q.id != "q1")
    assert added.questionnaire == "s1"
    page.design.options.reload()
    page.design.options.add_row()
    option = next(o for o in opened.evaluation.table(Option).values() if not o.id.startswith("o"))
    assert option.question == added.id


def test_a_finding_leads_to_the_option(window: MainWindow, opened: Session) -> None:
    assert window.workplace is not None
    window.workplace.navigate(Address("option", "o4", "count"))
    page = survey(window)
    options = page.counts.options
    assert (page.tab, options.current_id(), options.view.currentIndex().column()) == (COUNTING, "o4", 2)


def test_a_ready_questionnaire_comes_from_the_library(window: MainWindow, opened: Session) -> None:
    page = survey(window)
    assert page.design.library.count() >= 5
    page.design.add_from_library()
    added = next(q for q in opened.evaluation.listed(Questionnaire) if q.id != "s1")
    assert page.questionnaire == added
    assert page.design.questions.model.rows
    assert page.picker.currentData() == added.id
    opened.undo()
    assert page.questionnaire is not None
    assert page.questionnaire.id == "s1"


def test_a_set_of_weights_is_taken_for_the_options_that_judge(window: MainWindow, opened: Session) -> None:
    opened.put(Option(id="o6", position=6, question="q1", label="不清楚", no_answer=True))
    page = survey(window)
    design = page.design
    design.questions.show_row("q1")
    design.weights.setCurrentIndex(design.weights.findData("100-75-50-25-0"))
    design.take_weights()
    weights = [opened.evaluation.get(Option, f"o{n}").weight for n in range(1, 7)]  # type: ignore[union-attr]
    assert [None if w is None else int(w * 100) for w in weights] == [100, 75, 50, 25, 0, None]


def test_the_rate_is_told_in_words_before_anything_is_counted(window: MainWindow) -> None:
    told = words(survey(window))
    assert "比率 = (非常了解人数×100% + 比较了解人数×80%" in told
    assert "÷ 作答人数（不含未答）" in told


def test_an_answer_lets_a_later_question_be_left_out(window: MainWindow, opened: Session) -> None:
    opened.put(Question(id="q2", position=2, questionnaire="s1", text="您是否满意？"))
    page = survey(window)
    page.design.questions.show_row("q2")
    skip = page.design.skip
    skip.asked.setCurrentIndex(skip.asked.findData("q1"))
    skip.buttons["o5"].click()
    skip.buttons["o4"].click()
    question = opened.evaluation.get(Question, "q2")
    assert question is not None
    assert question.skip_if == "q1:o4 o5"
    assert "第 1 题答“不太了解”或“非常不了解”时跳过" in words(page)
    opened.undo()
    assert not skip.buttons  # ticks given one after the other are one step


def test_sheets_are_printed_with_numbers_that_run_on(qtbot: QtBot, opened: Session, tmp_path: Path) -> None:
    window = window_on(qtbot, opened, services=services_on(opened, tmp_path))
    page = survey(window)
    card = page.design.printing
    alerts = page.context.alerts
    assert isinstance(alerts, QuietAlerts)
    assert (card.first.text(), card.last.text()) == ("1", "20")  # as many as are issued
    card.prefix.setText("GZ")
    card.last.setText("3")
    for place in ("a", "b"):
        alerts.target = tmp_path / f"{place}.pdf"
        card.print_sheets()
        qtbot.waitUntil(lambda: card._task is None, timeout=20_000)
        card.last.setText(str(int(card.first.text()) + 1))
    files = [(tmp_path / f"{place}.pdf").read_bytes() for place in "ab"]
    found = [number for data in files for text in page_texts(data) for number in re.findall(r"GZ-\d+", text)]
    assert found == ["GZ-001", "GZ-002", "GZ-003", "GZ-004", "GZ-005"]
    asked = opened.evaluation.get(Questionnaire, "s1")
    assert asked is not None
    assert (asked.number_prefix, asked.printed_to) == ("GZ", 5)
    card.last.setText("1")
    card._show_range()
    assert "编号" in card.told.text()
    assert not card.go.isEnabled()


def test_in_a_small_window_nothing_is_cut_off_sideways(window: MainWindow, opened: Session) -> None:
    asked = opened.evaluation.get(Questionnaire, "s1")
    assert asked is not None
    page = survey(window)
    window.resize(910, 620)
    for tab, way in (
        (DESIGN, COUNTS),
        (COUNTING, COUNTS),
        (RESULTS, COUNTS),
        (ENTRY, SHEETS),
        (IMPORTING, FILE),
    ):
        opened.put(dataclasses.replace(asked, way=way))
        page.show_tab(tab)
        QApplication.processEvents()
        area = page.stack.currentWidget()
        assert isinstance(area, QScrollArea), tab
        assert area.widget().width() <= area.viewport().width(), tab
        panel = area.widget().findChild(TwoColumns)
        assert panel is not None
        assert panel.narrow
        assert panel.right.geometry().top() >= panel.left.geometry().bottom()
    window.resize(1366, 768)
    QApplication.processEvents()
    assert not page.imports.narrow


def test_whoever_types_next_does_not_find_the_other_answers_open(window: MainWindow, opened: Session) -> None:
    asked = opened.evaluation.get(Questionnaire, "s1")
    assert asked is not None
    opened.put(dataclasses.replace(asked, way=SHEETS, double_entry="全部"))
    page = survey(window)
    page.show_tab(ENTRY)
    page.entry.double.differences.show()
    page.entry.double.passes.button(2).click()
    assert page.entry.double.differences.isHidden()
