"""The evidence of one indicator as cards: thumbnail, number and title, date and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.domain.evaluation import Evidence
from workbench.domain.evidence_use import evidence_label
from workbench.domain.media import label_of
from workbench.domain.regions import region_of
from workbench.services.attaching import WECHAT_NOTE
from workbench.services.pictures import THUMBNAIL
from workbench.ui.context import Context
from workbench.ui.theme import Theme, role
from workbench.ui.thumbnails import Shown, Thumbnails

Index = QModelIndex | QPersistentModelIndex
CARD_ROLE = int(Qt.ItemDataRole.UserRole)

#: Thumbnails kept in memory, about 80 kB each.
KEPT_THUMBNAILS = 400


@dataclass(frozen=True, slots=True)
class CardRow:
    """One card: the item, and the place that the link to it names."""

    item: Evidence
    place: str = ""


def second_line(row: CardRow) -> tuple[str, str]:
    """What stands under the title, and its tone: date and time, kind, marked page; or what is missing."""
    item = row.item
    if item.note.startswith(WECHAT_NOTE) and not item.taken:
        return WECHAT_NOTE, "warning"
    when = item.taken[5:16] if item.taken else item.obtained.isoformat()[5:] if item.obtained else ""
    region = region_of(row.place)
    marked = f"第 {region.page} 页 已框选" if region is not None else ""
    parts = [part for part in (when, marked or item.copy or label_of(item.media_type)) if part]
    return " · ".join(parts), "soft"


def paint_thumbnail(
    painter: QPainter, place: QRect, theme: Theme, item: Evidence, shown: Shown | None
) -> None:
    """The picture cut to fill its place; words for a kind that is not drawn, or that is damaged."""
    colors = theme.colors
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.fillRect(place, colors.of("line"))
    if shown is not None and not shown.pixmap.isNull():
        size = shown.pixmap.size()
        part = QSize(place.size()).scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
        source = QRectF(0, 0, part.width(), part.height())
        source.moveCenter(QRectF(shown.pixmap.rect()).center())
        if item.media_type == "application/pdf":
            source.moveTop(0)  # the head of a page tells more than its middle
        painter.drawPixmap(QRectF(place), shown.pixmap, source)
    damaged = shown is not None and bool(shown.drawn.damage)
    painter.setPen(QPen(colors.of("warning" if damaged else "line"), 2 if damaged else 1))
    painter.drawRect(place.adjusted(1, 1, -1, -1) if damaged else place.adjusted(0, 0, -1, -1))
    if shown is None or shown.pixmap.isNull():
        words = label_of(item.media_type)
        if shown is not None and shown.drawn.pages > 1:
            words = f"{words} {shown.drawn.pages}页"
        painter.setPen(colors.of("soft"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "受损" if damaged else words)


class CardsModel(QAbstractListModel):
    """The rows of the list; ids tell which cards stay when the list changes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[CardRow] = []

    def set_rows(self, rows: Sequence[CardRow]) -> None:
        """Show other cards; those that are the same stay where they are."""
        rows = list(rows)
        if [row.item.id for row in rows] == [row.item.id for row in self.rows]:
            changed = [n for n, (old, new) in enumerate(zip(self.rows, rows, strict=True)) if old != new]
            self.rows = rows
            for n in changed:
                self.dataChanged.emit(self.index(n), self.index(n))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """How many cards."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row itself for the painter, words for whoever listens."""
        row = self.rows[index.row()]
        if role == CARD_ROLE:
            return row
        words = f"{evidence_label(row.item)} {row.item.title}"
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return words
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{words}\n{row.item.file_name}"
        return None


class _CardDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._theme.px(150), self._theme.px(61))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: CardRow = index.data(CARD_ROLE)
        theme, colors = self._theme, self._theme.colors
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        card = rect.adjusted(1, 1, -2, -theme.px(6))
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colors.of("accent" if chosen else "line"), 1))
        painter.setBrush(colors.of("accent_soft" if chosen else "card"))
        painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(6), theme.px(6))
        thumbnail = QRect(card.left() + theme.px(7), card.top() + theme.px(7), theme.px(52), theme.px(40))
        paint_thumbnail(painter, thumbnail, theme, row.item, self._thumbnails.shown(row.item))
        left = thumbnail.right() + theme.px(8)
        room = card.right() - left - theme.px(6)
        metrics = painter.fontMetrics()
        title = f"{evidence_label(row.item)} {row.item.title}"
        painter.setPen(colors.of("ink"))
        line = QRect(left, thumbnail.top(), room, theme.px(20))
        painter.drawText(
            line, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)
        )
        words, tone = second_line(row)
        painter.setPen(colors.of(tone))
        line.translate(0, theme.px(20))
        painter.drawText(
            line, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        )
        painter.restore()


class EvidenceCards(QListView):
    """The list of cards: arrows move, Enter opens, Delete asks to take the card off."""

    current_changed = Signal(object)
    """The :class:`CardRow` that is chosen, or nothing."""
    open_requested = Signal()
    remove_requested = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.thumbnails = Thumbnails(context.services.pictures, THUMBNAIL, KEPT_THUMBNAILS, self)
        self._model = CardsModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_CardDelegate(context.theme, self.thumbnails, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(False)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName("本项佐证")
        role(self, "bare")
        self._seen = QTimer(self)
        self._seen.setSingleShot(True)
        self._seen.setInterval(60)
        self._seen.timeout.connect(self._forget_unseen)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._seen.start())
        self.thumbnails.ready.connect(lambda _: self.viewport().update())
        context.theme.changed.connect(self.viewport().update)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.doubleClicked.connect(lambda _: self.open_requested.emit())

    @property
    def rows(self) -> list[CardRow]:
        """The cards as they stand."""
        return self._model.rows

    def set_rows(self, rows: Sequence[CardRow]) -> None:
        """Show other cards, keeping the chosen one if it is still there, else choosing the first."""
        chosen = self.current()
        same = [row.item.id for row in rows] == [row.item.id for row in self._model.rows]
        self._model.set_rows(rows)
        if not same:
            at = next((n for n, row in enumerate(rows) if chosen and row.item.id == chosen.item.id), 0)
            self.setCurrentIndex(self._model.index(at) if rows else QModelIndex())
            if not rows:
                self.current_changed.emit(None)
        elif rows:
            self.current_changed.emit(self.current())

    def current(self) -> CardRow | None:
        """The chosen card."""
        index = self.currentIndex()
        return self._model.rows[index.row()] if index.isValid() and index.row() < len(self.rows) else None

    def choose(self, id_: str) -> None:
        """Choose the card of an item and bring it into view."""
        for n, row in enumerate(self.rows):
            if row.item.id == id_:
                self.setCurrentIndex(self._model.index(n))

    def _on_current(self, current: QModelIndex, _: QModelIndex) -> None:
        self.current_changed.emit(self._model.rows[current.row()] if current.isValid() else None)

    def _forget_unseen(self) -> None:
        first = self.indexAt(self.viewport().rect().topLeft())
        if first.isValid():
            height = max(self.sizeHintForRow(0), 1)
            last = first.row() + self.viewport().height() // height + 2
            self.thumbnails.keep_only([row.item for row in self.rows[first.row() : last]])
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete takes off; the rest as in any list."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_requested.emit()
        elif event.key() == Qt.Key.Key_Delete and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.remove_requested.emit()
        else:
            super().keyPressEvent(event)
