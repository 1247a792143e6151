"""Scannable codes (QR, ISO/IEC 18004) as dark squares; reportlab works out which."""

from __future__ import annotations

#: Empty squares that a code needs around it.
QUIET = 4


def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The squares of a code by row, dark ones true. A sixth of it may be dirty and it is still read."""
    from reportlab.graphics.barcode import qrencoder

    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    # Told as bytes: left to itself the encoder would take some Chinese for Japanese.
    code.addData(qrencoder.QR8bitByte(text.encode("utf-8")))
    code.make()
    return tuple(tuple(bool(dark) for dark in row) for row in code.modules)


def rectangles(text: str, x: float, y: float, width: float) -> list[tuple[float, float, float, float]]:
    """The dark parts of a code that is ``width`` wide with its corner at a place: x, y, width, height each.

    Dark squares beside each other are one rectangle, so that no hairline shows between them.
    """
    squares = modules(text)
    side = width / len(squares)
    found: list[tuple[float, float, float, float]] = []
    for row, line in enumerate(squares):
        start: int | None = None
        for column, dark in enumerate((*line, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                found.append((x + start * side, y + row * side, (column - start) * side, side))
                start = None
    return found
