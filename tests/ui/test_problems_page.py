"""问题与建议: rows, details, ties; undone with Ctrl+Z."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.ui.helpers import commit, window_on
from workbench.domain.evaluation import Advice, Deduction, Problem
from workbench.services.editing import Address
from workbench.services.linking import linked, linked_from
from workbench.services.session import Session
from workbench.ui.problems_page import ProblemsPage


@pytest.fixture
def opened() -> Session:
    return session(
        Deduction(id="d1", position=1, indicator="A12", points=Decimal(1), reason="凭证未装订"),
        Problem(id="p1", position=1, title="财务管理待加强"),
        Problem(id="p2", position=2, title="目标不细化"),
        Advice(id="a1", position=1, title="规范会计工作"),
    )


@pytest.fixture
def page(qtbot: QtBot, opened: Session) -> ProblemsPage:
    window = window_on(qtbot, opened)
    assert window.workplace is not None
    window.workplace.show_page("problems")
    shown = window.workplace.page("problems")
    assert isinstance(shown, ProblemsPage)
    return shown


def test_ticking_ties_and_unticking_unties(page: ProblemsPage, opened: Session, qtbot: QtBot) -> None:
    box = page._deductions.boxes["d1"]
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert linked(opened.evaluation, "problem", "p1", "deduction") == {"d1"}
    qtbot.keyClick(page._answers.boxes["a1"], Qt.Key.Key_Space)
    assert linked_from(opened.evaluation, "problem", "p1", "advice") == {"a1"}
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert linked(opened.evaluation, "problem", "p1", "deduction") == set()
    opened.undo()
    assert page._deductions.boxes["d1"].isChecked()


def test_typed_text_goes_to_the_row_it_was_typed_for(page: ProblemsPage, opened: Session) -> None:
    editor = page._problem.editors["cause"]
    editor.input.setFocus()
    commit(editor.input, "审核流于形式")
    page.problems.show_row("p2")
    first, second = opened.evaluation.get(Problem, "p1"), opened.evaluation.get(Problem, "p2")
    assert first is not None
    assert second is not None
    assert (first.cause, second.cause) == ("审核流于形式", "")


def test_a_finding_leads_to_the_field(page: ProblemsPage) -> None:
    page.context.navigate(Address("problem", "p2", "no_deduction_reason"))
    assert page.problems.current_id() == "p2"
    assert page._problem.editors["no_deduction_reason"].input.hasFocus()


def test_removing_a_deduction_takes_its_tie_along(page: ProblemsPage, opened: Session) -> None:
    page._deductions.boxes["d1"].click()
    line = opened.evaluation.get(Deduction, "d1")
    assert line is not None
    opened.remove(line)
    assert page._deductions.boxes == {}
    assert list(opened.evaluation.links()) == []
