"""Evaluations whose total lies on an exact half: thirds that doubles can't hold add up to it."""

from __future__ import annotations

from typing import Any

from tests.domain.scored import evaluation_of, typed
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Evaluation, Overview

RULE = {"kind": "ratio", "rate": "完成率", "numerator": "完成", "denominator": "计划"}
BANDS = [{"name": "优", "lower": "90"}, {"name": "差", "lower": "0"}]


def raw(at: str, digits: int, own: dict[str, int] | None = None) -> dict[str, Any]:
    """Six indicators of 20 points in two groups, those named in ``own`` with decimals of their own."""
    leaves = []
    for group in "甲乙":
        leaves.append({"id": group, "name": f"{group}类", "points": "60"})
        for number in range(3):
            id_ = f"{group}{number}"
            leaf: dict[str, Any] = {
                "id": id_,
                "parent": group,
                "name": f"指标{id_}",
                "points": "20",
                "rule": RULE,
            }
            if own and id_ in own:
                leaf["digits"] = own[id_]
            leaves.append(leaf)
    return {
        "id": "half", "title": "半数", "levels": ["一级", "二级"], "total": "120",
        "rounding": {"digits": digits, "at": at}, "bands": BANDS, "indicator": leaves,
    }  # fmt: skip


def half(at: str = "total", digits: int = 2, own: dict[str, int] | None = None) -> Evaluation:
    """Each indicator scores 14.9991666… (17999/24000 of 20); all six together make 89.995 exactly."""
    form = compile_form(raw(at, digits, own))
    inputs = [
        typed(leaf.id, key, value)
        for leaf in form.leaves
        for key, value in (("numerator", "17999"), ("denominator", "24000"))
    ]
    return evaluation_of(form, [Overview(project="半数"), *inputs])
