"""How somebody wants an evaluation's files written, remembered on this machine for the next time."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from workbench.services.session import Session
from workbench.services.settings import Settings

_SETTING = "export_choices"
#: Evaluations whose choices are remembered; the oldest are forgotten.
_MOST_REMEMBERED = 50


@dataclass(frozen=True, slots=True)
class ExportChoices:
    """What may be chosen for the files of one evaluation."""

    layout: str = ""
    """The layout of score sheets, empty for the one of the indicator system."""
    locked: bool | None = None
    """Whether formulas are locked against typing; None leaves it to the layout."""
    without_empty: bool = False
    """Whether sheets beside the score table that have nothing to say are left out."""
    private: bool = False
    """Whether what single respondents said is left out."""


class Choosing:
    """Remembers the choices by evaluation; without settings only as long as it lives."""

    def __init__(self, settings: Settings | None, session: Session) -> None:
        self._settings = settings
        self._session = session
        self._held = ExportChoices()

    def remembered(self) -> ExportChoices:
        """What was chosen last; what can't be understood counts as not chosen."""
        if self._settings is None:
            return self._held
        found = self._kept().get(self._session.evaluation.id)
        if not isinstance(found, dict):
            return ExportChoices()
        layout, locked = found.get("layout"), found.get("locked")
        return ExportChoices(
            layout if isinstance(layout, str) else "",
            locked if isinstance(locked, bool) else None,
            found.get("without_empty") is True,
            found.get("private") is True,
        )

    def remember(self, choices: ExportChoices) -> None:
        """Keep the choices for the next time. Raises :class:`WorkbenchError` of the disk."""
        self._held = choices
        if self._settings is None:
            return
        own = self._session.evaluation.id
        kept = {key: value for key, value in self._kept().items() if key != own}
        if choices != ExportChoices():
            kept[own] = asdict(choices)
        latest = dict(list(kept.items())[-_MOST_REMEMBERED:])
        self._settings.put(_SETTING, json.dumps(latest, ensure_ascii=False) if latest else "")

    def _kept(self) -> dict[str, object]:
        if self._settings is None:
            return {}
        try:
            found = json.loads(self._settings.text(_SETTING) or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
