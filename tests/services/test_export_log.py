"""The list of what was handed out: whole lines, whatever the disk or a stranger does to the file."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.services.export_log import FILE, ExportLog

AT = datetime(2022, 11, 14, 9, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "报告.pdf"
    path.write_bytes(b"%PDF")
    return path


def noted(log: ExportLog, file: Path, total: str = "92.31") -> None:
    log.add(file, "report", by="甲", at=AT, total=total)


def test_a_line_that_the_disk_takes_in_pieces_is_whole(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:7]))
    log = ExportLog(tmp_path)
    noted(log, file)
    noted(log, file, "90")
    assert [line.total for line in log.listed()] == ["90", "92.31"]


def test_a_line_that_the_disk_takes_in_part_is_told_and_taken_back(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = ExportLog(tmp_path)
    noted(log, file)
    before = (tmp_path / FILE).read_bytes()
    write, tries = os.write, iter((9,))

    def short(handle: int, data: bytes) -> int:
        for room in tries:
            return write(handle, bytes(data)[:room])
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", short)
        with pytest.raises(WorkbenchError, match="磁盘已满"):
            noted(log, file, "1")
    assert (tmp_path / FILE).read_bytes() == before
    noted(log, file, "2")
    assert [line.total for line in log.listed()] == ["2", "92.31"]


@pytest.mark.parametrize(
    "line", ["", "[" * 9000, "{", "[]", '{"at": 1}', "\x00", '{"at":1,"by":2,"kind":3}'], ids=len
)
def test_lines_that_are_none_are_passed_over(file: Path, tmp_path: Path, line: str) -> None:
    log = ExportLog(tmp_path)
    noted(log, file)
    with (tmp_path / FILE).open("a", encoding="utf-8") as added:
        added.write(line)
    noted(log, file, "2")
    assert [one.total for one in log.listed()] == ["2", "92.31"]


def test_a_line_with_a_text_for_a_size_is_none(file: Path, tmp_path: Path) -> None:
    log = ExportLog(tmp_path)
    noted(log, file)
    path = tmp_path / FILE
    path.write_text(path.read_text("utf-8").replace('"size": 4', '"size": "4"'), "utf-8")
    assert log.listed() == []
