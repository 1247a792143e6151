"""附件2 of report 004 as somebody would copy it into Excel → the shipped form's points, names and rules."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import docx
import openpyxl
import pytest

from tests.forms.reading import read_form
from tests.helpers import ROOT
from tests.importers.tables import read
from workbench.domain.rules.points import PointsRule
from workbench.importers.indicator_table import TableReading
from workbench.importers.sentence_text import flat

SOURCE = ROOT / "tests" / "_reference" / "score_table_004.tsv"


def workbook(path: Path) -> Path:
    """The printed pages below each other: header on each page, level cells merged, texts cut by pages."""
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = "附件2"
    sheet.append(["附件 2"])
    sheet.append(["栖霞市民生服务中心 12345 政务服务热线绩效评价得分表"])
    sheet.merge_cells("A2:I2")
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        sheet.append(line.split("\t"))
    for column in (1, 2):  # a level's cell reaches down to the next name, or to the page's end
        start = None
        for row in range(4, sheet.max_row + 1):
            value = sheet.cell(row, column).value
            if value:
                if start is not None and row - start > 1:
                    sheet.merge_cells(
                        start_row=start, end_row=row - 1, start_column=column, end_column=column
                    )
                start = None if value in {"一级指标", "二级指标", "合计"} else row
    made.save(path)
    return path


def word_document(path: Path) -> Path:
    """The same pages in Word: a table on each, level cells merged, the title above the first."""
    made = docx.Document()
    made.add_paragraph("附件 2")
    made.add_paragraph("栖霞市民生服务中心 12345 政务服务热线绩效评价得分表")
    page = None
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        texts = line.split("\t")
        if texts[0] == "一级指标":
            made.add_paragraph()
            page = made.add_table(0, len(texts))
        assert page is not None
        cells = page.add_row().cells
        for column, text in enumerate(texts):
            cells[column].text = text
            if column < 2 and not text and len(page.rows) > 2:
                page.cell(len(page.rows) - 2, column).merge(cells[column])
    made.save(str(path))
    return path


@pytest.fixture(scope="module", params=[".xlsx", ".docx"])
def reading(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TableReading:
    path = tmp_path_factory.mktemp("附件") / f"附件2 得分表{request.param}"
    return read(workbook(path) if path.suffix == ".xlsx" else word_document(path))


def test_names_points_and_levels_are_the_forms(reading: TableReading) -> None:
    form = read_form("qixia-2022")
    assert [(i.id, i.parent, i.name, i.level, i.full_mark) for i in reading.form.indicators] == [
        (i.id, i.parent, i.name, i.level, i.full_mark) for i in form.indicators
    ]
    assert reading.form.levels == form.levels
    assert reading.form.total == 100
    assert [(b.name, b.lower) for b in reading.form.bands] == [(b.name, b.lower) for b in form.bands]


def test_every_sentence_is_read_as_the_forms_rule(reading: TableReading) -> None:
    form = read_form("qixia-2022")
    assert not reading.judged
    for leaf in form.leaves:
        rule, expected = reading.form[leaf.id].rule, leaf.rule
        assert type(rule) is type(expected), leaf.name
        assert rule is not None
        assert expected is not None
        assert rule.maximum() == expected.maximum(), leaf.name
        if isinstance(rule, PointsRule):
            assert isinstance(expected, PointsRule)
            assert [point.marks for point in rule.points] == [point.marks for point in expected.points]
        else:
            same = {
                field.name
                for field in dataclasses.fields(rule)
                if getattr(rule, field.name) == getattr(expected, field.name)
            }
            # The table names neither the question of the survey nor, once, the fault itself.
            differ = {field.name for field in dataclasses.fields(rule)} - same
            assert differ <= {"rate_source", "fault"}, leaf.name


def test_texts_come_over_whole_across_pages(reading: TableReading) -> None:
    def squeezed(text: str) -> str:
        return "".join(flat(text).split()).replace(",", "").replace(";", "").replace(":", "")

    for leaf in read_form("qixia-2022").leaves:
        found = reading.form[leaf.id]
        assert squeezed(found.explanation) == squeezed(leaf.explanation), leaf.name
        assert squeezed(found.criterion) == squeezed(leaf.criterion), leaf.name
        assert found.collection_method == leaf.collection_method


def test_q02_is_found_with_its_cell(reading: TableReading) -> None:
    (fault,) = [fault for fault in reading.notices if "最多得 4 分" in fault.what]
    cell = {
        "附件2": "“附件2”表 E14",
        "第 1 个表格": "第 3 个表格（栖霞市民生服务中心 12345 政务服务热线绩效评价得分表）第 4 行第 5 列",  # the third page of the document
    }[reading.sheet]
    assert fault.place == f"{cell}（过程 › 资金管理 › 预算执行率）"
    assert "分值 6 分" in fault.what


def test_what_is_no_part_of_the_system_is_left(reading: TableReading) -> None:
    assert reading.sheet in {"附件2", "第 1 个表格"}
    assert reading.form.title == "栖霞市民生服务中心12345政务服务热线绩效评价得分表"
    assert not any("92.31" in str(value) for value in reading.form.raw.values())
