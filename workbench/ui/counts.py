"""The figures beside the steps of the work: how many there are, how far one is."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.entities_review import Opinion, ReviewNote
from workbench.domain.evaluation import Evidence, Problem, Questionnaire
from workbench.domain.records import records_of, tally_requests
from workbench.domain.scoring import finished, rated
from workbench.domain.survey import as_counted
from workbench.ui.context import Context


@dataclass(frozen=True, slots=True)
class Count:
    """A few characters beside a step, in a tone of the theme (``soft``, ``lost``, ``warning``, ``done``)."""

    text: str
    tone: str = "soft"
    whole: str = ""
    """The same in words, for the tip and for screen readers."""


def scored(context: Context) -> Count:
    """Indicators finished, of all."""
    scores = context.session.scores
    tone = "done" if scores.done == scores.leaves else "soft"
    return Count(f"{scores.done}/{scores.leaves}", tone, f"{finished(scores)}，{rated(scores)}")


def valid_sheets(context: Context) -> Count:
    """Valid sheets of all questionnaires, as stated or as their sheets give them."""
    evaluation = context.session.evaluation
    sheets = [as_counted(evaluation, sheet) for sheet in evaluation.table(Questionnaire).values()]
    valid = sum(sheet.valid for sheet in sheets if sheet.valid is not None)
    return Count(f"{valid} 份" if sheets else "")


def problems(context: Context) -> Count:
    """How many problems are listed."""
    number = len(context.session.evaluation.table(Problem))
    return Count(str(number) if number else "")


def opinions(context: Context) -> Count:
    """Opinions without an answer and notes that are not settled."""
    evaluation = context.session.evaluation
    unanswered = sum(1 for one in evaluation.table(Opinion).values() if not one.adopted)
    unsettled = sum(1 for one in evaluation.table(ReviewNote).values() if not one.closed)
    waiting = unanswered + unsettled
    return Count(f"{waiting} 未结" if waiting else "", "lost")


def evidence(context: Context) -> Count:
    """Items of evidence."""
    items = len(context.session.evaluation.table(Evidence))
    return Count(str(items) if items else "")


def records(context: Context) -> Count:
    """Requests overdue; while none is, those received of all, or how many other records there are."""
    evaluation = context.session.evaluation
    recording = context.services.recording
    asked = tally_requests(evaluation, recording.today() if recording is not None else None)
    if asked.overdue:
        return Count(f"逾期 {asked.overdue}", "lost")
    if asked.asked:
        return Count(f"{asked.received}/{asked.asked}", "soft" if asked.open else "done")
    other = sum(records_of(evaluation).values())
    return Count(str(other) if other else "")


def findings(context: Context) -> Count:
    """Errors and warnings that stand."""
    checking = context.services.checking
    counts = checking.counts if checking is not None else None
    if counts is None or not counts.short:
        return Count("")
    return Count(counts.short, "lost" if counts.errors else "warning", str(counts))
