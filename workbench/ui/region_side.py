"""The regions of one item as a list: what each proves, what is said of it; new ones are tied to a target."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from workbench.domain.evaluation import Evidence, Link
from workbench.domain.evidence_use import provables, target_label
from workbench.domain.regions import Marked, regions_on
from workbench.domain.shapes import Shape, shape_of
from workbench.services.attaching import Attaching, Target
from workbench.services.editing import Address
from workbench.ui.context import Context
from workbench.ui.inputs import LineInput
from workbench.ui.search_palette import Find, SearchPalette
from workbench.ui.theme import role
from workbench.ui.widgets import label, link

_HELP = (
    "在页面上拖出方框，即框选为依据。键盘：N 新建，方向键移动，Shift＋方向键改大小，Ctrl 微调，"
    "[ ] 换一处，Delete 删除，PageUp／PageDown 翻页，＋ － 0 缩放。"
)


class RegionSide(QWidget):
    """Right of the page. ``to`` is what a new region proves unless another target is chosen."""

    touched = Signal(int)
    """The shapes differ now, or another is chosen: its place in the list, −1 for none."""
    page_wanted = Signal(int)
    left_for = Signal(object)
    """An :class:`Address` that the person wants to see instead."""

    tool = "region"

    def __init__(self, context: Context, attaching: Attaching, item: Evidence, to: Target | None) -> None:
        super().__init__()
        self._context = context
        self._attaching = attaching
        self._item = item
        self._to = to
        self._chosen = ""
        self.marks: list[Marked] = []
        theme = context.theme
        self.target = link("", self._go)
        self.change_target = QPushButton("改为证明…")
        role(self.change_target, "toggle")
        self.change_target.clicked.connect(lambda _=False: self._retarget())
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setAccessibleName("框选列表")
        self.list.currentRowChanged.connect(self._on_row)
        self.note = LineInput()
        self.note.setPlaceholderText("这一处说明什么，如 第 5 条约定 6 月 30 日前完工")
        self.note.setAccessibleName("框选说明")
        self.note.editingFinished.connect(self.flush)
        self.remove_button = QPushButton("删除框选")
        self.remove_button.clicked.connect(lambda _=False: self.remove(self.list.currentRow()))
        self._to_words = label("", "soft", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addWidget(label(_HELP, "soft", wrap=True))
        head = QHBoxLayout()
        head.addWidget(self._to_words, 1)
        head.addWidget(self.change_target, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(label("说明", "small"))
        column.addWidget(self.note)
        row = QHBoxLayout()
        row.addWidget(self.target, 1, Qt.AlignmentFlag.AlignLeft)
        row.addWidget(self.remove_button)
        column.addLayout(row)
        self.refresh()

    # What is shown.

    @property
    def chosen(self) -> int:
        """The place of the chosen region in the list, −1 for none."""
        return next((n for n, mark in enumerate(self.marks) if mark.link.id == self._chosen), -1)

    def shapes(self) -> tuple[list[Shape], list[str]]:
        """The regions as shapes, and their numbers."""
        return [shape_of(mark.region) for mark in self.marks], [str(n + 1) for n in range(len(self.marks))]

    def refresh(self) -> None:
        """Show the regions as they stand."""
        evaluation = self._context.session.evaluation
        self.marks = regions_on(evaluation, self._item.id)
        self.list.blockSignals(True)
        self.list.clear()
        for number, mark in enumerate(self.marks, 1):
            proved = target_label(evaluation, mark.link.to_kind, mark.link.to_id)
            words = f"{number}　第 {mark.region.page} 页　{proved}"
            self.list.addItem(QListWidgetItem(f"{words}\n{mark.link.note}" if mark.link.note else words))
        self.list.setCurrentRow(self.chosen)
        self.list.blockSignals(False)
        self._show_chosen()
        to = target_label(evaluation, *self._to) if self._to is not None else ""
        self._to_words.setText(f"新框选用于：{to}" if to else "新框选用于：画好后选择")
        self.touched.emit(self.chosen)

    def _show_chosen(self) -> None:
        mark = self.marks[self.chosen] if self.chosen >= 0 else None
        self.note.setEnabled(mark is not None)
        self.remove_button.setEnabled(mark is not None)
        self.target.setVisible(mark is not None)
        if not self.note.hasFocus() or mark is None or self.note.text() == mark.link.note:
            self.note.setText(mark.link.note if mark is not None else "")
        if mark is not None:
            self.target.setText("转到所证明的内容")

    def show_link(self, id_: str) -> None:
        """Choose the region that a link holds."""
        self._chosen = id_
        self.refresh()

    def _on_row(self, row: int) -> None:
        self.flush()
        self.choose(row)
        if 0 <= row < len(self.marks):
            self.page_wanted.emit(self.marks[row].region.page)

    # What the canvas tells.

    def choose(self, number: int) -> None:
        """Choose a region by its place in the list."""
        self.flush()
        self._chosen = self.marks[number].link.id if 0 <= number < len(self.marks) else ""
        self.refresh()

    def add(self, shape: Shape) -> None:
        """Keep a new region; without a target, one is asked for first."""
        self.flush()
        if self._to is None:
            self._pick(partial(self._add_for, shape))
        else:
            self._add_for(shape, self._to)

    def _add_for(self, shape: Shape, to: Target) -> None:
        region = shape.region
        if region is None:
            return
        self._to = to
        self._chosen = self._attaching.mark(self._item, region, to).id
        self.refresh()

    def change(self, number: int, shape: Shape) -> None:
        """Keep a region that was moved."""
        region = shape.region
        if 0 <= number < len(self.marks) and region is not None:
            self._attaching.move_mark(self.marks[number].link, region)
        self.refresh()

    def remove(self, number: int) -> None:
        """Take a region away; what it proved stays tied to the item."""
        if 0 <= number < len(self.marks):
            self._attaching.unmark(self.marks[number].link)
            self._chosen = ""
            self.refresh()

    def accept(self) -> None:
        """Enter on the page: say what the chosen region shows."""
        if self.chosen >= 0:
            self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Save the note that is being typed."""
        mark = self.marks[self.chosen] if self.chosen >= 0 else None
        text = self.note.text().strip()
        if mark is not None and text != mark.link.note:
            self._attaching.note_mark(mark.link, text)
            self.refresh()

    def undo(self) -> None:
        """Take the last step of the evaluation back, as everywhere."""
        self._context.run_action("undo")
        self.refresh()

    def redo(self) -> None:
        """Do it again."""
        self._context.run_action("redo")
        self.refresh()

    # What it proves.

    def _retarget(self) -> None:
        """Say what the chosen region proves; with none chosen, what the next ones will."""
        self.flush()
        mark = self.marks[self.chosen] if self.chosen >= 0 else None
        self._pick(partial(self._put_target, mark.link if mark is not None else None))

    def _put_target(self, held: Link | None, to: Target) -> None:
        self._to = to
        if held is not None and (held.to_kind, held.to_id) != to:
            self._attaching.retarget_mark(held, to)
        self.refresh()

    def _pick(self, then: Callable[[Target], None]) -> None:
        finds = [
            Find(each.words, each.beside, partial(then, (each.kind, each.id)))
            for each in provables(self._context.session.evaluation)
        ]
        palette = SearchPalette(self._context.theme, finds, self)
        palette.setWindowTitle("这一处证明什么")
        palette.line.setPlaceholderText("输入指标、扣分、问题、建议或记录的名称")
        palette.open()

    def _go(self) -> None:
        mark = self.marks[self.chosen] if self.chosen >= 0 else None
        if mark is not None:
            self.left_for.emit(Address(mark.link.to_kind, mark.link.to_id))
