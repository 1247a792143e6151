"""Typing sheets, whatever keys come: the sheet is always what was typed, and every step can be taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import ROOT, session
from workbench.domain.answers import plan_for, unpack
from workbench.domain.entities_survey import SHEETS, Sheet
from workbench.domain.evaluation import Entity, Option, Question, Questionnaire
from workbench.services.session import Session
from workbench.services.sheet_typing import SheetTyping
from workbench.services.survey_library import SurveyLibrary
from workbench.services.surveying import Surveying


def asked() -> Session:
    entities: list[Entity] = [Questionnaire(id="s1", title="问卷", way=SHEETS)]
    for number, (kind, options, skip) in enumerate(
        (("单选", 5, ""), ("多选", 12, ""), ("量表", 5, "q1:q1o1"), ("单选", 2, ""), ("文字", 0, "")), start=1
    ):
        entities.append(
            Question(
                id=f"q{number}",
                position=number,
                questionnaire="s1",
                text=f"题{number}",
                kind=kind,
                skip_if=skip,
            )
        )
        entities += [
            Option(id=f"q{number}o{n}", position=n, question=f"q{number}", label=str(n), weight=Decimal(1))
            for n in range(1, options + 1)
        ]
    return session(*entities)


def typing_on(opened: Session, typist: str = "甲", entry_pass: int = 1) -> SheetTyping:
    surveying = Surveying(opened, lambda: date(2022, 12, 15), SurveyLibrary(ROOT / "resources"))
    return SheetTyping(opened, surveying, "s1", entry_pass, typist)


@given(st.lists(st.sampled_from([*"0123459/+ABCZ", "back", "on", "words", "finish"]), max_size=60))
def test_whatever_is_pressed_the_sheet_is_what_is_shown(keys: list[str]) -> None:
    opened = asked()
    typing = typing_on(opened)
    questionnaire = opened.evaluation.get(Questionnaire, "s1")
    assert questionnaire is not None
    for key in keys:
        if key == "back":
            typing.back()
        elif key == "on":
            typing.forward()
        elif key == "words":
            typing.write(4, f"写 {len(keys)}|=\\n")
        elif key == "finish":
            assert typing.finish() == ""
            typing.go_on()
        else:
            typing.press(key)
        assert 0 <= typing.place <= len(typing.rows)
        sheet = typing.sheet
        kept = unpack(plan_for(opened.evaluation, questionnaire), sheet.answers) if sheet is not None else {}
        assert kept == typing.answers
    numbers = [sheet.number for sheet in opened.evaluation.table(Sheet).values()]
    assert len(numbers) == len(set(numbers))
    while opened.can_undo:
        opened.undo()
    assert not opened.evaluation.table(Sheet)


def test_a_condition_that_holds_no_more_asks_the_question_again() -> None:
    typing = typing_on(asked())
    typing.press("1")
    assert typing.passed_over(typing.rows[2])
    typing.back()
    typing.press("2")
    assert not typing.passed_over(typing.rows[2])


def test_the_second_pass_is_given_what_waits_for_this_person() -> None:
    opened = asked()
    surveying = Surveying(opened, lambda: date(2022, 12, 15), SurveyLibrary(ROOT / "resources"))
    surveying.set_double_entry("s1", "全部")
    first = typing_on(opened)
    for _ in range(2):
        first.press("2")
        assert first.finish() == ""
        first.go_on()
    assert typing_on(opened, "甲", 2).number == ""
    second = typing_on(opened, "乙", 2)
    assert (second.number, second.waiting()) == ("001", ["001", "002"])
    assert second.finish() == ""
    assert second.differing() == ("q1",)
    second.go_on()
    assert second.number == "002"
