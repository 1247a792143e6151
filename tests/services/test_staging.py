"""Scores by stages: put, signed, counted, told, and looked up again with who changed what and why."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers import ROOT, session
from workbench.domain.compiler import compile_form
from workbench.domain.derivation import derive
from workbench.domain.evaluation import Mark
from workbench.domain.stages import stage_scores, stage_totals
from workbench.services.catalog import Catalog
from workbench.services.history import field_history
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.services.staging import count_stage, put_override, put_stage
from workbench.store.evaluations import BRIEFLY


@pytest.fixture
def qixia(tmp_path: Path) -> Iterator[Session]:
    ticks = itertools.count()
    start = datetime(2022, 11, 14, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    catalog = Catalog(
        ROOT / "forms",
        tmp_path,
        compile_form=compile_form,
        clock=lambda: float(next(ticks)),
        now=lambda: start,
        author=lambda: "张三",
        keeping=BRIEFLY,
    )
    opened = catalog.open(Samples(ROOT / "resources" / "samples").create("qixia", catalog))
    yield opened
    opened.close()


def test_a_stage_is_signed_by_who_works_and_compared_with_the_one_before(qixia: Session) -> None:
    assert put_stage(qixia, "D11", "自评", "score", "10", person="单位") == ""
    assert put_stage(qixia, "D11", "复核", "score", "８．５", person="李四") == ""
    assert put_stage(qixia, "D11", "复核", "reason", "个别题目与项目无关", person="王五") == ""
    own, first, review, after = stage_scores(qixia.evaluation, qixia.scores["D11"])
    assert (own.score, own.by, own.difference) == (Decimal(10), "单位", None)
    assert (first.score, first.difference, first.counts) == (Decimal("9.01"), Decimal("-0.99"), True)
    assert (review.score, review.by, review.difference) == (Decimal("8.5"), "李四", Decimal("-0.51"))
    assert review.reason == "个别题目与项目无关"
    assert (after.score, after.before) == (None, Decimal("8.5"))


@pytest.mark.parametrize("text", ["10.5", "-1", "很好", "1E+999"])
def test_a_score_outside_the_full_mark_is_refused_and_nothing_written(qixia: Session, text: str) -> None:
    assert put_stage(qixia, "D11", "复核", "score", text)
    assert not qixia.evaluation.table(Mark)
    assert put_override(qixia, "D11", text)
    assert qixia.evaluation.entry("D11").override is None


def test_a_stage_that_says_nothing_any_more_goes(qixia: Session) -> None:
    put_stage(qixia, "D11", "复核", "score", "8", person="李四")
    put_stage(qixia, "D11", "复核", "score", "")
    assert not qixia.evaluation.table(Mark)
    qixia.undo()
    assert qixia.evaluation.table(Mark)["D11/复核"].by == "李四"


def test_the_effect_of_letting_another_stage_count_is_known_before(qixia: Session) -> None:
    put_stage(qixia, "D11", "复核", "score", "8.5")
    put_stage(qixia, "D12", "征求意见后", "score", "5")
    foreseen = {one.stage: one for one in stage_totals(qixia.evaluation, qixia.scores)}
    assert [one.given for one in foreseen.values()] == [0, 16, 1, 1]
    assert foreseen["初评"].counts
    assert not foreseen["自评"].complete
    for stage in ("复核", "征求意见后", "初评"):
        count_stage(qixia, stage)
        assert qixia.scores.total == foreseen[stage].total
        assert (qixia.scores.grade.name if qixia.scores.grade else "") == foreseen[stage].grade
    assert foreseen["复核"].total == qixia.scores.total - Decimal("0.51")


def test_an_override_keeps_the_computed_score_beside_it_with_reason_and_who(qixia: Session) -> None:
    assert put_override(qixia, "D11", "9.5", person="张三") == ""
    qixia.put(_with_reason(qixia, "抽查的 3 份问卷应计为非常了解"))
    told = derive(qixia.evaluation, qixia.scores, "D11")
    assert told.computed == "9.01"
    assert (
        told.override == "改定：按标准 9.01，改定为 9.50，理由：抽查的 3 份问卷应计为非常了解，改定人：张三"
    )
    put_override(qixia, "D11", "")
    assert qixia.evaluation.entry("D11").override_by == ""
    assert qixia.scores["D11"].score == Decimal("9.01")


def _with_reason(opened: Session, reason: str) -> object:
    from workbench.services.editing import with_fields

    return with_fields(opened.evaluation.entry("D11"), override_reason=reason)


def test_the_derivation_says_which_stage_counts_and_what_the_score_does(qixia: Session) -> None:
    lines = derive(qixia.evaluation, qixia.scores, "D11").lines()
    assert lines[0] == "效益 › 社会效益 › 公众知晓率（10 分）"
    assert "公众知晓率：86.50%（问卷第 1 题，有效 20 份）" in lines
    assert "计算：86.50% ÷ 96.00% × 10 = 9.010416… → 9.01（四舍五入保留 2 位）" in lines
    assert lines[-2:] == [
        "本项扣 0.99 分；总分 92.47 / 100 分，等级“优”。",
        "若本项得满分，总分为 93.46 分，等级不变。",
    ]
    put_stage(qixia, "D11", "复核", "score", "8.5", person="李四")
    count_stage(qixia, "征求意见后")
    told = derive(qixia.evaluation, qixia.scores, "D11")
    assert told.counting == "以“征求意见后”得分为准；本项没有征求意见后得分，按复核计"
    assert told.score == "8.50"
    assert "复核 8.50（-0.51），李四" in told.stage_lines
    division = derive(qixia.evaluation, qixia.scores, "B11")
    assert [line.part for line in division.inputs][:2] == ["分子", "分母"]


def test_the_history_of_a_field_tells_when_who_from_what_to_what_and_why(qixia: Session) -> None:
    put_stage(qixia, "D11", "复核", "score", "8.5", person="李四")
    put_stage(qixia, "D11", "复核", "reason", "复核会意见")
    put_stage(qixia, "D11", "复核", "score", "9")
    qixia.undo()
    told = field_history(qixia, "mark", "D11/复核", "score")
    assert [(one.before, one.after, one.by) for one in told] == [
        ("", "8.5", "张三"),
        ("8.5", "9", "张三"),
        ("9", "8.5", "张三"),
    ]
    assert [one.why for one in told] == ["复核会意见", "", "撤销"]
    assert told[0].at.startswith("2022-11-14T09:00")
    begun = field_history(qixia, "overview", "overview", "project")
    assert [(one.why, one.before) for one in begun[:1]] == [("建立", "")]
    assert field_history(session(), "overview", "overview", "project") == []
