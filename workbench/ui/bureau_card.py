"""财政局表样: the bureau's own workbook – bind it once, fill it, compare a filled one with the blank."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from workbench.errors import WorkbenchError
from workbench.services.bureau_forms import BureauForms, Draft
from workbench.services.exporting import Exported, Exporting
from workbench.services.jobs import Progress
from workbench.ui.bureau_editor import BureauEditor
from workbench.ui.context import Context
from workbench.ui.widgets import Card, Notice, clear, label, link

_FILTER = "Excel 工作簿 (*.xlsx)"


class BureauCard(Card):
    """The kept forms with what can be done with each; the editor opens in its place."""

    def __init__(
        self, context: Context, forms: BureauForms, exporting: Exporting, folder: Callable[[], Path]
    ) -> None:
        super().__init__(context.theme, "财政局表样", "填进原表：合并、图章、控件、校验、打印设置原样保留")
        self._context = context
        self._forms = forms
        self._exporting = exporting
        self._target = folder
        self.editor: BureauEditor | None = None
        self._listed = QVBoxLayout()
        self._listed.setSpacing(context.theme.px(4))
        self.body.addLayout(self._listed)
        self._results = QVBoxLayout()
        self._results.setSpacing(context.theme.px(5))
        self.body.addLayout(self._results)
        self.reload()

    def reload(self) -> None:
        """List the kept forms anew, unless one is being bound."""
        if self.editor is not None:
            return
        clear(self._listed)
        for one in self._forms.listed():
            row = QHBoxLayout()
            if one.form is None:
                row.addWidget(label(f"{one.title}：{one.fault}", "fault", wrap=True), 1)
            else:
                row.addWidget(label(f"{one.title}　绑定 {len(one.form.bindings)} 格"))
                row.addStretch(1)
                row.addWidget(link("填写导出", partial(self.fill, one.title)))
                row.addWidget(link("核对填好的…", partial(self.choose_filled, one.title)))
                row.addWidget(link("改绑定", partial(self.open, one.form.blank, one.title)))
            row.addWidget(link("移除", partial(self._remove, one.title)))
            self._listed.addLayout(row)
        row = QHBoxLayout()
        row.addWidget(link("添加空白表…", self.choose_blank))
        row.addStretch(1)
        self._listed.addLayout(row)

    def choose_blank(self) -> None:
        """Ask for the blank workbook that the bureau sent."""
        found = self._context.alerts.choose_files("选择财政局的空白表", _FILTER)
        if found:
            self.open(found[0])

    def open(self, blank: Path, title: str = "") -> None:
        """Recognise a blank in the background, then show it for binding."""
        form = self._context.session.evaluation.form
        self._say([])

        def job(progress: Progress) -> Draft:
            return self._forms.draft(blank, form, title, progress)

        self._context.tasks.run(job, self._edit, failed=self._on_failed)

    def _edit(self, draft: Draft) -> None:
        clear(self._listed)
        labels = self._forms.labels(self._context.session.evaluation.form)
        self.editor = BureauEditor(self._context.theme, draft, labels, self.save, self._leave)
        self._listed.addWidget(self.editor)
        self.editor.grid.setFocus()

    def save(self, draft: Draft) -> None:
        """Keep the form; the list comes back."""
        try:
            form = self._forms.save(draft.title, draft.blank, draft.bindings)
        except WorkbenchError as error:
            self._on_failed(error)
            return
        self._leave()
        self._say([("accent", f"已保存表样“{form.title}”，以后的评价也可以用它填写。", None)])

    def _leave(self) -> None:
        self.editor = None
        self.reload()

    def _remove(self, title: str) -> None:
        try:
            self._forms.remove(title)
        except WorkbenchError as error:
            self._on_failed(error)
            return
        self.reload()
        self._say([("accent", f"已移除“{title}”，文件仍留在表样文件夹里，可以改名找回。", None)])

    def fill(self, title: str) -> None:
        """Write the filled workbook in the background."""
        self._context.flush()
        session, checking = self._context.session, self._context.services.checking
        try:
            form = self._forms.form(title)
        except WorkbenchError as error:
            self._on_failed(error)
            return
        path = self._target() / self._exporting.bureau_file_name(session, title)
        findings = checking.findings if checking is not None else ()
        job = self._exporting.bureau_job(session, form, path, findings=findings)
        self._say([])
        self._context.tasks.run(job.run, self._on_filled, failed=self._on_failed)

    def _on_filled(self, written: Exported) -> None:
        def go() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(written.path)))

        said = f"{written.path.name}　已填写，与空白表逐部件核对一致。"
        self._say([("accent", said, go), *(("warning", told, None) for told in written.notices)])

    def choose_filled(self, title: str) -> None:
        """Ask for a filled workbook and say what differs from the blank."""
        found = self._context.alerts.choose_files("选择填好的表", _FILTER)
        if found:
            self.compare(title, found[0])

    def compare(self, title: str, filled: Path) -> None:
        """Compare in the background."""

        def job(progress: Progress) -> list[str]:
            return self._forms.compare(self._forms.form(title), filled, progress)

        self._context.tasks.run(job, partial(self._on_compared, filled), failed=self._on_failed)

    def _on_compared(self, filled: Path, found: list[str]) -> None:
        if not found:
            self._say([("accent", f"{filled.name}：除绑定的单元格外，与空白表完全一致。", None)])
            return
        self._say([("warning", f"{filled.name}：{one}", None) for one in found])

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            raise error
        self._say([("lost", str(error), None)])

    def _say(self, lines: list[tuple[str, str, Callable[[], None] | None]]) -> None:
        clear(self._results)
        for tone, words, go in lines:
            self._results.addWidget(Notice(self._context.theme, tone, "", words, "打开" if go else "", go))
