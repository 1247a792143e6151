"""What a questionnaire says as a whole: one rate over several questions, how sure it is, open answers in
groups, groups of respondents beside each other, and figures that were signed off against those of now."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import (
    NotANumber,
    exact,
    parse_number,
    show_percent,
    show_plain,
)
from workbench.domain.answer_counts import sheet_counts
from workbench.domain.answers import CHOICE, CODES
from workbench.domain.asked import asks_words
from workbench.domain.entities_survey import (
    COUNTS,
    MEAN,
    WEIGHTED,
    AnswerGroup,
    SurveyResult,
)
from workbench.domain.evaluation import CHOICE_KINDS, Evaluation, Option, Question, Questionnaire
from workbench.domain.form_json import canonical
from workbench.domain.survey import Tally, as_counted, options_of, questions_of, recovery_rate, tally

#: The 97.5 % point of the normal distribution, for intervals of 95 %.
Z = Decimal("1.959964")
#: With fewer answers than this a rate is marked as resting on a small sample (no official minimum exists).
SMALL_SAMPLE = 30


@dataclass(frozen=True, slots=True)
class Overall:
    """The rate over all satisfaction questions of one questionnaire, by the method that it names."""

    method: str
    tallies: tuple[Tally, ...]
    rate: Fraction | None
    expression: str = ""
    fault: str = ""
    """Why there is no rate, as a Chinese sentence."""

    @property
    def base(self) -> Fraction | None:
        """The most people who answered one of the questions."""
        return max((t.base for t in self.tallies if t.base is not None), default=None)


def overall(evaluation: Evaluation, questionnaire: Questionnaire) -> Overall:
    """The combined rate (综合满意度) of the questions whose role is 满意度 and which have a rate.

    合并计算: Σ points ÷ Σ answers; 各题平均: the mean of the questions' rates; 加权平均: Σλ·rate ÷ Σλ.
    With every question answered by all, the first two agree.
    """
    asked = [q for q in questions_of(evaluation, questionnaire) if q.role == "满意度"]
    tallies = tuple(t for t in (tally(evaluation, q) for q in asked) if t.rate is not None)
    method = questionnaire.aggregation
    if not tallies:
        return Overall(method, (), None, fault="没有已计票的满意度题目。")
    if method == WEIGHTED:
        return _weighted(tallies)
    if method == MEAN:
        rates = [t.rate or Fraction(0) for t in tallies]
        rate = sum(rates, Fraction(0)) / len(rates)
        terms = " + ".join(show_percent(r) for r in rates)
        return Overall(method, tallies, rate, f"({terms}) ÷ {len(rates)} 题 = {show_percent(rate)}")
    bases = [t.base or Fraction(0) for t in tallies]
    points = [(t.rate or Fraction(0)) * b for t, b in zip(tallies, bases, strict=True)]
    rate = sum(points, Fraction(0)) / sum(bases, Fraction(0))
    above = " + ".join(show_plain(p) for p in points)
    below = " + ".join(show_plain(b) for b in bases)
    return Overall(method, tallies, rate, f"({above}) ÷ ({below}) = {show_percent(rate)}")


def _weighted(tallies: tuple[Tally, ...]) -> Overall:
    without = [t.question.position for t in tallies if t.question.weight is None]
    if without:
        places = "、".join(str(position) for position in without)
        return Overall(WEIGHTED, tallies, None, fault=f"第 {places} 题没有题目权重，不能加权平均。")
    weights = [exact(t.question.weight or 0) for t in tallies]
    together = sum(weights, Fraction(0))
    if together <= 0:
        return Overall(WEIGHTED, tallies, None, fault="题目权重合计为 0，不能加权平均。")
    rates = [t.rate or Fraction(0) for t in tallies]
    rate = sum((r * w for r, w in zip(rates, weights, strict=True)), Fraction(0)) / together
    terms = " + ".join(f"{show_percent(r)}×{show_plain(w)}" for r, w in zip(rates, weights, strict=True))
    return Overall(WEIGHTED, tallies, rate, f"({terms}) ÷ {show_plain(together)} = {show_percent(rate)}")


# —— how sure ——


def wilson(rate: Fraction, base: Fraction | int) -> tuple[Fraction, Fraction]:
    """The 95 % interval of a rate from ``base`` answers (E. B. Wilson 1927, JASA 22:209), as shares of one.

    For a weighted rate it is a cautious one: answers between the ends vary less than yes and no.
    """
    n = Decimal(int(base))
    p = Decimal(rate.numerator) / Decimal(rate.denominator)
    square = Z * Z / n
    middle = (p + square / 2) / (1 + square)
    spread = max(p * (1 - p) / n + square / (4 * n), Decimal(0)).sqrt() * Z / (1 + square)
    return max(exact(middle - spread), Fraction(0)), min(exact(middle + spread), Fraction(1))


def sample_advice(found: Tally) -> str:
    """One sentence on what the number of answers allows to say; empty where there is no rate. A notice, no fault."""
    if found.rate is None or not found.base:
        return ""
    low, high = wilson(found.rate, found.base)
    each = show_percent(Fraction(1) / found.base, 1)
    interval = f"95% 置信区间 {show_percent(low, 1)}–{show_percent(high, 1)}"
    if found.base < SMALL_SAMPLE:
        return (
            f"样本 {show_plain(found.base)} 份，偏小：每一份最多影响 {each}，{interval}，报告中应写明样本量。"
        )
    return f"样本 {show_plain(found.base)} 份：{interval}。"


# —— numbers, open answers, groups of respondents ——


@dataclass(frozen=True, slots=True)
class NumberSummary:
    """The answers to a question that asks for a number."""

    numbers: int
    mean: Fraction | None = None
    median: Fraction | None = None
    least: Fraction | None = None
    most: Fraction | None = None
    strange: tuple[str, ...] = ()
    """Answers that are no numbers, with their sheets: ``003：很多``."""


def number_summary(evaluation: Evaluation, question: Question) -> NumberSummary:
    """Mean, median and ends of the numbers on the sheets."""
    questionnaire = evaluation.get(Questionnaire, question.questionnaire)
    if questionnaire is None or questionnaire.way == COUNTS:
        return NumberSummary(0)
    numbers: list[Fraction] = []
    strange: list[str] = []
    for answer in sheet_counts(evaluation, questionnaire).texts(question):
        try:
            numbers.append(exact(parse_number(answer.text)))
        except NotANumber:
            strange.append(f"{answer.number}：{answer.text[:20]}")
    if not numbers:
        return NumberSummary(0, strange=tuple(strange))
    numbers.sort()
    count = len(numbers)
    median = (numbers[(count - 1) // 2] + numbers[count // 2]) / 2
    mean = sum(numbers, Fraction(0)) / count
    return NumberSummary(count, mean, median, numbers[0], numbers[-1], tuple(strange))


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """One heading with how many sheets said so, and the answers under it with their counts."""

    label: str
    count: int
    answers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class OpenAnswers:
    """The open answers to one question, by heading; those that nobody has put under one yet come last."""

    people: int
    groups: tuple[OpenGroup, ...]
    left: tuple[tuple[str, int], ...]


def one_line(text: str) -> str:
    """An open answer as it is compared and grouped: on one line, single spaces."""
    return " ".join(text.split())


def has_words(evaluation: Evaluation, question: Question) -> bool:
    """Whether words are written on the sheets for a question: an open one, or beside an option (其他：…)."""
    if question.kind in CHOICE_KINDS:
        return any(asks_words(option) for option in options_of(evaluation, question))
    return question.kind in {"文字", "开放题"}


def open_answers(evaluation: Evaluation, question: Question) -> OpenAnswers:
    """The open answers of a question, counted in the groups that a person made."""
    questionnaire = evaluation.get(Questionnaire, question.questionnaire)
    if questionnaire is None or questionnaire.way == COUNTS:
        return OpenAnswers(0, (), ())
    said = Counter(one_line(a.text) for a in sheet_counts(evaluation, questionnaire).texts(question))
    groups: list[OpenGroup] = []
    grouped: set[str] = set()
    for group in evaluation.listed(AnswerGroup):
        if group.question == question.id:
            lines = [line for line in dict.fromkeys(group.answers.split("\n")) if line not in grouped]
            mine = tuple((line, said[line]) for line in lines if said[line])
            grouped.update(lines)
            groups.append(OpenGroup(group.label, sum(count for _, count in mine), mine))
    left = tuple((text, count) for text, count in said.most_common() if text not in grouped)
    return OpenAnswers(said.total(), tuple(groups), left)


@dataclass(frozen=True, slots=True)
class GroupResult:
    """How the people who chose one option of another question answered: counts by option id, base, rate."""

    option: Option
    counts: Mapping[str, int]
    base: int
    rate: Fraction | None


def breakdown(evaluation: Evaluation, question: Question, by: Question) -> tuple[GroupResult, ...]:
    """A single choice for each group of respondents (those who chose an option of ``by``); needs sheets."""
    questionnaire = evaluation.get(Questionnaire, question.questionnaire)
    if questionnaire is None or questionnaire.way == COUNTS:
        return ()
    counts = sheet_counts(evaluation, questionnaire)
    places = [counts.plan.places(q.id, CHOICE) for q in (by, question)]
    if not all(places):
        return ()
    pairs = Counter(zip(counts.column(places[0][0]), counts.column(places[1][0]), strict=True))
    codes = {
        q.id: dict(zip(counts.plan.columns[place[0]].options, CODES, strict=False))
        for q, place in zip((by, question), places, strict=True)
    }
    options = options_of(evaluation, question)
    found = []
    for group in options_of(evaluation, by):
        mine = codes[by.id].get(group.id, "")
        numbers = {o.id: pairs[mine, codes[question.id].get(o.id, "")] for o in options}
        judged = [o for o in options if not o.no_answer]
        base = sum(numbers[o.id] for o in judged)
        weighted = any(o.weight is not None for o in judged)
        points = sum((exact(o.weight or 0) * numbers[o.id] for o in judged), Fraction(0))
        found.append(GroupResult(group, numbers, base, points / base if base and weighted else None))
    return tuple(found)


# —— signed off ——


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure that is another than when the result was signed off."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what}：{self.before or '无'} → {self.after or '无'}"


def figures_of(evaluation: Evaluation, questionnaire: Questionnaire) -> str:
    """Every figure of a questionnaire with its name, as the JSON that :class:`SurveyResult` keeps."""
    return canonical({key: list(figure) for key, figure in _figures(evaluation, questionnaire).items()})


def _figures(evaluation: Evaluation, questionnaire: Questionnaire) -> dict[str, tuple[str, str]]:
    counted = as_counted(evaluation, questionnaire)

    def plain(number: Fraction | Decimal | int | None) -> str:
        return "" if number is None else show_plain(number, 12)

    found = {
        "way": ("数据来源", counted.way),
        "issued": ("发放份数", plain(counted.issued)),
        "returned": ("回收份数", plain(counted.returned)),
        "valid": ("有效份数", plain(counted.valid)),
        "recovery": ("有效回收率", _percent(recovery_rate(counted))),
    }
    for question in questions_of(evaluation, questionnaire):
        result = tally(evaluation, question)
        name = f"第 {question.position} 题"
        found[f"question:{question.id}"] = (f"{name}题目", question.text)
        for option in result.options:
            label = f"{name}“{option.option.label}”"
            found[f"count:{option.option.id}"] = (f"{label}人数", plain(option.count))
            found[f"weight:{option.option.id}"] = (
                f"{label}权重",
                "" if option.option.weight is None else f"{show_plain(option.option.weight * 100)}%",
            )
        if result.options:
            found[f"base:{question.id}"] = (f"{name}计入人数", plain(result.base))
            found[f"rate:{question.id}"] = (f"{name}{question.name or '比率'}", _percent(result.rate))
    together = overall(evaluation, questionnaire)
    found["method"] = ("综合方法", together.method)
    found["overall"] = ("综合比率", _percent(together.rate))
    return found


def _percent(rate: Fraction | None) -> str:
    return "" if rate is None else show_percent(rate)


def changes_since(evaluation: Evaluation, result: SurveyResult) -> tuple[FigureChange, ...]:
    """The figures that differ from those signed off, in the order of the questionnaire; gone ones last."""
    questionnaire = evaluation.get(Questionnaire, result.questionnaire)
    if questionnaire is None:
        return ()
    now = _figures(evaluation, questionnaire)
    before = read_figures(result.figures)
    changes = [
        FigureChange(what, before.get(key, (what, ""))[1], text)
        for key, (what, text) in now.items()
        if before.get(key, (what, ""))[1] != text
    ]
    gone = [FigureChange(what, text, "") for key, (what, text) in before.items() if key not in now and text]
    return (*changes, *gone)


def read_figures(text: str) -> dict[str, tuple[str, str]]:
    """The figures of a signed-off result by key: name and text. Damaged ones read as none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        key: (str(said[0]), str(said[1]))
        for key, said in found.items()
        if isinstance(said, list) and len(said) == 2
    }
