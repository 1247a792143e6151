"""What a file is that the system hands over: told by what is in it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.errors import WorkbenchError
from workbench.services import own_files
from workbench.services.own_files import recognised
from workbench.services.product import read_product


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    return path


def folder_with(path: Path, name: str) -> Path:
    path.mkdir()
    (path / name).write_text("", encoding="utf-8")
    return path


def test_kinds_are_told_by_content_whatever_the_name(tmp_path: Path) -> None:
    sealed = tmp_path / "改了名.bin"
    sealed.write_bytes(b"WBXSEAL1....")
    assert recognised(sealed) == (own_files.ARCHIVE, sealed)
    archive = zipped(tmp_path / "归档.zip", "栖霞/bagit.txt", "栖霞/data/x")
    assert recognised(archive)[0] == own_files.ARCHIVE
    assert recognised(zipped(tmp_path / "a.wbx", "update.json", "update.sig"))[0] == own_files.UPDATE
    assert recognised(zipped(tmp_path / "b", "本单位资料.json"))[0] == own_files.DEFAULTS


def test_a_file_of_a_folder_stands_for_the_folder(tmp_path: Path) -> None:
    evaluation = folder_with(tmp_path / "评价", "evaluation.db")
    assert recognised(evaluation) == (own_files.EVALUATION, evaluation)
    assert recognised(evaluation / "evaluation.db") == (own_files.EVALUATION, evaluation)
    bag = folder_with(tmp_path / "归档", "bagit.txt")
    assert recognised(bag / "bagit.txt") == (own_files.ARCHIVE, bag)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path, "找不到“那个”"),
        (lambda path: path.write_bytes(b"PK\x03\x04 cut off") and path, "不是本程序能打开的文件"),
        (lambda path: zipped(path, "word/document.xml"), "不是本程序能打开的文件"),
        (lambda path: zipped(path, "a/b/bagit.txt"), "不是本程序能打开的文件"),
        (lambda path: path.mkdir() or path, "不是本程序能打开的文件"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(tmp_path: Path, make, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(WorkbenchError, match=words):
        recognised(make(tmp_path / "那个"))


def test_every_kind_that_the_system_opens_can_be_recognised() -> None:
    product = read_product(ROOT / "resources")
    assert {one.key for one in product.files} == {
        own_files.ARCHIVE,
        own_files.DEFAULTS,
        own_files.UPDATE,
    }
    assert len({one.suffix for one in product.files}) == len(product.files)
    assert json.dumps(product.title) == json.dumps("现场评价工作台")
