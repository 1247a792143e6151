"""复核外来评分表: choose a score sheet and its report, see what does not hold beside the table itself, print it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.checks import CATALOGUE, Severity
from workbench.domain.outside.review import Remark, summary
from workbench.domain.outside.sheet import Said
from workbench.errors import WorkbenchError
from workbench.services.jobs import Progress
from workbench.services.outside_sheets import OutsideSheets, Reviewed
from workbench.ui.alerts import Alerts
from workbench.ui.inputs import ComboInput
from workbench.ui.outside_tables import GridView
from workbench.ui.remark_card import RemarkCard
from workbench.ui.tabs import Tabs
from workbench.ui.tasks import Task, Tasks
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import Card, KeyButton, clear, label, link, scrolled

#: More cards than this would slow the window down; the paper lists all.
MOST_CARDS = 200
TITLE = "复核外来评分表"
_SHEETS = "评分表 (*.xlsx *.docx)"
_REPORTS = "报告正文 (*.docx *.txt *.pdf)"
_PAPERS = "PDF (*.pdf);;Word (*.docx);;Excel (*.xlsx)"
_PILLS = {Severity.ERROR: "pill_lost", Severity.WARNING: "pill_warning", Severity.NOTICE: "pill_accent"}
UNREAD = "没读懂"
FILTERS: Mapping[str, Severity | None] = {
    "全部": None,
    **{severity.label: severity for severity in Severity},
    UNREAD: None,
}
GROUPINGS: Mapping[str, Callable[[Remark], str]] = {
    "按程度": lambda remark: remark.severity.label,
    "按位置": lambda remark: remark.at.table or remark.at.file,
    "按核验项": lambda remark: f"{remark.finding.code}　{CATALOGUE.get(remark.finding.code, '')}",
}


class OutsideWindow(QDialog):
    """A window of its own beside whatever is open; the files it looks at are only read."""

    def __init__(
        self,
        theme: Theme,
        alerts: Alerts,
        tasks: Tasks,
        service: OutsideSheets,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._alerts, self._tasks, self._service = theme, alerts, tasks, service
        self.setWindowTitle(TITLE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.sheet: Path | None = None
        self.report: Path | None = None
        self.reviewed: Reviewed | None = None
        self.cards: list[RemarkCard] = []
        self._task: Task | None = None
        self._filter, self._grouping = "全部", "按程度"
        self._paragraphs: list[Said] = []
        column = QVBoxLayout(self)
        px = theme.px
        column.setContentsMargins(px(16), px(12), px(16), px(14))
        column.setSpacing(px(9))
        column.addLayout(self._head())
        column.addWidget(self._files())
        self._result = self._result_part()
        column.addWidget(self._result, 1)
        self._first = label(
            "选择一份别人做的评分表（Excel 或 Word），可再选择它的报告正文（Word、文本或带文字的 PDF），然后复核。"
            "程序重算分值、得分、合计、评分标准、问卷、资金和正文中的数字，列出对不上的地方；文件不会被改动。",
            "soft",
            wrap=True,
        )
        column.addWidget(self._first)
        column.addStretch(0)
        self._result.hide()
        room = self.screen().availableGeometry().size()
        self.resize(min(px(1240), room.width()), min(px(720), room.height()))
        self._show_running(running=False)
        self._show_files()

    # the parts

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(9))
        row.addWidget(label(TITLE, "title"))
        self._pills = {severity: QLabel() for severity in Severity}
        for severity, pill in self._pills.items():
            role(pill, _PILLS[severity])
            pill.hide()
            row.addWidget(pill)
        row.addStretch(1)
        self.export_button = QPushButton("导出复核意见表…")
        self.export_button.clicked.connect(lambda _=False: self.export())
        row.addWidget(self.export_button)
        return row

    def _files(self) -> Card:
        theme = self._theme
        card = Card(theme)
        line = QHBoxLayout()
        line.setSpacing(theme.px(9))
        self._sheet_name, self._report_name = label("", "bold"), label("", "bold")
        line.addWidget(link("选择评分表…", self.choose_sheet))
        line.addWidget(self._sheet_name, 3)
        line.addWidget(link("选择报告正文…", self.choose_report))
        line.addWidget(self._report_name, 3)
        self._no_report = link("不用报告", self._leave_report)
        line.addWidget(self._no_report)
        self.go_button = KeyButton(theme, "复核", "Enter", primary=True)
        self.go_button.clicked.connect(lambda _=False: self.run())
        self.go_button.setDefault(True)
        line.addWidget(self.go_button)
        card.body.addLayout(line)
        running = QHBoxLayout()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(theme.px(6))
        self._doing = label("", "soft")
        self._stop = link("取消", self._cancel)
        for widget, stretch in ((self._bar, 2), (self._doing, 3), (self._stop, 0)):
            running.addWidget(widget, stretch)
        card.body.addLayout(running)
        self.said = label("", "fault", wrap=True)
        self.said.hide()
        card.body.addWidget(self.said)
        return card

    def _result_part(self) -> QSplitter:
        theme = self._theme
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, theme.px(6), 0)
        column.setSpacing(theme.px(6))
        for names, chosen, on in (
            (FILTERS, self._filter, self._filter_by),
            (GROUPINGS, self._grouping, self._group_by),
        ):
            tabs = Tabs(theme, {name: name for name in names}, on)
            tabs.mark(chosen)
            column.addWidget(tabs, 0, Qt.AlignmentFlag.AlignLeft)
        content = QWidget()
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(0, 0, theme.px(4), 0)
        self._list.setSpacing(theme.px(6))
        self._area = scrolled(content)
        column.addWidget(self._area, 1)
        split.addWidget(left)
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(theme.px(6), 0, 0, 0)
        beside.setSpacing(theme.px(6))
        self._summary = label("", "soft", wrap=True)
        beside.addWidget(self._summary)
        self.tables = ComboInput()
        self.tables.setAccessibleName("看哪张表")
        self.tables.setMinimumContentsLength(20)
        self.tables.setSizeAdjustPolicy(ComboInput.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.tables.currentIndexChanged.connect(self._show_table)
        beside.addWidget(self.tables)
        self.grid = GridView(theme)
        self.grid.chosen.connect(self._find_card)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("报告正文")
        self._views = QStackedWidget()
        self._views.addWidget(self.grid)
        self._views.addWidget(self.text)
        beside.addWidget(self._views, 1)
        split.addWidget(right)
        split.setSizes([theme.px(470), theme.px(730)])
        return split

    # the files

    def choose_sheet(self) -> None:
        """Ask for the score sheet."""
        found = self._alerts.choose_files("选择评分表", _SHEETS)
        if found:
            self.set_files(found[0], self.report)
        self._come_back()

    def choose_report(self) -> None:
        """Ask for the report."""
        found = self._alerts.choose_files("选择报告正文", _REPORTS)
        if found:
            self.set_files(self.sheet, found[0])
        self._come_back()

    def _come_back(self) -> None:
        """The chooser belongs to the main window and gives the keyboard back to that: take it, Enter reviews."""
        self.activateWindow()
        if self.go_button.isEnabled():
            self.go_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_report(self) -> None:
        self.set_files(self.sheet, None)

    def set_files(self, sheet: Path | None, report: Path | None) -> None:
        """Which files to look at next."""
        self.sheet, self.report = sheet, report
        self._show_files()

    def _show_files(self) -> None:
        self._sheet_name.setText(self.sheet.name if self.sheet else "未选择")
        self._report_name.setText(self.report.name if self.report else "未选择（可不选）")
        self._no_report.setVisible(self.report is not None)
        self.go_button.setEnabled(self.sheet is not None and self._task is None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files that may be a score sheet or a report."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """The first .xlsx, or the first of two, is the score sheet."""
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        sheets = [one for one in files if one.suffix.lower() == ".xlsx"]
        sheet = next(iter(sheets or files[:1]), self.sheet)
        report = next((one for one in files if one != sheet), self.report)
        self.set_files(sheet, report)

    # the review

    def run(self) -> None:
        """Review the chosen files in the background."""
        sheet, report, service = self.sheet, self.report, self._service
        if sheet is None or self._task is not None:
            return

        def job(progress: Progress) -> Reviewed:
            return service.read(sheet, report, progress)

        self._say("")
        self._show_running(running=True)
        self._task = self._tasks.run(
            job,
            self._on_reviewed,
            failed=self._on_failed,
            progress=self._on_progress,
            cancelled=self._on_cancelled,
        )

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._doing.setText("正在停止…")

    def _on_progress(self, done: int, total: int, what: str) -> None:
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)
        self._doing.setText(what)

    def _on_cancelled(self) -> None:
        self._task = None
        self._show_running(running=False)
        self._say("已取消。")

    def _on_failed(self, error: Exception) -> None:
        self._task = None
        self._show_running(running=False)
        if not isinstance(error, WorkbenchError):
            raise error
        self._say(str(error))

    def _on_reviewed(self, reviewed: Reviewed) -> None:
        self._task = None
        self.reviewed = reviewed
        self._show_running(running=False)
        self._first.hide()
        self._result.show()
        review = reviewed.review
        for severity, pill in self._pills.items():
            pill.setText(f"{review.count(severity)} {severity.label}")
            pill.show()
        self._summary.setText(summary(review)[-2] if review.printed_total is not None else summary(review)[1])
        self._paragraphs = [said for said in review.outside.texts if not said.at.row]
        self.tables.blockSignals(True)
        self.tables.clear()
        for index, grid in enumerate(reviewed.grids):
            self.tables.addItem(grid.label, index)
        if self._paragraphs:
            self.text.setPlainText("\n".join(said.text.replace("\n", " ") for said in self._paragraphs))
            self.tables.addItem("报告正文", -1)
        first = next((remark.at.grid for remark in review.remarks if remark.at.grid >= 0), 0)
        self.tables.setCurrentIndex(max(self.tables.findData(first), 0))
        self.tables.blockSignals(False)
        self._show_table()
        self._fill()

    def _show_running(self, *, running: bool) -> None:
        for widget in (self._bar, self._doing, self._stop):
            widget.setVisible(running)
        self.export_button.setEnabled(self.reviewed is not None and not running)
        self._show_files()

    def _say(self, words: str, part: str = "fault") -> None:
        self.said.setText(words)
        role(self.said, part)
        self.said.setVisible(bool(words))

    # findings

    def _filter_by(self, name: str) -> None:
        self._filter = name
        self._fill()

    def _group_by(self, name: str) -> None:
        self._grouping = name
        self._fill()

    def _fill(self) -> None:
        clear(self._list)
        self.cards = []
        if self.reviewed is None:
            return
        review = self.reviewed.review
        if self._filter == UNREAD:
            self._fill_unread()
            return
        wanted = FILTERS[self._filter]
        grouping = GROUPINGS[self._grouping]
        remarks = [remark for remark in review.remarks if wanted is None or remark.severity is wanted]
        if self._grouping != "按程度":
            remarks.sort(key=lambda remark: (grouping(remark), remark.number))
        group = ""
        for remark in remarks[:MOST_CARDS]:
            if grouping(remark) != group and self._grouping != "按程度":
                self._list.addWidget(label(grouping(remark), "card_title", wrap=True))
            group = grouping(remark)
            card = RemarkCard(self._theme, remark, self.show_place)
            self.cards.append(card)
            self._list.addWidget(card)
        if not remarks:
            self._list.addWidget(label("没有发现问题。", "soft"))
        elif len(remarks) > MOST_CARDS:
            self._list.addWidget(label(f"另有 {len(remarks) - MOST_CARDS} 条，见复核意见表。", "soft"))
        if review.unread and wanted is None:
            self._list.addWidget(label(f"另有 {len(review.unread)} 处没读懂，见“{UNREAD}”。", "soft"))
        self._list.addStretch(1)

    def _fill_unread(self) -> None:
        if self.reviewed is None:
            return
        unread = self.reviewed.review.unread
        for one in unread[:MOST_CARDS]:
            card = Card(self._theme)
            card.body.addWidget(label(one.place, "small", wrap=True))
            if one.text.strip():
                card.body.addWidget(label(" ".join(one.text.split()), wrap=True))
            card.body.addWidget(label(one.why, "soft", wrap=True))
            self._list.addWidget(card)
        if not unread:
            self._list.addWidget(label("都读懂了。", "soft"))
        self._list.addStretch(1)

    def show_place(self, remark: Remark) -> None:
        """Show the cell or paragraph of a finding."""
        at = remark.at
        if at.row:
            self.tables.setCurrentIndex(max(self.tables.findData(at.grid), 0))
            self.grid.go(at.row, at.column)
            return
        place = next((n for n, said in enumerate(self._paragraphs) if said.at == at), -1)
        if place < 0:
            return
        self.tables.setCurrentIndex(self.tables.findData(-1))
        block = self.text.document().findBlockByNumber(place)
        cursor = QTextCursor(block)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        self.text.setTextCursor(cursor)
        self.text.centerCursor()

    def _show_table(self) -> None:
        index = self.tables.currentData()
        if self.reviewed is None or index is None:
            return
        self._views.setCurrentWidget(self.text if index < 0 else self.grid)
        if index >= 0:
            self.grid.show_grid(self.reviewed.grids[index], self.reviewed.review.remarks, index)

    def _find_card(self, number: int) -> None:
        card = next((one for one in self.cards if one.remark.number == number), None)
        if card is not None:
            self._area.ensureWidgetVisible(card)
            card.setFocus(Qt.FocusReason.OtherFocusReason)

    # paper

    def export(self) -> None:
        """Ask where, and write the 复核意见表 in the background."""
        reviewed, service = self.reviewed, self._service
        if reviewed is None or self._task is not None:
            return
        target = self._alerts.choose_save("导出复核意见表", service.suggested(reviewed), _PAPERS)
        if target is None:
            return

        def job(progress: Progress) -> Path:
            return service.write(reviewed, target, progress)

        self._show_running(running=True)
        self._task = self._tasks.run(
            job,
            self._on_written,
            failed=self._on_failed,
            progress=self._on_progress,
            cancelled=self._on_cancelled,
        )

    def _on_written(self, path: Path) -> None:
        self._task = None
        self._show_running(running=False)
        self._say(f"已导出：{path}", "done")

    def closeEvent(self, event: QCloseEvent) -> None:
        """What still runs is stopped."""
        self._cancel()
        super().closeEvent(event)
