"""The result of one question as it is counted: bars, counts, shares, and how the rate came about."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from workbench.domain.amounts import show_percent, show_plain
from workbench.domain.survey import Tally
from workbench.ui.theme import Theme
from workbench.ui.widgets import label


class TallyBars(QWidget):
    """One bar for each option, its count and share at the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tally: Tally | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_tally(self, tally: Tally | None) -> None:
        """Draw another result."""
        self._tally = tally
        self.updateGeometry()
        self.update()

    def _line(self) -> int:
        return QFontMetrics(self.font()).lineSpacing() + self._theme.px(4)

    def sizeHint(self) -> QSize:
        """A line for each option."""
        rows = len(self._tally.options) if self._tally is not None else 0
        return QSize(self._theme.px(280), rows * self._line())

    def minimumSizeHint(self) -> QSize:
        """The same height, narrower."""
        return QSize(self._theme.px(180), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Labels left, bars in the middle, figures right."""
        if self._tally is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors, metrics, line = self._theme.colors, QFontMetrics(self.font()), self._line()
        words = [o.option.label or "（未写）" for o in self._tally.options]
        figures = [
            "—" if o.count is None else f"{show_plain(o.count)} · {show_percent(o.share or 0, 0)}"
            for o in self._tally.options
        ]
        left = min(
            max((metrics.horizontalAdvance(w) for w in words), default=0) + self._theme.px(10),
            self.width() // 3,
        )
        right = max((metrics.horizontalAdvance(f) for f in figures), default=0) + self._theme.px(10)
        room = max(self.width() - left - right, 1)
        flags = Qt.AlignmentFlag.AlignVCenter
        for row, option in enumerate(self._tally.options):
            top = row * line
            painter.setPen(colors.of("ink"))
            shown = metrics.elidedText(words[row], Qt.TextElideMode.ElideRight, left - self._theme.px(6))
            painter.drawText(QRectF(0, top, left, line), flags | Qt.AlignmentFlag.AlignLeft, shown)
            painter.drawText(
                QRectF(self.width() - right, top, right, line),
                flags | Qt.AlignmentFlag.AlignRight,
                figures[row],
            )
            share = float(option.share or 0)
            if share > 0:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colors.of("accent"))
                height = line * 0.6
                bar = QRectF(left, top + (line - height) / 2, max(room * min(share, 1), 2), height)
                painter.drawRoundedRect(bar, 3, 3)


class TallyView(QWidget):
    """Bars, and the derivation below."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        self._bars = TallyBars(theme)
        self._derivation = label("", "well", wrap=True)
        self._derivation.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._bars)
        column.addWidget(self._derivation)

    def show_tally(self, tally: Tally) -> None:
        """Show a result; without weights there is no rate, and that is said."""
        self._bars.show_tally(tally)
        if tally.rate is not None:
            self._derivation.setText(tally.expression)
        elif not tally.counted:
            self._derivation.setText("填写各选项人数后显示计算过程。")
        else:
            self._derivation.setText("选项没有权重，只统计占比，不计算比率。")

    @property
    def text(self) -> str:
        """The derivation as shown."""
        return self._derivation.text()
