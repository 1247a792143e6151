"""Run one job off the GUI thread; done, failed and progress come back on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QThread, Signal
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from workbench.services.jobs import Cancelled, Progress

ResultT = TypeVar("ResultT")


class Task(QThread):
    """One running job; :meth:`cancel` asks it to stop at its next progress.

    The callables are called on the GUI thread, because the task object itself lives there.
    """

    over = Signal(object)
    _ended = Signal(object, object)
    _progressed = Signal(int, int, str)

    def __init__(
        self,
        job: Callable[[Progress], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        progress: Callable[[int, int, str], None] | None,
        cancelled: Callable[[], None] | None,
        fallback: Callable[[Exception], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._fallback = fallback
        self._job, self._done, self._failed = job, done, failed
        self._tell, self._cancelled = progress, cancelled
        self._stop = threading.Event()
        self._ended.connect(self._on_ended)
        self._progressed.connect(self._on_progressed)

    def cancel(self) -> None:
        """Ask the job to stop; it ends without a result."""
        self._stop.set()

    def run(self) -> None:
        """Do the job on its own thread."""
        try:
            result = self._job(self._progress)
        except Cancelled:
            self._ended.emit(None, None)
        except Exception as error:  # noqa: BLE001  (whatever it was is told on the GUI thread)
            self._ended.emit(None, error)
        else:
            self._ended.emit((result,), None)

    def _progress(self, done: int, total: int, what: str = "") -> None:
        if self._stop.is_set():
            raise Cancelled
        self._progressed.emit(done, total, what)

    def _on_progressed(self, done: int, total: int, what: str) -> None:
        if self._tell is not None and _heard(self._tell) and not self._stop.is_set():
            self._tell(done, total, what)

    def _on_ended(self, result: object, error: object) -> None:
        self.over.emit(self)
        if isinstance(result, tuple):
            if _heard(self._done):
                self._done(result[0])
        elif isinstance(error, Exception):
            (self._failed if _heard(self._failed) else self._fallback)(error)
        elif self._cancelled is not None and _heard(self._cancelled):
            self._cancelled()


def _heard(callback: Callable[..., object]) -> bool:
    """Whether the widget that would be called is still there: pages are built anew at a new text size."""
    while isinstance(callback, partial):
        callback = callback.func
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)


class Tasks(QObject):
    """Starts jobs and sees them out. ``failed`` takes what the caller does not handle."""

    busy = Signal(bool)

    def __init__(self, failed: Callable[[Exception], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._failed = failed
        self._running: list[Task] = []

    def run(
        self,
        job: Callable[[Progress], ResultT],
        done: Callable[[ResultT], None],
        *,
        failed: Callable[[Exception], None] | None = None,
        progress: Callable[[int, int, str], None] | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> Task:
        """Start ``job(progress)`` on a thread. It gets values and paths and returns values: no widget, no session."""
        task = Task(job, done, failed or self._failed, progress, cancelled, self._failed, self)
        task.over.connect(self._on_over)
        task.finished.connect(task.deleteLater)
        self._running.append(task)
        self.busy.emit(True)
        task.start()
        return task

    def awaited(self, job: Callable[[Progress], ResultT]) -> ResultT:
        """Do a short job on a thread and wait for it while the window lives on; its result, or its error raised.

        Keys and clicks wait as well: nothing else is begun before it is over.
        """
        ended: list[ResultT | Exception] = []
        loop = QEventLoop()

        def end(what: ResultT | Exception) -> None:
            ended.append(what)
            loop.quit()

        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            self.run(job, end, failed=end, cancelled=partial(end, Cancelled()))
            if not ended:
                loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        finally:
            QApplication.restoreOverrideCursor()
        found = ended[0]
        if isinstance(found, Exception):
            raise found
        return found

    @property
    def running(self) -> int:
        """How many jobs are under way."""
        return len(self._running)

    def stop_all(self) -> None:
        """Ask every job to stop, wait until they have, and hand over how they ended.

        What a job had finished by then still reaches who asked for it, while the evaluation is open.
        """
        while self._running:  # what ends may have begun something else
            for task in list(self._running):
                task.cancel()
            for task in list(self._running):
                task.wait()
                QCoreApplication.sendPostedEvents(task, QEvent.Type.MetaCall)

    def _on_over(self, task: Task) -> None:
        self._running.remove(task)
        if not self._running:
            self.busy.emit(False)
