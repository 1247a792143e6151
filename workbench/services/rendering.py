"""Draw a small picture of a file that may be hostile: the part of a preview that runs in a child process."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import math
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image, Resampling
    from PIL.ImageFile import ImageFile

#: What can be drawn; anything else is shown by its kind in words.
IMAGE_FORMATS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/bmp": ("BMP",),
    "image/webp": ("WEBP",),
    "image/tiff": ("TIFF",),
    "image/heic": ("HEIF",),
}
DRAWN = frozenset({*IMAGE_FORMATS, "application/pdf"})

#: What a decoded picture may take, in bytes: an A3 scan at 600 dpi in colour (210 MB) fits.
MOST_BYTES = 390_000_000
#: JPEG is decoded at a fraction of its size, so that only absurd ones are refused, in pixels.
MOST_JPEG_PIXELS = 400_000_000
#: Camera data holds no such stretch of zero bytes; a card or cable that fails leaves whole sectors of them.
_ZERO_STRETCH = b"\0" * 1024
_LOG = logging.getLogger(__name__)


#: What puts a picture of each orientation upright, by the number of Pillow's ``Transpose``.
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}


@dataclass(frozen=True, slots=True)
class Job:
    """Draw page ``page`` of ``path`` no longer than ``edge`` pixels on either side, as a JPEG at ``target``.

    ``smaller`` are further edges with their targets, each shorter than the one before: the same page, decoded
    once for all of them.
    """

    path: str
    media_type: str
    edge: int
    page: int
    target: str
    smaller: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of a job. ``width``/``height`` of the original in pixels (PDF: points)."""

    ok: bool
    width: int = 0
    height: int = 0
    pages: int = 1
    damage: str = ""
    """A Chinese sentence when the file is damaged, although something of it may be shown."""
    reason: str = ""
    """Why nothing was drawn, in Chinese."""
    hidden: list[str] = field(default_factory=list)
    """Text that lies under what was blackened."""
    digests: list[str] = field(default_factory=list)
    """SHA-256 of each picture that was drawn, the largest first."""
    passing: bool = False
    """The failure was the moment's (time, memory, disk) and may not be the file's: it is tried again later."""


class Undrawable(Exception):
    """Told instead of a picture; the message is Chinese."""


class Unwritten(Exception):
    """The picture was drawn and could not be written."""


def draw(job: Job) -> Drawn:
    """Draw one picture; the target appears whole or not at all. Raises whatever the decoders raise."""
    drawn, image = _draw_pdf(job) if job.media_type == "application/pdf" else _draw_image(job)
    digests = [_written(image, Path(job.target))]
    for edge, target in job.smaller:
        image.thumbnail((edge, edge), _best())
        digests.append(_written(image, Path(target)))
    return replace(drawn, digests=digests)


def _written(image: Image, target: Path) -> str:
    """Write a picture beside and swap it in; returns the SHA-256 of what was written."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    beside = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(out.getbuffer())
        beside.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise Unwritten from error
    return hashlib.sha256(out.getbuffer()).hexdigest()


def _best() -> Resampling:
    from PIL import Image

    return Image.Resampling.LANCZOS


def _draw_image(job: Job) -> tuple[Drawn, Image]:
    from PIL import ImageFile

    damage = _jpeg_damage(Path(job.path)) if job.media_type == "image/jpeg" else ""
    try:
        drawn, image = _decode(job)
    except (OSError, SyntaxError, ValueError) as error:  # Pillow's ways to say that data are broken
        _LOG.debug("strict decoding failed: %s", error)
        damage = damage or "文件不完整或已损坏，只能显示其中一部分。"
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            drawn, image = _decode(job)
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
    return replace(drawn, damage=damage), image


def _decode(job: Job) -> tuple[Drawn, Image]:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the limits below are stricter, and are told in Chinese
    with _opened(job.path, job.media_type) as image:
        width, height = image.size
        jpeg = image.format in IMAGE_FORMATS["image/jpeg"]
        needed = width * height * len(image.getbands())
        if width * height > MOST_JPEG_PIXELS if jpeg else needed > MOST_BYTES:
            raise Undrawable(f"图片过大（{width}×{height} 像素），不作预览；文件已原样保存。")
        pages = _frames(image)
        if job.page > 1:
            image.seek(min(job.page, pages) - 1)
        # A JPEG is decoded at a half, a quarter or an eighth where that is still no smaller than what is wanted.
        share = min(1.0, job.edge / max(width, height))
        image.draft("RGB", (math.ceil(width * share), math.ceil(height * share)))
        image.load()
        if image.mode in ("P", "1") and max(image.size) > 8 * job.edge:
            image.thumbnail((4 * job.edge, 4 * job.edge), Image.Resampling.NEAREST)
        grey = image.mode == "L" and "transparency" not in image.info
        small = image.copy() if grey else _plain(image)
        small.thumbnail((job.edge, job.edge), _best())
        turn = _TURNS.get(_orientation(image))
        small = small.transpose(Image.Transpose(turn)) if turn is not None else small
        return Drawn(True, width, height, pages), small


def _opened(path: str, media_type: str) -> ImageFile:
    from PIL import Image

    if media_type == "image/heic":
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False)
    return Image.open(path, formats=IMAGE_FORMATS[media_type])


def _orientation(image: Image) -> int:
    """How the camera was held (Exif 2.32, tag 0112); 1 when a broken block does not tell."""
    with contextlib.suppress(OSError, SyntaxError, ValueError, KeyError, struct.error):
        return int(image.getexif().get(0x0112, 1))
    return 1


def _plain(image: Image) -> Image:
    """As RGB on white, whatever it was: 16 bits, CMYK, palette, transparency."""
    from PIL import Image

    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        shown = image.convert("RGBA")
        ground = Image.new("RGB", shown.size, "white")
        ground.paste(shown, mask=shown.getchannel("A"))
        return ground
    return image.convert("RGB") if image.mode != "RGB" else image


def upright_picture(path: str, media_type: str, number: int) -> tuple[Image, int]:
    """One frame of a picture at full size, upright, as RGB, and how many frames there are."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    with _opened(path, media_type) as image:
        width, height = image.size
        if width * height * len(image.getbands()) > MOST_BYTES:
            raise Undrawable(f"图片过大（{width}×{height} 像素），不能处理。")
        pages = _frames(image)
        if number > 1:
            image.seek(min(number, pages) - 1)
        image.load()
        plain = _plain(image)
        turn = _TURNS.get(_orientation(image))
        return (plain.transpose(Image.Transpose(turn)) if turn is not None else plain.copy()), pages


def _frames(image: Image) -> int:
    return int(getattr(image, "n_frames", 1)) if image.format in ("TIFF", "GIF") else 1


def _readable(path: str) -> str | bytes:
    """A path as pdfium takes it; of a file in another process's memory, which has no path of its own, the content."""
    return Path(path).read_bytes() if path.startswith("/proc/") else path


@contextlib.contextmanager
def open_page(path: str, number: int) -> Iterator[tuple[Any, int]]:
    """A page of a PDF, the last one when there are fewer, and how many there are."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(_readable(path))
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Undrawable("PDF 有打开密码，不作预览。") from error
        raise Undrawable("PDF 已损坏，无法预览；文件已原样保存。") from error
    with contextlib.closing(document):
        pages = len(document)
        if pages == 0:
            raise Undrawable("PDF 中没有页面。")
        try:
            page = document[min(number, pages) - 1]
        except pypdfium2.PdfiumError as error:
            raise Undrawable("PDF 的这一页已损坏，无法预览。") from error
        width, height = page.get_size()
        if not (0 < width < 1e6 and 0 < height < 1e6):
            raise Undrawable("PDF 页面尺寸异常，无法预览。")
        yield page, pages


def _draw_pdf(job: Job) -> tuple[Drawn, Image]:
    with open_page(job.path, job.page) as (page, pages):
        width, height = page.get_size()
        scale = min(job.edge / max(width, height), 8.0)
        image: Image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        return Drawn(True, round(width), round(height), pages), image


def _jpeg_damage(path: Path) -> str:
    """What decoders pass over: a missing end, and zeroed stretches, drawn as grey; empty when there is neither.

    A stretch of zeros decodes as the first code of each Huffman table again and again. When that
    code of an AC table means "nothing more in this block", a blank page may well be all zeros, and
    nothing can be said; with the tables of cameras and scanners it means a coefficient instead.
    (ITU-T T.81, annex C and F.2.2.)
    """
    data = path.read_bytes()
    at, ends_block = 2, False
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        length = int.from_bytes(data[at + 2 : at + 4])
        if marker == 0xC4:
            ends_block = ends_block or _ac_table_starts_with_end(data[at + 4 : at + 2 + length])
        elif marker == 0xC2:  # progressive: its runs of empty blocks may be zeros
            ends_block = True
        at += 2 + length
        if marker == 0xDA:
            break
    end = data.find(b"\xff\xd9", at)
    if end < 0:
        return "文件不完整，后面的部分缺失。"
    if ends_block or data.find(_ZERO_STRETCH, at, end) < 0:
        return ""
    return "图片数据中有一段为空，文件可能在传输或存储中受损。"


def _ac_table_starts_with_end(tables: bytes) -> bool:
    """Whether the luminance AC table begins with a code that ends a block."""
    at = 0
    while at + 17 < len(tables):
        kind = tables[at]
        if kind == 0x10 and tables[at + 17] & 0x0F == 0:
            return True
        at += 17 + sum(tables[at + 1 : at + 17])
    return False
