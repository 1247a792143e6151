"""F1: the offline help beside the work. A list or what was found on the left, one page of text on the right."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QBrush,
    QFont,
    QImage,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from workbench.services.help_book import HelpBook, HelpPage, Hit, Shown
from workbench.ui.actions import ActionBook, shown_keys
from workbench.ui.theme import FAMILY, Theme, role
from workbench.ui.widgets import label, link

HOME = "start"
_PAGE, _HEADING = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_LINE_HEIGHT, _HEADING_HEIGHT = 150.0, 115.0
_READ_WIDTH = 860
"""Wider lines are hard to read; pictures are never wider either."""
_FRAME = 20
_IMAGE = QTextDocument.ResourceType.ImageResource


def shown_actions(actions: ActionBook) -> list[Shown]:
    """The actions of a window as the help tells them."""
    return [
        Shown(spec.name, spec.text.removesuffix("…"), tuple(map(shown_keys, spec.keys)), spec.menu)
        for spec in actions.specs
    ]


class _Reader(QTextBrowser):
    """Shows one page; its pictures are drawn as wide as there is room for."""

    def __init__(self, book: HelpBook, theme: Theme) -> None:
        super().__init__()
        self._book, self._theme = book, theme
        self.page: HelpPage | None = None
        self._width = 0
        self._shown: QTextDocument | None = None
        self.setOpenLinks(False)
        self.setAccessibleName("帮助内容")

    def show_page(self, page: HelpPage) -> None:
        """Show a page from its beginning."""
        self.page = page
        self._width = self._room()
        document = QTextDocument(self)  # a used one would hand its formats on
        document.setDefaultFont(self.font())
        document.setDocumentMargin(self._theme.px(14))
        document.setMarkdown(page.text)
        for name in page.pictures:
            document.addResource(_IMAGE.value, QUrl(name), self._picture(name))
        _dress(document, self._theme, self._width)
        former, self._shown = self._shown, document
        self.setDocument(document)
        if former is not None and isValid(former):
            former.deleteLater()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.page is not None and self._room() != self._width:
            at = self.verticalScrollBar().value()
            self.show_page(self.page)
            self.verticalScrollBar().setValue(at)

    def _room(self) -> int:
        return min(self.viewport().width() - 2 * self._theme.px(_FRAME), self._theme.px(_READ_WIDTH))

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Nothing but what the page has been given: no file, no address."""
        return None

    def _picture(self, name: str) -> QImage:
        """A picture as wide as there is room for; an empty one while it has not been drawn."""
        image = QImage(str(self._book.folder / name))
        if image.isNull():
            return image
        ratio = self.devicePixelRatioF()
        wide = min(round(self._width * ratio), image.width() * 2)
        image = image.scaledToWidth(max(wide, 1), Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(ratio)
        return image


class HelpWindow(QWidget):
    """Stays open beside the work; the keyboard goes back, forward, to the search, and away with Esc."""

    def __init__(self, theme: Theme, book: HelpBook, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("帮助 — 现场评价工作台")
        self._theme, self._book = theme, book
        self._past: list[str] = []
        self._at = -1
        self.line = QLineEdit()
        self.line.setPlaceholderText("在帮助里找，如 权重、二次录入、备份")
        self.line.setAccessibleName("搜索帮助")
        self.list = QListWidget()
        self.list.setAccessibleName("帮助目录")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.none = label("没有找到，换几个字试试。", "soft", wrap=True)
        self.reader = _Reader(book, theme)
        self.back = link("← 后退", partial(self.step, -1))
        self.forward = link("前进 →", partial(self.step, 1))
        self._keys: list[QLabel] = []
        self._build()
        self.line.textChanged.connect(self._list)
        self.line.returnPressed.connect(self._open_current)
        self.list.itemClicked.connect(lambda _: self._open_current())
        self.list.itemActivated.connect(lambda _: self._open_current())
        self.reader.anchorClicked.connect(lambda url: self.show_page(url.toString()))
        theme.changed.connect(self._redraw)
        for keys, doer in (
            ("Alt+Left", partial(self.step, -1)),
            ("Alt+Right", partial(self.step, 1)),
            ("Ctrl+F", self._to_search),
            ("Escape", self._leave),
        ):
            QShortcut(QKeySequence(keys), self, doer)
        QShortcut(QKeySequence("Down"), self.line, self._to_list, context=Qt.ShortcutContext.WidgetShortcut)
        self._list("")

    def _build(self) -> None:
        px = self._theme.px
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(px(12), px(12), px(8), px(12))
        column.setSpacing(px(8))
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        column.addWidget(self.none)
        right = QWidget()
        role(right, "page")
        side = QVBoxLayout(right)
        side.setContentsMargins(px(8), px(8), px(12), px(12))
        side.setSpacing(px(4))
        head = QHBoxLayout()
        head.setSpacing(px(6))
        for button, keys in ((self.back, "Alt ←"), (self.forward, "Alt →")):
            head.addWidget(button)
            head.addWidget(self._key(keys))
        head.addStretch(1)
        for words, keys in (("搜索", "Ctrl F"), ("关闭", "Esc")):
            head.addWidget(label(words, "soft"))
            head.addWidget(self._key(keys))
        side.addLayout(head)
        side.addWidget(self.reader, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setSizes([px(250), px(810)])
        split.setChildrenCollapsible(False)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)
        room = self.screen().availableSize()
        self.resize(min(px(1060), room.width() - px(20)), min(px(690), room.height() - px(40)))

    def _key(self, words: str) -> QLabel:
        made = label(words, "key")
        self._keys.append(made)
        return made

    def show_page(self, key: str, *, kept: bool = True) -> None:
        """Show a page by its key; one that the book does not have is the first page. ``kept`` for 后退."""
        page = self._book[key if key in self._book else HOME]
        if kept and (self._at < 0 or self._past[self._at] != page.key):
            self._past = [*self._past[: self._at + 1], page.key]
            self._at = len(self._past) - 1
        self.reader.show_page(page)
        self.back.setEnabled(self._at > 0)
        self.forward.setEnabled(self._at + 1 < len(self._past))
        self._mark(page.key)

    def open_at(self, key: str) -> None:
        """Come to the front with a page, ready to be read by the keyboard."""
        if self.line.text():
            self.line.clear()
        self.show_page(key)
        self.show()
        self.raise_()
        self.activateWindow()
        self.reader.setFocus(Qt.FocusReason.OtherFocusReason)

    def step(self, by: int) -> None:
        """Back (-1) or forward (1) among the pages seen."""
        at = self._at + by
        if 0 <= at < len(self._past):
            self._at = at
            self.show_page(self._past[at], kept=False)

    def _list(self, words: str) -> None:
        """The contents, or where the words stand."""
        self.list.clear()
        if words.strip():
            for hit in self._book.find(words):
                self._add(_hit_words(hit), hit.page.key, hit.heading)
        else:
            group = ""
            for page in self._book.pages:
                if page.group != group:
                    group = page.group
                    head = QListWidgetItem(group)
                    head.setFlags(Qt.ItemFlag.NoItemFlags)
                    self.list.addItem(head)
                self._add(page.title, page.key, "")
        found = self.list.count() > 0
        self.none.setVisible(not found)
        self.list.setVisible(found)
        if words.strip():
            self.list.setCurrentRow(0)
        elif self.reader.page is not None:
            self._mark(self.reader.page.key)

    def _add(self, words: str, key: str, heading: str) -> None:
        item = QListWidgetItem(words)
        item.setData(_PAGE, key)
        item.setData(_HEADING, heading)
        self.list.addItem(item)

    def _mark(self, key: str) -> None:
        if self.line.text().strip():
            return
        for row in range(self.list.count()):
            if self.list.item(row).data(_PAGE) == key:
                self.list.setCurrentRow(row)

    def _open_current(self) -> None:
        if self.list.currentRow() < 0:
            return
        item = self.list.currentItem()
        if not item.data(_PAGE):  # the heading of a group
            return
        self.show_page(str(item.data(_PAGE)))
        if heading := str(item.data(_HEADING)):
            self._scroll_to(heading)

    def _scroll_to(self, heading: str) -> None:
        document = self.reader.document()
        block = document.begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and block.text().strip() == heading.replace("`", ""):
                top = document.documentLayout().blockBoundingRect(block).top()
                self.reader.verticalScrollBar().setValue(int(top) - self._theme.px(8))
                return
            block = block.next()

    def _to_search(self) -> None:
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def _to_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _leave(self) -> None:
        """Esc first empties the search, then closes."""
        if self.line.text():
            self.line.clear()
        else:
            self.close()

    def _redraw(self) -> None:
        if self.reader.page is not None:
            self.reader.show_page(self.reader.page)


def _hit_words(hit: Hit) -> str:
    place = f"{hit.page.title} › {hit.heading}" if hit.heading else hit.page.title
    return f"{place}\n{hit.excerpt}" if hit.excerpt else place


def _dress(document: QTextDocument, theme: Theme, width: int) -> None:
    """What Markdown leaves to chance: line height, keys as keys, tables with room and soft lines."""
    colors = theme.colors
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    tables: dict[int, QTextTable] = {}
    block = document.begin()
    while block.isValid():
        cursor.setPosition(block.position())
        shape = QTextBlockFormat()
        heading = block.blockFormat().headingLevel()
        if block.text() != "\ufffc":  # a picture by itself is as high as it is
            high = _HEADING_HEIGHT if heading else _LINE_HEIGHT
            shape.setLineHeight(high, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if heading:
            shape.setTopMargin(theme.px(14 if block.position() else 0))
            shape.setBottomMargin(theme.px(4))
        cursor.mergeBlockFormat(shape)
        table = cursor.currentTable()
        if table is not None:
            tables[table.firstPosition()] = table
        _dress_keys(cursor, block, theme)
        block = block.next()
    for table in tables.values():
        look = table.format()
        look.setBorder(1)
        look.setBorderBrush(QBrush(colors.of("line")))
        look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        look.setBorderCollapse(True)
        look.setCellPadding(theme.px(5))
        look.setTopMargin(theme.px(6))
        look.setBottomMargin(theme.px(10))
        look.setWidth(QTextLength(QTextLength.Type.FixedLength, width))
        table.setFormat(look)
        for column in range(table.columns()):
            cell = table.cellAt(0, column)
            shade = cell.format()
            shade.setBackground(QBrush(colors.of("raised")))
            cell.setFormat(shade)
    cursor.endEditBlock()


def _dress_keys(cursor: QTextCursor, block: Any, theme: Theme) -> None:
    spans = []
    step = block.begin()
    while not step.atEnd():
        piece = step.fragment()
        if piece.charFormat().fontFixedPitch():
            spans.append((piece.position(), piece.length()))
        step += 1
    for start, length in spans:
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        look = QTextCharFormat()
        look.setFontFamilies([FAMILY])
        look.setFontFixedPitch(False)
        look.setFontWeight(QFont.Weight.Normal)
        look.setBackground(QBrush(theme.colors.of("accent_soft")))
        look.setForeground(QBrush(theme.colors.of("ink")))
        cursor.mergeCharFormat(look)
