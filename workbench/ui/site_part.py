"""现场: visits with what was seen, the facts that were counted, and which indicators take them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from workbench.domain.entities_records import Fact, Sampling, SiteRecord
from workbench.domain.evaluation import Input
from workbench.domain.records import facts_of
from workbench.services.editing import Address
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.entity_table import EntityTable
from workbench.ui.record_part import IndicatorTies, RecordPart, SignedLine, named
from workbench.ui.two_columns import TurningRow
from workbench.ui.widgets import Card, clear, link


class SitePart(RecordPart):
    """The visits, the facts of the chosen one, and what else is to be said of it."""

    title = "现场"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        card = Card(theme, "现场勘查、尽调记录")
        self.table = EntityTable(
            context,
            SiteRecord,
            ("kind", "title", "place", "started", "ended"),
            most_rows=4,
            hint="还没有现场记录。按 Ctrl N 新增，照片拖到右侧或按 Ctrl Shift V 粘贴。",
        )
        card.body.addWidget(self.table)
        self.column.addWidget(card)
        self.detail = Card(theme, "看到什么")
        self.form = EntityForm(
            context,
            SiteRecord,
            ("seen", "faults", "opinion", "counted", "population", "visited"),
            columns=3,
        )
        self.detail.body.addWidget(self.form)
        self.column.addWidget(self.detail)
        self.counted = Card(theme, "现场数据", "指标评分的计分项可“取自”这里")
        self.facts = EntityTable(
            context,
            Fact,
            ("name", "value", "booked", "unit", "observed", "note"),
            where=lambda fact: fact.record == self.table.current_id(),
            defaults=self._begin_fact,
            most_rows=6,
            hint="还没有数据。按 Ctrl N 记下清点、测量到的数，可直接作为计分项的来源。",
        )
        self.facts.set_width("unit", "计量单位")
        self.counted.body.addWidget(self.facts)
        self._uses = QVBoxLayout()
        self.counted.body.addLayout(self._uses)
        self.column.addWidget(self.counted)
        below = TurningRow(theme)
        self.persons = Card(theme, "人员与确认")
        self.people = EntityForm(
            context,
            SiteRecord,
            ("unit_persons", "team_persons", "sampling", "confirmed_by", "confirmed_on", "note"),
            columns=3,
            options={
                "sampling": lambda: named(context.session.evaluation.listed(Sampling)),
            },
        )
        self.signed = SignedLine(context)
        self.persons.body.addWidget(self.people)
        self.persons.body.addWidget(self.signed)
        self.ties = IndicatorTies(context, "涉及哪些指标", "site_record")
        below.add(self.persons, 5)
        below.add(self.ties, 4)
        self.column.addWidget(below)
        self.finish(self.table)

    def _begin_fact(self) -> dict[str, object]:
        """A new fact is of the chosen visit and its first day."""
        record = self.context.session.evaluation.get(SiteRecord, self.table.current_id())
        return {
            "record": self.table.current_id(),
            "observed": record.started if record is not None else None,
        }

    def show_record(self) -> None:
        """The chosen visit."""
        record = self.context.session.evaluation.get(SiteRecord, self.table.current_id())
        for widget in (self.detail, self.counted, self.persons, self.ties):
            widget.setVisible(record is not None)
        if record is None:
            return
        self.facts.reload()
        self.form.show_entity(record.id)
        self.people.show_entity(record.id)
        self.signed.show_record("site_record", record.id)
        self.ties.show_record(record.id)
        self._show_uses(record)

    def _show_uses(self, record: SiteRecord) -> None:
        clear(self._uses)
        evaluation = self.context.session.evaluation
        facts = {key: fact for fact in facts_of(evaluation, record.id) for key in (fact.id, fact.name)}
        for said in evaluation.table(Input).values():
            family, _, key = said.source.partition(":")
            if family == "record" and key in facts and evaluation.form.get(said.indicator) is not None:
                go = partial(self.context.navigate, Address("indicator", said.indicator))
                words = f"“{facts[key].name}”用于 {evaluation.form.place(said.indicator)}"
                self._uses.addWidget(link(words, go), 0, Qt.AlignmentFlag.AlignLeft)

    def tables(self) -> Sequence[EntityTable]:
        """The visits, then the facts of the chosen one."""
        return [self.table, self.facts] if self.table.current_id() else [self.table]

    def show_place(self, place: Address) -> None:
        """Choose a visit, or a fact of one, and the field."""
        if place.kind == "fact":
            facts = self.context.session.evaluation.table(Fact)
            fact = facts.get(place.id) or next((f for f in facts.values() if f.name == place.id), None)
            if fact is not None and self.table.show_row(fact.record):
                self.facts.show_row(fact.id, place.field)
                self.ensure_visible(self.facts)
            return
        super().show_place(place)
        for form in (self.form, self.people):
            if form.focus_field(place.field):
                self.ensure_visible(form.editors[place.field])
