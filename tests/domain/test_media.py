"""Files are known by their bytes, whatever they are called."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from PIL import Image

from workbench.domain.exif import taken_at, taken_where
from workbench.domain.media import KINDS, UNKNOWN, extension_of, label_of, may_open, sniff


def office(part: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", "x" * 5000)
        file.writestr(part, "")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (b"\xff\xd8\xff\xe1", "a.pdf", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "a", "image/png"),
        (b"\0\0\0\x18ftypheic\0\0", "a.jpg", "image/heic"),
        (b"\0\0\0\x18ftypisom\0\0", "a.jpg", "video/mp4"),
        (b"\0\0\0\x18ftypqt  \0\0", "a", "video/quicktime"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a", "image/webp"),
        (b"\xef\xbb\xbf\n%PDF-1.3", "a", "application/pdf"),
        (office("word/document.xml"), "a.zip", KINDS["application/msword"].media_type + "x"),
        (office("xl/workbook.xml"), "", "xlsx"),
        (office("OFD.xml"), "", "application/ofd"),
        (office("other.txt"), "a.docx", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.XLS", "application/vnd.ms-excel"),
        (b"ID3\x03", "a.mp3", "audio/mpeg"),
        (b"#!AMR\n", "a", "audio/amr"),
        ("项目,金额".encode("gb18030"), "a.csv", "text/csv"),
        ("会议记录".encode(), "a", "text/plain"),
        (b"MZ\x90\0", "photo.jpg", "application/x-program"),
        (b"[InternetShortcut]", "a.url", "application/x-program"),
        (b"\0\x01\x02", "a.xyz", UNKNOWN),
    ],
)
def test_kinds_are_told_by_content(data: bytes, name: str, media_type: str) -> None:
    found = sniff(data[:65536], data[-65536:], name)
    if media_type.endswith("x") and "/" in media_type and "program" not in media_type:
        assert found.extension == ".docx"
    elif "/" not in media_type:
        assert found.extension == f".{media_type}"
    else:
        assert found.media_type == media_type


def test_every_kind_has_a_plain_extension_and_a_label() -> None:
    assert all(extension_of(f"x{kind.extension}") == kind.extension for kind in KINDS.values())
    assert label_of("image/jpeg") == "照片"
    assert label_of("something/else") == "文件"


def test_programs_and_strange_types_are_not_opened() -> None:
    assert may_open("application/pdf")
    assert not may_open("application/x-program")
    assert not may_open("../evil")


def photo(kind: str, tag: int, stamp: str, *, inner: bool) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "maker"
    if inner:
        exif[0x8769] = {tag: stamp}
    else:
        exif[tag] = stamp
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind, exif=exif)
    return out.getvalue()


def test_the_time_in_a_tiff_is_read() -> None:
    exif = Image.Exif()
    exif[0x8769] = {0x9003: "2022:11:24 10:12:30"}
    assert taken_at(exif.tobytes()[6:]) == "2022-11-24 10:12:30"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_time_of_taking_is_read(kind: str) -> None:
    assert taken_at(photo(kind, 0x9003, "2022:11:24 10:12:30", inner=True)) == "2022-11-24 10:12:30"


def test_the_time_of_change_is_the_last_resort() -> None:
    assert taken_at(photo("JPEG", 0x0132, "2022:11:24 10:12:30", inner=False)) == "2022-11-24 10:12:30"


def test_the_exif_item_of_heic_is_found_behind_its_index() -> None:
    jpeg = photo("JPEG", 0x9003, "2022:11:24 10:12:30", inner=True)
    at = jpeg.index(b"Exif\0\0")
    heic = b"\0\0\0\x18ftypheic" + b"\0" * 9000 + struct.pack(">I", 6) + jpeg[at:]
    assert taken_at(heic) == "2022-11-24 10:12:30"


@pytest.mark.parametrize("stamp", ["0000:00:00 00:00:00", "2022:13:45 10:12:30", "yesterday, at noon  "])
def test_a_time_that_is_none_is_not_shown(stamp: str) -> None:
    assert taken_at(photo("JPEG", 0x9003, stamp, inner=True)) == ""


def test_no_cut_or_flipped_byte_of_exif_raises() -> None:
    whole = photo("JPEG", 0x9003, "2022:11:24 10:12:30", inner=True)
    start = whole.index(b"Exif")
    for at in range(start, start + 120):
        assert isinstance(taken_at(whole[:at]), str)
        for value in (0x00, 0x7F, 0xFF):
            assert isinstance(taken_at(whole[:at] + bytes([value]) + whole[at + 1 :]), str)


def test_a_place_is_read_and_none_made_up() -> None:
    exif = Image.Exif()
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "S", (33.0, 30.0, 0.0), "W", (70.0, 36.0, 36.0)
    assert taken_where(exif.tobytes()[6:]) == "南纬33.50000° 西经70.61000°"
    place[2], place[4] = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    assert taken_where(exif.tobytes()[6:]) == ""
    place[2] = (95.0, 0.0, 0.0)
    assert taken_where(exif.tobytes()[6:]) == ""


def test_a_damaged_place_never_stops_the_intake() -> None:
    exif = Image.Exif()
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (33.0, 30.0, 0.0), "E", (70.0, 36.0, 36.0)
    whole = exif.tobytes()[6:]
    for at in range(4, len(whole)):
        for change in (0x00, 0x55, 0xFF):
            read = taken_where(whole[:at] + bytes([change]) + whole[at + 1 :])
            assert read == "" or "°" in read
        assert taken_where(whole[:at]) in {"", taken_where(whole)}
