"""由归档包打开: make an evaluation of an archive again; a sealed one asks for its password here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench import files
from workbench.errors import WorkbenchError
from workbench.services.archiving import Archiving
from workbench.services.jobs import Progress
from workbench.ui.alerts import Alerts
from workbench.ui.inputs import LineInput
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import label, link

_KEYS = "机构恢复密钥的私钥 (*.wbkey)"


class ReopenDialog(QDialog):
    """``opened`` hears the folder of the new evaluation; Esc makes none."""

    def __init__(
        self,
        theme: Theme,
        alerts: Alerts,
        tasks: Tasks,
        archiving: Archiving,
        path: Path,
        data: Path,
        opened: Callable[[Path], None],
        parent: QWidget | None,
    ) -> None:
        """``path`` is the archive, ``data`` the folder in which the evaluation is made."""
        super().__init__(parent)
        self._alerts, self._tasks, self._archiving = alerts, tasks, archiving
        self._path, self._data, self._opened = path, data, opened
        self._key: Path | None = None
        self.sealed = archiving.is_sealed(path)
        self.setWindowTitle("由归档包打开")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        px = theme.px
        self.setMinimumWidth(px(520))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(18), px(14), px(18), px(14))
        outer.setSpacing(px(10))
        outer.addWidget(label(path.name, "title", wrap=True))
        about = "先逐个文件核对，再在数据文件夹建立评价；归档包不改动。"
        self.state = label(f"归档包已加密。{about}" if self.sealed else about, "soft", wrap=True)
        outer.addWidget(self.state)
        self.password = LineInput()
        self.password.setAccessibleName("密码")
        self.password.setPlaceholderText("密码")
        self._show_password(shown=False)
        shown = QCheckBox("显示")
        shown.toggled.connect(lambda on: self._show_password(shown=on))
        self.other = link("忘记密码，用机构私钥…", self.choose_key)
        row = QHBoxLayout()
        for widget in (self.password, shown, self.other):
            row.addWidget(widget)
            widget.setVisible(self.sealed)
        outer.addLayout(row)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(link("取消", self.reject))
        self.go = QPushButton("核对并打开")
        role(self.go, "primary")
        self.go.setDefault(True)
        self.go.clicked.connect(self.run)
        foot.addWidget(self.go)
        outer.addLayout(foot)

    def choose_key(self) -> None:
        """Ask for the firm's private key; the password is then the key's own."""
        found = self._alerts.choose_files("选择机构恢复密钥的私钥", _KEYS)
        if found:
            self._key = found[0]
            self.password.clear()
            self.password.setPlaceholderText("私钥自己的密码")
            self._say("soft", f"用私钥“{found[0].name}”打开，请填写私钥自己的密码。")
            self.password.setFocus()

    def run(self) -> None:
        """Verify and unfold in the background."""
        password, key = self.password.text(), self._key
        if self.sealed and not password:
            self._say("fault", "请填写密码。")
            self.password.setFocus()
            return
        target = files.free_name(self._data, files.safe_name(self._path.stem))

        def job(_: Progress) -> Path:
            opener = self._archiving.opener(password, key) if self.sealed else None
            return self._archiving.reopen(self._path, target, opener)

        self.go.setEnabled(False)
        self._say("soft", "正在核对……")
        self._tasks.run(
            job, self._on_done, failed=self._on_failed, cancelled=partial(self.go.setEnabled, True)
        )

    def _show_password(self, *, shown: bool) -> None:
        self.password.setEchoMode(LineInput.EchoMode.Normal if shown else LineInput.EchoMode.Password)

    def _say(self, part: str, words: str) -> None:
        role(self.state, part)
        self.state.setText(words)

    def _on_done(self, folder: Path) -> None:
        self.accept()
        self._opened(folder)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            raise error
        self._say("fault", str(error))
        self.go.setEnabled(True)
        self.password.selectAll()
        self.password.setFocus()
