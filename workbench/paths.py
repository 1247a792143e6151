"""Where forms, resources, data and logs live, from a source checkout and when frozen."""

from __future__ import annotations

import os
import platform
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from workbench.installs import DATA_VARIABLE, DEB, FOLDER, SETUP, SOURCE, VERSIONS, Install

DATA_FOLDER_NAME = "现场评价工作台"
PORTABLE_MARK = "portable"


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one run; ``forms`` and ``resources`` are only read, the others may not exist yet."""

    forms: Path
    resources: Path
    data: Path
    logs: Path
    cache: Path
    settings: Path
    """The file of the user's settings."""


def find_paths(environ: Mapping[str, str] = os.environ) -> Paths:
    """Find the folders of this run without creating any.

    ``WORKBENCH_DATA`` moves everything that is written into one folder of the user's choice, logs
    and cache included, so that a run from a stick leaves nothing on the machine. A frozen program
    with a file ``portable`` beside it does the same with a folder beside itself.
    """
    program = _program_folder()
    chosen = environ.get(DATA_VARIABLE, "").strip() or _portable_data()
    if chosen:
        data = Path(chosen).expanduser().absolute()
        logs, cache, settings = data / ".logs", data / ".cache", data / ".settings.json"
    else:
        data = platformdirs.user_documents_path() / DATA_FOLDER_NAME
        logs = platformdirs.user_log_path("workbench", appauthor=False)
        cache = platformdirs.user_cache_path("workbench", appauthor=False)
        settings = platformdirs.user_config_path("workbench", appauthor=False) / "settings.json"
    return Paths(program / "forms", program / "resources", data, logs, cache, settings)


def find_install() -> Install:
    """This copy of the program."""
    machine = {"amd64": "x86_64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine())
    system = "windows" if sys.platform == "win32" else "linux"
    if not getattr(sys, "frozen", False):
        return Install(SOURCE, _program_folder(), program_version(), system, machine)
    top = _top_folder()
    if (top / "uninstall.exe").is_file():
        kind = SETUP
    elif (top.parent / "info").is_file() and top.is_relative_to("/opt/apps"):
        kind = DEB
    else:
        kind = FOLDER
    return Install(kind, top, program_version(), system, machine)


def _top_folder() -> Path:
    """The folder of a frozen program; of a version that an update brought, the one it was brought to."""
    beside = Path(sys.executable).parent
    return beside.parents[1] if beside.parent.name == VERSIONS else beside


def _portable_data() -> str:
    """The data folder beside a program that is carried about; empty for one that is installed."""
    if getattr(sys, "frozen", False) and ((top := _top_folder()) / PORTABLE_MARK).is_file():
        return str(top / DATA_FOLDER_NAME)
    return ""


def program_version() -> str:
    """The version of the program, read from ``pyproject.toml``, which a frozen program carries along."""
    project = tomllib.loads((_program_folder() / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def _program_folder() -> Path:
    """The folder that holds ``forms`` and ``resources``: PyInstaller's, or the root of the checkout."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen)
    return Path(__file__).resolve().parent.parent
