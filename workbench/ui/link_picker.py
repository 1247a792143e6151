"""A list of things that an entity may be tied to, each with a box to tick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.theme import Theme
from workbench.ui.widgets import clear, label


@dataclass(frozen=True, slots=True)
class Tie:
    """One thing to tie to: its id, its words, and whether it is tied."""

    id: str
    words: str
    tied: bool
    tip: str = ""


class LinkPicker(QWidget):
    """Ticking a box ties, unticking unties; Space does both by keyboard."""

    def __init__(self, theme: Theme, nothing: str, choose: Callable[[str, bool], None]) -> None:
        super().__init__()
        self._nothing = nothing
        self._choose = choose
        self._shown: tuple[Tie, ...] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(3))
        self.boxes: dict[str, QCheckBox] = {}

    def show_ties(self, ties: Sequence[Tie]) -> None:
        """Show what can be tied; boxes that are there already keep the keyboard."""
        wanted = tuple(ties)
        if wanted == self._shown:
            return
        if self._shown is not None and [t.id for t in self._shown] == [t.id for t in wanted]:
            self._shown = wanted
            for tie in wanted:
                self._fill(self.boxes[tie.id], tie)
            return
        self._shown = wanted
        clear(self._column)
        self.boxes = {}
        for tie in wanted:
            box = QCheckBox()
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            # Long reasons are cut, and whole in the tip; they must not push the page off a small screen.
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self._fill(box, tie)
            box.clicked.connect(lambda checked, id_=tie.id: self._choose(id_, checked))
            self.boxes[tie.id] = box
            self._column.addWidget(box)
        if not wanted:
            self._column.addWidget(label(self._nothing, "soft", wrap=True))

    @staticmethod
    def _fill(box: QCheckBox, tie: Tie) -> None:
        box.setText(tie.words.replace("&", "&&"))
        box.setToolTip(tie.tip)
        box.setChecked(tie.tied)
