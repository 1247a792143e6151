"""Tables as people have them: broken ones are refused with sheet, cell and remedy, odd ones are read."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.forms.reading import read_form
from tests.importers.tables import HEADER, ROWS, book, faults, outline, read
from workbench.errors import InputRefused, WorkbenchError
from workbench.exporters.indicator_table import write_indicator_table

OUTLINE = [
    (1, "决策", "20"), (2, "项目立项", "20"), (3, "立项依据充分性", "20"),
    (1, "过程", "30"), (2, "资金管理", "30"), (3, "资金到位率", "30"),
    (1, "产出", "20"), (2, "产出数量", "20"), (3, "服务时间", "20"),
    (1, "效益", "30"), (2, "满意度", "30"), (3, "群众满意度", "30"),
]  # fmt: skip
KINDS = ["评价要点", "比率法", "按次扣分", "比率法"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "指标表.xlsx"


def with_cell(row: int, column: int, value: Any) -> list[list[Any]]:
    """The usual rows below their header with one cell (from 1) changed."""
    rows = [list(HEADER), *(list(row) for row in ROWS)]
    rows[row - 1][column - 1] = value
    return rows


# tables that a person would understand


def shuffled(columns: Sequence[int], header: Sequence[str]) -> list[list[Any]]:
    return [list(header), *([row[column] for column in columns] for row in ROWS)]


def titled() -> list[list[Any]]:
    return [
        ["附件2"],
        ["某某项目绩效评价指标体系及评分表"],
        ["单位：某某局", "", "", "", "金额单位：万元"],
        HEADER, *ROWS,
        ["合计", "", "", 100],
        ["注：评价等级按财预〔2020〕10号划分。"],
        ["填表人：", "", "审核人："],
    ]  # fmt: skip


ODD: dict[str, list[list[Any]]] = {
    "plain": [HEADER, *ROWS],
    "title above, totals and notes below": titled(),
    "other order": shuffled([4, 3, 2, 1, 0], ["评分标准", "权重", "三级指标", "二级指标", "一级指标"]),
    "other names": shuffled([0, 1, 2, 3, 4], ["一级", "二级", "指标名称", "标准分", "评分标准和评分规则"]),
    "numbers for levels": shuffled([0, 1, 2, 3, 4], ["1级指标", "2级指标", "3级指标", "分 值", "评价 标准"]),
    "header wrapped with units": shuffled(
        [0, 1, 2, 3, 4], ["一级\n指标", "二级\n指标", "三级\n指标", "分值\n（100分）", "评价标准\n（评分细则）"]
    ),
    "serial numbers and results beside": [
        ["序号", *HEADER, "得分", "扣分原因", "备注"],
        *([number, *row, 5, "资料不全", "已核"] for number, row in enumerate(ROWS, 1)),
    ],
    "points in brackets": [
        ["一级指标", "二级指标", "三级指标", "评价标准"],
        *(
            [f"{a}（{p}）", f"{b} ({p})", f"{c}【{p}分】", text]
            for a, b, c, p, text in ROWS
        ),
    ],
    "full-width points in brackets": [
        ["一级指标", "二级指标", "三级指标", "评价标准"],
        ["决策（２０）", "项目立项(２０分)", "立项依据充分性 ２０分", ROWS[0][4]],
        ["过程（3 0）", "资金管理（30", "资金到位率：30分", ROWS[1][4]],
        ["产出（20.0）", "产出数量〔20〕", "服务时间(分值:20)", ROWS[2][4]],
        ["效益（30%）", "满意度（30）", "群众满意度（30）", ROWS[3][4]],
    ],
    "points columns of each level": [
        ["一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "评价标准"],
        *([a, p, b, p, c, p, text] for a, b, c, p, text in ROWS),
    ],
    "points columns named by level": [
        ["一级指标", "一级权重", "二级指标", "二级权重", "三级指标", "三级权重", "评价标准"],
        *([a, p, b, p, c, p, text] for a, b, c, p, text in ROWS),
    ],
    "points as text": [HEADER, *([a, b, c, f"{p}分", text] for a, b, c, p, text in ROWS)],
    "full-width digits": [
        HEADER, *([a, b, c, str(p).translate(str.maketrans("0123", "０１２３")), t] for a, b, c, p, t in ROWS)
    ],
    "numbers broken by blanks": [HEADER, *([a, b, c, f"{p // 10} {p % 10}", t] for a, b, c, p, t in ROWS)],
    "percent signs": [HEADER, *([a, b, c, f"{p}%", t] for a, b, c, p, t in ROWS)],
    "own rows for upper levels": [
        HEADER,
        *(
            row
            for a, b, c, p, t in ROWS
            for row in ([a, "", "", p, ""], ["", b, "", p, ""], ["", "", c, p, t])
        ),
    ],
    "numbering before names": [
        HEADER,
        *([f"{n}、{a}", f"（{n}）{b}", f"{i}.{c}", p, t]
          for i, (n, (a, b, c, p, t)) in enumerate(zip("一二三四", ROWS, strict=True), 1)),
    ],
    "names wrapped and spaced by Word": [
        HEADER, *([" ".join(a), b[:2] + "\n" + b[2:], c[:2] + " \n " + c[2:], p, t] for a, b, c, p, t in ROWS)
    ],
    "column numbers under the header": [HEADER, [1, 2, 3, 4, 5], *ROWS],
    "header on every page": [HEADER, *ROWS[:2], [], HEADER, *ROWS[2:]],
    "empty rows between": [[], HEADER, [], *ROWS[:2], [], [], *ROWS[2:]],
    "subtotals": [
        HEADER, ROWS[0], ["小计", "", "", 20], ROWS[1], ["", "小计", "", 30], *ROWS[2:], ["总 计", "", "", 100]
    ],
    "total in its own words": [HEADER, *ROWS, ["合计（100分）"]],
    "levels repeated in every row": [
        HEADER,
        ["决策", "项目立项", "立项依据充分性", 20, "1.有依据；(10分)"],
        ["决策", "项目立项", "立项依据充分性", "", "2.程序规范。(10分)"],
        *ROWS[1:],
    ],
}  # fmt: skip


@pytest.mark.parametrize("rows", ODD.values(), ids=list(ODD))
def test_reads_what_a_person_would_understand(rows: list[list[Any]], path: Path) -> None:
    reading = read(book(path, rows))
    assert outline(reading) == [(level, name, f"{Decimal(points):f}") for level, name, points in OUTLINE] or [
        (lv, n, Decimal(p)) for lv, n, p in outline(reading)
    ] == [(lv, n, Decimal(p)) for lv, n, p in OUTLINE]
    assert [one.label for one in reading.readings] == KINDS
    assert not reading.judged
    assert [i.id for i in reading.form.indicators][:4] == ["A", "A1", "A11", "B"]


def test_merged_level_cells(path: Path) -> None:
    rows = [
        HEADER,
        ["决策", "项目立项", "依据", 5, ""], ["", "", "程序", 5, ""], ["", "绩效目标", "目标", 10, ""],
        ["过程", "资金", "到位", 30, ""], ["产出", "数量", "完成", 50, ""],
    ]  # fmt: skip
    reading = read(book(path, rows, "A2:A4", "B2:B3"))
    assert [one.name for one in reading.form.children("A")] == ["项目立项", "绩效目标"]
    assert [one.name for one in reading.form.children("A1")] == ["依据", "程序"]
    assert reading.form["A"].full_mark == 20


def test_level_names_of_the_table_are_the_forms(path: Path) -> None:
    rows = [["一级指标（权重）", "二级指标", "具体指标", "分值"], ["投入", "资金", "到位", 100]]
    assert read(book(path, rows)).form.levels == ("一级指标", "二级指标", "具体指标")


def test_four_levels_and_one_column_of_names(path: Path) -> None:
    rows = [
        ["一级指标", "二级指标", "三级指标", "四级指标", "分值"],
        ["产出", "数量", "热线", "接通率", 60],
        ["", "", "", "办结率", 40],
    ]
    reading = read(book(path, rows, "A2:A3", "B2:B3", "C2:C3"))
    assert [(one.id, one.level) for one in reading.form.leaves] == [("A111", 4), ("A112", 4)]
    flat_rows = [["评价指标", "分值", "评分标准"], ["管理规范", 40, ""], ["服务及时", 60, ""]]
    reading = read(book(path, flat_rows))
    assert outline(reading) == [(1, "管理规范", "40"), (1, "服务及时", "60")]


def test_headers_on_two_and_three_rows(path: Path) -> None:
    two = [
        ["评价指标", "", "", "分值", "评价标准"],
        ["一级指标", "二级指标", "三级指标", "", ""],
        *ROWS,
    ]
    assert outline(read(book(path, two, "A1:C1", "D1:D2", "E1:E2"))) == OUTLINE
    by_level = [
        ["一级指标", "", "二级指标", "", "三级指标", "", "评分"],
        ["名称", "分值", "名称", "分值", "名称", "分值", "评分标准"],
        *([a, p, b, p, c, p, t] for a, b, c, p, t in ROWS),
    ]
    assert outline(read(book(path, by_level, "A1:B1", "C1:D1", "E1:F1"))) == OUTLINE
    three = [
        ["指标体系", "", "", "标准"],
        ["评价指标", "", "", ""],
        ["一级指标", "二级指标", "三级指标", "评分标准"],
    ]
    rows = [*three, *([a, b, f"{c}({p})", t] for a, b, c, p, t in ROWS)]
    assert outline(read(book(path, rows, "A1:C1", "A2:C2"))) == OUTLINE


def self_evaluation(path: Path, execution: bool) -> Path:
    """The national self-evaluation form: its indicators stand below the funds, a label beside them."""
    rows: list[list[Any]] = [
        ["项目支出绩效自评表"],
        ["（2022年度）"],
        ["项目名称", "", "12345热线"],
        ["项目资金（万元）", "", "", "年初预算数", "全年预算数", "全年执行数", "分值", "得分"],
        ["", "年度资金总额", "", 71.6, 71.6, 71.6, 10, 10],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"],
        ["", "产出指标", "数量指标", "受理量", "≥9万通", "9万通", 25, 25, ""],
        ["", "", "质量指标", "接通率", "≥95%", "96%", 25, 25, ""],
        ["", "效益指标", "社会效益", "知晓率", "≥96%", "86.5%", 30, 27, "宣传不足"],
        ["", "满意度指标", "服务对象满意度", "满意度", "≥92%", "95%", 10, 10, ""],
        *([["", "预算执行", "执行率", "预算执行率", "100%", "100%", 10, 10, ""]] if execution else []),
        ["总分", "", "", "", "", "", 100, 97],
    ]  # fmt: skip
    last = len(rows) - 1
    return book(path, rows, "A1:I1", "A4:A5", f"A6:A{last}", "B7:B8")


def test_a_self_evaluation_form(path: Path) -> None:
    reading = read(self_evaluation(path, execution=True))
    assert [one.name for one in reading.form.leaves] == ["受理量", "接通率", "知晓率", "满意度", "预算执行率"]
    assert reading.form.levels == ("一级指标", "二级指标", "三级指标")
    assert reading.form.title == "项目支出绩效自评表"
    assert reading.form["A"].full_mark == 50
    assert [target["value"] for target in reading.form.targets] == ["9", "95", "96", "92", "100"]
    assert {one.reason for one in reading.judged} == {"没有评价标准"}
    (fault,) = faults(self_evaluation(path, execution=False))
    assert fault.place == "“评分表”表 G11"
    assert "合计写 100，而各项之和为 90" in fault.what
    assert "预算执行率另占 10 分" in fault.remedy


def test_one_merged_name_over_rows_of_points(path: Path) -> None:
    rows = [
        HEADER,
        ["决策", "项目立项", "立项依据充分性", 8, "1.有依据；(8分)"], ["", "", "", 12, "2.程序规范。(12分)"],
        *ROWS[1:],
    ]  # fmt: skip
    reading = read(book(path, rows, "A2:A3", "B2:B3", "C2:C3"))
    assert reading.form["A11"].full_mark == 20
    assert reading.form["A11"].criterion == "1.有依据；(8分)\n2.程序规范。(12分)"
    assert reading.readings[0].label == "评价要点"


def test_text_cut_by_a_page_goes_on(path: Path) -> None:
    rows = [
        HEADER,
        *ROWS[:2],
        ["产出", "产出数量", "服务时间", 20, "每出现1次无人在"],
        HEADER,
        ["", "", "", "", "岗，扣1分，扣完为止。"],
        ROWS[3],
    ]
    reading = read(book(path, rows))
    assert reading.form["C11"].criterion == "每出现1次无人在岗，扣1分，扣完为止。"
    assert reading.readings[2].label == "按次扣分"


def test_points_of_a_formula_with_its_result(path: Path) -> None:
    sheet = "".join(
        f'<row r="{number}">' + "".join(cells) + "</row>"
        for number, cells in enumerate(
            [
                [
                    f'<c r="{c}1" t="inlineStr"><is><t>{text}</t></is></c>'
                    for c, text in zip("ABC", ["一级指标", "二级指标", "分值"], strict=True)
                ],
                [
                    '<c r="A2" t="inlineStr"><is><t>产出</t></is></c>',
                    '<c r="B2" t="inlineStr"><is><t>数量</t></is></c>',
                    '<c r="C2"><f>50+50</f><v>100</v></c>',
                ],
            ],
            1,
        )
    )
    raw_book(path, sheet)
    assert read(path).form["A1"].full_mark == 100


def test_the_right_sheet_is_found_and_others_are_named(path: Path) -> None:
    made = openpyxl.Workbook()
    made.worksheets[0].title = "封面"
    made.worksheets[0].append(["某某项目绩效评价"])
    fund = made.create_sheet("资金表")
    fund.append(["序号", "项目", "预算", "支出"])
    table = made.create_sheet("指标")
    short = made.create_sheet("旧版")
    for row in [HEADER, *ROWS]:
        table.append(row)
        short.append(row[:4])
    made.save(path)
    reading = read(path)
    assert reading.sheet == "指标"
    assert any(n.place == "“旧版”表" and "没有读取" in n.what for n in reading.notices)


def test_a_hidden_sheet_is_read_only_when_alone(path: Path) -> None:
    made = openpyxl.Workbook()
    hidden = made.create_sheet("旧指标")
    hidden.sheet_state = "hidden"
    for row in [HEADER, *ROWS, ["注：作废"]]:
        hidden.append(row)
    for row in [HEADER[:4], *(row[:4] for row in ROWS)]:
        made.worksheets[0].append(row)
    made.save(path)
    assert read(path).sheet == "Sheet"


def test_targets_become_presets_and_unknown_columns_are_told(path: Path) -> None:
    rows = [
        [*HEADER, "目标值", "牵头科室"],
        *([*row, target, "办公室"] for row, target in zip(ROWS, ["完善", "≥100%", "0次", 0.95], strict=True)),
    ]
    book(path, rows)
    made = openpyxl.load_workbook(path)
    made.worksheets[0]["F5"].number_format = "0%"
    made.save(path)
    reading = read(path)
    assert [(t["name"], t["operator"], t["value"], t["unit"]) for t in reading.form.targets] == [
        ("资金到位率", "≥", "100", "%"), ("服务时间", "=", "0", "次"), ("群众满意度", "=", "95", "%"),
    ]  # fmt: skip
    assert reading.form["A11"].criterion.endswith("目标值：完善")
    told = {notice.place: notice.what for notice in reading.notices}
    assert "目标值“完善”不是一个数" in told["“评分表”表 F2"]
    assert "不认识列名“牵头科室”" in told["“评分表”表 G1"]


def test_what_is_no_rule_stays_as_text_and_is_listed(path: Path) -> None:
    reading = read(book(path, with_cell(4, 5, "根据实际情况综合评价。")))
    (judged,) = reading.judged
    assert (judged.place, judged.indicator) == ("“评分表”表 E4", "产出 › 产出数量 › 服务时间")
    assert judged.label == "评价人判断"
    assert judged.reason == "没有写怎样计分"
    assert reading.form["C11"].criterion == "根据实际情况综合评价。"


def test_a_year_in_brackets_is_part_of_the_name(path: Path) -> None:
    rows = [HEADER, *ROWS[:3], ["效益", "满意度", "群众满意度（12345）", 30, ""]]
    assert read(book(path, rows)).form["D11"].name == "群众满意度（12345）"


def test_a_bracket_that_contradicts_the_points_column_is_part_of_the_name(path: Path) -> None:
    rows = [HEADER, *ROWS[:3], ["效益", "满意度", "接通率（15）", 30, ""]]
    assert read(book(path, rows)).form["D11"].name == "接通率（15）"


def test_more_than_nine_children_have_dotted_ids(path: Path) -> None:
    rows = [HEADER[:4], *(["产出", "数量", f"第{n}项", 10] for n in "甲乙丙丁戊己庚辛壬癸")]
    assert [one.id for one in read(book(path, rows)).form.leaves][8:] == ["A.1.9", "A.1.10"]


def test_a_sum_other_than_100_is_told(path: Path) -> None:
    reading = read(book(path, [HEADER, *ROWS[:3]]))
    assert reading.form.total == 70
    assert [band.lower for band in reading.form.bands] == [63, 56, 42, 0]
    assert any("合计 70，不是 100" in notice.what for notice in reading.notices)


# tables that are refused

BROKEN: dict[str, tuple[list[list[Any]], list[str], tuple[str, str, str]]] = {
    "points in words": (with_cell(3, 4, "三十"), [], ("“评分表”表 D3", "分值“三十”不是一个数字", "只写分数")),
    "letter for a digit": (with_cell(3, 4, "3O"), [], ("“评分表”表 D3", "分值“3O”不是一个数字", "只写分数")),
    "two numbers": (with_cell(2, 4, "10/10"), [], ("“评分表”表 D2", "不是一个数字", "只写分数")),
    "negative": (with_cell(2, 4, -20), [], ("“评分表”表 D2", "负数", "大于 0")),
    "zero": (with_cell(2, 4, 0), [], ("“评分表”表 D2", "分值应大于 0", "改正")),
    "missing points": (with_cell(5, 4, None), [], ("“评分表”表 D5", "没有写分值", "补上")),
    "dash for points": (with_cell(5, 4, "—"), [], ("“评分表”表 D5", "没有写分值", "补上")),
    "a date": (with_cell(2, 4, dt.date(2022, 10, 10)), [], ("“评分表”表 D2", "被当作日期", "数值或文本")),
    "an error value": (with_cell(2, 4, "#REF!"), [], ("“评分表”表 D2", "错误值 #REF!", "改正公式")),
    "never calculated": (with_cell(2, 4, "=SUM(1,19)"), [], ("“评分表”表 D2", "没有算出结果的公式", "打开并保存")),
    "a logical value": (with_cell(2, 4, True), [], ("“评分表”表 D2", "是／否", "填写分数")),
    "wrong total": ([HEADER, *ROWS, ["合计", "", "", 98]], [], ("“评分表”表 D6", "合计写 98，而各项之和为 100", "核对")),
    "wrong subtotal": ([HEADER, ROWS[0], ["小计", "", "", 18], *ROWS[1:]], [], ("“评分表”表 D3", "小计 18 与“决策”", "核对")),
    "total in words": ([HEADER, *ROWS, ["合计", "", "", "一百"]], [], ("“评分表”表 D6", "合计“一百”不是一个数字", "只写分数")),
    "brackets against their children": (
        [["一级指标", "二级指标", "三级指标", "分值"], ["过程（25）", "资金管理（14）", "到位率", 4], ["", "", "执行率", 6], ["", "组织实施（11）", "制度", 11]],
        [], ("“评分表”表 B2", "下级分值合计 10", "增加 4 分"),
    ),
    "bracket against the column": (with_cell(2, 3, "立项依据（15分）"), [], ("“评分表”表 D2", "括号里是 15 分，这里是 20 分", "一致")),
    "no upper level": (with_cell(2, 1, None), [], ("“评分表”表 B2", "没有上级指标", "A2")),
    "points without a name": ([HEADER, *ROWS, ["", "", "", 5, "另有标准"]], [], ("“评分表”表 D6", "有分值而没有指标名称", "C6")),
    "text before any name": ([HEADER, ["", "", "", "", "先有标准"], *ROWS], [], ("“评分表”表 E2", "上面没有指标名称", "补上")),
    "points merged over two indicators": (
        [HEADER, ["决策", "立项", "依据", 20, ""], ["", "", "程序", "", ""], *ROWS[1:]],
        ["D2:D3"], ("“评分表”表 D2", "分值单元格合并了第 2 至 3 行", "取消合并"),
    ),
    "no points anywhere": (
        [["一级指标", "二级指标", "三级指标", "评价标准"], *([a, b, c, t] for a, b, c, _, t in ROWS)],
        [], ("“评分表”表第 1 行", "没有分值列", "添一列"),
    ),
    "no table": ([["姓名", "电话"], ["甲", "1"]], [], ("指标表.xlsx", "没有找到指标表（看过的表：“评分表”）", "表头")),
    "empty workbook": ([], [], ("指标表.xlsx", "没有内容", "选对")),
    "header alone": ([HEADER], [], ("“评分表”表第 2 行", "表头下面没有指标", "表头之下")),
    "error value in a name": (with_cell(2, 5, "#N/A"), [], ("“评分表”表 E2", "错误值", "改正")),
    "over the limit of text": (with_cell(2, 5, "长" * 25_000), [], ("“评分表”表 E2", "超过 20000 字", "精简")),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "merges", "expected"), BROKEN.values(), ids=list(BROKEN))
def test_refuses_with_cell_and_remedy(
    rows: list[list[Any]], merges: list[str], expected: tuple[str, str, str], path: Path
) -> None:
    found = faults(book(path, rows, *merges))
    place, what, remedy = expected
    told = [fault for fault in found if fault.place.startswith(place) and what in fault.what]
    assert told, [str(fault) for fault in found]
    assert remedy in told[0].remedy
    assert not [fault for fault in found if not fault.place]


def test_all_faults_are_listed_at_once(path: Path) -> None:
    rows = with_cell(2, 4, "二十")
    rows[2][3] = -1
    rows[4][3] = None
    assert [fault.place.split("（")[0][-2:] for fault in faults(book(path, rows))] == ["D2", "D3", "D5"]


# files that are no workbooks


def raw_book(path: Path, cells: str, **parts: str) -> Path:
    """A workbook of one sheet, written part by part."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    given = {
        "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{kinds}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook><sheets><sheet name="表" sheetId="1" r:id="r1" xmlns:r="r"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r1" Type="{kinds}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{cells}</sheetData>{parts.get('after', '')}</worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in given.items():
            archive.writestr(name, text)
    return path


def cut(path: Path) -> None:
    book(path, [HEADER, *ROWS])
    path.write_bytes(path.read_bytes()[:2000])


def endless_merges(path: Path) -> None:
    area = '<mergeCell ref="A1:XFD1048576"/>' * 3
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="19000"><c r="ZZ19000"><v>1</v></c></row>'
    raw_book(path, cells, after=f"<mergeCells>{area}</mergeCells>")


FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "empty file": (lambda path: path.write_bytes(b""), "空文件"),
    "text file": (lambda path: path.write_text("一级指标,二级指标\n", encoding="utf-8"), "不是完整的 .xlsx"),
    "old .xls": (lambda path: path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600), "旧版 .xls"),
    "cut off": (cut, "不是完整的 .xlsx"),
    "not there": (lambda path: None, "找不到"),
    "merges without end": (endless_merges, "合并的单元格过多"),
    "an entity bomb": (
        lambda path: raw_book(path, '<!DOCTYPE x [<!ENTITY a "b">]>'),
        "已损坏",
    ),
}


@pytest.mark.parametrize(("make", "said"), FILES.values(), ids=list(FILES))
def test_files_that_are_no_workbook(make: Callable[[Path], Any], said: str, path: Path) -> None:
    make(path)
    with pytest.raises(WorkbenchError) as told:
        read(path)
    assert said in told.value.what
    assert told.value.remedy


# a template that was edited


def edited(path: Path, change: Callable[[Any], None]) -> Path:
    write_indicator_table(read_form("qixia-2022"), path)
    made = openpyxl.load_workbook(path)
    change(made)
    made.save(path)
    return path


def cell_of(sheet: Any, row: int, header: str) -> Any:
    column = next(cell.column for cell in sheet[1] if cell.value == header)
    return sheet.cell(row, column)


def put(sheet: str, row: int, header: str, value: Any) -> Callable[[Any], None]:
    def change(made: Any) -> None:
        cell_of(made[sheet], row, header).value = value

    return change


EDITS: dict[str, tuple[Callable[[Any], None], str, str]] = {
    "unknown kind of rule": (put("指标体系", 4, "计分方式", "打分"), "“指标体系”表 H4", "不认识的计分方式“打分”"),
    "detail of nobody": (put("计分明细", 2, "指标编号", "Z9"), "“计分明细”表 A2", "没有编号为“Z9”的指标"),
    "detail of another list": (put("计分明细", 2, "清单", "各档"), "“计分明细”表 A2", "没有清单“各档”"),
    "points of a detail": (put("计分明细", 2, "分值", "两分"), "“计分明细”表 A2", "第 1 条的参数“分值”"),
    "weights": (put("指标体系", 4, "分值", 5), "“指标体系”表 E3", "下级分值合计 9"),
    "same id twice": (put("指标体系", 5, "编号", "A11"), "“指标体系”表 A5", "编号“A11”与"),
    "total": (lambda made: setattr(made["总体"]["B11"], "value", 90), "“总体”表 B11", "不等于总分 90"),
    "rounding": (lambda made: setattr(made["总体"]["B14"], "value", "随便"), "“总体”表 B14", "四舍五入位置“随便”"),
    "a grade": (put("等级", 3, "下限（含）", "八十"), "“等级”表 A3", "下限"),
    "a weight": (put("问卷", 3, "权重", "120%"), "“问卷”表", "超过 100%"),
    "a target": (put("绩效目标", 2, "比较", "约"), "“绩效目标”表 C2", "比较（operator）“约”不对"),
    "a header": (lambda made: setattr(made["等级"]["A1"], "value", "档"), "“等级”表第 1 行", "没有“等级”列"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "place", "what"), EDITS.values(), ids=list(EDITS))
def test_faults_of_an_edited_template_have_their_cell(
    change: Callable[[Any], None], place: str, what: str, path: Path
) -> None:
    found = faults(edited(path, change))
    assert [f for f in found if f.place.startswith(place) and what in f.what], [str(f) for f in found]


def test_a_template_without_ids_and_with_a_new_indicator(path: Path) -> None:
    form = read_form("changde-2021")
    write_indicator_table(form, path)
    made = openpyxl.load_workbook(path)
    made["绩效目标"].delete_rows(2, 100)
    sheet = made["指标体系"]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 1).value = None
    made.save(path)
    assert [one.id for one in read(path).form.indicators] == [one.id for one in form.indicators]


def test_an_unused_parameter_is_told(path: Path) -> None:
    reading = read(edited(path, put("指标体系", 4, "每次扣", "1")))
    assert any("没有参数“每次扣”" in notice.what for notice in reading.notices)


def test_nothing_is_taken_over_with_one_fault(path: Path) -> None:
    with pytest.raises(InputRefused, match="1 处问题，没有导入"):
        read(book(path, with_cell(3, 4, "3O")))


def test_codes_before_every_name_are_the_ids(path: Path) -> None:
    rows = [
        HEADER[:4],
        ["A决策", "A1立项", "A101 依据", 40],
        ["", "", "A102程序", 10],
        ["B产出", "B1.数量", "B101完成", 50],
    ]
    reading = read(book(path, rows))
    assert [(one.id, one.name) for one in reading.form.indicators] == [
        ("A", "决策"), ("A1", "立项"), ("A101", "依据"), ("A102", "程序"), ("B", "产出"), ("B1", "数量"), ("B101", "完成"),
    ]  # fmt: skip
    rows[1][2] = "12345接通率"
    assert [one.id for one in read(book(path, rows)).form.indicators][:3] == ["A", "A1", "A11"]


def test_weights_that_add_up_to_one_are_points_of_100(path: Path) -> None:
    rows = [[*HEADER[:3], "权重"], *([a, b, c, p / 100] for a, b, c, p, _ in ROWS), ["合计", "", "", 1]]
    reading = read(book(path, rows))
    assert [one.full_mark for one in reading.form.leaves] == [20, 30, 20, 30]
    assert any("读作权重" in notice.what for notice in reading.notices)


def test_section_rows_are_the_level_above(path: Path) -> None:
    rows = [
        ["二级指标", "三级指标", "分值", "评价标准"],
        ["一、决策（20分）"], ["立项", "依据", 20, "综合评价"],
        ["二、产出（80分）"], ["数量", "完成", 80, "综合评价"],
    ]  # fmt: skip
    reading = read(book(path, rows, "A2:D2", "A4:D4"))
    assert outline(reading)[:2] == [(1, "决策", "20"), (2, "立项", "20")]
    assert reading.form.levels == ("一级指标", "二级指标", "三级指标")
    assert reading.form["B"].name == "产出"


def test_a_whole_row_of_words_is_told(path: Path) -> None:
    rows = [HEADER, *ROWS[:2], ["以下指标由科室填报"], *ROWS[2:]]
    reading = read(book(path, rows, "A4:E4"))
    assert [one.label for one in reading.readings] == KINDS
    (notice,) = reading.notices
    assert notice.place == "“评分表”表 A4"
    assert "没有当作指标" in notice.what
