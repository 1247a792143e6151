"""扣分说明: the lines of points taken off, each with reason, basis, evidence and the problem it leads to."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.evaluation import Deduction, Evidence, Link, Problem
from workbench.domain.evidence_use import evidence_label
from workbench.domain.fields import spec_of
from workbench.domain.regions import region_of
from workbench.domain.scoring import IndicatorScore
from workbench.services.deducting import (
    add_deduction,
    explained_text,
    follow_reason,
    problems_of,
    remove_deduction,
)
from workbench.services.editing import Address, put_text, text_at
from workbench.ui.context import Context
from workbench.ui.evidence_intake import EvidenceDrop
from workbench.ui.evidence_viewer import show_viewer
from workbench.ui.fields import FieldEditor, editor_for
from workbench.ui.inputs import LineInput, TextInput
from workbench.ui.widgets import Card, KeyButton, clear, label, link, rule

_FIELDS = ("points", "reason", "basis")


class _Line:
    """The widgets of one deduction line."""

    def __init__(self, context: Context, id_: str) -> None:
        self._context = context
        self.id = id_
        self.editors: dict[str, FieldEditor] = {}
        evaluation = context.session.evaluation
        for name in _FIELDS:
            editor = editor_for(spec_of(Deduction, name), self._save)
            address = Address("deduction", id_, name)
            editor.rebind(address, text_at(evaluation, address))
            self.editors[name] = editor
        self._kept = evaluation.get(Deduction, id_)
        reason = self.editors["reason"].input
        if isinstance(reason, TextInput):
            reason.left.connect(self._on_reason_left)
        points = self.editors["points"].input
        points.setMinimumWidth(context.theme.px(52))
        points.setMaximumWidth(context.theme.px(62))
        if isinstance(points, LineInput):
            points.setPlaceholderText("分")
        basis = self.editors["basis"].input
        if isinstance(basis, LineInput):
            basis.setPlaceholderText("依据，如 合同第 5 条")
        self.proof = QVBoxLayout()
        self.proof.setSpacing(2)
        self.problem = QVBoxLayout()
        self.problem.setSpacing(0)
        self._linked: tuple[list[tuple[Evidence, Link]], list[Problem]] | None = None

    def _save(self, address: object, text: str, origin: object) -> str:
        if not isinstance(address, Address):
            return ""
        return put_text(self._context.session, address, text, origin)

    def _on_reason_left(self) -> None:
        """A drafted problem follows the reason once it is written."""
        session = self._context.session
        now = session.evaluation.get(Deduction, self.id)
        if now is not None and self._kept is not None and now.reason != self._kept.reason:
            before, self._kept = self._kept, now
            follow_reason(session, before, now)

    def show(self, origin: object) -> None:
        """Bring the line up to date; the field being typed in is left alone."""
        evaluation = self._context.session.evaluation
        for name, editor in self.editors.items():
            if editor is not origin:
                editor.show_text(text_at(evaluation, Address("deduction", self.id, name)))
        line = evaluation.get(Deduction, self.id)
        if line is None:
            return
        ties = evaluation.links(from_kind="evidence", to_kind="deduction", to_id=self.id)
        found = [(item, tie) for tie in ties if (item := evaluation.get(Evidence, tie.from_id)) is not None]
        found.sort(key=lambda pair: (pair[0].number, pair[1].place))
        problems = list(problems_of(self._context.session, line))
        if (found, problems) == self._linked:  # the keyboard may be on one of the links
            return
        self._linked = (found, problems)
        clear(self.proof)
        for item, tie in found:
            self.proof.addWidget(self._proof_link(item, tie))
        clear(self.problem)
        for problem in problems:
            self.problem.addWidget(self._problem_link(problem))

    def _proof_link(self, item: Evidence, tie: Link) -> QWidget:
        region = region_of(tie.place)
        words = evidence_label(item) + (f" 第 {region.page} 页" if region is not None else "")
        button = link(words, partial(self._open_proof, item, tie), plain=True)
        button.setToolTip("\n".join(part for part in (item.title, tie.note, "点击查看原文") if part))
        return button

    def _open_proof(self, item: Evidence, tie: Link) -> None:
        show_viewer(
            self._context,
            self.editors["reason"].window(),
            item,
            place=tie.place,
            to=("deduction", self.id),
            link_id=tie.id,
        )

    def _problem_link(self, problem: Problem) -> QWidget:
        words = f"问题 {problem.position} {problem.title}"
        shown = words if len(words) <= 14 else f"{words[:13]}…"
        button = link(shown, lambda: self._context.navigate(Address("problem", problem.id)), plain=True)
        button.setToolTip(words)
        return button


class DeductionCard(Card):
    """The lines of one indicator; :meth:`add` is Ctrl+D."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme, "扣分说明", " ")
        self._context = context
        self._indicator = ""
        self.lines: list[_Line] = []
        self.remaining = label("", "warning")
        self.head.removeWidget(self.right)
        self.right.hide()
        self.head.addWidget(self.remaining)
        self.add_button = KeyButton(context.theme, "＋ 添加扣分", "Ctrl D", quiet=True)
        self.add_button.clicked.connect(self.add)
        self.head.addWidget(self.add_button)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(context.theme.px(8))
        self._grid.setVerticalSpacing(context.theme.px(5))
        self._grid.setColumnStretch(1, 5)
        self._grid.setColumnStretch(2, 3)
        self._grid.setColumnStretch(3, 2)
        self.body.addLayout(self._grid)

    def show_indicator(self, id_: str) -> None:
        """Show the lines of another indicator."""
        self._indicator = id_
        self._rebuild()

    def show_score(self, scored: IndicatorScore, origin: object = None) -> None:
        """Bring the lines up to date, and say what remains to be explained."""
        ids = [line.id for line in self._context.session.evaluation.deductions(self._indicator)]
        if ids != [line.id for line in self.lines]:
            self._rebuild()
        for line in self.lines:
            line.show(origin)
        self.remaining.setText(explained_text(scored.unexplained))
        self.remaining.setVisible(bool(self.remaining.text()))

    def _rebuild(self) -> None:
        clear(self._grid)
        wanted = self._context.session.evaluation.deductions(self._indicator)
        self.lines = [_Line(self._context, deduction.id) for deduction in wanted]
        if not self.lines:
            return
        for column, words in enumerate(("扣分", "扣分原因", "依据与佐证", "对应问题")):
            self._grid.addWidget(label(words, "small"), 0, column)
        self._grid.addWidget(rule(), 1, 0, 1, 5)
        top = Qt.AlignmentFlag.AlignTop
        for number, line in enumerate(self.lines):
            row = 2 + number * 2
            self._grid.addWidget(line.editors["points"], row, 0, top)
            self._grid.addWidget(line.editors["points"].lend_hint(), row + 1, 0, 1, 5)
            self._grid.addWidget(line.editors["reason"], row, 1, top)
            proof = QVBoxLayout()
            proof.setSpacing(self._context.theme.px(3))
            proof.addWidget(line.editors["basis"])
            proof.addLayout(line.proof)
            proof.addStretch(1)
            self._grid.addLayout(proof, row, 2)
            problem = QHBoxLayout()
            problem.addLayout(line.problem)
            self._grid.addLayout(problem, row, 3, top)
            gone = link("×", lambda one=line: self._remove(one))  # type: ignore[misc]
            gone.setToolTip("删除这条扣分（Ctrl Shift Delete）")
            gone.setAccessibleName("删除这条扣分")
            self._grid.addWidget(gone, row, 4, top)
            line.show(None)
            for editor in line.editors.values():
                EvidenceDrop(self._context, editor.input, lambda id_=line.id: ("deduction", id_))  # type: ignore[misc]

    def add(self) -> None:
        """Add a line with the points still unexplained; the cursor goes to the reason, or to the points."""
        self._context.flush()
        made = add_deduction(self._context.session, self._indicator)
        self.focus_line(made.id, "reason" if made.points is not None else "points")

    def remove_focused(self) -> None:
        """Remove the line that the keyboard is in."""
        focused = QApplication.focusWidget()
        for line in self.lines:
            if any(editor.input is focused for editor in line.editors.values()):
                self._remove(line)
                return

    def _remove(self, line: _Line) -> None:
        self._context.flush()
        found = self._context.session.evaluation.get(Deduction, line.id)
        if found is not None:
            remove_deduction(self._context.session, found)
            self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def focused_line(self) -> str:
        """The id of the line that the keyboard is in, empty for none."""
        focused = QApplication.focusWidget()
        return next(
            (line.id for line in self.lines if any(e.input is focused for e in line.editors.values())), ""
        )

    def focus_line(self, id_: str, field: str = "reason") -> bool:
        """Put the cursor into a line."""
        for line in self.lines:
            if line.id == id_:
                line.editors[field if field in line.editors else "reason"].input.setFocus(
                    Qt.FocusReason.OtherFocusReason
                )
                return True
        return False
