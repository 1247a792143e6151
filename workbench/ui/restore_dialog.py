"""从备份恢复: which states of an evaluation there are, what going back loses, one click to do it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.errors import WorkbenchError
from workbench.services.catalog import Backup, Catalog, Outlook, Recovered
from workbench.services.jobs import Progress
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import clear, label, link, scrolled

NOTHING = "没有"


class RestoreDialog(QDialog):
    """For an evaluation that is closed. ``restored`` hears what was brought back; Esc changes nothing."""

    def __init__(
        self,
        theme: Theme,
        tasks: Tasks,
        catalog: Catalog,
        folder: Path,
        fault: str,
        restored: Callable[[Recovered], None],
        parent: QWidget | None,
    ) -> None:
        """``fault`` says why the evaluation can't be opened, empty for a whole one."""
        super().__init__(parent)
        self._theme, self._tasks, self._catalog = theme, tasks, catalog
        self._folder, self._fault, self._restored = folder, fault, restored
        self.setWindowTitle("从备份恢复")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        px = theme.px
        self.resize(px(640), px(460))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(18), px(14), px(18), px(14))
        outer.setSpacing(px(10))
        outer.addWidget(label(f"从备份恢复：{folder.name}", "title", wrap=True))
        if fault:
            outer.addWidget(label(fault, "fault", wrap=True))
        self.state = label("正在查看备份……", "soft", wrap=True)
        outer.addWidget(self.state)
        self.whole = QPushButton("恢复尽可能多的内容")
        role(self.whole, "primary")
        self.whole.clicked.connect(self.recover)
        self.whole.hide()
        outer.addWidget(self.whole, 0, Qt.AlignmentFlag.AlignLeft)
        content = QWidget()
        self._grid = QGridLayout(content)
        self._grid.setContentsMargins(0, 0, px(8), 0)
        self._grid.setHorizontalSpacing(px(18))
        self._grid.setVerticalSpacing(px(4))
        self._grid.setColumnStretch(3, 1)
        outer.addWidget(scrolled(content), 1)
        outer.addWidget(
            label("恢复前的文件先另存到本评价的“backups”文件夹，佐证文件不受影响。", "small", wrap=True)
        )
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(link("不恢复", self.reject))
        outer.addLayout(foot)
        self.buttons: list[QPushButton] = []

        def look(_: Progress) -> Outlook:
            return catalog.outlook(folder)

        tasks.run(look, self._on_looked, failed=self._on_failed)

    def recover(self) -> None:
        """Bring back as much as the history or a backup vouches for."""
        self._run(partial(self._catalog.recover, self._folder))

    def restore(self, backup: Backup) -> None:
        """Go back to one backup."""
        self._run(partial(self._catalog.restore, self._folder, backup))

    def _run(self, job: Callable[[], Recovered]) -> None:
        self._enable(on=False)
        self.state.setText("正在恢复……")
        self._tasks.run(lambda _: job(), self._on_restored, failed=self._on_failed)

    def _enable(self, *, on: bool) -> None:
        for button in (self.whole, *self.buttons):
            button.setEnabled(on)

    def _on_looked(self, found: Outlook) -> None:
        self.state.setText(_state(found, whole=not self._fault))
        self.whole.setVisible(bool(self._fault) and found.best is not None)
        clear(self._grid)
        for column, words in enumerate(("备份时间", "原因", "修改记录", "恢复到它会失去")):
            self._grid.addWidget(label(words, "card_title"), 0, column)
        self.buttons = []
        for row, backup in enumerate(found.backups, start=1):
            words = _loss(found, backup)
            for column, text in enumerate(
                (f"{backup.at:%Y-%m-%d %H:%M}", backup.reason, f"{backup.length} 条", words)
            ):
                self._grid.addWidget(
                    label(text, "warning" if column == 3 and words != NOTHING else ""), row, column
                )
            button = link("恢复到此", partial(self.restore, backup))
            button.setAccessibleName(f"恢复到 {backup.at:%Y-%m-%d %H:%M} 的备份")
            self._grid.addWidget(button, row, 4)
            self.buttons.append(button)
        self._grid.setRowStretch(len(found.backups) + 1, 1)
        if self.whole.isVisible():
            self.whole.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_restored(self, done: Recovered) -> None:
        self.accept()
        self._restored(done)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            raise error
        role(self.state, "fault")
        self.state.setText(str(error))
        self._enable(on=True)


def _loss(found: Outlook, backup: Backup) -> str:
    """What going back to a backup loses."""
    if found.length is not None:
        lost = found.lost(backup)
        return f"其后 {lost} 条修改" if lost else NOTHING
    fewer = (found.best or 0) - backup.length
    return f"其后至少 {fewer} 条修改" if fewer else "这份备份之后的修改"


def _state(found: Outlook, *, whole: bool) -> str:
    if found.length is None:
        said = "现在的数据文件读不出来。"
    else:
        when = f"，最后一条在 {found.last_edit[:16].replace('T', ' ')}" if found.last_edit else ""
        kept = "共有" if whole else "其中能确认的有"
        said = f"现在的数据{kept} {found.length} 条修改{when}。"
    if not found.backups:
        return f"{said}没有备份。"
    return f"{said}有 {len(found.backups)} 份备份。"
