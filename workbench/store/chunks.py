"""Authenticated chunks: what both kinds of encrypted files consist of after their headers.

Each chunk is AES-256-GCM of :data:`CHUNK` bytes (the last one of what is left) and its 16-byte tag. The
nonce of a chunk is its number in 11 bytes and one byte that is 1 for the last chunk and 0 otherwise
(STREAM, Hoang et al. 2015): chunks can't be exchanged, left out or cut off. The key is used for one file only.
"""

from __future__ import annotations

import io
import os
from typing import Any, BinaryIO

CHUNK, TAG = 1 << 16, 16


def nonce_of(number: int, *, last: bool) -> bytes:
    """The nonce of a chunk, 12 bytes."""
    return number.to_bytes(11, "big") + bytes([last])


def derived(secret: bytes, salt: bytes | None, info: bytes, length: int = 32) -> bytes:
    """HKDF-SHA256 (RFC 5869) of a secret: ``length`` bytes for one use."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt, info).derive(secret)


def cipher_of(secret: bytes, salt: bytes | None, info: bytes) -> Any:
    """AES-256-GCM with a key derived for one use."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(derived(secret, salt, info))


class BadChunk(Exception):
    """A chunk is not what was written, or the file ends too soon; the message says where, in Chinese."""


class ChunkWriter(io.RawIOBase):
    """Encrypts what is written to it into ``file`` from where that is; :meth:`finish` writes the last chunk."""

    def __init__(self, file: BinaryIO, cipher: Any) -> None:
        super().__init__()
        self._file, self._number, self._pending = file, 0, bytearray()
        self._cipher = cipher

    def writable(self) -> bool:
        """Always; it can't be read or sought."""
        return True

    def write(self, data: Any, /) -> int:
        """Take all of ``data``."""
        view = memoryview(data).cast("B")
        self._pending += view
        while len(self._pending) > CHUNK:  # a full chunk waits: it may be the last
            self._put(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(view)

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(nonce_of(self._number, last=last), plain, None))
        self._number += 1

    def finish(self) -> None:
        """Write the last chunk; without it the file is no whole one."""
        self._put(bytes(self._pending), last=True)
        self._pending.clear()


class ChunkReader(io.RawIOBase):
    """What chunks hold, at any place; every chunk is authenticated before a byte of it is given."""

    _file: BinaryIO = io.BytesIO()
    """What :meth:`close` closes when the file could not even be opened."""

    def _begin(self, file: BinaryIO, start: int, cipher: Any, chunk: int = CHUNK) -> None:
        """Chunks of ``file`` begin at ``start``. Raises what :meth:`_damaged` gives when the end is not the end."""
        self._file, self._start, self._cipher, self._chunk = file, start, cipher, chunk
        size = os.fstat(file.fileno()).st_size
        found = plain_length(size - start, chunk)
        if found is None:
            raise self._damaged("文件不完整")
        self.length = found
        self._count = max(-(-(size - start) // (chunk + TAG)), 1)
        self._at, self._held, self._plain = 0, -1, b""
        self._load(self._count - 1)  # cut off or lengthened: said at once

    def _damaged(self, where: str) -> Exception:
        """The error of a file that is not what was written; ``where`` in Chinese."""
        return BadChunk(where)

    def _load(self, number: int) -> bytes:
        if number != self._held:
            from cryptography.exceptions import InvalidTag

            self._file.seek(self._start + number * (self._chunk + TAG))
            sealed = self._file.read(self._chunk + TAG)
            try:
                nonce = nonce_of(number, last=number == self._count - 1)
                self._plain = self._cipher.decrypt(nonce, sealed, None)
            except (InvalidTag, ValueError) as error:
                place = (
                    f"第 {number + 1} 段（共 {self._count} 段，约在第 {number * self._chunk / 1e6:.1f} MB）"
                )
                raise self._damaged(place) from error
            self._held = number
        return self._plain

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The place in what is inside."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.length}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Give all that is asked for, as far as there is so much: a zip is not read otherwise."""
        view = memoryview(buffer).cast("B")
        given = 0
        while given < len(view) and self._at < self.length:
            number, within = divmod(self._at, self._chunk)
            part = self._load(number)[within : within + len(view) - given]
            view[given : given + len(part)] = part
            self._at += len(part)
            given += len(part)
        return given

    def close(self) -> None:
        """Close the file; what was held in clear goes with it."""
        self._plain = b""
        self._file.close()
        super().close()


def plain_length(body: int, chunk: int = CHUNK) -> int | None:
    """How many bytes chunks of ``body`` bytes in all hold; nothing when chunks can't be that long."""
    count = max(-(-body // (chunk + TAG)), 1)
    rest = body - (count - 1) * (chunk + TAG) - TAG
    if rest < 0 or (rest == 0 and count > 1):
        return None
    return (count - 1) * chunk + rest
