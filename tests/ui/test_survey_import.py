"""导入文件: columns, faults and the whole before anything is written; one step in, one step back."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.services import hostile_readers
from tests.ui.helpers import QuietAlerts, services_on, window_on
from tests.ui.test_sheet_entry import opened_with, page_of, scale
from workbench.domain.entities_survey import FILE, SheetBatch
from workbench.domain.evaluation import Question, Questionnaire
from workbench.domain.survey import tally
from workbench.services import survey_files
from workbench.services.session import Session
from workbench.ui.main_window import MainWindow
from workbench.ui.survey_import_panel import SurveyImportPanel
from workbench.ui.survey_page import IMPORTING

LEVELS = ("非常满意", "比较满意", "一般", "不太满意", "非常不满意")


@pytest.fixture
def opened() -> Session:
    asked = [*scale(1), *scale(2)]
    for place, text in ((0, "您对接听是否满意？"), (6, "您对办理是否满意？")):
        asked[place] = dataclasses.replace(asked[place], text=text)  # type: ignore[type-var]
    return opened_with(*asked, way=FILE)


@pytest.fixture
def window(qtbot: QtBot, opened: Session, tmp_path: Path) -> MainWindow:
    return window_on(qtbot, opened, services=services_on(opened, tmp_path))


@pytest.fixture
def panel(window: MainWindow) -> SurveyImportPanel:
    page = page_of(window)
    page.show_tab(IMPORTING)
    assert page.stack.currentWidget() is page._panels[IMPORTING]
    return page.imports


def table(path: Path, *rows: str) -> Path:
    head = "序号,提交时间,1、您对接听是否满意？,2、您对办理是否满意？"
    path.write_text("\n".join([head, *rows]), encoding="utf-8-sig")
    return path


def looked_through(panel: SurveyImportPanel, qtbot: QtBot, path: Path) -> None:
    alerts = panel._context.alerts
    assert isinstance(alerts, QuietAlerts)
    alerts.files = [path]
    panel.choose()
    qtbot.waitUntil(lambda: panel.preview is not None and panel._task is None, timeout=10_000)


def test_a_file_is_previewed_and_taken_in_as_one_step(
    panel: SurveyImportPanel, opened: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    rows = [f"{n},2022-11-24 10:00,1.非常满意,{LEVELS[n % 5]}" for n in range(1, 21)]
    looked_through(panel, qtbot, table(tmp_path / "a.csv", *rows))
    assert "有 20 份答卷，将导入 20 份（有效 20 份）。" in panel.sentence.text()
    uses = [row[3] for row in panel.columns.rows]
    assert uses == ["答卷编号", "不导入", "第 1 题 您对接听是否满意？", "第 2 题 您对办理是否满意？"]
    assert not opened.evaluation.table(SheetBatch)
    panel.go.click()
    question = opened.evaluation.get(Question, "q1")
    assert question is not None
    result = tally(opened.evaluation, question)
    assert [o.count for o in result.options] == [20, 0, 0, 0, 0]
    assert "已导入 20 份" in panel.said.text()
    opened.undo()
    assert not opened.evaluation.table(SheetBatch)


def test_faults_are_listed_by_row_and_column_and_stand_against_it(
    panel: SurveyImportPanel, opened: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    path = table(tmp_path / "b.csv", "1,,非常满意,一般", "2,,满意极了,一般", "2,,一般,一般")
    looked_through(panel, qtbot, path)
    listed = panel.faults.stringList()
    assert any("第 3 行 C 列" in line and "满意极了" in line for line in listed)
    assert any("第 4 行" in line for line in listed)
    assert not panel.go.isEnabled()
    panel.unclear.setChecked(True)
    assert not panel.go.isEnabled()
    panel.first_only.setChecked(True)
    assert panel.go.isEnabled()
    panel.go.click()
    question = opened.evaluation.get(Question, "q1")
    assert question is not None
    result = tally(opened.evaluation, question)
    assert (result.base, result.unclear) == (1, 1)


def test_a_column_is_used_otherwise_and_the_preview_follows(
    panel: SurveyImportPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    looked_through(panel, qtbot, table(tmp_path / "c.csv", "1,,非常满意,一般", "2,,一般,满意极了"))
    assert not panel.go.isEnabled()
    panel.view.setCurrentIndex(panel.columns.index(3, 0))
    panel.use.setCurrentIndex(panel.use.findText("不导入"))
    assert panel.columns.rows[3][3] == "不导入"
    qtbot.waitUntil(lambda: panel.preview is not None and panel.go.isEnabled(), timeout=10_000)


def test_a_change_elsewhere_makes_the_preview_anew(
    panel: SurveyImportPanel, opened: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    looked_through(panel, qtbot, table(tmp_path / "d.csv", "1,,非常满意,一般"))
    before = panel.preview
    question = opened.evaluation.get(Question, "q1")
    assert question is not None
    opened.remove(question)
    assert panel.preview is None
    qtbot.waitUntil(lambda: panel.preview is not None, timeout=10_000)
    assert panel.preview is not before


def test_what_is_no_table_is_refused_with_a_sentence(
    panel: SurveyImportPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "照片.jpg"
    path.write_bytes(b"x")
    panel.read(path)
    qtbot.waitUntil(lambda: "不是 .xlsx 或 .csv 文件" in panel.said.text(), timeout=10_000)


def test_a_file_that_kills_its_reader_leaves_the_window_standing(
    panel: SurveyImportPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(survey_files, "read_survey_table", hostile_readers.crashes)
    panel.read(table(tmp_path / "问卷.csv"))
    qtbot.waitUntil(lambda: "“问卷.csv”使读取程序意外中止" in panel.said.text(), timeout=20_000)
    assert not panel.go.isEnabled()
    capfd.readouterr()


def test_closing_does_not_wait_for_a_file_that_is_never_read(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey_files, "read_survey_table", hostile_readers.loops_whatever)
    opened = session()
    window = window_on(qtbot, opened, services=services_on(opened, tmp_path))
    page = page_of(window)
    page.show_tab(IMPORTING)
    page.imports.read(table(tmp_path / "问卷.csv"))
    qtbot.waitUntil(lambda: window.tasks.running == 1)
    began = time.monotonic()
    window.close()
    assert time.monotonic() - began < 10
    assert window.tasks.running == 0


def test_a_file_brings_its_own_questionnaire(qtbot: QtBot, tmp_path: Path) -> None:
    opened = session()
    window = window_on(qtbot, opened, services=services_on(opened, tmp_path))
    page = page_of(window)
    page.show_tab(IMPORTING)
    panel = page.imports
    rows = [f"{n},2022-11-24,{LEVELS[n % 5]},{LEVELS[0]}" for n in range(30)]
    looked_through(panel, qtbot, table(tmp_path / "群众问卷.csv", *rows))
    panel.go.click()
    (asked,) = opened.evaluation.table(Questionnaire).values()
    assert (asked.title, asked.way) == ("群众问卷", FILE)
    assert len(opened.evaluation.table(Question)) == 2
    QApplication.processEvents()
    assert page.questionnaire == asked
