"""Packed answers come back, whatever was typed and whatever becomes of the questions."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.scored import evaluation_of
from tests.domain.surveys import questionnaire, scale, sheets_of, ticks, value
from tests.helpers import small_form
from workbench.domain.answers import Answer, Plan, grown, pack, plan_for, plan_of, unpack
from workbench.domain.asked import options_of, questions_of
from workbench.domain.changes import apply, putting, removing
from workbench.domain.evaluation import Entity, Evaluation, Option, Question, Questionnaire
from workbench.domain.survey import tally


def asked() -> list[Entity]:
    return [questionnaire(), *scale("a", 1), *ticks("b", 2, "甲乙丙"), *value("c", 3), *value("n", 4, "数字")]


def state(*more: Entity) -> Evaluation:
    return evaluation_of(small_form(), [*asked(), *more])


def put(evaluation: Evaluation, *entities: Entity) -> Evaluation:
    for entity in entities:
        change = putting(evaluation, entity)
        evaluation = apply(evaluation, [change] if change else [])
    return evaluation


def plan(evaluation: Evaluation) -> Plan:
    return plan_for(evaluation, evaluation.table(Questionnaire)["w"])


options = st.lists(st.sampled_from(["b1", "b2", "b3"]), min_size=1, unique=True).map(
    lambda chosen: tuple(sorted(chosen))
)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(lambda t: t.replace("\r", ""))
answered = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from([f"a{n}" for n in range(1, 6)]).map(lambda id_: Answer((id_,)))
        | st.just(Answer(unclear=True)),
        "b": options.map(Answer),
        "c": texts.filter(bool).map(lambda text: Answer(text=text)),
        "n": st.decimals(-9999, 9999, places=2).map(lambda number: Answer(text=str(number))),
    },
)


@given(answered)
def test_what_was_packed_comes_back(answers: dict[str, Answer]) -> None:
    places = plan(state())
    found = unpack(places, pack(places, answers))
    assert found == {id_: answer for id_, answer in answers.items() if answer != Answer()}


def test_a_sheet_is_a_few_characters() -> None:
    answers = {
        "a": Answer(("a3",)),
        "b": Answer(("b1", "b3")),
        "c": Answer(text="请增加\n座席|人手\\"),
        "n": Answer(text="12"),
    }
    packed = pack(plan(state()), answers)
    assert packed == "3101**|4=请增加\\n座席\\p人手\\\\|5=12"
    assert plan_of(plan(state()).text) == plan(state())


def test_two_ticks_where_one_belongs_do_not_count() -> None:
    places = plan(state())
    assert unpack(places, pack(places, {"a": Answer(("a1", "a2"))})) == {"a": Answer(unclear=True)}


def test_a_strange_option_is_not_kept() -> None:
    with pytest.raises(KeyError):
        pack(plan(state()), {"a": Answer(("z",))})
    with pytest.raises(KeyError):
        pack(plan(state()), {"gone": Answer(text="x")})


def test_answers_stay_with_their_questions_when_the_questionnaire_changes() -> None:
    """Options moved and added, a question removed and another added: every older answer keeps its meaning."""
    before = state()
    filled = put(before, *sheets_of(before, [{"a": Answer(("a2",)), "b": Answer(("b2",))}]))
    table = filled.table(Option)
    changed = put(
        filled,
        dataclasses.replace(table["a2"], position=9),
        Option(id="a0", position=0, question="a", label="极满意"),
        Option(id="b0", position=0, question="b", label="丁"),
        *value("d", 0),
    )
    gone = changed.table(Question)["c"]
    changed = apply(changed, removing(changed, gone))
    fresh = plan(changed)
    sheet = next(iter(changed.tables["sheet"].values()))
    assert unpack(fresh, sheet.answers) == {"a": Answer(("a2",)), "b": Answer(("b2",))}  # type: ignore[union-attr]
    added = pack(fresh, {"a": Answer(("a0",)), "b": Answer(("b0", "b1")), "d": Answer(text="好")})
    assert unpack(fresh, added) == {
        "a": Answer(("a0",)),
        "b": Answer(("b1", "b0")),
        "d": Answer(text="好"),
    }
    one = tally(changed, changed.table(Question)["a"])
    assert [o.count for o in one.options] == [0, 0, 0, 0, 0, 1]
    several = tally(changed, changed.table(Question)["b"])
    assert (several.share_base, [o.count for o in several.options]) == (1, [0, 0, 1, 0])


def test_a_question_whose_kind_changed_keeps_its_old_places() -> None:
    evaluation = state()
    changed = dataclasses.replace(evaluation.table(Question)["a"], kind="多选")
    after = put(evaluation, changed)
    places = grown(
        plan(evaluation), [(q, options_of(after, q)) for q in questions_of(after, questionnaire())]
    )
    assert places.columns[: len(plan(evaluation).columns)] == plan(evaluation).columns
    assert len(places.places("a", "tick")) == 5


def test_a_blank_is_no_answer_and_never_the_lowest_option() -> None:
    filled = state()
    filled = put(
        filled,
        *sheets_of(filled, [{"a": Answer(("a1",))}, {}, {"a": Answer(unclear=True)}, {"a": Answer(("a5",))}]),
    )
    found = tally(filled, filled.table(Question)["a"])
    assert (found.base, found.blank, found.unclear) == (2, 1, 1)
    assert found.rate == Fraction(1, 2)
    assert found.base_name == "作答 2 人（另有 1 份未答）"


def test_a_multiple_choice_has_people_as_its_base_not_ticks() -> None:
    filled = state()
    answers = [
        {"b": Answer(("b1", "b2", "b3"))},
        {"b": Answer(("b1",))},
        {},
        {"b": Answer(("b1", "b2"))},
    ]
    filled = put(filled, *sheets_of(filled, answers))
    found = tally(filled, filled.table(Question)["b"])
    assert (found.share_base, found.blank, found.counted) == (3, 1, 6)
    assert [o.share for o in found.options] == [1, Fraction(2, 3), Fraction(1, 3)]


def test_a_multiple_choice_typed_as_counts_has_the_valid_sheets_as_its_base() -> None:
    question, *options = ticks("b", 2, "甲乙丙")
    counted = [
        dataclasses.replace(option, count=count)  # type: ignore[type-var]
        for option, count in zip(options, (30, 20, 10), strict=True)
    ]
    asked_ = questionnaire(way="直接计票", valid=40)
    found = tally(evaluation_of(small_form(), [asked_, question, *counted]), question)  # type: ignore[arg-type]
    assert [o.share for o in found.options] == [Fraction(3, 4), Fraction(1, 2), Fraction(1, 4)]
    assert found.base_name == "有效问卷 40 份"


def test_whoever_gives_no_judgement_is_counted_but_not_in_the_base_of_the_rate() -> None:
    entities = scale("a", 1)
    silent = Option(id="a6", position=6, question="a", label="不清楚", no_answer=True, count=5)
    counted = [
        dataclasses.replace(option, count=count)  # type: ignore[type-var]
        for option, count in zip(entities[1:], (10, 8, 1, 1, 0), strict=True)
    ]
    asked_ = questionnaire(way="直接计票", valid=25)
    evaluation = evaluation_of(small_form(), [asked_, entities[0], *counted, silent])
    found = tally(evaluation, entities[0])  # type: ignore[arg-type]
    assert (found.base, found.share_base, found.rate) == (20, 25, Fraction(865, 1000))
    assert found.expression.endswith("÷ 20（25 减未表态 5） = 86.50%")


def test_an_option_without_weight_is_seen_in_the_expression() -> None:
    entities = scale("a", 1)
    counted = [dataclasses.replace(option, count=5) for option in entities[1:]]  # type: ignore[type-var]
    counted[4] = dataclasses.replace(counted[4], weight=None)  # type: ignore[type-var]
    evaluation = evaluation_of(small_form(), [questionnaire(way="直接计票"), entities[0], *counted])
    assert "5×0（“非常不满意”无权重）" in tally(evaluation, entities[0]).expression  # type: ignore[arg-type]
