"""Give an evaluation its password, or take it away: everything written anew beside, one rename decides.

The state is what ``evaluation.db`` is: in clear or encrypted. Before it is replaced, all that the new state needs
lies beside it, durable and read back; afterwards what belongs to the old state goes. A cut at any moment leaves one
of both states whole, and :func:`tidy`, called at every opening, ends what was begun: it discards what was written in
vain, and locks whatever still lies in clear in a locked evaluation.

What can't be told apart later (a damaged backup, files put aside) is shelved: a locked file that knows its path.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench import files
from workbench.errors import Fault, WorkbenchError
from workbench.store import ballast, database, migrations
from workbench.store.chunks import BadChunk
from workbench.store.creation import BACKUPS, DATABASE, EVIDENCE, EXPORT_LOG, SUMMARY
from workbench.store.database import told
from workbench.store.evidence import Changed, Vault
from workbench.store.incoming import Incoming, Progress
from workbench.store.locked_file import (
    SUFFIX,
    DataKey,
    LockedFile,
    LockedReader,
    LockedWriter,
    label_of,
    write_locked,
)
from workbench.store.locking import KEY_FILE, MARK, key_places, write_key_file
from workbench.store.verification import read_verified

_log = logging.getLogger(__name__)

_SHELVED = f".old{SUFFIX}"
#: So many files, or bytes, of evidence go in at once.
_BATCH, _BATCH_BYTES = 32, 128 << 20
#: Left free on the disk at least, in bytes.
_SPARE = 32 << 20
_BLOCK = 1 << 20
_LEFT = "下次打开时会继续处理。"


def _silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""


def lock(folder: Path, key: DataKey, key_file: bytes, progress: Progress = _silent) -> list[str]:
    """Encrypt an evaluation that nobody has open; ``key_file`` is what its key is wrapped in.

    Returns what the user should hear. Raises :class:`WorkbenchError`, or what ``progress`` raises: then it is as it
    was. Raises :class:`Damaged` for an evaluation that is not whole, before anything is written.
    """
    database.demand_cipher()

    def prepare(_: set[str]) -> None:
        plain = Vault(folder / EVIDENCE)
        _add(Vault(folder / EVIDENCE, key), _batches(plain, lambda path: Incoming(path, path.name)), progress)

    def commit() -> None:
        write_key_file(folder, key_file)

    _convert(folder, _Turn(None, key, "设置密码", prepare, commit), progress)
    return tidy(folder, key, progress=progress)


def unlock(folder: Path, key: DataKey, progress: Progress = _silent) -> list[str]:
    """Write a locked evaluation in clear again; see :func:`lock`."""
    notices: list[str] = []

    def prepare(needed: set[str]) -> None:
        notices.extend(_open_backups(folder, key, progress))
        _open_evidence(folder, key, needed, progress)
        _open_export_log(folder, key)

    _convert(folder, _Turn(key, None, "取消密码", prepare, lambda: None), progress)
    return [*notices, *tidy(folder, None, progress=progress)]


@dataclass(frozen=True, slots=True)
class _Turn:
    """From one key to another: what to write before the database (told which contents are needed), and after it."""

    key: DataKey | None
    wanted: DataKey | None
    doing: str
    prepare: Callable[[set[str]], None]
    commit: Callable[[], None]


def _convert(folder: Path, turn: _Turn, progress: Progress) -> None:
    path, key, wanted, doing = folder / DATABASE, turn.key, turn.wanted, turn.doing
    with files.told(folder, doing), told(folder, doing):
        # Ours alone until it is closed. Only one of both libraries may ever have a file open in one process: locks
        # belong to the process, and closing it in one would take them from the other.
        source = database.connect(path, key)
        try:
            if migrations.pending(source, folder):
                raise WorkbenchError("old-schema", f"评价“{folder.name}”还没有升级。", "请先打开一次再试。")
            source.text_factory = database.lenient
            contents = read_verified(source, folder.name)
            _demand_room(folder, doing)
            _sweep(folder)
            files.write_beside(folder / MARK, doing.encode())
            fresh = files.beside(path)
            renaming = False
            try:
                turn.prepare(contents.evidence)
                progress(0, 0, "正在转换数据")
                _write_anew(source, fresh, turn)
                _demand_same(fresh, wanted, folder.name, contents.head)
                turn.commit()
                progress(0, 0, "正在换用")
                database.leave_log(source)
                if os.name == "nt":  # what is open can be neither removed nor replaced there
                    source.close()
                for ending in ("-wal", "-journal"):
                    path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
                files.fsync_folder(folder)
                renaming = True
                files.swap(fresh, path)
            except BaseException:
                if not renaming or fresh.exists():  # nothing was decided
                    _give_up(folder, key)
                raise
        finally:
            source.close()


def _write_anew(source: sqlite3.Connection, fresh: Path, turn: _Turn) -> None:
    """The whole database in a new file, encrypted or in clear."""
    if turn.key is not None:
        database.convert(source, fresh, turn.wanted)
        return
    copy = files.beside(fresh.with_name(DATABASE))
    try:
        database.snapshot(source, copy)
        with contextlib.closing(database.connect(copy, cipher=True)) as connection:
            connection.text_factory = database.lenient
            database.convert(connection, fresh, turn.wanted)
            database.leave_log(connection)
    finally:
        for ending in ("", "-wal", "-journal"):
            files.discard(copy.with_name(f"{copy.name}{ending}"))


def _give_up(folder: Path, key: DataKey | None) -> None:
    """The state is the old one: remove what was written for the new one, now or at the next opening."""
    for told_now in tidy(folder, key):
        _log.info("given up: %s", told_now)


def _demand_room(folder: Path, doing: str) -> None:
    size = sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and (path.parent == folder or EVIDENCE in path.parts[len(folder.parts) :])
    )
    if shutil.disk_usage(folder).free < size + _SPARE:
        raise WorkbenchError(
            "disk-full",
            f"{doing}要把佐证和数据整份重写，磁盘还需 {(size + _SPARE) / 1e6:.0f} MB：{folder}。",
            "请清理磁盘空间后重试；评价没有改动。",
        )


def _demand_same(fresh: Path, key: DataKey | None, name: str, head: str) -> None:
    """The new database opens, is whole, and its history ends where the old one's does."""
    with contextlib.closing(database.connect(fresh, key)) as connection:
        connection.text_factory = database.lenient
        if read_verified(connection, name).head != head:
            raise database.corrupt("the converted database tells another history")
        database.leave_log(connection)
    files.fsync_file(fresh)


# evidence


def _batches(vault: Vault, incoming: Callable[[Path], Incoming]) -> Iterator[list[Incoming]]:
    batch: list[Incoming] = []
    size = 0
    for path in sorted(vault.stored()):
        batch.append(incoming(path))
        size += path.stat().st_size
        if len(batch) == _BATCH or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _add(vault: Vault, batches: Iterable[list[Incoming]], progress: Progress) -> None:
    """Store batches durably, or raise. What is stored under another hash was damaged before; it is dealt with later."""
    done = 0
    for batch in batches:
        progress(done, 0, f"正在转换佐证，已完成 {done} 件")
        answers = vault.add_all(batch, lambda *_: progress(done, 0, f"正在转换佐证，已完成 {done} 件"))  # noqa: B023
        for answer in answers:
            if isinstance(answer, Fault):
                raise WorkbenchError("not-converted", f"佐证没有全部转换：{answer.what}", answer.remedy)
        done += len(batch)


def _open_evidence(folder: Path, key: DataKey, needed: set[str], progress: Progress) -> None:
    """Write every content in clear. A damaged one that nothing refers to stays behind; one that is needed stops all."""
    locked, plain = Vault(folder / EVIDENCE, key), Vault(folder / EVIDENCE)
    named = {key.name_of(sha256) for sha256 in needed}
    found = sorted(locked.stored())
    for number, path in enumerate(found):
        progress(number, len(found), f"正在转换佐证 {number} / {len(found)}")
        try:
            sha256, extension = label_of(path, key)
            with locked.plain(sha256) as copy:
                answer = plain.add(copy or b"", f"x{extension}", lambda *_: None)
        except (BadChunk, Changed) as error:
            if path.stem in named:
                raise _not_whole() from error
            continue
        if isinstance(answer, Fault):
            raise WorkbenchError("not-converted", f"佐证没有全部转换：{answer.what}", answer.remedy)
        if answer.sha256 != sha256:
            raise _not_whole()


def _not_whole() -> WorkbenchError:
    return WorkbenchError(
        "not-converted", "有佐证文件已损坏，不能转换。", "请先在佐证材料页核对文件，重新存入损坏的。"
    )


# backups and what lies beside them


def _open_backups(folder: Path, key: DataKey, progress: Progress) -> list[str]:
    """Write backups and what was shelved in clear; what can't be read any more stays as it is, and is told."""
    lost = 0
    for path in sorted((folder / BACKUPS).glob(f"*{_SHELVED}")):
        _unshelve(path, folder, key)
    found = [*sorted((folder / BACKUPS).glob("*.db")), *sorted((folder / BACKUPS).glob(f"*/{DATABASE}"))]
    for number, path in enumerate(found):
        progress(number, len(found), f"正在转换备份 {number} / {len(found)}")
        if not database.is_plain(path):
            lost += not _converted(path, key, None)
    return [f"有 {lost} 份损坏的旧备份不能转换，仍是加密的，以后不能再读。"] if lost else []


def _converted(path: Path, key: DataKey | None, wanted: DataKey | None) -> bool:
    """Replace a database that stands alone by its twin with another key; false for one that can't be read."""
    fresh = files.beside(path)
    try:
        with contextlib.closing(database.connect(path, key, cipher=True)) as connection:
            connection.text_factory = database.lenient
            database.convert(connection, fresh, wanted)
            database.leave_log(connection)
        for ending in ("-wal", "-journal"):
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
        before = path.stat()
        os.utime(fresh, ns=(before.st_atime_ns, before.st_mtime_ns))  # the newest one stays the newest
        files.swap(fresh, path)
    except database.errors() as error:
        files.discard(fresh)
        if database.is_uncertain(error) or database.is_full(error):
            raise
        _log.info("a database among the backups could not be converted: %s", type(error).__name__)
        return False
    return True


def _shelve(path: Path, folder: Path, key: DataKey) -> None:
    """Keep a file of any kind locked among the backups; the plain one goes."""
    name = path.relative_to(folder).as_posix()
    target = folder / BACKUPS / f"{key.name_of(name)}{_SHELVED}"
    fresh = files.beside(target)
    try:
        with path.open("rb") as source, fresh.open("xb") as file:
            writer = LockedWriter(file, key)
            writer.write(name.encode() + b"\0")
            while block := source.read(_BLOCK):
                writer.write(block)
            writer.complete()
            file.flush()
            os.fsync(file.fileno())
        files.swap(fresh, target)
    finally:
        files.discard(fresh)
    path.unlink()


def _unshelve(path: Path, folder: Path, key: DataKey) -> None:
    with LockedReader(path, key) as reader:
        start = reader.read(_BLOCK) or b""
        name, _, rest = start.partition(b"\0")
        target = folder / name.decode()
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = files.beside(target)
        try:
            with fresh.open("xb") as file:
                file.write(rest)
                while block := reader.read(_BLOCK):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            files.swap(fresh, target)
        finally:
            files.discard(fresh)
    path.unlink()


def _open_export_log(folder: Path, key: DataKey) -> None:
    path = folder / f"{EXPORT_LOG}{SUFFIX}"
    if path.is_file():
        files.write_beside(folder / EXPORT_LOG, LockedFile(path, key).read_bytes())


# ending what was begun


def tidy(
    folder: Path,
    key: DataKey | None,
    *,
    needed: Iterable[str] = (),
    progress: Progress = _silent,
) -> list[str]:
    """End what a conversion began; for whoever holds the evaluation open, with its ``key`` or in clear.

    ``needed`` are contents (SHA-256) that the evaluation has. Returns what the user should hear; nothing is raised
    for a disk that refuses: it is tried again at the next opening.
    """
    marked = (folder / MARK).exists()
    if key is None and not marked:
        return []
    try:
        _sweep(folder)
        if key is not None:
            _lock_leftovers(folder, key, marked=marked, progress=progress)
        elif not _lacking(folder, needed):
            _discard_locked(folder)
        else:
            return ["文件夹里有加密的佐证，数据却没有加密，没有改动。请联系软件维护人员，不要删除任何文件。"]
        if marked:
            # The mark must not be gone on a disk that still has a key file beside a database in clear.
            for place in (*(folder / EVIDENCE).glob("??"), folder / BACKUPS, folder):
                if place.is_dir():
                    files.fsync_folder(place)
            (folder / MARK).unlink(missing_ok=True)
            files.fsync_folder(folder)
    except database.errors(OSError, WorkbenchError) as error:
        _log.info("not tidied: %s", type(error).__name__)
        state = "未加密" if key is not None else "加密"
        return [f"还有{state}的旧文件没有处理完，{_LEFT}"]
    return []


def _sweep(folder: Path) -> None:
    for place in (folder, folder / BACKUPS):
        for path in place.glob(f"{files.UNFINISHED}*"):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def _sweep_beside(folder: Path) -> None:
    """An archive or a copy that a cut left half-written beside the evaluation; such a one is made only while it is open."""
    form = re.compile(rf"{re.escape(f'{files.UNFINISHED}{folder.name}')}\.[0-9a-f]{{8}}")
    for path in folder.parent.glob(f"{files.UNFINISHED}*"):
        if form.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)


def _lacking(folder: Path, needed: Iterable[str]) -> bool:
    """Whether a content that is needed has no plain file while locked ones lie there."""
    plain = Vault(folder / EVIDENCE)
    locked = any((folder / EVIDENCE).glob(f"??/*{SUFFIX}"))
    return locked and not all(plain.has(sha256) for sha256 in needed)


def _discard_locked(folder: Path) -> None:
    """The evaluation is in clear, whole: nothing that is locked belongs to it."""
    for place in (*(folder / EVIDENCE).glob("??"), folder / BACKUPS):
        for path in place.glob(f"*{SUFFIX}"):
            path.unlink(missing_ok=True)
    (folder / f"{EXPORT_LOG}{SUFFIX}").unlink(missing_ok=True)
    for path in key_places(folder):
        path.unlink(missing_ok=True)


def _lock_leftovers(folder: Path, key: DataKey, *, marked: bool, progress: Progress) -> None:
    """The evaluation is locked, whole: nothing of it stays in clear."""
    _sweep_beside(folder)
    (folder / SUMMARY).unlink(missing_ok=True)
    locked, plain = Vault(folder / EVIDENCE, key), Vault(folder / EVIDENCE)
    for path in [*(folder / EVIDENCE).glob(".incoming/*.part")]:
        path.unlink(missing_ok=True)
    for path in sorted(plain.stored()):
        progress(0, 0, "正在清除未加密的佐证")
        sha256 = path.name[:64]
        # What stands beside a conversion was read back before it was decided.
        if (marked and locked.size_of(sha256) == path.stat().st_size) or locked.is_whole(sha256):
            path.unlink()
            continue
        answer = locked.add(path, path.name, lambda *_: None)
        if isinstance(answer, Fault):
            raise WorkbenchError("not-converted", answer.what, answer.remedy)
        if answer.sha256 == sha256:
            path.unlink()
        else:  # damaged before
            _shelve(path, folder, key)
    found = sorted((folder / BACKUPS).glob("*.db"))
    for number, path in enumerate(found):
        progress(number, len(found), f"正在转换备份 {number} / {len(found)}")
        if database.is_plain(path) and not _converted(path, None, key):
            _shelve(path, folder, key)
    for path in _strangers(folder, marked=marked):
        _shelve(path, folder, key)
    log = folder / EXPORT_LOG
    if log.is_file():
        kept = folder / f"{EXPORT_LOG}{SUFFIX}"
        before = LockedFile(kept, key).read_bytes() if kept.is_file() else b""
        now = log.read_bytes()
        write_locked(kept, now if now.startswith(before) else before + now, key)
        log.unlink()


def _strangers(folder: Path, *, marked: bool) -> Iterator[Path]:
    """Files in clear that are neither evidence nor backups: damaged ones, and what was put aside."""
    for path in sorted((folder / EVIDENCE).rglob("*")):
        if path.is_file() and path.suffix != SUFFIX:
            yield path
    for path in sorted((folder / BACKUPS).rglob("*")):
        known = {SUFFIX, ".key"} if path.parent == folder / BACKUPS else {SUFFIX}
        if not path.is_file() or path.suffix in known or path.name in {ballast.BALLAST, KEY_FILE}:
            continue
        if path.parent == folder / BACKUPS and path.suffix == ".db":
            continue
        beside = path.with_name(DATABASE)
        if marked or database.is_plain(path) or (beside.is_file() and database.is_plain(beside)):
            yield path
