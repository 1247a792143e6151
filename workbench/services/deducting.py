"""Deduction first: a line of points taken off drafts the matching problem, and keeps it in step."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal

from workbench.domain.changes import removing
from workbench.domain.evaluation import Deduction, Link, Problem
from workbench.services.session import Session

#: A problem's title is its first clause, at most this long.
TITLE_LENGTH = 30


def add_deduction(session: Session, indicator: str) -> Deduction:
    """Add a deduction line with the points that no line explains yet, and draft the problem that explains it."""
    evaluation = session.evaluation
    scored = session.scores[indicator]
    lines = evaluation.deductions(indicator)
    problems = evaluation.listed(Problem)
    line = Deduction(
        id=session.new_id(),
        indicator=indicator,
        position=max((other.position for other in lines), default=0) + 1,
        points=scored.unexplained if scored.unexplained > 0 else None,
    )
    problem = Problem(
        id=session.new_id(),
        position=max((other.position for other in problems), default=0) + 1,
        title=draft_title(session, line),
    )
    link = Link(
        id=session.new_id(),
        from_kind="problem",
        from_id=problem.id,
        to_kind="deduction",
        to_id=line.id,
    )
    session.put_all([line, problem, link], label="添加扣分")
    return line


def draft_title(session: Session, line: Deduction) -> str:
    """The title of a problem drafted from a line: the first clause of its reason, else the indicator's name."""
    first = re.split(r"[，。；：\n]", line.reason.strip(), maxsplit=1)[0].strip()
    name = session.evaluation.form[line.indicator].name
    return first[:TITLE_LENGTH] if first else f"{name}扣分"


def problems_of(session: Session, line: Deduction) -> list[Problem]:
    """The problems that explain a line."""
    links = session.evaluation.links(from_kind="problem", to_kind="deduction", to_id=line.id)
    found = (session.evaluation.get(Problem, link.from_id) for link in links)
    return [problem for problem in found if problem is not None]


def follow_reason(session: Session, before: Deduction, after: Deduction) -> None:
    """After a reason was rewritten: problems that still say what the draft said follow it."""
    old = draft_title(session, before)
    fresh = [
        dataclasses.replace(
            problem,
            title=draft_title(session, after),
            description=after.reason if problem.description == before.reason else problem.description,
        )
        for problem in problems_of(session, after)
        if problem.title == old
    ]
    session.put_all(fresh, label="问题随扣分原因更新")


def remove_deduction(session: Session, line: Deduction) -> None:
    """Remove a line with its links; a problem that was only drafted for it goes too."""
    evaluation = session.evaluation
    changes = removing(evaluation, line)
    for problem in problems_of(session, line):
        links = list(evaluation.links(from_kind="problem", from_id=problem.id))
        answered = list(evaluation.links(to_kind="problem", to_id=problem.id))
        if len(links) == 1 and not answered and problem.title == draft_title(session, line):
            known = {(change.kind, change.id) for change in changes}
            changes += [c for c in removing(evaluation, problem) if (c.kind, c.id) not in known]
    session.change(changes, label="删除扣分")


def explained_text(unexplained: Decimal) -> str:
    """What remains to be explained, in words; empty when nothing does."""
    if unexplained > 0:
        return f"还有 {unexplained.normalize():f} 分扣分没有说明"
    if unexplained < 0:
        return f"扣分说明比实际扣分多 {-unexplained.normalize():f} 分"
    return ""
