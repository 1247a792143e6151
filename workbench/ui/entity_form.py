"""Some fields of one entity, labels above, in columns; made from their descriptions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from workbench.domain.evaluation import kind_of_type
from workbench.domain.fields import KINDS, FieldSpec, spec_of
from workbench.services.editing import Address, put_text, text_at
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.fields import FieldEditor, Options, RefEditor, SaveText, editor_for
from workbench.ui.widgets import label

#: Kinds that take the whole width of the form.
WIDE_KINDS = ("text",)


class EntityForm(QWidget):
    """Editors for the named fields of one entity class. :meth:`show_entity` says which entity."""

    def __init__(
        self,
        context: Context,
        entity_type: type,
        names: Sequence[str],
        *,
        columns: int = 2,
        options: Mapping[str, Options] | None = None,
        inline: bool = False,
        save: SaveText | None = None,
    ) -> None:
        """``inline`` puts all fields on one row, each label before its field; ``save`` puts a text elsewhere."""
        super().__init__()
        self._context = context
        self._kind = kind_of_type(entity_type)
        self._id = ""
        self.editors: dict[str, FieldEditor] = {}
        self._options = options or {}
        self._put = save
        if inline:
            self._build_row(entity_type, names)
        else:
            self._build_grid(entity_type, names, columns)
        context.bridge.changed.connect(self._on_changed)

    def _editor(self, field: FieldSpec) -> FieldEditor:
        editor = editor_for(field, self._put or self._save, options=self._options.get(field.name))
        editor.drafts = self._context.drafts
        self.editors[field.name] = editor
        return editor

    def _build_row(self, entity_type: type, names: Sequence[str]) -> None:
        theme = self._context.theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        for name in names:
            field = spec_of(entity_type, name)
            if field.kind == "text":  # one line is enough on a row
                field = dataclasses.replace(field, kind="line")
            editor = self._editor(field)
            caption = label(field.label, "soft")
            caption.setBuddy(editor.input)
            row.addWidget(caption, 0, Qt.AlignmentFlag.AlignTop)
            caption.setMinimumHeight(editor.input.sizeHint().height())
            row.addWidget(editor, 0 if KINDS[field.kind].numeric else 1, Qt.AlignmentFlag.AlignTop)
            row.addSpacing(theme.px(8))

    def _build_grid(self, entity_type: type, names: Sequence[str], columns: int) -> None:
        theme = self._context.theme
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(14))
        grid.setVerticalSpacing(theme.px(8))
        row = column = 0
        for name in names:
            field = spec_of(entity_type, name)
            editor = self._editor(field)
            wide = field.kind in WIDE_KINDS
            if wide and column:
                row, column = row + 1, 0
            cell = QVBoxLayout()
            cell.setSpacing(theme.px(3))
            if field.kind != "flag":
                words = f"{field.label}（{field.unit}）" if field.unit else field.label
                caption = label(f"{words} *" if field.required else words, "small")
                caption.setBuddy(editor.input)
                cell.addWidget(caption)
            cell.addWidget(editor)
            cell.addStretch(1)
            editor.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            grid.addLayout(cell, row, column, 1, columns if wide else 1, Qt.AlignmentFlag(0))
            column += columns if wide else 1
            if column >= columns:
                row, column = row + 1, 0
        for index in range(columns):
            grid.setColumnStretch(index, 1)

    def show_entity(self, id_: str) -> None:
        """Show another entity; what is pending is saved where it was typed. The same one: bring it up to date."""
        evaluation = self._context.session.evaluation
        for name, editor in self.editors.items():
            address = Address(self._kind, id_, name)
            if isinstance(editor, RefEditor):
                editor.refill()
            if editor.address == address:
                editor.show_text(text_at(evaluation, address))
            else:
                editor.rebind(address, text_at(evaluation, address))
        self._id = id_

    def focus_field(self, name: str) -> bool:
        """Put the cursor into a field; false when it is not one of this form."""
        editor = self.editors.get(name)
        if editor is None:
            return False
        editor.input.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _save(self, address: object, text: str, origin: object) -> str:
        if not isinstance(address, Address) or not address.id:
            return ""
        return put_text(self._context.session, address, text, origin)

    def _on_changed(self, changed: Changed) -> None:
        if any((change.kind, change.id) == (self._kind, self._id) for change in changed.changes):
            evaluation = self._context.session.evaluation
            for name, editor in self.editors.items():
                if editor is not changed.origin:
                    editor.show_text(text_at(evaluation, Address(self._kind, self._id, name)))
