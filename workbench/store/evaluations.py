"""The open store of one evaluation: load it, record changes durably, keep it backed up."""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workbench import files
from workbench.domain.changes import Change, Step
from workbench.domain.evaluation import ENTITIES, Entity, Evaluation
from workbench.domain.form import Form
from workbench.domain.form_json import form_raw
from workbench.domain.form_revision import with_form_in_force
from workbench.errors import WorkbenchError
from workbench.store import backups, ballast, conversion, database, journal, migrations
from workbench.store.backups import Backup
from workbench.store.creation import BACKUPS, DATABASE, EVIDENCE
from workbench.store.database import told
from workbench.store.evidence import Vault
from workbench.store.journal import Event, Line
from workbench.store.locked_file import DataKey
from workbench.store.locking import copy_key_file, double_key_file, doubting_key, is_locked, locked_error
from workbench.store.pen import Pen
from workbench.store.rows import from_row
from workbench.store.verification import Contents, read_verified

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What opening an evaluation does for its safety: a verified backup, a ballast of so many bytes."""

    backup: bool = True
    ballast: int = ballast.SIZE


SAFELY = Keeping()
#: For a look inside that leaves nothing behind.
BRIEFLY = Keeping(backup=False, ballast=0)


class EvaluationStore:
    """The open store of one evaluation; the only one, on the thread that opened it."""

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime],
        author: Callable[[], str],
        key: DataKey | None = None,
    ) -> None:
        """Connect and verify; see :meth:`open`."""
        self.folder = folder
        self.key = key
        """What opens its files, nothing for an evaluation in clear."""
        self._now = now
        self._author = author
        self._notices: list[str] = []
        self._connection = database.connect(folder / DATABASE, key)
        self._file = database.file_at(folder / DATABASE)
        self._lost = self._strayed = False
        try:
            if migrations.pending(self._connection, folder):
                self._migrate()
            # Bytes that are no text are damage; read leniently, the hashes then name the place.
            self._connection.text_factory = database.lenient
            with database.doubting():
                self._take_over(read_verified(self._connection, folder.name))
        except BaseException:
            self._connection.close()
            raise

    def _take_over(self, contents: Contents) -> None:
        self._identity = contents.identity
        self._evidence = contents.evidence
        self._lines: list[Line] | None = contents.lines
        self._pen = Pen(
            self._connection,
            contents.rows,
            contents.head,
            now=self._now,
            author=self._author,
            seq=len(contents.lines),
            step=contents.step,
        )

    def _migrate(self) -> None:
        length = database.number(self._connection, "SELECT count(*) FROM journal")
        with files.told(self.folder, "升级前备份"):
            self._back_up(length, backups.MIGRATION)
        migrations.migrate(self._connection)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        now: Callable[[], datetime],
        author: Callable[[], str],
        keeping: Keeping = BRIEFLY,
        key: DataKey | None = None,
    ) -> EvaluationStore:
        """Open the evaluation in ``folder`` for this program alone.

        ``now`` is the laptop's time with its zone, ``author`` names who edits, ``key`` opens a locked one.
        Raises :class:`WorkbenchError`: ``not-found``, ``locked``, ``already-open``,
        ``read-only``, ``disk-full``, ``disk-error``, ``newer-schema``, ``key-damaged``; :class:`Damaged` naming what is not as recorded.
        """
        if not (folder / DATABASE).is_file():
            raise WorkbenchError(
                "not-found", f"文件夹中没有评价数据：{folder}。", "请选择含有 evaluation.db 的评价文件夹。"
            )
        locked = is_locked(folder)
        if locked and key is None:
            raise locked_error(folder)
        with doubting_key(folder), told(folder, "打开评价"):
            store = cls(folder, now, author, key if locked else None)
        store._notices += conversion.tidy(folder, store.key, needed=store._evidence)
        if keeping.backup:
            try:
                store.back_up(backups.OPENING)
            except WorkbenchError as error:
                store._notices.append(f"本次打开未能自动备份：{error}")
        if keeping.ballast:
            ballast.lay(folder / BACKUPS, keeping.ballast)
        return store

    @property
    def id(self) -> str:
        """The id of the evaluation."""
        return self._identity.evaluation

    @property
    def evidence_folder(self) -> Path:
        """Where the evaluation's files are kept."""
        return self.folder / EVIDENCE

    def vault(self) -> Vault:
        """The vault of the evaluation's files."""
        return Vault(self.evidence_folder, self.key)

    @property
    def head(self) -> str:
        """The hash of the newest journal line: it vouches for the history and for every row."""
        return self._pen.head

    @property
    def length(self) -> int:
        """How many lines the journal has."""
        return self._pen.seq

    def form_raw(self) -> dict[str, Any]:
        """The evaluation's own copy of its indicator system, as it was given."""
        return form_raw(self._identity.form)

    def load(self, compile_form: Callable[[Mapping[str, Any]], Form]) -> Evaluation:
        """The evaluation as it stands, its first form compiled by ``compile_form``."""
        tables: dict[str, dict[str, Entity]] = {kind: {} for kind in ENTITIES}
        for (kind, id_), row in self._pen.rows():
            tables[kind][id_] = from_row(kind, id_, row)
        frozen = {kind: MappingProxyType(table) for kind, table in tables.items()}
        begun = Evaluation(self.id, compile_form(self.form_raw()), MappingProxyType(frozen))
        return with_form_in_force(begun)

    def notices(self) -> list[str]:
        """Sentences the user should hear, gathered since they were last asked for."""
        told_now, self._notices = self._notices, []
        return told_now

    # writing

    def record(
        self, changes: Sequence[Change], *, step: int, action: str, target: int | None, label: str
    ) -> None:
        """Make the changes durable, rows and journal lines in one transaction, or raise and change nothing."""

        def write() -> None:
            self._pen.write(changes, step=step, action=action, target=target, label=label)

        with told(self.folder, "保存"):
            self._reconnect_if_lost()
            self._demand_in_place()
            length = self.length
            try:
                try:
                    write()
                except database.errors() as error:
                    if not (database.is_full(error) and self._make_room()):
                        raise
                    write()
            except database.errors() as error:
                if not database.is_uncertain(error) or not self._settled(length + len(changes)):
                    raise
            except UnicodeEncodeError as error:
                raise WorkbenchError(
                    "bad-text", "文字中有无法保存的字符，本次修改未保存。", "请删去刚粘贴的特殊符号后重试。"
                ) from error
        self._lines = None

    def _demand_in_place(self) -> None:
        """Refuse to write into a file that nobody will find again: the system lets open ones be deleted and moved."""
        found = database.file_at(self.folder / DATABASE)
        if found == self._file:
            return
        # Some network disks number their files anew: what we hold locked is still ours.
        if found is None or not database.held(self.folder / DATABASE):
            raise WorkbenchError(
                "folder-gone",
                f"评价文件夹不在原处，这次修改没有保存：{self.folder}。",
                "它可能被移动、改名、删除，或被网盘换成了另一份；请放回原处，再改一次。",
            )
        self._file = found

    def _make_room(self) -> bool:
        if not ballast.release(self.folder / BACKUPS):
            return False
        self._notices.append("磁盘已满，已动用预留空间，修改仍已保存。请尽快清理磁盘。")
        return True

    def _settled(self, length: int) -> bool:
        """Whether the journal came to ``length`` lines although writing them reported an error.

        After a failed write or fsync the outcome is unknown, and a retry may lie: close, reopen, force
        what is there to the disk, and read it again.
        """
        self._lost = True
        self._connection.close()
        try:
            self._reconnect()
        except database.errors(WorkbenchError) as error:
            _log.info("the store cannot be reopened yet: %s", error)
            return False
        return self.length == length

    def _reconnect_if_lost(self) -> None:
        if self._lost:
            length = self.length
            self._reconnect()
            self._strayed = self.length != length  # the session never heard of the last edit
        if self._strayed:
            raise WorkbenchError(
                "reopen",
                f"磁盘出错时的最后一次修改其实已经写入评价“{self.folder.name}”。",
                "请关闭并重新打开本评价后继续。",
            )

    @contextlib.contextmanager
    def _connected(self, doing: str) -> Iterator[None]:
        """The connection is there, made anew where a faulty disk took it; errors become sentences."""
        with told(self.folder, doing):
            self._reconnect_if_lost()
            yield

    def _reconnect(self) -> None:
        self._connection = database.connect(self.folder / DATABASE, self.key)
        self._file = database.file_at(self.folder / DATABASE)
        try:
            self._connection.text_factory = database.lenient
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._take_over(read_verified(self._connection, self.folder.name))
        except BaseException:
            self._connection.close()
            raise
        self._lost = False

    # reading

    def undoable(self) -> tuple[list[Step], list[Step]]:
        """The steps that may be undone and redone, oldest first, as the journal tells them."""
        with self._connected("读取修改记录"):
            lines = journal.read(self._connection) if self._lines is None else self._lines
        self._lines = None
        return journal.undoable(lines)

    def next_step(self) -> int:
        """The number of the next step; numbers only grow."""
        return self._pen.step + 1

    def highest(self, kind: str, field: str) -> int:
        """The highest whole number that this field of this kind ever held, 0 for none."""
        with self._connected("读取修改记录"):
            return journal.highest(self._connection, kind, field)

    def ever(self, kind: str, field: str) -> set[str]:
        """Every text that this field of this kind ever held, except the empty one."""
        with self._connected("读取修改记录"):
            return journal.ever(self._connection, kind, field)

    def history(
        self, kind: str | None = None, id_: str | None = None, field: str | None = None
    ) -> list[Event]:
        """What was done, oldest first: all of it, or of one kind, one entity, one field."""
        with self._connected("读取修改记录"):
            return journal.history(self._connection, kind, id_, field)

    def hash_at(self, seq: int) -> str:
        """The hash of one journal line, as printed on paper; empty when there is no such line."""
        with self._connected("读取修改记录"):
            return journal.hash_at(self._connection, seq)

    # keeping

    def back_up(self, reason: str = backups.WORK) -> Backup | None:
        """Make a verified backup now; nothing when the newest one knows as much."""
        with files.told(self.folder / BACKUPS, "备份"), self._connected("备份"):
            return self._back_up(self.length, reason)

    def _back_up(self, length: int, reason: str) -> Backup | None:
        folder = self.folder / BACKUPS
        made = backups.make(
            self._connection, folder, length=length, at=self._now(), reason=reason, key=self.key
        )
        if self.key is not None:
            double_key_file(self.folder)
        return made

    def snapshot(self, path: Path) -> None:
        """Copy the database alone, with its whole history, to a new file in clear."""
        with files.told(path, "复制评价"), told(path, "复制评价"):
            self._reconnect_if_lost()
            path.parent.mkdir(parents=True, exist_ok=True)
            if self.key is None:
                database.snapshot(self._connection, path)
            else:
                database.convert(self._connection, path, None)

    def copy_to(self, folder: Path) -> None:
        """Copy the evaluation with its evidence and history into a new folder; whole or not at all.

        The copy of a locked one is locked with the same password.
        """
        fresh = files.beside(folder)
        with files.told(folder, "复制评价"), told(folder, "复制评价"):
            self._reconnect_if_lost()
            folder.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copytree(self.evidence_folder, fresh / EVIDENCE)
                (fresh / BACKUPS).mkdir()
                database.snapshot(self._connection, fresh / DATABASE, self.key)
                if self.key is not None:
                    copy_key_file(self.folder, fresh)
                files.fsync_tree(fresh)
                files.swap(fresh, folder)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)

    def close(self) -> None:
        """Close the store; the write-ahead log is folded into the one file. Closing twice is harmless."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except database.errors() as error:
            # Closed already, or everything is durable in the log beside the file: the next opening folds it in.
            _log.info("no checkpoint on closing: %s", error)
        self._connection.close()
