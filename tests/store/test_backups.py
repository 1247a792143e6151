"""Backups are made, checked, thinned; a damaged evaluation comes back and loses nothing it can prove."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.store.conftest import Desk, small_form
from workbench.domain.evaluation import Entry, Member, Overview
from workbench.errors import WorkbenchError
from workbench.store import backups, ballast, migrations, recovery
from workbench.store.backups import Backup
from workbench.store.creation import BACKUPS, DATABASE
from workbench.store.database import Damaged
from workbench.store.evaluations import Keeping

SAFE = Keeping(backup=True, ballast=0)


@pytest.fixture
def folder(desk: Desk) -> Path:
    folder = desk.create(entities=(Overview(project="东湖"), Member(id="m", name="甲")))
    session = desk.session(folder)
    for score in ("1.5", "2.5", "3.5"):
        session.put(Entry(id="a", override=Decimal(score), override_reason="现场"))
    session.close()
    return folder


def _edit(desk: Desk, folder: Path, score: str) -> None:
    session = desk.session(folder)
    session.put(Entry(id="a", override=Decimal(score), override_reason="现场"))
    session.close()


def _score(desk: Desk, folder: Path) -> Decimal:
    session = desk.session(folder)
    score = session.evaluation.entry("a").override
    session.close()
    return score


def _damage(path: Path, fragment: bytes, replacement: bytes) -> None:
    data = path.read_bytes()
    assert fragment in data
    path.write_bytes(data.replace(fragment, replacement))


def test_opening_makes_a_backup_that_opens_by_itself(desk: Desk, folder: Path, tmp_path: Path) -> None:
    store = desk.open(folder, SAFE)
    (backup,) = backups.listed(folder / BACKUPS)
    assert (backup.length, backup.reason) == (5, "打开时")
    assert backup.at == desk.clock.moment.replace(tzinfo=None)
    store.close()
    other = tmp_path / "另一台"
    other.mkdir()
    (other / DATABASE).write_bytes(backup.path.read_bytes())
    assert _score(desk, other) == Decimal("3.5")


def test_nothing_new_makes_no_backup(desk: Desk, folder: Path) -> None:
    for _ in range(3):
        desk.clock.moment += timedelta(days=1)
        desk.open(folder, SAFE).close()
    assert len(backups.listed(folder / BACKUPS)) == 1
    _edit(desk, folder, "4")
    store = desk.open(folder, SAFE)
    assert [one.length for one in backups.listed(folder / BACKUPS)] == [6, 5]
    assert store.back_up() is None


def test_before_a_migration_there_is_a_backup(desk: Desk, folder: Path) -> None:
    connection = sqlite3.connect(folder / DATABASE)
    connection.execute(f"PRAGMA user_version={migrations.NEWEST - 1}")
    connection.close()
    desk.open(folder)
    assert [one.reason for one in backups.listed(folder / BACKUPS)] == ["升级前"]


def test_what_a_cut_left_half_written_is_swept(desk: Desk, folder: Path) -> None:
    (folder / BACKUPS / ".~x.db.1234").write_bytes(b"half")
    desk.open(folder, SAFE)
    assert [p.name for p in (folder / BACKUPS).iterdir() if p.name.startswith(".~")] == []


def test_a_backup_that_cannot_be_made_stops_no_work(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups.files, "swap", full)
    store = desk.open(folder, SAFE)
    (notice,) = store.notices()
    assert "未能自动备份" in notice
    assert "磁盘已满" in notice
    assert store.notices() == []
    assert list((folder / BACKUPS).iterdir()) == []


def test_thinning_keeps_new_ones_densely_and_old_ones_sparsely() -> None:
    now = datetime(2022, 11, 14, 12)  # noqa: DTZ001 - as in the names of backups
    made = [
        Backup(Path(f"{n}.db"), now - timedelta(minutes=20 * n), 100_000 - n, "打开时")
        for n in range(72 * 400)
    ]
    gone = {one.path for one in backups.superfluous(made, now)}
    kept = [one for one in made if one.path not in gone]
    assert kept[:5] == made[:5]
    ages = [now - one.at for one in kept]
    assert sum(age <= timedelta(days=1) for age in ages) in range(24, 31)
    assert sum(timedelta(days=1) < age <= timedelta(days=30) for age in ages) in range(28, 32)
    assert sum(age > timedelta(days=30) for age in ages) in range(10, 14)
    assert max(ages) <= timedelta(days=365)
    assert backups.superfluous(kept, now) == []


def test_a_clock_set_back_never_thins_the_newest() -> None:
    now = datetime(2022, 11, 14, 12)  # noqa: DTZ001 - as in the names of backups
    made = [Backup(Path(f"{n}.db"), now - timedelta(days=n * 400), n, "打开时") for n in range(10)]
    kept = [one for one in made if one not in backups.superfluous(made, now)]
    assert kept[-5:] == made[-5:]


def test_restoring_keeps_the_present_state_aside(desk: Desk, folder: Path) -> None:
    desk.open(folder, SAFE).close()
    _edit(desk, folder, "9")
    (backup,) = backups.listed(folder / BACKUPS)
    done = recovery.restore(folder, backup, desk.clock())
    assert "第 5 条" in done.sentence
    assert _score(desk, folder) == Decimal("3.5")
    (folder / DATABASE).write_bytes((done.aside / DATABASE).read_bytes())
    assert _score(desk, folder) == Decimal(9)


def test_a_damaged_backup_is_refused_and_nothing_changes(desk: Desk, folder: Path) -> None:
    desk.open(folder, SAFE).close()
    _edit(desk, folder, "9")
    (backup,) = backups.listed(folder / BACKUPS)
    _damage(backup.path, b'"override":"3.5"', b'"override":"8.5"')
    with pytest.raises(Damaged, match=r"备份.*已损坏"):
        recovery.restore(folder, backup, desk.clock())
    assert _score(desk, folder) == Decimal(9)
    assert [p.name for p in (folder / BACKUPS).iterdir()] == [backup.path.name]


def test_an_open_evaluation_is_not_restored(desk: Desk, folder: Path) -> None:
    desk.open(folder, SAFE)
    (backup,) = backups.listed(folder / BACKUPS)
    for attempt in (
        lambda: recovery.restore(folder, backup, desk.clock()),
        lambda: recovery.recover(folder, desk.clock()),
    ):
        with pytest.raises(WorkbenchError) as caught:
            attempt()
        assert caught.value.code == "already-open"


def test_damaged_rows_are_rebuilt_from_the_journal_without_loss(desk: Desk, folder: Path) -> None:
    connection = sqlite3.connect(folder / DATABASE)
    connection.execute("UPDATE entry SET override = '9.9'")
    connection.execute("DELETE FROM member")
    connection.commit()
    connection.close()
    with pytest.raises(Damaged):
        desk.open(folder)
    done = recovery.recover(folder, desk.clock())
    assert done.length == 5
    session = desk.session(folder)
    assert session.evaluation.entry("a").override == Decimal("3.5")
    assert session.evaluation.get(Member, "m").name == "甲"
    session.undo()
    assert session.evaluation.entry("a").override == Decimal("2.5")


def test_a_broken_journal_falls_back_to_what_knows_more(desk: Desk, folder: Path) -> None:
    desk.open(folder, SAFE).close()  # knows 5 lines
    _edit(desk, folder, "4")
    _edit(desk, folder, "5")
    _damage(folder / DATABASE, b'{"override":"5"}', b'{"override":"7"}')
    done = recovery.recover(folder, desk.clock())
    assert done.length == 6  # its own journal up to the broken line, more than the backup
    assert _score(desk, folder) == Decimal(4)
    (folder / DATABASE).write_bytes(b"\0" * 100)
    done = recovery.recover(folder, desk.clock())
    assert done.length == 5
    assert done.source.parent.name == BACKUPS
    assert _score(desk, folder) == Decimal("3.5")
    (folder / DATABASE).unlink()
    assert recovery.recover(folder, desk.clock()).length == 5


def test_with_nothing_readable_recovery_says_so(desk: Desk, folder: Path) -> None:
    (folder / DATABASE).write_bytes(b"\0" * 5000)
    with pytest.raises(Damaged, match="都不能读取"):
        recovery.recover(folder, desk.clock())
    assert (folder / DATABASE).read_bytes() == b"\0" * 5000


def test_the_ballast_is_laid_and_given_up(tmp_path: Path) -> None:
    assert ballast.lay(tmp_path, 4096)
    assert (tmp_path / ballast.BALLAST).stat().st_blocks * 512 >= 4096
    assert ballast.lay(tmp_path, 4096)
    assert ballast.release(tmp_path)
    assert not ballast.release(tmp_path)
    assert not ballast.lay(tmp_path, 1 << 60)
    assert list(tmp_path.iterdir()) == []


def test_a_recovered_evaluation_goes_on(desk: Desk, folder: Path) -> None:
    recovery.recover(folder, desk.clock())
    _edit(desk, folder, "7")
    store = desk.open(folder)
    assert store.length == 6
    assert store.load(small_form).entry("a").override == Decimal(7)
