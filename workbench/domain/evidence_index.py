"""索引号: how evidence is filed under its indicator, by a scheme that each evaluation may change."""

from __future__ import annotations

import re
from collections.abc import Collection

from workbench.domain.evaluation import Deduction, Evaluation, Link

#: What a scheme may hold; ``:n`` after a number pads it with zeros.
PLACEHOLDERS = ("指标", "序", "佐证号", "年度")
DEFAULT_SCHEME = "{指标}-{序:2}"
_PLACE = re.compile(r"\{(\w+)(?::(\d))?\}")
_LONGEST = 60


def scheme_fault(scheme: str) -> str:
    """What is wrong with a scheme, as a Chinese sentence; empty when it can be used."""
    unknown = [name for name, _ in _PLACE.findall(scheme) if name not in PLACEHOLDERS]
    if unknown or "{" in _PLACE.sub("", scheme) or "}" in _PLACE.sub("", scheme):
        return "索引号编法中只能用 {指标}、{序}、{佐证号}、{年度}，数字可写位数，如 {序:2}。"
    if not any(name in {"序", "佐证号"} for name, _ in _PLACE.findall(scheme)):
        return "索引号编法中要有 {序} 或 {佐证号}，否则各件会重号。"
    if len(scheme) > _LONGEST:
        return f"索引号编法不超过 {_LONGEST} 字。"
    return ""


def index_of(scheme: str, *, indicator: str, number: int, year: str, taken: Collection[str]) -> str:
    """The first index by the scheme that was never given; ``taken`` holds every one that ever was.

    A scheme that can't be used gives way to the usual one.
    """
    if scheme_fault(scheme):
        scheme = DEFAULT_SCHEME
    running = 0
    while True:
        running += 1
        values: dict[str, str | int] = {"指标": indicator, "序": running, "佐证号": number, "年度": year}

        def put(found: re.Match[str], values: dict[str, str | int] = values) -> str:
            value = values[found[1]]
            return str(value).zfill(int(found[2] or 0)) if isinstance(value, int) else value

        made = _PLACE.sub(put, scheme)
        if made not in taken:
            return made
        if "{序" not in scheme:  # by 佐证号 alone, which is never used twice: somebody typed it
            scheme += "-{序}"


def filed_under(evaluation: Evaluation, kind: str, id_: str) -> str:
    """The indicator that something linked belongs to; empty when it is none of an indicator's."""
    if kind == "indicator":
        return id_ if evaluation.form.get(id_) is not None else ""
    line = evaluation.get(Deduction, id_) if kind == "deduction" else None
    return line.indicator if line is not None else ""


def indicators_of_items(evaluation: Evaluation) -> dict[str, str]:
    """Each linked item's first indicator, in the order in which links were made."""
    found: dict[str, str] = {}
    for link in evaluation.table(Link).values():
        if link.from_kind == "evidence" and link.from_id not in found:
            indicator = filed_under(evaluation, link.to_kind, link.to_id)
            if indicator:
                found[link.from_id] = indicator
    return found
