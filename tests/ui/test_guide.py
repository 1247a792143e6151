"""The tour of the sample by its key, and about the program: versions, licences, the check of the program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from tests.ui.helpers import QuietAlerts, services_on
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Deduction, Input, Overview
from workbench.errors import WorkbenchError
from workbench.services import about
from workbench.services.about import check_whole, licence_texts
from workbench.services.catalog import Catalog
from workbench.services.help_book import Shown
from workbench.services.jobs import Cancelled, silent
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.services.tour import load_tour
from workbench.store.evaluations import BRIEFLY
from workbench.ui.guide import Guide
from workbench.ui.help_window import shown_actions
from workbench.ui.main_window import MainWindow
from workbench.ui.pages import PAGES, page_of
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme
from workbench.ui.tour_panel import TourPanel

RESOURCES = ROOT / "resources"


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    theme = Theme()
    alerts = QuietAlerts()
    tasks = Tasks(failed=lambda error: alerts.crash(repr(error)))
    made = MainWindow(theme, alerts, tasks)
    tasks.setParent(made)
    theme.setParent(made)
    theme.apply()
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Session]:
    now = datetime(2022, 11, 14, tzinfo=UTC)
    catalog = Catalog(
        ROOT / "forms",
        tmp_path,
        compile_form=compile_form,
        clock=lambda: 0.0,
        now=lambda: now,
        keeping=BRIEFLY,
    )
    session = catalog.open(Samples(RESOURCES / "samples").create("qixia", catalog))
    yield session
    session.close()


@pytest.fixture
def guide(window: MainWindow, sample: Session, tmp_path: Path) -> Guide:
    def open_sample(key: str) -> None:
        assert key == "qixia"
        window.open_session(sample, services_on(sample, tmp_path))

    return Guide(window, window.theme, RESOURCES, open_sample=open_sample, version="9.9", data=tmp_path)


def begun(guide: Guide) -> TourPanel:
    panel = guide.begin_tour()
    assert panel is not None
    return panel


def test_every_step_of_the_tour_leads_somewhere(window: MainWindow, sample: Session) -> None:
    tour = load_tour(RESOURCES, shown_actions(window.actions_book))
    assert len(tour.steps) == 10
    for step in tour.steps:
        key = step.place.id if step.place.kind == "page" else page_of(step.place.kind)
        assert key in {page.key for page in PAGES}, step
        assert "{" not in step.text
        if step.place.kind == "indicator":
            assert sample.evaluation.form.get(step.place.id) is not None


def test_a_tour_that_names_a_lost_key_is_a_bug() -> None:
    with pytest.raises(KeyError):
        load_tour(RESOURCES, [Shown("home", "返回首页", (), "评价")])


def test_the_tour_goes_on_by_its_key_and_sees_what_was_done(
    guide: Guide, window: MainWindow, sample: Session, qtbot: QtBot
) -> None:
    panel = begun(guide)
    assert not panel.isModal()
    assert panel.count.text() == "第 1 步，共 10 步"
    assert panel.state.isHidden()
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_F8)
    assert window.workplace is not None
    assert (panel.at, window.workplace.current) == (2, "scoring")
    assert panel.state.text().startswith("○")
    sample.put(Overview(project="改了别的"))
    assert panel.done_steps == set()
    sample.put(Input(id="C11/count", indicator="C11", key="count", value="1"))
    assert panel.state.text() == "● 做到了"
    panel.step(1)
    line = Deduction(id="new", indicator="C11", reason="一次无人在岗")
    sample.put(line)
    assert panel.done_steps == {2, 3}
    panel.step(-1)
    assert panel.state.text() == "● 做到了"
    for _ in range(8):
        panel.step(1)
    assert panel.over
    assert panel.count.text() == "做到 2 步"
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert panel.isHidden()
    assert "tour_next" not in {spec.name for spec in window.actions_book.enabled()}


def test_the_tour_can_be_left_and_goes_with_its_evaluation(
    guide: Guide, window: MainWindow, qtbot: QtBot
) -> None:
    panel = begun(guide)
    panel.leave.click()
    assert panel.isHidden()
    panel = begun(guide)
    with qtbot.waitSignal(panel.destroyed):
        window.leave_session()
    assert "tour_next" not in {spec.name for spec in window.actions_book.enabled()}


def test_larger_text_leaves_the_tour_where_it_is(guide: Guide, window: MainWindow, sample: Session) -> None:
    panel = begun(guide)
    panel.step(1)
    panel.step(1)
    window.set_look(dark=True, percent=150)
    try:
        sample.put(Input(id="C11/count", indicator="C11", key="count", value="1"))
        assert panel.done_steps == {2}
        panel.step(1)
        assert window.workplace is not None
        assert window.workplace.current == "scoring"
    finally:
        window.set_look(dark=False, percent=100)


def test_about_tells_versions_folders_and_licences(guide: Guide, tmp_path: Path) -> None:
    shown = guide.show_about()
    assert shown.facts["版本"] == "9.9"
    assert shown.facts["数据文件夹"] == str(tmp_path)
    titles = [shown.list.item(row).text() for row in range(shown.list.count())]
    assert titles[:2] == ["第三方软件与字体（清单）", "本程序（MIT）"]
    assert sum("OFL" in title for title in titles) == 3
    shown.list.setCurrentRow(titles.index("Qt、PySide6（LGPL-3.0）"))
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in shown.text.toPlainText()
    assert guide.show_about() is shown


def test_a_bundle_shows_the_licences_of_every_package(tmp_path: Path) -> None:
    gathered = tmp_path / "licences"
    (gathered / "pillow").mkdir(parents=True)
    (gathered / "pillow" / "LICENSE").write_text("HPND", encoding="utf-8")
    (gathered / "THIRD_PARTY_LICENSES.md").write_text("# 清单", encoding="utf-8")
    texts = licence_texts(tmp_path / "resources")
    assert [one.title for one in texts] == ["第三方软件与字体（清单）", "pillow › LICENSE"]
    assert texts[1].read() == "HPND"
    texts[1].path.unlink()
    with pytest.raises(WorkbenchError):
        texts[1].read()


def write_program(folder: Path, *lines: str) -> list[str]:
    """A program in place of ours that does this with the folder it is given."""
    script = folder / "program.py"
    script.write_text("\n".join(["import pathlib, sys, threading", *lines]), encoding="utf-8")
    return [sys.executable, str(script)]


def test_the_check_tells_what_the_self_test_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = 'pathlib.Path(sys.argv[2], "result.txt").write_text("通过　指标体系\\n自检通过　结果在 " + sys.argv[2], encoding="utf-8")'
    program = write_program(tmp_path, said)
    monkeypatch.setattr(about, "_program", lambda: program)
    assert check_whole(silent, cache=tmp_path / "cache") == "通过　指标体系\n自检通过"
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_check_that_says_nothing_or_is_stopped_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = write_program(tmp_path, "sys.exit(5)")
    monkeypatch.setattr(about, "_program", lambda: broken)
    with pytest.raises(WorkbenchError, match="自检没有完成"):
        check_whole(silent, cache=tmp_path / "cache")

    def stop(done: int, total: int, what: str = "") -> None:
        raise Cancelled

    endless = write_program(tmp_path, "threading.Event().wait()")
    monkeypatch.setattr(about, "_program", lambda: endless)
    with pytest.raises(Cancelled):
        check_whole(stop, cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_about_shows_the_result_of_the_check(
    guide: Guide, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = write_program(tmp_path, "sys.exit(5)")
    monkeypatch.setattr(about, "_program", lambda: program)
    monkeypatch.setattr(guide, "_cache", tmp_path / "cache")
    shown = guide.show_about()
    shown.check.click()
    assert shown.check.text() == "停止检查"
    qtbot.waitUntil(lambda: shown.check.text() == "检查完整性", timeout=20_000)
    assert "自检没有完成" in shown.state.text()
