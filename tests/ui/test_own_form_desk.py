"""One's own system is changed without an evaluation: the draft stays, undo works, saving replaces the system."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT, LogWatch
from tests.ui.helpers import QuietAlerts, commit
from workbench.domain import form_edits as edits
from workbench.domain.compiler import compile_form
from workbench.errors import WorkbenchError
from workbench.services.authoring import Authoring
from workbench.services.catalog import OWN_FORMS, Catalog
from workbench.services.form_editing import FormEditing
from workbench.services.own_forms import OwnForms
from workbench.services.parts import local_now
from workbench.ui.main_window import MainWindow
from workbench.ui.own_form_desk import OwnFormDesk
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme
from workbench.ui.widgets import label


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(
        ROOT / "forms", tmp_path / "数据", compile_form=compile_form, clock=lambda: 0.0, now=local_now
    )


@pytest.fixture
def own(catalog: Catalog) -> OwnForms:
    authoring = Authoring(catalog, ROOT / "resources")
    authoring.save(catalog.form("qixia-2022"), form_id="本公司热线")
    return OwnForms(catalog, authoring)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    theme, alerts = Theme(), QuietAlerts()
    tasks = Tasks(failed=lambda error: alerts.crash(repr(error)))
    made = MainWindow(theme, alerts, tasks)
    for child in (theme, tasks):
        child.setParent(made)
    theme.apply()
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.set_start(label("首页"))
    made.show()
    return made


def desk_on(window: MainWindow, own: OwnForms) -> OwnFormDesk:
    session = own.open("本公司热线")
    desk = OwnFormDesk(window.theme, window.alerts, window.tasks, window.actions_book, own, session)
    window.show_desk(desk)
    return desk


def test_a_draft_stays_for_the_next_time_and_saving_replaces_the_system(
    qtbot: QtBot, window: MainWindow, own: OwnForms, catalog: Catalog
) -> None:
    desk = desk_on(window, own)
    assert list(desk.page.parts) == ["指标", "体系与模板"]
    desk.page.tree.go_to("D11")
    bound = desk.page.indicator.rule.editors["D11", "rate_source", -1, ""].input
    assert isinstance(bound, QComboBox)
    assert bound.currentText() == "问卷：公众知晓率", "the questions that the system brings along are named"
    qtbot.keyClick(desk.page.tree, Qt.Key.Key_F2)
    commit(desk.page.indicator.editors["name"].input, "群众知晓率")
    with qtbot.waitSignal(window.left_desk) as left:
        window.actions_book.run("home")
    assert "草稿已保留" in left.args[0]
    assert catalog.form("本公司热线")["D11"].name == "公众知晓率"

    desk = desk_on(window, own)
    assert desk.page.editing.outline.line("D11").name == "群众知晓率"
    desk.page.tree.go_to("D12")
    desk.page.ask("remove")
    desk.keep()
    assert "没有保存" in desk.said.text()
    window.actions_book.run("undo")
    assert "D12" in desk.page.editing.outline
    with qtbot.waitSignal(window.left_desk) as left:
        desk.keep_button.click()
    assert "已保存" in left.args[0]
    assert catalog.form("本公司热线")["D11"].name == "群众知晓率"
    assert not list((catalog.data / OWN_FORMS).glob(".*.json"))
    assert [one for one in own.listed() if one[0].startswith("本公司热线")] == [
        ("本公司热线", catalog.form("本公司热线").title)
    ]


def test_closing_the_window_keeps_the_draft(qtbot: QtBot, window: MainWindow, own: OwnForms) -> None:
    desk = desk_on(window, own)
    desk.page.editing.edit(lambda raw: edits.reweight(raw, "D11", Decimal(8)), "改分值")
    with qtbot.waitSignal(window.closing):
        window.close()
    again = own.open("本公司热线")
    assert FormEditing(again).outline.line("D11").points == Decimal(8)


def test_what_is_no_draft_is_passed_over_and_what_is_no_own_system_refused(
    own: OwnForms, catalog: Catalog, log_watch: LogWatch
) -> None:
    (catalog.data / OWN_FORMS / ".本公司热线.draft.json").write_text("{", encoding="utf-8")
    log_watch.expect("draft")
    session = own.open("本公司热线")
    assert FormEditing(session).draft is None
    with pytest.raises(WorkbenchError, match="没有编号为“qixia-2022”的本单位模板"):
        own.open("qixia-2022")


def test_a_draft_that_cannot_be_written_changes_nothing(own: OwnForms, catalog: Catalog) -> None:
    session = own.open("本公司热线")
    editing = FormEditing(session)
    (catalog.data / OWN_FORMS / ".本公司热线.draft.json").mkdir()
    with pytest.raises(WorkbenchError):
        editing.edit(lambda raw: edits.move(raw, "D11", 1), "下移")
    assert editing.draft is None
