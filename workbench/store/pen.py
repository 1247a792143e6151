"""Writes rows and their journal lines together, and knows what stands in every row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workbench.domain.changes import Change
from workbench.domain.evaluation import ENTITIES
from workbench.store import journal
from workbench.store.database import corrupt, transaction
from workbench.store.journal import FIRST_STEP, Line, Rows
from workbench.store.rows import STATE_MODULUS, Row, Stored, columns, row_hash, to_row, without_absent


@dataclass(frozen=True, slots=True)
class _Statements:
    insert: str
    update: str
    delete: str
    select: str


def _statements(kind: str) -> _Statements:
    names = [*(name for name, _ in columns(kind)), "row_hash"]
    quoted = [f'"{name}"' for name in names]
    return _Statements(
        f'INSERT INTO "{kind}" ({", ".join(quoted)}, id) VALUES ({", ".join("?" * (len(names) + 1))})',
        f'UPDATE "{kind}" SET {", ".join(f"{name} = ?" for name in quoted)} WHERE id = ?',
        f'DELETE FROM "{kind}" WHERE id = ?',
        f'SELECT {", ".join(quoted)}, id FROM "{kind}" ORDER BY put_order',
    )


_SQL: Mapping[str, _Statements] = {kind: _statements(kind) for kind in ENTITIES}


class Pen:
    """Writes rows and journal lines together, and knows what stands in every row."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        rows: Rows,
        head: str,
        *,
        now: Callable[[], datetime],
        author: Callable[[], str],
        seq: int = 0,
        step: int = FIRST_STEP,
    ) -> None:
        self._connection = connection
        self._now = now
        self._author = author
        self._rows = {key: (row, int(row_hash(*key, row), 16)) for key, row in rows.items()}
        self.state = sum(digest for _, digest in self._rows.values()) % STATE_MODULUS
        self.head = head
        self.seq = seq
        self.step = step

    def rows(self) -> Iterator[tuple[tuple[str, str], Row]]:
        """Every row by kind and id."""
        return ((key, row) for key, (row, _) in self._rows.items())

    def write(
        self, changes: Sequence[Change], *, step: int, action: str, target: int | None, label: str
    ) -> None:
        """All changes in one transaction, durable on return; on an error nothing of them."""
        fresh: dict[tuple[str, str], tuple[Row, int] | None] = {}
        gone: set[tuple[str, str]] = set()
        state, head, seq = self.state, self.head, self.seq
        at, by = self._now().isoformat(timespec="milliseconds"), self._author()
        with transaction(self._connection):
            for change in changes:
                key = (change.kind, change.id)
                before = fresh[key] if key in fresh else self._rows.get(key)
                row = None if change.after is None else to_row(change.after)
                after = None if row is None else (row, int(row_hash(*key, row), 16))
                self._write_row(key, before is not None, after)
                state += (after[1] if after else 0) - (before[1] if before else 0)
                state %= STATE_MODULUS
                seq += 1
                told_before, told_after = journal.difference(before[0] if before else None, row)
                line = Line(
                    seq, step, action, target, *key, told_before, told_after, label, at, by, f"{state:064x}"
                ).sealed(head)
                journal.append(self._connection, line)
                fresh[key], head = after, line.hash
                if after is None:
                    gone.add(key)
        for key in gone:
            self._rows.pop(key, None)
        self._rows.update({key: kept for key, kept in fresh.items() if kept is not None})
        self.state, self.head, self.seq = state, head, seq
        self.step = max(self.step, step)

    def _write_row(self, key: tuple[str, str], exists: bool, after: tuple[Row, int] | None) -> None:
        kind, id_ = key
        if after is None:
            if not exists:
                raise KeyError(key)
            cursor = self._connection.execute(_SQL[kind].delete, (id_,))
        else:
            row, digest = after
            statement = _SQL[kind].update if exists else _SQL[kind].insert
            cursor = self._connection.execute(statement, (*_values(kind, row), f"{digest:064x}", id_))
        if cursor.rowcount != 1:  # a damaged index may hide the row
            raise corrupt(f"{kind} {id_}: {cursor.rowcount} rows written")


def _values(kind: str, row: Row) -> list[Stored]:
    return [row.get(name) for name, _ in columns(kind)]


def read_rows(connection: sqlite3.Connection) -> dict[tuple[str, str], Row | None]:
    """Every row by kind and id in the order in which they were put; nothing for a damaged one."""
    found: dict[tuple[str, str], Row | None] = {}
    for kind in ENTITIES:
        names = [name for name, _ in columns(kind)]
        for *values, digest, id_ in connection.execute(_SQL[kind].select):
            row = without_absent(kind, dict(zip(names, values, strict=True)))
            whole = all(isinstance(value, str | int | None) for value in values)
            found[kind, id_] = row if whole and row_hash(kind, id_, row) == digest else None
    return found


def insert_rows(connection: sqlite3.Connection, rows: Rows) -> None:
    """Fill empty tables, inside the caller's transaction."""
    for (kind, id_), row in rows.items():
        connection.execute(_SQL[kind].insert, (*_values(kind, row), row_hash(kind, id_, row), id_))
