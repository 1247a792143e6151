"""评分标准: the standard in the bureau's words and as carried out, its inputs, the live derivation, 改定."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout

from workbench.domain.amounts import show_plain
from workbench.domain.derivation import rounding_words
from workbench.domain.evaluation import Entry, Evaluation
from workbench.domain.form import Indicator, show_score
from workbench.domain.rules.base import Given
from workbench.domain.scoring import IndicatorScore
from workbench.domain.sources import Sources
from workbench.services.editing import Address, put_text
from workbench.services.staging import put_override
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.rule_input import PointInput, ValueInput
from workbench.ui.tab_order import bring_into_view
from workbench.ui.theme import role
from workbench.ui.widgets import Card, FoldedText, clear, label, link


class CriterionCard(Card):
    """Built anew for each indicator (:meth:`show_indicator`), brought up to date by :meth:`show_score`."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme, "评分标准", " ")
        self._context = context
        self._indicator: Indicator | None = None
        self.inputs: list[ValueInput | PointInput] = []
        px = context.theme.px
        self._rows = QVBoxLayout()
        self._rows.setSpacing(px(4))
        self.body.addLayout(self._rows)
        self.derivation = label("", "well", wrap=True)
        self.derivation.setTextFormat(Qt.TextFormat.RichText)
        self.derivation.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(self.derivation)
        self.words = link("", self._toggle_words)
        role(self.words, "foot")
        self.words.setToolTip("展开或收起原文")
        self._whole = FoldedText("small", lines=2)
        self.carried = label("", "small", wrap=True)
        beside = QHBoxLayout()
        beside.setSpacing(px(18))
        beside.addWidget(self._whole, 1, Qt.AlignmentFlag.AlignTop)
        beside.addWidget(self.carried, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(beside)
        self.change = EntityForm(
            context,
            Entry,
            ("override", "override_reason", "override_by"),
            columns=1,
            inline=True,
            save=self._save_change,
        )
        self.change.editors["override_by"].setMaximumWidth(px(90))
        self.body.addWidget(self.change)
        self.change_link = link("改定得分…", self._change_score)
        self.head.addWidget(self.words)
        self.head.addWidget(self.change_link)
        self._changing = False

    def show_indicator(self, indicator: Indicator) -> None:
        """Build the inputs of another indicator; what was typed before must be saved by now."""
        self._indicator = indicator
        for one in self.inputs:
            one.editor.leave()
        clear(self._rows)
        self.inputs = []
        rule = indicator.rule
        self.title.setText(f"评分标准 · {rule.label}" if rule is not None else "评分标准")
        self._changing = False
        self._whole.show_text(f"原文：{indicator.criterion}" if indicator.criterion else "", unfolded=False)
        self._show_words()
        self.carried.setText(f"执行：{rule.sentence()}" if rule is not None else "")
        specs = rule.inputs() if rule is not None else ()
        points = [spec for spec in specs if spec.kind == "point"]
        values = [spec for spec in specs if spec.kind != "point"]
        self.right.setText("1 符合　2 部分　3 不符合　0 清除　↑ 返回" if points else "")
        if values:
            grid = QGridLayout()
            grid.setHorizontalSpacing(self._context.theme.px(10))
            grid.setVerticalSpacing(self._context.theme.px(5))
            grid.setColumnStretch(1, 1)
            for row, spec in enumerate(values):
                self.inputs.append(ValueInput(self._context, indicator.id, spec, grid, row))
            self._rows.addLayout(grid)
        for spec in points:
            made = PointInput(self._context, indicator.id, spec)
            made.neighbours = self._step_point
            self.inputs.append(made)
            self._rows.addWidget(made)
        self.change.show_entity(indicator.id)

    def _show_words(self) -> None:
        """The bureau's own words are long: two lines of them, or all."""
        self.words.setVisible(bool(self._whole.whole))
        self.words.setText("收起原文 ▲" if self._whole.unfolded else "展开原文 ▼")
        self._whole.setVisible(bool(self._whole.whole))

    def _toggle_words(self) -> None:
        self._whole.show_text(self._whole.whole, unfolded=not self._whole.unfolded)
        self._show_words()

    def _save_change(self, address: object, text: str, origin: object) -> str:
        """A score set by hand is signed by who is working."""
        if not isinstance(address, Address) or not address.id:
            return ""
        session = self._context.session
        if address.field == "override":
            return put_override(session, address.id, text, person=self._context.person, origin=origin)
        return put_text(session, address, text, origin)

    def _change_score(self) -> None:
        """Open the fields of a score set by hand, which needs a reason."""
        self._changing = True
        self.change.show()
        self.change.focus_field("override")

    def _step_point(self, row: PointInput, by: int) -> None:
        points = [one for one in self.inputs if isinstance(one, PointInput)]
        to = min(max(points.index(row) + by, 0), len(points) - 1)
        points[to].setFocus(Qt.FocusReason.OtherFocusReason)
        bring_into_view(points[to])

    def focus_first(self) -> bool:
        """Put the cursor where the work begins; false when the standard asks for nothing."""
        places = [one if isinstance(one, PointInput) else one.first() for one in self.inputs]
        for widget in sorted(places, key=lambda place: isinstance(place, QPushButton)):  # fields before links
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    def focus_missing(self, scored: IndicatorScore) -> None:
        """Put the cursor into the first input that the score still lacks, else where the work begins."""
        given = scored.given or {}
        for one in self.inputs:
            if not one.spec.optional and given.get(one.spec.key, Given(None)).value is None:
                self.focus_input(one.spec.key)
                return
        self.focus_first()

    def focus_input(self, key: str) -> bool:
        """Put the cursor into one input."""
        for one in self.inputs:
            if one.spec.key == key:
                (one if isinstance(one, PointInput) else one.first()).setFocus()
                return True
        if key in self.change.editors:
            self._change_score()
            return True
        return False

    def show_score(self, scored: IndicatorScore, origin: object = None) -> None:
        """Show values, origins and the derivation as they stand."""
        evaluation = self._context.session.evaluation
        choices = Sources(evaluation).choices(scored.indicator.id)
        for one in self.inputs:
            one.show_given((scored.given or {}).get(one.spec.key, Given(None)), choices, origin)
        text = derivation_html(evaluation, scored)
        self.derivation.setText(text)
        self.derivation.setVisible(bool(text))
        entry = evaluation.entry(scored.indicator.id)
        changed = entry.override is not None or bool(entry.override_reason) or self._changing
        self.change.setVisible(changed)
        self.change_link.setVisible(not changed)
        reason = self.change.editors["override_reason"]
        if not reason.pending:
            missing = entry.override is not None and not entry.override_reason.strip()
            reason.show_fault("改定得分须写明理由。" if missing else "")


def derivation_html(evaluation: Evaluation, scored: IndicatorScore) -> str:
    """The calculation in one line, the result bold; what is missing when it can't be carried out."""
    outcome, form = scored.outcome, evaluation.form
    if outcome is None:
        return ""
    parts = [escape(step) for step in outcome.steps]
    if outcome.missing:
        parts.append(f"还缺：{escape('、'.join(outcome.missing))}")
    elif outcome.expression and scored.computed is not None:
        computed = show_score(form, scored.computed, scored.indicator)
        exact = show_plain(outcome.score or 0) == show_plain(scored.computed)
        rounded = "" if exact else f" {rounding_words(form, scored.indicator)}"
        parts.append(f"{escape(outcome.expression)} → <b>{computed}</b>{rounded}")
    if scored.overridden:
        parts.append(f"改定为 <b>{show_score(form, scored.first or 0, scored.indicator)}</b>")
    return "<br>".join(parts)
