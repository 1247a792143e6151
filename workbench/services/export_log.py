"""Who took what out, when, with which findings open: one line per file beside the evaluation (财监〔2021〕4号 第21条)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from workbench.domain.checks import Finding, Severity
from workbench.files import told

FILE = "导出记录.jsonl"


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

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

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
        with told(self._path, "登记导出"):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                # What a crash cut stays a line of its own.
                cut = os.lseek(handle, 0, os.SEEK_END) > 0 and _last_byte(handle) != b"\n"
                text = ("\n" if cut else "") + json.dumps(asdict(line), ensure_ascii=False) + "\n"
                os.write(handle, text.encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        return line

    def listed(self) -> list[Exportation]:
        """Every line that can be read, newest first; a line cut by a crash is passed over."""
        if not self._path.is_file():
            return []
        found = []
        with told(self._path, "读取导出记录"):
            for text in self._path.read_text("utf-8", errors="replace").splitlines():
                try:
                    found.append(Exportation(**json.loads(text)))
                except (ValueError, TypeError):
                    continue
        return found[::-1]


def _last_byte(handle: int) -> bytes:
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1)
