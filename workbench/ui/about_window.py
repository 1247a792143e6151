"""关于: which program this is, its folders, whether it is whole, and every licence to be read offline."""

from __future__ import annotations

import platform
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, qVersion
from PySide6.QtGui import QCloseEvent, QDesktopServices, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import WorkbenchError
from workbench.services.about import LicenceText, check_whole, licence_texts
from workbench.services.product import read_product
from workbench.ui.application import NAME
from workbench.ui.tasks import Task, Tasks
from workbench.ui.theme import Theme
from workbench.ui.widgets import label, link


class AboutWindow(QWidget):
    """Esc closes; a check that is under way stops then."""

    def __init__(
        self,
        theme: Theme,
        tasks: Tasks,
        *,
        version: str,
        resources: Path,
        data: Path,
        cache: Path,
        parent: QWidget,
    ) -> None:
        """``data`` is where evaluations are kept, ``cache`` where the check may write for a while."""
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(f"关于 — {NAME}")
        self._tasks, self._cache = tasks, cache
        self._task: Task | None = None
        product = read_product(resources)
        self.facts = {
            "版本": version,
            "发布者": f"{product.publisher}（{product.app_id}）",
            "Python": platform.python_version(),
            "Qt": f"{qVersion()}（PySide6，同一版本）",
            "系统": platform.platform(),
            "数据文件夹": str(data),
            "程序文件夹": str(resources.parent),
        }
        px = theme.px
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(18), px(14), px(18), px(16))
        outer.setSpacing(px(10))
        outer.addWidget(label(NAME, "title"))
        outer.addWidget(
            label(
                "预算项目支出绩效评价的离线工作台。不联网，不向任何地方发送数据。本程序按 MIT 许可证发布。",
                "soft",
                wrap=True,
            )
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(16))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self.facts.items()):
            grid.addWidget(label(name, "soft"), row, 0, Qt.AlignmentFlag.AlignTop)
            said = label(value, wrap=True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(said, row, 1)
        outer.addLayout(grid)
        self.check = QPushButton("检查完整性")
        self.check.clicked.connect(lambda _=False: self._start_or_stop())
        self.state = label("把自带的体系、示例和导出都做一遍，约一分钟，不动你的评价。", "small", wrap=True)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        buttons.addWidget(self.check)
        buttons.addWidget(link("复制以上内容", self._copy))
        buttons.addWidget(link("打开数据文件夹", self._open_data))
        buttons.addStretch(1)
        outer.addLayout(buttons)
        outer.addWidget(self.state)
        self.texts = licence_texts(resources)
        self.list = QListWidget()
        self.list.setAccessibleName("许可证")
        for one in self.texts:
            self.list.addItem(one.title)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("许可证全文")
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.list)
        split.addWidget(self.text)
        split.setStretchFactor(1, 1)
        split.setSizes([px(250), px(600)])
        outer.addWidget(label("许可证", "card_title"))
        outer.addWidget(split, 1)
        self.list.currentRowChanged.connect(self._show_text)
        QShortcut(QKeySequence("Escape"), self, self.close)
        room = self.screen().availableSize()
        self.resize(min(px(900), room.width() - px(20)), min(px(660), room.height() - px(40)))
        self.list.setCurrentRow(0)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        """A check that is under way stops."""
        if self._task is not None:
            self._task.cancel()
        super().closeEvent(event)

    def _show_text(self, row: int) -> None:
        if not 0 <= row < len(self.texts):
            return
        one: LicenceText = self.texts[row]
        try:
            self.text.setPlainText(one.read())
        except WorkbenchError as error:
            self.text.setPlainText(str(error))

    def _open_data(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.facts["数据文件夹"]))

    def _copy(self) -> None:
        lines = [NAME, *(f"{name}：{value}" for name, value in self.facts.items())]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self.state.setText("已复制。")

    def _start_or_stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            return
        self.check.setText("停止检查")
        self._task = self._tasks.run(
            partial(check_whole, cache=self._cache),
            self._tell,
            failed=self._on_failed,
            progress=self._on_progress,
            cancelled=self._on_cancelled,
        )

    def _on_progress(self, _done: int, _total: int, what: str) -> None:
        self.state.setText(what)

    def _on_failed(self, error: Exception) -> None:
        self._tell(str(error))

    def _on_cancelled(self) -> None:
        self._tell("检查已停止。")

    def _tell(self, result: str) -> None:
        self._task = None
        self.check.setText("检查完整性")
        lines = [line for line in result.splitlines() if line.strip()]
        self.state.setText(lines[-1] if lines else "")
        if len(lines) > 1:
            self.list.clearSelection()
            self.text.setPlainText("\n".join(lines))
