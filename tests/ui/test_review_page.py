"""意见与复核: opinions by keyboard, sign-offs that an edit drops and undoing restores."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.ui.helpers import QuietAlerts, commit, window_on
from workbench.domain.entities_review import Opinion, ReviewNote, SignOff
from workbench.domain.evaluation import Mark, Problem, mark_id
from workbench.services.editing import Address
from workbench.services.session import Session
from workbench.ui.review_page import ReviewPage


@pytest.fixture
def opened() -> Session:
    return session(
        Problem(id="p1", position=1, title="目标不细化"),
        Opinion(id="o1", position=1, text="凭证已补订，应得满分", indicator="A12", adopted="采纳"),
        Mark(id=mark_id("A12", "征求意见后"), indicator="A12", stage="征求意见后", score=Decimal(3)),
        ReviewNote(id="n1", position=1, level="部门复核", text="请核对凭证"),
    )


@pytest.fixture
def page(qtbot: QtBot, opened: Session) -> ReviewPage:
    window = window_on(qtbot, opened)
    assert window.workplace is not None
    window.workplace.show_page("review")
    shown = window.workplace.page("review")
    assert isinstance(shown, ReviewPage)
    return shown


def signed(opened: Session) -> dict[str, SignOff]:
    return {one.level: one for one in opened.evaluation.table(SignOff).values()}


def test_signing_by_keyboard_holds_until_an_edit_and_again_after_undo(
    page: ReviewPage, opened: Session, qtbot: QtBot
) -> None:
    name = page.names["项目组自查"]
    name.setFocus()
    commit(name, "评价员甲")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert signed(opened)["项目组自查"].by == "评价员甲"
    assert page._reviewing.states[0].holds
    assert "项目组自查" not in page.names
    opened.put(Problem(id="p1", position=1, title="绩效目标没有细化"))
    state = page._reviewing.states[0]
    assert (state.holds, state.changed) == (False, ("问题",))
    assert [one.what for one in page._reviewing.edited_since(signed(opened)["项目组自查"])] in (
        [],
        ["修改问题"],
    )
    opened.undo()
    assert page._reviewing.states[0].holds


def test_a_level_with_open_notes_cannot_be_signed(page: ReviewPage, opened: Session, qtbot: QtBot) -> None:
    name = page.names["部门复核"]
    name.setFocus()
    commit(name, "复核员乙")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "部门复核" not in signed(opened)
    alerts = page.context.alerts
    assert isinstance(alerts, QuietAlerts)
    assert alerts.said == [("error", "部门复核还有 1 条复核意见没有关闭。请逐条答复并关闭后签署。")]
    assert page.names["部门复核"].text() == "复核员乙"


def test_a_finding_leads_to_the_opinion_and_scores_are_logged(page: ReviewPage, opened: Session) -> None:
    page.show_place(Address("opinion", "o1", "score_before"))
    assert page.opinions.current_id() == "o1"
    page._log_scores()
    opinion = opened.evaluation.table(Opinion)["o1"]
    assert opinion.score_after == Decimal(3)


def test_a_new_note_continues_the_level_of_the_last(page: ReviewPage, opened: Session) -> None:
    page.notes.add_row()
    last = opened.evaluation.listed(ReviewNote)[-1]
    assert (last.level, last.text) == ("部门复核", "")


def test_the_reply_is_kept_for_the_row_it_was_typed_for(page: ReviewPage, opened: Session) -> None:
    editor = page._opinion.editors["reply"]
    editor.input.setFocus()
    commit(editor.input, "按补交的凭证改分")
    editor.flush()
    assert opened.evaluation.table(Opinion)["o1"].reply == "按补交的凭证改分"
