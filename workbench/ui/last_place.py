"""Where the evaluator was: the page and the field, found again after a crash, a closed lid, or a weekend."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from workbench.errors import WorkbenchError
from workbench.services.editing import Address
from workbench.services.settings import Settings
from workbench.ui.main_window import MainWindow

_log = logging.getLogger(__name__)
_KEY = "last_place"
_PAUSE_MS = 1500
#: So many evaluations are remembered, the latest first.
_MOST = 20


class LastPlace(QObject):
    """Follows the keyboard; writes the place a moment after it came to rest."""

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._folder = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.keep)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(lambda *_: self._timer.start() if self._folder else None)
        window.left_session.connect(self._forget_folder)

    def begin(self, folder: Path) -> None:
        """Go to where this evaluation was left, and follow from there."""
        self._folder = str(folder)
        workplace = self._window.workplace
        kept = self._read().get(self._folder)
        if workplace is None or not isinstance(kept, dict):
            return
        address = kept.get("address")
        if isinstance(address, list) and len(address) == 3 and all(isinstance(one, str) for one in address):
            workplace.navigate(Address(*address))
        elif isinstance(kept.get("page"), str):
            workplace.navigate(Address("page", kept["page"]))

    def keep(self) -> None:
        """Write the place down; a place that can't be written is no reason to disturb."""
        workplace = self._window.workplace
        if workplace is None or not self._folder:
            return
        at = workplace.place()
        address = [at.kind, at.id, at.field] if at.kind != "page" else None
        place = {"page": workplace.current, "address": address}
        known = self._read()
        if known.get(self._folder) == place and next(iter(known)) == self._folder:
            return
        known.pop(self._folder, None)
        kept = {self._folder: place, **known}
        try:
            self._settings.put(_KEY, json.dumps(dict(list(kept.items())[:_MOST]), ensure_ascii=False))
        except WorkbenchError as error:
            _log.info("last place not kept: %s", error)

    def _forget_folder(self) -> None:
        self._timer.stop()
        self._folder = ""

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads(self._settings.text(_KEY) or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
