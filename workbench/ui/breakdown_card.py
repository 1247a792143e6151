"""分组对比: how those who chose one option of another question answered, group beside group."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from PySide6.QtWidgets import QHBoxLayout

from workbench.domain.amounts import round_half_up, show_percent
from workbench.domain.charts import Bar, BarChart, Chart, Scale, ScaleChart
from workbench.domain.evaluation import Evaluation, Question
from workbench.domain.survey import options_of
from workbench.domain.survey_results import SMALL_SAMPLE, GroupResult, breakdown
from workbench.ui.chart_view import ChartView
from workbench.ui.context import Context
from workbench.ui.inputs import ComboInput
from workbench.ui.two_columns import shorten
from workbench.ui.widgets import Card, label


class BreakdownCard(Card):
    """Two questions to choose, the rate of each group, and its answers as a stacked scale. Needs sheets."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme, "分组对比", "按另一题的选项分组")
        self._context = context
        self._filling = False
        row = QHBoxLayout()
        row.setSpacing(context.theme.px(6))
        self.question, self.by = ComboInput(), ComboInput()
        for words, combo in (("题目", self.question), ("按", self.by)):
            combo.setAccessibleName(f"分组对比：{words}")
            shorten(combo)
            combo.currentIndexChanged.connect(self._on_picked)
            row.addWidget(label(words, "soft"))
            row.addWidget(combo, 1)
        self.body.addLayout(row)
        self._rates = ChartView(context.theme)
        self._answers = ChartView(context.theme)
        self.body.addWidget(self._rates)
        self.body.addWidget(self._answers)
        self.told = label("", "soft", wrap=True)
        self.body.addWidget(self.told)

    def show_questions(self, questions: list[Question]) -> None:
        """Offer these questions of one choice; fewer than two can't be compared."""
        single = [q for q in questions if q.kind in {"单选", "量表"}]
        groups = [q for q in single if q.role != "满意度"]
        rated = [q for q in single if q.role != "信息"]
        self.setVisible(bool(groups and rated))
        self._filling = True
        for combo, listed in ((self.question, rated), (self.by, groups)):
            chosen = combo.currentData()
            combo.clear()
            for one in listed:
                combo.addItem(f"第 {one.position} 题 {one.name or one.text}", one.id)
            combo.setCurrentIndex(max(combo.findData(chosen), 0) if listed else -1)
        self._filling = False
        self.refresh()

    def _on_picked(self) -> None:
        if not self._filling:
            self.refresh()

    def refresh(self) -> None:
        """Count as it stands."""
        evaluation = self._context.session.evaluation
        question = evaluation.get(Question, str(self.question.currentData() or ""))
        by = evaluation.get(Question, str(self.by.currentData() or ""))
        found: tuple[GroupResult, ...] = ()
        if question is not None and by is not None and question.id != by.id:
            found = tuple(one for one in breakdown(evaluation, question, by) if one.base)
        self._rates.show_chart(rate_chart(found))
        self._answers.show_chart(
            answer_chart(evaluation, question, found) if question is not None and len(found) > 1 else None
        )
        small = [one.option.label for one in found if one.base < SMALL_SAMPLE]
        if not found:
            self.told.setText("逐份录入或导入答卷后才能分组。")
        else:
            self.told.setText(f"{'、'.join(small)} 不足 {SMALL_SAMPLE} 份，只作参考。" if small else "")


def rate_chart(found: tuple[GroupResult, ...]) -> Chart | None:
    """A bar for the rate of each group; nothing where no rate can be worked out."""
    bars = tuple(
        Bar(
            one.option.label,
            round_half_up(one.rate * 100, 4),
            f"{show_percent(one.rate)} · {one.base} 份",
            Decimal(100),
        )
        for one in found
        if one.rate is not None
    )
    return BarChart(bars) if bars else None


def answer_chart(evaluation: Evaluation, question: Question, found: tuple[GroupResult, ...]) -> Chart:
    """The answers of each group as parts of the whole."""
    options = options_of(evaluation, question)
    scales = []
    for one in found:
        counts = [one.counts.get(option.id, 0) for option in options]
        together = sum(counts) or 1
        scales.append(
            Scale(
                one.option.label,
                tuple(round_half_up(Fraction(count * 100, together), 4) for count in counts),
                tuple(show_percent(Fraction(count, together), 0) for count in counts),
            )
        )
    return ScaleChart(tuple(option.label for option in options), tuple(scales))
