"""New evaluations and rebuilt ones: made beside, forced to the disk, then swapped in."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench import files
from workbench.domain.changes import Change
from workbench.domain.evaluation import Entity
from workbench.domain.form_json import form_text
from workbench.errors import WorkbenchError
from workbench.store import database, journal, migrations
from workbench.store.database import told, transaction
from workbench.store.journal import FIRST_STEP, Line
from workbench.store.locked_file import DataKey
from workbench.store.pen import Pen, insert_rows

DATABASE = "evaluation.db"
EVIDENCE = "evidence"
BACKUPS = "backups"
#: Which files were handed out, beside the database.
EXPORT_LOG = "导出记录.jsonl"
#: What the list of evaluations shows of one in clear.
SUMMARY = ".summary.json"


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
    text = form_text(form)
    with told(folder, "新建评价"), contextlib.closing(_new_file(folder / DATABASE, None)) as connection:
        start = journal.genesis(evaluation, text)
        with transaction(connection):
            _identify(connection, evaluation, text, created=now().isoformat(timespec="seconds"))
        pen = Pen(connection, {}, start, now=now, author=author)
        changes = [Change(None, entity) for entity in entities]
        pen.write(changes, step=FIRST_STEP, action="do", target=None, label="新建评价")
        fold_in(connection)
    files.fsync_file(folder / DATABASE)
    for path in (folder / EVIDENCE, folder / BACKUPS, folder):
        files.fsync_folder(path)


def rebuild(
    path: Path, evaluation: str, form: str, lines: Sequence[Line], key: DataKey | None = None
) -> None:
    """A new database file with this journal, its rows replayed from it; durable on return.

    ``form`` is the form's canonical text. The lines have been verified by the caller.
    """
    with contextlib.closing(_new_file(path, key)) as connection:
        with transaction(connection):
            _identify(connection, evaluation, form, created=lines[0].at if lines else "")
            for line in lines:
                journal.append(connection, line)
            insert_rows(connection, journal.replay(lines))
        fold_in(connection)
    files.fsync_file(path)


def fold_in(connection: sqlite3.Connection) -> None:
    """Move everything from the log into the file itself, which then stands alone; raises where closing keeps silent."""
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("the log could not be folded in")


def _new_file(path: Path, key: DataKey | None) -> sqlite3.Connection:
    path.touch(exist_ok=False)
    connection = database.connect(path, key)
    try:
        migrations.migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _identify(connection: sqlite3.Connection, evaluation: str, form: str, *, created: str) -> None:
    connection.executemany(
        "INSERT INTO meta (key, value) VALUES (?, ?)",
        [("id", evaluation), ("created", created), ("genesis", journal.genesis(evaluation, form))],
    )
    connection.execute("INSERT INTO form (id, raw) VALUES ('form', ?)", (form,))
