"""A raw form as text that keeps every type, for the places that carry a form along."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def canonical(value: Any) -> str:
    """JSON with one spelling for each value."""
    return _ENCODER.encode(value)


def form_text(raw: Any) -> str:
    """A raw form as canonical JSON; decimals and dates keep their type."""
    return canonical(_tagged(raw))


def form_raw(text: str) -> dict[str, Any]:
    """The raw form back from :func:`form_text`, equal to what went in; :class:`ValueError` for other texts."""
    raw: dict[str, Any] = json.loads(text, object_hook=_untagged)
    return raw


def _tagged(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _tagged(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_tagged(item) for item in value]
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime | time):
        return value.isoformat()
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    return value


def _untagged(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        try:
            if "$decimal" in found:
                return Decimal(found["$decimal"])
            if "$date" in found:
                return date.fromisoformat(found["$date"])
        except (ArithmeticError, TypeError) as error:
            raise ValueError("no value of its type") from error
    return found
