"""Totals: rounded once, of the exact results where the form rounds only the total."""

from __future__ import annotations

from decimal import Decimal

from tests.domain.scored import evaluation_of, typed
from workbench.domain.compiler import compile_form
from workbench.domain.scoring import compute_scores


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
