"""Checks of sheets: both passes agree, nothing is left half typed, what was signed off still holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from fractions import Fraction

from workbench.domain.amounts import show_percent
from workbench.domain.answer_counts import sheet_counts
from workbench.domain.checks.base import check
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.survey_view import SURVEY, at_question
from workbench.domain.checks.view import View
from workbench.domain.double_entry import SheetStatus, Stage, statuses
from workbench.domain.entities_survey import COUNTS, SHEETS, SurveyResult
from workbench.domain.evaluation import CHOICE_KINDS, Question, Questionnaire
from workbench.domain.survey_results import changes_since

#: With more than this share of valid sheets left blank, a question is pointed out.
_MANY_BLANK = Fraction(1, 10)
_SHOWN = 5


@check("K11", SURVEY)
def sheets_are_settled(view: View) -> Iterator[Finding]:
    """Passes that differ, faults, sheets left half typed, second passes that were drawn and not made."""
    for asked in view.evaluation.table(Questionnaire).values():
        if asked.way != SHEETS:
            continue
        found = statuses(view.evaluation, asked)
        spot = view.at("K11", "survey", "questionnaire", asked.id, asked.title)
        differing = [s for s in found if s.stage is Stage.DIFFERENT]
        if differing:
            yield dataclasses.replace(spot, part="different").warning(
                f"{len(differing)} 份答卷两遍录入不一致（{_numbers(differing)}），现按首录计票。",
                expected="两遍一致",
                found=f"{len(differing)} 份不一致",
                remedy="请两位录入员各自看原件改正。",
            )
        faulty = [s for s in found if s.stage is Stage.FAULTY]
        if faulty:
            yield dataclasses.replace(spot, part="faults").warning(
                f"{len(faulty)} 份答卷的首录有问题（{_numbers(faulty)}）。",
                detail="；".join(f"{s.number}：{s.faults[0].what}" for s in faulty[:_SHOWN]),
                expected="没有问题",
                found=f"{len(faulty)} 份",
                remedy="请对照原件改正，或注明原件如此。",
            )
        half = [s for s in found if s.stage in {Stage.FIRST, Stage.EMPTY}]
        if half:
            yield dataclasses.replace(spot, part="half").notice(
                f"{len(half)} 份答卷没有录完（{_numbers(half)}），没有计票。",
                expected="全部提交",
                found=f"{len(half)} 份未提交",
                remedy="请录完并提交，或删除。",
            )
        waiting = [s for s in found if s.stage in {Stage.FIRST_DONE, Stage.SECOND}]
        if waiting:
            yield dataclasses.replace(spot, part="second").notice(
                f"抽中复录的答卷还有 {len(waiting)} 份没有完成（{_numbers(waiting)}）。",
                expected="抽中的全部复录",
                found=f"差 {len(waiting)} 份",
                remedy="请由另一人复录。",
            )
        alone = [s for s in found if s.second is not None and s.second.same_person_reason]
        if alone:
            yield dataclasses.replace(spot, part="same").notice(
                f"{len(alone)} 份答卷由同一人复录（{_numbers(alone)}）。",
                detail=f"理由：{alone[0].second.same_person_reason if alone[0].second else ''}",
                expected="另一人复录",
                found=f"{len(alone)} 份",
                remedy="可能时请换人重新复录。",
            )


def _numbers(found: list[SheetStatus]) -> str:
    more = " 等" if len(found) > _SHOWN else ""
    return "、".join(status.number for status in found[:_SHOWN]) + more


@check("K11", SURVEY)
def stated_sheets_agree_with_those_counted(view: View) -> Iterator[Finding]:
    """回收份数 and 有效份数 as somebody stated them, against the sheets that are there."""
    for asked in view.evaluation.table(Questionnaire).values():
        if asked.way == COUNTS:
            continue
        counts = sheet_counts(view.evaluation, asked)
        if not counts.returned:
            continue
        spot = view.at("K11", "survey", "questionnaire", asked.id, asked.title)
        if asked.valid is not None and asked.valid != counts.valid:
            yield dataclasses.replace(spot, part="valid").warning(
                f"填写有效 {asked.valid} 份，答卷为 {counts.valid} 份，以答卷为准。",
                expected=str(counts.valid),
                found=str(asked.valid),
                difference=f"{asked.valid - counts.valid:+d}",
                remedy="请改正填写的有效份数，或补录、作废答卷。",
            )
        if asked.returned is not None and asked.returned > counts.returned:
            left = asked.returned - counts.returned
            yield dataclasses.replace(spot, part="returned").notice(
                f"回收 {asked.returned} 份，已有答卷 {counts.returned} 份，还有 {left} 份没有录入。",
                expected=str(asked.returned),
                found=str(counts.returned),
                difference=f"-{left}",
                remedy="请录完全部回收的问卷，无效的也要录入并作废。",
            )
        elif asked.returned is not None and asked.returned < counts.returned:
            yield dataclasses.replace(spot, part="returned").warning(
                f"填写回收 {asked.returned} 份，答卷却有 {counts.returned} 份。",
                expected=f"≥{counts.returned}",
                found=str(asked.returned),
                difference=f"-{counts.returned - asked.returned}",
                remedy="请核对回收份数，或删除重复的答卷。",
            )


@check("K11", SURVEY)
def answers_are_there_and_can_be_read(view: View) -> Iterator[Finding]:
    """Questions that many left out, and answers that could not be read: neither is the lowest option."""
    for question in view.evaluation.table(Question).values():
        asked = view.evaluation.get(Questionnaire, question.questionnaire)
        if asked is None or asked.way == COUNTS or question.kind not in CHOICE_KINDS:
            continue
        tally, valid = view.sources.tally(question), sheet_counts(view.evaluation, asked).valid
        if not valid:
            continue
        blank = tally.blank or 0
        if question.role == "满意度" and not question.skip_if and Fraction(blank, valid) > _MANY_BLANK:
            yield at_question(view, "K11", question, part="blank").notice(
                f"第 {question.position} 题有 {blank} 份未答（{show_percent(Fraction(blank, valid), 1)}），"
                "比率按已答的计算。",
                expected=f"≤{show_percent(_MANY_BLANK, 0)}",
                found=show_percent(Fraction(blank, valid), 1),
                remedy="请在报告中写明本题作答份数。",
            )
        if tally.unclear:
            yield at_question(view, "K11", question, part="unclear").notice(
                f"第 {question.position} 题有 {tally.unclear} 份答案无法辨认或选项已不存在，没有计入。",
                expected="0",
                found=str(tally.unclear),
                remedy="请看原件确认；确实无法辨认的不计入。",
            )


@check("K11", (*SURVEY, "survey_result"))
def signed_off_figures_still_hold(view: View) -> Iterator[Finding]:
    """What was signed off, against the figures of now."""
    for result in view.evaluation.table(SurveyResult).values():
        asked = view.evaluation.get(Questionnaire, result.questionnaire)
        changes = changes_since(view.evaluation, result) if asked is not None else ()
        if asked is None or not changes:
            continue
        yield view.at("K11", "survey", "questionnaire", asked.id, asked.title, part="frozen").warning(
            f"定稿后有 {len(changes)} 个数改变：{changes[0]}。",
            detail="；".join(map(str, changes[:20])) + "。",
            expected=changes[0].before or "无",
            found=changes[0].after or "无",
            remedy="请核对改动；确认无误的，重新定稿并更正报告。",
        )
