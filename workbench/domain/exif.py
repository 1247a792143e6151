"""When and where a photo was taken, read from the EXIF block in its first bytes without decoding the picture."""

from __future__ import annotations

import re
import struct
from datetime import datetime

#: How much of the start of a photo :func:`taken_at` wants to see, in bytes (HEIC keeps EXIF after its index).
EXIF_BYTES = 262_144

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_TAKEN, _DIGITISED, _CHANGED = 0x9003, 0x9004, 0x0132
_ASCII, _LONG, _RATIONAL = 2, 4, 5
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


def taken_where(head: bytes) -> str:
    """The place of taking as the camera stated it, ``北纬31.23040° 东经121.47370°``; empty when it states none.

    ``head`` as in :func:`taken_at`; degrees of WGS 84. Layout of the tags: CIPA DC-008 (Exif 2.32), section 4.6.6.
    """
    for start in _tiff_starts(head):
        order = "<" if head[start : start + 2] == b"II" else ">"
        try:
            place = _place(head, start, order)
        except struct.error:  # the directory points outside of what we have
            continue
        if place:
            return place
    return ""


def _place(head: bytes, start: int, order: str) -> str:
    (offset,) = struct.unpack_from(f"{order}I", head, start + 4)
    pointer = _entries(head, start, offset, order).get(_GPS_IFD)
    if pointer is None:
        return ""
    held = _entries(head, start, struct.unpack(f"{order}I", pointer[2])[0], order)
    said = []
    for reference, degrees, names, most in ((1, 2, "北南", 90), (3, 4, "东西", 180)):
        letter = held.get(reference, (0, 0, b""))[2][:1]
        kind, count, raw = held.get(degrees, (0, 0, b""))
        if kind != _RATIONAL or count != 3 or letter not in b"NSEW":
            return ""
        at = start + struct.unpack(f"{order}I", raw)[0]
        numbers = struct.unpack_from(f"{order}6I", head, at)
        if not all(numbers[1::2]):
            return ""
        value = sum(numbers[2 * n] / numbers[2 * n + 1] / 60**n for n in range(3))
        if value > most:
            return ""
        said.append(f"{names[letter in b'SW']}{'纬' if most == 90 else '经'}{value:.5f}°")
    zero = all(part.endswith("0.00000°") and part[2:] == "0.00000°" for part in said)
    return "" if zero else " ".join(said)  # 0°, 0° is what a camera without a fix writes


def _entries(head: bytes, start: int, offset: int, order: str) -> dict[int, tuple[int, int, bytes]]:
    """The entries of one directory: kind, count and the four bytes of value or place, by tag."""
    (count,) = struct.unpack_from(f"{order}H", head, start + offset)
    found: dict[int, tuple[int, int, bytes]] = {}
    for number in range(min(count, _MOST_ENTRIES)):
        tag, kind, length, raw = struct.unpack_from(f"{order}HHI4s", head, start + offset + 2 + 12 * number)
        found[tag] = (kind, length, raw)
    return found


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
