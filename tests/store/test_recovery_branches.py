"""Recovery gives a state that was acknowledged, of the work that went on, never of a branch that was gone back from.

``WORKBENCH_HISTORIES=2000`` sets the number of random histories; the short form runs with every test run.
"""

from __future__ import annotations

import os
import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.conftest import Desk, small_form
from tests.store.evaluator import edit_once
from workbench.domain.evaluation import Deduction, Evaluation
from workbench.store import backups, recovery
from workbench.store.creation import BACKUPS, DATABASE
from workbench.store.evaluations import Keeping

HISTORIES = int(os.environ.get("WORKBENCH_HISTORIES", "6"))


class History:
    """One evaluation that is edited, backed up, gone back with; knows each state that was acknowledged."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.chance = desk, random.Random(seed)
        self.folder = desk.create(f"项目 {seed}")
        session = desk.session(self.folder)
        self.states: dict[int, Evaluation] = {session.memory.length: session.evaluation}  # type: ignore[attr-defined]
        session.close()

    def work(self) -> None:
        """A sitting: edits, undo and redo, now and then a backup."""
        session = self.desk.session(
            self.folder, keeping=Keeping(backup=self.chance.random() < 0.7, ballast=0)
        )
        assert session.evaluation == self.states[self._length(session.memory)]
        for _ in range(self.chance.randrange(1, 12)):
            edit_once(session, self.chance)
            self.states[self._length(session.memory)] = session.evaluation
            self.desk.clock.moment += timedelta(seconds=self.chance.choice((1, 70, 4000, -300)))
            if self.chance.random() < 0.15:
                session.memory.back_up()  # type: ignore[attr-defined]
        session.close()

    def go_back(self) -> None:
        """To any backup, of this branch or of one that was left; what it knew is what counts from now on."""
        found = backups.listed(self.folder / BACKUPS)
        if not found:
            return
        backup = self.chance.choice(found)
        recovery.restore(self.folder, backup, self.desk.clock())
        store = self.desk.open(self.folder)
        assert store.length == backup.length
        self.states = {length: state for length, state in self.states.items() if length < backup.length}
        self.states[backup.length] = store.load(small_form)
        store.close()

    def recover(self) -> None:
        """The file is lost, its head or its middle is: what comes back was once acknowledged on this branch."""
        known = [one.length for one in backups.listed(self.folder / BACKUPS) if not one.abandoned]
        path = self.folder / DATABASE
        data = bytearray(path.read_bytes())
        match self.chance.randrange(3):
            case 0:
                path.unlink()
            case 1:
                data[:24] = bytes(24)
                path.write_bytes(data)
            case _:
                at = self.chance.randrange(len(data) // 2, len(data))
                data[at : at + 400] = bytes(400)
                path.write_bytes(data)
        if not path.exists() and not known:
            return
        try:
            recovered = recovery.recover(self.folder, self.desk.clock())
        except recovery.Damaged:
            assert not known, "a backup is there"
            return
        assert recovered.length >= max(known, default=0)
        store = self.desk.open(self.folder)
        found = store.load(small_form)
        store.close()
        assert recovered.length in self.states, "a state of no step that was acknowledged"
        assert found == self.states[recovered.length], "an abandoned branch came back"

    @staticmethod
    def _length(store: object) -> int:
        return int(store.length)  # type: ignore[attr-defined]


@pytest.mark.timeout(60 + HISTORIES)
def test_what_is_recovered_was_acknowledged_on_this_branch(desk: Desk) -> None:
    for seed in range(HISTORIES):
        history = History(desk, seed)
        for _ in range(history.chance.randrange(2, 7)):
            history.work()
            if history.chance.random() < 0.5:
                history.go_back()
        history.recover()


def test_edits_after_going_back_win_over_a_longer_backup(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder, keeping=Keeping(ballast=0))
    early = session.memory.length  # type: ignore[attr-defined]
    for number in range(9):
        session.put(Deduction(id=f"left {number}", indicator="a", reason="后来退回"))
    session.memory.back_up()  # type: ignore[attr-defined]
    session.close()
    late, first = backups.listed(folder / BACKUPS)
    assert (first.length, late.length) == (early, early + 9)
    recovery.restore(folder, first, desk.clock())
    assert [one.abandoned for one in backups.listed(folder / BACKUPS)] == [True, False]
    assert recovery.outlook(folder).best == early
    desk.clock.moment += timedelta(minutes=1)
    session = desk.session(folder, keeping=Keeping(ballast=0))
    session.put(Deduction(id="kept", indicator="a", reason="接着做"))
    session.memory.back_up()  # type: ignore[attr-defined]
    session.close()
    (folder / DATABASE).unlink()
    desk.clock.moment += timedelta(minutes=1)
    assert recovery.recover(folder, desk.clock()).length == early + 1
    store = desk.open(folder)
    assert set(store.load(small_form).table(Deduction)) == {"kept"}


def test_whoever_regrets_going_back_finds_the_later_backup(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder, keeping=Keeping(ballast=0))
    session.put(Deduction(id="late", indicator="a", reason="要找回的"))
    session.memory.back_up()  # type: ignore[attr-defined]
    session.close()
    late, first = backups.listed(folder / BACKUPS)
    recovery.restore(folder, first, desk.clock())
    (abandoned, _) = backups.listed(folder / BACKUPS)
    assert (abandoned.length, abandoned.reason) == (late.length, "已退回")
    desk.clock.moment += timedelta(minutes=1)
    recovery.restore(folder, abandoned, desk.clock())
    assert not any(one.abandoned for one in backups.listed(folder / BACKUPS))
    store = desk.open(folder)
    assert "late" in store.load(small_form).table(Deduction)


def test_only_abandoned_backups_are_better_than_nothing(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder, keeping=Keeping(ballast=0))
    session.put(Deduction(id="late", indicator="a", reason="有总比没有好"))
    session.memory.back_up()  # type: ignore[attr-defined]
    session.close()
    _, first = backups.listed(folder / BACKUPS)
    recovery.restore(folder, first, desk.clock())
    first.path.unlink()
    (folder / DATABASE).unlink()
    desk.clock.moment += timedelta(minutes=1)
    assert recovery.recover(folder, desk.clock()).length == first.length + 1


def test_leftover_names_in_the_folder_of_backups_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "20229999-000000-3-工作中.db").touch()
    (tmp_path / "20221114-090000-x-工作中.db").touch()
    assert backups.listed(tmp_path) == []
