"""The status line: when the last keystroke was saved, where the data are, who is working."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from workbench.ui.actions import ActionBook
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import label, link


class StatusLine(QFrame):
    """One quiet line below everything."""

    told = Signal(str)
    """A sentence that the person asked to read whole."""

    def __init__(self, theme: Theme, actions: ActionBook) -> None:
        super().__init__()
        role(self, "bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(14), theme.px(2), theme.px(14), theme.px(2))
        row.setSpacing(theme.px(18))
        self.saved = label("", "done")
        self.place = label("离线 · 本机数据", "small")
        self.person = label("", "small")
        self.kept = label("", "small")
        self.said = label("", "small")
        self.heed = link("", self._tell_all)
        self.heed.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        role(self.heed, "foot")
        self.heed.hide()
        self._whole = ""
        row.addWidget(self.saved)
        row.addWidget(self.place)
        row.addWidget(self.kept)
        row.addWidget(self.heed)
        row.addWidget(self.person)
        row.addWidget(self.said)
        row.addStretch(1)
        for name, words in (("undo", "撤销"), ("help", "帮助")):
            button = link(f"{words} {actions.key_of(name)}", partial(actions.run, name))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            role(button, "foot")
            row.addWidget(button)

    def show_saved(self, at: datetime | None, *, saved: bool = True) -> None:
        """Say when the last change became durable, or that the last one did not."""
        role(self.saved, "done" if saved else "warning")
        words = "● 已保存" if saved else "○ 刚才的修改未保存，上次保存"
        self.saved.setText(f"{words} {at:%H:%M:%S}" if at is not None else words.partition("，")[0])

    def show_person(self, name: str) -> None:
        """Say who is working."""
        self.person.setText(f"评价员 {name}" if name else "")

    def show_kept(self, words: str, whole: str) -> None:
        """Say how it stands with the second copy; all of it in the tip."""
        self.kept.setText(words)
        self.kept.setToolTip(whole)

    def show_heed(self, words: str, whole: str) -> None:
        """Say something to heed in a few words; a click on them tells it whole, with what to do."""
        self._whole = whole
        self.heed.setText(f"⚠ {words}")
        self.heed.setToolTip(whole)
        self.heed.setVisible(bool(words))

    def _tell_all(self) -> None:
        self.told.emit(self._whole)

    def say(self, sentence: str) -> None:
        """Say what was just done, such as what an undo took back."""
        self.said.setText(sentence)
