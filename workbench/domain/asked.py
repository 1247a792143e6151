"""Questions and options in their order, grouped once for each state of their tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import is_
from typing import Generic, TypeVar

from workbench.domain.evaluation import Evaluation, Option, Question, Questionnaire

Made = TypeVar("Made")
_MOST_KEPT = 16


class Recent(Generic[Made]):
    """What was made lately, by the very objects that it rests on.

    Tables and entities are immutable and replaced on change (:mod:`workbench.domain.changes`), so
    identity tells; the objects are held, so no other can take their place in memory.
    """

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._kept: tuple[tuple[tuple[object, ...], Made], ...] = ()

    def get(self, rests_on: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What ``make`` gave for the same objects, or gives now."""
        for known, made in self._kept:
            if len(known) == len(rests_on) and all(map(is_, known, rests_on)):
                return made
        made = make()
        self._kept = ((rests_on, made), *self._kept[: self._most - 1])
        return made


#: Options beside which something is written: 其他, 其他（请注明）, 有，内容是____.
_WORDS = re.compile(r"^(?:其他|其它)(?:\W|_|$)|请?(?:注明|说明|填写|写明)|[_＿]{2,}|[：:]\s*$")


def label_asks_words(label: str) -> bool:
    """Whether who chooses an option of this label is to write something beside it."""
    return _WORDS.search(label.strip()) is not None


def asks_words(option: Option) -> bool:
    """Whether who chooses the option is to write something beside it, as its label says."""
    return label_asks_words(option.label)


_options: Recent[Mapping[str, tuple[Option, ...]]] = Recent()
_questions: Recent[Mapping[str, tuple[Question, ...]]] = Recent()


def options_of(evaluation: Evaluation, question: Question) -> list[Option]:
    """The options of a question in their order."""

    def group() -> Mapping[str, tuple[Option, ...]]:
        found: dict[str, list[Option]] = {}
        for option in evaluation.listed(Option):
            found.setdefault(option.question, []).append(option)
        return {id_: tuple(options) for id_, options in found.items()}

    return list(_options.get((evaluation.table(Option),), group).get(question.id, ()))


def questions_of(evaluation: Evaluation, questionnaire: Questionnaire) -> list[Question]:
    """The questions of a questionnaire in their order."""

    def group() -> Mapping[str, tuple[Question, ...]]:
        found: dict[str, list[Question]] = {}
        for question in evaluation.listed(Question):
            found.setdefault(question.questionnaire, []).append(question)
        return {id_: tuple(questions) for id_, questions in found.items()}

    return list(_questions.get((evaluation.table(Question),), group).get(questionnaire.id, ()))
