"""跳过条件: which answer to an earlier question lets the chosen one be left out."""

from __future__ import annotations

import dataclasses
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.domain.asked import options_of, questions_of
from workbench.domain.double_entry import skip_condition, skip_sentence, skip_text
from workbench.domain.evaluation import CHOICE_KINDS, Question, Questionnaire
from workbench.ui.context import Context
from workbench.ui.inputs import ComboInput
from workbench.ui.theme import role
from workbench.ui.two_columns import shorten
from workbench.ui.widgets import clear, label


class SkipLine(QWidget):
    """The earlier question, then its options to tick; each tick is kept at once."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._id = ""
        self._filling = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(context.theme.px(4))
        row = QHBoxLayout()
        row.setSpacing(context.theme.px(6))
        row.addWidget(label("跳过条件", "soft"))
        self.asked = ComboInput()
        self.asked.setAccessibleName("跳过条件取决于")
        shorten(self.asked)
        self.asked.currentIndexChanged.connect(self._on_asked)
        row.addWidget(self.asked, 1)
        column.addLayout(row)
        self._options = QHBoxLayout()
        self._options.setSpacing(context.theme.px(4))
        column.addLayout(self._options)
        self.told = label("", "soft", wrap=True)
        column.addWidget(self.told)
        self.buttons: dict[str, QPushButton] = {}

    @property
    def _question(self) -> Question | None:
        return self._context.session.evaluation.get(Question, self._id)

    def show_question(self, id_: str) -> None:
        """Be about another question, or the same one as it stands now."""
        self._id = id_
        evaluation, question = self._context.session.evaluation, self._question
        sheet = evaluation.get(Questionnaire, question.questionnaire) if question is not None else None
        before = []
        for one in questions_of(evaluation, sheet) if sheet is not None else ():
            if one.id == id_:
                break
            if one.kind in CHOICE_KINDS:
                before.append(one)
        self.setVisible(bool(before))
        if question is None:
            return
        self._filling = True
        self.asked.clear()
        self.asked.addItem("无，都要回答", "")
        for one in before:
            self.asked.addItem(f"第 {one.position} 题 {one.text}", one.id)
        kept, options = skip_condition(question)
        self.asked.setCurrentIndex(max(self.asked.findData(kept), 0))
        self._filling = False
        self._show_options(kept, options)
        self.told.setText(skip_sentence(evaluation, question))
        self.told.setVisible(bool(self.told.text()))

    def _show_options(self, asked: str, ticked: frozenset[str]) -> None:
        clear(self._options)
        self.buttons = {}
        evaluation = self._context.session.evaluation
        before = evaluation.get(Question, asked)
        for option in options_of(evaluation, before) if before is not None else ():
            button = QPushButton(option.label)
            button.setCheckable(True)
            button.setChecked(option.id in ticked)
            role(button, "toggle")
            button.clicked.connect(partial(self._on_ticked, option.id))
            self._options.addWidget(button)
            self.buttons[option.id] = button
        if self.buttons:
            self._options.addWidget(label("答这些时跳过", "soft"))
        self._options.addStretch(1)

    def _on_asked(self) -> None:
        if self._filling:
            return
        self._show_options(str(self.asked.currentData() or ""), frozenset())
        self._keep("")

    def _on_ticked(self, _: str, *__: object) -> None:
        chosen = [id_ for id_, button in self.buttons.items() if button.isChecked()]
        self._keep(skip_text(str(self.asked.currentData() or ""), chosen))

    def _keep(self, condition: str) -> None:
        question = self._question
        if question is not None and question.skip_if != condition:
            fresh = dataclasses.replace(question, skip_if=condition)
            self._context.session.put(fresh, label="跳过条件", origin=self)
            self.told.setText(skip_sentence(self._context.session.evaluation, fresh))
            self.told.setVisible(bool(self.told.text()))
