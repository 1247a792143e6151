"""Sentences with bound figures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.checks.cases import qixia
from workbench.domain.evaluation import Advice, Entry, Evaluation, Paragraph, Problem
from workbench.domain.narrative import (
    Span,
    bindings_of,
    fill,
    filled,
    spans,
    unknown_names,
)
from workbench.domain.scoring import compute_scores


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
