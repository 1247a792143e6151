"""How an indicator table was read: what became an executable rule, what stays as text, every fault with its cell."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.domain.amounts import show_plain
from workbench.errors import Fault
from workbench.services.authoring import TableReading
from workbench.ui.theme import Theme
from workbench.ui.widgets import Notice, clear, label

#: More lines of one sort than this are counted in words.
MOST_LINES = 30


class TableReadingView(QWidget):
    """Shows one reading, or the faults for which there is none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(theme.px(4))

    def show_reading(self, reading: TableReading) -> None:
        """What the table says, how each standard was understood, what to look at."""
        clear(self._rows)
        form, judged = reading.form, reading.judged
        understood = len(reading.readings) - len(judged)
        self._rows.addWidget(
            label(
                f"“{form.title}”：{len(form.leaves)} 个末级指标，合计 {show_plain(form.total)} 分；"
                f"{understood} 条标准读成可执行的计分方式，{len(judged)} 条保留原文、由评价人判断。",
                "bold",
                wrap=True,
            )
        )
        self._notices("warning", [str(fault) for fault in reading.notices])
        self._lines("保留原文的标准", [f"{one.place}　{one.indicator}：{one.reason}" for one in judged])
        self._lines(
            "读成的计分方式",
            [f"{one.indicator}：{one.label}。{one.sentence}" for one in reading.readings if not one.reason],
        )

    def show_faults(self, faults: Sequence[Fault]) -> None:
        """Why nothing could be taken over; none leaves the view empty."""
        clear(self._rows)
        self._notices("lost", [str(fault) for fault in faults])

    def _notices(self, tone: str, texts: Sequence[str]) -> None:
        for text in texts[:MOST_LINES]:
            self._rows.addWidget(Notice(self._theme, tone, "", text, "", None))
        self._rest(len(texts))

    def _lines(self, title: str, texts: Sequence[str]) -> None:
        if not texts:
            return
        self._rows.addWidget(label(f"{title}（{len(texts)}）", "card_title"))
        for text in texts[:MOST_LINES]:
            self._rows.addWidget(label(text, "small", wrap=True))
        self._rest(len(texts))

    def _rest(self, number: int) -> None:
        if number > MOST_LINES:
            self._rows.addWidget(label(f"另有 {number - MOST_LINES} 条", "small"))
