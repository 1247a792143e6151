"""What a new evaluation starts with: the entities that its form brings along."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.domain.evaluation import MODES, Entity, Option, Overview, Question, Questionnaire, Target
from workbench.domain.fields import parse_value, specs_of
from workbench.domain.form import Form


def preset_id(evaluation: str, *names: str) -> str:
    """The id of a preset entity: the same for the same names in the same evaluation.

    A question is named by its code alone, an option by its question's code and its label, a target
    by ``target`` and its name, a questionnaire by ``questionnaire`` and its title.
    """
    return uuid.uuid5(uuid.NAMESPACE_OID, "/".join((evaluation, *names))).hex


def presets(form: Form, evaluation: str, *, project: str, year: str = "") -> list[Entity]:
    """The entities of a new evaluation of ``form``: overview, questionnaires, questions, options, targets."""
    mode = form.mode if form.mode in MODES else Overview().mode
    namer = _Namer(evaluation)
    return [
        Overview(project=project, year=year, mode=mode),
        *_questionnaires(form, namer),
        *_targets(form, namer),
    ]


class _Namer:
    """Gives each preset its id; a name that recurs gets a number behind it."""

    def __init__(self, evaluation: str) -> None:
        self._evaluation = evaluation
        self._given: set[str] = set()

    def __call__(self, *names: str) -> str:
        id_, number = preset_id(self._evaluation, *names), 1
        while id_ in self._given:
            number += 1
            id_ = preset_id(self._evaluation, *names, str(number))
        self._given.add(id_)
        return id_


def _questionnaires(form: Form, namer: _Namer) -> Iterator[Entity]:
    for number, raw in enumerate(form.questionnaires, start=1):
        id_ = namer("questionnaire", str(raw.get("title", number)))
        yield Questionnaire(id=id_, position=number, **_fields(Questionnaire, raw))
        for place, question in enumerate(raw.get("question", ()), start=1):
            code = str(question.get("code") or f"{number}.{place}")
            question_id = namer(code)
            yield Question(id=question_id, position=place, questionnaire=id_, **_fields(Question, question))
            for position, option in enumerate(question.get("option", ()), start=1):
                option_id = namer(code, str(option["label"]))
                yield Option(id=option_id, position=position, question=question_id, **_fields(Option, option))


def _targets(form: Form, namer: _Namer) -> Iterator[Entity]:
    for number, raw in enumerate(form.targets, start=1):
        yield Target(id=namer("target", str(raw["name"])), position=number, **_fields(Target, raw))


def _fields(entity_type: type[Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """What a preset says about the fields of an entity; the compiler has checked it already."""
    return {
        spec.name: parse_value(str(raw[spec.name]), spec)
        for spec in specs_of(entity_type)
        if spec.name in raw and raw[spec.name] is not None
    }
