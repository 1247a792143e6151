"""The log file: what the program notes for its maintainers, kept small and without contents."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

from workbench.services.discretion import Discreet

LOG_FILE = "workbench.log"
_SIZE, _OLD_FILES = 1_000_000, 3
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextlib.contextmanager
def kept(folder: Path) -> Iterator[Path | None]:
    """Keep a log in ``folder`` inside the block; gives its path, nothing where no file can be written."""
    logger = logging.getLogger("workbench")
    level = logger.level
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / LOG_FILE,
            maxBytes=_SIZE,
            backupCount=_OLD_FILES,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except OSError:
        # A full or read-only disk must not prevent the work itself.
        yield None
        return
    handler.setFormatter(Discreet(_FORMAT))
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield folder / LOG_FILE
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()
