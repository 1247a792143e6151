"""Checks of rates that were typed or printed, against those that counts and weights give."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from workbench.domain.amounts import exact, show_percent, show_signed
from workbench.domain.checks.base import SCORES, check
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.rates import defined_value, points_text, same
from workbench.domain.checks.survey_view import at_question, bound_questions, judged, weights_text
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Input, Question
from workbench.domain.scoring import IndicatorScore
from workbench.domain.survey import Tally

_SCALES = (
    ("100", "75", "50", "25", "0"),
    ("100", "80", "60", "40", "20"),
    ("100", "80", "60", "40", "0"),
    ("100", "80", "60", "30", "0"),
)
_ORDER = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")


def likely_cause(tally: Tally, stated: Fraction) -> str:
    """How the stated rate could have come about, in Chinese, or nothing: a weight taken as 0, an answer
    left out, another scale."""
    options = judged(tally)
    counts = [o.count or Fraction(0) for o in options]
    weights = [exact(o.option.weight or Decimal(0)) for o in options]
    base = sum(counts, Fraction(0))
    if not base:
        return ""

    def rate(with_weights: list[Fraction], of: list[Fraction], divided_by: Fraction) -> Fraction:
        points = sum((w * c for w, c in zip(with_weights, of, strict=True)), Fraction(0))
        return points / divided_by if divided_by else Fraction(-1)

    for place in range(len(weights)):
        if not counts[place]:
            continue
        label = options[place].option.label
        ordinal = _ORDER[place] if place < len(_ORDER) else str(place + 1)
        zeroed = [Fraction(0) if n == place else w for n, w in enumerate(weights)]
        if weights[place] and same(rate(zeroed, counts, base), stated, "percent"):
            return f"第{ordinal}档“{label}”按 0 计"
        without = [Fraction(0) if n == place else c for n, c in enumerate(counts)]
        if same(rate(weights, without, base - counts[place]), stated, "percent"):
            return f"分母漏掉了第{ordinal}档“{label}”"
    for scale in _SCALES:
        if len(scale) == len(weights):
            other = [exact(Decimal(w)) / 100 for w in scale]
            if other != weights and same(rate(other, counts, base), stated, "percent"):
                return f"用了另一套权重 {'/'.join(scale)}"
    return ""


@check("K10", SCORES)
def printed_rates_follow_from_the_counts(view: View) -> Iterator[Finding]:
    """A rate that was typed, or printed by somebody, against the one that counts and weights give."""
    settled: set[str] = set()
    linked: set[str] = set()
    for scored, spec, said, question in bound_questions(view):
        if said is None or not said.value or not (said.manual or said.source == "manual"):
            linked.add(question.id)
            continue
        defined, typed = defined_value(view, scored, spec, said), view.given(scored, spec.key)
        if defined is None or defined.number is None or typed.number is None:
            continue
        if same(typed.number, defined.number, spec.kind):
            linked.add(question.id)
            continue
        settled.add(question.id)
        tally = view.sources.tally(question)
        yield _typed_rate(view, scored, said, tally, (typed.number, defined.number))
    for question in view.evaluation.table(Question).values():
        if question.stated_rate is None or question.id in settled:
            continue
        tally = view.sources.tally(question)
        stated = exact(question.stated_rate)
        if tally.rate is None or same(stated, tally.rate, "percent"):
            continue
        spot = at_question(view, "K10", question, field="stated_rate")
        message = (
            f"来稿写 {show_percent(stated)}，按权重 {weights_text(tally)} 重算为 {show_percent(tally.rate)}"
        )
        rest = _figures(tally, stated, tally.rate)
        if question.id in linked:
            yield spot.notice(f"{message}，本评价已按重算值计分。", **rest)
        else:
            yield spot.warning(f"{message}。", **rest)


def _figures(tally: Tally, stated: Fraction, rate: Fraction) -> dict[str, Any]:
    cause = likely_cause(tally, stated)
    return {
        "detail": f"{tally.expression}。" + (f"可能的原因：{cause}。" if cause else ""),
        "expected": show_percent(rate),
        "found": show_percent(stated),
        "difference": f"{show_signed((stated - rate) * 100)} 个百分点",
        "remedy": "请以原始问卷复核计票，并更正报告中引用此数的各处。",
    }


def _typed_rate(
    view: View, scored: IndicatorScore, said: Input, tally: Tally, rates: tuple[Fraction, Fraction]
) -> Finding:
    typed, rate = rates
    source = said.source if said.source != "manual" else ""
    changes = (view.change(dataclasses.replace(said, manual=False, source=source)),)
    effect = view.effect(changes, scored.indicator.id)
    cause = likely_cause(tally, typed)
    rest = _figures(tally, typed, rate)
    return view.at_indicator("K10", scored.indicator.id, "input", said.id, field="value").error(
        f"统计表写 {show_percent(typed)}，按权重 {weights_text(tally)} 重算为 {show_percent(rate)}，"
        f"{points_text(effect)}{f'（可能是{cause}）' if cause else ''}。",
        effect=effect,
        adopting=changes,
        **rest,
    )
