"""The indicator system of one evaluation as it was changed after the evaluation began."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.fields import spec

#: The revision that is in force, and the one that is still being written.
IN_FORCE, DRAFT = "form", "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRevision:
    """指标体系的修改: one entity with the id ``form`` is in force instead of the evaluation's first form.

    Its ``raw`` is the canonical text of the whole raw form (:func:`workbench.domain.form_json.form_text`).
    The entity ``draft`` is what is still being written; its ``raw`` says only what differs from the
    form in force (:mod:`workbench.domain.form_revision`), so that an edit writes little.
    """

    id: str
    raw: str = spec("指标体系", required=True)
    reason: str = spec("修改理由")
    base: str = spec("原体系", "line")
