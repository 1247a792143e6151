"""What the set-up script says on machines where it may not install anything itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.helpers import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a POSIX shell script")
TOOLS = ("sh", "dirname", "cmp", "cp", "rm")
ASKED = "缺少系统软件包，请管理员执行： sudo apt-get install -y --no-install-recommends"


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A checkout, in a path with Chinese and a space, and a ``bin`` that has next to nothing."""
    checkout = tmp_path / "现场 评价"
    (checkout / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "setup.sh", checkout / "tools")
    shutil.copytree(ROOT / "workbench", checkout / "workbench", ignore=shutil.ignore_patterns("__pycache__"))
    for lock in ROOT.glob("requirements*.lock.txt"):
        shutil.copy(lock, checkout)
    (checkout / "bin").mkdir()
    for tool in TOOLS:
        (checkout / "bin" / tool).symlink_to(str(shutil.which(tool)))
    _write(checkout / "bin" / "id", "echo 1000")  # not root
    return checkout


def _write(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def _set_up(checkout: Path, word: str) -> tuple[int, str]:
    run = subprocess.run(
        [str(checkout / "tools" / "setup.sh"), word],
        env={"PATH": str(checkout / "bin"), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.stdout == ""
    return run.returncode, run.stderr


def test_without_python_one_line_names_it(bare_machine: Path) -> None:
    assert _set_up(bare_machine, "run") == (
        3,
        f"{ASKED} python3 python3-venv\n",
    )


def test_everything_missing_is_named_at_once(bare_machine: Path) -> None:
    _write(
        bare_machine / "bin" / "python3",
        'case "$*" in *ensurepip*) exit 1;; *preflight*) echo libgl1 libegl1; exit 3;; esac',
    )
    assert _set_up(bare_machine, "test") == (
        3,
        f"{ASKED} python3 python3-venv libgl1 libegl1\n",
    )


def test_a_python_that_does_not_fit_is_not_used(bare_machine: Path) -> None:
    _write(bare_machine / "bin" / "python3", 'case "$*" in *version_info*) exit 1;; esac')
    code, said = _set_up(bare_machine, "run")
    assert code == 3
    assert said.endswith("python3 python3-venv\n")


def test_a_failed_download_leaves_nothing_that_looks_ready(bare_machine: Path) -> None:
    _write(bare_machine / "bin" / "python3.11", "exit 0")
    code, said = _set_up(bare_machine, "run")
    assert code == 4
    assert said.endswith("依赖没有装全，原因见上；请检查网络或软件源设置后重试。\n")
    assert not (bare_machine / ".venv" / ".installed-run").exists()


def test_a_second_time_nothing_is_done(bare_machine: Path) -> None:
    (bare_machine / ".venv" / "bin").mkdir(parents=True)
    _write(bare_machine / ".venv" / "bin" / "python", "exit 0")
    shutil.copy(bare_machine / "requirements.lock.txt", bare_machine / ".venv" / ".installed-run")
    assert _set_up(bare_machine, "run") == (0, "")


def test_a_wrong_word_is_refused(bare_machine: Path) -> None:
    assert _set_up(bare_machine, "") == (2, "用法：tools/setup.sh run|test\n")
