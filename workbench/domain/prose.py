"""Numbers in human text: found with their units, and compared with what the evaluation says of the same name.

A number is contradicted only where the text names it (``公众知晓率为 85%``) and no figure of that name
prints like it; everything else is confirmed by an equal figure, or left open. Rather silent than wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from workbench.domain.amounts import MONEY_UNITS, exact, round_half_up, show, show_percent, show_plain

_WIDE = str.maketrans("０１２３４５６７８９．％", "0123456789.%")
_NUMBER = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s?"
    r"(?P<unit>%|亿元|万元|元(?!/)|分(?![钟之别析布类档期歧管担配工户解段设项层局])|个百分点|万?[个份人次件条项家户通名天月](?!以)|小时|年)?"
)
#: What is no figure of the evaluation: papers, dates, references, telephone numbers, list marks.
_APART = re.compile(
    r"[〔\[（(【]\d{4}[〕\])）】]\s*\d*\s*号?|\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月](?:\s?\d{1,2}\s?日?)?|\d{1,2}\s?月\s?\d{1,2}\s?日"
    r"|(?:附件|附表|表|图|第)\s?\d+|\d+\s?号|12345|\d{7,}|\d+\s?[×xX*]\s?\d+|(?m:^\s*[（(]?\d{1,2}[)）.、．])(?!\d)"
)
KINDS = {"%": "percent", "亿元": "money", "万元": "money", "元": "money", "分": "points", "年": "year"}


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a text: where, as written, exact (percent as a share of one, money in 元), of which kind.

    Kinds: ``percent``, ``money``, ``points``, ``count``, ``year``, ``plain``.
    """

    start: int
    end: int
    text: str
    value: Fraction
    kind: str
    unit: str
    step: Fraction
    """1 of the last digit that was written, in the same measure as ``value``."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of the evaluation by a name that texts call it, in the measures of :class:`Number`."""

    name: str
    kind: str
    value: Fraction
    meaning: str = ""
    """``得分`` or ``分值`` for points, where it matters."""
    unit: str = ""
    """What amounts and counts are shown in."""
    year: str = ""
    """The year that it is about; empty for the whole evaluation."""

    @property
    def shown(self) -> str:
        """The figure as printed."""
        if self.kind == "percent":
            return show_percent(self.value)
        if self.kind == "money":
            return f"{show(self.value / exact(MONEY_UNITS[self.unit]))} {self.unit}"
        if self.kind == "points":
            return f"{show(self.value) if self.meaning == '得分' else show_plain(self.value)} 分"
        return f"{show_plain(self.value)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Compared:
    """A number and what the evaluation says: ``confirmed``, ``contradicted`` or ``open``; with the nearest true figure."""

    number: Number
    status: str
    nearest: Fact | None = None
    name: str = ""


@lru_cache(maxsize=4096)
def numbers_in(text: str) -> tuple[Number, ...]:
    """Every number of a text that may be a figure of the evaluation, in order."""
    plain = text.translate(_WIDE)
    apart = [(found.start(), found.end()) for found in _APART.finditer(plain)]
    numbers = []
    for found in _NUMBER.finditer(plain):
        start, end = found.span("number")
        if any(a < end and start < b for a, b in apart):
            continue
        before = plain[start - 1] if start else ""
        if before and (before.isascii() and (before.isalnum() or before in "./-*_")):
            continue
        unit = found["unit"] or ""
        numbers.append(_number(found["number"], unit, start, end if not unit else found.end()))
    return tuple(numbers)


def _number(written: str, unit: str, start: int, end: int) -> Number:
    digits = written.replace(",", "")
    value = exact(Decimal(digits))
    step = Fraction(1, 10 ** len(digits.partition(".")[2]))
    factor = Fraction(1)
    if unit == "%":
        factor = Fraction(1, 100)
    elif unit in MONEY_UNITS:
        factor = exact(MONEY_UNITS[unit])
    elif unit.startswith("万"):
        factor = Fraction(10_000)
    kind = KINDS.get(unit, "count" if unit else "plain")
    text = written + (unit if unit == "%" or not unit else f" {unit}")
    return Number(start, end, text, value * factor, kind, unit, step * factor)


def prints_like(number: Number, value: Fraction) -> bool:
    """Whether ``value``, printed with as many digits, reads like the number."""
    return exact(round_half_up(value / number.step, 0)) * number.step == number.value


#: Between a name and its figure; ``得分`` and ``分值`` say which of the two is meant.
_BETWEEN = re.compile(
    r"(?P<said>(?:[\s:：=＝“\"（(]|仅|只|约|共计|共|合计|均|为|是|达到|达|有|得分|得|分值|满分|权重|最终|实际|目前)*)$"
)
#: The same without the words that may belong to the name itself (综合得分).
_BETWEEN_ONLY = re.compile(r"(?:[\s:：=＝“\"（(]|仅|只|约|共计|共|合计|均|为|是|达到|达|有|最终|实际|目前)*$")
_NOT_NOW = re.compile(r"目标|预期|预计|计划|上年|去年|往年|同期|应[达为]|要求|标准|不低于|不高于|以上年|其中")
_CUT = re.compile(r"[。；;！!？?\n]")
_YEAR = re.compile(r"(\d{4})(?=\s?年|\s?[-—–~至]\s?\d{4}\s?年)")
_BOUNDARY = re.compile(
    r"[^一-鿿A-Za-z0-9]$|(?:的|项目|指标|评价|年度|年|本年|本次|后|其|和|与|及|、|日|前|资金)$"
)


class Facts:
    """The figures of one state of an evaluation, by name and kind."""

    def __init__(self, facts: Iterable[Fact], years: Iterable[str] = ()) -> None:
        self._by_name: dict[str, dict[str, list[Fact]]] = {}
        self._by_kind: dict[str, list[Fact]] = {}
        self.years = frozenset(years)
        for fact in facts:
            self._by_name.setdefault(fact.kind, {}).setdefault(fact.name, []).append(fact)
            self._by_kind.setdefault(fact.kind, []).append(fact)
        self._longest = {
            kind: max((len(name) for name in names), default=0) for kind, names in self._by_name.items()
        }

    @property
    def by_kind(self) -> Mapping[str, Sequence[Fact]]:
        """All figures of each kind."""
        return self._by_kind

    def named(self, kind: str, before: str) -> list[Fact]:
        """The figures whose name ends ``before``, the longest name first and alone, at a word boundary."""
        names = self._by_name.get(kind, {})
        for length in range(min(self._longest.get(kind, 0), len(before)), 1, -1):
            found = names.get(before[-length:])
            if found is not None:
                rest = before[:-length]
                return found if not rest or _BOUNDARY.search(rest) else []
        return []


def compare(text: str, facts: Facts, skip: Sequence[tuple[int, int]] = ()) -> tuple[Compared, ...]:
    """Each number of a text against the figures; ``skip`` are stretches whose figures are bound anyway."""
    found = []
    for number in numbers_in(text):
        if number.kind in {"year", "plain"} or any(a <= number.start < b for a, b in skip):
            continue
        found.append(_compare(text.translate(_WIDE), number, facts))
    return tuple(found)


def called(text: str, number: Number, facts: Facts) -> list[Fact]:
    """The figures of ``facts`` by whose name the text calls a number; none when it doesn't."""
    return _called(text.translate(_WIDE), number, facts)[2]


def _called(text: str, number: Number, facts: Facts) -> tuple[str, str, list[Fact], str]:
    """The clause before a number, what stands before its name's end, the figures so named, the words between."""
    clause = _CUT.split(text[max(0, number.start - 60) : number.start])[-1]
    between = _BETWEEN.search(clause)
    said = between["said"] if between else ""
    before = _BETWEEN_ONLY.sub("", clause)
    named = facts.named(number.kind, before)
    if not named:
        before = clause[: len(clause) - len(said)]
        named = facts.named(number.kind, before)
    return clause, before, named, said


def _compare(text: str, number: Number, facts: Facts) -> Compared:
    pool = facts.by_kind.get(number.kind, ())
    equal = next((fact for fact in pool if prints_like(number, fact.value)), None)
    clause, before, named, said = _called(text, number, facts)
    if named and number.kind == "points":
        named = _meant(named, said)
    if named and not any(prints_like(number, fact.value) for fact in named):
        lead = before[: len(before) - len(named[0].name)]
        years = _YEAR.findall(clause)
        elsewhere = any(year not in facts.years for year in years)
        status = "open" if elsewhere or _NOT_NOW.search(lead[-12:]) else "contradicted"
        return Compared(number, status, _nearest(number, _of_years(named, years)), named[0].name)
    if equal is not None or named:
        return Compared(number, "confirmed", equal or named[0], named[0].name if named else "")
    return Compared(number, "open", _nearest(number, pool))


def _of_years(named: list[Fact], years: list[str]) -> list[Fact]:
    """The figures of the one year that the clause speaks of, else those of the whole, else all."""
    wanted = years[0] if len(set(years)) == 1 else ""
    return [fact for fact in named if fact.year == wanted] or [f for f in named if not f.year] or named


def _meant(named: list[Fact], said: str) -> list[Fact]:
    """Points named with 得分 or 分值 mean that one; with neither, both are true."""
    if "分值" in said or "满分" in said or "权重" in said:
        return [fact for fact in named if fact.meaning == "分值"] or named
    if "得" in said:
        return [fact for fact in named if fact.meaning == "得分"] or named
    return named


def _nearest(number: Number, facts: Sequence[Fact]) -> Fact | None:
    return min(facts, key=lambda fact: abs(fact.value - number.value), default=None)


def percent_fact(name: str, value: Fraction, year: str = "") -> Fact:
    """A rate."""
    return Fact(name, "percent", value, year=year)


def money_fact(name: str, value: Fraction, unit: str, year: str = "") -> Fact:
    """An amount stated in ``unit``."""
    return Fact(name, "money", value * exact(MONEY_UNITS[unit]), unit=unit, year=year)


def points_fact(name: str, value: Decimal, meaning: str) -> Fact:
    """Points: 得分 or 分值."""
    return Fact(name, "points", exact(value), meaning)


def count_fact(name: str, value: int, unit: str) -> Fact:
    """A number of things."""
    return Fact(name, "count", Fraction(value), unit=unit)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, without their end marks."""
    return (part.strip() for part in _CUT.split(text) if part.strip())
