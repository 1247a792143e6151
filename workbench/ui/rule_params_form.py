"""计分方式: which kind of rule, and its parameters as a form made from their descriptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.form_edits import CannotEdit, put_param, put_rule, stated_params
from workbench.domain.form_outline import JUDGEMENT, Outline
from workbench.domain.rules.base import rule_types
from workbench.domain.rules.params import BadParam, Param, params_of
from workbench.services.form_editing import FormEditing
from workbench.ui.context import Context
from workbench.ui.fields import FieldEditor, editor_for
from workbench.ui.inputs import ComboInput
from workbench.ui.param_fields import entries_of, field_of, read, shown, source_options
from workbench.ui.widgets import clear, label, link

#: Where a parameter stands: indicator, parameter, and of a list the number of the entry and its part.
Address = tuple[str, str, int, str]
#: Parameters that few standards state, besides units and sources; out of sight until they are wanted.
_RARE = frozenset({"unit", "numerator", "denominator"})


def _is_rare(param: Param, rule: Mapping[str, Any]) -> bool:
    """Whether a parameter waits behind a link: nothing is stated, nothing is required, few need it."""
    named = param.name in _RARE or param.name.endswith(("_unit", "_source"))
    return named and not param.required and param.name not in rule


class RuleParamsForm(QWidget):
    """Built anew for another rule; while it stays the same only the texts follow."""

    def __init__(self, context: Context, editing: FormEditing) -> None:
        super().__init__()
        self._context, self._editing = context, editing
        self._shape: object = None
        self._id = ""
        self._expanded = False
        self._remembered: dict[str, dict[tuple[str, str], Any]] = {}
        self.editors: dict[Address, FieldEditor] = {}
        self.kind = ComboInput()
        self.kind.setAccessibleName("计分方式")
        for name, rule_type in sorted(rule_types().items(), key=lambda pair: pair[0] != JUDGEMENT):
            self.kind.addItem(rule_type.label, name)
        self.kind.setMinimumWidth(context.theme.px(76))
        self.kind.activated.connect(self._on_kind)
        caption = label("计分方式", "soft")
        caption.setBuddy(self.kind)
        self.judge = link("改为评价人判断", partial(self._choose, JUDGEMENT), plain=True)
        head = QHBoxLayout()
        head.setSpacing(context.theme.px(8))
        head.addWidget(caption)
        head.addWidget(self.kind)
        head.addWidget(self.judge)
        head.addStretch(1)
        self._holder = QVBoxLayout()
        self._holder.setSpacing(context.theme.px(6))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(context.theme.px(8))
        column.addLayout(head)
        column.addLayout(self._holder)

    # showing

    def show_row(self, id_: str, row: Mapping[str, Any], origin: object = None) -> None:
        """Show the rule of an indicator; the field that is being typed in is left alone."""
        rule = row.get("rule") or {"kind": JUDGEMENT}
        kind = str(rule.get("kind", JUDGEMENT))
        rule_type = rule_types().get(kind)
        params = params_of(rule_type) if rule_type is not None else ()
        lists = tuple(len(entries_of(param, rule)) for param in params if param.kind == "list")
        shape = (id_, kind, lists)
        if shape != self._shape:
            self._flush()
            self._shape, self._id = shape, id_
            self._build(params, rule)
        else:
            for address, editor in self.editors.items():
                if editor is not origin:
                    editor.show_text(self._text(address, rule))
        with QSignalBlocker(self.kind):
            self.kind.setCurrentIndex(self.kind.findData(kind))
        self.judge.setVisible(kind != JUDGEMENT)

    def _flush(self) -> None:
        for editor in self.editors.values():
            editor.flush()

    def _build(self, params: tuple[Param, ...], rule: Mapping[str, Any]) -> None:
        self.editors = {}
        clear(self._holder)
        plain = [param for param in params if param.kind != "list"]
        rare = [param for param in plain if _is_rare(param, rule)]
        self._add_grid([param for param in plain if param not in rare], rule, self._holder)
        if rare:
            self._more = link("", self._toggle_more, plain=True)
            self._holder.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
            self._rest = QWidget()
            inner = QVBoxLayout(self._rest)
            inner.setContentsMargins(0, 0, 0, 0)
            self._add_grid(rare, rule, inner)
            self._holder.addWidget(self._rest)
            self._count = len(rare)
            self._show_more()
        for param in params:
            if param.kind == "list" and param.item is not None:
                self._build_list(param, rule)

    def _toggle_more(self) -> None:
        self._expanded = not self._expanded
        self._show_more()

    def _show_more(self) -> None:
        self._rest.setVisible(self._expanded)
        self._more.setText("收起 ▲" if self._expanded else f"其余 {self._count} 项（取数来源、单位等）▼")

    def _add_grid(self, plain: list[Param], rule: Mapping[str, Any], holder: QVBoxLayout) -> None:
        theme = self._context.theme
        if plain:
            grid = QGridLayout()
            grid.setHorizontalSpacing(theme.px(10))
            grid.setVerticalSpacing(theme.px(5))
            columns, at = 2, 0
            for param in plain:
                caption = label(f"{param.label} *" if param.required else param.label, "soft")
                editor = self._editor((self._id, param.name, -1, ""), param, rule)
                caption.setBuddy(editor.input)
                wide = field_of(param).kind == "text"
                line, side = divmod(at + at % columns if wide else at, columns)
                at = (line + 1) * columns if wide else at + 1
                grid.addWidget(caption, line, side * 2, Qt.AlignmentFlag.AlignTop)
                caption.setMinimumHeight(editor.input.sizeHint().height())
                span = columns * 2 - 1 if wide else 1
                grid.addWidget(editor, line, side * 2 + 1, 1, span, Qt.AlignmentFlag.AlignTop)
            for side in range(columns):
                grid.setColumnStretch(side * 2 + 1, 1)
            holder.addLayout(grid)

    def _build_list(self, param: Param, rule: Mapping[str, Any]) -> None:
        theme = self._context.theme
        items = params_of(param.item) if param.item is not None else ()
        self._holder.addWidget(label(f"{param.label} *" if param.required else param.label, "card_title"))
        entries = entries_of(param, rule)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(6))
        grid.setVerticalSpacing(theme.px(4))
        if entries:
            for column, item in enumerate(items):
                if item.kind != "flag":
                    grid.addWidget(label(item.label, "small"), 0, column)
        for number in range(len(entries)):
            for column, item in enumerate(items):
                editor = self._editor((self._id, param.name, number, item.name), item, rule)
                grid.addWidget(editor, number + 1, column, Qt.AlignmentFlag.AlignTop)
            up = link("↑", partial(self._move_entry, param.name, number), plain=True)
            up.setAccessibleName(f"{param.label}第 {number + 1} 条上移")
            up.setEnabled(number > 0)
            gone = link("删", partial(self._remove_entry, param.name, number), plain=True)
            gone.setAccessibleName(f"删去{param.label}第 {number + 1} 条")
            grid.addWidget(up, number + 1, len(items), Qt.AlignmentFlag.AlignTop)
            grid.addWidget(gone, number + 1, len(items) + 1, Qt.AlignmentFlag.AlignTop)
        for column, item in enumerate(items):
            wide = item.kind == "text" and item.name in {"text", "name"}
            grid.setColumnStretch(column, 4 if wide else 0 if item.kind == "flag" else 1)
        self._holder.addLayout(grid)
        add = link(f"＋ 添加{param.label}", partial(self._add_entry, param))
        self._holder.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)

    def _editor(self, address: Address, param: Param, rule: Mapping[str, Any]) -> FieldEditor:
        now = self._value(address, rule)
        evaluation = self._context.session.evaluation
        options = partial(source_options, evaluation, str(now or ""))
        editor = editor_for(field_of(param), partial(self._save, param), options=options)
        editor.rebind(address, self._text(address, rule))
        editor.input.setMinimumWidth(self._context.theme.px(56))
        if param.hint:
            editor.input.setToolTip(param.hint)
        editor.input.setAccessibleName(param.label)
        self.editors[address] = editor
        return editor

    def _value(self, address: Address, rule: Mapping[str, Any]) -> object:
        _, name, number, part = address
        if number < 0:
            return rule.get(name)
        entries = entries_of(self._param(rule, name), rule)
        return entries[number].get(part) if number < len(entries) else None

    @staticmethod
    def _param(rule: Mapping[str, Any], name: str) -> Param:
        rule_type = rule_types()[str(rule.get("kind", JUDGEMENT))]
        return next(one for one in params_of(rule_type) if one.name == name)

    def _text(self, address: Address, rule: Mapping[str, Any]) -> str:
        _, name, number, part = address
        param = self._param(rule, name)
        if number >= 0 and param.item is not None:
            param = next(one for one in params_of(param.item) if one.name == part)
        return shown(param, self._value(address, rule))

    # writing

    def _rule(self, id_: str) -> Mapping[str, Any]:
        return self._editing.outline.row(id_).get("rule") or {"kind": JUDGEMENT}

    def _put(self, id_: str, name: str, value: object, origin: object = None) -> None:
        self._editing.edit(lambda raw: put_param(raw, id_, name, value), "修改计分方式", origin)

    def _save(self, param: Param, address: object, text: str, origin: object) -> str:
        if not isinstance(address, tuple) or address[0] not in self._editing.outline:
            return ""  # the indicator is gone by now
        id_, name, number, part = address
        try:
            value = read(param, text)
        except BadParam as error:
            return f"{param.label}{error}。".replace("。。", "。")
        if number < 0:
            self._put(id_, name, value, origin)
            return ""
        rule = self._rule(id_)
        holder = next((one for one in params_of(rule_types()[str(rule["kind"])]) if one.name == name), None)
        entries = entries_of(holder, rule) if holder is not None else []
        if number >= len(entries):
            return ""
        before = [dict(entry) for entry in entries]
        entries[number].pop(part, None)
        if value is not None:
            entries[number][part] = value
        if entries != before:
            self._put(id_, name, entries, origin)
        return ""

    def _entries(self, name: str, change: Callable[[list[dict[str, Any]]], None]) -> None:
        self._flush()
        rule = self._rule(self._id)
        entries = entries_of(self._param(rule, name), rule)
        change(entries)
        self._put(self._id, name, entries)

    def _add_entry(self, param: Param) -> None:
        self._entries(param.name, lambda entries: entries.append({}))
        number = len(entries_of(param, self._rule(self._id))) - 1
        first = next((e for a, e in self.editors.items() if a[1:3] == (param.name, number)), None)
        if first is not None:
            first.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove_entry(self, name: str, number: int) -> None:
        self._entries(name, lambda entries: entries.__delitem__(number))

    def _move_entry(self, name: str, number: int) -> None:
        self._entries(name, lambda entries: entries.insert(number - 1, entries.pop(number)))

    def _on_kind(self, _: int) -> None:
        self._choose(str(self.kind.currentData()))

    def _choose(self, kind: str) -> None:
        self._context.flush()
        id_ = self._id
        # The arrow keys lead through many kinds: what one of them has no place for is there again later.
        kept = self._remembered.setdefault(id_, {})
        kept |= stated_params(self._editing.raw, id_)
        try:
            self._editing.edit(lambda raw: put_rule(raw, id_, kind, kept), "更换计分方式")
        except CannotEdit:
            self.show_row(id_, Outline(self._editing.raw).row(id_))
