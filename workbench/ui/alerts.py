"""The only boxes: info, warn, ask, error, crash; and the only file choosers. Tests replace them all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from workbench.errors import InputRefused, WorkbenchError

#: Faults listed in a box before the rest is only counted.
MOST_FAULTS = 12


class Alerts:
    """Boxes over the window that ``parent`` gives."""

    def __init__(self, parent: Callable[[], QWidget | None]) -> None:
        self._parent = parent

    def info(self, text: str, more: str = "") -> None:
        """Tell something that was done and can't be seen on the page."""
        self._box(QMessageBox.Icon.Information, text, more).exec()

    def warn(self, text: str, more: str = "") -> None:
        """Tell something that deserves care."""
        self._box(QMessageBox.Icon.Warning, text, more).exec()

    def ask(self, question: str, more: str = "", *, yes: str = "确定", no: str = "取消") -> bool:
        """Ask before something that can't be undone; true for yes. Enter and Esc mean no."""
        box = self._box(QMessageBox.Icon.Question, question, more)
        accepted = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        refused = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(refused)
        box.setEscapeButton(refused)
        box.exec()
        return box.clickedButton() is accepted

    def error(self, error: WorkbenchError) -> None:
        """Tell a fault of the world or of an input: where, what, and what to do."""
        more = error.remedy
        if isinstance(error, InputRefused):
            listed = [f"· {fault}" for fault in error.faults[:MOST_FAULTS]]
            rest = len(error.faults) - MOST_FAULTS
            more = "\n".join([error.remedy, "", *listed, *([f"……另有 {rest} 条"] if rest > 0 else [])])
        self._box(QMessageBox.Icon.Warning, error.what, more).exec()

    def crash(self, report: str) -> None:
        """Tell a fault of ours: everything typed is kept, and the report can be copied."""
        box = self._box(
            QMessageBox.Icon.Critical,
            "程序出现意外错误，刚才的操作没有完成。",
            "已填内容均已保存，可以继续使用。请点“复制报告”，把内容发给维护人员；"
            "报告只写程序的哪一行出错，没有评价内容，发送前可点“显示详细信息”看一遍。",
        )
        box.setDetailedText(report)
        copy = box.addButton("复制报告", QMessageBox.ButtonRole.ActionRole)
        box.addButton("继续使用", QMessageBox.ButtonRole.AcceptRole)
        box.exec()
        if box.clickedButton() is copy:
            QGuiApplication.clipboard().setText(report)

    def choose_files(self, title: str, filters: str = "所有文件 (*)") -> list[Path]:
        """Files to take in; empty when the person changed their mind."""
        names, _ = QFileDialog.getOpenFileNames(self._parent(), title, "", filters)
        return [Path(name) for name in names]

    def choose_save(self, title: str, suggested: Path, filters: str = "所有文件 (*)") -> Path | None:
        """Where to write a file; the chooser asks before replacing one."""
        name, _ = QFileDialog.getSaveFileName(self._parent(), title, str(suggested), filters)
        return Path(name) if name else None

    def choose_folder(self, title: str, start: Path | None = None) -> Path | None:
        """A folder."""
        name = QFileDialog.getExistingDirectory(self._parent(), title, str(start or ""))
        return Path(name) if name else None

    def _box(self, icon: QMessageBox.Icon, text: str, more: str) -> QMessageBox:
        box = QMessageBox(self._parent())
        box.setIcon(icon)
        box.setWindowTitle("现场评价工作台")
        box.setText(text)
        box.setInformativeText(more)
        return box
