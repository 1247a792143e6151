"""Published and national examples of every kind of rule, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.rules.samples import rule
from tests.domain.scored import outcome
from workbench.domain.amounts import show_plain
from workbench.domain.rules.base import BadRule

WAIT: dict[str, Any] = {"rate": "平均等待时长", "value_kind": "数值", "unit": "秒", "target": "15"}
CALLS: dict[str, Any] = {"rate": "接通率", "target": "90%"}
EXPERTS = {"d1": "8", "d2": "9", "d3": "7", "s1": "6", "s2": "9", "s3": "9", "s4": "8", "s5": "10"}

CASES: list[tuple[str, str, dict[str, Any], dict[str, str], str, str]] = [
    # report 004: 86.5/96×10, 87/95×10, 95.53/92×10 capped, 20%×4, 9.92%×4
    ("ratio", "10", {"rate": "知晓率", "target": "96%"}, {"rate": "86.5"}, "9.010416…", "86.50% ÷ 96.00% × 10 = 9.010416…"),
    ("ratio", "10", {"rate": "认可率", "target": "95%"}, {"rate": "87%"}, "9.157894…", "87.00% ÷ 95.00% × 10 = 9.157894…"),
    ("ratio", "10", {"rate": "满意度", "target": "92%"}, {"rate": "95.53%"}, "10", "95.53% ÷ 92.00% × 10 = 10.383695…，按 10 分计"),
    ("ratio", "4", {"numerator": "到位", "denominator": "应付"}, {"numerator": "7.1", "denominator": "35.5"}, "0.8", "20.00% × 4 = 0.8"),
    ("ratio", "4", {"numerator": "到位", "denominator": "预算"}, {"numerator": "7.1", "denominator": "71.6"}, "0.396648…", "7.1 ÷ 71.6 × 4 = 0.396648…"),
    ("ratio", "6", {"factor": "4", "over": "按比例扣减"}, {"rate": "100%"}, "4", "100.00% × 4 = 4"),
    # report 000: 532.17/473.54 is 112.38 %, the excess counted against it
    ("ratio", "3", {"numerator": "支出", "denominator": "下达", "over": "按比例扣减"}, {"numerator": "120", "denominator": "100"}, "2.4", "(2 − 120.00%) × 3 = 2.4"),
    # report 001: 52 of 52 people
    ("ratio", "10", {"value_kind": "次数", "unit": "人", "target": "52"}, {"rate": "39"}, "7.5", "39 ÷ 52 × 10 = 7.5"),
    ("points", "4", {"points": [{"text": "一", "marks": "1"}, {"text": "二", "marks": "1.5"}, {"text": "三", "marks": "1.5"}]},
     {"p1": "符合", "p2": "符合", "p3": "1"}, "3.5", "1 + 1.5 + 1 = 3.5"),
    ("points", "1", {"points": [{"text": "一"}, {"text": "二"}, {"text": "三"}]}, {"p1": "符合", "p2": "符合", "p3": "不符合"}, "0.666666…", "0.333333… + 0.333333… + 0 = 0.666666…"),
    ("points", "4", {"points": [{"text": "有目标", "marks": "1", "veto": True}, {"text": "相关", "marks": "3"}]},
     {"p1": "不符合", "p2": "符合"}, "0", "0 + 3 = 3，按 0 分计"),
    ("per_fault", "10", {"fault": "无人在岗", "per": "1"}, {"count": "2"}, "8", "10 − 2 × 1 = 8"),
    ("per_fault", "10", {"fault": "无人在岗", "per": "1"}, {"count": "12"}, "0", "10 − 12 × 1 = -2，按 0 分计"),
    ("per_fault", "5", {"fault": "不达标单位", "per": "10%", "unit": "家"}, {"count": "3"}, "3.5", "5 − 3 × 0.5 = 3.5"),
    ("per_fault", "10", {"fault": "漏接", "per": "1", "cap": "4", "free": 2}, {"count": "9"}, "6", "10 − 7 × 1 = 3，按 6 分计"),
    ("judgement", "10", {}, {"score": "7.25"}, "7.25", "7.25"),
    # the 一体化 systems: equal means match, a negative value has no points, rates are capped at the target
    ("threshold", "5", {"rate": "场次", "value_kind": "次数", "operator": "=", "target": "12"}, {"rate": "12"}, "5", "12 = 12 成立，得 5 分"),
    ("threshold", "5", {"rate": "场次", "value_kind": "次数", "operator": "=", "target": "12"}, {"rate": "13"}, "0", "13 = 12 不成立，得 0 分"),
    ("ratio", "10", {"rate": "成本节约率"}, {"rate": "-5%"}, "0", "-5.00% × 10 = -0.5，按 0 分计"),
    ("ratio", "8", {"rate": "实际完成率", "numerator": "实际产出数", "denominator": "计划产出数"}, {"numerator": "130", "denominator": "100"}, "8", "130.00% × 8 = 10.4，按 8 分计"),
    # 财预〔2020〕10号 第十六条: 60 % belongs to the second level, what lies below to the third
    ("qualitative", "10", {}, {"level": "未达成且效果较差", "share": "59.9%"}, "5.99", "59.90% × 10 = 5.99"),
    # 第十六条: far above a target that was too low, and short of it, both in proportion
    *(("shortfall", "10", {"rate": "完成数", "value_kind": "次数", "target": "100", "counts": "不足和超出都计", "allowed": "30%", "spares": "只用于超出"},
       {"rate": done}, points, f"(1 − {counted}) × 10 = {points}") for done, counted, points in (("90", "10.00%", "9"), ("130", "0.00%", "10"), ("150", "20.00%", "8"))),
    # 附件2 成本节约率 = (计划成本 − 实际成本) ÷ 计划成本, spelt out; R1: each point of it earns a point, at most 5
    ("formula", "5", {"expression": "max(0, min(5, (计划 − 实际) ÷ 计划 × 100))", "variables": [{"name": "计划", "value_kind": "金额"}, {"name": "实际", "value_kind": "金额"}]},
     {"v1": "71.6", "v2": "69.452"}, "3", "max(0, min(5, (71.6万元 − 69.452万元) ÷ 71.6万元 × 100)) = 3"),
    ("threshold", "10", {"rate": "接通率", "target": "80%"}, {"rate": "98.01%"}, "10", "98.01% ≥ 80.00% 成立，得 10 分"),
    ("threshold", "10", {"rate": "满意度", "target": "95%", "unmet": "9"}, {"rate": "91.1%"}, "9", "91.10% ≥ 95.00% 不成立，得 9 分"),
    ("threshold", "5", {"rate": "交付日期", "value_kind": "日期", "operator": "≤", "target": "2020-09-27"}, {"rate": "2020年9月28日"}, "0", "2020-09-28 ≤ 2020-09-27 不成立，得 0 分"),
    # 每低 1 个百分点扣权重的 5%: 87.5 % of 90 %, 10 points → 2.5 steps of 0.5
    ("steps", "10", {**CALLS, "step": "1%", "per": "5%"}, {"rate": "87.5%"}, "8.75", "10 − 2.5 × 0.5 = 8.75"),
    ("steps", "10", {**CALLS, "step": "1%", "per": "5%", "whole": "只计整档"}, {"rate": "87.5%"}, "9", "10 − 2 × 0.5 = 9"),
    ("steps", "10", {**CALLS, "step": "1%", "per": "5%", "whole": "不足一档按一档"}, {"rate": "87.5%"}, "8.5", "10 − 3 × 0.5 = 8.5"),
    ("steps", "10", {**CALLS, "step": "1%", "per": "5%", "zero_beyond": "80%"}, {"rate": "79.9%"}, "0", "79.90% ＜ 80.00%，得 0 分"),
    ("steps", "10", {**CALLS, "step": "1%", "per": "5%", "least": "2"}, {"rate": "60%"}, "2", "10 − 30 × 0.5 = -5，按 2 分计"),
    # 每高 2 个百分点扣 1 分
    ("steps", "10", {"rate": "变动率", "direction": "每高", "target": "5%", "step": "2%", "per": "1"}, {"rate": "9%"}, "8", "10 − 2 × 1 = 8"),
    ("steps", "5", {"rate": "完成日期", "value_kind": "日期", "direction": "每高", "target": "2020-09-27", "step": "10", "per": "1", "whole": "不足一档按一档"},
     {"rate": "2020-10-08"}, "3", "5 − 2 × 1 = 3"),
    ("bands", "10", {"rate": "满意度", "band": [{"limit": "90%", "points": "10"}, {"limit": "80%", "points": "8"}], "otherwise": "5"}, {"rate": "80%"}, "8", "80.00% ≥ 80.00%，得 8 分"),
    ("bands", "10", {"rate": "等待", "value_kind": "数值", "direction": "越低越好", "band": [{"limit": "15", "points": "100%"}, {"limit": "30", "points": "60%"}]}, {"rate": "31"}, "0", "31 ＞ 30，得 0 分"),
    # R1 C101: 1 − 偏差率
    ("shortfall", "8", {"rate": "完成数", "value_kind": "次数", "target": "50"}, {"rate": "45"}, "7.2", "(1 − 10.00%) × 8 = 7.2"),
    # 财预〔2020〕10号 第十六条, with the local limit of 30 %: 150 of 100 exceeds by 50 %, 20 % count
    ("shortfall", "10", {"rate": "完成数", "value_kind": "次数", "target": "100", "counts": "只计超出", "allowed": "30%"}, {"rate": "150"}, "8", "(1 − 20.00%) × 10 = 8"),
    ("mean_of_rates", "6", {"rates": [{"name": "及时率", "target": "90%"}, {"name": "到位率", "numerator": "到位", "denominator": "预算"}]},
     {"r1": "95%", "n2": "1", "d2": "2"}, "4.5", "(100.00% + 50.00%) ÷ 2 × 6 = 4.5"),
    ("mean_of_rates", "6", {"rates": [{"name": "甲", "weight": "2"}, {"name": "乙"}]}, {"r1": "60%", "r2": "90%"}, "4.2", "(2×60.00% + 1×90.00%) ÷ 3 × 6 = 4.2"),
    # ≤80% 不得分
    ("floor", "10", {"rate": "到位率", "floor": "80%"}, {"rate": "80%"}, "0", "80.00% ≤ 80.00%，得 0 分"),
    ("floor", "10", {"rate": "到位率", "floor": "80%"}, {"rate": "90%"}, "9", "90.00% × 10 = 9"),
    ("floor", "10", {"rate": "到位率", "floor": "80%", "above": "在底线和目标之间插值"}, {"rate": "90%"}, "5", "(90.00% − 80.00%) ÷ (100.00% − 80.00%) × 10 = 5"),
    ("qualitative", "10", {}, {"level": "部分达成并具有一定效果", "share": "60%"}, "6", "60.00% × 10 = 6"),
    ("qualitative", "10", {}, {"level": "基本达成目标", "share": "80%"}, "8", "80.00% × 10 = 8"),
    ("reverse_deduction", "10", {"items": [{"text": "超范围", "per": "1", "cap": "2"}, {"text": "迟发", "per": "5%"}]}, {"c1": "3", "c2": "2"}, "7", "10 − 2 − 1 = 7"),
    # desk (8+9+7)/3 = 8, site (6+9+9+8+10)/5 = 8.4 → 8×40% + 8.4×60%
    ("experts", "10", {"desk": 3, "site": 5}, EXPERTS, "8.24", "8 × 40.00% + 8.4 × 60.00% = 8.24"),
    ("experts", "10", {"desk": 3, "site": 5, "mean": "去掉一个最高分和一个最低分"}, EXPERTS, "8.4", "8 × 40.00% + 8.666666… × 60.00% = 8.4"),
    ("experts", "10", {"desk": 5, "least": 3}, {"d1": "9", "d2": "8", "d3": "7"}, "8", "8"),
    # 财预〔2021〕101号: 98 % of 10 points is 9.5
    ("linear101", "10", {}, {"rate": "98%"}, "9.5", "(98.00% − 60.00%) ÷ (1 − 60.00%) × 10 = 9.5"),
    ("linear101", "10", {}, {"rate": "59.99%"}, "0", "59.99% ＜ 60.00%，得 0 分"),
    ("linear101", "10", {"value_kind": "次数", "target": "50"}, {"rate": "40"}, "5", "(80.00% − 60.00%) ÷ (1 − 60.00%) × 10 = 5"),
    ("execution101", "10", {}, {"done": "已完成", "rate": "92%"}, "10", "项目已完成，92.00% ≤ 100.00%，得 10 分"),
    ("execution101", "10", {}, {"done": "未完成", "rate": "92%"}, "7", "92.00% ≥ 80.00%，得权重的 70%，得 7 分"),
    ("execution101", "10", {}, {"done": "未完成", "rate": "79.99%"}, "5", "79.99% ≥ 60.00%，得权重的 50%，得 5 分"),
    ("execution101", "10", {}, {"done": "未完成", "rate": "59%"}, "0", "59.00% ＜ 60.00%，得 0 分"),
    ("satisfaction101", "10", {}, {"rate": "91.1%"}, "10", "91.10% ≥ 90.00%，得权重的 100%，得 10 分"),
    ("satisfaction101", "5", {}, {"rate": "80%"}, "4", "80.00% ≥ 80.00%，得权重的 80%，得 4 分"),
    ("satisfaction101", "10", {}, {"rate": "60%"}, "5", "60.00% ≥ 60.00%，得权重的 50%，得 5 分"),
    ("reverse", "10", WAIT, {"rate": "15"}, "10", "15 ≤ 15，得 10 分"),
    ("reverse", "10", WAIT, {"rate": "18"}, "8", "(1 − (18 − 15) ÷ 15) × 10 = 8"),
    ("reverse", "10", WAIT, {"rate": "30"}, "0", "30 ≥ 2 × 15，得 0 分"),
    # report 002: 12.52 元/个 against 9.93 of Guangzhou exceeds by 26.08 %
    ("reverse", "10", {"rate": "单位服务成本", "value_kind": "数值", "unit": "元/通", "target": "9.93"}, {"rate": "12.52"}, "7.391742…", "(1 − (12.52 − 9.93) ÷ 9.93) × 10 = 7.391742…"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "full", "params", "values", "points", "expression"), CASES)
def test_worked_by_hand(
    *, kind: str, full: str, params: dict[str, Any], values: dict[str, str], points: str, expression: str
) -> None:
    found = outcome(rule(kind, full, **params), values)
    assert found.score is not None, found
    assert show_plain(found.score) == points
    assert found.expression == expression


def test_deduction_lines_come_off_the_full_mark() -> None:
    three = rule("deductions", "6")
    assert outcome(three, {}, "3").expression == "6 − 3 = 3"
    assert outcome(three, {}, "7").expression == "6 − 7 = -1，按 0 分计"
    assert outcome(rule("deductions", "6", cap="2"), {}, "5").score == 4


def test_a_denominator_of_zero_is_said_in_words() -> None:
    found = outcome(
        rule("ratio", numerator="到位", denominator="预算"), {"numerator": "1", "denominator": "0"}
    )
    assert found.score is None
    assert found.steps == ("预算为 0，完成率无法计算，请核对。",)
    assert found.missing == ("预算",)


def test_money_over_the_budget_has_no_points_in_the_table_of_101() -> None:
    found = outcome(rule("execution101"), {"done": "已完成", "rate": "100.5%"})
    assert found.score is None
    assert "文件未规定分值" in found.steps[0]


def test_a_share_outside_its_level_is_not_scored() -> None:
    found = outcome(rule("qualitative"), {"level": "部分达成并具有一定效果", "share": "80%"})
    assert found.score is None
    assert found.steps == ("得分比例 80.00% 不在“部分达成并具有一定效果 80%–60%（含）”之内，请核对。",)


def test_a_mark_above_the_full_mark_is_not_taken() -> None:
    assert outcome(rule("judgement"), {"score": "10.5"}).score is None
    assert outcome(rule("experts", desk=3), {"d1": "11", "d2": "8", "d3": "8"}).score is None


@pytest.mark.parametrize(
    ("kind", "params", "says"),
    [
        ("steps", {**CALLS, "step": "0%", "per": "1"}, "“每档”（step）应大于 0"),
        ("steps", {**CALLS, "step": "1%", "per": "0"}, "“每档扣”（per）应大于 0"),
        ("steps", {**CALLS, "step": "1%", "per": "1", "zero_beyond": "95%"}, "在目标值的另一边"),
        ("bands", {"band": [{"limit": "80%", "points": "8"}, {"limit": "90%", "points": "9"}]}, "从最好的一档写起"),
        ("bands", {"band": [{"limit": "高", "points": "8"}]}, "“界限”（limit）不能读作数字"),
        ("floor", {"floor": "100%"}, "底线应低于目标值"),
        ("qualitative", {"levels": [{"name": "好", "lower": "80%"}]}, "最低一档的下限应为 0%"),
        ("qualitative", {"levels": [{"name": "好", "lower": "0%"}, {"name": "差", "lower": "60%"}]}, "从高到低"),
        ("experts", {"desk": 0}, "没有专家"),
        ("linear101", {"gate": "100%"}, "低于 100%"),
        ("reverse", {"rate": "时长", "value_kind": "数值"}, "没有写目标值"),
        ("threshold", {"value_kind": "日期", "target": "2020-02-30"}, "没有“2020-02-30”这一天"),
        ("threshold", {"value_kind": "日期", "target": "90%"}, "2022-11-14 的样式"),
        ("ratio", {"value_kind": "数值", "target": "90%"}, "是百分比，而计分的是数值"),
        ("ratio", {"rate_source": "survey:a", "numerator": "到位"}, "只能写一种"),
        ("mean_of_rates", {"rates": [{"name": "甲", "weight": "0"}]}, "权数应大于 0"),
        ("points", {"points": [{"text": "一", "marks": "10"}, {"text": "二"}]}, "其余要点分不到分"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(kind: str, params: dict[str, Any], says: str) -> None:
    with pytest.raises(BadRule) as caught:
        rule(kind, **params)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "params", "says"),
    [
        ("steps", {**CALLS, "step": "1%", "per": "5%"}, "会扣成负分，而标准没有写最低得分"),
        ("steps", {**CALLS, "step": "1%", "per": "5%", "least": "10"}, "永远扣不到分"),
        ("bands", {"band": [{"limit": "90%", "points": "8"}, {"limit": "80%", "points": "10"}]}, "较差的一档得分反而更高"),
        ("threshold", {"target": "90%", "unmet": "10"}, "未达到目标得分不低于达到目标"),
        ("reverse_deduction", {"items": [{"text": "甲", "per": "1", "cap": "11"}]}, "会扣成负数"),
        ("deductions", {"cap": "11"}, "会扣成负数"),
        ("experts", {"desk": 2}, "达不到每组至少 3 人"),
        ("experts", {"desk": 2, "least": 2, "mean": "去掉一个最高分和一个最低分"}, "至少要有 3 人打分"),
        ("mean_of_rates", {"rates": [{"name": "甲", "numerator": "到位"}]}, "甲的分母没有名称"),
        ("ratio", {"denominator": "预算"}, "分子没有名称"),
    ],
)  # fmt: skip
def test_what_is_odd_is_listed(kind: str, params: dict[str, Any], says: str) -> None:
    assert any(says in fault for fault in rule(kind, **params).faults())
