"""导入指标表: a bureau's table becomes one of the user's own systems, after it was shown how it would be read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.errors import InputRefused, WorkbenchError
from workbench.services.authoring import Authoring, TableReading
from workbench.services.jobs import Progress
from workbench.ui.alerts import Alerts
from workbench.ui.table_reading_view import TableReadingView
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme
from workbench.ui.widgets import Card, clear, label, link

FILTER = "指标表 (*.xlsx *.docx)"


class OwnFormCard(Card):
    """``taken`` is told the id of the system that was saved. Nothing is written before the person says so."""

    def __init__(
        self,
        theme: Theme,
        alerts: Alerts,
        tasks: Tasks,
        authoring: Authoring,
        taken: Callable[[str], None],
        own: Callable[[], list[tuple[str, str]]] = list,
        edit: Callable[[str], None] | None = None,
    ) -> None:
        """``own`` lists id and title of the user's own systems, ``edit`` opens one for changing."""
        super().__init__(theme, "导入指标体系", "Excel 或 Word 的指标表")
        self._alerts, self._tasks, self._authoring, self._taken = alerts, tasks, authoring, taken
        self.reading: TableReading | None = None
        row = QHBoxLayout()
        self.choose_button = link("选择指标表…", self.choose)
        row.addWidget(self.choose_button)
        row.addStretch(1)
        self.body.addLayout(row)
        self.said = label("", "soft", wrap=True)
        self.said.hide()
        self.body.addWidget(self.said)
        self._doing = QWidget()
        doing = QHBoxLayout(self._doing)
        doing.setContentsMargins(0, 0, 0, 0)
        self.take_button = link("存为本单位模板并选用", self.take)
        doing.addWidget(self.take_button)
        doing.addWidget(link("放弃", self._give_up))
        doing.addStretch(1)
        self._doing.hide()
        self.body.addWidget(self._doing)
        shown = QVBoxLayout()
        self.view = TableReadingView(theme)
        shown.addWidget(self.view)
        self.body.addLayout(shown)
        self._own, self._edit = own, edit
        self._systems = QVBoxLayout()
        self._systems.setSpacing(0)
        self.body.addLayout(self._systems)

    def reload(self) -> None:
        """List the user's own systems, each to be changed."""
        clear(self._systems)
        if self._edit is None:
            return
        for form_id, title in self._own():
            button = link(f"修改模板：{title}", partial(self._edit, form_id), plain=True)
            self._systems.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def choose(self) -> None:
        """Ask for the table and show how it would be read."""
        found = self._alerts.choose_files("选择指标表", FILTER)
        if found:
            self.read(found[0])

    def read(self, path: Path) -> None:
        """Read a table in the background."""
        self._give_up()
        self._say(f"正在读取 {path.name} …")
        authoring = self._authoring

        def job(progress: Progress) -> TableReading:
            return authoring.preview(path, progress)

        self._tasks.run(job, self._on_read, failed=self._on_refused)

    def _on_read(self, reading: TableReading) -> None:
        self.reading = reading
        self._say("还没有写入任何内容，请核对。")
        self.view.show_reading(reading)
        self._doing.show()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            self._say("没有读取。")
            raise error
        self._say(str(error))
        self.view.show_faults(error.faults if isinstance(error, InputRefused) else ())

    def _give_up(self) -> None:
        self.reading = None
        self._say("")
        self.view.show_faults(())
        self._doing.hide()

    def take(self) -> None:
        """Save what was read among the user's own systems."""
        if self.reading is None:
            return
        try:
            kept = self._authoring.save(self.reading.form)
        except WorkbenchError as error:
            self._say(str(error))
            return
        self._give_up()
        renamed = f"（编号已被占用，改为“{kept.form.id}”）" if kept.renamed else ""
        self._say(f"已存为本单位模板“{kept.form.title}”{renamed}，并在“新建评价”中选好。")
        self.reload()
        self._taken(kept.form.id)
