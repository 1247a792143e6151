"""移交归档包: everything in one folder or zip that stands for itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QProgressBar, QVBoxLayout

from workbench.errors import WorkbenchError
from workbench.services.archiving import Archived, Archiving
from workbench.services.jobs import Progress
from workbench.ui.context import Context
from workbench.ui.inputs import LineInput
from workbench.ui.tasks import Task
from workbench.ui.widgets import Card, Notice, clear, label, link

_FILTER = "归档包 (*.zip *.wbx);;归档包文件夹中的 bagit.txt (bagit.txt)"


class ArchiveCard(Card):
    """Write an archive in the background, and look one over years later."""

    def __init__(self, context: Context, archiving: Archiving, folder: Callable[[], Path]) -> None:
        about = "报告、评分表、佐证和评价数据合成一包，不装本程序也能在浏览器里看"
        super().__init__(context.theme, "移交归档包", about)
        self._context = context
        self._archiving = archiving
        self._folder = folder
        self._task: Task | None = None
        row = QHBoxLayout()
        self.go = link("生成文件夹", partial(self.write, zipped=False))
        self.go_zip = link("生成压缩包", partial(self.write, zipped=True))
        row.addWidget(self.go)
        row.addWidget(self.go_zip)
        row.addWidget(link("核对归档包…", self.choose))
        self.private = QCheckBox("不含受访者明细")
        self.private.setToolTip(
            "开放题答案、答卷、录入员、座谈记录和评价数据都不放入，不能由此包重新打开评价"
        )
        self._secret = self._secret_row()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(context.theme.px(6))
        self._doing = label("", "soft")
        self._stop = link("取消", self._cancel)
        row.addWidget(self.private)
        row.addWidget(self._bar, 1)
        row.addWidget(self._doing, 1)
        row.addWidget(self._stop)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addLayout(self._secret)
        self._results = QVBoxLayout()
        self._results.setSpacing(context.theme.px(5))
        self.body.addLayout(self._results)
        self._running(task=None)

    def _secret_row(self) -> QHBoxLayout:
        """The password, seen or not."""
        self.password = LineInput()
        self.password.setEchoMode(LineInput.EchoMode.Password)
        self.password.setPlaceholderText("至少 8 个字符；也用来打开加密的归档包")
        self.password.setAccessibleName("密码")
        self.password.returnPressed.connect(self.seal)
        self.shown = QCheckBox("显示")
        self.shown.toggled.connect(self._show_password)
        self.go_sealed = link("生成加密包", self.seal)
        caption = label("密码", "soft")
        caption.setBuddy(self.password)
        row = QHBoxLayout()
        row.addWidget(caption)
        row.addWidget(self.password, 1)
        for widget in (self.shown, self.go_sealed):
            row.addWidget(widget)
        return row

    def _show_password(self, shown: bool) -> None:
        self.password.setEchoMode(LineInput.EchoMode.Normal if shown else LineInput.EchoMode.Password)

    def seal(self) -> None:
        """Write an archive that only the password or the firm's key opens."""
        self.write(zipped=False, sealed=True)

    def write(self, *, zipped: bool, sealed: bool = False) -> None:
        """Freeze the state now and write the archive in the background."""
        if self._task is not None:
            return
        self._context.flush()
        session, checking = self._context.session, self._context.services.checking
        findings = checking.findings if checking is not None else ()
        path = self._folder() / self._archiving.file_name(session, zipped=zipped, sealed=sealed)
        password = self.password.text() if sealed else ""
        try:
            job = self._archiving.job(
                session,
                path,
                findings=findings,
                zipped=zipped,
                password=password,
                sealed=sealed,
                private=self.private.isChecked(),
            )
        except WorkbenchError as error:
            self._on_failed(error)
            return
        self._start(job.run, self._on_written)

    def choose(self) -> None:
        """Ask for an archive and say whether it is as it was written."""
        found = self._context.alerts.choose_files("选择归档包", _FILTER)
        if found:
            self.verify(found[0].parent if found[0].name == "bagit.txt" else found[0])

    def verify(self, path: Path) -> None:
        """Look an archive over in the background."""

        sealed = path.is_file() and self._archiving.is_sealed(path)
        if sealed and not self.password.text():
            clear(self._results)
            self._tell("warning", f"“{path.name}”已加密，请先在上面填写密码，再选择它。")
            self.password.setFocus()
            return
        opener = self._archiving.opener(self.password.text()) if sealed else None

        def job(_: Progress) -> list[str]:
            return self._archiving.verify(path, opener)

        self._start(job, partial(self._on_verified, path))

    def _start(self, job: Callable[[Progress], object], done: Callable[..., None]) -> None:
        clear(self._results)
        self._running(
            task=self._context.tasks.run(
                job,
                done,
                failed=self._on_failed,
                progress=self._on_progress,
                cancelled=partial(self._end, "已取消，没有留下文件。"),
            )
        )

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _running(self, *, task: Task | None) -> None:
        self._task = task
        for widget in (self._bar, self._stop):
            widget.setVisible(task is not None)
        for button in (self.go, self.go_zip, self.go_sealed):
            button.setEnabled(task is None)
        self._bar.setRange(0, 0)

    def _end(self, words: str) -> None:
        self._running(task=None)
        self._doing.setText(words)

    def _on_progress(self, done: int, total: int, what: str) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._doing.setText(what)

    def _on_written(self, done: Archived) -> None:
        self._end("")
        words = f"{done.path.name}　{done.files} 个文件，{done.bytes / 1_000_000:.1f} MB，写出后已逐个核对。"
        self._tell("accent", words, partial(_open, done.path))
        if self._archiving.is_sealed(done.path):
            lost = (
                "忘记密码时，机构凭恢复密钥也能打开。"
                if self._archiving.has_firm_key
                else "没有设置机构恢复公钥：忘记密码就再也打不开，请另行妥善保管密码。"
            )
            self._tell("warning" if not self._archiving.has_firm_key else "accent", lost)
        for told in done.notices:
            self._tell("warning", told)

    def _on_verified(self, path: Path, faults: list[str]) -> None:
        self._end("")
        if not faults:
            self._tell("accent", f"{path.name}：与写出时一致。")
        for fault in faults:
            self._tell("lost", fault)

    def _on_failed(self, error: Exception) -> None:
        self._end("")
        if not isinstance(error, WorkbenchError):
            raise error
        self._tell("lost", str(error))

    def _tell(self, tone: str, words: str, go: Callable[[], None] | None = None) -> None:
        self._results.addWidget(Notice(self._context.theme, tone, "", words, "打开" if go else "", go))


def _open(path: Path) -> None:
    target = path / "data" / "index.html" if path.is_dir() else path
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))
