"""A flipped bit or a lost tail never becomes a wrong figure: it is told, or it changed nothing.

``WORKBENCH_FLIPS=20000`` sets the number of flips; the short form runs with every test run.
"""

from __future__ import annotations

import os
import random
from decimal import Decimal
from pathlib import Path

import pytest

from tests.store.conftest import Desk, small_form
from workbench.domain.evaluation import Entry, Evaluation, Member, Overview
from workbench.errors import WorkbenchError
from workbench.store import backups, recovery
from workbench.store.creation import BACKUPS, DATABASE
from workbench.store.database import Damaged
from workbench.store.evaluations import Keeping

FLIPS = int(os.environ.get("WORKBENCH_FLIPS", "150"))


def _made(desk: Desk) -> tuple[Path, Evaluation]:
    folder = desk.create(
        entities=(Overview(project="东湖"), *(Member(id=f"{n}", name="甲" * 300) for n in range(60)))
    )
    session = desk.session(folder)
    for number in range(20):
        session.put(Entry(id="ab"[number % 2], override=Decimal(number), basis="现场核实" * 20))
    session.close()
    return folder, session.evaluation


def _outcome(desk: Desk, folder: Path, whole: Evaluation) -> bool:
    """Whether the damage was told; otherwise everything must be as it was."""
    try:
        store = desk.open(folder)
    except Damaged:
        return True
    except WorkbenchError as error:
        return error.code == "newer-schema"
    assert store.load(small_form) == whole
    store.history()
    store.close()
    return False


@pytest.mark.timeout(60 + FLIPS // 10)
def test_a_flipped_bit_is_told_or_harmless(desk: Desk) -> None:
    folder, whole = _made(desk)
    data = (folder / DATABASE).read_bytes()
    chance = random.Random(7)
    told = 0
    for _ in range(FLIPS):
        flipped = bytearray(data)
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (folder / DATABASE).write_bytes(flipped)
        told += _outcome(desk, folder, whole)
    print(f"{FLIPS} flips: {told} told, {FLIPS - told} harmless, 0 silent")
    assert told > FLIPS // 10


def test_a_lost_tail_is_told(desk: Desk) -> None:
    folder, whole = _made(desk)
    data = (folder / DATABASE).read_bytes()
    for length in range(0, len(data), 4096 + 512):
        (folder / DATABASE).write_bytes(data[:length])
        assert _outcome(desk, folder, whole)


def test_damage_is_recovered_from_the_better_of_journal_and_backup(desk: Desk) -> None:
    folder, whole = _made(desk)
    desk.open(folder, Keeping(ballast=0)).close()
    (backup,) = backups.listed(folder / BACKUPS)
    data = (folder / DATABASE).read_bytes()
    chance = random.Random(11)
    for number in range(25):
        damaged = bytearray(data)
        for _ in range(40):
            damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (folder / DATABASE).write_bytes(damaged)
        desk.clock.moment = desk.clock.moment.replace(minute=number)
        assert recovery.recover(folder, desk.clock()).length == backup.length
        assert not _outcome(desk, folder, whole)
