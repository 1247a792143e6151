"""Checks of counts, shares and weights of questionnaires: whole persons, sums, descending weights."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from workbench.domain.amounts import exact, show_percent, show_plain, show_signed
from workbench.domain.checks.base import check
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.survey_view import SURVEY, at_question, judged, weights_text
from workbench.domain.checks.view import View
from workbench.domain.evaluation import CHOICE_KINDS, Question
from workbench.domain.survey import OptionTally, Tally


@check("K10", SURVEY)
def counts_and_shares_are_possible(view: View) -> Iterator[Finding]:
    """Whole persons, sums that agree with the base, weights that are there and fall."""
    for question in view.evaluation.table(Question).values():
        tally = view.sources.tally(question)
        options = [o for o in tally.options if o.count is not None or o.option.share is not None]
        base = question.base
        if base is None and tally.questionnaire is not None:
            base = tally.questionnaire.valid
        if question.kind not in CHOICE_KINDS or not tally.options:
            continue
        yield from _weights(view, question, tally)
        if options:
            yield from _shares(view, question, options, base)
            yield from _counts(view, question, tally, base)


def _weights(view: View, question: Question, tally: Tally) -> Iterator[Finding]:
    options = judged(tally)
    weights = [o.option.weight for o in options]
    stated = [w for w in weights if w is not None]
    if question.kind == "多选" or not stated:
        return
    spot = at_question(view, "K10", question, part="weights")
    without = [o.option.label for o in options if o.option.weight is None]
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
    spot = at_question(view, "K10", question, part="shares")
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
        question.kind != "多选"
        and len(shares) == len(options)
        and abs(total - 1) > len(shares) * Fraction(1, 20_000)
    ):
        yield at_question(view, "K10", question, part="sum").error(
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
            yield at_question(view, "K10", question, part="sum").error(
                f"“{over[0].label}”{over[0].count} 人，超过有效 {base} 份。",
                expected=f"≤{base}",
                found=str(over[0].count),
                remedy="请核对人数或份数。",
            )
        return
    total = sum(option.count or 0 for option in counts)
    if total > base:
        yield at_question(view, "K10", question, part="sum").error(
            f"各选项人数合计 {total}，超过有效 {base} 份。",
            expected=f"{base}",
            found=f"{total}",
            difference=f"+{total - base}",
            remedy="请核对人数或份数。",
        )
    elif total < base and total:
        yield at_question(view, "K10", question, part="sum").notice(
            f"各选项人数合计 {total}，有效 {base} 份，{base - total} 份未答，比率按已答的 {total} 份计算。",
            expected=f"{base}",
            found=f"{total}",
            difference=f"-{base - total}",
            remedy="未答的不要计入最低一档；漏录的请补录。",
        )
