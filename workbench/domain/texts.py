"""Sentences with bound figures: ``得 {得分} 分`` says what the evaluation says now, never what it once said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.domain.amounts import show, show_percent, show_plain
from workbench.domain.evaluation import Evaluation, Input, Question, Questionnaire, input_id
from workbench.domain.rules.base import Given
from workbench.domain.scoring import IndicatorScore

_BOUND = re.compile(r"\{([^{}\n]{1,40})\}")


def figures(evaluation: Evaluation, scored: IndicatorScore) -> dict[str, str]:
    """Every name that a sentence about this indicator may bind, with its text as of now.

    ``得分`` ``分值`` ``扣分`` ``得分率``; each rule input by its label and by what its source calls it;
    of a questionnaire behind an input ``发放份数`` ``回收份数`` ``有效份数``.
    """
    digits = evaluation.form.rounding.digits
    found = {"分值": show_plain(scored.full_mark)}
    if scored.score is not None:
        found["得分"] = show(scored.score, digits)
    if scored.deducted is not None:
        found["扣分"] = show(scored.deducted, digits)
    if scored.rate is not None:
        found["得分率"] = show_percent(scored.rate)
    rule = scored.indicator.rule
    for spec in rule.inputs() if rule is not None else ():
        given = (scored.given or {}).get(spec.key, Given(None))
        if given.text:
            found.setdefault(spec.label, given.text)
            found.setdefault(spec.key, given.text)
            if given.name:
                found.setdefault(given.name, given.text)
        said = evaluation.get(Input, input_id(scored.indicator.id, spec.key))
        _add_sheets(evaluation, (said.source if said is not None else "") or spec.source, found)
    return found


def _add_sheets(evaluation: Evaluation, source: str, found: dict[str, str]) -> None:
    kind, _, key = source.partition(":")
    if kind != "survey":
        return
    questions = evaluation.table(Question)
    question = questions.get(key) or next((q for q in questions.values() if q.code == key), None)
    asked = evaluation.get(Questionnaire, question.questionnaire) if question is not None else None
    if asked is None:
        return
    for name, number in (("发放份数", asked.issued), ("回收份数", asked.returned), ("有效份数", asked.valid)):
        if number is not None:
            found.setdefault(name, str(number))


def fill(text: str, known: dict[str, str]) -> str:
    """``text`` with every known ``{name}`` replaced; unknown ones stay, so that they are seen."""
    return _BOUND.sub(lambda found: known.get(found[1], found[0]), text)


def unknown_names(text: str, known: dict[str, str]) -> list[str]:
    """The bound names of ``text`` that nothing stands behind, in order."""
    return [name for name in _BOUND.findall(text) if name not in known]


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of a sentence as shown: plain text, or a bound figure with the name behind it."""

    text: str
    name: str = ""
    known: bool = True


def spans(text: str, known: Mapping[str, str]) -> list[Span]:
    """The sentence in stretches; a name that nothing stands behind keeps its braces and is not ``known``."""
    found: list[Span] = []
    at = 0
    for bound in _BOUND.finditer(text):
        if bound.start() > at:
            found.append(Span(text[at : bound.start()]))
        name = bound[1]
        found.append(Span(known.get(name, bound[0]), name, name in known))
        at = bound.end()
    if at < len(text):
        found.append(Span(text[at:]))
    return found
