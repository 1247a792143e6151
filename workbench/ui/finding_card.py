"""One finding as a card: code, place, sentence, the two figures and the effect; what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.domain.checks import Finding, Severity
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import label, link

#: Parts of the style sheet for the code of a finding.
PARTS = {Severity.ERROR: "lost_bold", Severity.WARNING: "warning", Severity.NOTICE: "link"}


@dataclass(frozen=True, slots=True)
class Doing:
    """What a card asks of its page."""

    go: Callable[[Finding], None]
    adopt: Callable[[Finding], None]
    waive: Callable[[Finding, str], None]
    withdraw: Callable[[Finding], None]


class FindingCard(QFrame):
    """Enter goes to the place, Space shows more, ↑ and ↓ lead to the neighbours."""

    def __init__(self, theme: Theme, finding: Finding, doing: Doing) -> None:
        super().__init__()
        self.finding = finding
        self._doing = doing
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        role(self, "finding")
        self.setAccessibleName(f"{finding.code} {finding.where} {finding.message}")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        outer.setSpacing(theme.px(6))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(14))
        grid.setVerticalSpacing(theme.px(1))
        top = Qt.AlignmentFlag.AlignTop
        code = label(finding.code, PARTS[finding.severity])
        code.setToolTip(f"{finding.severity.label}：{finding.title}")
        grid.addWidget(code, 0, 0, top)
        grid.addWidget(label(finding.severity.label, "small"), 1, 0, top)
        grid.addWidget(label(finding.where or "整份评价", "small", wrap=True), 0, 1, top)
        grid.addWidget(label(finding.message, wrap=True), 1, 1, top)
        effect = str(finding.effect) if finding.effect is not None else "—"
        for column, (name, text) in enumerate(
            (("现值", finding.found), ("应为", finding.expected), ("影响", effect)), start=2
        ):
            grid.addWidget(label(name, "small"), 0, column, top)
            grid.addWidget(label(text or "—", wrap=True), 1, column, top)
        for column, stretch in enumerate((0, 8, 3, 3, 3)):
            grid.setColumnStretch(column, stretch)
        grid.setColumnMinimumWidth(0, theme.px(44))
        outer.addLayout(grid)
        self._more = self._details()
        self._more.hide()
        outer.addWidget(self._more)

    def _details(self) -> QWidget:
        finding, theme = self.finding, self._theme
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.px(58), 0, 0, 0)
        column.setSpacing(theme.px(4))
        for text in (finding.detail, f"处理：{finding.remedy}" if finding.remedy else ""):
            if text:
                column.addWidget(label(text, "soft", wrap=True))
        if finding.waiver is not None:
            by = f"（{finding.waiver.by}）" if finding.waiver.by else ""
            column.addWidget(label(f"已放行：{finding.waiver.reason}{by}", "done", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(theme.px(10))
        row.addWidget(link("前往", lambda: self._doing.go(finding)))
        if finding.adopting:
            row.addWidget(link("采纳", lambda: self._doing.adopt(finding)))
        if finding.waiver is not None:
            row.addWidget(link("取消放行", lambda: self._doing.withdraw(finding)))
        else:
            self.reason = QLineEdit()
            self.reason.setPlaceholderText("放行要写明理由，按 Enter 放行")
            self.reason.setAccessibleName("放行理由")
            self.reason.returnPressed.connect(lambda: self._doing.waive(finding, self.reason.text()))
            row.addWidget(self.reason, 1)
            row.addWidget(link("放行", lambda: self._doing.waive(finding, self.reason.text())))
        row.addStretch(0)
        column.addLayout(row)
        return holder

    @property
    def opened(self) -> bool:
        """The details are shown."""
        return not self._more.isHidden()

    def open(self, *, wanted: bool = True) -> None:
        """Show or hide the details."""
        self._more.setVisible(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes, Space opens, the arrows move on; keys that its reason field let pass are not its own."""
        if not self.hasFocus():
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._doing.go(self.finding)
            case Qt.Key.Key_Space:
                self.open(wanted=not self.opened)
            case Qt.Key.Key_Down:
                self.focusNextChild()
            case Qt.Key.Key_Up:
                self.focusPreviousChild()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click opens the details, a second one goes to the place."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.open(wanted=not self.opened)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go to the place."""
        self._doing.go(self.finding)
