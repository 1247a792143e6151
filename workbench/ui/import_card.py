"""导入工作底稿: choose the workbook that a colleague filled in, see what would change, take it in as one step."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from workbench.errors import InputRefused, WorkbenchError
from workbench.services.importing import Importing, Papers, Preview
from workbench.services.jobs import Progress
from workbench.ui.context import Context
from workbench.ui.widgets import Card, Notice, clear, label, link

#: More faults than this are counted in words; the first ones usually explain the rest.
MOST_FAULTS = 30
_FILTER = "Excel 工作簿 (*.xlsx)"


class ImportCard(Card):
    """Nothing is written before the preview is accepted; a workbook with a fault is refused whole."""

    def __init__(self, context: Context, importing: Importing) -> None:
        super().__init__(context.theme, "导入工作底稿", "先导出工作底稿，在 Excel 或 WPS 中填写后从这里导回")
        self._context = context
        self._importing = importing
        self.preview: Preview | None = None
        row = QHBoxLayout()
        self._choose = link("选择工作底稿…", self.choose)
        row.addWidget(self._choose)
        self._said = label("", "soft", wrap=True)
        row.addWidget(self._said, 1)
        self.body.addLayout(row)
        self._details = QVBoxLayout()
        self._details.setSpacing(context.theme.px(5))
        self.body.addLayout(self._details)

    def choose(self) -> None:
        """Ask for the workbook and show what it would change."""
        found = self._context.alerts.choose_files("选择工作底稿", _FILTER)
        if found:
            self.read(found[0])

    def read(self, path: Path) -> None:
        """Read the workbook in the background against the evaluation as it stands now."""
        self._context.flush()
        self._show(f"正在读取 {path.name} …")
        importing = self._importing

        def job(progress: Progress) -> Papers:
            return importing.read(path, progress)

        self._context.tasks.run(job, partial(self._on_papers, path), failed=self._on_refused)

    def _show(self, words: str) -> None:
        self.preview = None
        clear(self._details)
        self._said.setText(words)

    def _on_papers(self, path: Path, papers: Papers) -> None:
        try:
            preview = self._importing.compare(self._context.session, path, papers)
        except WorkbenchError as error:
            self._on_refused(error)
            return
        self._on_read(preview)

    def _on_read(self, preview: Preview) -> None:
        self._show(preview.sentence())
        theme = self._context.theme
        for told in preview.notices:
            self._details.addWidget(Notice(theme, "warning", "", told, "", None))
        for kind in preview.kinds:
            if kind.removed_names:
                names = "、".join(kind.removed_names[:8])
                more = f" 等 {kind.removed} 项" if kind.removed > 8 else ""
                text = f"{kind.title}将删除：{names}{more}"
                self._details.addWidget(Notice(theme, "warning", "", text, "", None))
        if preview.changes:
            self.preview = preview
            row = QHBoxLayout()
            go = link("导入", self.accept)
            row.addWidget(go)
            row.addWidget(link("放弃", self._give_up))
            row.addStretch(1)
            self._details.addLayout(row)
            if not self._left_meanwhile():
                go.setFocus(Qt.FocusReason.OtherFocusReason)

    def _left_meanwhile(self) -> bool:
        """The person has put the keyboard elsewhere while the workbook was being read."""
        focused = self.window().focusWidget()
        return focused.isVisible() and not self.isAncestorOf(focused)

    def accept(self) -> None:
        """Take the previewed changes in as one step; Ctrl+Z takes them back."""
        preview = self.preview
        if preview is None:
            return
        self._context.flush()
        try:
            self._importing.apply(self._context.session, preview)
        except WorkbenchError as error:
            self._show(str(error))
            return
        self._choose.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show(f"已导入 {preview.path.name}：{preview.sentence().removeprefix('将')}可用 Ctrl Z 撤销。")

    def _give_up(self) -> None:
        self._choose.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show("没有导入。")

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            self._show("没有导入。")
            raise error
        self._show(str(error))
        faults = error.faults if isinstance(error, InputRefused) else ()
        for fault in faults[:MOST_FAULTS]:
            self._details.addWidget(Notice(self._context.theme, "lost", "", str(fault), "", None))
        if len(faults) > MOST_FAULTS:
            self._details.addWidget(
                label(f"另有 {len(faults) - MOST_FAULTS} 处，改好以上各处后再试。", "soft")
            )
