"""导入工作底稿: out, filled in by a colleague, in again; a fault refuses the whole and names its cell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from tests.ui.helpers import services_on, window_on
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import FundLine
from workbench.services.catalog import Catalog
from workbench.services.exporting import Exporting
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY
from workbench.ui.export_page import ExportPage
from workbench.ui.import_card import ImportCard

MADE = datetime(2022, 12, 15, tzinfo=UTC)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Session]:
    catalog = Catalog(
        ROOT / "forms",
        tmp_path,
        compile_form=compile_form,
        clock=lambda: 0.0,
        now=lambda: MADE,
        keeping=BRIEFLY,
    )
    session = catalog.open(Samples(ROOT / "resources" / "samples").create("qixia", catalog))
    yield session
    session.close()


@pytest.fixture
def papers(opened: Session, tmp_path: Path) -> Path:
    exporting = Exporting(ROOT / "resources", lambda: MADE)
    return exporting.export(opened, "working-papers", tmp_path / "底稿.xlsx").path


@pytest.fixture
def card(qtbot: QtBot, opened: Session, tmp_path: Path) -> ImportCard:
    window = window_on(qtbot, opened, services=services_on(opened, tmp_path))
    assert window.workplace is not None
    window.workplace.show_page("export")
    page = window.workplace.page("export")
    assert isinstance(page, ExportPage)
    assert page.papers is not None
    return page.papers


def fill(path: Path, sheet: str, column: str, text: str) -> None:
    """A colleague writes into the first row of a column."""
    book = openpyxl.load_workbook(path)
    rows = book[sheet].iter_rows()
    heads = next(row for row in rows if column in [cell.value for cell in row])
    place = [cell.value for cell in heads].index(column)
    next(rows)[place].value = text
    book.save(path)


def read(card: ImportCard, path: Path, qtbot: QtBot) -> str:
    card._choose.setFocus()
    card.read(path)
    qtbot.waitUntil(lambda: card._context.tasks.running == 0, timeout=20_000)
    return "\n".join(found.text() for found in card.findChildren(QLabel) if not found.isHidden())


def arrived(session: Session) -> str:
    return str(next(iter(session.evaluation.table(FundLine).values())).arrived)


def test_what_a_colleague_filled_in_comes_in_as_one_step(
    card: ImportCard, papers: Path, opened: Session, qtbot: QtBot
) -> None:
    fill(papers, "资金", "到位资金", "35.5")
    said = read(card, papers, qtbot)
    assert "将新增 0 项、修改 1 项、删除 0 项：资金（增 0、改 1、删 0）。" in said
    assert arrived(opened) == "7.1"
    button = card.window().focusWidget()
    assert isinstance(button, QPushButton)
    assert button.text() == "导入", "Enter goes on"
    button.click()
    assert card.window().focusWidget() is card._choose
    assert (arrived(opened), card.preview) == ("35.5", None)
    opened.undo()
    assert arrived(opened) == "7.1"


def test_a_fault_is_named_by_its_cell_and_nothing_comes_in(
    card: ImportCard, papers: Path, opened: Session, qtbot: QtBot
) -> None:
    before = opened.evaluation
    fill(papers, "资金", "到位资金", "七万")
    said = read(card, papers, qtbot)
    assert "“七万”不是数字" in said
    assert "列" in said
    card.accept()
    assert opened.evaluation is before


def test_an_unchanged_workbook_has_nothing_to_take_in(card: ImportCard, papers: Path, qtbot: QtBot) -> None:
    assert "没有需要导入的内容" in read(card, papers, qtbot)
    assert card.preview is None


def test_edits_after_the_preview_need_a_new_one(
    card: ImportCard, papers: Path, opened: Session, qtbot: QtBot
) -> None:
    fill(papers, "资金", "到位资金", "35.5")
    read(card, papers, qtbot)
    opened.put(FundLine(id="new", position=9, item="追加"))
    card.accept()
    assert arrived(opened) == "7.1"
    assert "请重新预览后再导入" in card._said.text()


def test_another_file_is_told(card: ImportCard, tmp_path: Path, qtbot: QtBot) -> None:
    stray = tmp_path / "照片.xlsx"
    stray.write_bytes(b"no workbook")
    assert "照片.xlsx" in read(card, stray, qtbot)
