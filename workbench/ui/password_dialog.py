"""评价密码: set, change or take away the password of the evaluation that is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import WorkbenchError
from workbench.services.jobs import Progress
from workbench.services.passwords import Passwords
from workbench.ui.secret_input import SecretInput
from workbench.ui.tasks import Task, Tasks
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import label, link, rule

_SET = (
    "数据、修改记录、佐证和备份都加密存放；评价先关闭，全部重写一遍后再打开，中途断电或取消都不丢失。"
    "导出的文件不加密。"
)
_FIRM = "忘记密码时，机构凭恢复密钥也能打开。"
_NO_FIRM = "没有设置机构恢复公钥（设置 › 机构恢复公钥）：忘记密码就再也打不开，任何人都无法恢复。"
_CHANGE = "改密码只重写密码文件，马上完成。以前被人复制走的文件，旧密码仍能打开。"


class PasswordDialog(QDialog):
    """``leave`` closes the evaluation before it is rewritten, ``done_with`` opens it again with what to tell."""

    def __init__(
        self,
        theme: Theme,
        tasks: Tasks,
        passwords: Passwords,
        folder: Path,
        *,
        locked: bool,
        leave: Callable[[], None],
        done_with: Callable[[list[str]], None],
        parent: QWidget | None,
    ) -> None:
        super().__init__(parent)
        self._tasks, self._passwords, self._folder = tasks, passwords, folder
        self._leave, self._done_with = leave, done_with
        self._left = False
        self._task: Task | None = None
        self.setWindowTitle("评价密码")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        px = theme.px
        self.setMinimumWidth(px(560))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(18), px(14), px(18), px(14))
        outer.setSpacing(px(10))
        outer.addWidget(label(f"{'改密码' if locked else '设密码'}：{folder.name}", "title", wrap=True))
        outer.addWidget(label(_CHANGE if locked else _SET, "soft", wrap=True))
        firm = passwords.has_firm_key
        outer.addWidget(label(_FIRM if firm else _NO_FIRM, "soft" if firm else "warning", wrap=True))
        self.password, self.again = SecretInput("新密码"), SecretInput("再输一次")
        self.password.setPlaceholderText("至少 8 个字符，可用一句话")
        shown = QCheckBox("显示")
        shown.toggled.connect(self._show_text)
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(10))
        grid.setVerticalSpacing(px(6))
        grid.setColumnStretch(1, 1)
        for row, (words, field) in enumerate((("新密码", self.password), ("再输一次", self.again))):
            caption = label(words, "soft")
            caption.setBuddy(field)
            grid.addWidget(caption, row, 0)
            grid.addWidget(field, row, 1)
            field.capitals.connect(self._say_capitals)
        self.password.returnPressed.connect(self.again.setFocus)
        self.again.returnPressed.connect(self.run)
        grid.addWidget(shown, 0, 2)
        outer.addLayout(grid)
        self.state = label("", "fault", wrap=True)
        outer.addWidget(self.state)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(px(6))
        self._bar.setRange(0, 0)
        outer.addWidget(self._bar)
        self.remove = link("取消密码，改回不加密", self.unlock)
        if locked:
            outer.addWidget(rule())
            outer.addWidget(label("取消密码要把全部数据和佐证改写成不加密的。", "soft", wrap=True))
            outer.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)
        foot = QHBoxLayout()
        foot.addStretch(1)
        self._stop = link("取消", self.reject)
        foot.addWidget(self._stop)
        self.go = QPushButton("改密码" if locked else "设密码并加密")
        role(self.go, "primary")
        self.go.setDefault(True)
        self.go.clicked.connect(self.run)
        foot.addWidget(self.go)
        outer.addLayout(foot)
        self._locked = locked
        self._running(None)
        self.password.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its sentences need at this width and size of text."""
        for field in (self.password, self.again):
            field.setMinimumHeight(field.sizeHint().height())
        layout = self.layout()
        if layout is not None:
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))
        super().showEvent(event)

    def run(self) -> None:
        """Set or change the password, if both entries agree."""
        if self._task is not None:
            return
        password = self.password.text()
        try:
            self._passwords.check(password, self.again.text())
        except WorkbenchError as error:
            self._say("fault", str(error))
            (self.again if error.code == "passwords-differ" else self.password).setFocus()
            return
        if self._locked:
            self._start(lambda _: self._passwords.change(self._folder, password), "正在改密码……")
            return
        self._convert(lambda progress: self._passwords.lock(self._folder, password, progress))

    def unlock(self) -> None:
        """Take the password away."""
        if self._task is None:
            self._convert(lambda progress: self._passwords.unlock(self._folder, progress))

    def _convert(self, job: Callable[[Progress], list[str]]) -> None:
        """Close the evaluation, then rewrite it."""
        if not self._left:
            try:
                self._leave()
            except WorkbenchError as error:
                self._say("fault", str(error))
                return
            self._left = True
        self._start(job, "正在准备……")

    def _start(self, job: Callable[[Progress], list[str]], words: str) -> None:
        self._say("soft", words)
        self._running(
            self._tasks.run(
                job,
                self._on_done,
                failed=self._on_failed,
                progress=self._on_progress,
                cancelled=partial(self._over, "已取消，评价没有改动。"),
            )
        )

    def _on_progress(self, done: int, total: int, what: str) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._say("soft", what)

    def _on_done(self, notices: list[str]) -> None:
        self._running(None)
        self._left = False
        self.accept()
        self._done_with(notices)

    def _on_failed(self, error: Exception) -> None:
        self._over("")
        if not isinstance(error, WorkbenchError):
            raise error
        self._say("fault", str(error))

    def _over(self, words: str) -> None:
        self._running(None)
        self._say("soft", words)

    def _running(self, task: Task | None) -> None:
        self._task = task
        self._bar.setVisible(task is not None)
        for widget in (self.go, self.remove, self.password, self.again):
            widget.setEnabled(task is None)

    def _show_text(self, shown: bool) -> None:
        for field in (self.password, self.again):
            field.show_text(shown=shown)

    def _say_capitals(self, large: bool) -> None:
        if large:
            self._say("warning", "大写锁定可能开着，密码区分大小写。")

    def _say(self, part: str, words: str) -> None:
        role(self.state, part)
        self.state.setText(words)

    def reject(self) -> None:
        """Esc stops what runs; then closes, and the evaluation opens again."""
        if self._task is not None:
            self._task.cancel()
            return
        super().reject()
        if self._left:
            self._left = False
            self._done_with([])
