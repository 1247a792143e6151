"""The evidence vault: copies of files named by their content, written beside and swapped in."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import Fault
from workbench.store.incoming import Adding, Incoming, Progress, StoredFile, digest

_log = logging.getLogger(__name__)

_INCOMING = ".incoming"
_NAME = re.compile(r"([0-9a-f]{64})\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Damage:
    """A content that should be in the vault and is not there as it was stored."""

    sha256: str
    missing: bool
    """False: the file is there, but its content is another one, or it can't be read."""
    reason: str = ""


class Vault:
    """The folder ``evidence/`` of one evaluation: ``ab/abcdef….jpg`` for each content.

    Nothing in it is ever overwritten. Any thread may add, one at a time; reading is free for all.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._incoming = folder / _INCOMING
        self._adding = threading.Lock()

    def path_of(self, sha256: str) -> Path | None:
        """Where a content is, or nothing when it is missing."""
        if not re.fullmatch("[0-9a-f]{64}", sha256):  # it may come from a stranger's package
            return None
        with contextlib.suppress(OSError), os.scandir(self.folder / sha256[:2]) as entries:
            for entry in entries:
                if entry.name.startswith(sha256) and _NAME.fullmatch(entry.name):
                    return Path(entry.path)
        return None

    def contents(self) -> Iterator[str]:
        """The SHA-256 of every content that has a file."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            if (found := _NAME.fullmatch(path.name)) is not None:
                yield found.group(1)

    def sizes(self) -> dict[str, int]:
        """The size in bytes of every content that has a file, by SHA-256; one look at names, nothing is read."""
        found: dict[str, int] = {}
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            if (named := _NAME.fullmatch(path.name)) is not None:
                with contextlib.suppress(OSError):
                    found[named.group(1)] = path.stat().st_size
        return found

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
            task = Adding(self.folder, self._incoming, self.path_of, files, progress)
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
                with path.open("rb", buffering=0) as file:
                    changed = digest(file, heard) != sha256
                    done += file.tell()
            except OSError as error:
                found.append(Damage(sha256, missing=False, reason=error.strerror or type(error).__name__))
                continue
            if changed:
                found.append(Damage(sha256, missing=False))
        progress(total, total, "核对完毕")
        return found
