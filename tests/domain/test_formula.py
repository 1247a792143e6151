"""The formula language: exact values, units, faults with their place, limits, and a fuzz of it all.

The long fuzz: ``WORKBENCH_FUZZ=1000000 pytest tests/domain/test_formula.py -k fuzz --timeout=0 -p no:cacheprovider``.
"""

from __future__ import annotations

import os
import random
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.domain.formula_cases import ALPHABET, NAMES, draw, garble
from tests.domain.rules.samples import rule
from tests.domain.scored import outcome
from workbench.domain.formula import Formula, FormulaFault, Result, Value
from workbench.domain.rules.base import BadRule

FUZZ = int(os.environ.get("WORKBENCH_FUZZ", "2000"))


def value(text: str) -> Fraction:
    return Formula(text).evaluate(NAMES).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 × 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("8 ÷ 2 / 2", "2"),
        ("8 ÷ (2 × 2)", "2"),
        ("10 − 3 − 2", "5"),
        ("10 − (3 − 2)", "9"),
        ("−2 × −3", "6"),
        ("--3", "3"),
        ("+3", "3"),
        ("１０．５＋２", "12.5"),
        ("86.5% ÷ 96％ × 10分", "9.0104166666666666666666666666667"),
        ("50万元 ÷ 1亿元", "0.005"),
        ("5000元 ÷ 1万元", "0.5"),
        ("min(10, 12, 9.5)", "9.5"),
        ("最大(0, −3)", "0"),
        ("round(2.345, 2)", "2.35"),
        ("四舍五入(2.5)", "3"),
        ("round(−2.5)", "-3"),
        ("如果(知晓率 ≥ 80%, 4, 0)", "4"),
        ("if(60% ≤ 知晓率 < 80%, 5, 7)", "7"),
        ("if(知晓率 > 90%, 1 ÷ 零, 2)", "2"),
        ("【知晓率】 × 10", "8.65"),
        ("次数次", None),
        ("0.1 + 0.2", "0.3"),
        ("1 ÷ 3 × 3", "1"),
    ],
)
def test_values_are_exact(text: str, expected: str | None) -> None:
    if expected is None:
        assert [str(fault) for fault in Formula(text).faults({"次数": False})] == [
            "第 1 个字：“次数次”没有列为输入。"
        ]
        return
    assert abs(value(text) - Fraction(expected)) < Fraction(1, 10**20)


def test_a_published_example_tells_its_calculation_and_steps() -> None:
    result = Formula("min(10, 知晓率/96%*10)").evaluate(NAMES)
    assert result.value == Fraction(865, 96)
    assert result.expression == "min(10, 86.50% ÷ 96% × 10) = 9.010416…"
    assert result.steps == ("min(10, 86.50% ÷ 96% × 10) = 9.010416…",)


def test_the_way_taken_is_told() -> None:
    result = Formula("如果(次数 > 2, 10 − 次数 × 1, 10)").evaluate(NAMES)
    assert result.value == 7
    assert result.steps == ("3 > 2 成立，取 10 − 3 × 1",)


def test_negative_values_stand_in_brackets() -> None:
    assert Formula("10 − 差额").evaluate(NAMES).expression == "10 − (-3.5) = 13.5"


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "公式是空的"),
        ("  ", 0, "公式是空的"),
        ("1 +", 4, "公式没有写完"),
        ("(1 + 2", 7, "括号缺少“)”"),
        ("1 + 2)", 6, "多出“)”"),
        ("1 2", 3, "多出“2”"),
        ("1.2.3", 1, "不是数字"),
        ("1e999", 2, "多出“e999”"),
        ("3 $ 4", 3, "不认识的符号“$”"),
        ("知晓率 ≥ 80%", 5, "比较只能写在“如果”里"),
        ("平均(1, 2)", 1, "没有名为“平均”的函数"),
        ("min(1)", 1, "至少要有两个数"),
        ("min(1, )", 8, "这里不能写“)”"),
        ("round(1.5, 0.5)", 1, "保留的小数位数"),
        ("round(1, 99)", 1, "保留的小数位数"),
        ("if(1, 2, 3)", 4, "条件应为比较"),
        ("if(1 > 0, 2)", 12, "两种结果之间缺少“,”"),
        ("× 3", 1, "这里不能写“×”"),
        ("【知晓率 × 3", 1, "没有对应的“】”"),
        ("【】", 1, "【】里没有名称"),
        ("9" * 41, 1, "数字超过 40 位"),
        ("1+" * 1000 + "1", 0, "公式超过 2000 字"),
        ("1+" * 600 + "1", 1001, "公式超过 500 项"),
        ("(" * 60 + "1" + ")" * 60, 41, "超过 40 层"),
        ("-" * 60 + "1", 41, "超过 40 层"),
        ("import os", 8, "多出“os”"),
        ("__import__('os')", 12, "不认识的符号“'”"),
        ("2 ** 9", 4, "这里不能写“×”"),
        ("10 ÷ 零", 6, "除数“零”为 0"),
        ("10 ÷ (3 − 3)", 7, "除数“3 − 3”为 0"),
    ],
)
def test_every_fault_has_its_place(text: str, position: int, says: str) -> None:
    with pytest.raises(FormulaFault) as caught:
        value(text)
    assert says in caught.value.what
    assert caught.value.position == position


def test_figures_that_grow_without_end_are_stopped() -> None:
    big = {"a": Value(Fraction(10**39 + 1), "很大")}
    with pytest.raises(FormulaFault, match="位数过多"):
        Formula(" × ".join("a" * 400)).evaluate(big)
    with pytest.raises(FormulaFault, match="位数过多"):
        Formula(" + ".join(f"1 ÷ (a + {n})" for n in range(70))).evaluate(big)
    bounds = Formula(" × ".join("a" * 400)).bounds({"a": (Fraction(2), Fraction(10**39))})
    assert bounds == (Fraction(2) ** 400, float("inf"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("合同 + 3", "金额与不是金额的数不能相加减"),
        ("合同 − 3万元", "结果应为不带单位的数"),
        ("合同 × 合同 ÷ 100万元", "结果应为不带单位的数"),
        ("min(合同, 3)", "不能相比较"),
        ("if(合同 > 3, 1, 2)", "不能相比较"),
        ("if(合同 > 0, 1, 2万元)", "不能作为两种结果"),
        ("预算 ÷ 合同", "“预算”没有列为输入"),
    ],
)
def test_money_and_plain_numbers_do_not_mix(text: str, says: str) -> None:
    assert any(says in str(fault) for fault in Formula(text).faults({"合同": True}))


@pytest.mark.parametrize(
    "text", ["合同 ÷ 71.6万元 × 10", "max(0, 合同 − 50万元) ÷ 1万元", "if(合同 ≤ 100万元, 4, 0)", "0 × 合同"]
)
def test_units_that_cancel_are_right(text: str) -> None:
    assert Formula(text).faults({"合同": True}) == ()


def test_units_are_converted() -> None:
    contract = {"合同": Value(Fraction(710_000), "71万元")}
    assert Formula("合同 ÷ 71.6万元 × 10").evaluate(contract).value == Fraction(7100, 716)
    assert Formula("合同 ÷ 355000元").evaluate(contract).value == 2


def parsed(text: str) -> Formula | FormulaFault:
    try:
        return Formula(text)
    except FormulaFault as fault:
        return fault


def evaluated(formula: Formula) -> Result | FormulaFault:
    try:
        return formula.evaluate(NAMES)
    except FormulaFault as fault:
        return fault


def test_fuzz_every_formula_has_its_exact_value() -> None:
    random_ = random.Random(20221114)
    names = {name: (given.value, given.value) for name, given in NAMES.items()}
    checked = 0
    for _ in range(FUZZ // 2):
        case = draw(random_)
        formula = parsed(case.text)
        if isinstance(formula, FormulaFault):
            assert "超过" in formula.what, (case.text, str(formula))
            continue
        assert formula.faults(dict.fromkeys(NAMES, False)) == (), case.text
        result = evaluated(formula)
        if isinstance(result, FormulaFault):
            assert "位数过多" in result.what or (case.value is None and "为 0" in result.what), case.text
        elif case.value is not None:
            assert result.value == case.value, case.text
            low, high = formula.bounds(names)
            assert low <= result.value <= high, case.text
            again = parsed(str(formula))
            if isinstance(again, Formula):  # brackets may carry its text beyond the limit
                assert again.evaluate(NAMES).value == case.value, case.text
            checked += 1
    assert checked > FUZZ // 4


def test_fuzz_what_is_no_formula_is_a_fault_with_its_place() -> None:
    random_ = random.Random(20221130)
    known = dict.fromkeys(NAMES, False)
    refused = 0
    for _ in range(FUZZ - FUZZ // 2):
        text = garble(random_, draw(random_).text)
        found = parsed(text)
        faults = [found] if isinstance(found, FormulaFault) else list(found.faults(known))
        if isinstance(found, Formula) and not faults:
            result = evaluated(found)
            faults = [result] if isinstance(result, FormulaFault) else []
        for fault in faults:
            assert 0 <= fault.position <= len(text) + 1, text
            assert fault.what.endswith("。"), text
        refused += bool(faults)
    assert refused > FUZZ // 5


def test_fuzz_alphabet_holds_every_sign_of_the_language() -> None:
    assert set("+-×÷(),<>=≥≤≠%.【】") <= set(ALPHABET)


# the rule


def test_a_rule_spelled_out_by_the_table_itself() -> None:
    spelled = rule(
        "formula",
        "4",
        expression="min(4, max(0, 到位 ÷ 预算 × 4))",
        variables=[
            {"name": "到位", "value_kind": "金额", "source": "fund:arrived"},
            {"name": "预算", "value_kind": "金额", "unit": "元"},
        ],
    )
    found = outcome(spelled, {"v1": "7.1", "v2": "716000"})
    assert found.score == Fraction(4 * 71, 716)
    assert found.expression == "min(4, max(0, 7.1万元 ÷ 716000元 × 4)) = 0.396648…"
    assert spelled.sentence() == "得分 = min(4, max(0, 到位 ÷ 预算 × 4))，不低于 0 分，最多 4 分。"


def test_a_division_by_zero_is_told_not_scored() -> None:
    found = outcome(
        rule("formula", expression="min(10, 甲 ÷ 乙)", variables=[{"name": "甲"}, {"name": "乙"}]),
        {"v1": "1", "v2": "0"},
    )
    assert found.score is None
    assert found.steps == ("公式无法计算，第 13 个字：除数“乙”为 0。请核对输入。",)


def test_a_maximum_below_the_full_mark_is_found() -> None:
    made = rule("formula", "6", expression="执行率 × 4", variables=[{"name": "执行率", "value_kind": "比率"}])
    assert made.maximum() == 4


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("次数 × 2", "公式没有上限"),
        ("执行率 × 12", "公式最多可算出 12 分"),
        ("min(10, 10 − 次数)", "可算出负分"),
        ("min(10, 5 − 执行率 × 8)", "最少可算出 -3 分"),
        ("min(10, 次数)", "输入“执行率”没有在公式里用到"),
    ],
)
def test_what_the_formula_may_give_outside_is_told(expression: str, says: str) -> None:
    made = rule(
        "formula",
        expression=expression,
        variables=[{"name": "次数"}, {"name": "执行率", "value_kind": "比率"}],
    )
    assert any(says in fault for fault in made.faults()), made.faults()


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"expression": "甲 +"}, "公式第 4 个字：公式没有写完"),
        ({"expression": "甲 × 乙"}, "公式第 1 个字：“甲”没有列为输入"),
        ({"expression": "甲", "variables": [{"name": "甲"}, {"name": "甲"}]}, "输入“甲”写了不止一次"),
        ({"expression": "1", "variables": [{"name": "min"}]}, "这是函数名"),
        ({"expression": "1", "variables": [{"name": "甲", "value_kind": "金额", "unit": "美元"}]}, "不是元、万元或亿元"),
        ({"expression": "甲", "variables": [{"name": "甲", "default": "多"}]}, "不填时取的值不能读作数字"),
        ({"expression": "甲", "variables": [{"name": "甲", "value_kind": "金额"}]}, "结果应为不带单位的数"),
    ],
)  # fmt: skip
def test_a_formula_with_faults_is_refused(params: dict[str, object], says: str) -> None:
    with pytest.raises(BadRule) as caught:
        rule("formula", Decimal(10), **params)
    assert any(says in problem for problem in caught.value.problems), caught.value.problems
