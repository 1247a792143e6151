"""One finding about an outside file as a card: place, quote, sentence, figures; it leads to its cell."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from workbench.domain.outside.review import Remark, places, quote
from workbench.ui.finding_card import PARTS
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import label


class RemarkCard(QFrame):
    """Enter or a click goes to the place; ↑ and ↓ lead to the neighbours."""

    def __init__(self, theme: Theme, remark: Remark, go: Callable[[Remark], None]) -> None:
        super().__init__()
        self.remark = remark
        self._go = go
        finding = remark.finding
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        role(self, "finding")
        self.setAccessibleName(f"{finding.code} {remark.at.words} {finding.message}")
        px = theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(11), px(8), px(11), px(9))
        column.setSpacing(px(3))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        code = label(f"{remark.number}. {finding.code} {finding.severity.label}", PARTS[finding.severity])
        code.setToolTip(finding.title)
        head.addWidget(code)
        head.addStretch(1)
        head.addWidget(label(f"把握 {remark.confidence}", "small"))
        column.addLayout(head)
        column.addWidget(label(places(remark), "small", wrap=True))
        column.addWidget(label(finding.message, wrap=True))
        figures = [
            f"{name} {text}"
            for name, text in (
                ("应为", finding.expected),
                ("来稿", finding.found),
                ("相差", finding.difference),
            )
            if text
        ]
        if figures:
            column.addWidget(label("　".join(figures), "soft", wrap=True))
        if finding.effect is not None:
            column.addWidget(label(f"影响：{finding.effect}", "lost", wrap=True))
        said = quote(remark)
        if said and said not in finding.message:
            column.addWidget(label(f"原文：{said}", "small", wrap=True))
        if finding.remedy:
            column.addWidget(label(f"处理：{finding.remedy}", "small", wrap=True))
        if finding.detail:
            self.setToolTip(finding.detail)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the place, the arrows to the neighbours."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self._go(self.remark)
            case Qt.Key.Key_Down:
                self.focusNextChild()
            case Qt.Key.Key_Up:
                self.focusPreviousChild()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click goes to the place."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(self.remark)
        super().mousePressEvent(event)
