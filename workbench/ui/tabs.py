"""A row of buttons of which one counts: the parts of a page, the filters of a list, the ways to do one thing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workbench.ui.theme import Theme, role

K = TypeVar("K", bound=Hashable)


class Tabs(QWidget, Generic[K]):
    """One button a key in the order given; ``on_chosen`` hears the key that a person takes."""

    def __init__(
        self,
        theme: Theme,
        words: Mapping[K, str],
        on_chosen: Callable[[K], object],
        *,
        look: str = "tab",
        spacing: int = 4,
        by_key: bool = False,
    ) -> None:
        """``look`` is a role of buttons in the theme; nothing is marked until :meth:`mark` says what.

        ``by_key``: the parts of a page, for which the page offers :meth:`part_actions`; the buttons say so.
        """
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._on_chosen = on_chosen
        self._buttons: dict[K, QPushButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(spacing))
        for key, said in words.items():
            button = QPushButton(said)
            role(button, look)
            button.setCheckable(True)
            button.setAutoDefault(False)
            if by_key:
                button.setToolTip("Ctrl PgUp、Ctrl PgDn 换到上一部分、下一部分")
            button.clicked.connect(partial(self._on_clicked, key))
            group.addButton(button)
            row.addWidget(button)
            self._buttons[key] = button

    def button(self, key: K) -> QPushButton:
        """The button of a key."""
        return self._buttons[key]

    @property
    def current(self) -> K | None:
        """The key that is marked."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), None)

    def mark(self, key: K) -> None:
        """Show a key as the one that counts; nobody hears of it."""
        self._buttons[key].setChecked(True)

    def turn(self, steps: int) -> None:
        """Take the button after (1) or before (-1), round and round, as a person would."""
        keys = list(self._buttons)
        current = self.current
        at = 0 if current is None else keys.index(current) + steps
        self._on_chosen(keys[at % len(keys)])

    def part_actions(self) -> Mapping[str, Callable[[], None]]:
        """The keys that turn the parts of a page, for :meth:`workbench.ui.page.Page.actions_here`."""
        return {"next_part": partial(self.turn, 1), "previous_part": partial(self.turn, -1)}

    def _on_clicked(self, key: K, _checked: bool = False) -> None:
        self._on_chosen(key)
