from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from tests.exporters.paper import document, printed, shipped_fonts
from tests.exporters.samples import photo, score_chart, survey_chart
from workbench.domain.charts import Bar, BarChart, Scale, ScaleChart
from workbench.exporters.document import Figure, PhotoGrid, Picture
from workbench.exporters.pdf_images import MOST_PIXELS, PictureUnreadable, load
from workbench.exporters.report_pdf import render_pdf

RED, BLUE = (220, 30, 30), (30, 30, 220)


def half_red(kind: str = "JPEG", orientation: int = 1, size: tuple[int, int] = (320, 240)) -> bytes:
    """A picture that, shown upright, is red above and blue below, stored as the camera was held."""
    upright = Image.new("RGB", size, BLUE)
    upright.paste(RED, (0, 0, size[0], size[1] // 2))
    undo = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    stored = upright
    for step in undo.get(orientation, []):
        stored = stored.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = BytesIO()
    stored.save(out, kind, exif=exif.tobytes(), quality=95)
    return out.getvalue()


def seen(data: bytes) -> Image.Image:
    pdf = pypdfium2.PdfDocument(data)
    image = pdf[0].render(scale=0.5).to_pil().convert("RGB")
    pdf.close()
    return image


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("longest", [320, 2800])
def test_photos_stand_upright_however_the_camera_was_held(orientation: int, longest: int) -> None:
    size = (longest, longest * 3 // 4)
    figure = Figure(Picture(half_red(orientation=orientation, size=size)), share=0.5)
    data, summary = render_pdf(document(figure), fonts=shipped_fonts())
    assert not summary.unreadable_pictures
    image = seen(data)
    coloured = [
        (x, y) for x in range(0, image.width, 4) for y in range(0, image.height, 4)
        if max(image.getpixel((x, y))) - min(image.getpixel((x, y))) > 100  # type: ignore[arg-type,type-var]
    ]  # fmt: skip
    left, right = min(x for x, _ in coloured), max(x for x, _ in coloured)
    top, foot = min(y for _, y in coloured), max(y for _, y in coloured)
    assert (right - left) / (foot - top) == pytest.approx(4 / 3, abs=0.12)
    middle = (left + right) // 2
    above = image.getpixel((middle, top + (foot - top) // 4))
    below = image.getpixel((middle, top + (foot - top) * 3 // 4))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert above[0] > 150 > above[2]
    assert below[2] > 150 > below[0]


def test_a_preview_is_passed_on_untouched_and_a_large_photo_is_reduced() -> None:
    preview = photo(1)
    assert load(Picture(preview), 440).data is preview
    large = load(Picture(photo(2, 4000, 3000)), 440)
    assert max(large.width, large.height) == MOST_PIXELS
    small = load(Picture(photo(2, 4000, 3000)), 200)
    assert max(small.width, small.height) == 833, "300 dots per inch at the printed size"


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "L", "CMYK", "I;16", "I", "F", "RGB"])
def test_every_kind_of_picture_is_flattened_on_white(mode: str, tmp_path: Path) -> None:
    kind = {"CMYK": "JPEG", "I": "TIFF", "F": "TIFF"}.get(mode, "PNG")
    image = Image.new(mode, (60, 40))
    path = tmp_path / f"图.{kind.lower()}"
    image.save(path)
    raster = load(Picture(path), 100)
    assert (raster.width, raster.height) == (60, 40)
    data, summary = render_pdf(document(Figure(Picture(path, "图"))), fonts=shipped_fonts())
    assert not summary.unreadable_pictures
    assert data


def test_a_clear_background_is_white_on_paper() -> None:
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    out = BytesIO()
    image.save(out, "PNG")
    assert set(load(Picture(out.getvalue()), 100).data) == {255}


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (b"", "格式"),
        (b"not a picture", "格式"),
        (photo(1)[:4000], "损坏"),
        (half_red("PNG")[:60], "损坏"),
        (Path("无此文件.jpg"), "不存在"),
    ],
)
def test_unreadable_pictures_are_named_on_paper_and_in_the_summary(source: bytes | Path, why: str) -> None:
    with pytest.raises(PictureUnreadable, match=why):
        load(Picture(source), 100)
    pages, summary = printed(document(Figure(Picture(source, "大厅照片"), "热线大厅")))
    assert summary.unreadable_pictures == (f"大厅照片：{summary.unreadable_pictures[0].split('：')[1]}",)
    assert "大厅照片" in pages[0]
    assert "图 1　热线大厅" in pages[0].replace("\u3000", "　")


def test_a_picture_shown_twice_is_stored_once() -> None:
    source = photo(1)
    once, _ = render_pdf(document(Figure(Picture(source))), fonts=shipped_fonts())
    twice, _ = render_pdf(document(Figure(Picture(source)), Figure(Picture(source))), fonts=shipped_fonts())
    assert len(twice) - len(once) < 2000


def test_a_tall_picture_keeps_its_caption_on_its_page() -> None:
    tall = half_red(size=(200, 2000))
    pages, summary = printed(document(Figure(Picture(tall), "很高的图"), Figure(Picture(tall), "又一张")))
    assert summary.pages == 2
    assert "很高的图" in pages[0]
    assert "又一张" in pages[1]


def test_photos_stand_side_by_side_with_their_captions() -> None:
    figures = tuple(
        Figure(Picture(half_red(size=(320, 240)), f"照片{n}"), f"第{n}处现场") for n in range(1, 8)
    )
    pages, summary = printed(document(PhotoGrid(figures)))
    assert summary.pages == 2
    for n in range(1, 8):
        assert f"图 {n}　第{n}处现场" in pages[0 if n < 7 else 1]


def test_charts_are_drawn_as_vectors_with_their_words() -> None:
    data, _ = render_pdf(document(score_chart(), survey_chart()), fonts=shipped_fonts())
    assert b"/Subtype /Image" not in data
    pages, _ = printed(document(score_chart(), survey_chart()))
    for words in ("决策", "17.50 / 20", "公众认可", "15%", "不太", "各一级指标得分"):
        assert words in pages[0]


def test_a_chart_taller_than_a_page_is_parted_between_its_bars() -> None:
    bars = tuple(Bar(f"指标{n}", Decimal(n), f"{n} 分", Decimal(90)) for n in range(80))
    pages, summary = printed(document(Figure(BarChart(bars), "很长的图")))
    assert summary.pages >= 3
    text = "".join(pages)
    assert [n for n in range(80) if text.count(f"指标{n}\r") + text.count(f"指标{n} ") != 1] == []
    assert "图 1　很长的图" in pages[-1]


def test_charts_without_values_or_options_are_printed() -> None:
    empty = Figure(BarChart(()), "空图")
    zero = Figure(ScaleChart(("是", "否"), (Scale("无人回答", (Decimal(0), Decimal(0)), ("", "")),)), "零")
    negative = Figure(
        BarChart((Bar("负数", Decimal(-3), "-3"), Bar("零", Decimal(0), "0", Decimal(0)))), "负"
    )
    grid = PhotoGrid((score_chart(), survey_chart(), Figure(Picture(b""), "坏")))
    pages, _ = printed(document(empty, zero, negative, grid))
    for words in ("空图", "无人回答", "-3", "各一级指标得分"):
        assert words in "".join(pages)
