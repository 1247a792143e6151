"""The base of all pages: it is brought up to date when seen, and does nothing while hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.fields import flush_fields
from workbench.ui.tab_order import tab_stops


class Page(QWidget):
    """One page. Subclasses build their widgets in ``__init__`` and fill them in :meth:`reload`."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self._stale = True
        context.bridge.changed.connect(self._on_session_changed)

    def reload(self) -> None:
        """Show the evaluation as it stands; called before the page is seen after changes elsewhere."""

    def update_for(self, changed: Changed) -> None:
        """Show what changed while the page is visible; unless overridden, everything is reloaded.

        The field that is ``changed.origin`` must be left alone; editors of
        :mod:`workbench.ui.fields` see to that themselves.
        """
        self.reload()

    def follows_form(self, changed: Changed) -> bool:
        """Whether the page, being seen, shows another form by itself; the others are built anew."""
        return False

    def show_place(self, place: Address) -> None:
        """Bring a field or entity of this page into view and put the cursor there."""

    def place(self) -> Address | None:
        """What this page is about just now, to come back to; none where the page is all there is."""
        return None

    def focus_first(self) -> None:
        """Put the keyboard where the work on this page begins: its first input, unless a page says more."""
        first = next(tab_stops(self), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Save everything that is being typed on this page."""
        flush_fields(self)

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """What this page does for actions of the table, by their name; they are enabled while it is seen."""
        return {}

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the page up to date before it is seen."""
        self.refresh()
        super().showEvent(event)

    def refresh(self) -> None:
        """Reload if anything changed since the page was last seen."""
        if self._stale:
            self._stale = False
            self.reload()

    def _on_session_changed(self, changed: Changed) -> None:
        if self.isVisible():
            self.update_for(changed)
        else:
            self._stale = True
