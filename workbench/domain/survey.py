"""Questionnaire results: counts per option, the weighted rate, and how it came about.

The counts of a question come from where its questionnaire says: typed per option (or as shares of a
stated base), from sheets, or from an imported file. Whatever the way, :func:`tally` is the one result.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from fractions import Fraction

from workbench.domain.amounts import exact, show_percent, show_plain
from workbench.domain.answer_counts import sheet_counts
from workbench.domain.asked import options_of, questions_of
from workbench.domain.entities_survey import COUNTS
from workbench.domain.evaluation import Evaluation, Option, Question, Questionnaire

__all__ = ["OptionTally", "Tally", "as_counted", "options_of", "questions_of", "recovery_rate", "tally"]


@dataclass(frozen=True, slots=True)
class OptionTally:
    """One option with its count and share; ``count`` may be derived from a stated share."""

    option: Option
    count: Fraction | None
    share: Fraction | None


@dataclass(frozen=True, slots=True)
class Tally:
    """The result of one question.

    ``rate`` is Σ(count × weight) ÷ ``base`` as a share of one (weights as in the questionnaire,
    not standardised; domain practice in 附件1 of the reports). ``expression`` shows it in figures.
    """

    question: Question
    questionnaire: Questionnaire | None
    """The questionnaire with its sheets as counted (:func:`as_counted`)."""
    options: tuple[OptionTally, ...]
    base: Fraction | None
    """The people whose answers the rate counts: those who answered, less those without a judgement."""
    rate: Fraction | None
    expression: str = ""
    share_base: Fraction | None = None
    """The people that shares are shares of: those who answered. Of a multiple choice people, not ticks."""
    blank: int | None = None
    """Valid sheets without an answer, where that is known."""
    unclear: int = 0
    """Answers that don't count: two ticks where one belongs, or unreadable."""

    @property
    def counted(self) -> Fraction:
        """How many answers the options hold together; of a multiple choice these are ticks."""
        return sum((tally.count for tally in self.options if tally.count is not None), Fraction(0))

    @property
    def base_name(self) -> str:
        """What the shares are shares of, in words: ``作答 18 人``; empty while nothing is counted."""
        if self.share_base is None:
            return ""
        word = "作答" if self.question.kind != "多选" or self.blank is not None else "有效问卷"
        left = f"（另有 {self.blank} 份未答）" if self.blank else ""
        return f"{word} {show_plain(self.share_base)} {'份' if word == '有效问卷' else '人'}{left}"


@dataclass(frozen=True, slots=True)
class _Counted:
    """What one way in says about a question."""

    options: tuple[OptionTally, ...]
    people: Fraction | None
    blank: int | None = None
    unclear: int = 0


def tally(evaluation: Evaluation, question: Question) -> Tally:
    """Count one question. Shares count on the question's base, or on the valid sheets."""
    questionnaire = evaluation.get(Questionnaire, question.questionnaire)
    options = options_of(evaluation, question)
    if questionnaire is None or questionnaire.way == COUNTS:
        counted = _from_counts(question, questionnaire, options)
    else:
        counted = _from_sheets(evaluation, question, questionnaire, options)
        questionnaire = as_counted(evaluation, questionnaire)
    base, rate, expression = _rate(question, counted)
    people = counted.people
    shares = tuple(
        OptionTally(o.option, o.count, o.count / people if people and o.count is not None else o.share)
        for o in counted.options
    )
    return Tally(
        question, questionnaire, shares, base, rate, expression, people, counted.blank, counted.unclear
    )


def _from_counts(question: Question, questionnaire: Questionnaire | None, options: list[Option]) -> _Counted:
    valid = questionnaire.valid if questionnaire is not None else None
    stated = question.base if question.base is not None else valid
    found = tuple(_count(option, stated) for option in options)
    together = sum((o.count for o in found if o.count is not None), Fraction(0))
    if question.kind == "多选":
        return _Counted(found, Fraction(stated) if stated and together else None)
    return _Counted(found, together or None)


def _from_sheets(
    evaluation: Evaluation, question: Question, questionnaire: Questionnaire, options: list[Option]
) -> _Counted:
    counts = sheet_counts(evaluation, questionnaire)
    if question.kind == "多选":
        ticks = counts.ticks(question)
        found = tuple(OptionTally(o, Fraction(ticks.by_option.get(o.id, 0)), None) for o in options)
        return _Counted(found, Fraction(ticks.answered) or None, ticks.blank, ticks.unclear)
    chosen = counts.choice(question)
    found = tuple(OptionTally(o, Fraction(chosen.by_option.get(o.id, 0)), None) for o in options)
    together = sum((o.count for o in found if o.count is not None), Fraction(0))
    # What was chosen and is no option any more counts for nothing, and is seen.
    gone = sum(chosen.by_option.values()) - int(together)
    return _Counted(found, together or None, chosen.blank, chosen.unclear + gone)


def _rate(question: Question, counted: _Counted) -> tuple[Fraction | None, Fraction | None, str]:
    """The base of the rate, the rate, and both in figures."""
    people = counted.people
    if people is None:
        return None, None, ""
    silent = [o for o in counted.options if o.option.no_answer and o.count]
    base = people - sum((o.count or Fraction(0) for o in silent), Fraction(0))
    judged = [o for o in counted.options if not o.option.no_answer]
    weighted = [o for o in judged if o.option.weight is not None]
    if question.kind == "多选" or base <= 0 or not weighted:
        return base if base > 0 else None, None, ""
    points = sum((o.count * exact(o.option.weight or 0) for o in weighted if o.count), Fraction(0))
    rate = points / base
    terms = " + ".join(_term(o) for o in judged if o.count is not None)
    left = f"（{show_plain(people)} 减未表态 {show_plain(people - base)}）" if silent else ""
    return base, rate, f"({terms}) ÷ {show_plain(base)}{left} = {show_percent(rate)}"


def _term(tally: OptionTally) -> str:
    count = show_plain(tally.count or 0)
    if tally.option.weight is None:
        return f"{count}×0（“{tally.option.label}”无权重）"
    return f"{count}×{show_plain(exact(tally.option.weight) * 100)}%"


def _count(option: Option, base: int | None) -> OptionTally:
    if option.count is not None:
        return OptionTally(option, Fraction(option.count), None)
    if option.share is not None:
        count = exact(option.share) * base if base is not None else None
        return OptionTally(option, count, exact(option.share))
    return OptionTally(option, None, None)


def as_counted(evaluation: Evaluation, questionnaire: Questionnaire) -> Questionnaire:
    """The questionnaire with 回收份数 and 有效份数 as its sheets give them, where there are sheets.

    What was stated as returned stays: not every sheet that came back may have been typed yet.
    """
    if questionnaire.way == COUNTS:
        return questionnaire
    counts = sheet_counts(evaluation, questionnaire)
    if not counts.returned:
        return questionnaire
    returned = counts.returned if questionnaire.returned is None else questionnaire.returned
    return dataclasses.replace(questionnaire, returned=returned, valid=counts.valid)


def recovery_rate(questionnaire: Questionnaire) -> Fraction | None:
    """有效回收率 = valid ÷ issued; nothing when the number issued is not known."""
    if not questionnaire.issued or questionnaire.valid is None:
        return None
    return Fraction(questionnaire.valid, questionnaire.issued)
