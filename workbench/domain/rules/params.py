"""What a rule's parameters are: described once, read from form files, written back, edited and listed.

A parameter is a dataclass field made by :func:`param`. The same description reads it from a form
file, writes it back without loss, and tells an editor or a workbook what to ask for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.domain.amounts import NotANumber, normalise, parse_number, show_plain

#: Longest text of one parameter; a formula is the longest that there is.
MAX_TEXT = 4_000
#: Most entries of one list (评价要点, 档次 …).
MAX_ITEMS = 200


class BadParam(ValueError):
    """A parameter that can't be read; the message is the Chinese half sentence after its name."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A stated number that remembers whether it was written as a percentage."""

    value: Decimal
    """A percentage is a share of one: ``10%`` is 0.1."""
    percent: bool = False

    def __str__(self) -> str:
        return show_percent_plain(self.value) if self.percent else f"{self.value:f}"


def show_percent_plain(value: Decimal) -> str:
    """A share of one with no more decimals than it needs: ``0.96`` → ``96%``."""
    return f"{show_plain(value * 100, 12)}%"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: its name in form files, its Chinese label, and what it takes."""

    name: str
    label: str
    kind: str
    choices: tuple[str, ...] = ()
    required: bool = False
    hint: str = ""
    item: type[Any] | None = None
    """For the kind ``list``: the dataclass of one entry."""
    default: Any = None


def param(
    label: str,
    kind: str = "text",
    *,
    choices: tuple[str, ...] = (),
    required: bool = False,
    hint: str = "",
    item: type[Any] | None = None,
    default: Any = dataclasses.MISSING,
) -> Any:
    """A dataclass field that is a parameter; without a default the kind's own empty value."""
    described = {
        "label": label,
        "kind": kind,
        "choices": choices,
        "required": required,
        "hint": hint,
        "item": item,
    }
    value = KINDS[kind].empty if default is dataclasses.MISSING else default
    return dataclasses.field(default=value, metadata={"param": described})


_PARAMS: dict[type[Any], tuple[Param, ...]] = {}


def params_of(cls: type[Any]) -> tuple[Param, ...]:
    """The parameters of a rule class or of one entry of a list, in order."""
    if cls not in _PARAMS:
        _PARAMS[cls] = tuple(
            Param(name=f.name, default=f.default, **f.metadata["param"])
            for f in dataclasses.fields(cls)
            if "param" in f.metadata
        )
    return _PARAMS[cls]


def _text(raw: Any, _: Param) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise BadParam("应为文字")
    text = str(raw).strip()
    if len(text) > MAX_TEXT:
        raise BadParam(f"超过 {MAX_TEXT} 字")
    return text


def number_of(raw: Any) -> Decimal:
    """A number as form files hold it: text, whole number or exact decimal, never a float."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise BadParam('应为数字，写成文字（如 "3.5"）或整数')
    try:
        return parse_number(str(raw))
    except NotANumber as error:
        raise BadParam(f"不能读作数字：{error}") from error


def _number(raw: Any, _: Param) -> Decimal:
    return number_of(raw)


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise BadParam("不能为负数")
    return value


def _points(raw: Any, _: Param) -> Decimal:
    if isinstance(raw, str) and normalise(raw).endswith("%"):
        raise BadParam("应为分数，不是百分比")
    return _not_negative(number_of(raw))


def _percent(raw: Any, _: Param) -> Decimal:
    value = _not_negative(number_of(raw))
    written = isinstance(raw, str) and normalise(raw).endswith("%")
    return value if written else value.scaleb(-2)


def _share(raw: Any, _: Param) -> Quantity:
    value = _not_negative(number_of(raw))
    return Quantity(value, isinstance(raw, str) and normalise(raw).endswith("%"))


def _count(raw: Any, _: Param) -> int:
    value = _not_negative(number_of(raw))
    if value != value.to_integral_value() or value > 10**6:
        raise BadParam("应为不超过一百万的整数")
    return int(value)


def _flag(raw: Any, _: Param) -> bool:
    if isinstance(raw, bool):
        return raw
    if raw in {"是", "否"}:
        return bool(raw == "是")
    raise BadParam("应为“是”或“否”")


def _choice(raw: Any, described: Param) -> str:
    if raw not in described.choices:
        raise BadParam(f"只能是：{'、'.join(described.choices)}")
    return str(raw)


def _list(raw: Any, described: Param) -> tuple[Any, ...]:
    if not isinstance(raw, list | tuple):
        raise BadParam("应为若干条的列表")
    if len(raw) > MAX_ITEMS:
        raise BadParam(f"超过 {MAX_ITEMS} 条")
    if described.item is None:
        raise TypeError(f"the list {described.name} has no class for its entries")
    found, problems = [], []
    for position, entry in enumerate(raw, 1):
        if not isinstance(entry, Mapping):
            problems.append(f"第 {position} 条不是一组参数")
            continue
        values, faults = read_params(described.item, entry)
        problems += [f"第 {position} 条的{fault}" for fault in faults]
        if not faults:
            found.append(described.item(**values))
    if problems:
        raise BadParam("；".join(problems))
    return tuple(found)


def _write_list(value: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [write_params(entry) for entry in value]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of parameter: from a form file, and back; ``empty`` while it is not stated."""

    read: Callable[[Any, Param], Any]
    write: Callable[[Any], Any]
    empty: Any = None


def _plain(value: Any) -> str:
    return f"{value:f}"


KINDS: Mapping[str, Kind] = {
    "text": Kind(_text, str, ""),
    "limit": Kind(_text, str, ""),  # a number, percentage or date, read by the kind of the measured value
    "source": Kind(_text, str, ""),  # a binding of workbench.domain.sources
    "number": Kind(_number, _plain),
    "points": Kind(_points, _plain),
    "percent": Kind(_percent, show_percent_plain),
    "share": Kind(_share, str),  # points, or a percentage of the weight
    "count": Kind(_count, int),
    "flag": Kind(_flag, bool, False),
    "choice": Kind(_choice, str, ""),
    "list": Kind(_list, _write_list, ()),
}


def read_params(cls: type[Any], raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Values by name for the constructor of ``cls``, and every problem as a Chinese clause."""
    known = {described.name: described for described in params_of(cls)}
    problems = [f"参数“{name}”不认识，请检查拼写" for name in raw if name not in known]
    values: dict[str, Any] = {}
    for name, described in known.items():
        given = raw.get(name)
        if given is None or given in ("", []):
            if described.required:
                problems.append(f"参数“{described.label}”（{name}）没有写")
            continue
        try:
            values[name] = KINDS[described.kind].read(given, described)
        except BadParam as error:
            problems.append(f"参数“{described.label}”（{name}）{error}")
    return values, problems


def write_params(holder: Any) -> dict[str, Any]:
    """The parameters of a rule or entry as a form file holds them; those at their default are left out."""
    return {
        described.name: KINDS[described.kind].write(value)
        for described in params_of(type(holder))
        if (value := getattr(holder, described.name)) != described.default and value is not None
    }
