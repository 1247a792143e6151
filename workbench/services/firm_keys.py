"""The firm's recovery key: its public half goes into every sealed package, its private half lies in a safe."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from workbench import files
from workbench.errors import WorkbenchError
from workbench.store.sealed import Opener, SealedReader, demand_strong, key_id, new_key, seal

PRIVATE_FILE, PUBLIC_FILE = "机构恢复密钥-私钥.wbkey", "机构恢复密钥-公钥.txt"
_MARK, _CONTENT = "WBXPUB1-", "firm-key"
_SIZE, _CHECK = 32, 4


@dataclass(frozen=True, slots=True)
class FirmKey:
    """A new pair of keys: where both halves were written, the public one as a line of text, its short name."""

    private: Path
    public: Path
    line: str
    id: str


def make(folder: Path, password: str) -> FirmKey:
    """Make a pair of keys in a folder; nothing that is there is ever replaced.

    The private half is sealed with ``password``. Raises :class:`WorkbenchError`.
    """
    demand_strong(password)
    private, public = folder / PRIVATE_FILE, folder / PUBLIC_FILE
    for path in (private, public):
        if path.exists():
            raise WorkbenchError("exists", f"已有机构恢复密钥：{path}。", "旧密钥不覆盖，请另选一个文件夹。")
    secret, open_half = new_key()
    line = public_line(open_half)
    with files.told(folder, "写机构恢复密钥"):
        folder.mkdir(parents=True, exist_ok=True)
        seal(private, _CONTENT, secret, password)
        files.write_beside(public, f"{line}\n".encode())
    return FirmKey(private, public, line, key_id(open_half))


def public_line(public: bytes) -> str:
    """A public key as one line that is copied and pasted; a slip of a letter is noticed."""
    check = hashlib.sha256(public).digest()[:_CHECK]
    return _MARK + base64.urlsafe_b64encode(public + check).decode()


def read_public(line: str) -> bytes:
    """The public key of a line, nothing for an empty one; raises :class:`WorkbenchError` for any other text."""
    text = "".join(line.split())
    if not text:
        return b""
    try:
        whole = base64.b64decode(text.removeprefix(_MARK), altchars=b"-_", validate=True)
    except ValueError:
        whole = b""
    public, check = whole[:_SIZE], whole[_SIZE:]
    right = len(public) == _SIZE and check == hashlib.sha256(public).digest()[:_CHECK]
    if not text.startswith(_MARK) or not right:
        raise WorkbenchError(
            "bad-firm-key",
            "设置中的机构恢复公钥不完整。",
            f"请把“{PUBLIC_FILE}”里的一行完整粘贴到设置，或清空后再加密。",
        )
    return public


def read_private(path: Path, password: str) -> Opener:
    """What opens packages with the firm's private key; raises :class:`WorkbenchError`."""
    with files.told(path, "读取机构恢复密钥"), SealedReader(path, Opener(password)) as reader:
        secret = reader.read(_SIZE + 1)
        if reader.content != _CONTENT or secret is None or len(secret) != _SIZE:
            raise WorkbenchError(
                "not-firm-key", f"“{path.name}”不是机构恢复密钥的私钥。", f"请选择“{PRIVATE_FILE}”。"
            )
    return Opener(private=secret)
