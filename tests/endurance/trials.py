"""Trials of operations: killed at random moments, or with a fault on one call to the disk after another."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.helpers import ROOT

#: As in ``shim.c``.
MODES = {
    "EIO once": 1,
    "EIO for good": 2,
    "full once": 3,
    "full for good": 4,
    "short write, then full": 5,
    "killed before": 6,
    "killed after": 7,
    "torn and killed": 8,
}
FAULTS = tuple(MODES)[:5]
DEATHS = tuple(MODES)[5:]
_ALL_CALLS = 1 << 30


@dataclass
class Result:
    """How many trials, what was found: one text for each that went wrong."""

    name: str
    trials: int = 0
    refused: int = 0
    """Trials in which something was refused with a sentence."""
    acknowledged: int = 0
    """What was called done in all of them."""
    wrong: list[str] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.trials} trials, {self.acknowledged} acknowledged, {self.refused} refused in"
            f" words, {len(self.wrong)} wrong"
        )


def compiler() -> str | None:
    """A C compiler of this machine, for the faults below the program; Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    return shutil.which("gcc") or shutil.which("cc")


def built_shim(folder: Path) -> Path:
    """Compile the shim into a folder."""
    found = compiler()
    assert found is not None
    made = folder / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run(
        [found, "-shared", "-fPIC", "-O1", "-o", str(made), str(source), "-ldl", "-pthread"], check=True
    )
    return made


class Worker:
    """The server of forks, spoken to line by line."""

    def __init__(self, place: Path, shim: Path | None = None) -> None:
        self._place = place
        environ = dict(os.environ, QT_QPA_PLATFORM="offscreen")
        if shim is not None:
            environ["LD_PRELOAD"] = str(shim)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.endurance.worker"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._prepared: dict[str, Path] = {}
        self._number = 0

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    @contextlib.contextmanager
    def copy_of(self, operation: str) -> Iterator[Path]:
        """A fresh copy of what the operation begins with."""
        if operation not in self._prepared:
            prepared = self._place / "prepared" / operation
            answer = self.ask("prepare", operation=operation, place=str(prepared))
            assert not answer["fault"], f"{operation}: {answer['fault']}"
            self._prepared[operation] = prepared
        self._number += 1
        place = self._place / f"{self._number}"
        shutil.copytree(self._prepared[operation], place, symlinks=True)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def trial(self, result: Result, operation: str, seed: int, **order: Any) -> dict[str, Any]:
        """One carrying out, disturbed as ordered, and the look at it."""
        with self.copy_of(operation) as place:
            answer = self.ask("act", operation=operation, place=str(place), seed=seed, **order)
            said: list[str] = answer["said"]
            bugs = [line for line in said if line.startswith("!!")]
            fault = self.ask("look", operation=operation, place=str(place), said=said, seed=seed)["fault"]
        result.trials += 1
        result.refused += any(line.startswith("- ") for line in said)
        result.codes.update(line[2:] for line in said if line.startswith("- "))
        result.acknowledged += sum(not line.startswith(("- ", "!!", "CALLS")) for line in said)
        for wrong in (*bugs, fault):
            if wrong:
                result.wrong.append(f"{operation} seed {seed} {order}: {wrong}")
        return answer


@contextlib.contextmanager
def worker(shim: bool) -> Iterator[Worker]:
    """A worker in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="endure-") as folder:
        place = Path(folder)
        made = Worker(place, built_shim(place) if shim else None)
        try:
            yield made
        finally:
            made.close()


def kill(server: Worker, name: str, count: int, seed: int = 0) -> Result:
    """Kill one operation at random moments of its work."""
    chance = random.Random(seed)
    result = Result(name)
    whole = server.trial(result, name, seed)["took"]
    for number in range(count):
        server.trial(result, name, seed + number, kill_after=chance.random() * whole * 1.1)
    return result


def disturb(
    server: Worker, name: str, modes: Sequence[str], choose: Callable[[range], Sequence[int]], seed: int = 0
) -> Result:
    """Let one call to the disk after another fail in an operation; ``choose`` picks among 1 … N."""
    result = Result(name)
    counting = {"nth": _ALL_CALLS, "mode": MODES["EIO once"]}
    said = server.trial(result, name, seed, arm=counting)["said"]
    calls = max(int(line.split()[1]) for line in said if line.startswith("CALLS"))
    for mode in modes:
        for nth in choose(range(1, calls + 1)):
            server.trial(result, name, seed, arm={"nth": nth, "mode": MODES[mode]})
    result.name = f"{name}{f' {seed}' if seed else ''} ({calls} calls)"
    return result
