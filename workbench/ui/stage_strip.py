"""各轮得分: the scores of one indicator side by side, each with difference, reason and who; which one counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from workbench.domain.evaluation import STAGES, Mark, mark_id
from workbench.domain.fields import spec_of
from workbench.domain.form import show_score, show_score_change
from workbench.domain.scoring import FIRST, IndicatorScore
from workbench.domain.stages import StageScore, StageTotal, stage_scores, stage_totals
from workbench.services.editing import Address, text_at
from workbench.services.staging import count_stage, put_stage
from workbench.ui.context import Context
from workbench.ui.fields import FieldEditor, editor_for
from workbench.ui.inputs import ComboInput
from workbench.ui.theme import role
from workbench.ui.widgets import Card, label, link

FIELDS = ("score", "reason", "by")


class StageStrip(Card):
    """One column per stage; 初评 shows what the standard gives, or the override beside it."""

    def __init__(self, context: Context, history: Callable[[], None]) -> None:
        super().__init__(context.theme, "各轮得分", " ")
        self._context = context
        self.indicator_id = ""
        px = context.theme.px
        self.right.hide()
        words = label("计分以", "soft")
        self.counting = ComboInput()
        self.counting.setAccessibleName("以哪一轮得分为准")
        self.counting.setToolTip("以哪一轮得分为准；括号内是以该轮为准时的总分")
        self.counting.activated.connect(self._on_counting)
        words.setBuddy(self.counting)
        self.head.addWidget(words)
        self.head.addWidget(self.counting)
        past = link("修改记录", history, plain=True)
        past.setToolTip("本指标各轮得分由谁在何时改成什么")
        self.head.addWidget(past)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        self.body.addLayout(row)
        self.cells = {stage: _Cell(context, stage, self._save) for stage in STAGES}
        for cell in self.cells.values():
            row.addLayout(cell, 1)

    def editor(self, stage: str, field: str = "score") -> FieldEditor:
        """The editor of one field of a stage; 初评 has none here."""
        return self.cells[stage].editors[field]

    def _save(self, address: object, text: str, origin: object) -> str:
        if not isinstance(address, Address):
            return ""
        indicator, _, stage = address.id.rpartition("/")
        return put_stage(
            self._context.session,
            indicator,
            stage,
            address.field,
            text,
            person=self._context.person,
            origin=origin,
        )

    def _on_counting(self, index: int) -> None:
        self._context.flush()
        stage = str(self.counting.itemData(index))
        if stage != self._context.session.evaluation.overview.counting_stage:
            count_stage(self._context.session, stage)

    def show_indicator(self, scored: IndicatorScore) -> None:
        """Show another indicator; what was typed before is saved where it was typed."""
        self.indicator_id = scored.indicator.id
        evaluation = self._context.session.evaluation
        for stage, cell in self.cells.items():
            for name, editor in cell.editors.items():
                address = Address("mark", mark_id(self.indicator_id, stage), name)
                editor.rebind(address, text_at(evaluation, address))
        self.show_score(scored, None)

    def show_score(self, scored: IndicatorScore, origin: object) -> None:
        """Bring all of it up to date but the field that is typed in."""
        evaluation = self._context.session.evaluation
        for one in stage_scores(evaluation, scored):
            cell = self.cells[one.stage]
            for name, editor in cell.editors.items():
                if editor is not origin:
                    address = Address("mark", mark_id(self.indicator_id, one.stage), name)
                    editor.show_text(text_at(evaluation, address))
            cell.show(scored, one, self._context)
        self._show_counting(stage_totals(evaluation, self._context.session.scores))

    def _show_counting(self, totals: tuple[StageTotal, ...]) -> None:
        form = self._context.session.evaluation.form
        with QSignalBlocker(self.counting):
            words = [_total_words(one, show_score(form, one.total)) for one in totals]
            if [self.counting.itemText(n) for n in range(self.counting.count())] != words:
                self.counting.clear()
                for one, text in zip(totals, words, strict=True):
                    self.counting.addItem(text, one.stage)
            self.counting.setCurrentIndex(next((n for n, one in enumerate(totals) if one.counts), 0))


def _total_words(one: StageTotal, total: str) -> str:
    """``复核（91.50 良，已填 3 项）``."""
    if not one.given:
        return f"{one.stage}（未填）"
    grade = f" {one.grade}" if one.grade else "" if one.complete else "，未评完"
    filled = "" if one.stage == FIRST else f"，已填 {one.given} 项"
    return f"{one.stage}（{total}{grade}{filled}）"


class _Cell(QVBoxLayout):
    """One stage: name and score, below it the reason and who."""

    def __init__(self, context: Context, stage: str, save: Callable[[object, str, object], str]) -> None:
        super().__init__()
        px = context.theme.px
        self.setSpacing(px(3))
        self.stage = stage
        self.name = label(stage, "soft")
        self.name.setMinimumHeight(px(26))
        self.change = label("", "small")
        self.editors: dict[str, FieldEditor] = {}
        self.value = label("", "heading")
        self.below = label("", "small", wrap=True)
        head, foot = QHBoxLayout(), QHBoxLayout()
        for line in (head, foot):
            line.setSpacing(px(5))
        head.addWidget(self.name, 0, Qt.AlignmentFlag.AlignTop)
        self.addLayout(head)
        if stage == FIRST:
            head.addWidget(self.value, 0, Qt.AlignmentFlag.AlignTop)
            self.value.setMinimumHeight(px(26))
            head.addWidget(self.change)
            head.addStretch(1)
            self.addWidget(self.below)
            self.addStretch(1)  # an aligned layout would give wrapped words the height of one line
            return
        for name in FIELDS:
            field = spec_of(Mark, name)
            if field.kind == "text":  # one line is enough here
                field = dataclasses.replace(field, kind="line")
            field = dataclasses.replace(field, label=f"{stage}{field.label}")
            editor = editor_for(field, save)
            editor.drafts = context.drafts
            editor.show_placeholder({"score": "—", "reason": "理由", "by": "评分人"}[name])
            self.editors[name] = editor
        self.name.setBuddy(self.editors["score"].input)
        head.addWidget(self.editors["score"])
        head.addStretch(1)
        self.addWidget(self.editors["score"].lend_hint())
        self.addWidget(self.editors["reason"])
        foot.addWidget(self.change)
        foot.addWidget(self.editors["by"], 1)
        self.addLayout(foot)
        self.addStretch(1)
        self.editors["score"].input.setMinimumWidth(px(56))
        self.editors["score"].input.setMaximumWidth(px(74))
        focus = partial(self.editors["reason"].input.setFocus, Qt.FocusReason.TabFocusReason)
        getattr(self.editors["score"].input, "returnPressed").connect(focus)  # noqa: B009 - a signal of the line

    def show(self, scored: IndicatorScore, one: StageScore, context: Context) -> None:
        """Mark what counts; reason and who are asked for once there is a score."""
        form = context.session.evaluation.form
        role(self.name, "link" if one.counts else "soft")
        self.name.setText(f"● {self.stage}" if one.counts else self.stage)
        self.name.setToolTip("以这一轮得分为准" if one.counts else "")
        difference = one.difference
        self.change.setText(show_score_change(form, difference, scored.indicator) if difference else "")
        role(self.change, "lost" if difference is not None and difference < 0 else "small")
        self.change.setToolTip("与上一轮相差" if difference else "")
        self.change.setVisible(bool(difference))
        if self.stage == FIRST:
            self.value.setText("—" if one.score is None else show_score(form, one.score, scored.indicator))
            words = _first_words(scored, one, context)
            self.below.setText(words)
            self.below.setVisible(bool(words))
            return
        said = one.score is not None or bool(one.reason.strip())
        for name in ("reason", "by"):
            editor = self.editors[name]
            editor.setVisible(said or editor.pending)
        reason = self.editors["reason"]
        if not reason.pending:
            missing = bool(difference) and not one.reason.strip()
            reason.show_fault("请写明理由。" if missing and self.stage != STAGES[0] else "")


def _first_words(scored: IndicatorScore, one: StageScore, context: Context) -> str:
    """What stands behind the score of 初评: the standard, or the change beside what the standard gives."""
    if not scored.overridden:
        return ""
    form = context.session.evaluation.form
    computed = "未计算" if scored.computed is None else show_score(form, scored.computed, scored.indicator)
    parts = [f"改定；按标准 {computed}", one.reason.strip(), one.by.strip()]
    return "\n".join(part for part in parts if part)
