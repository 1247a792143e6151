"""What a report says in its sentences: amounts, numbers of questionnaires, dates, grade bands, weights of answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from workbench.domain.amounts import round_half_up
from workbench.domain.outside.sheet import At, Said
from workbench.domain.prose import Fact, Facts, called, numbers_in

_DATE = r"(\d{4})\s?[年.\-/]\s?(\d{1,2})\s?[月.\-/]\s?(\d{1,2})\s?日?"
_BASE = re.compile(rf"评价基准日\s*(?:为|是|：|:)?\s*{_DATE}")
_SPAN = re.compile(rf"从\s*{_DATE}\s*(?:启动|开始|起)?[，,]?\s*(?:至|到)\s*{_DATE}\s*(?:结束|止|完成)?")
_BAND = re.compile(
    r"(?P<printed>(?P<lower>\d+(?:\.\d+)?)\s*分?\s*(?:[（(]含[）)])?\s*"
    r"(?:[-—–~至到]+\s*\d+(?:\.\d+)?\s*分?\s*(?:[（(]不?含[）)])?|(?:及)?以上)|(?P<below>\d+(?:\.\d+)?)\s*分?\s*以下)"
    r"\s*分?\s*(?:[（(]不?含[）)])?\s*的?[，,]?\s*(?:为|是|评定为|评为)\s*[“\"「]?(?P<name>优秀|良好|不合格|合格|优|良|中|差)"
)
_WEIGHTS = re.compile(r"权重(?:依次|分别)?为?\s*((?:\d+(?:\.\d+)?\s*[%％]\s*[、，,和及]?\s*){3,})")
_TERM = re.compile(r"([一-鿿]{2,8})(?:的)?人数\s*[*×xX]\s*(\d+(?:\.\d+)?)\s*[%％]")
_SHEETS = {
    "issued": ("发放问卷", "发放调查问卷", "发出问卷", "发放"),
    "returned": ("回收问卷", "收回问卷", "回收", "实际回收"),
    "valid": ("有效问卷", "有效回收", "有效回收问卷", "回收有效问卷", "实际有效回收"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One figure that a text names, and where."""

    value: Fraction
    at: At
    year: str = ""


def amounts(texts: Iterable[Said], names: Mapping[str, tuple[str, ...]]) -> dict[str, Told]:
    """For each fund column the amount (in 元) that the texts give most often; none where two tie."""
    facts = Facts(
        Fact(name, "money", Fraction(0), column)
        for column, named in names.items()
        if column != "rate"
        for name in named
    )
    counted: dict[str, Counter[Fraction]] = {}
    first: dict[tuple[str, Fraction], Told] = {}
    for said in texts:
        for number in numbers_in(said.text):
            if number.kind != "money" or not number.value:
                continue
            for fact in called(said.text, number, facts)[:1]:
                counted.setdefault(fact.meaning, Counter())[number.value] += 1
                first.setdefault((fact.meaning, number.value), Told(number.value, said.at))
    found = {}
    for column, values in counted.items():
        (value, times), *others = values.most_common(2)
        if not others or others[0][1] < times:
            found[column] = first[column, value]
    return found


def sheets(texts: Iterable[Said]) -> dict[str, Told]:
    """How many questionnaires were issued, returned and valid; only where the texts agree."""
    facts = Facts(
        Fact(name, "count", Fraction(0), column) for column, named in _SHEETS.items() for name in named
    )
    found: dict[str, dict[Fraction, Told]] = {}
    for said in texts:
        for number in numbers_in(said.text):
            if number.unit != "份":
                continue
            for fact in called(said.text, number, facts)[:1]:
                found.setdefault(fact.meaning, {}).setdefault(number.value, Told(number.value, said.at))
    return {column: next(iter(told.values())) for column, told in found.items() if len(told) == 1}


def rate_of(name: str, texts: Iterable[Said]) -> Told | None:
    """The rate that texts give an indicator, as a share of one: ``公众知晓率 85%``."""
    facts = Facts([Fact(name, "percent", Fraction(0))])
    for said in texts:
        for number in numbers_in(said.text):
            if number.kind == "percent" and called(said.text, number, facts):
                return Told(number.value, said.at)
    return None


def dates(texts: Iterable[Said]) -> dict[str, tuple[date, At]]:
    """Base date and days of the evaluation by their fields of the overview."""
    found: dict[str, tuple[date, At]] = {}
    for said in texts:
        for match in _BASE.finditer(said.text):
            _put(found, "base_date", match.groups(), said.at)
        if "评价" in said.text or "绩效" in said.text:
            for match in _SPAN.finditer(said.text):
                _put(found, "evaluation_start", match.groups()[:3], said.at)
                _put(found, "evaluation_end", match.groups()[3:], said.at)
    return found


def _put(into: dict[str, tuple[date, At]], field: str, parts: Iterable[Any], place: At) -> None:
    day = day_of("-".join(parts))
    if day is not None:
        into.setdefault(field, (day, place))


def day_of(text: str) -> date | None:
    """``2022.1.1`` and the like; nothing for another text or a day that isn't."""
    found = re.fullmatch(_DATE, text.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def bands(texts: Iterable[Said]) -> tuple[list[dict[str, str]], At | None]:
    """The grade bands that a paragraph spells out, as data of a form file; at least three of them."""
    for said in texts:
        found: dict[str, dict[str, str]] = {}
        for match in _BAND.finditer(said.text):
            lower = "0" if match["below"] else match["lower"]
            found.setdefault(
                match["name"], {"name": match["name"], "lower": lower, "printed": match["printed"].strip()}
            )
        ordered = sorted(found.values(), key=lambda band: -Decimal(band["lower"]))
        lowers = [band["lower"] for band in ordered]
        if len(ordered) >= 3 and Decimal(lowers[-1]) == 0 and len(set(lowers)) == len(lowers):
            return ordered, said.at
    return [], None


def weights(labels: tuple[str, ...], texts: Iterable[str]) -> tuple[Decimal, ...]:
    """The weights of answers that a sentence gives, in the order of the labels; nothing if none fits."""
    for text in texts:
        terms = _TERM.findall(text)
        if len(terms) == len(labels):
            return tuple(Decimal(value) / 100 for _, value in terms)
        found = _WEIGHTS.search(text)
        if found is not None:
            values = re.findall(r"\d+(?:\.\d+)?", found[1])
            if len(values) == len(labels):
                return tuple(Decimal(value) / 100 for value in values)
    return ()


def decimal_of(value: Fraction, digits: int = 6) -> Decimal:
    """A figure as a field holds it, without trailing zeros."""
    return round_half_up(value, digits).normalize() + 0
