"""Who is to do what is left: the person behind a place, and all that is left as lines with a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.domain.checks import Place
from workbench.domain.entities_review import Opinion, ReviewNote
from workbench.domain.evaluation import Deduction, Evaluation, Input, Link, Mark
from workbench.services.checking import Left


@dataclass(frozen=True, slots=True)
class Remaining:
    """One thing that is left: what it is, where, and who sees to the indicator; empty for nobody."""

    label: str
    place: Place
    words: str
    who: str


def owner_at(evaluation: Evaluation, place: Place) -> str:
    """Who sees to a place: the owner of its indicator, or who answers an opinion or a review note."""
    match place.kind:
        case "opinion":
            opinion = evaluation.get(Opinion, place.id)
            return (opinion.by or _owner(evaluation, opinion.indicator)) if opinion is not None else ""
        case "review_note":
            note = evaluation.get(ReviewNote, place.id)
            return (note.by or _owner(evaluation, note.indicator)) if note is not None else ""
        case "problem":
            return _of_problem(evaluation, place.id)
        case "deduction" | "input" | "mark":
            held = {"deduction": Deduction, "input": Input, "mark": Mark}[place.kind]
            entity = evaluation.table(held).get(place.id)
            return _owner(evaluation, getattr(entity, "indicator", ""))
        case "indicator" | "entry":
            return _owner(evaluation, place.id)
        case "overview":
            return evaluation.overview.lead.strip()
    return ""


def _owner(evaluation: Evaluation, indicator: str) -> str:
    return evaluation.entry(indicator).owner.strip() if indicator else ""


def _of_problem(evaluation: Evaluation, id_: str) -> str:
    """The owner of the first indicator that the problem's deductions are about."""
    lines = evaluation.table(Deduction)
    for link in evaluation.table(Link).values():
        if (link.from_kind, link.from_id, link.to_kind) == ("problem", id_, "deduction"):
            line = lines.get(link.to_id)
            if line is not None and (owner := _owner(evaluation, line.indicator)):
                return owner
    return ""


def remaining(evaluation: Evaluation, left: Iterable[Left]) -> list[Remaining]:
    """Every place of every line, each with its person."""
    return [
        Remaining(line.label, place, words, owner_at(evaluation, place))
        for line in left
        for place, words in line.places
    ]


def people(evaluation: Evaluation) -> list[str]:
    """Everybody who owns an indicator, in the order of the table."""
    owners = (evaluation.entry(leaf.id).owner.strip() for leaf in evaluation.form.leaves)
    answering = [one.by.strip() for one in evaluation.table(Opinion).values()]
    answering += [one.by.strip() for one in evaluation.table(ReviewNote).values()]
    return list(dict.fromkeys(name for name in (*owners, *answering) if name))
