"""The frame: pages, jumps, undo, search, keys, what is saved when one leaves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.helpers import MemoryStore, session
from tests.ui.helpers import QuietAlerts, commit, window_on
from workbench.domain.evaluation import Entry, FundLine, Input, Member, Overview, Target
from workbench.domain.narrative import bindings_of
from workbench.errors import WorkbenchError
from workbench.services.editing import Address
from workbench.services.session import Session
from workbench.ui.main_window import MainWindow
from workbench.ui.overview_page import GROUPS, OverviewPage
from workbench.ui.pages import PAGES
from workbench.ui.scoring_page import ScoringPage
from workbench.ui.search_palette import SearchPalette
from workbench.ui.tab_order import tab_stops
from workbench.ui.targets_funds_page import TargetsFundsPage
from workbench.ui.workplace import Workplace


@pytest.fixture
def opened() -> Session:
    return session(Overview(project="热线购买服务", year="2022"))


@pytest.fixture
def window(qtbot: QtBot, opened: Session) -> MainWindow:
    return window_on(qtbot, opened)


def place_of(window: MainWindow) -> Workplace:
    assert window.workplace is not None
    return window.workplace


def test_every_page_opens_and_fits(window: MainWindow, qtbot: QtBot) -> None:
    for page in PAGES:
        place_of(window).show_page(page.key)
        QApplication.processEvents()
        least = window.minimumSizeHint()
        assert (least.width() <= 1366, least.height() <= 768) == (True, True), (page.key, least)


def test_twice_as_large_text_fits_an_ordinary_screen(window: MainWindow, qtbot: QtBot) -> None:
    window.set_look(dark=False, percent=200)
    place = place_of(window)
    window.resize(1366, 768)
    place.navigate(Address("indicator", "B11"))
    QApplication.processEvents()
    assert (window.width(), window.height()) == (1366, 768)
    page = place.page("scoring")
    assert isinstance(page, ScoringPage)
    assert not page.evidence.isVisible()
    content = page.editor.area.widget()
    assert content.minimumSizeHint().width() <= page.editor.area.viewport().width()
    assert place.top.export.geometry().right() <= place.top.width()
    window.set_look(dark=False, percent=100)


def test_no_page_is_cut_off_at_twice_the_text_size(window: MainWindow) -> None:
    window.set_look(dark=False, percent=200)
    place, wide = place_of(window), []
    for page in PAGES:
        place.show_page(page.key)
        QApplication.processEvents()
        areas: list[QScrollArea] = place.page(page.key).findChildren(QScrollArea)
        for area in areas:
            content = area.widget()
            if area.isVisible() and content is not None:
                over = content.minimumSizeHint().width() - area.viewport().width()
                wide += [(page.key, over)] if over > 0 else []
    assert not wide
    window.set_look(dark=False, percent=100)


def test_the_grade_is_provisional_until_everything_is_done(window: MainWindow, opened: Session) -> None:
    top = place_of(window).top
    assert (top.grade.text(), top.progress.text()) == ("未评完", "已完成 0/3")
    assert "已评 1/3。未评完，已评得 " in top.grade.toolTip()
    assert opened.scores.grade is None
    assert "等级" not in bindings_of(opened.evaluation, opened.scores), "no grade to put into a text"
    opened.put(Input(id="B11/rate", indicator="B11", key="rate", value="96%"))
    opened.put_all(Input(id=f"A11/{key}", indicator="A11", key=key, value="符合") for key in ("p1", "p2"))
    place_of(window).show_state()
    assert (top.total.text(), top.grade.text()) == ("20.00", "暂 优")
    opened.put_all(Entry(id=id_, done=True) for id_ in ("A11", "A12", "B11"))
    place_of(window).show_state()
    assert top.grade.text() == "优"


def test_a_small_screen_at_150_percent_cuts_nothing_off(window: MainWindow, qtbot: QtBot) -> None:
    place = place_of(window)
    window.resize(910, 512)
    place.navigate(Address("indicator", "D11"))
    QApplication.processEvents()
    page = place.page("scoring")
    assert isinstance(page, ScoringPage)
    content = page.editor.area.widget()
    assert content.minimumSizeHint().width() <= page.editor.area.viewport().width()
    place.show_page("survey")
    survey = place.page("survey")
    survey.design.sheets.add_row()  # type: ignore[attr-defined]
    QApplication.processEvents()
    grid = survey.design.sheets.view  # type: ignore[attr-defined]
    assert grid.horizontalScrollBar().maximum() == 0 or grid.horizontalScrollBar().isVisible()


def test_another_look_polishes_no_page_twice_and_keeps_what_was_refused(
    window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    place = place_of(window)
    for page in PAGES:
        place.show_page(page.key)
    former = place.page("scoring")
    place.show_page("overview")
    overview = place.page("overview")
    assert isinstance(overview, OverviewPage)
    held = next(form.editors["base_date"] for form in overview.forms if "base_date" in form.editors)
    held.input.setFocus()
    qtbot.keyClicks(held.input, "2022-13-45")
    place.flush()
    assert held.fault
    window.resize_text(1)
    assert not isValid(former), "gone before the new style sheet comes, not after"
    again = place_of(window).page("overview")
    assert isinstance(again, OverviewPage)
    kept = next(form.editors["base_date"] for form in again.forms if "base_date" in form.editors)
    assert (kept.text(), bool(kept.fault)) == ("2022-13-45", True)
    window.resize_text(-1)


def test_the_start_page_lists_nothing_while_the_text_size_changes(window: MainWindow) -> None:
    class Start(QWidget):
        seen = 0

        def showEvent(self, event: QShowEvent) -> None:
            Start.seen += 1

    shown = window.workplace
    window.set_start(Start())
    assert shown is not None
    window._stack.setCurrentWidget(shown)
    before = Start.seen
    window.resize_text(1)
    assert Start.seen == before
    window.resize_text(-1)


def test_overview_shows_every_field_once() -> None:
    names = [name for _, _, group in GROUPS for name in group]
    assert len(names) == len(set(names))


def test_typing_in_the_overview_is_saved_and_shown_above(
    window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    page = place_of(window).page("overview")
    assert isinstance(page, OverviewPage)
    unit = page.forms[0].editors["evaluated_unit"]
    unit.input.setFocus()
    commit(unit.input, "区城运中心")
    place_of(window).show_page("targets_funds")
    assert opened.evaluation.overview.evaluated_unit == "区城运中心"
    assert "已保存" in place_of(window).status.saved.text()
    assert place_of(window).top.title.text() == "热线购买服务 · 2022"


def test_undo_takes_back_own_typing_first_then_the_last_step(
    window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    place = place_of(window)
    page = place.page("overview")
    assert isinstance(page, OverviewPage)
    year = page.forms[0].editors["year"]
    unit = page.forms[0].editors["agency"]
    year.input.setFocus()
    qtbot.keyClick(year.input, Qt.Key.Key_End)
    qtbot.keyClicks(year.input, "3")
    unit.input.setFocus()
    assert opened.evaluation.overview.year == "20223"
    qtbot.keyClicks(unit.input, "abc")
    qtbot.keyClick(unit.input, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert unit.text() == ""
    assert opened.evaluation.overview.year == "20223"
    qtbot.keyClick(unit.input, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert opened.evaluation.overview.year == "2022"
    assert year.text() == "2022"
    qtbot.keyClick(unit.input, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert year.text() == "20223"


def test_closing_saves_what_is_being_typed(window: MainWindow, opened: Session) -> None:
    page = place_of(window).page("overview")
    assert isinstance(page, OverviewPage)
    commit(page.forms[0].editors["lead"].input, "甲")
    window.close()
    assert opened.evaluation.overview.lead == "甲"
    assert isinstance(opened.memory, MemoryStore)
    assert opened.memory.closed


def test_closing_asks_when_it_can_not_be_saved(window: MainWindow, opened: Session) -> None:
    page = place_of(window).page("overview")
    assert isinstance(page, OverviewPage)
    assert isinstance(opened.memory, MemoryStore)
    assert isinstance(window.alerts, QuietAlerts)
    opened.memory.fails = WorkbenchError("disk-full", "磁盘已满。", "请清理后重试。")
    commit(page.forms[0].editors["lead"].input, "甲")
    window.close()
    assert window.isVisible()
    assert window.alerts.said == [("ask", "刚才输入的内容没有存上，仍要关闭吗？磁盘已满。请清理后重试。")]
    window.alerts.answers = [True]
    window.close()
    assert not window.isVisible()
    assert opened.memory.closed


def find(window: MainWindow, qtbot: QtBot, text: str) -> QLineEdit:
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(SearchPalette)
    assert palette is not None
    commit(palette.line, text)
    return palette.line


def test_search_goes_to_a_page(window: MainWindow, qtbot: QtBot) -> None:
    line = find(window, qtbot, "目标与")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert place_of(window).current == "targets_funds"


def test_f1_lists_the_keys(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ControlModifier)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    texts = [child.text() for child in dialog.findChildren(QWidget) if hasattr(child, "text")]
    assert {"Ctrl D", "Alt ↓", "Ctrl Enter", "完成本项"} <= set(texts)
    dialog.close()


def test_jump_to_a_field(window: MainWindow, qtbot: QtBot) -> None:
    place_of(window).show_page("targets_funds")
    place_of(window).navigate(Address("overview", "overview", "base_date"))
    page = place_of(window).page("overview")
    assert isinstance(page, OverviewPage)
    assert page.forms[1].editors["base_date"].input.hasFocus()


def test_funds_by_keyboard_alone(window: MainWindow, opened: Session, qtbot: QtBot) -> None:
    place_of(window).show_page("targets_funds")
    page = place_of(window).page("targets_funds")
    assert isinstance(page, TargetsFundsPage)
    page.funds.add_button.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    for text in ("2022", "abc", "", "71.60", "35.50"):
        cell = QApplication.focusWidget()
        assert cell is not None
        qtbot.keyClicks(cell, text)
        qtbot.keyClick(cell, Qt.Key.Key_Tab)
    (line,) = opened.evaluation.listed(FundLine)
    assert (line.year, line.item) == ("2022", "abc")
    assert (line.initial, line.budget, line.arrived) == (None, Decimal("71.60"), Decimal("35.50"))
    texts = [page._sums.itemAt(n).widget().text() for n in range(page._sums.count())]  # type: ignore[attr-defined]
    assert texts[0] == "合计　预算资金 71.60 万元　到位资金 35.50 万元"
    assert texts[1] == "资金到位率 = 到位资金 35.50 万元 ÷ 预算资金 71.60 万元 = 49.58%"


def test_a_cell_keeps_what_it_can_not_hold_out_and_says_so(
    window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    opened.put(FundLine(id="f", item="平台运维", position=1))
    place_of(window).show_page("targets_funds")
    page = place_of(window).page("targets_funds")
    assert isinstance(page, TargetsFundsPage)
    page.show_place(Address("fund_line", "f", "budget"))
    qtbot.keyClicks(page.funds.view, "1")
    cell = QApplication.focusWidget()
    assert cell is not None
    qtbot.keyClicks(cell, "e9")
    qtbot.keyClick(cell, Qt.Key.Key_Tab)
    found = opened.evaluation.get(FundLine, "f")
    assert found is not None
    assert found.budget is None
    assert "第 1 行" in page.funds._fault.text()
    assert "科学记数法" in page.funds._fault.text()


def test_typing_on_in_a_cell_after_a_pause(window: MainWindow, opened: Session, qtbot: QtBot) -> None:
    opened.put(Target(id="t", name="知晓率", position=1))
    place_of(window).show_page("targets_funds")
    page = place_of(window).page("targets_funds")
    assert isinstance(page, TargetsFundsPage)
    page.show_place(Address("target", "t", "value"))

    def value() -> Decimal | None:
        found = opened.evaluation.get(Target, "t")
        assert found is not None
        return found.value

    qtbot.keyClicks(page.targets.view, "4")
    cell = QApplication.focusWidget()
    assert cell is not None
    qtbot.keyClicks(cell, ".")
    qtbot.waitUntil(lambda: value() == Decimal(4))
    qtbot.keyClicks(cell, "5")
    qtbot.waitUntil(lambda: value() == Decimal("4.5"))
    qtbot.keyClick(cell, Qt.Key.Key_Escape)
    assert value() is None, "Esc gives back what stood in the cell"


def test_rows_move_and_go_and_come_back(window: MainWindow, opened: Session, qtbot: QtBot) -> None:
    opened.put_all(Member(id=n, name=n, position=i) for i, n in enumerate("abc", 1))
    place = place_of(window)
    page = place.page("overview")
    assert isinstance(page, OverviewPage)
    page.show_place(Address("member", "c"))
    ctrl_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(page.team.view, Qt.Key.Key_Up, ctrl_shift)
    assert [m.id for m in opened.evaluation.listed(Member)] == ["a", "c", "b"]
    assert page.team.current_id() == "c"
    qtbot.keyClick(page.team.view, Qt.Key.Key_Delete, ctrl_shift)
    assert [m.id for m in opened.evaluation.listed(Member)] == ["a", "b"]
    qtbot.keyClick(page.team.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [m.id for m in opened.evaluation.listed(Member)] == ["a", "c", "b"]


def test_dark_and_larger(window: MainWindow, qtbot: QtBot) -> None:
    window.set_look(dark=True, percent=150)
    assert window.theme.dark
    assert place_of(window).current == "overview"
    assert window.theme.px(100) >= 140
    window.set_look(dark=False, percent=100)


def test_the_title_follows_the_name(window: MainWindow, opened: Session) -> None:
    opened.put(Overview(project="老旧小区改造", year="2022"))
    assert window.windowTitle().startswith("老旧小区改造")


def test_the_keyboard_stays_beside_what_is_hidden(window: MainWindow, qtbot: QtBot) -> None:
    place = place_of(window)
    place.show_page("targets_funds")
    page = place.page("targets_funds")
    stops = list(tab_stops(page))
    stops[1].setFocus()
    qtbot.waitUntil(stops[1].hasFocus)
    stops[1].hide()
    assert QApplication.focusWidget() in {stops[0], stops[2]}


def test_buttons_for_rows_wait_for_rows(window: MainWindow, qtbot: QtBot) -> None:
    place_of(window).show_page("targets_funds")
    page = place_of(window).page("targets_funds")
    assert isinstance(page, TargetsFundsPage)
    table = page.targets
    buttons = (table.remove_button, *table.move_buttons)
    assert [button.isEnabled() for button in buttons] == [False, False, False]
    table.add_row()
    assert [button.isEnabled() for button in buttons] == [True, False, False]
    table.add_row()
    assert [button.isEnabled() for button in buttons] == [True, True, True]
    table.remove_row()
    table.remove_row()
    assert QApplication.focusWidget() is table.add_button, "not on a table that is not seen"
