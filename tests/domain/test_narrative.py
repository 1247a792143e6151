"""Sentences with bound figures, and the sentences that indicators and problems give of themselves."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.checks.cases import qixia
from workbench.domain.evaluation import Advice, Deduction, Entry, Evaluation, Paragraph, Problem
from workbench.domain.narrative import (
    Span,
    bindings_of,
    deduction_sentence,
    fill,
    filled,
    indicator_sentence,
    problem_sentence,
    rate_sentence,
    spans,
    unknown_names,
)
from workbench.domain.rules.base import Given
from workbench.domain.scoring import compute_scores
from workbench.domain.sources import Sources


def bindings(indicator: str = "", evaluation: Evaluation | None = None) -> dict[str, str]:
    evaluation = evaluation or qixia(printed=False)
    return bindings_of(evaluation, compute_scores(evaluation), indicator)


def test_markers_become_bound_spans_and_unknown_ones_stay_visible() -> None:
    found = spans("知晓率为 {公众知晓率}，得 {得分} 分，{不存在}。", bindings("D11"))
    assert found == [
        Span("知晓率为 "),
        Span("86.50%", "公众知晓率"),
        Span("，得 "),
        Span("9.01", "得分"),
        Span(" 分，"),
        Span("{不存在}", "不存在", known=False),
        Span("。"),
    ]
    assert unknown_names("{得分}{甲}{乙}{甲}", bindings("D11")) == ["甲", "乙"]


@given(st.text(alphabet="得分{}甲 \n", max_size=40))
def test_text_around_markers_is_never_lost(text: str) -> None:
    assert fill(text, {}) == text
    assert "".join(span.text for span in spans(text, {"得分": "{得分}"})) == text


def test_the_evaluation_binds_its_own_figures() -> None:
    known = bindings()
    assert (known["总分"], known["等级"], known["预算资金"], known["项目"]) == (
        "92.47", "优", "71.60 万元", "12345 政务服务热线购买服务",
    )  # fmt: skip
    own = bindings("D11")
    assert (own["得分"], own["分值"], own["扣分"], own["得分率"], own["有效份数"], own["目标值"]) == (
        "9.01", "10", "0.99", "90.10%", "20", "96.00%",
    )  # fmt: skip
    assert "得分" not in known


def sentence(indicator: str, evaluation: Evaluation | None = None) -> str:
    evaluation = evaluation or qixia(printed=False)
    return indicator_sentence(evaluation, compute_scores(evaluation)[indicator], Sources(evaluation))


def test_each_indicator_tells_its_inputs_score_and_deductions() -> None:
    assert sentence("D11") == (
        "公众知晓率分值 10 分。公众知晓率 86.50%、目标值 96.00%，按评分标准得 9.01 分。扣 0.99 分：低于目标。"
    )
    assert sentence("A21") == (
        "绩效目标合理性分值 4 分。3 个评价要点中 2 个符合，按评分标准得 3.50 分。"
        "扣 0.5 分：没有指导培训指标（依据：评价要点 3）。"
    )
    assert sentence("A11").endswith("2 个评价要点均符合，符合评分标准，得满分 4.00 分。")
    assert "因原稿按满分计，改定得 6.00 分。" in sentence("B12")
    empty = Evaluation("new", qixia().form)
    assert sentence("A11", empty) == "立项依据充分性与流程规范性分值 4 分，尚未评分。"


def test_a_deduction_without_points_or_reason_says_so() -> None:
    line = Deduction(id="d", indicator="A11")
    assert deduction_sentence(line) == "扣分未填。"
    whole = dataclasses.replace(line, points=Decimal("0.50"), reason="原因。", basis="依据。")
    assert deduction_sentence(whole) == "扣 0.5 分：原因（依据：依据）。"


def test_a_problem_tells_its_cause_and_what_it_cost() -> None:
    evaluation = qixia(Problem(id="p1", position=1, title="绩效目标不完整", cause="沿用往年模板。"))
    assert problem_sentence(evaluation, evaluation.table(Problem)["p1"]) == (
        "绩效目标不完整。原因：沿用往年模板。（涉及绩效目标合理性、绩效指标明确性，共扣 2.5 分）"
    )
    free = Problem(id="free", title="标识不清", no_deduction_reason="不影响服务。")
    assert problem_sentence(evaluation, free) == "标识不清。（未扣分：不影响服务）"


def test_a_rate_names_both_its_parts() -> None:
    evaluation = qixia()
    sources = Sources(evaluation)
    over, under = sources.resolve("fund:arrived"), sources.resolve("fund:budget")
    assert rate_sentence("到位率", over, under) == (
        "到位率 = 到位资金 7.10 万元 ÷ 预算资金 71.60 万元 = 9.92%"
    )
    assert rate_sentence("到位率", over, Given(None)) == "到位率缺少分子或分母。"


def test_an_override_without_reason_is_told_plainly() -> None:
    evaluation = qixia(Entry(id="A11", override=Decimal(3)))
    assert "，改定得 3.00 分。" in sentence("A11", evaluation)


def test_every_text_goes_to_paper_with_its_figures() -> None:
    told = "总分 {总分}，{被评价单位}，{无此名}"
    evaluation = qixia(
        Entry(id="D11", basis="得 {得分} 分，共 {总分} 分。"),
        Problem(id="p9", position=9, title="题", description=told),
        Advice(id="v9", position=9, title="建议", text="预算 {预算资金}。"),
        Paragraph(id="background", text="满分 {满分}。"),
        printed=False,
    )
    scores = compute_scores(evaluation)
    paper = filled(evaluation, scores)
    assert paper.entry("D11").basis == "得 9.01 分，共 92.47 分。"
    unit = evaluation.overview.evaluated_unit
    assert paper.table(Problem)["p9"].description == f"总分 92.47，{unit or '{被评价单位}'}，{{无此名}}"
    assert paper.table(Advice)["v9"].text == "预算 71.60 万元。"
    assert paper.table(Paragraph)["background"].text == "满分 100。"
    assert evaluation.table(Problem)["p9"].description == told
