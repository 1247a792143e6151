"""The journal of an evaluation in words: who changed what, when, from which value to which."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.domain.entities_form import DRAFT, IN_FORCE
from workbench.domain.evaluation import ENTITIES, KIND_LABELS, Evaluation
from workbench.domain.fields import FieldSpec, show_value, spec_of
from workbench.domain.form_diff import compare
from workbench.domain.form_json import form_raw
from workbench.domain.form_raw import form_to_raw
from workbench.domain.form_revision import REVISION
from workbench.services.session import Session
from workbench.store.evaluations import EvaluationStore
from workbench.store.journal import FIRST_STEP, Event
from workbench.store.rows import later_defaults

#: Fields that say why another field of the same entity changed.
_REASONS = ("override_reason", "reason", "explanation", "note")
_ACTIONS = {"do": "", "undo": "撤销", "redo": "重做"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the journal as a person reads it; ``changes`` are label, before, after of each field."""

    step: int
    at: str
    by: str
    action: str
    what: str
    """``新增``, ``修改`` or ``删除`` and the kind: ``修改扣分``."""
    where: str
    """The indicator's place, or the name of the entity."""
    changes: tuple[tuple[str, str, str], ...]
    label: str


def happenings(session: Session, indicator: str = "") -> list[Happening]:
    """What was done to an evaluation, oldest first; only what concerns one indicator, if named by its id.

    What the evaluation started with is left out.
    """
    memory = session.memory
    if not isinstance(memory, EvaluationStore):
        return []
    told = _Teller(session.evaluation)
    return [
        told.happening(event)
        for event in memory.history()
        if told.follow(event) and event.step != FIRST_STEP and indicator in {"", told.indicator(event)}
    ]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One change of one field: when, by whom, from what to what, and why it was made."""

    at: str
    by: str
    before: str
    after: str
    why: str
    """``撤销``, the step's own words, or the reason that was put with it; may be empty."""


def field_history(session: Session, kind: str, id_: str, field: str) -> list[FieldChange]:
    """Every value that a field had, oldest change first; nothing for an evaluation without a journal."""
    memory = session.memory
    if not isinstance(memory, EvaluationStore):
        return []
    spec = spec_of(ENTITIES[kind], field)
    # A field that came later is left out of a line where it has its default.
    absent = show_value(later_defaults(kind)[field], spec) if spec.later else ""
    found: list[FieldChange] = []
    for event in memory.history(kind, id_):
        after = event.after or {}
        said = next((str(after[name]) for name in _REASONS if name != field and after.get(name)), "")
        was, now = (_shown(fields, spec, absent) for fields in (event.before, event.after))
        if was != now:
            action = "建立" if event.step == FIRST_STEP else _ACTIONS.get(event.action, event.action)
            found.append(FieldChange(event.at, event.by, was, now, action or said or event.label))
        elif said and found and not found[-1].why:  # the reason was written after the value
            found[-1] = dataclasses.replace(found[-1], why=said)
    return found


def _shown(fields: Mapping[str, Any] | None, spec: FieldSpec, absent: str) -> str:
    if fields is None:
        return ""
    if spec.later and fields.get(spec.name) is None:
        return absent
    return show_value(fields[spec.name], spec) if spec.name in fields else ""


class _Teller:
    """Follows the events, so that an entity that is gone can still be named."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._known: dict[tuple[str, str], dict[str, Any]] = {}

    def follow(self, event: Event) -> bool:
        """Take an event in; always true."""
        fields = self._known.setdefault((event.kind, event.id), {})
        fields.update(event.after or event.before or {})
        return True

    def indicator(self, event: Event) -> str:
        """The indicator that an event concerns; empty for others."""
        if event.kind == "entry":
            return event.id
        if event.kind == "link":
            return ""
        return str(self._known[event.kind, event.id].get("indicator") or "")

    def happening(self, event: Event) -> Happening:
        """An event in words."""
        before, after = event.before or {}, event.after or {}
        verb = "新增" if event.before is None else "删除" if event.after is None else "修改"
        entity_type = ENTITIES[event.kind]
        changes = []
        for name in dict.fromkeys([*before, *after]):
            spec = spec_of(entity_type, name)
            if spec.kind in {"order", "ref"} or (event.kind == "input" and name == "key"):
                continue
            if event.kind == REVISION and name == "raw":
                continue  # a whole form; what it changed is told below
            shown = [show_value(fields[name], spec) if name in fields else "" for fields in (before, after)]
            untold = event.before is None and not after[name]  # a new entity says nothing here
            if shown[0] != shown[1] and not untold:
                changes.append((spec.label, shown[0], shown[1]))
        if event.kind == REVISION and event.id == IN_FORCE:
            changes += self._form_changes(before.get("raw"), after.get("raw"))
        return Happening(
            event.step,
            event.at,
            event.by,
            _ACTIONS.get(event.action, event.action),
            f"{verb}{KIND_LABELS[event.kind]}{'草稿' if (event.kind, event.id) == (REVISION, DRAFT) else ''}",
            self._where(event),
            tuple(changes),
            event.label,
        )

    def _form_changes(self, before: Any, after: Any) -> list[tuple[str, str, str]]:
        """What a revision changed in the form; no revision is the form that the evaluation began with."""
        original = form_to_raw(self._evaluation.original_form)
        was, now = (form_raw(text) if text else original for text in (before, after))
        return [(one.kind, "", f"{one.place}：{one.words}".strip("：")) for one in compare(was, now)]

    def _where(self, event: Event) -> str:
        indicator = self.indicator(event)
        if indicator:
            place = self._evaluation.form.place(indicator) or indicator
            key = self._known[event.kind, event.id].get("key", "") if event.kind == "input" else ""
            return f"{place}（{key}）" if key else place
        known = self._known[event.kind, event.id]
        for name in ("title", "name", "item", "label", "text"):
            if known.get(name):
                return str(known[name])[:40]
        return ""
