"""Every Word file and workbook opens without a question: parts, order of elements, names and fields are right."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest

from tests.exporters.ooxml import faults
from tests.exporters.sample import MADE, RESOURCES, qixia
from workbench.exporters import EXPORTERS
from workbench.exporters.kit import Kit
from workbench.exporters.layouts import Layouts
from workbench.exporters.report_data import ReportData, freeze
from workbench.services.exporting import ExportJob

OFFICE = [key for key, exporter in EXPORTERS.items() if exporter.suffix in {".docx", ".xlsx"}]


@pytest.fixture(scope="module")
def data() -> ReportData:
    return freeze(qixia(), made=MADE)


@pytest.mark.parametrize("kind", OFFICE)
def test_every_kind_is_as_the_standard_asks(kind: str, data: ReportData, tmp_path: Path) -> None:
    path = tmp_path / f"文件{EXPORTERS[kind].suffix}"
    ExportJob(EXPORTERS[kind], data, path, Kit(RESOURCES)).run()
    assert faults(path) == []


@pytest.mark.parametrize("layout", Layouts(RESOURCES / "layouts").names())
def test_every_layout_is_as_the_standard_asks(layout: str, data: ReportData, tmp_path: Path) -> None:
    path = tmp_path / "评分表.xlsx"
    ExportJob(EXPORTERS["score-sheet"], data, path, Kit(RESOURCES, layout)).run()
    assert faults(path) == []


def test_a_report_on_a_firms_own_document_is_as_the_standard_asks(data: ReportData, tmp_path: Path) -> None:
    base = docx.Document()
    base.sections[0].header.paragraphs[0].text = "某某会计师事务所"
    base.save(str(tmp_path / "底稿.docx"))
    path = tmp_path / "报告.docx"
    ExportJob(
        EXPORTERS["report-docx"], data, path, Kit(RESOURCES, base_document=tmp_path / "底稿.docx")
    ).run()
    assert faults(path) == []


@pytest.mark.parametrize(
    ("kind", "part", "change", "said"),
    [
        ("report-docx", "word/document.xml", (b'<w:jc w:val="center"/></w:pPr>', b'<w:jc w:val="center"/><w:keepNext/></w:pPr>'), "w:pPr: w:keepNext stands too late"),
        ("report-docx", "word/document.xml", (b"PAGEREF _Toc", b"PAGEREF _Tic"), "no bookmark _Tic"),
        ("report-docx", "word/document.xml", (b'w:fldCharType="end"', b'w:fldCharType="separate"'), "separate of a field"),
        ("report-docx", "word/settings.xml", (b"<w:zoom", b"<w:updateFields/><w:zoom"), "renew the fields"),
        ("report-docx", "[Content_Types].xml", (b'Extension="rels"', b'Extension="rals"'), "no content type"),
        ("score-sheet", "xl/worksheets/sheet1.xml", (b"<pageMargins", b"<sheetPr/><pageMargins"), "s:worksheet: s:sheetPr stands too late"),
        ("score-sheet", "xl/worksheets/sheet1.xml", (b'<row r="2"', b'<row r="1"'), "row 1 stands too late"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(  # noqa: PLR0917 - a table of cases
    kind: str, part: str, change: tuple[bytes, bytes], said: str, data: ReportData, tmp_path: Path
) -> None:
    path = tmp_path / f"文件{EXPORTERS[kind].suffix}"
    ExportJob(EXPORTERS[kind], data, path, Kit(RESOURCES)).run()
    broken = tmp_path / f"坏{path.suffix}"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                assert change[0] in content
                content = content.replace(*change, 1)
            new.writestr(name, content)
    assert any(said in fault for fault in faults(broken)), faults(broken)
