"""资料与记录 by keyboard, with Chinese as an input method commits it."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.forms.reading import read_form
from tests.helpers import session
from tests.ui.helpers import commit, compose, services_on, window_on
from workbench.domain.entities_records import (
    SIGNED,
    DocumentRequest,
    Exchange,
    Fact,
    Interview,
    SampledItem,
    Sampling,
    SiteRecord,
)
from workbench.domain.evaluation import Evidence, Input, Link, Overview, input_id
from workbench.services.attaching import Attaching
from workbench.services.editing import Address
from workbench.services.linking import linked
from workbench.services.session import Session
from workbench.store.evidence import Vault
from workbench.ui.evidence_intake import intake_of
from workbench.ui.interviews_part import InterviewsPart
from workbench.ui.main_window import MainWindow
from workbench.ui.records_page import RecordsPage
from workbench.ui.requests_part import RequestsPart
from workbench.ui.sampling_part import SamplingPart
from workbench.ui.site_part import SitePart

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
TODAY = date(2022, 11, 20)  # of the services that tests give a window


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def shown(qtbot: QtBot, opened: Session) -> tuple[MainWindow, RecordsPage]:
    window = window_on(qtbot, opened)
    qtbot.waitUntil(window.isActiveWindow)
    assert window.workplace is not None
    window.workplace.show_page("records")
    page = window.workplace.page("records")
    assert isinstance(page, RecordsPage)
    return window, page


def requests(*states: str) -> list[DocumentRequest]:
    return [
        DocumentRequest(id=f"r{n}", position=n, name=f"资料{n}", status=state, due=date(2022, 11, 10 + n))
        for n, state in enumerate(states, start=1)
    ]


# —— the list of documents ——


def test_the_usual_list_comes_in_one_step_and_goes_in_one(qtbot: QtBot) -> None:
    opened = session(Overview(project="热线", year="2022"), form=read_form("qixia-2022"))
    window, page = shown(qtbot, opened)
    part = page.part
    assert isinstance(part, RequestsPart)
    part.usual.setFocus()
    qtbot.keyClick(part.usual, KEY.Key_Space)
    assert len(part.table.model.rows) == 24
    assert page.tabs.button(0).text() == "资料清单 0/24"
    window.workplace.undo()  # type: ignore[union-attr]
    assert not part.table.model.rows


def test_digits_set_the_state_and_the_next_row_comes_up(qtbot: QtBot) -> None:
    opened = session(*requests("未收", "未收", "未收", "未收"))
    _, page = shown(qtbot, opened)
    part = page.part
    assert isinstance(part, RequestsPart)
    part.show_only("未收")
    part.table.show_row("r1", "name")
    for key in (KEY.Key_2, KEY.Key_3, KEY.Key_4):
        qtbot.keyClick(part.table.view, key)
    table = opened.evaluation.table(DocumentRequest)
    assert [table[f"r{n}"].status for n in (1, 2, 3, 4)] == ["已收", "缺失", "不适用", "未收"]
    assert (table["r1"].received, table["r1"].to_whom) == (TODAY, "评价员甲")
    assert part.table.current_id() == "r4"
    opened.undo()
    assert opened.evaluation.table(DocumentRequest)["r3"].status == "未收"


def test_digits_are_typed_where_a_cell_takes_digits(qtbot: QtBot) -> None:
    opened = session(*requests("未收"))
    _, page = shown(qtbot, opened)
    part = page.part
    assert isinstance(part, RequestsPart)
    part.table.show_row("r1", "due")
    qtbot.keyClick(part.table.view, KEY.Key_2)
    assert opened.evaluation.table(DocumentRequest)["r1"].status == "未收"
    assert part.table.view.state() == part.table.view.State.EditingState


def test_what_is_overdue_is_counted_in_the_navigation_and_filtered(qtbot: QtBot) -> None:
    opened = session(*requests("未收", "已收", "缺失"))
    window, page = shown(qtbot, opened)
    assert window.workplace is not None
    window.workplace.show_state()
    step = window.workplace.navigation._steps["records"]
    assert step.accessibleDescription() == "逾期 1"
    part = page.part
    assert isinstance(part, RequestsPart)
    part.show_only("逾期")
    assert [row.id for row in part.table.model.rows] == ["r1"]
    qtbot.keyClick(part.table.view, KEY.Key_2)
    window.workplace.show_state()
    assert step.accessibleDescription() == "2/3"
    assert not part.table.model.rows


def test_one_due_date_for_all_that_have_none(qtbot: QtBot) -> None:
    opened = session(DocumentRequest(id="a", name="一"), DocumentRequest(id="b", name="二", status="已收"))
    _, page = shown(qtbot, opened)
    part = page.part
    assert isinstance(part, RequestsPart)
    part.due.setFocus()
    qtbot.keyClicks(part.due, "20221130x")
    qtbot.keyClick(part.due, KEY.Key_Return)
    assert "2022-11-14" in part._said.text()
    part.due.setText("20221130")
    qtbot.keyClick(part.due, KEY.Key_Return)
    table = opened.evaluation.table(DocumentRequest)
    assert (table["a"].due, table["b"].due) == (date(2022, 11, 30), None)


def test_ticking_an_indicator_ties_the_request(qtbot: QtBot) -> None:
    opened = session(*requests("未收"), form=read_form("qixia-2022"))
    _, page = shown(qtbot, opened)
    part = page.part
    assert isinstance(part, RequestsPart)
    leaf = opened.evaluation.form.leaves[0].id
    qtbot.keyClick(part.ties.picker.boxes[leaf], KEY.Key_Space)
    assert linked(opened.evaluation, "document_request", "r1", "indicator") == {leaf}
    assert part.ties.right.text() == "1 项"


# —— interviews ——


def test_a_talk_is_written_with_enter_alone(qtbot: QtBot) -> None:
    opened = session(Interview(id="t", position=1, title="进点座谈"))
    _, page = shown(qtbot, opened)
    qtbot.keyClick(page, KEY.Key_PageDown, CTRL)
    part = page.part
    assert isinstance(part, InterviewsPart)
    part.entry.focus_question()
    for question, answer in (("为什么立项？", "归并热线。"), ("目标怎么定？", "按年度分解。")):
        compose(focused(), "为")
        commit(focused(), question)
        qtbot.keyClick(focused(), KEY.Key_Return)
        commit(focused(), answer)
        qtbot.keyClick(focused(), KEY.Key_Return)
    lines = opened.evaluation.listed(Exchange)
    assert [(line.question, line.answer) for line in lines] == [
        ("为什么立项？", "归并热线。"),
        ("目标怎么定？", "按年度分解。"),
    ]
    assert {line.interview for line in lines} == {"t"}
    assert part.entry.editors["question"].input is focused()
    qtbot.keyClick(focused(), KEY.Key_Return)  # nothing written: nothing comes to be
    assert len(opened.evaluation.table(Exchange)) == 2


def test_answers_go_through_the_outline(qtbot: QtBot) -> None:
    opened = session(Interview(id="t", position=1, title="进点座谈"))
    _, page = shown(qtbot, opened)
    page.show_part(1)
    part = page.part
    assert isinstance(part, InterviewsPart)
    part.add_outline()
    total = len(opened.evaluation.table(Exchange))
    for answer in ("三年计划。", "按科室分解。"):
        commit(focused(), answer)
        qtbot.keyClick(focused(), KEY.Key_Return)
    lines = opened.evaluation.listed(Exchange)
    assert [line.answer for line in lines[:3]] == ["三年计划。", "按科室分解。", ""]
    assert len(lines) == total
    assert part.talk.right.text() == f"{total} 问，已答 2"


def test_shift_enter_stays_in_the_answer(qtbot: QtBot) -> None:
    opened = session(Interview(id="t", title="座谈"), Exchange(id="x", interview="t", question="问"))
    _, page = shown(qtbot, opened)
    page.show_part(1)
    part = page.part
    assert isinstance(part, InterviewsPart)
    part.lines.show_row("x")
    box = part.entry.editors["answer"].input
    box.setFocus()
    commit(box, "第一行")
    qtbot.keyClick(box, KEY.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    commit(box, "第二行")
    qtbot.keyClick(box, KEY.Key_Return)
    assert opened.evaluation.table(Exchange)["x"].answer == "第一行\n第二行"


def test_what_is_typed_is_saved_before_another_part_is_seen(qtbot: QtBot) -> None:
    opened = session(Interview(id="t", title="座谈"))
    window, page = shown(qtbot, opened)
    page.show_part(1)
    part = page.part
    assert isinstance(part, InterviewsPart)
    part.entry.focus_question()
    commit(focused(), "没写完的问题")
    window.workplace.show_page("overview")  # type: ignore[union-attr]
    assert [line.question for line in opened.evaluation.listed(Exchange)] == ["没写完的问题"]


def test_an_undone_line_leaves_an_empty_one_to_write(qtbot: QtBot) -> None:
    opened = session(Interview(id="t", title="座谈"))
    _, page = shown(qtbot, opened)
    page.show_part(1)
    part = page.part
    assert isinstance(part, InterviewsPart)
    part.entry.focus_question()
    commit(focused(), "写错的问题")
    part.entry.editors["question"].flush()
    opened.undo()
    assert part.entry.editors["question"].text() == ""
    commit(part.entry.editors["question"].input, "改写的问题")
    part.entry.editors["question"].flush()
    assert [line.question for line in opened.evaluation.listed(Exchange)] == ["改写的问题"]


# —— papers ——


def test_the_papers_beside_are_those_of_the_chosen_record(qtbot: QtBot) -> None:
    item = Evidence(id="e", number=3, title="签到表")
    tie = Link(id="l", from_kind="evidence", from_id="e", to_kind="interview", to_id="t")
    opened = session(
        Interview(id="t", title="座谈"), Interview(id="u", position=1, title="另一次"), item, tie
    )
    window, page = shown(qtbot, opened)
    page.show_part(1)
    page.part.records.show_row("t")
    assert page.papers.target() == ("interview", "t")
    assert [row.item.id for row in page.papers.cards.rows] == ["e"]
    page.toggle_signed()
    assert opened.evaluation.table(Link)["l"].note == SIGNED
    assert page.sign.text() == "取消签字确认页"
    page.part.records.show_row("u")
    assert page.papers.cards.rows == []
    assert page.sign.isHidden()
    assert window.workplace is not None


def test_photos_dropped_or_pasted_belong_to_the_chosen_visit(qtbot: QtBot, tmp_path: Path) -> None:
    opened = session(SiteRecord(id="v", title="大厅勘查"), SiteRecord(id="w", position=1, title="镇街"))
    attaching = Attaching(opened, Vault(tmp_path / "evidence"))
    services = dataclasses.replace(services_on(opened), attaching=attaching)
    window = window_on(qtbot, opened, services=services)
    assert window.workplace is not None
    window.workplace.show_page("records")
    page = window.workplace.page("records")
    assert isinstance(page, RecordsPage)
    page.show_part(2)
    page.part.records.show_row("w")
    intake = intake_of(window.workplace.context)
    assert intake is not None
    photo = tmp_path / "大厅 一.png"
    QImage(40, 30, QImage.Format.Format_RGB32).save(str(photo))
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(photo))])
    held = (Qt.DropAction.CopyAction, dropped, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(intake.settled):
        QApplication.sendEvent(page.papers, QDragEnterEvent(QPoint(5, 5), *held))
        QApplication.sendEvent(page.papers, QDropEvent(QPointF(5, 5), *held))
    QGuiApplication.clipboard().setImage(QImage(50, 30, QImage.Format.Format_RGB32))
    page.part.records.show_row("v")
    with qtbot.waitSignal(intake.settled):
        page.actions_here()["paste_evidence"]()
    found = {link.to_id: link.to_kind for link in opened.evaluation.table(Link).values()}
    assert found == {"w": "site_record", "v": "site_record"}
    assert [row.item.title for row in page.papers.cards.rows] == ["粘贴的图片"]


# —— visits, facts, samples ——


def test_a_fact_leads_to_the_indicator_that_takes_it(qtbot: QtBot) -> None:
    form = read_form("qixia-2022")
    leaf = next(leaf for leaf in form.leaves if leaf.rule is not None and leaf.rule.kind == "per_fault")
    spec = leaf.rule.inputs()[0]  # type: ignore[union-attr]
    opened = session(
        SiteRecord(id="v", title="大厅勘查", started=date(2022, 11, 14)),
        Fact(id="f", record="v", name="无人值守次数", value=Decimal(1)),
        Input(id=input_id(leaf.id, spec.key), indicator=leaf.id, key=spec.key, source="record:f"),
        form=form,
    )
    window, page = shown(qtbot, opened)
    page.show_part(2)
    part = page.part
    assert isinstance(part, SitePart)
    assert part._uses.count() == 1
    button = part._uses.itemAt(0).widget()
    assert leaf.name in button.text()  # type: ignore[union-attr]
    button.click()  # type: ignore[union-attr]
    assert window.workplace is not None
    assert window.workplace.current == "scoring"
    window.workplace.navigate(Address("fact", "f", "value"))
    assert window.workplace.current == "records"
    assert part.facts.current_id() == "f"


def test_a_new_fact_belongs_to_the_chosen_visit_and_its_day(qtbot: QtBot) -> None:
    opened = session(SiteRecord(id="v", title="大厅勘查", started=date(2022, 11, 14)))
    _, page = shown(qtbot, opened)
    page.show_part(2)
    part = page.part
    assert isinstance(part, SitePart)
    part.facts.add_row()
    commit(focused(), "在岗坐席")
    qtbot.keyClick(focused(), KEY.Key_Return)
    (fact,) = opened.evaluation.listed(Fact)
    assert (fact.record, fact.name, fact.observed) == ("v", "在岗坐席", date(2022, 11, 14))


def test_drawing_by_a_seed_and_what_stands_in_the_way(qtbot: QtBot) -> None:
    opened = session(Sampling(id="s", title="镇街抽样", population=15, population_money=Decimal(100)))
    _, page = shown(qtbot, opened)
    page.show_part(3)
    part = page.part
    assert isinstance(part, SamplingPart)
    part.number.setText("99")
    part.seed.setText("2022-11-14")
    part.draw()
    assert "1 到 15" in part._said.text()
    part.number.setText("3")
    qtbot.keyClick(part.seed, KEY.Key_Return)
    assert len(opened.evaluation.table(SampledItem)) == 3
    assert part.list.right.text().startswith("抽取 3 / 15，20.00%")
    assert part._said.isHidden()


@pytest.mark.parametrize(
    ("kind", "id_", "part"),
    [("document_request", "r1", 0), ("exchange", "x", 1), ("site_record", "v", 2), ("sampled_item", "i", 3)],
)
def test_every_kind_is_found_from_elsewhere(qtbot: QtBot, kind: str, id_: str, part: int) -> None:
    opened = session(
        *requests("已收"), Interview(id="t", title="座谈"), Exchange(id="x", interview="t", question="问"),
        SiteRecord(id="v", title="勘查"), Sampling(id="s", title="抽样"),
        SampledItem(id="i", sampling="s", name="甲镇"),
    )  # fmt: skip
    window, page = shown(qtbot, opened)
    assert window.workplace is not None
    window.workplace.show_page("overview")
    window.workplace.navigate(Address(kind, id_))
    assert page.stack.currentIndex() == part
    assert page.tabs.button(part).isChecked()


def test_parts_go_round_by_keys(qtbot: QtBot) -> None:
    window, page = shown(qtbot, session())
    for expected in (1, 2, 3, 0):
        qtbot.keyClick(window, KEY.Key_PageDown, CTRL)
        assert page.stack.currentIndex() == expected
    qtbot.keyClick(window, KEY.Key_PageUp, CTRL)
    assert page.stack.currentIndex() == 3


def test_on_a_narrow_screen_the_papers_take_the_place_of_the_record(qtbot: QtBot) -> None:
    window, page = shown(
        qtbot,
        session(
            Interview(id="t", title="座谈"),
            Evidence(id="e", number=1, title="座谈照片"),
            Link(id="l", from_kind="evidence", from_id="e", to_kind="interview", to_id="t"),
        ),
    )
    page.show_part(1)
    assert (page.papers.isVisible(), page.swap.isVisible()) == (True, False)
    window.resize(900, 700)
    qtbot.waitUntil(page.swap.isVisible)
    assert (page.papers.isVisible(), page.stack.isVisible(), page.swap.text()) == (False, True, "本项材料 1")
    page.swap.click()
    assert (page.papers.isVisible(), page.stack.isVisible()) == (True, False)
    page.swap.click()
    assert (page.papers.isVisible(), page.stack.isVisible()) == (False, True)
