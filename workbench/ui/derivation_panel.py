"""计分推导: how the current indicator's score came about, beside the work; copied, or kept as a PDF to print."""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from workbench.domain.derivation import Derivation, InputLine, derive
from workbench.errors import WorkbenchError
from workbench.files import safe_name
from workbench.services.export_log import ExportLog
from workbench.services.exporting import Exported
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.widgets import label

FOLDER = "导出"
#: Part of the screen that the panel takes at most.
MOST_OF_SCREEN = 0.85


class DerivationPanel(QDialog):
    """Stays open and follows: the indicator that is current, and every change. Esc closes."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("计分推导")
        self.setModal(False)
        self._context = context
        self.indicator_id = ""
        self._derivation: Derivation | None = None
        px = context.theme.px
        self.text = QTextBrowser()
        self.text.setAccessibleName("计分推导")
        self.said = label("", "small", wrap=True)
        self.copy_button = QPushButton("复制")
        self.copy_button.setToolTip("复制为文字，可贴入报告或邮件")
        self.copy_button.clicked.connect(self.copy)
        self.one_button = QPushButton("本项存为 PDF")
        self.one_button.setToolTip("写好后打开，可在那里打印")
        self.one_button.clicked.connect(lambda: self.export(self.indicator_id))
        self.all_button = QPushButton("全部指标存为 PDF")
        self.all_button.clicked.connect(lambda: self.export(""))
        can = context.services.exporting is not None and context.services.folder is not None
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self.said, 1)
        for button in (self.copy_button, self.one_button, self.all_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        self.one_button.setVisible(can)
        self.all_button.setVisible(can)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(14), px(12), px(14), px(14))
        column.setSpacing(px(8))
        column.addWidget(self.text)
        column.addLayout(row)
        room = self.screen().availableSize() * MOST_OF_SCREEN
        self.resize(min(px(660), room.width()), min(px(620), room.height()))
        context.bridge.changed.connect(self._on_changed)

    def show_indicator(self, id_: str) -> None:
        """Show the derivation of an indicator as it stands."""
        session = self._context.session
        self.indicator_id = id_
        self._derivation = derive(session.evaluation, session.scores, id_)
        self.said.setText("")
        place = self.text.verticalScrollBar().value()
        self.text.setHtml(html(self._derivation, self._context.theme.colors.soft))
        self.text.verticalScrollBar().setValue(place)

    def _on_changed(self, _: Changed) -> None:
        if self.isVisible() and self.indicator_id:
            self.show_indicator(self.indicator_id)

    def copy(self) -> None:
        """The whole derivation as plain text to the clipboard."""
        if self._derivation is not None:
            QGuiApplication.clipboard().setText("\n".join(self._derivation.lines()))
            self.said.setText("已复制。")

    def export(self, indicator: str) -> None:
        """Write one indicator's derivation, or all of them, as a PDF beside the other exports; then open it."""
        services, session = self._context.services, self._context.session
        if services.exporting is None or services.folder is None:
            return
        self._context.flush()
        name = services.exporting.file_name(session, "derivation")
        if indicator:
            stem = Path(name)
            name = f"{stem.stem}_{safe_name(session.evaluation.form[indicator].name)}{stem.suffix}"
        path = services.folder / FOLDER / name
        job = services.exporting.job(session, "derivation", path, only=indicator)
        self.said.setText("正在写入…")
        self._context.tasks.run(
            job.run,
            self._on_written,
            failed=self._on_failed,
        )

    def _on_written(self, written: Exported) -> None:
        self.said.setText(f"已写入 {written.path.name}，可在打开的程序里打印。{self._note(written)}")
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(written.path)))

    def _note(self, written: Exported) -> str:
        """Enter the file in the log of exports; why it could not be entered, if so."""
        services = self._context.services
        if services.exporting is None or services.folder is None:
            return ""
        try:
            log = ExportLog(services.folder, services.key)
            services.exporting.note(log, self._context.session, "derivation", written.path)
        except WorkbenchError as error:
            return str(error)
        return ""

    def _on_failed(self, error: Exception) -> None:
        self.said.setText(f"没有写成：{error}")


def html(told: Derivation, soft: str) -> str:
    """The derivation as rich text: standard, inputs in a table, steps, result, stages, effect."""
    quiet = partial(_quiet, soft)
    parts = [f"<h3>{escape(told.place)}　{told.score or '—'} / {told.full_mark} 分</h3>"]
    if told.criterion:
        parts.append(f"<p>{quiet('评价标准')}<br>{_lines(told.criterion)}</p>")
    if told.rule:
        parts.append(f"<p>{quiet(f'执行（{told.rule}）')}<br>{escape(told.sentence)}</p>")
    if told.inputs:
        parts.append(_table(told.inputs, quiet("数据"), soft))
    worked = [escape(step) for step in told.steps]
    if told.expression and told.computed:
        worked.append(f"{escape(told.expression)} → <b>{told.computed}</b>（{escape(told.rounding)}）")
    if told.missing:
        worked.append(f"还缺：{escape('、'.join(told.missing))}")
    if worked:
        parts.append(f"<p>{quiet('计算')}<br>{'<br>'.join(worked)}</p>")
    changed = [escape(line) for line in (told.override, told.counting) if line]
    if changed:
        parts.append(f"<p>{'<br>'.join(changed)}</p>")
    if told.stage_lines:
        parts.append(f"<p>{quiet('各轮得分')}<br>{'<br>'.join(map(escape, told.stage_lines))}</p>")
    parts.append(f"<p>{quiet('对总分和等级的影响')}<br>{'<br>'.join(map(escape, told.effect))}</p>")
    return "".join(parts)


def _quiet(soft: str, words: str) -> str:
    return f'<span style="color:{soft}">{escape(words)}</span>'


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.strip().splitlines())


def _table(inputs: tuple[InputLine, ...], title: str, soft: str) -> str:
    rows = []
    for line in inputs:
        origin = escape(line.origin)
        if line.typed_beside:
            origin += f"<br>取数值 {escape(line.linked)}（{escape(line.linked_origin)}），以手工填写为准"
        if line.fault:
            origin += f"<br>{escape(line.fault)}"
        value = escape(line.text) or f'<span style="color:{soft}">未填写</span>'
        rows.append(
            f'<tr><td width="30%">{escape(line.name)}</td><td width="18%" align="right">{value}</td>'
            f"<td>{origin}</td></tr>"
        )
    head = f'<tr><td>{title}</td><td align="right">{_quiet(soft, "取值")}</td><td>{_quiet(soft, "来源")}</td></tr>'
    return f'<table cellspacing="0" cellpadding="4" width="100%">{head}{"".join(rows)}</table>'
