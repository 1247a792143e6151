"""The vault: what goes in is whole, once, durable; what does not go in is said."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path
from unittest import mock

import pytest

from tests.helpers import ROOT
from workbench.errors import Fault
from workbench.store import incoming
from workbench.store.evidence import Damage, Vault
from workbench.store.incoming import Incoming, StoredFile


def silent(done: int, total: int, what: str) -> None:
    pass


class Stop(Exception):
    pass


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "评价 一" / "evidence")


def files_in(vault: Vault) -> list[str]:
    return sorted(str(p.relative_to(vault.folder)) for p in vault.folder.rglob("*") if p.is_file())


def stored(answer: StoredFile | Fault) -> StoredFile:
    assert isinstance(answer, StoredFile), answer
    return answer


def test_a_file_is_kept_under_its_content(vault: Vault, tmp_path: Path) -> None:
    source = tmp_path / "凭 证.pdf"
    source.write_bytes(b"%PDF-1.4\n" + b"x" * 700_000)
    answer = stored(vault.add(source, source.name, silent))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert answer == StoredFile(digest, 700_009, "application/pdf")
    assert files_in(vault) == [f"{digest[:2]}/{digest}.pdf"]
    assert vault.path_of(digest).read_bytes() == source.read_bytes()
    assert list(vault.contents()) == [digest]


def test_the_same_content_is_stored_once(vault: Vault) -> None:
    answers = vault.add_all([Incoming(b"same", "a.txt"), Incoming(b"same", "b.txt")], silent)
    assert [stored(a).duplicate for a in answers] == [False, True]
    assert stored(vault.add(b"same", "c.txt", silent)).duplicate
    assert len(files_in(vault)) == 1


def test_a_damaged_copy_is_set_aside_when_the_whole_one_comes_again(vault: Vault) -> None:
    answer = stored(vault.add(b"whole", "a.txt", silent))
    vault.path_of(answer.sha256).write_bytes(b"whOle")
    assert vault.verify([answer.sha256], silent) == [Damage(answer.sha256, missing=False)]
    assert not stored(vault.add(b"whole", "a.txt", silent)).duplicate
    assert vault.verify([answer.sha256], silent) == []
    assert [name for name in files_in(vault) if ".damaged-" in name]


def test_missing_and_changed_files_are_named(vault: Vault) -> None:
    one, two, three = (stored(vault.add(text, "x.txt", silent)) for text in (b"one", b"two", b"three"))
    vault.path_of(one.sha256).unlink()
    vault.path_of(two.sha256).write_bytes(b"twO")
    heard: list[tuple[int, int]] = []
    found = vault.verify(
        [one.sha256, two.sha256, three.sha256], lambda done, total, _: heard.append((done, total))
    )
    assert set(found) == {Damage(one.sha256, missing=True), Damage(two.sha256, missing=False)}
    assert heard[-1] == (8, 8)


def test_verifying_can_be_stopped(vault: Vault) -> None:
    answer = stored(vault.add(b"one", "x.txt", silent))
    with pytest.raises(Stop):
        vault.verify([answer.sha256], mock.Mock(side_effect=Stop))


def test_what_can_not_go_in_is_said_and_the_rest_goes_in(vault: Vault, tmp_path: Path) -> None:
    empty = tmp_path / "空.jpg"
    empty.touch()
    pipe = tmp_path / "管道"
    os.mkfifo(pipe)
    names = [empty, tmp_path / "没有.jpg", tmp_path, pipe, Path("bad\0name"), tmp_path / ("长" * 250)]
    answers = vault.add_all([*(Incoming(p, p.name) for p in names), Incoming(b"good", "好.txt")], silent)
    told = [str(answer) for answer in answers[:-1]]
    assert all(isinstance(answer, Fault) and answer.remedy for answer in answers[:-1]), told
    assert told[0] == "空.jpg：是空文件（0 字节），未存入。请检查原文件是否已传输完整。"
    assert "找不到" in told[1]
    assert "不是普通文件" in told[2]
    assert "不是普通文件" in told[3]
    assert "文件名或路径不合法" in told[4]
    assert stored(answers[-1]).size == 4
    assert len(files_in(vault)) == 1


@pytest.mark.parametrize(
    ("code", "words"), [(errno.EACCES, "没有读取权限"), (errno.EIO, "读写出错"), (errno.ENOSPC, "磁盘已满")]
)
def test_one_bad_file_does_not_stop_the_others(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    real = os.write

    def failing(handle: int, data: bytes) -> int:
        if bytes(data[:3]) == b"bad":
            raise OSError(code, os.strerror(code))
        return real(handle, data)

    monkeypatch.setattr(incoming.os, "write", failing)
    answers = vault.add_all(
        [Incoming(b"good", "1.txt"), Incoming(b"bad", "2.txt"), Incoming(b"fine", "3.txt")], silent
    )
    assert [type(a) for a in answers] == [StoredFile, Fault, StoredFile]
    assert words in str(answers[1])
    assert len(files_in(vault)) == 2


def test_a_disk_that_fails_at_the_barrier_stores_nothing_of_that_file(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "_sync_together", lambda _: False)
    monkeypatch.setattr(incoming.os, "fsync", mock.Mock(side_effect=OSError(errno.EIO, "I/O error")))
    answer = vault.add(b"data", "a.txt", silent)
    assert isinstance(answer, Fault)
    assert files_in(vault) == []


def test_a_vault_that_can_not_be_written_answers_every_file(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_bytes(b"in the way")
    answers = Vault(tmp_path / "evidence").add_all([Incoming(b"a", "a"), Incoming(b"b", "b")], silent)
    assert [type(answer) for answer in answers] == [Fault, Fault]


def test_a_kernel_that_will_not_copy_is_replaced_by_chunks(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(os.urandom(1_000_000))
    monkeypatch.setattr(incoming.os, "copy_file_range", mock.Mock(side_effect=OSError(errno.EXDEV, "")))
    answer = stored(vault.add(source, "a.bin", silent))
    assert vault.path_of(answer.sha256).read_bytes() == source.read_bytes()


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("calls", [1, 2, 3, 4, 5, 6])
def test_stopping_leaves_nothing_behind(
    vault: Vault, calls: int, together: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = stored(vault.add(b"was here", "old.txt", silent))
    monkeypatch.setattr(incoming, "_LISTEN_SECONDS", 10)  # one call of progress for each stage of a batch
    if not together:
        monkeypatch.setattr(incoming, "_sync_together", lambda _: False)
    progress = mock.Mock(side_effect=[None] * (calls - 1) + [Stop()])
    files = [Incoming(os.urandom(300_000), f"{n}.bin") for n in range(2 * incoming.BATCH)]
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(Stop):
        vault.add_all([Incoming(b"was here", "again.txt"), *files], progress)
    assert list(vault.contents()) == [kept.sha256]
    assert len(files_in(vault)) == 1
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_progress_counts_bytes_up_to_all_of_them(vault: Vault) -> None:
    heard: list[tuple[int, int]] = []
    vault.add_all(
        [Incoming(b"x" * 600_000, "a"), Incoming(b"y" * 5, "b")],
        lambda done, total, _: heard.append((done, total)),
    )
    assert heard[0] == (0, 600_005)
    assert heard[-1] == (600_005, 600_005)
    assert heard == sorted(heard)


def test_memory_does_not_grow_with_the_file(vault: Vault, tmp_path: Path) -> None:
    source = tmp_path / "big.bin"
    with source.open("wb") as file:
        file.truncate(200 << 20)
    tracemalloc.start()
    try:
        stored(vault.add(source, "big.bin", silent))
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


KILLED = """
import os, sys, signal
from pathlib import Path
from workbench.store import evidence, incoming
count = 0
point = int(sys.argv[2])
def counting(name):
    real = getattr(os, name)
    def call(*args, **kwargs):
        global count
        count += 1
        if count == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    setattr(os, name, call)
for name in ("open", "write", "fsync", "close"):
    counting(name)
real_rename = Path.rename
def rename(self, target):
    global count
    count += 1
    if count == point:
        os.kill(os.getpid(), signal.SIGKILL)
    return real_rename(self, target)
Path.rename = rename
vault = evidence.Vault(Path(sys.argv[1]))
files = [incoming.Incoming(bytes([n]) * 300_000, f"{n}.bin") for n in range(1, 4)]
vault.add_all(files, lambda *_: None)
print(count)
"""


def test_a_kill_at_any_call_leaves_only_whole_files(tmp_path: Path) -> None:
    def run(folder: Path, point: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(point)],
            cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    calls = int(run(tmp_path / "whole", 0).stdout)
    assert calls > 20
    for point in range(1, calls + 1, 3):
        vault = Vault(tmp_path / str(point))
        assert run(vault.folder, point).returncode == -signal.SIGKILL
        whole = list(vault.contents())
        assert vault.verify(whole, silent) == []
        vault.sweep()
        assert len(files_in(vault)) == len(whole), f"a half file stays visible after a kill at {point}"


def test_sweeping_takes_only_unfinished_copies(vault: Vault) -> None:
    answer = stored(vault.add(b"kept", "a.txt", silent))
    incoming = vault.folder / ".incoming"
    (incoming / "abc.part").write_bytes(b"half")
    (incoming / "somebody's note.txt").write_bytes(b"not ours")
    assert vault.sweep() == ["abc.part"]
    assert vault.path_of(answer.sha256) is not None
    assert (incoming / "somebody's note.txt").exists()


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "AB" * 32, "ab/../" + "c" * 58])
def test_only_a_hash_leads_to_a_file(vault: Vault, sha256: str) -> None:
    assert vault.path_of(sha256) is None


def test_a_large_file_is_hashed_while_it_grows(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "_FOLLOWED", 1000)
    monkeypatch.setattr(incoming, "_WINDOW", 70_000)
    for size in (1000, 70_000, 700_001):
        data = os.urandom(size)
        (tmp_path / "大.bin").write_bytes(data)
        answer = vault.add(tmp_path / "大.bin", "大.bin", silent)
        assert isinstance(answer, StoredFile)
        assert answer.sha256 == hashlib.sha256(data).hexdigest()


def test_a_large_file_that_the_kernel_will_not_copy_is_hashed_afterwards(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "_FOLLOWED", 1000)

    def refuses(*_: object) -> int:
        raise OSError(errno.EXDEV, "cross-device")

    monkeypatch.setattr(os, "copy_file_range", refuses, raising=False)
    data = os.urandom(300_000)
    (tmp_path / "大.bin").write_bytes(data)
    answer = vault.add(tmp_path / "大.bin", "大.bin", silent)
    assert isinstance(answer, StoredFile)
    assert answer.sha256 == hashlib.sha256(data).hexdigest()
