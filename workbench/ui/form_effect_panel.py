"""影响与应用: what the draft changes and does to this evaluation, then the reason, then one step that applies it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.checks import Finding, Severity
from workbench.domain.fields import FieldSpec
from workbench.domain.form_diff import Difference, compare
from workbench.domain.form_edits import restore
from workbench.domain.form_effect import Effect, Lost, lost_with
from workbench.domain.form_raw import form_to_raw
from workbench.errors import Fault, InputRefused, WorkbenchError
from workbench.services.checking import counts_of
from workbench.services.form_editing import FormEditing
from workbench.ui.context import Context
from workbench.ui.fields import editor_for
from workbench.ui.inputs import LineInput
from workbench.ui.widgets import Card, KeyButton, Notice, clear, label, link, scrolled

#: More lines than this are counted in words.
MOST_LINES = 80
#: The same of findings that applying would raise.
MOST_FINDINGS = 12


class FormEffectPanel(QWidget):
    """Nothing is applied before its effect was shown here; ``go`` leads to an indicator of the draft."""

    def __init__(self, context: Context, editing: FormEditing, go: Callable[[str], None]) -> None:
        super().__init__()
        self._context, self._editing, self._go = context, editing, go
        self._effect: Effect | None = None
        px = context.theme.px
        self.effect_card = Card(context.theme, "应用后的影响", " ")
        self._effects = QVBoxLayout()
        self._effects.setSpacing(px(5))
        self.effect_card.body.addLayout(self._effects)
        self.agreed = QCheckBox("已看过，上述内容随指标一并删除（应用后可用 Ctrl Z 全部恢复）")
        self.agreed.toggled.connect(lambda _: self._show_ready())
        self.effect_card.body.addWidget(self.agreed)
        self.reason = editor_for(
            FieldSpec("reason", "修改理由", "line", hint="如 经与委托方沟通，按 2022 年目标调整"), self._save
        )
        self.reason.rebind("reason", "")
        self._caption = label("修改理由", "soft")
        self._caption.setBuddy(self.reason.input)
        self.apply_button = KeyButton(context.theme, "应用到本评价", "", primary=True)
        self.apply_button.clicked.connect(self.apply)
        if isinstance(self.reason.input, LineInput):
            self.reason.input.returnPressed.connect(self.apply)
        self.give_up = link("放弃草稿", self._discard)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self._caption)
        row.addWidget(self.reason, 1)
        row.addWidget(self.apply_button)
        row.addWidget(self.give_up)
        self.effect_card.body.addLayout(row)
        self.said = label("", "warning", wrap=True)
        self.said.hide()
        self.differences_card = Card(context.theme, "草稿改动", " ")
        self._differences = QVBoxLayout()
        self._differences.setSpacing(px(2))
        self.differences_card.body.addLayout(self._differences)
        self.original_card = Card(context.theme, "与原体系比较", "本评价建立时的指标体系")
        self._original = QVBoxLayout()
        self._original.setSpacing(px(2))
        self.original_card.body.addLayout(self._original)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(14), px(8), px(14), px(14))
        column.setSpacing(px(8))
        column.addWidget(self.said)
        column.addWidget(self.effect_card)
        column.addWidget(self.differences_card)
        column.addWidget(self.original_card)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def reload(self, origin: object = None) -> None:
        """Work the effect out anew and show it."""
        editing = self._editing
        draft = editing.draft
        if self.reason is not origin:
            self.reason.show_text(draft.reason if draft is not None else "")
        if origin is self.reason:
            self._show_ready()
            return
        lost_before = self._effect.lost if self._effect is not None else ()
        self._effect = None
        clear(self._effects)
        faults: tuple[Fault, ...] = ()
        try:
            self._effect = editing.effect() if draft is not None else None
        except InputRefused as refused:
            faults = tuple(fault for fault in refused.faults if fault.fatal)
        if self._effect is None or self._effect.lost != lost_before:
            self.agreed.setChecked(False)
        if faults:
            self._show_faults(faults)
        elif self._effect is not None:
            self._show_effect(self._effect)
        else:
            self._effects.addWidget(label("草稿与现行指标体系一致，没有要应用的改动。", "soft", wrap=True))
        present = self._context.session.evaluation.form
        self._show_list(self._differences, self.differences_card, compare(form_to_raw(present), editing.raw))
        revised = self._context.session.evaluation.first_form is not None
        self.differences_card.title.setText("草稿改动" if revised else "草稿改动（与原体系比较）")
        self.original_card.setVisible(revised)
        if revised:
            self._show_list(self._original, self.original_card, editing.against_original())
        self._show_ready()

    def _show_faults(self, faults: Sequence[Fault]) -> None:
        self.effect_card.right.setText(f"还有 {len(faults)} 处不能计分，改好后才能应用")
        outline = self._editing.outline
        places = {outline.place(line.id): line.id for line in outline.lines()}
        for fault in faults[:MOST_LINES]:
            id_ = places.get(fault.place, "")
            go = partial(self._go, id_) if id_ else None
            self._effects.addWidget(Notice(self._context.theme, "lost", "", str(fault), "去改 →", go))

        remaining = {line.id for line in outline.lines()}
        self._show_lost(lost_with(self._context.session.evaluation, remaining))

    def _show_lost(self, found: Iterable[Lost]) -> None:
        for lost in found:
            go = None if lost.id in self._editing.outline else partial(self._restore, lost.id)
            text = f"将失去位置：{lost}"
            self._effects.addWidget(Notice(self._context.theme, "lost", "", text, "保留该指标", go))

    def _show_effect(self, effect: Effect) -> None:
        theme = self._context.theme
        self.effect_card.right.setText("")
        self._effects.addWidget(label(effect.total_text(), "heading"))
        if effect.scores:
            grid = QGridLayout()
            grid.setHorizontalSpacing(theme.px(14))
            grid.setVerticalSpacing(theme.px(2))
            grid.addWidget(label("得分 / 分值有变化的指标", "small"), 0, 0)
            grid.addWidget(label("现在", "small"), 0, 1, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label("应用后", "small"), 0, 2, Qt.AlignmentFlag.AlignRight)
            for number, one in enumerate(effect.scores[:MOST_LINES], start=1):
                before, _, after = str(one).partition(" → ")
                grid.addWidget(label(one.place, "", wrap=True), number, 0)
                grid.addWidget(label(before, "soft"), number, 1, Qt.AlignmentFlag.AlignRight)
                grid.addWidget(label(after, "bold"), number, 2, Qt.AlignmentFlag.AlignRight)
            grid.setColumnStretch(0, 1)
            self._effects.addLayout(grid)
            if len(effect.scores) > MOST_LINES:
                self._effects.addWidget(label(f"另有 {len(effect.scores) - MOST_LINES} 个指标", "small"))
        else:
            self._effects.addWidget(label("各指标得分不变。", "soft"))
        self._show_lost(effect.lost)
        for doubt in effect.doubts:
            self._effects.addWidget(Notice(theme, "warning", "", doubt, "", None))
        checking = self._context.services.checking
        if checking is not None:
            self._show_findings(checking.supposing(effect.changes))

    def _show_findings(self, found: Sequence[Finding]) -> None:
        """What the checks will say that they do not say now: known before the form is in force."""
        if not found:
            return
        tone = "lost" if any(one.severity is Severity.ERROR for one in found) else "warning"
        words = f"应用后核验会多出 {len(found)} 项（{counts_of(found)}）："
        self._effects.addWidget(Notice(self._context.theme, tone, "", words, "", None))
        for one in found[:MOST_FINDINGS]:
            go = partial(self._go, one.indicator) if one.indicator in self._editing.outline else None
            text = f"{one.where}：{one.message}" if one.where else one.message
            each = {Severity.ERROR: "lost", Severity.WARNING: "warning"}.get(one.severity, "accent")
            self._effects.addWidget(Notice(self._context.theme, each, one.code, text, "去改 →", go))
        if len(found) > MOST_FINDINGS:
            self._effects.addWidget(label(f"另有 {len(found) - MOST_FINDINGS} 项", "small"))

    def _show_list(self, rows: QVBoxLayout, card: Card, found: Sequence[Difference]) -> None:
        clear(rows)
        card.right.setText(f"{len(found)} 处" if found else "没有不同")
        outline = self._editing.outline
        for one in found[:MOST_LINES]:
            if one.id and one.id in outline:
                row = link(str(one), partial(self._go, one.id), plain=True)
                rows.addWidget(row, 0, Qt.AlignmentFlag.AlignLeft)
            else:
                rows.addWidget(label(str(one), "soft", wrap=True))
        if len(found) > MOST_LINES:
            rows.addWidget(label(f"另有 {len(found) - MOST_LINES} 处", "small"))

    def _show_ready(self) -> None:
        effect = self._effect
        losing = effect is not None and any(lost.entities for lost in effect.lost)
        self.agreed.setVisible(losing)
        for part in (self._caption, self.reason):
            part.setVisible(self._editing.draft is not None)
        self.give_up.setVisible(self._editing.draft is not None)
        self.apply_button.setVisible(self._editing.draft is not None)
        self.apply_button.setEnabled(effect is not None and (not losing or self.agreed.isChecked()))

    def say(self, words: str) -> None:
        """Say something above the cards; empty takes it away."""
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def _save(self, _: object, text: str, origin: object) -> str:
        self._editing.put_reason(text, origin)
        return ""

    def _restore(self, id_: str) -> None:
        base = form_to_raw(self._context.session.evaluation.form)
        self._editing.edit(lambda raw: restore(raw, base, id_), "保留指标")

    def _discard(self) -> None:
        self._context.flush()
        self._editing.discard()
        self.say("已放弃草稿，可用 Ctrl Z 恢复。")

    def apply(self) -> None:
        """Put the draft in force as it was shown."""
        self._context.flush()
        effect = self._effect
        if effect is None:
            return
        try:
            self._editing.apply(effect)
        except WorkbenchError as error:
            if error.code == "no-reason":
                self.reason.show_fault(str(error))
                self.reason.input.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self.say(str(error))
            return
        self.say("已应用到本评价，可用 Ctrl Z 撤销。")
