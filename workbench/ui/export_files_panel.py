"""The files to be handed over: tick them, look at each page by page, press Ctrl+E."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from workbench.domain.checks import Finding
from workbench.errors import WorkbenchError
from workbench.services.export_choices import Choosing
from workbench.services.export_log import ExportLog
from workbench.services.exporting import Exported, Exporting, ExportJob
from workbench.services.jobs import Progress
from workbench.services.previewing import Previewing
from workbench.ui.context import Context
from workbench.ui.export_options_card import ExportOptionsCard
from workbench.ui.preview_pane import PreviewPane
from workbench.ui.tasks import Task
from workbench.ui.widgets import Card, KeyButton, Notice, clear, label, link, rule, scrolled

#: From this width on (in base pixels) the pages are shown beside the list, else in its place.
_BESIDE_FROM = 760
_FILE_KINDS = {".pdf": "PDF", ".docx": "Word", ".xlsx": "Excel"}


class ExportFilesPanel(QWidget):
    """Each file is written beside and swapped in, an older one stays until then."""

    logged = Signal()

    def __init__(
        self,
        context: Context,
        exporting: Exporting,
        folder: Path,
        *,
        previewing: Previewing | None = None,
        log: ExportLog | None = None,
    ) -> None:
        super().__init__()
        self.context = context
        self._exporting = exporting
        self._previewing = previewing
        self._log = log
        self.folder = folder
        self.task: Task | None = None
        self._shown = ""
        theme = context.theme
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(2), theme.px(4), theme.px(10), theme.px(12))
        column.setSpacing(theme.px(9))
        self._state = QVBoxLayout()
        column.addLayout(self._state)
        self.boxes: dict[str, QCheckBox] = {}
        column.addWidget(self._kinds_card(exporting))
        self.options = ExportOptionsCard(
            context, exporting, Choosing(context.services.settings, context.session)
        )
        self.options.changed.connect(self._on_options)
        column.addWidget(self.options)

        where = Card(theme, "保存到")
        self._where = label("", wrap=True)
        where.body.addWidget(self._where)
        line = QHBoxLayout()
        line.addWidget(link("更改…", self.choose_folder))
        line.addWidget(link("打开文件夹", self._open_folder))
        line.addStretch(1)
        where.body.addLayout(line)
        column.addWidget(where)

        act = QHBoxLayout()
        act.setSpacing(theme.px(10))
        self.go = KeyButton(theme, "导出所选文件", "Ctrl E", primary=True)
        self.go.clicked.connect(self.export)
        self.stop = link("取消", self._cancel)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(theme.px(6))
        self._doing = label("", "soft", wrap=True)
        for widget, stretch in ((self.go, 0), (self._bar, 1), (self.stop, 0)):
            act.addWidget(widget, stretch)
        act.addStretch(1)
        self._results = QVBoxLayout()
        self._results.setSpacing(theme.px(6))
        column.addLayout(self._results)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._scroll = scrolled(content)
        self._fresh = False
        self._scroll.verticalScrollBar().rangeChanged.connect(self._on_range)
        # What starts the work and says how far it is stays in sight below the list, however long that is.
        self._left = QWidget()
        under = QVBoxLayout(self._left)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(0)
        under.addWidget(self._scroll, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.px(2), theme.px(8), theme.px(10), theme.px(10))
        foot.setSpacing(theme.px(4))
        foot.addLayout(act)
        foot.addWidget(self._doing)
        under.addLayout(foot)
        row.addWidget(self._left, 2)
        self._line = rule(vertical=True)
        self.pane = PreviewPane(context)
        row.addWidget(self._line)
        row.addWidget(self.pane, 3)
        self._looking = False
        self._look = link("预览这一份", self._turn)
        self._back = link("返回列表", self._turn)
        act.insertWidget(1, self._look)
        self.how = link("怎样导出", self.show_options)
        act.insertWidget(2, self.how)
        self.pane.head.insertWidget(0, self._back)
        self._arrange()
        self._show_running(running=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On small screens with large text the list and the pages take turns."""
        super().resizeEvent(event)
        self._arrange()

    def show_options(self) -> None:
        """Bring what may be chosen into sight, the keyboard on the first of it."""
        if self._looking:
            self._turn()
        self._scroll.ensureWidgetVisible(self.options)
        self.options.layouts.setFocus()

    def _turn(self) -> None:
        self._looking = not self._looking
        self._arrange()
        (self.pane.pages if self._looking else next(iter(self.boxes.values()))).setFocus()

    def _arrange(self) -> None:
        shown = self._previewing is not None
        beside = shown and self.width() >= self.context.theme.px(_BESIDE_FROM)
        self._left.setVisible(beside or not (shown and self._looking))
        self.pane.setVisible(beside or (shown and self._looking))
        self._line.setVisible(beside)
        self._look.setVisible(shown and not beside)
        self._back.setVisible(not beside)

    def _kinds_card(self, exporting: Exporting) -> Card:
        """Every kind under its heading; what comes as several kinds of file has a line with a box for each."""
        theme = self.context.theme
        card = Card(theme, "要导出的文件", "空格勾选，焦点所在即预览")
        grid = QGridLayout()
        grid.setVerticalSpacing(theme.px(2))
        grid.setHorizontalSpacing(theme.px(10))
        grid.setColumnStretch(0, 1)
        lines = exporting.documents()
        group = ""
        for (heading, document), kinds in lines.items():
            if heading != group:
                group = heading
                grid.addWidget(label(heading, "small"), grid.rowCount(), 0, 1, 3)
            row = grid.rowCount()
            grid.addWidget(label(document), row, 0)
            for place, kind in enumerate(kinds, start=1):
                box = QCheckBox(_FILE_KINDS.get(kind.suffix, kind.suffix))
                box.setAccessibleName(f"{document} {box.text()}")
                box.setChecked(kind.usual)
                box.toggled.connect(self._on_ticked)
                box.installEventFilter(self)
                self.boxes[kind.key] = box
                grid.addWidget(box, row, place)
        card.body.addLayout(grid)
        return card

    def _on_options(self) -> None:
        self._show_kinds()
        self.look_at(self._shown or next(iter(self.boxes)))

    def _show_kinds(self) -> None:
        """What each file will be called, and which can't be written as it is wanted."""
        private = self.options.choices.private
        for kind in self._exporting.kinds():
            box = self.boxes[kind.key]
            refused = private and kind.personal
            if refused:
                box.setChecked(False)
            box.setEnabled(not refused)
            box.setToolTip(
                "列有受访者的回答或姓名；“不含受访者明细”时不能导出"
                if refused
                else self._exporting.file_name(self.context.session, kind.key)
            )

    def reload(self) -> None:
        """Show what stands in the way of a final version, and the file that is looked at as it is now."""
        session, theme = self.context.session, self.context.theme
        self.options.reload()
        self._show_kinds()
        self._where.setText(str(self.folder))
        clear(self._state)
        scores = session.scores
        if not scores.complete:
            text = f"还有 {scores.leaves - scores.scored} 项指标没有评分，现在导出的是草稿。"
            self._state.addWidget(Notice(theme, "warning", "", text, "", None))
        checking = self.context.services.checking
        blocking = len(checking.blocking) if checking is not None else 0
        if blocking:
            go = partial(self.context.run_action, "go_checks")
            text = f"核验还有 {blocking} 项错误未处理或放行，报告会照现状导出。"
            self._state.addWidget(Notice(theme, "lost", "", text, "查看核验", go))
        self.look_at(self._shown or next(iter(self.boxes)))

    def look_at(self, kind: str) -> None:
        """Show the pages of one kind of file."""
        if self._previewing is None:
            return
        self._shown = kind
        shown = self._exporting.kind(kind)
        if self.options.choices.private and shown.personal:
            self.pane.show_job(shown.label, None)
            return
        job = None
        if self._previewing.can_show(kind):
            job = self._previewing.job(self.context.session, kind, self.options.choices)
        self.pane.show_job(shown.label, job)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The file whose box has the keyboard is the one that is looked at."""
        if event.type() == QEvent.Type.FocusIn:
            kind = next((key for key, box in self.boxes.items() if box is watched), "")
            if kind and kind != self._shown:
                self.look_at(kind)
        return super().eventFilter(watched, event)

    def _on_ticked(self) -> None:
        self.go.setEnabled(self.task is None and any(box.isChecked() for box in self.boxes.values()))

    def choose_folder(self) -> None:
        """Ask for another folder to write to."""
        chosen = self.context.alerts.choose_folder("导出到哪个文件夹", self.folder)
        if chosen is not None:
            self.folder = chosen
            self._where.setText(str(self.folder))

    def _open_folder(self) -> None:
        folder = self.folder if self.folder.is_dir() else self.folder.parent
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def export(self) -> None:
        """Freeze the state now and write the ticked files in the background."""
        wanted = [key for key, box in self.boxes.items() if box.isChecked()]
        if self.task is not None or not wanted:
            return
        self.context.flush()
        session = self.context.session
        checking = self.context.services.checking
        findings: Sequence[Finding] = checking.findings if checking is not None else ()
        choices = asdict(self.options.choices)
        jobs = [
            self._exporting.job(
                session,
                key,
                self.folder / self._exporting.file_name(session, key),
                findings=findings,
                **choices,
            )
            for key in wanted
        ]
        clear(self._results)
        self._show_running(running=True)
        self.task = self.context.tasks.run(
            partial(_write_all, jobs),
            partial(self._on_done, findings),
            failed=self._on_failed,
            progress=self._on_progress,
            cancelled=self._on_cancelled,
        )

    def _cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()

    def _show_running(self, *, running: bool) -> None:
        self._bar.setVisible(running)
        self.stop.setVisible(running)
        self.go.setEnabled(not running)
        if running:
            self._bar.setRange(0, 0)

    def _on_progress(self, done: int, total: int, what: str) -> None:
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)
        self._doing.setText(what)

    def _finish(self, words: str) -> None:
        self.task = None
        self._show_running(running=False)
        self._doing.setText(words)

    def _on_done(
        self, findings: Sequence[Finding], results: list[tuple[str, Exported | WorkbenchError]]
    ) -> None:
        good = [result for _, result in results if isinstance(result, Exported)]
        bad = len(results) - len(good)
        said = [f"已导出 {len(good)} 个文件"] if good else []
        self._finish("，".join([*said, f"{bad} 个没有导出，原因见列表末尾"] if bad else said) + "。")
        self._fresh = True
        theme = self.context.theme
        for kind, result in results:
            if isinstance(result, WorkbenchError):
                self._results.addWidget(Notice(theme, "lost", "", str(result), "", None))
                continue
            size = f"{result.size / 1_000_000:.1f} MB" if result.size >= 100_000 else f"{result.size:,} 字节"
            words = f"{result.path.name}　{size}"
            self._results.addWidget(
                Notice(theme, "accent", "", words, "打开", partial(_open_file, result.path))
            )
            for told in (*result.notices, *self._note(kind, result, findings)):
                self._results.addWidget(Notice(theme, "warning", "", told, "", None))
        self.logged.emit()

    def _on_range(self, _least: int, most: int) -> None:
        """What was written, or why not, comes into sight once it is laid out."""
        if self._fresh:
            self._fresh = False
            self._scroll.verticalScrollBar().setValue(most)

    def _note(self, kind: str, result: Exported, findings: Sequence[Finding]) -> list[str]:
        """Enter a file in the log; why it could not be entered, if so."""
        if self._log is None:
            return []
        try:
            self._exporting.note(self._log, self.context.session, kind, result.path, findings)
        except WorkbenchError as error:
            return [str(error)]
        return []

    def _on_failed(self, error: Exception) -> None:
        self._finish("导出没有完成。")
        raise error

    def _on_cancelled(self) -> None:
        self._finish("已取消，原有文件没有改动。")


def _open_file(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _write_all(jobs: list[ExportJob], progress: Progress) -> list[tuple[str, Exported | WorkbenchError]]:
    """Write one file after the other; one that fails does not stop the others."""
    results: list[tuple[str, Exported | WorkbenchError]] = []
    for number, job in enumerate(jobs):
        label_ = job.exporter.label

        def step(done: int, total: int, what: str, number: int = number, label_: str = label_) -> None:
            progress(
                number * 100 + (done * 100 // total if total else 0), len(jobs) * 100, f"{label_}：{what}"
            )

        progress(number * 100, len(jobs) * 100, label_)
        try:
            results.append((job.exporter.key, job.run(step)))
        except WorkbenchError as error:
            results.append((job.exporter.key, error))
    return results
