"""Checks of questionnaires: counts, shares, weights, the rate that was printed, sample and recovery."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from workbench.domain.amounts import exact, round_half_up, show_percent, show_plain, show_signed
from workbench.domain.checks.base import SCORES, check
from workbench.domain.checks.finding import Finding, Spot
from workbench.domain.checks.rates import defined_value, points_text, same
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Input, Option, Question, Questionnaire, input_id
from workbench.domain.rules.base import InputSpec
from workbench.domain.scoring import IndicatorScore
from workbench.domain.survey import OptionTally, Tally, recovery_rate

_SURVEY = ("questionnaire", "question", "option")
_SCALES = (
    ("100", "75", "50", "25", "0"),
    ("100", "80", "60", "40", "20"),
    ("100", "80", "60", "40", "0"),
    ("100", "80", "60", "30", "0"),
)
_ORDER = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
_COUNTED = re.compile(r"([一-鿿]+?)的人数")


def weights_text(tally: Tally) -> str:
    """``100/80/60/30/0``."""
    return "/".join(show_plain((o.option.weight or Decimal(0)) * 100) for o in tally.options)


def likely_cause(tally: Tally, stated: Fraction) -> str:
    """How the stated rate could have come about, in Chinese, or nothing: a weight taken as 0, an answer
    left out, another scale."""
    counts = [o.count or Fraction(0) for o in tally.options]
    weights = [exact(o.option.weight or Decimal(0)) for o in tally.options]
    base = sum(counts, Fraction(0))
    if not base:
        return ""

    def rate(with_weights: list[Fraction], of: list[Fraction], divided_by: Fraction) -> Fraction:
        points = sum((w * c for w, c in zip(with_weights, of, strict=True)), Fraction(0))
        return points / divided_by if divided_by else Fraction(-1)

    for place in range(len(weights)):
        if not counts[place]:
            continue
        label = tally.options[place].option.label
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


def _bound(view: View) -> Iterator[tuple[IndicatorScore, InputSpec, Input | None, Question]]:
    """Every rule input that the standard or the evaluator binds to a question."""
    table = view.evaluation.table(Question)
    by_code = {question.code: question for question in table.values() if question.code}
    for scored in view.bound("survey:"):
        for spec in view.specs(scored.indicator):
            said = view.said(scored.indicator.id, spec.key)
            source = said.source if said is not None and said.source not in {"", "manual"} else spec.source
            kind, _, key = source.partition(":")
            question = (table.get(key) or by_code.get(key)) if kind == "survey" else None
            if question is not None:
                yield scored, spec, said, question


@check("K10", SCORES)
def printed_rates_follow_from_the_counts(view: View) -> Iterator[Finding]:
    """A rate that was typed, or printed by somebody, against the one that counts and weights give."""
    settled: set[str] = set()
    linked: set[str] = set()
    for scored, spec, said, question in _bound(view):
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
        spot = _at(view, "K10", question, field="stated_rate")
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


def _at(view: View, code: str, question: Question, *, field: str = "", part: str = "") -> Spot:
    name = question.name or question.text
    return view.at(code, "survey", "question", question.id, name, field=field, part=part)


@check("K10", _SURVEY)
def counts_and_shares_are_possible(view: View) -> Iterator[Finding]:
    """Whole persons, sums that agree with the base, weights that are there and fall."""
    for question in view.evaluation.table(Question).values():
        tally = view.sources.tally(question)
        options = [o for o in tally.options if o.count is not None or o.option.share is not None]
        base = question.base
        if base is None and tally.questionnaire is not None:
            base = tally.questionnaire.valid
        if question.kind not in {"单选", "多选"} or not tally.options:
            continue
        yield from _weights(view, question, tally)
        if options:
            yield from _shares(view, question, options, base)
            yield from _counts(view, question, tally, base)


def _weights(view: View, question: Question, tally: Tally) -> Iterator[Finding]:
    weights = [o.option.weight for o in tally.options]
    stated = [w for w in weights if w is not None]
    if question.kind != "单选" or not stated:
        return
    spot = _at(view, "K10", question, part="weights")
    without = [o.option.label for o in tally.options if o.option.weight is None]
    if without:
        yield spot.warning(
            f"选项“{'、'.join(without)}”没有权重，会按不计分处理。",
            expected="每个选项都有权重",
            found=f"缺 {len(without)} 个",
            remedy="请补上权重，0 也要填写。",
        )
    elif any(w > 1 for w in stated):
        yield spot.warning(
            "有选项的权重超过 100%。",
            expected="≤100%",
            found=show_percent(max(stated), 0),
            remedy="请改正权重。",
        )
    elif stated != sorted(stated, reverse=True) and stated != sorted(stated):
        yield spot.warning(
            f"权重 {weights_text(tally)} 不是依次递减。",
            expected="由高到低",
            found=weights_text(tally),
            remedy="请核对权重与选项是否对应。",
        )


def _shares(
    view: View, question: Question, options: list[OptionTally], base: int | None
) -> Iterator[Finding]:
    shares = [(o.option, exact(o.option.share)) for o in options if o.option.share is not None]
    if not shares:
        return
    spot = _at(view, "K10", question, part="shares")
    if base is None:
        yield spot.warning(
            "按百分比录入，但没有填有效份数，无法还原人数。",
            expected="有效份数",
            found="未填",
            remedy="请填写有效份数或本题份数。",
        )
        return
    slack = base * Fraction(1, 20_000)  # a share printed with two decimals of a percent
    broken = [
        f"“{option.label}”{show_percent(share)} × {base} = {show_plain(share * base)}"
        for option, share in shares
        if option.count is None and abs(share * base - round(share * base)) > slack
    ]
    if broken:
        yield spot.error(
            f"占比乘以 {base} 份不是整数：{broken[0]}。",
            detail="；".join(broken) + "。人数应为整数。",
            expected="整数人数",
            found=f"{len(broken)} 个选项不是",
            remedy="请核对份数，或按原始问卷改录人数。",
        )
    total = sum((share for _, share in shares), Fraction(0))
    if (
        question.kind == "单选"
        and len(shares) == len(options)
        and abs(total - 1) > len(shares) * Fraction(1, 20_000)
    ):
        yield _at(view, "K10", question, part="sum").error(
            f"各选项占比合计 {show_percent(total)}，应为 100%。",
            expected="100.00%",
            found=show_percent(total),
            difference=f"{show_signed((total - 1) * 100)} 个百分点",
            remedy="请核对各选项的占比。",
        )


def _counts(view: View, question: Question, tally: Tally, base: int | None) -> Iterator[Finding]:
    counts = [o.option for o in tally.options if o.option.count is not None]
    if base is None or not counts:
        return
    if question.kind == "多选":
        over = [option for option in counts if (option.count or 0) > base]
        if over:
            yield _at(view, "K10", question, part="sum").error(
                f"“{over[0].label}”{over[0].count} 人，超过有效 {base} 份。",
                expected=f"≤{base}",
                found=str(over[0].count),
                remedy="请核对人数或份数。",
            )
        return
    total = sum(option.count or 0 for option in counts)
    if total > base:
        yield _at(view, "K10", question, part="sum").error(
            f"各选项人数合计 {total}，超过有效 {base} 份。",
            expected=f"{base}",
            found=f"{total}",
            difference=f"+{total - base}",
            remedy="请核对人数或份数。",
        )
    elif total < base and total:
        yield _at(view, "K10", question, part="sum").notice(
            f"各选项人数合计 {total}，有效 {base} 份，{base - total} 份未答，比率按已答的 {total} 份计算。",
            expected=f"{base}",
            found=f"{total}",
            difference=f"-{base - total}",
            remedy="未答的不要计入最低一档；漏录的请补录。",
        )


@check("K11", _SURVEY)
def sheets_add_up(view: View) -> Iterator[Finding]:
    """valid ≤ returned ≤ issued; how many came back."""
    for sheet in view.evaluation.table(Questionnaire).values():
        spot = view.at("K11", "survey", "questionnaire", sheet.id, sheet.title)
        chain = [("发放", sheet.issued), ("回收", sheet.returned), ("有效", sheet.valid)]
        known = [(word, number) for word, number in chain if number is not None]
        wrong = [(outer, inner) for outer, inner in pairwise(known) if inner[1] > outer[1]]
        for outer, inner in wrong:
            yield dataclasses.replace(spot, part=inner[0]).warning(
                f"{inner[0]} {inner[1]} 份，多于{outer[0]}的 {outer[1]} 份。",
                expected=f"≤{outer[1]}",
                found=str(inner[1]),
                difference=f"+{inner[1] - outer[1]}",
                remedy="请核对份数。",
            )
        rate = recovery_rate(sheet)
        if wrong or rate is None or rate >= exact(view.limits.recovery_notice):
            continue
        low = rate < exact(view.limits.recovery_warning)
        limit = view.limits.recovery_warning if low else view.limits.recovery_notice
        here = dataclasses.replace(spot, part="recovery")
        yield (here.warning if low else here.notice)(
            f"有效回收率 {show_percent(rate)}，低于 {show_percent(limit, 0)}。",
            detail=f"限值来自：{view.limits.source('recovery_notice')}。",
            expected=f"≥{show_percent(limit, 0)}",
            found=show_percent(rate),
            remedy="请补充调查，或在报告中说明代表性。",
        )


@check("K11", SCORES)
def samples_are_large_enough(view: View) -> Iterator[Finding]:
    """Few sheets: what one sheet weighs in the rate and in the score."""
    weights: dict[str, list[str]] = {}
    for scored, spec, said, question in _bound(view):
        tally = view.sources.tally(question)
        small = tally.base is not None and tally.base < view.limits.sample_notice
        if tally.rate is None or not tally.base or not small or (said is not None and said.manual):
            continue
        indicator = scored.indicator.id
        less = round_half_up((tally.rate - 1 / tally.base) * 100, 10)
        changed = dataclasses.replace(
            said or Input(id=input_id(indicator, spec.key), indicator=indicator, key=spec.key),
            value=f"{less:f}%",
            manual=True,
        )
        after = view.suppose((view.change(changed),), (indicator,))[indicator].computed
        if after is not None and scored.computed is not None and after < scored.computed:
            weights.setdefault(question.questionnaire, []).append(
                f"“{scored.indicator.name}”{view.points(scored.computed - after, scored.indicator)} 分"
            )
    for sheet in view.evaluation.table(Questionnaire).values():
        if not sheet.valid or sheet.valid >= view.limits.sample_notice:
            continue
        moved = "、".join(weights.get(sheet.id, ()))
        all_back = sheet.issued is not None and sheet.issued == sheet.returned == sheet.valid
        yield view.at("K11", "survey", "questionnaire", sheet.id, sheet.title, part="sample").notice(
            f"有效 {sheet.valid} 份，少于 {view.limits.sample_notice} 份，每份占 {show_percent(Fraction(1, sheet.valid))}。",
            detail=(f"一份问卷的差别相当于{moved}。" if moved else "")
            + ("发放、回收、有效份数完全相同，请确认不是按回收数倒填的。" if all_back else "")
            + f"依据：{view.limits.source('sample_notice')}。",
            expected=f"≥{view.limits.sample_notice} 份",
            found=f"{sheet.valid} 份",
            remedy="可能时补充样本，否则在报告中说明样本量。",
        )


@check("K11", _SURVEY)
def questions_are_those_of_the_questionnaire(view: View) -> Iterator[Finding]:
    """Texts and labels against the questionnaire that the indicator system carries; no question twice."""
    asked = {
        str(question["code"]): question
        for sheet in view.form.questionnaires
        for question in sheet.get("question", ())
        if isinstance(question, Mapping) and question.get("code")
    }
    seen: dict[tuple[str, str], Question] = {}
    for question in view.evaluation.listed(Question):
        twin = seen.setdefault((question.questionnaire, _plain(question.text)), question)
        if twin is not question and question.text.strip():
            yield _at(view, "K11", question, field="text", part="twice").warning(
                f"题目“{question.text}”在同一问卷里出现了两次。",
                expected="每题不同",
                found="重复",
                remedy="请改正或删去一题。",
            )
        original = asked.get(question.code)
        if original is None:
            continue
        text = str(original.get("text", ""))
        if text and _plain(text) != _plain(question.text):
            yield _at(view, "K11", question, field="text").warning(
                f"统计的题目是“{question.text}”，问卷上是“{text}”。",
                expected=text,
                found=question.text,
                remedy="请核对是否沿用了其他项目的题目。",
            )
        labels = [str(option.get("label", "")) for option in original.get("option", ())]
        mine = [o.option.label for o in view.sources.tally(question).options]
        if labels and mine and [_plain(x) for x in labels] != [_plain(x) for x in mine]:
            yield _at(view, "K11", question, part="labels").warning(
                f"统计的选项是“{'、'.join(mine)}”，问卷上是“{'、'.join(labels)}”。",
                expected="、".join(labels),
                found="、".join(mine),
                remedy="请使用问卷上的选项文字。",
            )


def _plain(text: str) -> str:
    return re.sub(r"[\s？?。.：:]", "", text)


@check("K11", SCORES)
def standards_use_the_labels_of_the_questionnaire(view: View) -> Iterator[Finding]:
    """Level words in the standard (…的人数) that the questionnaire does not have."""
    for scored, _, _, question in _bound(view):
        named = list(dict.fromkeys(_COUNTED.findall(scored.indicator.criterion)))
        labels = [option.label for option in view.evaluation.listed(Option) if option.question == question.id]
        strange = [word for word in named if word not in labels]
        if not labels or not strange or len(named) - len(strange) < 2:
            continue
        unused = [label for label in labels if label not in named]
        yield view.at_indicator("K11", scored.indicator.id, part="labels").notice(
            f"评分标准写“{'、'.join(strange)}”，问卷选项是“{'、'.join(unused or labels)}”。",
            expected="、".join(unused or labels),
            found="、".join(strange),
            remedy="请统一用语。",
        )
