"""问题与建议: problems with their causes and deductions, advice with the problems it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.domain.evaluation import Advice, Deduction, Problem
from workbench.domain.form import show_score
from workbench.services.editing import Address
from workbench.services.linking import linked, linked_from, tie, untie
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.entity_table import EntityTable, actions_of
from workbench.ui.link_picker import LinkPicker, Tie
from workbench.ui.page import Page
from workbench.ui.two_columns import TurningRow
from workbench.ui.widgets import Card, label, scrolled

_SHORT = 26


class ProblemsPage(Page):
    """Two lists on the left, what is said about the chosen row on the right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(18), theme.px(14), theme.px(18), theme.px(18))
        column.setSpacing(theme.px(10))
        column.addWidget(label("问题与建议", "title"))

        self.problems = EntityTable(
            context,
            Problem,
            ("category", "title", "unit"),
            hint="还没有问题。在指标评分页按 Ctrl D 添加扣分时会带出问题，也可按 Ctrl N 新增。",
        )
        self._problem = EntityForm(
            context, Problem, ("description", "cause", "no_deduction_reason"), columns=1
        )
        self._deductions = LinkPicker(theme, "还没有扣分。", self._tie_deduction)
        self._answers = LinkPicker(theme, "还没有建议。", self._tie_advice)
        self._problem_card = self._detail(
            "问题", self._problem, ("对应扣分", self._deductions), ("对应建议", self._answers)
        )
        column.addWidget(self._row("问题清单", self.problems, self._problem_card))

        self.advice = EntityTable(
            context, Advice, ("title", "addressee"), hint="还没有建议。按 Ctrl N 新增，再勾选它回应的问题。"
        )
        self._advice = EntityForm(context, Advice, ("text",), columns=1)
        self._answered = LinkPicker(theme, "还没有问题。", self._tie_problem)
        self._advice_card = self._detail("建议", self._advice, ("回应的问题", self._answered))
        column.addWidget(self._row("意见建议", self.advice, self._advice_card))
        column.addStretch(1)
        self._area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)
        for table in (self.problems, self.advice):
            table.view.selectionModel().currentRowChanged.connect(lambda *_: self._show_details())

    def _detail(self, title: str, form: EntityForm, *pickers: tuple[str, LinkPicker]) -> Card:
        card = Card(self.context.theme, title)
        card.body.addWidget(form)
        for words, picker in pickers:
            card.body.addWidget(label(words, "small"))
            card.body.addWidget(picker)
        card.body.addStretch(1)
        return card

    def _row(self, title: str, table: EntityTable, detail: Card) -> TurningRow:
        row = TurningRow(self.context.theme)
        card = Card(self.context.theme, title)
        card.body.addWidget(table)
        row.add(card, 5)
        row.add(detail, 4)
        return row

    def reload(self) -> None:
        """Show both lists; the first row is chosen where none is."""
        for table in (self.problems, self.advice):
            table.reload()
            if table.model.rows and not table.current_id():
                table.view.setCurrentIndex(table.model.index(0, 0))
        self._show_details()

    def update_for(self, changed: Changed) -> None:
        """Tables and forms hear changes themselves; ties and titles follow here."""
        if changed.touches("problem", "advice", "deduction", "link"):
            self._show_details()

    def _show_details(self) -> None:
        evaluation = self.context.session.evaluation
        problem = evaluation.get(Problem, self.problems.current_id())
        self._problem_card.setVisible(problem is not None)
        if problem is not None:
            self._problem_card.title.setText(f"问题　{_short(problem.title) or '（未写标题）'}")
            self._problem.show_entity(problem.id)
            tied = linked(evaluation, "problem", problem.id, "deduction")
            self._deductions.show_ties(
                [self._deduction_tie(line, line.id in tied) for line in evaluation.listed(Deduction)]
            )
            answers = linked_from(evaluation, "problem", problem.id, "advice")
            self._answers.show_ties(
                [
                    Tie(advice.id, _short(advice.title) or "（未写标题）", advice.id in answers)
                    for advice in evaluation.listed(Advice)
                ]
            )
        advice = evaluation.get(Advice, self.advice.current_id())
        self._advice_card.setVisible(advice is not None)
        if advice is not None:
            self._advice_card.title.setText(f"建议　{_short(advice.title) or '（未写标题）'}")
            self._advice.show_entity(advice.id)
            answered = linked(evaluation, "advice", advice.id, "problem")
            self._answered.show_ties(
                [
                    Tie(found.id, _short(found.title) or "（未写标题）", found.id in answered)
                    for found in evaluation.listed(Problem)
                ]
            )

    def _deduction_tie(self, line: Deduction, tied: bool) -> Tie:
        form = self.context.session.evaluation.form
        indicator = form.get(line.indicator)
        name = indicator.name if indicator is not None else "（指标已不存在）"
        points = "—" if line.points is None else f"−{show_score(form, line.points, indicator)}"
        return Tie(line.id, f"{name}　{points}　{_short(line.reason)}", tied, line.reason)

    def _tie(self, source: tuple[str, str], target: tuple[str, str], *, tied: bool) -> None:
        self.context.flush()
        (tie if tied else untie)(self.context.session, source, target)

    def _tie_deduction(self, id_: str, tied: bool) -> None:
        self._tie(("problem", self.problems.current_id()), ("deduction", id_), tied=tied)

    def _tie_advice(self, id_: str, tied: bool) -> None:
        self._tie(("advice", id_), ("problem", self.problems.current_id()), tied=tied)

    def _tie_problem(self, id_: str, tied: bool) -> None:
        self._tie(("advice", self.advice.current_id()), ("problem", id_), tied=tied)

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Row actions go to the list with the keyboard."""
        return actions_of(lambda: [self.problems, self.advice])

    def show_place(self, place: Address) -> None:
        """Choose a row and put the cursor into the field."""
        table, form = (
            (self.advice, self._advice) if place.kind == "advice" else (self.problems, self._problem)
        )
        table.show_row(place.id, place.field)
        self._show_details()
        self._area.ensureWidgetVisible(table)
        form.focus_field(place.field)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"
