"""Open a database so that nothing acknowledged is lost; its errors sorted into the world's and our own.

WAL with ``synchronous=FULL`` keeps every commit through a power cut, where SQLite's defaults lose
the last one; ``locking_mode=EXCLUSIVE`` set before the first access needs no shared-memory file, so
a full disk cannot kill the process, and keeps a second program out.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from workbench import files
from workbench.errors import WorkbenchError

#: Marks a file as ours (``WBEV``), so that another program's database is not taken for an evaluation.
APPLICATION_ID = 0x57424556

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_READ_ONLY = frozenset(
    {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
)
_DISK = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL})
_MISFITS = frozenset({None, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH})
_PRIMARY_BITS = 0xFF


class Damaged(WorkbenchError):
    """The stored evaluation is not what was recorded; ``rows`` names the damaged rows as (kind, id)."""

    def __init__(self, what: str, rows: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__("damaged", what, "请从本评价文件夹的备份恢复；恢复时损坏的文件会另行保留。")
        self.rows = rows


def connect(path: Path) -> sqlite3.Connection:
    """Open an existing database for this process alone; raises :class:`sqlite3.Error`."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=0
    )
    try:
        for pragma in (
            "locking_mode=EXCLUSIVE",  # before the first access
            "trusted_schema=OFF",
            "cell_size_check=ON",
            "mmap_size=0",
            "journal_mode=WAL",  # takes the lock
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except UnicodeDecodeError as error:
        connection.close()
        raise corrupt("its schema is no text") from error
    except BaseException:
        connection.close()
        raise
    return connection


def held(path: Path) -> bool:
    """Whether a window or another program has the database at ``path`` open just now; also one that is locked."""
    try:
        connect(path).close()
    except sqlite3.Error as error:
        return _primary(error) in _BUSY
    return False


def corrupt(what: str) -> sqlite3.DatabaseError:
    """The error of a damaged file, for damage that SQLite itself does not call so."""
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


@contextlib.contextmanager
def doubting() -> Iterator[None]:
    """While an existing file is first read, statements that do not fit its tables mean damage."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise corrupt("an error message is no text") from error
    except sqlite3.Error as error:
        if _primary(error) in _MISFITS:
            raise corrupt(str(error)) from error
        raise


def lenient(text: bytes) -> str:
    """Text as stored, also where damage left no valid text; a hash then tells that it is not what it was."""
    return text.decode("utf-8", "surrogateescape")


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing of it; durable at the end of the block."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def number(connection: sqlite3.Connection, query: str) -> int:
    """The whole number that a query answers."""
    return int(connection.execute(query).fetchone()[0])


def is_full(error: sqlite3.Error) -> bool:
    """The disk has no room left."""
    return _primary(error) == sqlite3.SQLITE_FULL


def is_uncertain(error: sqlite3.Error) -> bool:
    """Reading or writing failed in a way that leaves open what reached the disk."""
    return _primary(error) in _DISK


def _primary(error: sqlite3.Error) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else int(code) & _PRIMARY_BITS


def snapshot(connection: sqlite3.Connection, path: Path) -> None:
    """Copy an open database into a new file, durably, and check the copy by opening it.

    Raises :class:`sqlite3.Error` or :class:`OSError`; the file is gone then.
    """
    try:
        copy = sqlite3.connect(path, isolation_level=None)
        try:
            copy.execute("PRAGMA locking_mode=EXCLUSIVE")
            copy.execute("PRAGMA journal_mode=OFF")  # a copy that fails is thrown away
            connection.backup(copy)
            found = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            copy.close()
        _demand_ok(found)
        files.fsync_file(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _demand_ok(found: str) -> None:
    if found != "ok":
        raise corrupt(f"the copy is damaged: {found}")


@contextlib.contextmanager
def told(folder: Path, doing: str) -> Iterator[None]:
    """Turn the world's database errors inside the block into sentences; our own go on as they are."""
    try:
        yield
    except sqlite3.Error as error:
        sentence = world_error(error, folder, doing)
        if sentence is None:
            raise
        raise sentence from error


def world_error(error: sqlite3.Error, folder: Path, doing: str) -> WorkbenchError | None:
    """The sentence for an error of the world (lock, disk, rights, damage); nothing for an error of ours."""
    primary = _primary(error)
    if primary is None:
        return None
    if primary in _BUSY:
        return WorkbenchError(
            "already-open",
            f"评价“{folder.name}”已在另一个窗口或程序中打开。",
            "请切换到那个窗口，或先把它关闭。",
        )
    if primary == sqlite3.SQLITE_FULL:
        return WorkbenchError(
            "disk-full",
            f"{doing}时磁盘已满：{folder}。",
            "请清理磁盘空间后重试；此前已保存的内容不受影响。",
        )
    # A lock on a read-only disk fails as an I/O error.
    if primary in _READ_ONLY or (primary in _DISK and folder.exists() and not os.access(folder, os.W_OK)):
        return WorkbenchError(
            "read-only",
            f"{doing}时不能写入文件夹：{folder}。",
            "该文件夹只读或没有写入权限。请把整个评价文件夹复制到可写的位置后再打开。",
        )
    if primary in _DAMAGED:
        return Damaged(f"{doing}时发现评价“{folder.name}”的数据文件已损坏。")
    if primary in _DISK:
        return WorkbenchError(
            "disk-error",
            f"{doing}时磁盘读写出错：{folder}。",
            "请检查磁盘或U盘是否完好、是否已拔出，然后重新打开本评价。",
        )
    return None
