"""The figures beside the steps of the work: how many there are, how far one is."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.evaluation import Evidence, Problem, Questionnaire
from workbench.services.session import Session


@dataclass(frozen=True, slots=True)
class Count:
    """A few characters beside a step, in a tone of the theme (``soft``, ``lost``, ``warning``, ``done``)."""

    text: str
    tone: str = "soft"


def scored(session: Session) -> Count:
    """Indicators finished, of all."""
    scores = session.scores
    return Count(f"{scores.done}/{scores.leaves}", "done" if scores.done == scores.leaves else "soft")


def valid_sheets(session: Session) -> Count:
    """Valid sheets of all questionnaires."""
    sheets = session.evaluation.table(Questionnaire).values()
    valid = sum(sheet.valid for sheet in sheets if sheet.valid is not None)
    return Count(f"{valid} 份" if sheets else "")


def problems(session: Session) -> Count:
    """How many problems are listed."""
    number = len(session.evaluation.table(Problem))
    return Count(str(number) if number else "")


def evidence(session: Session) -> Count:
    """Items of evidence."""
    items = len(session.evaluation.table(Evidence))
    return Count(str(items) if items else "")
