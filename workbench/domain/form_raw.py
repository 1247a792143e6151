"""Form → the raw data that compiles to an equal form again."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workbench.domain.form import Form, Indicator


def form_to_raw(form: Form) -> dict[str, Any]:
    """The data that compiles to an equal form again: only text, whole numbers, lists and tables.

    An indicator without a way of scoring is judged; that is written here, so that it is no longer noted.
    """
    raw: dict[str, Any] = {
        name: value
        for name in ("id", "title", "version", "authority", "mode", "profile", "layout", "outline")
        if (value := getattr(form, name))
    }
    raw["levels"] = list(form.levels)
    raw["total"] = f"{form.total:f}"
    raw["rounding"] = {"digits": form.rounding.digits, "at": form.rounding.at}
    raw["bands"] = [
        {"name": b.name, "lower": f"{b.lower:f}", **({"printed": b.printed} if b.printed else {})}
        for b in form.bands
    ]
    raw["indicator"] = [_indicator_to_raw(indicator) for indicator in form.indicators]
    raw["questionnaire"] = [plain_data(questionnaire) for questionnaire in form.questionnaires]
    raw["target"] = [plain_data(target) for target in form.targets]
    return raw


def _indicator_to_raw(indicator: Indicator) -> dict[str, Any]:
    raw: dict[str, Any] = {"id": indicator.id}
    if indicator.parent:
        raw["parent"] = indicator.parent
    raw |= {"name": indicator.name, "points": f"{indicator.full_mark:f}"}
    for name in ("explanation", "criterion", "basis_source", "collection_method"):
        if value := getattr(indicator, name):
            raw[name] = value
    if indicator.digits is not None:
        raw["digits"] = indicator.digits
    if indicator.tags:
        raw["tags"] = list(indicator.tags)
    if indicator.rule is not None:
        raw["rule"] = indicator.rule.to_raw()
    return raw


def plain_data(value: Any) -> Any:
    """A copy of text, numbers, lists and tables only, so that it can be kept as JSON."""
    if isinstance(value, Mapping):
        return {str(key): plain_data(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain_data(entry) for entry in value]
    return f"{value:f}" if isinstance(value, Decimal) else value
