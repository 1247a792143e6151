"""How this copy of the program came onto the machine, and which version of it counts."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: Moves everything that is written into one folder.
DATA_VARIABLE = "WORKBENCH_DATA"
#: Beside a program that is carried about: newer versions, each in a folder, and the file that names one.
VERSIONS, CURRENT = "versions", "current"
#: How a copy of the program came onto the machine.
SOURCE, FOLDER, DEB, SETUP = "source", "folder", "deb", "setup"
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){1,3}")


@dataclass(frozen=True, slots=True)
class Install:
    """This copy of the program: how it came here, its folder, version and the machine it is made for."""

    kind: str
    """:data:`SOURCE`, :data:`FOLDER` (unpacked somewhere), :data:`DEB` or :data:`SETUP`."""
    top: Path
    """The folder that was unpacked or installed; newer versions of an unpacked one lie below it."""
    version: str
    system: str
    """``linux`` or ``windows``."""
    machine: str
    """``x86_64`` or ``arm64``."""

    @property
    def executable(self) -> str:
        """The name of the program's file."""
        return "workbench.exe" if self.system == "windows" else "workbench"


#: A copy of which nothing is known; it can't be updated.
UNKNOWN = Install(SOURCE, Path(), "0.0", "", "")


def newer_program(own: Path, version: str) -> Path | None:
    """The program to start in place of ``own``: the newer version that an update has put beside it."""
    versions = own.parent / VERSIONS
    try:
        wanted = (versions / CURRENT).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    if not is_version(wanted) or version_key(wanted) <= version_key(version):
        return None
    newer = versions / wanted / own.name
    return newer if newer.is_file() else None


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for starting another copy of the program: without what the loader of this one has set."""
    clean = {key: value for key, value in environ.items() if not key.startswith("_PYI_")}
    if getattr(sys, "frozen", False):
        clean["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
        before = clean.pop("LD_LIBRARY_PATH_ORIG", None)
        clean.pop("LD_LIBRARY_PATH", None)
        if before is not None:
            clean["LD_LIBRARY_PATH"] = before
    return clean


def is_version(text: str) -> bool:
    """Whether a text is a version as this program writes it: numbers with points."""
    return _VERSION.fullmatch(text) is not None


def version_key(text: str) -> tuple[int, ...]:
    """What versions are ordered by."""
    return tuple(int(part) for part in text.split("."))
