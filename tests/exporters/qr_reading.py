"""Reads the scannable codes of a printed page as a scanner does, from its pixels (ISO/IEC 18004, 7 and 8).

Written apart from what draws them. Errors are not corrected: a square that is wrong makes it fail.
"""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2

_MASKS = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)
_DOTS = 4  # pixels for each point


def codes(data: bytes, corner: tuple[float, float, float, float]) -> Iterator[str]:
    """What the code of each page says; ``corner`` (x, y, width, height in points) is where it is sought."""
    pdf = pypdfium2.PdfDocument(data)
    try:
        for number in range(len(pdf)):
            page = pdf[number]
            image = page.render(scale=_DOTS).to_pil().convert("L")
            page.close()
            x, y, width, height = (round(length * _DOTS) for length in corner)
            region = image.crop((x, y, x + width, y + height))
            dark = [[region.getpixel((c, r)) < 128 for c in range(width)] for r in range(height)]
            yield decoded(squares(dark))
    finally:
        pdf.close()


def squares(dark: list[list[bool]]) -> list[list[bool]]:
    """The squares of the code in a picture: its finder pattern says how large one is."""
    rows = [r for r, line in enumerate(dark) if any(line)]
    columns = [c for c in range(len(dark[0])) if any(line[c] for line in dark)]
    top, left, side = rows[0], columns[0], columns[-1] - columns[0] + 1
    run = next(n for n, one in enumerate(dark[top + 1][left:]) if not one)  # seven squares of the finder
    count = round(side / (run / 7))
    assert (count - 17) % 4 == 0, f"no QR code: {count} squares wide"
    step = side / count
    return [
        [dark[top + int((r + 0.5) * step)][left + int((c + 0.5) * step)] for c in range(count)]
        for r in range(count)
    ]


def decoded(grid: list[list[bool]]) -> str:
    """The text of a code in byte mode, version 1 to 3."""
    n = len(grid)
    version = (n - 17) // 4
    assert version in {1, 2, 3}, f"version {version}"
    places = [(8, c) for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [(r, 8) for r in (7, 5, 4, 3, 2, 1, 0)]
    format_bits = int("".join("1" if grid[r][c] else "0" for r, c in places), 2) ^ 0b101010000010010
    mask = _MASKS[(format_bits >> 10) & 7]
    assert format_bits >> 13 == 0, "not error correction M"
    bits: list[int] = []
    upwards, right = True, n - 1
    while right > 0:
        if right == 6:
            right -= 1
        for r in range(n - 1, -1, -1) if upwards else range(n):
            bits += [
                int(grid[r][c] != mask(r, c)) for c in (right, right - 1) if not _fixed(r, c, n, version)
            ]
        upwards = not upwards
        right -= 2
    value = "".join(map(str, bits))
    assert value[:4] == "0100", "not in byte mode"
    length = int(value[4:12], 2)
    return bytes(int(value[12 + 8 * i : 20 + 8 * i], 2) for i in range(length)).decode("utf-8")


def _fixed(r: int, c: int, n: int, version: int) -> bool:
    """A square that carries no data: finders with format, timing, alignment."""
    if (r < 9 and c < 9) or (r < 9 and c >= n - 8) or (r >= n - 8 and c < 9) or 6 in {r, c}:
        return True
    return version > 1 and abs(r - (n - 7)) <= 2 and abs(c - (n - 7)) <= 2
