"""What a page is given: the session, the services, the boxes, and how to go elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workbench.services.editing import Address
from workbench.services.parts import Services
from workbench.services.session import Session
from workbench.ui.alerts import Alerts
from workbench.ui.bridge import SessionBridge
from workbench.ui.fields import Drafts
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme

__all__ = ["Context", "Services"]


@dataclass(frozen=True)
class Context:
    """The parts that every page may use. Frozen: a page asks, it does not rearrange the house."""

    bridge: SessionBridge
    theme: Theme
    alerts: Alerts
    tasks: Tasks
    navigate: Callable[[Address], None]
    """Go to the page that shows this place, and to the field."""
    flush: Callable[[], None]
    """Save everything that is being typed; call it before anything else begins."""
    run_action: Callable[[str], None] = lambda _: None
    """Do an action by its name in :mod:`workbench.ui.actions`."""
    services: Services = field(default_factory=Services)
    show_history: Callable[[str, Sequence[tuple[str, Address]]], None] = lambda _title, _places: None
    """Show what some fields held before, each with the words before its lines."""
    drafts: Drafts = field(default_factory=dict)
    """What was refused in fields that show another place now."""

    @property
    def person(self) -> str:
        """Who is working, as the settings say; empty when nobody said."""
        settings = self.services.settings
        return settings.text("evaluator").strip() if settings is not None else ""

    @property
    def session(self) -> Session:
        """The open session."""
        return self.bridge.session
