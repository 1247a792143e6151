"""The bureau's own workbook: recognised, filled, and otherwise the same part by part."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from PIL import Image

from tests.exporters.ooxml import faults
from tests.exporters.sample import with_entities
from tests.exporters.test_hostile_texts import HOSTILE
from tests.helpers import ROOT
from workbench.domain.bureau import Binding
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Entry
from workbench.errors import WorkbenchError
from workbench.exporters import BUREAU_WORKBOOK
from workbench.exporters.cell_formulas import Workbook, shared_texts
from workbench.exporters.conformance import differences
from workbench.exporters.kit import Kit
from workbench.exporters.package_parts import Package
from workbench.exporters.report_data import freeze
from workbench.exporters.sheet_patch import Result, map_sheet, patched
from workbench.importers.workbooks import read_workbook
from workbench.services.bureau_forms import BureauForms
from workbench.services.catalog import Catalog
from workbench.services.exporting import Exporting, ExportJob
from workbench.services.parts import local_now
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    catalog = Catalog(
        ROOT / "forms",
        tmp_path_factory.mktemp("data"),
        compile_form=compile_form,
        clock=lambda: 0.0,
        now=local_now,
        keeping=BRIEFLY,
    )
    session = catalog.open(Samples(ROOT / "resources" / "samples").create("qixia", catalog))
    yield session
    session.close()


@pytest.fixture
def blank(session: Session, tmp_path: Path) -> Path:
    """A form as bureaus send it: three sheets, merged cells, a seal, a text box, a button, validations."""
    path = tmp_path / "财政局 表样（2022）.xlsx"
    book = xlsxwriter.Workbook(str(path))
    framed = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter", "font_name": "宋体"})
    sheet = book.add_worksheet("评分表")
    sheet.merge_range("A1:H1", "财政支出绩效评价评分表", framed)
    sheet.write("A2", "项目名称", framed)
    sheet.merge_range("B2:D2", "", framed)
    sheet.write("E2", "评价机构：", framed)
    sheet.write("F2", "评价等级", framed)
    sheet.write_blank("G2", None, framed)
    for column, text in enumerate(
        ["一级指标", "二级指标", "三级指标", "分值", "评分标准", "得分", "扣分原因", "备注"]
    ):
        sheet.write(3, column, text, framed)
    row = 4
    for leaf in session.evaluation.form.leaves:
        names = [one.name for one in session.evaluation.form.path(leaf.id)]
        for column, text in enumerate(names):
            sheet.write(row, column, text, framed)
        sheet.write_number(row, 3, float(leaf.full_mark), framed)
        sheet.write(row, 4, "按办法执行", framed)
        for column in (5, 6, 7):
            sheet.write_blank(row, column, None, framed)
        row += 1
    sheet.write(row, 0, "合计", framed)
    sheet.write_formula(row, 5, f"=SUM(F5:F{row})", framed, 0)
    sheet.data_validation(4, 5, row - 1, 5, {"validate": "decimal", "criteria": ">=", "value": 0})
    seal = io.BytesIO()
    Image.new("RGB", (60, 60), "red").save(seal, "PNG")
    sheet.insert_image("H1", "seal.png", {"image_data": seal})
    sheet.insert_textbox("H4", "此处盖章")
    sheet.insert_button("H6", {"caption": "核对"})
    sheet.repeat_rows(3)
    sheet.set_landscape()
    sheet.protect("", {"select_locked_cells": True})
    funds = book.add_worksheet("资金")
    for column, text in enumerate(["资金", "预算资金", "实际到位", "实际支出", "执行率"]):
        funds.write(0, column, text, framed)
    funds.write(1, 0, "合计", framed)
    funds.conditional_format("B2:D2", {"type": "cell", "criteria": "<", "value": 0, "format": framed})
    notes = book.add_worksheet("填表说明")
    notes.insert_checkbox("A1", boolean=True)
    notes.write_comment("A2", "请勿改动")
    book.close()
    return path


@pytest.fixture
def forms(tmp_path: Path) -> BureauForms:
    return BureauForms(tmp_path / "数据", ROOT / "resources")


def test_a_blank_is_recognised_filled_and_nothing_else_changes(
    session: Session, blank: Path, forms: BureauForms, tmp_path: Path
) -> None:
    proposal = forms.recognise(blank, session.evaluation.form)
    assert not proposal.unplaced
    found = {(one.sheet, one.address): one for one in proposal.bindings}
    assert found["评分表", "B2"].content == "overview.project"
    assert found["评分表", "G2"].content == "grade"
    assert found["评分表", "E2"].prefix == "评价机构："
    assert found["资金", "D2"].content == "fund.spent"
    leaves = session.evaluation.form.leaves
    assert [found["评分表", f"F{row}"].content for row in range(5, 5 + len(leaves))] == [
        f"score@{leaf.id}" for leaf in leaves
    ]
    total_row = 5 + len(leaves)
    assert ("评分表", f"F{total_row}") not in found, "a formula of the bureau stays hers"
    form = forms.save("2022 评分表", blank, proposal.bindings)
    assert forms.form("2022 评分表") == form

    exporting = Exporting(ROOT / "resources", local_now)
    written = exporting.bureau_job(session, form, tmp_path / "填好.xlsx").run()
    book = read_workbook(written.path)
    cells = {row.number: row.cells for row in book.rows("评分表")}
    assert cells[2][2].text == session.evaluation.overview.project
    assert cells[2][5].text == f"评价机构：{session.evaluation.overview.agency}"
    assert cells[2][7].text == "优"
    scores = [cells[5 + number][6].text for number in range(len(leaves))]
    assert [Decimal(text) for text in scores] == [session.scores[leaf.id].score for leaf in leaves]
    assert Decimal(cells[total_row][6].text) == session.scores.total, (
        "the sum shows before anybody calculates"
    )

    with zipfile.ZipFile(blank) as before, zipfile.ZipFile(written.path) as after:
        names = [entry.filename for entry in before.infolist()]
        assert names == [entry.filename for entry in after.infolist()]
        changed = {name for name in names if before.read(name) != after.read(name)}
        marked = re.sub(rb' fullCalcOnLoad="1"', b"", after.read("xl/workbook.xml"))
        assert marked == re.sub(rb' fullCalcOnLoad="1"', b"", before.read("xl/workbook.xml"))
    assert changed <= {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"}
    assert forms.compare(form, written.path) == []


def test_a_change_beside_the_bound_cells_is_named(
    session: Session, blank: Path, forms: BureauForms, tmp_path: Path
) -> None:
    form = forms.save("表", blank, forms.recognise(blank, session.evaluation.form).bindings)
    path = (
        Exporting(ROOT / "resources", local_now).bureau_job(session, form, tmp_path / "填好.xlsx").run().path
    )
    edited = tmp_path / "改过.xlsx"
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(edited, "w") as after:
        for entry in before.infolist():
            data = before.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b'<c r="D5"', b'<c r="D5" cm="1"', 1).replace(b'"A1:H1"', b'"A1:G1"')
            if entry.filename != "xl/media/image1.png":
                after.writestr(entry, data)
    said = "\n".join(forms.compare(form, edited))
    assert "少了部件 xl/media/image1.png" in said
    assert "“评分表”表 D5 变了" in said
    assert "单元格以外的部分" in said


def test_a_replaced_blank_and_unknown_content_are_told(
    session: Session, blank: Path, forms: BureauForms, tmp_path: Path
) -> None:
    sheet = "评分表"
    bindings = [
        Binding(sheet, 5, 6, "score@nowhere"),
        Binding(sheet, 6, 8, "grade"),
        Binding("没有", 1, 1, "total"),
    ]
    form = forms.save("表", blank, bindings)
    exporting = Exporting(ROOT / "resources", local_now)
    written = exporting.bureau_job(session, form, tmp_path / "a.xlsx").run()
    assert any("score@nowhere" in told for told in written.notices)
    assert any("没有“没有”表" in told for told in written.notices)
    form.blank.write_bytes(form.blank.read_bytes() + b" ")
    with pytest.raises(WorkbenchError, match="空白表与保存绑定时不同"):
        exporting.bureau_job(session, form, tmp_path / "b.xlsx").run()
    assert not (tmp_path / "b.xlsx").exists()


SHEET = (
    b'<?xml version="1.0"?><x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<x:cols><x:col min="3" max="3" style="7"/></x:cols><x:sheetData>'
    b'<x:row r="2" s="4" customFormat="1"/><x:row r="4"><x:c r="B4" s="1"><x:f>A1&gt;1</x:f><x:v>0</x:v></x:c>'
    b'<x:c r="D4" t="s"><x:v>3</x:v></x:c></x:row></x:sheetData><x:mergeCells count="1"/></x:worksheet>'
)


def test_cells_are_put_in_where_they_belong() -> None:
    values = {
        (4, 3): Decimal("1.50"),
        (4, 4): '=1+1 <&"> \x07 ]]>',
        (2, 1): "甲",
        (3, 3): "乙",
        (9, 9): "丙",
    }
    found = patched(map_sheet(SHEET, "表"), values)
    again = map_sheet(found, "表")
    assert sorted(again.cells) == [(2, 1), (3, 3), (4, 2), (4, 3), (4, 4), (9, 9)]
    assert list(again.rows) == [2, 3, 4, 9]
    assert [place for place in again.cells if place[0] == 4] == [(4, 2), (4, 3), (4, 4)]
    text = found.decode()
    assert '<x:c r="A2" s="4" t="inlineStr">' in text
    assert '<x:c r="C3" s="7" t="inlineStr">' in text
    assert '<x:c r="C4" s="7"><x:v>1.50</x:v></x:c>' in text
    assert "<x:f>A1&gt;1</x:f></x:c>" in text
    assert '=1+1 &lt;&amp;"&gt; � ]]&gt;' in text
    assert text.endswith('</x:sheetData><x:mergeCells count="1"/></x:worksheet>')


FORMULAS: list[tuple[str, object]] = [
    ("=SUM(F1:F3)", "6.5"),
    ("=F1+F2*2-1%", "9.49"),
    ("=ROUND(F3/3,2)", "0.33"),
    ("=ROUND(-2.5,0)", "-3"),
    ("=ROUNDUP(2.1,0)+ROUNDDOWN(2.9,0)+INT(-1.5)", "3"),
    ('=IF(SUM(F1:F3)>=6,"优","差")', "优"),
    ('=IF(F4="","",F1/F4)', ""),
    ("=F1/F4", "#DIV/0!"),
    ('=IFERROR(F1/F4,"—")', "—"),
    ("=AVERAGE(F1:F3)", "2.16666666666667"),
    ("=MAX(F1:F3)-MIN(F1:F3)+COUNT(F1:F4)+COUNTA(E1:F4)", "11"),
    ('=E1&"："&F1', "甲：1.5"),
    ("=AND(F1>1,F2<>F3)", "1"),
    ("=资金!$B$1*2", "6"),
    ("='资金'!B1+SUMPRODUCT(F1:F2,F1:F2)", "21.25"),
    ("=PRODUCT(F1:F3)", "6"),
]


def test_formulas_show_what_they_come_to_before_anybody_calculates(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet, funds = book.add_worksheet("表"), book.add_worksheet("资金")
    sheet.write_column("E1", ["甲", "乙 <&>"])
    sheet.write_column("F1", [0, 4, 1])
    for row, (formula, _) in enumerate(FORMULAS):
        sheet.write_formula(row, 0, formula, None, 0)
    sheet.write_formula("B1", "=A1*2", None, 0)
    sheet.write_formula("B2", "=SUM(B3:B4)+10", None, 10)
    sheet.write_formula("B3", '=INDIRECT("F1")', None, 7)
    sheet.write_formula("B5", "=D1&STDEV(D1:D3)", None, "旧")
    sheet.write_formula("B6", "=F1+STDEV(D1:D3)", None, 7)
    sheet.write_formula("B7", "=B7+1", None, 0)
    funds.write("B1", 3)
    book.close()
    package = Package(path)
    sheets = {name: map_sheet(package.parts[part], name) for name, part in package.sheets.items()}
    texts = shared_texts(package.parts["xl/sharedStrings.xml"])
    results = Workbook(sheets, texts, {"表": {(1, 6): Decimal("1.5")}}).results("表")
    shown = [results[row, 1] for row in range(1, len(FORMULAS) + 1)]
    assert [one.text if one else None for one in shown] == [wanted for _, wanted in FORMULAS]
    kinds = {"优": "str", "#DIV/0!": "e", "甲：1.5": "str", "—": "str", "": "str"}
    for one in shown:
        assert one is not None
        assert one.kind == kinds.get(one.text, "b" if one == shown[12] else "n")
    assert results[1, 2] == Result("n", "13")
    assert results[2, 2] is None, "what an unknown function gives is not guessed"
    assert results[3, 2] is None
    assert (5, 2) not in results, "it depends on nothing that was filled: what is stored is still true"
    assert results[6, 2] is None
    assert (7, 2) not in results or results[7, 2] is None
    package.write(path, {package.sheets["表"]: patched(sheets["表"], {(1, 6): Decimal("1.5")}, results)})
    assert faults(path) == []
    read = openpyxl.load_workbook(path, data_only=True)["表"]
    assert (read["A6"].value, read["A8"].value, read["A13"].value) == ("优", "#DIV/0!", True)
    assert (read["B2"].value, read["B5"].value, read["B1"].value) == (None, "旧", 13)
    assert openpyxl.load_workbook(path)["表"]["A6"].value == FORMULAS[5][0]


def test_formulas_that_share_one_text_are_worked_out_each_in_its_place() -> None:
    xml = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="str"><f t="shared" ref="B1:B3" si="0">A1*2+A$1</f><v>x</v></c></row>'
        b'<row r="2"><c r="A2"><v>5</v></c><c r="B2"><f t="shared" si="0"/></c></row>'
        b'<row r="3"><c r="A3"><v>7</v></c><c r="B3"><f t="array" ref="B3">A1:A3*2</f><v>9</v></c></row>'
        b"</sheetData></worksheet>"
    )
    sheet = map_sheet(xml, "表")
    results = Workbook({"表": sheet}, [], {"表": {(1, 1): Decimal(10)}}).results("表")
    assert results == {(1, 2): Result("n", "30"), (2, 2): Result("n", "20"), (3, 2): None}
    text = patched(sheet, {}, results).decode()
    assert '<c r="B1"><f t="shared" ref="B1:B3" si="0">A1*2+A$1</f><v>30</v></c>' in text
    assert '<f t="shared" si="0"/><v>20</v>' in text
    assert '<f t="array" ref="B3">A1:A3*2</f></c>' in text


@pytest.mark.parametrize("text", [*HOSTILE, "长" * 32_768])
def test_hostile_texts_are_filled_in_as_text(
    text: str, session: Session, blank: Path, forms: BureauForms, tmp_path: Path
) -> None:
    sheet = "评分表"
    bindings = [
        Binding(sheet, 2, 2, "overview.project"),
        Binding(sheet, 2, 7, "overview.agency", "机构："),
        Binding(sheet, 5, 8, f"basis@{session.evaluation.form.leaves[0].id}"),
    ]
    form = forms.save("表", blank, bindings)
    leaf = session.evaluation.form.leaves[0].id
    bad = f"{text}q1a{text}q1z"
    evaluation = with_entities(
        session.evaluation,
        [
            dataclasses.replace(session.evaluation.overview, project=bad, agency=bad),
            dataclasses.replace(session.evaluation.table(Entry)[leaf], basis=bad),
        ],
    )
    data = freeze(evaluation, made=local_now())
    kit = Kit(ROOT / "resources", bureau=form)
    written = ExportJob(BUREAU_WORKBOOK, data, tmp_path / "填好.xlsx", kit).run()
    assert faults(written.path) == []
    page = openpyxl.load_workbook(written.path)[sheet]
    for place in ("B2", "G2", "H5"):
        assert page[place].data_type == "s"
        found = str(page[place].value)
        assert found.endswith("q1z") or len(text) > 1_000
        assert "q1a" in found or any("一格放不下" in told for told in written.notices)
        assert ("q1a" in found) == ("q1z" in found) or len(text) > 1_000
    assert forms.compare(form, written.path) == []


def test_the_blank_equals_itself(blank: Path) -> None:
    assert differences(blank, blank, {}) == []
