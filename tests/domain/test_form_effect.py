"""What another form does to a started evaluation: told before, done in one step, taken back whole."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from tests.exporters.sample import qixia
from tests.helpers import session
from workbench.domain import form_edits as edits
from workbench.domain.entities_form import FormRevision
from workbench.domain.evaluation import Deduction, Entry, Evaluation, Input, Link, Mark, Target
from workbench.domain.form_effect import effect_of
from workbench.domain.form_outline import Outline
from workbench.domain.form_raw import form_to_raw
from workbench.domain.scoring import compute_scores
from workbench.errors import InputRefused
from workbench.services.session import Session


def opened() -> Session:
    evaluation = qixia()
    return session(
        *(entity for table in evaluation.tables.values() for entity in table.values()), form=evaluation.form
    )


def raw_of(evaluation: Evaluation) -> dict[str, Any]:
    return form_to_raw(evaluation.form)


def test_other_points_change_scores_and_nothing_is_lost() -> None:
    evaluation = qixia()
    raw = edits.put_points(raw_of(evaluation), "D11", Decimal(9))
    raw = edits.spread(edits.put_points(raw, "D12", Decimal(11)), "D1")
    effect = effect_of(evaluation, raw)
    assert effect.lost == ()
    changed = {change.id: change for change in effect.scores}
    assert set(changed) <= {"D11", "D12"}
    assert changed["D11"].before is not None
    assert changed["D11"].after is not None
    assert changed["D11"].before[1] == evaluation.form["D11"].full_mark
    assert effect.total[0] == compute_scores(evaluation).total
    assert effect.total_text().startswith("总分 ")


def test_what_a_removed_indicator_holds_is_listed_and_goes_and_comes_in_one_step() -> None:
    open_ = opened()
    line = next(line for line in open_.evaluation.listed(Deduction))
    id_ = line.indicator
    open_.put(Mark(id=f"{id_}/复核", indicator=id_, stage="复核", score=Decimal(1)))
    open_.put(Target(id="t", name="时效目标", indicator=id_))
    open_.put(
        Link(id="l", from_kind="evidence", from_id="e", to_kind="indicator", to_id=id_),
    )
    before = open_.evaluation
    parent = Outline(raw_of(before)).parent(id_)
    raw = edits.remove(raw_of(before), id_)
    raw = edits.spread(raw, parent)
    effect = effect_of(before, raw)
    told = {one.id: str(one) for one in effect.lost}
    assert set(told) == {id_}
    for word in (
        "指标已删去",
        "指标评价",
        "扣分 ",
        "各轮得分 1 项（复核 1）",
        "关联",
        "“时效目标”不再对应指标",
    ):
        assert word in told[id_]
    assert [change.after for change in effect.scores if change.id == id_] == [None]

    assert open_.evaluation is before, "looking changes nothing"
    open_.change(effect.changes, label="修改指标体系")
    after = open_.evaluation
    assert after.form == effect.form
    assert after.get(Entry, id_) is None
    assert not [one for one in after.table(Deduction).values() if one.indicator == id_]
    assert not [one for one in after.table(Input).values() if one.indicator == id_]
    assert after.table(Target)["t"].indicator == ""
    assert after.get(Link, "l") is None
    assert not list(after.links(to_kind="deduction", to_id=line.id))
    assert open_.scores.total == effect.total[1]
    open_.undo()
    assert {k: dict(t) for k, t in open_.evaluation.tables.items() if t} == {
        k: dict(t) for k, t in before.tables.items() if t
    }
    assert open_.evaluation.form == before.form
    assert open_.scores == compute_scores(before)


def test_inputs_that_another_rule_does_not_ask_for_are_listed() -> None:
    evaluation = qixia()
    said = next(
        one
        for one in evaluation.table(Input).values()
        if one.value and evaluation.form.get(one.indicator) is not None
    )
    raw = edits.put_rule(raw_of(evaluation), said.indicator, "judgement")
    effect = effect_of(evaluation, raw)
    assert [one.id for one in effect.lost] == [said.indicator]
    assert said.value in effect.lost[0].words
    assert all(isinstance(entity, Input) for entity in effect.lost[0].entities)


def test_a_judgement_whose_point_reads_otherwise_is_a_doubt() -> None:
    evaluation = qixia()
    said = next(one for one in evaluation.table(Input).values() if one.key == "p1" and one.value)
    rule = Outline(raw_of(evaluation)).row(said.indicator)["rule"]
    points = [dict(point) for point in rule["points"]]
    points[0]["text"] = "另一个要点"
    effect = effect_of(evaluation, edits.put_param(raw_of(evaluation), said.indicator, "points", points))
    assert any("另一个要点" in doubt and "请核对" in doubt for doubt in effect.doubts)


def test_a_score_above_the_new_full_mark_is_a_doubt() -> None:
    open_ = opened()
    open_.put(dataclasses.replace(open_.evaluation.entry("D11"), override=Decimal(8), override_reason="x"))
    raw = edits.put_points(raw_of(open_.evaluation), "D11", Decimal(5))
    raw = edits.sum_up(raw, "D11")
    raw = edits.spread(raw, "")
    effect = effect_of(open_.evaluation, raw)
    assert any("改定得分 8 超过新分值" in doubt for doubt in effect.doubts)


def test_back_to_the_original_leaves_no_revision() -> None:
    open_ = opened()
    first = open_.evaluation.form
    raw = edits.put_text(raw_of(open_.evaluation), "D11", "name", "知晓率")
    open_.change(effect_of(open_.evaluation, raw, "改名").changes)
    assert open_.evaluation.form["D11"].name == "知晓率"
    assert open_.evaluation.get(FormRevision, "form") is not None
    open_.change(effect_of(open_.evaluation, form_to_raw(first)).changes)
    assert open_.evaluation.get(FormRevision, "form") is None
    assert open_.evaluation.form == first


def test_a_form_out_of_sum_has_no_effect_but_faults() -> None:
    evaluation = qixia()
    raw = edits.put_points(raw_of(evaluation), "D11", Decimal(1))
    with pytest.raises(InputRefused) as refused:
        effect_of(evaluation, raw)
    assert any("下级分值合计" in fault.what for fault in refused.value.faults)
