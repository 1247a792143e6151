"""The bureau's own workbook: recognised, filled, and otherwise the same part by part."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from PIL import Image

from tests.helpers import ROOT
from workbench.domain.bureau import Binding
from workbench.domain.compiler import compile_form
from workbench.errors import WorkbenchError
from workbench.exporters.conformance import differences
from workbench.exporters.sheet_patch import map_sheet, patched
from workbench.importers.workbooks import read_workbook
from workbench.services.bureau_forms import BureauForms
from workbench.services.catalog import Catalog
from workbench.services.exporting import Exporting
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
    assert "SUM" in cells[total_row][6].text, "without a stale result the formula stands"

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


def test_the_blank_equals_itself(blank: Path) -> None:
    assert differences(blank, blank, {}) == []
