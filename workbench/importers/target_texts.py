"""Targets as tables write them: ≥95%, 52人, 不超过71.6万元."""

from __future__ import annotations

import re

from workbench.domain.evaluation import OPERATORS
from workbench.importers.sentence_text import flat

_TARGET = re.compile(
    r"(≥|>=|≤|<=|=|>|<|不低于|不少于|大于等于|不高于|不超过|小于等于)?(\d+(?:\.\d+)?)([^\d]{0,12})"
)
_OPERATOR_WORDS = {
    ">=": "≥", "不低于": "≥", "不少于": "≥", "大于等于": "≥",
    "<=": "≤", "不高于": "≤", "不超过": "≤", "小于等于": "≤",
    ">": "＞", "<": "＜",
}  # fmt: skip


def target_parts(text: str) -> tuple[str, str, str] | None:
    """``≥95%`` → operator, value, unit; nothing for words."""
    found = _TARGET.fullmatch(flat(text).strip())
    if found is None:
        return None
    sign = _OPERATOR_WORDS.get(found[1] or "", found[1] or "")
    unit = found[3].strip()
    above = re.search(r"及?以上$", unit)
    below = re.search(r"及?以[下内]$", unit)
    unit = re.sub(r"及?以[上下内]$", "", unit)
    operator = sign or ("≥" if above else "≤" if below else "=")
    return (operator, found[2], unit) if operator in OPERATORS else None
