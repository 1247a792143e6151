"""From typed text to a change: the address of a field, and the one way its text becomes a value."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.domain.amounts import show_plain
from workbench.domain.evaluation import ENTITIES, Entity, Evaluation, Input, input_id
from workbench.domain.fields import BadValue, FieldSpec, Value, parse_value, show_value, spec_of, specs_of
from workbench.domain.rules.base import InputSpec
from workbench.domain.scoring import read_input
from workbench.services.session import Session


@dataclass(frozen=True, slots=True)
class Address:
    """Where a text belongs: the entity's kind and id, and the field; it travels with the text.

    ``kind`` may also be ``indicator`` and the parts after it empty, to name a place to go to.
    """

    kind: str
    id: str = ""
    field: str = ""


#: Fields that hold points of an indicator, with the field that names the indicator ("id": its own).
_POINTS_OF = {
    ("entry", "override"): "id",
    ("deduction", "points"): "indicator",
    ("mark", "score"): "indicator",
}


def stated(evaluation: Evaluation, kind: str, id_: str) -> Entity | None:
    """The entity at an address; an empty one where nothing was said and nothing is required to say it."""
    entity_type = ENTITIES[kind]
    found: Entity | None = evaluation.table(entity_type).get(id_)
    if found is not None or any(field.refers and field.required for field in specs_of(entity_type)):
        return found
    return entity_type(id=id_) if kind in {"overview", "entry", "paragraph"} else None


def text_at(evaluation: Evaluation, address: Address) -> str:
    """What an editor of this field shows; empty when the entity is gone."""
    entity = stated(evaluation, address.kind, address.id)
    if entity is None:
        return ""
    return show_value(getattr(entity, address.field), spec_of(type(entity), address.field))


def put_text(
    session: Session, address: Address, text: str, origin: object = None, *, blank: Entity | None = None
) -> str:
    """Put a typed text where it belongs; returns the hint to show when it can't be held, else ``""``.

    With a hint nothing is written. A text for an entity that is gone by now is dropped, unless
    ``blank`` gives the entity to begin with.
    """
    entity = stated(session.evaluation, address.kind, address.id) or blank
    if entity is None:
        return ""
    try:
        value = value_at(session.evaluation, entity, address, text)
    except BadValue as error:
        return str(error)
    session.put(with_fields(entity, **{address.field: value}), origin=origin)
    return ""


def value_at(evaluation: Evaluation, entity: Entity, address: Address, text: str) -> Value:
    """What a text means in a field of an entity; raises :class:`BadValue` with the hint to show."""
    field = spec_of(type(entity), address.field)
    value = parse_value(text, field)
    _within_full_mark(evaluation, entity, address, value, field)
    return value


def with_fields(entity: Any, **values: Any) -> Any:
    """The entity with some fields replaced."""
    return dataclasses.replace(entity, **values)


def _within_full_mark(
    evaluation: Evaluation, entity: Entity, address: Address, value: object, field: FieldSpec
) -> None:
    holder = _POINTS_OF.get((address.kind, address.field))
    if holder is None or not isinstance(value, Decimal):
        return
    indicator = evaluation.form.get(getattr(entity, holder))
    if indicator is not None and value > indicator.full_mark:
        raise BadValue(f"{field.label}不能超过本项分值 {show_plain(indicator.full_mark)} 分。")


def put_input(session: Session, indicator: str, spec: InputSpec, text: str, origin: object = None) -> str:
    """Put what was typed for one input of an indicator's rule; returns a hint instead of writing a bad one."""
    plain = text.strip()
    if plain:
        fault = read_input(plain, spec, session.evaluation.overview.fund_unit).fault
        if fault:
            return fault
    said = input_of(session.evaluation, indicator, spec.key)
    field = input_field(spec)
    kept = show_value(parse_value(plain, field), field)
    session.put(dataclasses.replace(said, value=kept), origin=origin)
    return ""


def input_field(spec: InputSpec) -> FieldSpec:
    """An input of a rule described as a field, so that it gets the same editors."""
    kind = "number" if spec.kind == "point" else spec.kind
    return FieldSpec(spec.key, spec.label, kind, unit=spec.unit, choices=spec.choices, hint=spec.hint)


def put_point(session: Session, indicator: str, spec: InputSpec, text: str, origin: object = None) -> str:
    """Put what is said of one 评价要点: 符合, 不符合, points, or nothing."""
    if text in {"", "符合", "不符合"}:
        said = input_of(session.evaluation, indicator, spec.key)
        session.put(dataclasses.replace(said, value=text), origin=origin)
        return ""
    return put_input(session, indicator, spec, text, origin)


def bind_input(session: Session, indicator: str, spec: InputSpec, source: str) -> None:
    """Choose where an input comes from: a binding, or ``""`` for typing it by hand."""
    said = input_of(session.evaluation, indicator, spec.key)
    kept = "" if source == spec.source else source or "manual"
    session.put(dataclasses.replace(said, source=kept, manual=False), label=f"选择{spec.label}的取数来源")


def count_typed(session: Session, indicator: str, spec: InputSpec, *, typed: bool) -> None:
    """Say whether the typed value counts beside a bound one."""
    said = input_of(session.evaluation, indicator, spec.key)
    session.put(dataclasses.replace(said, manual=typed), label=f"{spec.label}以填写值为准" if typed else "")


def input_of(evaluation: Evaluation, indicator: str, key: str) -> Input:
    """What is said for one input of an indicator's rule; an empty one while nothing is."""
    id_ = input_id(indicator, key)
    return evaluation.get(Input, id_) or Input(id=id_, indicator=indicator, key=key)
