"""No false alarm: consistent evaluations of any system give no error and no warning; one planted fault is found alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.domain.checks.cases import codes, link, with_, with_overview, without
from tests.domain.checks.consistent import consistent, settle, signed, targets, unlinked
from tests.domain.scored import typed
from workbench.domain.amounts import exact, round_half_up
from workbench.domain.checks import CATALOGUE, Limits, run_checks
from workbench.domain.entities_rates import StatedRate
from workbench.domain.entities_records import Interview, Sampling
from workbench.domain.entities_review import Opinion, ReviewNote, SignOff
from workbench.domain.evaluation import (
    Advice,
    Deduction,
    Evaluation,
    Evidence,
    FundLine,
    Mark,
    Paragraph,
    Problem,
    Question,
    Questionnaire,
    Target,
    mark_id,
)
from workbench.domain.form import Band
from workbench.domain.rules.deductions import DeductionsRule
from workbench.domain.rules.ratio import RatioRule
from workbench.domain.scoring import compute_scores

D = Decimal
TALK = Interview(
    id="t", title="进点座谈", place="会议室", held=date(2022, 11, 14), begins="09:00", ends="11:00",
    unit_persons="主任", team_persons="主评人", confirmed_by="主任",
)  # fmt: skip
# The same examples each time: a commit is not to fail for another's chance find.
QUIET = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
PLANTED = settings(QUIET, max_examples=8)


@QUIET
@given(consistent())
def test_a_consistent_evaluation_gives_no_error_and_no_warning(evaluation: Evaluation) -> None:
    complaints = [f"{f.code} {f.where}: {f.message}" for f in run_checks(evaluation) if f.severity != "N"]
    assert not complaints


def a_line(evaluation: Evaluation) -> Deduction:
    """A deduction line whose indicator rests on no questionnaire."""
    for line in evaluation.table(Deduction).values():
        rule = evaluation.form[line.indicator].rule
        if not (isinstance(rule, RatioRule) and rule.rate_source) and (line.points or 0) >= D("0.02"):
            return line
    assume(False)
    raise AssertionError


def with_rule(evaluation: Evaluation, id_: str, rule: object) -> Evaluation:
    indicators = tuple(
        dataclasses.replace(i, rule=rule) if i.id == id_ else i for i in evaluation.form.indicators
    )
    return dataclasses.replace(evaluation, form=dataclasses.replace(evaluation.form, indicators=indicators))


def a_full_leaf(evaluation: Evaluation) -> str:
    for scored in compute_scores(evaluation).by_id.values():
        rule = scored.indicator.rule
        if rule is not None and rule.kind != "deductions" and not scored.deducted:
            return scored.indicator.id
    assume(False)
    raise AssertionError


def requoted(evaluation: Evaluation) -> Evaluation:
    """Without the paragraph that quotes figures of before."""
    return with_(evaluation, Paragraph(id="conclusion", text=""))


def points_that_do_not_add_up(e: Evaluation) -> Evaluation:
    first = e.form.leaves[0]
    indicators = tuple(
        dataclasses.replace(i, full_mark=i.full_mark + 1, rule=DeductionsRule(i.full_mark + 1)) if i is first else i
        for i in e.form.indicators
    )  # fmt: skip
    return requoted(settle(dataclasses.replace(e, form=dataclasses.replace(e.form, indicators=indicators))))


def a_mark_above_the_full_mark(e: Evaluation) -> Evaluation:
    leaf = e.form.leaves[0]
    return with_(
        e, Mark(id=mark_id(leaf.id, "自评"), indicator=leaf.id, stage="自评", score=leaf.full_mark + 1)
    )


def lines_that_explain_too_much(e: Evaluation) -> Evaluation:
    line = a_line(e)
    assume(e.form[line.indicator].rule.kind != "deductions")  # type: ignore[union-attr]
    return with_(e, dataclasses.replace(line, points=(line.points or D(0)) + D("0.5")))


def a_deduction_without_reason(e: Evaluation) -> Evaluation:
    return with_(e, dataclasses.replace(a_line(e), reason=" "))


def a_deduction_without_evidence(e: Evaluation) -> Evaluation:
    return unlinked(e, "evidence", "deduction", a_line(e).id)


def a_problem_without_deduction(e: Evaluation) -> Evaluation:
    return with_(
        e, Problem(id="new", title="目标没有细化"), Advice(id="na", title="细化"), link("advice:na", "problem:new")
    )  # fmt: skip


def a_deduction_without_problem(e: Evaluation) -> Evaluation:
    line = a_line(e)
    problems = {f"p{line.indicator}"}
    e = unlinked(e, "problem", "deduction", line.id)
    return with_(
        e,
        *(
            dataclasses.replace(p, no_deduction_reason="另有说明")
            for p in e.table(Problem).values()
            if p.id in problems
        ),
    )


def a_problem_without_advice(e: Evaluation) -> Evaluation:
    line = a_line(e)
    return with_(
        unlinked(e, "advice", "problem", f"p{line.indicator}"),
        link(f"advice:a{line.indicator}", "problem:other"),
        *(
            [
                Problem(id="other", title="另一问题", no_deduction_reason="不影响得分"),
            ]
        ),
    )


def an_override_without_reason(e: Evaluation) -> Evaluation:
    leaf = a_full_leaf(e)
    entry = dataclasses.replace(e.entry(leaf), override=e.form[leaf].full_mark - D("0.17"))
    return requoted(settle(with_(e, entry)))


def a_standard_that_cannot_give_its_full_mark(e: Evaluation) -> Evaluation:
    class Short(DeductionsRule):
        def maximum(self) -> object:  # type: ignore[override]
            return exact(self.full_mark) - 1

    leaf = e.form.leaves[0]
    return requoted(settle(with_rule(e, leaf.id, Short(leaf.full_mark))))


def another_denominator(e: Evaluation) -> Evaluation:
    leaf = e.form.leaves[0]
    rule = RatioRule(
        leaf.full_mark, rate="到位率", numerator="到位资金", numerator_source="fund:arrived",
        denominator="预算资金", denominator_source="fund:budget",
    )  # fmt: skip
    fund = e.table(FundLine)["f"]
    assume(fund.spent != fund.budget)
    return requoted(
        settle(with_(with_rule(e, leaf.id, rule), typed(leaf.id, "denominator", "", "fund:spent")))
    )


def a_part_greater_than_its_whole(e: Evaluation) -> Evaluation:
    leaf = e.form.leaves[0]
    rule = RatioRule(leaf.full_mark, rate="办结率", numerator="办结数", denominator="记录数")
    e = with_(
        with_rule(e, leaf.id, rule),
        typed(leaf.id, "numerator", "153596"),
        typed(leaf.id, "denominator", "150473"),
    )
    return requoted(settle(e))


def a_printed_rate_that_is_not_the_tally(e: Evaluation) -> Evaluation:
    question = e.table(Question)["ask"]
    assume(not any(s.startswith("survey:") for sources in e.form.bindings.values() for s in sources))
    return with_(e, dataclasses.replace(question, stated_rate=D("0.0123")))


def more_sheets_back_than_issued(e: Evaluation) -> Evaluation:
    sheet = e.table(Questionnaire)["q"]
    return with_(e, dataclasses.replace(sheet, issued=(sheet.returned or 0) - 1))


def bands_that_leave_a_gap(e: Evaluation) -> Evaluation:
    lowest = Band(e.form.bands[-1].name, D(10))
    bands = (*e.form.bands[:-1], lowest)
    return dataclasses.replace(e, form=dataclasses.replace(e.form, bands=bands))


def a_target_far_exceeded(e: Evaluation) -> Evaluation:
    target = dataclasses.replace(targets()[1], name="人均服务量", operator="≥", actual=D(300))
    return with_(e, target)


def spending_above_the_budget(e: Evaluation) -> Evaluation:
    fund = e.table(FundLine)["f"]
    return requoted(settle(with_(e, dataclasses.replace(fund, contract=(fund.budget or D(0)) + 1))))


def a_base_date_before_the_project(e: Evaluation) -> Evaluation:
    start = e.overview.project_start
    assert start is not None
    return with_overview(e, base_date=start - timedelta(days=365))


def a_target_of_no_indicator(e: Evaluation) -> Evaluation:
    return with_(e, dataclasses.replace(targets()[0], indicator="gone"))


def a_missed_target_with_a_full_mark(e: Evaluation) -> Evaluation:
    return with_(e, dataclasses.replace(targets()[1], actual=D(31), indicator=a_full_leaf(e)))


def a_target_of_another_scope(e: Evaluation) -> Evaluation:
    leaf = e.form.leaves[0]
    return with_(
        e, dataclasses.replace(targets()[1], name=f"15秒{leaf.name}", actual=None, indicator=leaf.id)
    )


def a_false_figure_in_the_text(e: Evaluation) -> Evaluation:
    leaf = e.form.leaves[-1]
    return with_(
        e, Paragraph(id="x", text=f"其中{leaf.name}分值为 {leaf.full_mark + 3:f} 分。".removeprefix("其中"))
    )


def one_number_for_two_annexes(e: Evaluation) -> Evaluation:
    first, second = e.form.leaves[0].id, e.form.leaves[1].id
    return with_(
        e,
        dataclasses.replace(e.entry(first), basis_source="申请文件（附件 9）"),
        dataclasses.replace(e.entry(second), basis_source="尽调记录（附件 9）"),
    )


def a_review_without_reason(e: Evaluation) -> Evaluation:
    leaf = a_full_leaf(e)
    score = e.form[leaf].full_mark - D("0.1")
    return with_(e, Mark(id=mark_id(leaf, "复核"), indicator=leaf, stage="复核", score=score))


def a_rate_that_does_not_follow(e: Evaluation) -> Evaluation:
    return with_(e, dataclasses.replace(closing_rate(), rate=D("0.599")))


def more_closed_than_registered(e: Evaluation) -> Evaluation:
    return with_(
        e, dataclasses.replace(closing_rate(), name="办结率", numerator=D(153596), denominator=D(150473))
    )


def a_denominator_without_name(e: Evaluation) -> Evaluation:
    other = dataclasses.replace(closing_rate(), id="r2", denominator_name="", denominator=D(328010))
    return with_(e, closing_rate(), other)


def one_name_with_two_values(e: Evaluation) -> Evaluation:
    return with_(e, closing_rate(), dataclasses.replace(closing_rate(), id="r2", numerator=D(160000)))


def an_execution_rate_that_no_amount_gives(e: Evaluation) -> Evaluation:
    return with_(e, dataclasses.replace(e.table(FundLine)["f"], stated_rate=D("1.5")))


def closing_rate() -> StatedRate:
    return StatedRate(
        id="r1", name="在线办结比例", numerator_name="在线办结", numerator=D(170556), denominator_name="受理工单",
        denominator=D(321029),
    )  # fmt: skip


def an_opinion_without_answer(e: Evaluation) -> Evaluation:
    return with_(e, Opinion(id="new", text="应得满分"))


def an_opinion_refused_without_reason(e: Evaluation) -> Evaluation:
    return with_(e, Opinion(id="new", text="应得满分", adopted="不采纳"))


def an_adopted_opinion_that_changed_nothing(e: Evaluation) -> Evaluation:
    leaf = a_leaf_without_mark(e)
    return with_(e, Opinion(id="new", text="应得满分", adopted="采纳", indicator=leaf))


def a_changed_score_that_is_not_logged(e: Evaluation) -> Evaluation:
    return with_(
        changed_after_opinions(e),
        Opinion(id="new", text="有误", adopted="采纳", indicator=a_leaf_without_mark(e)),
    )


def a_changed_score_without_opinion(e: Evaluation) -> Evaluation:
    return changed_after_opinions(e)


def changed_after_opinions(e: Evaluation) -> Evaluation:
    leaf = a_leaf_without_mark(e)
    before = compute_scores(e)[leaf].score or D(0)
    after = before / 2 if before else e.form[leaf].full_mark
    return with_(
        e,
        Mark(
            id=mark_id(leaf, "征求意见后"), indicator=leaf, stage="征求意见后", score=after, reason="补交材料"
        ),
    )


def a_leaf_without_mark(e: Evaluation) -> str:
    said = {mark.indicator for mark in e.table(Mark).values()}
    said |= {opinion.indicator for opinion in e.table(Opinion).values()}
    return next(leaf.id for leaf in e.form.leaves if leaf.id not in said)


def a_level_that_did_not_sign(e: Evaluation) -> Evaluation:
    return without(e, e.table(SignOff)["s2"])


def no_review_at_all(e: Evaluation) -> Evaluation:
    return without(e, *e.table(SignOff).values(), *e.table(ReviewNote).values())


def an_edit_after_the_sign_off(e: Evaluation) -> Evaluation:
    return with_(e, dataclasses.replace(e.table(FundLine)["f"], explanation="已核对"))


def a_note_without_answer(e: Evaluation) -> Evaluation:
    return with_(e, ReviewNote(id="new", level="部门复核", text="请核对"))


def a_note_that_is_not_closed(e: Evaluation) -> Evaluation:
    return with_(e, ReviewNote(id="new", level="部门复核", text="请核对", answer="已核对"))


def a_reviewer_who_prepared(e: Evaluation) -> Evaluation:
    return with_(e, dataclasses.replace(e.table(SignOff)["s1"], by="甲"))


def one_person_on_two_levels(e: Evaluation) -> Evaluation:
    return with_(e, dataclasses.replace(e.table(SignOff)["s2"], by="乙"))


def a_note_about_ones_own(e: Evaluation) -> Evaluation:
    leaf = e.form.leaves[0].id
    note = ReviewNote(
        id="new", level="部门复核", reviewer="甲", text="请核对", answer="已核对", closed=True, indicator=leaf
    )
    return with_(e, note)


#: These are about the sign-offs themselves, which must stay as they are.
UNSIGNED = (
    a_level_that_did_not_sign,
    no_review_at_all,
    an_edit_after_the_sign_off,
    a_reviewer_who_prepared,
    one_person_on_two_levels,
)


def no_lead(e: Evaluation) -> Evaluation:
    return with_overview(e, lead="")


def a_score_rounded_early(e: Evaluation) -> Evaluation:
    digits = e.form.rounding.digits
    for scored in compute_scores(e).by_id.values():
        rule = scored.indicator.rule
        if rule is None or rule.kind == "deductions" or scored.computed is None:
            continue
        early = round_half_up(scored.computed, 0)
        wrong = abs(early - scored.computed) > D("0.005") and 0 < early <= scored.full_mark
        if digits > 0 and wrong:
            entry = dataclasses.replace(
                e.entry(scored.indicator.id), override=early, override_reason="按整数计"
            )
            return requoted(settle(with_(e, entry)))
    assume(False)
    raise AssertionError


def an_unknown_marker(e: Evaluation) -> Evaluation:
    return with_(e, Paragraph(id="x", text="合计 {没有这个}。"))


def a_talk_that_nobody_confirmed(e: Evaluation) -> Evaluation:
    return with_(e, dataclasses.replace(TALK, confirmed_by=""))


def a_deduction_on_a_statement_alone(e: Evaluation) -> Evaluation:
    line = a_line(e)
    stated = [
        dataclasses.replace(item, kind="说明材料")
        for item in e.table(Evidence).values()
        if any(e.links(from_kind="evidence", from_id=item.id, to_id=line.id))
        or any(e.links(from_kind="evidence", from_id=item.id, to_id=line.indicator))
    ]
    assume(stated)
    return with_(e, *stated)


def one_lower_unit_of_five(e: Evaluation) -> Evaluation:
    return with_(e, Sampling(id="s", title="乡镇抽样", counted="下级单位", population=5, drawn=1))


FAULTS: tuple[tuple[str, Callable[[Evaluation], Evaluation]], ...] = (
    ("K01", points_that_do_not_add_up),
    ("K02", a_mark_above_the_full_mark),
    ("K03", lines_that_explain_too_much),
    ("K03", a_deduction_without_reason),
    ("K04", a_deduction_without_evidence),
    ("K05", a_problem_without_deduction),
    ("K05", a_deduction_without_problem),
    ("K05", a_problem_without_advice),
    ("K06", an_override_without_reason),
    ("K07", a_standard_that_cannot_give_its_full_mark),
    ("K08", another_denominator),
    ("K08", a_rate_that_does_not_follow),
    ("K08", a_denominator_without_name),
    ("K08", one_name_with_two_values),
    ("K09", a_part_greater_than_its_whole),
    ("K09", more_closed_than_registered),
    ("K10", a_printed_rate_that_is_not_the_tally),
    ("K11", more_sheets_back_than_issued),
    ("K12", bands_that_leave_a_gap),
    ("K14", a_target_far_exceeded),
    ("K15", spending_above_the_budget),
    ("K15", an_execution_rate_that_no_amount_gives),
    ("K16", a_base_date_before_the_project),
    ("K08", a_target_of_another_scope),
    ("K17", a_target_of_no_indicator),
    ("K17", a_missed_target_with_a_full_mark),
    ("K19", a_false_figure_in_the_text),
    ("K20", one_number_for_two_annexes),
    ("K23", a_review_without_reason),
    ("K23", an_opinion_without_answer),
    ("K23", an_opinion_refused_without_reason),
    ("K23", an_adopted_opinion_that_changed_nothing),
    ("K23", a_changed_score_that_is_not_logged),
    ("K23", a_changed_score_without_opinion),
    ("K24", no_lead),
    ("K24", a_level_that_did_not_sign),
    ("K24", no_review_at_all),
    ("K24", an_edit_after_the_sign_off),
    ("K24", a_note_without_answer),
    ("K24", a_note_that_is_not_closed),
    ("K24", a_reviewer_who_prepared),
    ("K24", one_person_on_two_levels),
    ("K24", a_note_about_ones_own),
    ("K25", a_score_rounded_early),
    ("K26", an_unknown_marker),
    ("K31", a_talk_that_nobody_confirmed),
    ("K31", a_deduction_on_a_statement_alone),
    ("K32", one_lower_unit_of_five),
)


@pytest.mark.parametrize(("code", "plant"), FAULTS, ids=lambda value: getattr(value, "__name__", value))
def test_one_planted_fault_is_found_and_nothing_else(
    code: str, plant: Callable[[Evaluation], Evaluation]
) -> None:
    @PLANTED
    @given(consistent())
    def planted(evaluation: Evaluation) -> None:
        wrong = plant(evaluation)
        complaints = [
            f for f in run_checks(wrong if plant in UNSIGNED else signed(wrong)) if f.severity != "N"
        ]
        assert {f.code for f in complaints} == {code}, [f"{f.code} {f.where} {f.message}" for f in complaints]
        assert all(f.where and f.message.endswith("。") and f.remedy for f in complaints)

    planted()


@PLANTED
@given(consistent())
def test_weights_below_the_share_that_a_profile_asks_for(evaluation: Evaluation) -> None:
    found = run_checks(evaluation, limits=Limits(output_effect_share=D(99)))  # signed as it is
    assert codes(found) == ["WK13"]
    assert not codes(run_checks(evaluation, limits=Limits(output_effect_share=D(99), disabled=("K13",))))


def test_every_code_that_blocks_or_warns_is_planted() -> None:
    # K30 warns only where the day of the check is known (test_records).
    notices = {"K13", "K18", "K21", "K22", "K30"}
    assert {code for code, _ in FAULTS} | notices == set(CATALOGUE)


@PLANTED
@given(consistent())
def test_good_targets_raise_nothing(evaluation: Evaluation) -> None:
    assert not codes(run_checks(signed(with_(evaluation, *targets()))))
    swapped: Target = dataclasses.replace(targets()[1], operator="≥", actual=D(30))
    notices = [f.code for f in run_checks(with_(evaluation, swapped)) if f.severity == "N"]
    assert "K21" in notices
