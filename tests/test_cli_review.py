"""The command ``review``: lines, JSON, exit codes, the paper it writes, and one sentence for a hostile file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.services.outside_sheets import TEXT_004, qixia, report_docx
from workbench import cli
from workbench.importers.pdf_text import read_pdf_text
from workbench.importers.word_document import read_document
from workbench.importers.workbooks import read_workbook


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "数据"))
    return qixia(tmp_path / "得分表.xlsx")


def test_lines_name_cell_quote_and_figures(sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = report_docx(sheet.with_name("报告.docx"), TEXT_004)
    assert cli.main(["review", str(sheet), str(report)]) == 1
    out = capsys.readouterr().out
    assert "K10 错误　“问卷统计”表 H3" in out
    assert "应为 86.50%，现为 85.00%，相差 -1.50 个百分点" in out
    assert "没读懂的部分：\n  · “得分表”表 F24“8.8 5”：数字断开，读作 8.85" in out


def test_json_and_exit_codes(sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["review", str(sheet), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["printed_total"] == "92.31"
    assert found["errors"] == 2  # without the report no text and no amounts
    first = found["findings"][0]
    assert (first["code"], first["cell"], first["table"]) == ("K07", "E14", "“得分表”表")
    assert found["unread"][0]["text"] == "8.8 5"


def test_the_paper_in_three_kinds(sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [sheet.with_name(f"意见.{suffix}") for suffix in ("pdf", "docx", "xlsx")]
    words = [word for name in names for word in ("--out", str(name))]
    assert cli.main(["review", str(sheet), *words]) == 1
    assert all(str(name) in capsys.readouterr().out or name.exists() for name in names)
    pdf, word, book = names
    assert "复核意见表" in read_pdf_text(pdf)
    assert "重算为86.50%" in "".join(read_pdf_text(pdf).split())
    cells = [cell.text for table in read_document(word).tables for row in table.rows for cell in row]
    assert any("“得分表”表 E14" in text for text in cells)
    rows = list(read_workbook(book).rows("复核意见表"))
    assert any(cell.text == "“得分表”表 E14" for row in rows for cell in row.cells.values())


@pytest.mark.parametrize("name", ["坏.xlsx", "坏.docx"])
def test_a_hostile_file_gets_one_sentence(name: str, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = sheet.with_name(name)
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("_rels/.rels", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    assert cli.main(["review", str(bad)]) == 4
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_workbook_without_a_score_table(sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.worksheets[0].append(["姓名", "电话"])
    book.save(sheet.with_name("名册.xlsx"))
    assert cli.main(["review", str(sheet.with_name("名册.xlsx"))]) == 4
    assert "没有找到评分表" in capsys.readouterr().err
