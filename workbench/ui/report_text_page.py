"""报告正文: chapter by chapter, what the program writes and what a person adds, with figures that follow the data."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.checks import Severity
from workbench.domain.evaluation import ALONE, INSTEAD, Paragraph
from workbench.domain.fields import spec_of
from workbench.domain.narrative import unknown_names
from workbench.errors import WorkbenchError
from workbench.services.chapters import Chapter
from workbench.services.editing import Address, put_text, text_at
from workbench.services.session import Changed
from workbench.ui.basis_card import offered
from workbench.ui.chip_editor import ChipEditor
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.inputs import ComboInput
from workbench.ui.page import Page
from workbench.ui.theme import role
from workbench.ui.widgets import Card, Notice, clear, label, link, scrolled

_TONES = {Severity.ERROR: "lost", Severity.WARNING: "warning", Severity.NOTICE: "accent"}
_INDENT = "　"


class ReportTextPage(Page):
    """Left the outline, right one chapter: the person's text, and below it what the program writes."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        if context.services.chapters is None:
            raise ValueError("the page of the report's text needs its service")
        self._chapters = context.services.chapters
        self._listed: list[Chapter] = []
        self._known: dict[str, str] = {}
        theme = context.theme
        self.outline = QListWidget()
        self.outline.setAccessibleName("报告提纲")
        self.outline.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.outline.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.outline.currentRowChanged.connect(lambda _: self._show_chapter())
        left = QWidget()
        side = QVBoxLayout(left)
        side.setContentsMargins(theme.px(14), theme.px(10), theme.px(6), theme.px(10))
        side.addWidget(label("报告正文", "title"))
        self.shape = ComboInput()
        self.shape.setAccessibleName("报告提纲")
        self.shape.setSizeAdjustPolicy(ComboInput.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.shape.activated.connect(lambda _: self._choose_outline())
        side.addWidget(self.shape)
        line = QHBoxLayout()
        line.addWidget(label("● 有人写的文字", "small"))
        line.addStretch(1)
        line.addWidget(link("另存可改的提纲…", self.save_outline))
        side.addLayout(line)
        self._said = label("", "small", wrap=True)
        self._said.hide()
        side.addWidget(self._said)
        side.addWidget(self.outline, 1)

        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(8), theme.px(12), theme.px(16), theme.px(16))
        column.setSpacing(theme.px(10))
        self._heading = label("", "title", wrap=True)
        column.addWidget(self._heading)
        self._own = Card(theme, "本章文字", "数字随数据更新")
        self.insert = QPushButton("＋ 插入数字")
        role(self.insert, "quiet")
        self.insert.clicked.connect(self._offer)
        self._own.head.addWidget(self.insert)
        self.text = ChipEditor(theme, spec_of(Paragraph, "text"), self._save)
        self.text.chips.setAccessibleName("本章文字")
        self._own.body.addWidget(self.text)
        self.short = EntityForm(context, Paragraph, ("mode",), inline=True)
        self._own.body.addWidget(self.short)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(theme.px(5))
        self._own.body.addLayout(self._notices)
        column.addWidget(self._own)
        self._made = Card(theme, "程序生成的内容")
        self.rewrite = link("改写这一段…", self.take_over)
        self._made.head.addWidget(self.rewrite)
        self._generated = QLabel()
        self._generated.setTextFormat(Qt.TextFormat.PlainText)
        self._generated.setWordWrap(True)
        self._generated.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._made.body.addWidget(self._generated)
        column.addWidget(self._made)
        column.addStretch(1)
        content.setMinimumWidth(1)
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(scrolled(content))
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 5)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)
        self._menu = QMenu(self)

    # —— what is shown ——

    @property
    def chapter(self) -> Chapter | None:
        """The chapter that is shown."""
        row = self.outline.currentRow()
        return self._listed[row] if 0 <= row < len(self._listed) else None

    def focus_first(self) -> None:
        """The list of chapters: the arrows go through them."""
        self.outline.setFocus(Qt.FocusReason.OtherFocusReason)

    def reload(self) -> None:
        """List the chapters as they would be printed now, and show the chosen one."""
        try:
            self._listed = self._chapters.listed(self.context.session)
        except WorkbenchError as error:
            self._listed = []
            self._heading.setText(str(error))
        self._known = self._chapters.figures(self.context.session)
        self._show_outlines()
        row = max(self.outline.currentRow(), 0)
        self.outline.blockSignals(True)
        self.outline.clear()
        for chapter in self._listed:
            mark = "　●" if self._text_of(chapter) else ""
            number = chapter.number or ""
            item = QListWidgetItem(f"{_INDENT * (chapter.level - 1)}{number}{chapter.heading}{mark}")
            if not chapter.key:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsSelectable & ~Qt.ItemFlag.ItemIsEnabled)
            self.outline.addItem(item)
        writable = [n for n, chapter in enumerate(self._listed) if chapter.key]
        self.outline.blockSignals(False)
        if writable:
            self.outline.setCurrentRow(row if row in writable else writable[0])
        self._show_chapter()

    def _show_outlines(self) -> None:
        evaluation = self.context.session.evaluation
        chosen = evaluation.overview.outline
        self.shape.clear()
        outlines = self._chapters.outlines()
        usual = outlines.get(evaluation.form.outline, evaluation.form.outline)
        self.shape.addItem(f"按指标体系：{usual}", "")
        for key, words in outlines.items():
            self.shape.addItem(words, key)
        self.shape.setCurrentIndex(max(self.shape.findData(chosen), 0))

    def _choose_outline(self) -> None:
        self.context.flush()
        address = Address("overview", "overview", "outline")
        put_text(self.context.session, address, str(self.shape.currentData() or ""))

    def save_outline(self) -> None:
        """Copy the outline in force to the firm's own folder, where its headings and order may be edited."""
        evaluation = self.context.session.evaluation
        try:
            path = self._chapters.save_own(evaluation.overview.outline or evaluation.form.outline)
        except WorkbenchError as error:
            self._said.setText(str(error))
        else:
            self._said.setText(f"已存为 {path}。用文本编辑器改标题、次序和附件，改后重新进入本页即生效。")
        self._said.show()

    def update_for(self, changed: Changed) -> None:
        """Everything follows but the text that is being typed."""
        if changed.origin is self.text:
            self._mark_row()
            self._show_notices()
            return
        self.reload()

    def show_place(self, place: Address) -> None:
        """Go to the chapter of a text."""
        row = next((n for n, chapter in enumerate(self._listed) if chapter.key == place.id), -1)
        if row >= 0:
            self.outline.setCurrentRow(row)
            self.text.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _text_of(self, chapter: Chapter) -> str:
        found = self.context.session.evaluation.get(Paragraph, chapter.key) if chapter.key else None
        return found.text.strip() if found is not None else ""

    def _mark_row(self) -> None:
        chapter, item = self.chapter, self.outline.currentItem()
        if chapter is not None and item is not None:
            plain = item.text().removesuffix("　●")
            item.setText(f"{plain}　●" if self._text_of(chapter) else plain)

    def _show_chapter(self) -> None:
        chapter = self.chapter
        for part in (self._own, self._made):
            part.setVisible(chapter is not None)
        if chapter is None:
            return
        self._heading.setText(f"{chapter.number}{chapter.heading}")
        evaluation = self.context.session.evaluation
        self.text.show_figures(self._known)
        address = Address("paragraph", chapter.key, "text")
        text = text_at(evaluation, address)
        if self.text.address == address:
            self.text.show_text(text)
        else:
            self.text.rebind(address, text)
        self.short.show_entity(chapter.key)
        self._generated.setText("\n".join(chapter.lines) or "（这一章没有程序生成的内容）")
        self.rewrite.setVisible(bool(chapter.lines))
        self._show_notices()

    def _show_notices(self) -> None:
        """What the checks say about this chapter's text: figures that are no longer true, unknown names."""
        clear(self._notices)
        chapter, theme = self.chapter, self.context.theme
        if chapter is None:
            return
        paragraph = self.context.session.evaluation.get(Paragraph, chapter.key)
        self.short.setVisible(paragraph is not None and bool(paragraph.text.strip()))
        unknown = unknown_names(paragraph.text, self._known) if paragraph is not None else []
        if unknown:
            words = f"没有名为{'、'.join(unknown)}的数据，请改写或重新插入。"
            self._notices.addWidget(Notice(theme, "lost", "", words, "", None))
        checking = self.context.services.checking
        for finding in checking.findings if checking is not None else ():
            if (finding.place.kind, finding.place.id) == ("paragraph", chapter.key):
                tone = _TONES[finding.severity]
                go = partial(self.context.run_action, "go_checks")
                self._notices.addWidget(Notice(theme, tone, finding.code, finding.message, "查看", go))
        if paragraph is not None and paragraph.mode in {INSTEAD, ALONE} and paragraph.text.strip():
            words = "印的是上面的文字；下面是按现在的数据会生成的内容，供对照。"
            self._notices.addWidget(label(words, "small", wrap=True))

    # —— what is done ——

    def _save(self, address: object, text: str, origin: object) -> str:
        if not isinstance(address, Address) or not address.id:
            return ""
        return put_text(self.context.session, address, text, origin)

    def _offer(self) -> None:
        self._menu.clear()
        for name, value in offered(self._known).items():
            action = self._menu.addAction(f"{name}　{value}")
            action.triggered.connect(lambda _=False, chosen=name: self.text.chips.insert_chip(chosen))
        self._menu.popup(self.insert.mapToGlobal(self.insert.rect().bottomLeft()))

    def take_over(self) -> None:
        """Put the words that the program writes into the person's text, to be rewritten; tables stay generated."""
        chapter = self.chapter
        if chapter is None:
            return
        self.context.flush()
        words = [line for line in chapter.lines if not line.startswith(("〔", _INDENT))]
        own = self.context.session.evaluation.get(Paragraph, chapter.key) or Paragraph(id=chapter.key)
        text = "\n".join(part for part in (own.text.strip(), *words) if part)
        self.context.session.put(Paragraph(id=chapter.key, text=text, mode=INSTEAD))
        self.text.input.setFocus(Qt.FocusReason.OtherFocusReason)
