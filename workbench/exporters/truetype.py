"""One TrueType face: which characters it covers, how wide it sets them, and a subset of it.

Read straight from the tables with :mod:`array`, because a report needs five faces of up to 15 MB and the
general readers spend longer on tables that nothing here asks for than the whole report takes to set.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

_HEAD_MAGIC = 0x5F0F3CF5
_SPACES = frozenset(" \u3000\u00a0") | frozenset(chr(code) for code in range(0x2000, 0x200B))

# Flags of a composite glyph that say how long its record is.
_WORDS, _SCALE, _MORE, _XY_SCALE, _TWO_BY_TWO = 0x1, 0x8, 0x20, 0x40, 0x80


class FontUnusable(Exception):
    """The file is no font this program can embed; the message says why, in Chinese."""


def _numbers(kind: str, data: bytes) -> array[int]:
    values = array(kind)
    values.frombytes(data)
    if sys.byteorder == "little":
        values.byteswap()
    return values


class _Widths(dict[str, int]):
    """Character → advance in thousandths of the size, filled as characters are asked for."""

    def __init__(self, face: Face) -> None:
        super().__init__()
        self._face = face

    def __missing__(self, char: str) -> int:
        width = self._face.advance(self._face.cmap.get(ord(char), 0))
        self[char] = width
        return width


#: Gives so many bytes of a font file from a place on, fewer where it ends.
_Part = Callable[[int, int], bytes]


class Face:
    """A face of a TrueType file (``.ttf``, or one of the faces of a ``.ttc``).

    Its tables are read once. Outlines, nine tenths of the file, stay where they are until a subset wants some.
    """

    def __init__(self, source: bytes | Path, name: str, index: int = 0) -> None:
        self.file = name
        self._source = source
        self._state: tuple[int, int] | None = None
        with self._opened() as part:
            try:
                self._read(part, index)
            except (struct.error, IndexError, KeyError, ValueError, OverflowError) as error:
                raise FontUnusable(f"字体文件“{name}”已损坏或不完整") from error
        self.widths = _Widths(self)

    @classmethod
    def load(cls, path: Path, index: int = 0) -> Face:
        """Read the face from a file; raise :class:`FontUnusable` or ``OSError``."""
        return cls(path, path.name, index)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[_Part]:
        """Read from the file, which must be the one that it was before."""
        source = self._source
        if isinstance(source, bytes):
            self._size = len(source)
            yield lambda place, length: source[place : place + length]
            return
        with source.open("rb", buffering=0) as file:
            found = os.fstat(file.fileno())
            state = (found.st_size, found.st_mtime_ns)
            if self._state not in {None, state}:
                raise FontUnusable(f"字体文件“{self.file}”在使用中被改动")
            self._state, self._size = state, found.st_size

            def part(place: int, length: int) -> bytes:
                file.seek(place)
                return file.read(length)

            yield part

    def _read(self, part: _Part, index: int) -> None:
        start = 0
        if part(0, 4) == b"ttcf":
            start = struct.unpack(">I", part(12 + 4 * index, 4))[0]
        version = part(start, 4)
        if version == b"OTTO":
            raise FontUnusable(f"字体“{self.file}”是 CFF 轮廓（.otf），只能使用 TrueType 轮廓的字体")
        if version not in {b"\x00\x01\x00\x00", b"true"}:
            raise FontUnusable(f"“{self.file}”不是 TrueType 字体")
        count = struct.unpack(">H", part(start + 4, 2))[0]
        records = struct.iter_unpack(">4sIII", part(start + 12, 16 * count))
        self._tables = {tag: (offset, length) for tag, _, offset, length in records}
        if start + 12 + 16 * count > self._size:
            raise ValueError("the directory of tables reaches beyond the file")
        self._read_names(part)
        self._read_metrics(part)
        self._read_cmap(part)

    def _table(self, part: _Part, tag: bytes) -> bytes:
        offset, length = self._tables[tag]
        if offset + length > self._size:
            raise ValueError("a table reaches beyond the file")
        return part(offset, length)

    def _read_names(self, part: _Part) -> None:
        table = self._table(part, b"name")
        count, storage = struct.unpack_from(">HH", table, 2)
        postscript = ""
        families: list[str] = []
        for n in range(count):
            platform, _, _, kind, length, offset = struct.unpack_from(">6H", table, 6 + 12 * n)
            if platform != 3 or kind not in {1, 4, 6, 16}:
                continue
            raw = table[storage + offset : storage + offset + length]
            text = raw.decode("utf-16-be", "replace")
            if kind == 6:
                postscript = postscript or text
            else:
                families.append(text)
        kept = "".join(c for c in postscript if c.isascii() and (c.isalnum() or c in "-_+."))
        self.name = kept or "Embedded"
        self.families = tuple(dict.fromkeys(families))

    def _read_metrics(self, part: _Part) -> None:
        head = self._table(part, b"head")
        if struct.unpack_from(">I", head, 12)[0] != _HEAD_MAGIC:
            raise ValueError("bad head table")
        self._per_em = struct.unpack_from(">H", head, 18)[0] or 1000
        self.bbox = tuple(self._milli(value) for value in struct.unpack_from(">4h", head, 36))
        long_offsets = struct.unpack_from(">h", head, 50)[0] == 1
        os2 = self._table(part, b"OS/2")
        self.weight, _, licence = struct.unpack_from(">3H", os2, 4)
        # 2: no embedding at all, 0x100: no subsetting, 0x200: bitmaps only.
        if licence & 0xF == 0x2 or licence & 0x300:
            raise FontUnusable(f"字体“{self.file}”的许可不允许嵌入文件")
        ascent, descent = struct.unpack_from(">2h", os2, 68)
        self.ascent, self.descent = self._milli(ascent), self._milli(descent)
        version = struct.unpack_from(">H", os2)[0]
        self.cap_height = self._milli(struct.unpack_from(">h", os2, 88)[0]) if version > 1 else self.ascent
        self._glyphs = struct.unpack_from(">H", self._table(part, b"maxp"), 4)[0]
        full = struct.unpack_from(">H", self._table(part, b"hhea"), 34)[0]
        hmtx = _numbers("H", self._table(part, b"hmtx")[: 4 * full + 2 * (self._glyphs - full)])
        self._advances = hmtx[0 : 2 * full : 2]
        self._bearings = hmtx[1 : 2 * full : 2] + hmtx[2 * full :]
        loca = self._table(part, b"loca")[: (4 if long_offsets else 2) * (self._glyphs + 1)]
        self._places = (
            _numbers("I", loca) if long_offsets else array("I", (2 * n for n in _numbers("H", loca)))
        )
        self._glyf = self._tables[b"glyf"][0]
        if len(self._places) != self._glyphs + 1 or not len(self._advances):
            raise ValueError("short loca or hmtx table")

    def _milli(self, units: int) -> int:
        return units if self._per_em == 1000 else round(units * 1000 / self._per_em)

    def _read_cmap(self, part: _Part) -> None:
        table = self._table(part, b"cmap")
        best: tuple[int, int] | None = None
        for n in range(struct.unpack_from(">H", table, 2)[0]):
            platform, encoding, offset = struct.unpack_from(">HHI", table, 4 + 8 * n)
            form = struct.unpack_from(">H", table, offset)[0]
            unicode_table = platform == 0 or (platform == 3 and encoding in {1, 10})
            if unicode_table and form in {4, 12} and (best is None or form > best[0]):
                best = (form, offset)
        if best is None:
            raise FontUnusable(f"字体“{self.file}”没有 Unicode 字符表")
        self.cmap: dict[int, int] = {}
        if best[0] == 12:
            groups = struct.unpack_from(">I", table, best[1] + 12)[0]
            flat = _numbers("I", table[best[1] + 16 : best[1] + 16 + 12 * groups])
            for first, last, glyph in zip(flat[0::3], flat[1::3], flat[2::3], strict=True):
                if first == last:
                    self.cmap[first] = glyph
                elif last - first < 0x110000:
                    self.cmap.update(zip(range(first, last + 1), range(glyph, self._glyphs), strict=False))
        else:
            self._read_cmap4(table, best[1])

    def _read_cmap4(self, table: bytes, offset: int) -> None:
        length, _, twice = struct.unpack_from(">3H", table, offset + 2)
        words = _numbers("H", table[offset : offset + length & ~1])
        n = twice // 2
        ends, starts = words[7 : 7 + n], words[8 + n : 8 + 2 * n]
        deltas, ranges = words[8 + 2 * n : 8 + 3 * n], words[8 + 3 * n : 8 + 4 * n]
        for i in range(n):
            for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
                glyph = code
                if ranges[i]:
                    where = 8 + 3 * n + i + ranges[i] // 2 + code - starts[i]
                    glyph = words[where] if where < len(words) else 0
                    if glyph == 0:
                        continue
                self.cmap[code] = (glyph + deltas[i]) & 0xFFFF

    def advance(self, glyph: int) -> int:
        """Return the width of a glyph in thousandths of the size."""
        advances = self._advances
        return self._milli(advances[glyph] if glyph < len(advances) else advances[-1])

    def covers(self, char: str) -> bool:
        """Tell whether the face draws this character (some map rare ones to an empty glyph: those do not)."""
        glyph = self.cmap.get(ord(char), 0)
        if not 0 < glyph < self._glyphs:
            return False
        return char in _SPACES or self._places[glyph] < self._places[glyph + 1]

    def _outline(self, part: _Part, glyph: int) -> bytes:
        start, end = self._places[glyph], self._places[glyph + 1]
        return part(self._glyf + start, end - start) if start < end else b""

    def subset(self, glyphs: list[int]) -> bytes:
        """Return a TrueType file with these glyphs at 0, 1, 2 …; components of composites follow them."""
        try:
            with self._opened() as part:
                return self._subset(part, glyphs)
        except (OSError, struct.error, IndexError, ValueError) as error:
            raise FontUnusable(f"字体文件“{self.file}”已损坏或不完整") from error

    def _subset(self, part: _Part, glyphs: list[int]) -> bytes:
        chosen = list(glyphs)
        places = {glyph: n for n, glyph in enumerate(chosen)}
        outlines: list[bytes] = []
        n = 0
        while n < len(chosen):
            outline = self._outline(part, chosen[n]) if chosen[n] < self._glyphs else b""
            if len(outline) > 10 and outline[0] & 0x80:
                outline = self._renumber(outline, chosen, places)
            outlines.append(outline + bytes(-len(outline) % 4))
            n += 1
        offsets = array("I", [0])
        for outline in outlines:
            offsets.append(offsets[-1] + len(outline))
        metrics = array("H")
        last = len(self._advances) - 1
        for glyph in chosen:
            metrics.append(self._advances[min(glyph, last)])
            metrics.append(self._bearings[glyph] if glyph < len(self._bearings) else 0)
        if sys.byteorder == "little":
            offsets.byteswap()
            metrics.byteswap()
        head = bytearray(self._table(part, b"head"))
        struct.pack_into(">I", head, 8, 0)
        struct.pack_into(">h", head, 50, 1)
        count = struct.pack(">H", len(chosen))
        hhea, maxp = self._table(part, b"hhea"), self._table(part, b"maxp")
        tables = {
            b"glyf": b"".join(outlines),
            b"head": bytes(head),
            b"hhea": hhea[:34] + count + hhea[36:],
            b"hmtx": metrics.tobytes(),
            b"loca": offsets.tobytes(),
            b"maxp": maxp[:4] + count + maxp[6:],
        }
        for tag in (b"cvt ", b"fpgm", b"prep"):  # outlines of hinted faces call these programs
            if tag in self._tables:
                tables[tag] = self._table(part, tag)
        return _file_of(tables)

    def _renumber(self, outline: bytes, chosen: list[int], places: dict[int, int]) -> bytes:
        """Point the components of a composite glyph to their new places, adding those not yet chosen."""
        changed = bytearray(outline)
        at = 10
        flags = _MORE
        while flags & _MORE:
            flags, component = struct.unpack_from(">HH", changed, at)
            if component not in places:
                places[component] = len(chosen)
                chosen.append(component)
            struct.pack_into(">H", changed, at + 2, places[component])
            at += 8 if flags & _WORDS else 6
            at += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _TWO_BY_TWO else 0
        return bytes(changed)


def _checksum(data: bytes) -> int:
    return sum(_numbers("I", data + bytes(-len(data) % 4))) & 0xFFFFFFFF


def _file_of(tables: dict[bytes, bytes]) -> bytes:
    """Put tables together to a TrueType file with right checksums."""
    power = len(tables).bit_length() - 1
    span = 16 << power
    header = struct.pack(">IHHHH", 0x00010000, len(tables), span, power, 16 * len(tables) - span)
    offset = len(header) + 16 * len(tables)
    directory, body = b"", b""
    for tag in sorted(tables):
        data = tables[tag]
        directory += struct.pack(">4sIII", tag, _checksum(data), offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    whole = bytearray(header + directory + body)
    head = whole.index(b"head", len(header), len(header) + len(directory))
    place = struct.unpack_from(">I", whole, head + 8)[0]
    struct.pack_into(">I", whole, place + 8, (0xB1B0AFBA - _checksum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)
