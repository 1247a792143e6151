"""What kind of file some bytes are, told by the bytes themselves, and how the kind is called."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = "application/octet-stream"

#: How much of the start and of the end of a file :func:`sniff` wants to see, in bytes.
SNIFF_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class MediaKind:
    """One kind of file: its registered name, the extension kept in the vault, its Chinese label."""

    media_type: str
    extension: str
    label: str


def _kinds(*rows: tuple[str, str, str]) -> Mapping[str, MediaKind]:
    return types.MappingProxyType({row[0]: MediaKind(*row) for row in rows})


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: Mapping[str, MediaKind] = _kinds(
    ("image/jpeg", ".jpg", "照片"),
    ("image/png", ".png", "图片"),
    ("image/gif", ".gif", "图片"),
    ("image/bmp", ".bmp", "图片"),
    ("image/webp", ".webp", "图片"),
    ("image/tiff", ".tif", "扫描件"),
    ("image/heic", ".heic", "照片"),
    ("application/pdf", ".pdf", "PDF"),
    ("application/ofd", ".ofd", "OFD"),
    (_OFFICE + "wordprocessingml.document", ".docx", "文档"),
    (_OFFICE + "spreadsheetml.sheet", ".xlsx", "表格"),
    (_OFFICE + "presentationml.presentation", ".pptx", "幻灯片"),
    ("application/msword", ".doc", "文档"),
    ("application/vnd.ms-excel", ".xls", "表格"),
    ("application/vnd.ms-powerpoint", ".ppt", "幻灯片"),
    ("application/x-ole-storage", ".ole", "旧版办公文件"),
    ("application/rtf", ".rtf", "文档"),
    ("application/zip", ".zip", "压缩包"),
    ("application/x-rar", ".rar", "压缩包"),
    ("application/x-7z-compressed", ".7z", "压缩包"),
    ("audio/mpeg", ".mp3", "录音"),
    ("audio/wav", ".wav", "录音"),
    ("audio/amr", ".amr", "录音"),
    ("audio/mp4", ".m4a", "录音"),
    ("audio/ogg", ".ogg", "录音"),
    ("video/mp4", ".mp4", "视频"),
    ("video/quicktime", ".mov", "视频"),
    ("video/x-msvideo", ".avi", "视频"),
    ("text/plain", ".txt", "文本"),
    ("text/csv", ".csv", "表格"),
    ("application/x-program", ".bin", "程序"),
    (UNKNOWN, ".bin", "文件"),
)

#: What the first bytes say, longest first where one begins another.
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"Rar!\x1a\x07", "application/x-rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
    (b"MZ", "application/x-program"),
    (b"\x7fELF", "application/x-program"),
    (b"#!", "application/x-program"),
)
_BRANDS: Mapping[bytes, str] = types.MappingProxyType(
    {
        b"heic": "image/heic",
        b"heix": "image/heic",
        b"hevc": "image/heic",
        b"mif1": "image/heic",
        b"msf1": "image/heic",
        b"M4A ": "audio/mp4",
        b"qt  ": "video/quicktime",
    }
)
_RIFF: Mapping[bytes, str] = types.MappingProxyType(
    {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
)
_INSIDE_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"word/document", _OFFICE + "wordprocessingml.document"),
    (b"xl/workbook", _OFFICE + "spreadsheetml.sheet"),
    (b"ppt/presentation", _OFFICE + "presentationml.presentation"),
    (b"OFD.xml", "application/ofd"),
)
_INSIDE_OLE: Mapping[str, str] = types.MappingProxyType(
    {
        ".doc": "application/msword",
        ".wps": "application/msword",
        ".xls": "application/vnd.ms-excel",
        ".et": "application/vnd.ms-excel",
        ".ppt": "application/vnd.ms-powerpoint",
        ".dps": "application/vnd.ms-powerpoint",
    }
)
#: Endings that a system would run or follow; such a file is kept but never opened from here.
_RUNNABLE = frozenset(
    [
        ".exe",
        ".com",
        ".bat",
        ".cmd",
        ".ps1",
        ".vbs",
        ".vbe",
        ".js",
        ".jse",
        ".wsf",
        ".wsh",
        ".msi",
        ".msp",
        ".scr",
        ".pif",
        ".lnk",
        ".url",
        ".hta",
        ".cpl",
        ".jar",
        ".reg",
        ".sh",
        ".desktop",
        ".appimage",
        ".chm",
        ".inf",
        ".scf",
        ".application",
    ]
)


def extension_of(name: str) -> str:
    """The ending of a file name in lower case with its dot; empty when it has none of the plain kind."""
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", name.strip())
    return found.group().lower() if found else ""


def sniff(head: bytes, tail: bytes, name: str) -> MediaKind:
    """The kind of a file from its first and last bytes; its ``name`` decides only where bytes can't."""
    ending = extension_of(name)
    if ending in _RUNNABLE:
        return KINDS["application/x-program"]
    found = _by_bytes(head, tail, ending)
    if found is None and _is_text(head):
        found = "text/csv" if ending == ".csv" else "text/plain"
    return KINDS[found or UNKNOWN]


def _by_bytes(head: bytes, tail: bytes, ending: str) -> str | None:
    if b"%PDF-" in head[:1024]:  # readers accept rubbish before the header, so scanners write it
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        inside = (kind for part, kind in _INSIDE_ZIP if part in tail or part in head)
        return next(inside, "application/zip")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _INSIDE_OLE.get(ending, "application/x-ole-storage")
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    return next((kind for start, kind in _STARTS if head.startswith(start)), None)


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head[:4096].decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < min(len(head), 4096) - 4:  # a character cut at the end is no fault
                continue
        return True
    return False


def label_of(media_type: str) -> str:
    """The Chinese name of a kind of file, ``文件`` for what is not known."""
    return KINDS.get(media_type, KINDS[UNKNOWN]).label


def may_open(media_type: str) -> bool:
    """Whether the system's own program may be asked to open it: never a program or a link."""
    return media_type != "application/x-program" and media_type in KINDS
