"""导入文件: answers from the exports of survey platforms, column by column, seen whole before they are taken in."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QStringListModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QListView,
    QProgressBar,
    QTableView,
    QVBoxLayout,
)

from workbench.domain.asked import options_of, questions_of
from workbench.domain.evaluation import Evaluation, Option, Question, Questionnaire
from workbench.errors import InputRefused, WorkbenchError
from workbench.services.jobs import Progress
from workbench.services.session import Changed
from workbench.services.survey_files import SurveyFiles, SurveyPreview, preview_of
from workbench.ui.context import Context
from workbench.ui.inputs import ComboInput
from workbench.ui.tasks import Task
from workbench.ui.theme import role
from workbench.ui.two_columns import TwoColumns, fills, shorten
from workbench.ui.widgets import Card, KeyButton, Notice, clear, label, link

Index = QModelIndex | QPersistentModelIndex
_FILTER = "问卷数据 (*.xlsx *.xlsm *.csv *.txt *.tsv)"
#: A mapping that was changed is looked through again after this pause, in milliseconds.
PAUSE_MS = 250
_HEADS = ("列", "表头", "样例", "用作")
_SAMPLES = 3
NOT_USED, SHEET_NUMBER, WHOLE, ONE_OPTION = "不导入", "答卷编号", "题目", "选项"


class ColumnModel(QAbstractTableModel):
    """The columns of a file: header, a few values, and what each is used for."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, str, str, str]] = []

    def show_rows(self, rows: list[tuple[str, str, str, str]]) -> None:
        """Show other columns; the same number of them keeps its place."""
        if len(rows) == len(self.rows):
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(_HEADS) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """A row for each column of the file."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Letters, header, samples, use."""
        return len(_HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words of a cell."""
        if index.isValid() and role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self.rows[index.row()][index.column()]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The heads."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return _HEADS[section]
        return None


class SurveyImportPanel(TwoColumns):
    """Choose a file, look at its columns and faults, import it whole or not at all. ``imported`` gives the id."""

    imported = Signal(str)

    def __init__(self, context: Context, files: SurveyFiles) -> None:
        super().__init__(context.theme)
        self._context = context
        self._files = files
        self._id = ""
        self._table: Any = None
        self._mapping: Any = None
        self._draft: Any = None
        self.preview: SurveyPreview | None = None
        self._task: Task | None = None
        self._filling = False
        self._build_file(self.left)
        self._build_columns(self.left)
        self._build_outcome(self.right)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._look_through)
        self._show_table()

    def _build_file(self, left: QVBoxLayout) -> None:
        card = Card(self._context.theme, "文件", "问卷星、腾讯问卷等导出的 .xlsx、.csv，或普通表格")
        row = QHBoxLayout()
        self.choose_button = link("选择文件…", self.choose)
        row.addWidget(self.choose_button)
        self.said = label("", "soft", wrap=True)
        row.addWidget(self.said, 1)
        card.body.addLayout(row)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(self._context.theme.px(6))
        self._bar.hide()
        self._stop = link("取消", self._cancel)
        self._stop.hide()
        row.addWidget(self._stop)
        card.body.addWidget(self._bar)
        self.fresh = QCheckBox("按此文件新建一份问卷（题目、选项取自表头和答案，权重另行填写）")
        self.fresh.toggled.connect(self._on_fresh)
        card.body.addWidget(self.fresh)
        left.addWidget(card)

    def _build_columns(self, left: QVBoxLayout) -> None:
        theme = self._context.theme
        self._columns_card = Card(theme, "各列用作", " ")
        self.columns = ColumnModel()
        self.view = QTableView()
        self.view.setAccessibleName("文件的各列")
        self.view.setModel(self.columns)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setTabKeyNavigation(False)
        self.view.setShowGrid(False)
        self.view.setWordWrap(False)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.view.verticalHeader().setDefaultSectionSize(theme.px(26))
        header = self.view.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for section, mode in enumerate(("ResizeToContents", "Stretch", "Stretch", "Stretch")):
            header.setSectionResizeMode(section, getattr(QHeaderView.ResizeMode, mode))
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._show_use())
        fills(self.view, theme.px(180))
        self._columns_card.body.addWidget(self.view, 1)
        row = QHBoxLayout()
        self._use_label = label("选中的列用作", "soft")
        self.use = ComboInput()
        self.use.setAccessibleName("选中的列用作")
        shorten(self.use)
        self.use.currentIndexChanged.connect(self._on_use)
        row.addWidget(self._use_label)
        row.addWidget(self.use, 1)
        self._columns_card.body.addLayout(row)
        left.addWidget(self._columns_card, 1)

    def _build_outcome(self, right: QVBoxLayout) -> None:
        theme = self._context.theme
        self.outcome = Card(theme, "预览", "整份导入或整份不导入")
        self.sentence = label("", wrap=True)
        self.outcome.body.addWidget(self.sentence)
        self._notices = QVBoxLayout()
        self.outcome.body.addLayout(self._notices)
        self.unclear = QCheckBox("不可能的答案记为看不清，不计入比率")
        self.first_only = QCheckBox("编号重复的只取第一份")
        for box in (self.unclear, self.first_only):
            box.toggled.connect(self._show_ready)
            self.outcome.body.addWidget(box)
        self.go = KeyButton(theme, "导入", "", primary=True)
        self.go.clicked.connect(self.accept)
        self.outcome.body.addWidget(self.go, 0, Qt.AlignmentFlag.AlignLeft)
        self.faults = QStringListModel()
        self.fault_view = QListView()
        role(self.fault_view, "bare")
        self.fault_view.setAccessibleName("需要处理的问题")
        self.fault_view.setModel(self.faults)
        self.fault_view.setWordWrap(True)
        self.fault_view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.fault_view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        fills(self.fault_view, theme.px(150))
        self.outcome.body.addWidget(self.fault_view, 1)
        right.addWidget(self.outcome, 1)

    # ── the file ─────────────────────────────────────────────────────────────────────────────────

    def show_questionnaire(self, id_: str) -> None:
        """Import into another questionnaire; a file that is open is mapped anew."""
        if id_ != self._id:
            self._id = id_
            self._propose()
        self.fresh.setEnabled(bool(id_))
        if not id_:
            self.fresh.setChecked(True)

    def choose(self) -> None:
        """Ask for a file."""
        found = self._context.alerts.choose_files("选择问卷数据", _FILTER)
        if found:
            self.read(found[0])

    def read(self, path: Path) -> None:
        """Read a file in the background."""
        self._context.flush()
        self._forget(f"正在读取 {path.name} …")

        def job(progress: Progress) -> Any:
            return SurveyFiles.read(path, progress=progress)

        self._run(job, self._on_read)

    def _on_read(self, table: Any) -> None:
        self._table = table
        self.said.setText(f"{table.file}：{len(table.rows)} 份，{len(table.headers)} 列。")
        self._propose()

    def _forget(self, words: str) -> None:
        self._table = self._mapping = self._draft = self.preview = None
        self.said.setText(words)
        self._show_table()

    def _on_fresh(self) -> None:
        if self._table is not None:
            self._propose()

    def _propose(self) -> None:
        """Map the columns: as remembered, as the headers say, or to a new questionnaire."""
        if self._table is None:
            return
        self.preview = None
        self._draft = self._mapping = None
        try:
            if self.fresh.isChecked():
                self._draft = self._files.draft(self._table)
                self._mapping = self._draft.mapping
            else:
                self._mapping = self._files.propose(self._table, self._id)
        except WorkbenchError as error:
            self.said.setText(str(error))
        self._show_table()
        self._look_through()

    # ── the columns ──────────────────────────────────────────────────────────────────────────────

    def _questions(self) -> list[tuple[Question, list[Option]]]:
        if self._draft is not None:
            entities = self._draft.entities
            options = [e for e in entities if isinstance(e, Option)]
            return [
                (q, [o for o in options if o.question == q.id]) for q in entities if isinstance(q, Question)
            ]
        evaluation: Evaluation = self._context.session.evaluation
        asked = evaluation.get(Questionnaire, self._id)
        return [(q, options_of(evaluation, q)) for q in questions_of(evaluation, asked)] if asked else []

    def _show_table(self) -> None:
        mapping, table = self._mapping, self._table
        shown = mapping is not None and table is not None
        self._columns_card.setVisible(shown)
        self.outcome.setVisible(shown)
        self.fresh.setVisible(table is not None)
        if not shown:
            return
        used = sum(1 for one in mapping.columns if one.use != NOT_USED)
        remembered = "按上次的对应，" if mapping.remembered else ""
        self._columns_card.right.setText(f"{remembered}{used} 列导入，{len(mapping.columns) - used} 列不导入")
        names = self._names()
        rows = []
        for number, one in enumerate(mapping.columns):
            samples = dict.fromkeys(text for text in table.column(number)[:50] if text)
            words = "、".join(list(samples)[:_SAMPLES])
            key = (one.use, one.question, one.option)
            rows.append((one.header.letters, one.header.words, words, names.get(key, one.use)))
        self.columns.show_rows(rows)
        if not self.view.currentIndex().isValid() and rows:
            self.view.setCurrentIndex(self.columns.index(0, 0))
        self._show_use()

    def _names(self) -> dict[tuple[str, str, str], str]:
        """What a column can be used for, in words."""
        names = {(NOT_USED, "", ""): NOT_USED, (SHEET_NUMBER, "", ""): SHEET_NUMBER}
        for question, options in self._questions():
            names[WHOLE, question.id, ""] = f"第 {question.position} 题 {question.text}"
            if question.kind == "多选":
                for option in options:
                    names[ONE_OPTION, question.id, option.id] = (
                        f"第 {question.position} 题 选项“{option.label}”"
                    )
        return names

    def _show_use(self) -> None:
        row = self.view.currentIndex().row()
        mapping = self._mapping
        if mapping is None or not 0 <= row < len(mapping.columns):
            return
        self._filling = True
        self.use.clear()
        one = mapping.columns[row]
        self._use_label.setText(f"{one.header.letters} 列用作")
        for key, words in self._names().items():
            self.use.addItem(words, key)
            if key == (one.use, one.question, one.option):
                self.use.setCurrentIndex(self.use.count() - 1)
        self._filling = False

    def _on_use(self) -> None:
        row, key = self.view.currentIndex().row(), self.use.currentData()
        if self._filling or self._mapping is None or key is None or row < 0:
            return
        self._mapping = self._mapping.using(self._mapping.columns[row].header.column, *key)
        self.preview = None
        self._show_table()
        self._show_ready()
        self._pause.start()

    # ── the preview ──────────────────────────────────────────────────────────────────────────────

    def _look_through(self) -> None:
        """See in the background what an import would bring."""
        table, mapping, draft = self._table, self._mapping, self._draft
        if table is None or mapping is None:
            return
        evaluation, files, id_ = self._context.session.evaluation, self._files, self._id
        self.sentence.setText("正在核对 …")

        def job(progress: Progress) -> SurveyPreview:
            if draft is not None:
                return files.preview_draft(table, draft, mapping, progress)
            return preview_of(evaluation, table, id_, mapping, progress)

        self._run(job, self._on_preview)

    def _on_preview(self, preview: SurveyPreview) -> None:
        if preview.mapping is not self._mapping:
            return  # changed since; the next one is under way
        self.preview = preview
        self.sentence.setText(preview.sentence())
        clear(self._notices)
        for told in preview.read.notices[:5]:
            self._notices.addWidget(Notice(self._context.theme, "warning", "", told, "", None))
        more = [f"还有 {preview.read.more} 处未列出。"] if preview.read.more else []
        self.faults.setStringList([*map(str, preview.faults), *more])
        self._show_ready()

    def _show_ready(self) -> None:
        read = self.preview.read if self.preview is not None else None
        impossible, duplicates = bool(read and read.impossible), bool(read and read.duplicates)
        self.unclear.setVisible(impossible)
        self.first_only.setVisible(duplicates)
        self.fault_view.setVisible(impossible or duplicates)
        settled = (self.unclear.isChecked() or not impossible) and (
            self.first_only.isChecked() or not duplicates
        )
        self.go.setEnabled(read is not None and settled)

    def accept(self) -> None:
        """Import as one step; Ctrl+Z takes it back."""
        preview = self.preview
        if preview is None:
            return
        self._context.flush()
        try:
            asked = self._files.apply(
                preview,
                unclear=self.unclear.isChecked() and not self.unclear.isHidden(),
                first_only=self.first_only.isChecked() and not self.first_only.isHidden(),
            )
        except WorkbenchError as error:
            self._on_refused(error)
            return
        self._forget(f"已导入 {preview.sheets} 份：{preview.table.file}。可用 Ctrl Z 撤销。")
        self.imported.emit(asked.id)

    def update_for(self, changed: Changed) -> None:
        """A preview holds for one state: after any change it is made anew."""
        if self._table is not None and self.preview is not None:
            self.preview = None
            self._show_ready()
            self._pause.start()

    # ── work in the background ───────────────────────────────────────────────────────────────────

    def _run(self, job: Any, done: Any) -> None:
        self._cancel()
        self._bar.setRange(0, 0)
        self._bar.show()
        self._stop.show()
        self._task = self._context.tasks.run(
            job,
            partial(self._on_done, done),
            failed=self._on_refused,
            progress=self._on_progress,
            cancelled=self._on_cancelled,
        )

    def _on_progress(self, done: int, total: int, what: str) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def _on_done(self, done: Any, result: Any) -> None:
        self._end()
        done(result)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._end()

    def _on_cancelled(self) -> None:
        self.sentence.setText("已取消。")

    def _end(self) -> None:
        self._task = None
        self._bar.hide()
        self._stop.hide()

    def _on_refused(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, WorkbenchError):
            self._forget("没有导入。")
            raise error
        faults = error.faults if isinstance(error, InputRefused) else ()
        if self._mapping is None:
            self.said.setText(str(error))
        self.sentence.setText(str(error))
        self.faults.setStringList([str(fault) for fault in faults])
        self.fault_view.setVisible(bool(faults))
        self.go.setEnabled(False)
