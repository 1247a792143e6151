"""Which form an evaluation is scored by, and a draft of another one as what differs from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from workbench.domain.compiler import compile_form
from workbench.domain.entities_form import DRAFT, IN_FORCE, FormRevision
from workbench.domain.evaluation import Evaluation
from workbench.domain.form import Form
from workbench.domain.form_json import form_raw, form_text
from workbench.domain.form_raw import form_to_raw
from workbench.errors import Fault, InputRefused

#: The kind of a :class:`FormRevision`.
REVISION = "form_revision"

Raw = dict[str, Any]


@lru_cache(maxsize=8)
def revised(text: str) -> Form:
    """The form of a revision's text, compiled once; raises :class:`InputRefused` with every fault."""
    try:
        raw = form_raw(text)
    except (ValueError, ArithmeticError, RecursionError) as error:
        fault = Fault("指标体系", "内容不能读取。", "请撤销这次修改。")
        raise InputRefused("修改后的指标体系不能读取。", (fault,)) from error
    return compile_form(raw)


def with_form_in_force(evaluation: Evaluation) -> Evaluation:
    """The evaluation with the form that its tables put in force: its revision, else the first one.

    Raises :class:`InputRefused` for a revision that can't be scored by.
    """
    first = evaluation.original_form
    revision = evaluation.get(FormRevision, IN_FORCE)
    if revision is None:
        return dataclasses.replace(evaluation, form=first, first_form=None)
    return dataclasses.replace(evaluation, form=revised(revision.raw), first_form=first)


def draft_of(evaluation: Evaluation) -> Raw | None:
    """The raw form that is being written, or nothing when there is no draft."""
    draft = evaluation.get(FormRevision, DRAFT)
    return None if draft is None else patched(form_to_raw(evaluation.form), draft.raw)


def draft_entity(evaluation: Evaluation, raw: Mapping[str, Any], reason: str = "") -> FormRevision:
    """The draft as an entity: what ``raw`` has otherwise than the form in force."""
    form = evaluation.form
    return FormRevision(id=DRAFT, raw=delta(form_to_raw(form), raw), reason=reason, base=form.title)


def delta(base: Mapping[str, Any], raw: Mapping[str, Any]) -> str:
    """What ``raw`` has otherwise than ``base``: rows of indicators by id, their order, other tables whole."""
    before = {row["id"]: row for row in base["indicator"]}
    rows = raw["indicator"]
    differing = [row for row in rows if before.get(row["id"]) != row]
    order = [row["id"] for row in rows]
    found: Raw = {"rows": differing}
    if order != list(before):
        found["order"] = order
    found["top"] = {
        name: value for name, value in raw.items() if name != "indicator" and base.get(name) != value
    }
    found["gone"] = [name for name in base if name not in raw]
    return form_text(found)


def patched(base: Mapping[str, Any], text: str) -> Raw:
    """The raw form back from ``base`` and :func:`delta`."""
    found = form_raw(text)
    rows = {row["id"]: row for row in (*base["indicator"], *found["rows"])}
    order = found.get("order", [row["id"] for row in base["indicator"]])
    kept = {name: value for name, value in base.items() if name not in found["gone"]}
    return {**kept, **found["top"], "indicator": [rows[id_] for id_ in order if id_ in rows]}
