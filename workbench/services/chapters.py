"""The chapters of the open evaluation's report, with what the program writes and what a person added."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from workbench.domain.narrative import bindings_of
from workbench.exporters.chapters import Chapter, chapters_of
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import freeze
from workbench.exporters.report_file import outline_of
from workbench.services.session import Session

__all__ = ["Chapter", "Chapters"]


class Chapters:
    """Reads; texts are put through the session like any other."""

    def __init__(self, resources: Path, now: Callable[[], datetime]) -> None:
        self._kit = Kit(resources)
        self._now = now

    def listed(self, session: Session) -> list[Chapter]:
        """Every chapter in the order of the outline; raises :class:`WorkbenchError` for a broken outline."""
        data = freeze(session.evaluation, session.scores, made=self._now())
        return chapters_of(data, outline_of(data, self._kit))

    def figures(self, session: Session) -> dict[str, str]:
        """The names that a chapter's text may bind, with their values as of now."""
        return bindings_of(session.evaluation, session.scores)
