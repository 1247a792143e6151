"""A file that only the evaluation's own key opens: evidence, pictures of it, whatever may not lie in clear.

Layout, numbers big-endian::

    8 bytes    "WBXFILE1"
    16 bytes   salt
    64 bytes   AES-256-GCM of the label (48 bytes): SHA-256 of the plain content, extension padded with zeros;
               its associated data is "WBXFILE1"
    chunks     as in :mod:`workbench.store.chunks`

The key of label and chunks is HKDF-SHA256 of the evaluation's data key, salted with the salt, info ``wbx file``;
the nonce of the label is twelve bytes of 255. The name of a file of the vault is HMAC-SHA256 of the SHA-256 of its
content, so that nobody without the key learns whether a known document is in it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from workbench import files
from workbench.store.chunks import TAG, BadChunk, ChunkReader, ChunkWriter, cipher_of, derived, plain_length

SUFFIX = ".wbe"

_MAGIC, _INFO = b"WBXFILE1", b"wbx file"
_SALT, _SHA, _EXTENSION = 16, 32, 16
_LABEL = _SHA + _EXTENSION
_LABEL_NONCE = b"\xff" * 12
_HEADER = len(_MAGIC) + _SALT + _LABEL + TAG
#: A key is 32 random bytes.
KEY_BYTES = 32


@dataclass(frozen=True)
class DataKey:
    """The key of one evaluation's data; whoever has it reads everything. Never logged, never shown."""

    secret: bytes = field(repr=False)

    @staticmethod
    def fresh() -> DataKey:
        """A new random one."""
        return DataKey(os.urandom(KEY_BYTES))

    @cached_property
    def database(self) -> str:
        """The key of the database, as 64 hexadecimal digits."""
        return derived(self.secret, None, b"wbx database").hex()

    @cached_property
    def _names(self) -> bytes:
        return derived(self.secret, None, b"wbx names")

    def name_of(self, words: str) -> str:
        """What a file about ``words`` (such as a SHA-256) is called: 64 hexadecimal digits that tell nothing."""
        return hmac.digest(self._names, words.encode(), "sha256").hex()

    def cipher(self, salt: bytes) -> Any:
        """What encrypts one file."""
        return cipher_of(self.secret, salt, _INFO)


class LockedWriter(ChunkWriter):
    """Encrypts what is written to it into an empty file that can be sought; :meth:`complete` ends it."""

    def __init__(self, file: BinaryIO, key: DataKey) -> None:
        salt = os.urandom(_SALT)
        super().__init__(file, key.cipher(salt))
        file.write(_MAGIC + salt + bytes(_LABEL + TAG))
        self._sha256 = hashlib.sha256()
        self.length = 0

    def write(self, data: Any, /) -> int:
        """Take all of ``data``."""
        view = memoryview(data).cast("B")
        self._sha256.update(view)
        self.length += len(view)
        return super().write(view)

    def complete(self, extension: str = "") -> str:
        """Write the last chunk and the label; returns the SHA-256 of what is inside, in hex."""
        self.finish()
        label = self._sha256.digest() + extension.encode("ascii", "ignore")[:_EXTENSION].ljust(
            _EXTENSION, b"\0"
        )
        self._file.seek(len(_MAGIC) + _SALT)
        self._file.write(self._cipher.encrypt(_LABEL_NONCE, label, _MAGIC))
        return self._sha256.hexdigest()


class LockedReader(ChunkReader):
    """What is inside a locked file. ``OSError`` passes; :class:`BadChunk` when it is not what was written."""

    def __init__(self, path: Path, key: DataKey) -> None:
        super().__init__()
        self._file = path.open("rb")
        try:
            cipher, self.sha256, self.extension = _label(self._file, key)
            self._begin(self._file, _HEADER, cipher)
        except BaseException:
            self._file.close()
            raise


def _label(file: BinaryIO, key: DataKey) -> tuple[Any, str, str]:
    from cryptography.exceptions import InvalidTag

    head = file.read(_HEADER)
    if len(head) != _HEADER or not head.startswith(_MAGIC):
        raise BadChunk("文件头")
    cipher = key.cipher(head[len(_MAGIC) : len(_MAGIC) + _SALT])
    try:
        label = cipher.decrypt(_LABEL_NONCE, head[len(_MAGIC) + _SALT :], _MAGIC)
    except InvalidTag as error:
        raise BadChunk("文件头") from error
    return cipher, label[:_SHA].hex(), label[_SHA:].rstrip(b"\0").decode("ascii", "ignore")


def label_of(path: Path, key: DataKey) -> tuple[str, str]:
    """SHA-256 and extension of what is inside, by the header alone. Raises as :class:`LockedReader`."""
    with path.open("rb") as file:
        _, sha256, extension = _label(file, key)
    return sha256, extension


def length_of(path: Path) -> int:
    """How many bytes are inside, by the size of the file alone; -1 for a file that can't be whole."""
    found = plain_length(path.stat().st_size - _HEADER)
    return -1 if found is None else found


@dataclass(frozen=True, slots=True)
class LockedFile:
    """A locked file with its key, to be read like a path."""

    path: Path
    key: DataKey

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    def read_bytes(self) -> bytes:
        """All that is inside. Raises as :class:`LockedReader`, damage as :class:`OSError`."""
        try:
            with LockedReader(self.path, self.key) as reader:
                return reader.readall() or b""
        except BadChunk as error:
            raise OSError(f"{self.path.name}: {error}") from error


def write_locked(path: Path, plain: bytes, key: DataKey, *, durable: bool = True) -> None:
    """Put ``plain`` into a locked file, written beside and swapped in; ``OSError`` passes."""
    fresh = files.beside(path)
    try:
        with fresh.open("xb") as file:
            writer = LockedWriter(file, key)
            writer.write(plain)
            writer.complete()
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if durable:
            files.swap(fresh, path)
        else:
            fresh.replace(path)
    except BaseException:
        files.discard(fresh)
        raise
