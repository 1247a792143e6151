"""The entities of one kind as rows, their fields as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from workbench.domain.evaluation import Entity, kind_of_type
from workbench.domain.fields import KINDS, FieldSpec, show_value, spec_of
from workbench.services.editing import Address
from workbench.services.session import Session
from workbench.ui.fields import Options

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class EntityTableModel(QAbstractTableModel):
    """Rows are the entities of a class that ``where`` lets through, by their position."""

    def __init__(
        self,
        session: Callable[[], Session],
        entity_type: type[Any],
        names: Sequence[str],
        where: Callable[[Any], bool] | None = None,
        options: Mapping[str, Options] | None = None,
        ink: Callable[[Any, str], QColor | None] | None = None,
    ) -> None:
        """``ink`` gives the colour of a cell by its entity and field, or nothing for the usual one."""
        super().__init__()
        self._ink = ink
        self._session = session
        self.entity_type = entity_type
        self.kind = kind_of_type(entity_type)
        self.fields: tuple[FieldSpec, ...] = tuple(spec_of(entity_type, name) for name in names)
        self._where = where
        self._options = options or {}
        self.rows: list[Entity] = []

    def reload(self) -> None:
        """Take the rows as they stand; when only values differ, only these cells repaint."""
        fresh = [
            entity
            for entity in self._session().evaluation.listed(self.entity_type)
            if self._where is None or self._where(entity)
        ]
        if [row.id for row in fresh] != [row.id for row in self.rows]:
            self.beginResetModel()
            self.rows = fresh
            self.endResetModel()
            return
        changed = [n for n, (old, new) in enumerate(zip(self.rows, fresh, strict=True)) if old != new]
        self.rows = fresh
        for row in changed:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.fields) - 1))

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many entities."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """How many fields."""
        return 0 if parent.isValid() else len(self.fields)

    def address(self, index: Index) -> Address:
        """Where the text of a cell belongs."""
        return Address(self.kind, self.rows[index.row()].id, self.fields[index.column()].name)

    def row_of(self, id_: str) -> int:
        """The row of an entity, -1 when it is not among them."""
        return next((n for n, row in enumerate(self.rows) if row.id == id_), -1)

    def text(self, index: Index) -> str:
        """The text of a cell as an editor shows it."""
        field = self.fields[index.column()]
        return show_value(getattr(self.rows[index.row()], field.name), field)

    def _shown(self, index: Index) -> str:
        text = self.text(index)
        offer = self._options.get(self.fields[index.column()].name)
        if offer is not None:
            return dict(offer()).get(text, "（已不存在）" if text else "")
        return text

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        field = self.fields[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._shown(index)
        if role == Qt.ItemDataRole.ToolTipRole:
            shown = self._shown(index)
            return shown if len(shown) > 12 else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if KINDS[field.kind].numeric else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole and self._ink is not None:
            return self._ink(self.rows[index.row()], field.name)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Column names, row numbers."""
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        field = self.fields[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return field.label
        if role == Qt.ItemDataRole.ToolTipRole:
            return field.hint or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if KINDS[field.kind].numeric else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every cell can be edited."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
