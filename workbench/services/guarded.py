"""Reads strangers' files in child processes: a bomb, an endless loop or a crash ends the child, never the window.

Window and command line alike read through :func:`guarded`. A child is kept for the next file and goes
by itself when there is none for a while.
"""

from __future__ import annotations

import contextlib
import json
import logging
import multiprocessing
import pickle
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar, cast

from workbench.errors import WorkbenchError
from workbench.services.guarded_process import (
    BUG,
    MOST_RESULT,
    PROGRESS,
    REFUSAL,
    RESULT,
    TAKEN,
    TOO_MUCH,
    refusal_of,
    result_of,
    serve,
)
from workbench.services.jobs import Progress, silent
from workbench.services.modesty import MEMORY

_log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")

#: How long one file may take, in seconds: a sheet of 200,000 rows takes a slow laptop half of it.
TIME_LIMIT = 120.0
_START_LIMIT = 60.0
_LOOK_UP = 0.1
#: A child that has read so much, in files or in bytes of one result, is not kept.
_MOST_FILES, _LARGE_RESULT = 100, 32 << 20


def guarded(
    reader: Callable[..., ResultT],
    path: Path,
    *arguments: object,
    progress: Progress = silent,
    heard: bool = False,
    name: str = "",
    time_limit: float = TIME_LIMIT,
    memory: int = MEMORY,
) -> ResultT:
    """``reader(path, *arguments)`` in a child process, on any thread but the window's.

    ``reader`` is a function of a module and its arguments are values; with ``heard`` it gets a progress as
    its last argument. ``name`` is how the file is called where ``path`` alone does not say it. What it returns is made of the domain's and the importers' own classes. ``progress``
    is called ten times a second and may raise to stop: the child is ended then.
    Raises the :class:`WorkbenchError` that the reader raises, and one of ``too-large-to-read``,
    ``takes-too-long``, ``reader-died``, ``not-understood``, ``no-reader`` that names the file.
    """
    name = name or path.name
    order = pickle.dumps((reader, (path, *arguments), heard))
    wanted = (time_limit, memory)
    while True:
        child = _idle(wanted) or _Child(time_limit, memory)
        fresh = child.files == 0
        try:
            return cast("ResultT", child.read(order, name, progress))
        except _NeverTaken:
            if fresh:
                raise WorkbenchError(
                    "no-reader", f"读取“{name}”的程序没有启动。", "请关闭其他程序后重试。"
                ) from None
        finally:
            _keep(child, wanted)


class _NeverTaken(Exception):
    """The child went before it took the order."""


_Wanted = tuple[float, int]
_resting: dict[_Wanted, list[_Child]] = {}
_lock = threading.Lock()


def _idle(wanted: _Wanted) -> _Child | None:
    with _lock:
        kept = _resting.get(wanted)
        return kept.pop() if kept else None


def _keep(child: _Child, wanted: _Wanted) -> None:
    """Keep one child of each kind for the next file."""
    with _lock:
        kept = _resting.setdefault(wanted, [])
        if child.good and not kept and wanted == (TIME_LIMIT, MEMORY):
            kept.append(child)
            return
    child.end()


class _Child:
    """One child process that reads; used by one thread at a time."""

    def __init__(self, time_limit: float, memory: int) -> None:
        self._time_limit, self._memory = time_limit, memory
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self.files = 0
        self.good = False

    def read(self, order: bytes, name: str, progress: Progress) -> Any:
        """Have one file read. Raises as :func:`guarded`."""
        last = (0, 0, f"读取 {name}")
        progress(*last)
        connection = self._connection or self._start(lambda: progress(*last))
        self.good = False
        until = time.monotonic() + self._time_limit
        taken = False
        try:
            connection.send_bytes(order)
            while True:
                if not connection.poll(_LOOK_UP):
                    progress(*last)
                    if time.monotonic() > until:
                        _log.info("a reading process was ended after %s s", self._time_limit)
                        raise WorkbenchError(
                            "takes-too-long",
                            f"“{name}”过于复杂，没有在限定时间内读完，未读入任何内容。",
                            "请确认文件来源，或删去无关的内容后重试。",
                        )
                    continue
                message = connection.recv_bytes(MOST_RESULT + 1)
                kind, body = message[:1], message[1:]
                if kind == PROGRESS:
                    done, total, what = _words(body)
                    last = (done, total, what)
                    progress(*last)
                elif kind == TAKEN:
                    taken = True
                else:
                    return self._result(kind, body, name)
        except (EOFError, OSError) as error:
            if not taken and isinstance(error, EOFError | BrokenPipeError | ConnectionError):
                raise _NeverTaken from None
            _log.info("a reading process died of its file (%s)", type(error).__name__)
            raise _died(name) from None
        except _ODD_ANSWERS as error:
            _log.info("a reading process answered oddly (%s)", type(error).__name__)
            raise _died(name) from None

    def _result(self, kind: bytes, body: bytes, name: str) -> Any:
        self.files += 1
        if kind == RESULT:
            found = result_of(body)
            self.good = self.files < _MOST_FILES and len(body) < _LARGE_RESULT
            return found
        if kind == REFUSAL:
            refusal = refusal_of(body)
            self.good = self.files < _MOST_FILES
            raise refusal
        if kind == TOO_MUCH:
            _log.info("a reading process came to the limit of its memory")
            raise WorkbenchError(
                "too-large-to-read",
                f"“{name}”展开后过大，已停止读取，未读入任何内容。",
                "请确认文件来源，或分成几个文件后重试。",
            )
        if kind == BUG:
            _log.error("a reader failed: %s", body.decode("utf-8", "replace"))
            raise WorkbenchError(
                "not-understood",
                f"“{name}”里有程序没有料到的内容，未读入任何内容。",
                "请另存为新文件后重试；仍然如此，请把诊断包交给软件维护人员。",
            )
        raise ValueError("no known answer")

    def _start(self, look_up: Callable[[], None]) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._connection = ours
        process = context.Process(
            target=serve,
            args=(theirs, self._memory, self._time_limit + 5),
            name="workbench-reader",
            daemon=True,
        )
        self._process = process
        try:
            process.start()
        finally:
            theirs.close()
        until = time.monotonic() + _START_LIMIT
        with contextlib.suppress(EOFError, OSError):
            while time.monotonic() < until:
                if ours.poll(_LOOK_UP):
                    if ours.recv_bytes(16) == b"ready":
                        return ours
                    break
                look_up()
        raise _NeverTaken

    def end(self) -> None:
        """End the process now."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None and self._process.pid is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._connection = None


#: How unpickling and parsing fail on bytes that are no answer.
_ODD_ANSWERS = (
    pickle.UnpicklingError,
    AttributeError,
    ImportError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    MemoryError,
    OverflowError,
)


def _words(body: bytes) -> tuple[int, int, str]:
    done, total, what = json.loads(body)
    return int(done), int(total), str(what)


def _died(name: str) -> WorkbenchError:
    return WorkbenchError(
        "reader-died",
        f"“{name}”使读取程序意外中止，文件可能已损坏，未读入任何内容。",
        "请用原来的软件打开后另存为新文件，再重试。",
    )
