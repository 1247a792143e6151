"""Checks of opinions: each answered, and scores that changed after them logged with before and after."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal

from workbench.domain.amounts import show, show_signed
from workbench.domain.checks.base import SCORES, check
from workbench.domain.checks.finding import Finding, Spot
from workbench.domain.checks.view import View
from workbench.domain.entities_review import Opinion
from workbench.domain.evaluation import Mark
from workbench.domain.reviewing import before_opinions

LAW = "财监〔2021〕4号第十八条：书面征求被评价对象和委托方意见，逐条说明是否采纳及理由"
AFTER = "征求意见后"
_SHORT = 24


def _at(view: View, opinion: Opinion, *, field: str = "", part: str = "") -> Spot:
    return view.at("K23", "review", "opinion", opinion.id, brief(opinion.text), field=field, part=part)


def brief(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"


@check("K23", ("opinion",))
def opinions_are_answered(view: View) -> Iterator[Finding]:
    """Each opinion says whether it is adopted, and why where it is not, or only partly."""
    for opinion in view.evaluation.listed(Opinion):
        if not opinion.adopted:
            yield _at(view, opinion, field="adopted").error(
                f"{opinion.party or '对方'}的意见“{brief(opinion.text)}”没有答复是否采纳。",
                detail=f"依据：{LAW}。",
                expected="采纳、部分采纳或不采纳",
                found="空白",
                remedy="请填写采纳情况和答复。",
            )
        elif opinion.adopted != "采纳" and not opinion.reply.strip():
            yield _at(view, opinion, field="reply").error(
                f"意见“{brief(opinion.text)}”{opinion.adopted}，没有写理由。",
                detail=f"依据：{LAW}。",
                expected="写明理由",
                found="空白",
                remedy="请写明不采纳或部分采纳的理由。",
            )


@check("K23", (*SCORES, "opinion"))
def adopted_opinions_change_the_score(view: View) -> Iterator[Finding]:
    """An opinion about points that was adopted: the indicator has another score after it, and both are logged."""
    for opinion in view.evaluation.listed(Opinion):
        scored = view.scores.by_id.get(opinion.indicator)
        if scored is None or opinion.subject != "得分" or opinion.adopted not in {"采纳", "部分采纳"}:
            continue
        before, after = before_opinions(view.evaluation, scored), (scored.marks or {}).get(AFTER)
        name = scored.indicator.name
        if after is None or after == before:
            yield _at(view, opinion, field="indicator", part="unchanged").warning(
                f"对“{name}”得分的意见已{opinion.adopted}，{AFTER}的得分没有变化。",
                detail=f"意见：{opinion.text}",
                expected=f"记入{AFTER}得分",
                found="没有记入" if after is None else show(after),
                remedy=f"请在指标评分页记入{AFTER}的得分；不涉及分数的，把“针对”改为其他。",
            )
            continue
        logged = (opinion.score_before, opinion.score_after)
        if logged == (before, after):
            continue
        fixed = dataclasses.replace(opinion, score_before=before, score_after=after)
        yield _at(view, opinion, field="score_before", part="logged").error(
            f"“{name}”因意见由 {_points(before)} 分改为 {_points(after)} 分，"
            + (
                "记录的是 " + " → ".join(map(_points, logged)) + "。"
                if any(logged)
                else "没有记录修改前后的得分。"
            ),
            detail=f"意见：{opinion.text}",
            expected=f"{_points(before)} → {_points(after)}",
            found=" → ".join(map(_points, logged)),
            difference="" if before is None else f"{show_signed(after - before)} 分",
            adopting=(view.change(fixed),),
            remedy="请记录修改前后的得分（按“采纳”自动填入）。",
        )


def _points(value: Decimal | None) -> str:
    return "未填" if value is None else show(value)


@check("K23", (*SCORES, "opinion"))
def changed_scores_come_from_opinions(view: View) -> Iterator[Finding]:
    """A score of 征求意见后 that differs from before, while no adopted opinion is about its indicator."""
    adopted = {
        opinion.indicator
        for opinion in view.evaluation.table(Opinion).values()
        if opinion.adopted in {"采纳", "部分采纳"}
    }
    for mark in view.evaluation.table(Mark).values():
        scored = view.scores.by_id.get(mark.indicator)
        if scored is None or mark.stage != AFTER or mark.score is None or mark.indicator in adopted:
            continue
        before = before_opinions(view.evaluation, scored)
        if before is None or before == mark.score:
            continue
        yield view.at_indicator(
            "K23", mark.indicator, "mark", mark.id, field="score", part="opinion"
        ).warning(
            f"{AFTER}得分由 {show(before)} 分改为 {show(mark.score)} 分，没有对应的已采纳意见。",
            detail=f"依据：{LAW}。",
            expected="一条已采纳的意见",
            found="没有",
            difference=f"{show_signed(mark.score - before)} 分",
            remedy="请在“意见与复核”里登记意见和答复；自行更正的请改在复核轮次。",
        )


@check("K23", (*SCORES, "opinion"))
def opinions_were_asked_for(view: View) -> Iterator[Finding]:
    """A report that is dated, of an evaluation by others, without any opinion on record."""
    overview = view.evaluation.overview
    if (
        not view.evaluation.table(Opinion)
        and overview.report_date is not None
        and view.scores.complete
        and overview.mode != "单位自评"
    ):
        yield view.at("K23", "review", "opinion", "", "征求意见", part="none").notice(
            "已填写报告日期，还没有征求意见的记录。",
            detail=f"依据：{LAW}。",
            expected="征求意见及答复",
            found="没有记录",
            remedy="请登记收到的意见；对方书面表示无意见的，也登记一条。",
        )
