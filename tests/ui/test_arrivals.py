"""Files that the system hands over lead to the right page, one after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QMainWindow
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from tests.ui.helpers import QuietAlerts
from workbench.services.handover import Call
from workbench.ui.arrivals import Arrivals


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    qtbot.addWidget(made)
    made.show()
    return made


def files_in(folder: Path) -> tuple[Path, Path]:
    sealed, evaluation = folder / "甲.wbx", folder / "评价"
    sealed.write_bytes(b"WBXSEAL1")
    evaluation.mkdir()
    (evaluation / "evaluation.db").write_bytes(b"")
    return sealed, evaluation


def test_each_goes_to_its_page_and_what_is_none_is_told(
    window: QMainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    alerts, opened = QuietAlerts(), []
    arrivals = Arrivals(
        window,
        alerts,
        {kind: (lambda path, kind=kind: opened.append((kind, path))) for kind in ("archive", "evaluation")},  # type: ignore[misc]
    )
    sealed, evaluation = files_in(tmp_path)
    arrivals.open([sealed, tmp_path / "没有", evaluation])
    qtbot.waitUntil(lambda: len(opened) == 2)
    assert opened == [("archive", sealed), ("evaluation", evaluation)]
    assert alerts.said == [("error", "找不到“没有”。请检查路径，或重新插好 U 盘。")]


def test_a_file_waits_while_a_dialog_is_open(window: QMainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    opened: list[Path] = []
    arrivals = Arrivals(window, QuietAlerts(), {"archive": opened.append})
    sealed, _ = files_in(tmp_path)
    dialog = QDialog(window)
    dialog.open()
    window.showMinimized()
    arrivals.called.emit(Call((sealed,), {}))
    assert not window.isMinimized()
    assert opened == []
    dialog.reject()
    qtbot.waitUntil(lambda: opened == [sealed])


WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from workbench import app as door
from workbench.ui.alerts import Alerts
Alerts.error = lambda self, error: print("told", error, flush=True)
def look():
    dialog = QApplication.activeModalWidget()
    if dialog is not None:
        print("dialog", type(dialog).__name__, dialog.windowTitle(), flush=True)
        app = QApplication.instance()
        dialog.reject()
        seen.append(dialog)
        if len(seen) == 2:
            app.closeAllWindows()
seen = []
timer = QTimer()
QTimer.singleShot(0, lambda: print("open", flush=True))
timer.timeout.connect(look)
make = door.Front
def made(*words):
    front = make(*words)
    timer.start(20)
    return front
door.Front = made
sys.exit(door.main(sys.argv[1:]))
"""


def test_a_second_start_opens_its_file_in_the_first_window(tmp_path: Path) -> None:
    """Three processes: a window with a file, a start that is refused nothing, and its end when all was seen."""
    sealed, _ = files_in(tmp_path)
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "QT_QPA_PLATFORM": "offscreen",
        "WORKBENCH_DATA": str(tmp_path / "数 据"),
        "XDG_RUNTIME_DIR": str(runtime),
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
    }
    first = subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(sealed)],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert first.stdout is not None
    try:
        said = first.stdout.readline()
        while "dialog" not in said:
            said = first.stdout.readline()
            assert said, "the window ended before its time"
        assert said == "dialog ReopenDialog 由归档包打开\n"
        second = subprocess.run(
            [sys.executable, "-m", "workbench", "甲.wbx"],
            env=environment,
            cwd=tmp_path,
            check=False,
            timeout=60,
            capture_output=True,
            text=True,
        )
        assert (second.returncode, second.stderr) == (0, "")
        assert first.stdout.readline() == "dialog ReopenDialog 由归档包打开\n"
        assert first.wait(30) == 0
    finally:
        first.kill()
        first.wait()
        first.stdout.close()
    assert list(runtime.iterdir()) == []
