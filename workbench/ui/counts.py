"""The figures beside the steps of the work: how many there are, how far one is."""

from __future__ import annotations

from dataclasses import dataclass

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
