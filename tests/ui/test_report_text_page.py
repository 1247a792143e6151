"""报告正文: a person's words beside the program's; nothing generated ever overwrites them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from tests.ui.helpers import services_on, window_on
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import AFTER, ALONE, INSTEAD, Paragraph
from workbench.exporters.document import Heading, Table, plain
from workbench.exporters.document import Paragraph as Words
from workbench.exporters.outlines import read_outline
from workbench.exporters.report import build_report
from workbench.exporters.report_data import freeze
from workbench.services.catalog import Catalog
from workbench.services.parts import local_now
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY
from workbench.ui.report_text_page import ReportTextPage


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Session]:
    catalog = Catalog(
        ROOT / "forms", tmp_path, compile_form=compile_form, clock=lambda: 0.0, now=local_now, keeping=BRIEFLY
    )
    session = catalog.open(Samples(ROOT / "resources" / "samples").create("qixia", catalog))
    yield session
    session.close()


@pytest.fixture
def page(qtbot: QtBot, opened: Session, tmp_path: Path) -> ReportTextPage:
    window = window_on(qtbot, opened, services=services_on(opened, tmp_path))
    assert window.workplace is not None
    window.workplace.show_page("report_text")
    shown = window.workplace.page("report_text")
    assert isinstance(shown, ReportTextPage)
    return shown


def show(page: ReportTextPage, key: str) -> None:
    page.outline.setCurrentRow(next(n for n, one in enumerate(page._listed) if one.key == key))


def said(page: ReportTextPage) -> str:
    return "\n".join(one.text() for one in page.findChildren(QLabel))


def printed(session: Session, heading: str) -> list[object]:
    """The blocks of one chapter of the report."""
    outline = read_outline(ROOT / "resources" / "outlines" / "annex3.toml")
    blocks = build_report(freeze(session.evaluation, made=local_now()), outline).blocks
    start = next(n for n, one in enumerate(blocks) if isinstance(one, Heading) and one.text == heading)
    rest = blocks[start + 1 :]
    end = next((n for n, one in enumerate(rest) if isinstance(one, Heading) and one.level == 1), len(rest))
    return list(rest[:end])


def test_a_chapter_is_written_by_keyboard_and_printed_before_what_is_generated(
    page: ReportTextPage, opened: Session, qtbot: QtBot
) -> None:
    show(page, "advice")
    page.text.input.setFocus()
    qtbot.keyClicks(page.text.input, "we advise ")
    page.text.chips.insert_chip("总分")
    page.flush()
    kept = opened.evaluation.get(Paragraph, "advice")
    assert kept is not None
    assert kept.text == "we advise {总分}"
    first, *rest = printed(opened, "有关建议")
    assert isinstance(first, Words)
    assert plain(first.runs) == "we advise 92.47"
    assert rest, "what the program writes is still there"
    assert page.outline.currentItem().text().endswith("●")


def test_taken_over_words_stand_instead_and_tables_stay(page: ReportTextPage, opened: Session) -> None:
    show(page, "conclusion")
    generated = printed(opened, "综合评价情况及评价结论")
    page.take_over()
    kept = opened.evaluation.get(Paragraph, "conclusion")
    assert kept is not None
    assert kept.mode == INSTEAD
    after = printed(opened, "综合评价情况及评价结论")
    tables = [one for one in generated if isinstance(one, Table)]
    assert [one for one in after if isinstance(one, Table)] == tables
    assert len([one for one in after if isinstance(one, Words)]) == len(
        [one for one in generated if isinstance(one, Words)]
    )
    opened.put(replace(kept, mode=ALONE))
    assert not [one for one in printed(opened, "综合评价情况及评价结论") if isinstance(one, Table)]
    opened.put(replace(kept, mode=AFTER))
    assert isinstance(printed(opened, "综合评价情况及评价结论")[-1], Words)


def test_a_figure_that_is_no_longer_true_is_told_beside_the_text(
    page: ReportTextPage, opened: Session, qtbot: QtBot
) -> None:
    show(page, "conclusion")
    page.take_over()
    kept = opened.evaluation.get(Paragraph, "conclusion")
    assert kept is not None
    assert "92.47" in kept.text
    assert "K19" not in said(page)
    opened.put(replace(kept, text=kept.text.replace("92.47", "92.31")))
    qtbot.waitUntil(lambda: "K19" in said(page))
    assert "92.31 分，数据为 92.47 分" in said(page)
    again = opened.evaluation.get(Paragraph, "conclusion")
    assert again is not None
    assert "92.31" in again.text, "what a person wrote is told about, never changed"


def test_going_to_a_paragraph_puts_the_cursor_into_it(page: ReportTextPage) -> None:
    from workbench.services.editing import Address

    page.context.navigate(Address("paragraph", "remarks", "text"))
    chapter = page.chapter
    assert chapter is not None
    assert chapter.key == "remarks"
    assert page.text.input.hasFocus()
    gathering = [n for n, one in enumerate(page._listed) if not one.key]
    assert gathering, "headings that only gather others"
    assert not page.outline.item(gathering[0]).flags() & Qt.ItemFlag.ItemIsEnabled
