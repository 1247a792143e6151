"""Run every check, or only those whose tables changed since the last time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial

from workbench.domain.checks.base import Check, checks
from workbench.domain.checks.finding import Finding, waived
from workbench.domain.checks.grades import boundary
from workbench.domain.checks.limits import Limits
from workbench.domain.checks.view import Memory, View
from workbench.domain.evaluation import Evaluation, Waiver
from workbench.domain.scoring import Scores, compute_scores
from workbench.domain.sources import Sources


def run_checks(
    evaluation: Evaluation,
    scores: Scores | None = None,
    sources: Sources | None = None,
    limits: Limits | None = None,
    today: date | None = None,
) -> tuple[Finding, ...]:
    """Every finding of one state, worst first, then by code; those with a waiver are marked so.

    ``today`` is the day against which dates that were set are due; without it none is.
    """
    sources = sources or Sources(evaluation)
    return Checker(limits or Limits(), today).run(
        evaluation, scores or compute_scores(evaluation, sources), sources
    )


class Checker:
    """Runs the checks and remembers: a check runs again only if a table that it reads was replaced.

    Tables are immutable and replaced on change (:mod:`workbench.domain.changes`), so identity tells.
    """

    def __init__(
        self,
        limits: Limits,
        today: date | None = None,
        *,
        more: Callable[[View], Iterable[Finding]] | None = None,
    ) -> None:
        """``more`` gives findings besides the table of checks: those of a firm's own."""
        self._limits = limits
        self._more = more
        self._today = today
        self._memory: Memory = {}
        self._seen: Evaluation | None = None

    def run(self, evaluation: Evaluation, scores: Scores, sources: Sources) -> tuple[Finding, ...]:
        """As :func:`run_checks`; quick when little changed since the last call."""
        if self._seen is None or self._seen.form is not evaluation.form:
            self._memory.clear()
        self._seen = evaluation
        view = View(evaluation, scores, sources, self._limits, self._memory, today=self._today)
        found: list[Finding] = []
        for check in checks():
            tables = tuple(evaluation.tables.get(kind) for kind in check.reads)
            found.extend(view.remember(check.name, tables, partial(self._run, check, view)))
        if self._more is not None:
            found.extend(self._allowed(self._more(view)))
        found.extend(self._allowed(boundary(view, found)))
        return tuple(
            sorted(
                waived(_distinct(found), evaluation.table(Waiver)), key=lambda f: (f.severity.rank, f.code)
            )
        )

    def _run(self, check: Check, view: View) -> tuple[Finding, ...]:
        return self._allowed(check.run(view))

    def _allowed(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(finding for finding in findings if finding.code not in self._limits.disabled)


def _distinct(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings with keys that no other one has: the second at a place gets a number."""
    seen: dict[str, int] = {}
    for finding in findings:
        number = seen[finding.key] = seen.get(finding.key, 0) + 1
        yield finding if number == 1 else dataclasses.replace(finding, key=f"{finding.key}#{number}")
