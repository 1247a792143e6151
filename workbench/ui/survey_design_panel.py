"""问卷设计: questionnaires by group, their questions and options, and how the rate will come about."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from workbench.domain.asked import options_of
from workbench.domain.entities_survey import WAYS
from workbench.domain.evaluation import Questionnaire
from workbench.errors import WorkbenchError
from workbench.services.session import Changed
from workbench.services.surveying import Surveying
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.entity_table import EntityTable
from workbench.ui.inputs import ComboInput
from workbench.ui.question_tables import QuestionTables
from workbench.ui.sheet_printing_card import SheetPrintingCard
from workbench.ui.skip_card import SkipLine
from workbench.ui.tabs import Tabs
from workbench.ui.two_columns import shorten
from workbench.ui.widgets import Card, label, link


class SurveyDesignPanel(QuestionTables):
    """The list of questionnaires above the tables of questions and options; printing at the right."""

    way_wanted = Signal(str)
    added = Signal(str)

    def __init__(self, context: Context, surveying: Surveying) -> None:
        super().__init__(
            context,
            ("text", "name", "role", "kind", "required", "weight"),
            ("label", "weight", "no_answer"),
            ("题目", "题目文字只在这里填写一次", "选项与权重", "权重由高到低，如 100%、80%"),
        )
        self._surveying = surveying
        self._filling = False
        theme = context.theme
        self.sheets = EntityTable(
            context,
            Questionnaire,
            ("title", "group", "issued", "returned", "valid", "held", "place"),
            most_rows=4,
            hint="还没有问卷。按 Ctrl N 新增，或从下面的问卷库加入。",
        )
        card = Card(theme, "问卷", "网上发放、份数不明时发放份数留空")
        card.body.addWidget(self.sheets)
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        row.addWidget(label("数据来源", "soft"))
        self.ways = Tabs(theme, {way: way for way in WAYS}, self._on_way, look="toggle", spacing=6)
        row.addWidget(self.ways)
        row.addStretch(1)
        card.body.addLayout(row)
        self.library = ComboInput()
        self.library.setAccessibleName("问卷库")
        shorten(self.library)
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        row.addWidget(self.library, 1)
        self._add = link("从问卷库加入", self.add_from_library)
        row.addWidget(self._add)
        card.body.addLayout(row)
        self.introduction = EntityForm(context, Questionnaire, ("introduction",), columns=1)
        card.body.addWidget(self.introduction)
        self.left.insertWidget(0, card)
        self.skip = SkipLine(context)
        self.question_card.body.addWidget(self.skip)
        weights = QHBoxLayout()
        weights.setSpacing(theme.px(6))
        weights.addWidget(label("整套权重", "soft"))
        self.weights = ComboInput()
        self.weights.setAccessibleName("整套权重")
        shorten(self.weights)
        weights.addWidget(self.weights, 1)
        self._take = link("采用", self.take_weights)
        weights.addWidget(self._take)
        self.option_card.body.addLayout(weights)
        self.option_card.body.addWidget(
            label(
                "“视同未作答”用于 不清楚、拒答 一类选项：计入人数，不计入比率。一项都没有勾的是“未答”，"
                "也不计入比率，更不等于最低一档。",
                "soft",
                wrap=True,
            )
        )
        self._told = label("", "fault", wrap=True)
        self._told.hide()
        self.option_card.body.addWidget(self._told)
        self.printing = SheetPrintingCard(context)
        self.right.insertWidget(self.right.count() - 1, self.printing)
        self.chosen.connect(self._on_chosen)
        self._fill_library()

    def _fill_library(self) -> None:
        try:
            ready = self._surveying.library.questionnaires()
        except WorkbenchError as error:
            self._say(str(error))
            ready = ()
        for one in ready:
            self.library.addItem(f"{one.title}（{one.group}，{one.questions} 题）", one.key)
        self.library.setVisible(bool(ready))
        self._add.setVisible(bool(ready))

    def show_questionnaire(self, id_: str) -> None:
        """Show another questionnaire with its way in, its words and its printing."""
        super().show_questionnaire(id_)
        self._show_way()
        self.introduction.setVisible(bool(id_))
        self.introduction.show_entity(id_)
        self.printing.setVisible(bool(id_) and self.context.services.exporting is not None)
        self.printing.show_questionnaire(id_)

    def _show_way(self) -> None:
        asked = self.context.session.evaluation.get(Questionnaire, self._questionnaire)
        self.ways.setEnabled(asked is not None)
        if asked is not None and asked.way in WAYS:
            self.ways.mark(asked.way)

    def _on_way(self, way: str) -> None:
        self.way_wanted.emit(way)
        self._show_way()

    def _on_chosen(self, id_: str) -> None:
        self.skip.show_question(id_)
        self._show_weights()

    def _show_weights(self) -> None:
        question = self.question
        options = options_of(self.context.session.evaluation, question) if question is not None else []
        judged = sum(1 for option in options if not option.no_answer)
        try:
            sets = self._surveying.library.weight_sets(judged) if judged else ()
        except WorkbenchError as error:
            self._say(str(error))
            sets = ()
        shown = [self.weights.itemData(n) for n in range(self.weights.count())]
        if shown != [one.key for one in sets]:
            self.weights.clear()
            for one in sets:
                self.weights.addItem(f"{one.title}　{one.note}", one.key)
        for widget in (self.weights, self._take):
            widget.setEnabled(bool(sets))

    def take_weights(self) -> None:
        """Give the options the chosen set of weights; those that stand for no judgement get none."""
        question, key = self.question, self.weights.currentData()
        if question is None or not key:
            return
        self.context.flush()
        try:
            weights = iter(self._surveying.library.weight_set(str(key)).weights)
            options = options_of(self.context.session.evaluation, question)
            self._surveying.set_weights(
                question.id, [None if option.no_answer else next(weights, None) for option in options]
            )
        except WorkbenchError as error:
            self._say(str(error))
            return
        self._say("")

    def add_from_library(self) -> None:
        """Add the chosen ready questionnaire as one step."""
        self.context.flush()
        try:
            id_ = self._surveying.add_from_library(str(self.library.currentData()))
        except WorkbenchError as error:
            self._say(str(error))
            return
        self.added.emit(id_)
        self.sheets.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, sentence: str) -> None:
        self._told.setText(sentence)
        self._told.setVisible(bool(sentence))

    def update_for(self, changed: Changed) -> None:
        """The result follows; way, weights and condition too."""
        super().update_for(changed)
        if changed.touches("questionnaire"):
            self._show_way()
        if changed.touches("question", "option"):
            self._show_weights()
            if changed.origin is not self.skip:
                self.skip.show_question(self.questions.current_id())
