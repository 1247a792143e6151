"""All evidence as a table: filtered and sorted in memory, so that thousands of items scroll at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from workbench.domain.evaluation import Evaluation, Evidence, Link
from workbench.domain.evidence_use import evidence_label
from workbench.domain.media import label_of

Index = QModelIndex | QPersistentModelIndex
ITEM_ROLE = int(Qt.ItemDataRole.UserRole)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the evidence is shown."""

    text: str = ""
    """Every word of it must occur somewhere in the item."""
    kind: str | None = None
    """One of the four kinds, ``""`` for those without one, nothing for all."""
    unused: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One item, what it is searched by (lower case), and to how many places it is linked."""

    item: Evidence
    searched: str
    uses: int


def size_text(size: int) -> str:
    """A file's size as people say it: 843 KB, 3.2 MB."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} KB"
    return f"{size / 1_000_000:.1f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:.2f} GB"


def _when(item: Evidence) -> str:
    return item.taken[:16] or (item.obtained.isoformat() if item.obtained else "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, its words, and what it is sorted by."""

    title: str
    words: Callable[[Row], str]
    key: Callable[[Row], int | str]
    right: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("佐证号", lambda row: evidence_label(row.item), lambda row: row.item.number),
    Column("索引号", lambda row: row.item.index or "—", lambda row: row.item.index),
    Column("名称", lambda row: row.item.title, lambda row: row.item.title.casefold()),
    Column("类别", lambda row: row.item.kind or "—", lambda row: row.item.kind),
    Column("文件", lambda row: label_of(row.item.media_type), lambda row: row.item.media_type),
    Column("拍摄或取得", lambda row: _when(row.item) or "—", lambda row: _when(row.item)),
    Column("大小", lambda row: size_text(row.item.size), lambda row: row.item.size, right=True),
    Column("用于", lambda row: f"{row.uses} 处" if row.uses else "未使用", lambda row: row.uses, right=True),
)
TITLE_COLUMN = 2


class EvidenceModel(QAbstractTableModel):
    """The items that pass the filter, in the order that was asked for."""

    counted = Signal(int, int)
    """How many are shown, of how many."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._all: dict[str, Row] = {}
        self.rows: list[Row] = []
        self._places: dict[str, int] = {}
        self.filter = Filter()
        self._column = 0
        self._descending = False

    def load(self, evaluation: Evaluation) -> None:
        """Take over the items as they stand; rows that only changed are repainted where they are."""
        links = evaluation.table(Link).values()
        uses = Counter(link.from_id for link in links if link.from_kind == "evidence")
        before = self._all
        self._all = {
            item.id: self._row(item, uses[item.id], before.get(item.id))
            for item in evaluation.table(Evidence).values()
        }
        self._arrange()

    @staticmethod
    def _row(item: Evidence, uses: int, before: Row | None) -> Row:
        if before is not None and before.item == item:
            return before if before.uses == uses else replace(before, uses=uses)
        parts = (
            evidence_label(item), item.title, item.file_name, item.source, item.note, item.by, item.page,
            item.method, item.kind, label_of(item.media_type), item.taken, item.index,
        )  # fmt: skip
        return Row(item, "\n".join(parts).casefold(), uses)

    def show_only(self, wanted: Filter) -> None:
        """Filter by words, kind and use."""
        self.filter = wanted
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; equal ones by their number."""
        self._column, self._descending = column, order == Qt.SortOrder.DescendingOrder
        self._arrange()

    def _arrange(self) -> None:
        rows = sorted((row for row in self._all.values() if self._passes(row)), key=lambda r: r.item.number)
        if self._column or self._descending:
            rows.sort(key=COLUMNS[self._column].key, reverse=self._descending)
        if [row.item.id for row in rows] == [row.item.id for row in self.rows]:
            changed = [n for n, (old, new) in enumerate(zip(self.rows, rows, strict=True)) if old is not new]
            self.rows = rows
            if changed:
                self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(COLUMNS) - 1))
        else:
            self.beginResetModel()
            self.rows = rows
            self._places = {row.item.id: n for n, row in enumerate(rows)}
            self.endResetModel()
        self.counted.emit(len(rows), len(self._all))

    def _passes(self, row: Row) -> bool:
        wanted = self.filter
        return (
            (wanted.kind is None or row.item.kind == wanted.kind)
            and not (wanted.unused and row.uses)
            and all(word in row.searched for word in wanted.text.casefold().split())
        )

    def place_of(self, id_: str) -> int | None:
        """In which row an item is shown."""
        return self._places.get(id_)

    def items_at(self, places: Iterable[int]) -> list[Evidence]:
        """The items in some rows, in their order."""
        return [self.rows[n].item for n in sorted(places)]

    @property
    def known(self) -> Mapping[str, Row]:
        """All items by id, shown or not."""
        return self._all

    def rowCount(self, parent: Index | None = None) -> int:
        """How many items are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """The columns of the table."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words and alignment of a cell; the item for the painter."""
        row, column = self.rows[index.row()], COLUMNS[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.words(row)
        if role == Qt.ItemDataRole.TextAlignmentRole and column.right:
            return int(_RIGHT)
        if role == ITEM_ROLE:
            return row.item
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == TITLE_COLUMN:
            return f"{row.item.title}\n{row.item.file_name}"
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The heads of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_RIGHT if COLUMNS[section].right else _LEFT)
        return None
