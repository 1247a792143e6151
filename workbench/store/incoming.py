"""Files on their way into the vault: copied beside, hashed, forced to the disk, then given their name."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import secrets
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any, Protocol

from workbench.domain.media import SNIFF_BYTES, sniff
from workbench.errors import Fault
from workbench.files import discard, fsync_folder, world_error
from workbench.store.chunks import BadChunk
from workbench.store.locked_file import DataKey, LockedReader, LockedWriter

#: Files that share one sync barrier; their rows are written only after it. Their handles stay open until then.
BATCH = 256
#: What the kernel copies at once, in bytes: a cancel is heard between two windows.
_WINDOW = 16 << 20
_CHUNK = 256 << 10  # measured: larger chunks leave the processor's cache
_WORKERS = 2
#: Files from this size on (bytes) are hashed while they are copied; of smaller ones several are under way anyway.
_FOLLOWED = 64 << 20
#: ``SYNC_FILE_RANGE_WRITE`` of Linux: start writing dirty pages, wait for none.
_SYNC_WRITE = 2
_LISTEN_SECONDS = 0.05
_NO_FILE = ("不是普通文件，未存入。", "请选择照片、扫描件或文档等文件。")
_EMPTY = ("是空文件（0 字节），未存入。", "请检查原文件是否已传输完整。")

#: Called with bytes done, bytes in all, and what is being done; it raises to stop the job.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One content in the vault: its SHA-256 in hex, its size in bytes, what kind of file it is."""

    sha256: str
    size: int
    media_type: str
    duplicate: bool = False
    """The same content was there before, or came earlier in the same batch."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is to be stored: a file of the user, or bytes such as a pasted picture, with its name."""

    source: Path | bytes
    name: str

    @property
    def size(self) -> int:
        """Bytes to copy; 0 when the file can't be asked, which then is told on copying."""
        if isinstance(self.source, bytes):
            return len(self.source)
        with contextlib.suppress(OSError, ValueError):
            return self.source.stat().st_size
        return 0


class _Stopped(Exception):
    """A worker was told to stop; never leaves this module."""


class _Refused(Exception):
    """A file that is none to keep; never leaves this module."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


@dataclass(slots=True)
class _Landed:
    """A copy in the incoming folder whose content has been hashed."""

    path: Path
    handle: int
    sha256: str
    size: int
    media_type: str
    extension: str


class Shelf(Protocol):
    """Where contents stand: what this module asks of a vault."""

    @property
    def folder(self) -> Path:
        """The folder of the contents."""

    @property
    def key(self) -> DataKey | None:
        """What locks them, if anything does."""

    def path_of(self, sha256: str) -> Path | None:
        """The file that holds a content, if it is there."""

    def place_of(self, sha256: str, extension: str) -> Path:
        """Where a content goes, below the folder."""

    def is_whole(self, sha256: str) -> bool:
        """Whether a content's file still has it."""


class Adding:
    """One call of the vault: what is under way and what must go when it stops."""

    def __init__(self, shelf: Shelf, incoming: Path, files: Sequence[Incoming], progress: Progress) -> None:
        """``incoming`` is the folder that copies land in first."""
        self._shelf = shelf
        self._vault = shelf.folder
        self._incoming = incoming
        self._files = files
        self._progress = progress
        self._total = sum(file.size for file in files)
        self._stop = threading.Event()
        self._counting = threading.Lock()
        self._done = 0
        self._temporary: set[Path] = set()
        self._open: set[int] = set()
        self._stored: list[Path] = []

    def run(self) -> list[StoredFile | Fault]:
        """One answer for each file, durable; raises what the progress raises."""
        answers: list[StoredFile | Fault] = []
        self._progress(0, self._total, "正在复制佐证材料")
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            told = world_error(error, self._vault, "存入佐证材料")
            return [Fault(file.name, told.what, told.remedy) for file in self._files]
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="vault") as pool:
            try:
                for start in range(0, len(self._files), BATCH):
                    answers += self._batch(pool, self._files[start : start + BATCH])
            finally:
                self._stop.set()
        return answers

    def take_back(self) -> None:
        """Remove everything that this call brought, half or whole."""
        for handle in tuple(self._open):
            self._close(handle)
        for path in (*self._temporary, *self._stored):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _batch(self, pool: ThreadPoolExecutor, files: Sequence[Incoming]) -> list[StoredFile | Fault]:
        copies = [pool.submit(self._land, file) for file in files]
        self._listen(copies)
        landed = [copy.result() for copy in copies]
        together = pool.submit(_sync_together, self._incoming)
        self._listen([together])
        synced = [
            answer if isinstance(answer, Fault) else pool.submit(self._sync, file, answer, together.result())
            for file, answer in zip(files, landed, strict=True)
        ]
        self._listen([future for future in synced if not isinstance(future, Fault)])
        touched: set[Path] = set()
        before = len(self._stored)
        answers: list[StoredFile | Fault] = []
        for file, future in zip(files, synced, strict=True):
            answer = future if isinstance(future, Fault) else future.result()
            answers.append(answer if isinstance(answer, Fault) else self._settle(file, answer, touched))
        try:
            for folder in sorted(touched):
                fsync_folder(folder)
        except OSError as error:
            # The names may not outlive a power cut: nothing of this batch is called stored.
            for path in self._stored[before:]:
                discard(path)
            del self._stored[before:]
            return [
                answer if isinstance(answer, Fault) else _refusal(file, error)
                for file, answer in zip(files, answers, strict=True)
            ]
        return answers

    def _listen(self, futures: Sequence[Future[Any]]) -> None:
        """Wait for the workers and pass their progress on; a raise from it stops them first."""
        waiting = set(futures)
        while waiting:
            _, waiting = wait(waiting, timeout=_LISTEN_SECONDS)
            try:
                self._progress(min(self._done, self._total), self._total, "正在复制佐证材料")
            except BaseException:
                self._stop.set()
                for future in futures:
                    future.cancel()
                wait([future for future in futures if not future.cancelled()])
                raise

    def _close(self, handle: int) -> None:
        with self._counting:
            self._open.discard(handle)
        with contextlib.suppress(OSError):
            os.close(handle)

    def _land(self, file: Incoming) -> _Landed | Fault:
        """In a worker: copy into the incoming folder and hash what landed there."""
        path = self._incoming / f"{secrets.token_hex(16)}.part"
        with self._counting:
            self._temporary.add(path)
        try:
            key = self._shelf.key
            return self._copy(file, path) if key is None else self._copy_locked(file, path, key)
        except (
            _Refused,
            BadChunk,
            OSError,
            ValueError,
        ) as error:  # ValueError: a name that can't even be asked for
            discard(path)
            return _refusal(file, error)

    def _copy(self, file: Incoming, path: Path) -> _Landed:
        target = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
        with self._counting:
            self._open.add(target)
        follower = _Following(path) if file.size >= _FOLLOWED else None
        try:
            size = self._fill(target, file, follower)
            _begin_writing(target)
            sha256 = follower.result(size) if follower is not None else ""
            with open(target, "rb", buffering=0, closefd=False) as landed:
                landed.seek(0)
                sha256 = sha256 or digest(landed, lambda _: self._check())
                landed.seek(0)
                head = landed.read(SNIFF_BYTES)
                landed.seek(max(0, size - SNIFF_BYTES))
                kind = sniff(head, landed.read(SNIFF_BYTES), file.name)
            return _Landed(path, target, sha256, size, kind.media_type, kind.extension)
        except BaseException:
            self._close(target)
            raise
        finally:
            if follower is not None:
                follower.end()

    def _copy_locked(self, file: Incoming, path: Path, key: DataKey) -> _Landed:
        """Encrypt into the incoming folder, and read what landed there again."""
        target = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
        with self._counting:
            self._open.add(target)
        try:
            with open(target, "r+b", closefd=False) as landed:
                writer = LockedWriter(landed, key)
                ends = _Ends()
                for chunk in self._chunks(file):
                    writer.write(chunk)
                    ends.take(chunk)
                    self._count(len(chunk))
                kind = sniff(ends.head, ends.tail, file.name)
                sha256 = writer.complete(kind.extension)
            _begin_writing(target)
            self._demand_whole(path, key, writer.length, sha256)
            return _Landed(path, target, sha256, writer.length, kind.media_type, kind.extension)
        except BaseException:
            self._close(target)
            raise

    def _demand_whole(self, path: Path, key: DataKey, length: int, sha256: str) -> None:
        """Read a locked file again, to its end."""
        if length == 0:
            raise _Refused(*_EMPTY)
        with LockedReader(path, key) as written:
            if digest(written, lambda _: self._check()) != sha256:
                raise BadChunk("全文")

    def _chunks(self, file: Incoming) -> Iterator[bytes]:
        """The content of a file of the user, or the bytes, piece by piece."""
        if isinstance(file.source, bytes):
            yield file.source
        elif stat.S_ISREG(file.source.stat().st_mode):
            with file.source.open("rb", buffering=0) as source:
                while chunk := source.read(_CHUNK):
                    yield chunk
        else:
            raise _Refused(*_NO_FILE)

    def _fill(self, target: int, file: Incoming, follower: _Following | None) -> int:
        """Copy the content into the open target; returns its size in bytes."""
        if isinstance(file.source, bytes):
            self._write(target, file.source)
        elif stat.S_ISREG(file.source.stat().st_mode):
            with file.source.open("rb", buffering=0) as source:
                self._copy_windows(source.fileno(), target, follower)
        else:
            raise _Refused(*_NO_FILE)
        size = os.fstat(target).st_size
        if size == 0:
            raise _Refused(*_EMPTY)
        return size

    def _copy_windows(self, source: int, target: int, follower: _Following | None) -> None:
        """Copy by the kernel where it can (it may even share blocks), else in chunks.

        The follower of a large file hashes what has landed while the next window is copied.
        """
        if hasattr(os, "copy_file_range"):
            try:
                while count := os.copy_file_range(source, target, _WINDOW):
                    self._count(count)
                    if follower is not None:
                        _begin_writing(target)
                        follower.advance(count)
            except OSError:
                # Another file system or an old kernel refuses at the first window; a real fault of
                # the disk comes back from the plain copy, which starts again.
                if follower is not None:
                    follower.end()
                os.lseek(source, 0, os.SEEK_SET)
                os.lseek(target, 0, os.SEEK_SET)
                os.ftruncate(target, 0)
            else:
                if os.fstat(target).st_size:
                    return
        while chunk := os.read(source, _CHUNK):
            self._write(target, chunk)

    def _write(self, target: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = os.write(target, view[:_CHUNK])
            view = view[written:]
            self._count(written)

    def _count(self, size: int) -> None:
        with self._counting:
            self._done += size
        self._check()

    def _check(self) -> None:
        if self._stop.is_set():
            raise _Stopped

    def _sync(self, file: Incoming, landed: _Landed, synced: bool) -> _Landed | Fault:
        """In a worker: force one copy to the disk, unless all were; the batch goes on only then."""
        try:
            if not synced:
                os.fsync(landed.handle)
        except OSError as error:
            discard(landed.path)
            return _refusal(file, error)
        finally:
            self._close(landed.handle)
        return landed

    def _settle(self, file: Incoming, landed: _Landed, touched: set[Path]) -> StoredFile | Fault:
        """Give a durable copy its name, unless that content is there, whole, already."""
        answer = StoredFile(landed.sha256, landed.size, landed.media_type)
        known = self._shelf.path_of(landed.sha256)
        try:
            if known is not None and self._shelf.is_whole(landed.sha256):
                landed.path.unlink()
                return StoredFile(landed.sha256, landed.size, landed.media_type, duplicate=True)
            if known is not None:  # damaged: keep it aside as it is, the whole one takes the name
                known.rename(known.with_name(f"{known.name}.damaged-{secrets.token_hex(4)}"))
            path = self._vault / self._shelf.place_of(landed.sha256, landed.extension)
            folder = path.parent
            if not folder.exists():
                folder.mkdir()
                touched.add(self._vault)
            landed.path.rename(path)
            self._stored.append(path)
            touched.add(folder)
        except OSError as error:
            discard(landed.path)
            return _refusal(file, error)
        return answer


class _Following:
    """Hashes a file on a thread of its own while it grows; whoever writes it says how far it has come."""

    def __init__(self, path: Path) -> None:
        self._changed = threading.Condition()
        self._landed = 0
        self._hashed = 0
        self._over = False
        self._sha256 = hashlib.sha256()
        self._thread = threading.Thread(target=self._run, args=(path,), name="vault-hash", daemon=True)
        self._thread.start()

    def advance(self, count: int) -> None:
        """So many bytes more have landed."""
        with self._changed:
            self._landed += count
            self._changed.notify()

    def result(self, size: int) -> str:
        """The SHA-256 of the whole file; empty when it was not followed to its end, or could not be read."""
        self.end()
        return self._sha256.hexdigest() if self._hashed == size else ""

    def end(self) -> None:
        """Hash what has landed, and no more. Ending twice is harmless."""
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join()

    def _run(self, path: Path) -> None:
        buffer = bytearray(_CHUNK)
        view = memoryview(buffer)
        with contextlib.suppress(OSError), path.open("rb", buffering=0) as file:
            while True:
                with self._changed:
                    while self._landed == self._hashed and not self._over:
                        self._changed.wait()
                    if self._landed == self._hashed:
                        return
                    wanted = min(self._landed - self._hashed, _CHUNK)
                count = file.readinto(view[:wanted])
                if not count:
                    return
                self._sha256.update(view[:count])
                self._hashed += count


class _Ends:
    """The first and the last bytes of what goes by, as many as tell the kind of a file."""

    def __init__(self) -> None:
        self.head = b""
        self.tail = b""

    def take(self, chunk: bytes) -> None:
        """The next piece."""
        if len(self.head) < SNIFF_BYTES:
            self.head = (self.head + chunk)[:SNIFF_BYTES]
        self.tail = (self.tail + chunk[-SNIFF_BYTES:])[-SNIFF_BYTES:]


def digest(file: RawIOBase, heard: Callable[[int], None]) -> str:
    """The SHA-256 of the rest of a raw file, in constant memory; ``heard`` gets the bytes read so far."""
    sha256 = hashlib.sha256()
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    done = 0
    while count := file.readinto(buffer):
        sha256.update(view[:count])
        done += count
        heard(done)
    return sha256.hexdigest()


def _sync_together(folder: Path) -> bool:
    """Force a whole file system to the disk by one call (Linux); false when each file must be forced alone.

    Since Linux 5.8 the call also fails when writing back any file failed; then each file is asked.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        return bool(ctypes.CDLL(None).syncfs(handle) == 0)
    except AttributeError:  # a C library without it
        return False
    finally:
        os.close(handle)


def _begin_writing(handle: int) -> None:
    """Have the kernel begin to write a file back while the next is copied, so that the barrier waits less (Linux).

    Nothing rests on it: whether the bytes are on the disk is known after the barrier alone.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(AttributeError):  # a C library without it
            call = ctypes.CDLL(None).sync_file_range
            call.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
            call(handle, 0, 0, _SYNC_WRITE)


def _refusal(file: Incoming, error: Exception) -> Fault:
    """Why one file did not go in, as a line of the report."""
    if isinstance(error, _Refused):
        return Fault(file.name, error.what, error.remedy)
    if isinstance(error, BadChunk):
        return Fault(file.name, "写到磁盘上的与原文件不同，未存入。", "请检查磁盘是否完好，然后重试。")
    if isinstance(error, PermissionError):
        return Fault(file.name, "没有读取权限，或正被其他程序独占，未存入。", "请关闭占用它的程序后重试。")
    if isinstance(error, OSError) and error.errno != errno.EINVAL:
        told = world_error(error, Path(file.name), "存入佐证材料")
        return Fault(file.name, told.what, told.remedy)
    return Fault(file.name, "文件名或路径不合法，未存入。", "请改名后重试。")
