"""Where a rule's input may come from: survey results, fund totals, targets. Bindings as text.

``survey:<question id or code>`` the rate of a question · ``fund:<column>`` the total of a fund
column, ``fund:<column>@<year>`` of one year · ``target:<id or name>`` the value of a target,
``actual:<id or name>`` what was reached · ``count:deductions`` the number of deduction lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from workbench.domain.amounts import exact, show_money, show_percent, show_plain
from workbench.domain.evaluation import Deduction, Evaluation, FundLine, Question, Target
from workbench.domain.fields import spec_of
from workbench.domain.rules.base import Given
from workbench.domain.survey import Tally, tally

FUND_COLUMNS = ("initial", "budget", "arrived", "due", "spent", "contract")


@dataclass(frozen=True, slots=True)
class Choice:
    """One binding that can be chosen: its text, what it is called, and its present value."""

    source: str
    label: str
    given: Given


class Sources:
    """Resolves bindings against one state of an evaluation; each result is worked out once."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._tallies: dict[str, Tally] = {}
        self._funds: dict[str, Given] = {}
        self._lines: dict[str, list[Deduction]] | None = None

    def deductions(self, indicator: str) -> list[Deduction]:
        """The deduction lines of an indicator in their order, sorted once for all indicators."""
        if self._lines is None:
            self._lines = {}
            for line in self._evaluation.listed(Deduction):
                self._lines.setdefault(line.indicator, []).append(line)
        return self._lines.get(indicator, [])

    def resolve(self, source: str, indicator: str = "") -> Given:
        """The value behind a binding; ``fault`` says in Chinese why there is none."""
        kind, _, key = source.partition(":")
        resolver = _RESOLVERS.get(kind)
        if resolver is None:
            return Given(None, fault=f"不认识的取数来源“{source}”。")
        return resolver(self, key, indicator)

    def tally(self, question: Question) -> Tally:
        """The result of one question."""
        if question.id not in self._tallies:
            self._tallies[question.id] = tally(self._evaluation, question)
        return self._tallies[question.id]

    def fund_total(self, column: str, year: str = "") -> Fraction | None:
        """The total of one fund column in the evaluation's unit; nothing when no line states it."""
        amounts = [
            exact(amount)
            for line in self._evaluation.table(FundLine).values()
            if (not year or line.year == year) and (amount := getattr(line, column)) is not None
        ]
        return sum(amounts, Fraction(0)) if amounts else None

    def choices(self) -> list[Choice]:
        """Every binding that has something to bind to, in the order of the work."""
        found = [f"fund:{column}" for column in FUND_COLUMNS if self.fund_total(column) is not None]
        for target in self._evaluation.listed(Target):
            found += [f"target:{target.id}", f"actual:{target.id}"]
        found += [f"survey:{question.id}" for question in self._evaluation.listed(Question)]
        resolved = [(source, self.resolve(source)) for source in found]
        return [Choice(source, given.name, given) for source, given in resolved]

    def _survey(self, key: str, _: str) -> Given:
        question = self._question(key)
        if question is None:
            return Given(None, fault="问卷题目已不存在，请重新选择。")
        result = self.tally(question)
        name = question.name or question.text
        where = f"问卷第 {question.position} 题"
        if result.rate is None:
            return Given(None, name=name, origin=where, fault=f"{where}还没有计票。")
        count = show_plain(result.base) if result.base is not None else "0"
        return Given(result.rate, show_percent(result.rate), f"{where}，有效 {count} 份", name)

    def _question(self, key: str) -> Question | None:
        found = self._evaluation.get(Question, key)
        if found is not None:
            return found
        for question in self._evaluation.table(Question).values():
            if question.code == key:
                return question
        return None

    def _fund(self, key: str, _: str) -> Given:
        column, _, year = key.partition("@")
        if column not in FUND_COLUMNS:
            return Given(None, fault=f"没有名为“{column}”的资金列。")
        if key not in self._funds:
            name = spec_of(FundLine, column).label
            total = self.fund_total(column, year)
            origin = f"资金：{year + ' 年' if year else ''}{name}合计"
            unit = self._evaluation.overview.fund_unit
            self._funds[key] = (
                Given(None, origin=origin, name=name, fault=f"资金表还没有填写{name}。")
                if total is None
                else Given(total, show_money(total, unit), origin, name)
            )
        return self._funds[key]

    def _target(self, key: str, _: str) -> Given:
        return self._of_target(key, "value", "目标值")

    def _actual(self, key: str, _: str) -> Given:
        return self._of_target(key, "actual", "完成值")

    def _of_target(self, key: str, field: str, word: str) -> Given:
        table = self._evaluation.table(Target)
        target = table.get(key) or next((t for t in table.values() if t.name == key), None)
        if target is None:
            return Given(None, fault="绩效目标已不存在，请重新选择。")
        name = f"{target.name}{word}"
        amount = getattr(target, field)
        if amount is None:
            return Given(
                None, origin="绩效目标", name=name, fault=f"绩效目标“{target.name}”还没有填写{word}。"
            )
        value = exact(amount) / 100 if target.unit == "%" else exact(amount)
        text = show_percent(value) if target.unit == "%" else f"{show_plain(value)}{target.unit}"
        return Given(value, text, f"绩效目标：{target.name}", name)

    def _number_of(self, key: str, indicator: str) -> Given:
        if key != "deductions":
            return Given(None, fault=f"不认识的计数来源“{key}”。")
        number = len(self.deductions(indicator))
        return Given(Fraction(number), str(number), "扣分条数", "扣分条数")


_RESOLVERS: Mapping[str, Callable[[Sources, str, str], Given]] = {
    "survey": Sources._survey,
    "fund": Sources._fund,
    "target": Sources._target,
    "actual": Sources._actual,
    "count": Sources._number_of,
}
