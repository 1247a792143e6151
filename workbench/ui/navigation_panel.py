"""The steps of the work on the left, with how far each is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.counts import Count
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import rule, scrolled


class _Step(QAbstractButton):
    """One step: its name on the left, its count on the right, a bar when it is the current one."""

    def __init__(self, theme: Theme, text: str, key: str) -> None:
        super().__init__()
        self._theme = theme
        self._count = Count("")
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._key = key
        self.setToolTip(key)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_count(self, count: Count) -> None:
        """Show another count."""
        if count != self._count:
            self._count = count
            words = count.whole or count.text
            self.setAccessibleDescription(words)
            self.setToolTip("　".join(filter(None, (words if count.whole else "", self._key))))
            self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for the name and a count."""
        bold = QFont(self.font())
        bold.setBold(True)
        metrics = QFontMetrics(bold)
        width = metrics.horizontalAdvance(f"{self.text()}　88/888") + self._theme.px(32)
        return QSize(width, self._theme.px(32.7))

    def minimumSizeHint(self) -> QSize:
        """A line of text: where many steps stand on a small screen, they move together."""
        return QSize(self.sizeHint().width(), self.fontMetrics().height() + self._theme.px(3))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the step with the tokens of the theme."""
        colors, px = self._theme.colors, self._theme.px
        painter = QPainter(self)
        area = self.rect()
        here = self.isChecked()
        if here or self.underMouse():
            painter.fillRect(area, colors.of("accent_soft" if here else "raised"))
        if here:
            painter.fillRect(0, 0, px(3), area.height(), colors.of("accent"))
        font = QFont(self.font())
        font.setBold(here)
        painter.setFont(font)
        painter.setPen(colors.of("accent" if here else "ink"))
        inner = area.adjusted(px(17), 0, -px(12), 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())
        small = QFont(self.font())
        small.setPointSizeF(small.pointSizeF() * 0.92)
        small.setBold(here or self._count.tone in {"lost", "warning"})
        painter.setFont(small)
        tone = "soft" if self._count.tone == "done" else self._count.tone
        painter.setPen(colors.of(tone))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._count.text)
        if self.hasFocus():
            painter.setPen(colors.of("accent"))
            painter.drawRect(area.adjusted(px(3), 0, -1, -1))


class NavigationPanel(QFrame):
    """The steps in their groups; ``chosen`` names the page that is wanted."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, steps: Sequence[tuple[str, str, int, str]]) -> None:
        """``steps``: key, label, group and shown shortcut of each page."""
        super().__init__()
        role(self, "side")
        self._steps: dict[str, _Step] = {}
        self._group = QButtonGroup(self)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, theme.px(8), 0, 0)
        column.setSpacing(0)
        last = steps[0][2] if steps else 0
        for key, text, group, shortcut in steps:
            if group != last:
                column.addWidget(self._line(theme))
                last = group
            step = _Step(theme, text, shortcut)
            step.clicked.connect(lambda _=False, wanted=key: self.chosen.emit(wanted))
            self._group.addButton(step)
            self._steps[key] = step
            column.addWidget(step)
        column.addStretch(1)
        # With large text the steps are taller than a small screen.
        self._area = scrolled(content)
        self._area.setMinimumWidth(content.sizeHint().width())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)

    @staticmethod
    def _line(theme: Theme) -> QWidget:
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(theme.px(12), theme.px(7), theme.px(12), theme.px(7))
        inner.addWidget(rule())
        return holder

    def show_page(self, key: str) -> None:
        """Mark the page that is seen."""
        self._steps[key].setChecked(True)
        self._area.ensureWidgetVisible(self._steps[key], 0, 0)

    def show_counts(self, counts: Mapping[str, Count]) -> None:
        """Show the counts by page."""
        for key, count in counts.items():
            self._steps[key].show_count(count)
