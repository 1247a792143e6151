"""How often each answer stands on the sheets of a questionnaire: characters counted, column by column.

Sheets count once they are submitted and unless they are void; of a sheet typed twice the first pass
counts (both are the same once it is settled, :mod:`workbench.domain.double_entry`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workbench.domain.answers import CODES, LONGEST_PLACE, NO_ANSWER, UNCLEAR, Plan, parted, plain, plan_of
from workbench.domain.asked import Recent
from workbench.domain.entities_survey import SHEETS, SUBMITTED, Sheet, SheetBatch
from workbench.domain.evaluation import Evaluation, Question, Questionnaire


@dataclass(frozen=True, slots=True)
class ChoiceCounts:
    """How a single choice was answered: sheets by option id, sheets that left it out, answers that don't count."""

    by_option: Mapping[str, int]
    blank: int
    unclear: int


@dataclass(frozen=True, slots=True)
class TickCounts:
    """How a multiple choice was answered: ticks by option id, and the people who answered at all."""

    by_option: Mapping[str, int]
    answered: int
    blank: int
    unclear: int


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """One number or open text, and the number of its sheet."""

    number: str
    text: str


class SheetCounts:
    """The valid sheets of one questionnaire as one string, counted when asked."""

    def __init__(self, evaluation: Evaluation, questionnaire: Questionnaire) -> None:
        self.plan: Plan = plan_of(questionnaire.columns)
        self._sheets: list[Sheet] = []
        self._batches: list[SheetBatch] = []
        self.void = self.open = 0
        parts: list[str] = []
        width = max(self.plan.width, 1)
        if questionnaire.way == SHEETS:
            for sheet in evaluation.table(Sheet).values():
                if sheet.questionnaire != questionnaire.id or sheet.entry_pass != 1:
                    continue
                if sheet.void_reason:
                    self.void += 1
                elif sheet.state != SUBMITTED:
                    self.open += 1
                else:
                    self._sheets.append(sheet)
                    parts.append(sheet.answers.partition("|")[0].ljust(width, NO_ANSWER)[:width])
        else:
            for batch in evaluation.listed(SheetBatch):
                if batch.questionnaire == questionnaire.id and batch.numbers:
                    self._batches.append(batch)
                    lines = batch.answers.split("\n")
                    kept = lines
                    if batch.voids:
                        gone = void_rows(batch)
                        kept = [line for row, line in enumerate(lines) if row not in gone]
                        self.void += len(lines) - len(kept)
                    if all(len(line) == width for line in lines):
                        parts += ["\n".join(kept)] if kept else []
                    else:
                        parts += [line.ljust(width, NO_ANSWER)[:width] for line in kept]
        self._text = "\n".join(parts)
        self._stride = width + 1
        self.valid = (len(self._text) + 1) // self._stride if self._text else 0
        self._choices: dict[str, ChoiceCounts] = {}
        self._ticks: dict[str, TickCounts] = {}

    @property
    def returned(self) -> int:
        """How many sheets came back and were submitted, void ones among them."""
        return self.valid + self.void

    def column(self, place: int) -> str:
        """The characters of all valid sheets at one place."""
        return self._text[place :: self._stride]

    def choice(self, question: Question) -> ChoiceCounts:
        """How a single choice or scale was answered."""
        if question.id not in self._choices:
            by_option: dict[str, int] = {}
            places = self.plan.places(question.id, "choice")
            blank, unclear = self.valid, 0
            if places:
                characters = self.column(places[0])
                options = self.plan.columns[places[0]].options
                by_option = {id_: characters.count(code) for id_, code in zip(options, CODES, strict=False)}
                unclear = characters.count(UNCLEAR)
                blank = self.valid - sum(by_option.values()) - unclear
            self._choices[question.id] = ChoiceCounts(by_option, blank, unclear)
        return self._choices[question.id]

    def ticks(self, question: Question) -> TickCounts:
        """How a multiple choice was answered."""
        if question.id not in self._ticks:
            by_option: dict[str, int] = {}
            blank, unclear = self.valid, 0
            for place in self.plan.places(question.id, "tick"):
                characters = self.column(place)
                by_option[self.plan.columns[place].options[0]] = characters.count("1")
                # An option that was added later is blank on older sheets; the others tell who answered.
                blank = min(blank, characters.count(NO_ANSWER))
                unclear = max(unclear, characters.count(UNCLEAR))
            self._ticks[question.id] = TickCounts(by_option, self.valid - blank - unclear, blank, unclear)
        return self._ticks[question.id]

    def texts(self, question: Question) -> list[TextAnswer]:
        """Every number or open text given to a question, in the order of the sheets."""
        places = set(self.plan.places(question.id))
        return [
            TextAnswer(number, text)
            for number, place, text in self._texts()
            if place in places and text.strip()
        ]

    def _texts(self) -> Iterator[tuple[str, int, str]]:
        for sheet in self._sheets:
            if "|" in sheet.answers:
                for place, text in parted(sheet.answers)[1].items():
                    yield sheet.number, place, text
        for batch in self._batches:
            if batch.texts:
                numbers, gone = batch.numbers.split("\n"), void_rows(batch)
                for row, place, text in batch_texts(batch):
                    if row not in gone and row < len(numbers):
                        yield numbers[row], place, text


class SheetRow(NamedTuple):
    """One sheet as it came in: its number, packed characters, texts by place, why it is void, who typed it."""

    number: str
    head: str
    texts: Mapping[int, str]
    void_reason: str = ""
    typist: str = ""


def sheet_rows(evaluation: Evaluation, questionnaire: Questionnaire) -> Iterator[SheetRow]:
    """Every submitted sheet of a questionnaire in order, void ones among them; first passes only."""
    none: dict[int, str] = {}
    if questionnaire.way == SHEETS:
        for sheet in evaluation.listed(Sheet):
            if sheet.questionnaire == questionnaire.id and sheet.entry_pass == 1 and sheet.state == SUBMITTED:
                head, texts = parted(sheet.answers)
                yield SheetRow(sheet.number, head, texts, sheet.void_reason, sheet.typist)
        return
    for batch in evaluation.listed(SheetBatch):
        if batch.questionnaire != questionnaire.id or not batch.numbers:
            continue
        gone = void_rows(batch)
        said: dict[int, dict[int, str]] = {}
        for row, place, text in batch_texts(batch):
            said.setdefault(row, {})[place] = text
        pairs = zip(batch.numbers.split("\n"), batch.answers.split("\n"), strict=False)
        for row, (number, head) in enumerate(pairs):
            yield SheetRow(number, head, said.get(row, none), gone.get(row, ""))


def _is_place(text: str) -> bool:
    """Whether it is a whole number that a row or a column may have."""
    return text.isdecimal() and len(text) < LONGEST_PLACE


def void_rows(batch: SheetBatch) -> dict[int, str]:
    """The rows of a batch that are not valid, with the reasons."""
    found: dict[int, str] = {}
    for line in batch.voids.split("\n"):
        row, _, reason = line.partition("=")
        if _is_place(row):
            found[int(row)] = plain(reason)
    return found


def batch_texts(batch: SheetBatch) -> Iterator[tuple[int, int, str]]:
    """The numbers and open texts of a batch: row, place, text."""
    for line in batch.texts.split("\n"):
        row, mark, rest = line.partition("|")
        place, equals, text = rest.partition("=")
        if mark and equals and _is_place(row) and _is_place(place):
            yield int(row), int(place), plain(text)


_recent: Recent[SheetCounts] = Recent()


def sheet_counts(evaluation: Evaluation, questionnaire: Questionnaire) -> SheetCounts:
    """The counts of one questionnaire, made once for each state of it and of the sheets."""
    table = Sheet if questionnaire.way == SHEETS else SheetBatch
    rests_on = (questionnaire, evaluation.table(table))
    return _recent.get(rests_on, lambda: SheetCounts(evaluation, questionnaire))
