"""指标体系: the form of this evaluation as a tree, one indicator as a form, and what changing it would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.domain import form_edits as edits
from workbench.domain.form_diff import compare
from workbench.domain.form_edits import CannotEdit
from workbench.domain.form_raw import form_to_raw
from workbench.services.editing import Address
from workbench.services.form_editing import FormEditing
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.form_effect_panel import FormEffectPanel
from workbench.ui.form_indicator_panel import FormIndicatorPanel
from workbench.ui.form_template_panel import FormTemplatePanel
from workbench.ui.form_tree import FormTree
from workbench.ui.page import Page
from workbench.ui.tabs import Tabs
from workbench.ui.theme import role
from workbench.ui.widgets import label, link, rule

INDICATOR, EFFECT, TEMPLATE = "指标", "影响与应用", "体系与模板"
#: From which width of the page on, for the base text, everything is shown.
WIDE_FROM = 760
#: What can be asked of the tree: words, and its key.
BUTTONS = (
    ("add", "新增", "Insert"),
    ("add_below", "新增下级", "Shift+Insert"),
    ("remove", "删除", "Delete"),
    ("split", "拆分", "一个末级指标分为两个，分值各半"),
    ("merge", "合并", "与下一个同级指标合并，分值相加"),
    ("up", "↑上移", "Alt+↑"),
    ("down", "↓下移", "Alt+↓"),
    ("outdent", "←升级", "Alt+←"),
    ("indent", "→降级", "Alt+→"),
)


class FormPage(Page):
    """Edits go into a draft that is kept at once; the evaluation is scored by the form in force until it is applied."""

    def __init__(self, context: Context, *, weighed: bool = True) -> None:
        """``weighed`` leaves the effect on an evaluation out when it is false: a system by itself has none."""
        super().__init__(context)
        px = context.theme.px
        self.editing = FormEditing(context.session)
        self.tree = FormTree(context.theme)
        self.tree.chosen.connect(self._on_chosen)
        self.tree.asked.connect(self.ask)
        self.tree.typed.connect(self._on_typed)
        self.sum = label("", "heading")
        self.hint = label("", "fault", wrap=True)
        self.hint.hide()
        self.indicator = FormIndicatorPanel(context, self.editing, self._back_to_tree)
        self.effect = FormEffectPanel(context, self.editing, self.go_to)
        self.template: FormTemplatePanel | None = None
        self.parts: dict[str, QWidget] = {INDICATOR: self.indicator}
        if weighed:
            self.parts[EFFECT] = self.effect
        if context.services.authoring is not None:
            self.template = FormTemplatePanel(context, self.editing, context.services.authoring)
            self.parts[TEMPLATE] = self.template
        self.stack = QStackedWidget()
        for part in self.parts.values():
            self.stack.addWidget(part)
        self.state = label("", "pill")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._left = left = QFrame()
        role(left, "side")
        left.setMinimumWidth(px(225))
        left.setMaximumWidth(px(520))
        column = QVBoxLayout(left)
        column.setContentsMargins(px(8), px(8), px(8), px(6))
        column.setSpacing(px(4))
        column.addLayout(self._sums())
        column.addWidget(self.hint)
        column.addWidget(self.tree, 1)
        column.addLayout(self._buttons())
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addLayout(self._head())
        right.addWidget(rule())
        right.addWidget(self.stack, 1)
        row.addWidget(left, 4)
        row.addWidget(rule(vertical=True))
        row.addLayout(right, 7)

    def _sums(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self.context.theme.px(8))
        row.addWidget(self.sum)
        row.addStretch(1)
        self.spread = link("按比例分配各级", self._spread)
        row.addWidget(self.spread)
        return row

    def _buttons(self) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setSpacing(0)
        self.buttons: dict[str, QPushButton] = {}
        for part in (BUTTONS[:5], BUTTONS[5:]):
            row = QHBoxLayout()
            row.setSpacing(0)
            for name, words, key in part:
                button = link(words, partial(self.ask, name), plain=True)
                button.setToolTip(key)
                button.setAccessibleName(words.strip("↑↓←→"))
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                self.buttons[name] = button
                row.addWidget(button)
            row.addStretch(1)
            lines.addLayout(row)
        self.keys = label("F2 改名 · 直接输数字改分值 · Alt 加方向键移动", "small", wrap=True)
        lines.addWidget(self.keys)
        return lines

    def _head(self) -> QHBoxLayout:
        px = self.context.theme.px
        row = QHBoxLayout()
        row.setContentsMargins(px(10), px(6), px(14), px(6))
        self.tabs = Tabs(self.context.theme, {name: name for name in self.parts}, self.show_part, by_key=True)
        self.tabs.mark(INDICATOR)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.state)
        return row

    # showing

    def minimumSizeHint(self) -> QSize:
        """Tree and fields scroll, so a small screen is enough."""
        return QSize(self.context.theme.px(480), self.context.theme.px(240))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On narrow screens the sums below and what is said twice give way."""
        wide = event.size().width() >= self.context.theme.px(WIDE_FROM)
        self.tree.show_sums(shown=wide)
        self.state.setVisible(wide)
        self.keys.setVisible(wide)
        self._left.setMaximumWidth(self.context.theme.px(520 if wide else 225))
        super().resizeEvent(event)

    def show_part(self, name: str) -> None:
        """Show one part beside the tree."""
        self.context.flush()
        self.tabs.mark(name)
        self.stack.setCurrentWidget(self.parts[name])
        self._reload_part()

    def _reload_part(self, origin: object = None) -> None:
        shown = self.stack.currentWidget()
        if shown is self.effect:
            self.effect.reload(origin)
        elif self.template is not None and shown is self.template:
            self.template.reload(origin)
        else:
            self.indicator.show_indicator(self.tree.current, origin)

    def reload(self) -> None:
        """Show the draft, or the form in force while there is none."""
        self._show(None)

    def _show(self, origin: object) -> None:
        editing = self.editing
        outline = editing.outline
        lines = outline.lines()
        _, faults = editing.compiled()
        places = {outline.place(line.id): line.id for line in lines}
        wrong: dict[str, str] = {}
        for fault in faults:
            if fault.fatal and fault.place in places:
                wrong.setdefault(places[fault.place], f"{fault.what}{fault.remedy}")
        present = self.context.session.evaluation.form
        found = compare(form_to_raw(present), editing.raw) if editing.draft is not None else []
        marks = {one.id: "新" if one.kind == "新增" else "改" for one in found if one.id}
        self.tree.show_lines(lines, marks, wrong)
        gaps = sum(1 for line in lines if line.gap)
        adds_up = outline.found == outline.total and not gaps
        self.sum.setText(f"{outline.sum_text()}{f'，{gaps} 处下级不符' if gaps else ''}")
        role(self.sum, "heading" if adds_up else "lost_bold")
        self.spread.setVisible(not adds_up)
        role(self.state, "pill_warning" if editing.draft is not None else "pill")
        self.state.setText(
            f"草稿：{len(found)} 处改动，未{'应用' if EFFECT in self.parts else '存为模板'}"
            if editing.draft is not None
            else "现行指标体系，没有改动"
        )
        fatal = sum(1 for fault in faults if fault.fatal)
        if EFFECT in self.parts:
            self.tabs.button(EFFECT).setText(f"{EFFECT}（{fatal} 处待改）" if fatal else EFFECT)
        if not self.tree.current and lines:
            first = next((line for line in lines if line.leaf), lines[0])
            self.tree.go_to(first.id)
        self._reload_part(origin)

    def update_for(self, changed: Changed) -> None:
        """Follow the draft; a field that is being typed in is left alone."""
        if changed.touches("form_revision"):
            self._say("")
            self.effect.say("")
            self._show(changed.origin)
        elif self.stack.currentWidget() is self.effect:
            self._reload_part()

    def follows_form(self, changed: Changed) -> bool:
        """Another form in force is shown at once."""
        self.update_for(changed)
        return True

    def focus_first(self) -> None:
        """The tree."""
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_place(self, place: Address) -> None:
        """Go to an indicator of the draft, and to a field of it."""
        self.go_to(place.id)
        if place.field in self.indicator.editors:
            self.indicator.focus_field(place.field)

    def go_to(self, id_: str) -> None:
        """Make an indicator the current one and show it."""
        self.context.flush()
        self.tree.go_to(id_)
        self.show_part(INDICATOR)

    def _on_chosen(self, id_: str) -> None:
        if self.stack.currentWidget() is not self.indicator:
            self.show_part(INDICATOR)
        else:
            self.indicator.show_indicator(id_)

    def _back_to_tree(self) -> None:
        self.context.flush()
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_typed(self, digit: str) -> None:
        self.show_part(INDICATOR)
        self.indicator.focus_field("points", digit)

    def _say(self, words: str) -> None:
        self.hint.setText(words)
        self.hint.setVisible(bool(words))

    # edits of the tree

    def ask(self, name: str) -> None:
        """Do one edit of the current row by its name in :data:`BUTTONS`; what makes no sense is said above the tree."""
        self.context.flush()
        id_ = self.tree.current
        if name == "rename":
            self.show_part(INDICATOR)
            self.indicator.focus_field("name")
            return
        fresh = self.editing.fresh_id()
        outline = self.editing.outline
        parent = outline.parent(id_) if id_ else ""
        doers: dict[str, tuple[str, Callable[[edits.Raw], edits.Raw]]] = {
            "add": ("新增指标", lambda raw: edits.add(raw, fresh, parent=parent, after=id_)),
            "add_below": ("新增下级指标", lambda raw: edits.add(raw, fresh, parent=id_)),
            "remove": ("删除指标", lambda raw: edits.remove(raw, id_)),
            "up": ("上移指标", lambda raw: edits.move(raw, id_, -1)),
            "down": ("下移指标", lambda raw: edits.move(raw, id_, 1)),
            "indent": ("指标降级", lambda raw: edits.indent(raw, id_)),
            "outdent": ("指标升级", lambda raw: edits.outdent(raw, id_)),
            "split": ("拆分指标", lambda raw: edits.split(raw, id_, fresh)),
            "merge": ("合并指标", lambda raw: edits.merge(raw, id_)),
        }
        label_, edited = doers[name]
        try:
            self.editing.edit(edited, label_)
        except CannotEdit as error:
            self._say(str(error))
            return
        if name in {"add", "add_below", "split"}:
            self.tree.go_to(fresh)
            self.show_part(INDICATOR)
            self.indicator.focus_field("name")
        elif name != "remove":
            self.tree.go_to(id_)

    def _spread(self) -> None:
        self.context.flush()
        try:
            self.editing.edit(lambda raw: edits.spread(raw, ""), "按比例分配")
        except CannotEdit as error:
            self._say(str(error))

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """The keys for rows and parts do the same here as on every page."""
        return {
            **self.tabs.part_actions(),
            "add_row": partial(self.ask, "add"),
            "remove_row": partial(self.ask, "remove"),
            "row_up": partial(self.ask, "up"),
            "row_down": partial(self.ask, "down"),
        }
