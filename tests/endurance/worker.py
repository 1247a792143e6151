"""A server of forks: each carries out one operation, disturbed as ordered, and this one says what it said.

Run as ``python -m tests.endurance.worker``; one order in JSON per line in, one answer per line out. All
modules are loaded before the first fork, so that a fork costs milliseconds.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.endurance import every
from tests.endurance.every import OPERATIONS
from tests.endurance.operations import Run
from workbench.services.jobs import silent

#: What was said, in the record of a watched operation: writes to this file.
SAID = "说过"

HANGS_AFTER_SECONDS = 60.0


def carry_out(order: dict[str, Any]) -> dict[str, Any]:
    """Fork, let it work, kill it where ordered; returns what was said, how long it took, how it ended."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work(order, writer)
    os.close(writer)
    said, begun, ended = b"", None, None
    deadline = time.monotonic() + HANGS_AFTER_SECONDS
    killed = False
    while True:
        left = deadline - time.monotonic()
        ready, _, _ = select.select([reader], [], [], max(0.0, left))
        if not ready:
            os.kill(child, signal.SIGKILL)
            if killed or begun is None or order.get("kill_after") is None:
                said += b"!! hangs\n"
            killed, deadline = True, time.monotonic() + HANGS_AFTER_SECONDS
            continue
        chunk = os.read(reader, 1 << 16)
        if not chunk:
            break
        said += chunk
        if begun is None and b"BEGIN\n" in said:
            begun = time.monotonic()
            if order.get("kill_after") is not None:
                deadline = begun + order["kill_after"]
    os.close(reader)
    ended = time.monotonic()
    _, status = os.waitpid(child, 0)
    lines = said.decode("utf-8", "replace").split("\n")[:-1]  # what was cut in the middle was never said
    return {
        "said": [line for line in lines if line != "BEGIN"],
        "took": ended - (begun or ended),
        "killed": os.WIFSIGNALED(status),
    }


def _work(order: dict[str, Any], writer: int) -> None:
    recorded = -1

    def say(line: str) -> None:
        told = line.replace("\n", "⏎").encode("utf-8", "replace") + b"\n"
        os.write(writer, told)
        if recorded >= 0:
            os.write(recorded, told)  # what was said stands in the record in its place

    place = Path(order["place"])
    arm = order.get("arm")
    shim = ctypes.CDLL(None) if "LD_PRELOAD" in os.environ else None
    armed = False

    def begin() -> None:
        nonlocal armed
        say("BEGIN")
        if shim is not None and arm is not None:
            armed = True
            shim.arm(os.fsencode(place), ctypes.c_long(arm["nth"]), arm["mode"])

    def calm() -> None:
        nonlocal armed
        if shim is not None and armed:
            armed = False
            hit = shim.was_hit()
            say(f"CALLS {shim.calm()} {hit}")

    if shim is not None and "watch" in order:  # from the opening on: the log of the database begins there
        log = os.open(order["watch"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        shim.watch(os.fsencode(place), log)
        recorded = os.open(place / SAID, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        OPERATIONS[order["operation"]].act(Run(place, order["seed"], say, begin, calm))
        calm()
    except BaseException:  # noqa: BLE001 - a front door: whatever it is, it is told
        calm()
        say("!! " + traceback.format_exc())
    os._exit(0)


def _look(order: dict[str, Any]) -> dict[str, Any]:
    """In a fork as well: what a fresh process finds."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            OPERATIONS[order["operation"]].look(Path(order["place"]), order["said"], order["seed"])
        except BaseException:  # noqa: BLE001 - a front door
            os.write(writer, traceback.format_exc().encode("utf-8", "replace"))
        os._exit(0)
    os.close(writer)
    found = b""
    while chunk := os.read(reader, 1 << 16):
        found += chunk
    os.close(reader)
    os.waitpid(child, 0)
    return {"fault": found.decode("utf-8", "replace")}


def _prepare(order: dict[str, Any]) -> dict[str, Any]:
    place = Path(order["place"])
    place.mkdir(parents=True)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            OPERATIONS[order["operation"]].prepare(place)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return {"fault": "" if status == 0 else "preparing failed"}


def _read_here(reader: Callable[..., Any], path: Path, *arguments: object, **ways: Any) -> Any:
    """In place of a child process, which takes ten times as long as the rest of a trial; kills are tried with children."""
    return reader(path, *arguments, *((silent,) if ways.get("heard") else ()))


def main() -> None:
    """Obey orders until there are no more."""
    import docx
    import fontTools.ttLib
    import openpyxl
    import PIL.Image
    import pypdfium2
    import reportlab.pdfgen.canvas
    import sqlcipher3.dbapi2
    import sqlite_utils
    from cryptography.hazmat.primitives.asymmetric import x25519
    from cryptography.hazmat.primitives.ciphers import aead
    from cryptography.hazmat.primitives.kdf import hkdf, scrypt

    if "LD_PRELOAD" in os.environ:
        for name, module in list(sys.modules.items()):
            if name.startswith("workbench.services.") and hasattr(module, "guarded"):
                module.guarded = _read_here
    # Children of the trials, which read strangers' files, need nothing of this module.
    sys.modules["__main__"].__spec__ = None
    del sys.modules["__main__"].__file__
    _ = (docx, fontTools, openpyxl, PIL, pypdfium2, reportlab, sqlite_utils, every)
    _ = (sqlcipher3, x25519, aead, hkdf, scrypt)
    doing = {"prepare": _prepare, "act": carry_out, "look": _look}
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "forget":
            shutil.rmtree(order["place"], ignore_errors=True)
            answer: dict[str, Any] = {}
        else:
            answer = doing[order["do"]](order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
