"""What a field of an entity holds: its Chinese name, its kind, how text becomes a value and back.

The same description feeds the editors of the window, the columns of the working papers, the
journal's wording and the checks of what is imported: a field is declared once, on its dataclass.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from workbench.domain.amounts import NotANumber, normalise, parse_number, show_plain

#: Longest text one field takes; longer ones are refused with a sentence, never cut.
MAX_TEXT = 200_000

Value = str | Decimal | int | bool | date | None


class BadValue(ValueError):
    """Text that a field can't hold; the message is a Chinese sentence for the hint under it."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: ``name`` in code, ``label`` in Chinese, ``kind`` (a key of :data:`KINDS`), its limits."""

    name: str
    label: str
    kind: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    refers: str = ""
    """The entity kind whose id this field holds (kind ``ref``)."""
    required: bool = False
    hint: str = ""
    later: bool = False
    """Added to its entity after that was first released: rows of older files don't hold it."""


def spec(
    label: str,
    kind: str = "text",
    *,
    unit: str = "",
    choices: tuple[str, ...] = (),
    refers: str = "",
    required: bool = False,
    hint: str = "",
    later: bool = False,
    default: Any = "",
) -> Any:
    """A dataclass field with its description; ``default`` as in :func:`dataclasses.field`.

    A field that joins an entity which was already released stands last and is ``later``.
    """
    described = {
        "label": label,
        "kind": kind,
        "unit": unit,
        "choices": choices,
        "refers": refers,
        "required": required,
        "hint": hint,
        "later": later,
    }
    return dataclasses.field(default=default, metadata=described)


def specs_of(entity_type: type[Any]) -> tuple[FieldSpec, ...]:
    """The described fields of an entity class, in order; ``id`` is not among them."""
    return tuple(_specs_by_name(entity_type).values())


def spec_of(entity_type: type[Any], name: str) -> FieldSpec:
    """The description of one field; ``KeyError`` when there is none."""
    return _specs_by_name(entity_type)[name]


_SPECS: dict[type[Any], dict[str, FieldSpec]] = {}


def _specs_by_name(entity_type: type[Any]) -> dict[str, FieldSpec]:
    if entity_type not in _SPECS:
        described = [f for f in dataclasses.fields(entity_type) if "kind" in f.metadata]
        _SPECS[entity_type] = {f.name: FieldSpec(name=f.name, **f.metadata) for f in described}
    return _SPECS[entity_type]


def _text(text: str, _: FieldSpec) -> Value:
    if len(text) > MAX_TEXT:
        raise BadValue(f"文字超过 {MAX_TEXT} 字，请拆分后填写。")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(text: str, field: FieldSpec) -> Value:
    return str(_text(text, field)).replace("\n", " ").strip()


def _number(text: str, _: FieldSpec) -> Value:
    try:
        return parse_number(text) if text.strip() else None
    except NotANumber as error:
        raise BadValue(str(error)) from error


def _positive(text: str, field: FieldSpec) -> Value:
    value = _number(text, field)
    if isinstance(value, Decimal) and value < 0:
        raise BadValue(f"{field.label}不能为负数。")
    return value


def _percent(text: str, field: FieldSpec) -> Value:
    """A bare number in a percent field means percent: ``86.5`` and ``86.5%`` are the same."""
    value = _number(text, field)
    if isinstance(value, Decimal) and not normalise(text).endswith("%"):
        value = value.scaleb(-2)
    return value


def _count(text: str, field: FieldSpec) -> Value:
    value = _positive(text, field)
    if isinstance(value, Decimal):
        if value != value.to_integral_value():
            raise BadValue(f"{field.label}应为整数。")
        return int(value)
    return value


_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)


def _date(text: str, field: FieldSpec) -> Value:
    plain = normalise(text)
    if not plain:
        return None
    if re.fullmatch(r"\d{8}", plain, re.ASCII):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    found = _DATE.fullmatch(plain)
    if not found:
        raise BadValue(f"{field.label}请按 2022-11-14 的样式填写。")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError as error:
        raise BadValue(f"没有“{text.strip()}”这一天，请检查{field.label}。") from error


_TIME = re.compile(r"(\d{1,2})(?:[:.点时](\d{1,2})分?|([0-5]\d)|[点时])", re.ASCII)


def _time(text: str, field: FieldSpec) -> Value:
    """A time of day as ``09:30``; also read as 9点30分, 9.30 or 0930."""
    plain = normalise(text).replace("：", ":").replace("点半", "点30")
    if not plain:
        return ""
    found = _TIME.fullmatch(plain)
    hours, minutes = (int(found[1]), int(found[2] or found[3] or 0)) if found else (24, 0)
    if hours > 23 or minutes > 59:
        raise BadValue(f"{field.label}请按 14:30 的样式填写。")
    return f"{hours:02}:{minutes:02}"


def _flag(text: str, field: FieldSpec) -> Value:
    plain = text.strip()
    if plain in {"是", "1", "true", "True", "√"}:
        return True
    if plain in {"", "否", "0", "false", "False"}:
        return False
    raise BadValue(f"{field.label}请填“是”或“否”。")


def _choice(text: str, field: FieldSpec) -> Value:
    plain = text.strip()
    if plain and plain not in field.choices:
        raise BadValue(f"{field.label}只能是：{'、'.join(field.choices)}。")
    return plain


def _show_number(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else ""


def _show_percent(value: Any) -> str:
    return f"{show_plain(value * 100, 12)}%" if isinstance(value, Decimal) else ""


def _show_plain(value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of field: from text as typed, and to text as shown in an editor or a cell."""

    parse: Callable[[str, FieldSpec], Value]
    show: Callable[[Any], str]
    numeric: bool = False


KINDS: Mapping[str, Kind] = {
    "line": Kind(_line, _show_plain),
    "text": Kind(_text, _show_plain),
    "number": Kind(_number, _show_number, numeric=True),
    "score": Kind(_positive, _show_number, numeric=True),
    "money": Kind(_number, _show_number, numeric=True),
    "percent": Kind(_percent, _show_percent, numeric=True),
    "count": Kind(_count, _show_plain, numeric=True),
    "order": Kind(_count, _show_plain, numeric=True),
    "date": Kind(_date, lambda value: value.isoformat() if isinstance(value, date) else ""),
    "time": Kind(_time, _show_plain),
    "flag": Kind(_flag, lambda value: "是" if value else "否"),
    "choice": Kind(_choice, _show_plain),
    "open_choice": Kind(_line, _show_plain),  # offers words, accepts the user's own
    "ref": Kind(_line, _show_plain),
}


def parse_value(text: str, field: FieldSpec) -> Value:
    """Text as typed → value of the field; raises :class:`BadValue` with a Chinese sentence."""
    value = KINDS[field.kind].parse(text, field)
    if field.required and value in (None, ""):
        raise BadValue(f"请填写{field.label}。")
    return value


def show_value(value: Value, field: FieldSpec) -> str:
    """Value of the field → text for an editor or a cell; parsing it gives the value back."""
    return KINDS[field.kind].show(value)
