"""Draw the program's mark into resources/icons: a sheet with three scored lines and a tick; and that of its files."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "icons"
ACCENT, PAPER, LINE, DONE = "#1f5fa8", "#ffffff", "#b8cce4", "#2b7a4b"
#: Drawn so much larger than the largest icon, and made smaller for smooth edges.
_OVER = 4
_EDGE = 256
ICO_EDGES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def mark() -> Image.Image:
    """The mark, 256 pixels square, on nothing."""
    edge = _EDGE * _OVER
    picture = Image.new("RGBA", (edge, edge))
    draw = ImageDraw.Draw(picture)

    def box(corners: tuple[float, float, float, float], radius: float, colour: str) -> None:
        draw.rounded_rectangle([round(v * edge) for v in corners], radius=round(radius * edge), fill=colour)

    box((0.03, 0.03, 0.97, 0.97), 0.2, ACCENT)
    box((0.24, 0.16, 0.76, 0.84), 0.05, PAPER)
    for row, length in enumerate((0.36, 0.28, 0.16)):
        top = 0.28 + row * 0.13
        box((0.32, top, 0.32 + length, top + 0.055), 0.027, LINE if row else ACCENT)
    tick = [(round(x * edge), round(y * edge)) for x, y in ((0.47, 0.68), (0.56, 0.77), (0.74, 0.55))]
    draw.line(tick, fill=DONE, width=round(0.085 * edge), joint="curve")
    for x, y in (tick[0], tick[-1]):  # round ends
        half = round(0.0425 * edge)
        draw.ellipse([x - half, y - half, x + half, y + half], fill=DONE)
    return picture.resize((_EDGE, _EDGE), Image.Resampling.LANCZOS)


def document() -> Image.Image:
    """A sheet with a folded corner that bears the mark: what a file of the program looks like."""
    edge = _EDGE * _OVER
    picture = Image.new("RGBA", (edge, edge))
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom, fold = (round(v * edge) for v in (0.14, 0.02, 0.86, 0.98, 0.2))
    outline = [(left, top), (right - fold, top), (right, top + fold), (right, bottom), (left, bottom)]
    draw.polygon(outline, fill=PAPER)
    draw.line([*outline, outline[0]], fill=LINE, width=round(0.02 * edge), joint="curve")
    draw.polygon([(right - fold, top), (right - fold, top + fold), (right, top + fold)], fill=LINE)
    picture = picture.resize((_EDGE, _EDGE), Image.Resampling.LANCZOS)
    small = round(0.5 * _EDGE)
    picture.alpha_composite(
        mark().resize((small, small), Image.Resampling.LANCZOS), (_EDGE // 4, round(0.38 * _EDGE))
    )
    return picture


def main() -> int:
    """Write the .png for Linux and the .ico for Windows anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, drawn in (("workbench", mark()), ("document", document())):
        drawn.save(FOLDER / f"{name}.png", optimize=True)
        drawn.save(FOLDER / f"{name}.ico", sizes=[(edge, edge) for edge in ICO_EDGES])
    return 0


if __name__ == "__main__":
    sys.exit(main())
