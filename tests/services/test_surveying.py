"""Sheets typed by two people: who may, what is found, what both passes got wrong."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

from tests.domain.surveys import questionnaire, scale, ticks, value
from tests.helpers import ROOT, session
from workbench.domain.answers import Answer
from workbench.domain.double_entry import Stage, drawn, plan_sentence
from workbench.domain.entities_survey import (
    COUNTS,
    EVERY_SECOND,
    NTH_SECOND,
    RANDOM_SECOND,
    SHEETS,
    AnswerGroup,
    Sheet,
)
from workbench.domain.evaluation import Option, Question, Questionnaire
from workbench.domain.survey import as_counted, recovery_rate, tally
from workbench.errors import WorkbenchError
from workbench.services.session import Session
from workbench.services.survey_library import SurveyLibrary
from workbench.services.surveying import Surveying


def desk(**said: object) -> tuple[Session, Surveying]:
    opened = session(questionnaire(**said), *scale("a", 1), *ticks("b", 2, "甲乙"), *value("c", 3))
    return opened, Surveying(opened, lambda: date(2022, 11, 24), SurveyLibrary(ROOT / "resources"))


def fill(
    surveying: Surveying, number: str, option: int, typist: str, *, entry_pass: int = 1, reason: str = ""
) -> Stage:
    sheet = surveying.begin("w", number, typist, entry_pass=entry_pass, reason=reason)
    return surveying.submit(sheet, {"a": Answer((f"a{option}",)), "b": Answer(("b1",))}).stage


class _Refused:
    def __init__(self, code: str) -> None:
        self._code = code

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, _: object) -> bool:
        assert isinstance(error, WorkbenchError), f"nothing was refused, {self._code} expected"
        assert error.code == self._code
        return True


def test_a_sheet_goes_from_empty_to_settled_through_two_people() -> None:
    _, surveying = desk(double_entry=EVERY_SECOND)
    assert surveying.status("w", "001").stage is Stage.EMPTY
    sheet = surveying.begin("w", "001", "甲")
    sheet = surveying.save(sheet, {"a": Answer(("a1",))})
    assert surveying.status("w", "001").stage is Stage.FIRST
    assert surveying.submit(sheet, {"a": Answer(("a1",)), "b": Answer(("b1",))}).stage is Stage.FIRST_DONE
    again = surveying.begin("w", "001", "乙", entry_pass=2)
    assert again.answers == "", "the second person starts from the paper"
    surveying.save(again, {"a": Answer(("a1",))})
    assert surveying.status("w", "001").stage is Stage.SECOND
    assert fill(surveying, "001", 1, "乙", entry_pass=2) is Stage.DEFINITIVE
    assert surveying.waiting("w") == []


def test_a_difference_names_the_question_and_corrections_are_blind() -> None:
    _, surveying = desk(double_entry=EVERY_SECOND)
    fill(surveying, "001", 1, "甲")
    assert fill(surveying, "001", 2, "乙", entry_pass=2) is Stage.DIFFERENT
    status = surveying.status("w", "001")
    assert status.differing == ("a",)
    assert status.first is not None
    assert status.first.first_answers == ""
    corrected = surveying.save(status.first, {"a": Answer(("a2",)), "b": Answer(("b1",))})
    assert corrected.first_answers.startswith("1")
    assert surveying.status("w", "001").stage is Stage.DEFINITIVE
    first, second = surveying.error_rates("w")
    assert (first.sheets, first.answers, first.wrong) == (1, 3, 1)
    assert (second.answers, second.wrong) == (3, 0)
    assert first.rate is not None
    assert second.rate == 0


def test_the_same_person_is_refused_or_gives_a_reason_that_is_kept() -> None:
    _, surveying = desk(double_entry=EVERY_SECOND)
    fill(surveying, "001", 1, "甲")
    assert surveying.waiting("w", "甲") == []
    assert surveying.waiting("w", "乙") == ["001"]
    with _Refused("same-person"):
        surveying.begin("w", "001", " 甲 ", entry_pass=2)
    fill(surveying, "001", 1, "甲", entry_pass=2, reason="现场仅一人")
    second = surveying.status("w", "001").second
    assert second is not None
    assert second.same_person_reason == "现场仅一人"


def test_faults_are_settled_before_the_second_pass() -> None:
    opened, surveying = desk(double_entry=EVERY_SECOND)
    asked = opened.evaluation.table(Question)["a"]
    opened.put(dataclasses.replace(asked, required=True))
    sheet = surveying.begin("w", "001", "甲")
    status = surveying.submit(sheet, {"b": Answer(("b1",))})
    assert status.stage is Stage.FAULTY
    assert [(f.question, f.what) for f in status.faults] == [("a", "必答题未作答")]
    with _Refused("has-faults"):
        surveying.begin("w", "001", "乙", entry_pass=2)
    assert status.first is not None
    surveying.accept_faults(status.first)
    assert surveying.status("w", "001").stage is Stage.FIRST_DONE


def test_numbers_go_on_and_none_is_taken_twice() -> None:
    _, surveying = desk()
    assert surveying.next_number("w") == "001"
    fill(surveying, "GZ-009", 1, "甲")
    assert surveying.next_number("w") == "GZ-010"
    with _Refused("number-taken"):
        surveying.begin("w", "GZ-009", "甲")
    with _Refused("no-number"):
        surveying.begin("w", "  ", "甲")
    fill(surveying, "GZ-010", 1, "甲")
    with _Refused("number-taken"):
        surveying.renumber("w", "GZ-010", "GZ-009")
    surveying.renumber("w", "GZ-010", "GZ-020")
    assert [s.number for s in surveying.statuses("w")] == ["GZ-009", "GZ-020"]
    surveying.remove("w", "GZ-020")
    assert [s.number for s in surveying.statuses("w")] == ["GZ-009"]


def test_void_sheets_came_back_but_are_not_valid() -> None:
    opened, surveying = desk(issued=5)
    for number in ("001", "002", "003", "004"):
        fill(surveying, number, 1, "甲")
    assert surveying.void("w", ["002"], "整份空白") == 1
    counted = as_counted(opened.evaluation, surveying.questionnaire("w"))
    assert (counted.returned, counted.valid) == (4, 3)
    rate = recovery_rate(counted)
    assert rate is not None
    assert rate == Decimal(3) / 5
    surveying.void("w", ["002"], "")
    assert as_counted(opened.evaluation, surveying.questionnaire("w")).valid == 4


def test_a_draw_is_exact_in_every_stretch_and_can_be_repeated() -> None:
    _, surveying = desk()
    surveying.set_double_entry("w", RANDOM_SECOND, share=Decimal("0.5"))
    asked = surveying.questionnaire("w")
    assert len(asked.double_seed) == 8
    sheets = [Sheet(id=f"{n}", position=n, questionnaire="w", number=f"{n}") for n in range(1, 61)]
    chosen = [drawn(asked, sheet) for sheet in sheets]
    assert [sum(chosen[start : start + 20]) for start in (0, 20, 40)] == [10, 10, 10]
    assert chosen == [drawn(asked, sheet) for sheet in sheets]
    assert asked.double_seed in plan_sentence(asked)
    surveying.set_double_entry("w", NTH_SECOND, every=5)
    every = surveying.questionnaire("w")
    assert [n for n, sheet in enumerate(sheets[:12], 1) if drawn(every, sheet)] == [1, 6, 11]
    with _Refused("bad-sample"):
        surveying.set_double_entry("w", NTH_SECOND)


def test_ways_are_never_mixed_and_switching_asks() -> None:
    opened, surveying = desk()
    fill(surveying, "001", 1, "甲")
    with _Refused("other-way"):
        surveying.set_way("w", COUNTS)
    surveying.set_way("w", COUNTS, discard=True)
    assert not opened.evaluation.table(Sheet)
    opened.put(Option(id="a1", position=1, question="a", label="非常满意", weight=Decimal(1), count=10))
    with _Refused("other-way"):
        surveying.begin("w", "001", "甲")
    with _Refused("other-way"):
        surveying.set_way("w", SHEETS)
    surveying.set_way("w", SHEETS, discard=True)
    assert opened.evaluation.table(Option)["a1"].count is None
    opened.undo()
    opened.undo()
    opened.undo()
    assert [sheet.number for sheet in opened.evaluation.table(Sheet).values()] == ["001"]


def test_the_plan_and_the_first_sheet_are_one_step() -> None:
    opened, surveying = desk()
    fill(surveying, "001", 1, "甲")
    assert opened.evaluation.table(Questionnaire)["w"].columns
    opened.undo()
    assert not opened.evaluation.table(Questionnaire)["w"].columns
    assert not opened.evaluation.table(Sheet)


def test_a_returned_sheet_keeps_what_was_submitted_first() -> None:
    opened, surveying = desk()
    fill(surveying, "001", 1, "甲")
    first = surveying.status("w", "001").first
    assert first is not None
    surveying.reopen(first)
    assert surveying.status("w", "001").stage is Stage.FIRST
    assert tally(opened.evaluation, opened.evaluation.table(Question)["a"]).base is None
    assert fill(surveying, "001", 3, "甲") is Stage.DEFINITIVE
    again = surveying.status("w", "001").first
    assert again is not None
    assert again.first_answers == first.answers


def test_weights_fit_the_options_or_are_refused() -> None:
    opened, surveying = desk()
    surveying.set_weights("a", [Decimal(w) / 100 for w in (100, 75, 50, 25, 0)])
    assert opened.evaluation.table(Option)["a4"].weight == Decimal("0.25")
    with _Refused("other-length"):
        surveying.set_weights("a", [Decimal(1)])


def test_open_answers_are_in_one_group_each() -> None:
    opened, surveying = desk()
    surveying.group("c", "座席", ["增加座席", "人 太少"])
    surveying.group("c", "态度", ["人 太少", "说话客气些"])
    groups = {g.label: g.answers.split("\n") for g in opened.evaluation.table(AnswerGroup).values()}
    assert groups == {"座席": ["增加座席"], "态度": ["人 太少", "说话客气些"]}


def test_a_result_is_signed_off_once_the_passes_agree_and_later_edits_show() -> None:
    _, surveying = desk(double_entry=EVERY_SECOND)
    with _Refused("nothing-counted"):
        surveying.freeze("w", "甲")
    fill(surveying, "001", 1, "甲")
    fill(surveying, "001", 2, "乙", entry_pass=2)
    with _Refused("not-settled"):
        surveying.freeze("w", "甲")
    second = surveying.status("w", "001").second
    assert second is not None
    surveying.save(second, {"a": Answer(("a1",)), "b": Answer(("b1",))})
    result = surveying.freeze("w", "组长")
    assert (result.frozen, result.by) == (date(2022, 11, 24), "组长")
    assert surveying.changes_since_frozen("w") == ()
    fill(surveying, "002", 5, "甲")
    changes = {change.what: (change.before, change.after) for change in surveying.changes_since_frozen("w")}
    assert changes["有效份数"] == ("1", "2")
    assert changes["第 1 题a满意度"] == ("100.00%", "50.00%")
    surveying.unfreeze("w")
    assert surveying.changes_since_frozen("w") == ()


def test_a_ready_questionnaire_is_added_as_one_step() -> None:
    opened, surveying = desk()
    id_ = surveying.add_from_library("hotline-callers")
    assert opened.evaluation.table(Questionnaire)[id_].position == 1
    opened.undo()
    assert list(opened.evaluation.table(Questionnaire)) == ["w"]
