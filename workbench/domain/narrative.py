"""Sentences with bound figures: what a marker says now, and which markers nothing stands behind."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.domain.amounts import show_money, show_percent, show_plain
from workbench.domain.evaluation import (
    Advice,
    Deduction,
    Entity,
    Entry,
    Evaluation,
    FundLine,
    Input,
    Overview,
    Paragraph,
    Problem,
    Question,
    Questionnaire,
    input_id,
    kind_of_type,
)
from workbench.domain.fields import spec_of
from workbench.domain.form import show_score
from workbench.domain.rules.base import Given
from workbench.domain.scoring import IndicatorScore, Scores
from workbench.domain.sources import FUND_COLUMNS, Sources
from workbench.domain.survey import as_counted

_MARKER = re.compile(r"\{([^{}\n]{1,40})\}")

#: The texts that a person writes and that go to paper: in these a figure may be bound.
TEXT_FIELDS: Mapping[type[Entity], tuple[str, ...]] = {
    Overview: (
        "background", "content", "organisation", "overall_target", "purpose", "scope", "basis", "principles",
        "process", "experience", "remarks", "unit_profile", "achievements",
    ),
    Entry: ("basis",),
    Deduction: ("reason",),
    Problem: ("title", "description", "cause"),
    Advice: ("title", "text"),
    Paragraph: ("text",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a sentence: plain text, or a bound figure with the name behind it; ``known`` when
    something stands behind the name."""

    text: str
    name: str = ""
    known: bool = True


def spans(text: str, known: Mapping[str, str]) -> list[Span]:
    """The sentence in stretches; a name that nothing stands behind keeps its braces and is not ``known``."""
    found: list[Span] = []
    at = 0
    for bound in _MARKER.finditer(text):
        if bound.start() > at:
            found.append(Span(text[at : bound.start()]))
        value = known.get(bound[1])
        found.append(Span(bound[0], bound[1], False) if value is None else Span(value, bound[1]))
        at = bound.end()
    if at < len(text):
        found.append(Span(text[at:]))
    return found


def fill(text: str, known: Mapping[str, str]) -> str:
    """``text`` with its figures; unknown markers stay, so that they are seen."""
    return "".join(span.text for span in spans(text, known))


def unknown_names(text: str, known: Mapping[str, str]) -> list[str]:
    """The names of markers that nothing stands behind, in order, each once."""
    return list(dict.fromkeys(span.name for span in spans(text, known) if not span.known))


def bindings_of(
    evaluation: Evaluation, scores: Scores, indicator: str = "", sources: Sources | None = None
) -> dict[str, str]:
    """Every name that a text may bind: those of the evaluation, and of one indicator when named.

    ``项目`` ``被评价单位`` ``总分`` ``满分`` ``等级`` ``评价年度``, fund columns by their labels (``预算资金`` …);
    of an indicator ``得分`` ``分值`` ``扣分`` ``得分率``, its inputs by label, ``有效份数`` and the like.
    """
    overview = evaluation.overview
    found = {
        "项目": overview.project,
        "被评价单位": overview.evaluated_unit,
        "主管部门": overview.department,
        "评价机构": overview.agency,
        "评价年度": overview.year,
        "总分": show_score(evaluation.form, scores.total),
        "满分": show_plain(scores.full),
        "等级": scores.grade.name if scores.grade is not None else "",
    }
    sources = sources or Sources(evaluation)
    for column in FUND_COLUMNS:
        total = sources.fund_total(column)
        if total is not None:
            found[spec_of(FundLine, column).label] = show_money(total, overview.fund_unit)
    found = {name: text for name, text in found.items() if text}
    if indicator:
        found |= figures(evaluation, scores[indicator])
    return found


def figures(evaluation: Evaluation, scored: IndicatorScore) -> dict[str, str]:
    """Every name that a sentence about this indicator may bind, with its text as of now.

    ``得分`` ``分值`` ``扣分`` ``得分率``; each rule input by its label and by what its source calls it;
    of a questionnaire behind an input ``发放份数`` ``回收份数`` ``有效份数``.
    """
    found = {"分值": show_plain(scored.full_mark)}
    if scored.score is not None:
        found["得分"] = show_score(evaluation.form, scored.score, scored.indicator)
    if scored.deducted is not None:
        found["扣分"] = show_score(evaluation.form, scored.deducted, scored.indicator)
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
    asked = as_counted(evaluation, asked)
    for name, number in (("发放份数", asked.issued), ("回收份数", asked.returned), ("有效份数", asked.valid)):
        if number is not None:
            found.setdefault(name, str(number))


def filled(evaluation: Evaluation, scores: Scores, sources: Sources | None = None) -> Evaluation:
    """The evaluation with the figures in all its texts, as it goes to paper; ``scores`` are its own.

    Texts about an indicator bind its figures before those of the evaluation.
    """
    sources = sources or Sources(evaluation)
    common = bindings_of(evaluation, scores, "", sources)
    tables = dict(evaluation.tables)
    for entity_type, names in TEXT_FIELDS.items():
        table = evaluation.table(entity_type)
        fresh = {
            id_: _filled(entity, marked, _known_at(evaluation, scores, entity, common))
            for id_, entity in table.items()
            if (marked := [name for name in names if "{" in getattr(entity, name)])
        }
        if fresh:
            tables[kind_of_type(entity_type)] = {**table, **fresh}
    return dataclasses.replace(evaluation, tables=tables)


def _filled(entity: Entity, names: Iterable[str], known: Mapping[str, str]) -> Entity:
    texts: dict[str, Any] = {name: fill(getattr(entity, name), known) for name in names}
    return dataclasses.replace(entity, **texts)


def _known_at(
    evaluation: Evaluation, scores: Scores, entity: Entity, common: Mapping[str, str]
) -> Mapping[str, str]:
    indicator = entity.id if isinstance(entity, Entry) else getattr(entity, "indicator", "")
    scored = scores.by_id.get(indicator)
    return common if scored is None else {**common, **figures(evaluation, scored)}
