"""Writing a talk down as it goes: question, Enter, answer, Enter, next question."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.domain.entities_records import Exchange
from workbench.domain.fields import spec_of
from workbench.domain.records import exchanges_of
from workbench.services.editing import Address, put_text, text_at
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.entity_table import EntityTable
from workbench.ui.fields import FieldEditor, RefEditor, editor_for
from workbench.ui.widgets import label

_FIELDS = ("question", "answer", "answered_by", "indicator")


class ExchangeEntry(QWidget):
    """The question and answer of one line. A new line comes to be with its first word, not before."""

    def __init__(self, context: Context, table: EntityTable) -> None:
        super().__init__()
        self._context = context
        self._table = table
        self._interview = ""
        self._blank: Exchange | None = None
        self._id = ""
        theme = context.theme
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(6))
        self.number = label("", "small")
        grid.addWidget(self.number, 0, 0, 1, 4)
        self.editors: dict[str, FieldEditor] = {}
        for row, name in ((1, "question"), (2, "answer")):
            editor = self._editor(name)
            grid.addWidget(label(editor.field.label, "soft"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(editor, row, 1, 1, 3)
            editor.input.installEventFilter(self)
        for column, name in ((1, "answered_by"), (3, "indicator")):
            editor = self._editor(name)
            caption = label(editor.field.label, "soft")
            grid.addWidget(caption, 3, column - 1)
            grid.addWidget(editor, 3, column)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(3, 3)
        context.bridge.changed.connect(self._on_changed)

    def _editor(self, name: str) -> FieldEditor:
        editor = editor_for(spec_of(Exchange, name), self._save, options=self._indicators)
        self.editors[name] = editor
        return editor

    def _indicators(self) -> list[tuple[str, str]]:
        return [(leaf.id, leaf.name) for leaf in self._context.session.evaluation.form.leaves]

    @property
    def current(self) -> str:
        """The id of the line that is written, of a new one too."""
        return self._id

    def show_interview(self, interview: str) -> None:
        """Write lines of another interview; begins with the line that is chosen, else a new one."""
        if interview != self._interview:
            self._interview = interview
            self._id = ""
        self.show_line(self._table.current_id() or self._id)

    def show_line(self, id_: str) -> None:
        """Write one line; a new one when it is not there."""
        evaluation = self._context.session.evaluation
        if evaluation.get(Exchange, id_) is None:
            if self._blank is not None and self._blank.id == id_ and id_:
                return
            self._begin()
            return
        self._show(id_)

    def _begin(self) -> None:
        lines = self._context.session.evaluation.table(Exchange).values()
        position = max((line.position for line in lines), default=0) + 1
        self._blank = Exchange(
            id=self._context.session.new_id(), interview=self._interview, position=position
        )
        self._show(self._blank.id)

    def _show(self, id_: str) -> None:
        evaluation = self._context.session.evaluation
        for name, editor in self.editors.items():
            address = Address("exchange", id_, name)
            if isinstance(editor, RefEditor) and self._id != id_:
                editor.refill()
            if editor.address == address:
                editor.show_text(text_at(evaluation, address))
            else:
                editor.rebind(address, text_at(evaluation, address))
        self._id = id_
        self._show_number()

    def _show_number(self) -> None:
        lines = [line.id for line in exchanges_of(self._context.session.evaluation, self._interview)]
        at = lines.index(self._id) + 1 if self._id in lines else len(lines) + 1
        new = "" if self._id in lines else "（新）"
        self.number.setText(f"第 {at} 问{new}　Enter 到答、再到下一问；Shift Enter 换行")

    def _save(self, address: object, text: str, origin: object) -> str:
        if not isinstance(address, Address) or not self._interview:
            return ""
        blank = self._blank if self._blank is not None and self._blank.id == address.id else None
        known = self._context.session.evaluation.get(Exchange, address.id) is not None
        if not known and not text.strip():
            return ""
        return put_text(self._context.session, address, text, origin, blank=None if known else blank)

    def focus_question(self) -> None:
        """Put the cursor into the question."""
        self.editors["question"].input.setFocus(Qt.FocusReason.OtherFocusReason)

    def next_line(self) -> None:
        """Save, then go to the line after this one, or begin a new one behind the last."""
        self._flush()
        lines = [line.id for line in exchanges_of(self._context.session.evaluation, self._interview)]
        if self._id not in lines:
            self.focus_question()  # nothing was written: stay
            return
        at = lines.index(self._id)
        if at + 1 < len(lines):
            self._table.show_row(lines[at + 1])
            self.show_line(lines[at + 1])
        else:
            self._begin()
        empty = not self.editors["question"].text()
        self.editors["question" if empty else "answer"].input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _flush(self) -> None:
        for editor in self.editors.values():
            editor.flush()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on; with Shift it begins a new line of the text."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter} or held:
            return False
        if getattr(watched, "composing", False):
            return False
        if watched is self.editors["question"].input:
            self.editors["question"].flush()
            if self.editors["question"].text().strip():
                self.editors["answer"].input.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.next_line()
        return True

    def _on_changed(self, changed: Changed) -> None:
        if not changed.touches("exchange") or not self._id:
            return
        evaluation = self._context.session.evaluation
        if evaluation.get(Exchange, self._id) is not None:
            for name, editor in self.editors.items():
                if editor is not changed.origin:
                    editor.show_text(text_at(evaluation, Address("exchange", self._id, name)))
        elif any(change.id == self._id for change in changed.changes):
            self._begin()  # it was taken back
        self._show_number()
