"""The answers of a sheet as one compact text, and the plan that says what stands at which place.

A plan belongs to a questionnaire and only grows: a question that was moved, renamed or removed leaves
the other places as they are. One character stands for each single choice and each tick; numbers and
open texts follow behind ``|`` as ``place=text``. Counting an answer over ten thousand sheets is then
counting characters (:mod:`workbench.domain.answer_counts`).

    13.2?*|5=请增加座席     first option, third, no answer, second, unclear, a text
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from workbench.domain.asked import options_of, questions_of
from workbench.domain.evaluation import CHOICE_KINDS, Evaluation, Option, Question, Questionnaire

#: Nothing was answered. Never the lowest option, never zero.
NO_ANSWER = "."
#: An answer that does not count: two ticks where one belongs, or unreadable.
UNCLEAR = "?"
#: A number or text stands behind.
TEXT = "*"
TICKED, NOT_TICKED = "1", "0"
#: The characters of options in the order in which the plan took them in.
CODES = "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: More options than this one question can't have on sheets.
MOST_OPTIONS = len(CODES)

CHOICE, TICK, VALUE, LOST = "choice", "tick", "value", "lost"
_MARKS = {"c": CHOICE, "t": TICK, "v": VALUE, "x": LOST}
_LETTERS = {word: letter for letter, word in _MARKS.items()}
_ESCAPED = re.compile(r"\\[\\pn]")
_PLAIN = {"\\\\": "\\", "\\p": "|", "\\n": "\n"}


@dataclass(frozen=True, slots=True)
class Column:
    """One place of the packed answers: a single choice, one option of a multiple choice, or a value."""

    kind: str
    question: str
    options: tuple[str, ...] = ()
    """Ids of the options: all of a single choice in the order of :data:`CODES`, the one of a tick."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one sheet says to one question; an unanswered question has none.

    ``options`` are ids; ``text`` a number, an open text, or what was written beside an option.
    """

    options: tuple[str, ...] = ()
    text: str = ""
    unclear: bool = False


#: The answers of one sheet by question id.
Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which place of the packed answers belongs to which question and option."""

    columns: tuple[Column, ...] = ()

    @property
    def text(self) -> str:
        """The plan as the questionnaire keeps it: one place on each line."""
        return "\n".join(
            json.dumps([_LETTERS[c.kind], c.question, *c.options], ensure_ascii=False, separators=(",", ":"))
            for c in self.columns
        )

    @property
    def width(self) -> int:
        """How many characters the packed answers of a sheet begin with."""
        return len(self.columns)

    def places(self, question: str, kind: str = "") -> list[int]:
        """The places of one question, of one kind if named."""
        return [
            place
            for place, column in enumerate(self.columns)
            if column.question == question and (not kind or column.kind == kind)
        ]


@lru_cache(maxsize=64)
def plan_of(text: str) -> Plan:
    """The plan back from its text; a line that no plan wrote keeps its place and belongs to nothing."""
    return Plan(tuple(map(_column, text.split("\n"))) if text else ())


def _column(line: str) -> Column:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    said = found if isinstance(found, list) and all(isinstance(part, str) for part in found) else []
    kind = _MARKS.get(said[0], LOST) if said else LOST
    if len(said) < 2 or kind == LOST or (kind == TICK and len(said) != 3):
        return Column(LOST, "")
    return Column(kind, said[1], tuple(said[2:]))


def kind_on_sheets(question: Question) -> str:
    """How a question's answers stand on sheets: as a choice, as ticks, as a value."""
    if question.kind not in CHOICE_KINDS:
        return VALUE
    return TICK if question.kind == "多选" else CHOICE


def grown(plan: Plan, asked: Iterable[tuple[Question, Sequence[Option]]]) -> Plan:
    """The plan with a place for every question and option that has none yet.

    A question whose kind changed gets new places; the old ones stay where they are.
    """
    columns = list(plan.columns)
    for question, options in asked:
        kind = kind_on_sheets(question)
        mine = [n for n, c in enumerate(columns) if c.question == question.id and c.kind == kind]
        ids = tuple(option.id for option in options)
        if kind == TICK:
            known = {columns[n].options[0] for n in mine}
            columns += [Column(TICK, question.id, (id_,)) for id_ in ids if id_ not in known]
        elif not mine:
            columns.append(Column(kind, question.id, ids if kind == CHOICE else ()))
        elif kind == CHOICE:
            old = columns[mine[0]]
            fresh = tuple(id_ for id_ in ids if id_ not in old.options)
            if fresh:
                columns[mine[0]] = replace(old, options=old.options + fresh)
    return Plan(tuple(columns))


def plan_for(evaluation: Evaluation, questionnaire: Questionnaire) -> Plan:
    """The questionnaire's plan, with places for whatever was added since it was kept."""
    asked = [(q, options_of(evaluation, q)) for q in questions_of(evaluation, questionnaire)]
    return grown(plan_of(questionnaire.columns), asked)


def pack(plan: Plan, answers: Answers) -> str:
    """The answers of one sheet as its text. ``KeyError`` for an option or question that the plan does not know."""
    head: list[str] = []
    tail: list[str] = []
    told: set[str] = set()
    for place, column in enumerate(plan.columns):
        answer = answers.get(column.question)
        if answer is None:
            head.append(NO_ANSWER)
            continue
        head.append(_character(column, answer))
        if answer.text and column.question not in told:
            tail.append(f"|{place}={escaped(answer.text)}")
        told.add(column.question)
    if answers.keys() - {column.question for column in plan.columns}:
        raise KeyError(next(iter(answers.keys() - {column.question for column in plan.columns})))
    return "".join(head) + "".join(tail)


def _character(column: Column, answer: Answer) -> str:
    if answer.unclear:
        return UNCLEAR
    if column.kind == VALUE:
        return TEXT if answer.text else NO_ANSWER
    if column.kind == TICK:
        if not answer.options:
            return NO_ANSWER
        return TICKED if column.options[0] in answer.options else NOT_TICKED
    if not answer.options:
        return NO_ANSWER
    if len(answer.options) > 1:
        return UNCLEAR
    if answer.options[0] not in column.options:
        raise KeyError(answer.options[0])
    return CODES[column.options.index(answer.options[0])]


def unpack(plan: Plan, packed: str) -> dict[str, Answer]:
    """The answers of one sheet back from its text; places beyond its end were not asked yet."""
    head, texts = parted(packed)
    found: dict[str, Answer] = {}
    for place, (column, character) in enumerate(zip(plan.columns, head, strict=False)):
        if column.kind == LOST:
            continue
        text = texts.get(place, "")
        if character == NO_ANSWER and not text:
            continue
        before = found.get(column.question, Answer())
        if character == UNCLEAR:
            found[column.question] = replace(before, text=text or before.text, unclear=True)
            continue
        chosen: tuple[str, ...] = ()
        if column.kind == TICK:
            chosen = column.options if character == TICKED else ()
        elif column.kind == CHOICE:
            number = CODES.find(character)
            chosen = column.options[number : number + 1] if number >= 0 else ()
        found[column.question] = Answer(before.options + chosen, text or before.text, before.unclear)
    return found


def parted(packed: str) -> tuple[str, dict[int, str]]:
    """The characters of a sheet, and its texts by place."""
    head, _, rest = packed.partition("|")
    return head, texts_of(rest) if rest else {}


#: More digits no place has, and Python turns no more than some thousands into a number.
LONGEST_PLACE = 10


def texts_of(rest: str) -> dict[int, str]:
    """``5=text|7=text`` as texts by place; what is no such thing is passed over."""
    found: dict[int, str] = {}
    for part in rest.split("|"):
        place, mark, text = part.partition("=")
        if mark and place.isdecimal() and len(place) < LONGEST_PLACE:
            found[int(place)] = plain(text)
    return found


def escaped(text: str) -> str:
    """A text without the signs that part texts from one another."""
    return text.replace("\\", "\\\\").replace("|", "\\p").replace("\r\n", "\n").replace("\n", "\\n")


def plain(text: str) -> str:
    """The text back from :func:`escaped`."""
    return _ESCAPED.sub(lambda found: _PLAIN[found[0]], text) if "\\" in text else text
