"""Updating from a file: nobody's package is taken, nothing untried counts, there is a way back."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.helpers import ROOT
from workbench.errors import WorkbenchError
from workbench.installs import DEB, FOLDER, SETUP, SOURCE, Install, clean_environment, newer_program
from workbench.services.updating import PAGE, SIGNATURE, Updating

_spec = importlib.util.spec_from_file_location("make_update", ROOT / "tools" / "make_update.py")
assert _spec is not None
assert _spec.loader is not None
make_update = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_update)

KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"2" * 32)


class Machine:
    """An unpacked program of version 1.1.0 below ``tmp_path``, and packages for it."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.top = room / "现场 评价工作台"
        self.top.mkdir()
        (self.top / "portable").touch()
        keys = room / "resources" / "update_keys"
        keys.mkdir(parents=True)
        (keys / "release.pub").write_text(make_update.public_text(KEY), "ascii")
        self.install = Install(FOLDER, self.top, "1.1.0", "linux", "x86_64")
        self.calls: list[tuple[list[str], dict[str, str]]] = []
        self.code = 0

    def _run(self, call: Sequence[str], environ: dict[str, str]) -> int:
        self.calls.append((list(call), environ))
        return self.code

    def updating(self, **differing: str) -> Updating:
        install = replace(self.install, **differing)
        return Updating(install, self.room / "resources", self.room / "cache", run=self._run, start=self._run)

    def archive(self, version: str) -> Path:
        path = self.room / f"程序-{version}.tar.xz"
        program = self.room / f"程序-{version}"
        if path.exists():
            return path
        (program / "_internal").mkdir(parents=True)
        (program / "workbench").write_text(f"#!/bin/sh\necho {version}\n", "utf-8")
        (program / "workbench").chmod(0o755)
        (program / "_internal" / "lib.so").symlink_to("lib.so.1")
        with tarfile.open(path, "w:xz") as archive:
            archive.add(program, program.name)
        return path

    def package(
        self,
        version: str = "1.2.0",
        key: Ed25519PrivateKey = KEY,
        *,
        payload: Path | None = None,
        **said: str,
    ) -> Path:
        path = self.room / f"{version}.update"
        page = {"version": version, "system": "linux", "machine": "x86_64", "kind": FOLDER, **said}
        make_update.pack(key, payload or self.archive(version), path, **page)
        return path

    def rewritten(self, change: Callable[[str, bytes], bytes]) -> Path:
        path = self.room / "改过.update"
        with zipfile.ZipFile(self.package()) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                new.writestr(name, change(name, old.read(name)))
        return path

    def versions(self) -> list[str]:
        folder = self.top / "versions"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def current(self) -> str:
        return (self.top / "versions" / "current").read_text("ascii").strip()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_signed_version_counts_once_it_has_tested_itself(machine: Machine) -> None:
    said: list[str] = []
    done = machine.updating().update(
        machine.package(notes="改进导出"), lambda _d, _t, what: said.append(what)
    )
    assert done.close
    assert "1.1.0 保留着" in done.sentence
    assert said[0] == "核对更新包"
    assert said[-1] == "新版本自检"
    assert machine.versions() == ["1.2.0", "current"]
    assert machine.current() == "1.2.0"
    program = machine.top / "versions" / "1.2.0" / "workbench"
    assert os.access(program, os.X_OK)
    assert (program.parent / "_internal" / "lib.so").is_symlink()
    [(call, environ)] = machine.calls
    assert call[1] == "--self-test"
    assert call[0] != str(program), "it was tried before it had its place"
    assert not Path(environ["WORKBENCH_DATA"]).exists(), "the data of the self-test is gone"
    assert (
        machine.updating().read(machine.package("1.3.0", notes="改进导出")).sentence().endswith("：改进导出")
    )


@pytest.mark.parametrize(
    ("differing", "said"),
    [
        ({"system": "windows"}, "不适用于这台机器"),
        ({"machine": "arm64"}, "不适用于这台机器"),
        ({"kind": DEB}, "不适用于这台机器"),
        ({"kind": SOURCE}, "从源代码运行"),
        ({"version": "1.2.0"}, "不必更新"),
        ({"version": "1.10.0"}, "不必更新"),
    ],
)
def test_a_package_for_others_is_refused(machine: Machine, differing: dict[str, str], said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        machine.updating(**differing).update(machine.package())
    assert (machine.calls, machine.versions()) == ([], [])


def test_nobody_elses_signature_counts(machine: Machine) -> None:
    with pytest.raises(WorkbenchError, match="签名不对"):
        machine.updating().update(machine.package(key=STRANGER))
    altered = machine.rewritten(lambda name, data: data.replace(b"1.2.0", b"1.9.0") if name == PAGE else data)
    with pytest.raises(WorkbenchError, match="签名不对"):
        machine.updating().update(altered)
    cut = machine.rewritten(lambda name, data: data[:-1] if name == SIGNATURE else data)
    with pytest.raises(WorkbenchError, match="签名不对"):
        machine.updating().update(cut)
    (machine.room / "resources" / "update_keys" / "release.pub").unlink()
    with pytest.raises(WorkbenchError, match="没有内置"):
        machine.updating().update(machine.package("1.2.1"))
    assert (machine.calls, machine.versions()) == ([], [])


def test_a_second_key_counts_while_keys_are_changed(machine: Machine) -> None:
    keys = machine.room / "resources" / "update_keys"
    (keys / "next.pub").write_text(make_update.public_text(STRANGER), "ascii")
    assert machine.updating().update(machine.package(key=STRANGER)).close


def test_an_altered_payload_is_refused(machine: Machine) -> None:
    changed = machine.rewritten(
        lambda name, data: data[:-1] + b"!" if name not in {PAGE, SIGNATURE} else data
    )
    with pytest.raises(WorkbenchError, match="与签名不符"):
        machine.updating().update(changed)
    cut = machine.room / "断.update"
    cut.write_bytes(machine.package("1.2.1").read_bytes()[:-40])
    with pytest.raises(WorkbenchError, match="不是完整的更新包"):
        machine.updating().update(cut)
    assert machine.calls == []
    assert machine.versions() == []


def test_a_version_that_fails_its_self_test_leaves_everything_as_it_was(machine: Machine) -> None:
    machine.code = 1
    with pytest.raises(WorkbenchError, match="没有通过自检"):
        machine.updating().update(machine.package())
    assert machine.versions() == []
    assert newer(machine, "1.1.0") is None


def test_a_package_without_a_program_is_refused(machine: Machine) -> None:
    empty = machine.room / "空.tar.xz"
    with tarfile.open(empty, "w:xz"):
        pass
    with pytest.raises(WorkbenchError, match="没有程序"):
        machine.updating().update(machine.package(payload=empty))
    assert machine.versions() == []


def newer(machine: Machine, version: str, program: Path | None = None) -> Path | None:
    """What the program in the top folder, or another one, would start instead of itself."""
    return newer_program(program or machine.top / "workbench", version)


def test_the_newest_is_started_and_one_step_leads_back(machine: Machine) -> None:
    machine.updating().update(machine.package("1.2.0"))
    second = machine.top / "versions" / "1.2.0" / "workbench"
    assert newer(machine, "1.1.0") == second
    assert newer(machine, "1.2.0") is None, "a newer archive unpacked over it counts by itself"
    assert newer(machine, "1.2.0", second) is None, "the new version starts nothing else"

    machine.updating(version="1.2.0").update(machine.package("1.10.0"))
    assert newer(machine, "1.1.0") == machine.top / "versions" / "1.10.0" / "workbench"
    assert machine.versions() == ["1.10.0", "1.2.0", "current"]
    assert "1.2.0" in machine.updating(version="1.10.0").back().sentence
    assert newer(machine, "1.1.0") == second
    assert "最初" in machine.updating(version="1.2.0").back().sentence
    assert newer(machine, "1.1.0") is None
    with pytest.raises(WorkbenchError, match="没有更早的版本"):
        machine.updating().back()

    machine.updating().update(machine.package("1.11.0"))
    assert machine.versions() == ["1.11.0", "current"], "what nothing leads back to is gone"


@pytest.mark.parametrize("text", ["", "../../别处", "0.2", "1.9.9", "新"])
def test_a_pointer_that_leads_nowhere_is_not_followed(machine: Machine, text: str) -> None:
    (machine.top / "versions" / "1.9.9").mkdir(parents=True)
    (machine.top / "versions" / "current").write_text(text, "utf-8")
    assert newer(machine, "1.1.0") is None


def deb_with(room: Path, script: str) -> Path:
    tree = room / "deb"
    program = tree / "opt" / "apps" / "org.workbench.evaluation" / "files" / "workbench"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    (tree / "DEBIAN").mkdir(exist_ok=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: w\nVersion: 1.2.0\nArchitecture: amd64\nMaintainer: w <w@localhost>\nDescription: w\n",
        "utf-8",
    )
    deb = room / "w.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-b", str(tree), str(deb)], check=True, capture_output=True
    )
    return deb


def test_a_deb_is_tried_and_left_to_the_administrator(machine: Machine) -> None:
    install = replace(machine.install, kind=DEB)
    updating = Updating(install, machine.room / "resources", machine.room / "cache")
    broken = machine.package(payload=deb_with(machine.room, "exit 3"), kind=DEB)
    with pytest.raises(WorkbenchError, match="没有通过自检（退出码 3）"):
        updating.update(broken)
    deb = deb_with(machine.room, 'test "$1" = --self-test')
    done = updating.update(machine.package(payload=deb, kind=DEB))
    kept = machine.room / "cache" / "updates" / "payload.deb"
    assert f"已通过自检。安装需要管理员权限，请在终端执行： sudo apt-get install -y {kept}" in done.sentence
    assert not done.close
    assert kept.read_bytes() == deb.read_bytes()
    with pytest.raises(WorkbenchError, match="重新安装旧版本"):
        updating.back()


def test_the_installer_of_windows_is_started(machine: Machine) -> None:
    setup = machine.room / "setup.exe"
    setup.write_bytes(b"MZ")
    package = machine.package(payload=setup, kind=SETUP, system="windows")
    done = machine.updating(kind=SETUP, system="windows").update(package)
    assert done.close
    assert [call for call, _ in machine.calls] == [[str(machine.room / "cache" / "updates" / "payload.exe")]]


def test_the_next_copy_gets_none_of_what_the_loader_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"_PYI_X": "1", "LD_LIBRARY_PATH": "/inside", "LD_LIBRARY_PATH_ORIG": "/before", "A": "b"}
    assert clean_environment({"LD_LIBRARY_PATH": "/own"}) == {"LD_LIBRARY_PATH": "/own"}
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert clean_environment(environ) == {
        "A": "b",
        "LD_LIBRARY_PATH": "/before",
        "PYINSTALLER_RESET_ENVIRONMENT": "1",
    }


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "release.pem"
    assert make_update.main(["keys", str(path)]) == 0
    assert path.stat().st_mode & 0o077 == 0
    assert make_update.main(["public", str(path), str(tmp_path / "release.pub")]) == 0
    text = (tmp_path / "release.pub").read_text("ascii")
    assert text == make_update.public_text(make_update.load_key(path))
    assert len(bytes.fromhex(text)) == 32
    with pytest.raises(FileExistsError):
        make_update.main(["keys", str(path)])


def test_a_page_that_was_signed_by_mistake_is_refused(machine: Machine) -> None:
    for said in ({"format": 2}, {"format": 1, "version": "../x"}, {"format": 1}):
        page = json.dumps(said).encode()
        path = machine.room / "x.update"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(PAGE, page)
            archive.writestr(SIGNATURE, KEY.sign(page))
        with pytest.raises(WorkbenchError, match=r"读不懂|格式比这一版程序新"):
            machine.updating().read(path)
