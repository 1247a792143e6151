"""The password of an evaluation: what its data key is wrapped in, kept twice, and whether it is locked at all.

The data key (:class:`workbench.store.locked_file.DataKey`) lies in a small sealed file
(:mod:`workbench.store.sealed`), ``evaluation.key``, that the password or the firm's recovery key opens. It stands
beside the database and once more among the backups; without it and its second copy nothing can be read again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from workbench import files
from workbench.errors import WorkbenchError
from workbench.store import database
from workbench.store.creation import BACKUPS, DATABASE, EVIDENCE
from workbench.store.locked_file import KEY_BYTES, SUFFIX, DataKey
from workbench.store.sealed import Opener, SealedReader, sealed_bytes

KEY_FILE = "evaluation.key"
#: Stands in the folder while it is converted (:mod:`workbench.store.conversion`).
MARK = ".converting"
_CONTENT = "evaluation-key"
_UNREADABLE = {"sealed-damaged", "not-sealed"}


def is_locked(folder: Path) -> bool:
    """Whether an evaluation needs its key: there is a key file, and no conversion left its database in clear.

    The database itself is looked at only then: closing a file takes away the locks that this process has on it.
    """
    if not any(place.is_file() for place in key_places(folder)):
        return False
    if (folder / MARK).exists():
        with contextlib.suppress(OSError):
            return not database.is_plain(folder / DATABASE)
    return True


def key_places(folder: Path) -> tuple[Path, Path]:
    """Where the key file is, and where it is once more."""
    return folder / KEY_FILE, folder / BACKUPS / KEY_FILE


def locked_error(folder: Path) -> WorkbenchError:
    """Said to whoever opens a locked evaluation without its key."""
    return WorkbenchError("locked", f"评价“{folder.name}”设有密码。", "请输入密码后打开。")


def key_file(key: DataKey, password: str, firm: bytes = b"") -> bytes:
    """The content of a key file for a password and the firm's public key; raises :class:`WorkbenchError` for a weak one."""
    return sealed_bytes(_CONTENT, key.secret, password, firm)


def write_key_file(folder: Path, content: bytes) -> None:
    """Put a key file in both places, each whole or not at all, the one beside the database first. ``OSError`` passes."""
    for place in key_places(folder):
        place.parent.mkdir(exist_ok=True)
        files.write_beside(place, content)


def unlock(folder: Path, opener: Opener) -> DataKey:
    """The key of a locked evaluation; takes half a second.

    A key file that is lost or damaged is made again of its second copy. Raises :class:`WorkbenchError`:
    ``wrong-password``, ``wrong-key``, ``key-damaged``.
    """
    first, second = key_places(folder)
    with files.told(folder, "打开评价"):
        for place, other in ((first, second), (second, first)):
            if not place.is_file():
                continue
            try:
                key = _opened(place, opener, folder.name)
            except WorkbenchError as error:
                if error.code in _UNREADABLE:
                    continue
                raise
            _double(place, other)
            return key
    raise _key_lost(folder)


def _key_lost(folder: Path) -> WorkbenchError:
    return WorkbenchError(
        "key-damaged",
        f"评价“{folder.name}”的密码文件（{KEY_FILE}）已损坏或丢失，备份里的一份也不能用。",
        "请从第二份的位置取回这个文件；没有它，密码正确也打不开。",
    )


@contextlib.contextmanager
def doubting_key(folder: Path) -> Iterator[None]:
    """While an evaluation without a key file is opened: damage that is a lost key is said to be one.

    Its database is no plain one then, and something else of it is encrypted: evidence, the export log, a backup.
    """
    try:
        yield
    except database.Damaged as error:
        if is_locked(folder) or any(place.is_file() for place in key_places(folder)):
            raise
        with contextlib.suppress(OSError):
            if not database.is_plain(folder / DATABASE) and _encrypted_beside(folder):
                raise _key_lost(folder) from error
        raise


def _encrypted_beside(folder: Path) -> bool:
    if any(folder.glob(f"*{SUFFIX}")) or any((folder / EVIDENCE).glob(f"??/*{SUFFIX}")):
        return True
    copies = sorted((folder / BACKUPS).glob("*.db"))
    return bool(copies) and not any(database.is_plain(path) for path in copies)


def _opened(place: Path, opener: Opener, name: str) -> DataKey:
    try:
        with SealedReader(place, opener) as reader:
            secret = reader.read(KEY_BYTES + 1)
            ours = reader.content == _CONTENT and secret is not None and len(secret) == KEY_BYTES
    except WorkbenchError as error:
        if error.code == "wrong-password":
            raise WorkbenchError(
                error.code,
                f"密码不对，打不开评价“{name}”。",
                "请检查大小写和输入法后重输；忘记密码请找保管机构恢复密钥的人。",
            ) from error
        if error.code == "wrong-key":
            raise WorkbenchError(
                error.code,
                f"这把机构恢复密钥打不开评价“{name}”。",
                "设密码时设置的可能是另一把公钥，或没有设置公钥，请改用密码。",
            ) from error
        raise
    if secret is None or not ours:
        raise WorkbenchError("not-sealed", f"“{place.name}”不是评价的密码文件。")
    return DataKey(secret)


def _double(place: Path, other: Path) -> None:
    """Both places hold the same; a disk that refuses is tried again at the next opening."""
    with contextlib.suppress(OSError):
        content = place.read_bytes()
        if not other.is_file() or other.read_bytes() != content:
            other.parent.mkdir(exist_ok=True)
            files.write_beside(other, content)


def double_key_file(folder: Path) -> None:
    """See to it that the key file stands among the backups too."""
    first, second = key_places(folder)
    if first.is_file():
        _double(first, second)


def copy_key_file(folder: Path, other: Path) -> None:
    """Give another folder the key file of an evaluation, in both places. ``OSError`` passes."""
    place = next(place for place in key_places(folder) if place.is_file())
    write_key_file(other, place.read_bytes())
