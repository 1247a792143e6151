"""The evidence vault: copies of files named by their content, written beside and swapped in.

With a key every file is a locked one (:mod:`workbench.store.locked_file`) and its name tells nothing. Hashes and
sizes are those of the plain content either way.
"""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import os
import re
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from workbench.errors import Fault
from workbench.store.chunks import BadChunk
from workbench.store.incoming import Adding, Incoming, Progress, StoredFile, digest
from workbench.store.locked_file import SUFFIX, DataKey, LockedReader, label_of, length_of
from workbench.store.scratch import room

_log = logging.getLogger(__name__)

_INCOMING = ".incoming"
_NAME = re.compile(r"([0-9a-f]{64})\.(?!wbe$)[a-z0-9]{1,8}")
_LOCKED_NAME = re.compile(r"[0-9a-f]{64}\.wbe")
_SHA256 = re.compile("[0-9a-f]{64}")
#: The largest file that a child process is given in memory, in bytes; larger ones are copied into a private room.
_LARGEST_IN_MEMORY = 512 << 20
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Damage:
    """A content that should be in the vault and is not there as it was stored."""

    sha256: str
    missing: bool
    """False: the file is there, but its content is another one, or it can't be read."""
    reason: str = ""


class Changed(OSError):
    """What a locked file holds is not what was stored; ``where`` it differs is Chinese."""

    def __init__(self, where: str) -> None:
        super().__init__(errno.EIO, f"内容已改变（{where}）")


class Vault:
    """The folder ``evidence/`` of one evaluation: ``ab/abcdef….jpg`` for each content.

    Nothing in it is ever overwritten. Any thread may add, one at a time; reading is free for all.
    """

    def __init__(self, folder: Path, key: DataKey | None = None) -> None:
        """With ``key`` the files are locked ones."""
        self.folder = folder
        self.key = key
        self._incoming = folder / _INCOMING
        self._adding = threading.Lock()
        self._labels: dict[str, tuple[str, str]] = {}

    def path_of(self, sha256: str) -> Path | None:
        """The file that holds a content, plain or locked, or nothing when it is missing; read it by :meth:`open`."""
        if not _SHA256.fullmatch(sha256):  # it may come from a stranger's package
            return None
        if self.key is not None:
            path = self.folder / self.place_of(sha256, "")
            return path if path.is_file() else None
        with contextlib.suppress(OSError), os.scandir(self.folder / sha256[:2]) as entries:
            for entry in entries:
                if entry.name.startswith(sha256) and _NAME.fullmatch(entry.name):
                    return Path(entry.path)
        return None

    def place_of(self, sha256: str, extension: str) -> Path:
        """Where a content goes, below the folder."""
        if self.key is None:
            return Path(sha256[:2], f"{sha256}{extension}")
        name = self.key.name_of(sha256)
        return Path(name[:2], f"{name}{SUFFIX}")

    def has(self, sha256: str) -> bool:
        """Whether a content has a file."""
        return self.path_of(sha256) is not None

    def open(self, sha256: str) -> io.RawIOBase | None:
        """A content to be read, nothing when it is missing. ``OSError`` passes, damage of a locked file is one too."""
        path = self.path_of(sha256)
        return None if path is None else self._reader(path, sha256)

    def _reader(self, path: Path, sha256: str) -> io.RawIOBase:
        if self.key is None:
            return path.open("rb", buffering=0)
        try:
            reader = _Reader(path, self.key)
        except BadChunk as error:
            raise Changed(str(error)) from error
        if reader.sha256 != sha256:
            reader.close()
            raise Changed("名称")
        return reader

    def extension_of(self, sha256: str) -> str:
        """The extension that a content's file was stored with, such as ``.jpg``; empty when it is missing."""
        path = self.path_of(sha256)
        if path is None:
            return ""
        if self.key is None:
            return path.suffix
        with contextlib.suppress(OSError, BadChunk):
            return label_of(path, self.key)[1]
        return ""

    @contextlib.contextmanager
    def plain(self, sha256: str) -> Iterator[Path | None]:
        """A path at which another process of this machine reads a content, for a while; nothing when it is missing.

        Of a locked file it is a copy in memory (Linux), or one in a private room that goes afterwards.
        ``OSError`` passes.
        """
        path = self.path_of(sha256)
        if path is None or self.key is None:
            yield path
            return
        size = length_of(path)
        if sys.platform.startswith("linux") and size <= _LARGEST_IN_MEMORY:
            with FileIO(os.memfd_create("workbench"), "r+") as memory:
                self._pour(sha256, memory)
                yield Path(f"/proc/{os.getpid()}/fd/{memory.fileno()}")
            return
        with room(size) as folder:
            copy = folder / f"original{self.extension_of(sha256)}"
            self.copy_to(sha256, copy)
            yield copy

    def copy_to(self, sha256: str, target: Path) -> None:
        """Write a content in clear to a new file. ``OSError`` passes, also for one that is missing."""
        path = self.path_of(sha256)
        if path is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), sha256)
        if self.key is None:
            shutil.copyfile(path, target)
            return
        with target.open("wb", buffering=0) as file:
            self._pour(sha256, file)

    def _pour(self, sha256: str, into: FileIO) -> None:
        reader = self.open(sha256)
        if reader is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), sha256)
        with reader:
            while chunk := reader.read(_CHUNK):
                view = memoryview(chunk)
                while view:
                    view = view[into.write(view) :]

    def stored(self) -> Iterator[Path]:
        """Every file that holds a content."""
        form = _NAME if self.key is None else _LOCKED_NAME
        return (path for path in self.folder.glob("[0-9a-f][0-9a-f]/*") if form.fullmatch(path.name))

    def _sha256_of(self, path: Path) -> str:
        """Which content a file is said to hold; ``OSError`` and :class:`BadChunk` pass."""
        if self.key is None:
            return path.name[:64]
        if path.name not in self._labels:
            self._labels[path.name] = label_of(path, self.key)
        return self._labels[path.name][0]

    def contents(self) -> Iterator[str]:
        """The SHA-256 of every content that has a file whose name or label can be read."""
        for path in self.stored():
            with contextlib.suppress(OSError, BadChunk):
                yield self._sha256_of(path)

    def sizes(self) -> dict[str, int]:
        """The size in bytes of every content that has a file, by SHA-256; contents are not read."""
        found: dict[str, int] = {}
        for path in self.stored():
            with contextlib.suppress(OSError, BadChunk):
                found[self._sha256_of(path)] = self._size(path)
        return found

    def size_of(self, sha256: str) -> int | None:
        """The size in bytes of one content, nothing when it is missing; it is not read."""
        path = self.path_of(sha256)
        with contextlib.suppress(OSError):
            return self._size(path) if path is not None else None
        return None

    def _size(self, path: Path) -> int:
        return path.stat().st_size if self.key is None else length_of(path)

    def sweep(self) -> list[str]:
        """Delete what a cut left half copied, and only that; returns the names."""
        gone = []
        with contextlib.suppress(OSError):
            for path in sorted(self._incoming.glob("*.part")):
                path.unlink()
                gone.append(path.name)
        if gone:
            _log.info("swept %d unfinished copies from the vault", len(gone))
        return gone

    def add(self, source: Path | bytes, name: str, progress: Progress) -> StoredFile | Fault:
        """Store one file or bytes; see :meth:`add_all`."""
        return self.add_all([Incoming(source, name)], progress)[0]

    def add_all(self, files: Sequence[Incoming], progress: Progress) -> list[StoredFile | Fault]:
        """Store copies, durable on return; one answer for each file in its order.

        A file that can't be stored (empty, unreadable, full disk …) is answered by a fault in
        Chinese, the others go in. When ``progress`` raises, nothing of this call stays.
        """
        with self._adding:
            task = Adding(self, self._incoming, files, progress)
            try:
                return task.run()
            except BaseException:
                task.take_back()
                raise

    def verify(self, expected: Iterable[str], progress: Progress) -> list[Damage]:
        """Read every expected content again; returns those that are missing or changed."""
        wanted = sorted(set(expected))
        places = {sha256: self.path_of(sha256) for sha256 in wanted}
        total = sum(path.stat().st_size for path in places.values() if path is not None)
        found: list[Damage] = []
        done = 0
        for number, (sha256, path) in enumerate(places.items(), 1):
            what = f"正在核对第 {number} / {len(wanted)} 个文件"
            progress(done, total, what)
            if path is None:
                found.append(Damage(sha256, missing=True))
                continue
            before = done

            def heard(count: int, before: int = before, what: str = what) -> None:
                progress(before + count, max(total, before + count), what)

            try:
                with self._reader(path, sha256) as file:
                    changed = digest(file, heard) != sha256
                    done += file.tell()
            except OSError as error:
                reason = "" if isinstance(error, Changed) else error.strerror or type(error).__name__
                found.append(Damage(sha256, missing=False, reason=reason))
                continue
            if changed:
                found.append(Damage(sha256, missing=False))
        progress(total, total, "核对完毕")
        return found

    def is_whole(self, sha256: str) -> bool:
        """Whether a content's file still has it; not when it can't be read."""
        path = self.path_of(sha256)
        if path is None:
            return False
        try:
            with self._reader(path, sha256) as file:
                return digest(file, lambda _: None) == sha256
        except OSError:
            return False


class _Reader(LockedReader):
    """A locked file whose damage is an ``OSError``, as of a disk that can't read it."""

    def _damaged(self, where: str) -> Exception:
        return Changed(where)
