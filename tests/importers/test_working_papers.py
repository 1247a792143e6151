"""Working papers both ways: nothing lost, every fault named, nothing half."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exporters.sample import MADE, RESOURCES, qixia, with_entities
from tests.forms.reading import read_form
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import (
    ENTITIES,
    Deduction,
    Entity,
    Entry,
    Evaluation,
    FundLine,
    Input,
    Link,
    Mark,
    Option,
    Overview,
    Problem,
    Question,
    Questionnaire,
    Waiver,
    input_id,
    mark_id,
)
from workbench.domain.fields import FieldSpec, show_value, specs_of
from workbench.domain.papers import META_SHEET, PAPER_SHEETS, WITHOUT_SHEET
from workbench.errors import InputRefused, WorkbenchError
from workbench.exporters.kit import Kit, Written
from workbench.exporters.report_data import freeze
from workbench.exporters.working_papers import write_working_papers
from workbench.importers.working_papers import Papers, read_working_papers

QIXIA = read_form("qixia-2022")
LEAVES = [leaf.id for leaf in QIXIA.leaves]


def export(evaluation: Evaluation, path: Path) -> Written:
    return write_working_papers(freeze(evaluation, made=MADE), path, Kit(RESOURCES), lambda *_: None)


def read(path: Path) -> Papers:
    numbers = itertools.count(1)
    return read_working_papers(path, lambda: f"new{next(numbers)}", compile_form)


def tables(evaluation: Evaluation) -> dict[str, dict[str, Entity]]:
    return {
        kind: dict(evaluation.tables.get(kind, {}))
        for kind in ENTITIES
        if kind not in {"overview", *WITHOUT_SHEET}
    }


def edited(path: Path, change: Callable[[Any], None]) -> Papers:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return read(path)


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    path = tmp_path / "底 稿.xlsx"
    export(qixia(), path)
    return path


# —— round trip ——


def test_the_sample_comes_back_whole(exported: Path) -> None:
    evaluation = qixia()
    papers = read(exported)
    assert {k: dict(t) for k, t in papers.tables.items() if k != "overview"} == tables(evaluation)
    assert papers.tables["overview"] == {"overview": evaluation.overview}
    assert papers.evaluation == "qixia"
    assert compile_form(papers.form_raw) == evaluation.form
    assert papers.notices == ()


def test_it_comes_back_whole_after_another_program_saved_it(exported: Path) -> None:
    papers = edited(exported, lambda book: None)
    assert {k: dict(t) for k, t in papers.tables.items() if k != "overview"} == tables(qixia())


# What a cell holds: no control characters but newline and tab, which the export replaces and tells.
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=12
) | st.sampled_from(
    ["=1+1", "@x", "_x0041_", "第一行\n第二行\t", "  空格  ", "1e999", "#N/A", "\u2028", "是"]
)
LINE = TEXT.map(lambda text: " ".join(text.split("\n")).strip())
NUMBER = st.decimals(-(10**14), 10**14, allow_nan=False, places=2) | st.decimals(0, 1, places=9)
SCORE = st.decimals(0, 1000, allow_nan=False, places=4)


def value_of(field: FieldSpec, ids: dict[str, list[str]]) -> st.SearchStrategy[Any]:
    if field.kind == "ref":
        known = st.sampled_from([*ids.get(field.refers, []), "gone/🙂"])
        return known if field.required else known | st.just("")
    return {
        "text": TEXT,
        "line": LINE,
        "open_choice": LINE,
        "choice": st.sampled_from([*field.choices, ""]),
        "number": st.none() | NUMBER,
        "money": st.none() | NUMBER,
        "score": st.none() | SCORE,
        "percent": st.none() | st.decimals(0, 2, allow_nan=False, places=17),
        "count": st.none() | st.integers(0, 10**14) if field.name != "size" else st.integers(0, 10**14),
        "order": st.integers(0, 9999),
        "date": st.none() | st.dates(date(1, 1, 1)),
        "time": st.just("") | st.times().map(lambda time: f"{time:%H:%M}"),
        "flag": st.booleans(),
    }[field.kind]


@st.composite
def evaluations(draw: st.DrawFn) -> Evaluation:
    ids = {kind: [f"{kind}-{n}" for n in range(draw(st.integers(0, 2)))] for kind in ENTITIES}
    ids["indicator"] = LEAVES
    ids["overview"], ids["entry"] = ["overview"], LEAVES[:2]
    found: list[Entity] = []
    for kind, entity_type in ENTITIES.items():
        for own in ids[kind]:
            id_ = own
            values = {field.name: draw(value_of(field, ids)) for field in specs_of(entity_type)}
            if kind == "input":
                id_ = input_id(values["indicator"], values["key"])
            elif kind == "mark":
                id_ = mark_id(values["indicator"], values["stage"])
            elif kind == "link":
                for end in ("from", "to"):
                    end_kind = draw(st.sampled_from([*ENTITIES, "indicator"]))
                    values[f"{end}_kind"] = end_kind
                    values[f"{end}_id"] = draw(st.sampled_from([*ids[end_kind], "missing"]))
            made = entity_type(id=id_, **values)
            # A row that has an id and says nothing is refused: it may be meant to be deleted.
            if any(show_value(getattr(made, f.name), f) for f in specs_of(entity_type)):
                found.append(made)
    return with_entities(Evaluation("e", QIXIA), found)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(evaluations())
def test_any_evaluation_comes_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, evaluation: Evaluation
) -> None:
    path = tmp_path_factory.mktemp("papers") / "a.xlsx"
    result = export(evaluation, path)
    try:
        papers = read(path)
    except InputRefused as refused:
        raise AssertionError([str(fault) for fault in refused.faults]) from refused
    assert {k: dict(t) for k, t in papers.tables.items() if k != "overview"} == tables(evaluation)
    assert papers.tables["overview"] == {"overview": evaluation.overview}
    assert result.notices == ()


def test_long_text_comes_back_through_the_overflow_sheet(tmp_path: Path) -> None:
    text = "很长的依据。\n" * 9000
    evaluation = with_entities(qixia(), [Entry(id="A11", basis=text), Overview(background=text + "尾")])
    result = export(evaluation, tmp_path / "a.xlsx")
    papers = read(tmp_path / "a.xlsx")
    # Each of both texts is told twice: that its row shows a part of it, and where the rest of it is written.
    assert [("409 磅" in notice, "续文" in notice) for notice in result.notices] == [
        *[(True, False)] * 2,
        *[(False, True)] * 2,
    ]
    assert papers.tables["entry"]["A11"] == Entry(id="A11", basis=text)
    assert papers.tables["overview"]["overview"] == Overview(background=text + "尾")


def test_sheets_are_for_every_kind_and_headers_are_clear() -> None:
    assert {sheet.kind for sheet in PAPER_SHEETS} == set(ENTITIES) - WITHOUT_SHEET
    assert len({sheet.title for sheet in PAPER_SHEETS}) == len(PAPER_SHEETS)
    for sheet in PAPER_SHEETS:
        labels = [field.label for field in sheet.fields]
        assert len(set(labels)) == len(labels)
        assert sheet.id_header not in labels


# —— filled in by a person ——


def column(sheet: Any, header: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == header)


def fill(sheet: Any, row: int, **values: Any) -> None:
    for header, value in values.items():
        sheet.cell(row, column(sheet, header)).value = value


def test_new_rows_become_entities_that_may_refer_to_each_other(exported: Path) -> None:
    def add(book: Any) -> None:
        end = book["问卷"].max_row + 1
        fill(book["问卷"], end, 问卷名称="企业问卷", 发放份数="２０", 调查日期=date(2022, 11, 24))
        end = book["问卷题目"].max_row + 1
        fill(book["问卷题目"], end, 问卷="企业问卷", 题目="您满意吗？", 来稿所载比率=86.5)
        end = book["问卷选项"].max_row + 1
        fill(book["问卷选项"], end, 题目="您满意吗？", 选项="满意", 权重="100％", 人数="1,200")
        end = book["扣分"].max_row + 1
        fill(book["扣分"], end, 指标="资金到位率", 扣分="０．5", 扣分原因="补充")
        end = book["各轮得分"].max_row + 1
        fill(book["各轮得分"], end, 指标="B11", 轮次="复核", 得分=3.5)
        end = book["资金"].max_row + 3
        fill(book["资金"], end, 年度=2022, 资金项目="其他", 预算资金="12.130万".replace("万", ""))

    papers = edited(exported, add)
    asked = next(q for q in papers.tables["questionnaire"].values() if q.title == "企业问卷")  # type: ignore[union-attr]
    assert isinstance(asked, Questionnaire)
    assert (asked.issued, asked.held) == (20, date(2022, 11, 24))
    question = next(
        q for q in papers.tables["question"].values() if isinstance(q, Question) and q.text == "您满意吗？"
    )
    assert (question.questionnaire, question.stated_rate) == (asked.id, Decimal("0.865"))
    option = next(
        o for o in papers.tables["option"].values() if isinstance(o, Option) and o.question == question.id
    )
    assert (option.weight, option.count) == (Decimal(1), 1200)
    line = next(
        d for d in papers.tables["deduction"].values() if isinstance(d, Deduction) and d.reason == "补充"
    )
    assert (line.indicator, line.points) == ("B11", Decimal("0.5"))
    assert papers.tables["mark"][mark_id("B11", "复核")] == Mark(
        id=mark_id("B11", "复核"), indicator="B11", stage="复核", score=Decimal("3.5")
    )
    fund = next(
        f for f in papers.tables["fund_line"].values() if isinstance(f, FundLine) and f.item == "其他"
    )
    assert (fund.year, fund.budget) == ("2022", Decimal("12.13"))


def test_renaming_keeps_what_refers_to_it(exported: Path) -> None:
    before = read(exported)

    def rename(book: Any) -> None:
        fill(book["问卷"], 2, 问卷名称="改了名的问卷")

    papers = edited(exported, rename)
    assert papers.tables["question"] == before.tables["question"]


def test_cached_formula_values_count(exported: Path) -> None:
    from workbench.exporters.sheet_paper import Formula, _with_values

    xml = '<c r="C4"><f>1+1</f><v></v></c>'
    assert _with_values(xml, {"C4": Formula("=1+1", 2)}) == '<c r="C4" t="n"><f>1+1</f><v>2</v></c>'


def faults(path: Path, change: Callable[[Any], None]) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        edited(path, change)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("abc", "“abc”不是数字，请填写如 3.5 的数字。"),
        ("1e999", "“1e999”是科学记数法，请写成普通数字，如 12000。"),
        ("NaN", "“NaN”不是数字，请填写如 3.5 的数字。"),
        (10**16, "数字过大，请检查单位和位数。"),
        ("=1/0", "公式还没有计算结果，请在表格软件中打开并保存一次，或直接填写内容。"),
        (date(2022, 1, 1), "这里应填数字，现在是日期，请填写如 3.5 的数字。"),
        (True, "这里应填数字，现在是是或否，请填写如 3.5 的数字。"),
        ("#DIV/0!", "单元格是错误值 #DIV/0!，请改为预算资金的内容。"),
    ],
)
def test_a_bad_amount_is_named_by_place_and_remedy(value: Any, says: str, exported: Path) -> None:
    found = faults(exported, lambda book: fill(book["资金"], 2, 预算资金=value))
    assert found == [f"‘资金’表第 2 行 F 列：{says}"]


def test_all_faults_are_listed_at_once(exported: Path) -> None:
    def spoil(book: Any) -> None:
        fill(book["扣分"], 2, 扣分=-1, 指标="没有的指标")
        fill(book["问卷题目"], 2, 用途="随便")
        fill(book["问卷"], 2, 调查日期="去年", 发放份数=1.5)
        fill(book["得分与依据"], 3, 已完成="也许")
        book["概况"]["B20"].value = "not a date" if book["概况"]["A20"].value else None
        fill(book["问卷选项"], book["问卷选项"].max_row + 1, 选项="没有题目")
        fill(book["关联"], 2, 从类别="外星", 到="不存在")

    found = faults(exported, spoil)
    assert [text for text in found if text.startswith("‘扣分’")] == [
        "‘扣分’表第 2 行 D 列：扣分不能为负数。",
        "‘扣分’表第 2 行 C 列：指标“没有的指标”没有找到，请填写“指标与评分标准”表中的名称，或删去这一行。",
    ]
    assert "‘问卷题目’表第 2 行 G 列：用途只能是：满意度、信息、其他。" in found
    assert "‘问卷’表第 2 行 H 列：调查日期请按 2022-11-14 的样式填写。" in found
    assert "‘问卷’表第 2 行 E 列：发放份数应为整数。" in found
    assert any("得分与依据’表第 3 行" in text and "请填“是”或“否”" in text for text in found)
    assert any("问卷选项" in text and "请填写题目" in text for text in found)
    assert any("关联" in text and "不认识的类别“外星”" in text for text in found)


def test_headers_renamed_missing_merged_or_twice(exported: Path) -> None:
    def spoil(book: Any) -> None:
        book["资金"]["F1"].value = "预算"
        book["扣分"]["F1"].value = None
        book["问题"].merge_cells("C1:D1")
        book["建议"]["F1"].value = "建议"

    found = faults(exported, spoil)
    assert "‘资金’表第 1 行 F 列：缺少列“预算资金”（现为“预算”），请把表头改回“预算资金”。" in found
    assert (
        "‘扣分’表第 1 行 F 列：缺少列“扣分依据”（现为空白，可能与左侧合并了），请把表头改回“扣分依据”。"
        in found
    )
    assert any(text.startswith("‘问题’表第 1 行 D 列：缺少列") for text in found)
    assert any(text.startswith("‘建议’表第 1 行 F 列") for text in found)


def test_no_header_at_all(exported: Path) -> None:
    assert faults(exported, lambda book: book["资金"].delete_rows(1))[0].startswith(
        "‘资金’表第 1 行 A 列：没有找到表头"
    )


def test_extra_columns_empty_rows_and_a_row_above_the_header_are_survived(exported: Path) -> None:
    before = read(exported)

    def change(book: Any) -> None:
        sheet = book["扣分"]
        sheet["J1"].value, sheet["J2"].value = "我的备注", "好"
        sheet.insert_rows(3)
        sheet.insert_rows(1)
        sheet["B1"].value = "某局扣分一览"
        del book["问卷"]

    papers = edited(exported, change)
    assert papers.tables["deduction"] == before.tables["deduction"]
    assert "questionnaire" not in papers.tables
    assert papers.tables["question"] == before.tables["question"]
    assert set(papers.notices) == {
        "“扣分”表多出的列没有导入：我的备注。",
        "没有“问卷”表，这部分内容保持不变。",
    }


def test_a_deleted_row_that_others_need_is_told(exported: Path) -> None:
    found = faults(exported, lambda book: book["问卷"].delete_rows(2))
    assert found[0].startswith("‘问卷题目’表第 2 行 C 列：问卷“")
    assert found[0].endswith("已被删除，请填写“问卷”表中的名称，或删去这一行。")


def test_a_copied_and_a_cleared_row(exported: Path) -> None:
    def spoil(book: Any) -> None:
        sheet = book["问题"]
        for cell in sheet[2]:
            sheet.cell(sheet.max_row + (cell.column == 1), cell.column).value = cell.value
        for cell in list(book["建议"][2])[1:]:
            cell.value = None

    found = faults(exported, spoil)
    assert any("请清空 A 列的编号" in text for text in found)
    assert "‘建议’表第 2 行 A 列：这一行已清空但还有编号，如要删除请删除整行。" in found


def test_unfinished_rows_come_back_though_something_is_required(tmp_path: Path) -> None:
    evaluation = with_entities(
        qixia(), [Problem(id="p9"), Deduction(id="d9", indicator="B11"), Waiver(id="w9")]
    )
    export(evaluation, tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").tables["problem"]["p9"] == Problem(id="p9")
    assert read(tmp_path / "a.xlsx").tables["waiver"]["w9"] == Waiver(id="w9")


def test_dangling_ties_come_back(tmp_path: Path) -> None:
    link = Link(id="l", from_kind="evidence", from_id="gone", to_kind="deduction", to_id="gone too")
    value = Input(id=input_id("A99", "k"), indicator="A99", key="k", value="1")
    evaluation = with_entities(qixia(), [link, value])
    export(evaluation, tmp_path / "a.xlsx")
    papers = read(tmp_path / "a.xlsx")
    assert papers.tables["link"]["l"] == link
    assert papers.tables["input"][value.id] == value


def test_foreign_and_spoilt_workbooks(exported: Path, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "x.xlsx")
    with pytest.raises(WorkbenchError, match="不是本程序导出的工作底稿"):
        read(tmp_path / "x.xlsx")

    def newer(book: Any) -> None:
        book[META_SHEET]["B1"].value = '"99"'

    with pytest.raises(WorkbenchError, match="较新的程序"):
        edited(exported, newer)

    def spoilt(book: Any) -> None:
        book[META_SHEET]["B1"].value = "{"

    with pytest.raises(WorkbenchError, match="不是本程序导出的工作底稿"):
        edited(exported, spoilt)


def test_far_cells_are_refused_with_the_place(exported: Path) -> None:
    def spoil(book: Any) -> None:
        book["资金"]["XFD1048576"].value = "x"

    with pytest.raises(WorkbenchError, match="“资金”表在第 1048576 行很远的右侧"):
        edited(exported, spoil)


def test_dates_of_any_age(tmp_path: Path) -> None:
    old = dataclasses.replace(
        qixia().overview, project_start=date(1899, 12, 31), project_end=date(1900, 2, 28)
    )
    export(with_entities(qixia(), [old]), tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").tables["overview"]["overview"] == old


def test_what_is_not_filled_in_yet_is_offered(tmp_path: Path) -> None:
    evaluation = Evaluation("e", QIXIA)
    export(evaluation, tmp_path / "a.xlsx")
    assert {kind: dict(table) for kind, table in read(tmp_path / "a.xlsx").tables.items() if table} == {
        "overview": {"overview": Overview()}
    }

    def fill_in(book: Any) -> None:
        sheet = book["计分项"]
        offered = [(row[1].value, row[2].value) for row in sheet.iter_rows(min_row=2)]
        row = 2 + offered.index(("服务对象满意度", "服务对象满意度"))
        fill(sheet, row, 填写值="95.53%")
        sheet = book["得分与依据"]
        row = next(r[0].row for r in sheet.iter_rows(min_row=2) if r[0].value == "资金到位率")
        fill(sheet, row, 评价依据="到位 7.1 万元", 已完成="是")

    papers = edited(tmp_path / "a.xlsx", fill_in)
    assert papers.tables["input"] == {
        "D21/rate": Input(id="D21/rate", indicator="D21", key="rate", value="95.53%")
    }
    assert papers.tables["entry"] == {"B11": Entry(id="B11", basis="到位 7.1 万元", done=True)}
