"""Scores by stages: put one with its reason and who gave it; the override of 初评 likewise."""

from __future__ import annotations

from workbench.domain.evaluation import Entry, Mark, Overview, mark_id
from workbench.domain.fields import BadValue
from workbench.services.editing import Address, value_at, with_fields
from workbench.services.session import Session


def put_stage(
    session: Session,
    indicator: str,
    stage: str,
    field: str,
    text: str,
    *,
    person: str = "",
    origin: object = None,
) -> str:
    """Put the score, reason or scorer of one stage; returns a hint instead of writing a bad one.

    The first score is signed by ``person``. A stage that says nothing any more is removed.
    """
    id_ = mark_id(indicator, stage)
    kept = session.evaluation.get(Mark, id_)
    mark = kept or Mark(id=id_, indicator=indicator, stage=stage)
    try:
        value = value_at(session.evaluation, mark, Address("mark", id_, field), text)
    except BadValue as error:
        return str(error)
    fresh: Mark = with_fields(mark, **{field: value})
    if field == "score" and value is not None and not fresh.by:
        fresh = with_fields(fresh, by=person)
    if fresh.score is None and not fresh.reason.strip() and (field == "score" or not fresh.by):
        if kept is not None:
            session.remove(kept, origin=origin, label=f"清除{stage}得分")
        return ""
    session.put(fresh, origin=origin)
    return ""


def put_override(
    session: Session, indicator: str, text: str, *, person: str = "", origin: object = None
) -> str:
    """Put the score of 初评 by hand, signed by ``person``; empty text takes it back to the standard's."""
    entry: Entry = session.evaluation.entry(indicator)
    try:
        value = value_at(session.evaluation, entry, Address("entry", indicator, "override"), text)
    except BadValue as error:
        return str(error)
    by = "" if value is None else entry.override_by or person
    session.put(with_fields(entry, override=value, override_by=by), origin=origin)
    return ""


def count_stage(session: Session, stage: str) -> None:
    """Say which stage's scores count."""
    overview: Overview = session.evaluation.overview
    session.put(with_fields(overview, counting_stage=stage), label=f"改以{stage}得分为准")
