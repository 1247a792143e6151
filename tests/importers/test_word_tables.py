"""Word documents: paragraphs with their numbers, tables as grids, hostile files told in a sentence."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.importers.tables import ROWS, read
from workbench.errors import InputRefused, WorkbenchError
from workbench.importers.word_document import DOCUMENT_LIMITS, Paragraph, WordDocument, read_document
from workbench.importers.word_numbering import written
from workbench.importers.word_tables import WordGrid, word_grids
from workbench.package_xml import Limits

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def package(path: Path, body: str, *, before: str = "", **parts: str) -> Path:
    """A .docx with nothing but this body."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", RELS)
        archive.writestr("word/document.xml", f"{before}<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def saved(made: Document, path: Path) -> WordDocument:
    made.save(str(path))
    return read_document(path)


def texts(document: WordDocument) -> list[str]:
    return [paragraph.seen for paragraph in document.paragraphs if paragraph.text]


def shown(grid: WordGrid) -> list[list[str]]:
    """What one sees in each cell, merged areas everywhere they reach."""
    return [
        [grid.spread(row, column) for column in range(1, grid.last_column + 1)]
        for row in range(1, grid.last_row + 1)
    ]


def test_paragraphs_and_tables_in_reading_order(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_heading("一、基本情况", 1)
    made.add_paragraph("项目预算 71.6 万元。")
    made.add_table(1, 2).cell(0, 0).text = "甲"
    made.add_paragraph("表后")
    found = saved(made, tmp_path / "a.docx")
    kinds = [type(block).__name__ for block in found.blocks]
    assert kinds == ["Paragraph", "Paragraph", "WordTable", "Paragraph"]
    assert found.paragraphs[0].heading == 1
    assert [paragraph.number for paragraph in found.paragraphs] == [1, 2, 3]


def test_merged_cells_in_both_directions(tmp_path: Path) -> None:
    made = docx.Document()
    table = made.add_table(4, 4)
    table.cell(0, 0).merge(table.cell(0, 3)).text = "题"
    table.cell(1, 0).merge(table.cell(3, 0)).text = "左"
    table.cell(1, 1).merge(table.cell(2, 2)).text = "中"
    table.cell(3, 3).text = "角"
    (grid,) = word_grids(saved(made, tmp_path / "a.docx"))
    assert shown(grid) == [["题"] * 4, ["左", "中", "中", ""], ["左", "中", "中", ""], ["左", "", "", "角"]]
    assert grid.area(2, 3) == (2, 2, 3, 3)
    assert grid.cell(3, 1) is None
    assert grid.place(4, 4) == "第 1 个表格第 4 行第 4 列"


def test_cells_that_begin_further_right(tmp_path: Path) -> None:
    body = (
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>一</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>二</w:t></w:r></w:p></w:tc></w:tr>"
        '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr><w:tc><w:p><w:r><w:t>三</w:t></w:r></w:p></w:tc></w:tr></w:tbl>'
    )
    (grid,) = word_grids(read_document(package(tmp_path / "a.docx", body)))
    assert shown(grid) == [["一", "二"], ["", "三"]]


def test_a_table_parted_by_a_page_is_one_again_and_names_its_places(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("附件 2 得分表")
    made.add_paragraph("金额单位：万元")
    made.add_table(2, 2).cell(0, 0).text = "甲"
    made.add_paragraph("")
    made.add_paragraph("（续表）")
    second = made.add_table(1, 2)
    second.cell(0, 1).text = "乙"
    made.add_paragraph("另一张表")
    made.add_table(1, 2).cell(0, 0).text = "丙"
    first, other = word_grids(saved(made, tmp_path / "a.docx"))
    assert shown(first) == [["甲", ""], ["", ""], ["", "乙"]]
    assert first.label == "第 1 个表格（附件 2 得分表 金额单位：万元）"
    assert first.place(3, 2) == "第 2 个表格（附件 2 得分表 金额单位：万元）第 1 行第 2 列"
    assert other.caption == "另一张表"


def test_a_table_inside_a_cell_follows_the_outer_one(tmp_path: Path) -> None:
    made = docx.Document()
    outer = made.add_table(1, 1)
    outer.cell(0, 0).text = "外"
    outer.cell(0, 0).add_table(1, 1).cell(0, 0).text = "内"
    found = word_grids(saved(made, tmp_path / "a.docx"))
    assert [(grid.name, shown(grid)) for grid in found] == [
        ("第 1 个表格", [["外"]]),
        ("第 2 个表格", [["内"]]),
    ]


def test_deleted_hidden_and_doubled_text_is_not_read(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>留</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>增</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r><w:r><w:instrText>PAGE</w:instrText><w:t>3</w:t></w:r></w:p>"
        "<w:p><w:r><w:alt><w:Choice><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:Choice>"
        "<w:Fallback><w:p><w:r><w:t>框</w:t></w:r></w:p></w:Fallback></w:alt></w:r></w:p>"
        "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>删行</w:t></w:r></w:p></w:tc></w:tr>"
        "<w:tr><w:tc><w:p><w:r><w:t>8.8</w:t><w:br/><w:t>5</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    found = read_document(package(tmp_path / "a.docx", body))
    assert texts(found) == ["留增3", "框"]
    assert found.tables[0].rows[0][0].text == "8.8\n5"


def test_numbers_that_word_writes_itself(tmp_path: Path) -> None:
    made = docx.Document()
    part = made.part.numbering_part.element
    # A definition stands before every list.
    part.insert(
        0,
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
            '<w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
            '<w:lvlText w:val="（%2）"/></w:lvl><w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
            '<w:lvlText w:val="%2.%3"/></w:lvl></w:abstractNum>'
        ),
    )
    part.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'),
    )
    for level, text in ((0, "甲"), (1, "乙"), (1, "丙"), (2, "丁"), (0, "戊"), (1, "己")):
        paragraph = made.add_paragraph(text)
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>')
        )
    made.add_paragraph("不编号")
    assert texts(saved(made, tmp_path / "a.docx")) == [
        "一、甲", "（一）乙", "（二）丙", "二.1丁", "二、戊", "（一）己", "不编号",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "kind", "expected"),
    [
        (10, "chineseCounting", "十"), (12, "chineseCounting", "十二"), (20, "chineseCounting", "二十"),
        (105, "chineseCounting", "一百〇五"), (110, "chineseCounting", "一百一十"), (3, "upperRoman", "III"),
        (27, "lowerLetter", "aa"), (2, "decimalEnclosedCircleChinese", "②"), (7, "decimalZero", "07"),
        (4, "unknown", "4"), (0, "chineseCounting", "0"),
    ],
)  # fmt: skip
def test_written_numbers(number: int, kind: str, expected: str) -> None:
    assert written(number, kind) == expected


def test_an_indicator_table_in_word_is_read_like_one_in_excel(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("某项目绩效评价指标体系")
    table = made.add_table(0, 5)
    for row in [["一级指标", "二级指标", "三级指标", "分值", "评价标准"], *ROWS]:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = str(value)
    made.save(str(tmp_path / "指标.docx"))
    reading = read(tmp_path / "指标.docx")
    assert [leaf.full_mark for leaf in reading.form.leaves] == [20, 30, 20, 30]
    assert reading.form.title == "某项目绩效评价指标体系"
    assert reading.readings[0].place == "第 1 个表格（某项目绩效评价指标体系）第 2 行第 5 列"


def test_faults_of_a_table_in_word_name_row_and_column(tmp_path: Path) -> None:
    made = docx.Document()
    table = made.add_table(0, 3)
    for row in (["一级指标", "二级指标", "分值"], ["决策", "立项", "四十"]):
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    made.save(str(tmp_path / "指标.docx"))
    with pytest.raises(InputRefused) as refused:
        read(tmp_path / "指标.docx")
    assert any(fault.place == "第 1 个表格第 2 行第 3 列" for fault in refused.value.faults)


def test_document_types_are_refused(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(WorkbenchError, match="DTD") as told:
        read_document(package(tmp_path / "a.docx", "<w:p/>", before=laughs))
    assert told.value.code == "bad-document"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<w:tbl>" * 30 + "</w:tbl>" * 30, "套得过深"),
        (
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="9999999"/></w:tcPr></w:tc></w:tr></w:tbl>',
            "跨 9999999 列",
        ),
        ("<w:tbl><w:tr>" + "<w:tc><w:p/></w:tc>" * 200 + "</w:tr></w:tbl>", "超过 100 列"),
        (
            "<w:tbl>" + "<w:tr><w:tc><w:p/></w:tc></w:tr>" * 25_000 + "</w:tbl>",
            "超过 20000 行",
        ),
        ("<w:p><w:r>" + "<w:t>字</w:t>" * 60 + "</w:r></w:p>", "文字过多"),
        ("<w:p></w:tbl>", "已损坏"),
    ],
)
def test_odd_bodies_get_one_sentence(tmp_path: Path, body: str, said: str) -> None:
    limits = Limits(
        **{
            **{name: getattr(DOCUMENT_LIMITS, name) for name in DOCUMENT_LIMITS.__slots__},
            "text_chars": 50,
        }
    )
    with pytest.raises(WorkbenchError, match=said) as told:
        read_document(package(tmp_path / "a.docx", body), limits)
    assert told.value.code == "bad-document"
    assert len(str(told.value)) < 120


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空文件"),
        (b"PK\x03\x04 no zip", "不是完整的 .docx"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "旧版 .doc"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "打开密码",
        ),
    ],
)
def test_files_that_are_no_document(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(WorkbenchError, match=said):
        read_document(path)
    assert path.read_bytes() == data


def test_a_workbook_called_a_document_is_told(tmp_path: Path) -> None:
    import openpyxl

    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.docx")
    with pytest.raises(WorkbenchError, match=r"不是 .docx Word 文档"):
        read_document(tmp_path / "a.docx")


def test_every_flipped_byte_is_read_or_told(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("文字")
    made.add_table(2, 2).cell(0, 0).text = "格"
    made.save(str(tmp_path / "a.docx"))
    whole = bytearray((tmp_path / "a.docx").read_bytes())
    path = tmp_path / "b.docx"
    told = 0
    chosen = random.Random(4).sample(range(len(whole)), 400)
    for place in chosen:
        broken = whole.copy()
        broken[place] ^= 0x55
        path.write_bytes(broken)
        try:
            read_document(path)
        except WorkbenchError:
            told += 1
    assert told > 40


def test_footnotes_are_read_too(tmp_path: Path) -> None:
    rels = RELS.replace('Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
                        'Target="word/document.xml"',
                        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" '
                        'Target="footnotes.xml"')  # fmt: skip
    notes = f"<w:footnotes {W}><w:footnote><w:p><w:r><w:t>注一</w:t></w:r></w:p></w:footnote></w:footnotes>"
    path = package(
        tmp_path / "a.docx",
        "<w:p/>",
        **{"word/_rels/document.xml.rels": rels, "word/footnotes.xml": notes},
    )
    assert read_document(path).notes == (Paragraph(1, "注一"),)
