"""Load an evaluation; record one change: its rows and their journal lines in one transaction."""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workbench import files
from workbench.domain.changes import Change, Step
from workbench.domain.evaluation import ENTITIES, KIND_LABELS, Entity, Evaluation
from workbench.domain.form import Form
from workbench.errors import WorkbenchError
from workbench.store import database, journal, migrations
from workbench.store.database import Damaged, told, transaction
from workbench.store.journal import FIRST_STEP, BrokenLine, Event, Line, Rows
from workbench.store.rows import (
    STATE_MODULUS,
    Row,
    columns,
    form_raw,
    form_text,
    from_row,
    row_hash,
    to_row,
)

DATABASE = "evaluation.db"
EVIDENCE = "evidence"
BACKUPS = "backups"

_SHOWN_ROWS = 5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Statements:
    insert: str
    update: str
    delete: str
    select: str


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


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


def create(
    folder: Path,
    evaluation: str,
    form: Mapping[str, Any],
    entities: Iterable[Entity],
    *,
    now: Callable[[], datetime],
    author: Callable[[], str],
) -> None:
    """Create the folder of a new evaluation with everything in it; it appears whole or not at all.

    ``evaluation`` is its id, ``form`` the raw indicator system that it keeps its own copy of,
    ``entities`` what it starts with (journalled as step 0, which cannot be undone).
    Raises :class:`WorkbenchError` when the folder exists or the disk refuses.
    """
    if folder.exists():
        raise WorkbenchError("exists", f"文件夹已存在：{folder}。", "请换一个名称。")
    fresh = files.beside(folder)
    with files.told(folder, "新建评价"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            _fill(fresh, evaluation, form, entities, now=now, author=author)
            files.swap(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _fill(
    folder: Path,
    evaluation: str,
    form: Mapping[str, Any],
    entities: Iterable[Entity],
    *,
    now: Callable[[], datetime],
    author: Callable[[], str],
) -> None:
    for path in (folder, folder / EVIDENCE, folder / BACKUPS):
        path.mkdir()
    (folder / DATABASE).touch()
    with told(folder, "新建评价"):
        connection = database.connect(folder / DATABASE)
        try:
            migrations.migrate(connection)
            text = form_text(form)
            start = journal.genesis(evaluation, text)
            created = now().isoformat(timespec="seconds")
            with transaction(connection):
                connection.executemany(
                    "INSERT INTO meta (key, value) VALUES (?, ?)",
                    [("id", evaluation), ("created", created), ("genesis", start)],
                )
                connection.execute("INSERT INTO form (id, raw) VALUES ('form', ?)", (text,))
            pen = _Pen(connection, {}, start, now=now, author=author)
            changes = [Change(None, entity) for entity in entities]
            pen.write(changes, step=FIRST_STEP, action="do", target=None, label="新建评价")
        finally:
            connection.close()
    files.fsync_file(folder / DATABASE)
    for path in (folder / EVIDENCE, folder / BACKUPS, folder):
        files.fsync_folder(path)


class _Pen:
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
            self._connection.execute(_SQL[kind].delete, (id_,))
            return
        row, digest = after
        statement = _SQL[kind].update if exists else _SQL[kind].insert
        self._connection.execute(statement, (*row.values(), f"{digest:064x}", id_))


class EvaluationStore:
    """The open store of one evaluation; the only one, on the thread that opened it."""

    def __init__(
        self,
        folder: Path,
        connection: sqlite3.Connection,
        *,
        now: Callable[[], datetime],
        author: Callable[[], str],
    ) -> None:
        """Take over an open connection and verify what it holds; see :meth:`open`."""
        self.folder = folder
        self._connection = connection
        self._id, self._form_text, start = self._read_identity()
        self._lines: list[Line] | None = journal.read(connection)
        rows = self._verified(self._lines, start)
        last = self._lines[-1] if self._lines else None
        self._pen = _Pen(
            connection,
            rows,
            last.hash if last else start,
            now=now,
            author=author,
            seq=last.seq if last else 0,
            step=max((line.step for line in self._lines), default=FIRST_STEP),
        )

    @classmethod
    def open(cls, folder: Path, *, now: Callable[[], datetime], author: Callable[[], str]) -> EvaluationStore:
        """Open the evaluation in ``folder`` for this program alone.

        Raises :class:`WorkbenchError`: ``not-found``, ``already-open``, ``read-only``,
        ``disk-error``, ``newer-schema``; :class:`Damaged` naming what is not as recorded.
        """
        path = folder / DATABASE
        if not path.is_file():
            raise WorkbenchError(
                "not-found", f"文件夹中没有评价数据：{folder}。", "请选择含有 evaluation.db 的评价文件夹。"
            )
        with told(folder, "打开评价"):
            connection = database.connect(path)
            try:
                if migrations.pending(connection, folder):
                    migrations.migrate(connection)
                # Bytes that are no text are damage; read leniently, the hashes then name the place.
                connection.text_factory = _lenient
                return cls(folder, connection, now=now, author=author)
            except BaseException:
                connection.close()
                raise

    @property
    def id(self) -> str:
        """The id of the evaluation."""
        return self._id

    @property
    def evidence_folder(self) -> Path:
        """Where the evaluation's files are kept."""
        return self.folder / EVIDENCE

    @property
    def head(self) -> str:
        """The hash of the newest journal line: it vouches for the history and for every row."""
        return self._pen.head

    @property
    def length(self) -> int:
        """How many lines the journal has."""
        return self._pen.seq

    def _read_identity(self) -> tuple[str, str, str]:
        try:
            found = self._connection.execute(
                "SELECT (SELECT value FROM meta WHERE key = 'id'), (SELECT raw FROM form),"
                " (SELECT value FROM meta WHERE key = 'genesis')"
            ).fetchone()
        except sqlite3.OperationalError as error:
            raise Damaged(f"评价“{self.folder.name}”的数据表不全。") from error
        if not all(isinstance(value, str) for value in found) or found[2] != journal.genesis(*found[:2]):
            raise Damaged(f"评价“{self.folder.name}”的编号或指标体系已损坏。")
        return found[0], found[1], found[2]

    def _verified(self, lines: list[Line], start: str) -> Rows:
        """The rows, when the journal's chain holds and tells exactly these rows."""
        try:
            journal.verify(lines, start)
            expected = journal.replay(lines)
        except BrokenLine as error:
            raise Damaged(f"评价“{self.folder.name}”的修改记录第 {error.seq} 条已损坏。") from error
        found = self._read_rows()
        damaged = [
            key
            for key in {**expected, **found}
            if key not in found or found[key] is None or found[key] != expected.get(key)
        ]
        if damaged:
            shown = "、".join(f"{KIND_LABELS[kind]} {id_}" for kind, id_ in damaged[:_SHOWN_ROWS])
            more = f" 等 {len(damaged)} 行" if len(damaged) > _SHOWN_ROWS else ""
            raise Damaged(f"评价“{self.folder.name}”中有数据与修改记录不符：{shown}{more}。", tuple(damaged))
        return {key: row for key, row in found.items() if row is not None}

    def _read_rows(self) -> dict[tuple[str, str], Row | None]:
        """Every row by kind and id in the order in which they were put; nothing for a damaged one."""
        found: dict[tuple[str, str], Row | None] = {}
        for kind in ENTITIES:
            names = [name for name, _ in columns(kind)]
            for *values, digest, id_ in self._connection.execute(_SQL[kind].select):
                row = dict(zip(names, values, strict=True))
                whole = all(isinstance(value, str | int | None) for value in values)
                found[kind, id_] = row if whole and row_hash(kind, id_, row) == digest else None
        return found

    def form_raw(self) -> dict[str, Any]:
        """The evaluation's own copy of its indicator system, as it was given."""
        return form_raw(self._form_text)

    def load(self, compile_form: Callable[[Mapping[str, Any]], Form]) -> Evaluation:
        """The evaluation as it stands, its form compiled by ``compile_form``."""
        tables: dict[str, dict[str, Entity]] = {kind: {} for kind in ENTITIES}
        for (kind, id_), row in self._pen.rows():
            tables[kind][id_] = from_row(kind, id_, row)
        frozen = {kind: MappingProxyType(table) for kind, table in tables.items()}
        return Evaluation(self._id, compile_form(self.form_raw()), MappingProxyType(frozen))

    def record(
        self, changes: Sequence[Change], *, step: int, action: str, target: int | None, label: str
    ) -> None:
        """Make the changes durable, rows and journal lines in one transaction, or raise and change nothing."""
        try:
            with told(self.folder, "保存"):
                self._pen.write(changes, step=step, action=action, target=target, label=label)
        except UnicodeEncodeError as error:
            raise WorkbenchError(
                "bad-text", "文字中有无法保存的字符，本次修改未保存。", "请删去刚粘贴的特殊符号后重试。"
            ) from error
        self._lines = None

    def undoable(self) -> tuple[list[Step], list[Step]]:
        """The steps that may be undone and redone, oldest first, as the journal tells them."""
        with told(self.folder, "读取修改记录"):
            lines = journal.read(self._connection) if self._lines is None else self._lines
        self._lines = None
        return journal.undoable(lines)

    def next_step(self) -> int:
        """The number of the next step; numbers only grow."""
        return self._pen.step + 1

    def highest(self, kind: str, field: str) -> int:
        """The highest whole number that this field of this kind ever held, 0 for none."""
        with told(self.folder, "读取修改记录"):
            return journal.highest(self._connection, kind, field)

    def history(
        self, kind: str | None = None, id_: str | None = None, field: str | None = None
    ) -> list[Event]:
        """What was done, oldest first: all of it, or of one kind, one entity, one field."""
        with told(self.folder, "读取修改记录"):
            return journal.history(self._connection, kind, id_, field)

    def copy_to(self, folder: Path) -> None:
        """Copy the evaluation with its evidence and history into a new folder; whole or not at all."""
        fresh = files.beside(folder)
        with files.told(folder, "复制评价"), told(folder, "复制评价"):
            folder.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copytree(self.folder / EVIDENCE, fresh / EVIDENCE)
                (fresh / BACKUPS).mkdir()
                database.snapshot(self._connection, fresh / DATABASE)
                for path in (fresh / EVIDENCE).rglob("*"):
                    if path.is_file():
                        files.fsync_file(path)
                for path in (fresh / EVIDENCE, fresh):
                    files.fsync_folder(path)
                files.swap(fresh, folder)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)

    def close(self) -> None:
        """Close the store; the write-ahead log is folded into the one file. Closing twice is harmless."""
        with contextlib.suppress(sqlite3.ProgrammingError):  # closed already
            try:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.OperationalError as error:
                # Everything is durable in the log beside the file; the next opening folds it in.
                _log.warning("no checkpoint on closing: %s", error)
        self._connection.close()
