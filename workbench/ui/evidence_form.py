"""The described fields of one or of many evidence items at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.domain.evaluation import Evidence
from workbench.domain.fields import BadValue, parse_value, show_value, spec_of
from workbench.services.attaching import Attaching
from workbench.ui.context import Context
from workbench.ui.fields import FieldEditor, editor_for
from workbench.ui.widgets import label

NAMES = ("title", "kind", "copy", "source", "method", "page", "index", "obtained", "by", "withheld", "note")
_WIDE = frozenset({"title", "note"})
_MANY = "（各不相同，填写后统一修改）"


class EvidenceForm(QWidget):
    """Editors of the fields that people fill in. With many items, what is typed goes to all of them."""

    def __init__(self, context: Context, attaching: Attaching | None) -> None:
        super().__init__()
        self._context = context
        self._attaching = attaching
        self._ids: tuple[str, ...] = ()
        self.editors: dict[str, FieldEditor] = {}
        theme = context.theme
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(6))
        row = column = 0
        for name in NAMES:
            field = spec_of(Evidence, name)
            editor = editor_for(field, self._save)
            self.editors[name] = editor
            caption = label(field.label, "small")
            caption.setBuddy(editor.input)
            cell = QVBoxLayout()
            cell.setSpacing(theme.px(2))
            cell.addWidget(caption)
            cell.addWidget(editor)
            wide = name in _WIDE
            if wide and column:
                row, column = row + 1, 0
            grid.addLayout(cell, row, column, 1, 2 if wide else 1)
            column += 2 if wide else 1
            if column >= 2:
                row, column = row + 1, 0
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.editors["note"].input.setMaximumHeight(theme.px(64))

    def show_items(self, items: Sequence[Evidence]) -> None:
        """Show what the items have in common; what is pending is saved where it was typed."""
        ids = tuple(item.id for item in items)
        for name, editor in self.editors.items():
            field = spec_of(Evidence, name)
            texts = {show_value(getattr(item, name), field) for item in items}
            text = texts.pop() if len(texts) == 1 else ""
            if editor.address == ids:
                editor.show_text(text)
            else:
                editor.rebind(ids, text)
            line = editor.input if isinstance(editor.input, QLineEdit) else editor.input.findChild(QLineEdit)
            if isinstance(line, QLineEdit):
                line.setPlaceholderText(_MANY if texts else field.hint)
        self._ids = ids
        self.setEnabled(bool(ids) and self._attaching is not None)

    def focus_field(self, name: str) -> None:
        """Put the cursor into a field."""
        if name in self.editors:
            self.editors[name].input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self, address: object, text: str, origin: object) -> str:
        if not isinstance(address, tuple) or not isinstance(origin, FieldEditor) or self._attaching is None:
            return ""
        table = self._context.session.evaluation.table(Evidence)
        items = [table[id_] for id_ in address if id_ in table]
        try:
            value = parse_value(text, origin.field)
        except BadValue as error:
            return str(error)
        self._attaching.edit(items, origin.field.name, value, origin=origin)
        return ""
