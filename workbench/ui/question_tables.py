"""Questions of one questionnaire with the options of the chosen one, and its result as it is counted."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from workbench.domain.amounts import exact, show, show_percent
from workbench.domain.evaluation import (
    CHOICE_KINDS,
    Evaluation,
    Input,
    Option,
    Question,
    Questionnaire,
    input_id,
)
from workbench.domain.survey import Tally, recovery_rate, tally
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.entity_table import EntityTable
from workbench.ui.tally_view import TallyView
from workbench.ui.two_columns import TwoColumns
from workbench.ui.widgets import Card, Notice, clear, link


def bound_indicators(evaluation: Evaluation, question: Question) -> list[str]:
    """Ids of the indicators whose rule takes the rate of a question."""
    sources = {f"survey:{question.id}", f"survey:{question.code}" if question.code else ""} - {""}
    found = []
    for leaf in evaluation.form.leaves:
        for spec in leaf.rule.inputs() if leaf.rule is not None else ():
            said = evaluation.get(Input, input_id(leaf.id, spec.key))
            source = said.source if said is not None and said.source else spec.source
            if source in sources:
                found.append(leaf.id)
                break
    return found


class QuestionTables(TwoColumns):
    """Two lists on the left, the result of the chosen question on the right. ``chosen`` gives its id."""

    chosen = Signal(str)

    def __init__(
        self,
        context: Context,
        question_fields: Sequence[str],
        option_fields: Sequence[str],
        words: tuple[str, str, str, str],
    ) -> None:
        """``words``: titles and hints of the two cards."""
        super().__init__(context.theme)
        self.context = context
        theme = context.theme
        self._questionnaire = ""
        self.questions = EntityTable(
            context,
            Question,
            question_fields,
            where=lambda question: question.questionnaire == self._questionnaire,
            defaults=lambda: {"questionnaire": self._questionnaire},
            most_rows=8,
            hint="这份问卷还没有题目。按 Ctrl N 新增。",
        )
        self.options = EntityTable(
            context,
            Option,
            option_fields,
            where=lambda option: option.question == self.questions.current_id(),
            defaults=lambda: {"question": self.questions.current_id()},
            hint="这道题还没有选项。",
        )
        self.question_card = Card(theme, words[0], words[1])
        self.question_card.body.addWidget(self.questions)
        self.left.addWidget(self.question_card)
        self.option_card = Card(theme, words[2], words[3])
        self.option_card.body.addWidget(self.options)
        self.left.addWidget(self.option_card)
        self.left.addStretch(1)
        self.result = Card(theme, "计票结果", " ")
        self._view = TallyView(theme)
        self.result.body.addWidget(self._view)
        self._uses = QVBoxLayout()
        self.result.body.addLayout(self._uses)
        self.right.addWidget(self.result)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(theme.px(8))
        self.right.addLayout(self._notices)
        self.right.addStretch(1)
        self.questions.view.selectionModel().currentRowChanged.connect(lambda *_: self._on_question_chosen())

    def show_questionnaire(self, id_: str) -> None:
        """Show the questions of another questionnaire; the first one is chosen where none is."""
        self._questionnaire = id_
        self.questions.reload()
        self.questions.add_button.setEnabled(bool(id_))
        choose_first(self.questions)
        self._on_question_chosen()

    @property
    def question(self) -> Question | None:
        """The question that is chosen."""
        return self.context.session.evaluation.get(Question, self.questions.current_id())

    def update_for(self, changed: Changed) -> None:
        """The tables hear changes themselves; the result follows."""
        if changed.touches("questionnaire", "question", "option", "input", "sheet", "sheet_batch"):
            self.show_result()

    def _on_question_chosen(self) -> None:
        self.options.reload()
        self.options.add_button.setEnabled(bool(self.questions.current_id()))
        self.show_result()
        self.chosen.emit(self.questions.current_id())

    def show_result(self) -> None:
        """Count the chosen question."""
        evaluation, question = self.context.session.evaluation, self.question
        self.result.setVisible(question is not None)
        self.option_card.setVisible(question is not None and question.kind in CHOICE_KINDS)
        clear(self._notices)
        clear(self._uses)
        if question is None:
            return
        result = tally(evaluation, question)
        self.result.title.setText(f"第 {question.position} 题　{question.name or question.text}")
        self.result.right.setText(sheets_in_words(result.questionnaire))
        self._view.show_tally(result)
        for id_ in bound_indicators(evaluation, question):
            go = partial(self.context.navigate, Address("indicator", id_))
            self._uses.addWidget(link(f"用于 {evaluation.form.place(id_)}", go))
        for tone, text in notices(result):
            self._notices.addWidget(Notice(self.context.theme, tone, "", text, "", None))

    def show_place(self, place: Address) -> None:
        """Choose the rows that lead to a question or option, and put the cursor there."""
        question_id = place.id
        option = self.context.session.evaluation.get(Option, place.id) if place.kind == "option" else None
        if option is not None:
            question_id = option.question
        self.questions.show_row(question_id, place.field if place.kind == "question" else "")
        if option is not None:
            self.options.show_row(place.id, place.field)


def choose_first(table: EntityTable) -> None:
    """Choose the first row where none is chosen."""
    if table.model.rows and not table.current_id():
        table.view.setCurrentIndex(table.model.index(0, 0))


def sheets_in_words(sheet: Questionnaire | None) -> str:
    """Valid and issued sheets with the rate of recovery; empty while the valid ones are not known."""
    if sheet is None or sheet.valid is None:
        return ""
    issued = "发放不明" if sheet.issued is None else f"发放 {sheet.issued}"
    rate = recovery_rate(sheet)
    recovered = f" · 有效回收率 {show_percent(rate)}" if rate is not None else ""
    return f"有效 {sheet.valid} · {issued}{recovered}"


def notices(result: Tally) -> list[tuple[str, str]]:
    """What to know about a result: a printed rate that differs, answers that do not add up, a small sample."""
    found: list[tuple[str, str]] = []
    stated, rate = result.question.stated_rate, result.rate
    if stated is not None and rate is not None and exact(stated) != rate:
        found.append(("lost", f"来稿写 {show_percent(stated)}，按人数和权重重算为 {show_percent(rate)}。"))
    valid = result.questionnaire.valid if result.questionnaire is not None else None
    together = result.counted
    single = result.question.kind != "多选" and result.blank is None
    if valid is not None and single and result.base is not None and together != valid:
        found.append(("lost", f"各选项人数合计 {show(together, 0)}，与有效份数 {valid} 不一致。"))
    whole = [o for o in result.options if o.count is not None and o.count.denominator != 1]
    if whole:
        found.append(("lost", f"“{whole[0].option.label}”的占比 × 份数不是整数，请核对份数或占比。"))
    weights = [o.option.weight for o in result.options if o.option.weight is not None]
    if weights != sorted(weights, reverse=True):
        found.append(("warning", "选项权重没有由高到低排列，请核对权重与选项是否对应。"))
    if rate is not None and result.base is not None and 0 < result.base < 30:
        each = show_percent(Fraction(1) / result.base, 1)
        found.append(
            ("warning", f"样本 {show(result.base, 0)} 份：每一份影响最多 {each}，报告中应写明样本量。")
        )
    return found
