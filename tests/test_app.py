"""The front door: from nothing to a scored evaluation by keys; failures told by whose they are."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT, LogWatch
from tests.ui.helpers import QuietAlerts, commit
from workbench import app as door
from workbench.errors import WorkbenchError
from workbench.paths import Paths, find_paths
from workbench.services.settings import Settings
from workbench.store.evaluations import EvaluationStore
from workbench.ui.overview_page import OverviewPage
from workbench.ui.settings_dialog import SettingsDialog


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths({"WORKBENCH_DATA": str(tmp_path / "评价 数据")})


@pytest.fixture
def front(
    qtbot: QtBot, qapp: QApplication, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> Iterator[door.Front]:
    monkeypatch.setattr(door, "Alerts", lambda _parent: QuietAlerts())
    hook = sys.excepthook
    made = door.Front(qapp, paths)
    qtbot.addWidget(made.window)
    made.window.show()
    yield made
    made.window.close()
    sys.excepthook = hook


def said(front: door.Front) -> list[tuple[str, str]]:
    assert isinstance(front.alerts, QuietAlerts)
    return front.alerts.said


def test_a_new_evaluation_by_keyboard(front: door.Front, qtbot: QtBot, paths: Paths) -> None:
    qtbot.keyClick(
        front.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    commit(front.start.project, "热线 / 购买服务")
    front.start.form.setCurrentIndex(front.start.form.findText("栖霞", Qt.MatchFlag.MatchContains))
    qtbot.keyClicks(front.start.year, "2022")
    qtbot.keyClick(front.start.project, Qt.Key.Key_Return)
    place = front.window.workplace
    assert place is not None
    assert place.top.title.text() == "热线 / 购买服务 · 2022"
    folders = [folder for folder in paths.data.iterdir() if (folder / "evaluation.db").is_file()]
    assert len(folders) == 1


def test_a_project_without_a_name_is_not_created(front: door.Front, qtbot: QtBot) -> None:
    qtbot.keyClick(front.start.project, Qt.Key.Key_Return)
    assert front.window.workplace is None
    assert front.start._hint.text() == "请填写项目名称。"


def test_the_sample_is_one_click_away_and_made_once(front: door.Front, paths: Paths) -> None:
    for _ in range(2):
        front.start.open_sample("qixia")
        place = front.window.workplace
        assert place is not None
        assert place.top.total.text() == "92.47"
        assert place.top.grade.text() == "优"
        front.window.leave_session()
    assert len(front.catalog.list_evaluations()) == 1
    assert not any(one.is_open for one in front.catalog.list_evaluations())


def test_what_was_typed_is_there_after_a_restart(front: door.Front, qtbot: QtBot) -> None:
    front.start.open_sample("qixia")
    place = front.window.workplace
    assert place is not None
    overview = place.page("overview")
    field = overview.forms[0].editors["lead"]  # type: ignore[attr-defined]
    field.input.selectAll()
    commit(field.input, "主评人甲")
    front.window.leave_session()
    front.start.open_sample("qixia")
    again = front.window.workplace
    assert again is not None
    assert again.context.session.evaluation.overview.lead == "主评人甲"
    again.undo()
    assert again.context.session.evaluation.overview.lead != "主评人甲", "undo works across restarts"


def test_the_status_line_says_saved_only_of_what_is_on_the_disk(
    front: door.Front, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.start.open_sample("qixia")
    place = front.window.workplace
    assert place is not None
    overview = place.page("overview")
    assert isinstance(overview, OverviewPage)
    field = overview.forms[0].editors["lead"]
    full = WorkbenchError("disk-full", "磁盘已满。", "请清理。")
    with monkeypatch.context() as patched:
        patched.setattr(EvaluationStore, "record", mock.Mock(side_effect=full))
        commit(field.input, "甲")
        with pytest.raises(WorkbenchError):
            field.flush()
        front.tell(full)
    assert place.status.saved.text() == "○ 刚才的修改未保存"
    assert field.pending, "what was typed stays in the field"
    commit(field.input, "乙")
    field.flush()
    assert place.status.saved.text().startswith("● 已保存 ")
    assert place.context.session.evaluation.overview.lead.startswith("甲乙")


def test_a_folder_without_an_evaluation_is_told(front: door.Front, tmp_path: Path) -> None:
    front.open_folder(tmp_path)
    assert front.window.workplace is None
    assert "evaluation.db" in said(front)[0][1]


def test_the_worlds_failures_get_a_sentence_ours_a_report(
    front: door.Front, qtbot: QtBot, log_watch: LogWatch
) -> None:
    log_watch.expect("uncaught")
    sys.excepthook(WorkbenchError, WorkbenchError("disk-full", "磁盘已满。", "请清理。"), None)
    sys.excepthook(ValueError, ValueError("ours"), None)
    qtbot.waitUntil(lambda: len(said(front)) == 2)
    assert said(front)[0] == ("error", "磁盘已满。请清理。")
    assert said(front)[1][0] == "crash"
    assert "ValueError\n" in said(front)[1][1]
    assert "ours" not in said(front)[1][1], "messages may hold contents"


def test_the_look_is_kept(front: door.Front, paths: Paths) -> None:
    front.window.toggle_dark()
    front.window.resize_text(1)
    kept = Settings(paths.settings)
    assert (kept.text("theme"), kept.number("font_scale")) == ("深色", 110)
    front.window.set_look(dark=False, percent=100)


def test_buttons_of_qt_are_chinese(front: door.Front, qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert [button.text() for button in box.buttons()] == ["确定", "取消"]


OPEN = """
import sys
from PySide6.QtWidgets import QApplication
from workbench import app as door
from workbench.paths import find_paths
app = QApplication([])
front = door.Front(app, find_paths())
front.window.resize(683, 384)
front.window.show()
app.processEvents()
heavy = {"openpyxl", "reportlab", "PIL", "pypdfium2", "fontTools"} & set(sys.modules)
assert not heavy, heavy
front.start.open_sample("qixia")
for page in front.window.workplace._specs:
    front.window.workplace.show_page(page)
    app.processEvents()
    least = front.window.minimumSizeHint()
    ratio = front.window.devicePixelRatio()
    print(page, least.width(), least.height(), ratio, front.window.grab().width())
front.window.close()
"""


@pytest.mark.parametrize("scale", ["1", "2"])
def test_start_is_light_and_every_page_fits_at_any_scale(tmp_path: Path, scale: str) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": scale,
        "WORKBENCH_DATA": str(tmp_path / "数据"),
    }
    done = subprocess.run(
        [sys.executable, "-c", OPEN],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        _, width, height, ratio, grabbed = line.split()
        assert float(ratio) == float(scale)
        assert int(grabbed) >= 683 * float(scale)
        assert int(width) <= 1366
        assert int(height) <= 768


def test_settings_are_kept_as_typed_and_show_at_once(front: door.Front, qtbot: QtBot, paths: Paths) -> None:
    front.start.open_sample("qixia")
    place = front.window.workplace
    assert place is not None
    qtbot.keyClick(front.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = next(found for found in QApplication.topLevelWidgets() if isinstance(found, SettingsDialog))
    name = dialog.editors["evaluator"]
    name.input.setFocus()
    commit(name.input, "评价员丙")
    name.flush()
    assert place.status.person.text() == "评价员 评价员丙"
    size = dialog.editors["font_scale"]
    size.rebind("font_scale", "")
    commit(size.input, "900")
    size.flush()
    assert size.fault == "字号（%）应在 80 至 200 之间。"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert Settings(paths.settings).text("evaluator") == "评价员丙"
    assert Settings(paths.settings).text("theme") == "跟随系统"


def test_a_change_is_recorded_under_the_name_of_the_settings(front: door.Front, qtbot: QtBot) -> None:
    front.settings.put("evaluator", "评价员丁")
    front.start.open_sample("qixia")
    place = front.window.workplace
    assert place is not None
    session = place.context.session
    session.put(dataclasses.replace(session.evaluation.overview, year="2023"))
    memory = session.memory
    assert isinstance(memory, EvaluationStore)
    assert memory.history("overview", "overview", "year")[-1].by == "评价员丁"
