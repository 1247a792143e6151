"""Passwords on the command line: from a file, typed unseen, or a line of the input; never as an argument."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from pathlib import Path

from workbench import files
from workbench.errors import WorkbenchError
from workbench.services.archiving import Archiving
from workbench.store.sealed import Opener

#: The first line of a password file is read up to so many bytes.
_LONGEST = 4096


def typed(about: str, file: str, *, twice: bool = False) -> str:
    """A password: the first line of ``file``, or typed after ``about``, ``twice`` when it is a new one.

    Raises :class:`WorkbenchError` when the file can't be read or the two differ.
    """
    if file:
        path = Path(file).expanduser()
        with files.told(path, "读取密码文件"), path.open("rb") as opened:
            return opened.read(_LONGEST).decode("utf-8-sig", "replace").partition("\n")[0].rstrip("\r")
    if sys.stdin is None or not sys.stdin.isatty():
        return (sys.stdin.readline() if sys.stdin is not None else "").rstrip("\r\n")
    password = getpass.getpass(f"{about}：")
    if twice and getpass.getpass("再输一次：") != password:
        raise WorkbenchError("passwords-differ", "两次输入的密码不一致。", "请重新执行命令。")
    return password


def opener(path: Path, words: Namespace) -> Opener | None:
    """What opens the archive at ``path``; nothing for one that is not sealed."""
    if not Archiving.is_sealed(path):
        return None
    if words.firm_key:
        key = Path(words.firm_key).expanduser()
        return Archiving.opener(typed("机构恢复密钥的密码", words.password_file), key)
    return Archiving.opener(typed("归档包的密码", words.password_file))


def opening(password_file: str, firm_key: str) -> Opener:
    """What opens a locked evaluation: its password, or the firm's private key."""
    if firm_key:
        return Archiving.opener(typed("机构恢复密钥的密码", password_file), Path(firm_key).expanduser())
    return Archiving.opener(typed("评价的密码", password_file))
