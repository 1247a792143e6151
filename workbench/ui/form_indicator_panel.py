"""One indicator of a form that is being changed: name and points, the bureau's sentence beside the rule, trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.domain.amounts import NotANumber, parse_number, show_plain
from workbench.domain.evaluation import COLLECTION_METHODS
from workbench.domain.fields import BadValue, FieldSpec, parse_value
from workbench.domain.form_edits import (
    CannotEdit,
    fit_rule,
    put_digits,
    put_points,
    put_tags,
    put_text,
    spread,
    sum_up,
)
from workbench.domain.form_outline import gap_text, rule_of
from workbench.services.form_editing import FormEditing
from workbench.ui.context import Context
from workbench.ui.fields import FieldEditor, editor_for
from workbench.ui.rule_params_form import RuleParamsForm
from workbench.ui.rule_trial import RuleTrial
from workbench.ui.widgets import Card, label, link, scrolled

_FIELDS = (
    FieldSpec("name", "指标名称", "line", required=True),
    FieldSpec("points", "分值", "score", unit="分", required=True),
    FieldSpec("explanation", "指标解释", "text"),
    FieldSpec("basis_source", "依据来源", "line"),
    FieldSpec("collection_method", "证据收集方式", "open_choice", choices=COLLECTION_METHODS),
    FieldSpec("tags", "标签（供核验使用）", "line", hint="如 产出、数量；用顿号分开"),
    FieldSpec("digits", "得分小数位数", "count", hint="不写则随本体系"),
    FieldSpec("criterion", "评价标准原文", "text", hint="照录委托方或主管部门的评分标准"),
)
_DIGITS = next(field for field in _FIELDS if field.name == "digits")
#: Row of the caption, column, and how many columns the field takes.
_HEAD = {"name": (0, 0, 1), "points": (0, 1, 1)}
_MORE = {
    "explanation": (0, 0, 2),
    "basis_source": (2, 0, 1),
    "collection_method": (2, 1, 1),
    "tags": (4, 0, 1),
    "digits": (4, 1, 1),
}


class FormIndicatorPanel(QWidget):
    """Follows the draft; what is typed goes into it at once."""

    def __init__(self, context: Context, editing: FormEditing, back: Callable[[], None]) -> None:
        """``back`` puts the keyboard into the tree again, after Enter in a short field."""
        super().__init__()
        self._context, self._editing = context, editing
        self.id = ""
        px = context.theme.px
        self.place = label("", "small", wrap=True)
        self.editors: dict[str, FieldEditor] = {}
        for field in _FIELDS:
            editor = editor_for(field, self._save)
            editor.input.setAccessibleName(field.label)
            self.editors[field.name] = editor
        for name in ("name", "points"):
            self.editors[name].input.returnPressed.connect(back)  # type: ignore[attr-defined]
        self._about = Card(context.theme, "指标", " ")
        self._about.body.addLayout(self._fields(_HEAD))
        self.sums = label("", "lost", wrap=True)
        self.by_sum: QPushButton = link("分值取下级之和", self._sum_up)
        self.by_share: QPushButton = link("按比例分配到下级", self._spread)
        self._group = QWidget()
        row = QHBoxLayout(self._group)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.sums)
        row.addWidget(self.by_share)
        row.addWidget(self.by_sum)
        row.addStretch(1)
        self._about.body.addWidget(self._group)

        self.standard = Card(context.theme, "评分标准", "左为原文，右为程序执行的标准：请核对两者是否一致")
        beside = QHBoxLayout()
        beside.setSpacing(px(12))
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(label("评价标准原文", "small"))
        left.addWidget(self.editors["criterion"])
        left.addStretch(1)
        right.addWidget(label("执行的标准", "small"))
        self.sentence = label("", "well", wrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        right.addWidget(self.sentence)
        self.faults = label("", "fault", wrap=True)
        right.addWidget(self.faults)
        self.fit: QPushButton = link("把标准中的分数按比例调到分值", self._fit, plain=True)
        right.addWidget(self.fit, 0, Qt.AlignmentFlag.AlignLeft)
        right.addStretch(1)
        beside.addLayout(left, 1)
        beside.addLayout(right, 1)
        self.standard.body.addLayout(beside)
        self.rule = RuleParamsForm(context, editing)
        self.standard.body.addWidget(self.rule)
        self.trial = RuleTrial(context)
        more = Card(context.theme, "说明与取证", " ")
        more.body.addLayout(self._fields(_MORE))

        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(14), px(8), px(14), px(14))
        column.setSpacing(px(8))
        column.addWidget(self.place)
        column.addWidget(self._about)
        column.addWidget(self.standard)
        column.addWidget(self.trial)
        column.addWidget(more)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _fields(self, where: Mapping[str, tuple[int, int, int]]) -> QGridLayout:
        px = self._context.theme.px
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(3))
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 1)
        fields = {field.name: field for field in _FIELDS}
        for name, (line, side, wide) in where.items():
            field, editor = fields[name], self.editors[name]
            caption = label(f"{field.label}（{field.unit}）" if field.unit else field.label, "small")
            caption.setBuddy(editor.input)
            grid.addWidget(caption, line, side, 1, wide)
            grid.addWidget(editor, line + 1, side, 1, wide, Qt.AlignmentFlag.AlignTop)
        return grid

    # showing

    def show_indicator(self, id_: str, origin: object = None) -> None:
        """Show an indicator of the draft; what was typed before is kept where it was typed."""
        outline = self._editing.outline
        if id_ not in outline:
            return
        self.id = id_
        row, line = outline.row(id_), outline.line(id_)
        above = outline.path(id_)[:-1]
        self.place.setText(outline.place(above[-1]) if above else "一级指标")
        for name, editor in self.editors.items():
            text = _text(row, name)
            if editor.address != (id_, name):
                editor.rebind((id_, name), text)
            elif editor is not origin:
                editor.show_text(text)
        self._about.right.setText(f"编号 {id_}")
        self.sums.setText(gap_text(line))
        self.sums.setVisible(bool(self.sums.text()))
        self._group.setVisible(not line.leaf)
        self.by_sum.setVisible(not line.leaf and bool(line.gap))
        self.standard.setVisible(line.leaf)
        if not line.leaf:
            self.trial.show_rule(id_, None)
            return
        rule, faults = rule_of(row)
        self.rule.show_row(id_, row, origin)
        self.sentence.setText(
            f"{rule.label}：{rule.sentence()}" if rule is not None else "还不能执行，见下。"
        )
        self.faults.setText("\n".join(faults))
        self.faults.setVisible(bool(faults))
        self.fit.setVisible(fit_rule(self._editing.raw, id_) != self._editing.raw)
        self.trial.show_rule(id_, rule)

    def focus_field(self, name: str, text: str = "") -> None:
        """Put the cursor into a field, its text chosen; ``text`` is typed in its place."""
        editor = self.editors[name]
        editor.input.setFocus(Qt.FocusReason.OtherFocusReason)
        editor.input.selectAll()  # type: ignore[attr-defined]
        if text:
            editor.input.insert(text)  # type: ignore[attr-defined]

    # writing

    def _save(self, address: object, text: str, origin: object) -> str:
        if not isinstance(address, tuple) or address[0] not in self._editing.outline:
            return ""  # the indicator is gone by now
        id_, name = address
        try:
            if name == "points":
                points = parse_number(text)
                self._editing.edit(lambda raw: put_points(raw, id_, points), "修改分值", origin)
            elif name == "digits":
                digits = parse_value(text, _DIGITS)
                held = digits if isinstance(digits, int) else None
                self._editing.edit(lambda raw: put_digits(raw, id_, held), "修改得分小数位数", origin)
            elif name == "tags":
                tags = [
                    tag.strip()
                    for tag in text.replace("，", "、").replace(",", "、").split("、")
                    if tag.strip()
                ]
                self._editing.edit(lambda raw: put_tags(raw, id_, tags), "修改标签", origin)
            else:
                self._editing.edit(lambda raw: put_text(raw, id_, name, text), "修改指标", origin)
        except (CannotEdit, NotANumber, BadValue) as error:
            return str(error)
        return ""

    def _sum_up(self) -> None:
        self._context.flush()
        id_ = self.id
        self._editing.edit(lambda raw: sum_up(raw, id_), "分值取下级之和")

    def _fit(self) -> None:
        self._context.flush()
        id_ = self.id
        self._editing.edit(lambda raw: fit_rule(raw, id_), "标准中的分数按分值调整")

    def _spread(self) -> None:
        self._context.flush()
        id_ = self.id
        try:
            self._editing.edit(lambda raw: spread(raw, id_), "按比例分配")
        except CannotEdit as error:
            self.sums.setText(str(error))
            self.sums.show()


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name, "")
    if value is None:
        return ""
    if name == "tags":
        return "、".join(value or ())
    if name == "points" and value:
        try:
            return show_plain(parse_number(str(value)))
        except NotANumber:
            return str(value)
    return str(value)
