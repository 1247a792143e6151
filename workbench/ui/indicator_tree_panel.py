"""The tree beside the editor: choose an indicator by arrow keys or mouse."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
)

from workbench.domain.evaluation import STAGES
from workbench.ui.context import Context
from workbench.ui.indicator_tree_model import (
    COLUMNS,
    FIRST_STAGE_COLUMN,
    STATE_COLUMN,
    IndicatorTreeModel,
)
from workbench.ui.theme import Theme, role


class _RowDelegate(QStyledItemDelegate):
    """Rows of one height; the current row keeps the colours of its text."""

    def __init__(self, theme: Theme, tree: QTreeView) -> None:
        super().__init__(tree)
        self._theme = theme

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The text's own colour, chosen or not; the name of the current row bold."""
        super().initStyleOption(option, index)
        described: Any = option
        color = index.data(Qt.ItemDataRole.ForegroundRole)
        described.palette.setColor(QPalette.ColorRole.HighlightedText, color)
        described.palette.setColor(QPalette.ColorRole.Highlight, self._theme.colors.of("accent_soft"))
        if described.state & QStyle.StateFlag.State_Selected and index.column() == 0:
            described.font.setBold(True)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """A comfortable row."""
        return QSize(super().sizeHint(option, index).width(), self._theme.px(26.8))


class _Tree(QTreeView):
    """Draws the bar of the current row and quiet triangles; ``handed_on`` hands a key on to the indicator."""

    handed_on = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._theme = context.theme
        self.setRootIsDecorated(True)
        self.setUniformRowHeights(True)
        self.setIndentation(context.theme.px(12))
        self.setAllColumnsShowFocus(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setItemDelegate(_RowDelegate(context.theme, self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, or a digit, is meant for the indicator: what was pressed is left to who listens."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.handed_on.emit("")
        elif not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and event.text().isdigit():
            self.handed_on.emit(event.text())
        else:
            super().keyPressEvent(event)

    def drawRow(
        self, painter: QPainter, options: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The row, and the bar before it when it is the current one."""
        model = self.model()
        if isinstance(model, IndicatorTreeModel) and model.indicator(index).level == 1:
            painter.fillRect(_rect(options), self._theme.colors.of("ground"))
        super().drawRow(painter, options, index)
        if index.row() == self.currentIndex().row() and index.parent() == self.currentIndex().parent():
            rect = _rect(options)
            painter.fillRect(0, rect.top(), self._theme.px(3), rect.height(), self._theme.colors.of("accent"))


def _rect(option: QStyleOptionViewItem) -> QRect:
    return option.rect  # type: ignore[attr-defined, no-any-return]


class IndicatorTreePanel(QFrame):
    """``chosen`` names the scored indicator that the person went to."""

    chosen = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        role(self, "side")
        theme = context.theme
        self.model = IndicatorTreeModel(context.session, theme)
        self.view = _Tree(context)
        self.view.setModel(self.model)
        self.view.expandAll()
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        metrics = QFontMetrics(QFont(self.view.font()))
        stages = [(FIRST_STAGE_COLUMN + n, "征求后") for n in range(len(STAGES))]
        for column, sample in ((1, "00.0"), (2, "000.00"), (STATE_COLUMN, "●"), *stages):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, metrics.horizontalAdvance(sample) + theme.px(16))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        header.moveSection(STATE_COLUMN, len(COLUMNS) - 1)  # the sign stays last
        self._theme = theme
        self.stages_shown = True
        self.show_stages(shown=False)
        self.view.selectionModel().currentChanged.connect(self._on_current)
        theme.changed.connect(self.view.viewport().update)

    def show_stages(self, *, shown: bool) -> None:
        """Show a column for each stage, or only the score that counts."""
        self.stages_shown = shown
        for column in range(FIRST_STAGE_COLUMN, FIRST_STAGE_COLUMN + len(STAGES)):
            self.view.setColumnHidden(column, not shown)
        self.setMinimumWidth(self._theme.px(290 if shown else 250) + self.stages_width)
        self.setMaximumWidth(self._theme.px(310) + self.stages_width)

    @property
    def stages_width(self) -> int:
        """How much wider the columns of the stages make the tree (px)."""
        if not self.stages_shown:
            return 0
        header = self.view.header()
        return sum(header.sectionSize(FIRST_STAGE_COLUMN + n) for n in range(len(STAGES)))

    def _on_current(self, index: QModelIndex, _: QModelIndex) -> None:
        if index.isValid() and not self.model.rowCount(index.siblingAtColumn(0)):
            self.chosen.emit(self.model.indicator(index).id)

    def show_indicator(self, id_: str) -> None:
        """Make a row the current one and bring it into view."""
        index = self.model.index_of(id_)
        if index.isValid():
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
