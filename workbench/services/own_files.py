"""What a file or folder is that somebody asks the program to open: told by what is in it, not by its name."""

from __future__ import annotations

import zipfile
from pathlib import Path

from workbench import files
from workbench.errors import WorkbenchError
from workbench.services import firm_defaults, updating
from workbench.store.creation import DATABASE
from workbench.store.sealed import is_sealed

#: What can be opened.
EVALUATION, ARCHIVE, DEFAULTS, UPDATE = "evaluation", "archive", "defaults", "update"
_BAG = "bagit.txt"


def recognised(path: Path) -> tuple[str, Path]:
    """What lies at a path, and the path to open it by (a folder where a file of it was named).

    Raises :class:`WorkbenchError` when nothing is there or it is nothing of this program's.
    """
    if path.name in {DATABASE, _BAG} and path.is_file():
        path = path.parent
    with files.told(path, "打开文件"):
        if path.is_dir():
            if (path / DATABASE).is_file():
                return EVALUATION, path
            if (path / _BAG).is_file():
                return ARCHIVE, path
        elif not path.exists():
            raise WorkbenchError("no-such-file", f"找不到“{path.name}”。", "请检查路径，或重新插好 U 盘。")
        elif is_sealed(path):
            return ARCHIVE, path
        elif kind := _kind_of_zip(path):
            return kind, path
    raise WorkbenchError(
        "not-own",
        f"“{path.name}”不是本程序能打开的文件。",
        "能打开的是评价文件夹、归档包、本单位资料和更新包。",
    )


def _kind_of_zip(path: Path) -> str:
    """By the page that each kind of package carries; empty when it carries none."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError):
        return ""
    if updating.PAGE in names:
        return UPDATE
    if firm_defaults.PAGE in names:
        return DEFAULTS
    return ARCHIVE if any(name.rpartition("/")[2] == _BAG and name.count("/") <= 1 for name in names) else ""
