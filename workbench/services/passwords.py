"""Set, change and take away the password of an evaluation that is not open."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from workbench import files
from workbench.errors import WorkbenchError
from workbench.services.album import FOLDER, Album
from workbench.services.catalog import Catalog
from workbench.services.firm_keys import read_public
from workbench.services.jobs import Progress, silent
from workbench.store import conversion
from workbench.store.creation import EVIDENCE
from workbench.store.evidence import Vault
from workbench.store.locked_file import DataKey
from workbench.store.locking import key_file, locked_error, write_key_file
from workbench.store.sealed import demand_strong

#: What is said of what stays in clear.
_EXPORTED = "评价文件夹里还有 {} 个没有加密的文件（如导出的报告），请自行移走或删除。"
_OWN = frozenset({"evidence", "backups"})


class Passwords:
    """Each of these may run in any thread, while the evaluation is open nowhere.

    They return what the person should hear. They raise :class:`WorkbenchError`, or what ``progress`` raises; the
    evaluation then is as it was.
    """

    def __init__(self, catalog: Catalog, cache: Path, firm_key: Callable[[], str]) -> None:
        """``cache`` holds drawn pictures, ``firm_key`` is the line of the firm's public key."""
        self._catalog = catalog
        self._cache = cache
        self._firm_key = firm_key

    @property
    def has_firm_key(self) -> bool:
        """Whether the firm can open what gets a password now."""
        return bool(self._firm_key().strip())

    def check(self, password: str, again: str) -> None:
        """Refuse a new password that is too short or was typed differently; raises :class:`WorkbenchError`."""
        demand_strong(password)
        if password != again:
            raise WorkbenchError("passwords-differ", "两次输入的密码不一致。", "请重新输入。")

    def lock(self, folder: Path, password: str, progress: Progress = silent) -> list[str]:
        """Encrypt an evaluation in clear; its key is held afterwards, so that it can be opened."""
        demand_strong(password)
        firm = read_public(self._firm_key())
        if self._catalog.is_locked(folder):
            raise WorkbenchError(
                "has-password", f"评价“{folder.name}”已经设有密码。", "要换密码请用“改密码”。"
            )
        progress(0, 0, "正在核对评价")
        self._catalog.open(folder).close()  # whole, of the newest form, with a backup
        contents = set(Vault(folder / EVIDENCE).contents())
        key = DataKey.fresh()
        notices = conversion.lock(folder, key, key_file(key, password, firm), progress)
        self._catalog.hold(folder, key)
        self._forget_pictures(contents)
        plain = self._in_clear(folder)
        return [*notices, *([_EXPORTED.format(plain)] if plain else [])]

    def change(self, folder: Path, password: str) -> list[str]:
        """Wrap the key of an evaluation, which must be held, in another password; its data is not written again."""
        demand_strong(password)
        firm = read_public(self._firm_key())
        key = self._held(folder)
        with files.told(folder, "改密码"):
            write_key_file(folder, key_file(key, password, firm))
        return []

    def unlock(self, folder: Path, progress: Progress = silent) -> list[str]:
        """Write an evaluation, whose key must be held, in clear again."""
        notices = conversion.unlock(folder, self._held(folder), progress)
        self._catalog.forget(folder)
        return notices

    def _held(self, folder: Path) -> DataKey:
        if not self._catalog.is_locked(folder):
            raise WorkbenchError("no-password", f"评价“{folder.name}”没有设密码。")
        key = self._catalog.key_of(folder)
        if key is None:
            raise locked_error(folder)
        return key

    def _forget_pictures(self, contents: set[str]) -> None:
        """What was drawn of the evidence goes from the cache."""
        Album(self._cache / FOLDER, None).forget(contents)
        shutil.rmtree(self._cache / "预览", ignore_errors=True)

    @staticmethod
    def _in_clear(folder: Path) -> int:
        """Files of the person's own in the evaluation's folder."""
        return sum(
            1
            for path in folder.rglob("*")
            if path.is_file() and path.parent != folder and path.relative_to(folder).parts[0] not in _OWN
        )
