"""Open a database so that nothing acknowledged is lost; its errors sorted into the world's and our own.

WAL with ``synchronous=FULL`` keeps every commit through a power cut, where SQLite's defaults lose
the last one; ``locking_mode=EXCLUSIVE`` set before the first access needs no shared-memory file, so
a full disk cannot kill the process, and keeps a second program out.

With a key the file is an encrypted one: SQLCipher 4, every page AES-256-CBC with an HMAC-SHA512 of its own, the log
beside it too. SQLCipher's errors are classes of its own with SQLite's codes; :func:`errors` names both kinds.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench import files
from workbench.errors import WorkbenchError
from workbench.store.locked_file import DataKey

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
#: SQLite's own words for codes, for a driver that tells no code when it copies a database.
_CODES = {
    "disk I/O error": sqlite3.SQLITE_IOERR,
    "database or disk is full": sqlite3.SQLITE_FULL,
    "database disk image is malformed": sqlite3.SQLITE_CORRUPT,
    "file is not a database": sqlite3.SQLITE_NOTADB,
    "database is locked": sqlite3.SQLITE_BUSY,
    "attempt to write a readonly database": sqlite3.SQLITE_READONLY,
    "unable to open database file": sqlite3.SQLITE_CANTOPEN,
}
#: What a database in clear begins with; an encrypted one begins with its random salt.
PLAIN_MARK = b"SQLite format 3\0"
_CIPHER = "sqlcipher3.dbapi2"


class Damaged(WorkbenchError):
    """The stored evaluation is not what was recorded; ``rows`` names the damaged rows as (kind, id)."""

    def __init__(self, what: str, rows: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__("damaged", what, "请从本评价文件夹的备份恢复；恢复时损坏的文件会另行保留。")
        self.rows = rows


def errors(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """The base classes of database errors, to be caught: SQLite's, SQLCipher's once it is in use, and ``others``."""
    cipher: Any = sys.modules.get(_CIPHER)
    return (sqlite3.Error, *others) if cipher is None else (sqlite3.Error, cipher.Error, *others)


def _cipher() -> Any:
    """The driver of encrypted databases; raises :class:`WorkbenchError` where it is missing."""
    try:
        import sqlcipher3.dbapi2 as cipher
    except ImportError as error:
        raise WorkbenchError(
            "no-cipher", "本机的程序缺少加密库，不能打开或设置评价密码。", "请重新安装完整的程序。"
        ) from error
    return cipher


def demand_cipher() -> None:
    """Refuse where encrypted databases can't be used; raises :class:`WorkbenchError`."""
    _cipher()


def is_plain(path: Path) -> bool:
    """Whether a file begins like a database in clear; ``OSError`` passes."""
    with path.open("rb") as file:
        return file.read(len(PLAIN_MARK)) == PLAIN_MARK


def _opened(where: str, key: DataKey | None, *, uri: bool, cipher: bool = False) -> sqlite3.Connection:
    """A bare connection, keyed; ``cipher`` takes SQLCipher for a file in clear too."""
    if key is None and not cipher:
        return sqlite3.connect(where, uri=uri, isolation_level=None, timeout=0)
    made: sqlite3.Connection = _cipher().connect(where, uri=uri, isolation_level=None, timeout=0)
    # It would write to standard error; what is wrong is told by the codes.
    made.execute("PRAGMA cipher_log_level=NONE")
    made.execute("PRAGMA cipher_default_compatibility=4")
    if key is not None:
        made.execute(f"PRAGMA key={_quoted(key)}")
    return made


def _raw(key: DataKey) -> str:
    return f"x'{key.database}'"


def _quoted(key: DataKey) -> str:
    return f'"{_raw(key)}"'


def connect(path: Path, key: DataKey | None = None, *, cipher: bool = False) -> sqlite3.Connection:
    """Open an existing database for this process alone, an encrypted one with its ``key``; raises :func:`errors`.

    ``cipher`` takes SQLCipher for a database in clear too, so that :func:`convert` can encrypt it. A wrong key is
    told as damage: verify it before.
    """
    connection = _opened(f"{path.absolute().as_uri()}?mode=rw", key, uri=True, cipher=cipher)
    try:
        with doubting():  # a changed byte in its head makes a file that is of no known format
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
    except BaseException:
        connection.close()
        raise
    return connection


def file_at(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to, nothing when there is none; a copy of it is another."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
    except errors() as error:
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


def is_full(error: Exception) -> bool:
    """The disk has no room left."""
    return _primary(error) == sqlite3.SQLITE_FULL


def is_uncertain(error: Exception) -> bool:
    """Reading or writing failed in a way that leaves open what reached the disk."""
    return _primary(error) in _DISK


def _primary(error: Exception) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return _CODES.get(str(error)) if code is None else int(code) & _PRIMARY_BITS


def snapshot(connection: sqlite3.Connection, path: Path, key: DataKey | None = None) -> None:
    """Copy an open database with its ``key`` into a new file, durably, and check the copy by reading it.

    Raises :func:`errors` or :class:`OSError`; the file is gone then.
    """
    try:
        copy = _opened(str(path), key, uri=False)
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


def convert(connection: sqlite3.Connection, path: Path, key: DataKey | None) -> None:
    """Copy an open database of SQLCipher into a new file with another ``key`` or none, durably; the copy is read again.

    Raises :func:`errors` or :class:`OSError`; the file is gone then.
    """
    try:
        connection.execute("ATTACH DATABASE ? AS copy KEY ?", (str(path), "" if key is None else _raw(key)))
        try:
            for pragma in ("journal_mode=OFF", "synchronous=OFF"):  # a copy that fails is thrown away
                connection.execute(f"PRAGMA copy.{pragma}")
            with transaction(connection):
                connection.execute("SELECT sqlcipher_export('copy')").fetchall()
                for pragma in ("application_id", "user_version"):
                    value = number(connection, f"PRAGMA main.{pragma}")
                    connection.execute(f"PRAGMA copy.{pragma}={value}")
        finally:
            connection.execute("DETACH DATABASE copy")
        with contextlib.closing(_opened(str(path), key, uri=False)) as copy:
            copy.execute("PRAGMA locking_mode=EXCLUSIVE")
            _demand_ok(str(copy.execute("PRAGMA quick_check(1)").fetchone()[0]))
            same = is_plain(path) == (key is None) and _content(copy) == _content(connection)
            _demand_ok("ok" if same else "it does not read back")
        files.fsync_file(path)
    except BaseException:
        for ending in ("", "-journal", "-wal"):
            files.discard(path.with_name(f"{path.name}{ending}"))
        raise


def _content(connection: sqlite3.Connection) -> str:
    """A hash of everything in the tables and of how they are made."""
    held = hashlib.sha256()
    made = connection.execute("SELECT name, sql, type FROM main.sqlite_schema ORDER BY type, name").fetchall()
    held.update(repr([row[:2] for row in made]).encode("utf-8", "surrogateescape"))
    for name, _, kind in made:
        if kind == "table":
            for row in connection.execute(f'SELECT * FROM main."{name}"'):
                held.update(repr(row).encode("utf-8", "surrogateescape"))
    return held.hexdigest()


def leave_log(connection: sqlite3.Connection) -> None:
    """Fold the log in for good and keep the file to this process alone: its name may be given to another file now."""
    if connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
        raise sqlite3.OperationalError("the log could not be folded in")


def _demand_ok(found: str) -> None:
    if found != "ok":
        raise corrupt(f"the copy is damaged: {found}")


@contextlib.contextmanager
def told(folder: Path, doing: str) -> Iterator[None]:
    """Turn the world's database errors inside the block into sentences; our own go on as they are."""
    try:
        yield
    except errors() as error:
        sentence = world_error(error, folder, doing)
        if sentence is None:
            raise
        raise sentence from error


def world_error(error: Exception, folder: Path, doing: str) -> WorkbenchError | None:
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
