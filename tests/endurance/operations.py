"""What an evaluator does that writes files, each in a form that may be killed or disturbed at any moment.

An operation is prepared once, carried out in a process of its own on a copy of what was prepared, and
looked at afterwards by another: what it called done must be there, what it did not finish must not show.
"""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from tests.helpers import ROOT
from tests.store.evaluator import any_entity
from workbench.domain.evaluation import Deduction, Evidence, Overview
from workbench.errors import WorkbenchError
from workbench.paths import find_paths
from workbench.services.attaching import Attaching
from workbench.services.jobs import silent
from workbench.services.parts import Parts, assemble
from workbench.services.session import Session
from workbench.services.settings import Settings
from workbench.store import backups
from workbench.store.creation import BACKUPS, DATABASE
from workbench.store.database import Damaged
from workbench.store.evaluations import Keeping
from workbench.store.evidence import Vault

SMALL = Keeping(backup=False, ballast=1 << 14)
NAME = "评价"
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Run:
    """One carrying out: where, with which chance, whom to tell."""

    place: Path
    seed: int
    say: Callable[[str], None]
    """Says that something is done: from now on it may not be lost."""
    begin: Callable[[], None]
    """The part that matters begins: now kills and faults may come."""
    calm: Callable[[], None]
    """The disk is well again."""

    @property
    def folder(self) -> Path:
        return self.place / NAME

    @property
    def out(self) -> Path:
        return self.place / "交付"

    def parts(self) -> Parts:
        return parts_of(self.place)


@dataclass(frozen=True)
class Operation:
    name: str
    prepare: Callable[[Path], None]
    act: Callable[[Run], None]
    look: Callable[[Path, list[str], int], None]
    """Raises ``AssertionError`` for whatever was lost or shows half; gets what was said, and the seed."""


def parts_of(place: Path) -> Parts:
    return assemble(find_paths({"WORKBENCH_DATA": str(place)}), keeping=SMALL)


def trying(run: Run, what: Callable[[], object]) -> bool:
    """Whether it came about; a refusal must be a Chinese sentence, and everything else is a bug."""
    try:
        what()
    except WorkbenchError as error:
        told = error
    else:
        return True
    assert _HAN.search(told.what), f"no sentence: {told!r}"
    run.say(f"- {told.code}")
    return False


def opened(place: Path) -> Session:
    """The evaluation as whoever comes back finds it, in time."""
    began, busy = time.perf_counter(), time.process_time()
    session = parts_of(place).catalog.open(place / NAME)
    assert time.process_time() - busy < 1, f"opening took {time.perf_counter() - began:.2f} s"
    return session


def prepare_sample(place: Path) -> None:
    parts = parts_of(place)
    parts.samples.create("qixia", parts.catalog).rename(place / NAME)
    session = parts.catalog.open(place / NAME)
    for number in range(8):
        session.put(Deduction(id=f"d{number}", indicator="D11", points=Decimal(number), reason="现场核实"))
    assert session.memory.back_up() is not None  # type: ignore[attr-defined]
    for number in range(8):
        session.put(Deduction(id=f"e{number}", indicator="D11", points=Decimal(number), reason="再次核实"))
    session.close()
    (place / "交付").mkdir()
    (place / "U 盘").mkdir()


def go_on(run: Run, session: Session) -> None:
    """With the disk well again work goes on: in the same session, or in one opened anew where it says so."""
    run.calm()
    added = Deduction(id=f"after {run.seed}", indicator="D11", points=Decimal(1), reason="继续")
    if trying(run, lambda: session.put(added)):
        run.say("after")
        session.close()
        return
    session.close()
    again = run.parts().catalog.open(run.folder)
    again.put(added)
    again.close()
    run.say("after")


def expect_after(session: Session, said: list[str], seed: int) -> None:
    if "after" in said:
        assert session.evaluation.get(Deduction, f"after {seed}") is not None, "the edit afterwards is lost"


# editing


def _edit(run: Run) -> None:
    session = run.parts().catalog.open(run.folder)
    chance = random.Random(run.seed)
    run.begin()
    for number in range(12):
        points = Decimal(chance.randrange(100)).scaleb(-1)
        one = Deduction(
            id=f"s{number}", indicator="D11", points=points, reason="佐证" * chance.randrange(200)
        )
        if trying(run, lambda one=one: session.put(one)):  # type: ignore[misc]
            run.say(f"put s{number} {points}")
        trying(run, lambda: session.put_all([any_entity(chance) for _ in range(6)], label="成批"))
    go_on(run, session)


def _look_edit(place: Path, said: list[str], seed: int) -> None:
    session = opened(place)
    for line in said:
        if line.startswith("put "):
            _, id_, points = line.split()
            kept = session.evaluation.get(Deduction, id_)
            assert kept is not None, f"{id_} is lost"
            assert str(kept.points) == points, f"{id_} is {kept.points}, saved as {points}"
    expect_after(session, said, seed)
    session.close()


# evidence


def _prepare_attach(place: Path) -> None:
    prepare_sample(place)
    (place / "相机").mkdir()
    chance = random.Random(1)
    for number in range(6):
        (place / "相机" / f"照片 {number}.jpg").write_bytes(chance.randbytes(1000 + 90_000 * (number % 3)))


def _attach(run: Run) -> None:
    session = run.parts().catalog.open(run.folder)
    attaching = Attaching(session, Vault(session.memory.evidence_folder))  # type: ignore[attr-defined]
    run.begin()
    for batch in (("0",), ("1", "2", "3"), ("4", "5")):
        paths = [run.place / "相机" / f"照片 {number}.jpg" for number in batch]

        def attach(paths: list[Path] = paths) -> None:
            for item in attaching.attach(paths, ("indicator", "D11"), silent).items:
                run.say(f"kept {item.sha256}")

        trying(run, attach)
    go_on(run, session)


def _look_attach(place: Path, said: list[str], seed: int) -> None:
    session = opened(place)
    vault = Vault(place / NAME / "evidence")
    Attaching(session, vault)
    held = {item.sha256 for item in session.evaluation.listed(Evidence)}
    for line in said:
        if line.startswith("kept "):
            assert line.split()[1] in held, "an item that was called stored is lost"
    assert vault.verify(held, silent) == [], "a file of an item is not whole"
    assert list((place / NAME / "evidence" / ".incoming").glob("*")) == [], "half copies stay"
    assert vault.verify(vault.contents(), silent) == [], "a half file has a whole one's name"
    expect_after(session, said, seed)
    session.close()


# files for people


def _prepare_export(place: Path) -> None:
    prepare_sample(place)
    parts = parts_of(place)
    session = parts.catalog.open(place / NAME)
    for kind in parts.exporting.kinds():
        parts.exporting.job(session, kind.key, place / "交付" / f"{kind.key}{kind.suffix}").run()
    session.close()
    shutil.copytree(place / "交付", place / "原先")


def _export(run: Run) -> None:
    parts = run.parts()
    kinds = parts.exporting.kinds()
    kind = kinds[run.seed % len(kinds)]
    session = parts.catalog.open(run.folder)
    session.put(replace(session.evaluation.overview, remarks="改过一处"))
    job = parts.exporting.job(session, kind.key, run.out / f"{kind.key}{kind.suffix}")
    run.begin()
    if trying(run, job.run):
        run.say("written")
    go_on(run, session)


def _look_export(place: Path, said: list[str], seed: int) -> None:
    for path in visible(place / "交付"):
        if path.read_bytes() != (place / "原先" / path.name).read_bytes():
            expect_whole_file(path)
    assert len(visible(place / "交付")) == len(visible(place / "原先"))
    session = opened(place)
    expect_after(session, said, seed)
    session.close()


def visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".~"))


def expect_whole_file(path: Path) -> None:
    data = path.read_bytes()
    if path.suffix == ".pdf":
        import pypdfium2

        assert data.rstrip().endswith(b"%%EOF"), f"{path.name} has no end"
        document = pypdfium2.PdfDocument(data)
        assert len(document) > 0
        document.close()
    else:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None, f"{path.name} is not whole"


# an older version's evaluation


def _prepare_migrate(place: Path) -> None:
    released = min((ROOT / "tests" / "store" / "released").glob("*.zip"))
    with zipfile.ZipFile(released) as archive:
        archive.extractall(place / NAME)


def _migrate(run: Run) -> None:
    parts = run.parts()
    run.begin()
    held: list[Session] = []
    if trying(run, lambda: held.append(parts.catalog.open(run.folder))):
        run.say("opened")
    run.calm()
    session = held[0] if held else run.parts().catalog.open(run.folder)
    go_on(run, session)


def _look_migrate(place: Path, said: list[str], seed: int) -> None:
    session = opened(place)
    assert session.evaluation.entry("D11") is not None
    assert session.memory.length >= 3  # type: ignore[attr-defined]
    if "after" not in said:
        assert str(session.scores.total) == "92.47"
    expect_after(session, said, seed)
    session.close()
    kept = [one for one in backups.listed(place / NAME / BACKUPS) if one.reason == backups.MIGRATION]
    assert kept, "migrated without a backup"
    for one in kept:
        with sqlite3.connect(one.path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


# backups


def _back_up(run: Run) -> None:
    session = run.parts().catalog.open(run.folder)
    run.begin()
    for number in range(3):
        trying(run, lambda n=number: session.put(Deduction(id=f"b{n}", indicator="D11", reason="备份前")))  # type: ignore[misc]
        if trying(run, session.memory.back_up):  # type: ignore[attr-defined]
            run.say(f"backed {session.memory.length}")  # type: ignore[attr-defined]
    go_on(run, session)


def _look_back_up(place: Path, said: list[str], seed: int) -> None:
    session = opened(place)
    expect_after(session, said, seed)
    session.close()
    found = backups.listed(place / NAME / BACKUPS)
    lengths = {one.length for one in found}
    for line in said:
        if line.startswith("backed "):
            assert int(line.split()[1]) in lengths, "a backup that was called made is not there"
    for one in found:
        expect_backup(one, place)
    leftover = [p.name for p in (place / NAME / BACKUPS).iterdir() if p.name.startswith(".~")]
    session = opened(place)
    session.memory.back_up()  # type: ignore[attr-defined]
    session.close()
    stay = [p.name for p in (place / NAME / BACKUPS).iterdir() if p.name.startswith(".~")]
    assert not stay, f"half backups stay: {stay} of {leftover}"


def expect_backup(one: backups.Backup, place: Path) -> None:
    """A backup opens by itself, verified, and knows what its name says."""
    alone = place / f"核对 {one.path.stem}" / NAME
    alone.mkdir(parents=True)
    shutil.copyfile(one.path, alone / DATABASE)
    session = parts_of(alone.parent).catalog.open(alone)
    assert session.memory.length == one.length, f"{one.path.name} knows {session.memory.length}"  # type: ignore[attr-defined]
    session.close()


def _restore(run: Run) -> None:
    catalog = run.parts().catalog
    (backup, *_) = catalog.backups(run.folder)
    run.begin()
    if trying(run, lambda: catalog.restore(run.folder, backup)):
        run.say(f"restored {backup.length}")
    run.calm()
    go_on(run, catalog.open(run.folder))


def _look_restore(place: Path, said: list[str], seed: int) -> None:
    session = opened(place)
    expect_after(session, said, seed)
    late = session.evaluation.get(Deduction, "e7") is not None
    assert session.evaluation.get(Deduction, "d7") is not None
    restored = any(line.startswith("restored") for line in said)
    assert not (restored and late), "restored, but not gone back"
    session.close()
    if not late:
        asides = [p for p in (place / NAME / BACKUPS).iterdir() if p.name.startswith("恢复前")]
        assert asides, "the state before is not kept"
        alone = place / "旧" / NAME
        alone.mkdir(parents=True)
        shutil.copyfile(max(asides) / DATABASE, alone / DATABASE)
        session = parts_of(alone.parent).catalog.open(alone)
        assert session.evaluation.get(Deduction, "e7") is not None, "the state before is not whole"
        session.close()


def _prepare_recover(place: Path) -> None:
    """Damaged rows, and edits that stand in the log beside the database only."""
    prepare_sample(place)
    session = parts_of(place).catalog.open(place / NAME)
    for number in range(3):
        session.put(Deduction(id=f"w{number}", indicator="D11", reason="只在日志里"))
    for ending in ("", "-wal"):
        shutil.copyfile(place / NAME / f"{DATABASE}{ending}", place / f"抄本{ending}")
    session.close()
    for ending in ("", "-wal"):
        (place / f"抄本{ending}").replace(place / NAME / f"{DATABASE}{ending}")
    with (place / NAME / DATABASE).open("r+b") as file:
        file.write(b"\0" * 24)


def _recover(run: Run) -> None:
    catalog = run.parts().catalog
    run.begin()
    if trying(run, lambda: catalog.recover(run.folder)):
        run.say("recovered")
    run.calm()
    if not trying(run, lambda: catalog.open(run.folder).close()):
        catalog.recover(run.folder)
    go_on(run, catalog.open(run.folder))


def _look_recover(place: Path, said: list[str], seed: int) -> None:
    try:
        session = opened(place)
    except Damaged:
        if "recovered" in said:
            raise
        parts_of(place).catalog.recover(place / NAME)
        session = opened(place)
    expect_after(session, said, seed)
    assert session.evaluation.get(Deduction, "d7") is not None, "what the backup knows is lost"
    session.close()


# a second copy, an archive, an import, a copy, the settings


def _second_copy(run: Run) -> None:
    parts = run.parts()
    parts.settings.put("second_copy", str(run.place / "U 盘"))
    session = parts.catalog.open(run.folder)
    session.put(Deduction(id="copied", indicator="D11", reason="第二份"))
    # The evaluations lie beside the stick here; only its own folder is refused.
    store = session.memory
    store.back_up()  # type: ignore[attr-defined]
    (newest, *_) = backups.listed(run.folder / BACKUPS)
    from workbench.services.safekeeping import CopyJob

    job = CopyJob(run.folder, newest.path, run.place / "U 盘" / NAME, newest.at)
    run.begin()
    if trying(run, job.run):
        run.say("copied")
    go_on(run, session)


def _prepare_second_copy(place: Path) -> None:
    prepare_sample(place)
    _second_copy(Run(place, 0, lambda _: None, lambda: None, lambda: None))
    files = sorted((place / "U 盘" / NAME / "evidence").glob("??/*"))
    for path in files[::2]:
        path.unlink()


def _look_second_copy(place: Path, said: list[str], seed: int) -> None:
    stick = place / "U 盘"
    vault = Vault(stick / NAME / "evidence")
    assert vault.verify(vault.contents(), silent) == [], "a half file has a whole one's name"
    session = opened(stick)
    if "copied" in said:
        assert session.evaluation.get(Deduction, "copied") is not None
        held = [item.sha256 for item in session.evaluation.listed(Evidence)]
        assert vault.verify(held, silent) == []
    session.close()
    session = opened(place)
    expect_after(session, said, seed)
    session.close()


def _archive(run: Run) -> None:
    parts = run.parts()
    session = parts.catalog.open(run.folder)
    zipped = run.seed % 2 == 0
    run.begin()

    def write() -> None:
        kinds = ["score-sheet", "answers"]
        path = run.out / ("归档.zip" if zipped else "归档")
        parts.archiving.job(session, path, kinds=kinds, zipped=zipped).run()

    if trying(run, write):
        run.say("archived")
    go_on(run, session)


def _look_archive(place: Path, said: list[str], seed: int) -> None:
    archiving = parts_of(place).archiving
    for path in visible(place / "交付"):
        assert archiving.verify(path) == [], f"{path.name} shows and is not whole"
    if "archived" in said:
        assert visible(place / "交付")
    session = opened(place)
    expect_after(session, said, seed)
    session.close()


def _reopen(run: Run) -> None:
    parts = run.parts()
    run.begin()
    if trying(run, lambda: parts.archiving.reopen(run.out / "归档.zip", run.place / "取回" / NAME)):
        run.say("reopened")
    run.calm()
    go_on(run, parts.catalog.open(run.folder))


def _prepare_reopen(place: Path) -> None:
    prepare_sample(place)
    _archive(Run(place, 0, lambda _: None, lambda: None, lambda: None))


def _look_reopen(place: Path, said: list[str], seed: int) -> None:
    assert [p.name for p in visible(place / "交付")] == ["归档.zip"]
    back = place / "取回" / NAME
    if "reopened" in said:
        assert back.is_dir()
    if back.is_dir():
        session = opened(back.parent)
        held = [item.sha256 for item in session.evaluation.listed(Evidence)]
        assert Vault(back / "evidence").verify(held, silent) == []
        session.close()


def _prepare_import(place: Path) -> None:
    prepare_sample(place)
    parts = parts_of(place)
    session = parts.catalog.open(place / NAME)
    session.put(replace(session.evaluation.overview, remarks="底稿里写的"))
    for number in range(8):
        session.put(Deduction(id=f"d{number}", indicator="D11", points=Decimal(9), reason="底稿里改的"))
    parts.exporting.job(session, "working-papers", place / "底稿.xlsx").run()
    while session.can_undo and session.evaluation.overview.remarks == "底稿里写的":
        session.undo()
    session.close()


def _import(run: Run) -> None:
    parts = run.parts()
    session = parts.catalog.open(run.folder)
    preview = parts.importing.preview(session, run.place / "底稿.xlsx")
    assert preview.changes
    run.begin()
    if trying(run, lambda: parts.importing.apply(session, preview)):
        run.say("imported")
    go_on(run, session)


def _look_import(place: Path, said: list[str], seed: int) -> None:
    session = opened(place)
    points = {str(session.evaluation.get(Deduction, f"d{n}").points) for n in range(1, 8)}  # type: ignore[union-attr]
    overview = session.evaluation.get(Overview, "overview")
    assert overview is not None
    whole = overview.remarks == "底稿里写的"
    assert (points == {"9"}) == whole, "half of an import is there"
    if "imported" in said:
        assert whole, "an import that was called done is lost"
    expect_after(session, said, seed)
    session.close()


def _copy(run: Run) -> None:
    catalog = run.parts().catalog
    run.begin()
    made: list[Path] = []
    if trying(run, lambda: made.append(catalog.copy(run.folder, "副本"))):
        run.say("copied")
    run.calm()
    go_on(run, run.parts().catalog.open(run.folder))


def _look_copy(place: Path, said: list[str], seed: int) -> None:
    if "copied" in said:
        assert (place / "副本").is_dir()
    if (place / "副本").is_dir():
        session = parts_of(place).catalog.open(place / "副本")
        held = [item.sha256 for item in session.evaluation.listed(Evidence)]
        assert Vault(place / "副本" / "evidence").verify(held, silent) == []
        session.close()
    session = opened(place)
    expect_after(session, said, seed)
    session.close()


def _create(run: Run) -> None:
    parts = run.parts()
    run.begin()
    made: list[Path] = []
    if trying(run, lambda: made.append(parts.samples.create("changde", parts.catalog))):
        run.say(f"created {made[0].name}")
    run.calm()
    go_on(run, run.parts().catalog.open(run.folder))


def _look_create(place: Path, said: list[str], seed: int) -> None:
    parts = parts_of(place)
    there = {one.folder.name for one in parts.catalog.list_evaluations()}
    for line in said:
        if line.startswith("created "):
            assert line.removeprefix("created ") in there
    for one in parts.catalog.list_evaluations():
        assert not one.fault, one.fault
        parts.catalog.open(one.folder).close()


def _set(run: Run) -> None:
    parts = run.parts()
    run.begin()
    for number in range(5):
        if trying(run, lambda n=number: parts.settings.put("evaluator", f"评价员 {n}")):  # type: ignore[misc]
            run.say(f"set {number}")
    run.calm()
    parts.settings.put("font_scale", 120)
    run.say("after")


def _look_set(place: Path, said: list[str], seed: int) -> None:
    settings = Settings(find_paths({"WORKBENCH_DATA": str(place)}).settings)
    assert settings.message == "", settings.message
    done = [int(line.split()[1]) for line in said if line.startswith("set ")]
    now = settings.text("evaluator")
    if done:
        assert int(now.rsplit(" ", 1)[1]) >= done[-1], f"{now} after {done[-1]} was saved"
    if "after" in said:
        assert settings.number("font_scale") == 120


OPERATIONS: Mapping[str, Operation] = {
    one.name: one
    for one in (
        Operation("edit", prepare_sample, _edit, _look_edit),
        Operation("attach", _prepare_attach, _attach, _look_attach),
        Operation("export", _prepare_export, _export, _look_export),
        Operation("migrate", _prepare_migrate, _migrate, _look_migrate),
        Operation("back-up", prepare_sample, _back_up, _look_back_up),
        Operation("restore", prepare_sample, _restore, _look_restore),
        Operation("recover", _prepare_recover, _recover, _look_recover),
        Operation("second-copy", _prepare_second_copy, _second_copy, _look_second_copy),
        Operation("archive", prepare_sample, _archive, _look_archive),
        Operation("reopen", _prepare_reopen, _reopen, _look_reopen),
        Operation("import", _prepare_import, _import, _look_import),
        Operation("copy", prepare_sample, _copy, _look_copy),
        Operation("create", prepare_sample, _create, _look_create),
        Operation("settings", prepare_sample, _set, _look_set),
    )
}
