"""Who took what out, when, with which findings open: one line per file beside the evaluation (财监〔2021〕4号 第21条)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

from workbench.domain.checks import Finding, Severity
from workbench.files import told
from workbench.store.creation import EXPORT_LOG
from workbench.store.locked_file import SUFFIX, DataKey, LockedFile, write_locked

FILE = EXPORT_LOG


@dataclass(frozen=True, slots=True)
class Exportation:
    """One file that was handed out."""

    at: str
    by: str
    kind: str
    file: str
    size: int
    sha256: str
    total: str
    errors: int
    warnings: int
    head: str
    """Head of the chain of edits at that moment, empty where there is none."""


class ExportLog:
    """The log of one evaluation's folder; lines are only ever added."""

    def __init__(self, folder: Path, key: DataKey | None = None) -> None:
        """With ``key``, the one of a locked evaluation, it is a locked file."""
        self._key = key
        self._path = folder / (FILE if key is None else f"{FILE}{SUFFIX}")

    def add(
        self,
        path: Path,
        kind: str,
        *,
        by: str,
        at: datetime,
        total: str,
        findings: Sequence[Finding] = (),
        head: str = "",
    ) -> Exportation:
        """Note a file that was written; durable on return. Raises :class:`WorkbenchError` when it can't be noted."""
        digest = hashlib.sha256()
        with told(path, "登记导出"):
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
            size = path.stat().st_size
        line = Exportation(
            at.isoformat(timespec="seconds"),
            by,
            kind,
            path.name,
            size,
            digest.hexdigest(),
            total,
            sum(one.severity is Severity.ERROR for one in findings),
            sum(one.severity is Severity.WARNING for one in findings),
            head,
        )
        if self._key is not None:
            with told(self._path, "登记导出"):
                before = LockedFile(self._path, self._key).read_bytes() if self._path.is_file() else b""
                added = json.dumps(asdict(line), ensure_ascii=False) + "\n"
                write_locked(self._path, before + added.encode(), self._key)
            return line
        with told(self._path, "登记导出"):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                _append(handle, json.dumps(asdict(line), ensure_ascii=False) + "\n")
            finally:
                os.close(handle)
        return line

    def listed(self) -> list[Exportation]:
        """Every line that can be read, newest first; a line cut by a crash is passed over."""
        if not self._path.is_file():
            return []
        with told(self._path, "读取导出记录"):
            held = self._path if self._key is None else LockedFile(self._path, self._key)
            texts = held.read_bytes().decode("utf-8", "replace").splitlines()
        return [line for text in reversed(texts) if (line := _line(text)) is not None]


def _line(text: str) -> Exportation | None:
    """One line as it was written; nothing when it is none."""
    try:
        line = Exportation(**json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return None
    right = all(isinstance(getattr(line, name), _TYPES[kind]) for name, kind in _KINDS.items())
    return line if right else None


_TYPES = {"str": str, "int": int}
_KINDS = {one.name: str(one.type) for one in fields(Exportation)}


def _append(handle: int, text: str) -> None:
    """Add all of a line, durably, or nothing of it; what a crash cut before it stays a line of its own."""
    size = os.lseek(handle, 0, os.SEEK_END)
    cut = size > 0 and _last_byte(handle) != b"\n"
    rest = memoryview((("\n" if cut else "") + text).encode())
    try:
        while rest:  # a disk that fills up takes a part and says so only at the next try
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(handle, size)
        raise


def _last_byte(handle: int) -> bytes:
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1)
