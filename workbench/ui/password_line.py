"""The line of the start page that asks for the password of a locked evaluation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.errors import WorkbenchError
from workbench.services.archiving import Archiving
from workbench.services.catalog import Catalog, DataKey
from workbench.services.jobs import Progress
from workbench.ui.alerts import Alerts
from workbench.ui.secret_input import SecretInput
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import label, link

_KEYS = "机构恢复密钥的私钥 (*.wbkey)"


class PasswordLine(QWidget):
    """Hidden until :meth:`ask`; hides itself when the evaluation was unlocked, or Esc was pressed."""

    def __init__(self, theme: Theme, alerts: Alerts, tasks: Tasks, catalog: Catalog) -> None:
        super().__init__()
        self._alerts, self._tasks, self._catalog = alerts, tasks, catalog
        self._folder: Path | None = None
        self._then: Callable[[], None] = lambda: None
        self._key: Path | None = None
        self.state = label("", "soft", wrap=True)
        self.password = SecretInput("密码")
        self.password.returnPressed.connect(self.unlock)
        self.password.capitals.connect(self._say_capitals)
        self.go = QPushButton("打开")
        role(self.go, "primary")
        self.go.clicked.connect(self.unlock)
        shown = QCheckBox("显示")
        shown.toggled.connect(lambda on: self.password.show_text(shown=on))
        self.other = link("忘记密码，用机构私钥…", self.choose_key)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), theme.px(4), theme.px(10), theme.px(8))
        column.setSpacing(theme.px(6))
        column.addWidget(self.state)
        row = QHBoxLayout()
        row.addWidget(self.password, 1)
        row.addWidget(shown)
        row.addWidget(self.go)
        column.addLayout(row)
        foot = QHBoxLayout()
        foot.addWidget(self.other)
        foot.addWidget(link("取消", self.close_line))
        foot.addStretch(1)
        column.addLayout(foot)
        self.hide()

    def ask(self, folder: Path, then: Callable[[], None]) -> None:
        """Ask for the password of an evaluation; ``then`` is called when its key is held."""
        self._folder, self._then, self._key = folder, then, None
        self.password.clear()
        self.password.setPlaceholderText("密码")
        self._say("soft", f"评价“{folder.name}”设有密码，请输入密码打开。")
        self._enable(on=True)
        self.show()
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_key(self) -> None:
        """Ask for the firm's private key; the password is then the key's own."""
        found = self._alerts.choose_files("选择机构恢复密钥的私钥", _KEYS)
        if found:
            self._key = found[0]
            self.password.clear()
            self.password.setPlaceholderText("私钥自己的密码")
            self._say("soft", f"用私钥“{found[0].name}”打开，请填写私钥自己的密码。")
            self.password.setFocus()

    def unlock(self) -> None:
        """Try the password in the background: it takes half a second by intent."""
        folder, password, private = self._folder, self.password.text(), self._key
        if folder is None or not self.go.isEnabled():
            return
        if not password:
            self._say("fault", "请填写密码。")
            self.password.setFocus()
            return

        def job(_: Progress) -> DataKey:
            return self._catalog.unlock(folder, Archiving.opener(password, private))

        self._enable(on=False)
        self._say("soft", "正在核对密码……")
        self._tasks.run(job, self._on_unlocked, failed=self._on_failed, cancelled=self.close_line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc asks no more."""
        if event.key() == Qt.Key.Key_Escape and self.go.isEnabled():
            self.close_line()
        else:
            super().keyPressEvent(event)

    def close_line(self) -> None:
        """Ask no more; what was typed goes."""
        self.password.clear()
        self._folder = None
        self.hide()

    def _on_unlocked(self, key: DataKey) -> None:
        folder, then = self._folder, self._then
        self.close_line()
        if folder is not None:
            self._catalog.hold(folder, key)
            then()

    def _on_failed(self, error: Exception) -> None:
        self._enable(on=True)
        if not isinstance(error, WorkbenchError):
            raise error
        self._say("fault", str(error))
        self.password.selectAll()
        self.password.setFocus()

    def _say_capitals(self, large: bool) -> None:
        if large:
            self._say("warning", "大写锁定可能开着，密码区分大小写。")

    def _enable(self, *, on: bool) -> None:
        for widget in (self.go, self.other, self.password):
            widget.setEnabled(on)

    def _say(self, part: str, words: str) -> None:
        role(self.state, part)
        self.state.setText(words)
