"""One click back to a backup, a synchronised folder told once, and a quiet word after a run that was cut off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from tests.ui.helpers import QuietAlerts, commit
from workbench import app as door
from workbench.paths import Paths, find_paths
from workbench.services.run_marks import CRASH_FILE, Ended, RunMark
from workbench.ui.reopen_dialog import ReopenDialog
from workbench.ui.restore_dialog import RestoreDialog


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths({"WORKBENCH_DATA": str(tmp_path / "数据")})


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
    made.tasks.stop_all()
    made.window.close()
    sys.excepthook = hook


def edited(front: door.Front, times: int) -> Path:
    """The sample with so many edits after its backup of the opening; closed again."""
    front.start.open_sample("qixia")
    place = front.window.workplace
    assert place is not None
    session = place.context.session
    for n in range(times):
        session.put(replace(session.evaluation.overview, lead=f"主评人{n}"))
    folder = session.memory.folder  # type: ignore[attr-defined]
    front.window.leave_session()
    return Path(folder)


def dialog(front: door.Front, qtbot: QtBot) -> RestoreDialog:
    found = [one for one in front.window.findChildren(RestoreDialog) if one.isVisible()]
    assert len(found) == 1
    qtbot.waitUntil(lambda: bool(found[0].buttons))
    return found[0]


def row(front: door.Front) -> QPushButton:
    widget = front.start._rows.itemAt(0).widget()
    assert isinstance(widget, QPushButton)
    return widget


def test_a_damaged_evaluation_comes_back_with_one_click(front: door.Front, qtbot: QtBot) -> None:
    folder = edited(front, 3)
    database = folder / "evaluation.db"
    whole = database.read_bytes()
    database.write_bytes(b"\0" * len(whole))
    front.start.reload()
    qtbot.mouseClick(row(front), Qt.MouseButton.LeftButton)
    shown = dialog(front, qtbot)
    assert "读不出来" in shown.state.text()
    assert shown.whole.isVisible()
    shown.whole.click()
    qtbot.waitUntil(lambda: front.window.workplace is not None)
    assert isinstance(front.alerts, QuietAlerts)
    assert "恢复前的文件保留在" in front.alerts.said[-1][1]
    [aside] = (folder / "backups").glob("恢复前 *")
    assert (aside / "evaluation.db").read_bytes() == b"\0" * len(whole)


def test_a_missing_database_is_listed_and_comes_back(front: door.Front, qtbot: QtBot) -> None:
    folder = edited(front, 1)
    for path in folder.glob("evaluation.db*"):
        path.unlink()
    front.start.reload()
    qtbot.mouseClick(row(front), Qt.MouseButton.LeftButton)
    dialog(front, qtbot).whole.click()
    qtbot.waitUntil(lambda: front.window.workplace is not None)
    assert (folder / "evaluation.db").is_file()


def test_a_whole_evaluation_goes_back_by_the_menu(front: door.Front, qtbot: QtBot) -> None:
    folder = edited(front, 3)
    front.open_folder(folder)
    front.window.actions_book.run("restore")
    shown = dialog(front, qtbot)
    assert front.window.workplace is None, "it is closed while it is restored"
    assert not shown.whole.isVisible()
    oldest = front.catalog.backups(folder)[-1]
    lost = front.catalog.outlook(folder).lost(oldest)
    assert lost == 3
    shown.buttons[-1].click()
    qtbot.waitUntil(lambda: front.window.workplace is not None)
    place = front.window.workplace
    assert place is not None
    assert not place.context.session.evaluation.overview.lead.startswith("主评人")


def test_escape_changes_nothing(front: door.Front, qtbot: QtBot) -> None:
    folder = edited(front, 1)
    before = (folder / "evaluation.db").read_bytes()
    front.restore(folder, "")
    shown = dialog(front, qtbot)
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert (folder / "evaluation.db").read_bytes() == before


def test_a_synchronised_folder_is_told_with_what_to_do(front: door.Front, tmp_path: Path) -> None:
    folder = front.parts.samples.create("qixia", front.catalog, parent=tmp_path / "OneDrive")
    front.open_folder(folder)
    place = front.window.workplace
    assert place is not None
    assert place.status.heed.isVisible()
    place.status.heed.click()
    assert isinstance(front.alerts, QuietAlerts)
    assert front.alerts.said[-1][0] == "info"
    assert "移到普通文件夹" in front.alerts.said[-1][1]


def test_a_run_that_was_cut_off_is_told_once(front: door.Front, qtbot: QtBot) -> None:
    front._ended = Ended(unclean=True)
    folder = edited(front, 0)
    front._ended = Ended(unclean=True)
    front.open_folder(folder)
    place = front.window.workplace
    assert place is not None
    assert place.status.said.text() == "上次没有正常退出，数据已核对，完整无缺，已回到“概况”"
    front.open_folder(folder)
    again = front.window.workplace
    assert again is not None
    assert again.status.said.text() == ""


CUT = """
import os, sys
from pathlib import Path
from workbench.services.run_marks import RunMark
mark = RunMark(Path(sys.argv[1]), "版本")
print("up", flush=True)
if sys.argv[2] == "native":
    os.abort()
sys.stdin.read()
"""


def cut(logs: Path, how: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CUT, str(logs), how],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    return child


def test_marks_tell_how_runs_ended(tmp_path: Path) -> None:
    logs = tmp_path / "日志"
    child = cut(logs, "kill")
    live = RunMark(logs, "版本", faults=False)
    assert live.ended == Ended(), "a window that is still open is no crash"
    live.clear()
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    after = RunMark(logs, "版本", faults=False)
    assert after.ended == Ended(unclean=True)
    after.clear()
    assert list(logs.iterdir()) == []
    crashed = cut(logs, "native")
    crashed.communicate()
    last = RunMark(logs, "版本", faults=False)
    assert last.ended == Ended(unclean=True, native=True)
    assert "Fatal Python error: Aborted" in (logs / CRASH_FILE).read_text("utf-8")
    last.clear()
    quiet = RunMark(logs, "版本", faults=False)
    assert quiet.ended == Ended(), "told once"
    quiet.clear()


def test_a_log_folder_that_refuses_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "日志").write_text("a file", "utf-8")
    mark = RunMark(tmp_path / "日志", "版本", faults=False)
    assert mark.ended == Ended()
    mark.clear()


def test_an_archive_from_somebody_else_opens_with_its_password(
    front: door.Front, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = front.parts.samples.create("qixia", front.catalog)
    session = front.catalog.open(folder)
    phrase = "一句记得住的话吧"
    job = front.parts.archiving.job(session, tmp_path / "收到的", kinds=["score-sheet"], password=phrase)
    path = job.run().path
    session.close()
    assert isinstance(front.alerts, QuietAlerts)
    front.alerts.files = [path]
    front.start.reopen_link.click()
    [shown] = [one for one in front.window.findChildren(ReopenDialog) if one.isVisible()]
    shown.go.click()
    assert shown.state.text() == "请填写密码。"
    commit(shown.password, "猜一个密码试试")
    shown.go.click()
    qtbot.waitUntil(lambda: "密码不对" in shown.state.text())
    shown.password.setText(phrase)
    shown.go.click()
    qtbot.waitUntil(lambda: front.window.workplace is not None, timeout=20_000)
    place = front.window.workplace
    assert place is not None
    assert place.top.total.text() == "92.47"
    assert (front.catalog.data / "收到的" / "evaluation.db").is_file()
