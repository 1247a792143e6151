"""The list of all evidence: a table with a small picture beside each name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from workbench.domain.evaluation import Evidence
from workbench.services.pictures import THUMBNAIL
from workbench.ui.context import Context
from workbench.ui.evidence_cards import KEPT_THUMBNAILS, paint_thumbnail
from workbench.ui.evidence_model import COLUMNS, ITEM_ROLE, TITLE_COLUMN, EvidenceModel, Index
from workbench.ui.theme import Theme
from workbench.ui.thumbnails import Thumbnails

_WIDTHS = {0: 74, 1: 76, 3: 78, 4: 62, 5: 132, 6: 74, 7: 62}
#: Narrowest column of names, and which columns go first where it would be narrower.
_TITLE_WIDTH = 200
_LEAVE_FIRST = (6, 4, 3, 5, 1)


class _TitleDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnails = thumbnails

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: Evidence = index.data(ITEM_ROLE)
        theme, colors = self._theme, self._theme.colors
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colors.of("accent_soft"))
        picture = QRect(rect.left() + theme.px(4), rect.top() + theme.px(3), theme.px(40), theme.px(30))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paint_thumbnail(painter, picture, theme, item, self._thumbnails.shown(item))
        painter.setPen(colors.of("ink"))
        words = rect.adjusted(theme.px(52), 0, -theme.px(4), 0)
        shown = painter.fontMetrics().elidedText(item.title, Qt.TextElideMode.ElideMiddle, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
        painter.restore()


class EvidenceTable(QTableView):
    """Rows are chosen, one or many; Enter opens, Delete asks to remove, a head sorts."""

    chosen_changed = Signal()
    open_requested = Signal()
    remove_requested = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        theme = context.theme
        self.items = EvidenceModel(self)
        self.setModel(self.items)
        self.thumbnails = Thumbnails(context.services.pictures, THUMBNAIL, KEPT_THUMBNAILS, self)
        self.thumbnails.ready.connect(lambda _: self.viewport().update())
        self.setItemDelegateForColumn(TITLE_COLUMN, _TitleDelegate(theme, self.thumbnails, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setAccessibleName("佐证材料")
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.px(36))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        for column in range(len(COLUMNS)):
            if column != TITLE_COLUMN:
                self.setColumnWidth(column, theme.px(_WIDTHS[column]))
        header.setSectionResizeMode(TITLE_COLUMN, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(theme.px(48))
        self._theme = theme
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._seen = QTimer(self)
        self._seen.setSingleShot(True)
        self._seen.setInterval(60)
        self._seen.timeout.connect(self._forget_unseen)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._seen.start())
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.selectionModel().currentChanged.connect(self._on_selection)
        self.items.modelAboutToBeReset.connect(self._remember)
        self.items.modelReset.connect(self._recall)
        self._remembered: list[str] = []
        self.doubleClicked.connect(lambda _: self.open_requested.emit())

    def chosen(self) -> list[Evidence]:
        """The chosen items in the order of the table."""
        return self.items.items_at({index.row() for index in self.selectionModel().selectedRows()})

    def choose(self, ids: Sequence[str]) -> None:
        """Choose items and bring the first into view; those that are filtered out are left out."""
        places = sorted(n for id_ in ids if (n := self.items.place_of(id_)) is not None)
        selection = QItemSelection()
        for n in places:
            selection.select(self.items.index(n, 0), self.items.index(n, len(COLUMNS) - 1))
        if places:
            first = self.items.index(places[0], 0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Large text on a small screen leaves columns out rather than the names."""
        room = self.viewport().width() - self._theme.px(_TITLE_WIDTH)
        shown = {column: self._theme.px(width) for column, width in _WIDTHS.items()}
        for column in _LEAVE_FIRST:
            if sum(shown.values()) <= room:
                break
            del shown[column]
        for column in _WIDTHS:
            self.setColumnHidden(column, column not in shown)
        super().resizeEvent(event)

    def _remember(self) -> None:
        self._remembered = [item.id for item in self.chosen()]

    def _recall(self) -> None:
        self.choose(self._remembered)
        self.chosen_changed.emit()

    def _on_selection(self, *_: object) -> None:
        self.chosen_changed.emit()

    def _forget_unseen(self) -> None:
        first = max(self.rowAt(0), 0)
        last = self.rowAt(self.viewport().height() - 1)
        last = len(self.items.rows) - 1 if last < 0 else last
        self.thumbnails.keep_only([row.item for row in self.items.rows[first : last + 1]])
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete asks to remove; the rest as in any table."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_requested.emit()
        elif event.key() == Qt.Key.Key_Delete and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.remove_requested.emit()
        else:
            super().keyPressEvent(event)
