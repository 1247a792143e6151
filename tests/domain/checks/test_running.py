"""Checking again after an edit gives what checking afresh gives, and is quick."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.domain.checks.cases import link, qixia
from tests.domain.checks.large import large
from tests.domain.scored import typed
from workbench.domain.changes import Change, apply, putting, removing
from workbench.domain.checks import Checker, Limits, checks, run_checks
from workbench.domain.checks.finding import PAGES
from workbench.domain.entities_review import Opinion, ReviewNote, SignOff
from workbench.domain.evaluation import (
    Advice,
    Deduction,
    Entity,
    Entry,
    Evaluation,
    Evidence,
    FundLine,
    Mark,
    Option,
    Paragraph,
    Problem,
    Question,
    Questionnaire,
    Target,
    Waiver,
    mark_id,
)
from workbench.domain.rescoring import scores_after
from workbench.domain.reviewing import content_of
from workbench.domain.scoring import compute_scores
from workbench.domain.sources import Sources

D = Decimal


def edits(evaluation: Evaluation, chance: random.Random) -> list[Change]:
    """One edit of any kind, as a person might make it."""
    leaf = chance.choice(evaluation.form.leaves)
    n = chance.randrange(1000)
    lines = list(evaluation.table(Deduction).values())
    made: list[Callable[[], Entity]] = [
        lambda: dataclasses.replace(evaluation.entry(leaf.id), basis=f"核对{n}，得 {{得分}} 分，{leaf.name}{n % 7} 分"),
        lambda: dataclasses.replace(
            evaluation.entry(leaf.id), override=D(n % 11), override_reason="" if n % 2 else "按原稿"
        ),
        lambda: typed(leaf.id, chance.choice(["p1", "rate", "count"]), chance.choice(["符合", f"{n % 120}%", "2", "x"])),
        lambda: typed("B11", "denominator", "", chance.choice(["fund:due", "fund:budget", "fund:contract"])),
        lambda: Deduction(id=f"new{n % 5}", indicator=leaf.id, points=D(n % 3), reason="原因"[: n % 3]),
        lambda: dataclasses.replace(chance.choice(lines), points=D(n % 5) / 2) if lines else Entry(id=leaf.id),
        lambda: dataclasses.replace(evaluation.table(FundLine)["f"], spent=D(n % 90), arrived=D(n % 80)),
        lambda: dataclasses.replace(evaluation.table(Questionnaire)["sheet"], valid=n % 40),
        lambda: dataclasses.replace(evaluation.table(Question)["aware"], stated_rate=D(n) / 1000),
        lambda: dataclasses.replace(evaluation.table(Option)["aware-2"], count=n % 20),
        lambda: dataclasses.replace(evaluation.table(Target)["t-aware"], actual=D(n % 150)),
        lambda: dataclasses.replace(evaluation.overview, content=f"预算资金 {n} 万元", lead="甲" if n % 2 else ""),
        lambda: dataclasses.replace(evaluation.overview, counting_stage=chance.choice(["初评", "复核"])),
        lambda: Mark(id=mark_id(leaf.id, "复核"), indicator=leaf.id, stage="复核", score=D(n % 6)),
        lambda: Problem(id=f"p{n % 5}", position=n % 5, title=f"{leaf.name}不足", description=f"问题{n}"),
        lambda: Advice(id=f"a{n % 5}", position=n % 5, title=f"建议{n}"),
        lambda: Paragraph(id="text", text=f"综合得分为 {n % 100} 分。附件 9 的{n}。公众知晓率 {n % 100}%。"),
        lambda: Evidence(id=f"e{n % 4}", number=n % 4, title=f"材料{n}"),
        lambda: link(f"evidence:e{n % 4}", f"indicator:{leaf.id}", place=str(n % 2)),
        lambda: Opinion(
            id=f"o{n % 3}", text="意见", indicator=leaf.id, adopted=chance.choice(["", "采纳", "不采纳"]), score_after=D(n % 3)
        ),
        lambda: Mark(id=mark_id(leaf.id, "征求意见后"), indicator=leaf.id, stage="征求意见后", score=D(n % 4)),
        lambda: ReviewNote(id=f"n{n % 3}", level="部门复核", text="复核", answer="答"[: n % 2], closed=n % 5 == 0),
        lambda: SignOff(id=f"s{n % 2}", level="部门复核", by="乙", content=content_of(evaluation)),
        lambda: dataclasses.replace(evaluation.entry(leaf.id), owner=chance.choice("甲乙")),
        lambda: Waiver(id="K07:indicator:B12", code="K07", reason=f"理由{n}"),
    ]  # fmt: skip
    if n % 8 == 0:
        kind = chance.choice([Deduction, Problem, Advice, Paragraph, Mark, Evidence])
        table = list(evaluation.table(kind).values())
        if table:
            return removing(evaluation, chance.choice(table))
    change = putting(evaluation, chance.choice(made)())
    return [] if change is None else [change]


@pytest.mark.parametrize("seed", range(4))
def test_after_each_edit_the_findings_and_scores_are_those_of_a_fresh_start(seed: int) -> None:
    chance = random.Random(seed)
    evaluation = qixia()
    scores, checker = compute_scores(evaluation), Checker(Limits())
    for _ in range(60):
        changes = edits(evaluation, chance)
        evaluation = apply(evaluation, changes)
        scores = scores_after(scores, evaluation, changes)
        assert scores == compute_scores(evaluation)
        again = checker.run(evaluation, scores, Sources(evaluation))
        fresh = run_checks(evaluation)
        assert {f.key: f for f in again} == {f.key: f for f in fresh}
        assert [f.adopting for f in sorted(again, key=lambda f: f.key)] == [
            f.adopting for f in sorted(fresh, key=lambda f: f.key)
        ]


def test_an_edit_that_no_score_reads_leaves_the_very_scores() -> None:
    evaluation = qixia()
    scores = compute_scores(evaluation)
    changes = [Change(None, Paragraph(id="x", text="正文"))]
    assert scores_after(scores, apply(evaluation, changes), changes) is scores


def test_keys_are_distinct_and_every_finding_is_complete() -> None:
    findings = run_checks(qixia())
    assert len({f.key for f in findings}) == len(findings)
    for finding in findings:
        assert finding.where
        assert finding.title
        assert finding.message.endswith("。")
        assert finding.remedy.endswith("。")
        assert finding.place.page in PAGES


def test_the_table_of_checks_reads_only_kinds_that_exist() -> None:
    from workbench.domain.evaluation import ENTITIES

    assert all(set(check.reads) <= set(ENTITIES) for check in checks())
    assert {check.code for check in checks()} >= {f"K{n:02}" for n in range(1, 27)}


def test_the_large_evaluation_is_consistent() -> None:
    evaluation = large()
    assert len(evaluation.form.leaves) == 300
    assert [f.message for f in run_checks(evaluation) if f.severity != "N"] == []
