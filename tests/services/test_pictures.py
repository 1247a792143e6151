"""Previews of honest and hostile files: drawn, or said why not; never a hang, never a crash."""

from __future__ import annotations

import io
import os
import queue
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from workbench.domain.media import sniff
from workbench.services import pictures as pictures_module
from workbench.services.jobs import silent
from workbench.services.pictures import PREVIEW, THUMBNAIL, Picture, Pictures, Wish
from workbench.store.evidence import Vault
from workbench.store.incoming import StoredFile


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "evidence")


@pytest.fixture
def pictures(vault: Vault, tmp_path: Path) -> Iterator[Pictures]:
    made = Pictures(vault, tmp_path / "cache", workers=1, time_limit=10)
    yield made
    made.close()


def wish(vault: Vault, data: bytes, edge: int = THUMBNAIL, page: int = 1, media_type: str = "") -> Wish:
    stored = vault.add(data, "x", silent)
    assert isinstance(stored, StoredFile)
    return Wish(stored.sha256, media_type or stored.media_type, edge, page)


def photo(
    width: int = 640, height: int = 480, kind: str = "JPEG", mode: str = "RGB", **options: object
) -> bytes:
    noise = Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3)).resize((width, height))
    out = io.BytesIO()
    noise.convert(mode).save(out, kind, **options)
    return out.getvalue()


def png_header(width: int, height: int, depth: int = 8, color: int = 2) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pdf(*objects: str) -> bytes:
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    for place in places:
        out.write(f"{place:010d} 00000 n \n".encode())
    out.write(f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode())
    return out.getvalue()


CATALOG = "<</Type/Catalog/Pages 2 0 R>>"


def pages_of(count: int, extra: str = "") -> bytes:
    kids = " ".join(f"{n} 0 R" for n in range(3, 3 + count))
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{extra}>>"
    return pdf(CATALOG, f"<</Type/Pages/Kids[{kids}]/Count {count}>>", *[page] * count)


def shown(picture: Picture) -> Image.Image:
    assert picture.path is not None, picture
    image = Image.open(picture.path)
    image.load()
    return image


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"),
     ("PNG", "LA"), ("GIF", "P"), ("BMP", "RGB"), ("WEBP", "RGB"), ("TIFF", "RGB"), ("TIFF", "1")],
)  # fmt: skip
def test_pictures_of_every_kind_are_drawn(vault: Vault, pictures: Pictures, kind: str, mode: str) -> None:
    picture = pictures.make(wish(vault, photo(kind=kind, mode=mode)))
    assert shown(picture).size == (160, 120)
    assert (picture.drawn.width, picture.drawn.height, picture.drawn.damage) == (640, 480, "")


def test_sixteen_bits_are_shown_as_they_look(vault: Vault, pictures: Pictures) -> None:
    out = io.BytesIO()
    Image.new("I;16", (300, 200), 0x8000).save(out, "PNG")
    value = shown(pictures.make(wish(vault, out.getvalue()))).getpixel((80, 50))
    assert all(abs(part - 128) < 4 for part in value)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright(vault: Vault, pictures: Pictures, orientation: int) -> None:
    upright = Image.new("RGB", (400, 200), "white")
    upright.paste("red", (0, 0, 100, 50))
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    held = upright if undo is None else upright.transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    held.save(out, "JPEG", exif=exif)
    image = shown(pictures.make(wish(vault, out.getvalue())))
    assert image.size == (160, 80)
    red, _, blue = image.getpixel((10, 8))
    assert red > 180
    assert blue < 90


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_truncated_photo_is_flagged(vault: Vault, pictures: Pictures, share: float) -> None:
    whole = photo(2000, 1500)
    drawn = pictures.make(wish(vault, whole[: int(len(whole) * share)])).drawn
    assert drawn.damage


def test_a_photo_that_lacks_only_its_end_mark_is_flagged_and_shown(vault: Vault, pictures: Pictures) -> None:
    picture = pictures.make(wish(vault, photo()[:-2]))
    assert picture.drawn.damage == "文件不完整，后面的部分缺失。"
    assert shown(picture).size == (160, 120)


def test_a_zeroed_stretch_is_flagged(vault: Vault, pictures: Pictures) -> None:
    whole = photo(2000, 1500)
    half = len(whole) // 2
    picture = pictures.make(wish(vault, whole[:half] + bytes(4096) + whole[half + 4096 :]))
    assert "有一段为空" in picture.drawn.damage


def test_blank_and_progressive_photos_are_not_taken_for_damaged(vault: Vault, pictures: Pictures) -> None:
    blank = io.BytesIO()
    Image.new("RGB", (4000, 3000), "white").save(blank, "JPEG", optimize=True)
    for data in (blank.getvalue(), photo(progressive=True), photo() + bytes(5000)):
        assert pictures.make(wish(vault, data)).drawn.damage == ""


def test_a_truncated_png_is_flagged(vault: Vault, pictures: Pictures) -> None:
    data = photo(900, 700, "PNG")
    assert pictures.make(wish(vault, data[: len(data) // 2])).drawn.damage


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_huge_pictures_are_refused_by_their_header(
    vault: Vault, pictures: Pictures, width: int, height: int
) -> None:
    picture = pictures.make(wish(vault, png_header(width, height)))
    assert picture.path is None
    assert picture.drawn.reason == f"图片过大（{width}×{height} 像素），不作预览；文件已原样保存。"


def test_a_truthful_large_scan_is_drawn(vault: Vault, pictures: Pictures) -> None:
    out = io.BytesIO()
    Image.new("L", (10_000, 10_000), 200).save(out, "PNG", compress_level=1)
    assert shown(pictures.make(wish(vault, out.getvalue()))).size == (160, 160)


def test_pages_of_a_pdf_are_counted_and_drawn(vault: Vault, pictures: Pictures) -> None:
    picture = pictures.make(wish(vault, pages_of(3), PREVIEW, page=3))
    assert picture.drawn.pages == 3
    assert shown(picture).size == (990, 1400)
    assert pictures.make(wish(vault, pages_of(3), THUMBNAIL, page=99)).drawn.ok


LOOPS = {
    "page tree": pdf(CATALOG, "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"),
    "form in itself": pdf(
        CATALOG,
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>",
        "<</Length 5>>stream\n/F Do\nendstream",
        "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Length 11>>stream\n/F Do /F Do\nendstream",
    ),
    "xref": pages_of(1).replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev 9"),
    "length of itself": pdf(CATALOG, "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>", "<</Length 4 0 R>>stream\nq\nendstream"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOPS)
def test_a_pdf_with_a_loop_is_answered(vault: Vault, pictures: Pictures, name: str) -> None:
    picture = pictures.make(wish(vault, LOOPS[name]))
    assert picture.drawn.ok or picture.drawn.reason
    assert pictures.make(wish(vault, pages_of(1))).drawn.ok


def endless_pdf() -> bytes:
    """Forms that draw each other ten times, nine deep: a small file and a thousand million drawings."""
    forms = [
        f"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F {number + 1} 0 R>>>>"
        f"/Length 60>>stream\n{'/F Do ' * 10}\nendstream"
        for number in range(5, 14)
    ]
    return pdf(
        CATALOG,
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>",
        "<</Length 5>>stream\n/F Do\nendstream",
        *forms,
        "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 14>>stream\n0 0 9 9 re f  \nendstream",
    )


def test_a_pdf_that_takes_too_long_is_given_up(vault: Vault, tmp_path: Path) -> None:
    hasty = Pictures(vault, tmp_path / "cache", workers=1, time_limit=1)
    try:
        assert hasty.make(wish(vault, pages_of(1))).drawn.ok
        assert "未能在限定时间内显示" in hasty.make(wish(vault, endless_pdf())).drawn.reason
        assert hasty.make(wish(vault, pages_of(2))).drawn.ok
    finally:
        hasty.close()


@pytest.mark.parametrize("box", ["[0 0 1e9 1]", "[0 0 0 0]", "[5 5 1 1]", "[0 0 14400 14400]"])
def test_odd_page_sizes_are_answered(vault: Vault, pictures: Pictures, box: str) -> None:
    data = pages_of(1).replace(b"[0 0 595 842]", box.encode())
    picture = pictures.make(wish(vault, data))
    assert picture.drawn.ok or picture.drawn.reason


@pytest.mark.parametrize(
    "media_type", ["application/pdf", "image/jpeg", "image/png", "image/tiff", "image/webp"]
)
def test_rubbish_is_told_as_damaged(vault: Vault, pictures: Pictures, media_type: str) -> None:
    picture = pictures.make(wish(vault, b"%PDF-1.4 rubbish" + media_type.encode(), media_type=media_type))
    assert picture.path is None
    assert "文件已原样保存" in picture.drawn.reason


def test_a_locked_pdf_says_so(vault: Vault, pictures: Pictures) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret"))
    canvas.showPage()
    canvas.save()
    assert pictures.make(wish(vault, out.getvalue())).drawn.reason == "PDF 有打开密码，不作预览。"


def test_flipped_bytes_never_stop_the_drawing(vault: Vault, pictures: Pictures) -> None:
    whole = photo(300, 200)
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        data = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        drawn = pictures.make(wish(vault, data, media_type=sniff(whole, whole, "").media_type)).drawn
        assert drawn.ok or drawn.reason


def test_a_drawn_picture_is_kept_and_not_drawn_again(
    vault: Vault, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = wish(vault, photo())
    first = pictures.make(asked)

    def never(*_: object) -> None:
        raise AssertionError("drawn again")

    monkeypatch.setattr(pictures_module._Child, "draw", never)
    assert pictures.make(asked) == first


def test_a_broken_note_in_the_cache_is_drawn_over(vault: Vault, pictures: Pictures) -> None:
    asked = wish(vault, photo())
    first = pictures.make(asked)
    first.path.with_suffix(".json").write_bytes(b"{")
    assert pictures.make(asked) == first


def test_a_missing_file_and_other_kinds_are_told(vault: Vault, pictures: Pictures) -> None:
    assert pictures.make(Wish("0" * 64, "image/jpeg", 160)).drawn.reason == "文件不在评价文件夹中。"
    assert "不作预览" in pictures.make(Wish("0" * 64, "audio/mpeg", 160)).drawn.reason


def test_a_cache_that_can_not_be_written_is_told(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"in the way")
    pictures = Pictures(vault, tmp_path / "cache")
    assert "保存预览图" in pictures.make(wish(vault, photo())).drawn.reason
    pictures.close()


def test_answers_come_newest_first_and_unseen_wishes_are_forgotten(vault: Vault, pictures: Pictures) -> None:
    answers: queue.Queue[Wish] = queue.Queue()
    held = queue.Queue()

    def first(asked: Wish, _: Picture) -> None:
        answers.put(asked)
        held.get(timeout=20)

    def others(asked: Wish, _: Picture) -> None:
        answers.put(asked)

    wishes = [wish(vault, photo(40 + n, 40)) for n in range(4)]
    pictures.ask(wishes[0], first)
    assert answers.get(timeout=20) == wishes[0]
    for each in wishes[1:]:
        pictures.ask(each, others)
    pictures.keep_only({wishes[1], wishes[3]})
    held.put(None)
    assert [answers.get(timeout=20), answers.get(timeout=20)] == [wishes[3], wishes[1]]
    assert answers.empty()


def test_closing_does_not_wait_for_an_endless_file(vault: Vault, tmp_path: Path) -> None:
    pictures = Pictures(vault, tmp_path / "cache", workers=1, time_limit=100)
    answers: queue.Queue[Wish] = queue.Queue()
    endless, honest = wish(vault, endless_pdf()), wish(vault, photo())

    def answer(asked: Wish, _: Picture) -> None:
        answers.put(asked)
        pictures.ask(endless, lambda asked, _: answers.put(asked))

    pictures.ask(honest, answer)
    assert answers.get(timeout=30) == honest
    before = time.monotonic()
    pictures.close()
    assert time.monotonic() - before < 30
    assert not list((tmp_path / "cache").rglob(f"{endless.sha256}*")), "a stop is no finding about the file"
    pictures.ask(honest, answer)  # after the end nothing is answered, and nothing raised
