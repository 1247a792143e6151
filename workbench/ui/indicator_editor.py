"""The editor of one indicator: what it asks, how it was scored, what was taken off and why, on what basis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.amounts import show_plain
from workbench.domain.checks import Finding, Severity
from workbench.domain.evaluation import STAGES, Entry, mark_id
from workbench.domain.form import show_score
from workbench.domain.scoring import FIRST, IndicatorScore
from workbench.services.editing import Address, with_fields
from workbench.services.session import Changed
from workbench.ui.basis_card import BasisCard
from workbench.ui.context import Context
from workbench.ui.criterion_card import CriterionCard
from workbench.ui.deduction_card import DeductionCard
from workbench.ui.fields import FieldEditor
from workbench.ui.indicator_tree_model import trouble
from workbench.ui.stage_strip import StageStrip
from workbench.ui.widgets import KeyButton, Notice, clear, label, link, scrolled

#: Findings shown at an indicator before the rest is only counted.
MOST_NOTICES = 3
#: From which width on, for the base text, the buttons below show their keys.
KEYS_FROM = 580


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
        self.stages = StageStrip(context, self.show_history)
        self.deductions = DeductionCard(context)
        self.basis = BasisCard(context)
        self._trouble = Notice(context.theme, "warning", "", "", "", None)
        self._trouble.hide()
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
        column.addWidget(self.stages)
        column.addWidget(self.basis)
        column.addWidget(self._trouble)
        column.addLayout(self._notices)
        column.addLayout(self._foot(step))
        column.addStretch(1)
        self.area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        self._found: tuple[Finding, ...] = ()

    def _foot(self, step: Callable[[int], None]) -> QHBoxLayout:
        theme = self._context.theme
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(10))
        before = KeyButton(theme, "‹ 上一项", "Alt ↑")
        before.clicked.connect(lambda: step(-1))
        after = KeyButton(theme, "下一项 ›", "Alt ↓")
        after.clicked.connect(lambda: step(1))
        told = KeyButton(theme, "计分推导", "Ctrl J")
        told.clicked.connect(lambda: self._context.run_action("derivation"))
        self.done = KeyButton(theme, "完成本项", "Ctrl Enter", primary=True)
        self.done.clicked.connect(lambda: self._context.run_action("finish_indicator"))
        self._steps = (before, after, told)
        foot.addWidget(before)
        foot.addWidget(after)
        foot.addStretch(1)
        foot.addWidget(told)
        foot.addWidget(self.done)
        return foot

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On narrow screens the keys beside the words give way."""
        super().resizeEvent(event)
        for button in self._steps:
            button.show_key(shown=event.size().width() >= self._context.theme.px(KEYS_FROM))

    @property
    def reviewed(self) -> FieldEditor:
        """The editor of the review's score."""
        return self.stages.editor("复核")

    def show_history(self) -> None:
        """Show who gave which score of this indicator, at every stage."""
        id_ = self.indicator_id
        places = [("改定", Address("entry", id_, "override"))]
        places += [
            (stage, Address("mark", mark_id(id_, stage), "score")) for stage in STAGES if stage != FIRST
        ]
        name = self._context.session.evaluation.form[id_].name
        self._context.show_history(f"{name} › 各轮得分", places)

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
            self.stages.show_indicator(scored)
            self.area.verticalScrollBar().setValue(0)
        self.show_score(scored, None)

    def update_for(self, changed: Changed) -> None:
        """Bring everything up to date but the field that is being typed in."""
        if self.indicator_id:
            self.show_score(self._context.session.scores[self.indicator_id], changed.origin)

    def show_score(self, scored: IndicatorScore, origin: object) -> None:
        """Show the score and all that follows from it."""
        evaluation = self._context.session.evaluation
        form, indicator = evaluation.form, scored.indicator
        self.score.setText("—" if scored.score is None else show_score(form, scored.score, indicator))
        self.full.setText(f"/ {show_plain(scored.full_mark)} 分")
        self.criterion.show_score(scored, origin)
        self.deductions.show_score(scored, origin)
        self.basis.show_score(scored, origin)
        self.stages.show_score(scored, origin)
        self._show_notices(scored)

    def _show_notices(self, scored: IndicatorScore) -> None:
        """What does not agree here, at once; what the checks say comes by :meth:`show_findings`."""
        found = trouble(self._context.session.evaluation, scored)
        self._trouble.setVisible(bool(found))
        self._trouble.words.setText(found)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """What the checks say about this indicator, worst first; unchanged ones are not touched."""
        if tuple(findings) == self._found:
            return
        self._found = tuple(findings)
        clear(self._notices)
        for finding in findings[:MOST_NOTICES]:
            tone = {Severity.ERROR: "lost", Severity.WARNING: "warning"}.get(finding.severity, "accent")
            # Some messages tell the effect themselves, where it belongs to the sentence.
            text = (
                finding.message if "总分" in finding.message else f"{finding.message}{effect_text(finding)}"
            )
            words, go = "查看计算", partial(self._explain, finding)
            if finding.place.page == "form" and not finding.adopting:  # mended there, not here
                words, go = "去改指标体系 →", partial(self._to_form, finding)
            self._notices.addWidget(Notice(self._context.theme, tone, finding.code, text, words, go))
        if len(findings) > MOST_NOTICES:
            rest = f"另有 {len(findings) - MOST_NOTICES} 条，见核验"
            self._notices.addWidget(link(rest, lambda: self._context.navigate(Address("page", "checks"))))

    def _to_form(self, finding: Finding) -> None:
        """Go where the points and the standard of the indicator are changed."""
        self._context.navigate(Address("form_revision", finding.place.id, finding.place.field))

    def _explain(self, finding: Finding) -> None:
        """The figures behind a finding, and what to do; its changes are made when the person agrees."""
        figures = [
            f"{words}：{value}"
            for words, value in (
                ("现值", finding.found),
                ("应为", finding.expected),
                ("相差", finding.difference),
                ("影响", effect_text(finding).strip("，。")),
            )
            if value
        ]
        more = "\n".join([finding.detail, *figures, finding.remedy]).strip()
        checking = self._context.services.checking
        if finding.adopting and checking is not None:
            self._context.flush()
            if self._context.alerts.ask(f"{finding.code} {finding.message}", more, yes="采纳", no="关闭"):
                checking.adopt(finding)
        else:
            self._context.alerts.info(f"{finding.code} {finding.message}", more)

    def finish(self) -> bool:
        """Mark the indicator as done; false with the reason shown when it has no score yet."""
        self._context.flush()
        session = self._context.session
        scored = session.scores[self.indicator_id]
        if scored.score is None:
            missing = scored.outcome.missing if scored.outcome is not None else ()
            self._trouble.words.setText(f"还不能完成：缺{'、'.join(missing) or '得分'}。")
            self._trouble.show()
            self.criterion.focus_missing(scored)
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
            stage, field = place.id.rpartition("/")[2], place.field or "score"
            if stage in self.stages.cells and field in self.stages.cells[stage].editors:
                self.stages.editor(stage, field).input.setFocus(Qt.FocusReason.OtherFocusReason)
        elif place.field == "basis":
            self.basis.focus()
        elif not (self.criterion.focus_input(place.field) or self.basis.short.focus_field(place.field)):
            self.focus_first()


def effect_text(finding: Finding) -> str:
    """What correcting a finding would do to the score and the total, in words; empty when nothing."""
    effect = finding.effect
    if effect is None or effect.total_difference == 0:
        return ""
    points = f"{effect.score_words}，" if effect.score_words else ""
    grade = (
        f"，等级 {effect.grade_before} → {effect.grade_after}"
        if effect.grade_before != effect.grade_after
        else ""
    )
    return f"影响{points}{effect.total_words}{grade}。"
