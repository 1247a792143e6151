"""Redacted copies: what is hidden is in no byte of the output; what is left over is found and refused."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin
from reportlab.pdfgen.canvas import Canvas

from tests.helpers import ROOT, session
from workbench.domain.evaluation import Evidence, Link
from workbench.domain.shapes import Shape
from workbench.errors import WorkbenchError
from workbench.services import redacting as redacting_module
from workbench.services.attaching import Attaching
from workbench.services.jobs import Cancelled, silent
from workbench.services.page_binding import PagePicture, bind_pages
from workbench.services.pictures import Pictures
from workbench.services.redacting import Redacting
from workbench.services.redaction_proof import leftovers, pieces
from workbench.services.session import Session
from workbench.store.evidence import Vault

SECRET = "6222021234567890"  # noqa: S105 - an account number
FONT = ROOT / "resources" / "fonts" / "NotoSansSC-Regular.ttf"
#: Over the secret of :func:`voucher`.
BOX = Shape("hide", 1, 0.1, 0.1, 0.9, 0.3)
#: Over the secret on the first page of :func:`pdf`, by how the page is turned.
OVER_TEXT = {
    0: Shape("hide", 1, 0.1, 0.33, 0.95, 0.45),
    90: Shape("hide", 1, 0.8, 0.05, 0.95, 0.95),
    180: Shape("hide", 1, 0.05, 0.55, 0.95, 0.68),
}


@pytest.fixture
def opened() -> Session:
    return session()


@pytest.fixture
def attaching(opened: Session, tmp_path: Path) -> Attaching:
    return Attaching(opened, Vault(tmp_path / "evidence"))


@pytest.fixture
def redacting(opened: Session, attaching: Attaching, tmp_path: Path) -> Iterator[Redacting]:
    pictures = Pictures(attaching.vault, tmp_path / "cache", workers=1)
    yield Redacting(opened, attaching, pictures, FONT)
    pictures.close()


def voucher(size: tuple[int, int] = (800, 600)) -> Image.Image:
    """White paper with a bright number in the upper part and words below it."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.text((100, 90), SECRET, "red", ImageFont.truetype(str(FONT), 60))
    draw.text((100, 400), "PUBLIC", "black", ImageFont.truetype(str(FONT), 60))
    return image


def jpeg(orientation: int = 1) -> bytes:
    """A photo with camera, place, a comment and a thumbnail that shows everything."""
    image = voucher()
    if orientation == 6:
        image = image.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAM"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 5.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=SECRET.encode(), quality=95)
    small = io.BytesIO()
    voucher().resize((160, 120)).save(small, "JPEG")
    segment = b"\xff\xe1" + (len(small.getvalue()) + 2).to_bytes(2) + small.getvalue()
    return out.getvalue()[:2] + segment + out.getvalue()[2:]


def png() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET)
    out = io.BytesIO()
    voucher().save(out, "PNG", pnginfo=notes, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")
    return out.getvalue()


def pdf(*, turned: int = 0) -> bytes:
    """Two pages of text with a title and an author; the secret is on the first."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.setTitle(SECRET)
    canvas.setAuthor("SECRETAUTHOR")
    canvas.setPageRotation(turned)
    canvas.setFont("Helvetica", 40)
    canvas.drawString(100, 500, SECRET)
    canvas.drawString(100, 300, "PUBLIC")
    canvas.textAnnotation(SECRET, (0, 0, 10, 10))
    canvas.showPage()
    canvas.drawString(100, 500, "second page")
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def redacted(
    redacting: Redacting, attaching: Attaching, data: bytes, name: str, *shapes: Shape
) -> tuple[Evidence, bytes]:
    (item,) = attaching.settle(attaching.take_in_bytes(data, name, silent), ("indicator", "A11")).items
    derived = redacting.make(item, shapes or (BOX,), silent)
    made = redacting.settle(derived, withhold=True)
    assert made is not None
    path = attaching.vault.path_of(made.sha256)
    assert path is not None
    return made, path.read_bytes()


def opened_picture(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def brightest(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    return max(top for _, top in image.convert("RGB").crop(box).getextrema())


def assert_none_left(data: bytes) -> None:
    for form in (SECRET, "SECRETCAM", "SECRETAUTHOR"):
        for encoding in ("utf-8", "utf-16-be", "utf-16-le"):
            assert form.encode(encoding) not in data
            assert form.encode(encoding).hex().encode() not in data.lower()
    assert b"Exif" not in data
    assert b"GPS" not in data


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_jpeg_keeps_neither_pixels_nor_exif_nor_thumbnail(
    redacting: Redacting, attaching: Attaching, orientation: int
) -> None:
    made, data = redacted(redacting, attaching, jpeg(orientation), "卡.jpg")
    image = opened_picture(data)
    assert made.media_type == "image/jpeg"
    assert image.size == (800, 600)  # upright
    assert brightest(image, (90, 70, 710, 170)) < 24
    assert brightest(image, (100, 400, 500, 500)) > 240  # what is not hidden is still there
    assert not image.getexif()
    assert "comment" not in image.info
    assert data.count(b"\xff\xd8\xff") == 1  # no picture within the picture
    assert_none_left(data)


def test_a_png_keeps_neither_pixels_nor_notes(redacting: Redacting, attaching: Attaching) -> None:
    made, data = redacted(redacting, attaching, png(), "卡.png")
    image = opened_picture(data)
    assert made.media_type == "image/png"
    assert brightest(image, (80, 60, 720, 180)) == 0
    assert brightest(image, (100, 400, 500, 500)) > 240
    assert set(re.findall(rb"IHDR|IDAT|IEND|tEXt|iTXt|zTXt|eXIf|tIME|pHYs", data)) == {
        b"IHDR",
        b"IDAT",
        b"IEND",
    }
    assert_none_left(data)


@pytest.mark.parametrize("turned", [0, 90, 180])
def test_a_pdf_keeps_no_text_no_metadata_no_pixels(
    redacting: Redacting, attaching: Attaching, turned: int
) -> None:
    made, data = redacted(redacting, attaching, pdf(turned=turned), "合同.pdf", OVER_TEXT[turned])
    assert made.media_type == "application/pdf"
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 2
    assert not any(document.get_metadata_dict().values())
    for page in document:
        assert page.get_textpage().get_text_range() == ""
        assert [found.type for found in page.get_objects()] == [3]  # one picture
    first, second = (page.render(scale=1).to_pil().convert("L") for page in document)
    shown = OVER_TEXT[turned]
    box = tuple(
        round(share * side)
        for share, side in zip((shown.x, shown.y, shown.to_x, shown.to_y), first.size * 2, strict=True)
    )
    inner = first.crop((box[0] + 3, box[1] + 3, box[2] - 3, box[3] - 3))
    assert inner.getextrema()[1] < 24
    assert second.getextrema()[0] < 100  # the other page is still readable
    assert_none_left(data)


def test_the_text_under_the_box_is_known_whichever_way_the_page_lies(
    redacting: Redacting, attaching: Attaching, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[list[str]] = []

    def spy(data: bytes, media_type: str, secrets: list[str]) -> list[str]:
        heard.append(list(secrets))
        return list(leftovers(data, media_type, secrets))

    monkeypatch.setattr(redacting_module, "leftovers", spy)
    for turned, shape in OVER_TEXT.items():
        redacted(redacting, attaching, pdf(turned=turned), f"{turned}.pdf", shape)
    assert heard == [[SECRET]] * 3


def test_a_copy_says_where_it_comes_from_and_the_original_stays_behind(
    redacting: Redacting, attaching: Attaching, opened: Session
) -> None:
    before = jpeg()
    made, _ = redacted(redacting, attaching, before, "卡.jpg")
    original = next(item for item in opened.evaluation.table(Evidence).values() if item.number == 1)
    assert (made.number, made.derived_from, made.title) == (2, original.id, "卡（遮盖件）")
    assert made.note == "由佐证-001 遮盖而成"
    assert original.withheld
    assert not made.withheld
    assert {link.to_id for link in opened.evaluation.links(from_id=made.id)} == {"A11"}
    path = attaching.vault.path_of(original.sha256)
    assert path is not None
    assert path.read_bytes() == before
    opened.undo()
    (left,) = opened.evaluation.table(Evidence).values()
    assert not left.withheld
    assert len(opened.evaluation.table(Link)) == 1


def test_pointers_alone_are_drawn_and_nothing_is_called_hidden(
    redacting: Redacting, attaching: Attaching
) -> None:
    made, data = redacted(
        redacting,
        attaching,
        png(),
        "卡.png",
        Shape("arrow", 1, 0.1, 0.9, 0.4, 0.7),
        Shape("frame", 1, 0.1, 0.1, 0.9, 0.3),
        Shape("words", 1, 0.5, 0.5, 0.5, 0.5, "此处为账号"),
    )
    assert made.note == "由佐证-001 标注而成"
    image = opened_picture(data)
    assert len({image.getpixel((x, 60)) for x in range(80, 720)} & {(208, 2, 27)}) == 1  # the frame
    assert (208, 2, 27) in {image.getpixel((200, y)) for y in range(300, 600)}  # the arrow
    words = image.crop((400, 300, 620, 330)).getcolors(100_000)
    assert sum(count for count, color in words if color == (208, 2, 27)) > 100


def test_a_scan_of_several_pages_becomes_a_pdf(redacting: Redacting, attaching: Attaching) -> None:
    out = io.BytesIO()
    voucher().save(out, "TIFF", save_all=True, append_images=[voucher()])
    made, data = redacted(
        redacting, attaching, out.getvalue(), "扫描.tif", Shape("hide", 2, 0.1, 0.1, 0.9, 0.3)
    )
    assert made.media_type == "application/pdf"
    first, second = (page.render(scale=1).to_pil().convert("RGB") for page in pypdfium2.PdfDocument(data))
    across, down = second.size
    box = (round(0.15 * across), round(0.13 * down), round(0.85 * across), round(0.27 * down))
    assert brightest(second, box) < 24
    assert brightest(first, box) > 240


def test_nothing_drawn_and_broken_files_are_refused_in_words(
    redacting: Redacting, attaching: Attaching, opened: Session
) -> None:
    (item,) = attaching.settle(attaching.take_in_bytes(b"%PDF-1.4 broken", "a.pdf", silent)).items
    with pytest.raises(WorkbenchError, match="还没有画"):
        redacting.make(item, (), silent)
    with pytest.raises(WorkbenchError, match="不能重画：PDF 已损坏"):
        redacting.make(item, (BOX,), silent)
    assert len(opened.evaluation.table(Evidence)) == 1


def test_a_redaction_can_be_stopped(redacting: Redacting, attaching: Attaching) -> None:
    def stop(done: int, total: int, what: str) -> None:
        if "检查" in what:
            raise Cancelled

    (item,) = attaching.settle(attaching.take_in_bytes(png(), "a.png", silent)).items
    with pytest.raises(Cancelled):
        redacting.make(item, (BOX,), stop)
    assert len(list(attaching.vault.contents())) == 1


def test_what_is_left_over_stops_everything(
    redacting: Redacting, attaching: Attaching, monkeypatch: pytest.MonkeyPatch
) -> None:
    (item,) = attaching.settle(attaching.take_in_bytes(png(), "a.png", silent)).items
    monkeypatch.setattr(redacting_module, "leftovers", lambda *_: ["还留有EXIF 信息"])
    with pytest.raises(WorkbenchError, match="还留有EXIF 信息。未存入"):
        redacting.make(item, (BOX,), silent)
    assert len(list(attaching.vault.contents())) == 1


def test_a_place_that_is_not_black_is_refused(
    redacting: Redacting, attaching: Attaching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child that proves looks at the pixels, whatever the one that drew believed."""
    (item,) = attaching.settle(attaching.take_in_bytes(png(), "a.png", silent)).items
    prove = redacting._prove

    def elsewhere(path: Path, media_type: str, shapes: list[Shape], secrets: list[str]) -> None:
        prove(path, media_type, [Shape("hide", 1, 0.1, 0.6, 0.9, 0.9)], secrets)

    monkeypatch.setattr(redacting, "_prove", elsewhere)
    with pytest.raises(WorkbenchError, match="涂黑处仍能看出原有内容"):
        redacting.make(item, (BOX,), silent)


def clean_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(out, "JPEG", subsampling=0)
    return out.getvalue()


@pytest.mark.parametrize(
    "spoilt",
    [
        clean_jpeg() + b"more",
        clean_jpeg().replace(b"\xff\xdb", b"\xff\xfe\x00\x06abcd\xff\xdb", 1),
        jpeg(),
        clean_jpeg()[:-2],
    ],
    ids=["tail", "comment", "exif", "cut"],
)
def test_leftovers_of_a_jpeg_are_found(spoilt: bytes) -> None:
    assert list(leftovers(clean_jpeg(), "image/jpeg")) == []
    assert list(leftovers(spoilt, "image/jpeg"))


def test_leftovers_of_a_png_are_found() -> None:
    out = io.BytesIO()
    voucher().save(out, "PNG")
    assert list(leftovers(out.getvalue(), "image/png")) == []
    assert list(leftovers(png(), "image/png"))
    assert list(leftovers(out.getvalue() + b"tail", "image/png"))


def test_leftovers_of_a_pdf_are_found(tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(clean_jpeg())
    bind_pages([PagePicture(tmp_path / "p.jpg", 64, 48, 200)], tmp_path / "a.pdf")
    clean = (tmp_path / "a.pdf").read_bytes()
    assert list(leftovers(clean, "application/pdf", [SECRET])) == []
    assert list(leftovers(pdf(), "application/pdf"))
    assert list(leftovers(clean + pdf(), "application/pdf"))
    assert list(leftovers(clean.replace(b"/Root 1 0 R", b"/Root 1 0 R/Info 9 0 R"), "application/pdf"))
    for form in (SECRET.encode(), SECRET.encode("utf-16-be"), SECRET.encode("utf-16-be").hex().encode()):
        assert "还留有被遮盖的文字" in list(
            leftovers(clean.replace(b"%\xe2", b"%" + form, 1), "application/pdf", [SECRET])
        )


def test_only_pieces_that_chance_does_not_write_are_searched() -> None:
    assert pieces("王 5 元 账号6222 0212") == ["账号6222", "王5元账号62220212"]
