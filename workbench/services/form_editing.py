"""Changing the form of the open evaluation: a draft that is kept with every edit, then one step that applies it."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from workbench.domain import form_edits
from workbench.domain.changes import Change
from workbench.domain.compiler import compile_form
from workbench.domain.entities_form import DRAFT, FormRevision
from workbench.domain.evaluation import Entry, Input
from workbench.domain.form import Form
from workbench.domain.form_diff import Difference, compare
from workbench.domain.form_effect import Effect, effect_of
from workbench.domain.form_outline import Outline
from workbench.domain.form_raw import form_to_raw
from workbench.domain.form_revision import draft_entity, draft_of
from workbench.errors import Fault, InputRefused, WorkbenchError
from workbench.services.session import Session

Raw = dict[str, Any]


class FormEditing:
    """The draft of a session's form. Without one, the first edit begins it from the form in force."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seen: tuple[Form, FormRevision | None] | None = None
        self._raw: Raw = {}
        self._outline = Outline({"indicator": []})

    @property
    def draft(self) -> FormRevision | None:
        """The draft as it is kept; nothing while the form is unchanged."""
        return self._session.evaluation.get(FormRevision, DRAFT)

    @property
    def raw(self) -> Raw:
        """The form as it is being written; the one in force while there is no draft."""
        evaluation = self._session.evaluation
        state = (evaluation.form, self.draft)
        if self._seen is None or self._seen[0] is not state[0] or self._seen[1] is not state[1]:
            self._raw = draft_of(evaluation) or form_to_raw(evaluation.form)
            self._outline = Outline(self._raw)
            self._seen = state
        return self._raw

    @property
    def outline(self) -> Outline:
        """The same as a tree."""
        return self._outline if self.raw is self._outline.raw else Outline(self.raw)

    def edit(self, edited: Callable[[Raw], Mapping[str, Any]], label: str, origin: object = None) -> None:
        """Make one edit of the draft, durable on return; raises :class:`form_edits.CannotEdit` in words.

        Typing on in one field (``origin``) stays one step to undo.
        """
        self.put(edited(self.raw), label, origin)

    def put(self, raw: Mapping[str, Any], label: str, origin: object = None) -> None:
        """Put a whole form as the draft; one that is the form in force again leaves no draft."""
        session, draft = self._session, self.draft
        if raw == form_to_raw(session.evaluation.form):
            if draft is not None:
                session.remove(draft, label=label, origin=origin)
            return
        reason = draft.reason if draft is not None else ""
        session.put(draft_entity(session.evaluation, raw, reason), origin=origin, label=label)

    def put_reason(self, reason: str, origin: object = None) -> None:
        """Keep the reason of the change with the draft."""
        if self.draft is not None:
            session = self._session
            session.put(dataclasses.replace(self.draft, reason=reason), origin=origin, label="修改理由")

    def discard(self) -> None:
        """Give the draft up; undo brings it back."""
        if self.draft is not None:
            self._session.remove(self.draft, label="放弃指标体系草稿")

    def fresh_id(self) -> str:
        """An id for a new indicator that none has or had in this evaluation."""
        evaluation = self._session.evaluation
        taken = {row["id"] for row in self.raw["indicator"]}
        for form in (evaluation.form, evaluation.original_form):
            taken |= {indicator.id for indicator in form.indicators}
        taken |= set(evaluation.table(Entry))
        taken |= {said.indicator for said in evaluation.table(Input).values()}
        return form_edits.fresh_id(taken, uuid.uuid4().hex)

    # what the draft means

    def compiled(self) -> tuple[Form | None, tuple[Fault, ...]]:
        """The draft compiled with what to look at, or nothing with every fault that prevents scoring."""
        try:
            form = compile_form(self.raw)
        except InputRefused as refused:
            return None, refused.faults
        return form, form.faults

    def effect(self) -> Effect:
        """What applying the draft would do; raises :class:`InputRefused` while it can't be scored by."""
        reason = self.draft.reason if self.draft is not None else ""
        return effect_of(self._session.evaluation, self.raw, reason, self._session.scores)

    def against_original(self) -> list[Difference]:
        """What the draft has otherwise than the form that the evaluation began with."""
        return compare(form_to_raw(self._session.evaluation.original_form), self.raw)

    def apply(self, effect: Effect) -> tuple[Change, ...]:
        """Put the draft in force with everything that goes along, as one step.

        Raises :class:`WorkbenchError` without a reason or when the draft has changed since ``effect``.
        """
        draft = self.draft
        if draft is None or not draft.reason.strip():
            raise WorkbenchError("no-reason", "请写明修改理由。", "理由随修改记录保存。")
        fresh = self.effect()
        if fresh.form != effect.form or [one.entities for one in fresh.lost] != [
            one.entities for one in effect.lost
        ]:
            raise WorkbenchError("stale-effect", "看过影响之后又有改动，没有应用。", "请再看一遍后应用。")
        self._session.change(fresh.changes, label="修改指标体系")
        return fresh.changes
