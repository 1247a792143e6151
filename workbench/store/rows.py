"""Entities as rows: which column holds which field, how a value is kept, how a row vouches for itself."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from workbench.domain.evaluation import ENTITIES, Entity, kind_of
from workbench.domain.fields import specs_of
from workbench.domain.form_json import canonical

#: A value as SQLite and JSON hold it. Decimals and dates are text, so that no digit is ever lost.
Stored = str | int | None
#: The fields of one entity as stored, in the order of its class, without its id. A later field
#: (:attr:`workbench.domain.fields.FieldSpec.later`) that has its default is left out, so that rows
#: and hashes written before there was such a field stay true.
Row = dict[str, Stored]

#: Sums of row hashes are kept modulo this, so that one number vouches for all rows in any order.
STATE_MODULUS = 1 << 256

_INTEGER_KINDS = frozenset({"count", "order", "flag"})
_DECIMAL_KINDS = frozenset({"number", "score", "money", "percent"})


def _keep_text(value: Any) -> Stored:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a text column holds no {type(value).__name__}")


def _keep_integer(value: Any) -> Stored:
    if value is None or isinstance(value, int):
        return None if value is None else int(value)
    raise TypeError(f"an integer column holds no {type(value).__name__}")


_KEEPERS: Mapping[type, Callable[[Any], Stored]] = {str: _keep_text, int: _keep_integer}


def _reader(kind: str) -> Callable[[Any], Any]:
    if kind in _DECIMAL_KINDS:
        return Decimal
    if kind == "date":
        return date.fromisoformat
    return {"flag": bool}.get(kind, lambda value: value)


@cache
def columns(kind: str) -> tuple[tuple[str, type], ...]:
    """The columns of an entity kind, in order: name and ``str`` or ``int``."""
    return tuple((s.name, int if s.kind in _INTEGER_KINDS else str) for s in specs_of(ENTITIES[kind]))


@cache
def _readers(kind: str) -> Mapping[str, Callable[[Any], Any]]:
    return {s.name: _reader(s.kind) for s in specs_of(ENTITIES[kind])}


@cache
def later_defaults(kind: str) -> Mapping[str, Any]:
    """The later fields of a kind with the values that they have in rows which don't hold them."""
    later = {s.name for s in specs_of(ENTITIES[kind]) if s.later}
    return {f.name: f.default for f in dataclasses.fields(ENTITIES[kind]) if f.name in later}


def to_row(entity: Entity) -> Row:
    """The entity's fields as stored."""
    kind = kind_of(entity)
    row = {name: _KEEPERS[held](getattr(entity, name)) for name, held in columns(kind)}
    for name, default in later_defaults(kind).items():
        if getattr(entity, name) == default:
            del row[name]
    return row


def without_absent(kind: str, row: Row) -> Row:
    """The row without later fields that are ``None``: a file and its journal say so for the default."""
    absent = [name for name in later_defaults(kind) if name in row and row[name] is None]
    return {name: value for name, value in row.items() if name not in absent} if absent else row


def values_of(kind: str, stored: Mapping[str, Stored]) -> dict[str, Any]:
    """Stored fields, all or some of a kind's, as the domain holds them."""
    readers = _readers(kind)
    return {name: None if value is None else readers[name](value) for name, value in stored.items()}


def from_row(kind: str, id_: str, row: Mapping[str, Stored]) -> Entity:
    """The entity of a row; ``ValueError``, ``KeyError`` or ``TypeError`` when the row is damaged."""
    entity: Entity = ENTITIES[kind](id=id_, **values_of(kind, row))
    return entity


def row_hash(kind: str, id_: str, row: Mapping[str, Stored]) -> str:
    """SHA-256 over kind, id and every field of a row."""
    return hashlib.sha256(canonical([kind, id_, row]).encode("utf-8", "surrogatepass")).hexdigest()
