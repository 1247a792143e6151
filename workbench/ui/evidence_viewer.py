"""One item over the whole window: pages turned and zoomed, regions framed, a redacted copy made."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from workbench.domain.evaluation import Evidence
from workbench.domain.evidence_use import evidence_label
from workbench.domain.media import label_of
from workbench.domain.regions import region_of
from workbench.domain.shapes import Shape
from workbench.services.attaching import Attaching, Target
from workbench.services.editing import Address
from workbench.services.pictures import LARGE, PREVIEW
from workbench.ui.context import Context
from workbench.ui.page_canvas import CanvasArea
from workbench.ui.redaction_side import RedactionSide
from workbench.ui.region_side import RegionSide
from workbench.ui.theme import role
from workbench.ui.thumbnails import Thumbnails
from workbench.ui.widgets import label


class EvidenceViewer(QDialog):
    """The page on the left, on the right what is marked on it. Esc closes; everything is saved as it is made."""

    page_shown = Signal(int)

    def __init__(
        self,
        context: Context,
        attaching: Attaching,
        item: Evidence,
        parent: QWidget,
        *,
        place: str = "",
        to: Target | None = None,
        link_id: str = "",
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle(f"{evidence_label(item)} {item.title}")
        self._context = context
        self._item = item
        self._pages = 1
        theme = context.theme
        region = region_of(place)
        self._page = region.page if region is not None else 1
        self._first, self._fine = (
            Thumbnails(context.services.pictures, edge, 4, self) for edge in (PREVIEW, LARGE)
        )
        for pictures in (self._first, self._fine):
            pictures.ready.connect(lambda _: self._show_page())
        self.area = CanvasArea(theme)
        self.canvas = self.area.canvas
        self.regions = RegionSide(context, attaching, item, to)
        self.sides = QStackedWidget()
        self.sides.addWidget(self.regions)
        self.redaction = self._redaction()
        self.pages = label("", "soft")
        self.damage = label("", "warning", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(theme.px(6))
        self.title = label(f"{evidence_label(item)}　{item.title}", "card_title")
        head.addWidget(self.title, 1)
        self.before = self._button(head, "‹", "上一页（PageUp）", partial(self.turn, -1))
        head.addWidget(self.pages)
        self.after = self._button(head, "›", "下一页（PageDown）", partial(self.turn, 1))
        self.mark_button = self._button(head, "框选依据", "框出证明指标、扣分或问题的地方", self.show_regions)
        self.redact_button = self._button(
            head, "遮盖与标注", "涂黑、加框、加箭头和文字，生成一份可外发的遮盖件", self.show_redaction
        )
        for button in (self.mark_button, self.redact_button):
            button.setCheckable(True)
            button.setVisible(self.redaction is not None)
        self.mark_button.setChecked(True)
        self._button(head, "－", "缩小", partial(self.area.zoom_by, 0.8))
        self._button(head, "适合", "看整页（0）", partial(self.area.zoom_by, 0.0))
        self._button(head, "＋", "放大", partial(self.area.zoom_by, 1.25))
        self._button(head, "关闭", "关闭（Esc）", self.close)
        left = QVBoxLayout()
        left.addWidget(self.damage)
        left.addWidget(self.area, 1)
        middle = QHBoxLayout()
        middle.setSpacing(theme.px(10))
        middle.addLayout(left, 1)
        self.sides.setFixedWidth(theme.px(290))
        middle.addWidget(self.sides)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(12), theme.px(10), theme.px(12), theme.px(12))
        column.addLayout(head)
        column.addLayout(middle, 1)
        for keys, act in (("Ctrl+Z", self._undo), ("Ctrl+Y", self._redo), ("Ctrl+Shift+Z", self._redo)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self._join()
        window = parent.window()
        self.resize(window.width() - theme.px(40), window.height() - theme.px(40))
        if link_id:
            self.regions.show_link(link_id)
        self._show_page()
        self._show_shapes(self.regions.chosen)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @staticmethod
    def _button(row: QHBoxLayout, words: str, tip: str, act: object) -> QPushButton:
        made = QPushButton(words)
        role(made, "toggle")
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        made.setAutoDefault(False)
        made.clicked.connect(lambda _=False: act())  # type: ignore[operator]
        row.addWidget(made)
        return made

    def _join(self) -> None:
        self.canvas.drawn.connect(self._on_drawn)
        self.canvas.changed.connect(self._on_changed)
        self.canvas.chosen_changed.connect(self._on_chosen)
        self.canvas.remove_requested.connect(self._on_remove)
        self.canvas.accepted.connect(self._on_accepted)
        self.canvas.page_requested.connect(self.turn)
        self.regions.touched.connect(self._on_regions_touched)
        self.regions.page_wanted.connect(self.show_page)
        self.regions.left_for.connect(self._leave_for)

    def _on_drawn(self, shape: Shape) -> None:
        self.side.add(shape)

    def _on_changed(self, number: int, shape: Shape) -> None:
        self.side.change(number, shape)

    def _on_chosen(self, number: int) -> None:
        self.side.choose(number)

    def _on_remove(self, number: int) -> None:
        self.side.remove(number)

    def _on_accepted(self) -> None:
        self.side.accept()

    def _redaction(self) -> RedactionSide | None:
        redacting = self._context.services.redacting
        if redacting is None or not redacting.possible(self._item):
            return None
        made = RedactionSide(self._context, redacting, self._item)
        made.touched.connect(self._on_redaction_touched)
        made.page_wanted.connect(self.show_page)
        self.sides.addWidget(made)
        return made

    def _on_regions_touched(self, chosen: int) -> None:
        if self.side is self.regions:
            self._show_shapes(chosen)

    def _on_redaction_touched(self, chosen: int) -> None:
        if self.side is self.redaction:
            self._show_shapes(chosen)

    def show_regions(self) -> None:
        """Mark what proves something."""
        self._show_side(self.regions)

    def show_redaction(self) -> None:
        """Prepare a copy with parts blackened."""
        if self.redaction is not None:
            self._show_side(self.redaction)

    def _show_side(self, side: RegionSide | RedactionSide) -> None:
        self.canvas.flush()
        self.side.flush()
        self.sides.setCurrentWidget(side)
        self.mark_button.setChecked(side is self.regions)
        self.redact_button.setChecked(side is self.redaction)
        self._show_shapes(-1)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def side(self) -> RegionSide | RedactionSide:
        """What the hand's doings on the page are for."""
        shown = self.sides.currentWidget()
        return shown if isinstance(shown, RedactionSide) else self.regions

    @property
    def page(self) -> int:
        """The page that is seen."""
        return self._page

    def turn(self, step: int) -> None:
        """Turn pages."""
        self.show_page(self._page + step)

    def show_page(self, number: int) -> None:
        """Show a page, and bring the chosen shape of it into view."""
        self.canvas.flush()
        number = min(max(number, 1), max(self._pages, 1))
        if number != self._page:
            self._page = number
            self._show_page()
            self._show_shapes(self.side.chosen)
            self.page_shown.emit(number)

    def _show_page(self) -> None:
        self.canvas.page = self._page
        if not self._first.wish(self._item, self._page).drawable:
            self.canvas.show_words(f"{label_of(self._item.media_type)}\n此类文件不能框选，请用“打开”查看。")
            self.canvas.editable = False
            return
        shown = self._fine.shown(self._item, self._page)
        if shown is None or shown.pixmap.isNull():
            shown = self._first.shown(self._item, self._page) or shown
        if shown is None:
            self.canvas.show_words("正在准备页面…")
        else:
            self._pages = max(shown.drawn.pages, 1)
            if shown.pixmap.isNull():
                self.canvas.show_words(shown.drawn.reason or "无法显示。")
            else:
                self.canvas.show_picture(shown.pixmap)
        damage = shown.drawn.damage if shown is not None else ""
        self.damage.setText(damage)
        self.damage.setVisible(bool(damage))
        many = self._pages > 1
        for part in (self.before, self.after, self.pages):
            part.setVisible(many)
        self.before.setEnabled(self._page > 1)
        self.after.setEnabled(self._page < self._pages)
        self.pages.setText(f"第 {self._page} / {self._pages} 页")

    def _show_shapes(self, chosen: int) -> None:
        shapes, labels = self.side.shapes()
        self.canvas.tool = self.side.tool
        if 0 <= chosen < len(shapes) and shapes[chosen].page != self._page:
            self._page = shapes[chosen].page
            self._show_page()
        self.canvas.show_shapes(shapes, labels, chosen)
        if 0 <= chosen < len(shapes):
            self._look_at(shapes[chosen])

    def _look_at(self, shape: Shape) -> None:
        if self.area.zoom > 1:
            self.area.bring_into_view(shape)

    def _undo(self) -> None:
        self.canvas.flush()
        self.side.undo()

    def _redo(self) -> None:
        self.canvas.flush()
        self.side.redo()

    def _leave_for(self, place: Address) -> None:
        self.close()
        self._context.navigate(place)

    def done(self, result: int) -> None:
        """Save what is pending before the window goes."""
        self.canvas.flush()
        self.regions.flush()
        pending = self.redaction is not None and self.redaction.pending
        if pending and not self._context.alerts.ask(
            "画好的遮盖和标注还没有生成遮盖件，放弃吗？", "原件不受影响。", yes="放弃", no="继续画"
        ):
            return
        super().done(result)


def show_viewer(
    context: Context,
    parent: QWidget,
    item: Evidence,
    *,
    place: str = "",
    to: Target | None = None,
    link_id: str = "",
) -> EvidenceViewer | None:
    """Open an item at a place; nothing when its files are not at hand."""
    attaching = context.services.attaching
    if attaching is None:
        return None
    context.flush()
    viewer = EvidenceViewer(context, attaching, item, parent, place=place, to=to, link_id=link_id)
    viewer.open()
    return viewer
