"""The commands for what a firm has made its own: to one file, and in from one."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from workbench.cli.desk import Desk


def export(desk: Desk, words: Namespace) -> int:
    """Write everything of the firm's own to one file and say what is in it."""
    path = Path(words.file).expanduser().absolute()
    content = desk.parts.firm.export(path, words.firm)
    desk.say(*(f"{item.kind}　{item.title}" for item in content.items), *content.setting_lines, str(path))
    return 0


def take_in(desk: Desk, words: Namespace) -> int:
    """Say what a file brings and, unless it is a preview, take it in."""
    path = Path(words.file).expanduser().absolute()
    firm = desk.parts.firm
    content = firm.preview(path)
    desk.say(*map(str, content.items), *(f"设置　{line}" for line in content.setting_lines))
    if words.preview:
        desk.hint("预览，没有读入。")
        return 0
    desk.say(firm.take_in(path).sentence())
    return 0
