"""The guarded reader: what every writer means, and what no file may do to us."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from workbench.errors import WorkbenchError
from workbench.importers.sheet_rows import Cell, shortest
from workbench.importers.workbooks import Workbook, read_workbook
from workbench.package_xml import Limits

CONTENT = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELS = '<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>'
BOOK = '<workbook><sheets><sheet name="表" sheetId="1" r:id="r1" xmlns:r="r"/></sheets></workbook>'
BOOK_RELS = '<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'


def package(path: Path, sheet: str, **parts: str) -> Path:
    """A workbook with this sheet XML; ``parts`` replace others (``book``, ``rels``)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT)
        archive.writestr("_rels/.rels", RELS)
        archive.writestr("xl/workbook.xml", parts.get("book", BOOK))
        archive.writestr("xl/_rels/workbook.xml.rels", parts.get("rels", BOOK_RELS))
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def sheet_of(cells: str) -> str:
    return f"<worksheet><sheetData>{cells}</sheetData></worksheet>"


def saved(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def everything(book: Workbook) -> dict[tuple[int, int], Cell]:
    return {
        (row.number, column): cell
        for sheet in book.sheets
        for row in book.rows(sheet.name)
        for column, cell in row.cells.items()
    }


def test_reads_what_openpyxl_writes(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "中文 文件.xlsx",
        [["名称", 3.5, 9.01, 0.1 + 0.2, True, date(2022, 11, 14), None], [], ["", " 空格 ", "=A1", 10**12]],
    )
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A4"], book.worksheets[0]["A4"].number_format = 0.865, "0.00%"
    book.save(path)
    found = everything(read_workbook(path))
    assert found == {
        (1, 1): Cell("text", "名称"),
        (1, 2): Cell("number", "3.5"),
        (1, 3): Cell("number", "9.01"),
        (1, 4): Cell("number", "0.3"),
        (1, 5): Cell("flag", "1"),
        (1, 6): Cell("date", "2022-11-14"),
        (3, 2): Cell("text", " 空格 "),
        (3, 3): Cell("formula", "=A1", True),
        (3, 4): Cell("number", "1000000000000"),
        (4, 1): Cell("percent", "0.865"),
    }


def test_reads_what_excel_and_wps_write_differently(tmp_path: Path) -> None:
    cells = (
        '<x:row r="2"><x:c r="A2" t="str"><x:f>B2&amp;"分"</x:f><x:v>9.5分</x:v></x:c>'
        "<x:c><x:v>9.0099999999999998</x:v></x:c>"
        '<x:c r="D2" t="inlineStr"><x:is><x:r><x:t>富</x:t></x:r><x:rPh><x:t>pin</x:t></x:rPh><x:r><x:t>文本_x000A_行</x:t></x:r></x:is></x:c>'
        '<x:c r="E2" t="e"><x:v>#DIV/0!</x:v></x:c><x:c r="F2" s="99"/><x:c r="G2" t="d"><x:v>2022-11-14T00:00:00</x:v></x:c></x:row>'
        '<x:row><x:c t="b"><x:v>0</x:v></x:c></x:row>'
    )
    sheet = f'<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData>{cells}</x:sheetData></x:worksheet>'
    assert everything(read_workbook(package(tmp_path / "a.xlsx", sheet))) == {
        (2, 1): Cell("text", "9.5分", True),
        (2, 2): Cell("number", "9.01"),
        (2, 4): Cell("text", "富文本\n行"),
        (2, 5): Cell("error", "#DIV/0!"),
        (2, 7): Cell("date", "2022-11-14"),
        (3, 1): Cell("flag", "0"),
    }


def test_dates_of_both_calendars(tmp_path: Path) -> None:
    for epoch in (openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH):
        book = openpyxl.Workbook()
        book.epoch = epoch
        book.worksheets[0]["A1"] = datetime(2022, 3, 1, 13, 30)  # noqa: DTZ001
        book.save(tmp_path / "a.xlsx")
        assert everything(read_workbook(tmp_path / "a.xlsx"))[1, 1] == Cell("date", "2022-03-01")


def test_merges_and_hidden_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].merge_cells("B2:C4")
    book.create_sheet("藏").sheet_state = "veryHidden"
    book.save(tmp_path / "a.xlsx")
    read = read_workbook(tmp_path / "a.xlsx")
    assert read.merges("Sheet") == [(2, 2, 4, 3)]
    assert [(s.name, s.hidden) for s in read.sheets] == [("Sheet", False), ("藏", True)]
    with pytest.raises(KeyError):
        list(read.rows("没有"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空文件"),
        (b"not a zip at all", "不是完整的 .xlsx"),
        (b"PK\x03\x04" + b"\0" * 60, "不是完整的 .xlsx"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "旧版 .xls"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
    ],
)
def test_files_that_are_no_workbook(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(content)
    with pytest.raises(WorkbenchError, match=says):
        read_workbook(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="找不到"):
        read_workbook(tmp_path / "无.xlsx")
    with pytest.raises(WorkbenchError):
        read_workbook(tmp_path)


def test_other_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(WorkbenchError, match=r"不是 \.xlsx"):
        read_workbook(tmp_path / "a.xlsx")


def test_every_truncation_is_told(tmp_path: Path) -> None:
    whole = saved(tmp_path / "a.xlsx", [["文字", 1, 2]] * 50).read_bytes()
    path = tmp_path / "b.xlsx"
    for size in range(1, len(whole), 37):
        path.write_bytes(whole[:size])
        with pytest.raises(WorkbenchError):
            everything(read_workbook(path))


def test_every_flipped_byte_is_read_or_told(tmp_path: Path) -> None:
    whole = bytearray(saved(tmp_path / "a.xlsx", [["文字", 1, 2]] * 5).read_bytes())
    path = tmp_path / "b.xlsx"
    told = 0
    for place in range(0, len(whole), 11):
        broken = whole.copy()
        broken[place] ^= 0x55
        path.write_bytes(broken)
        try:
            everything(read_workbook(path))
        except WorkbenchError:
            told += 1
    assert told > 100


def test_document_types_are_refused(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + sheet_of("")
    with pytest.raises(WorkbenchError, match="DTD"):
        everything(read_workbook(package(tmp_path / "a.xlsx", laughs)))
    outside = '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + BOOK
    with pytest.raises(WorkbenchError, match="DTD"):
        read_workbook(package(tmp_path / "b.xlsx", sheet_of(""), book=outside))


def test_far_cells(tmp_path: Path) -> None:
    far = sheet_of(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    )
    with pytest.raises(WorkbenchError, match="很远的右侧"):
        everything(read_workbook(package(tmp_path / "a.xlsx", far)))
    empty = sheet_of(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="3"/></row>'
    )
    assert everything(read_workbook(package(tmp_path / "b.xlsx", empty))) == {(1, 1): Cell("number", "1")}


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="-5"><c><v>1</v></c></row>',
        '<row r="1048577"><c><v>1</v></c></row>',
        '<row r="3"><c><v>1</v></c></row><row r="3"><c><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c>',
    ],
)
def test_nonsense_is_told(rows: str, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="损坏"):
        everything(read_workbook(package(tmp_path / "a.xlsx", sheet_of(rows))))


@pytest.mark.parametrize(
    "limits",
    [Limits(rows=3), Limits(cells=3), Limits(part_bytes=500), Limits(entries=3), Limits(file_bytes=99)],
)
def test_sizes_are_capped(limits: Limits, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", [["文字", 1, 2]] * 50)
    with pytest.raises(WorkbenchError):
        everything(read_workbook(path, limits))


def test_a_bomb_needs_no_memory(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", RELS)
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", BOOK_RELS)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(b"<worksheet><sheetData>")
            block = b" " * 2**20
            for _ in range(300):
                part.write(block)
    (tmp_path / "a.xlsx").write_bytes(bomb.getvalue())
    tracemalloc.start()
    with pytest.raises(WorkbenchError, match="过大"):
        everything(read_workbook(tmp_path / "a.xlsx"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20


def test_relations_that_lead_astray(tmp_path: Path) -> None:
    away = BOOK_RELS.replace("worksheets/sheet1.xml", "../../../etc/passwd")
    assert read_workbook(package(tmp_path / "a.xlsx", sheet_of(""), rels=away)).sheets == ()


def test_numbers_in_their_shortest_spelling() -> None:
    assert [
        shortest(float(t), t) for t in ("9.0099999999999998", "1E+3", "1e-7", "1e999", "nan", "-0.50")
    ] == [
        "9.01",
        "1000",
        "0.0000001",
        "1e999",
        "nan",
        "-0.5",
    ]
