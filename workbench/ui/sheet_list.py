"""The sheets of one questionnaire as a list of any length; only what is seen is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from workbench.domain.double_entry import Stage
from workbench.domain.entities_survey import Sheet
from workbench.domain.sheet_numbers import number_key
from workbench.services.sheet_typing import SheetTyping
from workbench.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
#: The list follows the typing after this pause, in milliseconds.
FOLLOW_MS = 250
_HEADS = ("答卷编号", "状态", "录入员")


class SheetModel(QAbstractTableModel):
    """Sheets by number, as people count."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[Sheet] = []
        self._stages: Mapping[str, Stage] = {}

    def show_sheets(self, sheets: dict[str, Sheet], stages: Mapping[str, Stage]) -> None:
        """Show these with where each stands; where only that changed, the rows stay."""
        self._stages = stages
        if len(sheets) == len(self.sheets) and all(one.number in sheets for one in self.sheets):
            self.sheets = [sheets[one.number] for one in self.sheets]
            if self.sheets:
                last = self.index(len(self.sheets) - 1, len(_HEADS) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.sheets = sorted(sheets.values(), key=lambda sheet: number_key(sheet.number))
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """A row for each sheet."""
        return 0 if parent.isValid() else len(self.sheets)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number, state, typist."""
        return len(_HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words of a cell."""
        if role != Qt.ItemDataRole.DisplayRole or not index.isValid():
            return None
        sheet = self.sheets[index.row()]
        stage = self._stages.get(sheet.number)
        state = f"作废：{sheet.void_reason}" if sheet.void_reason else stage.value if stage else sheet.state
        return (sheet.number, state, sheet.typist)[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The heads of the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return _HEADS[section]
        return None


class SheetList(QTableView):
    """Sheets to choose from: Enter or a double click opens one."""

    opened = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.sheets = SheetModel()
        self._typing: SheetTyping | None = None
        self.setModel(self.sheets)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.px(26))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.doubleClicked.connect(self._on_opened)
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self.refresh)

    def show_typing(self, typing: SheetTyping | None) -> None:
        """Show the sheets of another questionnaire or pass."""
        self._typing = typing
        self.refresh()

    def follow(self) -> None:
        """Bring the list up to date once typing rests."""
        self._follow.start()

    def refresh(self) -> None:
        """Show the sheets as they stand."""
        typing = self._typing
        if typing is None:
            self.sheets.show_sheets({}, {})
        else:
            self.sheets.show_sheets(typing.sheets(), typing.stages())

    def _on_opened(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.sheets.sheets[index.row()].number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the sheet."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._on_opened(self.currentIndex())
            return
        super().keyPressEvent(event)
