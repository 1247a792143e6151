"""A file that only a password or the firm's recovery key opens: authenticated, streamed, read at any place.

Layout of a ``.wbx`` file, all numbers big-endian::

    8 bytes    "WBXSEAL1"
    4 bytes    length n of the header, at most 64 KiB
    n bytes    header: JSON in UTF-8, {"chunk", "content", "recipients"}
    32 bytes   SHA-256 of everything before: tells damage from a wrong password, proves nothing
    chunks     each AES-256-GCM of ``chunk`` bytes (the last one of what is left) and its 16-byte tag

A random content key of 32 bytes is wrapped once for each recipient, in base64 under ``key``:

* ``{"kind": "password", "salt", "n", "r", "p"}``: AES-256-GCM, nonce zero, associated data ``wbx password``,
  with the key that scrypt (RFC 7914) makes of the salt and the password (Unicode NFKC, UTF-8);
* ``{"kind": "firm", "id"}``: HPKE (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM and
  info ``wbx firm``, for the public key whose SHA-256 begins with ``id``.

The chunks are encrypted with HKDF-SHA256 of the content key, salted with that SHA-256 of the header, info
``wbx payload``; so no byte of the header can be changed. The nonce of a chunk is its number in 11 bytes and
one byte that is 1 for the last chunk and 0 otherwise (STREAM, Hoang et al. 2015): chunks can't be exchanged,
left out or cut off.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from workbench import files
from workbench.errors import WorkbenchError
from workbench.store.chunks import CHUNK, ChunkReader, ChunkWriter, cipher_of

SUFFIX = ".wbx"
SHORTEST_PASSWORD = 8
#: 128 MiB and about half a second for each guess, on a field laptop of 2020.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 17, 8, 1

_MAGIC, _PAYLOAD, _KEY = b"WBXSEAL1", b"wbx payload", 32
_LONGEST_HEADER, _MOST_RECIPIENTS = 1 << 16, 8
#: What a strange file may make this machine spend: at most 256 MiB for one password.
_COSTLIEST_N, _CHEAPEST_N = 1 << 18, 1 << 14
_LARGEST_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens a sealed file: a password, or the firm's private key of 32 bytes."""

    password: str = field(default="", repr=False)
    private: bytes = field(default=b"", repr=False)


def is_sealed(path: Path) -> bool:
    """Whether a file begins like a sealed one."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def demand_strong(password: str) -> None:
    """Refuse a password that is guessed too soon; raises :class:`WorkbenchError`."""
    if len(_normal(password)) < SHORTEST_PASSWORD:
        raise WorkbenchError(
            "short-password", f"密码至少 {SHORTEST_PASSWORD} 个字符。", "可用一句记得住的话，汉字也算。"
        )


def key_id(public: bytes) -> str:
    """The short name of a public key of 32 bytes, for people to compare."""
    return hashlib.sha256(public).hexdigest()[:16]


class SealedWriter(ChunkWriter):
    """Encrypts what is written to it into ``file``; :meth:`finish` writes the last chunk, not the file's end."""

    def __init__(self, file: BinaryIO, content: str, password: str = "", firm: bytes = b"") -> None:
        """``content`` says what is inside, ``firm`` is the firm's public key of 32 bytes.

        Raises :class:`WorkbenchError` for a weak password, or when neither is given.
        """
        recipients: list[dict[str, Any]] = []
        self.key = os.urandom(_KEY)
        if password:
            demand_strong(password)
            recipients.append(_for_password(self.key, password))
        if firm:
            recipients.append(_for_firm(self.key, firm))
        if not recipients:
            raise WorkbenchError("no-password", "没有设置密码。", "请填写密码。")
        header = json.dumps({"chunk": CHUNK, "content": content, "recipients": recipients}).encode()
        start = _MAGIC + len(header).to_bytes(4, "big") + header
        digest = hashlib.sha256(start).digest()
        super().__init__(file, cipher_of(self.key, digest, _PAYLOAD))
        file.write(start + digest)


class SealedReader(ChunkReader):
    """What is inside a sealed file, at any place; every chunk is authenticated before a byte of it is given."""

    def __init__(self, path: Path, opener: Opener | bytes) -> None:
        """``opener`` may be the content key itself. ``OSError`` passes.

        Raises :class:`WorkbenchError`: ``not-sealed``, ``sealed-damaged``, ``wrong-password``, ``wrong-key``.
        """
        super().__init__()
        self._path = path
        self._file = path.open("rb")
        try:
            header, digest, start = self._read_header()
            self.content = str(header.get("content", ""))
            key = opener if isinstance(opener, bytes) else self._unwrap(header, opener)
            self._begin(self._file, start, cipher_of(key, digest, _PAYLOAD), int(header["chunk"]))
        except BaseException:
            self._file.close()
            raise

    def _read_header(self) -> tuple[dict[str, Any], bytes, int]:
        start = self._file.read(len(_MAGIC) + 4)
        length = int.from_bytes(start[len(_MAGIC) :], "big")
        if not start.startswith(_MAGIC):
            raise WorkbenchError(
                "not-sealed", f"“{self._path.name}”不是本程序加密的文件。", "请检查选择的文件。"
            )
        header = self._file.read(min(length, _LONGEST_HEADER))
        digest = self._file.read(hashlib.sha256().digest_size)
        if length > _LONGEST_HEADER or digest != hashlib.sha256(start + header).digest():
            raise self._damaged("文件头")
        try:
            found = json.loads(header)
            chunk, recipients = found["chunk"], found["recipients"]
            known = isinstance(chunk, int) and isinstance(recipients, list)
        except (ValueError, RecursionError, TypeError, KeyError) as error:
            raise self._damaged("文件头") from error
        if not known or not 0 < chunk <= _LARGEST_CHUNK or len(recipients) > _MOST_RECIPIENTS:
            raise self._damaged("文件头")
        return found, digest, len(start) + len(header) + len(digest)

    def _unwrap(self, header: dict[str, Any], opener: Opener) -> bytes:
        for recipient in header["recipients"]:
            try:
                if recipient["kind"] == "password" and opener.password:
                    return _by_password(recipient, opener.password)
                if recipient["kind"] == "firm" and opener.private:
                    return _by_firm(recipient, opener.private)
            except _Refused:
                continue
            except (KeyError, TypeError, ValueError) as error:
                raise self._damaged("文件头") from error
        if opener.private:
            raise WorkbenchError(
                "wrong-key",
                f"这把机构恢复密钥打不开“{self._path.name}”。",
                "加密时设置的可能是另一把公钥，或没有设置公钥，请改用密码。",
            )
        raise WorkbenchError(
            "wrong-password",
            f"密码不对，打不开“{self._path.name}”。",
            "请检查大小写和输入法后重输；忘记密码请找保管机构恢复密钥的人。",
        )

    def _damaged(self, where: str) -> WorkbenchError:
        return WorkbenchError(
            "sealed-damaged",
            f"加密文件“{self._path.name}”已损坏或被改动：{where}。",
            "请用另一份，或请对方重新发送。",
        )


class _Refused(Exception):
    """This recipient's wrap does not open with what is at hand."""


def _normal(password: str) -> str:
    """Full-width letters of an input method count as the plain ones."""
    return unicodedata.normalize("NFKC", password)


def _password_cipher(password: str, salt: bytes, n: int, r: int, p: int) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    secret = Scrypt(salt=salt, length=_KEY, n=n, r=r, p=p).derive(
        _normal(password).encode("utf-8", "replace")
    )
    return AESGCM(secret)


def _for_password(key: bytes, password: str) -> dict[str, Any]:
    salt = os.urandom(16)
    cipher = _password_cipher(password, salt, SCRYPT_N, SCRYPT_R, SCRYPT_P)
    wrapped = cipher.encrypt(bytes(12), key, b"wbx password")
    return {
        "kind": "password",
        "salt": _text(salt),
        "n": SCRYPT_N,
        "r": SCRYPT_R,
        "p": SCRYPT_P,
        "key": _text(wrapped),
    }


def _by_password(recipient: dict[str, Any], password: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    n, r, p = recipient["n"], recipient["r"], recipient["p"]
    if not _CHEAPEST_N <= n <= _COSTLIEST_N or n & (n - 1) or (r, p) != (SCRYPT_R, SCRYPT_P):
        raise ValueError("a cost that this program does not spend")
    cipher = _password_cipher(password, _bytes(recipient["salt"]), n, r, p)
    try:
        return bytes(cipher.decrypt(bytes(12), _bytes(recipient["key"]), b"wbx password"))
    except InvalidTag as error:
        raise _Refused from error


def _hpke() -> Any:
    from cryptography.hazmat.primitives import hpke

    return hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def _for_firm(key: bytes, public: bytes) -> dict[str, Any]:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    whose = X25519PublicKey.from_public_bytes(public)
    return {"kind": "firm", "id": key_id(public), "key": _text(_hpke().encrypt(key, whose, b"wbx firm"))}


def _by_firm(recipient: dict[str, Any], private: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    whose = X25519PrivateKey.from_private_bytes(private)
    try:
        return bytes(_hpke().decrypt(_bytes(recipient["key"]), whose, b"wbx firm"))
    except InvalidTag as error:
        raise _Refused from error


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def seal(path: Path, content: str, plain: bytes, password: str) -> None:
    """Write a small sealed file, durable on return; ``OSError`` passes. Raises as :class:`SealedWriter`."""
    files.write_beside(path, sealed_bytes(content, plain, password))


def sealed_bytes(content: str, plain: bytes, password: str, firm: bytes = b"") -> bytes:
    """A small sealed file in memory. Raises as :class:`SealedWriter`."""
    whole = io.BytesIO()
    writer = SealedWriter(whole, content, password, firm)
    writer.write(plain)
    writer.finish()
    return whole.getvalue()


def new_key() -> tuple[bytes, bytes]:
    """A fresh pair of keys of the firm: private and public, 32 bytes each."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()
