"""F1 opens the help of the page that is seen; search, back, forward and leaving by the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextFormat
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT, session
from tests.ui.helpers import commit, window_on
from workbench.domain.evaluation import Overview
from workbench.ui.guide import Guide
from workbench.ui.help_window import HelpWindow
from workbench.ui.main_window import MainWindow
from workbench.ui.pages import PAGES


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    return window_on(qtbot, session(Overview(project="热线购买服务")))


@pytest.fixture
def guide(window: MainWindow) -> Guide:
    return Guide(window, window.theme, ROOT / "resources")


def opened(guide: Guide, qtbot: QtBot, key: str) -> HelpWindow:
    """The help at a page, with the keyboard in it."""
    guide.show_help(key)
    qtbot.waitUntil(guide.help.isActiveWindow)
    return guide.help


def seen(help_: HelpWindow) -> str:
    assert help_.reader.page is not None
    return help_.reader.page.key


def test_f1_opens_the_help_of_each_page(window: MainWindow, guide: Guide, qtbot: QtBot) -> None:
    assert window.workplace is not None
    for page in PAGES:
        window.workplace.show_page(page.key)
        qtbot.keyClick(window, Qt.Key.Key_F1)
        assert seen(guide.help) == page.key
        assert guide.help.list.currentItem().text() == page.label
        assert not guide.help.isModal()
    guide.help.close()


def test_back_and_forward_go_where_one_was(window: MainWindow, guide: Guide, qtbot: QtBot) -> None:
    help_ = opened(guide, qtbot, "scoring")
    help_.reader.anchorClicked.emit(QUrl("rules"))
    help_.reader.anchorClicked.emit(QUrl("form"))
    assert seen(help_) == "form"
    assert not help_.forward.isEnabled()
    qtbot.keyClick(help_, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(help_, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert seen(help_) == "scoring"
    assert not help_.back.isEnabled()
    qtbot.keyClick(help_, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert seen(help_) == "rules"
    help_.show_page("start")
    assert not help_.forward.isEnabled()


def test_search_lists_places_and_enter_goes_there(window: MainWindow, guide: Guide, qtbot: QtBot) -> None:
    help_ = opened(guide, qtbot, "scoring")
    qtbot.keyClick(help_, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert help_.line.hasFocus()
    commit(help_.line, "同步盘")
    assert help_.list.item(0).text().startswith("常见问题 › 能放在同步盘")
    qtbot.keyClick(help_.line, Qt.Key.Key_Return)
    assert seen(help_) == "questions"
    assert help_.reader.verticalScrollBar().value() > 0
    help_.line.selectAll()
    commit(help_.line, "绝无此词")
    assert help_.none.isVisible()
    qtbot.keyClick(help_, Qt.Key.Key_Escape)
    assert help_.line.text() == ""
    assert help_.isVisible()
    qtbot.keyClick(help_, Qt.Key.Key_Escape)
    assert not help_.isVisible()


def test_larger_text_and_the_dark_look_reach_the_page(window: MainWindow, guide: Guide) -> None:
    guide.show_help("scoring")
    reader = guide.help.reader
    before = reader.document().size().height()
    window.set_look(dark=True, percent=200)
    try:
        assert reader.document().size().height() > before
        assert reader.document().idealWidth() <= reader.viewport().width()
    finally:
        window.set_look(dark=False, percent=100)


def test_pictures_come_only_from_the_help(guide: Guide) -> None:
    guide.show_help("scoring")
    reader = guide.help.reader
    for wanted in ("../icons/workbench.png", "https://example.org/a.png", "pictures/start.png"):
        assert reader.loadResource(2, QUrl(wanted)) is None
    shown = reader.document().resource(2, QUrl("pictures/scoring.png"))
    assert 0 < shown.width() <= reader.viewport().width() * reader.devicePixelRatioF()


def test_only_headings_look_like_headings(guide: Guide) -> None:
    for key in ("scoring", "rules", "start"):  # one after the other: nothing is handed on
        guide.show_help(key)
        block = guide.help.reader.document().begin()
        while block.isValid():
            piece = block.begin()
            if not piece.atEnd() and not block.blockFormat().headingLevel():
                size = piece.fragment().charFormat().intProperty(QTextFormat.Property.FontSizeAdjustment)
                assert size == 0, block.text()
            block = block.next()


def test_nothing_on_the_start_page_needs_an_evaluation(window: MainWindow, guide: Guide) -> None:
    window.leave_session()
    guide.show_help()
    assert seen(guide.help) == "start"
    guide.show_help("no such page")
    assert seen(guide.help) == "start"
