"""An exported table with its mapping → packed sheets, every impossible answer named by row and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workbench.domain.answers import (
    CHOICE,
    CODES,
    NO_ANSWER,
    NOT_TICKED,
    TEXT,
    TICK,
    TICKED,
    UNCLEAR,
    VALUE,
    Plan,
    escaped,
)
from workbench.domain.evaluation import Option, Question
from workbench.errors import Fault
from workbench.importers.answer_table import SurveyTable
from workbench.importers.survey_cells import CellReader, Impossible, ticked
from workbench.importers.survey_columns import NUMBER, OPTION, QUESTION, ColumnMapping, ColumnUse

#: More faults than this are counted, not listed.
MOST_FAULTS = 300
EMPTY_SHEET = "整份空白"
_REMEDY_ANSWER = "请在文件中改正，或导入时选择把这些答案记为无法辨认（不计入比率）。"
_REMEDY_NUMBER = "请改正编号，或导入时选择只取第一份。"


@dataclass(frozen=True, slots=True)
class ReadSheets:
    """The sheets of a file, packed: answers of equal length, numbers, texts and voids by row (from 0)."""

    numbers: Sequence[str]
    heads: Sequence[str]
    texts: Sequence[tuple[int, int, str]]
    """Row, place in the plan, text."""
    void: frozenset[int]
    impossible: tuple[Fault, ...] = ()
    duplicates: tuple[Fault, ...] = ()
    duplicate_rows: frozenset[int] = frozenset()
    more: int = 0
    """How many faults are counted, not listed."""
    notices: tuple[str, ...] = field(default=())

    @property
    def count(self) -> int:
        """How many sheets the file holds."""
        return len(self.heads)


class SheetPacking:
    """Packs one table by its mapping; ``progress`` hears of each column and may stop the work."""

    def __init__(
        self,
        table: SurveyTable,
        plan: Plan,
        asked: Sequence[tuple[Question, Sequence[Option]]],
        known_numbers: frozenset[str] = frozenset(),
    ) -> None:
        self._table = table
        self._plan = plan
        self._asked = {question.id: (question, options) for question, options in asked}
        self._known = known_numbers
        self._columns: list[Sequence[str]] = []
        self._texts: list[tuple[int, int, str]] = []
        self._faults: list[Fault] = []
        self._more = 0
        self._notices: list[str] = list(table.notices)

    def pack(self, mapping: ColumnMapping, progress: Callable[[int, int, str], None]) -> ReadSheets:
        """Read every cell once; nothing is left out without a fault or a notice."""
        blank = NO_ANSWER * len(self._table.rows)
        self._columns = [blank] * self._plan.width
        for number, use in enumerate(mapping.columns):
            progress(number, len(mapping.columns), f"正在核对“{use.header.words[:20]}”")
            if use.use == QUESTION and use.question in self._asked:
                self._question(number, use)
            elif use.use == OPTION and use.question in self._asked:
                self._tick(number, use)
        self._settle_ticks()
        numbers, duplicates, rows = self._numbers(mapping)
        heads = list(map("".join, zip(*self._columns, strict=True))) if self._columns else []
        nothing = NO_ANSWER * self._plan.width
        void = frozenset(row for row, head in enumerate(heads) if head == nothing)
        if void:
            self._notices.append(f"{len(void)} 份答卷整份空白，计入回收、不计入有效。")
        self._note_twins(heads, void)
        return ReadSheets(
            numbers,
            heads,
            self._texts,
            void,
            tuple(self._faults),
            tuple(duplicates),
            frozenset(rows),
            self._more,
            tuple(self._notices),
        )

    def _place_of(self, row: int, use: ColumnUse) -> str:
        sheet = f"“{self._table.sheet}”表" if self._table.sheet else ""
        return f"{sheet}第 {self._table.numbers[row]} 行 {use.header.letters} 列"

    def _fault(self, row: int, use: ColumnUse, what: str) -> None:
        if len(self._faults) >= MOST_FAULTS:
            self._more += 1
            return
        self._faults.append(Fault(self._place_of(row, use), f"{what}。", _REMEDY_ANSWER))

    def _question(self, number: int, use: ColumnUse) -> None:
        question, options = self._asked[use.question]
        cells = self._table.column(number)
        reader = CellReader(question, options)
        bad: dict[str, str] = {}
        kind = self._plan.columns[self._plan.places(question.id)[0]].kind
        for text in set(cells):
            try:
                reader.answer(text)
            except Impossible as error:
                bad[text] = str(error)
        if bad:
            for row, text in enumerate(cells):
                if text in bad:
                    self._fault(row, use, bad[text])
        if kind == VALUE:
            self._values(question, cells, reader, bad)
            return
        self._note_numbers(use, question, options, set(cells) - bad.keys())
        for place in self._plan.places(question.id):
            column = self._plan.columns[place]
            characters = dict.fromkeys(bad, UNCLEAR)
            texts: dict[str, str] = {}
            for text in set(cells) - bad.keys():
                answer = reader.answer(text)
                if answer is None:
                    characters[text] = NO_ANSWER
                    continue
                if column.kind == TICK:
                    characters[text] = TICKED if column.options[0] in answer.options else NOT_TICKED
                else:
                    characters[text] = CODES[column.options.index(answer.options[0])]
                if answer.text and place == self._plan.places(question.id)[0]:
                    texts[text] = answer.text
            self._columns[place] = "".join(map(characters.__getitem__, cells))
            if texts:
                self._texts += [(row, place, texts[text]) for row, text in enumerate(cells) if text in texts]

    def _values(
        self, question: Question, cells: Sequence[str], reader: CellReader, bad: dict[str, str]
    ) -> None:
        place = self._plan.places(question.id, VALUE)[0]
        said = {text: reader.answer(text) for text in set(cells) - bad.keys()}
        given = {text: answer.text for text, answer in said.items() if answer is not None}
        self._columns[place] = "".join(
            TEXT if text in given else UNCLEAR if text in bad else NO_ANSWER for text in cells
        )
        self._texts += [(row, place, given[text]) for row, text in enumerate(cells) if text in given]

    def _tick(self, number: int, use: ColumnUse) -> None:
        _, options = self._asked[use.question]
        label = next((option.label for option in options if option.id == use.option), "")
        place = next(
            (
                n
                for n in self._plan.places(use.question, TICK)
                if self._plan.columns[n].options[0] == use.option
            ),
            None,
        )
        if place is None:
            return
        cells = self._table.column(number)
        characters: dict[str, str] = {}
        bad: dict[str, str] = {}
        for text in set(cells):
            try:
                found = ticked(text, label)
            except Impossible as error:
                characters[text], bad[text] = UNCLEAR, str(error)
            else:
                characters[text] = NO_ANSWER if found is None else TICKED if found else NOT_TICKED
        if bad:
            for row, text in enumerate(cells):
                if text in bad:
                    self._fault(row, use, bad[text])
        self._columns[place] = "".join(map(characters.__getitem__, cells))

    def _settle_ticks(self) -> None:
        """Of a question with one column for each option: whoever ticked one left the empty others unticked,
        whoever ticked none did not answer."""
        for id_, (question, _) in self._asked.items():
            places = self._plan.places(id_, TICK) if question.kind == "多选" else []
            if not places:
                continue
            rows = list(zip(*(self._columns[place] for place in places), strict=True))
            settled: dict[tuple[str, ...], tuple[str, ...]] = {}
            for row in set(rows):
                if UNCLEAR in row:
                    settled[row] = (UNCLEAR,) * len(row)
                elif TICKED in row:
                    settled[row] = tuple(TICKED if c == TICKED else NOT_TICKED for c in row)
                else:
                    settled[row] = (NO_ANSWER,) * len(row)
            columns = zip(*(settled[row] for row in rows), strict=True)
            for place, column in zip(places, columns, strict=True):
                self._columns[place] = "".join(column)

    def _note_numbers(
        self, use: ColumnUse, question: Question, options: Sequence[Option], texts: set[str]
    ) -> None:
        """Numbers in place of labels are taken as the option's place: a platform's points would read the same."""
        labels = {option.label.strip() for option in options}
        digits = {text for text in texts if text.isdigit() and text not in labels}
        if digits and options and question.kind in {"单选", "量表"}:
            self._notices.append(
                f"{use.header.letters} 列“{question.name or question.text[:20]}”是数字，"
                f"按选项序号理解：1 为“{options[0].label}”。如果是分值，请改用选项文字导出。"
            )

    def _numbers(self, mapping: ColumnMapping) -> tuple[list[str], list[Fault], set[int]]:
        uses = [(n, use) for n, use in enumerate(mapping.columns) if use.use == NUMBER]
        if not uses:
            return [str(number) for number in self._table.numbers], [], set()
        place, use = uses[0]
        numbers = [
            text or f"第{self._table.numbers[row]}行" for row, text in enumerate(self._table.column(place))
        ]
        twice = {number for number, times in Counter(numbers).items() if times > 1}
        faults: list[Fault] = []
        rows: set[int] = set()
        first: dict[str, int] = {}
        if twice or self._known:
            for row, number in enumerate(numbers):
                if number in self._known:
                    what = f"答卷 {number} 已经导入过。"
                elif number in twice and number in first:
                    what = f"答卷编号 {number} 与第 {self._table.numbers[first[number]]} 行相同。"
                else:
                    first[number] = row
                    continue
                rows.add(row)
                if len(faults) < MOST_FAULTS:
                    faults.append(Fault(self._place_of(row, use), what, _REMEDY_NUMBER))
                else:
                    self._more += 1
        return numbers, faults, rows

    def _note_twins(self, heads: Sequence[str], void: frozenset[int]) -> None:
        """Sheets that agree in every answer, texts included: possible, but worth a look."""
        texts: dict[int, list[tuple[int, str]]] = {}
        for row, place, text in self._texts:
            texts.setdefault(row, []).append((place, text))
        answered = sum(column.kind != CHOICE for column in self._plan.columns)
        if not texts or not answered:
            return
        seen: dict[tuple[str, str], int] = {}
        for row, said in texts.items():
            if row in void or max(len(text) for _, text in said) < 8:
                continue
            key = (heads[row], "|".join(f"{place}={text}" for place, text in said))
            if key in seen:
                self._notices.append(
                    f"第 {self._table.numbers[row]} 行与第 {self._table.numbers[seen[key]]} 行的答案（含文字）完全相同，"
                    "请确认不是重复提交。"
                )
                if sum("完全相同" in notice for notice in self._notices) >= 5:
                    return
            seen.setdefault(key, row)


def batch_lines(read: ReadSheets, rows: Sequence[int]) -> tuple[str, str, str, str]:
    """Some rows of the sheets as the texts of one batch: numbers, answers, texts, voids."""
    place_of = {row: place for place, row in enumerate(rows)}
    texts = "\n".join(
        f"{place_of[row]}|{place}={escaped(text)}" for row, place, text in read.texts if row in place_of
    )
    voids = "\n".join(f"{place_of[row]}={EMPTY_SHEET}" for row in rows if row in read.void)
    return (
        "\n".join(" ".join(read.numbers[row].split()) for row in rows),
        "\n".join(read.heads[row] for row in rows),
        texts,
        voids,
    )
