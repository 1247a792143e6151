"""Whatever is done in whatever order, the store holds what a plain dictionary would."""

from __future__ import annotations

import dataclasses
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.store.conftest import Desk, small_form
from workbench.domain.changes import removing
from workbench.domain.evaluation import ENTITIES, Entity, Overview, Target, kind_of
from workbench.domain.fields import specs_of
from workbench.errors import WorkbenchError
from workbench.store import journal
from workbench.store.backups import WORK
from workbench.store.rows import from_row

State = dict[tuple[str, str], Entity]

_TEXT = st.text(max_size=20) | st.sampled_from(["'; DROP TABLE member; --", "\0", "得分：3。5", "{得分}"])
_NUMBERS = st.none() | st.decimals(
    min_value=-(10**14), max_value=10**14, allow_nan=False, allow_infinity=False
)
_IDS = st.sampled_from(["1", "2", "a/1", '带 空格’"'])


def _values(kind: str, choices: tuple[str, ...]) -> st.SearchStrategy[Any]:
    if choices and kind == "choice":
        return st.sampled_from(choices)
    if kind in {"number", "score", "money", "percent"}:
        return _NUMBERS
    if kind == "date":
        return st.none() | st.dates()
    if kind == "flag":
        return st.booleans()
    if kind in {"order", "count"}:
        return st.integers(0, 10**15)
    return _TEXT


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    kind = draw(st.sampled_from(sorted(ENTITIES)))
    entity_type = ENTITIES[kind]
    specs = draw(st.lists(st.sampled_from(specs_of(entity_type)), max_size=4, unique=True))
    needed = [spec for spec in specs_of(entity_type) if spec.required]
    drawn = {spec.name: draw(_values(spec.kind, spec.choices)) for spec in (*specs, *needed)}
    id_ = "overview" if kind == "overview" else draw(_IDS)
    made: Entity = entity_type(id=id_, **drawn)
    return made


class SessionMachine(RuleBasedStateMachine):
    """A session on a real store, beside a dictionary with two stacks of dictionaries."""

    @initialize()
    def begin(self) -> None:
        self.folder_of_all = tempfile.TemporaryDirectory()
        self.desk = Desk(Path(self.folder_of_all.name) / "评价")
        self.now = 0.0
        self.folder = self.desk.create(entities=(Overview(project="东湖"),))
        self.session = self.desk.session(self.folder, lambda: self.now)
        self.state: State = {("overview", "overview"): Overview(project="东湖")}
        self.undo_stack: list[State] = []
        self.redo_stack: list[State] = []

    def _did(self, after: State) -> None:
        self.undo_stack.append(self.state)
        self.redo_stack.clear()
        self.state = after

    @rule(entity=entities())
    def put(self, entity: Entity) -> None:
        key = (kind_of(entity), entity.id)
        changed = self.session.put(entity)
        assert changed == (self.state.get(key) != entity)
        if changed:
            self._did({**self.state, key: entity})

    @rule(found=st.lists(entities(), min_size=1, max_size=6))
    def put_all(self, found: list[Entity]) -> None:
        after = {**self.state, **{(kind_of(e), e.id): e for e in found}}
        if self.session.put_all(found):
            self._did(after)
        else:
            assert after == self.state

    @rule(steps=st.integers(2, 4))
    def type_on_in_one_field(self, steps: int) -> None:
        self.now += 100  # long after whatever was typed before
        key = ("overview", "overview")
        before = self.state[key]
        assert isinstance(before, Overview)
        for number in range(1, steps + 1):
            typed = dataclasses.replace(before, project=before.project + "字" * number)
            self.session.put(typed, origin="field")
            if number == 1:
                self._did({**self.state, key: typed})
            else:
                self.state = {**self.state, key: typed}

    @precondition(lambda self: len(self.state) > 1)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        keys = sorted(key for key in self.state if key[0] != "overview")
        entity = self.state[data.draw(st.sampled_from(keys))]
        gone = {(c.kind, c.id) for c in removing(self.session.evaluation, entity)}
        self.session.remove(entity)
        self._did({key: held for key, held in self.state.items() if key not in gone})

    @rule()
    def undo(self) -> None:
        step = self.session.undo()
        assert (step is not None) == bool(self.undo_stack)
        if step is not None:
            self.redo_stack.append(self.state)
            self.state = self.undo_stack.pop()

    @rule()
    def redo(self) -> None:
        step = self.session.redo()
        assert (step is not None) == bool(self.redo_stack)
        if step is not None:
            self.undo_stack.append(self.state)
            self.state = self.redo_stack.pop()

    @rule(entity=entities())
    def fail(self, entity: Entity) -> None:
        bad = Overview(project="\ud800")
        with pytest.raises(WorkbenchError):
            self.session.put_all([entity, bad])

    @rule()
    def reopen(self) -> None:
        self.session.close()
        self.session = self.desk.session(self.folder, lambda: self.now)

    @rule()
    def back_up(self) -> None:
        self.session.memory.back_up(WORK)

    @invariant()
    def holds_the_same(self) -> None:
        if not hasattr(self, "session"):
            return
        held = {
            (kind, id_): entity
            for kind, table in self.session.evaluation.tables.items()
            for id_, entity in table.items()
        }
        assert held == self.state

    def teardown(self) -> None:
        if not hasattr(self, "session"):
            return
        order = {kind: list(table) for kind, table in self.session.evaluation.tables.items() if table}
        self.session.close()
        store = self.desk.open(self.folder)
        loaded = store.load(small_form)
        assert {kind: list(table) for kind, table in loaded.tables.items() if table} == order
        replayed = journal.replay(journal.read(store._connection))
        assert {key: from_row(*key, row) for key, row in replayed.items()} == self.state
        self.desk.close()
        self.folder_of_all.cleanup()


TestSession = SessionMachine.TestCase
TestSession.settings = settings(
    max_examples=80,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_decimals_keep_every_digit(desk: Desk) -> None:
    folder = desk.create(
        entities=tuple(
            Target(id=text, name="x", value=Decimal(text))
            for text in ("0.10", "1E-20", "-0", "99999999999999.99")
        )
    )
    table = desk.open(folder).load(small_form).table(Target)
    assert {id_: str(target.value) for id_, target in table.items()} == {id_: id_ for id_ in table}
