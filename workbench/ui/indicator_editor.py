"""The editor of one indicator: what it asks, how it was scored, what was taken off and why, on what basis."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.amounts import show, show_plain
from workbench.domain.evaluation import Entry, Mark, mark_id
from workbench.domain.fields import spec_of
from workbench.domain.scoring import IndicatorScore
from workbench.services.editing import Address, put_text, text_at, with_fields
from workbench.services.session import Changed
from workbench.ui.basis_card import BasisCard
from workbench.ui.context import Context
from workbench.ui.criterion_card import CriterionCard
from workbench.ui.deduction_card import DeductionCard
from workbench.ui.fields import editor_for
from workbench.ui.indicator_tree_model import trouble
from workbench.ui.widgets import KeyButton, Notice, clear, label, scrolled

REVIEW = "复核"


class IndicatorEditor(QWidget):
    """Shows one indicator at a time; the address of everything typed is fixed when it is shown."""

    def __init__(self, context: Context, step: Callable[[int], None]) -> None:
        super().__init__()
        self._context = context
        self.indicator_id = ""
        px = context.theme.px
        self.path = label("", "small")
        self.name = label("", "title", wrap=True)
        self.explanation = label("", "soft", wrap=True)
        self.score = label("", "score")
        self.full = label("", "soft")
        heading = QHBoxLayout()
        heading.setSpacing(px(10))
        heading.addWidget(self.name, 0, Qt.AlignmentFlag.AlignBottom)
        heading.addWidget(self.explanation, 1, Qt.AlignmentFlag.AlignBottom)
        heading.addWidget(self.score, 0, Qt.AlignmentFlag.AlignBottom)
        heading.addWidget(self.full, 0, Qt.AlignmentFlag.AlignBottom)
        self.full.setContentsMargins(0, 0, 0, px(4))
        self.criterion = CriterionCard(context)
        self.deductions = DeductionCard(context)
        self.basis = BasisCard(context)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(px(6))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(16), px(10), px(16), px(14))
        column.setSpacing(px(9))
        column.addWidget(self.path)
        column.addLayout(heading)
        column.addWidget(self.criterion)
        column.addWidget(self.deductions)
        column.addWidget(self.basis)
        column.addLayout(self._notices)
        column.addLayout(self._foot(step))
        column.addStretch(1)
        self.area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        self._noticed: list[tuple[str, str]] | None = None

    def _foot(self, step: Callable[[int], None]) -> QHBoxLayout:
        theme = self._context.theme
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(10))
        before = KeyButton(theme, "‹ 上一项", "Alt ↑")
        before.clicked.connect(lambda: step(-1))
        after = KeyButton(theme, "下一项 ›", "Alt ↓")
        after.clicked.connect(lambda: step(1))
        self.reviewed = editor_for(spec_of(Mark, "score"), self._save_review)
        self.reviewed.input.setMaximumWidth(theme.px(64))
        self.reviewed.input.setMinimumWidth(theme.px(56))
        self.reviewed.show_placeholder("—")
        self.done = KeyButton(theme, "完成本项", "Ctrl Enter", primary=True)
        self.done.clicked.connect(lambda: self._context.run_action("finish_indicator"))
        foot.addWidget(before)
        foot.addWidget(after)
        foot.addStretch(1)
        words = label("复核得分", "soft")
        words.setBuddy(self.reviewed.input)
        foot.addWidget(words)
        foot.addWidget(self.reviewed)
        foot.addWidget(self.done)
        return foot

    def _save_review(self, address: object, text: str, origin: object) -> str:
        """The review's score is an entity of its own that exists once somebody scores."""
        if not isinstance(address, Address):
            return ""
        session = self._context.session
        indicator = address.id.rpartition("/")[0]
        if session.evaluation.get(Mark, address.id) is None:
            if not text.strip():
                return ""
            blank = Mark(id=address.id, indicator=indicator, stage=REVIEW)
            return put_text(session, address, text, origin, blank=blank)
        return put_text(session, address, text, origin)

    def show_indicator(self, id_: str) -> None:
        """Show an indicator; what was typed before is saved where it was typed."""
        session = self._context.session
        evaluation = session.evaluation
        indicator = evaluation.form[id_]
        scored = session.scores[id_]
        if id_ != self.indicator_id:
            self._context.flush()
            self.indicator_id = id_
            self.path.setText(evaluation.form.place(indicator.parent))
            self.name.setText(indicator.name)
            self.explanation.setText(indicator.explanation)
            self.criterion.show_indicator(indicator)
            self.deductions.show_indicator(id_)
            self.basis.show_indicator(indicator, scored)
            address = Address("mark", mark_id(id_, REVIEW), "score")
            self.reviewed.rebind(address, text_at(evaluation, address))
            self.area.verticalScrollBar().setValue(0)
        self.show_score(scored, None)

    def update_for(self, changed: Changed) -> None:
        """Bring everything up to date but the field that is being typed in."""
        if self.indicator_id:
            self.show_score(self._context.session.scores[self.indicator_id], changed.origin)

    def show_score(self, scored: IndicatorScore, origin: object) -> None:
        """Show the score and all that follows from it."""
        evaluation = self._context.session.evaluation
        digits = evaluation.form.rounding.digits
        self.score.setText("—" if scored.score is None else show(scored.score, digits))
        self.full.setText(f"/ {show_plain(scored.full_mark)} 分")
        self.criterion.show_score(scored, origin)
        self.deductions.show_score(scored, origin)
        self.basis.show_score(scored, origin)
        if self.reviewed is not origin:
            address = Address("mark", mark_id(self.indicator_id, REVIEW), "score")
            self.reviewed.show_text(text_at(evaluation, address))
        self._show_notices(scored)

    def _show_notices(self, scored: IndicatorScore) -> None:
        found = trouble(self._context.session.evaluation, scored)
        wanted = [("warning", found)] if found else []
        if wanted == self._noticed:
            return
        self._noticed = wanted
        clear(self._notices)
        for tone, text in wanted:
            self._notices.addWidget(Notice(self._context.theme, tone, "", text, "", None))

    def finish(self) -> bool:
        """Mark the indicator as done; false with the reason shown when it has no score yet."""
        self._context.flush()
        session = self._context.session
        scored = session.scores[self.indicator_id]
        if scored.score is None:
            self.criterion.focus_first()
            return False
        entry: Entry = session.evaluation.entry(self.indicator_id)
        session.put(with_fields(entry, done=True), label=f"完成“{scored.indicator.name}”")
        return True

    def focus_first(self) -> None:
        """Put the cursor where the work on this indicator begins."""
        if not self.criterion.focus_first():
            self.deductions.add_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_place(self, place: Address) -> None:
        """Put the cursor into a field of this indicator."""
        if place.kind == "deduction":
            self.deductions.focus_line(place.id, place.field)
        elif place.kind == "input":
            self.criterion.focus_input(place.id.rpartition("/")[2])
        elif place.kind == "mark":
            self.reviewed.input.setFocus(Qt.FocusReason.OtherFocusReason)
        elif place.field == "basis":
            self.basis.focus()
        elif not (self.criterion.focus_input(place.field) or self.basis.short.focus_field(place.field)):
            self.focus_first()
