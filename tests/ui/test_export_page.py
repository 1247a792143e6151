"""报告与导出: ticked files are written in the background; a failure is told and costs no file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import docx
import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT, session
from tests.ui.helpers import QuietAlerts, services_on, window_on
from workbench.domain.evaluation import Overview
from workbench.services.export_choices import Choosing, ExportChoices
from workbench.services.exporting import Exporting
from workbench.services.session import Session
from workbench.services.settings import Settings
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


# ── how files are written ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "设置.json")


@pytest.fixture
def chosen(qtbot: QtBot, opened: Session, settings: Settings, tmp_path: Path) -> ExportPage:
    """The page with settings that remember what is chosen on it."""
    exporting = Exporting(
        ROOT / "resources",
        lambda: datetime(2022, 12, 15, tzinfo=UTC),
        base_document=lambda: settings.text("base_document"),
        scheme=lambda: settings.text("name_scheme"),
    )
    services = replace(services_on(opened, tmp_path), settings=settings, exporting=exporting)
    window = window_on(qtbot, opened, services=services)
    assert window.workplace is not None
    window.workplace.show_page("export")
    shown = window.workplace.page("export")
    assert isinstance(shown, ExportPage)
    for box in shown.files.boxes.values():
        box.setChecked(False)
    return shown


def test_layout_locks_and_empty_sheets_are_chosen_and_kept(
    chosen: ExportPage, opened: Session, settings: Settings, qtbot: QtBot, tmp_path: Path
) -> None:
    options = chosen.files.options
    chosen.files.how.click()
    assert options.layouts.hasFocus()
    assert "得分表" in options.layouts.itemText(0)
    options.layouts.setCurrentIndex(options.layouts.findData("five_columns"))
    options.locked.click()
    options.without_empty.click()
    assert Choosing(settings, opened).remembered() == ExportChoices("five_columns", True, True, False)
    chosen.files.boxes["score-sheet"].setChecked(True)
    chosen.export()
    said = finished(chosen, qtbot)
    book = openpyxl.load_workbook(tmp_path / "导出" / "热线购买服务2022_评分表.xlsx")
    sheet = book["评分表"]
    assert sheet.protection.sheet
    assert "评价意见" in [cell.value for row in sheet.iter_rows(max_row=4) for cell in row]
    assert "扣分明细" not in book.sheetnames
    assert "没有内容的附表没有印：扣分明细、问题清单、问卷统计。" in said
    options.layouts.setCurrentIndex(0)
    assert not options.locked.isChecked(), "another layout brings its own rule about locks"


def test_the_example_follows_the_scheme_and_a_wrong_one_is_told(
    chosen: ExportPage, settings: Settings, qtbot: QtBot, tmp_path: Path
) -> None:
    options = chosen.files.options
    assert options.scheme is not None
    line = options.scheme.input
    assert options.example.text() == "例：热线购买服务2022_评分表.xlsx"
    line.setText("{日期}_{文件}")  # type: ignore[attr-defined]
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert options.example.text() == "例：20221215_评分表.xlsx"
    assert settings.text("name_scheme") == "{日期}_{文件}"
    for wrong, told in (("{项目}", "{文件}"), ("{文件}{地点}", "{地点}"), ("{文件}:1", "不能有")):
        line.setText(wrong)  # type: ignore[attr-defined]
        qtbot.keyClick(line, Qt.Key.Key_Return)
        assert told in options.scheme.fault
    assert settings.text("name_scheme") == "{日期}_{文件}"
    chosen.files.boxes["score-sheet"].setChecked(True)
    chosen.export()
    finished(chosen, qtbot)
    assert (tmp_path / "导出" / "20221215_评分表.xlsx").is_file()


def test_what_respondents_said_stays_out_of_the_list(chosen: ExportPage) -> None:
    boxes = chosen.files.boxes
    boxes["answers"].setChecked(True)
    chosen.files.options.private.click()
    assert not boxes["answers"].isEnabled()
    assert not boxes["answers"].isChecked()
    assert boxes["report"].isEnabled()
    chosen.files.options.private.click()
    assert boxes["answers"].isEnabled()


def test_the_firms_document_is_looked_at_before_it_is_kept(
    chosen: ExportPage, settings: Settings, qtbot: QtBot, tmp_path: Path
) -> None:
    alerts, options = chosen.context.alerts, chosen.files.options
    assert isinstance(alerts, QuietAlerts)
    bad = tmp_path / "不是底稿.docx"
    bad.write_bytes(b"PK no document")
    alerts.files = [bad]
    options.choose.click()
    said = finished(chosen, qtbot)
    assert "“不是底稿.docx”不是完整的" in said
    assert not settings.text("base_document")
    good = tmp_path / "本所.docx"
    docx.Document().save(str(good))
    alerts.files = [good]
    options.choose.click()
    assert "本所.docx" in finished(chosen, qtbot)
    assert settings.text("base_document") == str(good)
    good.unlink()
    chosen.reload()
    assert "找不到底稿" in finished(chosen, qtbot)
    options.drop.click()
    assert not settings.text("base_document")


def test_every_choice_is_reached_by_keyboard(chosen: ExportPage, qtbot: QtBot) -> None:
    options = chosen.files.options
    assert options.scheme is not None
    options.layouts.setFocus()
    reached = []
    for _ in range(7):
        reached.append(chosen.window().focusWidget())
        qtbot.keyClick(chosen.window().focusWidget(), Qt.Key.Key_Tab)
    wanted = (options.locked, options.without_empty, options.private, options.scheme.input, options.choose)
    assert [one for one in reached if one in wanted] == list(wanted)
