"""The window that reviews an outside score sheet: findings beside the table, filters, places, paper, hostile files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from tests.services.outside_sheets import TEXT_004, qixia, report_docx, reviewing
from tests.ui.helpers import QuietAlerts
from workbench.domain.compiler import compile_form
from workbench.services.catalog import Catalog
from workbench.services.parts import local_now
from workbench.services.samples import Samples
from workbench.ui.outside_tables import GridModel
from workbench.ui.outside_window import OutsideWindow
from workbench.ui.start_page import StartPage
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(ROOT / "resources" / "fonts")
    made.apply()
    return made


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> OutsideWindow:
    def failed(error: Exception) -> None:
        raise error

    made = OutsideWindow(theme, QuietAlerts(), Tasks(failed), reviewing())
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.show()
    return made


def settle(qtbot: QtBot, window: OutsideWindow) -> None:
    qtbot.waitUntil(lambda: window._task is None, timeout=20_000)


@pytest.fixture
def reviewed(qtbot: QtBot, window: OutsideWindow, tmp_path: Path) -> OutsideWindow:
    window.set_files(qixia(tmp_path / "得分表.xlsx"), report_docx(tmp_path / "报告.docx", TEXT_004))
    window.run()
    settle(qtbot, window)
    return window


def test_findings_stand_beside_the_table_with_marked_cells(reviewed: OutsideWindow) -> None:
    assert reviewed.reviewed is not None
    assert len(reviewed.cards) == len(reviewed.reviewed.review.remarks)
    card = next(one for one in reviewed.cards if one.remark.finding.code == "K10")
    reviewed.show_place(card.remark)
    model = reviewed.grid.model()
    assert isinstance(model, GridModel)
    assert model.grid.name == "问卷统计"
    index = reviewed.grid.currentIndex()
    assert model.place(index) == (3, 8)
    assert model.data(index, Qt.ItemDataRole.BackgroundRole).name() == reviewed._theme.colors.lost_soft
    assert "86.50%" in model.data(index, Qt.ItemDataRole.ToolTipRole)


def test_a_finding_about_text_leads_to_its_paragraph(reviewed: OutsideWindow) -> None:
    card = next(one for one in reviewed.cards if "“过程”23 分" in one.remark.finding.message)
    reviewed.show_place(card.remark)
    assert reviewed.text.textCursor().selectedText() == TEXT_004[5]


def test_filters_and_groups(reviewed: OutsideWindow) -> None:
    reviewed._filter_by("错误")
    assert [card.remark.finding.code for card in reviewed.cards] == ["K07", "K08", "K10", "K19"]
    reviewed._group_by("按位置")
    assert [card.remark.at.words for card in reviewed.cards] == [
        "“得分表”表 E14", "“得分表”表 G13", "“问卷统计”表 H3", "报告.docx 第 6 段",
    ]  # fmt: skip
    reviewed._filter_by("没读懂")
    said = [one.text() for one in reviewed._area.findChildren(QLabel)]
    assert "8.8 5" in said


def test_a_marked_cell_leads_to_its_finding(reviewed: OutsideWindow) -> None:
    reviewed.tables.setCurrentIndex(reviewed.tables.findData(0))
    model = reviewed.grid.model()
    assert isinstance(model, GridModel)
    reviewed.grid.setCurrentIndex(model.index(14 - model.first, 4))
    focused = next(card for card in reviewed.cards if card.remark.finding.code == "K07")
    assert reviewed.focusWidget() is focused


def test_the_paper_is_written_in_the_background(
    qtbot: QtBot, reviewed: OutsideWindow, tmp_path: Path
) -> None:
    alerts = reviewed._alerts
    assert isinstance(alerts, QuietAlerts)
    alerts.target = tmp_path / "意见.pdf"
    reviewed.export()
    settle(qtbot, reviewed)
    assert (tmp_path / "意见.pdf").read_bytes().startswith(b"%PDF")
    assert "已导出" in reviewed.said.text()


def test_a_hostile_file_gets_one_sentence(qtbot: QtBot, window: OutsideWindow, tmp_path: Path) -> None:
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"PK\x03\x04 no zip")
    window.set_files(bad, None)
    window.run()
    settle(qtbot, window)
    assert window.said.text() == (
        "“坏.xlsx”不是完整的 .xlsx 工作簿。请用表格软件另存为新的 .xlsx 文件后重试。"
    )
    assert window.reviewed is None
    assert not window.export_button.isEnabled()


def test_a_review_can_be_stopped(qtbot: QtBot, window: OutsideWindow, tmp_path: Path) -> None:
    window.set_files(qixia(tmp_path / "得分表.xlsx"), None)
    window.run()
    window._cancel()
    settle(qtbot, window)
    assert (window.said.text() == "已取消。") == (window.reviewed is None)
    assert window.go_button.isEnabled()


def test_the_start_page_leads_here(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    opened: list[bool] = []
    catalog = Catalog(ROOT / "forms", tmp_path, compile_form=compile_form, clock=lambda: 0.0, now=local_now)
    page = StartPage(
        theme,
        QuietAlerts(),
        catalog,
        Samples(ROOT / "resources" / "samples"),
        lambda _: None,
        review_outside=lambda: opened.append(True),
    )
    qtbot.addWidget(page)
    qtbot.mouseClick(page.review_link, Qt.MouseButton.LeftButton)
    assert opened == [True]
