"""Pictures made ready for paper: upright, at print size, a JPEG passed on untouched where it can be."""

from __future__ import annotations

import math
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, TypeVar

from workbench.exporters.document import Picture

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

Got = TypeVar("Got")

MOST_PIXELS = 1400  # of the longer side
LEAST_DENSITY, MOST_DENSITY = 220, 300  # dots per inch of a photo on paper
_QUALITY = 85

# How a picture is drawn into the unit square for each orientation that a camera writes (EXIF 1 to 8).
_TURNS: dict[int, tuple[int, int, int, int, int, int]] = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture as it goes into the file: stored pixels, and the turn that shows it upright."""

    data: bytes
    width: int
    height: int
    grey: bool
    jpeg: bool
    turn: tuple[int, int, int, int, int, int] = (1, 0, 0, 1, 0, 0)

    @property
    def aspect(self) -> float:
        """Height for each unit of width, as shown."""
        across, down = (self.height, self.width) if self.turn[0] == 0 else (self.width, self.height)
        return down / across


def orientation_of(raster: Raster) -> int:
    """Return how the stored pixels lie, 1 to 8 as cameras count; 1 is upright."""
    return next(orientation for orientation, turn in _TURNS.items() if turn == raster.turn)


class PictureUnreadable(Exception):
    """The picture cannot be shown; the message says why, in Chinese."""


def load(picture: Picture, points: float) -> Raster:
    """Read a picture that will be printed ``points`` wide; raise :class:`PictureUnreadable`."""
    return _read(picture, lambda image, data: _prepare(image, data, points))


def shape(picture: Picture) -> tuple[int, int]:
    """Return width and height of a picture as shown, in pixels, without decoding it; raises as :func:`load`."""

    def measured(image: PillowImage, _data: bytes) -> tuple[int, int]:
        width, height = image.size
        return (height, width) if _orientation(image) >= 5 else (width, height)

    return _read(picture, measured)


def _read(picture: Picture, use: Callable[[PillowImage, bytes], Got]) -> Got:
    """Open a picture for a use; whatever is wrong with it is told as :class:`PictureUnreadable`."""
    from PIL import Image, UnidentifiedImageError

    try:
        data = picture.source if isinstance(picture.source, bytes) else picture.source.read_bytes()
    except OSError as error:
        raise PictureUnreadable("文件不存在或无法读取") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # large scans are reduced, not refused; damaged EXIF is ignored
            with Image.open(BytesIO(data)) as image:
                return use(image, data)
    except UnidentifiedImageError as error:
        raise PictureUnreadable("不是可识别的图片格式") from error
    except Image.DecompressionBombError as error:
        raise PictureUnreadable("像素过多") from error
    except (OSError, SyntaxError, ValueError, IndexError, KeyError, ZeroDivisionError) as error:
        raise PictureUnreadable("图片已损坏") from error


def _prepare(image: PillowImage, data: bytes, points: float) -> Raster:
    turn = _TURNS.get(_orientation(image), _TURNS[1])
    longest = max(image.size)
    plain = image.mode in {"RGB", "L"}
    whole = data.rstrip(b"\0\r\n ")[-2:] == b"\xff\xd9"
    if image.format == "JPEG" and plain and longest <= MOST_PIXELS and whole:
        return Raster(data, image.width, image.height, image.mode == "L", jpeg=True, turn=turn)
    most = min(MOST_PIXELS, max(200, round(points / 72 * MOST_DENSITY)))
    if longest > most:
        # A JPEG is decoded at a half, a quarter or an eighth where that still leaves enough to print.
        enough = max(200, round(most * LEAST_DENSITY / MOST_DENSITY)) / longest
        image.draft(None, (math.ceil(image.width * enough), math.ceil(image.height * enough)))
        if max(image.size) > most:
            image.thumbnail((most, most))
    lossless = image.format == "PNG" and longest <= most
    flat = _flatten(image)
    grey = flat.mode == "L"
    if lossless:
        return Raster(flat.tobytes(), flat.width, flat.height, grey, jpeg=False, turn=turn)
    out = BytesIO()
    flat.save(out, "JPEG", quality=_QUALITY)
    return Raster(out.getvalue(), flat.width, flat.height, grey, jpeg=True, turn=turn)


def _orientation(image: PillowImage) -> int:
    """Return how the camera was held; damaged notes in a picture do not make the picture useless."""
    try:
        return int(image.getexif().get(0x0112, 1))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return 1


def _flatten(image: PillowImage) -> PillowImage:
    """Return the picture as grey or RGB on white paper."""
    from PIL import Image

    if image.mode in {"L", "RGB"}:
        return image
    if image.mode in {"1", "I", "F"} or image.mode.startswith("I;16"):
        return _sixteen(image) if image.mode != "1" else image.convert("L")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        clear = image.convert("RGBA")
        paper = Image.new("RGB", clear.size, "white")
        paper.paste(clear, mask=clear.getchannel("A"))
        return paper
    return image.convert("RGB")


def _sixteen(image: PillowImage) -> PillowImage:
    """Bring 16-bit grey down to 8 bits; Pillow alone would clip it to white."""
    return image.convert("I").point(lambda value: value / 256).convert("L")
