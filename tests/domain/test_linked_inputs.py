"""Inputs that come from elsewhere arrive in the unit and kind that the rule asks for."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.domain.scored import evaluation_of, typed
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Entity, FundLine, Overview
from workbench.domain.scoring import IndicatorScore, compute_scores

FUNDS = FundLine(id="f", item="经费", budget=Decimal("71.6"), spent=Decimal("7.1"))
UNIT_COST: dict[str, Any] = {
    "kind": "reverse", "rate": "单位成本", "value_kind": "数值", "unit": "元/通", "target": "10",
    "numerator": "实际支出", "numerator_unit": "元", "numerator_source": "fund:spent",
    "denominator": "接通量", "denominator_unit": "通",
}  # fmt: skip


def scored(rule: dict[str, Any], *entities: Entity) -> IndicatorScore:
    form = compile_form(
        {
            "id": "f",
            "title": "体系",
            "total": 10,
            "indicator": [{"id": "A", "name": "指标", "points": 10, "rule": rule}],
        }
    )
    return compute_scores(evaluation_of(form, entities))["A"]


@pytest.mark.parametrize(("unit", "factor"), [("元", "1"), ("万元", "10000"), ("亿元", "100000000")])
def test_linked_money_is_converted_to_the_unit_of_the_input(unit: str, factor: str) -> None:
    found = scored(UNIT_COST, FUNDS, Overview(fund_unit=unit), typed("A", "denominator", "1000"))
    amount = (found.given or {})["numerator"]
    assert amount.value == Fraction("7.1") * Fraction(factor)
    assert amount.text == f"{Decimal('7.1') * Decimal(factor):.2f} 元"


def test_a_typed_amount_counts_in_the_unit_of_the_input() -> None:
    manual = typed("A", "numerator", "12000", "fund:spent", manual=True)
    found = scored(UNIT_COST, FUNDS, manual, typed("A", "denominator", "1000"))
    assert found.outcome is not None
    assert found.outcome.expression == "(1 − (12 − 10) ÷ 10) × 10 = 8"
    assert found.outcome.steps == ("单位成本 = 实际支出 12000.00 元 ÷ 接通量 1000通 = 12元/通",)
    linked = (found.given or {})["numerator"].linked
    assert linked is not None
    assert linked.text == "71000.00 元"


def test_a_formula_counts_money_in_its_own_units() -> None:
    formula = {
        "kind": "formula",
        "expression": "min(10, 支出 ÷ 71.6万元 × 10)",
        "variables": [{"name": "支出", "value_kind": "金额", "unit": "元", "source": "fund:spent"}],
    }
    found = scored(formula, FUNDS, Overview(fund_unit="万元"))
    assert found.outcome is not None
    assert found.outcome.score == Fraction(710, 716)
    assert found.outcome.expression == "min(10, 71000元 ÷ 71.6万元 × 10) = 0.991620…"


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "qualitative"},
        {"kind": "threshold", "rate": "完成日期", "value_kind": "日期", "target": "2020-09-27"},
        {"kind": "execution101"},
    ],
)
def test_a_number_is_no_date_and_no_choice(rule: dict[str, Any]) -> None:
    key = {"qualitative": "level", "threshold": "rate", "execution101": "done"}[rule["kind"]]
    found = scored(rule, FUNDS, typed("A", key, "", "fund:spent"), typed("A", "share", "90%"))
    assert found.score is None
    assert "不能取自数值" in (found.given or {})[key].fault
