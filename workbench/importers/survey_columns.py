"""What each column of an exported questionnaire is: the sheet's number, a question, one option, or nothing to import.

A mapping is proposed from the headers and from what was chosen for the same headers before, and can
be changed column by column.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.domain.evaluation import Option, Question
from workbench.importers.answer_table import Header, SurveyTable

NUMBER, QUESTION, OPTION, IGNORED = "答卷编号", "题目", "选项", "不导入"

#: A running number: ``3、`` ``Q3 `` ``第 3 题：``; 第 3 次 and 第 3 季度 belong to the question.
_PREFIX = re.compile(
    r"^(?:第\s*\d{1,3}\s*(?:题\s*[、.．:：]?|[、.．:：)）]\s*)"
    r"|[Qq]?\d{1,3}\s*(?:题\s*[、.．:：]?|[、.．:：)）]\s*|\s+|_(?=\D)))"
)
_KIND = re.compile(r"[\[【(（]\s*(?:单选|多选|可多选|必答|选答|量表|填空|矩阵)[^\])】）]{0,12}[\])】）]|\*$")
_OPTION_PREFIX = re.compile(r"^(?:[A-Za-z]|\d{1,2})\s*[、.．:：)）]\s*")
_BETWEEN = re.compile(r"\s*[:：—]+\s*|\s+-\s+|_(?=\D)")
_BRACKETED = re.compile(r"^(.*\S)\s*[(（【\[〔]([^()（）【】\[\]〔〕]+)[)）】\]〕]$")
_NUMBER_WORDS = frozenset({"序号", "编号", "答卷编号", "问卷编号", "答题序号", "id", "no", "no.", "号码"})
#: Columns that platforms add, by the words that they begin with or hold.
_PLATFORM = re.compile(
    r"^(提交|答题|填写|作答|开始|结束|所用|用时|来源|来自|ip|总分|得分$|省份|城市|地理|浏览器|操作系统|"
    r"设备|用户|昵称|微信|openid|头像|渠道|状态|审核|标签|备注$|清洗|答卷时间|自定义字段)"
)


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What one column is used for; ``question`` and ``option`` are ids."""

    header: Header
    use: str = IGNORED
    question: str = ""
    option: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What every column is used for; ``remembered`` when it was chosen so for the same headers before."""

    columns: tuple[ColumnUse, ...]
    remembered: bool = False

    def using(self, column: int, use: str, question: str = "", option: str = "") -> ColumnMapping:
        """The mapping with one column used otherwise; a number column and a question are used once."""

        def changed(one: ColumnUse) -> ColumnUse:
            if one.header.column == column:
                return replace(one, use=use, question=question, option=option)
            twice = one.use == use and (use == NUMBER or (use == QUESTION and one.question == question))
            return replace(one, use=IGNORED, question="", option="") if twice else one

        return ColumnMapping(tuple(map(changed, self.columns)))

    @property
    def questions(self) -> frozenset[str]:
        """The ids of the questions that some column answers."""
        return frozenset(one.question for one in self.columns if one.question)


def bare(text: str) -> str:
    """A text as it is compared: no width, spaces, punctuation, case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def question_text(header: str) -> str:
    """A header without its running number and its kind: ``3、您是否满意？（单选题）`` → ``您是否满意？``."""
    text = _KIND.sub("", header.strip()).strip()
    shorter = _PREFIX.sub("", text).strip()
    return shorter or text


def option_text(label: str) -> str:
    """An option without its mark: ``1.非常满意``, ``A、非常满意`` → ``非常满意``."""
    shorter = _OPTION_PREFIX.sub("", label.strip()).strip()
    return shorter or label.strip()


def parts_of(header: Header) -> tuple[str, str]:
    """Question and option of a header that may name both; the option is empty when it names one thing."""
    if header.below and header.below != header.text:
        return question_text(header.text), option_text(header.below)
    text = _KIND.sub("", header.text.strip()).strip()
    body = _PREFIX.sub("", text)
    found = _BRACKETED.match(body)
    if found:
        return question_text(found[1]), option_text(found[2])
    parts = _BETWEEN.split(body, maxsplit=1)
    if len(parts) == 2 and all(part.strip() for part in parts):
        return question_text(parts[0]), option_text(parts[1])
    return question_text(text), ""


def is_number_header(header: Header) -> bool:
    """Whether a header names the sheet's number."""
    return header.words.strip().casefold() in _NUMBER_WORDS


def is_platform_header(header: Header) -> bool:
    """Whether a header names data of the platform, not an answer."""
    return bool(_PLATFORM.match(bare(header.words)))


def fingerprint(headers: Iterable[Header]) -> str:
    """What tells a kind of file from another: its headers, whatever their order of width and case."""
    text = "\n".join(bare(header.words) for header in headers)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def proposed(
    table: SurveyTable,
    asked: Sequence[tuple[Question, Sequence[Option]]],
    remembered: Mapping[str, Sequence[str]] | None = None,
) -> ColumnMapping:
    """A mapping of the columns to the questions; ``remembered`` as :func:`to_remember` gave it."""
    if remembered is not None:
        return _recalled(table.headers, asked, remembered)
    by_text: dict[str, Question] = {}
    for question, _ in asked:
        for text in (question.text, question.name, question.code):
            by_text.setdefault(bare(question_text(text)), question)
    by_text.pop("", None)
    labels = {
        question.id: {bare(option_text(option.label)): option.id for option in options}
        for question, options in asked
    }
    kinds = {question.id: question.kind for question, _ in asked}
    found: list[ColumnUse] = []
    taken: set[tuple[str, str]] = set()
    for header in table.headers:
        use = ColumnUse(header)
        whole = by_text.get(bare(question_text(header.words)))
        text, option = parts_of(header)
        part = by_text.get(bare(text))
        ticked = labels[part.id].get(bare(option), "") if part is not None and option else ""
        if whole is not None:
            use = ColumnUse(header, QUESTION, whole.id)
        elif part is not None and ticked and kinds[part.id] == "多选":
            use = ColumnUse(header, OPTION, part.id, ticked)
        elif is_number_header(header):
            use = ColumnUse(header, NUMBER)
        elif part is not None and not is_platform_header(header):
            use = ColumnUse(header, QUESTION, part.id)
        key = (use.question or use.use, use.option)
        if use.use != IGNORED and key in taken:
            use = ColumnUse(header)
        taken.add(key)
        found.append(use)
    return ColumnMapping(tuple(found))


def to_remember(
    mapping: ColumnMapping, asked: Sequence[tuple[Question, Sequence[Option]]]
) -> dict[str, list[str]]:
    """A mapping in words, by header: it holds for other evaluations with the same questions."""
    texts = {question.id: bare(question_text(question.text)) for question, _ in asked}
    labels = {option.id: bare(option_text(option.label)) for _, options in asked for option in options}
    return {
        f"{place} {bare(one.header.words)}": [
            one.use,
            texts.get(one.question, ""),
            labels.get(one.option, ""),
        ]
        for place, one in enumerate(mapping.columns)
    }


def _recalled(
    headers: Sequence[Header],
    asked: Sequence[tuple[Question, Sequence[Option]]],
    remembered: Mapping[str, Sequence[str]],
) -> ColumnMapping:
    questions = {bare(question_text(question.text)): question.id for question, _ in asked}
    options = {
        (question.id, bare(option_text(option.label))): option.id for question, own in asked for option in own
    }
    found = []
    for place, header in enumerate(headers):
        use, text, label = (*remembered.get(f"{place} {bare(header.words)}", ()), "", "", "")[:3]
        question = questions.get(text, "")
        option = options.get((question, label), "")
        fits = use == NUMBER or (use == QUESTION and question) or (use == OPTION and option)
        found.append(ColumnUse(header, use, question, option) if fits else ColumnUse(header))
    return ColumnMapping(tuple(found), remembered=True)


def read_memory(text: str) -> dict[str, dict[str, list[str]]]:
    """Remembered mappings by fingerprint; a damaged file remembers nothing."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        key: {name: [str(word) for word in said] for name, said in columns.items() if isinstance(said, list)}
        for key, columns in found.items()
        if isinstance(columns, dict)
    }
