"""A questionnaire from an exported file: questions from its headers, kinds and options from what was answered.

What is guessed is a draft: weights are left for the evaluator to choose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.domain.amounts import NotANumber, parse_number
from workbench.domain.entities_survey import FILE
from workbench.domain.evaluation import Entity, Option, Question, Questionnaire
from workbench.importers.answer_table import Header, SurveyTable
from workbench.importers.survey_cells import BLANKS, NOT_TICKED, TICKED
from workbench.importers.survey_columns import (
    NUMBER,
    OPTION,
    QUESTION,
    ColumnMapping,
    ColumnUse,
    bare,
    is_number_header,
    is_platform_header,
    option_text,
    parts_of,
    question_text,
)

_MOST_OPTIONS = 15
_LONGEST_OPTION = 30
_SHORT_OPTION = 8
_STRONG = re.compile(r"\s*[┋┆|\n;；]\s*")
_WRITTEN = re.compile(r"〖.*?〗$", re.DOTALL)
_NUMBERED = re.compile(r"^(\d{1,2}|[A-Z])\s*[、.．:：)）]")
#: Words of degrees from the best down; the first that a label holds gives its place.
_DEGREES = ("很不", "非常不", "极不", "不太", "不大", "较不", "不", "没", "差", "一般", "基本", "比较", "较", "非常", "很", "完全", "十分")  # fmt: skip
_RANKS = {
    **dict.fromkeys(("很不", "非常不", "极不"), 9),
    **dict.fromkeys(("不太", "不大", "较不"), 7),
    **dict.fromkeys(("不", "没", "差"), 8),
    "一般": 5,
    **dict.fromkeys(("基本",), 4),
    **dict.fromkeys(("比较", "较"), 3),
    **dict.fromkeys(("非常", "很", "完全", "十分"), 1),
}
_SILENT = re.compile(r"不清楚|不了解|说不清|不适用|拒答|没有接触|未接触|未使用|没有使用|没用过")
_OPEN = re.compile(r"(建议|意见|原因|具体说明|请写|请说明)[？?。）)]*$")
_SATISFACTION = re.compile(r"满意|认可|及时|到位")


@dataclass(frozen=True, slots=True)
class Draft:
    """A questionnaire made from a file, and what each column became."""

    entities: tuple[Entity, ...]
    mapping: ColumnMapping

    @property
    def questionnaire(self) -> Questionnaire:
        """The questionnaire itself."""
        first = self.entities[0]
        if not isinstance(first, Questionnaire):  # pragma: no cover - made that way below
            raise TypeError(first)
        return first


def drafted(table: SurveyTable, title: str, new_id: Callable[[], str], position: int = 1) -> Draft:
    """A questionnaire with the questions of a file."""
    asked = Questionnaire(id=new_id(), position=position, title=title, way=FILE)
    entities: list[Entity] = [asked]
    uses: dict[int, ColumnUse] = {}
    number_seen = False
    place = 0
    for group in _groups(table):
        header = group[0][1]
        if is_number_header(header) and not number_seen:
            number_seen = True
            uses[header.column] = ColumnUse(header, NUMBER)
            continue
        if is_platform_header(header) or is_number_header(header):
            continue
        place += 1
        if len(group) > 1:
            made, mine = _ticked_question(group, asked.id, place, new_id)
        else:
            made, mine = _question(table, group[0], asked.id, place, new_id)
        entities += made
        uses |= mine
    columns = tuple(uses.get(header.column, ColumnUse(header)) for header in table.headers)
    return Draft(tuple(entities), ColumnMapping(columns))


_Column = tuple[int, Header]


def _groups(table: SurveyTable) -> list[list[_Column]]:
    """Columns that stand for the options of one multiple choice together, every other one alone."""
    found: list[list[_Column]] = []
    for at, header in enumerate(table.headers):
        text, option = parts_of(header)
        before = found[-1][-1][1] if found else None
        if (
            before is not None
            and option
            and parts_of(before)[1]
            and bare(parts_of(before)[0]) == bare(text)
            and _looks_ticked(table.column(at), option)
            and _looks_ticked(table.column(found[-1][-1][0]), parts_of(before)[1])
        ):
            found[-1].append((at, header))
        else:
            found.append([(at, header)])
    return found


def _looks_ticked(cells: Sequence[str], option: str) -> bool:
    texts = {text.strip().casefold() for text in set(cells)} - BLANKS
    return all(text in TICKED or text in NOT_TICKED or bare(text) == bare(option) for text in texts)


def _ticked_question(
    group: Sequence[_Column], questionnaire: str, place: int, new_id: Callable[[], str]
) -> tuple[list[Entity], dict[int, ColumnUse]]:
    text = parts_of(group[0][1])[0]
    question = Question(
        id=new_id(), position=place, questionnaire=questionnaire, text=text, kind="多选", role="信息"
    )
    entities: list[Entity] = [question]
    uses = {}
    for number, (_, header) in enumerate(group, start=1):
        option = Option(id=new_id(), position=number, question=question.id, label=parts_of(header)[1])
        entities.append(option)
        uses[header.column] = ColumnUse(header, OPTION, question.id, option.id)
    return entities, uses


def _question(
    table: SurveyTable, column: _Column, questionnaire: str, place: int, new_id: Callable[[], str]
) -> tuple[list[Entity], dict[int, ColumnUse]]:
    at, header = column
    counted = Counter(table.column(at))
    texts = {text: n for text, n in counted.items() if text.strip() not in BLANKS}
    text = question_text(header.words)
    kind, labels = ("开放题", []) if _OPEN.search(text) and not _marked(texts) else _guess(texts)
    rated = kind == "量表" or (kind == "单选" and bool(_SATISFACTION.search(text)))
    question = Question(
        id=new_id(),
        position=place,
        questionnaire=questionnaire,
        text=text,
        kind=kind,
        role="满意度" if rated and _SATISFACTION.search("".join((text, *labels))) else "信息",
    )
    options = [
        Option(
            id=new_id(),
            position=number,
            question=question.id,
            label=label,
            no_answer=rated and bool(_SILENT.search(label)),
        )
        for number, label in enumerate(labels, start=1)
    ]
    return [question, *options], {header.column: ColumnUse(header, QUESTION, question.id)}


def _guess(texts: dict[str, int]) -> tuple[str, list[str]]:
    """Kind and option labels from what was answered."""
    if not texts:
        return "文字", []
    answers = sum(texts.values())
    single = {_WRITTEN.sub("", text).strip(): n for text, n in texts.items()}
    pieces = Counter[str]()
    for text, n in texts.items():
        for piece in _STRONG.split(text):
            if label := _WRITTEN.sub("", piece).strip():
                pieces[label] += n
    several = any(len(_STRONG.split(text)) > 1 for text in texts)
    if several and _few(pieces, answers):
        return "多选", _ordered(pieces)
    if all(_is_number(text) for text in texts):
        whole = all(text.isdecimal() and 0 < int(text) <= 10 for text in texts if len(text) < 3)
        if not (whole and len(texts) <= 10 and max(map(len, texts)) < 3):
            return "数字", []
        return "单选", sorted(texts, key=int)
    if _few(single, answers):
        ranked = [label for label in single if _rank(label) is not None and not _SILENT.search(label)]
        return ("量表" if len(ranked) >= 3 and len(ranked) * 3 >= len(single) * 2 else "单选"), _ordered(
            single
        )
    return "开放题", []


def _few(texts: dict[str, int], answers: int) -> bool:
    """Whether these may be the options of a question: few, short, and mostly given more than once."""
    if not texts or len(texts) > _MOST_OPTIONS or max(map(len, texts)) > _LONGEST_OPTION:
        return False
    if len(texts) * 2 <= max(answers, 2):
        return True
    # Of few sheets: words of a few characters, or some answer that comes again.
    return len(texts) <= 5 and (answers > len(texts) or max(map(len, texts)) <= _SHORT_OPTION)


def _marked(texts: dict[str, int]) -> bool:
    """Whether the answers bear the marks of options: ``1.`` or ``A、`` before each."""
    return bool(texts) and all(_NUMBERED.match(text) for text in texts)


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except NotANumber:
        return False
    return True


def _rank(label: str) -> int | None:
    plain = option_text(label)
    return next((_RANKS[word] for word in _DEGREES if plain.startswith(word) or f"，{word}" in plain), None)


def _ordered(texts: dict[str, int]) -> list[str]:
    """Labels by their printed marks, by degree from the best down, else by how often they were chosen."""
    labels = list(texts)
    marks = [_NUMBERED.match(label) for label in labels]
    if all(marks):
        by_mark = {label: mark[1] for label, mark in zip(labels, marks, strict=True) if mark}
        labels.sort(key=lambda label: (len(by_mark[label]), by_mark[label]))
        return [option_text(label) for label in labels]
    ranks = {label: 10 if _SILENT.search(label) else _rank(label) for label in labels}
    if sum(rank is not None for rank in ranks.values()) * 2 > len(labels):
        place = {label: rank if rank is not None else 2 for label, rank in ranks.items()}
        return sorted(labels, key=lambda label: place[label])
    return sorted(labels, key=lambda label: -texts[label])
