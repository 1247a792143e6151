"""Sheets that are not settled, counts that disagree with them, and a published rate that is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from tests.domain.scored import evaluation_of
from tests.domain.surveys import questionnaire, scale, sheets_of, ticks
from tests.helpers import small_form
from workbench.domain.answers import Answer
from workbench.domain.changes import apply, putting
from workbench.domain.checks import Finding, Severity, run_checks
from workbench.domain.entities_survey import EVERY_SECOND, IN_PROGRESS, Sheet, SurveyResult
from workbench.domain.evaluation import Entity, Evaluation, Option, Question, Questionnaire
from workbench.domain.survey_results import figures_of


def put(evaluation: Evaluation, *entities: Entity) -> Evaluation:
    for entity in entities:
        change = putting(evaluation, entity)
        evaluation = apply(evaluation, [change] if change else [])
    return evaluation


def answered(answers: Sequence[dict[str, Answer]], **said: object) -> Evaluation:
    state = evaluation_of(small_form(), [questionnaire(**said), *scale("a", 1), *ticks("b", 2, "甲乙")])
    state = put(state, dataclasses.replace(state.table(Question)["b"], text="另有几问"))
    return put(state, *sheets_of(state, answers))


def found(evaluation: Evaluation, part: str) -> list[Finding]:
    return [f for f in run_checks(evaluation) if f.code in {"K10", "K11"} and f.key.endswith(f":{part}")]


FULL = {"a": Answer(("a1",)), "b": Answer(("b1",))}


def test_complete_sheets_are_in_order() -> None:
    findings = [f for f in run_checks(answered([FULL] * 40)) if f.place.page == "survey"]
    assert findings == []


def test_a_published_rate_is_contradicted_with_both_figures_and_the_likely_cause() -> None:
    """Ten, eight, one, one, none: 86.50 %, not the 85 % of the sheet, which takes the fourth level for zero."""
    question, *options = scale("a", 1)
    assert isinstance(question, Question)
    entities: list[Entity] = [
        questionnaire(way="直接计票", issued=20, returned=20, valid=20),
        dataclasses.replace(question, stated_rate=Decimal("0.85")),
    ]
    entities += [
        dataclasses.replace(option, count=count)  # type: ignore[type-var]
        for option, count in zip(options, (10, 8, 1, 1, 0), strict=True)
    ]
    evaluation = evaluation_of(small_form(), entities)
    finding = next(f for f in run_checks(evaluation) if f.code == "K10")
    assert finding.message == "来稿写 85.00%，按权重 100/80/60/30/0 重算为 86.50%。"
    assert finding.detail == (
        "(10×100% + 8×80% + 1×60% + 1×30% + 0×0%) ÷ 20 = 86.50%。可能的原因：第四档“不太满意”按 0 计。"
    )
    assert (finding.expected, finding.found, finding.difference) == ("86.50%", "85.00%", "-1.50 个百分点")


def test_an_option_without_judgement_needs_no_weight() -> None:
    state = answered([FULL] * 40)
    silent = Option(id="a6", position=6, question="a", label="不清楚", no_answer=True)
    assert not found(put(state, silent), "weights")
    assert found(put(state, dataclasses.replace(silent, no_answer=False)), "weights")


def test_passes_that_differ_are_told_without_an_answer() -> None:
    state = answered([FULL] * 40, double_entry=EVERY_SECOND)
    first = state.table(Sheet)["s1"]
    second = dataclasses.replace(first, id="t1", entry_pass=2, typist="乙", answers="2" + first.answers[1:])
    (different,) = found(put(state, second), "different")
    assert different.severity is Severity.WARNING
    assert different.message == "1 份答卷两遍录入不一致（001），现按首录计票。"
    (waiting,) = found(put(state, second), "second")
    assert "还有 39 份没有完成（002、003、004、005、006 等）" in waiting.message
    same = dataclasses.replace(second, answers=first.answers, same_person_reason="只有一人")
    (alone,) = found(put(state, same), "same")
    assert alone.detail == "理由：只有一人"


def test_half_typed_and_faulty_sheets_are_listed() -> None:
    state = answered([FULL] * 40)
    state = put(
        state,
        dataclasses.replace(state.table(Sheet)["s2"], state=IN_PROGRESS),
        dataclasses.replace(state.table(Sheet)["s3"], answers="?10"),
    )
    assert [f.message for f in found(state, "half")] == ["1 份答卷没有录完（002），没有计票。"]
    (faulty,) = found(state, "faults")
    assert faulty.detail == "003：答案无法辨认或单选多勾"
    (unclear,) = found(state, "unclear")
    assert "第 1 题有 1 份答案无法辨认" in unclear.message


def test_stated_sheets_are_compared_with_those_that_are_there() -> None:
    (valid,) = found(answered([FULL] * 40, returned=45, valid=41), "valid")
    assert (valid.expected, valid.found, valid.difference) == ("40", "41", "+1")
    (returned,) = found(answered([FULL] * 40, returned=45), "returned")
    assert "还有 5 份没有录入" in returned.message
    (less,) = found(answered([FULL] * 40, returned=39), "returned")
    assert less.severity is Severity.WARNING


def test_a_question_that_many_left_out_is_pointed_out() -> None:
    (blank,) = found(answered([FULL] * 35 + [{"b": Answer(("b1",))}] * 5), "blank")
    assert blank.message == "第 1 题有 5 份未答（12.5%），比率按已答的计算。"


def test_figures_that_changed_since_signing_off_are_listed() -> None:
    state = answered([FULL] * 40)
    asked = state.table(Questionnaire)["w"]
    state = put(state, SurveyResult(id="w", questionnaire="w", figures=figures_of(state, asked)))
    assert not found(state, "frozen")
    changed = put(state, dataclasses.replace(state.table(Sheet)["s1"], answers="2" + "10"))
    (frozen,) = found(changed, "frozen")
    assert "第 1 题“非常满意”人数：40 → 39" in frozen.message
    assert "第 1 题a满意度：100.00% → 99.50%" in frozen.detail
