"""How long a system of 300 indicators takes to compile, and to score again after one input changed.

``pytest tests/benchmarks/test_scoring_speed.py --benchmark-enable``
"""

from __future__ import annotations

import dataclasses
import itertools
from decimal import Decimal
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.domain.rules.samples import SAMPLES
from tests.domain.scored import evaluation_of, typed
from workbench.domain.changes import Change, apply, putting
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Deduction, Entity, Entry, Evaluation, Option, Question, Questionnaire
from workbench.domain.rescoring import scores_after
from workbench.domain.scoring import Scores, compute_scores

LEAVES = 300


def raw_form() -> dict[str, Any]:
    """300 leaves of 10 points under 30 and 3 groups, every kind of rule in turn."""
    indicators: list[dict[str, Any]] = []
    kinds = itertools.cycle(SAMPLES.items())
    for first in range(3):
        indicators.append({"id": f"{first}", "name": f"一级{first}", "points": 1000})
        for second in range(10):
            above = f"{first}.{second}"
            indicators.append({"id": above, "parent": f"{first}", "name": f"二级{second}", "points": 100})
            for third in range(10):
                kind, (params, _) = next(kinds)
                indicators.append(
                    {
                        "id": f"{above}.{third}",
                        "parent": above,
                        "name": f"三级{third}",
                        "points": 10,
                        "rule": {"kind": kind, **params},
                    }
                )
    options = [{"label": str(weight), "weight": f"{weight}%"} for weight in (100, 80, 60, 30, 0)]
    questions = [{"code": code, "text": "？", "option": options} for code in ("aware", "satisfaction")]
    return {
        "id": "big",
        "title": "三百个指标",
        "total": 3000,
        "bands": [{"name": "优", "lower": 2700}, {"name": "差", "lower": 0}],
        "indicator": indicators,
        "questionnaire": [{"title": "问卷", "question": questions}],
    }


def filled() -> Evaluation:
    """Every input typed, a survey counted, a deduction line and an entry for each indicator."""
    form = compile_form(raw_form())
    found: list[Entity] = [Questionnaire(id="q", title="问卷", valid=20)]
    for code in ("aware", "satisfaction"):
        found.append(Question(id=code, code=code, questionnaire="q", text="？"))
        found += [
            Option(id=f"{code}{n}", position=n, question=code, label=str(n), weight=Decimal(weight), count=4)
            for n, weight in enumerate(("1", "0.8", "0.6", "0.3", "0"))
        ]
    for leaf in form.leaves:
        assert leaf.rule is not None
        found.append(Entry(id=leaf.id, basis="依据", done=True))
        found.append(Deduction(id=f"d{leaf.id}", indicator=leaf.id, points=Decimal("0.5"), reason="原因"))
        for key, value in SAMPLES[leaf.rule.kind][1].items():
            found.append(typed(leaf.id, key, value))
    return evaluation_of(form, found)


def test_compile_300_indicators(benchmark: BenchmarkFixture) -> None:
    raw = raw_form()
    form = benchmark(compile_form, raw)
    assert len(form.leaves) == LEAVES


def test_score_300_indicators_from_nothing(benchmark: BenchmarkFixture) -> None:
    scores = benchmark(compute_scores, filled())
    assert scores.complete


@pytest.mark.parametrize("what", ["input", "survey"])
def test_score_300_indicators_again_after_one_change(benchmark: BenchmarkFixture, what: str) -> None:
    state = filled()
    scores = compute_scores(state)
    leaf = next(leaf for leaf in state.form.leaves if leaf.rule and leaf.rule.kind == "linear101")
    numbers = itertools.cycle((3, 4))

    def edit() -> tuple[tuple[list[Change]], dict[str, Any]]:
        number = next(numbers)
        if what == "input":
            made = putting(state, typed(leaf.id, "rate", f"9{number}%"))
        else:
            made = putting(state, dataclasses.replace(state.table(Option)["aware0"], count=number))
        return ([made] if made else [],), {}

    def again(changes: list[Change]) -> Scores:
        nonlocal state, scores
        state = apply(state, changes)
        scores = scores_after(scores, state, changes)
        return scores

    benchmark.pedantic(again, setup=edit, rounds=100, warmup_rounds=2)
    assert scores == compute_scores(state)
