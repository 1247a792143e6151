"""核验: every finding with its figures, grouped and filtered; what is left before leaving the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.domain.checks import CATALOGUE, Finding, Place, Severity
from workbench.errors import WorkbenchError
from workbench.services.checking import Checking, Left
from workbench.services.editing import Address
from workbench.services.remaining import people, remaining
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.finding_card import Doing, FindingCard
from workbench.ui.left_panel import LeftPanel
from workbench.ui.page import Page
from workbench.ui.tabs import Tabs
from workbench.ui.theme import role
from workbench.ui.widgets import Card, clear, label, link, scrolled

#: More cards than this would slow the page down; the rest is counted in words.
MOST_CARDS = 200
#: 100 px of text at this many pixels is large.
_LARGE = 150

GROUPINGS: Mapping[str, Callable[[Finding], str]] = {
    "按严重程度": lambda finding: finding.severity.label,
    "按位置": lambda finding: finding.where or "整份评价",
    "按核验项": lambda finding: f"{finding.code}　{CATALOGUE.get(finding.code, '')}",
}
_PILLS = {Severity.ERROR: "pill_lost", Severity.WARNING: "pill_warning", Severity.NOTICE: "pill_accent"}


def address_of(place: Place) -> Address:
    """Where the window goes for the place of a finding."""
    if not place.kind:
        return Address("page", place.page)
    if place.page == "form":  # an indicator, where its points and its standard are changed
        return Address("form_revision", place.id, place.field)
    return Address(place.kind, place.id, place.field)


class ChecksPage(Page):
    """Findings as cards, worst first. They follow every edit."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        if context.services.checking is None:
            raise ValueError("the page of checks needs the service of checks")
        self._checking: Checking = context.services.checking
        theme = context.theme
        self._grouping = next(iter(GROUPINGS))
        self._shown: tuple[Finding, ...] | None = None
        self.cards: list[FindingCard] = []
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(18), theme.px(14), theme.px(18), theme.px(18))
        column.setSpacing(theme.px(9))
        head = QHBoxLayout()
        head.setSpacing(theme.px(9))
        head.addWidget(label("核验", "title"))
        self._pills = {severity: QLabel() for severity in Severity}
        for severity, pill in self._pills.items():
            role(pill, _PILLS[severity])
            head.addWidget(pill)
        self._said = label("", "soft")
        head.addWidget(self._said)
        head.addStretch(1)
        column.addLayout(head)
        if theme.px(100) >= _LARGE:  # large text: the tabs get a row of their own
            head = QHBoxLayout()
            head.setSpacing(theme.px(9))
            column.addLayout(head)
        self.groupings = Tabs(theme, {name: name for name in GROUPINGS}, self._group_by, spacing=9)
        self.groupings.mark(self._grouping)
        head.addWidget(self.groupings)
        self._with_waived = QCheckBox("含已放行")
        self._with_waived.toggled.connect(lambda _: self._show(force=True))
        head.addWidget(self._with_waived)
        self._left_card = Card(theme, "离场前还差什么")
        self._left = QHBoxLayout()
        self._left.setSpacing(theme.px(14))
        self._left_card.body.addLayout(self._left)
        self.everything = QPushButton("逐项列出")
        self.everything.setCheckable(True)
        role(self.everything, "tab")
        self.everything.toggled.connect(self._on_everything)
        self._left_card.head.addWidget(self.everything)
        self.remaining = LeftPanel(theme, self._go_to)
        self.remaining.hide()
        self._left_card.body.addWidget(self.remaining)
        column.addWidget(self._left_card)
        self._findings = QWidget()
        self._list = QVBoxLayout(self._findings)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(theme.px(7))
        column.addWidget(self._findings)
        self._own_card = Card(theme, "本机构核验", "数据文件夹 own_checks 下的 .toml 文件")
        self._own_lines: list[tuple[str, str]] = []
        self._own = QVBoxLayout()
        self._own.setSpacing(theme.px(3))
        self._own_card.body.addLayout(self._own)
        column.addWidget(self._own_card)
        column.addStretch(1)
        self._area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)

    def reload(self) -> None:
        """Show the findings as they stand, with the files of evidence as they lie on the disk now."""
        self._checking.look_at_files()
        self._show()

    def focus_first(self) -> None:
        """The worst finding: Enter goes to it, ↑ and ↓ to the others; how to group them while there is none."""
        if self.everything.isChecked():
            self.remaining.tree.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.cards:
            self.cards[0].show()  # a card that is not seen yet could not take the keyboard
            self.cards[0].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().focus_first()

    def update_for(self, changed: Changed) -> None:
        """Cards are made anew only when the findings differ."""
        self._show()

    def _show_own(self) -> None:
        """The firm's own checks with what keeps one from being done, and the faults of their files."""
        own = self._checking.own
        self._own_card.setVisible(bool(own.checks or own.faults))
        if self._own_card.isHidden():
            return
        lines = [(str(fault), "lost") for fault in own.faults]
        for check, missing in self._checking.own_states:
            source = f"　依据：{check.source}" if check.source else ""
            told = f"　未执行：本评价没有“{'、'.join(missing)}”的数值" if missing else ""
            words = f"{check.code}　{check.severity.label}　{check.title}：{check.condition}{source}{told}"
            lines.append((words, "soft"))
        if lines != self._own_lines:
            self._own_lines = lines
            clear(self._own)
            for words, tone in lines:
                self._own.addWidget(label(words, tone, wrap=True))

    def _group_by(self, name: str) -> None:
        self._grouping = name
        self.groupings.mark(name)
        self._show(force=True)

    def _show(self, *, force: bool = False) -> None:
        counts = self._checking.counts
        for severity, number in zip(Severity, (counts.errors, counts.warnings, counts.notices), strict=True):
            self._pills[severity].setText(f"{number} {severity.label}")
        waived = f"　已放行 {counts.waived} 项" if counts.waived else ""
        self._said.setText(f"{len(CATALOGUE)} 条规则 · 边录边查{waived}")
        self._show_left(self._checking.left)
        self._show_own()
        wanted = self._checking.findings if self._with_waived.isChecked() else self._checking.standing
        if wanted == self._shown and not force:
            return
        opened = {card.finding.key for card in self.cards if card.opened}
        focused = next((card.finding.key for card in self.cards if card.hasFocus()), "")
        self._shown = wanted
        self._fill(wanted, opened, focused)

    def _fill(self, wanted: Sequence[Finding], opened: set[str], focused: str) -> None:
        clear(self._list)
        self.cards = []
        doing = Doing(self._go, self._adopt, self._waive, self._checking.withdraw)
        group = ""
        for finding in sorted(wanted[:MOST_CARDS], key=self._order):
            name = GROUPINGS[self._grouping](finding)
            if name != group and self._grouping != "按严重程度":
                self._list.addWidget(label(name, "card_title"))
            group = name
            card = FindingCard(self.context.theme, finding, doing)
            card.open(wanted=finding.key in opened)
            self.cards.append(card)
            self._list.addWidget(card)
            if finding.key == focused:
                card.setFocus()
        if not wanted:
            self._list.addWidget(label("没有发现问题。评分、问卷、资金和文字互相一致。", "soft", wrap=True))
        elif len(wanted) > MOST_CARDS:
            self._list.addWidget(label(f"另有 {len(wanted) - MOST_CARDS} 项未显示，处理后依次出现。", "soft"))

    def _order(self, finding: Finding) -> tuple[object, ...]:
        if self._grouping == "按严重程度":
            return (finding.severity.rank, finding.code)
        return (GROUPINGS[self._grouping](finding), finding.severity.rank, finding.code)

    def _on_everything(self, wanted: bool) -> None:
        """All that is left takes the place of the findings: one screen for what is to be done on site."""
        self.remaining.setVisible(wanted)
        self._findings.setVisible(not wanted)
        self._show_left(self._checking.left)
        if wanted:
            self.remaining.tree.setFocus()

    def _go_to(self, place: Place) -> None:
        self.context.navigate(address_of(place))

    def _show_left(self, lines: Sequence[Left]) -> None:
        if self.everything.isChecked():
            evaluation = self.context.session.evaluation
            self.remaining.show_items(remaining(evaluation, lines), people(evaluation))
        clear(self._left)
        for line in lines:
            if line.count:
                go = partial(self.context.navigate, address_of(line.places[0][0]))
                button = link(f"{line.label} {line.count}", go)
                button.setToolTip("\n".join(words for _, words in line.places[:12]))
                self._left.addWidget(button)
        done = sum(1 for line in lines if not line.count)
        self._left.addWidget(label(f"其余 {done} 项已齐" if done < len(lines) else "各项已齐", "soft"))
        self._left.addStretch(1)

    def _go(self, finding: Finding) -> None:
        self.context.navigate(address_of(finding.place))

    def _adopt(self, finding: Finding) -> None:
        self.context.flush()
        self._checking.adopt(finding)

    def _waive(self, finding: Finding, reason: str) -> None:
        try:
            self._checking.waive(finding, reason)
        except WorkbenchError as error:
            self.context.alerts.error(error)
