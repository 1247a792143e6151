"""Ties between entities: which problems explain which deductions, which advice answers which problem."""

from __future__ import annotations

from workbench.domain.changes import Change
from workbench.domain.evaluation import Evaluation, Link
from workbench.services.session import Session


def linked(evaluation: Evaluation, from_kind: str, from_id: str, to_kind: str) -> set[str]:
    """Ids of everything of one kind that an entity is tied to."""
    return {
        link.to_id
        for link in evaluation.links(from_kind=from_kind, from_id=from_id)
        if link.to_kind == to_kind
    }


def linked_from(evaluation: Evaluation, to_kind: str, to_id: str, from_kind: str) -> set[str]:
    """Ids of everything of one kind that is tied to an entity."""
    return {
        link.from_id for link in evaluation.links(to_kind=to_kind, to_id=to_id) if link.from_kind == from_kind
    }


def tie(session: Session, source: tuple[str, str], target: tuple[str, str]) -> None:
    """Tie two entities (kind, id); they stay tied once however often it is asked."""
    known = session.evaluation.links(
        from_kind=source[0], from_id=source[1], to_kind=target[0], to_id=target[1]
    )
    if next(known, None) is None:
        link = Link(
            id=session.new_id(), from_kind=source[0], from_id=source[1], to_kind=target[0], to_id=target[1]
        )
        session.put(link, label="建立关联")


def untie(session: Session, source: tuple[str, str], target: tuple[str, str]) -> None:
    """Take every tie between two entities away, as one step."""
    known = session.evaluation.links(
        from_kind=source[0], from_id=source[1], to_kind=target[0], to_id=target[1]
    )
    session.change([Change(before=link, after=None) for link in known], label="取消关联")
