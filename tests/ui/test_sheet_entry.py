"""录入答卷: paper sheets typed with one key for each answer, and nothing in the way."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.ui.helpers import QuietAlerts, commit, compose, window_on
from workbench.domain.answers import Answer, pack, plan_for, unpack
from workbench.domain.double_entry import differing
from workbench.domain.entities_survey import SHEETS, SUBMITTED, Sheet
from workbench.domain.evaluation import Entity, Evidence, Option, Question, Questionnaire
from workbench.domain.sheet_numbers import code_of
from workbench.domain.survey import tally
from workbench.services.editing import Address
from workbench.services.session import Session
from workbench.ui.main_window import MainWindow
from workbench.ui.sheet_entry_panel import SheetEntryPanel
from workbench.ui.survey_page import COUNTING, ENTRY, RESULTS, SurveyPage

LEVELS = ("非常满意", "比较满意", "一般", "不太满意", "非常不满意")
WEIGHTS = ("1", "0.8", "0.6", "0.3", "0")


def scale(number: int, **more: object) -> list[Entity]:
    question = Question(
        id=f"q{number}",
        position=number,
        questionnaire="s1",
        text=f"第 {number} 项是否满意？",
        **more,  # type: ignore[arg-type]
    )
    options = [
        Option(id=f"q{number}o{n}", position=n, question=f"q{number}", label=label, weight=Decimal(weight))
        for n, (label, weight) in enumerate(zip(LEVELS, WEIGHTS, strict=True), start=1)
    ]
    return [question, *options]


def opened_with(*entities: Entity, way: str = SHEETS) -> Session:
    return session(
        Questionnaire(id="s1", position=1, title="社会调查问卷", group="社会公众", issued=20, way=way),
        Evidence(id="e1", number=47, title="问卷扫描件"),
        *entities,
    )


@pytest.fixture
def opened() -> Session:
    """Ten questions over five levels."""
    return opened_with(*(entity for number in range(1, 11) for entity in scale(number)))


@pytest.fixture
def window(qtbot: QtBot, opened: Session) -> MainWindow:
    return window_on(qtbot, opened)


def page_of(window: MainWindow) -> SurveyPage:
    assert window.workplace is not None
    window.workplace.show_page("survey")
    page = window.workplace.page("survey")
    assert isinstance(page, SurveyPage)
    return page


def begun(window: MainWindow, typist: str = "甲") -> SheetEntryPanel:
    """The panel with a typist at work, the keyboard on the first question."""
    page = page_of(window)
    page.show_tab(ENTRY)
    commit(page.entry.typist, typist)
    press(page.entry.typist, "\r")
    return page.entry


def press(widget: QWidget, keys: str) -> None:
    """Real key presses, each where the keyboard is by then; ``\\r`` is Enter, ``\\b`` Backspace."""
    from PySide6.QtTest import QTest

    named = {"\r": Qt.Key.Key_Return, "\b": Qt.Key.Key_Backspace}
    for key in keys:
        target = widget.window().focusWidget() or widget
        if key in named:
            QTest.keyClick(target, named[key])
        else:
            QTest.keyClicks(target, key)


def answers(session: Session, number: str) -> dict[str, Answer]:
    evaluation = session.evaluation
    (sheet,) = [s for s in evaluation.table(Sheet).values() if s.number == number]
    asked = evaluation.get(Questionnaire, "s1")
    assert asked is not None
    return unpack(plan_for(evaluation, asked), sheet.answers)


def choices(session: Session, number: str) -> str:
    found = answers(session, number)
    return "".join(found[f"q{n}"].options[0][-1] if f"q{n}" in found else "." for n in range(1, 11))


def test_twenty_sheets_of_ten_questions_take_one_key_an_answer_and_one_a_sheet(
    window: MainWindow, opened: Session
) -> None:
    panel = begun(window)
    sheets = ["".join(str((row * column) % 5 + 1) for column in range(1, 11)) for row in range(1, 21)]
    keys = "".join(f"{sheet}\r" for sheet in sheets)
    assert len(keys) == 20 * 10 * 1 + 20 * 1  # 1.0 an answer, one a sheet
    press(panel.form, keys)
    done = [s for s in opened.evaluation.table(Sheet).values() if s.state == SUBMITTED]
    assert [sheet.number for sheet in done] == [f"{n:03}" for n in range(1, 21)]
    assert [choices(opened, f"{n:03}") for n in range(1, 21)] == sheets
    assert {sheet.typist for sheet in done} == {"甲"}
    question = opened.evaluation.get(Question, "q1")
    assert question is not None
    assert tally(opened.evaluation, question).base == 20
    assert panel.card.right.text().endswith("已录 20 份 / 发放 20")


def test_every_answer_is_durable_when_the_key_comes_up(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    for typed, key in enumerate("12345", start=1):
        press(panel.form, key)
        assert choices(opened, "001") == "12345"[:typed] + "." * (10 - typed)
        assert opened.saved


def test_full_width_digits_and_input_methods_do_no_harm(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    assert not panel.form.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    commit(panel.form, "１")
    compose(panel.form, "ni")  # an input method is composing: nothing happens
    commit(panel.form, "２３")
    assert choices(opened, "001") == "123......."
    commit(panel.form, "你好")
    assert choices(opened, "001") == "123......."
    assert "这里只用按键" in panel.told.text()
    press(panel.form, "4")
    assert choices(opened, "001") == "1234......"


def test_back_corrects_without_retyping_what_follows(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    press(panel.form, "111\b\b5")
    assert choices(opened, "001") == "151......."
    assert panel.typing is not None
    assert panel.typing.place == 2


def test_no_answer_is_left_out_and_is_not_the_lowest_level(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    press(panel.form, "1050000000\r")
    assert choices(opened, "001") == "1.5......."
    question = opened.evaluation.get(Question, "q2")
    assert question is not None
    result = tally(opened.evaluation, question)
    assert (result.rate, result.blank) == (None, 1)


def test_two_ticks_are_unclear_and_do_not_count(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    press(panel.form, "/")
    assert answers(opened, "001")["q1"].unclear


def test_plus_repeats_the_answer_of_the_sheet_before(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    press(panel.form, "1234512345\r++++5")
    assert choices(opened, "002") == "12345....."


def test_enter_in_the_middle_of_a_sheet_does_not_submit_it(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    press(panel.form, "123\r")
    (sheet,) = opened.evaluation.table(Sheet).values()
    assert sheet.state != SUBMITTED
    assert "还有 7 题" in panel.told.text()


def test_ctrl_enter_submits_a_sheet_that_was_left_half_empty(
    window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    panel = begun(window)
    press(panel.form, "123")
    qtbot.keyClick(panel.form, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (sheet,) = opened.evaluation.table(Sheet).values()
    assert (sheet.state, choices(opened, "001")) == (SUBMITTED, "123.......")
    assert panel.number.text() == "002"


def test_ctrl_z_takes_back_one_answer_after_another_and_the_submitted_sheet(
    window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    panel = begun(window)
    press(panel.form, "1234512345\r")
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(panel.form, Qt.Key.Key_Z, control)  # the submitting
    assert panel.number.text() == "001"
    assert [sheet.state for sheet in opened.evaluation.table(Sheet).values()] == ["录入中"]
    qtbot.keyClick(panel.form, Qt.Key.Key_Z, control)
    assert choices(opened, "001") == "123451234."
    assert panel.typing is not None
    assert panel.typing.place == 9  # the cursor stands where the answer was
    press(panel.form, "1\r")
    assert choices(opened, "001") == "1234512341"


def test_a_sheet_is_jumped_to_by_number_or_code_and_corrected(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    press(panel.form, "1111111111\r2222222222\r")
    panel.number.setFocus()
    panel.number.setText("001")
    press(panel.number, "\r")
    press(panel.form, "5")
    assert choices(opened, "001") == "5111111111"
    first = next(s for s in opened.evaluation.table(Sheet).values() if s.number == "001")
    assert first.state == SUBMITTED
    assert first.first_answers.startswith("1111111111")  # what was submitted first is kept
    panel.number.setFocus()
    panel.number.setText(code_of("s1", "GZ-100"))  # a scanner types the code and Enter
    press(panel.number, "\r")
    assert panel.number.text() == "GZ-100"
    press(panel.form, "3333333333\r")
    assert panel.number.text() == "GZ-101"


def test_a_sheet_of_another_questionnaire_is_refused(window: MainWindow) -> None:
    panel = begun(window)
    panel.number.setFocus()
    panel.number.setText(code_of("other", "001"))
    press(panel.number, "\r")
    assert "属于另一份问卷" in panel.told.text()


def test_nothing_is_kept_without_the_name_of_the_typist(window: MainWindow, opened: Session) -> None:
    page = page_of(window)
    page.show_tab(ENTRY)
    press(page.entry.form, "")
    page.entry.form.setFocus()
    press(page.entry.form, "1")
    assert not opened.evaluation.table(Sheet)
    assert "请先填写录入员" in page.entry.told.text()


def test_a_sheet_is_tied_to_its_scan_and_leads_there(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    press(panel.form, "1")
    scan = panel.details.editors["evidence"]
    scan.refill()  # type: ignore[attr-defined]
    scan.input.setCurrentIndex(scan.input.findData("e1"))  # type: ignore[attr-defined]
    (sheet,) = opened.evaluation.table(Sheet).values()
    assert sheet.evidence == "e1"
    panel.scan.click()
    assert window.workplace is not None
    assert window.workplace.current == "evidence"


MIXED = (
    Question(id="q1", position=1, questionnaire="s1", text="年龄", kind="数字"),
    Question(id="q2", position=2, questionnaire="s1", text="途径", kind="多选"),
    *(Option(id=f"q2o{n}", position=n, question="q2", label=str(n)) for n in range(1, 12)),
    *scale(3),
    *scale(4, skip_if="q3:q3o1 q3o2"),
    Question(id="q5", position=5, questionnaire="s1", text="建议", kind="文字"),
)


class TestMixedSheet:
    """Numbers, ticks, levels with a condition, words."""

    @pytest.fixture
    def opened(self) -> Session:
        return opened_with(*MIXED)

    @pytest.fixture
    def panel(self, window: MainWindow) -> SheetEntryPanel:
        return begun(window)

    def test_each_kind_is_typed_from_the_keyboard(self, panel: SheetEntryPanel, opened: Session) -> None:
        commit(panel.form._lines[0], "３５")
        press(panel.form, "\r")
        press(panel.form, "13b\r")  # the eleventh option has the key B
        press(panel.form, "1")  # the condition lets question 4 be left out
        assert panel.typing is not None
        assert panel.typing.place == 4
        commit(panel.form._lines[4], "增加座席，延长时间")
        press(panel.form, "\r\r")
        found = answers(opened, "001")
        assert found["q1"].text == "35"
        assert found["q2"].options == ("q2o1", "q2o3", "q2o11")
        assert "q4" not in found
        assert found["q5"].text == "增加座席，延长时间"
        assert panel.number.text() == "002"

    def test_a_tick_given_twice_is_taken_away(self, panel: SheetEntryPanel, opened: Session) -> None:
        press(panel.form, "\r121")
        assert answers(opened, "001")["q2"].options == ("q2o2",)

    def test_what_is_no_number_is_told_and_not_kept(self, panel: SheetEntryPanel, opened: Session) -> None:
        commit(panel.form._lines[0], "三十五")
        press(panel.form, "\r")
        assert "不是数字" in panel.told.text()
        assert not opened.evaluation.table(Sheet)
        assert panel.typing is not None
        assert panel.typing.place == 0

    def test_words_are_saved_before_another_page_is_shown(
        self, panel: SheetEntryPanel, opened: Session, window: MainWindow
    ) -> None:
        press(panel.form, "\r\r3")
        press(panel.form, "3")
        commit(panel.form._lines[4], "没写完")
        assert window.workplace is not None
        window.workplace.show_page("overview")
        assert answers(opened, "001")["q5"].text == "没写完"


def test_a_questionnaire_with_counts_says_so_and_changes_only_when_asked(qtbot: QtBot) -> None:
    counted = Option(id="c1", position=1, question="q1", label="满意", weight=Decimal(1), count=10)
    opened = opened_with(
        Question(id="q1", position=1, questionnaire="s1", text="满意吗？"), counted, way="直接计票"
    )
    window = window_on(qtbot, opened)
    page = page_of(window)
    page.show_tab(ENTRY)
    assert page.stack.currentWidget() is page._other
    alerts = page.context.alerts
    assert isinstance(alerts, QuietAlerts)
    page.change_way(SHEETS)
    assert "1 个选项的人数或占比" in alerts.said[-1][1]
    asked = opened.evaluation.get(Questionnaire, "s1")
    assert asked is not None
    assert asked.way == "直接计票"
    alerts.answers = [True]
    page.change_way(SHEETS)
    assert page.stack.currentWidget() is page._panels[ENTRY]
    page.show_tab(COUNTING)
    assert page.stack.currentWidget() is page._other
    opened.undo()
    assert opened.evaluation.get(Option, "c1") == counted


def test_a_finding_leads_to_the_sheet(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    press(panel.form, "1111111111\r22")
    first = next(s for s in opened.evaluation.table(Sheet).values() if s.number == "001")
    assert window.workplace is not None
    window.workplace.navigate(Address("sheet", first.id))
    assert panel.number.text() == "001"


def test_a_wrong_number_is_put_right_by_keyboard(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    former = panel.number.text()
    assert not panel.rename.isEnabled(), "there is no sheet yet"
    press(panel, "12")
    panel.rename.click()
    assert panel.number.hasFocus()
    press(panel.number, "017\r")
    assert [sheet.number for sheet in opened.evaluation.table(Sheet).values()] == ["017"]
    assert panel.number.text() == "017"
    assert f"已把 {former} 改为 017" in panel.told.text()
    assert panel.form.hasFocus()
    panel.rename.click()
    panel.number.setText("020")
    panel.form.setFocus()
    assert panel.number.text() == "017", "left without Enter, it is as before"


def worded(kind: str) -> Session:
    """Two questions: where one heard of it, with 其他（请注明）, and a scale."""
    question = Question(id="q1", position=1, questionnaire="s1", text="从哪里知道的？", kind=kind)
    labels = ("电视", "网络", "其他（请注明）")
    options = [Option(id=f"q1o{n}", position=n, question="q1", label=x) for n, x in enumerate(labels, 1)]
    return opened_with(question, *options, *scale(2))


def active(qtbot: QtBot, opened: Session) -> MainWindow:
    window = window_on(qtbot, opened)
    qtbot.waitUntil(window.isActiveWindow)
    return window


def answers_of(opened: Session) -> dict[str, Answer]:
    asked = opened.evaluation.get(Questionnaire, "s1")
    assert asked is not None
    (sheet,) = opened.evaluation.table(Sheet).values()
    return unpack(plan_for(opened.evaluation, asked), sheet.answers)


def test_words_beside_an_option_are_typed_on_the_way(qtbot: QtBot) -> None:
    opened = worded("单选")
    panel = begun(active(qtbot, opened))
    assert panel.form._lines[0].isHidden()
    press(panel, "3")
    line = panel.form._lines[0]
    assert line.hasFocus(), "the option asks for words: they come next"
    commit(line, "社区宣传栏")
    press(panel, "\r")
    assert (panel.form.hasFocus(), panel.typing is not None and panel.typing.place) == (True, 1)
    press(panel, "2")
    assert answers_of(opened) == {"q1": Answer(("q1o3",), "社区宣传栏"), "q2": Answer(("q2o2",))}
    press(panel, "\b\b")
    assert panel.form.hasFocus(), "back on the boxes, where keys choose"
    press(panel, "\r")
    assert line.hasFocus()
    assert line.selectedText() == "社区宣传栏"
    press(panel, "\b")
    press(panel, "\b")
    assert panel.form.hasFocus(), "an empty line gives the keyboard back to the boxes"
    press(panel, "1")
    assert answers_of(opened)["q1"] == Answer(("q1o1",)), "another option has no words"
    assert line.isHidden()


def test_words_beside_one_of_several_options(qtbot: QtBot) -> None:
    opened = worded("多选")
    panel = begun(active(qtbot, opened))
    press(panel, "13")
    commit(panel.form._lines[0], "邻居介绍")
    press(panel, "\r")
    assert answers_of(opened) == {"q1": Answer(("q1o1", "q1o3"), "邻居介绍")}
    press(panel, "\b3")
    assert answers_of(opened) == {"q1": Answer(("q1o1",))}, "unticked, its words go with it"


def test_words_beside_an_option_are_compared_between_passes_and_listed(qtbot: QtBot) -> None:
    opened = worded("单选")
    window = active(qtbot, opened)
    panel = begun(window)
    press(panel, "3")
    commit(panel.form._lines[0], "社区 宣传栏")
    press(panel, "\r1\r")
    asked = opened.evaluation.table(Questionnaire)["s1"]
    plan, first = plan_for(opened.evaluation, asked), answers_of(opened)
    second = {**first, "q1": Answer(("q1o3",), "单位通知")}
    assert differing(plan, pack(plan, first), pack(plan, second)) == ("q1",)
    page = page_of(window)
    page.show_tab(RESULTS)
    results = page.results
    assert results.open.picker.count() == 1
    assert results.open._texts.stringList() == ["社区 宣传栏"]
