"""二次录入: a second person finds what the first got wrong, blind; the report of both passes is right."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.exporters.paper import page_texts
from tests.ui.helpers import QuietAlerts, commit, services_on, window_on
from tests.ui.test_sheet_entry import answers, begun, opened_with, page_of, press, scale
from workbench.domain.double_entry import Stage
from workbench.domain.entities_survey import EVERY_SECOND, RANDOM_SECOND, Sheet
from workbench.domain.evaluation import Questionnaire
from workbench.services.session import Session
from workbench.ui.main_window import MainWindow
from workbench.ui.sheet_entry_panel import SheetEntryPanel

PAPER = ["".join(str((row * column) % 5 + 1) for column in range(1, 11)) for row in range(1, 21)]


@pytest.fixture
def opened() -> Session:
    return opened_with(*(entity for number in range(1, 11) for entity in scale(number)))


@pytest.fixture
def window(qtbot: QtBot, opened: Session) -> MainWindow:
    return window_on(qtbot, opened)


def slipped(sheet: str, place: int) -> str:
    """The sheet with a slip at one question (from 1)."""
    wrong = "1" if sheet[place - 1] != "1" else "2"
    return sheet[: place - 1] + wrong + sheet[place:]


def typed(panel: SheetEntryPanel, sheets: list[str]) -> None:
    press(panel.form, "".join(f"{sheet}\r" for sheet in sheets))


def second(panel: SheetEntryPanel, typist: str = "乙") -> None:
    panel.double.passes.button(2).click()
    commit(panel.typist, typist)
    press(panel.typist, "\r")


def choose_rule(panel: SheetEntryPanel, rule: str) -> None:
    panel.double.rule.setCurrentIndex(panel.double.rule.findText(rule))


def shown(panel: SheetEntryPanel) -> str:
    QApplication.processEvents()
    return "\n".join(found.text() for found in panel.findChildren(QLabel) if found.isVisibleTo(panel))


def test_planted_errors_are_found_by_a_second_person_and_the_rates_are_right(
    window: MainWindow, opened: Session
) -> None:
    panel = begun(window)
    choose_rule(panel, EVERY_SECOND)
    first = list(PAPER)
    for sheet, place in ((3, 2), (3, 7), (11, 10)):  # three slips of the first typist
        first[sheet - 1] = slipped(first[sheet - 1], place)
    typed(panel, first)
    second(panel)
    for number, sheet in enumerate(PAPER, start=1):
        assert panel.number.text() == f"{number:03}"
        press(panel.form, f"{slipped(sheet, 5) if number == 15 else sheet}\r")  # one of the second's own
        if number in {3, 11, 15}:
            assert "不显示对方答案" in panel.told.text()
            places = {3: [2, 7], 11: [10], 15: [5]}[number]
            assert panel.form.marked == tuple(f"q{place}" for place in places)
            for place in places:  # the paper is read again
                assert panel.typing is not None
                assert panel.typing.place == place - 1
                press(panel.form, sheet[place - 1])
                if place != places[-1]:
                    press(panel.form, "\r")
            press(panel.form, "\r")
    surveying = panel._surveying
    assert {s.number for s in surveying.statuses("s1") if s.stage is Stage.DIFFERENT} == {"003", "011"}
    panel.double.refresh()
    assert "不一致 2" in panel.double.figures.text()
    # The first typist looks at the paper again and sees which questions, not what the other typed.
    panel.double.passes.button(1).click()
    for number, places in (("003", (2, 7)), ("011", (10,))):
        panel.open_number(number)
        assert panel.form.marked == tuple(f"q{place}" for place in places)
        for place in places:
            press(panel.form, PAPER[int(number) - 1][place - 1])
            press(panel.form, "\r")
    assert all(s.stage is Stage.DEFINITIVE for s in surveying.statuses("s1"))
    rates = surveying.error_rates("s1")
    assert [(rate.wrong, rate.answers, rate.rate) for rate in rates] == [
        (3, 200, Fraction(3, 200)),
        (1, 200, Fraction(1, 200)),
    ]
    panel.double.refresh()
    assert panel.double.rates.text() == "首录差错率 1.50%（3/200）　　复录差错率 0.50%（1/200）"


def test_the_same_person_types_again_only_with_a_reason(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    choose_rule(panel, EVERY_SECOND)
    typed(panel, PAPER[:2])
    second(panel, "甲")
    assert panel.number.text() == ""
    assert "没有等待您复录的答卷" in panel.told.text()
    panel.number.setText("001")
    press_into(panel, "\r")
    press(panel.form, "1")
    assert "应由另一人完成" in panel.told.text()
    commit(panel.reason, "现场只有一人")
    press(panel.form, PAPER[0] + "\r")
    (again,) = [s for s in opened.evaluation.table(Sheet).values() if s.entry_pass == 2]
    assert (again.number, again.same_person_reason) == ("001", "现场只有一人")


def press_into(panel: SheetEntryPanel, keys: str) -> None:
    panel.number.setFocus()
    press(panel.number, keys)


def test_the_first_answers_are_not_shown_to_the_second_person(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    choose_rule(panel, EVERY_SECOND)
    typed(panel, PAPER[:1])
    second(panel)
    assert panel.typing is not None
    assert panel.typing.answers == {}
    press(panel.form, "+")
    assert "上一份没有" in panel.told.text()


def test_a_coordinator_sees_both_and_decides(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    choose_rule(panel, EVERY_SECOND)
    typed(panel, [slipped(PAPER[0], 4)])
    second(panel)
    press(panel.form, PAPER[0] + "\r\r")  # differs, and the second person stays with the paper
    panel.double.refresh()
    assert "首录：" not in shown(panel)
    panel.double.decide.click()
    told = shown(panel)
    assert "第 4 题" in told
    assert "首录：" in told
    assert "复录：" in told
    status = panel._surveying.status("s1", "001")
    assert status.first is not None
    assert status.second is not None
    panel.double._decided(
        lambda: panel._surveying.save(status.first, panel._surveying.answers(status.second))  # type: ignore[arg-type]
    )
    assert panel._surveying.status("s1", "001").stage is Stage.DEFINITIVE
    assert [rate.wrong for rate in panel._surveying.error_rates("s1")] == [1, 0]


def test_the_report_of_both_passes_is_printed_from_the_card(
    qtbot: QtBot, opened: Session, tmp_path: Path
) -> None:
    window = window_on(qtbot, opened, services=services_on(opened, tmp_path))
    panel = begun(window)
    choose_rule(panel, EVERY_SECOND)
    typed(panel, PAPER[:1])
    alerts = panel._context.alerts
    assert isinstance(alerts, QuietAlerts)
    alerts.target = tmp_path / "报告.pdf"
    panel.double.report.click()
    qtbot.waitUntil(lambda: "已生成 报告.pdf" in panel.double.rates.text(), timeout=20_000)
    assert "两遍录入的差错率" in "".join(page_texts((tmp_path / "报告.pdf").read_bytes())).replace(" ", "")
    panel.list.refresh()
    states = [panel.list.sheets.data(panel.list.sheets.index(n, 1)) for n in range(1)]
    assert states == ["首录完成"]


def test_a_random_share_is_drawn_with_a_seed_that_is_kept(window: MainWindow, opened: Session) -> None:
    panel = begun(window)
    typed(panel, PAPER)
    choose_rule(panel, RANDOM_SECOND)
    asked = opened.evaluation.get(Questionnaire, "s1")
    assert asked is not None
    assert (str(asked.double_share), bool(asked.double_seed)) == ("0.50", True)
    assert asked.double_seed in panel.double.right.text()
    assert "待录 10" in panel.double.figures.text()
    panel.double.amount.setText("20")
    panel.double.amount.returnPressed.emit()
    assert "待录 4" in panel.double.figures.text()


def test_a_required_answer_that_is_missing_is_asked_for_at_once(qtbot: QtBot) -> None:
    opened = opened_with(*scale(1, required=True), *scale(2))
    window = window_on(qtbot, opened)
    panel = begun(window)
    press(panel.form, "02\r")
    assert "第 1 题必答题未作答" in panel.told.text()
    assert panel.number.text() == "001"
    press(panel.form, "4\r")  # corrected
    assert panel.number.text() == "002"
    assert answers(opened, "001")["q1"].options == ("q1o4",)
    press(panel.form, "02\r=")  # the paper reads so
    assert panel.number.text() == "003"
    noted = next(s for s in opened.evaluation.table(Sheet).values() if s.number == "002")
    assert noted.note == "原件如此"
    assert page_of(window).entry is panel
