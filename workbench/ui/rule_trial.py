"""试算: the inputs of a rule that is being written, with trial numbers; the derivation and the score at once."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from workbench.domain.amounts import NotANumber, parse_number, round_half_up, show, show_plain
from workbench.domain.fields import FieldSpec
from workbench.domain.form import Indicator
from workbench.domain.rules.base import Given, InputSpec, Rule
from workbench.domain.scoring import read_input, resolve_inputs
from workbench.domain.sources import Sources
from workbench.ui.context import Context
from workbench.ui.fields import FieldEditor, editor_for
from workbench.ui.widgets import Card, clear, label

_DEDUCTED = InputSpec("（扣分）", "扣分合计", "score", unit="分")


def _field(spec: InputSpec) -> FieldSpec:
    """One line for every input, but words to choose from where there are some."""
    choices = (
        ("符合", "不符合") if spec.kind == "point" else ("是", "否") if spec.kind == "flag" else spec.choices
    )
    return FieldSpec(spec.key, spec.label, "open_choice" if choices else "line", choices=choices)


class RuleTrial(Card):
    """Trial numbers belong to this page alone: they are kept while it is open and write nothing."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme, "试算", "填数即见得分；空着的取本评价现有的数")
        self._context = context
        self._texts: dict[tuple[str, str], str] = {}
        self._shape: object = None
        self._rule: Rule | None = None
        self._indicator: Indicator | None = None
        self.editors: dict[str, FieldEditor] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(context.theme.px(10))
        self._grid.setVerticalSpacing(context.theme.px(4))
        self.body.addLayout(self._grid)
        self.result = label("", "well", wrap=True)
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(self.result)

    def show_rule(self, id_: str, rule: Rule | None) -> None:
        """Try another rule, or the same one with other parameters."""
        self.setVisible(rule is not None)
        self._rule = rule
        if rule is None:
            return
        self._indicator = Indicator(id_, id_, 1, "", rule.full_mark, rule=rule)
        specs = rule.inputs() or (_DEDUCTED,)
        shape = (id_, rule.kind, tuple((spec.key, spec.label, spec.kind, spec.choices) for spec in specs))
        if shape != self._shape:
            self._shape = shape
            self._build(id_, specs)
        self._show_result()

    def _build(self, id_: str, specs: tuple[InputSpec, ...]) -> None:
        clear(self._grid)
        self.editors = {}
        for number, spec in enumerate(specs):
            editor = editor_for(_field(spec), self._save)
            editor.rebind((id_, spec.key), self._texts.get((id_, spec.key), ""))
            editor.input.setMaximumWidth(self._context.theme.px(150))
            editor.input.setAccessibleName(f"试算：{spec.label}")
            caption = label(f"{spec.label}（{spec.unit}）" if spec.unit else spec.label, "soft", wrap=True)
            caption.setBuddy(editor.input)
            self.editors[spec.key] = editor
            self._grid.addWidget(caption, number, 0)
            self._grid.addWidget(editor, number, 1)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)

    def _save(self, address: object, text: str, _: object) -> str:
        """A trial number is kept here; what can't be read is said under it."""
        if not isinstance(address, tuple):
            return ""
        self._texts[address] = text
        return self._show_result().get(address[1], "")

    def _given(self) -> tuple[dict[str, Given], Decimal]:
        rule, indicator = self._rule, self._indicator
        if rule is None or indicator is None:
            return {}, Decimal(0)
        evaluation = self._context.session.evaluation
        sources = Sources(evaluation)
        found = resolve_inputs(evaluation, indicator, rule.inputs(), sources)
        for spec in rule.inputs():
            text = self._texts.get((indicator.id, spec.key), "").strip()
            if text:
                found[spec.key] = read_input(text, spec, evaluation.overview.fund_unit)
        lines = sources.deductions(indicator.id)
        off = sum((line.points for line in lines if line.points is not None), Decimal(0))
        tried = self._texts.get((indicator.id, _DEDUCTED.key), "").strip()
        try:
            off = parse_number(tried) if tried else off
        except NotANumber:
            return found, off
        return found, off

    def _show_result(self) -> dict[str, str]:
        """Carry the rule out and show what comes; returns what could not be read, by input."""
        rule = self._rule
        if rule is None:
            return {}
        given, off = self._given()
        for spec in rule.inputs() or (_DEDUCTED,):
            editor = self.editors.get(spec.key)
            held = given.get(spec.key)
            if editor is not None:
                editor.show_placeholder(held.text if held is not None else show_plain(off))
        outcome = rule.evaluate(given, off)
        lines = list(outcome.steps)
        if outcome.missing:
            lines.append(f"还缺：{'、'.join(outcome.missing)}")
        if outcome.score is not None:
            rounding = self._context.session.evaluation.form.rounding
            score = round_half_up(outcome.score, rounding.digits)
            expression = f"{outcome.expression} → " if outcome.expression else ""
            lines.append(f"{expression}得 {show(score, rounding.digits)} / {show_plain(rule.full_mark)} 分")
        self.result.setText("\n".join(lines))
        return {key: one.fault for key, one in given.items() if one.fault and (self._key(key) in self._texts)}

    def _key(self, key: str) -> tuple[str, str]:
        return (self._indicator.id if self._indicator is not None else "", key)

    @property
    def score(self) -> Fraction | None:
        """The exact score of the trial, nothing while an input is missing."""
        if self._rule is None:
            return None
        given, off = self._given()
        return self._rule.evaluate(given, off).score
