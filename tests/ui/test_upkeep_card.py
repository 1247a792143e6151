"""程序与本单位资料 in the settings: what a file brings is read before it is taken in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from tests.services.test_firm_defaults import an_office, firm_at
from tests.services.test_updating import Machine
from tests.ui.helpers import QuietAlerts
from workbench.paths import find_paths
from workbench.services.moving import Moving
from workbench.services.parts import assemble
from workbench.services.updating import Updating
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme
from workbench.ui.upkeep_card import UpkeepCard


class Answers(QuietAlerts):
    """Says yes, chooses one file, and saves where it is told."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def ask(self, question: str, more: str = "", *, yes: str = "确定", no: str = "取消") -> bool:
        return True

    def choose_files(self, title: str, filters: str = "") -> list[Path]:
        return [self.path]

    def choose_save(self, title: str, suggested: Path, filters: str = "") -> Path | None:
        return self.path


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(ROOT / "resources" / "fonts")
    made.apply()
    return made


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def card_at(qtbot: QtBot, theme: Theme, data: Path, updating: Updating, path: Path) -> UpkeepCard:
    failed: list[Exception] = []
    tasks = Tasks(failed.append)
    card = UpkeepCard(theme, Answers(path), tasks, firm_at(data), updating)
    qtbot.addWidget(card)
    card.show()
    return card


def test_what_a_file_brings_is_shown_before_it_is_taken_in(
    qtbot: QtBot,
    theme: Theme,
    machine: Machine,
    tmp_path: Path,
) -> None:
    laptop, package = tmp_path / "笔记本", tmp_path / "本单位.zip"
    firm_at(an_office(tmp_path)).export(package, "某咨询")
    card = card_at(qtbot, theme, laptop, machine.updating(), package)
    card.choose_firm()
    assert "某咨询" in card.said.text()
    assert "新增　清单　资料清单 1 项" in card.said.text()
    assert card.go.isVisible()
    assert list(laptop.iterdir()) == []
    qtbot.mouseClick(card.go, Qt.MouseButton.LeftButton)
    assert card.said.text().startswith("已读入本单位资料：新增 5 项")
    assert not card.go.isVisible()
    assert (laptop / "清单" / "资料清单.toml").is_file()


def test_what_is_exported_is_counted(
    qtbot: QtBot,
    theme: Theme,
    machine: Machine,
    tmp_path: Path,
) -> None:
    card = card_at(qtbot, theme, an_office(tmp_path), machine.updating(), tmp_path / "出.zip")
    card.export_firm()
    assert card.said.text() == "已写出 出.zip：5 项，设置 0 项。"
    assert firm_at(tmp_path / "别处").preview(tmp_path / "出.zip").items


def test_a_file_of_another_kind_is_one_line(
    qtbot: QtBot, theme: Theme, machine: Machine, tmp_path: Path
) -> None:
    (tmp_path / "照片.zip").write_bytes(b"x")
    card = card_at(qtbot, theme, tmp_path / "笔记本", machine.updating(), tmp_path / "照片.zip")
    card.choose_firm()
    assert "不是完整的本单位资料" in card.said.text()
    card.choose_update()
    assert "不是完整的更新包" in card.said.text()
    assert not card.go.isVisible()


def test_the_data_folder_goes_to_another_disk_once_it_was_asked(
    qtbot: QtBot, theme: Theme, machine: Machine, tmp_path: Path
) -> None:
    parts = assemble(find_paths({"WORKBENCH_DATA": str(tmp_path / "数据")}))
    parts.samples.create("changde", parts.catalog)
    alerts, moved = Answers(tmp_path / "没用到"), []
    alerts.target = tmp_path / "D 盘"
    failed: list[Exception] = []
    card = UpkeepCard(
        theme,
        alerts,
        Tasks(failed.append),
        parts.firm,
        machine.updating(),
        Moving(parts.catalog, parts.settings),
        moved.append,
    )
    qtbot.addWidget(card)
    card.show()
    [opened] = parts.catalog.list_evaluations()
    session = parts.catalog.open(opened.folder)
    qtbot.mouseClick(card.links[-1], Qt.MouseButton.LeftButton)
    assert "正开着，不能移动。请先回到首页" in card.said.text()
    session.close()
    qtbot.mouseClick(card.links[-1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(moved))
    assert moved[0].new == tmp_path / "D 盘"
    assert parts.settings.text("data_folder") == str(tmp_path / "D 盘")


def test_an_update_runs_behind_the_window_and_says_what_came_of_it(
    qtbot: QtBot, theme: Theme, machine: Machine, tmp_path: Path
) -> None:
    card = card_at(qtbot, theme, tmp_path / "笔记本", machine.updating(), machine.package())
    card.choose_update()
    qtbot.waitUntil(lambda: "已更新到 1.2.0" in card.said.text(), timeout=10_000)
    assert machine.current() == "1.2.0"
    assert card.links[0].isEnabled()


def test_a_version_that_fails_is_told_in_the_line(
    qtbot: QtBot, theme: Theme, machine: Machine, tmp_path: Path
) -> None:
    machine.code = 1
    card = card_at(qtbot, theme, tmp_path / "笔记本", machine.updating(), machine.package())
    card.choose_update()
    qtbot.waitUntil(lambda: "没有通过自检" in card.said.text(), timeout=10_000)
    assert machine.versions() == []


def test_from_source_nothing_is_updated(qtbot: QtBot, theme: Theme, machine: Machine, tmp_path: Path) -> None:
    updating = machine.updating()
    updating.install = replace(updating.install, kind="source")
    card = card_at(qtbot, theme, tmp_path / "笔记本", updating, tmp_path)
    assert not card.links[0].isEnabled()
    assert "源代码" in card.links[0].toolTip()
