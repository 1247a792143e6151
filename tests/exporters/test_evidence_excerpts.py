"""佐证摘引: what is cut out, what is said of it, and what is kept out of it."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from docx import Document as WordDocument
from PIL import Image

from tests.exporters.sample import MADE, RESOURCES
from tests.helpers import session
from workbench.domain.evaluation import Deduction, Evidence, Link, Overview
from workbench.domain.regions import Region
from workbench.exporters import EXPORTERS
from workbench.exporters.annexes import ANNEXES
from workbench.exporters.evidence_excerpts import excerpts
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import ReportData, Sights, freeze
from workbench.services.jobs import silent

LINE = Deduction(id="line", indicator="A12", points=Decimal(1), reason="未公开招标")
CONTRACT = Evidence(id="e1", number=1, title="合同", sha256="1" * 64, media_type="application/pdf")
PLACE = "2:0.1,0.2,0.5,0.1"


def tie(id_: str, item: str, place: str = PLACE, note: str = "") -> Link:
    return Link(
        id=id_,
        from_kind="evidence",
        from_id=item,
        to_kind="deduction",
        to_id="line",
        place=place,
        note=note,
    )


def cut_out(item: Evidence, region: Region) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 60), (0, item.number * 20, 200)).save(out, "JPEG")
    return out.getvalue()


def frozen(*entities: Evidence | Link) -> ReportData:
    opened = session(Overview(project="示例项目"), LINE, *entities)
    return freeze(opened.evaluation, made=MADE, sights=Sights(cut_out, lambda items, edge, *_: []))


def text_of(path: Path) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))


def test_a_region_is_printed_with_its_picture_and_what_it_proves(tmp_path: Path) -> None:
    data = frozen(replace(CONTRACT, index="A12-01"), tie("k", "e1", note="第 5 条约定的工期"))
    EXPORTERS["excerpts"].write(data, tmp_path / "a.pdf", Kit(RESOURCES), silent)
    said = text_of(tmp_path / "a.pdf")
    for words in ("佐证-001（A12-01）", "第 2 页，用于扣分 −1（", "第 5 条约定的工期", "图 1"):
        assert words in said, said
    pages = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    assert any(thing.type == 3 for page in pages for thing in page.get_objects())
    EXPORTERS["excerpts-docx"].write(data, tmp_path / "a.docx", Kit(RESOURCES), silent)
    word = WordDocument(str(tmp_path / "a.docx"))
    assert len(word.inline_shapes) == 1
    assert any("用于扣分 −1" in paragraph.text for paragraph in word.paragraphs)


def test_without_regions_the_annex_is_left_out_and_the_file_says_so(tmp_path: Path) -> None:
    data = frozen(CONTRACT, tie("k", "e1", place=""))
    assert ANNEXES["evidence_excerpts"](data) == []
    EXPORTERS["excerpts"].write(data, tmp_path / "a.pdf", Kit(RESOURCES), silent)
    assert "尚未框选任何佐证。" in text_of(tmp_path / "a.pdf")


HELD = replace(CONTRACT, withheld=True)
COPY = Evidence(id="e2", number=2, title="合同（遮盖件）", sha256="2" * 64, derived_from="e1")


@pytest.mark.parametrize(
    ("entities", "shown"),
    [
        ([HELD, tie("k", "e1")], [None]),
        ([HELD, COPY, tie("k", "e1")], ["e2"]),
        ([HELD, COPY, tie("k", "e1"), tie("m", "e2")], ["e2"]),
        ([HELD, replace(COPY, withheld=True), tie("k", "e1")], [None]),
    ],
    ids=["nothing to show", "the copy stands in", "the copy has its own", "both withheld"],
)
def test_an_original_that_is_withheld_is_never_shown(
    entities: list[Evidence | Link], shown: list[str | None]
) -> None:
    found = excerpts(frozen(*entities))
    assert [item.id if item is not None else None for _, item in found] == shown
