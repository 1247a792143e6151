"""Where a rule's input may come from: one entry of :data:`FAMILIES` for each family of sources.

A binding is text, ``family:key``: ``survey:<question id or code>`` the rate of a question ·
``fund:<column>`` the total of a fund column, ``fund:<column>@<year>`` of one year ·
``target:<id or name>`` the value of a target, ``actual:<id or name>`` what was reached ·
``count:deductions``, ``count:problems``, ``count:evidence`` how many are tied to the indicator ·
``date:<field>`` a date of the overview · ``days:<field>/<field>`` the days from one to another ·
``record:<fact id or name>`` what was counted or measured on site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from workbench.domain.amounts import exact, show_money, show_percent, show_plain
from workbench.domain.entities_records import Fact, SiteRecord
from workbench.domain.evaluation import (
    Deduction,
    Evaluation,
    FundLine,
    Link,
    Overview,
    Question,
    Questionnaire,
    Target,
)
from workbench.domain.fields import spec_of, specs_of
from workbench.domain.rules.base import Given
from workbench.domain.survey import Tally, questions_of, tally
from workbench.domain.survey_results import overall

FUND_COLUMNS = ("initial", "budget", "arrived", "due", "spent", "contract")
#: Dates of the overview that an input may take.
OVERVIEW_DATES = tuple(field.name for field in specs_of(Overview) if field.kind == "date")
#: Stretches of days offered by name; any two dates of the overview can be bound.
DURATIONS: Mapping[str, str] = {
    "project_start/project_end": "计划工期（天）",
    "project_start/actual_end": "实际工期（天）",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One binding that can be chosen: its text, what it is called, and its present value."""

    source: str
    label: str
    given: Given
    dated: bool = False
    """It gives a date, not a number."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a form declares that its standards may take from: questions by code, names of targets."""

    questions: Mapping[str, Mapping[str, Any]]
    targets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Family:
    """One family of sources. ``resolve`` gets the sources, the key and the indicator that asks."""

    resolve: Callable[[Sources, str, str], Given]
    kinds: tuple[str, ...]
    """Kinds of entities whose change may change a value of the family."""
    offered: Callable[[Sources], Iterable[str]]
    """The keys that can be chosen now, in the order of the work."""
    fault: Callable[[str, Declared], str]
    """What is wrong with a key in a form, as a Chinese clause (``而 …``); empty when nothing is."""
    place: Callable[[str], tuple[str, str, str]]
    """Kind, id and field of the place where the value is kept, so that a person can go there."""
    dated: bool = False
    """The family gives dates, not numbers."""


def family_of(source: str) -> Family | None:
    """The family of a binding, or nothing."""
    return FAMILIES.get(source.partition(":")[0])


def kinds_behind() -> Mapping[str, tuple[str, ...]]:
    """For each kind of entity the prefixes of the bindings that its change can reach."""
    found: dict[str, list[str]] = {}
    for name, family in FAMILIES.items():
        for kind in family.kinds:
            found.setdefault(kind, []).append(f"{name}:")
    return {kind: tuple(prefixes) for kind, prefixes in found.items()}


def source_fault(source: str, declared: Declared) -> str:
    """What is wrong with a binding in a form, as a Chinese clause; empty when nothing is."""
    if not source or source == "manual":
        return ""
    family = family_of(source)
    return "而没有这种来源" if family is None else family.fault(source.partition(":")[2], declared)


def place_of_source(source: str) -> tuple[str, str, str]:
    """Kind, id and field of the place where a bound value is kept; empty when there is none."""
    family = family_of(source)
    return ("", "", "") if family is None else family.place(source.partition(":")[2])


class Sources:
    """Resolves bindings against one state of an evaluation; each result is worked out once."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self._tallies: dict[str, Tally] = {}
        self.funds: dict[str, Given] = {}
        self._lines: dict[str, list[Deduction]] | None = None

    def deductions(self, indicator: str) -> list[Deduction]:
        """The deduction lines of an indicator in their order, sorted once for all indicators."""
        if self._lines is None:
            self._lines = {}
            for line in self.evaluation.listed(Deduction):
                self._lines.setdefault(line.indicator, []).append(line)
        return self._lines.get(indicator, [])

    def resolve(self, source: str, indicator: str = "") -> Given:
        """The value behind a binding; ``fault`` says in Chinese why there is none."""
        family = family_of(source)
        if family is None:
            return Given(None, fault=f"不认识的取数来源“{source}”。")
        return family.resolve(self, source.partition(":")[2], indicator)

    def tally(self, question: Question) -> Tally:
        """The result of one question."""
        if question.id not in self._tallies:
            self._tallies[question.id] = tally(self.evaluation, question)
        return self._tallies[question.id]

    def fund_total(self, column: str, year: str = "") -> Fraction | None:
        """The total of one fund column in the evaluation's unit; nothing when no line states it."""
        amounts = [
            exact(amount)
            for line in self.evaluation.table(FundLine).values()
            if (not year or line.year == year) and (amount := getattr(line, column)) is not None
        ]
        return sum(amounts, Fraction(0)) if amounts else None

    def choices(self, indicator: str = "") -> list[Choice]:
        """Every binding that has something to bind to, in the order of the work; counts are the indicator's."""
        found = []
        for name, family in FAMILIES.items():
            for key in family.offered(self):
                given = family.resolve(self, key, indicator)
                found.append(Choice(f"{name}:{key}", given.name, given, family.dated))
        return found


def _survey(sources: Sources, key: str, _: str) -> Given:
    question = _question(sources, key)
    if question is None:
        asked = sources.evaluation.get(Questionnaire, key)
        return _combined(sources, asked) if asked else Given(None, fault="问卷题目已不存在，请重新选择。")
    result = sources.tally(question)
    name = question.name or question.text
    where = f"问卷第 {question.position} 题"
    if result.rate is None:
        return Given(None, name=name, origin=where, fault=f"{where}还没有计票。")
    count = show_plain(result.base) if result.base is not None else "0"
    return Given(result.rate, show_percent(result.rate), f"{where}，有效 {count} 份", name)


def _combined(sources: Sources, questionnaire: Questionnaire) -> Given:
    """The rate over all satisfaction questions of a questionnaire."""
    found = overall(sources.evaluation, questionnaire)
    name, where = "综合满意度", f"问卷“{questionnaire.title}”（{found.method}）"
    if found.rate is None:
        return Given(None, name=name, origin=where, fault=found.fault)
    count = show_plain(found.base) if found.base is not None else "0"
    return Given(found.rate, show_percent(found.rate), f"{where}，有效 {count} 份", name)


def _offered_surveys(sources: Sources) -> Iterable[str]:
    """Every question, and each questionnaire that asks for satisfaction more than once."""
    evaluation = sources.evaluation
    yield from (question.id for question in evaluation.listed(Question))
    for questionnaire in evaluation.listed(Questionnaire):
        if sum(q.role == "满意度" for q in questions_of(evaluation, questionnaire)) > 1:
            yield questionnaire.id


def _question(sources: Sources, key: str) -> Question | None:
    found = sources.evaluation.get(Question, key)
    if found is not None:
        return found
    for question in sources.evaluation.table(Question).values():
        if question.code == key:
            return question
    return None


def _fund(sources: Sources, key: str, _: str) -> Given:
    column, _, year = key.partition("@")
    if column not in FUND_COLUMNS:
        return Given(None, fault=f"没有名为“{column}”的资金列。")
    if key not in sources.funds:
        name = spec_of(FundLine, column).label
        total = sources.fund_total(column, year)
        origin = f"资金：{year + ' 年' if year else ''}{name}合计"
        unit = sources.evaluation.overview.fund_unit
        sources.funds[key] = (
            Given(None, origin=origin, name=name, fault=f"资金表还没有填写{name}。")
            if total is None
            else Given(total, show_money(total, unit), origin, name)
        )
    return sources.funds[key]


def _target(sources: Sources, key: str, _: str) -> Given:
    return _of_target(sources, key, "value", "目标值")


def _actual(sources: Sources, key: str, _: str) -> Given:
    return _of_target(sources, key, "actual", "完成值")


def _of_target(sources: Sources, key: str, field: str, word: str) -> Given:
    table = sources.evaluation.table(Target)
    target = table.get(key) or next((t for t in table.values() if t.name == key), None)
    if target is None:
        return Given(None, fault="绩效目标已不存在，请重新选择。")
    name = f"{target.name}{word}"
    amount = getattr(target, field)
    if amount is None:
        return Given(None, origin="绩效目标", name=name, fault=f"绩效目标“{target.name}”还没有填写{word}。")
    value = exact(amount) / 100 if target.unit == "%" else exact(amount)
    text = show_percent(value) if target.unit == "%" else f"{show_plain(value)}{target.unit}"
    return Given(value, text, f"绩效目标：{target.name}", name)


def _offered_targets(sources: Sources) -> Iterable[str]:
    return (target.id for target in sources.evaluation.listed(Target))


def _target_fault(key: str, declared: Declared) -> str:
    return "" if key in declared.targets else f"而绩效目标里没有“{key}”"


def _survey_fault(key: str, declared: Declared) -> str:
    if key not in declared.questions:
        return f"而问卷里没有代号为“{key}”的题目"
    if not any("weight" in option for option in declared.questions[key]["option"]):
        return "而这道题的选项没有权重，算不出比率"
    return ""


def _fund_fault(key: str, _: Declared) -> str:
    column = key.partition("@")[0]
    return "" if column in FUND_COLUMNS else f"而资金表没有“{column}”这一列"


# how many are tied to the indicator


def _tied(sources: Sources, indicator: str, kind: str) -> set[str]:
    """Ids of the entities of a kind that are linked to the indicator or to one of its deduction lines."""
    ends = {("indicator", indicator), *(("deduction", line.id) for line in sources.deductions(indicator))}
    return {
        link.from_id
        for link in sources.evaluation.table(Link).values()
        if link.from_kind == kind and (link.to_kind, link.to_id) in ends
    }


def _count_deductions(sources: Sources, indicator: str) -> int:
    return len(sources.deductions(indicator))


def _count_problems(sources: Sources, indicator: str) -> int:
    return len(_tied(sources, indicator, "problem"))


def _count_evidence(sources: Sources, indicator: str) -> int:
    return len(_tied(sources, indicator, "evidence"))


#: What can be counted at an indicator: its name on screen, the counting, where it is kept.
COUNTED: Mapping[str, tuple[str, Callable[[Sources, str], int], str]] = {
    "deductions": ("扣分条数", _count_deductions, "indicator"),
    "problems": ("关联问题数", _count_problems, "problem"),
    "evidence": ("佐证件数", _count_evidence, "evidence"),
}


def _count(sources: Sources, key: str, indicator: str) -> Given:
    if key not in COUNTED:
        return Given(None, fault=f"不认识的计数来源“{key}”。")
    name, counting, _ = COUNTED[key]
    number = counting(sources, indicator) if indicator else 0
    return Given(Fraction(number), str(number), name, name)


# dates of the overview


def _day(sources: Sources, name: str) -> date | None:
    found = getattr(sources.evaluation.overview, name)
    return found if isinstance(found, date) else None


def _date(sources: Sources, key: str, _: str) -> Given:
    if key not in OVERVIEW_DATES:
        return Given(None, fault=f"概况中没有名为“{key}”的日期。")
    name, day = spec_of(Overview, key).label, _day(sources, key)
    if day is None:
        return Given(None, origin="概况", name=name, fault=f"概况还没有填写{name}。")
    return Given(day.isoformat(), day.isoformat(), f"概况：{name}", name)


def _days(sources: Sources, key: str, _: str) -> Given:
    ends = key.split("/")
    if len(ends) != 2 or not set(ends) <= set(OVERVIEW_DATES):
        return Given(None, fault=f"不认识的日期区间“{key}”。")
    names = [spec_of(Overview, end).label for end in ends]
    name = DURATIONS.get(key, f"{names[0]}至{names[1]}的天数")
    first, last = (_day(sources, end) for end in ends)
    for day, said in ((first, names[0]), (last, names[1])):
        if day is None:
            return Given(None, origin="概况", name=name, fault=f"概况还没有填写{said}。")
    number = (last - first).days if first is not None and last is not None else 0
    if number < 0:
        return Given(None, origin="概况", name=name, fault=f"{names[1]}早于{names[0]}，请核对。")
    return Given(Fraction(number), f"{number} 天", f"概况：{names[0]} {first}，{names[1]} {last}", name)


def _offered_dates(sources: Sources) -> Iterable[str]:
    return (name for name in OVERVIEW_DATES if _day(sources, name) is not None)


def _offered_days(sources: Sources) -> Iterable[str]:
    return (key for key in DURATIONS if _days(sources, key, "").value is not None)


def _date_fault(key: str, _: Declared) -> str:
    return "" if key in OVERVIEW_DATES else f"而概况中没有“{key}”这个日期"


def _days_fault(key: str, declared: Declared) -> str:
    ends = key.split("/")
    return (
        "" if len(ends) == 2 and not any(_date_fault(end, declared) for end in ends) else "而它不是两个日期"
    )


# what was counted or measured on site


def _record(sources: Sources, key: str, _: str) -> Given:
    table = sources.evaluation.table(Fact)
    fact = table.get(key) or next((f for f in table.values() if f.name == key), None)
    if fact is None:
        return Given(None, fault=f"现场记录中没有“{key}”这项数据，请先记录或重新选择。")
    record = sources.evaluation.get(SiteRecord, fact.record)
    day = f" {fact.observed}" if fact.observed is not None else ""
    origin = f"现场记录：{record.title if record is not None else ''}{day}"
    if fact.value is None:
        return Given(None, origin=origin, name=fact.name, fault=f"现场数据“{fact.name}”还没有填写实查数。")
    value = exact(fact.value) / 100 if fact.unit == "%" else exact(fact.value)
    text = show_percent(value) if fact.unit == "%" else f"{show_plain(value)}{fact.unit}"
    return Given(value, text, origin, fact.name)


#: Every family of sources by the prefix of its bindings. A new family is one entry here.
FAMILIES: Mapping[str, Family] = {
    "fund": Family(
        _fund,
        ("fund_line",),
        lambda sources: (column for column in FUND_COLUMNS if sources.fund_total(column) is not None),
        _fund_fault,
        lambda _: ("fund_line", "", ""),
    ),
    "target": Family(
        _target, ("target",), _offered_targets, _target_fault, lambda key: ("target", key, "value")
    ),
    "actual": Family(
        _actual, ("target",), _offered_targets, _target_fault, lambda key: ("target", key, "actual")
    ),
    "survey": Family(
        _survey,
        ("questionnaire", "question", "option", "sheet", "sheet_batch"),
        _offered_surveys,
        _survey_fault,
        lambda key: ("question", key, ""),
    ),
    "count": Family(
        _count,
        ("deduction", "problem", "evidence", "link"),
        lambda _: COUNTED,
        lambda key, _: "" if key in COUNTED else "而没有这种计数",
        lambda key: (COUNTED[key][2] if key in COUNTED else "", "", ""),
    ),
    "date": Family(
        _date,
        ("overview",),
        _offered_dates,
        _date_fault,
        lambda key: ("overview", "overview", key),
        dated=True,
    ),
    "days": Family(
        _days,
        ("overview",),
        _offered_days,
        _days_fault,
        lambda key: ("overview", "overview", key.partition("/")[0]),
    ),
    "record": Family(
        _record,
        ("fact", "site_record"),
        lambda sources: (fact.id for fact in sources.evaluation.listed(Fact)),
        lambda _key, _declared: "",  # known only once somebody was on site
        lambda key: ("fact", key, "value"),
    ),
}
