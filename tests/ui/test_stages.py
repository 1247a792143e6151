"""Several scores of one indicator on the scoring page; derivation and history beside the work; drafts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.ui.helpers import services_on, window_on
from workbench.domain.evaluation import STAGES, Entry, FundLine, Input, Mark
from workbench.services.editing import Address
from workbench.services.session import Session
from workbench.services.settings import Settings
from workbench.ui.context import Services
from workbench.ui.derivation_panel import DerivationPanel
from workbench.ui.indicator_tree_model import FIRST_STAGE_COLUMN
from workbench.ui.main_window import MainWindow
from workbench.ui.rule_input import ValueInput
from workbench.ui.scoring_page import ScoringPage

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def opened() -> Session:
    return session()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "settings.json")
    made.put("evaluator", "评价员甲")
    return made


@pytest.fixture
def window(qtbot: QtBot, opened: Session, settings: Settings) -> MainWindow:
    base = services_on(opened)
    services = Services(
        checking=base.checking, exporting=base.exporting, settings=settings, folder=base.folder
    )
    made = window_on(qtbot, opened, services=services)
    assert made.workplace is not None
    made.workplace.show_page("scoring")
    return made


@pytest.fixture
def page(window: MainWindow) -> ScoringPage:
    assert window.workplace is not None
    made = window.workplace.page("scoring")
    assert isinstance(made, ScoringPage)
    made.go_to("A12")
    return made


def type_into(qtbot: QtBot, page: ScoringPage, stage: str, field: str, text: str) -> None:
    line = page.editor.stages.editor(stage, field).input
    line.setFocus()
    qtbot.keyClicks(line, text)
    page.flush()


def test_each_stage_is_typed_beside_the_others(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    opened.put(Entry(id="A12", override=Decimal("5.5"), override_reason="缺一份会议纪要"))
    type_into(qtbot, page, "自评", "score", "6")
    type_into(qtbot, page, "复核", "score", "5")
    type_into(qtbot, page, "复核", "reason", "OK")
    marks = opened.evaluation.table(Mark)
    assert (marks["A12/自评"].score, marks["A12/自评"].by) == (Decimal(6), "评价员甲")
    assert (marks["A12/复核"].score, marks["A12/复核"].reason) == (Decimal(5), "OK")
    cells = page.editor.stages.cells
    assert cells["初评"].value.text() == "5.50"
    assert cells["初评"].change.text() == "-0.50"
    assert cells["复核"].change.text() == "-0.50"
    assert "按标准" in cells["初评"].below.text()


def test_enter_goes_on_to_the_reason_that_a_difference_needs(
    page: ScoringPage, opened: Session, qtbot: QtBot
) -> None:
    opened.put(Entry(id="A12", override=Decimal(6), override_reason="x"))
    type_into(qtbot, page, "复核", "score", "5")
    reason = page.editor.stages.editor("复核", "reason")
    assert "理由" in reason.fault
    qtbot.keyClick(page.editor.stages.editor("复核").input, Qt.Key.Key_Return)
    assert reason.input.hasFocus()


def test_another_stage_counts_and_its_total_was_foreseen(
    page: ScoringPage, opened: Session, qtbot: QtBot
) -> None:
    opened.put(Entry(id="A12", override=Decimal(6), override_reason="x"))
    type_into(qtbot, page, "复核", "score", "5")
    counting = page.editor.stages.counting
    text = counting.itemText(2)
    assert text.startswith("复核（")
    counting.setCurrentIndex(2)
    counting.activated.emit(2)
    assert opened.evaluation.overview.counting_stage == "复核"
    assert f"{opened.scores.total:f}" in text
    assert page.editor.score.text() == "5.00"
    assert page.editor.stages.cells["复核"].name.text() == "● 复核"
    opened.undo()
    assert page.editor.score.text() == "6.00"


def test_the_tree_lists_every_stage_and_remembers_it(
    page: ScoringPage, opened: Session, settings: Settings, qtbot: QtBot
) -> None:
    opened.put(Mark(id="A12/复核", indicator="A12", stage="复核", score=Decimal(5)))
    columns = [FIRST_STAGE_COLUMN + number for number in range(len(STAGES))]
    assert all(page.tree.view.isColumnHidden(column) for column in columns)
    page.context.run_action("stage_columns")
    assert not any(page.tree.view.isColumnHidden(column) for column in columns)
    index = page.tree.model.index_of("A12", FIRST_STAGE_COLUMN + STAGES.index("复核"))
    assert page.tree.model.data(index) == "5.00"
    assert settings["stage_columns"] is True
    page.context.run_action("stage_columns")
    assert settings["stage_columns"] is False


def test_the_derivation_stays_beside_the_work_and_follows(
    page: ScoringPage, window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    page.go_to("B11")
    qtbot.keyClick(window, Qt.Key.Key_J, CTRL)
    panel = page.findChild(DerivationPanel)
    assert panel is not None
    assert panel.isVisible()
    assert not panel.isModal()
    opened.put(Input(id="B11/rate", indicator="B11", key="rate", value="86.5%", source="manual"))
    assert "86.50%" in panel.text.toPlainText()
    panel.copy()
    copied = QGuiApplication.clipboard().text()
    assert opened.evaluation.form.place("B11") in copied
    assert "对总分" not in copied
    assert "总分" in copied
    page.go_to("A12")
    assert opened.evaluation.form["A12"].name in panel.text.toPlainText()


def test_the_derivation_is_written_as_a_pdf(
    page: ScoringPage, window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        "workbench.ui.derivation_panel.QDesktopServices.openUrl", lambda url: shown.append(url.toLocalFile())
    )
    object.__setattr__(page.context.services, "folder", tmp_path)
    page.show_derivation()
    panel = page.findChild(DerivationPanel)
    assert panel is not None
    panel.export("A12")
    qtbot.waitUntil(lambda: bool(shown), timeout=20_000)
    assert Path(shown[0]).read_bytes().startswith(b"%PDF")
    assert "计分推导" in Path(shown[0]).name


def test_what_was_refused_is_still_there_when_one_comes_back(
    page: ScoringPage, opened: Session, qtbot: QtBot
) -> None:
    page.go_to("B11")
    value = next(one for one in page.editor.criterion.inputs if isinstance(one, ValueInput))
    value.editor.input.setFocus()
    qtbot.keyClicks(value.editor.input, "abc")
    page.go_to("A12")
    page.go_to("B11")
    again = next(one for one in page.editor.criterion.inputs if isinstance(one, ValueInput))
    assert again.editor.text() == "abc"
    assert "不是数字" in again.editor.fault
    assert not again.editor.pending
    again.editor.input.setFocus()
    again.editor.input.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(again.editor.input, "50%")
    page.flush()
    page.go_to("A12")
    page.go_to("B11")
    last = next(one for one in page.editor.criterion.inputs if isinstance(one, ValueInput))
    assert (last.editor.text(), last.editor.fault) == ("50%", "")


def test_a_refused_score_of_a_stage_comes_back_too(page: ScoringPage, opened: Session, qtbot: QtBot) -> None:
    type_into(qtbot, page, "复核", "score", "99")
    page.go_to("B11")
    assert page.editor.stages.editor("复核").text() == ""
    page.go_to("A12")
    assert page.editor.stages.editor("复核").text() == "99"
    assert "不能超过" in page.editor.stages.editor("复核").fault
    assert not opened.evaluation.table(Mark)


def test_the_history_of_the_field_in_hand_opens_by_key(
    page: ScoringPage, window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    workplace = window.workplace
    assert workplace is not None
    page.tree.view.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_H, CTRL)
    assert "光标" in workplace.status.said.text()
    page.editor.stages.editor("复核").input.setFocus()
    qtbot.keyClick(page.editor.stages.editor("复核").input, Qt.Key.Key_H, CTRL)
    panel = workplace._history
    assert panel is not None
    assert panel.isVisible()
    assert not panel.isModal()
    assert "各轮得分" in panel.title.text()
    assert "还没有修改记录" in panel.list.toPlainText()  # this evaluation keeps no journal
    workplace.navigate(Address("mark", "A12/自评", "score"))
    assert page.editor.stages.editor("自评").input.hasFocus()


def test_the_history_of_a_cell_opens_without_typing_in_it(
    window: MainWindow, opened: Session, qtbot: QtBot
) -> None:
    workplace = window.workplace
    assert workplace is not None
    opened.put(FundLine(id="f", item="经费", budget=Decimal("71.6")))
    workplace.navigate(Address("fund_line", "f", "budget"))
    workplace.show_field_history()
    assert workplace._history is not None
    assert workplace._history.title.text() == "资金 › 预算资金"
