"""结果: every question with its chart and derivation, the combined rate, open answers, and the signing off."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from workbench.domain.amounts import show_percent, show_plain
from workbench.domain.charts import scale_chart
from workbench.domain.entities_survey import SurveyResult
from workbench.domain.evaluation import CHOICE_KINDS, Evaluation, Question, Questionnaire
from workbench.domain.survey import Tally, as_counted, questions_of, tally
from workbench.domain.survey_results import has_words, number_summary, overall, sample_advice
from workbench.errors import WorkbenchError
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.services.surveying import Surveying
from workbench.ui.breakdown_card import BreakdownCard
from workbench.ui.chart_view import ChartView
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.inputs import LineInput
from workbench.ui.open_answers_card import OpenAnswersCard
from workbench.ui.question_tables import bound_indicators, sheets_in_words
from workbench.ui.tally_view import TallyView
from workbench.ui.two_columns import TwoColumns
from workbench.ui.widgets import Card, Notice, clear, label, link

#: Results follow changes after this pause, in milliseconds.
FOLLOW_MS = 250


class QuestionCard(Card):
    """The result of one question: bars, derivation, what the sample allows to say, where the rate is used."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme, " ", " ")
        self._context = context
        self._view = TallyView(context.theme)
        self._said = label("", wrap=True)
        self._advice = label("", "soft", wrap=True)
        self._uses = QVBoxLayout()
        self.body.addWidget(self._view)
        self.body.addWidget(self._said)
        self.body.addWidget(self._advice)
        self.body.addLayout(self._uses)

    def show_question(self, evaluation: Evaluation, question: Question) -> Tally:
        """Count and show one question."""
        result = tally(evaluation, question)
        named = f"　{question.name}" if question.name and question.name != question.text else ""
        self.title.setText(f"第 {question.position} 题{named}　{question.text}")
        self.right.setText(result.base_name)
        chosen = question.kind in CHOICE_KINDS
        self._view.setVisible(chosen)
        if chosen:
            self._view.show_tally(result)
        self._said.setText("" if chosen else _written(evaluation, question))
        self._said.setVisible(not chosen)
        advice = sample_advice(result)
        if result.unclear:
            advice = f"{advice}　另有 {result.unclear} 份看不清或多勾，没有计入。"
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        clear(self._uses)
        for id_ in bound_indicators(evaluation, question):
            go = partial(self._context.navigate, Address("indicator", id_))
            self._uses.addWidget(link(f"用于 {evaluation.form.place(id_)}", go))
        return result


def _written(evaluation: Evaluation, question: Question) -> str:
    if question.kind != "数字":
        return "文字题，见右侧“开放题归类”。"
    found = number_summary(evaluation, question)
    if not found.numbers or found.mean is None or found.median is None:
        return "还没有数字答案。"
    strange = f"　不是数字：{'；'.join(found.strange[:3])}" if found.strange else ""
    ends = f"最小 {show_plain(found.least or 0)}，最大 {show_plain(found.most or 0)}"
    return f"{found.numbers} 份：平均 {show_plain(found.mean, 2)}，中位数 {show_plain(found.median, 2)}，{ends}{strange}"


class SurveyResultsPanel(TwoColumns):
    """The questions on the left; the signing off, other groups of respondents and open answers on the right."""

    def __init__(self, context: Context, surveying: Surveying) -> None:
        super().__init__(context.theme)
        self._context = context
        self._surveying = surveying
        self._id = ""
        theme = context.theme
        left, right = self.left, self.right
        self.whole = Card(theme, "综合结果", " ")
        self._rate = label("", "total", wrap=True)
        self._derivation = label("", "well", wrap=True)
        self.details = EntityForm(context, Questionnaire, ("issued", "returned", "aggregation"), columns=3)
        self._chart = ChartView(theme)
        for widget in (self._rate, self._derivation, self.details, self._chart):
            self.whole.body.addWidget(widget)
        left.addWidget(self.whole)
        self._cards: list[QuestionCard] = []
        self._questions = QVBoxLayout()
        self._questions.setSpacing(theme.px(10))
        left.addLayout(self._questions)
        left.addStretch(1)
        self._build_signing(right)
        self.others = Card(theme, "各调查对象")
        self._others = QVBoxLayout()
        self.others.body.addLayout(self._others)
        right.addWidget(self.others)
        self.groups = BreakdownCard(context)
        right.addWidget(self.groups)
        self.open = OpenAnswersCard(context, surveying)
        right.addWidget(self.open)
        right.addStretch(1)
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self.refresh)

    def _build_signing(self, right: QVBoxLayout) -> None:
        theme = self._context.theme
        self.signing = Card(theme, "定稿", "定稿后数据再变，逐项列出差异")
        self._signed = label("", wrap=True)
        self.signing.body.addWidget(self._signed)
        self._changes = QVBoxLayout()
        self.signing.body.addLayout(self._changes)
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        self.by = LineInput()
        self.by.setAccessibleName("定稿人")
        self.by.setPlaceholderText("定稿人姓名")
        self.by.returnPressed.connect(self._freeze)
        row.addWidget(self.by, 1)
        self._sign = link("定稿", self._freeze)
        self._take_back = link("取消定稿", self._unfreeze)
        row.addWidget(self._sign)
        row.addWidget(self._take_back)
        self.signing.body.addLayout(row)
        right.addWidget(self.signing)

    def show_questionnaire(self, id_: str) -> None:
        """Show the results of another questionnaire."""
        if id_ != self._id:
            self._id = id_
            self.details.show_entity(id_)
        self.refresh()

    def update_for(self, changed: Changed) -> None:
        """Follow what was counted, grouped or signed."""
        if changed.touches(
            "questionnaire",
            "question",
            "option",
            "sheet",
            "sheet_batch",
            "answer_group",
            "survey_result",
            "input",
        ):
            self._follow.start()

    def refresh(self) -> None:
        """Count everything as it stands."""
        evaluation = self._context.session.evaluation
        asked = evaluation.get(Questionnaire, self._id)
        self.whole.setVisible(asked is not None)
        self.signing.setVisible(asked is not None)
        questions = questions_of(evaluation, asked) if asked is not None else []
        self._show_questions(evaluation, questions)
        self.groups.show_questions(questions)
        self.open.show_questions([q for q in questions if has_words(evaluation, q)])
        if asked is not None:
            self._show_whole(evaluation, asked)
            self._show_signing(evaluation, asked)
        self._show_others(evaluation)

    def _show_questions(self, evaluation: Evaluation, questions: Sequence[Question]) -> None:
        while len(self._cards) < len(questions):
            card = QuestionCard(self._context)
            self._cards.append(card)
            self._questions.addWidget(card)
        results = []
        for card, question in zip(self._cards, questions, strict=False):
            results.append(card.show_question(evaluation, question))
            card.show()
        for card in self._cards[len(questions) :]:
            card.hide()
        rated = [r for r in results if r.rate is not None]
        self._chart.show_chart(
            scale_chart([(r.question.name or f"第 {r.question.position} 题", r) for r in rated])
        )

    def _show_whole(self, evaluation: Evaluation, asked: Questionnaire) -> None:
        found = overall(evaluation, asked)
        self.whole.title.setText(f"综合结果 · {asked.group or asked.title}")
        self.whole.right.setText(sheets_in_words(as_counted(evaluation, asked)))
        rate = show_percent(found.rate) if found.rate is not None else "—"
        self._rate.setText(f"综合满意度 {rate}（{found.method}，{len(found.tallies)} 题）")
        self._derivation.setText(found.expression or found.fault)

    def _show_signing(self, evaluation: Evaluation, asked: Questionnaire) -> None:
        signed = evaluation.get(SurveyResult, asked.id)
        self._take_back.setVisible(signed is not None)
        self._sign.setText("重新定稿" if signed is not None else "定稿")
        clear(self._changes)
        if signed is None:
            self._signed.setText("尚未定稿。")
            return
        when = "" if signed.frozen is None else f"{signed.frozen.isoformat()} "
        self._signed.setText(f"{when}由 {signed.by or '（未署名）'} 定稿。")
        changes = self._surveying.changes_since_frozen(asked.id)
        for change in changes[:8]:
            self._changes.addWidget(Notice(self._context.theme, "warning", "", str(change), "", None))
        if len(changes) > 8:
            self._changes.addWidget(label(f"另有 {len(changes) - 8} 项不同。", "soft"))
        if not changes:
            self._changes.addWidget(label("与定稿时一致。", "done"))

    def _show_others(self, evaluation: Evaluation) -> None:
        clear(self._others)
        listed = evaluation.listed(Questionnaire)
        self.others.setVisible(len(listed) > 1)
        for sheet in listed if len(listed) > 1 else ():
            found = overall(evaluation, sheet)
            rate = show_percent(found.rate) if found.rate is not None else "—"
            sheets = sheets_in_words(as_counted(evaluation, sheet))
            named = f"{sheet.title}（{sheet.group}）" if sheet.group else sheet.title
            self._others.addWidget(label(f"{named}　{rate}　{sheets}", wrap=True))

    def _freeze(self) -> None:
        try:
            self._surveying.freeze(self._id, self.by.text())
        except WorkbenchError as error:
            self._signed.setText(str(error))

    def _unfreeze(self) -> None:
        self._surveying.unfreeze(self._id)
