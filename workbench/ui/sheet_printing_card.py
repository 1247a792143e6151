"""打印答卷: numbered paper sheets of the chosen questionnaire, the numbers running on from job to job."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QHBoxLayout

from workbench.domain.evaluation import Questionnaire
from workbench.domain.sheet_numbers import SheetRange, printed_number
from workbench.errors import WorkbenchError
from workbench.files import safe_name
from workbench.services.exporting import Exported
from workbench.ui.context import Context
from workbench.ui.inputs import LineInput
from workbench.ui.tasks import Task
from workbench.ui.widgets import Card, KeyButton, label, link

#: Digits of a number of a sheet, and one.
_LONGEST = 10
#: Sheets of a first job, unless more are asked for.
USUAL = 50


class SheetPrintingCard(Card):
    """Prefix, first and last number; the file is written in the background and can be stopped."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme, "打印答卷", "每份自有编号和二维码")
        self._context = context
        self._id = ""
        self._task: Task | None = None
        theme = context.theme
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        self.prefix = LineInput()
        self.prefix.setAccessibleName("编号前缀")
        self.prefix.setPlaceholderText("如 GZ")
        self.first = LineInput(numeric=True)
        self.first.setAccessibleName("起始编号")
        self.last = LineInput(numeric=True)
        self.last.setAccessibleName("终止编号")
        for words, line in (("前缀", self.prefix), ("从", self.first), ("到", self.last)):
            line.setFixedWidth(theme.px(66))
            line.textEdited.connect(lambda _: self._show_range())
            row.addWidget(label(words, "soft"))
            row.addWidget(line)
        row.addStretch(1)
        self.body.addLayout(row)
        self.duplex = QCheckBox("双面打印：每份从新的一张纸开始")
        self.body.addWidget(self.duplex)
        foot = QHBoxLayout()
        self.go = KeyButton(theme, "生成 PDF…", "", primary=True)
        self.go.clicked.connect(self.print_sheets)
        foot.addWidget(self.go)
        self.stop = link("取消", self._cancel)
        self.stop.hide()
        foot.addWidget(self.stop)
        self.told = label("", "soft", wrap=True)
        foot.addWidget(self.told, 1)
        self.body.addLayout(foot)

    @property
    def _asked(self) -> Questionnaire | None:
        return self._context.session.evaluation.get(Questionnaire, self._id)

    def show_questionnaire(self, id_: str) -> None:
        """Offer the numbers after those that were printed."""
        if id_ == self._id:
            return
        self._id = id_
        asked = self._asked
        if asked is not None:
            first = (asked.printed_to or 0) + 1
            self.prefix.setText(asked.number_prefix)
            self.first.setText(str(first))
            self.last.setText(str(first - 1 + (asked.issued or USUAL if first == 1 else USUAL)))
        self._show_range()

    def _range(self) -> SheetRange:
        first, last = self.first.text().strip(), self.last.text().strip()
        if not all(text.isdecimal() and len(text) < _LONGEST for text in (first, last)):
            raise WorkbenchError("no-numbers", "请填写起止编号。", "如从 1 到 200。")
        prefix = self.prefix.text().strip()
        return SheetRange(self._id, int(first), int(last), prefix, duplex=self.duplex.isChecked())

    def _show_range(self) -> None:
        try:
            sheets = self._range()
        except WorkbenchError as error:
            self.told.setText(str(error))
            self.go.setEnabled(False)
            return
        ends = [printed_number(sheets.prefix, number) for number in (sheets.first, sheets.last)]
        asked = self._asked
        again = asked is not None and sheets.first <= (asked.printed_to or 0)
        warn = "；其中有已经印过的编号" if again and asked and sheets.prefix == asked.number_prefix else ""
        self.told.setText(f"{len(sheets)} 份：{ends[0]} 至 {ends[1]}{warn}。")
        self.go.setEnabled(self._task is None)

    def print_sheets(self) -> None:
        """Ask where to, then write the file; what was printed is kept, so that numbers are given once."""
        exporting, asked = self._context.services.exporting, self._asked
        if exporting is None or asked is None:
            return
        self._context.flush()
        try:
            sheets = self._range()
        except WorkbenchError as error:
            self.told.setText(str(error))
            return
        ends = f"{printed_number(sheets.prefix, sheets.first)}至{printed_number(sheets.prefix, sheets.last)}"
        folder = self._context.services.folder or Path()
        suggested = folder / f"{safe_name(f'{asked.title}_{ends}', '问卷')}.pdf"
        path = self._context.alerts.choose_save("打印答卷", suggested, "PDF (*.pdf)")
        if path is None:
            return
        job = exporting.job(self._context.session, "questionnaires", path, sheets=sheets)
        self.go.setEnabled(False)
        self.stop.show()
        self._task = self._context.tasks.run(
            job.run,
            partial(self._on_printed, sheets),
            failed=self._on_failed,
            progress=self._on_progress,
            cancelled=self._on_cancelled,
        )

    def _on_progress(self, done: int, total: int, what: str) -> None:
        self.told.setText(f"{what}（{done}/{total}）")

    def _on_printed(self, sheets: SheetRange, written: Exported) -> None:
        self._end()
        asked = self._context.session.evaluation.get(Questionnaire, sheets.questionnaire)
        if asked is not None:
            fresh = dataclasses.replace(
                asked, number_prefix=sheets.prefix, printed_to=max(asked.printed_to or 0, sheets.last)
            )
            self._context.session.put(fresh, label="打印答卷")
        self._id = ""
        self.show_questionnaire(sheets.questionnaire)
        self.told.setText("；".join([f"已生成 {written.path.name}", *written.notices]) + "。")

    def _on_failed(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, WorkbenchError):
            raise error
        self.told.setText(str(error))

    def _on_cancelled(self) -> None:
        self._end()
        self.told.setText("已取消，没有生成文件。")

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _end(self) -> None:
        self._task = None
        self.stop.hide()
        self.go.setEnabled(True)
