"""An evaluation with a password: nothing in clear, nothing lost, a wrong password and damage told apart."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.conftest import Desk, small_form
from tests.store.evaluator import any_entity
from workbench.domain.evaluation import ENTITIES, Entry, Evidence, Member, Overview, kind_of
from workbench.errors import WorkbenchError
from workbench.store import backups, conversion, database, locking, recovery, sealed
from workbench.store.creation import BACKUPS, DATABASE, EXPORT_LOG, SUMMARY
from workbench.store.database import Damaged
from workbench.store.evaluations import BRIEFLY, EvaluationStore, Keeping
from workbench.store.incoming import StoredFile
from workbench.store.locked_file import DataKey
from workbench.store.sealed import Opener, new_key

PHRASE = "正确的 Horse 密码"
WORDS = "受访者王五说的话"
BACKED_UP = Keeping(ballast=0)


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "SCRYPT_N", 1 << 14)


def open_with(desk: Desk, folder: Path, key: DataKey | None, keeping: Keeping = BRIEFLY) -> EvaluationStore:
    store = EvaluationStore.open(folder, now=desk.clock, author=lambda: desk.author, keeping=keeping, key=key)
    desk._open.append(store)
    return store


def silent(done: int, total: int, what: str) -> None:
    pass


def evaluation_with_everything(desk: Desk) -> Path:
    """Rows of some kinds, evidence, a backup, a summary, an export log."""
    folder = desk.create(entities=(Overview(project=WORDS), Member(id="1", name=WORDS * 50)))
    store = desk.open(folder)
    answer = store.vault().add(WORDS.encode() * 3000, "谈话.txt", silent)
    assert isinstance(answer, StoredFile)
    store.close()
    session = desk.session(folder, keeping=BACKED_UP)
    session.put(Evidence(id="e", number=1, title=WORDS, sha256=answer.sha256, size=answer.size))
    session.close()
    (folder / SUMMARY).write_text(WORDS)
    (folder / EXPORT_LOG).write_text(f'{{"file": "{WORDS}"}}\n')
    return folder


def locked(desk: Desk, folder: Path, firm: bytes = b"") -> DataKey:
    key = DataKey.fresh()
    assert conversion.lock(folder, key, locking.key_file(key, PHRASE, firm)) == []
    return key


def in_clear(folder: Path) -> list[str]:
    """Files in which the token is found, or that are databases in clear."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [p.name for p in found if WORDS.encode() in p.read_bytes() or p.read_bytes().startswith(b"SQLite")]


def test_every_kind_of_entity_is_the_same_locked_and_unlocked(desk: Desk) -> None:
    chance = random.Random(3)
    entities = {(kind_of(one), one.id): one for one in (any_entity(chance) for _ in range(500))}
    assert {kind for kind, _ in entities} == set(ENTITIES)
    folder = desk.create(entities=tuple(entities.values()))
    store = desk.open(folder)
    whole, history, head = store.load(small_form), store.history(), store.head
    store.close()
    key = locked(desk, folder)
    store = open_with(desk, folder, key)
    assert store.load(small_form) == whole
    assert (store.history(), store.head) == (history, head)
    store.close()
    assert conversion.unlock(folder, key) == []
    store = desk.open(folder)
    assert store.load(small_form) == whole
    assert (store.history(), store.head, store.key) == (history, head, None)


def test_nothing_lies_in_clear_while_it_is_worked_on_and_after_a_kill(desk: Desk, tmp_path: Path) -> None:
    folder = evaluation_with_everything(desk)
    assert len(in_clear(folder)) >= 4, "the search bites"
    key = locked(desk, folder)
    assert in_clear(folder) == []
    store = open_with(desk, folder, key, BACKED_UP)
    assert store.vault().verify(store.vault().contents(), silent) == []
    store.vault().add(WORDS.encode() * 9000, "新的.txt", silent)
    code = (
        "import sys, os; from pathlib import Path; from datetime import datetime, UTC;"
        "from workbench.store.evaluations import EvaluationStore; from workbench.store.locked_file import DataKey;"
        "from workbench.domain.evaluation import Member; from workbench.domain.changes import Change;"
        "s = EvaluationStore.open(Path(sys.argv[1]), now=lambda: datetime.now(UTC), author=lambda: '',"
        " key=DataKey(bytes.fromhex(sys.argv[2])));"
        f"[s.record([Change(None, Member(id=f'k{{n}}', name='{WORDS}' * 200))], step=s.next_step(), action='do',"
        " target=None, label='x') for n in range(20)];"
        "s.back_up(); os.kill(os.getpid(), 9)"
    )
    store.close()
    done = subprocess.run([sys.executable, "-c", code, str(folder), key.secret.hex()], check=False)
    assert done.returncode == -9
    assert (folder / f"{DATABASE}-wal").stat().st_size > 10_000
    assert in_clear(folder) == []
    store = open_with(desk, folder, key)
    assert store.load(small_form).get(Member, "k19") is not None
    store.close()
    assert in_clear(folder) == []
    assert key.secret not in b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_only_what_should_open_it_does(desk: Desk) -> None:
    private, public = new_key()
    folder = evaluation_with_everything(desk)
    key = locked(desk, folder, public)
    assert locking.is_locked(folder)
    assert locking.unlock(folder, Opener(PHRASE)) == key
    assert locking.unlock(folder, Opener(private=private)) == key
    for opener, code in (
        (Opener("别的密码别的密码"), "wrong-password"),
        (Opener(private=new_key()[0]), "wrong-key"),
    ):
        with pytest.raises(WorkbenchError, match=folder.name) as told:
            locking.unlock(folder, opener)
        assert told.value.code == code
    with pytest.raises(WorkbenchError) as told:
        desk.open(folder)
    assert told.value.code == "locked"
    with pytest.raises(Damaged):
        open_with(desk, folder, DataKey.fresh())


def test_a_lost_or_damaged_key_file_is_made_again_of_the_other(desk: Desk) -> None:
    folder = evaluation_with_everything(desk)
    key = locked(desk, folder)
    first, second = locking.key_places(folder)
    content = first.read_bytes()
    for damage in (
        lambda p: p.unlink(),
        lambda p: p.write_bytes(content[:50]),
        lambda p: p.write_bytes(b"x"),
    ):
        for place in (first, second):
            damage(place)
            assert locking.unlock(folder, Opener(PHRASE)) == key
            assert first.read_bytes() == second.read_bytes() == content
    first.write_bytes(b"x")
    second.write_bytes(b"y")
    with pytest.raises(WorkbenchError) as told:
        locking.unlock(folder, Opener(PHRASE))
    assert told.value.code == "key-damaged"


def test_a_lost_key_is_not_taken_for_a_damaged_database(desk: Desk) -> None:
    folder = evaluation_with_everything(desk)
    locked(desk, folder)
    kept = [(place, place.read_bytes()) for place in locking.key_places(folder)]
    for place, _ in kept:
        place.unlink()
    with pytest.raises(WorkbenchError, match="第二份的位置取回") as told:
        desk.open(folder)
    assert told.value.code == "key-damaged"
    place, content = kept[1]
    place.write_bytes(content)
    with pytest.raises(WorkbenchError) as told:
        desk.open(folder)
    assert told.value.code == "locked"


def test_the_old_password_opens_nothing_after_a_change_that_was_cut(desk: Desk) -> None:
    folder = evaluation_with_everything(desk)
    key = locked(desk, folder)
    first, second = locking.key_places(folder)
    first.write_bytes(locking.key_file(key, "另一句密码另一句"))  # cut before the second
    with pytest.raises(WorkbenchError, match="密码不对"):
        locking.unlock(folder, Opener(PHRASE))
    assert locking.unlock(folder, Opener("另一句密码另一句")) == key
    assert first.read_bytes() == second.read_bytes()


def test_flipped_bits_are_told(desk: Desk) -> None:
    folder = evaluation_with_everything(desk)
    key = locked(desk, folder)
    whole = open_with(desk, folder, key)
    expected = whole.load(small_form)
    whole.close()
    data = (folder / DATABASE).read_bytes()
    chance = random.Random(11)
    told = 0
    for number in range(60):
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        if number % 10 == 0:
            changed = changed[: len(changed) // 2]
        (folder / DATABASE).write_bytes(changed)
        try:
            store = open_with(desk, folder, key)
        except Damaged:
            told += 1
            continue
        assert store.load(small_form) == expected
        store.close()
    assert told > 30, "pages are authenticated"


def test_backups_open_restore_and_recover_with_the_password(desk: Desk) -> None:
    folder = evaluation_with_everything(desk)
    key = locked(desk, folder)
    session_store = open_with(desk, folder, key, BACKED_UP)
    session_store.close()
    found = backups.listed(folder / BACKUPS)
    assert found
    assert not any(database.is_plain(backup.path) for backup in found)
    assert recovery.outlook(folder, key).length == found[0].length
    done = recovery.restore(folder, found[0], desk.clock(), key)
    assert done.length == found[0].length
    store = open_with(desk, folder, key)
    store.close()
    data = bytearray((folder / DATABASE).read_bytes())
    data[:4096] = bytes(4096)
    (folder / DATABASE).write_bytes(data)
    with pytest.raises(Damaged):
        open_with(desk, folder, key)
    assert recovery.recover(folder, desk.clock(), key).length == found[0].length
    open_with(desk, folder, key).close()
    assert in_clear(folder) == []
    assert conversion.unlock(folder, key) == ["有 1 份损坏的旧备份不能转换，仍是加密的，以后不能再读。"]
    assert desk.open(folder).length == found[0].length


def test_a_copy_is_locked_with_the_same_password(desk: Desk, tmp_path: Path) -> None:
    folder = evaluation_with_everything(desk)
    key = locked(desk, folder)
    store = open_with(desk, folder, key)
    store.copy_to(tmp_path / "副本")
    store.snapshot(tmp_path / "明文.db")
    assert database.is_plain(tmp_path / "明文.db")
    assert in_clear(tmp_path / "副本") == []
    assert locking.unlock(tmp_path / "副本", Opener(PHRASE)) == key
    assert open_with(desk, tmp_path / "副本", key).load(small_form) == store.load(small_form)


def test_stopping_leaves_it_as_it_was(desk: Desk) -> None:
    class Stop(Exception):
        pass

    def run(step: int, convert: object) -> bool:
        heard = 0

        def progress(done: int, total: int, what: str) -> None:
            nonlocal heard
            heard += 1
            if heard == step:
                raise Stop

        try:
            convert(progress)  # type: ignore[operator]
        except Stop:
            return True
        return False

    folder = evaluation_with_everything(desk)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != DATABASE}
    key = DataKey.fresh()
    content = locking.key_file(key, PHRASE)
    step = 1
    while run(step, lambda progress: conversion.lock(folder, key, content, progress)):
        if not locking.is_locked(folder):
            assert {p: p.read_bytes() for p in before if p.is_file()} == before
            assert {p for p in folder.rglob("*") if p.is_file() and p.name != DATABASE} == set(before)
            step += 1
            continue
        break
    assert step > 3
    open_with(desk, folder, key).close()
    assert in_clear(folder) == []
    step = 1
    while run(step, lambda progress: conversion.unlock(folder, key, progress)) and locking.is_locked(folder):
        assert in_clear(folder) == []
        open_with(desk, folder, key).close()
        step += 1
    assert step > 3
    assert desk.open(folder).load(small_form).overview.project == WORDS


def test_a_damaged_evaluation_is_not_converted(desk: Desk) -> None:
    folder = evaluation_with_everything(desk)
    data = bytearray((folder / DATABASE).read_bytes())
    at = data.find(WORDS.encode())
    data[at] ^= 1
    (folder / DATABASE).write_bytes(data)
    key = DataKey.fresh()
    with pytest.raises(Damaged):
        conversion.lock(folder, key, locking.key_file(key, PHRASE))
    assert not (folder / locking.MARK).exists()
    assert not list(folder.rglob("*.wbe"))


def test_an_open_evaluation_is_not_converted(desk: Desk) -> None:
    folder = evaluation_with_everything(desk)
    held = desk.open(folder)
    key = DataKey.fresh()
    with pytest.raises(WorkbenchError) as told:
        conversion.lock(folder, key, locking.key_file(key, PHRASE))
    assert told.value.code == "already-open"
    held.close()


def test_encrypted_evidence_is_never_thrown_away_for_a_database_in_clear_that_was_put_there(
    desk: Desk,
) -> None:
    """Somebody copies an old database in clear into a locked folder that was being converted."""
    folder = evaluation_with_everything(desk)
    old = (folder / DATABASE).read_bytes()
    key = locked(desk, folder)
    (folder / locking.MARK).write_text("x")
    (folder / DATABASE).write_bytes(old)
    store = desk.open(folder)
    assert "不要删除" in store.notices()[0]
    store.close()
    assert len(list((folder / "evidence").rglob("*.wbe"))) == 1
    (folder / DATABASE).unlink()
    assert locking.unlock(folder, Opener(PHRASE)) == key


def test_what_comes_into_a_locked_folder_in_clear_is_locked_at_the_next_opening(desk: Desk) -> None:
    folder = evaluation_with_everything(desk)
    plain_backup = backups.listed(folder / BACKUPS)[0]
    content = plain_backup.path.read_bytes()
    key = locked(desk, folder)
    plain_backup.path.write_bytes(content)
    store = open_with(desk, folder, key)
    store.close()
    assert in_clear(folder) == []
    assert recovery.restore(folder, plain_backup, desk.clock(), key).length == plain_backup.length


def test_a_damaged_file_of_evidence_keeps_the_password_unless_nothing_needs_it(desk: Desk) -> None:
    folder = evaluation_with_everything(desk)
    key = locked(desk, folder)
    store = open_with(desk, folder, key)
    vault = store.vault()
    orphan = vault.add(b"nobody refers to it" * 99, "x.txt", silent)
    assert isinstance(orphan, StoredFile)
    (needed,) = set(vault.contents()) - {orphan.sha256}
    store.close()
    for sha256, refused in ((orphan.sha256, False), (needed, True)):
        path = vault.path_of(sha256)
        assert path is not None
        whole = path.read_bytes()
        path.write_bytes(whole[:30] + b"?" + whole[31:])
        if not refused:
            continue
        with pytest.raises(WorkbenchError, match="佐证文件已损坏"):
            conversion.unlock(folder, key)
        assert in_clear(folder) == []
        path.write_bytes(whole)
    assert conversion.unlock(folder, key) == []
    assert desk.open(folder).vault().is_whole(needed)


def test_a_missing_library_is_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = evaluation_with_everything(desk)
    key = locked(desk, folder)
    for name in [name for name in sys.modules if name.startswith("sqlcipher3")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    with pytest.raises(WorkbenchError, match="缺少加密库") as told:
        open_with(desk, folder, key)
    assert told.value.code == "no-cipher"


def test_edits_go_on_in_a_locked_evaluation_on_a_full_or_reopened_store(desk: Desk) -> None:
    folder = desk.create()
    key = locked(desk, folder)
    store = open_with(desk, folder, key, Keeping(ballast=1 << 14))
    from workbench.services.session import Session

    session = Session(store.load(small_form), store, lambda: 0.0)
    session.put(Entry(id="a", basis="一"))
    store._lost = True
    store._connection.close()
    session.put(Entry(id="a", basis="二"))
    assert session.undo() is not None
    with pytest.raises(WorkbenchError, match="无法保存的字符"):
        session.put(Entry(id="b", basis="\ud800"))
    session.put(Entry(id="b", basis="三"))
    session.close()
    assert open_with(desk, folder, key).load(small_form).entry("b").basis == "三"


def test_a_folder_in_clear_knows_nothing_of_locks(desk: Desk) -> None:
    folder = desk.create()
    assert not locking.is_locked(folder)
    shutil.rmtree(folder / BACKUPS)
    assert not locking.is_locked(folder)
    assert desk.open(folder).key is None


def test_a_database_in_clear_that_was_put_into_a_locked_folder_is_recovered_and_locked(desk: Desk) -> None:
    folder = evaluation_with_everything(desk)
    old = (folder / DATABASE).read_bytes()
    key = locked(desk, folder)
    (folder / DATABASE).write_bytes(old)
    with pytest.raises(Damaged):
        open_with(desk, folder, key)
    recovery.recover(folder, desk.clock(), key)
    store = open_with(desk, folder, key)
    assert store.load(small_form).overview.project == WORDS
    store.close()
    assert in_clear(folder) == []
