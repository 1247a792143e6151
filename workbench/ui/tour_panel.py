"""The tour's small panel: one step at a time beside the work, which it never blocks."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from workbench.services.session import Changed
from workbench.services.tour import Tour, TourStep
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import KeyButton, label, link

_EDGE = 14


class TourPanel(QDialog):
    """Goes to the place of each step, notices when it was done, and is left at any time."""

    def __init__(self, theme: Theme, window: MainWindow, tour: Tour) -> None:
        """The sample of the tour is open in the window."""
        super().__init__(window, Qt.WindowType.Tool)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("十分钟上手")
        self._theme, self._window, self._tour = theme, window, tour
        self.at = 0
        self.done_steps: set[int] = set()
        self.title = label("", "heading", wrap=True)
        self.text = label("", wrap=True)
        self.state = label("", "small", wrap=True)
        self.count = label("", "soft")
        actions = window.actions_book
        self.back = link("上一步", partial(self.step, -1))
        self.next = KeyButton(theme, "下一步", actions.key_of("tour_next"), primary=True)
        self.next.clicked.connect(lambda _=False: self.step(1))
        self.leave = link("离开", self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(14), theme.px(10), theme.px(14), theme.px(12))
        column.setSpacing(theme.px(6))
        for words in (self.title, self.text, self.state):
            column.addWidget(words)
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(8))
        foot.addWidget(self.count)
        foot.addStretch(1)
        for button in (self.leave, self.back, self.next):
            foot.addWidget(button)
        column.addLayout(foot)
        self.setFixedWidth(theme.px(400))
        self._bridge = window.workplace.context.bridge if window.workplace is not None else None
        if self._bridge is not None:
            self._bridge.changed.connect(self._on_changed)
        window.left_session.connect(self.close)
        actions.register("tour_next", partial(self.step, 1))

    @property
    def over(self) -> bool:
        """All steps are behind."""
        return self.at >= len(self._tour.steps)

    def begin(self) -> None:
        """Show the first step."""
        self._show()
        self.show()
        self._settle()

    def step(self, by: int) -> None:
        """The next step (1) or the one before (-1); after the last words the panel goes."""
        if by > 0 and self.over:
            self.close()
            return
        self.at = max(self.at + by, 0)
        self._show()
        self._settle()

    def _show(self) -> None:
        total = len(self._tour.steps)
        self.back.setEnabled(self.at > 0)
        if self.over:
            self.title.setText("十分钟上手，走完了")
            self.text.setText(self._tour.end)
            self.count.setText(f"做到 {len(self.done_steps)} 步")
            self.state.hide()
            return
        step = self._tour.steps[self.at]
        self.title.setText(step.title)
        self.text.setText(step.text)
        self.count.setText(f"第 {self.at + 1} 步，共 {total} 步")
        self._show_state(step)
        if self._window.workplace is not None:
            self._window.workplace.navigate(step.place)

    def _show_state(self, step: TourStep) -> None:
        self.state.setVisible(bool(step.kinds))
        done = self.at in self.done_steps
        self.state.setText("● 做到了" if done else "○ 做一下试试，也可以直接到下一步")
        role(self.state, "done" if done else "small")

    def _on_changed(self, changed: Changed) -> None:
        if self.over:
            return
        step = self._tour.steps[self.at]
        if step.done_by(changed):
            self.done_steps.add(self.at)
            self._show_state(step)

    def _settle(self) -> None:
        """As high as the words need, at the lower right of the window, where least is covered."""
        self.adjustSize()
        edge = self._theme.px(_EDGE)
        corner = self._window.mapToGlobal(QPoint(self._window.width(), self._window.height()))
        self.move(corner.x() - self.width() - edge, corner.y() - self.height() - edge * 3)

    def done(self, result: int) -> None:
        """Nothing of the tour stays behind, however it is left."""
        self._window.actions_book.forget(("tour_next",))
        super().done(result)
