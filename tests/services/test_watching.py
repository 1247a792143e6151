"""The watched folder: what is new and whole, nothing that is still being written, whatever happens to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers import session
from workbench.services.settings import Settings
from workbench.services.watching import SETTLE_SECONDS, FolderWatch, Watching


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "DCIM"
    made.mkdir()
    (made / "旧.jpg").write_bytes(b"old")
    return made


def test_only_what_comes_and_stands_still_is_told(folder: Path) -> None:
    watch = FolderWatch(folder)
    assert watch.look(0).ready == ()
    new = folder / "100APPLE" / "IMG_1.JPG"
    new.parent.mkdir()
    new.write_bytes(b"half")
    assert watch.look(1).growing == 1
    new.write_bytes(b"half and half")
    assert watch.look(1 + SETTLE_SECONDS) == watch.look(1 + SETTLE_SECONDS)
    assert watch.look(1 + 2 * SETTLE_SECONDS).ready == (new,)
    assert watch.look(1 + 4 * SETTLE_SECONDS).ready == ()
    assert new.read_bytes() == b"half and half"


def test_a_file_that_changes_later_is_told_again(folder: Path) -> None:
    watch = FolderWatch(folder)
    watch.look(0)
    (folder / "旧.jpg").write_bytes(b"another picture")
    watch.look(1)
    assert watch.look(1 + SETTLE_SECONDS).ready == (folder / "旧.jpg",)


def test_empty_hidden_and_half_named_files_wait(folder: Path) -> None:
    watch = FolderWatch(folder)
    watch.look(0)
    (folder / "空.jpg").write_bytes(b"")
    (folder / ".tmp.jpg").write_bytes(b"x")
    watch.look(1)
    assert watch.look(100).ready == ()


def test_a_folder_that_vanishes_and_returns_is_taken_up_where_it_was(folder: Path) -> None:
    watch = FolderWatch(folder)
    watch.look(0)
    away = folder.with_name("away")
    folder.rename(away)
    assert watch.look(1).gone
    (away / "新.jpg").write_bytes(b"new")
    away.rename(folder)
    assert watch.look(2).growing == 1
    assert watch.look(2 + SETTLE_SECONDS).ready == (folder / "新.jpg",)


@pytest.mark.skipif(os.name == "nt", reason="permissions are of another kind")
def test_a_folder_that_is_missing_at_first_begins_when_it_comes(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path / "later")
    assert watch.look(0).gone
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "a.jpg").write_bytes(b"a")
    assert watch.look(1) == watch.look(2)


def test_each_evaluation_remembers_its_own_folder(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    watching = Watching(settings, session())
    assert watching.remembered() is None
    watching.remember(tmp_path / "DCIM")
    assert Watching(Settings(tmp_path / "settings.json"), session()).remembered() == tmp_path / "DCIM"
    watching.remember(None)
    assert watching.remembered() is None
    settings.put("watched_folders", "[1]")
    assert watching.remembered() is None
