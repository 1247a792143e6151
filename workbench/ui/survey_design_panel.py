"""问卷设计: questionnaires by group, their questions and options, and how the rate will come about."""

from __future__ import annotations

from workbench.domain.evaluation import Questionnaire
from workbench.ui.context import Context
from workbench.ui.entity_table import EntityTable
from workbench.ui.question_tables import QuestionTables
from workbench.ui.widgets import Card


class SurveyDesignPanel(QuestionTables):
    """The list of questionnaires above the tables of questions and options."""

    def __init__(self, context: Context) -> None:
        super().__init__(
            context,
            ("text", "name", "role", "kind", "required", "weight"),
            ("label", "weight", "no_answer"),
            (
                "题目",
                "题目文字只在这里填写一次",
                "选项与权重",
                "“视同未作答”如 不清楚、拒答：计入人数，不计入比率；没有勾选的题目是未答，不是最低一档",
            ),
        )
        self.sheets = EntityTable(
            context,
            Questionnaire,
            ("title", "group", "issued", "returned", "valid", "held", "place"),
            most_rows=4,
            hint="还没有问卷。按 Ctrl N 新增，再录入题目和选项。",
        )
        card = Card(context.theme, "问卷", "网上发放、份数不明时发放份数留空")
        card.body.addWidget(self.sheets)
        self.left.insertWidget(0, card)
