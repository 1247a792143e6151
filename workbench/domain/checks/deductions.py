"""Checks of deductions, problems and advice: each has its reason, and each answers to the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from workbench.domain.amounts import show_plain
from workbench.domain.checks.base import SCORES, check, leaf_check
from workbench.domain.checks.finding import Finding, Spot
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Advice, Deduction, Problem
from workbench.domain.scoring import IndicatorScore

#: What people write in a row that says nothing.
NOTHING = {"无", "-", "—", "－", "没有", "暂无", "/", "无问题"}
_CLAUSE = re.compile(r"[。；;！!？?\n]")
_LACK = re.compile(r"不|未|无|缺|低|滞后|不足|欠|较差|薄弱|有待|偏")


@leaf_check("K03")
def deductions_explain_the_loss(view: View, scored: IndicatorScore) -> Iterator[Finding]:
    """Full mark − score = Σ deduction lines."""
    lost, explained = scored.deducted, scored.explained
    if lost is None or lost < 0 or abs(lost - explained) <= view.limits.tolerance:
        return
    spot = view.at_indicator("K03", scored.indicator.id)
    lines = view.deductions(scored.indicator.id)
    if not lines:
        yield spot.error(
            f"扣了 {view.points(lost, scored.indicator)} 分，没有写扣分原因。",
            detail=_calculation(scored),
            expected="扣分行和原因",
            found="没有扣分行",
            difference=f"{view.points(lost, scored.indicator)} 分",
            remedy="请按 Ctrl+D 补一行扣分，写明原因、依据和佐证。",
        )
    else:
        yield spot.error(
            f"扣分行合计 {view.points(explained, scored.indicator)} 分，实际少得 {view.points(lost, scored.indicator)} 分。",
            detail="、".join(f"{line.reason or '（无原因）'} {_points(line)}" for line in lines)
            + f"。{_calculation(scored)}",
            expected=f"{view.points(lost, scored.indicator)} 分",
            found=f"{view.points(explained, scored.indicator)} 分",
            difference=f"{view.signed(explained - lost, scored.indicator)} 分",
            remedy="请使扣分行合计等于分值减得分，或改正计分项。",
        )


def _calculation(scored: IndicatorScore) -> str:
    if scored.overridden or scored.outcome is None or not scored.outcome.expression:
        return ""
    return f"按标准：{scored.outcome.expression}。"


def _points(line: Deduction) -> str:
    return "未填" if line.points is None else f"{show_plain(line.points)} 分"


@check("K03", ("deduction",))
def deduction_lines_are_complete(view: View) -> Iterator[Finding]:
    """Each line has points above 0 and a reason."""
    for line in view.evaluation.table(Deduction).values():
        if view.form.get(line.indicator) is None:
            continue
        if line.points is None or line.points <= 0:
            yield view.at_indicator("K03", line.indicator, "deduction", line.id, field="points").warning(
                "扣分行没有填扣几分。" if line.points is None else f"扣分为 {_points(line)}，应大于 0。",
                expected="大于 0",
                found=_points(line),
                remedy="请填写扣分，不扣分的请删去此行。",
            )
        if not line.reason.strip():
            yield view.at_indicator("K03", line.indicator, "deduction", line.id, field="reason").error(
                "扣分行没有写原因。" if line.points is None else f"扣了 {_points(line)}，没有写原因。",
                expected="写明原因",
                found="空白",
                remedy="请写明事实和对照的标准。",
            )


@check("K05", ("deduction", "problem", "link"))
def deductions_and_problems_answer_each_other(view: View) -> Iterator[Finding]:
    """Every deduction has a problem; every problem has a deduction, or says why not."""
    existing = view.evaluation.table(Problem)
    for line in view.evaluation.table(Deduction).values():
        if view.form.get(line.indicator) is None or not line.points:
            continue
        if not any(problem in existing for problem in view.linked_to("deduction", line.id, "problem")):
            yield view.at_indicator("K05", line.indicator, "deduction", line.id).warning(
                f"扣了 {_points(line)}，问题清单里没有对应的问题。",
                detail=f"扣分原因：{line.reason}" if line.reason else "",
                expected="对应一个问题",
                found="没有",
                remedy="请在问题清单里写出问题并关联这条扣分。",
            )
    lines = view.evaluation.table(Deduction)
    for problem in view.problems:
        if problem.title.strip() in NOTHING:
            continue
        explained = any(line in lines for line in view.linked_from("problem", problem.id, "deduction"))
        if not explained and not problem.no_deduction_reason.strip():
            yield _at(view, problem, field="no_deduction_reason").warning(
                f"问题“{problem.title}”没有对应的扣分，也没有写明不扣分的理由。",
                expected="关联扣分或写明理由",
                found="没有",
                remedy="请关联扣分行，或填写“不扣分的理由”。",
            )


def _at(view: View, problem: Problem, *, field: str = "", part: str = "") -> Spot:
    return view.at("K05", "problems", "problem", problem.id, problem.title, field=field, part=part)


@check("K05", (*SCORES, "problem", "link"))
def problems_about_full_indicators(view: View) -> Iterator[Finding]:
    """A problem that finds fault with an indicator which nevertheless has its full mark."""
    full = [
        scored
        for scored in view.leaves
        if scored.score is not None and scored.score == scored.full_mark and len(scored.indicator.name) >= 3
    ]
    by_id = {scored.indicator.id: scored for scored in full}
    names = view.stable("full names", [(scored.indicator.id, scored.indicator.name) for scored in full])

    def faulted(problem: Problem) -> Iterator[tuple[Problem, list[str]]]:
        """The full indicators that a problem names where it speaks of a lack."""
        clauses = [c for c in _CLAUSE.split(f"{problem.title}。{problem.description}") if _LACK.search(c)]
        yield problem, [id_ for clause in clauses for id_, name in names if name in clause]

    for problem, named in view.each("faulted", view.problems, faulted, names):
        if problem.no_deduction_reason.strip():
            continue
        tied = [id_ for id_ in view.linked_from("problem", problem.id, "indicator") if id_ in by_id]
        about = [by_id[id_] for id_ in dict.fromkeys(tied + named)]
        if not about:
            continue
        listed = "、".join(scored.indicator.name for scored in about)
        points = sum((scored.full_mark for scored in about), Decimal(0))
        each = "均得满分" if len(about) > 1 else "得满分"
        yield _at(view, problem, part="full").warning(
            f"问题指出“{listed}”不足，但 {len(about)} 个指标{each}，也没有写明不扣分的理由。",
            detail=f"问题：{problem.title}。{problem.description}",
            expected="扣分或写明理由",
            found=f"{view.points(points)} / {show_plain(points)}",
            remedy="请在这些指标上相应扣分，或填写“不扣分的理由”。",
        )


@check("K05", ("problem", "advice", "link"))
def problems_and_advice_answer_each_other(view: View) -> Iterator[Finding]:
    """Every problem has advice, every advice a problem."""
    advice_table, problem_table = view.evaluation.table(Advice), view.evaluation.table(Problem)
    for problem in view.problems:
        if problem.title.strip() in NOTHING:
            yield _at(view, problem, field="title").warning(
                f"问题清单第 {problem.position} 行写的是“{problem.title.strip()}”，不是问题。",
                expected="具体的问题",
                found=problem.title.strip(),
                remedy="没有问题时请删去此行。",
            )
        elif not any(a in advice_table for a in view.linked_to("problem", problem.id, "advice")):
            yield _at(view, problem, part="advice").warning(
                f"问题“{problem.title}”没有对应的建议。",
                expected="至少一条建议",
                found="没有",
                remedy="请写出建议并关联此问题。",
            )
    for advice in view.evaluation.listed(Advice):
        if not any(p in problem_table for p in view.linked_from("advice", advice.id, "problem")):
            yield view.at("K05", "problems", "advice", advice.id, advice.title).warning(
                f"建议“{advice.title}”没有对应的问题。",
                expected="至少一个问题",
                found="没有",
                remedy="请关联问题，或补写问题。",
            )


@check("K05", ("problem", "overview"))
def problems_name_the_right_unit(view: View) -> Iterator[Finding]:
    """A problem whose responsible unit is the one that commissioned the evaluation."""
    commissioner = view.evaluation.overview.commissioner.strip()
    evaluated = view.evaluation.overview.evaluated_unit.strip()
    if not commissioner or commissioner == evaluated:
        return
    for problem in view.problems:
        if problem.unit.strip() == commissioner:
            yield _at(view, problem, field="unit").notice(
                f"责任单位“{commissioner}”就是委托方。",
                expected=evaluated or "被评价单位",
                found=commissioner,
                remedy="请确认责任单位没有填错。",
            )
