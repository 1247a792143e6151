"""模板: keep the draft as the firm's own system, write it as a workbook, read one from a workbook."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench import files
from workbench.domain.amounts import NotANumber, parse_number
from workbench.domain.fields import BadValue, FieldSpec, parse_value
from workbench.domain.form import Form
from workbench.domain.form_edits import CannotEdit, put_general, put_levels, put_total
from workbench.domain.form_raw import form_to_raw
from workbench.errors import InputRefused, WorkbenchError
from workbench.services.authoring import Authoring, TableReading
from workbench.services.form_editing import FormEditing
from workbench.services.jobs import Progress
from workbench.ui.context import Context
from workbench.ui.fields import FieldEditor, editor_for
from workbench.ui.form_grades_card import FormGradesCard
from workbench.ui.inputs import LineInput
from workbench.ui.table_reading_view import TableReadingView
from workbench.ui.widgets import Card, label, link, scrolled

_GENERAL = (
    FieldSpec("title", "名称", "line", required=True),
    FieldSpec("version", "版本", "line"),
    FieldSpec("authority", "制定依据", "line"),
    FieldSpec("total", "总分", "score", required=True),
    FieldSpec("levels", "指标级数", "count", required=True),
)
_LEVELS = next(field for field in _GENERAL if field.name == "levels")
_FILTER = "指标表 (*.xlsx *.docx)"
_WORKBOOK = "Excel 工作簿 (*.xlsx)"


class FormTemplatePanel(QWidget):
    """The evaluation is not touched by any of this but by “作为草稿”, which goes into the draft."""

    def __init__(self, context: Context, editing: FormEditing, authoring: Authoring) -> None:
        super().__init__()
        self._context, self._editing, self._authoring = context, editing, authoring
        px = context.theme.px
        general = Card(context.theme, "本体系", "改动先进入草稿")
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(5))
        self.editors: dict[str, FieldEditor] = {}
        for line, field in enumerate(_GENERAL):
            editor = editor_for(field, self._save_general)
            caption = label(field.label, "soft")
            caption.setBuddy(editor.input)
            grid.addWidget(caption, line, 0)
            grid.addWidget(editor, line, 1)
            self.editors[field.name] = editor
        general.body.addLayout(grid)
        self.grades = FormGradesCard(context, editing)
        keep = Card(context.theme, "另存为本单位模板", "以后新建评价时可以选用")
        self.title = LineInput()
        self.title.setAccessibleName("模板名称")
        row = QHBoxLayout()
        caption = label("模板名称", "soft")
        caption.setBuddy(self.title)
        row.addWidget(caption)
        row.addWidget(self.title, 1)
        row.addWidget(link("保存", self.save))
        keep.body.addLayout(row)
        self.kept = label("", "soft", wrap=True)
        self.kept.hide()
        keep.body.addWidget(self.kept)
        table = Card(context.theme, "Excel 模板", "导出后可在 Excel 或 WPS 中修改，再从这里读入")
        row = QHBoxLayout()
        row.addWidget(link("导出为 Excel 模板…", self.export))
        row.addWidget(link("从表格读入…", self.choose))
        row.addStretch(1)
        table.body.addLayout(row)
        self.told = label("", "soft", wrap=True)
        self.told.hide()
        table.body.addWidget(self.told)
        self.reading_view = TableReadingView(context.theme)
        table.body.addWidget(self.reading_view)
        self._taking = QWidget()
        row = QHBoxLayout(self._taking)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(link("作为草稿", self.take_as_draft))
        row.addWidget(link("存为本单位模板", self.take_as_own))
        row.addWidget(link("放弃", self._drop))
        row.addStretch(1)
        self._taking.hide()
        table.body.addWidget(self._taking)
        self.reading: TableReading | None = None
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(14), px(8), px(14), px(14))
        column.setSpacing(px(8))
        column.addWidget(general)
        column.addWidget(self.grades)
        column.addWidget(keep)
        column.addWidget(table)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _save_general(self, address: object, text: str, origin: object) -> str:
        key = str(address)
        try:
            if key == "total":
                total = parse_number(text)
                self._editing.edit(lambda raw: put_total(raw, total), "修改总分", origin)
            elif key == "levels":
                count = parse_value(text, _LEVELS)
                levels = count if isinstance(count, int) else 0
                self._editing.edit(lambda raw: put_levels(raw, levels), "修改指标级数", origin)
            else:
                self._editing.edit(lambda raw: put_general(raw, key, text), "修改指标体系", origin)
        except (CannotEdit, NotANumber, BadValue) as error:
            return str(error)
        return ""

    def reload(self, origin: object = None) -> None:
        """Show what is said of the whole form, and suggest a name for a template."""
        raw = self._editing.raw
        for key, editor in self.editors.items():
            if editor.address != key:
                editor.rebind(key, _shown(raw, key))
            elif editor is not origin:
                editor.show_text(_shown(raw, key))
        self.grades.reload(origin)
        if not self.title.text():
            self.title.setText(f"{self._context.session.evaluation.form.title}（本单位）")
            self.title.setCursorPosition(0)

    @staticmethod
    def _tell(where: QLabel, words: str) -> None:
        where.setText(words)
        where.setVisible(bool(words))

    def _form(self) -> Form | None:
        """The draft compiled; says why not while it can't be scored by."""
        self._context.flush()
        form, faults = self._editing.compiled()
        if form is None:
            fatal = [fault for fault in faults if fault.fatal]
            words = f"草稿还有 {len(fatal)} 处不能计分，先改好：{fatal[0]}"
            self._tell(self.kept, words)
            self._tell(self.told, words)
        return form

    def save(self) -> None:
        """Keep the draft among the user's own systems."""
        form = self._form()
        title = " ".join(self.title.text().split())
        if form is None:
            return
        if not title:
            self._tell(self.kept, "请填写模板名称。")
            self.title.setFocus()
            return
        try:
            kept = self._authoring.save(dataclasses.replace(form, title=title), form_id=title)
        except WorkbenchError as error:
            self._tell(self.kept, str(error))
            return
        renamed = f"，编号“{kept.form.id}”" if kept.renamed else ""
        self._tell(self.kept, f"已保存为本单位模板“{title}”{renamed}，新建评价时可以选用。")

    def export(self) -> None:
        """Write the draft as a workbook of the template, off the window's thread."""
        form = self._form()
        if form is None:
            return
        folder = self._context.services.folder or Path()
        suggested = folder / f"{files.safe_name(form.title)}.xlsx"
        path = self._context.alerts.choose_save("导出指标体系", suggested, _WORKBOOK)
        if path is None:
            return
        self._tell(self.told, "正在导出…")
        authoring = self._authoring

        def job(_: Progress) -> Path:
            authoring.write(form, path)
            return path

        self._context.tasks.run(job, self._on_exported, failed=self._on_refused)

    def _on_exported(self, path: Path) -> None:
        self._tell(self.told, f"已导出：{path}")

    def choose(self) -> None:
        """Ask for a table and show how it would be read."""
        found = self._context.alerts.choose_files("选择指标表", _FILTER)
        if found:
            self.read(found[0])

    def read(self, path: Path) -> None:
        """Read a table in the background; nothing is taken over yet."""
        self._drop()
        self._tell(self.told, f"正在读取 {path.name} …")
        authoring = self._authoring

        def job(progress: Progress) -> TableReading:
            return authoring.preview(path, progress)

        self._context.tasks.run(job, partial(self._on_read, path), failed=self._on_refused)

    def _on_read(self, path: Path, reading: TableReading) -> None:
        self.reading = reading
        self._tell(self.told, f"{path.name}：还没有写入任何内容，核对后再选择用途。")
        self.reading_view.show_reading(reading)
        self._taking.show()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            self._tell(self.told, "没有完成。")
            raise error
        self._tell(self.told, str(error))
        self.reading_view.show_faults(error.faults if isinstance(error, InputRefused) else ())

    def _drop(self) -> None:
        self.reading = None
        self._tell(self.told, "")
        self.reading_view.show_faults(())
        self._taking.hide()

    def take_as_draft(self) -> None:
        """The table becomes the draft of this evaluation; its effect is seen before it is applied."""
        if self.reading is None:
            return
        self._context.flush()
        form = self._context.session.evaluation.form
        raw = {**form_to_raw(self.reading.form), "id": form.id}
        self._drop()
        self._editing.put(raw, "读入指标表为草稿")
        self._tell(self.told, "已作为草稿，请在“影响与应用”中核对。")

    def take_as_own(self) -> None:
        """The table becomes one of the user's own systems."""
        if self.reading is None:
            return
        try:
            kept = self._authoring.save(self.reading.form)
        except WorkbenchError as error:
            self._tell(self.told, str(error))
            return
        self._drop()
        self._tell(self.told, f"已存为本单位模板“{kept.form.title}”，新建评价时可以选用。")


def _shown(raw: Mapping[str, Any], key: str) -> str:
    return str(len(raw["levels"])) if key == "levels" else str(raw.get(key, ""))
