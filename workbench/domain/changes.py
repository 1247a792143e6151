"""A change is one entity before and after; :func:`apply` is the only way from one Evaluation to the next."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.domain.entities_form import IN_FORCE, FormRevision
from workbench.domain.evaluation import ENTITIES, Entity, Evaluation, Link, kind_of
from workbench.domain.fields import specs_of
from workbench.domain.form_revision import REVISION, with_form_in_force


class StaleChange(ValueError):
    """A change whose "before" is not what the evaluation holds: it was made against another state."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entity before and after: put (before may be None), or removed (after is None)."""

    before: Entity | None
    after: Entity | None

    @property
    def kind(self) -> str:
        """The kind of the entity."""
        return kind_of(self._entity)

    @property
    def id(self) -> str:
        """The id of the entity."""
        return self._entity.id

    @property
    def _entity(self) -> Entity:
        entity = self.after if self.after is not None else self.before
        if entity is None:
            raise ValueError("a change needs an entity before or after")
        return entity

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that differ; all of them when the entity is new or gone."""
        names = tuple(f.name for f in dataclasses.fields(ENTITIES[self.kind]) if f.name != "id")
        if self.before is None or self.after is None:
            return names
        return tuple(name for name in names if getattr(self.before, name) != getattr(self.after, name))

    def inverse(self) -> Change:
        """The change that takes this one back."""
        return Change(before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class Step:
    """What one undo takes back: the changes of one burst of typing or one command, oldest first."""

    number: int
    changes: tuple[Change, ...]
    label: str = ""


def putting(evaluation: Evaluation, entity: Entity) -> Change | None:
    """The change that puts ``entity``; nothing when it is there already, unchanged."""
    before = evaluation.get(type(entity), entity.id)
    return None if before == entity else Change(before=before, after=entity)


def removing(evaluation: Evaluation, entity: Entity) -> list[Change]:
    """The changes that remove an entity with all that hangs on it: its links, and what requires it."""
    gone: dict[tuple[str, str], Entity] = {}
    waiting = [entity]
    while waiting:
        current = waiting.pop()
        key = (kind_of(current), current.id)
        if key in gone:
            continue
        gone[key] = current
        waiting.extend(_hanging_on(evaluation, *key))
    return [Change(before=found, after=None) for found in reversed(gone.values())]


def _hanging_on(evaluation: Evaluation, kind: str, id_: str) -> list[Entity]:
    found: list[Entity] = [
        link
        for link in evaluation.table(Link).values()
        if (link.from_kind, link.from_id) == (kind, id_) or (link.to_kind, link.to_id) == (kind, id_)
    ]
    for entity_type in ENTITIES.values():
        for field in specs_of(entity_type):
            if field.refers == kind and field.required:
                found.extend(
                    e for e in evaluation.table(entity_type).values() if getattr(e, field.name) == id_
                )
    return found


def apply(evaluation: Evaluation, changes: Iterable[Change]) -> Evaluation:
    """The evaluation after the changes.

    Raises :class:`StaleChange` when one does not fit, and :class:`workbench.errors.InputRefused` when
    they bring a form that can't be scored by; nothing is changed then.
    """
    fresh: dict[str, dict[str, Entity]] = {}
    for change in changes:
        if change.kind not in fresh:
            fresh[change.kind] = dict(evaluation.tables.get(change.kind, {}))
        table = fresh[change.kind]
        if table.get(change.id) != change.before:
            raise StaleChange(f"{change.kind} {change.id}")
        if change.after is None:
            del table[change.id]
        else:
            table[change.id] = change.after
    tables = {**evaluation.tables, **{kind: types.MappingProxyType(table) for kind, table in fresh.items()}}
    after = dataclasses.replace(evaluation, tables=types.MappingProxyType(tables))
    if REVISION in fresh and fresh[REVISION].get(IN_FORCE) != evaluation.get(FormRevision, IN_FORCE):
        return with_form_in_force(after)
    return after
