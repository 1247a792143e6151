"""The watched folder on screen: files come in by themselves, and the person can pause and stop it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.ui.helpers import QuietAlerts, window_on
from workbench.domain.evaluation import Evidence
from workbench.services.attaching import Attaching
from workbench.services.session import Session
from workbench.services.settings import Settings
from workbench.services.watching import SETTLE_SECONDS, Watching
from workbench.store.evidence import Vault
from workbench.ui.context import Services
from workbench.ui.evidence_page import EvidencePage
from workbench.ui.folder_watch import EvidenceWatch
from workbench.ui.main_window import MainWindow


@pytest.fixture
def opened() -> Session:
    return session()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "扫描"
    made.mkdir()
    (made / "旧.txt").write_text("old")
    return made


@pytest.fixture
def window(qtbot: QtBot, opened: Session, tmp_path: Path) -> MainWindow:
    services = Services(
        attaching=Attaching(opened, Vault(tmp_path / "evidence")),
        watching=Watching(Settings(tmp_path / "settings.json"), opened),
    )
    return window_on(qtbot, opened, services=services)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def page(window: MainWindow) -> EvidencePage:
    window.workplace.show_page("evidence")
    shown = window.workplace.page("evidence")
    assert isinstance(shown, EvidencePage)
    return shown


@pytest.fixture
def clock(page: EvidencePage) -> Clock:
    assert page.watch is not None
    page.watch._timer.setInterval(10_000_000)  # looks are asked for by the tests
    page.watch._clock = made = Clock()
    return made


def look(qtbot: QtBot, watch: EvidenceWatch) -> None:
    qtbot.waitUntil(lambda: not watch._looking, timeout=20_000)
    watch.look()
    qtbot.waitUntil(lambda: not watch._looking, timeout=20_000)


def start(qtbot: QtBot, window: MainWindow, page: EvidencePage, folder: Path) -> EvidenceWatch:
    assert isinstance(window.alerts, QuietAlerts)
    assert page.watch is not None
    window.alerts.target = folder
    page.watch_button.click()
    look(qtbot, page.watch)
    return page.watch


def titles(opened: Session) -> list[str]:
    return [item.title for item in opened.evaluation.table(Evidence).values()]


def test_new_files_come_in_and_old_ones_stay_out(
    qtbot: QtBot, window: MainWindow, page: EvidencePage, folder: Path, clock: Clock
) -> None:
    opened = page.context.session
    watch = start(qtbot, window, page, folder)
    (folder / "新.txt").write_text("new")
    look(qtbot, watch)
    clock.now += SETTLE_SECONDS
    look(qtbot, watch)
    qtbot.waitUntil(lambda: watch.brought == 1, timeout=20_000)
    assert titles(opened) == ["新"]
    assert (folder / "新.txt").read_text() == "new"
    assert page.watch_strip.words.text() == "正在监视“扫描”，新文件自动存入；已存入 1 件。"
    assert page.watch_strip.isVisible()


def test_a_pause_holds_files_back_and_they_come_afterwards(
    qtbot: QtBot, window: MainWindow, page: EvidencePage, folder: Path, clock: Clock
) -> None:
    opened = page.context.session
    watch = start(qtbot, window, page, folder)
    page.watch_strip.pause.click()
    (folder / "新.txt").write_text("new")
    look(qtbot, watch)
    clock.now += SETTLE_SECONDS
    look(qtbot, watch)
    assert titles(opened) == []
    assert "已暂停" in page.watch_strip.words.text()
    page.watch_strip.pause.click()
    qtbot.waitUntil(lambda: titles(opened) == ["新"], timeout=20_000)


def test_a_pulled_cable_is_said_and_survived(
    qtbot: QtBot, window: MainWindow, page: EvidencePage, folder: Path, clock: Clock
) -> None:
    watch = start(qtbot, window, page, folder)
    folder.rename(folder.with_name("away"))
    look(qtbot, watch)
    assert "现在读不到" in page.watch_strip.words.text()
    folder.with_name("away").rename(folder)
    look(qtbot, watch)
    assert "正在监视" in page.watch_strip.words.text()


def test_stopping_forgets_the_folder_and_the_next_opening_offers_the_last(
    qtbot: QtBot, window: MainWindow, page: EvidencePage, folder: Path, clock: Clock
) -> None:
    watch = start(qtbot, window, page, folder)
    assert watch.remembered == folder
    watch._end()  # as when the evaluation is closed
    page.watch_strip.refresh()
    assert page.watch_strip.words.text() == "上次监视“扫描”，现在没有监视。"
    page.watch_strip.pause.click()
    assert watch.folder == folder
    page.watch_strip.stop.click()
    assert watch.folder is None
    assert watch.remembered is None
    assert not page.watch_strip.isVisible()
