"""Small questionnaires for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from workbench.domain.answers import Answer, pack, plan_for
from workbench.domain.entities_survey import SHEETS, SUBMITTED, Sheet
from workbench.domain.evaluation import Entity, Evaluation, Option, Question, Questionnaire

LABELS = ("非常满意", "比较满意", "一般", "不太满意", "非常不满意")
WEIGHTS = ("1", "0.8", "0.6", "0.3", "0")


def scale(
    id_: str, position: int, labels: Sequence[str] = LABELS, weights: Sequence[str] = WEIGHTS
) -> list[Entity]:
    """A single choice with weighted options ``id_1`` …."""
    question = Question(
        id=id_, position=position, questionnaire="w", code=id_, text=f"{id_}？", name=f"{id_}满意度"
    )
    options = [
        Option(id=f"{id_}{n}", position=n, question=id_, label=label, weight=Decimal(weight))
        for n, (label, weight) in enumerate(zip(labels, weights, strict=True), start=1)
    ]
    return [question, *options]


def ticks(id_: str, position: int, labels: Sequence[str]) -> list[Entity]:
    """A multiple choice with options ``id_1`` …."""
    question = Question(id=id_, position=position, questionnaire="w", text="可多选", kind="多选", role="信息")
    return [
        question,
        *(Option(id=f"{id_}{n}", position=n, question=id_, label=label) for n, label in enumerate(labels, 1)),
    ]


def value(id_: str, position: int, kind: str = "文字") -> list[Entity]:
    """A number or open text."""
    return [Question(id=id_, position=position, questionnaire="w", text="请写", kind=kind, role="信息")]


def questionnaire(**said: object) -> Questionnaire:
    """The questionnaire ``w``, whose answers come from sheets."""
    return Questionnaire(**{"id": "w", "title": "问卷", "way": SHEETS, **said})  # type: ignore[arg-type]


def sheets_of(evaluation: Evaluation, answered: Iterable[dict[str, Answer]]) -> list[Entity]:
    """Submitted sheets with these answers, and the questionnaire with its plan."""
    asked = evaluation.table(Questionnaire)["w"]
    plan = plan_for(evaluation, asked)
    found: list[Entity] = [questionnaire(**{**_said(asked), "columns": plan.text})]
    for number, answers in enumerate(answered, start=1):
        found.append(
            Sheet(
                id=f"s{number}",
                position=number,
                questionnaire="w",
                number=f"{number:03d}",
                typist="甲",
                answers=pack(plan, answers),
                state=SUBMITTED,
            )
        )
    return found


def _said(asked: Questionnaire) -> dict[str, object]:
    return {name: getattr(asked, name) for name in Questionnaire.__dataclass_fields__}
