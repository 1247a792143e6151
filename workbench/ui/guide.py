"""What helps a person along: the help of the page that is seen, the tour of the sample, and about the program.

Joined to a window by its front door.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from shiboken6 import isValid

from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.about_window import AboutWindow
    from workbench.ui.help_window import HelpWindow
    from workbench.ui.tour_panel import TourPanel

HELP = "help"


class Guide(QObject):
    """Registers its actions with the window; what it shows is made when first wanted."""

    def __init__(
        self,
        window: MainWindow,
        theme: Theme,
        resources: Path,
        *,
        open_sample: Callable[[str], None] | None = None,
        version: str = "",
        data: Path = Path(),
        cache: Path = Path(),
    ) -> None:
        """``open_sample`` opens a sample by its key; without it there is no tour."""
        super().__init__(window)
        self._window, self._theme, self._resources = window, theme, resources
        self._open_sample = open_sample
        self._version, self._data, self._cache = version, data, cache
        self._help: HelpWindow | None = None
        self._tour: TourPanel | None = None
        self._about: AboutWindow | None = None
        window.actions_book.register("help", self.show_help)
        window.actions_book.register("about", self._about_shown)
        if open_sample is not None:
            window.actions_book.register("tour", self._tour_begun)

    def _about_shown(self) -> None:
        self.show_about()

    def _tour_begun(self) -> None:
        self.begin_tour()

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

    def begin_tour(self) -> TourPanel | None:
        """Open the sample and go through it step by step; nothing when the sample can't be opened."""
        from workbench.services.tour import load_tour
        from workbench.ui.help_window import shown_actions
        from workbench.ui.tour_panel import TourPanel

        if self._open_sample is None:
            return None
        if self._tour is not None and isValid(self._tour):
            self._tour.close()
        tour = load_tour(self._resources, shown_actions(self._window.actions_book))
        self._open_sample(tour.sample)
        if self._window.workplace is None:  # why was told
            return None
        self._tour = TourPanel(self._theme, self._window, tour)
        self._tour.begin()
        return self._tour

    def show_about(self) -> AboutWindow:
        """Show which program this is, and the licences."""
        from workbench.ui.about_window import AboutWindow

        if self._about is None:
            self._about = AboutWindow(
                self._theme,
                self._window.tasks,
                version=self._version,
                resources=self._resources,
                data=self._data,
                cache=self._cache,
                parent=self._window,
            )
        self._about.show()
        self._about.raise_()
        self._about.activateWindow()
        return self._about
