"""Files that the system hands to the window: one after the other, each to the page that can open it."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QMainWindow

from workbench.errors import WorkbenchError
from workbench.services.handover import Call, Listener
from workbench.services.own_files import recognised
from workbench.ui.alerts import Alerts

#: How often (ms) it is looked whether the dialog that stands in the way is gone.
_LOOK_AGAIN = 250
_TOKEN = "XDG_ACTIVATION_TOKEN"  # noqa: S105 - of the desktop, for coming to the front


class Arrivals(QObject):
    """Opens what arrives. A file waits while a dialog is open: two on top of each other help nobody."""

    called = Signal(object)

    def __init__(
        self, window: QMainWindow, alerts: Alerts, openers: Mapping[str, Callable[[Path], None]]
    ) -> None:
        """``openers`` has one function for each kind that :func:`recognised` knows."""
        super().__init__(window)
        self._window, self._alerts, self._openers = window, alerts, openers
        self._waiting: deque[Path] = deque()
        self._again = QTimer(self)
        self._again.setInterval(_LOOK_AGAIN)
        self._again.timeout.connect(self._next)
        self._listener: Listener | None = None
        self.called.connect(self._on_called)

    def listen(self, address: str) -> None:
        """Take what later starts of the program are asked to open."""
        self._listener = Listener(address, self.called.emit)

    def close(self) -> None:
        """Take nothing more."""
        if self._listener is not None:
            self._listener.close()

    def open(self, paths: Iterable[Path]) -> None:
        """Open these in turn."""
        self._waiting.extend(paths)
        self._next()

    def _on_called(self, call: Call) -> None:
        if token := call.tokens.get(_TOKEN):
            os.environ[_TOKEN] = token  # Qt takes it from there, once
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        self.open(call.paths)

    def _next(self) -> None:
        """Open the next one, unless a dialog is open."""
        if self._waiting and QApplication.activeModalWidget() is None:
            path = self._waiting.popleft()
            try:
                kind, place = recognised(path)
            except WorkbenchError as error:
                self._alerts.error(error)
            else:
                self._openers[kind](place)
        if self._waiting:
            self._again.start()
        else:
            self._again.stop()
