"""Whoever is killed at any moment has lost nothing that was called saved.

``WORKBENCH_KILLS=1000`` sets the number of kills; the short form runs with every test run.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.store.conftest import Desk, small_form
from workbench.store import backups
from workbench.store.creation import BACKUPS

#: A journal of some thousand lines, as a long evaluation has; then a new evaluation begins.
KILLS_OF_ONE = 40
KILLS = int(os.environ.get("WORKBENCH_KILLS", "16"))


def _killed(what: str, folder: Path, seed: int, longest: float) -> list[str]:
    """Let the evaluator work, kill it at a random moment, return what it called saved."""
    chance = random.Random(seed)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.evaluator", what, str(folder), str(seed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        first = child.stdout.readline() if chance.random() < 0.9 else ""  # sometimes even before the first
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(chance.random() * longest)
        child.kill()
        rest, errors = child.communicate()
    assert errors == ""
    lines = (first + rest).split("\n")
    return lines[:-1]  # what was cut in the middle was never said


@pytest.mark.timeout(60 + 3 * KILLS)
def test_no_saved_edit_is_lost(desk: Desk) -> None:
    saved, longest = 0, 0
    waited, worked = [], []
    for seed in range(KILLS):
        if seed % KILLS_OF_ONE == 0:
            folder = desk.create(f"评价 {seed}")
        said = _killed("edit", folder, seed, 0.25)
        began, busy = time.perf_counter(), time.process_time()
        store = desk.open(folder)  # verifies every line and every row
        store.load(small_form)
        waited.append(time.perf_counter() - began)
        worked.append(time.process_time() - busy)
        if said:
            length, head = said[-1].split()
            assert store.length >= int(length), f"kill {seed} lost {int(length) - store.length} edits"
            assert store.hash_at(int(length)) == head
            saved += len(said)
        longest = max(longest, store.length)
        store.close()
        for backup in backups.listed(folder / BACKUPS)[:1]:
            assert backup.length <= longest
    assert saved > KILLS
    print(
        f"{KILLS} kills, {saved} saved edits, 0 lost; reopening up to {longest} lines: median"
        f" {statistics.median(waited):.3f} s, slowest {max(waited):.2f} s ({max(worked):.2f} s of work)"
    )
    # A neighbour may hold up one reopening, but neither the usual one nor the work that it takes.
    assert statistics.median(waited) < 1
    assert max(worked) < 1


@pytest.mark.timeout(60 + KILLS)
def test_a_creation_is_whole_or_not_there(desk: Desk) -> None:
    desk.data.mkdir()
    for seed in range(max(3, KILLS // 5)):
        said = _killed("create", desk.data, seed, 0.2)
        there = {path.name for path in desk.data.iterdir() if not path.name.startswith(".~")}
        assert set(said) <= there
        for name in there:
            desk.open(desk.data / name).close()
            for path in sorted((desk.data / name).rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
            (desk.data / name).rmdir()
