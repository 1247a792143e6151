"""A bureau's table on the start page: shown as read, then one's own system and chosen, or refused with its cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from tests.importers.tables import HEADER, ROWS, book
from tests.ui.helpers import QuietAlerts
from workbench.domain.compiler import compile_form
from workbench.services.authoring import Authoring
from workbench.services.catalog import Catalog
from workbench.services.own_forms import OwnForms
from workbench.services.parts import local_now
from workbench.services.samples import Samples
from workbench.ui.own_form_card import OwnFormCard
from workbench.ui.start_page import StartPage
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme
from workbench.ui.widgets import Notice


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(
        ROOT / "forms", tmp_path / "数据", compile_form=compile_form, clock=lambda: 0.0, now=local_now
    )


@pytest.fixture
def start(qtbot: QtBot, catalog: Catalog) -> StartPage:
    theme, alerts = Theme(), QuietAlerts()
    tasks = Tasks(failed=lambda error: alerts.crash(repr(error)))
    own = OwnForms(catalog, Authoring(catalog, ROOT / "resources"))
    page = StartPage(
        theme,
        alerts,
        catalog,
        Samples(ROOT / "resources" / "samples"),
        lambda _: None,
        own,
        tasks,
        lambda _: None,
    )
    for child in (theme, tasks):
        child.setParent(page)
    theme.apply()
    qtbot.addWidget(page)
    page.show()
    return page


def card_of(start: StartPage) -> OwnFormCard:
    assert start.own_form is not None
    return start.own_form


def test_a_table_is_shown_as_read_and_then_chosen(
    qtbot: QtBot, start: StartPage, catalog: Catalog, tmp_path: Path
) -> None:
    card = card_of(start)
    card.read(book(tmp_path / "某局.xlsx", [["某市热线绩效评价指标体系"], HEADER, *ROWS]))
    qtbot.waitUntil(lambda: card.reading is not None, timeout=20_000)
    assert "还没有写入" in card.said.text()
    assert not any(one.own for one in catalog.list_forms())
    card.take_button.click()
    own = [one for one in catalog.list_forms() if one.own]
    assert [one.title for one in own] == ["某市热线绩效评价指标体系"]
    assert start.form.currentData() == own[0].id
    assert start.project.hasFocus()


def test_a_table_that_does_not_add_up_is_refused_with_its_cells(
    qtbot: QtBot, start: StartPage, catalog: Catalog, tmp_path: Path
) -> None:
    card = card_of(start)
    card.read(book(tmp_path / "坏.xlsx", [HEADER, *ROWS, ["合计", "", "", 90]]))
    qtbot.waitUntil(lambda: "正在读取" not in card.said.text(), timeout=20_000)
    assert card.reading is None
    assert card.take_button.isHidden() or not card.take_button.isVisible()
    told = [notice.words.text() for notice in card.view.findChildren(Notice)]
    assert told
    assert all("：" in words for words in told), "each names its place"
    assert not any(one.own for one in catalog.list_forms())
    (tmp_path / "空.xlsx").write_bytes(b"x")
    card.read(tmp_path / "空.xlsx")
    qtbot.waitUntil(lambda: "正在读取" not in card.said.text(), timeout=20_000)
    assert card.said.text()
