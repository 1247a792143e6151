"""Zip packages as lists of parts: taken apart, written quickly, and flat as one run of bytes."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO

Parts = Sequence[tuple[str, bytes]]

_LOCAL = struct.Struct("<4s5H3I2H")
_LISTED = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_TIME, _DAY = 9 << 11, (42 << 9) | (11 << 5) | 14
_UTF8 = 0x800
#: Stands before each name and each content of a flat package.
_NAME, _CONTENT = b"\n\0NAME ", b"\0\n"


def zipped(parts: Parts) -> bytes:
    """The parts stored in one package; ten times as quick as the library, which tests ask to agree."""
    out, listed = bytearray(), bytearray()
    for name, content in parts:
        raw = (name or "x").encode("utf-8", "replace")[:0xFFFF]
        check, size, place = zlib.crc32(content), len(content), len(out)
        out += _LOCAL.pack(b"PK\3\4", 20, _UTF8, 0, _TIME, _DAY, check, size, size, len(raw), 0)
        out += raw
        out += content
        listed += _LISTED.pack(
            *(b"PK\1\2", 20, 20, _UTF8, 0, _TIME, _DAY, check, size, size, len(raw), 0, 0, 0, 0, 0, place)
        )
        listed += raw
    count = min(len(parts), 0xFFFF)
    return bytes(out + listed + _END.pack(b"PK\5\6", 0, 0, count, count, len(listed), len(out), 0))


@lru_cache(maxsize=16)
def parts_of(package: bytes) -> tuple[tuple[str, bytes], ...]:
    """What is in a valid package."""
    with zipfile.ZipFile(BytesIO(package)) as archive:
        return tuple((entry.filename, archive.read(entry)) for entry in archive.infolist())


def flat(package: bytes) -> bytes:
    """A package as one run of bytes, in which a fuzzer may change whatever it likes."""
    return b"".join(_NAME + name.encode() + _CONTENT + content for name, content in parts_of(package))


def unflat(data: bytes) -> bytes:
    """The package that a changed run of bytes stands for."""
    pieces = (piece.partition(_CONTENT) for piece in data.split(_NAME) if piece)
    return zipped([(name.decode("utf-8", "replace"), content) for name, _, content in pieces])
