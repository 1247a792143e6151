"""Changes of valid examples: bytes, signs and pieces of them, and the parts of packages."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from tests.fuzzing.packages import parts_of, zipped

#: What readers stumble over, whatever they read.
TOKENS: tuple[bytes, ...] = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        *(
            "",
            " ",
            "\0",
            "\n",
            "\r",
            "\t",
            "\ufeff",
            "\u202e",
            "\u200b",
            "　",
            "：",
            "。",
            "，",
            "％",
            "￥",
            "＝",
        ),
        *(
            "0",
            "-0",
            "-1",
            "00",
            "1e999",
            "1E-999",
            "NaN",
            "Infinity",
            "-Infinity",
            "9" * 30,
            "9" * 5000,
            "0x10",
        ),
        *(
            "1_000",
            "٣",
            "①",
            "½",
            "3.5.5",
            "1/0",
            "99999999999999999999",
            "2147483648",
            "-2147483649",
            "65536",
        ),
        *(
            "=1+1",
            "@SUM(A1)",
            "+1",
            "-1",
            "'",
            '"',
            "`",
            "\\",
            "/",
            "..",
            "../../x",
            "C:\\x",
            "CON",
            "nul.txt",
        ),
        *(
            "'; DROP TABLE member; --",
            "{得分}",
            "{",
            "}",
            "[",
            "]",
            "[" * 300,
            "[" * 6000,
            '{"a":' * 3000,
            "a.b" * 900,
            "(" * 300,
            "{" * 300,
            "<",
            ">",
            "&",
        ),
        *(
            "&lt;",
            "&#0;",
            "&#xFFFF;",
            "&x;",
            "]]>",
            "<!--",
            "<![CDATA[",
            "<!DOCTYPE a [<!ENTITY b 'c'>]>",
            "<?xml?>",
        ),
        *(
            "A1",
            "XFD1048576",
            "A1:XFD1048576",
            "A0",
            "$A$1",
            "1:1",
            "r",
            "s",
            "t",
            "inlineStr",
            "n",
            "e",
            "b",
            "d",
        ),
        *(
            "true",
            "false",
            "null",
            "是",
            "否",
            "单选",
            "2022-02-30",
            "0000-00-00",
            "9999-12-31",
            "24:61",
            "\U0002a6d6",
        ),
        *(
            '{"$decimal":"x"}',
            '{"$date":"x"}',
            '{"$decimal":"NaN"}',
            '{"$decimal":1}',
            '{"$decimal":"1E+999999"}',
        ),
    )
)
_MOST_CHANGES = 5

Change = Callable[[bytearray, random.Random], None]


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice((0, 0xFF, 0x7F, 0x80, chance.randrange(256)))


def _number(data: bytearray, chance: random.Random) -> None:
    width = chance.choice((2, 4, 8))
    at = chance.randrange(len(data) + 1)
    value = chance.choice((0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**63, chance.randrange(2**16)))
    data[at : at + width] = (value % 2 ** (8 * width)).to_bytes(width, chance.choice(("little", "big")))


def _cut(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.choice((1, 2, 8, 64, 512, len(data)))]


def _repeat(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    piece = bytes(data[at : at + chance.choice((1, 4, 16, 64, 256))])
    if len(data) < 1_000_000:
        data[at:at] = piece * chance.choice((1, 1, 2, 16, 200))


def _move(data: bytearray, chance: random.Random) -> None:
    at, to = chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)
    data[to:to] = data[at : at + chance.choice((1, 8, 64))]


def _token(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    data[at : at + chance.choice((0, 0, 1, 2, 4, 8))] = chance.choice(TOKENS)


def _word(data: bytearray, chance: random.Random) -> None:
    """A number or a quoted text becomes another."""
    for _ in range(20):
        at = chance.randrange(len(data)) if data else 0
        if data[at : at + 1].isdigit():
            end = at
            while data[end : end + 1].isdigit():
                end += 1
            data[at:end] = chance.choice(TOKENS)
            return
        if data[at : at + 1] == b'"':
            end = data.find(b'"', at + 1)
            if end > 0:
                data[at + 1 : end] = chance.choice(TOKENS)
            return


def _element(data: bytearray, chance: random.Random) -> None:
    """A tag goes, comes twice or loses its end; for other texts a line does."""
    mark, end_mark = (b"<", b">") if b"<" in data else (b"\n", b"\n")
    at = data.find(mark, chance.randrange(len(data) + 1))
    end = data.find(end_mark, at + 1)
    if 0 <= at < end:
        piece = bytes(data[at : end + 1])
        data[at : end + 1] = piece * chance.choice((0, 0, 2, 3, 40))


CHANGES: Sequence[Change] = (
    _flip,
    _set,
    _number,
    _cut,
    _repeat,
    _move,
    _token,
    _token,
    _word,
    _word,
    _element,
)


def mutated(seed: bytes, kind: str, chance: random.Random) -> bytes:
    """An example with some changes."""
    if kind == "package" and chance.random() < 0.9:
        return _packed_anew(seed, chance)
    data = bytearray(seed)
    for _ in range(chance.randrange(1, _MOST_CHANGES)):
        chance.choice(CHANGES)(data, chance)
    return bytes(data)


def _packed_anew(seed: bytes, chance: random.Random) -> bytes:
    parts = list(parts_of(seed))
    for _ in range(chance.randrange(1, _MOST_CHANGES)):
        number = chance.randrange(len(parts))
        name, content = parts[number]
        what = chance.random()
        if what < 0.9:
            data = bytearray(content)
            chance.choice(CHANGES)(data, chance)
            parts[number] = (name, bytes(data))
        elif what < 0.93 and len(parts) > 1:
            del parts[number]
        elif what < 0.96:
            parts[number] = (
                chance.choice(("../" + name, "/" + name, name.upper(), "CON", name + ".", "x/" * 40)),
                content,
            )
        else:
            other = chance.choice(parts)
            parts[number] = (name, other[1])
    return zipped(parts)
