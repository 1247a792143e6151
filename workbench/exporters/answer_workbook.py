"""Every sheet of the questionnaires as a table, one row for each: to be handed over, and imported again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from workbench.domain.amounts import NotANumber, parse_number
from workbench.domain.answer_counts import SheetRow, sheet_rows
from workbench.domain.answers import CHOICE, CODES, TICK, TICKED, UNCLEAR, VALUE, Plan, plan_for
from workbench.domain.asked import label_asks_words, questions_of
from workbench.domain.entities_survey import COUNTS
from workbench.domain.evaluation import Evaluation, Option, Question, Questionnaire
from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.quick_sheets import CENTRE, HEAD, LEFT, QuickBook, QuickSheet
from workbench.exporters.report_data import ReportData

#: Between several answers in one cell, as survey platforms write them.
BETWEEN = "┋"
UNCLEAR_WORD = "（无法辨认）"
_FIRST = ("答卷编号", "备注")
_EACH = 2_000

#: From one sheet to the cell of one column.
_Cell = Callable[[SheetRow], str]


def write_answers(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:  # noqa: ARG001 - as every exporter
    """Write the sheets of every questionnaire that has any; counts without sheets are told, not invented."""
    evaluation = data.stated
    notices: list[str] = []
    with QuickBook(path) as book:
        written = 0
        for questionnaire in evaluation.listed(Questionnaire):
            if questionnaire.way == COUNTS:
                notices.append(f"问卷“{questionnaire.title}”直接填写人数，没有逐份答卷。")
                continue
            written += _Table(book, evaluation, questionnaire).write(progress)
        if not written:
            notices = []  # the sheet itself says so
            with book.sheet("答卷", (60,)) as page:
                page.row([book.cell(1, "本评价没有逐份录入或导入的答卷。", LEFT)])
    return Written((*notices, *book.notices))


class _Table:
    """One questionnaire: a column for each question, several answers of one question in one cell."""

    def __init__(self, book: QuickBook, evaluation: Evaluation, questionnaire: Questionnaire) -> None:
        self._book = book
        self._evaluation = evaluation
        self._asked = questionnaire
        self._plan: Plan = plan_for(evaluation, questionnaire)
        self._labels = {id_: option.label for id_, option in evaluation.table(Option).items()}

    def write(self, progress: Progress) -> int:
        questions = questions_of(self._evaluation, self._asked)
        book = self._book
        widths = [12.0, 14.0, *(30.0 if q.kind in {"文字", "开放题"} else 14.0 for q in questions)]
        count = 0
        with book.sheet(self._asked.title, widths) as page:
            heads = [*_FIRST, *(_header(question) for question in questions)]
            page.row([book.cell(n, text, HEAD) for n, text in enumerate(heads, start=1)], 42)
            cells = [self._cell(column, question) for column, question in enumerate(questions, start=3)]
            for row in sheet_rows(self._evaluation, self._asked):
                if count % _EACH == 0:
                    progress(count, 0, f"正在写第 {count + 1} 份答卷")
                self._row(page, row, cells)
                count += 1
        return count

    def _row(self, page: QuickSheet, row: SheetRow, cells: list[_Cell]) -> None:
        said = f"作废：{row.void_reason}" if row.void_reason else ""
        first = [self._book.cell(1, row.number, CENTRE), self._book.cell(2, said, CENTRE)]
        page.row(first + [cell(row) for cell in cells])

    def _cell(self, column: int, question: Question) -> _Cell:
        places = self._plan.places(question.id)
        kinds = {self._plan.columns[place].kind for place in places}
        if question.kind == "多选" and TICK in kinds:
            return self._several(column, [p for p in places if self._plan.columns[p].kind == TICK])
        if question.kind in {"单选", "量表"} and CHOICE in kinds:
            return self._one(column, next(p for p in places if self._plan.columns[p].kind == CHOICE))
        if VALUE in kinds:
            place = next(p for p in places if self._plan.columns[p].kind == VALUE)
            return self._value(column, place, numeric=question.kind == "数字")
        blank = self._book.cell(column, "", CENTRE)
        return lambda _: blank

    def _one(self, column: int, place: int) -> _Cell:
        book, options = self._book, self._plan.columns[place].options
        shown: Mapping[str, str] = {
            code: self._labels.get(id_, "") for code, id_ in zip(CODES, options, strict=False)
        } | {UNCLEAR: UNCLEAR_WORD}
        known = {code: book.cell(column, label, CENTRE) for code, label in shown.items()}
        blank = book.cell(column, "", CENTRE)

        def cell(row: SheetRow) -> str:
            code = row.head[place : place + 1]
            if place in row.texts and code in shown:
                return book.cell(column, f"{shown[code]}〖{row.texts[place]}〗", CENTRE)
            return known.get(code, blank)

        return cell

    def _several(self, column: int, places: list[int]) -> _Cell:
        book = self._book
        labels = [self._labels.get(self._plan.columns[place].options[0], "") for place in places]
        worded = [label for label in labels if label_asks_words(label)]
        known: dict[tuple[str, ...], str] = {}

        def cell(row: SheetRow) -> str:
            codes = tuple(row.head[place : place + 1] for place in places)
            words = row.texts.get(places[0], "")
            if words and UNCLEAR not in codes:
                chosen = [label for label, code in zip(labels, codes, strict=True) if code == TICKED]
                beside = next((label for label in chosen if label in worded), chosen[-1] if chosen else "")
                text = BETWEEN.join(f"{one}〖{words}〗" if one == beside else one for one in chosen)
                return book.cell(column, text, CENTRE)
            if codes not in known:
                chosen = [label for label, code in zip(labels, codes, strict=True) if code == TICKED]
                text = UNCLEAR_WORD if UNCLEAR in codes else BETWEEN.join(chosen)
                known[codes] = book.cell(column, text, CENTRE)
            return known[codes]

        return cell

    def _value(self, column: int, place: int, *, numeric: bool) -> _Cell:
        book = self._book
        blank = book.cell(column, "", LEFT)
        known: dict[str, str] = {}

        def cell(row: SheetRow) -> str:
            text = row.texts.get(place, "")
            if not text:
                return blank
            if not numeric:
                return book.cell(column, text, LEFT)
            if text not in known:
                known[text] = self._number(column, text)
            return known[text]

        return cell

    def _number(self, column: int, text: str) -> str:
        try:
            value = parse_number(text)
        except NotANumber:
            return self._book.cell(column, text, CENTRE)
        spelt = f"{value:f}"
        # A spreadsheet keeps fifteen digits: a longer number stays text, so that none is lost.
        if text.strip() != spelt or len(spelt.replace(".", "").strip("-0")) > 15:
            return self._book.cell(column, text, CENTRE)
        return self._book.number(column, spelt)


def _header(question: Question) -> str:
    kind = "（多选题）" if question.kind == "多选" else ""
    return f"{question.position}、{question.text}{kind}"
