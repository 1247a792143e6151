"""Prove that a redacted file holds pixels and nothing else: its parts are walked, its bytes are searched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: The segments of a JPEG that hold pixels and how to decode them; APP0 only as JFIF (ITU-T T.81, table B.1).
_JPEG_PARTS = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD})
_PNG_PARTS = frozenset({b"IHDR", b"IDAT", b"IEND"})
_PDF_WORDS = re.compile(
    rb"/(Info|Metadata|Annots?|AcroForm|Font|EmbeddedFiles?|JavaScript|JS|Names|Thumb|PieceInfo|OCProperties"
    rb"|StructTreeRoot|ID|Producer|Creator|Author|Title|AA|OpenAction|Encrypt)\b"
)
_PDF_STREAM = re.compile(rb"(<<[^<>]*(?:<<[^<>]*>>[^<>]*)*/Length (\d+)[^<>]*>>)\nstream\n")
#: Shorter pieces of a hidden text may stand in compressed pixels by chance; what bytes they have at least.
_SHORTEST = 6


def leftovers(data: bytes, media_type: str, secrets: Iterable[str] = ()) -> Iterator[str]:
    """What a redacted file holds besides pixels, in Chinese, one line for each; nothing when it is clean.

    ``secrets`` are texts that must not occur in it in any of the usual encodings.
    """
    walk = {"image/jpeg": _jpeg, "image/png": _png, "application/pdf": _pdf}
    yield from walk[media_type](data)
    for mark, name in (
        (b"Exif\0\0", "EXIF 信息"),
        (b"<x:xmpmeta", "XMP 信息"),
        (b"Photoshop 3.0", "图像附注"),
    ):
        if mark in data:
            yield f"还留有{name}"
    for secret in secrets:
        for piece in pieces(secret):
            if any(form in data for form in _written(piece)):
                yield "还留有被遮盖的文字"
                return


def pieces(text: str) -> list[str]:
    """The words of a hidden text that are long enough to be told from chance."""
    found = [*text.split(), re.sub(r"\s+", "", text)]
    return [word for word in dict.fromkeys(found) if len(word.encode("utf-8", "replace")) >= _SHORTEST]


def _written(text: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "utf-16-be", "utf-16-le", "gb18030"):
        raw = text.encode(encoding, "replace")
        yield raw
        yield raw.hex().encode()
        yield raw.hex().upper().encode()


def _jpeg(data: bytes) -> Iterator[str]:
    if not data.startswith(b"\xff\xd8"):
        yield "不是完整的 JPEG"
        return
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        body = data[at + 4 : at + 2 + length]
        if marker == 0xE0 and not (body.startswith(b"JFIF\0") and len(body) == 14):
            yield "JPEG 文件头带有缩略图或附注"
        elif marker not in _JPEG_PARTS | {0xE0, 0xDA}:
            yield f"JPEG 中有非像素数据（标记 {marker:02X}）"
        at += 2 + length
        if marker == 0xDA:
            break
    end = data.find(b"\xff\xd9", at)
    if end < 0 or end + 2 != len(data):
        yield "JPEG 像素之后还有数据"


def _png(data: bytes) -> Iterator[str]:
    at = 8
    last = b""
    while at + 12 <= len(data):
        length, last = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if last not in _PNG_PARTS:
            yield f"PNG 中有非像素数据（{last.decode('latin-1')}）"
        at += 12 + length
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or last != b"IEND" or at != len(data):
        yield "PNG 像素之后还有数据"


def _pdf(data: bytes) -> Iterator[str]:
    """The file as :func:`workbench.services.page_binding.bind_pages` writes it: pages that are one JPEG each."""
    outside = bytearray()
    at = 0
    for found in _PDF_STREAM.finditer(data):
        if found.start() < at:
            continue  # within a stream
        outside += data[at : found.end()]
        at = found.end() + int(found[2])
        stream = data[found.end() : at]
        if b"/DCTDecode" in found[1]:
            yield from _jpeg(stream)
        elif not re.fullmatch(rb"q [\d. ]+ cm /P Do Q", stream):
            yield "PDF 中有像素以外的内容流"
    outside += data[at:]
    for word in sorted({match[1].decode() for match in _PDF_WORDS.finditer(bytes(outside))}):
        yield f"PDF 中有像素以外的内容（{word}）"
    if data.count(b"%%EOF") != 1 or not data.endswith(b"%%EOF\n"):
        yield "PDF 中留有更早的版本"
