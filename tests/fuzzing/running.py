"""One reader, many cases: what crashes, hangs, or leaves something behind is kept."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzzing.mutations import mutated
from tests.fuzzing.readers import SLOW, Reader, workplace


class Hang(BaseException):
    """A reader did not come back in time."""


@dataclass
class Finding:
    """One case that went wrong, and how."""

    data: bytes
    what: str
    where: str

    @property
    def name(self) -> str:
        return hashlib.sha256(self.data).hexdigest()[:12]


@dataclass
class Fuzzed:
    """What many cases brought: how many were read, how many refused, how long the slowest kept the processor (s)."""

    reader: str
    cases: int = 0
    refused: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    found: dict[str, Finding] = field(default_factory=dict)
    """By the place in the program, one case for each."""

    def __str__(self) -> str:
        rate = self.cases / self.seconds if self.seconds else 0
        return (
            f"{self.reader}: {self.cases} cases ({rate:.0f}/s), {self.refused} refused in words, slowest"
            f" {self.slowest:.2f} s, {len(self.found)} kinds of fault"
        )


@contextmanager
def _watched(seconds: int) -> Iterator[None]:
    def late(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def tried(reader: Reader, data: bytes, place: Path) -> tuple[bool, Finding | None]:
    """Whether the case was refused as it should be, and what went wrong if anything did."""
    refused = False
    try:
        with _watched(SLOW):
            reader.read(data, place)
    except reader.refusals:
        refused = True
    except (Exception, Hang) as error:  # noqa: BLE001 - finding these is the purpose
        last = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in last if "/workbench/" in frame.filename] or last
        where = f"{type(error).__name__} {Path(own[-1].filename).name}:{own[-1].name}"
        return False, Finding(data, "".join(traceback.format_exception(error)), where)
    left = os.listdir(place)  # noqa: PTH208 - a tenth of the time, and this happens a million times
    if left:
        return refused, Finding(data, f"left behind: {left}", "left behind")
    return refused, None


def fault_of(reader: Reader, data: bytes, place: Path) -> Finding | None:
    """What goes wrong with one case, if anything; the place is empty afterwards."""
    _, finding = tried(reader, data, place)
    if finding is not None:
        for path in place.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return finding


def fuzz(reader: Reader, cases: int, seed: int = 0, seconds: float = float("inf")) -> Fuzzed:
    """Read changed examples until there were so many, or so long; each case depends on ``seed`` and its number only."""
    result = Fuzzed(reader.name)
    seeds = reader.seeds()
    workplace()  # made once, outside of every limit
    began = time.monotonic()
    base = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
    with tempfile.TemporaryDirectory(dir=base) as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        place = Path(folder) / "place"
        place.mkdir()
        for number in range(cases):
            chance = random.Random(f"{seed} {number}")
            data = mutated(seeds[number % len(seeds)], reader.kind, chance)
            start = time.process_time()  # of a machine that does other things as well
            refused, finding = tried(reader, data, place)
            result.slowest = max(result.slowest, time.process_time() - start)
            now = time.monotonic()
            result.cases += 1
            result.refused += refused
            if finding is not None:
                kept = result.found.get(finding.where)
                if kept is None or len(finding.data) < len(kept.data):
                    result.found[finding.where] = finding
                for path in place.iterdir():
                    path.unlink() if path.is_file() else None
            if os.listdir(folder) != ["place"]:  # noqa: PTH208 - likewise
                result.found["escape"] = Finding(data, "wrote outside of its folder", "escape")
                break
            if now - began > seconds:
                break
    result.seconds = time.monotonic() - began
    return result
