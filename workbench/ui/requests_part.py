"""资料清单: what the unit is asked for, whether it came, and what it proves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout

from workbench.domain.entities_records import REQUEST_STATES, DocumentRequest
from workbench.domain.fields import BadValue, parse_value, spec_of
from workbench.domain.records import Tally, overdue, tally_requests
from workbench.errors import WorkbenchError
from workbench.services.editing import Address
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.entity_table import EntityTable
from workbench.ui.inputs import LineInput
from workbench.ui.record_part import IndicatorTies, RecordPart
from workbench.ui.tabs import Tabs
from workbench.ui.two_columns import TurningRow
from workbench.ui.widgets import Card, label, link

_ALL, _LATE = "全部", "逾期"
#: What the list may be narrowed to.
_SHOWN = (_ALL, REQUEST_STATES[0], _LATE, *REQUEST_STATES[1:])
#: Columns where a digit begins a value; elsewhere 1 to 4 set the state.
_DIGITS = {"due", "received"}
_STATE_KEYS = dict(zip((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4), REQUEST_STATES, strict=True))
_TONES = {"缺失": "lost", "不适用": "soft", "已收": "done"}


class _StateKeys(QObject):
    """On the list: 1 to 4 set the state of the row, unless a cell is open or takes digits itself."""

    def __init__(self, table: EntityTable, choose: Callable[[str], None]) -> None:
        super().__init__(table)
        self._table = table
        self._choose = choose
        table.view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that set a state."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        state = _STATE_KEYS.get(Qt.Key(event.key()))
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        view = self._table.view
        index = view.currentIndex()
        if state is None or held or not index.isValid():
            return False
        if view.state() == QAbstractItemView.State.EditingState:
            return False
        if self._table.model.fields[index.column()].name in _DIGITS:
            return False
        self._choose(state)
        return True


class RequestsPart(RecordPart):
    """The list with its filter, the chosen item below, its indicators beside."""

    title = "资料清单"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        self._filter = _ALL
        head = QHBoxLayout()
        head.setSpacing(theme.px(4))
        self.states = Tabs(theme, {name: name for name in _SHOWN}, self.show_only)
        self.states.mark(_ALL)
        head.addWidget(self.states)
        head.addStretch(1)
        self.column.addLayout(head)
        card = Card(theme, "资料清单", "1 未收　2 已收　3 缺失　4 不适用")
        self.table = EntityTable(
            context,
            DocumentRequest,
            ("category", "name", "status", "due", "received", "from_whom", "copy"),
            where=self._shown,
            defaults=self._begin,
            most_rows=9,
            hint="这里还没有资料。套用默认清单，或按 Ctrl N 新增一项。",
            ink=self._ink,
        )
        self.table.set_width("from_whom", "经办科室名")
        self.table.set_width("copy", "原件或复印件")
        self.table.set_least("name", "资料名称资料名称资料名称")
        card.body.addWidget(self.table)
        act = QHBoxLayout()
        act.setSpacing(theme.px(6))
        self.usual = link("套用默认资料清单（24 项）", self.apply_usual)
        act.addWidget(self.usual)
        act.addStretch(1)
        self.due = LineInput()
        self.due.setAccessibleName("统一应交日期")
        self.due.setPlaceholderText("应交日期")
        self.due.setFixedWidth(theme.px(104))
        self.due.returnPressed.connect(self.set_due)
        act.addWidget(self.due)
        act.addWidget(link("填入未收项", self.set_due))
        card.body.addLayout(act)
        self._said = label("", "fault", wrap=True)
        self._said.hide()
        card.body.addWidget(self._said)
        self.column.addWidget(card)
        below = TurningRow(theme)
        self.detail = Card(theme, "本项", " ")
        self.form = EntityForm(
            context,
            DocumentRequest,
            ("period", "to_whom", "copies", "proves", "certified", "note"),
            columns=3,
        )
        self.detail.body.addWidget(self.form)
        self.ties = IndicatorTies(context, "证明哪些指标", "document_request")
        below.add(self.detail, 5)
        below.add(self.ties, 4)
        self.column.addWidget(below)
        self.keys = _StateKeys(self.table, self.set_state)
        self.finish(self.table)

    def count(self) -> str:
        """Received of asked."""
        tally = self._tally()
        return f"{tally.received}/{tally.asked}" if tally.asked else ""

    def _tally(self) -> Tally:
        recording = self.context.services.recording
        return tally_requests(
            self.context.session.evaluation, recording.today() if recording is not None else None
        )

    def _late(self, request: DocumentRequest) -> bool:
        recording = self.context.services.recording
        return recording is not None and overdue(request, recording.today())

    def _shown(self, request: DocumentRequest) -> bool:
        if self._filter == _LATE:
            return self._late(request)
        return self._filter in {_ALL, request.status}

    def _ink(self, request: DocumentRequest, field: str) -> QColor | None:
        colors = self.context.theme.colors
        if field in {"due", "status"} and self._late(request):
            return colors.of("lost")
        if field == "status" and request.status in _TONES:
            return colors.of(_TONES[request.status])
        return colors.of("soft") if request.status == "不适用" else None

    def _begin(self) -> Mapping[str, object]:
        """A new item is seen whatever was filtered; it is of the class of the row above."""
        if self._filter not in {_ALL, REQUEST_STATES[0]}:
            self.show_only(_ALL)
        current = self.context.session.evaluation.get(DocumentRequest, self.table.current_id())
        return {"category": current.category} if current is not None else {}

    def show_only(self, name: str) -> None:
        """Show the items of one state, those overdue, or all."""
        self.context.flush()
        self._filter = name
        self.states.mark(name)
        self.reload()

    def set_state(self, state: str) -> None:
        """Set the state of the row with the cursor; where it leaves the filter, the next one comes up."""
        recording = self.context.services.recording
        index = self.table.view.currentIndex()
        request = self.context.session.evaluation.get(DocumentRequest, self.table.current_id())
        if recording is None or request is None:
            return
        recording.set_status([request], state)
        rows = self.table.model.rows
        if rows and not self.table.view.currentIndex().isValid():
            row = min(index.row(), len(rows) - 1)
            self.table.view.setCurrentIndex(self.table.model.index(row, index.column()))

    def set_due(self) -> None:
        """Give open items without a due date the one that is typed."""
        recording = self.context.services.recording
        try:
            due = parse_value(self.due.text(), spec_of(DocumentRequest, "due"))
        except BadValue as error:
            self._say(str(error))
            return
        if recording is None or not isinstance(due, date):
            self._say("请先填写应交日期，如 2022-11-14。")
            return
        self.context.flush()
        number = recording.set_due(due)
        self._say("" if number else "未收的资料都已有应交日期，没有改动。")
        if number:
            self.due.clear()

    def apply_usual(self) -> None:
        """Add the usual list; one Ctrl+Z takes it back."""
        recording = self.context.services.recording
        if recording is None:
            return
        self.context.flush()
        try:
            added = recording.apply_usual_requests()
        except WorkbenchError as error:
            self.context.alerts.error(error)
            return
        self._say("" if added else "默认清单的各项都已在表中，没有新增。")
        if added:  # the keys that mark a row work from here on
            self.table.view.setCurrentIndex(self.table.view.model().index(0, 0))
            self.table.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def show_record(self) -> None:
        """The chosen item and how all of them stand."""
        evaluation = self.context.session.evaluation
        tally = self._tally()
        states = [request.status for request in evaluation.table(DocumentRequest).values()]
        for name in _SHOWN:
            number = len(states) if name == _ALL else tally.overdue if name == _LATE else states.count(name)
            self.states.button(name).setText(f"{name} {number}" if number else name)
        request = evaluation.get(DocumentRequest, self.table.current_id())
        self.detail.setVisible(request is not None)
        self.ties.setVisible(request is not None)
        if request is not None:
            self.detail.title.setText(f"本项　{request.name[:24] or '（未命名）'}")
            self.detail.right.setText("逾期" if self._late(request) else "")
            self.form.show_entity(request.id)
            self.ties.show_record(request.id)

    def tables(self) -> Sequence[EntityTable]:
        """The one list."""
        return [self.table]

    def show_place(self, place: Address) -> None:
        """Show the item whatever was filtered."""
        if self._filter != _ALL:
            self.show_only(_ALL)
        super().show_place(place)
