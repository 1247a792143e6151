"""One input of a scoring standard: a value typed or bound, where it comes from; or one 评价要点 with its keys."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.amounts import show_plain
from workbench.domain.evaluation import input_id
from workbench.domain.rules.base import Given, InputSpec
from workbench.domain.scoring import MANUAL
from workbench.domain.sources import Choice, place_of_source
from workbench.services.editing import (
    Address,
    bind_input,
    count_typed,
    input_field,
    input_of,
    put_input,
    put_point,
)
from workbench.ui.context import Context
from workbench.ui.fields import editor_for
from workbench.ui.inputs import ComboInput
from workbench.ui.theme import role
from workbench.ui.widgets import label, link

BY_HAND = "手工填写"
#: Keys of a 评价要点.
_SAID = {Qt.Key.Key_1: "符合", Qt.Key.Key_2: "部分", Qt.Key.Key_3: "不符合"}
_CLEAR = frozenset((Qt.Key.Key_0, Qt.Key.Key_Delete))
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Return: 1,
    Qt.Key.Key_Enter: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Backspace: -1,
}


class ValueInput:
    """The widgets of one typed or bound input, put into four columns of a grid: name, value, origin, choice."""

    def __init__(
        self, context: Context, indicator: str, spec: InputSpec, grid: QGridLayout, row: int
    ) -> None:
        self._context = context
        self._indicator = indicator
        self.spec = spec
        self._source = ""
        theme = context.theme
        self.editor = editor_for(input_field(spec), self._save)
        self.editor.place = Address("input", input_id(indicator, spec.key), "value")
        self.editor.drafts = context.drafts
        self.editor.rebind(spec.key, self._said_text())
        self.editor.input.setMinimumWidth(theme.px(76))
        self.linked = label("", "well")
        self.linked.setMinimumWidth(theme.px(68))
        self.linked.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.origin = link("", self._go, plain=True)
        self.origin.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.note = label("", "small", wrap=True)
        self.by_hand = QCheckBox("以填写值为准")
        self.by_hand.clicked.connect(
            lambda checked: count_typed(context.session, indicator, spec, typed=checked)
        )
        self._wanted = self._lacking = False
        self.other = link("另填…", self._type_beside, plain=True)
        self.other.setToolTip("填写另一个数，与取数值并列；勾选“以填写值为准”后按填写值计分")
        self.choice = ComboInput()
        self.choice.setToolTip("这个数取自哪里")
        self.choice.setAccessibleName(f"{spec.label}取自")
        self.choice.setSizeAdjustPolicy(ComboInput.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(5)
        self.choice.setMaximumWidth(theme.px(150))
        self.choice.activated.connect(self._on_chosen)
        name = label(spec.label, "", wrap=True)
        name.setBuddy(self.editor.input)
        name.setMinimumWidth(min(name.fontMetrics().horizontalAdvance(spec.label) + 2, theme.px(110)))
        if spec.hint:
            name.setToolTip(spec.hint)
        values = QHBoxLayout()
        values.setSpacing(theme.px(6))
        values.addWidget(self.linked)
        values.addWidget(self.editor)
        values.addWidget(self.by_hand)
        values.addWidget(self.origin)
        values.addWidget(self.other)
        values.addWidget(self.note, 1)
        values.addStretch(0)
        grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addLayout(values, row, 1)
        grid.addWidget(self.choice, row, 2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def first(self) -> QWidget:
        """Where the keyboard goes: the field, what leads to a value that is missing, or opens one beside it."""
        if not self.editor.isHidden():
            return self.editor.input
        return self.origin if self._lacking else self.other

    def _said_text(self) -> str:
        return input_of(self._context.session.evaluation, self._indicator, self.spec.key).value

    def _save(self, _: object, text: str, origin: object) -> str:
        return put_input(self._context.session, self._indicator, self.spec, text, origin)

    def _go(self) -> None:
        kind, id_, field = place_of_source(self._source)
        if kind == "indicator":  # it is kept right here
            id_ = self._indicator
        if kind:
            self._context.navigate(Address(kind, id_, field))

    def _type_beside(self) -> None:
        """Open the field for a value beside the bound one."""
        self._wanted = True
        self.other.hide()
        self.editor.show()
        self.by_hand.show()
        self.editor.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chosen(self, index: int) -> None:
        self._context.flush()
        bind_input(self._context.session, self._indicator, self.spec, str(self.choice.itemData(index) or ""))

    def show_given(self, given: Given, choices: list[Choice], origin: object) -> None:
        """Show the value as it counts; the field that is being typed in is left alone."""
        said = input_of(self._context.session.evaluation, self._indicator, self.spec.key)
        self._source = said.source or self.spec.source
        bound = self._source not in {"", "manual"}
        if self.editor is not origin:
            self.editor.show_text(said.value)
        bound_value = given.linked if given.linked is not None else given
        self.linked.setVisible(bound)
        self.linked.setText(bound_value.text or "—")
        typed = bool(said.value) or self.editor.pending or bool(self.editor.fault)
        beside = not bound or said.manual or typed or self._wanted
        self.editor.setVisible(beside)
        self.by_hand.setVisible(bound and beside)
        self.other.setVisible(not beside)
        with QSignalBlocker(self.by_hand):
            self.by_hand.setChecked(said.manual)
        typed_counts = bound and said.manual and bool(said.value)
        self.linked.setEnabled(not typed_counts)
        self.editor.input.setToolTip("填写值" if bound else "")
        self._lacking = bound and bound_value.value is None and bool(bound_value.origin)
        self.origin.setVisible(bound and bool(bound_value.origin))
        # By mouse at any time; by keyboard where the value has still to be filled in.
        reach = Qt.FocusPolicy.TabFocus if self._lacking else Qt.FocusPolicy.NoFocus
        if not (self.origin.hasFocus() and reach == Qt.FocusPolicy.NoFocus):
            self.origin.setFocusPolicy(reach)
        self.origin.setToolTip("到这个数所在的地方" + ("去填写" if self._lacking else ""))
        self.origin.setText(f"↗ {bound_value.origin}")
        self.note.setText(given.fault or (given.origin if not bound and given.origin != MANUAL else ""))
        role(self.note, "fault" if given.fault else "small")
        self.note.setVisible(bool(self.note.text()))
        if not bound:
            self.editor.show_placeholder(given.text if given.origin != MANUAL else self.spec.hint)
        self._show_choices(choices, bound_value, bound=bound)

    def _show_choices(self, choices: list[Choice], value: Given, *, bound: bool) -> None:
        dated = self.spec.kind == "date"
        fitting = [choice for choice in choices if choice.dated == dated]
        offered = [("", BY_HAND), *((choice.source, choice.label) for choice in fitting)]
        chosen = self._source if bound else ""
        if bound and chosen not in dict(
            offered
        ):  # bound by a name instead of an id: the one that says the same
            said = (value.origin, value.name, value.value)
            same = (c.source for c in fitting if (c.given.origin, c.given.name, c.given.value) == said)
            chosen = next(same, chosen)
            if chosen not in dict(offered):
                offered.append((chosen, "标准指定的来源"))
        with QSignalBlocker(self.choice):
            if [self.choice.itemData(n) for n in range(self.choice.count())] != [s for s, _ in offered]:
                self.choice.clear()
                for source, words in offered:
                    self.choice.addItem(words, source)
            self.choice.setCurrentIndex(self.choice.findData(chosen))
        self.choice.setVisible(len(offered) > 1)


class PointInput(QFrame):
    """One 评价要点: 1 符合, 2 部分 with its points, 3 不符合; a key says it and goes on to the next one."""

    def __init__(self, context: Context, indicator: str, spec: InputSpec) -> None:
        super().__init__()
        self._context = context
        self._indicator = indicator
        self.spec = spec
        self.neighbours: Callable[[PointInput, int], None] = lambda _row, _by: None
        theme = context.theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        role(self, "point")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(4), theme.px(1), theme.px(4), theme.px(1))
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        column.addLayout(row)
        words = label(spec.label, "", wrap=True)
        self.setAccessibleName(spec.label)
        row.addWidget(words, 1)
        self._marks = label(f"{show_plain(spec.marks or 0)} 分", "soft")
        row.addWidget(self._marks)
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self.buttons: dict[str, QPushButton] = {}
        for text, key in (("符合", 1), ("部分", 2), ("不符合", 3)):
            button = QPushButton(text)
            role(button, "toggle")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setToolTip(f"按 {key}，随即到下一要点；按 0 清除")
            button.clicked.connect(lambda _=False, said=text: self.say(said))
            self.buttons[text] = button
            row.addWidget(button)
        self.editor = editor_for(input_field(spec), self._save)
        self.editor.input.setMaximumWidth(theme.px(64))
        self.editor.input.setMinimumWidth(theme.px(52))
        self.editor.place = Address("input", input_id(indicator, spec.key), "value")
        self.editor.drafts = context.drafts
        self.editor.rebind(spec.key, "")
        row.addWidget(self.editor)
        column.addWidget(self.editor.lend_hint(), 0, Qt.AlignmentFlag.AlignRight)

    def _save(self, _: object, text: str, origin: object) -> str:
        return put_point(self._context.session, self._indicator, self.spec, text, origin)

    @property
    def _now(self) -> str:
        return input_of(self._context.session.evaluation, self._indicator, self.spec.key).value

    def say(self, text: str) -> None:
        """Say 符合, 部分 (half of the points to begin with) or 不符合; the same again takes it back."""
        now = self._now
        said = "部分" if now not in {"", "符合", "不符合"} else now
        self._put("" if text == said else text)

    def answer(self, text: str) -> None:
        """Say it by a key: the same again leaves it, and the keyboard goes on to the next point.

        部分 asks for its points first; Enter there goes on.
        """
        now = self._now
        partly = now not in {"", "符合", "不符合"}
        if text != "部分" or not partly:
            self._put(text)
        else:
            self._ask_points()
        if text != "部分":
            self.neighbours(self, 1)

    def _put(self, text: str) -> None:
        half = show_plain((self.spec.marks or Decimal(0)) / 2, 2).rstrip("…")
        put_point(self._context.session, self._indicator, self.spec, half if text == "部分" else text)
        if text == "部分":
            self._ask_points()
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_points(self) -> None:
        self.editor.input.setFocus(Qt.FocusReason.OtherFocusReason)
        select = getattr(self.editor.input, "selectAll", None)
        if select is not None:
            select()

    def show_given(self, given: Given, choices: list[Choice], origin: object) -> None:
        """Show what is said of this point."""
        now = self._now
        partly = now not in {"", "符合", "不符合"}
        chosen = "部分" if partly else now
        for text, button in self.buttons.items():
            button.setChecked(text == chosen)
        if self.editor is not origin:
            self.editor.show_text(now if partly else "")
        self.editor.setVisible(partly or self.editor.pending or bool(self.editor.fault))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1, 2, 3 say it and go on, 0 takes it back; Enter and ↓ go on, Backspace and ↑ go back.

        What the field of the points lets pass arrives here too: the arrows, and Enter once it is saved.
        """
        key = Qt.Key(event.key())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in _SAID and self.hasFocus():
            self.answer(_SAID[key])
        elif key in _CLEAR and self.hasFocus():
            self._put("")
        elif key in _STEPS:
            self.editor.flush()
            if not self.editor.fault:
                self.neighbours(self, _STEPS[key])
        else:
            super().keyPressEvent(event)
