"""The life of a child process that reads strangers' files: one file after the other, within limits.

What goes back over the wire is one letter and a body: progress, a result, a refusal in words, or a bug.
"""

from __future__ import annotations

import faulthandler
import io
import json
import os
import pickle
import signal
import time
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from workbench.errors import Fault, InputRefused, WorkbenchError
from workbench.services.discretion import trace
from workbench.services.modesty import be_modest

TAKEN, PROGRESS, RESULT, REFUSAL, TOO_MUCH, BUG = b"t", b"p", b"r", b"e", b"m", b"b"

#: How large what was read may be, packed, in bytes.
MOST_RESULT = 400_000_000
#: A child that nobody asks for anything goes after so many seconds.
IDLE = 60.0
_BETWEEN_WORDS = 0.05
#: Modules whose classes a result may be made of, and the classes of others.
_OWN = ("workbench.domain.", "workbench.importers.", "workbench.errors")
_PLAIN = frozenset(
    {
        ("builtins", "set"),
        ("builtins", "frozenset"),
        ("collections", "Counter"),
        ("collections", "OrderedDict"),
        ("collections", "defaultdict"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "time"),
        ("datetime", "timedelta"),
        ("decimal", "Decimal"),
        ("fractions", "Fraction"),
        ("pathlib", "PosixPath"),
        ("pathlib", "PurePosixPath"),
        ("pathlib", "WindowsPath"),
    }
)


def serve(connection: Connection, memory: int, time_limit: float) -> None:
    """The child's life: read what is asked for until the parent goes or asks no more. Front door of its process.

    ``memory`` in bytes of address space; ``time_limit`` in seconds: a file that outlasts it ends the
    process, even when the parent is gone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    be_modest(memory)
    with Path(os.devnull).open("w") as nowhere:
        try:
            connection.send_bytes(b"ready")
        except OSError:  # whoever started it is gone already
            return
        while True:
            try:
                if not connection.poll(IDLE):
                    return
                reader, arguments, heard = pickle.loads(connection.recv_bytes())  # noqa: S301 - from the parent
                connection.send_bytes(TAKEN)
            except (EOFError, OSError):
                return
            faulthandler.dump_traceback_later(time_limit, exit=True, file=nowhere)
            try:
                answer = _answer(reader, (*arguments, _telling(connection)) if heard else arguments)
            except MemoryError:
                answer = TOO_MUCH
            faulthandler.cancel_dump_traceback_later()
            try:
                connection.send_bytes(answer)
            except OSError:
                return


def _answer(reader: Callable[..., object], arguments: tuple[Any, ...]) -> bytes:
    try:
        packed = pickle.dumps(reader(*arguments), pickle.HIGHEST_PROTOCOL)
        return RESULT + packed if len(packed) <= MOST_RESULT else TOO_MUCH
    except InputRefused as refusal:
        return REFUSAL + json.dumps([refusal.what, [asdict(fault) for fault in refusal.faults]]).encode()
    except WorkbenchError as refusal:
        return REFUSAL + json.dumps([refusal.code, refusal.what, refusal.remedy]).encode()
    except MemoryError:
        return TOO_MUCH
    except Exception as error:  # noqa: BLE001 - a hostile file may make a reader raise anything
        return BUG + trace(error).encode("utf-8", "replace")


def _telling(connection: Connection) -> Callable[[int, int, str], None]:
    """A progress that goes over the wire, not too often."""
    last = 0.0

    def tell(done: int, total: int, what: str = "") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _BETWEEN_WORDS:
            last = now
            connection.send_bytes(PROGRESS + json.dumps([done, total, what]).encode())

    return tell


def refusal_of(body: bytes) -> WorkbenchError:
    """The refusal that a child sent; raises ``ValueError`` or ``TypeError`` for anything else."""
    told = json.loads(body)
    if len(told) == 2:
        return InputRefused(str(told[0]), tuple(Fault(**fault) for fault in told[1]))
    code, what, remedy = told
    return WorkbenchError(str(code), str(what), str(remedy))


class _Unpickler(pickle.Unpickler):
    """Makes values of the program's own classes and plain ones; calls nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        found: Any = None
        if (module, name) in _PLAIN or (f"{module}.".startswith(_OWN) and "." not in name):
            found = super().find_class(module, name)
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is no value")
        return found


def result_of(body: bytes) -> Any:
    """The result that a child sent; raises whatever unpickling raises when it is none."""
    return _Unpickler(io.BytesIO(body)).load()
