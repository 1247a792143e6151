"""When a photo was taken, read from the EXIF block in its first bytes without decoding the picture."""

from __future__ import annotations

import re
import struct
from datetime import datetime

#: How much of the start of a photo :func:`taken_at` wants to see, in bytes (HEIC keeps EXIF after its index).
EXIF_BYTES = 262_144

_EXIF_IFD = 0x8769
_TAKEN, _DIGITISED, _CHANGED = 0x9003, 0x9004, 0x0132
_ASCII, _LONG = 2, 4
_MOST_ENTRIES = 512  # a hostile file may claim 65,535
_STAMP = re.compile(rb"(\d{4})[:/-](\d{2})[:/-](\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?")


def taken_at(head: bytes) -> str:
    """The time of taking as the camera stated it, ``2022-11-24 10:12:30``; empty when it states none.

    ``head`` is the start of a JPEG, HEIC, PNG, WebP or TIFF file. Camera time has no zone.
    Layout of the tags: CIPA DC-008 (Exif 2.32), section 4.6.
    """
    for start in _tiff_starts(head):
        tags = _tags(head, start)
        stamp = next((tags[tag] for tag in (_TAKEN, _DIGITISED, _CHANGED) if tag in tags), None)
        if stamp is not None:
            return stamp
    return ""


def _tiff_starts(head: bytes) -> list[int]:
    starts = [0] if head[:4] in (b"II*\0", b"MM\0*") else []
    for marker, length in ((b"Exif\0\0", 6), (b"eXIf", 4), (b"EXIF", 8)):
        at = head.find(marker)
        while at >= 0 and len(starts) < 8:
            if head[at + length : at + length + 4] in (b"II*\0", b"MM\0*"):
                starts.append(at + length)
            at = head.find(marker, at + 1)
    return starts


def _tags(head: bytes, start: int) -> dict[int, str]:
    """The time stamps of the first directory and of its EXIF directory."""
    order = "<" if head[start : start + 2] == b"II" else ">"
    found: dict[int, str] = {}
    try:
        (offset,) = struct.unpack_from(f"{order}I", head, start + 4)
        inner = _directory(head, start, offset, order, found)
        if inner is not None:
            _directory(head, start, inner, order, found)
    except struct.error:  # the directory points outside of what we have
        pass
    return found


def _directory(head: bytes, start: int, offset: int, order: str, found: dict[int, str]) -> int | None:
    inner: int | None = None
    (count,) = struct.unpack_from(f"{order}H", head, start + offset)
    for number in range(min(count, _MOST_ENTRIES)):
        at = start + offset + 2 + 12 * number
        tag, kind, length, value = struct.unpack_from(f"{order}HHII", head, at)
        if tag == _EXIF_IFD and kind == _LONG:
            inner = value
        elif tag in (_TAKEN, _DIGITISED, _CHANGED) and kind == _ASCII and 16 <= length <= 32:
            stamp = _stamp(head[start + value : start + value + length])
            if stamp:
                found[tag] = stamp
    return inner


def _stamp(text: bytes) -> str:
    matched = _STAMP.match(text)
    if matched is None:
        return ""
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in matched.groups())
        return datetime(year, month, day, hour, minute, second).isoformat(" ")  # noqa: DTZ001 - camera time
    except ValueError:  # 0000:00:00, as cameras without a set clock write it
        return ""
