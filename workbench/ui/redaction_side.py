"""Boxes that hide, frames, arrows and words drawn over one item, and the copy that is made of them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.evaluation import Evidence
from workbench.domain.evidence_use import evidence_label
from workbench.domain.shapes import SHAPE_KINDS, Shape
from workbench.errors import WorkbenchError
from workbench.services.jobs import Progress
from workbench.services.redacting import Derived, Redacting
from workbench.ui.context import Context
from workbench.ui.inputs import LineInput
from workbench.ui.tasks import Task
from workbench.ui.theme import role
from workbench.ui.widgets import KeyButton, label

_HELP = (
    "画好后生成一份新的佐证：逐页重画为图像，涂黑处的像素、文字层、拍摄信息、缩略图都不带出，"
    "生成后自动检查；原件不改动。数字键 1–4 换工具，Ctrl Z 撤销。"
)


class RedactionSide(QWidget):
    """Right of the page while a copy is prepared. Nothing of it is kept until the copy is made."""

    touched = Signal(int)
    page_wanted = Signal(int)
    made = Signal(object)
    """The new :class:`Evidence`, after it was stored."""

    def __init__(self, context: Context, redacting: Redacting, item: Evidence) -> None:
        super().__init__()
        self._context = context
        self._redacting = redacting
        self._item = item
        self.tool = "hide"
        self.drawn: list[Shape] = []
        self._past: list[list[Shape]] = []
        self._future: list[list[Shape]] = []
        self.chosen = -1
        self._task: Task | None = None
        theme = context.theme
        tools = QGridLayout()
        tools.setSpacing(theme.px(4))
        self.tools = QButtonGroup(self)
        for number, (kind, word) in enumerate(SHAPE_KINDS.items()):
            button = QPushButton(f"{word} {number + 1}")
            button.setCheckable(True)
            button.setAutoDefault(False)
            role(button, "toggle")
            button.clicked.connect(lambda _=False, kind=kind: self.set_tool(kind))
            self.tools.addButton(button, number)
            tools.addWidget(button, 0, number)
            QShortcut(QKeySequence(str(number + 1)), self).activated.connect(
                lambda kind=kind: self.set_tool(kind)
            )
        self.tools.button(0).setChecked(True)
        self.list = QListWidget()
        self.list.setAccessibleName("已画的遮盖与标注")
        self.list.currentRowChanged.connect(self._on_row)
        self.words = LineInput()
        self.words.setPlaceholderText("标注的文字")
        self.words.setAccessibleName("标注的文字")
        self.words.textChanged.connect(self._on_words)
        self.words.editingFinished.connect(self.flush)
        self.remove_button = QPushButton("删除")
        self.remove_button.setAutoDefault(False)
        self.remove_button.clicked.connect(lambda _=False: self.remove(self.chosen))
        self.withhold = QCheckBox(f"{evidence_label(item)} 原件不外发")
        self.withhold.setToolTip("导出时不带原件的图，改用遮盖件；可在“说明”中改回")
        self.withhold.setChecked(True)
        self.make_button = KeyButton(theme, "生成遮盖件", "Ctrl Enter", primary=True)
        self.make_button.setAutoDefault(False)
        self.make_button.clicked.connect(lambda _=False: self.make())
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.make)
        self.said = label("", "small", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(theme.px(6))
        self.stop = QPushButton("停止")
        self.stop.setAutoDefault(False)
        role(self.stop, "toggle")
        self.stop.clicked.connect(lambda _=False: self.cancel())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addWidget(label(_HELP, "soft", wrap=True))
        column.addLayout(tools)
        column.addWidget(self.list, 1)
        column.addWidget(self.words)
        column.addWidget(self.withhold)
        row = QHBoxLayout()
        row.addWidget(self.remove_button)
        row.addStretch(1)
        row.addWidget(self.make_button)
        column.addLayout(row)
        under_way = QHBoxLayout()
        under_way.addWidget(self.bar, 1)
        under_way.addWidget(self.stop)
        column.addWidget(self.said)
        column.addLayout(under_way)
        self._run(running=False)
        self.refresh()

    # What is shown.

    @property
    def pending(self) -> bool:
        """Something is drawn that no copy was made of."""
        return bool(self.drawn)

    def shapes(self) -> tuple[list[Shape], list[str]]:
        """The shapes and their labels on the page: none, they speak for themselves."""
        return self.drawn, [""] * len(self.drawn)

    def refresh(self) -> None:
        """Show the shapes as they stand."""
        self.list.blockSignals(True)
        self.list.clear()
        for shape in self.drawn:
            said = f"　{shape.text}" if shape.text else ""
            self.list.addItem(f"第 {shape.page} 页　{SHAPE_KINDS[shape.kind]}{said}")
        self.list.setCurrentRow(self.chosen)
        self.list.blockSignals(False)
        shape_now = self.drawn[self.chosen] if 0 <= self.chosen < len(self.drawn) else None
        self.words.setVisible(shape_now is not None and shape_now.kind == "words")
        if shape_now is not None and self.words.text() != shape_now.text:
            self.words.blockSignals(True)
            self.words.setText(shape_now.text)
            self.words.blockSignals(False)
        self.remove_button.setEnabled(shape_now is not None)
        self.make_button.setEnabled(any(shape.visible for shape in self.drawn) and self._task is None)
        self.touched.emit(self.chosen)

    def set_tool(self, kind: str) -> None:
        """Say what is drawn next."""
        self.tool = kind
        self.tools.button(list(SHAPE_KINDS).index(kind)).setChecked(True)
        self.chosen = -1
        self.refresh()

    def _on_row(self, row: int) -> None:
        self.choose(row)
        if 0 <= row < len(self.drawn):
            self.page_wanted.emit(self.drawn[row].page)

    # What the canvas tells.

    def _keep(self, shapes: list[Shape], chosen: int) -> None:
        self._past.append(self.drawn)
        self._future.clear()
        self.drawn = shapes
        self.chosen = chosen
        self.refresh()

    def choose(self, number: int) -> None:
        """Choose a shape."""
        self.chosen = number
        self.refresh()

    def add(self, shape: Shape) -> None:
        """Keep a new shape; words are asked for at once."""
        self._keep([*self.drawn, replace(shape, kind=self.tool)], len(self.drawn))
        if self.tool == "words":
            self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def change(self, number: int, shape: Shape) -> None:
        """Keep a shape that was moved."""
        if 0 <= number < len(self.drawn):
            self._keep([*self.drawn[:number], shape, *self.drawn[number + 1 :]], number)

    def remove(self, number: int) -> None:
        """Take a shape away."""
        if 0 <= number < len(self.drawn):
            self._keep([*self.drawn[:number], *self.drawn[number + 1 :]], -1)

    def accept(self) -> None:
        """Enter on the page: on to the words, where there are any."""
        if self.words.isVisible():
            self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_words(self, text: str) -> None:
        if 0 <= self.chosen < len(self.drawn) and self.drawn[self.chosen].kind == "words":
            self.drawn = list(self.drawn)
            self.drawn[self.chosen] = replace(self.drawn[self.chosen], text=text)
            self.refresh()

    def flush(self) -> None:
        """Words are taken over while they are typed; nothing waits."""

    def undo(self) -> None:
        """Take the last doing back."""
        self._swap(self._past, self._future)

    def redo(self) -> None:
        """Do it again."""
        self._swap(self._future, self._past)

    def _swap(self, here: list[list[Shape]], there: list[list[Shape]]) -> None:
        if here:
            there.append(self.drawn)
            self.drawn = here.pop()
            self.chosen = -1
            self.refresh()

    # The copy.

    def make(self) -> None:
        """Make the copy in the background."""
        if self._task is not None or not self.make_button.isEnabled():
            return
        item, shapes = self._item, tuple(self.drawn)

        def job(progress: Progress) -> Derived:
            return self._redacting.make(item, shapes, progress)

        self.said.setText("正在生成…")
        self._task = self._context.tasks.run(
            job, self._on_made, failed=self._on_failed, progress=self._on_progress, cancelled=self._on_stopped
        )
        self._run(running=True)

    def cancel(self) -> None:
        """Stop the copy that is under way; nothing of it stays."""
        if self._task is not None:
            self._task.cancel()

    def _run(self, *, running: bool) -> None:
        self.bar.setVisible(running)
        self.stop.setVisible(running)
        self.make_button.setEnabled(not running and any(shape.visible for shape in self.drawn))

    def _on_progress(self, done: int, total: int, what: str) -> None:
        self.said.setText(what)
        self.bar.setValue(round(100 * done / total) if total else 0)

    def _on_stopped(self) -> None:
        self._task = None
        self.said.setText("已停止，未生成遮盖件。")
        self._run(running=False)

    def _on_failed(self, error: Exception) -> None:
        self._task = None
        self._run(running=False)
        if not isinstance(error, WorkbenchError):
            raise error
        self.said.setText(str(error))

    def _on_made(self, derived: Derived) -> None:
        self._task = None
        made = self._redacting.settle(derived, withhold=self.withhold.isChecked())
        if made is None:
            self.said.setText("同样的遮盖件已经有了，未重复存入。")
        else:
            self.said.setText(f"已生成 {evidence_label(made)}，检查无残留；可撤销。")
            self.drawn, self._past, self._future, self.chosen = [], [], [], -1
        self._run(running=False)
        self.refresh()
        if made is not None:
            self.made.emit(made)
