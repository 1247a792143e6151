"""报告与导出: ticked files are written in the background; a failure is told and costs no file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.ui.helpers import QuietAlerts, services_on, window_on
from workbench.domain.evaluation import Overview
from workbench.services.session import Session
from workbench.ui.export_page import ExportPage
from workbench.ui.main_window import MainWindow


@pytest.fixture
def opened() -> Session:
    return session(Overview(project="热线购买服务", year="2022"))


@pytest.fixture
def window(qtbot: QtBot, opened: Session, tmp_path: Path) -> MainWindow:
    return window_on(qtbot, opened, services=services_on(opened, tmp_path))


@pytest.fixture
def page(window: MainWindow) -> ExportPage:
    assert window.workplace is not None
    window.workplace.show_page("export")
    shown = window.workplace.page("export")
    assert isinstance(shown, ExportPage)
    return shown


def finished(page: ExportPage, qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: page.files.task is None and page.context.tasks.running == 0, timeout=20_000)
    return "\n".join(found.text() for found in page.findChildren(QLabel))


def test_ctrl_e_writes_every_ticked_file(
    page: ExportPage, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    for box in page.files.boxes.values():
        box.setChecked(False)
    page.files.boxes["score-sheet"].setChecked(True)
    page.files.boxes["report"].setChecked(True)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    said = finished(page, qtbot)
    written = sorted(path.name for path in (tmp_path / "导出").iterdir())
    assert written == ["热线购买服务2022_评价报告.pdf", "热线购买服务2022_评分表.xlsx"]
    assert "已导出 2 个文件。" in said
    assert "还有 2 项指标没有评分，现在导出的是草稿。" in said


def test_a_file_that_can_not_be_written_is_told_and_the_others_are_written(
    page: ExportPage, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "导出" / "热线购买服务2022_评分表.xlsx").mkdir(parents=True)
    page.export()
    said = finished(page, qtbot)
    assert "请换一个文件名。" in said
    assert (tmp_path / "导出" / "热线购买服务2022_评价报告.pdf").is_file()


def test_the_top_button_leads_here(window: MainWindow) -> None:
    assert window.workplace is not None
    window.workplace.show_page("overview")
    window.actions_book.run("export")
    assert window.workplace.current == "export"


def test_another_folder(page: ExportPage, qtbot: QtBot, tmp_path: Path) -> None:
    alerts = page.context.alerts
    assert isinstance(alerts, QuietAlerts)
    alerts.target = tmp_path / "U 盘"
    page.files.choose_folder()
    page.files.boxes["report"].setChecked(False)
    page.export()
    finished(page, qtbot)
    assert (tmp_path / "U 盘" / "热线购买服务2022_评分表.xlsx").is_file()


def test_nothing_ticked_nothing_to_do(page: ExportPage, tmp_path: Path) -> None:
    for box in page.files.boxes.values():
        box.setChecked(False)
    assert not page.files.go.isEnabled()
    page.export()
    assert list(tmp_path.iterdir()) == []
