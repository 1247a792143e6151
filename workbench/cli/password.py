"""The commands for the password of an evaluation: set it, change it, take it away."""

from __future__ import annotations

from argparse import Namespace

from workbench.cli.desk import Desk
from workbench.cli.passwords import typed
from workbench.errors import WorkbenchError


def set_password(desk: Desk, words: Namespace) -> int:
    """Encrypt an evaluation."""
    folder, passwords = desk.folder(words.folder), desk.parts.passwords
    if desk.parts.catalog.is_locked(folder):
        raise WorkbenchError(
            "has-password", f"评价“{folder.name}”已经设有密码。", "要换密码请用 password change。"
        )
    notices = passwords.lock(folder, _new(words))
    desk.hint(*notices)
    desk.say("已设密码，数据、佐证和备份都已加密。")
    if not passwords.has_firm_key:
        desk.hint("没有设置机构恢复公钥：忘记密码就再也打不开，请妥善保管密码。")
    return 0


def change_password(desk: Desk, words: Namespace) -> int:
    """Change the password of a locked evaluation."""
    folder = desk.unlocked(words.folder)
    desk.hint(*desk.parts.passwords.change(folder, _new(words)))
    desk.say("密码已改。")
    return 0


def remove_password(desk: Desk, words: Namespace) -> int:
    """Write a locked evaluation in clear again."""
    folder = desk.unlocked(words.folder)
    desk.hint(*desk.parts.passwords.unlock(folder))
    desk.say("密码已取消，数据、佐证和备份不再加密。")
    return 0


def _new(words: Namespace) -> str:
    return typed("新密码", words.new_password_file, twice=True)
