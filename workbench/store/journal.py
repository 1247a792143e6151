"""The append-only history of one evaluation: undo, audit and recovery read the same list.

Every line holds the fields that differ (all of them when an entity comes or goes), and a hash
chained over the line before. ``state`` is the sum of the hashes of all rows after the line, so the
newest line vouches for every row. Lines are ordered by ``seq``, never by clock.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import operator
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.domain.changes import Change, Step
from workbench.domain.evaluation import ENTITIES, Entity
from workbench.domain.form_json import canonical
from workbench.store.rows import Row, Stored, from_row, values_of, without_absent

#: Seeding a new evaluation is step 0; it cannot be undone.
FIRST_STEP = 0
#: So many of the newest steps can be undone after a restart.
UNDO_DEPTH = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One line as stored; ``before`` and ``after`` are JSON of the fields that differ."""

    seq: int
    step: int
    action: str
    target: int | None
    kind: str
    entity: str
    before: str | None
    after: str | None
    label: str
    at: str
    by: str
    state: str
    hash: str = ""

    def sealed(self, previous: str) -> Line:
        """The line with its hash, chained over the hash of the line before."""
        return Line(*(*_unsealed(self), self._digest(previous)))

    def _digest(self, previous: str) -> str:
        fields = (previous, *_unsealed(self))
        return hashlib.sha256(canonical(fields).encode("utf-8", "surrogatepass")).hexdigest()

    def follows(self, previous: str, seq: int) -> bool:
        """Whether the line is the one with number ``seq`` after the line with the hash ``previous``."""
        try:
            return self.seq == seq and self.hash == self._digest(previous)
        except TypeError:  # a damaged cell may hold bytes
            return False


_NAMES = tuple(f.name for f in dataclasses.fields(Line))
_unsealed = operator.attrgetter(*_NAMES[:-1])
_COLUMNS = ", ".join(f'"{name}"' for name in _NAMES)
_INSERT = f"INSERT INTO journal ({_COLUMNS}) VALUES ({', '.join('?' * len(_NAMES))})"


@dataclass(frozen=True, slots=True)
class Event:
    """One line as a person reads it: the values of the fields that differ, before and after."""

    seq: int
    step: int
    action: str
    target: int | None
    kind: str
    id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    label: str
    at: str
    by: str


class BrokenLine(ValueError):
    """A line that is not what was written, or doesn't follow from those before it."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"journal line {seq}")
        self.seq = seq


def append(connection: sqlite3.Connection, line: Line) -> None:
    """Add a sealed line, inside the caller's transaction."""
    connection.execute(_INSERT, (*_unsealed(line), line.hash))


def each(connection: sqlite3.Connection) -> Iterator[Line]:
    """The lines one by one, oldest first."""
    for row in connection.execute(f"SELECT {_COLUMNS} FROM journal ORDER BY seq"):
        yield Line(*row)


def read(connection: sqlite3.Connection) -> list[Line]:
    """All lines, oldest first."""
    return list(each(connection))


def genesis(evaluation: str, form_text: str) -> str:
    """What the first line is chained over: the evaluation's id and its form."""
    return hashlib.sha256(canonical([evaluation, form_text]).encode("utf-8", "surrogatepass")).hexdigest()


def verify(lines: Iterable[Line], previous: str) -> None:
    """Check the chain from ``previous`` on; raises :class:`BrokenLine` naming the first broken line."""
    for seq, line in enumerate(lines, start=1):
        if not line.follows(previous, seq):
            raise BrokenLine(seq)
        previous = line.hash


@dataclass(frozen=True, slots=True)
class Turn:
    """What one line did to one row: the whole row before and after."""

    line: Line
    before: Row | None
    after: Row | None


def turns(lines: Iterable[Line]) -> Iterator[Turn]:
    """Replay the journal from empty, line by line; raises :class:`BrokenLine` for one that doesn't fit."""
    rows: dict[tuple[str, str], Row] = {}
    for line in lines:
        key = (line.kind, line.entity)
        row = rows.get(key)
        before, after = _fields(line, line.before), _fields(line, line.after)
        fits = line.kind in ENTITIES and (
            row is None
            if before is None
            else row is not None and all(row.get(name) == value for name, value in before.items())
        )
        if not fits or (before is None and after is None):
            raise BrokenLine(line.seq)
        if after is None:
            rows.pop(key)
            yield Turn(line, row, None)
        else:
            rows[key] = without_absent(line.kind, {**row, **after} if row is not None else after)
            yield Turn(line, row, rows[key])


def _fields(line: Line, text: str | None) -> Row | None:
    try:
        found = None if text is None else json.loads(text)
    except ValueError as error:
        raise BrokenLine(line.seq) from error
    if found is not None and not isinstance(found, dict):
        raise BrokenLine(line.seq)
    return found


Rows = dict[tuple[str, str], Row]


def replay(lines: Iterable[Line]) -> Rows:
    """Every row as the journal tells it, in the order in which they were put."""
    rows: Rows = {}
    for turn in turns(lines):
        key = (turn.line.kind, turn.line.entity)
        if turn.after is None:
            del rows[key]
        else:
            rows[key] = turn.after
    return rows


def undoable(lines: Sequence[Line]) -> tuple[list[Step], list[Step]]:
    """The steps that may be undone and redone, oldest first, no more than :data:`UNDO_DEPTH` each."""
    undo, redo = _stacks(lines)
    undo, redo = undo[-UNDO_DEPTH:], redo[-UNDO_DEPTH:]
    wanted = {*undo, *redo}
    if not wanted:
        return [], []
    changes: dict[int, list[Change]] = {number: [] for number in wanted}
    labels: dict[int, str] = {}
    entities: dict[int, tuple[Row, Entity]] = {}

    def entity(turn: Turn, row: Row | None) -> Entity | None:
        if row is None:
            return None
        # The same row object is one line's "after" and the next one's "before".
        if id(row) not in entities:
            entities[id(row)] = (row, from_row(turn.line.kind, turn.line.entity, row))
        return entities[id(row)][1]

    for turn in turns(lines):
        line = turn.line
        if line.action == "do" and line.step in wanted:
            changes[line.step].append(Change(entity(turn, turn.before), entity(turn, turn.after)))
            labels.setdefault(line.step, line.label)

    def steps(numbers: list[int]) -> list[Step]:
        return [Step(number, tuple(changes[number]), labels[number]) for number in numbers]

    return steps(undo), steps(redo)


def _stacks(lines: Iterable[Line]) -> tuple[list[int], list[int]]:
    undo: list[int] = []
    redo: list[int] = []
    last: tuple[str, int] | None = None
    for line in lines:
        if line.step == FIRST_STEP or last == (line.action, line.step):
            continue
        last = (line.action, line.step)
        if line.action == "do":
            undo.append(line.step)
            redo.clear()
        elif line.action == "undo" and undo and undo[-1] == line.target:
            redo.append(undo.pop())
        elif line.action == "redo" and redo and redo[-1] == line.target:
            undo.append(redo.pop())
        else:
            raise BrokenLine(line.seq)
    return undo, redo


def difference(before: Row | None, after: Row | None) -> tuple[str | None, str | None]:
    """The fields that differ, before and after, as the JSON of a line."""
    if before is None or after is None:
        return _json(before), _json(after)
    differing = [n for n in {**before, **after} if before.get(n) != after.get(n)]
    return _json({n: before.get(n) for n in differing}), _json({n: after.get(n) for n in differing})


def _json(fields: Mapping[str, Stored] | None) -> str | None:
    return None if fields is None else canonical(fields)


def highest(connection: sqlite3.Connection, kind: str, field: str) -> int:
    """The highest whole number that the field of this kind ever held, 0 for none."""
    found = connection.execute(
        "SELECT max(CAST(json_extract(after, ?) AS INTEGER)) FROM journal WHERE kind = ?",
        (f'$."{field}"', kind),
    ).fetchone()[0]
    return int(found or 0)


def ever(connection: sqlite3.Connection, kind: str, field: str) -> set[str]:
    """Every text that the field of this kind ever held, except the empty one."""
    found = connection.execute(
        "SELECT DISTINCT json_extract(after, ?) FROM journal WHERE kind = ?", (f'$."{field}"', kind)
    )
    return {str(row[0]) for row in found if row[0]}


def hash_at(connection: sqlite3.Connection, seq: int) -> str:
    """The hash of one line, empty when there is none."""
    found = connection.execute("SELECT hash FROM journal WHERE seq = ?", (seq,)).fetchone()
    return str(found[0]) if found else ""


def history(
    connection: sqlite3.Connection, kind: str | None, entity: str | None, field: str | None
) -> list[Event]:
    """What was done, oldest first, narrowed to a kind, an entity, a field of it."""
    where = [f'"{column}" = ?' for column, value in (("kind", kind), ("entity", entity)) if value is not None]
    values = [value for value in (kind, entity) if value is not None]
    condition = f"WHERE {' AND '.join(where)}" if where else ""
    found = connection.execute(f"SELECT {_COLUMNS} FROM journal {condition} ORDER BY seq", values)
    events = [_event(Line(*row)) for row in found]
    if field is None:
        return events
    return [event for event in events if field in (event.after or event.before or {})]


def _event(line: Line) -> Event:
    def values(text: str | None) -> Mapping[str, Any] | None:
        fields = _fields(line, text)
        return None if fields is None else values_of(line.kind, fields)

    return Event(
        line.seq,
        line.step,
        line.action,
        line.target,
        line.kind,
        line.entity,
        values(line.before),
        values(line.after),
        line.label,
        line.at,
        line.by,
    )
