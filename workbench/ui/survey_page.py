"""问卷调查: questionnaires, their questions and options with counts, and the rate of the chosen question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.amounts import exact, show, show_percent
from workbench.domain.evaluation import Evaluation, Input, Option, Question, Questionnaire, input_id
from workbench.domain.survey import Tally, recovery_rate, tally
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.entity_table import EntityTable, actions_of
from workbench.ui.page import Page
from workbench.ui.tally_view import TallyView
from workbench.ui.widgets import Card, Notice, clear, label, link, scrolled


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


class SurveyPage(Page):
    """Three lists on the left, each showing what belongs to the row chosen above; the result on the right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(theme.px(18), theme.px(14), theme.px(18), theme.px(18))
        columns.setSpacing(theme.px(12))
        left = QVBoxLayout()
        left.setSpacing(theme.px(10))
        left.addWidget(label("问卷调查", "title"))
        self.sheets = EntityTable(
            context,
            Questionnaire,
            ("title", "group", "issued", "returned", "valid", "held", "place"),
            most_rows=4,
            hint="还没有问卷。按 Ctrl N 新增，再录入题目、选项和各选项人数。",
        )
        self.questions = EntityTable(
            context,
            Question,
            ("text", "name", "role", "kind", "base", "stated_rate"),
            where=lambda question: question.questionnaire == self.sheets.current_id(),
            defaults=lambda: {"questionnaire": self.sheets.current_id()},
            most_rows=6,
            hint="这份问卷还没有题目。",
        )
        self.options = EntityTable(
            context,
            Option,
            ("label", "weight", "count", "share"),
            where=lambda option: option.question == self.questions.current_id(),
            defaults=lambda: {"question": self.questions.current_id()},
            hint="这道题还没有选项。",
        )
        self._option_card = Card(theme, "选项与人数", "人数与占比填一种；权重如 100%、80%")
        for card, table in (
            (Card(theme, "问卷", "网上发放、份数不明时发放份数留空"), self.sheets),
            (Card(theme, "题目", "题目文字只在这里填写一次"), self.questions),
            (self._option_card, self.options),
        ):
            card.body.addWidget(table)
            left.addWidget(card)
        left.addStretch(1)
        columns.addLayout(left, 3)
        right = QVBoxLayout()
        right.setSpacing(theme.px(10))
        self._result = Card(theme, "计票结果")
        self._view = TallyView(theme)
        self._result.body.addWidget(self._view)
        self._uses = QVBoxLayout()
        self._result.body.addLayout(self._uses)
        right.addWidget(self._result)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(theme.px(8))
        right.addLayout(self._notices)
        right.addStretch(1)
        columns.addLayout(right, 2)
        self._area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)
        self.sheets.view.selectionModel().currentRowChanged.connect(lambda *_: self._on_sheet_chosen())
        self.questions.view.selectionModel().currentRowChanged.connect(lambda *_: self._on_question_chosen())

    def reload(self) -> None:
        """Show all three lists; the first row is chosen where none is."""
        self.sheets.reload()
        _choose_first(self.sheets)
        self._on_sheet_chosen()

    def update_for(self, changed: Changed) -> None:
        """The tables hear changes themselves; the result follows."""
        if changed.touches("questionnaire", "question", "option", "input"):
            self._show_result()

    def _on_sheet_chosen(self) -> None:
        self.questions.reload()
        self.questions.add_button.setEnabled(bool(self.sheets.current_id()))
        _choose_first(self.questions)
        self._on_question_chosen()

    def _on_question_chosen(self) -> None:
        self.options.reload()
        self.options.add_button.setEnabled(bool(self.questions.current_id()))
        self._show_result()

    def _show_result(self) -> None:
        evaluation = self.context.session.evaluation
        question = evaluation.get(Question, self.questions.current_id())
        self._result.setVisible(question is not None)
        self._option_card.setVisible(question is not None and question.kind in {"单选", "多选"})
        clear(self._notices)
        clear(self._uses)
        if question is None:
            return
        result = tally(evaluation, question)
        sheet = result.questionnaire
        self._result.title.setText(f"第 {question.position} 题　{question.name or question.text}")
        self._result.right.setText(_sheets(sheet))
        self._view.show_tally(result)
        for id_ in bound_indicators(evaluation, question):
            go = partial(self.context.navigate, Address("indicator", id_))
            self._uses.addWidget(link(f"用于 {evaluation.form.place(id_)}", go))
        for tone, text in notices(result):
            self._notices.addWidget(Notice(self.context.theme, tone, "", text, "", None))

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Row actions go to the list with the keyboard."""

        def tables() -> list[EntityTable]:
            found = [self.sheets]
            found += [self.questions] if self.sheets.current_id() else []
            return found + ([self.options] if self.questions.current_id() else [])

        return actions_of(tables)

    def show_place(self, place: Address) -> None:
        """Choose the rows that lead to a question or option, and put the cursor there."""
        evaluation = self.context.session.evaluation
        question_id = place.id
        if place.kind == "option" and (option := evaluation.get(Option, place.id)) is not None:
            question_id = option.question
        question = evaluation.get(Question, question_id)
        if question is not None:
            self.sheets.show_row(question.questionnaire)
            self.questions.show_row(question.id, place.field if place.kind == "question" else "")
        table = {"option": self.options, "questionnaire": self.sheets}.get(place.kind, self.questions)
        table.show_row(place.id, place.field)
        self._area.ensureWidgetVisible(table)


def _choose_first(table: EntityTable) -> None:
    if table.model.rows and not table.current_id():
        table.view.setCurrentIndex(table.model.index(0, 0))


def _sheets(sheet: Questionnaire | None) -> str:
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
    if valid is not None and result.base is not None and result.base != valid:
        found.append(("lost", f"各选项人数合计 {show(result.base, 0)}，与有效份数 {valid} 不一致。"))
    whole = [o for o in result.options if o.count is not None and o.count.denominator != 1]
    if whole:
        found.append(("lost", f"“{whole[0].option.label}”的占比 × 份数不是整数，请核对份数或占比。"))
    if rate is not None and result.base is not None and 0 < result.base < 30:
        each = show_percent(Fraction(1) / result.base, 1)
        found.append(
            ("warning", f"样本 {show(result.base, 0)} 份：每一份影响最多 {each}，报告中应写明样本量。")
        )
    return found
