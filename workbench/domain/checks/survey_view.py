"""What the checks of questionnaires share: places, bindings, options that count."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from workbench.domain.amounts import show_plain
from workbench.domain.checks.finding import Spot
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Input, Question
from workbench.domain.rules.base import InputSpec
from workbench.domain.scoring import IndicatorScore
from workbench.domain.survey import OptionTally, Tally

#: What a result of a questionnaire is worked out from.
SURVEY = ("questionnaire", "question", "option", "sheet", "sheet_batch")


def judged(tally: Tally) -> list[OptionTally]:
    """The options that give a judgement; 不清楚 and the like are not in the base of the rate."""
    return [o for o in tally.options if not o.option.no_answer]


def weights_text(tally: Tally) -> str:
    """``100/80/60/30/0``."""
    return "/".join(show_plain((o.option.weight or Decimal(0)) * 100) for o in judged(tally))


def at_question(view: View, code: str, question: Question, *, field: str = "", part: str = "") -> Spot:
    """A spot at one question on the page of questionnaires."""
    name = question.name or question.text
    return view.at(code, "survey", "question", question.id, name, field=field, part=part)


def bound_questions(view: View) -> Iterator[tuple[IndicatorScore, InputSpec, Input | None, Question]]:
    """Every rule input that the standard or the evaluator binds to a question."""
    table = view.evaluation.table(Question)
    by_code = {question.code: question for question in table.values() if question.code}
    for scored in view.bound("survey:"):
        for spec in view.specs(scored.indicator):
            said = view.said(scored.indicator.id, spec.key)
            source = said.source if said is not None and said.source not in {"", "manual"} else spec.source
            kind, _, key = source.partition(":")
            question = (table.get(key) or by_code.get(key)) if kind == "survey" else None
            if question is not None:
                yield scored, spec, said, question
