"""Changing one of the user's own indicator systems without an evaluation: a draft beside its file, kept with every edit."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from workbench import files
from workbench.domain.changes import Change, Step
from workbench.domain.entities_form import DRAFT, FormRevision
from workbench.domain.evaluation import Evaluation
from workbench.domain.form import Form
from workbench.domain.form_json import form_raw, form_text
from workbench.domain.form_raw import form_to_raw
from workbench.domain.form_revision import REVISION, draft_entity, patched
from workbench.errors import InputRefused, WorkbenchError
from workbench.services.authoring import Authoring
from workbench.services.catalog import Catalog
from workbench.services.form_editing import FormEditing
from workbench.services.session import Session

_log = logging.getLogger(__name__)


class DraftFile:
    """What a session asks of a store, for the draft of one system: the newest state in one file, no history.

    Undo reaches back to when the system was opened.
    """

    def __init__(self, path: Path, form: Form) -> None:
        self._path = path
        self._base = form_to_raw(form)
        self._step = 0

    def read(self) -> dict[str, object] | None:
        """The raw form that was being written, nothing when there is no draft (or none that can be read)."""
        try:
            found = form_raw(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, ArithmeticError, RecursionError) as error:
            if self._path.exists():
                _log.warning("draft %s not read: %s", self._path, error)
            return None
        return found if isinstance(found.get("indicator"), list) else None

    def record(self, changes: Sequence[Change], *, step: int, **_: object) -> None:
        """Make the draft durable, or take its file away; raises :class:`WorkbenchError` and changes nothing.

        What else a store is told (an undo or a deed, which, in words) is kept nowhere.
        """
        for change in changes:
            if (change.kind, change.id) != (REVISION, DRAFT):
                raise TypeError(f"a draft of a form keeps no {change.kind}")
        draft = changes[-1].after if changes else None
        with files.told(self._path, "保存模板草稿"):
            if isinstance(draft, FormRevision):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                files.write_beside(self._path, form_text(patched(self._base, draft.raw)).encode())
            else:
                self._path.unlink(missing_ok=True)
        self._step = max(self._step, step)

    def undoable(self) -> tuple[list[Step], list[Step]]:
        """None: the file knows no history."""
        return [], []

    def next_step(self) -> int:
        """The number of the next step."""
        return self._step + 1

    def highest(self, kind: str, field: str) -> int:  # noqa: ARG002  (as every store is asked)
        """None was ever given."""
        return 0

    def ever(self, kind: str, field: str) -> set[str]:  # noqa: ARG002
        """Nothing was ever given."""
        return set()

    def notices(self) -> list[str]:
        """Nothing to tell."""
        return []

    def close(self) -> None:
        """Everything recorded is on the disk already."""


class OwnForms:
    """The user's own systems: list, open for editing, keep."""

    def __init__(self, catalog: Catalog, authoring: Authoring) -> None:
        self._catalog = catalog
        self.authoring = authoring

    def listed(self) -> list[tuple[str, str]]:
        """Id and title of every own system that can be used."""
        return [(one.id, one.title) for one in self._catalog.list_forms() if one.own and one.form is not None]

    def open(self, form_id: str) -> Session:
        """A session on an own system, with the draft that was left; raises :class:`WorkbenchError`."""
        listing = next((one for one in self._catalog.list_forms() if one.own and one.id == form_id), None)
        if listing is None:
            raise WorkbenchError("no-form", f"没有编号为“{form_id}”的本单位模板。", "请从列表中选择一个。")
        if listing.form is None:
            raise InputRefused(f"指标体系“{listing.title}”不能使用。", listing.faults)
        form = listing.form
        memory = DraftFile(listing.path.with_name(f".{listing.path.stem}.draft.json"), form)
        evaluation = Evaluation("", form)
        left = memory.read()
        if left is not None and left != form_to_raw(form):
            draft = draft_entity(evaluation, left)
            evaluation = Evaluation("", form, {REVISION: {DRAFT: draft}})
        return Session(evaluation, memory, self._catalog.clock)

    def keep(self, session: Session) -> Form:
        """Save what is being written in place of the system; the draft is gone then.

        Raises :class:`InputRefused` with every fault while it can't be scored by.
        """
        editing = FormEditing(session)
        form, faults = editing.compiled()
        if form is None:
            raise InputRefused(f"模板“{editing.raw.get('title', '')}”还不能使用，没有保存。", faults)
        kept = self.authoring.save(form, form_id=session.evaluation.form.id, replacing=True).form
        editing.discard()
        return kept
