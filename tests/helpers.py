"""Small aids shared by tests."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Folders that tools make beside the sources (see .gitignore).
MADE_FOLDERS = {
    *(".git", ".venv", "build", "dist", "out", "__pycache__", ".benchmarks", ".hypothesis"),
    *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache"),
}


def source_files() -> Iterator[Path]:
    """Every file of the source tree, whether or not this is a git checkout."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in MADE_FOLDERS]
        yield from (Path(folder, name) for name in files)


class LogWatch(logging.Handler):
    """Hears warnings and errors of the program; each must have been announced by the test."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._heard: list[str] = []
        self._announced: list[str] = []

    def expect(self, fragment: str) -> None:
        """Announce a log line that contains ``fragment``; the test fails if it does not come."""
        self._announced.append(fragment)

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def complaints(self) -> list[str]:
        unexpected = [line for line in self._heard if not any(part in line for part in self._announced)]
        unheard = [part for part in self._announced if not any(part in line for line in self._heard)]
        return [f"unexpected log line: {line}" for line in unexpected] + [
            f"expected log line never came: {part}" for part in unheard
        ]
