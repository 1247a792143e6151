"""Backs up by the hour while an evaluation is open, and keeps the second copy; says so in one quiet word."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QTimer

from workbench.errors import WorkbenchError
from workbench.services.safekeeping import Copied, Safekeeping
from workbench.ui.main_window import MainWindow
from workbench.ui.tasks import Task

_log = logging.getLogger(__name__)
#: A stick that was away is looked for again after so many milliseconds.
_AGAIN_MS = 60_000


class Keeper(QObject):
    """Belongs to the front door; follows the window's session."""

    def __init__(self, window: MainWindow, safekeeping: Safekeeping) -> None:
        super().__init__(window)
        self._window = window
        self._safekeeping = safekeeping
        self._task: Task | None = None
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.keep)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self.keep)
        window.left_session.connect(self.rest)

    def begin(self) -> None:
        """An evaluation was opened: keep it now and from now on."""
        self.timer.start(self._safekeeping.minutes * 60_000)
        self.keep()

    def rest(self) -> None:
        """No evaluation is open."""
        self.timer.stop()
        self._again.stop()

    def keep(self) -> None:
        """Back up, and bring the second copy up to date in the background."""
        workplace = self._window.workplace
        if workplace is None or self._task is not None:
            return
        session = workplace.context.session
        try:
            self._safekeeping.back_up(session)
            job = self._safekeeping.copy_job(session)
        except WorkbenchError as error:
            self._say(str(error), "没有备份")
            return
        if job is not None:
            self._task = self._window.tasks.run(
                job.run, self._on_copied, failed=self._on_failed, cancelled=self._on_over
            )

    def _on_over(self) -> None:
        self._task = None

    def _on_copied(self, done: Copied) -> None:
        self._task = None
        self._say("评价和佐证都已存到第二份的位置。", f"第二份 {done.at:%H:%M}")

    def _on_failed(self, error: Exception) -> None:
        self._task = None
        if not isinstance(error, WorkbenchError):
            raise error
        self._say(str(error), "第二份没有存上")
        self._again.start()

    def _say(self, whole: str, words: str) -> None:
        _log.info("%s", words)
        if self._window.workplace is not None:
            self._window.workplace.status.show_kept(words, whole)
