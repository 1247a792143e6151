"""Pages of an export as pictures, one below the other, drawn when they come into sight."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from workbench.errors import WorkbenchError
from workbench.services.jobs import Progress
from workbench.services.previewing import Preview, PreviewJob
from workbench.ui.context import Context
from workbench.ui.tasks import Task
from workbench.ui.theme import role
from workbench.ui.widgets import clear, label

#: Height by width of a page that has not been drawn yet (A4).
_TALL = 1.414
_SETTLE_MS = 120


class _Pages(QScrollArea):
    """Scrolls; Page Up and Page Down go a page further."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("预览")
        self.sheets: list[QLabel] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self.go(self.current() + step)
        elif event.key() == Qt.Key.Key_Home:
            self.go(0)
        elif event.key() == Qt.Key.Key_End:
            self.go(len(self.sheets) - 1)
        else:
            super().keyPressEvent(event)

    def current(self) -> int:
        """The number of the page at the top, from 0."""
        middle = self.verticalScrollBar().value() + self.viewport().height() // 3
        below = [number for number, sheet in enumerate(self.sheets) if sheet.geometry().top() <= middle]
        return below[-1] if below else 0

    def go(self, number: int) -> None:
        """Bring a page to the top."""
        if self.sheets:
            sheet = self.sheets[max(0, min(number, len(self.sheets) - 1))]
            self.verticalScrollBar().setValue(sheet.geometry().top())

    def seen(self) -> list[int]:
        """The numbers of the pages that are in sight."""
        top = self.verticalScrollBar().value()
        bottom = top + self.viewport().height()
        return [
            number
            for number, sheet in enumerate(self.sheets)
            if sheet.geometry().bottom() >= top and sheet.geometry().top() <= bottom
        ]


class PreviewPane(QWidget):
    """Shows one preview; making it can be superseded by the next."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        theme = context.theme
        self.preview: Preview | None = None
        self._task: Task | None = None
        self._wanted: PreviewJob | None = None
        self._next: PreviewJob | None = None
        self._drawn: dict[int, int] = {}
        self._drawing = False
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), 0, 0, 0)
        column.setSpacing(theme.px(5))
        head = self.head = QHBoxLayout()
        self._title = label("预览", "card_title")
        self._where = label("", "soft")
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._where)
        column.addLayout(head)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(theme.px(4))
        self._bar.setRange(0, 0)
        self._bar.hide()
        column.addWidget(self._bar)
        self._said = label("", "soft", wrap=True)
        column.addWidget(self._said)
        self.pages = _Pages()
        self._holder = QWidget()
        role(self._holder, "page")
        self._list = QVBoxLayout(self._holder)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(theme.px(10))
        self.pages.setWidget(self._holder)
        column.addWidget(self.pages, 1)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self.pages.verticalScrollBar().valueChanged.connect(lambda _: self._settle.start())

    def show_job(self, title: str, job: PreviewJob | None) -> None:
        """Make and show a preview; nothing can be shown without a job."""
        self._title.setText(f"预览　{title}")
        self._wanted = job
        if job is None:
            self._next = None
            self._clear()
            self._said.setText("这种文件没有预览，请导出后查看。")
            return
        self._said.setText("正在准备预览……")
        self._bar.show()
        if self._task is not None:
            self._next = job
            self._task.cancel()
            return
        self._begin(job)

    def _begin(self, job: PreviewJob) -> None:
        self._next = None
        self._task = self._context.tasks.run(
            job.run,
            partial(self._on_made, job),
            failed=self._on_failed,
            cancelled=self._on_over,
        )

    def _on_over(self) -> None:
        """The job was stopped: for another one, or because the window closes."""
        self._task = None
        if self._next is not None:
            self._begin(self._next)

    def _on_made(self, job: PreviewJob, preview: Preview) -> None:
        self._task = None
        if job is not self._wanted:  # it was done before it heard that it should stop
            self._on_over()
            return
        self._bar.hide()
        self._clear()
        self.preview = preview
        self._said.setText("　".join((*([preview.note] if preview.note else []), *preview.notices)))
        self._said.setVisible(bool(self._said.text()))
        for _ in range(preview.pages):
            sheet = QLabel()
            sheet.setAlignment(Qt.AlignmentFlag.AlignCenter)
            role(sheet, "card")
            self.pages.sheets.append(sheet)
            self._list.addWidget(sheet)
        self._list.addStretch(1)
        self._size_sheets()
        self._settle.start()

    def _on_failed(self, error: Exception) -> None:
        self._task = None
        self._bar.hide()
        self._clear()
        self._said.setText(str(error) if isinstance(error, WorkbenchError) else "预览没有做成。")
        self._said.show()
        if not isinstance(error, WorkbenchError):
            raise error

    def _clear(self) -> None:
        self.preview = None
        self.pages.sheets.clear()
        self._drawn.clear()
        clear(self._list)
        self._bar.hide()
        self._where.setText("")
        self._said.show()

    def _width(self) -> int:
        return max(self.pages.viewport().width() - self._context.theme.px(8), 50)

    def _size_sheets(self) -> None:
        for number, sheet in enumerate(self.pages.sheets):
            if number not in self._drawn:
                sheet.setFixedHeight(round(self._width() * _TALL))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Pages are as wide as the pane: drawn anew where the width changed."""
        super().resizeEvent(event)
        self._size_sheets()
        self._settle.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Pages that were not drawn while hidden are drawn now."""
        super().showEvent(event)
        self._settle.start()

    def _on_settled(self) -> None:
        if self.preview is not None:
            self._where.setText(f"第 {self.pages.current() + 1} / {self.preview.pages} 页　PgUp PgDn 翻页")
        self._draw_seen()

    def _draw_seen(self) -> None:
        preview, width = self.preview, self._width()
        if preview is None or self._drawing or not self.isVisible():  # the window may be closing
            return
        ratio = self.devicePixelRatioF()
        missing = [n for n in self.pages.seen() if self._drawn.get(n) != width and n < preview.pages]
        if not missing:
            return
        number = missing[0]
        self._drawing = True

        def job(_: Progress) -> bytes:
            return preview.page(number, round(width * ratio))

        self._context.tasks.run(
            job, partial(self._on_drawn, preview, number, width), failed=self._on_not_drawn
        )

    def _on_drawn(self, preview: Preview, number: int, width: int, picture: bytes) -> None:
        self._drawing = False
        if preview is self.preview:
            pixels = QPixmap()
            pixels.loadFromData(picture)
            pixels.setDevicePixelRatio(self.devicePixelRatioF())
            sheet = self.pages.sheets[number]
            sheet.setPixmap(pixels)
            sheet.setFixedHeight(round(pixels.height() / self.devicePixelRatioF()))
            self._drawn[number] = width
        self._draw_seen()

    def _on_not_drawn(self, error: Exception) -> None:
        self._drawing = False
        self._on_failed(error)
