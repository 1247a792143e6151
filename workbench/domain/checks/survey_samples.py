"""Checks of the sheets issued, returned and valid, and of samples that are too small."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from workbench.domain.amounts import exact, round_half_up, show_percent
from workbench.domain.checks.base import SCORES, check
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.survey_view import SURVEY, bound_questions
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Input, Questionnaire, input_id
from workbench.domain.survey import as_counted, recovery_rate


@check("K11", SURVEY)
def sheets_add_up(view: View) -> Iterator[Finding]:
    """valid ≤ returned ≤ issued; how many came back."""
    for stated in view.evaluation.table(Questionnaire).values():
        sheet = as_counted(view.evaluation, stated)
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
    for scored, spec, said, question in bound_questions(view):
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
    for stated in view.evaluation.table(Questionnaire).values():
        sheet = as_counted(view.evaluation, stated)
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
