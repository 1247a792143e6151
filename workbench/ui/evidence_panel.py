"""The right column of the scoring page: the evidence of the indicator, a place to drop more, a preview."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.evaluation import Evidence, Link
from workbench.domain.evidence_use import evidence_label, evidence_linked_to, evidence_of, target_label
from workbench.services.attaching import AttachReport, Target
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.evidence_cards import CardRow, EvidenceCards
from workbench.ui.evidence_intake import EvidenceDrop, IntakeStrip, intake_of
from workbench.ui.preview_panel import PreviewPanel
from workbench.ui.theme import role
from workbench.ui.widgets import label, link, rule


class DropArea(QFrame):
    """A dashed box that says what may be dropped here and which keys do the same."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        theme = context.theme
        role(self, "drop")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(6), theme.px(9), theme.px(6), theme.px(9))
        column.setSpacing(theme.px(3))
        words = label("把照片、扫描件、表格拖到这里", "soft")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(words)
        keys = QHBoxLayout()
        keys.setSpacing(theme.px(4))
        keys.addStretch(1)
        for text, part in (
            ("或", "soft"),
            ("Ctrl V", "key"),
            ("粘贴", "soft"),
            ("Ctrl O", "key"),
            ("选择", "soft"),
        ):
            keys.addWidget(label(text, part))
        keys.addStretch(1)
        column.addLayout(keys)

    def show_hover(self, hovering: bool) -> None:
        """Files are over the box."""
        role(self, "drop_here" if hovering else "drop")


class EvidencePanel(QWidget):
    """Evidence of one thing, of an indicator with its deduction lines. :meth:`show_target` says of which."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        role(self, "page")
        self._context = context
        self._target: Target | None = None
        theme = context.theme
        self._intake = intake_of(context)
        self.title = label("本项佐证", "card_title")
        self.all = link("全部", lambda: context.navigate(Address("page", "evidence")))
        self.drop = DropArea(context)
        self.strip = IntakeStrip(context, self._intake)
        self.cards = EvidenceCards(context)
        self.preview = PreviewPanel(context)
        self.preview.target = self.target
        self.setMinimumWidth(theme.px(200))
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.all)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), theme.px(9), theme.px(10), theme.px(10))
        column.setSpacing(theme.px(8))
        column.addLayout(head)
        column.addWidget(self.drop)
        column.addWidget(self.strip)
        column.addWidget(self.cards, 3)
        column.addWidget(rule())
        column.addWidget(self.preview, 2)
        dropping = EvidenceDrop(context, self, self.target)
        dropping.hovered.connect(self.drop.show_hover)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        paste.activated.connect(self.paste)
        self.cards.current_changed.connect(self._on_current)
        self.cards.open_requested.connect(self.preview.open_file)
        self.cards.remove_requested.connect(self.detach_current)
        context.bridge.changed.connect(self._on_changed)
        if self._intake is not None:
            self._intake.settled.connect(self._on_settled)

    def target(self) -> Target | None:
        """What a file dropped now would prove."""
        return self._target

    def show_indicator(self, indicator: str) -> None:
        """Show the evidence of another indicator."""
        self.show_target(("indicator", indicator) if indicator else None)

    def show_target(self, target: Target | None) -> None:
        """Show the evidence of another thing, of any kind that evidence may be tied to."""
        if target != self._target:
            self.strip.forget()
        self._target = target
        self.refresh()

    def _items(self) -> list[Evidence]:
        evaluation = self._context.session.evaluation
        if self._target is None:
            return []
        if self._target[0] == "indicator":
            return evidence_of(evaluation, self._target[1])
        return evidence_linked_to(evaluation, [self._target])

    def refresh(self) -> None:
        """Show the evidence as it stands."""
        evaluation = self._context.session.evaluation
        items = self._items()
        shown = {item.id for item in items}
        places: dict[str, str] = {}
        for each in evaluation.table(Link).values():
            if each.from_kind == "evidence" and each.from_id in shown and each.place:
                places.setdefault(each.from_id, each.place)
        self.title.setText(f"本项佐证 {len(items)}")
        self.all.setText(f"全部 {len(evaluation.table(Evidence))}")
        self.cards.set_rows([CardRow(item, places.get(item.id, "")) for item in items])
        self.preview.show_marks()

    def attach_files(self, to: Target | None = None) -> None:
        """Let the person choose files for the indicator, or for ``to``."""
        if self._intake is not None:
            self._intake.choose(to or self.target())

    def paste(self, to: Target | None = None) -> None:
        """Take in what the clipboard holds for the indicator, or for ``to``."""
        if self._intake is not None:
            self._intake.paste(to or self.target())

    def detach_current(self) -> None:
        """Take the chosen item off this indicator; the item itself stays."""
        row, target = self.cards.current(), self.target()
        attaching = self._context.services.attaching
        if row is None or target is None or attaching is None:
            return
        where = target_label(self._context.session.evaluation, *target)
        attaching.detach(row.item, target)
        self.strip.say(f"{evidence_label(row.item)} 已不再用于{where}，材料仍在；可撤销。")

    def _on_current(self, row: CardRow | None) -> None:
        self.preview.show_item(row.item if row is not None else None, row.place if row is not None else "")

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches("evidence", "link", "deduction"):
            self.refresh()

    def _on_settled(self, report: AttachReport) -> None:
        if report.items:
            self.cards.choose(report.items[0].id)
