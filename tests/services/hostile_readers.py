"""Readers that do what a hostile file may make a real one do; the program itself knows none of them."""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Callable
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path

from workbench.errors import Fault, InputRefused, WorkbenchError


class Foreign:
    """Of no class that a result is made of."""


def process_of(_: Path) -> int:
    return os.getpid()


def reads(path: Path, factor: Decimal, tell: Callable[[int, int, str], None]) -> tuple[str, Decimal]:
    tell(1, 2, "读一半")
    return path.name, factor * 2


def limits(_: Path) -> tuple[int, int]:
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CORE)[0]


def eats_memory(_: Path) -> int:
    eaten = []
    while True:
        eaten.append(bytearray(1 << 24))


def loops(_: Path) -> None:
    while True:
        pass


def loops_whatever(_: Path, *__: object) -> None:
    loops(_)


def crashes(_: Path, *__: object) -> None:
    sys.stderr.flush()
    faulthandler._sigsegv()  # type: ignore[attr-defined]


def aborts(_: Path) -> None:
    os.abort()


def goes(_: Path) -> None:
    os._exit(0)


def refuses(path: Path) -> None:
    raise InputRefused(f"“{path.name}”不能使用。", (Fault("B3", "不是数。", "请改。", fatal=False),))


def refuses_in_a_word(_: Path) -> None:
    raise WorkbenchError("bad-workbook", "坏了。", "请换。")


def stumbles(_: Path) -> None:
    raise KeyError("李某某")


def brings_foreign(_: Path) -> Foreign:
    return Foreign()


def brings_a_function(_: Path) -> Callable[[], None]:
    return lambda: None


def brings_too_much(_: Path) -> bytes:
    return bytes(3_000_000)


def babbles(_: Path, kind: bytes, tell: Callable[..., None]) -> None:
    """Past the protocol, as a reader that was taken over could."""
    wires = [cell.cell_contents for cell in tell.__closure__ or ()]
    wire = next(one for one in wires if isinstance(one, Connection))
    wire.send_bytes(kind)
