"""A flipped bit or a lost tail never becomes a wrong figure: it is told, or it changed nothing.

``WORKBENCH_FLIPS=20000`` sets the number of flips; the short form runs with every test run.
"""

from __future__ import annotations

import os
import random
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from tests.store.conftest import Desk, small_form
from tests.store.evaluator import any_entity
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import ENTITIES, Entry, Evaluation, Member, Overview, kind_of
from workbench.errors import WorkbenchError
from workbench.store import backups, recovery
from workbench.store.creation import BACKUPS, DATABASE
from workbench.store.database import Damaged
from workbench.store.evaluations import Keeping
from workbench.store.evidence import Vault
from workbench.store.incoming import StoredFile

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


def _flipped(data: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(data)
    flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


@pytest.mark.timeout(60 + FLIPS // 10)
def test_no_kind_of_entity_is_silently_wrong(desk: Desk) -> None:
    chance = random.Random(3)
    entities = {(kind_of(one), one.id): one for one in (any_entity(chance) for _ in range(400))}
    assert {kind for kind, _ in entities} == set(ENTITIES)
    folder = desk.create(entities=tuple(entities.values()))
    session = desk.session(folder)
    for _ in range(40):
        session.put(any_entity(chance))
    session.undo()
    session.close()
    data = (folder / DATABASE).read_bytes()
    for _ in range(FLIPS // 3):
        (folder / DATABASE).write_bytes(_flipped(data, chance))
        _outcome(desk, folder, session.evaluation)


@pytest.mark.timeout(60 + FLIPS // 10)
def test_an_older_file_is_migrated_true_or_told(desk: Desk, tmp_path: Path) -> None:
    packed = min(Path(__file__).with_name("released").glob("*.zip"))
    with zipfile.ZipFile(packed) as archive:
        data = archive.read(DATABASE)
    chance = random.Random(5)
    whole = None
    codes = set()
    for number in range(max(12, FLIPS // 10)):
        folder = tmp_path / f"{number}"
        (folder / BACKUPS).mkdir(parents=True)
        (folder / DATABASE).write_bytes(_flipped(data, chance) if number else data)
        try:
            store = desk.open(folder)
        except WorkbenchError as error:
            codes.add(error.code)
            continue
        found = store.load(compile_form)
        whole = whole or found
        assert found.tables == whole.tables
        store.close()
    assert "damaged" in codes
    assert codes <= {"damaged", "newer-schema"}


def test_every_flip_in_evidence_is_found(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "evidence")
    chance = random.Random(9)
    for number in range(FLIPS // 5):
        stored = vault.add(chance.randbytes(chance.randrange(1, 4000)), "照片.jpg", lambda *_: None)
        assert isinstance(stored, StoredFile)
        path = vault.path_of(stored.sha256)
        assert path is not None
        data = path.read_bytes()
        path.write_bytes(_flipped(data, chance) if number % 2 else data[:-1])
        (damage,) = vault.verify([stored.sha256], lambda *_: None)
        assert damage.sha256 == stored.sha256
        path.write_bytes(data)
        assert vault.verify([stored.sha256], lambda *_: None) == []


@pytest.mark.timeout(60 + FLIPS // 10)
def test_a_damaged_backup_restores_truly_or_not_at_all(desk: Desk) -> None:
    folder, whole = _made(desk)
    desk.open(folder, Keeping(ballast=0)).close()
    (backup,) = backups.listed(folder / BACKUPS)
    data = backup.path.read_bytes()
    chance = random.Random(13)
    refused = 0
    for number in range(FLIPS // 6):
        backup.path.write_bytes(_flipped(data, chance))
        desk.clock.moment = desk.clock.moment.replace(minute=number % 60, second=number // 60)
        try:
            recovery.restore(folder, backup, desk.clock())
        except Damaged:
            refused += 1
        assert not _outcome(desk, folder, whole)
    assert refused > 0


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
