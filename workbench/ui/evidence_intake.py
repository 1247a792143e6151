"""Files on their way into the evaluation: dropped, pasted or chosen, copied in the background, then linked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.evaluation import Evidence
from workbench.domain.evidence_use import evidence_label
from workbench.services.attaching import Attaching, AttachReport, Intake, Target
from workbench.services.jobs import Progress
from workbench.ui.context import Context
from workbench.ui.tasks import Task
from workbench.ui.theme import role
from workbench.ui.widgets import label, link

FILTERS = (
    "所有文件 (*);;照片和扫描件 (*.jpg *.jpeg *.png *.heic *.tif *.tiff *.pdf);;"
    "文档和表格 (*.doc *.docx *.wps *.xls *.xlsx *.et *.pdf *.ofd)"
)
_NAME = "evidence_intake"
_log = logging.getLogger(__name__)


def _log_failure(error: Exception) -> None:
    _log.info("files that came in were not looked over: %s", error)  # each is looked at again when it is seen


class EvidenceIntake(QObject):
    """The intake of one open evaluation. It belongs to the bridge, so that it outlives the pages."""

    progressed = Signal(int, int, str)
    settled = Signal(object)
    """:class:`workbench.services.attaching.AttachReport`, after items and links are on the disk."""
    stopped = Signal()
    """The person stopped it; nothing of it stays."""
    damaged = Signal(object)
    """The :class:`Evidence` items of which the files that came in are damaged."""
    idle = Signal()
    """Nothing is being copied any more, for whatever reason."""

    def __init__(self, context: Context, attaching: Attaching) -> None:
        super().__init__(context.bridge)
        self.setObjectName(_NAME)
        self._bridge = context.bridge
        self._tasks = context.tasks
        self._alerts = context.alerts
        self._attaching = attaching
        self._pictures = context.services.pictures
        self._running: list[Task] = []

    @property
    def busy(self) -> bool:
        """Files are being copied."""
        return bool(self._running)

    def bring(self, paths: Sequence[Path], to: Target | None) -> None:
        """Take in files and folders and link them."""
        if paths:
            self._run(lambda progress: self._attaching.take_in(paths, progress), to)

    def bring_image(self, image: QImage, to: Target | None) -> None:
        """Take in a picture that is no file, such as a screenshot, without loss."""
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if not QImageWriter(buffer, QByteArray(b"png")).write(image):
            self._alerts.warn("剪贴板里的图片无法保存。", "请把图片存成文件后再拖入。")
            return
        content = bytes(data.data())
        self._run(lambda progress: self._attaching.take_in_bytes(content, "粘贴的图片.png", progress), to)

    def paste(self, to: Target | None) -> None:
        """Take in what the clipboard holds: files, or a picture."""
        if not self.bring_mime(QGuiApplication.clipboard().mimeData(), to):
            self._alerts.info("剪贴板里没有文件或图片。", "请先截图，或在文件夹里复制文件，再粘贴。")

    def bring_mime(self, data: QMimeData, to: Target | None) -> bool:
        """Take in what was dropped or copied; false when there is nothing to take."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.bring(paths, to)
            return True
        if data.hasImage():
            image = QImage(data.imageData())
            if not image.isNull():
                self.bring_image(image, to)
                return True
        return False

    def choose(self, to: Target | None) -> None:
        """Let the person choose files."""
        self.bring(self._alerts.choose_files("选择佐证材料", FILTERS), to)

    def choose_folder(self, to: Target | None) -> None:
        """Let the person choose a folder, all files of which come in."""
        folder = self._alerts.choose_folder("选择要导入的文件夹")
        self.bring([folder] if folder is not None else [], to)

    def cancel(self) -> None:
        """Stop what is being copied; nothing of it stays."""
        for task in self._running:
            task.cancel()

    def _run(self, job: Callable[[Progress], Intake], to: Target | None) -> None:
        def done(intake: Intake) -> None:
            if not self._bridge.disposed:
                report = self._attaching.settle(intake, to)
                self.settled.emit(report)
                self._inspect(report.added)

        def cancelled() -> None:
            if not self._bridge.disposed:
                self.stopped.emit()

        task = self._tasks.run(job, done, progress=self._on_progress, cancelled=cancelled)
        self._running.append(task)
        task.over.connect(self._on_over)

    def _inspect(self, added: Sequence[Evidence]) -> None:
        """Decode what came in, in the background, and say which files are damaged."""
        pictures = self._pictures
        if pictures is None or not added:
            return

        def job(progress: Progress) -> dict[str, str]:
            return pictures.damaged(added, progress)

        def done(found: dict[str, str]) -> None:
            if found and not self._bridge.disposed:
                self.damaged.emit(self._attaching.note_damage(found))

        self._tasks.run(job, done, failed=_log_failure)

    def _on_over(self, task: Task) -> None:
        self._running.remove(task)
        if not self._running and not self._bridge.disposed:
            self.idle.emit()

    def _on_progress(self, done: int, total: int, what: str) -> None:
        if not self._bridge.disposed:
            self.progressed.emit(done, total, what)


def intake_of(context: Context) -> EvidenceIntake | None:
    """The one intake of the open evaluation; nothing when files can't be attached to it."""
    found: EvidenceIntake | None = context.bridge.findChild(EvidenceIntake, _NAME)
    if found is not None or context.services.attaching is None:
        return found
    return EvidenceIntake(context, context.services.attaching)


class EvidenceDrop(QObject):
    """Lets files be dropped on a widget; ``to`` says at the moment of the drop what they prove."""

    hovered = Signal(bool)

    def __init__(self, context: Context, widget: QWidget, to: Callable[[], Target | None]) -> None:
        super().__init__(widget)
        self._intake = intake_of(context)
        self._to = to
        if self._intake is None:
            return
        # files let go over a text area arrive at its inner part
        for part in (widget, widget.viewport()) if isinstance(widget, QAbstractScrollArea) else (widget,):
            part.setAcceptDrops(True)
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files and pictures, leave everything else to the widget."""
        if isinstance(event, QDropEvent) and self._intake is not None:
            data = event.mimeData()
            if not (data.hasImage() or any(url.isLocalFile() for url in data.urls())):
                return False
            event.setDropAction(Qt.DropAction.CopyAction)  # a move would delete the person's own file
            event.accept()
            if event.type() == QEvent.Type.Drop:
                self.hovered.emit(False)
                self._intake.bring_mime(data, self._to())
            elif isinstance(event, QDragEnterEvent):
                self.hovered.emit(True)
            return True
        if event.type() == QEvent.Type.DragLeave:
            self.hovered.emit(False)
        return False


class IntakeStrip(QWidget):
    """What is coming in, with a button to stop; afterwards one sentence and, if any, what stayed out."""

    def __init__(self, context: Context, intake: EvidenceIntake | None) -> None:
        super().__init__()
        theme = context.theme
        self._alerts = context.alerts
        self._report: AttachReport | None = None
        self.words = label("", "small", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(theme.px(6))
        self.stop = QPushButton("停止")
        self.stop.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        role(self.stop, "toggle")
        self.refused = link("查看未存入的文件", self._show_refused)
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        row.addWidget(self.bar, 1)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self.words)
        column.addLayout(row)
        column.addWidget(self.refused, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()
        if intake is not None:
            self._intake = intake
            self.stop.clicked.connect(intake.cancel)
            intake.progressed.connect(self._on_progressed)
            intake.settled.connect(self._on_settled)
            intake.stopped.connect(self._on_stopped)
            intake.idle.connect(self._on_idle)
            intake.damaged.connect(self._on_damaged)

    def _on_progressed(self, done: int, total: int, what: str) -> None:
        self.show_progress(done, total, what)
        self.stop.show()

    def show_progress(self, done: int, total: int, what: str) -> None:
        """How far a job is that has its own button to stop."""
        share = round(100 * done / total) if total else 0
        self.words.setText(f"{what}　{share}%")
        self.bar.setValue(share)
        self._report = None
        self._show(running=True)
        self.stop.hide()

    def forget(self) -> None:
        """What was said belongs to what was seen before: say nothing, unless something is still coming in."""
        if not self.bar.isVisibleTo(self):
            self.hide()

    def _on_settled(self, report: AttachReport) -> None:
        holder = self.parentWidget()
        if holder is not None and not holder.isVisible():  # told where the person is, not again elsewhere
            self.hide()
            return
        self._report = report
        self.words.setText(str(report))
        self._show(running=self._intake.busy)

    def _on_stopped(self) -> None:
        self._report = None
        self.words.setText("已停止，未存入任何文件。")
        self._show(running=self._intake.busy)

    def say(self, sentence: str) -> None:
        """Show one sentence."""
        self._report = None
        self.words.setText(sentence)
        self._show(running=False)

    def _on_damaged(self, items: Sequence[Evidence]) -> None:
        named = "、".join(evidence_label(item) for item in items[:6]) + ("等" if len(items) > 6 else "")
        what = f"{len(items)} 件打不全或打不开（{named}），已记入备注，请向提供方重取。"
        self.words.setText(f"{self.words.text()}{what}" if self.isVisible() else what)
        self.show()

    def _on_idle(self) -> None:
        self.hide()  # unless a report or a stop follows at once, the job failed and was told in a box

    def _show(self, *, running: bool) -> None:
        self.bar.setVisible(running)
        self.stop.setVisible(running)
        self.refused.setVisible(not running and self._report is not None and bool(self._report.refused))
        self.show()

    def _show_refused(self) -> None:
        if self._report is not None:
            lines = [f"· {fault}" for fault in self._report.refused[:20]]
            if len(self._report.refused) > 20:
                lines.append(f"……另有 {len(self._report.refused) - 20} 个")
            self._alerts.warn(f"{len(self._report.refused)} 个文件未存入，其余已存入。", "\n".join(lines))
