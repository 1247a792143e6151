"""Draw one page of a file anew with its shapes burnt in: the part of a redaction that runs in a child process.

Whatever is hidden is overwritten before anything is encoded, and only pixels are handed on: no text, no EXIF,
no thumbnail, no layer of the original reaches the new file.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.domain.regions import Region
from workbench.domain.shapes import WORDS_HEIGHT, Shape
from workbench.services.rendering import Drawn, Undrawable, open_page, upright_picture

if TYPE_CHECKING:
    from PIL.Image import Image

#: Pages of a PDF are drawn at this many dots per inch, as scanners send them, but no larger than this (pixels).
DPI = 200
LONGEST_PAGE = 5000
RED = (208, 2, 27)
#: How dark a hidden place must be in what was written (0 to 255): JPEG rings a little at edges.
_DARKEST = 48
_RINGING = 8


@dataclass(frozen=True, slots=True)
class RedrawJob:
    """Draw page ``page`` of ``path`` at full size with the shapes burnt in, as ``format`` at ``target``.

    ``shapes`` are the fields of :class:`workbench.domain.shapes.Shape`, ``font`` the file of a typeface.
    """

    path: str
    media_type: str
    page: int
    shapes: list[dict[str, Any]]
    format: str
    font: str
    target: str


@dataclass(frozen=True, slots=True)
class ProveJob:
    """Look at what was written at ``path`` (one picture, or the pages of a PDF) for what should be hidden."""

    path: str
    media_type: str
    shapes: list[dict[str, Any]]


def redraw(job: RedrawJob) -> Drawn:
    """Draw the page; :attr:`Drawn.hidden` is the text that lay under black boxes."""
    shapes = [shape for fields in job.shapes if (shape := Shape(**fields)).page == job.page]
    hidden: list[str] = []
    if job.media_type == "application/pdf":
        with open_page(job.path, job.page) as (page, pages):
            width, height = page.get_size()
            scale = min(DPI / 72, LONGEST_PAGE / max(width, height))
            image: Image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
            hidden = [
                text
                for shape in shapes
                if shape.kind == "hide" and shape.region is not None
                if (text := _text_under(page, shape.region))
            ]
    else:
        image, pages = upright_picture(job.path, job.media_type, job.page)
    burn(image, shapes, job.font)
    target = Path(job.target)
    beside = target.with_name(f"{target.name}.{os.getpid()}.part")
    fresh = _only_pixels(image)
    if job.format == "PNG":
        fresh.save(beside, "PNG")
    else:
        fresh.save(beside, "JPEG", quality=92, subsampling=0)
    beside.replace(target)
    return Drawn(True, image.width, image.height, pages, hidden=hidden)


def _only_pixels(image: Image) -> Image:
    """The pixels in a picture that knows nothing else: no EXIF, no colour profile, no comment."""
    from PIL import Image

    return Image.frombytes(image.mode, image.size, image.tobytes())


def burn(image: Image, shapes: list[Shape], font: str) -> None:
    """Draw the shapes into the pixels: pointers first, black boxes last, so that nothing lies over them."""
    from PIL import ImageDraw, ImageFont

    draw = ImageDraw.Draw(image)
    longest = max(image.size)
    thick = max(2, round(0.003 * longest))
    for shape in sorted(shapes, key=lambda one: one.kind == "hide"):
        if not shape.visible:
            continue
        start = (shape.x * image.width, shape.y * image.height)
        tip = (shape.to_x * image.width, shape.to_y * image.height)
        if shape.kind == "arrow":
            draw.line([start, tip], RED, thick)
            draw.polygon(_head(start, tip, 5 * thick), RED)
        elif shape.kind == "words":
            letters = ImageFont.truetype(font, max(8, round(WORDS_HEIGHT * longest)))
            left, top, right, lower = draw.multiline_textbbox(start, shape.text, letters)
            draw.rectangle((left - thick, top - thick, right + thick, lower + thick), "white")
            draw.multiline_text(start, shape.text, RED, letters)
        elif shape.region is not None:
            box = box_of(shape.region, *image.size)
            if shape.kind == "hide":
                draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), (0, 0, 0))
            else:
                draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), outline=RED, width=thick)


def box_of(region: Region, width: int, height: int) -> tuple[int, int, int, int]:
    """The pixels that a region touches, rounded outwards: left, top, right, lower (the last two beyond it)."""
    return (
        max(math.floor(region.left * width), 0),
        max(math.floor(region.top * height), 0),
        min(math.ceil((region.left + region.width) * width), width),
        min(math.ceil((region.top + region.height) * height), height),
    )


def _head(start: tuple[float, float], tip: tuple[float, float], size: float) -> list[tuple[float, float]]:
    along = (tip[0] - start[0], tip[1] - start[1])
    length = max(math.hypot(*along), 1e-6)
    unit = (along[0] / length, along[1] / length)
    back = (tip[0] - unit[0] * size, tip[1] - unit[1] * size)
    side = (-unit[1] * size / 2, unit[0] * size / 2)
    point = (tip[0] + unit[0] * size / 4, tip[1] + unit[1] * size / 4)
    return [point, (back[0] + side[0], back[1] + side[1]), (back[0] - side[0], back[1] - side[1])]


def _text_under(page: Any, region: Region) -> str:
    """The text of a PDF page within a region of the page as it is seen, turned or not."""
    import pypdfium2.raw as pdfium

    grid = 10_000
    corners = []
    for x, y in (
        (region.left, region.top),
        (region.left + region.width, region.top + region.height),
    ):
        right, up = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDF_DeviceToPage(
            page.raw,
            0,
            0,
            grid,
            grid,
            0,
            round(x * grid),
            round(y * grid),
            ctypes.byref(right),
            ctypes.byref(up),
        )
        corners.append((right.value, up.value))
    (x1, y1), (x2, y2) = corners
    with contextlib.closing(page.get_textpage()) as words:
        found: str = words.get_text_bounded(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        return found.strip()


def prove(job: ProveJob) -> Drawn:
    """Decode what was written; refuses it (:class:`Undrawable`) when text or a pixel of the hidden is left."""
    shapes = [Shape(**fields) for fields in job.shapes]
    if job.media_type == "application/pdf":
        number = pages = 1
        while number <= pages:
            with open_page(job.path, number) as (page, pages):
                with contextlib.closing(page.get_textpage()) as words:
                    if words.get_text_range().strip():
                        raise Undrawable(f"第 {number} 页还留有文字层。")
                hidden = [shape for shape in shapes if shape.page == number and shape.kind == "hide"]
                if hidden:
                    width, height = page.get_size()
                    image: Image = page.render(scale=min(2.0, 4000 / max(width, height))).to_pil()
                    _dark(image.convert("RGB"), hidden, exact=False)
            number += 1
        return Drawn(True, pages=pages)
    image, _ = upright_picture(job.path, job.media_type, 1)
    _dark(image, [shape for shape in shapes if shape.kind == "hide"], exact=job.media_type == "image/png")
    return Drawn(True, image.width, image.height)


def _dark(image: Image, hidden: list[Shape], *, exact: bool) -> None:
    for shape in hidden:
        if shape.region is None:
            continue
        left, top, right, lower = box_of(shape.region, *image.size)
        inset = 0 if exact else min(_RINGING, (right - left) // 3, (lower - top) // 3)
        inner = image.crop((left + inset, top + inset, right - inset, lower - inset))
        brightest = max(int(band[1]) for band in inner.getextrema())  # type: ignore[index]
        if brightest > (0 if exact else _DARKEST):
            raise Undrawable("涂黑处仍能看出原有内容。")
