"""What helps a person along: the help of the page that is seen. Joined to a window by its front door."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.help_window import HelpWindow

HELP = "help"


class Guide(QObject):
    """Registers its actions with the window; what it shows is made when first wanted."""

    def __init__(self, window: MainWindow, theme: Theme, resources: Path) -> None:
        super().__init__(window)
        self._window, self._theme, self._resources = window, theme, resources
        self._help: HelpWindow | None = None
        window.actions_book.register("help", self.show_help)

    @property
    def help(self) -> HelpWindow:
        """The help window, made when first wanted."""
        if self._help is None:
            from workbench.services.help_book import HelpBook
            from workbench.ui.help_window import HelpWindow, shown_actions

            book = HelpBook(self._resources / HELP, shown_actions(self._window.actions_book))
            self._help = HelpWindow(self._theme, book, self._window)
        return self._help

    def show_help(self, key: str = "") -> None:
        """Open the help at a page: the one that is seen in the window, unless another is named."""
        self.help.open_at(key or self._window.page_key)
