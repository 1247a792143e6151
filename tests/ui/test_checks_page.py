"""核验: findings follow every edit, lead to their place, are adopted or let stand with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.ui.helpers import QuietAlerts, commit, window_on
from workbench.domain.entities_review import Opinion
from workbench.domain.evaluation import Deduction, Entry, FundLine, Overview, Problem, Waiver
from workbench.services.session import Session
from workbench.ui.checks_page import ChecksPage
from workbench.ui.counts import findings
from workbench.ui.finding_card import FindingCard
from workbench.ui.main_window import MainWindow


@pytest.fixture
def opened() -> Session:
    return session(
        Overview(
            project="热线购买服务",
            lead="评价员甲",
            project_start=date(2022, 1, 1),
            project_end=date(2022, 12, 31),
            base_date=date(2021, 11, 14),
            evaluation_start=date(2022, 11, 14),
            evaluation_end=date(2022, 11, 30),
        ),
        Deduction(id="d1", position=1, indicator="A12", points=Decimal(1)),
    )


@pytest.fixture
def window(qtbot: QtBot, opened: Session) -> MainWindow:
    return window_on(qtbot, opened)


@pytest.fixture
def page(window: MainWindow) -> ChecksPage:
    assert window.workplace is not None
    window.workplace.show_page("checks")
    shown = window.workplace.page("checks")
    assert isinstance(shown, ChecksPage)
    return shown


def card(page: ChecksPage, code: str) -> FindingCard:
    return next(found for found in page.cards if found.finding.code == code)


def codes(page: ChecksPage) -> set[str]:
    return {found.finding.code for found in page.cards}


def test_a_deduction_without_reason_is_listed_and_goes_away_when_mended(
    page: ChecksPage, opened: Session
) -> None:
    assert "K03" in codes(page)
    opened.put(Deduction(id="d1", position=1, indicator="A12", points=Decimal(1), reason="凭证未装订"))
    assert "K03" not in codes(page)


def test_enter_leads_to_the_field(page: ChecksPage, window: MainWindow, qtbot: QtBot) -> None:
    card(page, "K16").setFocus()
    qtbot.keyClick(card(page, "K16"), Qt.Key.Key_Return)
    assert window.workplace is not None
    assert window.workplace.current == "overview"


def test_a_finding_is_let_stand_only_with_a_reason(page: ChecksPage, opened: Session, qtbot: QtBot) -> None:
    shown = card(page, "K16")
    shown.setFocus()
    qtbot.keyClick(shown, Qt.Key.Key_Space)
    assert shown.opened
    shown.reason.setFocus()
    qtbot.keyClick(shown.reason, Qt.Key.Key_Return)
    alerts = page.context.alerts
    assert isinstance(alerts, QuietAlerts)
    assert alerts.said == [("error", "放行要写明理由。理由会保存并随核验意见打印。")]
    commit(shown.reason, "沿用原稿日期，委托方已确认")
    qtbot.keyClick(shown.reason, Qt.Key.Key_Return)
    key = shown.finding.key
    assert key not in {found.finding.key for found in page.cards}
    assert [w.reason for w in opened.evaluation.table(Waiver).values()] == ["沿用原稿日期，委托方已确认"]
    page._with_waived.setChecked(True)
    assert next(found for found in page.cards if found.finding.key == key).finding.waived
    opened.undo()
    assert not next(found for found in page.cards if found.finding.key == key).finding.waived


def test_counts_stand_in_the_navigation(page: ChecksPage) -> None:
    counts = page._checking.counts
    shown = findings(page.context)
    assert counts.errors > 0
    assert (shown.text, shown.tone) == (counts.short, "lost")


def test_opened_cards_stay_open_while_findings_follow(page: ChecksPage, opened: Session) -> None:
    card(page, "K16").open()
    opened.put(Problem(id="p1", position=1, title="管理待加强"))
    assert card(page, "K16").opened


def test_what_is_left_leads_to_the_first_place(page: ChecksPage, window: MainWindow) -> None:
    line = next(left for left in page._checking.left if left.label == "未评指标")
    assert line.count > 0
    button = page._left.itemAt(0).widget()
    button.click()  # type: ignore[attr-defined]
    QApplication.processEvents()
    assert window.workplace is not None
    assert window.workplace.current == "scoring"


def test_grouping_by_place_names_each_group_once(page: ChecksPage, opened: Session) -> None:
    opened.put(FundLine(id="f", position=1, item="外包", budget=Decimal(1), spent=Decimal(2)))
    page._group_by("按位置")
    texts = [
        item.widget().text()  # type: ignore[union-attr]
        for n in range(page._list.count())
        if isinstance((item := page._list.itemAt(n)).widget(), QLabel)  # type: ignore[union-attr]
    ]
    assert len(texts) == len(set(texts)) > 1


def test_all_that_is_left_is_one_screen_filtered_by_person(qtbot: QtBot) -> None:
    opened = session(
        Entry(id="A12", owner="乙"),
        Opinion(id="o1", text="应得满分", indicator="A12"),
        Opinion(id="o2", text="偏少"),
    )
    window = window_on(qtbot, opened)
    assert window.workplace is not None
    window.workplace.show_page("checks")
    page = window.workplace.page("checks")
    assert isinstance(page, ChecksPage)
    page.everything.setChecked(True)
    assert page.remaining.isVisible()
    page.remaining.person.setCurrentText("乙")
    words = [
        page.remaining.tree.topLevelItem(n).child(c).text(1)
        for n in range(page.remaining.tree.topLevelItemCount())
        for c in range(page.remaining.tree.topLevelItem(n).childCount())
    ]
    assert "被评价单位：应得满分" in words
    assert "被评价单位：偏少" not in words
    group = next(
        item
        for n in range(page.remaining.tree.topLevelItemCount())
        if (item := page.remaining.tree.topLevelItem(n)).text(0).startswith("意见未答复")
    )
    page.remaining.tree.setCurrentItem(group.child(0))
    qtbot.keyClick(page.remaining.tree, Qt.Key.Key_Return)
    assert window.workplace.page("review").isVisible()


def test_the_keyboard_begins_at_the_worst_finding(page: ChecksPage, window: MainWindow) -> None:
    assert QApplication.focusWidget() is page.cards[0]
    assert window.workplace is not None
    window.workplace.show_page("overview")
    window.workplace.show_page("checks")
    page.focus_first()
    assert QApplication.focusWidget() is page.cards[0]
