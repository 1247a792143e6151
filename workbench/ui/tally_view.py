"""The result of one question as it is counted: bars, counts, shares, and how the rate came about."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.domain.amounts import show_plain
from workbench.domain.charts import tally_chart
from workbench.domain.survey import Tally
from workbench.ui.chart_view import ChartView
from workbench.ui.theme import Theme
from workbench.ui.widgets import label


class TallyView(QWidget):
    """Bars, and the derivation below."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        self._bars = ChartView(theme)
        self._derivation = label("", "well", wrap=True)
        self._derivation.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._bars)
        column.addWidget(self._derivation)

    def show_tally(self, tally: Tally) -> None:
        """Show a result; without weights there is no rate, and that is said."""
        self._bars.show_chart(tally_chart(tally) if tally.options else None)
        if tally.rate is not None:
            self._derivation.setText(tally.expression)
        elif not tally.counted:
            self._derivation.setText(in_words(tally) or "填写各选项人数后显示计算过程。")
        else:
            self._derivation.setText("选项没有权重，只统计占比，不计算比率。")

    @property
    def text(self) -> str:
        """The derivation as shown."""
        return self._derivation.text()


def in_words(tally: Tally) -> str:
    """How the rate will be worked out once answers are counted; empty for a question without weights."""
    judged = [o.option for o in tally.options if not o.option.no_answer and o.option.weight is not None]
    if not judged or tally.question.kind == "多选":
        return ""
    terms = " + ".join(f"{option.label}人数×{show_plain((option.weight or 0) * 100)}%" for option in judged)
    silent = "、".join(o.option.label for o in tally.options if o.option.no_answer)
    below = f"作答人数（不含“{silent}”和未答）" if silent else "作答人数（不含未答）"
    return f"比率 = ({terms}) ÷ {below}"
