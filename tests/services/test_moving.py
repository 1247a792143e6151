"""The data folder on another disk: whole and compared, or not moved at all; the old one is never deleted."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.paths import find_paths
from workbench.services.jobs import Cancelled
from workbench.services.moving import Moving
from workbench.services.parts import Parts, assemble


def folder_digest(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    settings = tmp_path / "设置" / "settings.json"
    folders = find_paths({"WORKBENCH_DATA": str(tmp_path / "文档" / "现场评价工作台")})
    made = assemble(
        type(folders)(folders.forms, folders.resources, folders.data, tmp_path, tmp_path / "缓存", settings)
    )
    made.samples.create("changde", made.catalog)
    (made.catalog.data / "清单").mkdir()
    (made.catalog.data / "清单" / "资料清单.toml").write_text("", encoding="utf-8")
    return made


def moving(parts: Parts) -> Moving:
    return Moving(parts.catalog, parts.settings)


def test_everything_arrives_and_counts_from_the_next_start(parts: Parts, tmp_path: Path) -> None:
    old = parts.catalog.data
    before = folder_digest(old)
    seen: list[tuple[int, int, str]] = []
    done = moving(parts).move(tmp_path / "D 盘" / "评价", lambda *said: seen.append(said))
    assert done.new == tmp_path / "D 盘" / "评价"
    assert folder_digest(done.new) == before
    assert done.old == old.with_name("现场评价工作台（已移走）")
    assert folder_digest(done.old) == before
    assert not old.exists()
    assert parts.settings.text("data_folder") == str(done.new)
    assert seen[-1][0] == seen[-1][1] == 2 * done.bytes
    assert {what for _, _, what in seen} == {"复制", "核对"}
    assert [path.name for path in done.new.parent.iterdir()] == ["评价"], "nothing unfinished stays"
    assert "逐个核对一致" in done.sentence()


def test_a_folder_with_other_things_gets_a_folder_in_it(parts: Parts, tmp_path: Path) -> None:
    disk = tmp_path / "移动硬盘"
    disk.mkdir()
    (disk / "照片.jpg").write_bytes(b"x")
    assert moving(parts).move(disk).new == disk / "现场评价工作台"
    assert (disk / "照片.jpg").read_bytes() == b"x"


def test_logs_and_settings_of_the_run_stay_where_they_are(parts: Parts, tmp_path: Path) -> None:
    (parts.catalog.data / ".logs").mkdir()
    (parts.catalog.data / ".logs" / "workbench.log").write_text("x", encoding="utf-8")
    done = moving(parts).move(tmp_path / "新")
    assert done.old == parts.catalog.data, "what is in use keeps its name"
    assert not (done.new / ".logs").exists()


def test_an_open_evaluation_is_not_moved(parts: Parts, tmp_path: Path) -> None:
    [listed] = parts.catalog.list_evaluations()
    session = parts.catalog.open(listed.folder)
    with pytest.raises(WorkbenchError, match="正开着"):
        moving(parts).move(tmp_path / "新")
    session.close()
    assert moving(parts).fit(tmp_path / "新") == tmp_path / "新"


@pytest.mark.parametrize("where", ["现场评价工作台/里面", "现场评价工作台", ""])
def test_one_folder_in_the_other_is_refused(parts: Parts, where: str) -> None:
    with pytest.raises(WorkbenchError) as refused:
        moving(parts).fit(parts.catalog.data.parent / where if where else parts.catalog.data.parent)
    assert refused.value.code in {"inside", "not-empty"}


def test_too_little_room_is_said_before_anything_is_written(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1 << 20))
    with pytest.raises(WorkbenchError, match="只剩 1 MB"):
        moving(parts).move(tmp_path / "新")
    assert not (tmp_path / "新").exists()


def unmoved(parts: Parts, tmp_path: Path, before: object) -> None:
    assert folder_digest(parts.catalog.data) == before
    assert parts.settings.text("data_folder") == ""
    assert not [path for path in tmp_path.iterdir() if path.name not in {"文档", "设置", "缓存"}]


@pytest.mark.parametrize("at", ["复制", "核对"])
def test_one_that_is_stopped_leaves_all_as_it_was(parts: Parts, tmp_path: Path, at: str) -> None:
    before = folder_digest(parts.catalog.data)

    def stop(_done: int, _total: int, what: str) -> None:
        if what == at:
            raise Cancelled

    with pytest.raises(Cancelled):
        moving(parts).move(tmp_path / "新", stop)
    unmoved(parts, tmp_path, before)


def test_a_disk_that_returns_something_else_is_found_out(parts: Parts, tmp_path: Path) -> None:
    before = folder_digest(parts.catalog.data)

    def spoil(_done: int, _total: int, what: str) -> None:
        for path in tmp_path.glob(".~新*/清单/资料清单.toml") if what == "核对" else ():
            path.write_text("坏了", encoding="utf-8")

    with pytest.raises(WorkbenchError, match="读回不一致"):
        moving(parts).move(tmp_path / "新", spoil)
    unmoved(parts, tmp_path, before)


def test_a_change_meanwhile_is_found_out(parts: Parts, tmp_path: Path) -> None:
    mine = parts.catalog.data / "清单" / "资料清单.toml"

    def change(_done: int, _total: int, what: str) -> None:
        if what == "核对" and not mine.read_text("utf-8"):
            mine.write_text("# 改了", encoding="utf-8")

    with pytest.raises(WorkbenchError, match="有改动"):
        moving(parts).move(tmp_path / "新", change)
    assert mine.read_text("utf-8") == "# 改了"
    assert parts.settings.text("data_folder") == ""


def test_settings_that_can_not_be_kept_leave_the_old_place(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = folder_digest(parts.catalog.data)

    def full(*_: object) -> None:
        raise WorkbenchError("disk-full", "磁盘已满。")

    monkeypatch.setattr(type(parts.settings), "put", full)
    with pytest.raises(WorkbenchError, match="磁盘已满"):
        moving(parts).move(tmp_path / "新")
    unmoved(parts, tmp_path, before)
