"""The compiler lists every problem with its place, and keeps what can be scored."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from workbench.domain.compiler import compile_form
from workbench.domain.form_raw import form_to_raw
from workbench.domain.rules.base import rule_types
from workbench.errors import InputRefused


def small() -> dict[str, Any]:
    return {
        "id": "small",
        "title": "小体系",
        "levels": ["一级指标", "二级指标"],
        "total": 100,
        "bands": [{"name": "合格", "lower": 60}, {"name": "不合格", "lower": 0}],
        "indicator": [
            {"id": "A", "name": "过程", "points": 40},
            {"id": "A1", "parent": "A", "name": "到位率", "points": "40", "rule": {"kind": "judgement"}},
            {"id": "B", "name": "产出", "points": 60},
            {"id": "B1", "parent": "B", "name": "数量", "points": 30, "rule": {"kind": "judgement"}},
            {"id": "B2", "parent": "B", "name": "质量", "points": 30, "rule": {"kind": "judgement"}},
        ],
    }


def changed(path: str, value: Any) -> dict[str, Any]:
    """The small form with one value changed; a path such as ``indicator.1.points``."""
    raw: Any = small()
    spot = raw
    *way, last = path.split(".")
    for step in way:
        spot = spot[int(step)] if isinstance(spot, list) else spot[step]
    spot[int(last) if isinstance(spot, list) else last] = value
    return raw


def refused(raw: Any) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        compile_form(raw)
    assert all(fault.place and fault.what for fault in caught.value.faults)
    return [str(fault) for fault in caught.value.faults if fault.fatal]


def noted(raw: Any) -> list[str]:
    return [str(fault) for fault in compile_form(raw).faults]


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("indicator.3.points", 31, "产出：下级分值合计 61（数量 31+质量 30），不等于本级分值 60。请调整，减少 1 分。"),
        ("total", 90, "一级指标分值合计 100（过程 40+产出 60），不等于总分 90"),
        ("indicator.1.points", "-40", "第 2 个指标“到位率”：分值（points）为负数（-40）"),
        ("indicator.1.points", "NaN", "“NaN”不是数字"),
        ("indicator.1.points", "1e999", "“1e999”是科学记数法"),
        ("indicator.1.points", Decimal("1e999"), "分值（points）不能读作数字"),
        ("indicator.1.points", 40.0, "应为数字，写成文字"),
        ("indicator.1.points", True, "应为数字，写成文字"),
        ("indicator.1.points", [40], "应为数字，写成文字"),
        ("indicator.1.points", "四十", "“四十”不是数字"),
        ("indicator.1.points", "0", "过程 › 到位率：分值应大于 0"),
        ("indicator.1.id", "A", "编号“A”与“过程”相同"),
        ("indicator.1.id", "A/1", "含有“/”"),
        ("indicator.1.id", "", "没有写指标编号（id）"),
        ("indicator.1.name", "", "没有写指标名称（name）"),
        ("indicator.1.parent", "Z", "指标“到位率”：上级编号“Z”不存在"),
        ("indicator.0.parent", "A1", "指标“过程”：上级关系绕成了圈"),
        ("indicator.1.rule", {"kind": "magic"}, "过程 › 到位率：不认识的计分方式“magic”。可用："),
        ("indicator.1.rule", {}, "不认识的计分方式“（空）”"),
        ("indicator.1.rule", "ratio", "计分方式（rule）应为一组数据"),
        ("indicator.1.rule", {"kind": "ratio", "facter": 3}, "参数“facter”不认识"),
        ("indicator.1.rule", {"kind": "ratio", "target": "0%"}, "比率法：目标值应大于 0"),
        ("indicator.1.rule", {"kind": "ratio", "target": "高"}, "参数“目标值”（target）不能读作数字"),
        ("indicator.1.rule", {"kind": "per_fault", "fault": "漏接", "per": "-1"}, "不能为负数"),
        ("indicator.1.rule", {"kind": "points", "points": []}, "评价要点"),
        ("indicator.1.rule", {"kind": "points", "points": [{"marks": 1}]}, "第 1 条的参数“要点”（text）没有写"),
        ("indicator.1.tags", "产出", "标签（tags）应为文字的列表"),
        ("indicator.1", "到位率", "指标第 2 条：不是一组数据"),
        ("indicator", [], "没有任何指标"),
        ("indicator", "abc", "indicator 应为若干条的列表"),
        ("levels", ["一级指标"], "在第 2 级，而层级只有 1 级"),
        ("levels", "一级", "levels 应为各级名称的列表"),
        ("rounding", {"digits": 2.5}, "小数位数（digits）“2.5”不对"),
        ("rounding", {"at": "end"}, "取整位置（at）“end”不对"),
        ("bands.1.lower", 10, "最低一档从 10 分起，低于它的总分没有等级"),
        ("bands.0.lower", 0, "下限同为 0，两档重叠"),
        ("bands.0.lower", 100, "下限 100 不低于总分 100"),
        ("bands.1.upper", 70, "上限 70 超过了“合格”的下限 60"),
        ("bands.1.upper", 50, "上限 50 与 60 之间没有等级"),
        ("bands.1.name", "合格", "等级“合格”：出现了不止一次"),
        ("bands.1.lower", "-5", "下限（lower）为负数"),
        ("title", "", "没有写指标体系名称"),
        ("questionnaire", [{"title": "问卷", "question": [{"text": "？", "option": [{"label": "好", "weight": "120%"}]}]}],
         "问卷 1 › 第 1 题 › 选项 1：权重 120% 超过 100%"),
        ("questionnaire", [{"title": "问卷", "question": [{"text": "？", "code": "a", "kind": "文字"}, {"text": "？", "code": "a", "kind": "文字"}]}],
         "问卷 1 › 第 2 题：代号“a”已被别的题目使用"),
        ("target", [{"name": "数量", "operator": "大于"}], "绩效目标第 1 条：比较（operator）“大于”不对"),
    ],
)  # fmt: skip
def test_what_prevents_scoring_is_refused_with_its_place(path: str, value: Any, says: str) -> None:
    found = refused(changed(path, value))
    assert any(says in line for line in found), found


def test_every_problem_is_listed_not_only_the_first() -> None:
    raw = small()
    raw["indicator"][1] |= {"points": "NaN", "rule": {"kind": "magic"}}
    raw["indicator"][3]["points"] = 31
    raw["bands"][1]["lower"] = 5
    raw["title"] = ""
    raw["indicator"][4]["rule"] = {"kind": "per_fault", "per": "x", "colour": "red"}
    found = refused(raw)
    for says in (
        "“NaN”",
        "magic",
        "合计 61",
        "最低一档",
        "指标体系名称",
        "“扣分情形”",
        "“每次扣”",
        "“colour”",
    ):
        assert any(says in line for line in found), (says, found)


@pytest.mark.parametrize("raw", [None, [], "text", 3, {}, {"indicator": None}, {"indicator": [None]}])
def test_what_is_no_form_at_all_is_refused(raw: Any) -> None:
    assert refused(raw)


def test_very_deep_and_very_long_tables_are_refused() -> None:
    raw = small()
    raw["indicator"] = [
        {"id": str(n), "name": str(n), "points": 1, **({"parent": str(n - 1)} if n else {})}
        for n in range(1500)
    ]
    assert any("上下级超过" in line for line in refused(raw))
    raw["indicator"] = [{"id": str(n), "name": str(n), "points": 1} for n in range(2001)]
    assert any("超过 2000 个" in line for line in refused(raw))


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("indicator.1.rule", {"kind": "ratio", "factor": 30}, "过程 › 到位率：按评分标准最多得 30 分，达不到分值 40 分。"),
        ("indicator.1.rule", {"kind": "ratio", "factor": 50}, "按评分标准可得 50 分，超过分值 40 分，超出部分不计。"),
        ("indicator.1.rule", {"kind": "ratio", "rate": "到位率", "numerator": "到位资金"}, "到位率的分母没有名称"),
        ("indicator.1.rule", {"kind": "ratio", "rate_source": "survey:x"}, "问卷里没有代号为“x”的题目，没有人能填"),
        ("indicator.1.rule", {"kind": "ratio", "rate_source": "target:x"}, "绩效目标里没有“x”，没有人能填"),
        ("indicator.1.rule", {"kind": "ratio", "rate_source": "fund:gold"}, "资金表没有“gold”这一列"),
        ("indicator.1.rule", {"kind": "ratio", "rate_source": "weather:rain"}, "没有这种来源"),
        ("indicator.1.rule", {"kind": "per_fault", "fault": "漏接", "per": "1", "cap": "50"}, "会扣成负数"),
        ("indicator.1.colour", "red", "不认识的项目“colour”，已忽略"),
        ("indicator.2.rule", {"kind": "judgement"}, "产出：有下级指标，自身的计分方式不起作用"),
        ("indicator.4.name", "数量", "同一上级下有同名指标"),
        ("bands", [], "没有等级，只计总分"),
        ("bands.1.printed", "0-59分", "已按 [0, 60) 执行"),
        ("bands.1.upper", 59, "59 与 60 之间的小数（如 59.5）没有归属"),
    ],
)  # fmt: skip
def test_what_does_not_prevent_scoring_is_compiled_and_listed(path: str, value: Any, says: str) -> None:
    found = noted(changed(path, value))
    assert any(says in line for line in found), found


def test_a_leaf_without_a_rule_is_scored_by_judgement_and_the_user_told() -> None:
    raw = small()
    del raw["indicator"][1]["rule"]
    form = compile_form(raw)
    assert form["A1"].rule is not None
    assert form["A1"].rule.kind == "judgement"
    assert "没有写计分方式，按评价人判断给分" in str(form.faults[0])


def test_points_above_may_be_left_to_the_sum() -> None:
    raw = small()
    del raw["indicator"][2]["points"]
    assert compile_form(raw)["B"].full_mark == 60


def test_children_come_after_their_parent_in_the_order_of_the_table() -> None:
    raw = small()
    raw["indicator"].reverse()
    assert [i.id for i in compile_form(raw).indicators] == ["B", "B2", "B1", "A", "A1"]


def test_a_half_point_band_keeps_its_decimals() -> None:
    raw = small()
    raw["bands"] = [{"name": "优", "lower": "89.5"}, {"name": "差", "lower": "0"}]
    assert [str(band.lower) for band in compile_form(raw).bands] == ["89.5", "0"]


def test_the_raw_data_is_left_alone_and_kept() -> None:
    raw = small()
    before = copy.deepcopy(raw)
    form = compile_form(raw)
    assert raw == before
    assert form.raw == before
    assert compile_form(form_to_raw(form)) == form


def test_every_kind_of_rule_says_its_names() -> None:
    for kind, rule_type in rule_types().items():
        assert rule_type.kind == kind
        assert rule_type.label
        assert (rule_type.__doc__ or "").strip()
