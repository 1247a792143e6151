"""Questionnaire results: counts per option, the weighted rate, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from workbench.domain.amounts import exact, show_percent, show_plain
from workbench.domain.evaluation import Evaluation, Option, Question, Questionnaire


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
    options: tuple[OptionTally, ...]
    base: Fraction | None
    rate: Fraction | None
    expression: str = ""

    @property
    def counted(self) -> Fraction:
        """How many answers the options hold together."""
        return sum((tally.count for tally in self.options if tally.count is not None), Fraction(0))


def options_of(evaluation: Evaluation, question: Question) -> list[Option]:
    """The options of a question in their order."""
    return [option for option in evaluation.listed(Option) if option.question == question.id]


def questions_of(evaluation: Evaluation, questionnaire: Questionnaire) -> list[Question]:
    """The questions of a questionnaire in their order."""
    return [q for q in evaluation.listed(Question) if q.questionnaire == questionnaire.id]


def tally(evaluation: Evaluation, question: Question) -> Tally:
    """Count one question. Shares count on the question's base, or on the valid sheets."""
    questionnaire = evaluation.get(Questionnaire, question.questionnaire)
    valid = questionnaire.valid if questionnaire is not None else None
    stated = question.base if question.base is not None else valid
    options = tuple(_count(option, stated) for option in options_of(evaluation, question))
    counted = sum((o.count for o in options if o.count is not None), Fraction(0))
    base = counted or None
    rate, expression = None, ""
    weighted = [o for o in options if o.option.weight is not None]
    if base and weighted:
        points = sum((o.count * exact(o.option.weight or 0) for o in weighted if o.count), Fraction(0))
        rate = points / base
        terms = " + ".join(
            f"{show_plain(o.count)}×{show_plain(exact(o.option.weight or 0) * 100)}%"
            for o in weighted
            if o.count is not None
        )
        expression = f"({terms}) ÷ {show_plain(base)} = {show_percent(rate)}"
    shares = tuple(
        OptionTally(o.option, o.count, o.count / base if base and o.count is not None else o.share)
        for o in options
    )
    return Tally(question, questionnaire, shares, base, rate, expression)


def _count(option: Option, base: int | None) -> OptionTally:
    if option.count is not None:
        return OptionTally(option, Fraction(option.count), None)
    if option.share is not None:
        count = exact(option.share) * base if base is not None else None
        return OptionTally(option, count, exact(option.share))
    return OptionTally(option, None, None)


def recovery_rate(questionnaire: Questionnaire) -> Fraction | None:
    """有效回收率 = valid ÷ issued; nothing when the number issued is not known."""
    if not questionnaire.issued or questionnaire.valid is None:
        return None
    return Fraction(questionnaire.valid, questionnaire.issued)
