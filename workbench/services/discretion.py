"""What may be written down about an error: where in the program it happened and of what kind, never contents.

Messages of errors carry what people typed: names, reasons, answers, file names. Logs and reports are sent
to maintainers, so a message is kept only for kinds whose messages speak of the program alone.
"""

from __future__ import annotations

import copy
import errno
import logging
import re
import traceback
from pathlib import Path

from workbench.errors import WorkbenchError

#: Their messages name types and attributes; what is not ASCII is masked all the same.
_TELLING: tuple[type[BaseException], ...] = (
    AttributeError,
    ImportError,
    IndexError,
    MemoryError,
    NameError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ZeroDivisionError,
)
#: Digits in a row may be a phone or an identity card.
_FOREIGN = re.compile(r"[^\x20-\x7e]+|\d{5,}")
_LONGEST = 300
_ROOTS = ("workbench", "site-packages", "lib", "tests")


def masked(text: str) -> str:
    """A technical text without anything that is not ASCII and without long numbers, cut where it gets long."""
    return _FOREIGN.sub("…", text)[:_LONGEST]


def plain(error: BaseException) -> str:
    """The kind of an error, with as much of its message as holds no contents."""
    kind = type(error).__name__
    if isinstance(error, WorkbenchError):
        return f"{kind} {error.code}"
    if isinstance(error, OSError):
        return f"{kind} {errno.errorcode.get(error.errno or 0, error.errno)}"
    if any(type(error) is known or type(error).__base__ is known for known in _TELLING):
        return f"{kind}: {masked(str(error))}"
    return kind


def trace(error: BaseException) -> str:
    """Where an error came from, line by line, and what led to it; no values, no folders of this machine."""
    parts: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        lines = [
            f"  {_short(frame.filename)}:{frame.lineno} {frame.name}\n    {frame.line}\n"
            for frame in traceback.extract_tb(at.__traceback__)
        ]
        parts.append("".join([*lines, plain(at), "\n"]))
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "which led to\n".join(reversed(parts))


def _short(name: str) -> str:
    """A file of the program or a library, from its root on."""
    parts = Path(name).parts
    for root in _ROOTS:
        if root in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(root) :])
    return parts[-1] if parts else name


class Discreet(logging.Formatter):
    """Writes log lines: of an error its kind alone, of a path its ending alone."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the trace of an exception behind it."""
        record = copy.copy(record)
        record.exc_text = None
        if isinstance(record.args, tuple):
            record.args = tuple(_discreet(one) for one in record.args)
        return super().format(record)

    def formatException(self, ei: object) -> str:
        """The trace without values."""
        error = ei[1] if isinstance(ei, tuple) else None
        return trace(error) if isinstance(error, BaseException) else ""


def _discreet(value: object) -> object:
    if isinstance(value, BaseException):
        return plain(value)
    return f"…{value.suffix}" if isinstance(value, Path) else value
