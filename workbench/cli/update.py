"""The command that brings a newer version from a file, or goes back to the one before."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from workbench.cli.desk import Desk
from workbench.errors import WorkbenchError


def update(desk: Desk, words: Namespace) -> int:
    """Check a package and put it in force, only check it, or go back; say what came of it."""
    updating = desk.parts.updating
    if words.back:
        desk.say(updating.back().sentence)
        return 0
    if not words.file:
        raise WorkbenchError("no-file", "没有写更新包。", "请写更新包的文件，或用 --back 退回前一版本。")
    path = Path(words.file).expanduser().absolute()
    release = updating.read(path)
    desk.say(f"签名正确：{release.sentence()}")
    if not words.check:
        desk.say(updating.update(path).sentence)
    return 0
