"""What was put is there after reopening; what is damaged is named; who comes second is told so."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.store.conftest import RAW, Desk, small_form
from workbench.domain.changes import Change
from workbench.domain.evaluation import Deduction, Entry, Evidence, FundLine, Member, Overview
from workbench.errors import WorkbenchError
from workbench.store import creation
from workbench.store.creation import DATABASE
from workbench.store.database import Damaged


def test_a_new_evaluation_holds_what_it_was_given(desk: Desk) -> None:
    overview = Overview(project="东湖公园", contract_date=date(2022, 5, 1))
    line = FundLine(id="f", item="建设", budget=Decimal("100.10"), spent=Decimal("1E+2"))
    folder = desk.create(entities=(overview, line))
    store = desk.open(folder)
    loaded = store.load(small_form)
    assert loaded.id == "id-1"
    assert loaded.overview == overview
    assert str(loaded.get(FundLine, "f").budget) == "100.10"
    assert str(loaded.get(FundLine, "f").spent) == "1E+2"
    assert loaded.form.raw == RAW
    assert type(loaded.form.raw["points"]) is Decimal
    assert sorted(p.name for p in folder.iterdir() if p.is_dir()) == ["backups", "evidence"]
    assert [p.name for p in desk.data.iterdir()] == [folder.name]
    assert store.undoable() == ([], [])


def test_after_closing_one_file_holds_everything(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder)
    session.put(Member(id="m", name="甲"))
    session.close()
    session.memory.close()
    assert [p.name for p in folder.iterdir() if p.is_file()] == [DATABASE]
    assert desk.session(folder).evaluation.get(Member, "m") == Member(id="m", name="甲")


def test_edits_undo_and_redo_survive_reopening(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder)
    session.put(Entry(id="a", basis="一"), origin="x")
    session.put(Entry(id="a", basis="一二"), origin="x")
    session.put(Entry(id="a", basis="一二三"), origin="x")
    session.put_all(
        [Deduction(id="d", indicator="a", points=Decimal("0.5")), Member(id="m", name="甲")], label="扣分"
    )
    session.undo()
    session.close()

    session = desk.session(folder)
    assert session.evaluation.get(Deduction, "d") is None
    assert session.can_redo
    assert session.redo().label == "扣分"
    assert session.evaluation.get(Deduction, "d").points == Decimal("0.5")
    session.undo()
    session.undo()
    assert session.evaluation.get(Entry, "a") == Entry(id="a", basis="一")
    session.undo()
    assert not session.evaluation.table(Entry)
    assert not session.can_undo
    session.close()

    session = desk.session(folder)
    session.redo()
    session.redo()
    assert session.evaluation.get(Entry, "a") == Entry(id="a", basis="一二三")
    session.put(Member(id="n", name="乙"))
    session.close()
    assert not desk.session(folder).can_redo


def test_step_numbers_only_grow(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder)
    session.put(Member(id="m", name="甲"))
    session.undo()
    before = session.memory.next_step()
    session.close()
    assert desk.open(folder).next_step() == before == 3


def test_entities_keep_the_order_in_which_they_were_put(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder)
    for name in "cab":
        session.put(Member(id=name, name=name))
    session.put(Member(id="c", name="改"))
    session.remove(session.evaluation.get(Member, "a"))
    session.undo()
    order = list(session.evaluation.table(Member))
    session.close()
    assert list(desk.session(folder).evaluation.table(Member)) == order == ["c", "b", "a"]


def test_numbers_ever_used_are_known(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder)
    session.put(Evidence(id="e", title="合同", number=12))
    session.remove(session.evaluation.get(Evidence, "e"))
    session.put(Evidence(id="f", title="发票", number=3))
    assert session.memory.highest("evidence", "number") == 12
    assert session.memory.highest("problem", "position") == 0


def test_history_says_who_when_and_from_what_to_what(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder)
    session.put(Entry(id="a", override=Decimal("3.50"), override_reason="现场"), label="改分")
    desk.author = "评价员乙"
    desk.clock.moment -= timedelta(days=1)  # a clock set back changes no order
    session.put(Entry(id="a", override=Decimal(2), override_reason="现场"))
    session.put(Entry(id="a", override=Decimal(2), override_reason="复核"))
    store = desk._open[-1]
    first, second = store.history("entry", "a", "override")
    assert first.before is None
    assert first.label == "改分"
    assert (first.by, second.by) == ("评价员甲", "评价员乙")
    assert first.at.startswith("2022-11-14T09:00")
    assert second.at.startswith("2022-11-13")
    assert second.before == {"override": Decimal("3.50")}
    assert second.after == {"override": Decimal(2)}
    assert len(store.history("entry", "a")) == 3
    assert [event.seq for event in store.history()] == [1, 2, 3, 4]


def test_the_journal_only_grows(desk: Desk) -> None:
    folder = desk.create()
    connection = sqlite3.connect(folder / DATABASE)
    for statement in ("DELETE FROM journal", "UPDATE journal SET at = ''"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_a_second_opening_is_told_so(desk: Desk) -> None:
    folder = desk.create()
    desk.open(folder)
    with pytest.raises(WorkbenchError, match="已在另一个窗口") as caught:
        desk.open(folder)
    assert caught.value.code == "already-open"


def test_another_program_is_kept_out(desk: Desk) -> None:
    folder = desk.create()
    desk.open(folder).record(
        [Change(None, Member(id="m", name="甲"))], step=1, action="do", target=None, label=""
    )
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('DELETE FROM member')"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / DATABASE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "database is locked" in done.stderr


def test_durability_settings(desk: Desk) -> None:
    connection = desk.open(desk.create())._connection
    found = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "locking_mode", "foreign_keys", "trusted_schema")
    }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "locking_mode": "exclusive",
        "foreign_keys": 1,
        "trusted_schema": 0,
    }


def _tamper(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / DATABASE)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("UPDATE member SET name = '乙' WHERE id = 'm'", (("member", "m"),)),
        ("UPDATE member SET position = 7 WHERE id = 'm'", (("member", "m"),)),
        ("UPDATE member SET row_hash = 'x' WHERE id = 'm'", (("member", "m"),)),
        ("DELETE FROM member WHERE id = 'm'", (("member", "m"),)),
        ("UPDATE member SET name = CAST(x'80' AS TEXT) WHERE id = 'm'", (("member", "m"),)),
        ("INSERT INTO member (id, name, row_hash) VALUES ('n', '丙', 'x')", (("member", "n"),)),
        ("UPDATE overview SET year = '2023'", (("overview", "overview"),)),
    ],
)
def test_a_changed_row_is_named(desk: Desk, statement: str, rows: tuple[tuple[str, str], ...]) -> None:
    folder = desk.create(entities=(Overview(year="2022"), Member(id="m", name="甲")))
    _tamper(folder, statement)
    with pytest.raises(Damaged) as caught:
        desk.open(folder)
    assert caught.value.rows == rows
    assert rows[0][1] in caught.value.what


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE journal SET \"by\" = '他人' WHERE seq = 2", 2),
        ("UPDATE journal SET after = '{}' WHERE seq = 2", 2),
        ("DELETE FROM journal WHERE seq = 2", 2),
        ("UPDATE journal SET at = CAST(x'80' AS TEXT) WHERE seq = 3", 3),
        ("UPDATE journal SET state = 'x' WHERE seq = 1", 1),
    ],
)
def test_the_first_broken_line_is_named(desk: Desk, statement: str, seq: int) -> None:
    folder = desk.create(entities=tuple(Member(id=name, name=name) for name in "abc"))
    _tamper(folder, "DROP TRIGGER journal_no_update", "DROP TRIGGER journal_no_delete", statement)
    with pytest.raises(Damaged, match=f"修改记录第 {seq} 条"):
        desk.open(folder)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE form SET raw = '{}'",
        "UPDATE meta SET value = 'x' WHERE key = 'id'",
        "DELETE FROM form",
        "DROP TABLE meta",
    ],
)
def test_a_changed_form_is_damage(desk: Desk, statement: str) -> None:
    folder = desk.create(entities=())
    _tamper(folder, statement)
    with pytest.raises(Damaged):
        desk.open(folder)


def test_a_newer_evaluation_is_refused_untouched(desk: Desk) -> None:
    folder = desk.create()
    _tamper(folder, "PRAGMA user_version=99")
    before = (folder / DATABASE).read_bytes()
    with pytest.raises(WorkbenchError, match="升级") as caught:
        desk.open(folder)
    assert caught.value.code == "newer-schema"
    assert (folder / DATABASE).read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be looked at" * 50])
def test_what_is_no_database_is_damage(desk: Desk, content: bytes) -> None:
    folder = desk.create()
    (folder / DATABASE).write_bytes(content)
    with pytest.raises(Damaged):
        desk.open(folder)


def test_truncated_and_foreign_files_are_damage(desk: Desk) -> None:
    folder = desk.create(entities=tuple(Member(id=str(n), name="甲" * 500) for n in range(50)))
    whole = (folder / DATABASE).read_bytes()
    (folder / DATABASE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Damaged):
        desk.open(folder)
    (folder / DATABASE).unlink()
    sqlite3.connect(folder / DATABASE).execute("CREATE TABLE x (y)").connection.close()
    with pytest.raises(Damaged, match="不是评价工作台"):
        desk.open(folder)


def test_a_folder_without_database_is_told(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="没有评价数据") as caught:
        desk.open(tmp_path)
    assert caught.value.code == "not-found"


def test_an_existing_folder_is_not_overwritten(desk: Desk) -> None:
    folder = desk.create()
    before = (folder / DATABASE).read_bytes()
    with pytest.raises(WorkbenchError, match="已存在"):
        desk.create()
    assert (folder / DATABASE).read_bytes() == before


def test_a_creation_that_fails_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(creation.files, "fsync_file", full)
    with pytest.raises(WorkbenchError, match="磁盘已满"):
        desk.create()
    assert not list(desk.data.iterdir())


def test_an_edit_that_fails_changes_nothing(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder)
    length = desk._open[-1].length
    with pytest.raises(WorkbenchError, match="无法保存的字符"):
        session.put_all([Member(id="m", name="甲"), Member(id="n", name="\ud800")])
    assert not session.evaluation.table(Member)
    assert desk._open[-1].length == length
    session.put(Member(id="m", name="乙"))
    session.close()
    assert desk.session(folder).evaluation.get(Member, "m").name == "乙"


def test_an_edit_of_a_row_that_a_damaged_index_hides_is_stopped(desk: Desk) -> None:
    session = desk.session(desk.create(entities=(Member(id="m", name="甲"),)))
    desk._open[-1]._connection.execute("UPDATE member SET id = 'lost'")
    with pytest.raises(Damaged):
        session.put(Member(id="m", name="乙"))
    assert session.evaluation.get(Member, "m").name == "甲"
    assert len(desk._open[-1].history()) == 1


def test_closing_twice_is_harmless(desk: Desk) -> None:
    folder = desk.create()
    store = desk.open(folder)
    store.close()
    store.close()
    assert desk.open(folder).load(small_form).id


def test_a_clock_set_back_changes_no_order(desk: Desk) -> None:
    """Numbers order the history; what the laptop's clock said is only told."""
    folder = desk.create()
    names = ["甲", "乙", "丙", "丁"]
    for name, days in zip(names, (0, -400, 90, -9000), strict=True):
        desk.clock.moment += timedelta(days=days)
        session = desk.session(folder)
        session.put(Member(id="m", name=name))
        session.close()
    session = desk.session(folder)
    held = [event.after["name"] for event in session.memory.history("member", "m")]
    assert held == names
    assert session.evaluation.get(Member, "m") == Member(id="m", name="丁")
    for name in reversed(names[:-1]):
        session.undo()
        assert session.evaluation.get(Member, "m") == Member(id="m", name=name)
