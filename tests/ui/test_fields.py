"""Real keys in, texts and entities out: pausing, leaving, composing, refusing, undoing."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT, session
from tests.ui.helpers import commit, compose
from workbench.domain.evaluation import Deduction, Entry, Overview, Target
from workbench.domain.fields import KINDS, FieldSpec, spec_of
from workbench.errors import WorkbenchError
from workbench.services.editing import Address, put_text
from workbench.services.session import Session
from workbench.ui.fields import FIELD_EDITORS, ChoiceEditor, FieldEditor, RefEditor, editor_for
from workbench.ui.inputs import EnterPresses


@pytest.fixture
def opened() -> Session:
    return session(Target(id="t1", name="知晓率"), Target(id="t2", name="认可率"))


def shown(qtbot: QtBot, opened: Session, address: Address) -> FieldEditor:
    entity_type = {"target": Target, "overview": Overview, "entry": Entry, "deduction": Deduction}[
        address.kind
    ]
    editor = editor_for(
        spec_of(entity_type, address.field), lambda a, text, origin: put_text(opened, a, text, origin)
    )
    editor.rebind(address, "")
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.addWidget(editor)
    column.addWidget(QLineEdit())
    qtbot.addWidget(holder)
    vars(qtbot)["holder"] = holder  # else Python would let go of it
    holder.show()
    editor.input.setFocus()
    qtbot.waitUntil(editor.input.hasFocus)
    return editor


def value(opened: Session, id_: str = "t1") -> Decimal | None:
    found = opened.evaluation.get(Target, id_)
    assert found is not None
    return found.value


VALUE = Address("target", "t1", "value")


def test_every_kind_has_an_editor() -> None:
    assert set(FIELD_EDITORS) == set(KINDS)


def test_typing_on_after_a_pause(qtbot: QtBot, opened: Session) -> None:
    editor = shown(qtbot, opened, VALUE)
    opened.subscribe(lambda _: editor.show_text("4"))  # a page that repaints everything
    qtbot.keyClicks(editor.input, "4.")
    qtbot.waitUntil(lambda: value(opened) == Decimal(4))
    assert editor.text() == "4."
    qtbot.keyClicks(editor.input, "5")
    qtbot.waitUntil(lambda: value(opened) == Decimal("4.5"))


def test_a_late_save_lands_where_it_was_typed(qtbot: QtBot, opened: Session) -> None:
    editor = shown(qtbot, opened, VALUE)
    qtbot.keyClicks(editor.input, "96")
    editor.rebind(Address("target", "t2", "value"), "")
    assert (value(opened, "t1"), value(opened, "t2")) == (Decimal(96), None)
    assert editor.text() == ""


def test_leaving_saves_and_shows_it_as_kept(qtbot: QtBot, opened: Session) -> None:
    editor = shown(qtbot, opened, Address("overview", "overview", "base_date"))
    qtbot.keyClicks(editor.input, "20221114")
    editor.input.clearFocus()
    assert str(opened.evaluation.overview.base_date) == "2022-11-14"
    assert editor.text() == "2022-11-14"


def test_full_width_digits_become_plain_while_typing(qtbot: QtBot, opened: Session) -> None:
    editor = shown(qtbot, opened, VALUE)
    commit(editor.input, "８６。５")
    assert editor.text() == "86.5"
    editor.flush()
    assert value(opened) == Decimal("86.5")


@pytest.mark.parametrize("bad", ["1e999", "NaN", "inf", "abc", "1.2.3", "9" * 60])
def test_what_is_not_a_number_is_refused_with_a_hint(qtbot: QtBot, opened: Session, bad: str) -> None:
    editor = shown(qtbot, opened, VALUE)
    qtbot.keyClicks(editor.input, bad)
    editor.flush()
    assert value(opened) is None
    assert editor.fault
    assert editor.text() == bad
    editor.input.clearFocus()
    assert editor.text() == bad, "what was typed stays to be mended"


def test_points_stay_between_zero_and_the_full_mark(qtbot: QtBot, opened: Session) -> None:
    editor = shown(qtbot, opened, Address("entry", "A11", "override"))
    for bad, word in (("-1", "负"), ("4.5", "不能超过本项分值 4 分")):
        editor.input.selectAll()  # type: ignore[attr-defined]
        qtbot.keyClicks(editor.input, bad)
        editor.flush()
        assert word in editor.fault
    assert opened.evaluation.entry("A11").override is None
    editor.input.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(editor.input, "4")
    editor.flush()
    assert (editor.fault, opened.evaluation.entry("A11").override) == ("", Decimal(4))


def test_composing_changes_nothing_until_committed(qtbot: QtBot, opened: Session) -> None:
    editor = shown(qtbot, opened, Address("overview", "overview", "background"))
    compose(editor.input, "ying'ji")
    assert not editor.pending
    editor.show_text("别处来的文字")
    assert editor.text() == "", "a word being composed is not repainted"
    commit(editor.input, "应急")
    assert editor.pending
    editor.flush()
    assert opened.evaluation.overview.background == "应急"


def test_the_field_being_typed_in_is_not_repainted(qtbot: QtBot, opened: Session) -> None:
    editor = shown(qtbot, opened, VALUE)
    qtbot.keyClicks(editor.input, "3")
    editor.show_text("99")
    assert editor.text() == "3"


def test_the_wheel_never_changes_a_value(qtbot: QtBot, opened: Session) -> None:
    editor = shown(qtbot, opened, Address("target", "t1", "operator"))
    assert isinstance(editor, ChoiceEditor)
    editor.rebind(editor.address, "≤")
    for turn in (120, -120):
        event = QWheelEvent(
            QPointF(5, 5), editor.input.mapToGlobal(QPointF(5, 5)), QPoint(), QPoint(0, turn),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(editor.input, event)
    assert editor.text() == "≤"


def test_every_list_of_choices_lets_the_wheel_pass() -> None:
    """The one class that does is the only one that is made; there are no spin boxes and sliders."""
    made = re.compile(r"\bQ(ComboBox|SpinBox|DoubleSpinBox|Slider|Dial|Date(Time)?Edit|TimeEdit)\(")
    sources = sorted((ROOT / "workbench" / "ui").rglob("*.py"))
    found = {path.name for path in sources if made.search(path.read_text(encoding="utf-8"))}
    assert found == set()
    assert "class ComboInput(QComboBox):" in (ROOT / "workbench/ui/inputs.py").read_text(encoding="utf-8")


def test_enter_presses_the_button_that_the_keyboard_is_on(qtbot: QtBot, qapp: QApplication) -> None:
    presses = EnterPresses(qapp)
    box = QWidget()
    qtbot.addWidget(box)
    row = QHBoxLayout(box)
    pressed: list[str] = []
    button, other, tick = QPushButton("甲"), QPushButton("乙"), QCheckBox("丙")
    for widget in (button, other, tick):
        row.addWidget(widget)
    button.clicked.connect(lambda: pressed.append("甲"))
    other.clicked.connect(lambda: pressed.append("乙"))
    box.show()
    qtbot.waitExposed(box)
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow)
    for widget in (button, other, tick):
        widget.setFocus()
        qtbot.waitUntil(widget.hasFocus)
        qtbot.keyClick(widget, Qt.Key.Key_Return)
        qtbot.keyClick(widget, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert pressed == ["甲", "乙"]
    assert not tick.isChecked()
    assert presses is not None


def test_a_failing_save_keeps_the_text_pending(qtbot: QtBot) -> None:
    full = [True]

    def save(address: object, text: str, origin: object) -> str:
        if full[0]:
            raise WorkbenchError("disk-full", "磁盘已满。", "请清理后重试。")
        return ""

    editor = editor_for(FieldSpec("x", "名称", "line"), save)
    qtbot.addWidget(editor)
    commit(editor.input, "甲")
    with pytest.raises(WorkbenchError):
        editor.flush()
    assert editor.pending
    full[0] = False
    editor.flush()
    assert not editor.pending


def test_a_text_of_an_entity_that_is_gone_is_dropped(opened: Session) -> None:
    target = opened.evaluation.get(Target, "t1")
    assert target is not None
    opened.remove(target)
    assert put_text(opened, VALUE, "5") == ""
    assert opened.evaluation.get(Target, "t1") is None


def test_text_editors_grow_and_pass_tab_on(qtbot: QtBot, opened: Session) -> None:
    editor = shown(qtbot, opened, Address("overview", "overview", "basis"))
    low = editor.input.sizeHint().height()
    assert isinstance(editor.input, QPlainTextEdit)
    editor.rebind(editor.address, "一\n二\n三\n四\n五\n六")
    assert editor.input.sizeHint().height() > low
    qtbot.keyClick(editor.input, Qt.Key.Key_Tab)
    assert not editor.input.hasFocus()


def test_required_fields_are_not_emptied(qtbot: QtBot, opened: Session) -> None:
    opened.put(dataclasses.replace(opened.evaluation.overview, project="热线"))
    editor = shown(qtbot, opened, Address("overview", "overview", "project"))
    editor.rebind(editor.address, "热线")
    qtbot.keyClick(editor.input, Qt.Key.Key_Backspace)
    qtbot.keyClick(editor.input, Qt.Key.Key_Backspace)
    editor.flush()
    assert editor.fault == "请填写项目名称。"
    assert opened.evaluation.overview.project == "热线"


def test_choices_laid_out_anew_during_a_save_write_nothing(qtbot: QtBot) -> None:
    kept: list[str] = []

    def save(_address: object, text: str, _origin: object) -> str:
        kept.append(text)
        editor.refill()  # as a form does that follows the session
        return ""

    field = FieldSpec("indicator", "对应评价指标", "ref")
    editor = RefEditor(field, save, options=lambda: [("D11", "资金到位率"), ("D12", "执行率")])
    qtbot.addWidget(editor)
    editor.rebind(Address("target", "t1", "indicator"), "D11")
    editor.input.setCurrentIndex(2)  # type: ignore[attr-defined]
    assert (kept, editor.text(), editor.pending) == (["D12"], "D12", False)
