"""Where a firm's own checks lie: ``own_checks/*.toml`` in the data folder, and beside the profiles."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbench.domain.own_checks import OwnCheck, OwnChecks, read_own_checks
from workbench.errors import Fault

FOLDER = "own_checks"
#: Larger files are none of ours.
_MOST_BYTES = 1_000_000


def own_check_folders(resources: Path, data: Path) -> tuple[Path, ...]:
    """The folders that are looked at, in this order."""
    return (resources / "profiles" / FOLDER, data / FOLDER)


def load_own_checks(folders: Iterable[Path]) -> OwnChecks:
    """Every check of every file, by name of file; what can't be used is told, never raised."""
    checks: list[OwnCheck] = []
    faults: list[Fault] = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                if path.stat().st_size > _MOST_BYTES:
                    faults.append(Fault(path.name, "文件太大，没有读取。", "核验文件不应超过 1 MB。"))
                    continue
                text = path.read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError):
                faults.append(Fault(path.name, "不能读取。", "请检查文件权限，并以 UTF-8 编码保存。"))
                continue
            found = read_own_checks(text, path.name, [check.code for check in checks])
            checks += found.checks
            faults += found.faults
    return OwnChecks(tuple(checks), tuple(faults))
