"""One evidence item large: its picture or page, the marked region, what is wrong with it, and opening it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.domain.evaluation import Evidence
from workbench.domain.evidence_use import evidence_label, target_label
from workbench.domain.media import label_of
from workbench.domain.regions import Marked, Region, region_of, regions_on
from workbench.services.attaching import Target
from workbench.services.pictures import PREVIEW
from workbench.ui.context import Context
from workbench.ui.evidence_viewer import show_viewer
from workbench.ui.theme import Theme, role
from workbench.ui.thumbnails import Thumbnails
from workbench.ui.widgets import Card, clear, label, link

#: Previews kept in memory; each is up to 1,400 pixels long (about 6 MB).
_KEPT = 6
#: Regions listed below the picture; the large view lists all.
_MOST_MARKS = 4


class PageView(QWidget):
    """The picture, as large as there is room; a sentence where there is none."""

    open_requested = Signal()
    page_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pixmap = QPixmap()
        self._shrunk = QPixmap()
        self._words = ""
        self._regions: tuple[Region, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(theme.px(90))
        self.setAccessibleName("预览")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """About the shape of a page in the right column."""
        return QSize(self._theme.px(190), self._theme.px(150))

    def show_picture(self, pixmap: QPixmap, regions: Sequence[Region]) -> None:
        """Show a picture and the boxes on it, the first of them as the one that is meant."""
        self._pixmap, self._words, self._regions = pixmap, "", tuple(regions)
        self._shrunk = QPixmap()
        self.update()

    def show_words(self, words: str) -> None:
        """Show a sentence instead of a picture."""
        self._pixmap, self._words, self._regions = QPixmap(), words, ()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, picture, box; or the sentence."""
        painter = QPainter(self)
        colors = self._theme.colors
        painter.fillRect(self.rect(), colors.of("raised"))
        painter.setPen(QPen(colors.of("accent" if self.hasFocus() else "line"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self._pixmap.isNull():
            painter.setPen(colors.of("soft"))
            words = self.rect().adjusted(8, 8, -8, -8)
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
            return
        room = QRectF(self.rect().adjusted(3, 3, -3, -3))
        size = QSize(self._pixmap.size()).scaled(
            self.rect().size() - QSize(6, 6), Qt.AspectRatioMode.KeepAspectRatio
        )
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(room.center())
        painter.drawPixmap(place.topLeft(), self._fitted(size))
        for number, box in reversed(list(enumerate(self._regions))):
            painter.setPen(QPen(colors.of("accent" if number else "lost"), 1 if number else 2))
            painter.drawRect(
                QRectF(
                    place.left() + box.left * place.width(),
                    place.top() + box.top * place.height(),
                    box.width * place.width(),
                    box.height * place.height(),
                )
            )

    def _fitted(self, size: QSize) -> QPixmap:
        """The picture at the size of the room: averaged, so that fine print does not break up."""
        pixels = size * self.devicePixelRatioF()
        if self._shrunk.size() != pixels:
            self._shrunk = self._pixmap.scaled(
                pixels, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            self._shrunk.setDevicePixelRatio(self.devicePixelRatioF())
        return self._shrunk

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the file."""
        self.open_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Page Up and Page Down turn the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_requested.emit()
        elif event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.page_requested.emit(1 if event.key() == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)


class PreviewPanel(Card):
    """Shows one item; several pages are turned; a region given with it is framed in red."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme, "预览", " ")
        self._context = context
        self._item: Evidence | None = None
        self._page = 1
        self._pages = 1
        self._region: Region | None = None
        self._marks: list[Marked] = []
        self.target: Callable[[], Target | None] = lambda: None
        """What a region that is marked now proves; the page that holds the panel says it."""
        self._previews = Thumbnails(context.services.pictures, PREVIEW, _KEPT, self)
        self._previews.ready.connect(self._on_ready)
        self.view = PageView(context.theme)
        self.view.open_requested.connect(self.open_file)
        self.view.page_requested.connect(self._turn)
        self.damage = label("", "warning", wrap=True)
        self.before = self._button("‹", "上一页", lambda: self._turn(-1))
        self.after = self._button("›", "下一页", lambda: self._turn(1))
        self.open_button = self._button("打开", "用系统程序打开一份副本", self.open_file)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.damage)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.body.addLayout(self._list)
        self.mark_button = self._button("框选", "在大图上框选依据（双击画面也可）", self.mark)
        row = QHBoxLayout()
        row.setSpacing(context.theme.px(4))
        row.addWidget(self.before)
        row.addWidget(self.after)
        row.addStretch(1)
        row.addWidget(self.mark_button)
        row.addWidget(self.open_button)
        self.body.addLayout(row)
        self.show_item(None)

    @staticmethod
    def _button(text: str, name: str, do: Callable[[], None]) -> QPushButton:
        made = QPushButton(text)
        role(made, "toggle")
        made.setAccessibleName(name)
        made.setToolTip(name)
        made.clicked.connect(lambda _=False: do())
        return made

    @property
    def item(self) -> Evidence | None:
        """The item that is shown."""
        return self._item

    def show_item(self, item: Evidence | None, place: str = "") -> None:
        """Show an item, at the page and box that a link's ``place`` names."""
        if item != self._item or place:
            self._region = region_of(place)
            self._page = self._region.page if self._region is not None else 1
            self._pages = self._page
        self._item = item
        self._fill()
        self.show_marks()

    def show_marks(self) -> None:
        """Show what is framed on the item: a line for each region, which leads to its page."""
        item = self._item
        marks = regions_on(self._context.session.evaluation, item.id) if item is not None else []
        if marks == self._marks and self._list.count() == min(len(marks), _MOST_MARKS + 1):
            return
        self._marks = marks
        clear(self._list)
        for number, mark in enumerate(marks[:_MOST_MARKS], 1):
            words = mark.link.note or target_label(
                self._context.session.evaluation, mark.link.to_kind, mark.link.to_id
            )
            line = link(
                f"{number}　第 {mark.region.page} 页　{words}", partial(self._show_mark, mark), plain=True
            )
            line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            line.setToolTip(words)
            self._list.addWidget(line)
        if len(marks) > _MOST_MARKS:
            self._list.addWidget(label(f"……共 {len(marks)} 处", "soft"))
        self._fill()

    def _show_mark(self, mark: Marked) -> None:
        self._region, self._page = mark.region, mark.region.page
        self._fill()

    def mark(self) -> None:
        """Open the page large, to frame what proves something."""
        if self._item is not None:
            place = self._region.place if self._region is not None else f"{self._page}:0,0,1,1"
            show_viewer(self._context, self, self._item, place=place, to=self.target())

    def _turn(self, step: int) -> None:
        self._page = min(max(self._page + step, 1), self._pages)
        self._fill()

    def _on_ready(self, sha256: str) -> None:
        if self._item is not None and self._item.sha256 == sha256:
            self._fill()

    def _fill(self) -> None:
        item = self._item
        self.title.setText(f"预览 · {evidence_label(item)}" if item is not None else "预览")
        self.open_button.setEnabled(item is not None and self._context.services.attaching is not None)
        self.mark_button.setEnabled(self.open_button.isEnabled())
        damage = ""
        if item is None:
            self.view.show_words("选中一件佐证，在这里查看。")
        else:
            damage = self._show_page(item)
        self.damage.setText(damage)
        self.damage.setVisible(bool(damage))
        many = self._pages > 1
        self.before.setVisible(many)
        self.after.setVisible(many)
        self.before.setEnabled(self._page > 1)
        self.after.setEnabled(self._page < self._pages)
        self.right.setText(f"第 {self._page} / {self._pages} 页" if many else "")

    def _show_page(self, item: Evidence) -> str:
        """Show the page of the item; returns what is wrong with its file."""
        wish = self._previews.wish(item, self._page)
        if not wish.drawable or self._context.services.pictures is None:
            self.view.show_words(
                f"{label_of(item.media_type)}\n{item.file_name}\n此类文件不作预览，可直接打开。"
            )
            return ""
        shown = self._previews.shown(item, self._page)
        if shown is None:
            self.view.show_words("正在准备预览…")
            return ""
        self._pages = max(shown.drawn.pages, 1)
        if shown.pixmap.isNull():
            self.view.show_words(shown.drawn.reason or "无法显示。")
        else:
            here = [mark.region for mark in self._marks if mark.region.page == self._page]
            if self._region is not None and self._region.page == self._page:
                here = [self._region, *(region for region in here if region != self._region)]
            self.view.show_picture(shown.pixmap, here)
        return shown.drawn.damage

    def open_file(self) -> None:
        """Have the system's own program show a copy of the file."""
        item, attaching = self._item, self._context.services.attaching
        if item is None or attaching is None:
            return
        folder = attaching.copies()
        self._context.tasks.run(lambda _: attaching.copy_to_open(item, folder), self._show_copy)

    def _show_copy(self, copy: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(copy))):
            self._context.alerts.warn("这台电脑没有能打开该文件的程序。", f"文件副本在：{copy}")
