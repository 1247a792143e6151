"""Two columns beside each other, one below the other where the window is narrow or the text large."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.theme import Theme

#: Narrower than this, in lengths of the base text, the columns stand below each other.
NARROW = 860
#: The same for two cards below a list.
NARROW_ROW = 600


class TwoColumns(QWidget):
    """Fill ``left`` and ``right``. ``turned`` says when they come to stand below each other, or beside again."""

    turned = Signal(bool)

    def __init__(self, theme: Theme, stretch: tuple[int, int] = (3, 2)) -> None:
        super().__init__()
        self._theme = theme
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(12))
        self.left, self.right = QVBoxLayout(), QVBoxLayout()
        for column, part in zip((self.left, self.right), stretch, strict=True):
            column.setSpacing(theme.px(10))
            self._row.addLayout(column, part)
        self.narrow = False

    def minimumSizeHint(self) -> QSize:
        """As the contents need where they stand now, but never so wide that it could not be turned."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self._theme.px(300)), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn where the width asks for it."""
        super().resizeEvent(event)
        narrow = event.size().width() < self._theme.px(NARROW)
        if narrow != self.narrow:
            self.narrow = narrow
            directions = QBoxLayout.Direction
            self._row.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
            self.turned.emit(narrow)


class TurningRow(QWidget):
    """Cards beside each other, at the top; below each other where the window is narrow or the text large."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(10))

    def add(self, card: QWidget, stretch: int) -> None:
        """Put one more into the row, with its share of the width."""
        self._row.addWidget(card, stretch, Qt.AlignmentFlag.AlignTop)

    def minimumSizeHint(self) -> QSize:
        """As the cards need where they stand now, but never so wide that it could not be turned."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self._theme.px(300)), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn where the width asks for it."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        narrow = event.size().width() < self._theme.px(NARROW_ROW)
        wanted = directions.TopToBottom if narrow else directions.LeftToRight
        if wanted != self._row.direction():
            self._row.setDirection(wanted)


def shorten(combo: QComboBox) -> None:
    """Let a combo box be narrower than its longest entry: long titles must not push a window wide."""
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(6)


def fills(area: QWidget, least: int) -> None:
    """Let a list or scrolled part take what height is left, at least ``least`` px, and ask for no more itself."""
    area.setMinimumHeight(least)
    area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
