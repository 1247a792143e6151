"""开放题归类: open answers put under headings by hand, one key each."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView

from workbench.domain.evaluation import Question
from workbench.domain.sheet_numbers import OPTION_KEYS
from workbench.domain.survey_results import OpenAnswers, open_answers
from workbench.errors import WorkbenchError
from workbench.services.surveying import Surveying
from workbench.ui.context import Context
from workbench.ui.inputs import ComboInput, LineInput
from workbench.ui.two_columns import shorten
from workbench.ui.widgets import Card, label


class _AnswerList(QListView):
    """Answers without a heading; a key of a heading puts the chosen one there."""

    keyed = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits and letters are keys of headings; arrows move."""
        text = event.text().upper()
        held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if text and text in OPTION_KEYS and not held:
            self.keyed.emit(text)
            return
        super().keyPressEvent(event)


class OpenAnswersCard(Card):
    """The answers to one open question: headings with their keys and counts above, what is left below."""

    def __init__(self, context: Context, surveying: Surveying) -> None:
        super().__init__(context.theme, "开放题归类", "选中一条，按数字键归入；Ctrl Z 撤销")
        self._context = context
        self._surveying = surveying
        self._filling = False
        theme = context.theme
        self.picker = ComboInput()
        self.picker.setAccessibleName("开放题")
        shorten(self.picker)
        self.picker.currentIndexChanged.connect(self._on_picked)
        self.body.addWidget(self.picker)
        self.groups = label("", "well", wrap=True)
        self.body.addWidget(self.groups)
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        self.fresh = LineInput()
        self.fresh.setAccessibleName("新的归类")
        self.fresh.setPlaceholderText("新的归类，如 办理时限；Enter 归入选中的一条")
        self.fresh.returnPressed.connect(self._on_fresh)
        row.addWidget(self.fresh)
        self.body.addLayout(row)
        self._texts = QStringListModel()
        self.left = _AnswerList()
        self.left.setAccessibleName("未归类的答案")
        self.left.setModel(self._texts)
        self.left.setUniformItemSizes(True)
        self.left.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.left.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.left.setMinimumHeight(theme.px(150))
        self.left.keyed.connect(self._on_keyed)
        self.body.addWidget(self.left)
        self.told = label("", "soft", wrap=True)
        self.body.addWidget(self.told)
        self._found = OpenAnswers(0, (), ())

    def show_questions(self, questions: list[Question]) -> None:
        """Offer these open questions; the card is hidden while there are none."""
        self.setVisible(bool(questions))
        chosen = self.picker.currentData()
        self._filling = True
        self.picker.clear()
        for question in questions:
            self.picker.addItem(f"第 {question.position} 题 {question.text}", question.id)
        self.picker.setCurrentIndex(max(self.picker.findData(chosen), 0) if questions else -1)
        self._filling = False
        self.refresh()

    @property
    def _question(self) -> Question | None:
        return self._context.session.evaluation.get(Question, str(self.picker.currentData() or ""))

    def _on_picked(self) -> None:
        if not self._filling:
            self.refresh()

    def refresh(self) -> None:
        """Show headings with counts, and what stands under none."""
        question = self._question
        if question is None:
            return
        self._found = found = open_answers(self._context.session.evaluation, question)
        heads = [
            f"{OPTION_KEYS[n]} {group.label} {group.count} 份" for n, group in enumerate(found.groups[:35])
        ]
        self.groups.setText("　".join(heads) or "还没有归类：在下面写一个名称，按 Enter。")
        row = self.left.currentIndex().row()
        self._texts.setStringList([text if count == 1 else f"{text}　×{count}" for text, count in found.left])
        if found.left:
            self.left.setCurrentIndex(self._texts.index(min(max(row, 0), len(found.left) - 1)))
        self.told.setText(f"共 {found.people} 份有文字，未归类 {sum(count for _, count in found.left)} 份。")

    def _chosen(self) -> list[str]:
        rows = {index.row() for index in self.left.selectedIndexes()} or {self.left.currentIndex().row()}
        return [self._found.left[row][0] for row in sorted(rows) if 0 <= row < len(self._found.left)]

    def _on_keyed(self, key: str) -> None:
        place = OPTION_KEYS.find(key)
        if place >= len(self._found.groups):
            self.told.setText(f"没有第“{key}”类，请先在上面新建。")
            return
        self._put(self._found.groups[place].label)

    def _on_fresh(self) -> None:
        if self._put(self.fresh.text()):
            self.fresh.clear()
            self.left.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put(self, heading: str) -> bool:
        question, chosen = self._question, self._chosen()
        if question is None:
            return False

        try:
            self._surveying.group(question.id, heading, chosen)
        except WorkbenchError as error:
            self.told.setText(str(error))
            return False
        return True
