"""A later start of the program gives its files to the window that is there, or keeps them."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing import connection
from pathlib import Path
from queue import Queue

import pytest

from tests.helpers import ROOT
from workbench.services import handover
from workbench.services.handover import Call, Listener, address_of, ring


@pytest.fixture
def address(tmp_path: Path) -> str:
    (tmp_path / "r").mkdir(mode=0o700)
    return address_of(tmp_path / "设置.json", {"XDG_RUNTIME_DIR": str(tmp_path / "r")})


@pytest.fixture
def heard(address: str) -> Iterator[Queue[Call]]:
    calls: Queue[Call] = Queue()
    listener = Listener(address, calls.put)
    assert listener.listening
    yield calls
    listener.close()
    assert not ring(address, []), "nobody listens any more"


def test_paths_and_the_right_to_come_to_the_front_arrive(heard: Queue[Call], address: str) -> None:
    assert ring(address, [Path("/评价/甲 乙.wbx"), Path("/b")], {"XDG_ACTIVATION_TOKEN": "t1", "HOME": "/"})
    call = heard.get(timeout=5)
    assert call.paths == (Path("/评价/甲 乙.wbx"), Path("/b"))
    assert call.tokens == {"XDG_ACTIVATION_TOKEN": "t1"}


def test_another_process_is_heard(heard: Queue[Call], address: str) -> None:
    call = "from workbench.services.handover import ring; from pathlib import Path; import sys; "
    call += "sys.exit(not ring(sys.argv[1], [Path(sys.argv[2])]))"
    done = subprocess.run(
        [sys.executable, "-c", call, address, "本单位.wbfirm"], cwd=ROOT, check=False, timeout=30
    )
    assert done.returncode == 0
    assert heard.get(timeout=5).paths == (ROOT / "本单位.wbfirm",)


def test_the_second_window_leaves_the_files_to_the_first(heard: Queue[Call], address: str) -> None:
    other: Queue[Call] = Queue()
    second = Listener(address, other.put)
    assert not second.listening
    assert ring(address, [Path("/a")])
    assert heard.get(timeout=5).paths == (Path("/a"),)
    second.close()
    assert ring(address, []), "closing the second does not silence the first"
    assert heard.get(timeout=5).paths == ()


def test_what_a_run_that_was_cut_off_left_behind_is_in_nobodys_way(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(address)
    assert Path(address).exists()
    assert not ring(address, [Path("/a")])
    calls: Queue[Call] = Queue()
    listener = Listener(address, calls.put)
    assert listener.listening
    listener.close()


def test_a_window_that_hangs_is_passed_over(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "_PATIENCE", 0.05)
    with connection.Listener(address):
        assert not ring(address, [Path("/a")])


@pytest.mark.parametrize("said", [b"", b"[]", b"{", b'{"open": 3}', b"\xff", b"[" * 5000, b'{"open": []}'])
def test_nonsense_is_not_heard(heard: Queue[Call], address: str, said: bytes) -> None:
    with connection.Client(address) as line:
        line.send_bytes(said)
        line.poll(5)
    assert ring(address, [Path("/danach")])
    assert heard.get(timeout=5).paths == (Path("/danach"),), "only what was meant"


def test_a_folder_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    shared = tmp_path / "r"
    shared.mkdir()
    shared.chmod(0o777)
    address = address_of(tmp_path / "设置.json", {"XDG_RUNTIME_DIR": str(shared)})
    assert not Listener(address, lambda _: None).listening
    assert not ring(address, [Path("/a")])


def test_copies_with_other_data_have_other_places(tmp_path: Path) -> None:
    usual = address_of(tmp_path / "a.json", {})
    assert usual != address_of(tmp_path / "b.json", {})
    assert len(address_of(Path("/" + "长" * 200) / "a.json", {"XDG_RUNTIME_DIR": "/run/user/1000"})) < 100


def test_the_listener_leaves_no_thread(address: str) -> None:
    listener = Listener(address, lambda _: None)
    listener.close()
    assert [one.join(5) for one in threading.enumerate() if one.name == "handover"] in ([], [None])
    assert not any(one.name == "handover" for one in threading.enumerate())
