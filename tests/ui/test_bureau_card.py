"""财政局表样 in the window: add a blank, bind one more cell by keyboard, fill, compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from tests.ui.helpers import services_on, window_on
from workbench.domain.compiler import compile_form
from workbench.importers.workbooks import read_workbook
from workbench.services.bureau_forms import BureauForms
from workbench.services.catalog import Catalog
from workbench.services.parts import local_now
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY
from workbench.ui.bureau_card import BureauCard
from workbench.ui.export_page import ExportPage


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Session]:
    catalog = Catalog(
        ROOT / "forms", tmp_path, compile_form=compile_form, clock=lambda: 0.0, now=local_now, keeping=BRIEFLY
    )
    session = catalog.open(Samples(ROOT / "resources" / "samples").create("qixia", catalog))
    yield session
    session.close()


@pytest.fixture
def card(qtbot: QtBot, opened: Session, tmp_path: Path) -> BureauCard:
    window = window_on(
        qtbot,
        opened,
        services=replace(services_on(opened, tmp_path), bureau=BureauForms(tmp_path, ROOT / "resources")),
    )
    assert window.workplace is not None
    window.workplace.show_page("export")
    page = window.workplace.page("export")
    assert isinstance(page, ExportPage)
    assert page.bureau is not None
    return page.bureau


def _said(card: BureauCard) -> str:
    return "\n".join(one.text() for one in card.findChildren(QLabel) if not one.isHidden())


def test_bind_fill_and_compare(qtbot: QtBot, card: BureauCard, opened: Session, tmp_path: Path) -> None:
    blank = tmp_path / "空白 表.xlsx"
    book = xlsxwriter.Workbook(str(blank))
    sheet = book.add_worksheet("表一")
    sheet.write("A1", "项目名称")
    sheet.write("A3", "本年得分")
    book.close()
    card.open(blank)
    qtbot.waitUntil(lambda: card.editor is not None)
    editor = card.editor
    assert editor is not None
    assert [one.content for one in editor.result().bindings] == ["overview.project"]

    editor.grid.setCurrentCell(2, 1)
    QTest.keyClick(editor.grid, Qt.Key.Key_Return)
    line = editor.choice.lineEdit()
    assert line is not None
    line.setText("总分（得分合计）")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert [(one.address, one.content) for one in editor.result().bindings] == [
        ("B1", "overview.project"),
        ("B3", "total"),
    ]
    editor.grid.setCurrentCell(0, 1)
    QTest.keyClick(editor.grid, Qt.Key.Key_Delete)
    card.save(editor.result())
    qtbot.waitUntil(lambda: "空白 表　绑定 1 格" in _said(card))

    card.fill("空白 表")
    qtbot.waitUntil(lambda: "逐部件核对一致" in _said(card))
    [filled] = tmp_path.rglob("*_空白 表.xlsx")
    [first, third] = read_workbook(filled).rows("表一")
    assert 2 not in first.cells
    assert third.cells[2].text == str(opened.scores.total)
    card.compare("空白 表", filled)
    qtbot.waitUntil(lambda: "完全一致" in _said(card))
    card.compare("空白 表", tmp_path / "没有.xlsx")
    qtbot.waitUntil(lambda: "没有.xlsx" in _said(card))
