"""报告与导出: what is handed over, written in the background; working papers back in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from workbench.errors import WorkbenchError
from workbench.services.exporting import Exported, ExportJob
from workbench.services.jobs import Progress
from workbench.services.session import Changed
from workbench.ui.archive_card import ArchiveCard
from workbench.ui.bureau_card import BureauCard
from workbench.ui.context import Context
from workbench.ui.import_card import ImportCard
from workbench.ui.page import Page
from workbench.ui.tasks import Task
from workbench.ui.widgets import Card, KeyButton, Notice, clear, label, link, scrolled

#: Subfolder of the evaluation that files go to unless another is chosen.
FOLDER = "导出"


class ExportPage(Page):
    """Tick the files, press Ctrl+E; each is written beside and swapped in, an older one stays until then."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        services = context.services
        if services.exporting is None or services.folder is None:
            raise ValueError("the page of exports needs its service and the folder of the evaluation")
        self._exporting = services.exporting
        self._folder = services.folder / FOLDER
        self._task: Task | None = None
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(18), theme.px(14), theme.px(18), theme.px(18))
        column.setSpacing(theme.px(10))
        column.addWidget(label("报告与导出", "title"))
        self._state = QVBoxLayout()
        column.addLayout(self._state)

        kinds = Card(theme, "要导出的文件", "空格键勾选")
        self.boxes: dict[str, QCheckBox] = {}
        self._names: dict[str, QLabel] = {}
        for kind in self._exporting.kinds():
            row = QHBoxLayout()
            box = QCheckBox(f"{kind.label}　{kind.suffix}")
            box.setChecked(True)
            box.toggled.connect(self._on_ticked)
            self.boxes[kind.key] = box
            row.addWidget(box, 2)
            name = label("", "soft")
            self._names[kind.key] = name
            row.addWidget(name, 5)
            kinds.body.addLayout(row)
        column.addWidget(kinds)

        where = Card(theme, "保存到")
        line = QHBoxLayout()
        self._where = label("", wrap=True)
        line.addWidget(self._where, 1)
        line.addWidget(link("更改…", self._choose_folder))
        line.addWidget(link("打开文件夹", self._open_folder))
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
        self._doing = label("", "soft")
        for widget, stretch in ((self.go, 0), (self._bar, 2), (self._doing, 3), (self.stop, 0)):
            act.addWidget(widget, stretch)
        act.addStretch(1)
        column.addLayout(act)
        self._results = QVBoxLayout()
        self._results.setSpacing(theme.px(6))
        column.addLayout(self._results)
        self.bureau = (
            BureauCard(context, services.bureau, self._exporting, lambda: self._folder)
            if services.bureau is not None
            else None
        )
        if self.bureau is not None:
            column.addWidget(self.bureau)
        self.archive = (
            ArchiveCard(context, services.archiving, lambda: self._folder)
            if services.archiving is not None
            else None
        )
        if self.archive is not None:
            column.addWidget(self.archive)
        self.papers = ImportCard(context, services.importing) if services.importing is not None else None
        if self.papers is not None:
            column.addWidget(self.papers)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))
        self._show_running(running=False)

    def reload(self) -> None:
        """Show names and what stands in the way of a final version."""
        session = self.context.session
        for kind in self._exporting.kinds():
            name = self._names[kind.key]
            name.setText(self._exporting.file_name(session, kind.key))
        self._where.setText(str(self._folder))
        if self.bureau is not None:
            self.bureau.reload()
        clear(self._state)
        scores = session.scores
        theme = self.context.theme
        if not scores.complete:
            text = f"还有 {scores.leaves - scores.scored} 项指标没有评分，现在导出的是草稿。"
            self._state.addWidget(Notice(theme, "warning", "", text, "", None))
        blocking = self._blocking()
        if blocking:
            go = partial(self.context.run_action, "go_checks")
            text = f"核验还有 {blocking} 项错误未处理或放行，报告会照现状导出。"
            self._state.addWidget(Notice(theme, "lost", "", text, "查看核验", go))

    def _blocking(self) -> int:
        checking = self.context.services.checking
        return len(checking.blocking) if checking is not None else 0

    def update_for(self, changed: Changed) -> None:
        """Names and notices follow."""
        self.reload()

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Ctrl+E exports here."""
        return {"export": self.export}

    def _on_ticked(self) -> None:
        self.go.setEnabled(self._task is None and any(box.isChecked() for box in self.boxes.values()))

    def _choose_folder(self) -> None:
        chosen = self.context.alerts.choose_folder("导出到哪个文件夹", self._folder)
        if chosen is not None:
            self._folder = chosen
            self.reload()

    def _open_folder(self) -> None:
        folder = self._folder if self._folder.is_dir() else self._folder.parent
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def export(self) -> None:
        """Freeze the state now and write the ticked files in the background."""
        wanted = [key for key, box in self.boxes.items() if box.isChecked()]
        if self._task is not None or not wanted:
            return
        self.context.flush()
        session = self.context.session
        checking = self.context.services.checking
        findings = checking.findings if checking is not None else ()
        jobs = [
            self._exporting.job(
                session, key, self._folder / self._exporting.file_name(session, key), findings=findings
            )
            for key in wanted
        ]
        clear(self._results)
        self._show_running(running=True)
        self._task = self.context.tasks.run(
            partial(_write_all, jobs),
            self._on_done,
            failed=self._on_failed,
            progress=self._on_progress,
            cancelled=self._on_cancelled,
        )

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

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
        self._task = None
        self._show_running(running=False)
        self._doing.setText(words)

    def _on_done(self, results: list[Exported | WorkbenchError]) -> None:
        good = [result for result in results if isinstance(result, Exported)]
        self._finish(f"已导出 {len(good)} 个文件。" if good else "")
        theme = self.context.theme
        for result in results:
            if isinstance(result, WorkbenchError):
                self._results.addWidget(Notice(theme, "lost", "", str(result), "", None))
                continue
            size = f"{result.size / 1_000_000:.1f} MB" if result.size >= 100_000 else f"{result.size:,} 字节"
            words = f"{result.path.name}　{size}"
            self._results.addWidget(
                Notice(theme, "accent", "", words, "打开", partial(_open_file, result.path))
            )
            for told in result.notices:
                self._results.addWidget(Notice(theme, "warning", "", told, "", None))

    def _on_failed(self, error: Exception) -> None:
        self._finish("导出没有完成。")
        raise error

    def _on_cancelled(self) -> None:
        self._finish("已取消，原有文件没有改动。")


def _open_file(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _write_all(jobs: list[ExportJob], progress: Progress) -> list[Exported | WorkbenchError]:
    """Write one file after the other; one that fails does not stop the others."""
    results: list[Exported | WorkbenchError] = []
    for number, job in enumerate(jobs):
        label_ = job.exporter.label

        def step(done: int, total: int, what: str, number: int = number, label_: str = label_) -> None:
            progress(
                number * 100 + (done * 100 // total if total else 0), len(jobs) * 100, f"{label_}：{what}"
            )

        progress(number * 100, len(jobs) * 100, label_)
        try:
            results.append(job.run(step))
        except WorkbenchError as error:
            results.append(error)
    return results
