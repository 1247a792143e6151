"""In the window: set a password, be asked for it, give a wrong one, change it, take it away, restore with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.helpers import QuietAlerts
from workbench import app as door
from workbench.paths import find_paths
from workbench.services import firm_keys
from workbench.store import sealed
from workbench.ui.password_dialog import PasswordDialog
from workbench.ui.password_line import PasswordLine
from workbench.ui.restore_dialog import RestoreDialog

PHRASE = "正确的 Horse 密码"
LONG = 30_000


@pytest.fixture
def front(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[door.Front]:
    monkeypatch.setattr(door, "Alerts", lambda _parent: QuietAlerts())
    monkeypatch.setattr(sealed, "SCRYPT_N", 1 << 14)
    hook = sys.excepthook
    made = door.Front(qapp, find_paths({"WORKBENCH_DATA": str(tmp_path / "数据")}))
    qtbot.addWidget(made.window)
    made.window.show()
    yield made
    made.tasks.stop_all()
    made.window.close()
    sys.excepthook = hook


def folder_of(front: door.Front) -> Path:
    place = front.window.workplace
    assert place is not None
    return Path(place.context.session.memory.folder)  # type: ignore[attr-defined]


def dialog(front: door.Front) -> PasswordDialog:
    front.window.actions_book.run("password")
    (found,) = [one for one in front.window.findChildren(PasswordDialog) if one.isVisible()]
    return found


def line(front: door.Front) -> PasswordLine:
    assert front.start.password_line is not None
    return front.start.password_line


def locked(front: door.Front, qtbot: QtBot) -> Path:
    """The sample with a password, open."""
    front.start.open_sample("changde")
    folder = folder_of(front)
    asked = dialog(front)
    asked.password.setText(PHRASE)
    asked.again.setText(PHRASE)
    with qtbot.waitSignal(asked.finished, timeout=LONG):
        asked.run()
    assert front.catalog.is_locked(folder)
    assert front.window.workplace is not None, "it is open again"
    return folder


def test_a_password_is_set_asked_for_and_refused_when_wrong(front: door.Front, qtbot: QtBot) -> None:
    front.start.open_sample("changde")
    folder = folder_of(front)
    asked = dialog(front)
    asked.password.setText("1234567")
    asked.run()
    assert "至少 8 个字符" in asked.state.text()
    asked.password.setText(PHRASE)
    asked.again.setText("别的")
    asked.run()
    assert "不一致" in asked.state.text()
    assert not front.catalog.is_locked(folder)
    asked.reject()

    locked(front, qtbot)
    front.window.leave_session()
    row = front.start._rows.itemAt(0).widget()
    assert isinstance(row, QPushButton)
    assert row.accessibleName() == folder.name
    row.click()
    assert line(front).isVisible()
    line(front).password.setText("不对的密码不对的")
    line(front).unlock()
    qtbot.waitUntil(lambda: "密码不对" in line(front).state.text(), timeout=LONG)
    assert front.window.workplace is None
    line(front).password.setText(PHRASE)
    qtbot.keyClick(line(front).password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: front.window.workplace is not None, timeout=LONG)
    assert not line(front).isVisible()
    assert line(front).password.text() == ""
    place = front.window.workplace
    assert place is not None
    assert str(place.context.session.scores.total) == "89.00"


def test_a_password_is_changed_and_taken_away(front: door.Front, qtbot: QtBot) -> None:
    folder = locked(front, qtbot)
    asked = dialog(front)
    asked.password.setText("另一句密码另一句")
    asked.again.setText("另一句密码另一句")
    with qtbot.waitSignal(asked.finished, timeout=LONG):
        asked.run()
    with pytest.raises(Exception, match="密码不对"):
        front.catalog.unlock(folder, sealed.Opener(PHRASE))
    assert front.catalog.unlock(folder, sealed.Opener("另一句密码另一句")) == front.catalog.key_of(folder)
    asked = dialog(front)
    with qtbot.waitSignal(asked.finished, timeout=LONG):
        asked.unlock()
    assert not front.catalog.is_locked(folder)
    assert folder_of(front) == folder
    front.window.leave_session()
    front.open_folder(folder)
    assert front.window.workplace is not None


def test_a_stopped_conversion_changes_nothing_and_opens_again(front: door.Front, qtbot: QtBot) -> None:
    front.start.open_sample("changde")
    folder = folder_of(front)
    asked = dialog(front)
    asked.password.setText(PHRASE)
    asked.again.setText(PHRASE)
    asked.run()
    asked.reject()
    qtbot.waitUntil(lambda: asked._task is None, timeout=LONG)
    if not front.catalog.is_locked(folder):  # it may have been quicker
        assert "没有改动" in asked.state.text()
        asked.reject()
    assert folder_of(front) == folder


def test_restoring_a_locked_evaluation_asks_first(front: door.Front, qtbot: QtBot) -> None:
    folder = locked(front, qtbot)
    front.window.leave_session()
    front.restore(folder, "")
    assert line(front).isVisible()
    line(front).password.setText(PHRASE)
    line(front).unlock()
    qtbot.waitUntil(
        lambda: any(one.isVisible() and one.buttons for one in front.window.findChildren(RestoreDialog)),
        timeout=LONG,
    )
    (shown,) = [one for one in front.window.findChildren(RestoreDialog) if one.isVisible()]
    with qtbot.waitSignal(shown.finished, timeout=LONG):
        shown.restore(front.catalog.backups(folder)[0])
    assert folder_of(front) == folder
    front.window.leave_session()
    front.restore(folder, "")
    assert line(front).isVisible(), "closing it locks it again"
    line(front).close_line()


def test_a_forgotten_password_is_replaced_by_the_firms_key(
    front: door.Front, qtbot: QtBot, tmp_path: Path
) -> None:
    made = firm_keys.make(tmp_path / "密钥", "私钥自己的密码八字")
    front.settings.put("firm_key", made.line)
    folder = locked(front, qtbot)
    front.window.leave_session()
    front.open_folder(folder)
    alerts = front.alerts
    assert isinstance(alerts, QuietAlerts)
    alerts.files = [made.private]
    line(front).choose_key()
    line(front).password.setText("私钥自己的密码八字")
    line(front).unlock()
    qtbot.waitUntil(lambda: front.window.workplace is not None, timeout=LONG)


def test_caps_lock_is_noticed(front: door.Front, qtbot: QtBot) -> None:
    front.start.ask_password(Path("/没有"), lambda: None)
    qtbot.keyClick(line(front).password, "a")
    assert "大写" not in line(front).state.text()
    qtbot.keyClick(line(front).password, "A")
    assert "大写" in line(front).state.text()
    qtbot.keyClick(line(front).password, Qt.Key.Key_Escape)
    assert not line(front).isVisible()
