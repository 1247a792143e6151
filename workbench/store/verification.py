"""What an open database holds, believed only where its hashes and its journal vouch for it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from workbench.domain.evaluation import KIND_LABELS
from workbench.store import journal
from workbench.store.database import Damaged
from workbench.store.journal import FIRST_STEP, BrokenLine, Line, Rows
from workbench.store.pen import read_rows

_SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose database it is: the evaluation's id, its form as canonical text, the hash of both."""

    evaluation: str
    form: str
    start: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything in the database, verified."""

    identity: Identity
    lines: list[Line]
    rows: Rows

    @property
    def head(self) -> str:
        """The hash of the newest line."""
        return self.lines[-1].hash if self.lines else self.identity.start

    @property
    def evidence(self) -> set[str]:
        """The SHA-256 of every file of evidence."""
        rows = (row for (kind, _), row in self.rows.items() if kind == "evidence")
        return {str(row["sha256"]) for row in rows if row.get("sha256")}

    @property
    def step(self) -> int:
        """The highest number of a step."""
        return max((line.step for line in self.lines), default=FIRST_STEP)


def identify(connection: sqlite3.Connection) -> Identity | None:
    """Id and form, nothing when they are damaged; :class:`sqlite3.Error` when a table is missing."""
    found = connection.execute(
        "SELECT (SELECT value FROM meta WHERE key = 'id'), (SELECT raw FROM form),"
        " (SELECT value FROM meta WHERE key = 'genesis')"
    ).fetchone()
    if not all(isinstance(value, str) for value in found) or found[2] != journal.genesis(*found[:2]):
        return None
    return Identity(*found)


def read_verified(connection: sqlite3.Connection, name: str) -> Contents:
    """Read everything; raises :class:`Damaged`, in words about the evaluation ``name``, for the first doubt."""
    identity = identify(connection)
    if identity is None:
        raise Damaged(f"评价“{name}”的编号或指标体系已损坏。")
    lines = journal.read(connection)
    try:
        journal.verify(lines, identity.start)
        expected = journal.replay(lines)
    except BrokenLine as error:
        raise Damaged(f"评价“{name}”的修改记录第 {error.seq} 条已损坏。") from error
    found = read_rows(connection)
    damaged = [
        key
        for key in {**expected, **found}
        if key not in found or found[key] is None or found[key] != expected.get(key)
    ]
    if damaged:
        shown = "、".join(f"{KIND_LABELS[kind]} {id_}" for kind, id_ in damaged[:_SHOWN_ROWS])
        more = f" 等 {len(damaged)} 行" if len(damaged) > _SHOWN_ROWS else ""
        raise Damaged(f"评价“{name}”中有数据与修改记录不符：{shown}{more}。", tuple(damaged))
    return Contents(identity, lines, {key: row for key, row in found.items() if row is not None})
