"""What readers of the bureau's sentences share: the standard, words for numbers and units, doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Standard:
    """What is known of one indicator when its sentence is read."""

    text: str
    name: str
    points: Decimal
    target: str = ""
    """The table's own target column, as written."""
    sources: Mapping[str, str] = field(default_factory=dict)


class Unsure(Exception):
    """The sentence is of this kind, but one part of it can't be carried out; the message says which."""


NUMBER = r"\d+(?:\.\d+)?"
UNITS = r"次|起|家|例|个|处|项|人|件|笔|条|份|户|宗"


def short(text: str) -> str:
    """A text cut to what a message has room for."""
    joined = " ".join(text.split())
    return joined if len(joined) <= 16 else f"{joined[:15]}…"
