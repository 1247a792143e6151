"""The safety net itself: each kind of fault, planted in an inner run, must fail there."""

import re
import subprocess
import sys
from pathlib import Path

from tests.helpers import ROOT

PLANTED = """
import logging


def test_a_dialog_left_open(qapp):
    from PySide6.QtWidgets import QMessageBox

    QMessageBox(QMessageBox.Icon.NoIcon, "", "谁来关我").exec()


def test_a_menu_left_open(qapp):
    from PySide6.QtWidgets import QMenu

    menu = QMenu()
    menu.addAction("谁来选我")
    menu.exec()


def test_an_unexpected_log_line():
    logging.getLogger("workbench.store").warning("没人料到")


def test_an_expected_log_line_that_never_came(log_watch):
    log_watch.expect("磁盘")


def test_an_expected_log_line(log_watch):
    log_watch.expect("磁盘")
    logging.getLogger("workbench.store").error("磁盘已满")


def test_a_warning_of_qt(qapp):
    from PySide6.QtCore import qWarning

    qWarning("planted")


def test_a_warning_of_python():
    import warnings

    warnings.warn("planted", DeprecationWarning, stacklevel=1)


def test_windows_are_shown_without_a_murmur(qtbot):
    from PySide6.QtWidgets import QDialog, QMainWindow

    for window in (QMainWindow(), QDialog()):
        qtbot.addWidget(window)
        window.setMinimumSize(200, 100)
        window.show()
        window.raise_()
        window.activateWindow()
        qtbot.waitExposed(window)


def test_the_bundled_font_is_used(qapp):
    assert qapp.font().family() == "Noto Sans SC"
"""

SOUND = {
    "test_an_expected_log_line",
    "test_windows_are_shown_without_a_murmur",
    "test_the_bundled_font_is_used",
}
FAULTY = {
    "test_a_dialog_left_open",
    "test_a_menu_left_open",
    "test_an_unexpected_log_line",
    "test_an_expected_log_line_that_never_came",
    "test_a_warning_of_qt",
    "test_a_warning_of_python",
}


def test_planted_faults_fail_and_sound_tests_pass(tmp_path: Path) -> None:
    net = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    patient = "STUCK_AFTER_SECONDS = 20.0"
    assert patient in net
    (tmp_path / "conftest.py").write_text(net.replace(patient, "STUCK_AFTER_SECONDS = 0.2"), encoding="utf-8")
    planted = tmp_path / "test_planted.py"
    planted.write_text(PLANTED, encoding="utf-8")
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider"),
            *("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(planted)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    sound = set(re.findall(r"^PASSED \S+::(\w+)", run.stdout, re.MULTILINE))
    faulty = set(re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", run.stdout, re.MULTILINE))
    assert (sound - faulty, faulty) == (SOUND, FAULTY), run.stdout
