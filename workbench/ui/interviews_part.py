"""座谈: who met when and where, questions and answers, who confirmed them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt

from workbench.domain.entities_records import Exchange, Interview
from workbench.errors import WorkbenchError
from workbench.services.editing import Address
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.entity_table import EntityTable
from workbench.ui.exchange_entry import ExchangeEntry
from workbench.ui.record_part import IndicatorTies, RecordPart, SignedLine
from workbench.ui.two_columns import TurningRow
from workbench.ui.widgets import Card, link


class InterviewsPart(RecordPart):
    """The interviews, the lines of the chosen one, and what else is to be said of it."""

    title = "座谈"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        card = Card(theme, "座谈记录")
        self.table = EntityTable(
            context,
            Interview,
            ("title", "held", "begins", "ends", "place", "host"),
            most_rows=3,
            hint="还没有座谈记录。按 Ctrl N 新增，再套用座谈提纲或直接记下问答。",
        )
        self.table.set_width("host", "主持人姓名")
        self.table.set_least("title", "座谈名称座谈名称")
        card.body.addWidget(self.table)
        self.column.addWidget(card)
        self.talk = Card(theme, "问答", " ")
        self.lines = EntityTable(
            context,
            Exchange,
            ("topic", "question", "answer"),
            where=lambda line: line.interview == self.table.current_id(),
            defaults=lambda: {"interview": self.table.current_id()},
            most_rows=4,
            hint="还没有问答。在上面写问题，按 Enter 写答复，再按 Enter 写下一问。",
        )
        self.lines.set_width("topic", "议题议题议题议")
        self.entry = ExchangeEntry(context, self.lines)
        self.outline = link("套用座谈提纲（十个议题）", self.add_outline)
        self.talk.body.addWidget(self.entry)
        self.talk.body.addWidget(self.lines)
        self.talk.body.addWidget(self.outline, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self.talk)
        below = TurningRow(theme)
        self.detail = Card(theme, "人员与确认")
        self.form = EntityForm(
            context,
            Interview,
            ("unit_persons", "team_persons", "topics", "recorder", "confirmed_by", "confirmed_on", "note"),
            columns=3,
        )
        self.signed = SignedLine(context)
        self.detail.body.addWidget(self.form)
        self.detail.body.addWidget(self.signed)
        self.ties = IndicatorTies(context, "涉及哪些指标", "interview")
        below.add(self.detail, 5)
        below.add(self.ties, 4)
        self.column.addWidget(below)
        self.lines.view.selectionModel().currentRowChanged.connect(lambda *_: self._on_line())
        self.finish(self.table)

    def show_record(self) -> None:
        """The chosen interview."""
        interview = self.context.session.evaluation.get(Interview, self.table.current_id())
        for widget in (self.talk, self.detail, self.ties):
            widget.setVisible(interview is not None)
        if interview is None:
            return
        self.lines.reload()
        self.entry.show_interview(interview.id)
        number = len(self.lines.model.rows)
        answered = sum(1 for line in self.lines.model.rows if getattr(line, "answer", "").strip())
        self.talk.right.setText(f"{number} 问，已答 {answered}" if number else "")
        self.form.show_entity(interview.id)
        self.signed.show_record("interview", interview.id)
        self.ties.show_record(interview.id)

    def _on_line(self) -> None:
        if id_ := self.lines.current_id():
            self.entry.show_line(id_)

    def add_outline(self) -> None:
        """Add the questions of the usual outline; one Ctrl+Z takes them back."""
        recording = self.context.services.recording
        interview = self.table.current_id()
        if recording is None or not interview:
            return
        self.context.flush()
        try:
            recording.add_outline(interview)
        except WorkbenchError as error:
            self.context.alerts.error(error)
            return
        if self.lines.model.rows:
            self.lines.show_row(self.lines.model.rows[0].id)
            self.entry.editors["answer"].input.setFocus(Qt.FocusReason.OtherFocusReason)

    def tables(self) -> Sequence[EntityTable]:
        """The interviews, then the lines of the chosen one."""
        return [self.table, self.lines] if self.table.current_id() else [self.table]

    def show_place(self, place: Address) -> None:
        """Choose an interview, or a line of one, and the field."""
        if place.kind == "exchange":
            line = self.context.session.evaluation.get(Exchange, place.id)
            if line is not None and self.table.show_row(line.interview):
                self.lines.show_row(line.id, place.field)
                self.ensure_visible(self.lines)
            return
        super().show_place(place)
        if self.form.focus_field(place.field):
            self.ensure_visible(self.form.editors[place.field])
