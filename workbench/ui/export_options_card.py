"""怎样导出: layout and locks of the score sheet, names of files, the firm's Word document, what stays out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QWidget

from workbench.domain.fields import FieldSpec
from workbench.errors import WorkbenchError
from workbench.services.export_choices import Choosing, ExportChoices
from workbench.services.exporting import Exporting
from workbench.services.file_names import NAME_SCHEME, PLACES, scheme_fault
from workbench.services.jobs import Progress
from workbench.ui.context import Context
from workbench.ui.fields import FieldEditor, editor_for
from workbench.ui.inputs import ComboInput
from workbench.ui.widgets import Card, label, link

_SCHEME = FieldSpec("name_scheme", "文件名", "line", hint=NAME_SCHEME)
_WORD = "Word 文档 (*.docx)"


class ExportOptionsCard(Card):
    """Each choice is kept at once; ``changed`` tells that files would come out otherwise now."""

    changed = Signal()

    def __init__(self, context: Context, exporting: Exporting, choosing: Choosing) -> None:
        super().__init__(context.theme, "怎样导出", "随即记住，本评价下次照此")
        self._context = context
        self._exporting = exporting
        self._choosing = choosing
        self._settings = context.services.settings
        self._filling = False
        theme = context.theme
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(5))
        grid.setColumnStretch(1, 1)
        self._grid = grid
        self.body.addLayout(grid)

        self.layouts = ComboInput()
        self.layouts.setMinimumContentsLength(12)
        self.layouts.setSizeAdjustPolicy(ComboInput.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.layouts.setAccessibleName("评分表样式")
        self.layouts.currentIndexChanged.connect(self._on_layout)
        self._row("评分表样式", self.layouts)
        self.locked = self._box("锁住评分表的公式", "没有密码，在 Excel、WPS 里可随时撤销保护")
        self.locked.toggled.connect(self._on_locked)
        self._row("", self.locked)
        self.without_empty = self._box(
            "空的附表不印", "评分表之后的扣分明细、问题清单、问卷统计，没有内容的不要"
        )
        self.without_empty.toggled.connect(self._on_empty)
        self._row("", self.without_empty)
        self.private = self._box(
            "不含受访者明细", "开放题答案、答卷、录入员、座谈记录都不写出；列有这些的文件不能勾选"
        )
        self.private.toggled.connect(self._on_private)
        self._row("", self.private)

        self.scheme: FieldEditor | None = None
        self.example = label("", "soft", wrap=True)
        self._base = label("", "soft", wrap=True)
        self._base_fault = label("", "fault", wrap=True)
        self.choose = link("选择…", self.choose_base)
        self.choose.setAccessibleName("选择 Word 底稿")
        self.drop = link("不用底稿", self.drop_base)
        if self._settings is not None:
            self.scheme = editor_for(_SCHEME, self._save_scheme)
            places = "".join(f"{{{place}}}" for place in PLACES)
            self._row("文件名", self.scheme)
            self._row("", self.example)
            self._row("", label(f"可写：{places}", "soft", wrap=True))
            held = QWidget()
            line = QHBoxLayout(held)
            line.setContentsMargins(0, 0, 0, 0)
            line.addWidget(self._base, 1)
            line.addWidget(self.choose)
            line.addWidget(self.drop)
            self._row("Word 底稿", held)
            self._row("", self._base_fault)
        self._fill_layouts()
        self.reload()

    @property
    def choices(self) -> ExportChoices:
        """What is chosen now."""
        return self._choosing.remembered()

    def _row(self, caption: str, widget: QWidget) -> None:
        row = self._grid.rowCount()
        if caption:
            words: QLabel = label(caption)
            words.setBuddy(widget)
            self._grid.addWidget(words, row, 0)
        self._grid.addWidget(widget, row, 1)

    def _box(self, words: str, more: str) -> QCheckBox:
        made = QCheckBox(words)
        made.setToolTip(more)
        made.setAccessibleDescription(more)
        return made

    def _fill_layouts(self) -> None:
        form = self._context.session.evaluation.form
        self._protected: dict[str, bool] = {}
        self._filling = True
        known = self._exporting.layouts()
        own = next((words for key, words, _ in known if key == form.layout), form.layout)
        self.layouts.addItem(f"按指标体系：{own}", "")
        for key, words, protected in known:
            self._protected[key] = protected
            if key != form.layout:
                self.layouts.addItem(words, key)
        self._filling = False

    def reload(self) -> None:
        """Show what is remembered, and names as they are now."""
        choices = self.choices
        self._filling = True
        self.layouts.setCurrentIndex(max(0, self.layouts.findData(choices.layout)))
        key = str(self.layouts.currentData()) or self._context.session.evaluation.form.layout
        by_layout = self._protected.get(key, False)
        self.locked.setChecked(by_layout if choices.locked is None else choices.locked)
        self.without_empty.setChecked(choices.without_empty)
        self.private.setChecked(choices.private)
        self.layouts.setToolTip(self.layouts.currentText())
        self._filling = False
        if self.scheme is not None and not self.scheme.pending and not self.scheme.fault:
            self.scheme.rebind("name_scheme", self._exporting.scheme)
        self._show_example()
        self._show_base()

    # —— the score sheet, and what stays out ——

    def _on_layout(self) -> None:
        if not self._filling:
            # Another layout brings its own rule about locks with it.
            self._remember(replace(self.choices, layout=str(self.layouts.currentData()), locked=None))

    def _on_locked(self, locked: bool) -> None:
        if not self._filling:
            self._remember(replace(self.choices, locked=locked))

    def _on_empty(self, without: bool) -> None:
        if not self._filling:
            self._remember(replace(self.choices, without_empty=without))

    def _on_private(self, private: bool) -> None:
        if not self._filling:
            self._remember(replace(self.choices, private=private))

    def _remember(self, choices: ExportChoices) -> None:
        try:
            self._choosing.remember(choices)
        except WorkbenchError as error:
            self._base_fault.setText(str(error))
            self._base_fault.show()
            return
        self.reload()
        self.changed.emit()

    # —— names ——

    def _save_scheme(self, _address: object, text: str, _editor: object) -> str:
        """Keep how files are called; an empty field means the usual way. A hint where that can't be."""
        wanted = text.strip() or NAME_SCHEME
        fault = scheme_fault(wanted)
        if fault or self._settings is None:
            return fault
        try:
            self._settings.put("name_scheme", wanted)
        except WorkbenchError as error:
            return str(error)
        self._show_example()
        self.changed.emit()
        return ""

    def _show_example(self) -> None:
        name = self._exporting.file_name(self._context.session, "score-sheet")
        self.example.setText(f"例：{name}")

    # —— the firm's Word document ——

    def choose_base(self) -> None:
        """Ask for a document, look at it in the background, and keep it when it can be used."""
        found = self._context.alerts.choose_files("选择本机构的 Word 底稿", _WORD)
        if not found:
            return
        path = found[0]

        def job(_: Progress) -> Path:
            self._exporting.check_base(path)
            return path

        self._context.tasks.run(job, self._use_base, failed=self._on_bad_base)

    def drop_base(self) -> None:
        """Write Word files in the program's own look."""
        self._use_base(None)
        self.choose.setFocus()

    def _use_base(self, path: Path | None) -> None:
        if self._settings is None:
            return
        try:
            self._settings.put("base_document", str(path or ""))
        except WorkbenchError as error:
            self._on_bad_base(error)
            return
        self._base_fault.hide()
        self._show_base()
        self.changed.emit()

    def _on_bad_base(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            raise error
        self._base_fault.setText(str(error))
        self._base_fault.show()

    def _show_base(self) -> None:
        kept = self._exporting.base
        self._base.setText(kept.name if kept is not None else "不用，按程序的版式")
        self._base.setToolTip(str(kept or ""))
        self.drop.setVisible(kept is not None)
        missing = kept is not None and not kept.is_file()
        if missing:
            self._base_fault.setText(f"找不到底稿：{kept}。请重新选择，或点“不用底稿”。")
        self._base_fault.setVisible(missing)
