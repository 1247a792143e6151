from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import ROOT
from workbench.exporters.truetype import Face, FontUnusable

SHIPPED = sorted((ROOT / "resources" / "fonts").glob("*.ttf"))


def small_font(licence: int = 0, *, per_em: int = 2048) -> TTFont:
    """A face with a square for 一, an empty glyph for 乙, and 丙 composed of the square."""
    square, empty, composed = TTGlyphPen(None), TTGlyphPen(None), TTGlyphPen({"one": None})
    square.moveTo((0, 0))
    for corner in ((0, 1000), (1000, 1000), (1000, 0)):
        square.lineTo(corner)
    square.closePath()
    composed.addComponent("one", (0.5, 0, 0, 0.5, 600, 600))
    composed.addComponent("one", (1, 0, 0, 1, 0, 0))
    glyphs = {".notdef": empty.glyph(), "one": square.glyph(), "two": empty.glyph()}
    glyphs["three"] = composed.glyph()
    builder = FontBuilder(per_em, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({0x4E00: "one", 0x4E59: "two", 0x4E19: "three"})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (per_em, 0)))
    builder.setupHorizontalHeader(ascent=1800, descent=-200)
    builder.setupNameTable({"familyName": "朱雀仿宋", "styleName": "Regular", "psName": "Zhuque FangSong"})
    builder.setupOS2(sTypoAscender=1802, sTypoDescender=-246, fsType=licence)
    builder.setupPost()
    return builder.font


def saved(font: TTFont) -> bytes:
    out = BytesIO()
    font.save(out)
    return out.getvalue()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_faces_are_read_as_fonttools_reads_them(path: Path) -> None:
    face, font = Face.load(path), TTFont(BytesIO(path.read_bytes()), lazy=True)
    best = font.getBestCmap()
    assert face.cmap == {code: font.getGlyphID(name) for code, name in best.items()}
    widths = font["hmtx"].metrics
    assert {code: face.widths[chr(code)] for code in best} == {code: widths[name][0] for code, name in best.items()}  # fmt: skip
    assert (face.ascent, face.descent) == (880, -120)


def test_a_subset_keeps_outlines_widths_and_components() -> None:
    face = Face(saved(small_font()), "small.ttf")
    glyphs = [0, face.cmap[0x4E19], face.cmap[0x4E59]]
    subset = TTFont(BytesIO(face.subset(glyphs)))
    order = subset.getGlyphOrder()
    assert len(order) == 4, "the component of 丙 follows"
    composed = subset["glyf"][order[1]]
    assert [part.glyphName for part in composed.components] == [order[3], order[3]]
    assert list(subset["glyf"][order[3]].coordinates) == [(0, 0), (0, 1000), (1000, 1000), (1000, 0)]
    assert subset["hmtx"][order[2]] == (2048, 0)


def test_widths_are_in_thousandths_whatever_the_face_counts_in() -> None:
    face = Face(saved(small_font()), "small.ttf")
    assert face.widths["一"] == 1000
    assert face.families == ("朱雀仿宋",)
    assert face.name == "ZhuqueFangSong"


def test_a_character_mapped_to_an_empty_glyph_is_not_covered() -> None:
    face = Face(saved(small_font()), "small.ttf")
    assert [face.covers(char) for char in "一乙丙丁"] == [True, False, True, False]


def test_a_face_within_a_collection_is_read() -> None:
    collection = TTCollection()
    collection.fonts = [small_font(), small_font(per_em=1000)]
    out = BytesIO()
    collection.save(out)
    assert Face(out.getvalue(), "small.ttc", 1).covers("一")


@pytest.mark.parametrize("licence", [0x0002, 0x0100, 0x0200])
def test_a_face_that_may_not_be_embedded_is_refused(licence: int) -> None:
    with pytest.raises(FontUnusable, match="许可"):
        Face(saved(small_font(licence)), "small.ttf")


def test_cff_outlines_and_other_files_are_refused_in_words() -> None:
    with pytest.raises(FontUnusable, match="CFF"):
        Face(b"OTTO" + bytes(100), "思源.otf")
    with pytest.raises(FontUnusable, match="不是"):
        Face(b"PK\3\4" + bytes(100), "假.ttf")


@given(st.data())
def test_damaged_files_are_refused_not_trusted(data: st.DataObject) -> None:
    whole = bytearray(saved(small_font()))
    if data.draw(st.booleans()):
        whole = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        for _ in range(data.draw(st.integers(1, 8))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        face = Face(bytes(whole), "坏.ttf")
        face.subset([0, *(face.cmap[ord(char)] for char in "一乙丙" if face.covers(char))])
    except FontUnusable:
        return


def test_format_4_tables_with_offsets_are_read() -> None:
    codes = [0x4E00, 0x4E19, 0x4E59]
    # One segment over all three with an offset table, and the closing one.
    span = codes[2] - codes[0] + 1
    glyphs = [0] * span
    for glyph, code in enumerate(codes, 1):
        glyphs[code - codes[0]] = glyph
    words = [4, 0, 0, 4, 0, 0, 0, codes[2], 0xFFFF, 0, codes[0], 0xFFFF, 0, 1, 4, 0, *glyphs]
    words[1] = 2 * len(words)
    table = struct.pack(">HHHHI", 0, 1, 3, 1, 12) + struct.pack(f">{len(words)}H", *words)
    font = small_font()
    face = Face(saved(font), "small.ttf")
    face.cmap.clear()
    face._read_cmap4(table, 12)
    assert face.cmap == {0x4E00: 1, 0x4E19: 2, 0x4E59: 3}


def test_a_file_and_its_bytes_give_the_same_subset(tmp_path: Path) -> None:
    path = tmp_path / "small.ttf"
    path.write_bytes(saved(small_font()))
    glyphs = [0, 1, 2]
    assert Face.load(path).subset(glyphs) == Face(path.read_bytes(), path.name).subset(glyphs)


def test_a_file_that_changes_or_goes_while_it_is_used_is_told(tmp_path: Path) -> None:
    path = tmp_path / "small.ttf"
    whole = saved(small_font())
    path.write_bytes(whole)
    face = Face.load(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(FontUnusable, match="改动"):
        face.subset([0, 1])
    path.unlink()
    with pytest.raises(FontUnusable, match="损坏或不完整"):
        face.subset([0, 1])
