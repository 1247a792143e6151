"""What reports 000 to 003 print, put through the shipped forms."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.domain.scored import evaluation_of, outcome
from tests.forms.reading import read_form
from workbench.domain.amounts import round_half_up
from workbench.domain.evaluation import Deduction, Target
from workbench.domain.scoring import compute_scores

#: Report 000, section 三: every published deduction by the indicator it belongs to.
CHANGDE = [("A31", "0.5"), ("A31", "1"), ("A31", "1.5"), ("B12", "3"), ("B13", "1"), ("B22", "1"), ("C41", "2"), ("D31", "1")]  # fmt: skip


def test_report_000_comes_to_89_good() -> None:
    form = read_form("changde-2021")
    lines = [
        Deduction(id=str(n), indicator=indicator, points=Decimal(points), reason="原文")
        for n, (indicator, points) in enumerate(CHANGDE)
    ]
    scores = compute_scores(evaluation_of(form, lines))
    assert [int(scores[root.id].score or 0) for root in form.roots] == [16, 16, 33, 24]
    assert scores.total == 89
    assert scores.grade is not None
    assert scores.grade.name == "良"
    assert scores.to_next == 1


def test_report_001_counts_a_rate_from_the_goal_table_and_tells_of_its_whole_number_bands() -> None:
    form = read_form("panjin-2023")
    rate = Target(id="t", name="话务接通率", value=Decimal(80), unit="%", actual=Decimal("98.01"))
    scored = compute_scores(evaluation_of(form, [rate]))["C12"]
    assert scored.score == 10
    assert scored.outcome is not None
    assert scored.outcome.expression == "98.01% ÷ 80.00% × 10 = 12.25125，按 10 分计"
    assert [fault.place for fault in form.faults] == ["等级“差”", "等级“中”", "等级“良”"]


@pytest.mark.parametrize(
    ("form", "indicator", "values", "points", "expression"),
    [
        # 12.52 元 against 9.93 元 of Guangzhou: 126.08 %
        ("shenzhen-2020", "A11", {"numerator": "12520", "denominator": "1000"}, "11.09", "(1 − (12.52 − 9.93) ÷ 9.93) × 15 = 11.087613…"),
        # 31 of 54, 31 of 40: 57.41 %, 77.5 %
        ("shenzhen-2020", "B11", {"numerator": "310", "denominator": "10"}, "5.74", "31 ÷ 54 × 10 = 5.740740…"),
        ("shenzhen-2020", "B12", {"numerator": "310", "denominator": "10"}, "3.88", "31 ÷ 40 × 5 = 3.875"),
        # 12,831 seconds against three cities: 83.39 %, 79.61 %, 78.53 %
        ("shenzhen-2020", "B21", {"n1": "12831", "d1": "15387", "n2": "12831", "d2": "16117", "n3": "12831", "d3": "16339"},
         "8.05", "(83.388574…% + 79.611590…% + 78.529897…%) ÷ 3 × 10 = 8.051002…"),
        # 2 of 16 lines are missing; 10 + 3 + 4 matters of the contract were not looked after
        ("shenzhen-2020", "D11", {"numerator": "14", "denominator": "16"}, "4.38", "87.50% × 5 = 4.375"),
        ("shenzhen-2020", "D21", {"c1": "10", "c2": "3", "c3": "4"}, "0.00", "5 − 3 − 0.9 − 1.2 = -0.1，按 0 分计"),
        ("shenzhen-2020", "E11", {"numerator": "9093", "denominator": "10000"}, "4.55", "90.93% × 5 = 4.5465"),
        ("shenzhen-2020", "E12", {"numerator": "987", "denominator": "1000"}, "4.35", "5 − 1.3 × 0.5 = 4.35"),
        ("shenzhen-2020", "E21", {"rate": "63.25%"}, "2.50", "63.25% ≥ 60.00%，得权重的 50%，得 2.5 分"),
        # report 003: 128.07 of 128 is above the budget
        ("yiyang-2019", "A1", {"numerator": "128.07", "denominator": "128"}, "0.00", "128.07 ÷ 128 ≤ 100.00% 不成立，得 0 分"),
        ("yiyang-2019", "C1", {"rate": "93.62%"}, "15.00", "93.62% ÷ 90.00% × 15 = 15.603333…，按 15 分计"),
        # report 000 by the library: 170,556 of 321,029 accepted is 53.13 %, not the printed 59.90 %
        ("hotline-library", "B11", {"numerator": "170556", "denominator": "321029"}, "5.00", "170556 ÷ 321029 ÷ 50.00% × 5 = 5.312791…，按 5 分计"),
        # 财预〔2021〕101号
        ("s101-with-cost", "A11", {"done": "未完成", "numerator": "85", "denominator": "100"}, "7.00", "85.00% ≥ 80.00%，得权重的 70%，得 7 分"),
        ("s101-without-cost", "B11", {"rate": "98%"}, "19.00", "(98.00% − 60.00%) ÷ (1 − 60.00%) × 20 = 19"),
    ],
)  # fmt: skip
def test_published_figures(
    *, form: str, indicator: str, values: dict[str, str], points: str, expression: str
) -> None:
    rule = read_form(form)[indicator].rule
    assert rule is not None
    found = outcome(rule, values)
    assert found.score is not None
    assert found.expression == expression
    assert str(round_half_up(found.score)) == points


def test_the_weights_of_101_are_those_of_the_paper() -> None:
    assert [int(root.full_mark) for root in read_form("s101-with-cost").roots] == [10, 20, 40, 20, 10]
    assert [int(root.full_mark) for root in read_form("s101-without-cost").roots] == [10, 50, 30, 10]
    assert [int(root.full_mark) for root in read_form("national-self").roots] == [10, 50, 30, 10]


def test_the_national_framework_is_complete() -> None:
    form = read_form("national-annex2")
    assert [sum(1 for i in form.indicators if i.level == level) for level in (1, 2, 3)] == [4, 10, 17]
    assert sum(int(root.full_mark) for root in form.roots if root.name in {"产出", "效益"}) == 60
