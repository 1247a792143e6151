"""Scoring by keyboard: points, rates, deductions first, live figures, only what changed repaints."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.ui.helpers import commit, compose, window_on
from workbench.domain.evaluation import (
    Deduction,
    Entry,
    Input,
    Link,
    Mark,
    Option,
    Problem,
    Question,
    Questionnaire,
)
from workbench.services.editing import Address
from workbench.services.session import Session
from workbench.ui.main_window import MainWindow
from workbench.ui.rule_input import PointInput, ValueInput
from workbench.ui.scoring_page import ScoringPage
from workbench.ui.search_palette import SearchPalette

ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
CTRL_SHIFT = CTRL | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def opened() -> Session:
    counts = ((10, "1"), (8, "0.8"), (1, "0.6"), (1, "0.3"), (0, "0"))
    options = [
        Option(id=f"o{n}", position=n, question="q", label=f"选项{n}", count=count, weight=Decimal(weight))
        for n, (count, weight) in enumerate(counts, 1)
    ]
    return session(
        Questionnaire(id="sheet", title="公众问卷", valid=20),
        Question(id="q", position=1, questionnaire="sheet", text="您是否了解热线？", name="公众知晓率"),
        *options,
    )


@pytest.fixture
def window(qtbot: QtBot, opened: Session) -> MainWindow:
    made = window_on(qtbot, opened)
    assert made.workplace is not None
    made.workplace.show_page("scoring")
    return made


@pytest.fixture
def page(window: MainWindow) -> ScoringPage:
    assert window.workplace is not None
    found = window.workplace.page("scoring")
    assert isinstance(found, ScoringPage)
    return found


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def rate_of(page: ScoringPage, qtbot: QtBot) -> ValueInput:
    page.go_to("B11")
    first = page.editor.criterion.inputs[0]
    assert isinstance(first, ValueInput)
    first.editor.input.setFocus()
    return first


def test_points_by_keys(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    assert page.current == "A11"
    page.editor.focus_first()
    second = page.editor.criterion.inputs[1]
    qtbot.keyClick(focused(), Qt.Key.Key_1)
    assert opened.evaluation.table(Input)["A11/p1"].value == "符合"
    assert focused() is second, "an answer goes on to the next point"
    qtbot.keyClick(focused(), Qt.Key.Key_3)
    assert opened.scores["A11"].score == Decimal(2)
    assert focused() is second, "behind the last point there is none"
    qtbot.keyClick(focused(), Qt.Key.Key_2)
    qtbot.keyClicks(focused(), "1.5")
    page.flush()
    assert opened.scores["A11"].score == Decimal("3.5")
    assert page.editor.score.text() == "3.50"
    assert isinstance(second, PointInput)
    assert second.buttons["部分"].isChecked()


def test_points_are_answered_and_gone_back_to_by_single_keys(
    page: ScoringPage, opened: Session, qtbot: QtBot
) -> None:
    page.editor.focus_first()
    first, second = page.editor.criterion.inputs
    qtbot.keyClick(focused(), Qt.Key.Key_2)
    qtbot.keyClicks(focused(), "3")
    qtbot.keyClick(focused(), Qt.Key.Key_Return)
    assert first.editor.fault, "more than the point holds: the keyboard stays with it"
    assert first.editor.isAncestorOf(focused())
    qtbot.keyClick(focused(), Qt.Key.Key_Backspace)
    qtbot.keyClicks(focused(), "1.5")
    qtbot.keyClick(focused(), Qt.Key.Key_Return)
    assert focused() is second
    assert opened.evaluation.table(Input)["A11/p1"].value == "1.5"
    qtbot.keyClick(focused(), Qt.Key.Key_1)
    qtbot.keyClick(focused(), Qt.Key.Key_1)  # one too many takes nothing back
    said = opened.evaluation.table(Input)
    assert said["A11/p2"].value == "符合"
    qtbot.keyClick(focused(), Qt.Key.Key_Backspace)
    assert focused() is first
    qtbot.keyClick(focused(), Qt.Key.Key_0)
    assert not opened.evaluation.table(Input)["A11/p1"].value
    assert opened.evaluation.table(Input)["A11/p2"].value == "符合"


def test_a_point_is_not_given_more_than_it_holds(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    page.editor.focus_first()
    qtbot.keyClick(focused(), Qt.Key.Key_2)
    qtbot.keyClicks(focused(), "3")
    page.flush()
    first = page.editor.criterion.inputs[0]
    assert "不能超过本要点的 2 分" in first.editor.fault
    assert opened.evaluation.table(Input)["A11/p1"].value == "1"


def test_a_rate_is_derived_while_typing(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    rate = rate_of(page, qtbot)
    qtbot.keyClicks(rate.editor.input, "86.5")
    qtbot.waitUntil(lambda: opened.scores["B11"].score == Decimal("9.01"))
    text = page.editor.criterion.derivation.text()
    assert "86.50% ÷ 96.00% × 10 = 9.010416… → <b>9.01</b> 四舍五入保留 2 位" in text
    assert rate.editor.text() == "86.5", "the field being typed in is left alone"


@pytest.mark.parametrize("bad", ["1e999", "NaN", "一百"])
def test_bad_values_are_refused_under_the_field(
    page: ScoringPage, opened: Session, qtbot: QtBot, bad: str
) -> None:
    rate = rate_of(page, qtbot)
    commit(rate.editor.input, bad)
    page.flush()
    assert rate.editor.fault
    assert "B11/rate" not in opened.evaluation.table(Input)


def test_bound_to_a_question_and_printed_beside(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    rate = rate_of(page, qtbot)
    rate.choice.setCurrentIndex(rate.choice.findData("survey:q"))
    rate.choice.activated.emit(rate.choice.currentIndex())
    assert opened.scores["B11"].score == Decimal("9.01")
    assert rate.linked.text() == "86.50%"
    assert rate.origin.text() == "↗ 问卷第 1 题，有效 20 份"
    qtbot.mouseClick(rate.other, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(rate.editor.input, "85")
    page.flush()
    assert opened.scores["B11"].score == Decimal("9.01"), "typed beside, not counted yet"
    rate.by_hand.click()
    assert opened.scores["B11"].score == Decimal("8.85")
    assert rate.linked.text() == "86.50%"
    qtbot.mouseClick(rate.origin, Qt.MouseButton.LeftButton)
    assert page.window().workplace.current == "survey"  # type: ignore[attr-defined]


def test_a_late_save_lands_on_the_indicator_it_was_typed_at(
    page: ScoringPage, opened: Session, qtbot: QtBot
) -> None:
    rate = rate_of(page, qtbot)
    qtbot.keyClicks(rate.editor.input, "90")
    qtbot.keyClick(rate.editor.input, Qt.Key.Key_Up, ALT)
    assert page.current == "A12"
    assert opened.evaluation.table(Input)["B11/rate"].value == "90%"


def test_next_done_and_back_by_keys(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    qtbot.keyClick(page, Qt.Key.Key_Down, ALT)
    assert page.current == "A12"
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CTRL)
    assert opened.evaluation.entry("A12").done
    assert page.current == "B11"
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CTRL)
    assert not opened.evaluation.entry("B11").done, "nothing is done without a score"
    assert page.current == "B11"


def test_deduction_first(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    rate = rate_of(page, qtbot)
    qtbot.keyClicks(rate.editor.input, "86.5")
    page.flush()
    assert page.editor.deductions.remaining.text() == "还有 0.99 分扣分没有说明"
    qtbot.keyClick(rate.editor.input, Qt.Key.Key_D, CTRL)
    (line,) = opened.evaluation.listed(Deduction)
    assert (line.indicator, line.points) == ("B11", Decimal("0.99"))
    (problem,) = opened.evaluation.listed(Problem)
    (link,) = opened.evaluation.table(Link).values()
    assert (link.from_kind, link.from_id, link.to_kind, link.to_id) == (
        "problem",
        problem.id,
        "deduction",
        line.id,
    )
    compose(focused(), "zhi")
    commit(focused(), "公众知晓率未达标，低于目标 96%。")
    page.editor.deductions.lines[0].editors["basis"].input.setFocus()
    (problem,) = opened.evaluation.listed(Problem)
    assert problem.title == "公众知晓率未达标"
    assert problem.description == "公众知晓率未达标，低于目标 96%。"
    assert page.editor.deductions.remaining.text() == ""
    qtbot.keyClick(focused(), Qt.Key.Key_Delete, CTRL_SHIFT)
    assert not opened.evaluation.listed(Deduction)
    assert not opened.evaluation.listed(Problem), "a problem drafted for this line alone goes with it"
    qtbot.keyClick(page, Qt.Key.Key_Z, CTRL)
    assert [d.id for d in opened.evaluation.listed(Deduction)] == [line.id]
    assert len(opened.evaluation.listed(Problem)) == 1


def test_lines_that_are_the_score(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    page.go_to("A12")
    qtbot.keyClick(page, Qt.Key.Key_D, CTRL)
    qtbot.keyClicks(focused(), "1.5")
    page.flush()
    assert opened.scores["A12"].score == Decimal("4.5")


def test_an_override_needs_a_reason(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    page.go_to("A12")
    page.editor.criterion.focus_input("override")
    qtbot.keyClicks(focused(), "5")
    page.flush()
    assert page.editor.criterion.change.editors["override_reason"].fault == "改定得分须写明理由。"
    state = page.tree.model.state("A12")
    assert state is not None
    assert state.sign == "!"


def test_figures_in_the_basis_stay_computed(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    rate = rate_of(page, qtbot)
    qtbot.keyClicks(rate.editor.input, "86.5")
    page.flush()
    text = page.editor.basis.text
    text.input.setFocus()
    commit(text.input, "公众知晓率为")
    text.chips.insert_chip("公众知晓率")
    commit(text.input, "，得")
    text.chips.insert_chip("得分")
    commit(text.input, "分。")
    page.flush()
    assert opened.evaluation.entry("B11").basis == "公众知晓率为{公众知晓率}，得{得分}分。"
    assert text.chips.toPlainText() == "公众知晓率为86.50%，得9.01分。"
    rate.editor.input.setFocus()
    rate.editor.input.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(rate.editor.input, "96")
    page.flush()
    assert text.chips.toPlainText() == "公众知晓率为96.00%，得10.00分。"
    assert opened.evaluation.entry("B11").basis == "公众知晓率为{公众知晓率}，得{得分}分。"


def test_backspace_takes_a_chip_as_one(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    opened.put(Entry(id="A12", basis="得{得分}分，扣{扣分}"))
    page.go_to("A12")
    text = page.editor.basis.text
    text.input.setFocus()
    qtbot.keyClick(text.input, Qt.Key.Key_End, CTRL)
    qtbot.keyClick(text.input, Qt.Key.Key_Backspace)
    page.flush()
    assert opened.evaluation.entry("A12").basis == "得{得分}分，扣"


def test_a_name_that_nothing_stands_behind_is_seen(page: ScoringPage, opened: Session) -> None:
    opened.put(Entry(id="A12", basis="得{不存在}分"))
    page.go_to("A12")
    assert "没有名为不存在的数据" in page.editor.basis.text.fault
    assert page.editor.basis.text.text() == "得{不存在}分"


def test_the_review_gives_a_score_of_its_own(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    page.go_to("A12")
    page.editor.reviewed.input.setFocus()
    qtbot.keyClicks(page.editor.reviewed.input, "7")
    page.flush()
    assert "不能超过" in page.editor.reviewed.fault
    assert not opened.evaluation.table(Mark)
    page.editor.reviewed.input.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(page.editor.reviewed.input, "5")
    page.flush()
    assert opened.evaluation.table(Mark)["A12/复核"].score == Decimal(5)


def test_only_rows_that_differ_repaint(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    opened.put(Input(id="B11/rate", indicator="B11", key="rate", value="86.5%"))
    assert set(page.tree.model.repainted) == {"B", "B1", "B11"}
    opened.put(Entry(id="B11", basis_source="问卷"))
    assert page.tree.model.repainted == []


def test_signs_say_it_in_words(page: ScoringPage, opened: Session) -> None:
    model = page.tree.model

    def sign(id_: str) -> tuple[str, str]:
        state = model.state(id_)
        assert state is not None
        return state.sign, str(model.index_of(id_, 3).data(Qt.ItemDataRole.ToolTipRole))

    assert sign("B11") == ("○", "未评")
    opened.put(Input(id="B11/rate", indicator="B11", key="rate", value="96%"))
    assert sign("B11") == ("◐", "在评，未点完成")
    opened.put(Entry(id="B11", done=True))
    assert sign("B11") == ("✓", "已完成")
    assert sign("B") == ("●", "全部完成")
    opened.put(Input(id="B11/rate", indicator="B11", key="rate", value="48%"))
    assert sign("B11") == ("!", "扣 5 分，其中 5 分没有说明原因。")
    assert sign("B") == ("!", "1 项需要处理")


def test_search_goes_to_an_indicator(page: ScoringPage, window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(focused(), Qt.Key.Key_K, CTRL)
    palette = window.findChild(SearchPalette)
    assert palette is not None
    qtbot.waitUntil(palette.line.hasFocus)
    commit(focused(), "知晓")
    qtbot.keyClick(focused(), Qt.Key.Key_Return)
    assert page.current == "B11"


def test_jump_to_a_deduction(page: ScoringPage, window: MainWindow, opened: Session) -> None:
    opened.put(Deduction(id="d", indicator="A12", points=Decimal(1)))
    assert window.workplace is not None
    window.workplace.navigate(Address("deduction", "d", "points"))
    assert page.current == "A12"
    assert page.editor.deductions.focused_line() == "d"


def test_another_text_size_stays_at_the_indicator(page: ScoringPage, window: MainWindow) -> None:
    left = page._leaves[-1]
    page.go_to(left)
    page.tree.view.setFocus()
    window.resize_text(1)
    assert window.workplace is not None
    again = window.workplace.page("scoring")
    assert isinstance(again, ScoringPage)
    assert (window.workplace.current, again.current) == ("scoring", left)


def test_finishing_too_early_goes_to_what_is_missing(page: ScoringPage, qtbot: QtBot) -> None:
    page.editor.focus_first()
    first = focused()
    assert isinstance(first, PointInput)
    qtbot.keyClick(first, Qt.Key.Key_1)
    first.setFocus()
    page.finish()
    second = focused()
    assert isinstance(second, PointInput)
    assert second is not first


def test_enter_and_digits_in_the_tree_are_meant_for_the_indicator(page: ScoringPage, qtbot: QtBot) -> None:
    page.go_to(page._leaves[0])
    page.tree.view.setFocus()
    qtbot.keyClick(page.tree.view, Qt.Key.Key_Return)
    assert page.editor.isAncestorOf(focused())
    page.tree.view.setFocus()
    qtbot.keyClick(page.tree.view, Qt.Key.Key_1)
    row = page.editor.criterion.inputs[0]
    assert isinstance(row, PointInput)
    assert row.buttons["符合"].isChecked()


def test_what_is_refused_is_told_where_there_is_room(
    page: ScoringPage, opened: Session, qtbot: QtBot
) -> None:
    page.go_to("A11")
    page.editor.deductions.add()
    points = page.editor.deductions.lines[0].editors["points"]
    points.input.setFocus()
    commit(points.input, "九")
    page.flush()
    QApplication.processEvents()
    assert points.fault
    hint = next(one for one in page.editor.deductions.findChildren(QLabel) if one.text() == points.fault)
    assert hint.width() > 5 * points.input.width()
    assert hint.height() < 2.5 * hint.fontMetrics().lineSpacing()


def test_the_reason_of_a_changed_score_is_not_squashed(page: ScoringPage, opened: Session) -> None:
    reason = "评分表原稿按满分计，标准所写公式的系数与分值不一致，待与委托方确认后再定。"
    opened.put(Entry(id="A11", override=Decimal(3), override_reason=reason))
    page.go_to("A11")
    QApplication.processEvents()
    below = page.editor.stages.cells["初评"].below
    assert reason in below.text()
    assert below.height() >= below.heightForWidth(below.width())


def test_what_is_missing_is_said_and_led_to_by_keyboard(
    page: ScoringPage, window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    rate = rate_of(page, qtbot)
    opened.put(Input(id="B11/rate", indicator="B11", key="rate", source="fund:spent"))
    page.go_to("A11")
    page.go_to("B11")
    page.finish()
    assert f"还不能完成：缺{rate.spec.label}" in page.editor._trouble.words.text()
    assert page.editor._trouble.isVisible()
    first = page.editor.criterion.inputs[0]
    assert isinstance(first, ValueInput)
    assert focused() is first.origin, "Enter goes where the figure belongs"
    first.origin.click()
    assert window.workplace is not None
    assert window.workplace.current == "targets_funds"


def test_chips_take_the_colours_of_the_look(page: ScoringPage, window: MainWindow, opened: Session) -> None:
    opened.put(Entry(id="A11", basis="得 {分值} 分。"))
    page.go_to("A12")
    page.go_to("A11")
    chips = page.editor.basis.text.chips
    kept = chips.marked()

    def ground() -> str:
        cursor = chips.textCursor()
        cursor.setPosition(kept.index("{") + 1)
        return cursor.charFormat().background().color().name()

    assert ground() == window.theme.colors.accent_soft
    window.toggle_dark()
    assert ground() == window.theme.colors.accent_soft
    assert chips.marked() == kept
    assert not page.editor.basis.text.pending
    window.toggle_dark()
