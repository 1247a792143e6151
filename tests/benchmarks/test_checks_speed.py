"""How long checking takes at 300 indicators, 500 evidence items, 100 problems (with ``--benchmark-enable``)."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.domain.checks.large import large
from workbench.domain.changes import Change, apply, putting
from workbench.domain.checks import Checker, Finding, Limits
from workbench.domain.evaluation import Deduction, Entity, Entry, Evaluation, FundLine, Input, Problem
from workbench.domain.own_checks import own_findings, read_own_checks
from workbench.domain.rescoring import scores_after
from workbench.domain.scoring import compute_scores
from workbench.domain.sources import Sources

_FIRM = "".join(
    f'[[check]]\ncode = "Z{n:02}"\ntitle = "t"\ncondition = "总分 ≥ 扣分条数 ÷ {n}"\nmessage = "总分 {{总分}}"\n'
    for n in range(10, 30)
)
#: Twenty checks of a firm's own, all of which hold.
OWN = partial(own_findings, own=read_own_checks(_FIRM, "firm.toml").checks)


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return large()


def test_full_check_with_scoring(benchmark: Any, evaluation: Evaluation) -> None:
    def full() -> tuple[Finding, ...]:
        return Checker(Limits(), more=OWN).run(evaluation, compute_scores(evaluation), Sources(evaluation))

    assert not [finding for finding in benchmark(full) if finding.severity != "N"]


EDITS: dict[str, Callable[[Evaluation, int], Entity]] = {
    "entry": lambda e, n: dataclasses.replace(e.table(Entry)["i0-3"], basis=f"新的依据 {n}"),
    "input": lambda e, n: dataclasses.replace(e.table(Input)["i0-3/numerator"], value=str(80 + n % 20)),
    "deduction": lambda e, n: dataclasses.replace(e.table(Deduction)["di0-3"], reason=f"原因 {n}"),
    "problem": lambda e, n: dataclasses.replace(e.table(Problem)["p3"], description=f"描述 {n}"),
    "overview": lambda e, n: dataclasses.replace(e.overview, background=f"背景 {n}"),
    "funds": lambda e, n: FundLine(id="f", year="2024", item="经费", explanation=f"说明 {n}"),
}


@pytest.mark.parametrize("kind", EDITS)
def test_check_again_after_one_edit_with_scoring(benchmark: Any, evaluation: Evaluation, kind: str) -> None:
    checker = Checker(Limits(), more=OWN)
    state = evaluation
    scores = compute_scores(state)
    checker.run(state, scores, Sources(state))
    numbers = itertools.count(1)

    def edit() -> tuple[tuple[list[Change]], dict[str, object]]:
        change = putting(state, EDITS[kind](state, next(numbers)))
        assert change is not None
        return ([change],), {}

    def again(changes: list[Change]) -> tuple[Finding, ...]:
        nonlocal state, scores
        state = apply(state, changes)
        scores = scores_after(scores, state, changes)
        return checker.run(state, scores, Sources(state))

    findings = benchmark.pedantic(again, setup=edit, rounds=30)
    assert {finding.code for finding in findings if finding.severity == "E"} <= {
        "K03",
        "K24",
    }  # K24: signed before
