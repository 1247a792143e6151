"""One rate over several questions, how sure it is, groups, and figures that were signed off."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from fractions import Fraction
from math import sqrt

import pytest

from tests.domain.scored import evaluation_of
from tests.domain.surveys import questionnaire, scale, sheets_of, value
from tests.helpers import small_form
from workbench.domain.answers import Answer
from workbench.domain.changes import apply, putting
from workbench.domain.entities_survey import AnswerGroup, SurveyResult
from workbench.domain.evaluation import Entity, Evaluation, Option, Question, Questionnaire
from workbench.domain.sources import Sources
from workbench.domain.survey import tally
from workbench.domain.survey_results import (
    breakdown,
    changes_since,
    figures_of,
    number_summary,
    open_answers,
    overall,
    sample_advice,
    wilson,
)


def put(evaluation: Evaluation, *entities: Entity) -> Evaluation:
    for entity in entities:
        change = putting(evaluation, entity)
        evaluation = apply(evaluation, [change] if change else [])
    return evaluation


def counted(*counts: tuple[int, ...], **said: object) -> Evaluation:
    """Questions a, b … with these counts per option."""
    entities: list[Entity] = [questionnaire(way="直接计票", **said)]
    for place, numbers in enumerate(counts, start=1):
        question, *options = scale(chr(96 + place), place)
        entities.append(question)
        entities += [
            dataclasses.replace(option, count=number)  # type: ignore[type-var]
            for option, number in zip(options, numbers, strict=True)
        ]
    return evaluation_of(small_form(), entities)


def answered(*answers: dict[str, Answer], more: tuple[Entity, ...] = ()) -> Evaluation:
    state = evaluation_of(small_form(), [questionnaire(), *scale("a", 1), *scale("b", 2), *more])
    return put(state, *sheets_of(state, answers))


def asked(evaluation: Evaluation) -> Questionnaire:
    return evaluation.table(Questionnaire)["w"]


def test_the_published_rate_shows_how_it_came_about() -> None:
    evaluation = counted((10, 8, 1, 1, 0), valid=20)
    found = tally(evaluation, evaluation.table(Question)["a"])
    assert found.rate == Fraction(865, 1000)
    assert found.expression == "(10×100% + 8×80% + 1×60% + 1×30% + 0×0%) ÷ 20 = 86.50%"


def test_pooled_and_mean_differ_when_answers_are_missing() -> None:
    evaluation = counted((10, 0, 0, 0, 0), (0, 0, 0, 0, 30))
    pooled = overall(evaluation, asked(evaluation))
    assert (pooled.method, pooled.rate) == ("合并计算", Fraction(1, 4))
    assert pooled.expression == "(10 + 0) ÷ (10 + 30) = 25.00%"
    mean = overall(evaluation, dataclasses.replace(asked(evaluation), aggregation="各题平均"))
    assert (mean.method, mean.rate) == ("各题平均", Fraction(1, 2))
    assert mean.expression == "(100.00% + 0.00%) ÷ 2 题 = 50.00%"


def test_a_weighted_mean_names_the_weights_and_those_that_are_missing() -> None:
    evaluation = counted((10, 0, 0, 0, 0), (0, 10, 0, 0, 0), aggregation="加权平均")
    assert overall(evaluation, asked(evaluation)).fault == "第 1、2 题没有题目权重，不能加权平均。"
    for id_, weight in (("a", "0.6"), ("b", "0.4")):
        question = evaluation.table(Question)[id_]
        evaluation = put(evaluation, dataclasses.replace(question, weight=Decimal(weight)))
    found = overall(evaluation, asked(evaluation))
    assert found.rate == Fraction(92, 100)
    assert found.expression == "(100.00%×0.6 + 80.00%×0.4) ÷ 1 = 92.00%"


def test_an_indicator_can_take_the_combined_rate() -> None:
    evaluation = counted((10, 0, 0, 0, 0), (0, 0, 0, 0, 30))
    sources = Sources(evaluation)
    given = sources.resolve("survey:w")
    assert (given.number, given.text) == (Fraction(1, 4), "25.00%")
    assert given.origin == "问卷“问卷”（合并计算），有效 30 份"
    assert "survey:w" in [choice.source for choice in sources.choices()]


@pytest.mark.parametrize(("rate", "n"), [(Fraction(865, 1000), 20), (Fraction(1), 20), (Fraction(0), 5), (Fraction(1, 3), 1330)])  # fmt: skip
def test_the_interval_is_wilsons(rate: Fraction, n: int) -> None:
    z, p = 1.959964, float(rate)
    middle = (p + z * z / 2 / n) / (1 + z * z / n)
    spread = z * sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
    low, high = wilson(rate, n)
    assert float(low) == pytest.approx(max(middle - spread, 0), abs=1e-12)
    assert float(high) == pytest.approx(min(middle + spread, 1), abs=1e-12)


def test_advice_on_the_sample_is_a_sentence() -> None:
    evaluation = counted((10, 8, 1, 1, 0))
    assert sample_advice(tally(evaluation, evaluation.table(Question)["a"])) == (
        "样本 20 份，偏小：每一份最多影响 5.0%，95% 置信区间 65.7%–95.5%，报告中应写明样本量。"
    )


def test_groups_of_respondents_stand_beside_each_other() -> None:
    evaluation = answered(
        {"a": Answer(("a1",)), "b": Answer(("b1",))},
        {"a": Answer(("a1",)), "b": Answer(("b5",))},
        {"a": Answer(("a2",)), "b": Answer(("b2",))},
        {"a": Answer(("a2",))},
    )
    questions = evaluation.table(Question)
    found = breakdown(evaluation, questions["b"], questions["a"])
    assert [(g.option.id, g.base, g.rate) for g in found[:3]] == [
        ("a1", 2, Fraction(1, 2)),
        ("a2", 1, Fraction(4, 5)),
        ("a3", 0, None),
    ]


def test_numbers_and_open_answers_are_summed_up() -> None:
    more = (*value("n", 3, "数字"), *value("o", 4, "开放题"))
    evaluation = answered(
        {"n": Answer(text="３"), "o": Answer(text="人 太少")},
        {"n": Answer(text="10"), "o": Answer(text="人  太少")},
        {"n": Answer(text="很多"), "o": Answer(text="说话客气些")},
        {"n": Answer(text="5"), "o": Answer(text="不错")},
        more=more,
    )
    evaluation = put(
        evaluation,
        AnswerGroup(id="g", position=1, question="o", label="座席", answers="人 太少\n从没人说过"),
        AnswerGroup(id="h", position=2, question="o", label="态度", answers="说话客气些\n人 太少"),
    )
    numbers = number_summary(evaluation, evaluation.table(Question)["n"])
    assert (numbers.numbers, numbers.mean, numbers.median, numbers.least, numbers.most) == (3, 6, 5, 3, 10)
    assert numbers.strange == ("003：很多",)
    found = open_answers(evaluation, evaluation.table(Question)["o"])
    assert found.people == 4
    assert [(g.label, g.count, g.answers) for g in found.groups] == [
        ("座席", 2, (("人 太少", 2),)),
        ("态度", 1, (("说话客气些", 1),)),
    ]
    assert found.left == (("不错", 1),)


def test_what_changed_since_signing_off_is_listed_figure_by_figure() -> None:
    evaluation = counted((10, 8, 1, 1, 0), valid=20, issued=20)
    kept = SurveyResult(id="w", questionnaire="w", figures=figures_of(evaluation, asked(evaluation)))
    assert changes_since(evaluation, kept) == ()
    table = evaluation.table(Option)
    evaluation = put(
        evaluation,
        dataclasses.replace(table["a4"], weight=Decimal(0)),
        dataclasses.replace(asked(evaluation), valid=19),
    )
    assert [str(change) for change in changes_since(evaluation, kept)] == [
        "有效份数：20 → 19",
        "有效回收率：100.00% → 95.00%",
        "第 1 题“不太满意”权重：30% → 0%",
        "第 1 题a满意度：86.50% → 85.00%",
        "综合比率：86.50% → 85.00%",
    ]


def test_a_damaged_signed_off_result_shows_everything_as_new() -> None:
    evaluation = counted((10, 8, 1, 1, 0))
    changes = changes_since(evaluation, SurveyResult(id="w", questionnaire="w", figures="[1"))
    assert any(change.what == "第 1 题a满意度" and change.before == "" for change in changes)
