"""Between two starts of the program: what the later one is asked to open goes to the window that is there.

A socket of this person on Linux, a named pipe on Windows; nothing of the network. What is said is a list of
paths in JSON, never anything that would be run.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_log = logging.getLogger(__name__)
_LONGEST = 1 << 16
_MOST = 64
#: How long (s) the window that is there may take to answer; one that hangs is passed over.
_PATIENCE = 3.0
#: What a desktop gives a program so that it may come to the front.
_TOKENS = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")
_TAKEN, _OVER = b"taken", b"over"


@dataclass(frozen=True, slots=True)
class Call:
    """What a later start asks for: paths to open (none: only come to the front), and its desktop's tokens."""

    paths: tuple[Path, ...]
    tokens: Mapping[str, str]


def address_of(settings: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Where the window that uses this file of settings listens; copies with other data have other places."""
    mark = hashlib.sha256(f"{getpass.getuser()}\n{settings.absolute()}".encode()).hexdigest()[:24]
    if sys.platform == "win32":
        return rf"\\.\pipe\workbench-{mark}"
    # Paths of sockets are short (108 bytes), so the folder of the settings would not always do.
    folder = Path(
        environ.get("XDG_RUNTIME_DIR", "") or Path(tempfile.gettempdir()) / f"workbench-{os.getuid()}"
    )
    return str(folder / f"workbench-{mark}")


def _own(address: str) -> bool:
    """Make sure that nobody else could listen at, or put something in the place of, a socket."""
    if sys.platform == "win32":
        return True
    folder = Path(address).parent
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        stat = folder.lstat()
    except OSError:
        return False
    return folder.is_dir() and stat.st_uid == os.getuid() and not stat.st_mode & 0o022


class Listener:
    """Hears what later starts ask for; ``heard`` is called on a thread of its own."""

    def __init__(self, address: str, heard: Callable[[Call], None]) -> None:
        """Listen; where another window of this person listens already, or the system refuses, do nothing."""
        self._address, self._heard = address, heard
        self._listener = None
        if not _own(address) or _asked(address, None):
            return
        from multiprocessing import connection

        try:
            if sys.platform != "win32":
                Path(address).unlink(missing_ok=True)  # what a run that was cut off left behind
            self._listener = connection.Listener(address)
        except OSError as error:
            _log.info("not listening: %s", type(error).__name__)
            return
        threading.Thread(target=self._listen, name="handover", daemon=True).start()

    @property
    def listening(self) -> bool:
        """Whether files that are opened from now on come to this run."""
        return self._listener is not None

    def close(self) -> None:
        """Hear nothing more."""
        if self._listener is None:
            return
        # Wakes the thread, which waits for a caller.
        with contextlib.suppress(OSError, EOFError):
            _ask(self._address, _OVER)
        with contextlib.suppress(OSError):  # somebody swept the folder
            self._listener.close()
        self._listener = None

    def _listen(self) -> None:
        listener = self._listener
        while listener is not None:
            try:
                with listener.accept() as caller:
                    if not caller.poll(_PATIENCE):
                        continue
                    said = caller.recv_bytes(_LONGEST)
                    if said == _OVER:
                        return
                    call = _read(said)
                    caller.send_bytes(_TAKEN)
            except (OSError, EOFError):
                if self._listener is None:
                    return
                continue  # a caller that went away
            if call is not None:
                self._heard(call)


def ring(address: str, paths: Sequence[Path], environ: Mapping[str, str] = os.environ) -> bool:
    """Ask the window that is there to open these; whether it takes them on."""
    if not _own(address):
        return False
    if sys.platform == "win32":
        import ctypes

        # Only who was started by the person may let another come to the front.
        ctypes.windll.user32.AllowSetForegroundWindow(-1)
    tokens = {name: environ[name] for name in _TOKENS if environ.get(name)}
    return _asked(address, Call(tuple(path.absolute() for path in paths), tokens))


def _asked(address: str, call: Call | None) -> bool:
    words = {} if call is None else {"open": [str(one) for one in call.paths], "tokens": dict(call.tokens)}
    try:
        return _ask(address, json.dumps(words).encode())
    except (OSError, EOFError):
        return False


def _ask(address: str, said: bytes) -> bool:
    from multiprocessing import connection

    with connection.Client(address) as line:
        line.send_bytes(said)
        return line.poll(_PATIENCE) and line.recv_bytes(_LONGEST) == _TAKEN


def _read(said: bytes) -> Call | None:
    """What was said, unless it is only whether somebody is there; nothing of an unknown shape counts."""
    try:
        raw = json.loads(said)
        paths = tuple(Path(str(one)) for one in raw["open"][:_MOST])
        tokens = {name: str(raw["tokens"][name]) for name in _TOKENS if name in raw["tokens"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Call(paths, tokens)
