"""Numbers in human text: found with units, compared by name, never cried wolf about."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.prose import (
    Facts,
    compare,
    count_fact,
    money_fact,
    numbers_in,
    percent_fact,
    points_fact,
)

D = Decimal


@pytest.mark.parametrize(
    ("text", "kind", "value", "shown"),
    [
        ("得 8.85 分。", "points", Fraction("8.85"), "8.85 分"),
        ("为86.5％，", "percent", Fraction("0.865"), "86.5%"),
        ("预算 71.6 万元", "money", Fraction(716000), "71.6 万元"),
        ("支出1,234.50元", "money", Fraction("1234.5"), "1,234.50 元"),
        ("问卷 ２０ 份", "count", Fraction(20), "20 份"),
        ("受理 32.4 万件", "count", Fraction(324000), "32.4 万件"),
        ("2022 年度", "year", Fraction(2022), "2022 年"),
        ("共 7 类", "plain", Fraction(7), "7"),
    ],
)
def test_a_number_with_its_unit(text: str, kind: str, value: Fraction, shown: str) -> None:
    (number,) = numbers_in(text)
    assert (number.kind, number.value, number.text) == (kind, value, shown)


@pytest.mark.parametrize(
    "text",
    [
        "财预〔2020〕10号", "鲁财绩[2020]6号", "2022 年 11 月 14 日", "2022-11-14", "11 月 24 日", "附件 9",
        "表 4", "第 3 条", "12345 热线", "电话 0535123", "7×24 小时", "1、概况", "（2）过程", "A11", "K07",
    ],
)  # fmt: skip
def test_what_is_no_figure_is_left_out(text: str) -> None:
    assert not numbers_in(text)


@pytest.mark.parametrize("text", ["5 分钟", "三分之 2 分之一", "10 分别", "2 分析"])
def test_the_word_after_decides_what_fen_means(text: str) -> None:
    assert all(number.kind != "points" for number in numbers_in(text))


FACTS = Facts(
    [
        points_fact("过程", D(20), "分值"),
        points_fact("过程", D("16.8"), "得分"),
        points_fact("综合得分", D("92.47"), "得分"),
        percent_fact("公众知晓率", Fraction("0.865")),
        percent_fact("公众知晓率", Fraction("0.96")),
        percent_fact("满意度", Fraction("0.911")),
        money_fact("预算资金", Fraction("71.6"), "万元"),
        percent_fact("预算执行率", Fraction(112380, 100000)),
        percent_fact("预算执行率", Fraction(108180, 100000), "2020"),
        count_fact("发放问卷", 20, "份"),
    ],
    ["2020", "2021", "2022"],
)


def judged(text: str) -> list[tuple[str, str]]:
    return [
        (one.number.text, one.nearest.shown if one.status == "contradicted" and one.nearest else one.status)
        for one in compare(text, FACTS)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("过程：分值 23 分", [("23 分", "20 分")]),
        ("过程得分为 16.9 分", [("16.9 分", "16.80 分")]),
        ("过程分值16.8分", [("16.8 分", "20 分")]),  # the score where the full mark is named
        ("综合得分为 92.31 分", [("92.31 分", "92.47 分")]),
        ("公众知晓率为 85%", [("85%", "86.50%")]),
        ("公众知晓率仅为85.00%", [("85.00%", "86.50%")]),
        ("预算资金 716 万元", [("716 万元", "71.60 万元")]),
        ("发放问卷 25 份", [("25 份", "20 份")]),
        ("2020 年预算执行率 100%", [("100%", "108.18%")]),
        ("2020—2022 年预算执行率 100%", [("100%", "112.38%")]),
    ],
)
def test_a_named_figure_that_is_wrong(text: str, expected: list[tuple[str, str]]) -> None:
    assert judged(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "过程：分值 20 分，得分 16.8 分",
        "过程得16.80分",
        "公众知晓率为 86.5%，低于目标 96%",
        "公众知晓率为 87%",  # printed with fewer digits
        "公众知晓率目标为 96%",
        "2019 年公众知晓率为 70%",  # another year
        "上年公众知晓率为 70%",
        "预期公众知晓率为 99%",
        "回访满意度为 93.98%",  # another rate whose name ends alike
        "预算资金 716000 元",
        "预算资金由 80 万元调整",
        "公众知晓率、公众认可率分别为 85% 和 87%",
        "公众知晓率低于 90%",
        "每出现 1 次扣 1 分",
        "公众知晓率/96%*10分",
    ],
)
def test_no_false_alarm(text: str) -> None:
    assert all(status in {"confirmed", "open"} for _, status in judged(text))


def test_bound_stretches_are_skipped() -> None:
    assert not compare("公众知晓率为 85%", FACTS, [(5, 11)])


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    for number in numbers_in(text):
        assert 0 <= number.start < number.end <= len(text)
    compare(text, FACTS)
