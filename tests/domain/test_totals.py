"""Totals are rounded once, of the exact results where the form rounds only the total; scores show the form's digits."""

from __future__ import annotations

from decimal import Decimal

from tests.domain.scored import evaluation_of, typed
from workbench.domain.compiler import compile_form
from workbench.domain.derivation import derivation
from workbench.domain.evaluation import Entry, Mark, Option, Overview, Question
from workbench.domain.scoring import compute_scores
from workbench.domain.survey import tally


def thirds(at: str) -> dict[str, object]:
    """Three indicators of 40 points that each come to 29.998333… of it (×3 = 89.995 exactly)."""
    rule = {"kind": "ratio", "rate": "完成率", "numerator": "完成", "denominator": "计划", "target": "100%"}
    return {
        "id": "thirds",
        "title": "三分",
        "levels": ["一级指标"],
        "total": "120",
        "rounding": {"digits": 2, "at": at},
        "bands": [{"name": "优", "lower": "90"}, {"name": "良", "lower": "0"}],
        "indicator": [{"id": id_, "name": id_, "points": "40", "rule": rule} for id_ in ("A", "B", "C")],
    }


def total(at: str) -> tuple[Decimal, str]:
    form = compile_form(thirds(at))
    inputs = [
        typed(id_, key, value)
        for id_ in ("A", "B", "C")
        for key, value in (("numerator", "17999"), ("denominator", "24000"))
    ]
    scores = compute_scores(evaluation_of(form, inputs))
    return scores.total, scores.grade.name if scores.grade else ""


def test_a_total_is_rounded_once() -> None:
    assert total("total") == (Decimal("90.00"), "优")


def test_scores_rounded_one_by_one_add_up_as_printed() -> None:
    assert total("indicator") == (Decimal("90.00"), "优")


def test_a_changed_score_is_told_with_the_digits_of_the_form_whatever_stage_counts() -> None:
    raw = {**thirds("indicator"), "rounding": {"digits": 3, "at": "indicator"}}
    evaluation = evaluation_of(
        compile_form(raw),
        [
            Overview(counting_stage="复核"),
            Entry(id="A", override=Decimal("12.345"), override_reason="凭证不全"),
            Mark(id="A/复核", indicator="A", stage="复核", score=Decimal(11)),
        ],
    )
    told = derivation(evaluation, compute_scores(evaluation)["A"])
    assert told[-3:] == [
        "改定：按标准 未计算，改定为 12.345，理由：凭证不全",
        "以“复核”得分为准：11.000，理由：未写",
        "得分：11.000 / 40 分",
    ]


def test_a_weight_is_told_as_it_counts() -> None:
    asked = Question(id="q", code="q", questionnaire="s", text="是否满意？")
    options = [
        Option(id="o1", question="q", label="满意", weight=Decimal("0.875"), count=3, position=1),
        Option(id="o2", question="q", label="不满意", weight=Decimal(0), count=1, position=2),
    ]
    told = tally(evaluation_of(compile_form(thirds("total")), [asked, *options]), asked)
    assert told.expression == "(3×87.5% + 1×0%) ÷ 4 = 65.63%"
