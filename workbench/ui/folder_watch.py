"""The watched folder of the open evaluation: new files come in by themselves; a strip says so and can stop it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from workbench.services.attaching import AttachReport
from workbench.services.watching import FolderWatch, Look, Watching
from workbench.ui.context import Context
from workbench.ui.evidence_intake import EvidenceIntake, intake_of
from workbench.ui.theme import role
from workbench.ui.widgets import label

#: Between two looks, in ms: phones and shares on a network tell nothing of what comes.
POLL_MS = 2000
_NAME = "evidence_watch"


class EvidenceWatch(QObject):
    """Belongs to the bridge, so that it goes on while other pages are seen and ends with the session."""

    changed = Signal()
    """What it does, or what it has brought, differs now."""

    def __init__(
        self,
        context: Context,
        intake: EvidenceIntake,
        watching: Watching | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(context.bridge)
        self.setObjectName(_NAME)
        self._bridge = context.bridge
        self._tasks = context.tasks
        self._intake = intake
        self._watching = watching
        self._clock = clock
        self._watch: FolderWatch | None = None
        self._looking = False
        self._waiting: list[Path] = []
        self._bringing = False
        self.paused = False
        self.gone = False
        self.growing = 0
        self.brought = 0
        self._notifier = QFileSystemWatcher(self)
        self._notifier.directoryChanged.connect(lambda _: self.look())
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.look)
        intake.settled.connect(self._on_settled)
        intake.idle.connect(self._bring)

    @property
    def folder(self) -> Path | None:
        """The folder that is watched; nothing while none is."""
        return self._watch.folder if self._watch is not None else None

    @property
    def remembered(self) -> Path | None:
        """The folder of last time."""
        return self._watching.remembered() if self._watching is not None else None

    def start(self, folder: Path) -> None:
        """Watch a folder from now on; what lies there already is left alone."""
        self._end()
        self._watch = FolderWatch(folder)
        self.brought = 0
        if self._watching is not None:
            self._watching.remember(folder)
        self._notifier.addPath(str(folder))
        self._timer.start()
        self.look()
        self.changed.emit()

    def stop(self) -> None:
        """Watch no longer, and forget the folder."""
        self._end()
        if self._watching is not None:
            self._watching.remember(None)
        self.changed.emit()

    def _end(self) -> None:
        self._timer.stop()
        if self._notifier.directories():
            self._notifier.removePaths(self._notifier.directories())
        self._watch, self._waiting = None, []
        self.paused = self.gone = self._bringing = False
        self.growing = 0

    def pause(self, *, paused: bool) -> None:
        """Bring nothing in for a while; what comes meanwhile comes in afterwards."""
        self.paused = paused
        self.changed.emit()
        self._bring()

    def look(self) -> None:
        """Look into the folder, off the GUI thread."""
        watch = self._watch
        if watch is None or self._looking or self._bridge.disposed:
            return
        self._looking = True
        now = self._clock()
        self._tasks.run(
            lambda _: (watch, watch.look(now)),
            self._on_looked,
            failed=self._on_failed,
            cancelled=self._on_cancelled,
        )

    def _on_cancelled(self) -> None:
        self._looking = False

    def _on_failed(self, error: Exception) -> None:
        self._looking = False
        self._end()
        raise error

    def _on_looked(self, answer: tuple[FolderWatch, Look]) -> None:
        self._looking = False
        watch, look = answer
        if watch is not self._watch or self._bridge.disposed:
            return
        before = (self.gone, self.growing, len(self._waiting))
        self.gone, self.growing = look.gone, look.growing
        self._waiting += look.ready
        if not look.gone and not self._notifier.directories():
            self._notifier.addPath(str(watch.folder))  # it was away, and is there again
        if before != (self.gone, self.growing, len(self._waiting)):
            self.changed.emit()
        self._bring()

    def _bring(self) -> None:
        if self._waiting and not self.paused and not self._intake.busy:
            paths, self._waiting = self._waiting, []
            self._bringing = True
            self._intake.bring(paths, None)

    def _on_settled(self, report: AttachReport) -> None:
        if self._bringing:
            self._bringing = False
            self.brought += len(report.added)
            self.changed.emit()


def watch_of(context: Context) -> EvidenceWatch | None:
    """The one watch of the open evaluation; nothing when files can't be attached to it."""
    found: EvidenceWatch | None = context.bridge.findChild(EvidenceWatch, _NAME)
    intake = intake_of(context)
    if found is not None or intake is None:
        return found
    return EvidenceWatch(context, intake, context.services.watching)


class WatchStrip(QWidget):
    """One line: which folder is watched, what came, and buttons to pause and stop; hidden while there is none."""

    def __init__(self, context: Context, watch: EvidenceWatch | None) -> None:
        super().__init__()
        self._watch = watch
        self.words = label("", "small", wrap=True)
        self.pause = QPushButton("暂停")
        self.stop = QPushButton("停止监视")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(context.theme.px(6))
        row.addWidget(self.words, 1)
        for button in (self.pause, self.stop):
            role(button, "toggle")
            row.addWidget(button)
        self.hide()
        if watch is not None:
            self.pause.clicked.connect(lambda _=False: self._on_pause())
            self.stop.clicked.connect(lambda _=False: watch.stop())
            watch.changed.connect(self.refresh)
            self.refresh()

    def _on_pause(self) -> None:
        if self._watch is None:
            return
        remembered = self._watch.remembered
        if self._watch.folder is None and remembered is not None:
            self._watch.start(remembered)
        else:
            self._watch.pause(paused=not self._watch.paused)

    def refresh(self) -> None:
        """Say how it stands."""
        watch = self._watch
        if watch is None:
            return
        folder = watch.folder
        if folder is None:
            remembered = watch.remembered
            self.setVisible(remembered is not None)
            if remembered is not None:
                self.words.setText(f"上次监视“{remembered.name or remembered}”，现在没有监视。")
                self.words.setToolTip(str(remembered))
                self.pause.setText("继续监视")
                self.stop.setText("不再监视")
            return
        said = f"正在监视“{folder.name or folder}”，新文件自动存入；已存入 {watch.brought} 件"
        if watch.gone:
            said = f"“{folder.name or folder}”现在读不到（数据线拔出或网络断开），恢复后继续；已存入 {watch.brought} 件"
        elif watch.paused:
            said = f"已暂停监视“{folder.name or folder}”；已存入 {watch.brought} 件"
        if watch.growing:
            said += f"，{watch.growing} 个正在写入"
        self.words.setText(f"{said}。")
        self.words.setToolTip(str(folder))
        self.pause.setText("继续" if watch.paused else "暂停")
        self.stop.setText("停止监视")
        self.show()
