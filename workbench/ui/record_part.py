"""One part of the page of records: lists and forms about the record that is chosen in its first list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.entities_records import SIGNED
from workbench.domain.evaluation import Entity
from workbench.domain.evidence_use import evidence_label
from workbench.domain.records import evidence_at
from workbench.services.attaching import Target
from workbench.services.editing import Address
from workbench.services.linking import linked, tie, untie
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.entity_table import EntityTable, actions_of
from workbench.ui.link_picker import LinkPicker, Tie
from workbench.ui.widgets import Card, label, scrolled


class RecordPart(QWidget):
    """Subclasses fill ``column`` in ``__init__`` and call :meth:`finish` with their first list."""

    chosen = Signal()
    """Another record of the first list is current."""

    title = ""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        theme = context.theme
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(theme.px(18), theme.px(6), theme.px(18), theme.px(18))
        self.column.setSpacing(theme.px(10))
        self._area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)

    def finish(self, records: EntityTable) -> None:
        """Hear which record is chosen; called once, when everything is built."""
        self.records = records
        self.column.addStretch(1)
        records.view.selectionModel().currentRowChanged.connect(lambda *_: self._on_chosen())

    def count(self) -> str:
        """How many there are, for the tab."""
        rows = len(self.context.session.evaluation.table(self.records.model.entity_type))
        return str(rows) if rows else ""

    def target(self) -> Target | None:
        """What files taken in now belong to."""
        id_ = self.records.current_id()
        return (self.records.model.kind, id_) if id_ else None

    def tables(self) -> Sequence[EntityTable]:
        """The lists that row actions may go to, the first one first."""
        return [self.records]

    def reload(self) -> None:
        """Show everything as it stands; the first record is chosen where none is."""
        self.records.reload()
        choose_first(self.records)
        self.show_record()

    def update_for(self, changed: Changed) -> None:
        """Lists and forms hear changes themselves; what hangs on the chosen record follows here."""
        choose_first(self.records)
        self.show_record()

    def show_record(self) -> None:
        """Show what belongs to the chosen record."""
        raise NotImplementedError

    def show_place(self, place: Address) -> None:
        """Choose a record and put the cursor into a field of it."""
        if self.records.show_row(place.id, place.field):
            self._area.ensureWidgetVisible(self.records)

    def row_actions(self) -> Mapping[str, Callable[[], None]]:
        """Row actions go to the list with the keyboard."""
        return actions_of(self.tables)

    def focus_first(self) -> None:
        """The first list, or its button while it is empty."""
        shown = self.records.view if self.records.model.rows else self.records.add_button
        shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chosen(self) -> None:
        self.show_record()
        self.chosen.emit()

    def ensure_visible(self, widget: QWidget) -> None:
        """Scroll to a widget of this part."""
        self._area.ensureWidgetVisible(widget)


def choose_first(table: EntityTable) -> None:
    """Put the cursor into the first row while it is nowhere."""
    if table.model.rows and not table.current_id():
        table.view.setCurrentIndex(table.model.index(0, 0))


class IndicatorTies(Card):
    """Which indicators a record is about: every scored one with a box, those ticked first in the words."""

    def __init__(self, context: Context, title: str, kind: str) -> None:
        super().__init__(context.theme, title, " ")
        self._context = context
        self._kind = kind
        self._id = ""
        self.picker = LinkPicker(context.theme, "指标体系中没有指标。", self._choose)
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.picker)
        inner.addStretch(1)
        area = scrolled(holder)
        area.setMaximumHeight(context.theme.px(150))
        area.setMinimumHeight(context.theme.px(96))
        self.body.addWidget(area)

    def show_record(self, id_: str) -> None:
        """Show the ties of another record."""
        self._id = id_
        evaluation = self._context.session.evaluation
        tied = linked(evaluation, self._kind, id_, "indicator") if id_ else set()
        form = evaluation.form
        self.picker.show_ties(
            [Tie(leaf.id, leaf.name, leaf.id in tied, form.place(leaf.id)) for leaf in form.leaves]
        )
        number = sum(1 for leaf in form.leaves if leaf.id in tied)
        self.right.setText(f"{number} 项" if number else "未关联")

    def _choose(self, indicator: str, tied: bool) -> None:
        self._context.flush()
        ends = (self._kind, self._id), ("indicator", indicator)
        (tie if tied else untie)(self._context.session, *ends)


class SignedLine(QWidget):
    """Which paper of a record is the signed sheet, in one line."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.words = label("", "small", wrap=True)
        row.addWidget(self.words, 1)

    def show_record(self, kind: str, id_: str) -> None:
        """Say which items are signed sheets."""
        signed = [
            evidence_label(item)
            for item, link in evidence_at(self._context.session.evaluation, kind, id_)
            if link.note == SIGNED
        ]
        self.words.setText(
            f"签字确认页：{'、'.join(signed)}"
            if signed
            else "签字确认页：还没有。把签字页的照片拖到右侧，再点“标为签字确认页”。"
        )


def named(entities: Sequence[Entity], field: str = "title") -> list[tuple[str, str]]:
    """Entities as choices of a field that refers to one: id and words."""
    found: list[tuple[str, str]] = []
    for entity in entities:
        held: Any = entity
        found.append((entity.id, getattr(held, field) or "（未命名）"))
    return found
