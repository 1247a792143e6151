"""调查问卷 on paper: A4 sheets to be filled in by hand, each with its number and a code to scan.

A questionnaire is laid out once; its sheets share that layout in the file and differ only in number and
code, so that two thousand of them are printed in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.asked import asks_words
from workbench.domain.double_entry import skip_sentence
from workbench.domain.evaluation import Evaluation, Option, Question, Questionnaire
from workbench.domain.sheet_numbers import OPTION_KEYS, code_of
from workbench.errors import WorkbenchError
from workbench.exporters.document import Align, Metadata, Text
from workbench.exporters.fonts import Role
from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.lines import Line, Style
from workbench.exporters.pdf_file import Page, PdfFile
from workbench.exporters.pdf_flow import Box, Flow, Paint
from workbench.exporters.report_data import QuestionRow, ReportData
from workbench.exporters.report_file import fonts_for
from workbench.exporters.sheet_codes import rectangles
from workbench.exporters.typesetting import Typesetter
from workbench.exporters.typography import A4, Frame, typography_of

if TYPE_CHECKING:
    from workbench.exporters.fonts import FontBook

_MM = 72 / 25.4
_FRAME = Frame(20 * _MM, 28 * _MM, 170 * _MM, 248 * _MM)
_CODE_SIDE, _CODE_TOP = 16 * _MM, 7 * _MM
_BOX = 10.5  # the side of a box to tick
_AFTER_BOX, _BETWEEN = 4.0, 14.0
_WRITING = 9 * _MM  # from one line for handwriting to the next

_TITLE = Style(Role.TITLE, 18, 26, Align.CENTER)
_FACTS = Style(Role.SONG, 10, 16, Align.CENTER)
_TEXT = Style(Role.SONG, 10.5, 17, Align.JUSTIFY, 2)
_NOTE = Style(Role.KAI, 10, 16, Align.LEFT)
_STEM = Style(Role.SONG, 11, 18, Align.LEFT, bold_role=Role.HEADING)
_OPTION = Style(Role.SONG, 10.5, 16, Align.LEFT)
_KEY = Style(Role.SANS, 8, 16, Align.LEFT)
_NUMBER = Style(Role.HEADING, 15, 18, Align.RIGHT)
_SMALL = Style(Role.SONG, 8.5, 12, Align.RIGHT)
_FOOT = Style(Role.SONG, 9, 12, Align.CENTER)

#: An option in a row: where it begins, its key, its words, and these set in lines.
_Part = tuple[float, str, str, tuple[Line, ...]]


def write_questionnaire_sheets(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Print the sheets that the kit asks for; raises :class:`WorkbenchError` when there is nothing to ask."""
    printer = _SheetPrinter(fonts_for(kit), data.evaluation)
    asked = kit.sheets
    if asked is None:
        for questionnaire in data.questionnaires:
            printer.specimen(questionnaire, _rows(data, questionnaire))
    else:
        found = next((q for q in data.questionnaires if q.id == asked.questionnaire), None)
        if found is None:
            raise WorkbenchError("no-questionnaire", "要打印的问卷已不存在。", "请在问卷设计页重新选择。")
        rows = _rows(data, found)
        for done, number in enumerate(asked.numbers):
            if done % 20 == 0:
                progress(done, len(asked), f"正在排印答卷 {number}")
            printer.sheet(found, rows, number, duplex=asked.duplex)
    nothing = "" if printer.pages else "还没有可打印的问卷题目。"
    if nothing and asked is None:
        printer.say(nothing)  # of all files together each is written
    elif nothing:
        raise WorkbenchError("no-questions", nothing, "请先在“问卷调查—问卷设计”中填写题目。")
    created = Metadata(author=data.evaluation.overview.agency, created=data.made)
    path.write_bytes(printer.file.data(printer.pages, "调查问卷", created, 0))
    return Written(
        (nothing,) * bool(nothing)
        + tuple(
            f"字体中没有“{glyph.char}”（{glyph.code}），见“{glyph.context}”，印出的是空框，请改写或安装含此字的字体。"
            for glyph in printer.setter.missing.values()
        )
    )


def _rows(data: ReportData, questionnaire: Questionnaire) -> list[QuestionRow]:
    return [row for row in data.questions if row.questionnaire.id == questionnaire.id]


class _SheetPrinter:
    """Prints sheets of questionnaires into one file."""

    def __init__(self, fonts: FontBook, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self.setter = Typesetter(fonts)
        self.file = PdfFile(self.setter)
        self.pages: list[Page] = []
        self._layouts: dict[str, list[tuple[str, ...]]] = {}

    def say(self, words: str) -> None:
        """A page with one sentence."""
        page = Page(*A4)
        for line in self.setter.set((Text(words),), _FACTS, _FRAME.width):
            self.file.text(page, line, _FRAME.x, _FRAME.y)
        self.pages.append(page)

    def specimen(self, questionnaire: Questionnaire, rows: Sequence[QuestionRow]) -> None:
        """One sheet without a number, as it is shown to others."""
        for ground in self._layout(questionnaire, rows):
            self.pages.append(Page(*A4, ground=ground))

    def sheet(
        self, questionnaire: Questionnaire, rows: Sequence[QuestionRow], number: str, *, duplex: bool
    ) -> None:
        """One numbered sheet, number and code on each of its pages."""
        layout = self._layout(questionnaire, rows)
        if not layout:
            return
        right = _FRAME.x + _FRAME.width
        dark = rectangles(code_of(questionnaire.id, number), right - _CODE_SIDE, _CODE_TOP, _CODE_SIDE)
        (words,) = self.setter.set((Text(number),), _NUMBER, 90 * _MM)
        beside = right - _CODE_SIDE - 4 * _MM - 90 * _MM
        first = Page(*A4, ground=layout[0])
        first.fills(dark)
        (caption,) = self.setter.set((Text("答卷编号"),), _SMALL, 90 * _MM)
        self.file.text(first, caption, beside, _CODE_TOP + 8, 0.3)
        self.file.text(first, words, beside, _CODE_TOP + 22)
        self.pages.append(first)
        self.pages += [Page(*A4, orders=first.orders, ground=ground) for ground in layout[1:]]
        if duplex and len(layout) % 2:
            self.pages.append(Page(*A4))

    def _layout(self, questionnaire: Questionnaire, rows: Sequence[QuestionRow]) -> list[tuple[str, ...]]:
        if questionnaire.id not in self._layouts:
            pages = _Layout(self.file, self._evaluation, questionnaire, rows).pages() if rows else []
            self._layouts[questionnaire.id] = [tuple(page.orders) for page in pages]
        return self._layouts[questionnaire.id]


class _Layout:
    """One questionnaire laid out on pages, without number and code."""

    def __init__(
        self,
        file: PdfFile,
        evaluation: Evaluation,
        questionnaire: Questionnaire,
        rows: Sequence[QuestionRow],
    ) -> None:
        self._evaluation = evaluation
        self._file = file
        self._setter = file.setter
        self._questionnaire = questionnaire
        self._rows = rows
        self._flow = Flow(file, replace(typography_of("working-paper"), upright=_FRAME))

    def pages(self) -> list[Page]:
        """The finished pages."""
        self._head()
        for row in self._rows:
            self._flow.place(self._question(row))
        self._flow.finish()
        pages = self._flow.pages
        for count, page in enumerate(pages, start=1):
            told = f"第 {count} 页，共 {len(pages)} 页" if len(pages) > 1 else ""
            for line in self._setter.set((Text(told),), _FOOT, _FRAME.width):
                self._file.text(page, line, _FRAME.x, _FRAME.y + _FRAME.height + 6 * _MM, 0.3)
        return pages

    def _head(self) -> None:
        flow, sheet = self._flow, self._questionnaire
        lines = self._setter.balanced((Text(sheet.title),), _TITLE, _FRAME.width)
        flow.place(flow.paragraph(lines, _TITLE, keep=True))
        facts = f"调查对象：{sheet.group}" if sheet.group else ""
        flow.place(flow.paragraph(self._setter.set((Text(facts),), _FACTS, _FRAME.width), _FACTS))
        flow.space(6)
        for text in filter(None, (part.strip() for part in sheet.introduction.splitlines())):
            flow.place(flow.paragraph(self._setter.set((Text(text),), _TEXT, _FRAME.width), _TEXT))
        flow.space(4)
        told = "请在所选答案前的方框内打“✓”；注明“可多选”的题目可选几项。"
        if any(row.tally.options for row in self._rows):
            lines = self._setter.set((Text(told),), _NOTE, _FRAME.width)
            flow.place(flow.paragraph(lines, _NOTE))
        flow.space(8)

    def _question(self, row: QuestionRow) -> list[Box]:
        """The boxes of one question, kept together."""
        question = row.question
        label = Text(f"{row.number}.", bold=True)
        indent = self._setter.text_width(f"{len(self._rows)}. ", Role.HEADING, _STEM.size) + 4
        (number,) = self._setter.set((label,), _STEM, indent + 20)
        skip = skip_sentence(self._evaluation, question)
        words = question.text + _asked(question) + (f"（{skip}）" if skip else "")
        stem = self._setter.set((Text(words),), _STEM, _FRAME.width - indent)
        boxes = [
            Box(_STEM.leading, self._lines([(0.0, number)] if n == 0 else [], [(indent, line)]), keep=True)
            for n, line in enumerate(stem)
        ]
        options = [tally.option for tally in row.tally.options]
        if options:
            boxes += self._options(options, indent)
        else:
            boxes += _writing_lines(question, indent)
        boxes[0] = replace(boxes[0], before=10)
        boxes[-1] = replace(boxes[-1], keep=False)
        return boxes

    def _lines(self, *groups: Sequence[tuple[float, Line]]) -> Paint:
        file, drop = self._file, (_STEM.leading - _STEM.size) / 2

        def paint(page: Page, x: float, y: float) -> None:
            for group in groups:
                for left, line in group:
                    file.text(page, line, x + left, y + drop)

        return paint

    def _options(self, options: Sequence[Option], indent: float) -> list[Box]:
        """Boxes with their keys, in as few even rows as the widest allows."""
        room = _FRAME.width - indent
        keys = [OPTION_KEYS[n] if n < len(OPTION_KEYS) else "" for n in range(len(options))]
        lead = _BOX + _AFTER_BOX + max(self._setter.text_width(k, _KEY.role, _KEY.size) for k in keys) + 4
        widths = [self._setter.text_width(_printed(one), _OPTION.role, _OPTION.size) for one in options]
        across = max(1, min(len(options), int((room + _BETWEEN) // (max(widths) + lead + _BETWEEN))))
        across = -(-len(options) // -(-len(options) // across))  # even rows: three and two, not four and one
        column = room / across
        found: list[Box] = []
        for start in range(0, len(options), across):
            parts: list[_Part] = []
            for n, option in enumerate(options[start : start + across]):
                label = self._setter.set((Text(_printed(option)),), _OPTION, column - lead - 2)
                parts.append((indent + n * column, keys[start + n], option.label, label))
            height = max(len(label) for *_, label in parts) * _OPTION.leading + 3
            found.append(Box(height, self._row(parts, lead, column), keep=True))
        return found

    def _row(self, parts: Sequence[_Part], lead: float, column: float) -> Paint:
        file, setter = self._file, self._setter

        def paint(page: Page, x: float, y: float) -> None:
            for left, key, words, label in parts:
                _square(page, x + left, y + (_OPTION.leading - _BOX) / 2)
                for line in setter.set((Text(key),), _KEY, 20):
                    place = y + (_OPTION.leading - _KEY.size) / 2 + 0.5
                    file.text(page, line, x + left + _BOX + _AFTER_BOX, place, 0.35)
                if "请注明" in words:
                    end = x + left + lead + (label[-1].width if label else 0) + 4
                    foot = y + len(label) * _OPTION.leading - 2
                    page.rules([(end, foot, x + left + column - 4, foot)], 0.6, 0.4)
                for n, line in enumerate(label):
                    drop = n * _OPTION.leading + (_OPTION.leading - _OPTION.size) / 2
                    file.text(page, line, x + left + lead, y + drop)

        return paint


def _asked(question: Question) -> str:
    """What is asked of the person besides the words: to choose several, or to write a number."""
    if question.kind == "多选" and "多选" not in question.text:
        return "（可多选）"
    return "（填写数字）" if question.kind == "数字" else ""


def _square(page: Page, x: float, y: float) -> None:
    """An empty box to tick."""
    right, foot = x + _BOX, y + _BOX
    page.rules(
        [(x, y, right, y), (right, y, right, foot), (right, foot, x, foot), (x, foot, x, y)], 0.8, 0.15
    )


def _writing_lines(question: Question, indent: float) -> list[Box]:
    """Lines for handwriting: one short one for a number, two across for words."""
    width = 45 * _MM if question.kind == "数字" else _FRAME.width - indent

    def paint(page: Page, x: float, y: float) -> None:
        page.rules([(x + indent, y + _WRITING, x + indent + width, y + _WRITING)], 0.6, 0.4)

    return [Box(_WRITING, paint, keep=True) for _ in range(1 if question.kind == "数字" else 2)]


def _printed(option: Option) -> str:
    """The label, with room to write where it asks for words and leaves none itself."""
    room = asks_words(option) and "_" not in option.label and "＿" not in option.label
    return f"{option.label}＿＿＿＿＿＿" if room else option.label
