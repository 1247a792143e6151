"""The front door backs up by the hour, keeps the second copy, and goes back to where the work was left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.helpers import QuietAlerts
from workbench import app as door
from workbench.paths import Paths, find_paths
from workbench.services.editing import Address
from workbench.ui.workplace import focused_field


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "数据"))
    return find_paths()


@pytest.fixture
def front(qtbot: QtBot, qapp: QApplication, paths: Paths) -> Iterator[door.Front]:
    made = door.Front(qapp, paths)
    made.alerts = QuietAlerts()
    qtbot.addWidget(made.window)
    made.window.show()
    yield made
    made.window.close()


def test_the_second_copy_is_made_on_opening_and_said(front: door.Front, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "U 盘").mkdir()
    front.settings.put("second_copy", str(tmp_path / "U 盘"))
    front.start.open_sample("qixia")
    workplace = front.window.workplace
    assert workplace is not None
    qtbot.waitUntil(lambda: workplace.status.kept.text().startswith("第二份 "))
    assert len(list((tmp_path / "U 盘").glob("*/evaluation.db"))) == 1
    assert front.keeper.timer.interval() == 60 * 60_000
    front.window.leave_session()
    assert not front.keeper.timer.isActive()


def test_a_missing_stick_is_said_quietly(front: door.Front, qtbot: QtBot, tmp_path: Path) -> None:
    front.settings.put("second_copy", str(tmp_path / "不在"))
    front.start.open_sample("qixia")
    workplace = front.window.workplace
    assert workplace is not None
    qtbot.waitUntil(lambda: workplace.status.kept.text() == "第二份没有存上")
    assert "第二份的位置不在" in workplace.status.kept.toolTip()


def test_reopening_goes_to_the_field_that_was_left(front: door.Front, qtbot: QtBot) -> None:
    front.start.open_sample("qixia")
    workplace = front.window.workplace
    assert workplace is not None
    folder = Path(next(iter(json.loads(front.settings.text("last_place") or '{"": 0}'))))
    workplace.navigate(Address("entry", "D11", "basis_source"))
    field = focused_field()
    assert field is not None
    left = field.address
    front.last_place.keep()
    [(kept, place)] = json.loads(front.settings.text("last_place")).items()
    folder = Path(kept)
    assert place["page"] == "scoring"
    front.window.leave_session()
    front.open_folder(folder)
    assert front.window.workplace is not None
    assert front.window.workplace.current == "scoring"
    field = focused_field()
    assert field is not None
    assert field.address == left
