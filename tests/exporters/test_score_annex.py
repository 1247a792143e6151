"""The score table of a report has the columns of its own layout, the sums of the model, nothing cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from tests.exporters.sample import MADE, RESOURCES, qixia, scored_by_hand, small_form, with_entities
from tests.forms.reading import read_form
from workbench.domain.evaluation import Evaluation
from workbench.exporters import EXPORTERS
from workbench.exporters.document import Cell, Table
from workbench.exporters.kit import Kit
from workbench.exporters.layouts import Layouts
from workbench.exporters.report_data import ReportData, freeze
from workbench.exporters.score_annex import score_annex
from workbench.services.jobs import silent
from workbench.services.presets import presets
from workbench.services.samples import Samples

SAMPLES = {
    "changde": "changde-2021",
    "panjin": "panjin-2023",
    "shenzhen": "shenzhen-2020",
    "yiyang": "yiyang-2019",
}


def data_of(key: str) -> ReportData:
    form = read_form(SAMPLES[key])
    evaluation = with_entities(Evaluation(key, form), presets(form, key, project="x"))
    evaluation = with_entities(evaluation, Samples(RESOURCES / "samples").entities(key, evaluation))
    layout = Layouts(RESOURCES / "layouts").load(form.layout)
    return replace(freeze(evaluation, made=MADE), layout=layout)


def table_of(data: ReportData) -> Table:
    (table,) = score_annex(data)
    assert isinstance(table, Table)
    return table


def words(cell: Cell) -> str:
    return "".join(run.text for run in cell.runs if hasattr(run, "text"))


@pytest.mark.parametrize("key", list(SAMPLES))
def test_every_cell_of_the_grid_is_covered_once(key: str) -> None:
    table = table_of(data_of(key))
    width = len(table.columns)
    covered: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while (number, column) in covered:
                column += 1
            place = {
                (r, c)
                for r in range(number, number + cell.row_span)
                for c in range(column, column + cell.col_span)
            }
            assert not place & covered
            covered |= place
            column += cell.col_span
    assert covered == {(r, c) for r in range(len(table.rows)) for c in range(width)}


@pytest.mark.parametrize(
    ("key", "headers", "last"),
    [
        ("changde", ["分值", "得分", "扣分", "扣分原因"], ["合计", "100", "89.00", "11.00", "良"]),
        ("panjin", ["评价情况", "得分"], ["合计（优）", "100.00"]),
        ("shenzhen", ["分值", "比较结果", "得分", "扣分"], ["合计（中）", "100", "65.98", "34.02"]),
        ("yiyang", ["评价方面", "自评得分"], ["合计", "100", "100.00", "优"]),
    ],
)
def test_columns_and_sums_are_those_of_the_layout(key: str, headers: list[str], last: list[str]) -> None:
    table = table_of(data_of(key))
    named = [words(cell) for cell in table.header[0]]
    assert set(headers) <= set(named)
    assert [text for cell in table.rows[-1] if (text := words(cell))] == last


def test_subtotals_stand_below_their_group() -> None:
    rows = [[words(cell) for cell in row] for row in table_of(data_of("changde")).rows]
    subtotals = [[text for text in row if text] for row in rows if row[0].endswith("小计")]
    assert subtotals == [
        ["决策小计", "19", "16.00", "3.00"],
        ["过程小计", "21", "16.00", "5.00"],
        ["产出小计", "35", "33.00", "2.00"],
        ["效益小计", "25", "24.00", "1.00"],
    ]


def test_without_a_layout_there_are_nine_columns() -> None:
    table = table_of(freeze(qixia(), made=MADE))
    assert [words(cell) for cell in table.header[0]][-4:] == ["得分", "依据", "依据来源", "证据收集方式"]
    assert len(table.columns) == 9


def test_an_indicator_longer_than_a_page_is_named_on_each_of_its_pages(tmp_path: Path) -> None:
    form = small_form(1, 2, text="逐条评价，一条一行。\n" * 120)
    data = freeze(scored_by_hand(replace(form, outline="annex3")), made=MADE)
    path = tmp_path / "a.pdf"
    EXPORTERS["report"].write(data, path, Kit(RESOURCES), silent)
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)]
    flat = ["".join(text.split()) for text in pages]
    on = [n for n, text in enumerate(flat) if "逐条评价" in text and "三级指标" in text]
    assert len(on) >= 6
    for n in on:
        assert "指标0-0" in flat[n] or "指标0-1" in flat[n], pages[n]
    assert sum("指标0-0（10）（续）" in text for text in flat) >= 2
