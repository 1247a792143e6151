"""An evaluation gets its password, is worked on with it, and loses it again: in forms that may be killed or disturbed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.endurance.operations import (
    NAME,
    Operation,
    Run,
    expect_after,
    go_on,
    parts_of,
    trying,
)
from workbench.domain.evaluation import Deduction, Evidence
from workbench.services.attaching import Attaching
from workbench.services.catalog import Catalog
from workbench.services.jobs import silent
from workbench.services.session import Session
from workbench.store import sealed
from workbench.store.creation import BACKUPS
from workbench.store.sealed import Opener

sealed.SCRYPT_N = sealed._CHEAPEST_N  # hundreds of passwords are tried

PHRASE = "密码密码密码密码"
#: What must not be found in a locked evaluation: from its edits, its evidence, its name.
TOKENS = ("现场核实".encode(), "再次核实".encode(), b"plain token " * 3, "栖霞".encode())


def _prepare_lock(place: Path) -> None:
    """Edits, evidence (one file of it damaged), backups, a damaged backup, a state put aside, an export log."""
    parts = parts_of(place)
    parts.catalog.create_evaluation("栖霞 热线", "national-self").rename(place / NAME)
    session = parts.catalog.open(place / NAME)
    attaching = Attaching(session, session.memory.vault())  # type: ignore[attr-defined]
    for number in range(4):
        (place / f"{number}.txt").write_bytes(TOKENS[2] * (20 + 1000 * number))
    attaching.attach([place / f"{number}.txt" for number in range(4)], ("indicator", "D11"), silent)
    assert session.memory.back_up() is not None  # type: ignore[attr-defined]
    session.put(Deduction(id="e7", indicator="D11", reason="再次核实"))
    session.close()
    folder = place / NAME
    catalog = parts_of(place).catalog
    (backup, *_) = catalog.backups(folder)
    catalog.restore(folder, backup)
    session = catalog.open(folder)
    attaching = Attaching(session, session.memory.vault())  # type: ignore[attr-defined]
    attaching.attach([place / f"{number}.txt" for number in range(4)], ("indicator", "D11"), silent)
    session.put(Deduction(id="e7", indicator="D11", reason="现场核实，再次核实"))
    session.memory.back_up()  # type: ignore[attr-defined]
    session.close()
    damaged = folder / BACKUPS / "20200101-000000-1-工作中.db"
    damaged.write_bytes(backup.path.read_bytes()[:9000])
    (folder / "导出记录.jsonl").write_bytes(TOKENS[2])
    for number in range(4):
        (place / f"{number}.txt").unlink()


def _lock(run: Run) -> None:
    parts = run.parts()
    parts.catalog.open(run.folder).close()
    run.begin()
    if trying(run, lambda: parts.passwords.lock(run.folder, PHRASE)):
        run.say("locked")
    run.calm()
    go_on(run, open_locked(run.parts().catalog, run.folder))


def open_locked(catalog: Catalog, folder: Path) -> Session:
    """Open an evaluation, with the password if it has one."""
    if catalog.is_locked(folder):
        catalog.hold(folder, catalog.unlock(folder, Opener(PHRASE)))
    return catalog.open(folder)


def _prepare_unlock(place: Path) -> None:
    _prepare_lock(place)
    parts_of(place).passwords.lock(place / NAME, PHRASE)


def _unlock(run: Run) -> None:
    parts = run.parts()
    parts.catalog.hold(run.folder, parts.catalog.unlock(run.folder, Opener(PHRASE)))
    run.begin()
    if trying(run, lambda: parts.passwords.unlock(run.folder)):
        run.say("unlocked")
    run.calm()
    go_on(run, open_locked(run.parts().catalog, run.folder))


def _change_password(run: Run) -> None:
    parts = run.parts()
    parts.catalog.hold(run.folder, parts.catalog.unlock(run.folder, Opener(PHRASE)))
    session = parts.catalog.open(run.folder)
    run.begin()
    for number in range(3):
        trying(run, lambda n=number: session.put(Deduction(id=f"p{n}", indicator="D11", reason="加密中")))  # type: ignore[misc]
        trying(run, session.memory.back_up)  # type: ignore[attr-defined]
    session.close()
    parts.catalog.hold(run.folder, parts.catalog.unlock(run.folder, Opener(PHRASE)))
    if trying(run, lambda: parts.passwords.change(run.folder, PHRASE)):
        run.say("changed")
    parts.catalog.forget(run.folder)
    run.calm()
    go_on(run, open_locked(run.parts().catalog, run.folder))


def _look_password(place: Path, said: list[str], seed: int) -> None:
    """Either state is whole, with all that belongs to it and nothing of the other."""
    folder = place / NAME
    catalog = parts_of(place).catalog
    locked = catalog.is_locked(folder)
    assert locked or "locked" not in said, "a password that was called set is not there"
    assert not locked or "unlocked" not in said, "a password that was called removed is still there"
    session = open_locked(catalog, folder)
    held = [item.sha256 for item in session.evaluation.listed(Evidence)]
    vault = session.memory.vault()  # type: ignore[attr-defined]
    assert vault.verify(held, silent) == [], "evidence is lost"
    assert len(held) >= 4
    assert session.evaluation.get(Deduction, "e7") is not None
    assert session.notices() == []
    expect_after(session, said, seed)
    session.put(Deduction(id="now", indicator="D11", reason="现场核实"))
    kept = catalog.backups(folder)
    assert kept
    session.close()
    names = [path.name for path in folder.rglob("*") if path.is_file()]
    assert ".converting" not in names
    if locked:
        assert not [name for name in names if name.startswith(".~")], names
        expect_nothing_in_clear(folder)
    else:
        assert not [name for name in names if name.endswith((".wbe", ".key"))], names
    whole = [backup for backup in kept if backup.length > 1]
    if locked:
        catalog.hold(folder, catalog.unlock(folder, Opener(PHRASE)))
    catalog.restore(folder, whole[seed % len(whole)])
    open_locked(catalog, folder).close()
    if locked:
        expect_nothing_in_clear(folder)


def expect_nothing_in_clear(folder: Path) -> None:
    """No file of a locked evaluation holds any of the words that were put into it."""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found = [token for token in TOKENS if token in data]
            assert not found, f"{path.relative_to(folder)} tells {found[0][:30]!r}"
            assert not data.startswith(b"SQLite format 3"), f"{path.name} is in clear"


OPERATIONS: Mapping[str, Operation] = {
    one.name: one
    for one in (
        Operation("lock", _prepare_lock, _lock, _look_password),
        Operation("unlock", _prepare_unlock, _unlock, _look_password),
        Operation("locked", _prepare_unlock, _change_password, _look_password),
    )
}
