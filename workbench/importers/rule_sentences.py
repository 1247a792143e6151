"""The bureau's sentence (评分标准) → an executable rule, where it can mean only one thing.

Each reader below knows one way of writing a standard. A sentence that two of them read, or that
says more about points than the reader understood, stays a text that the evaluator judges by.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.domain.rules.base import BadRule, rule_types
from workbench.importers.banded_sentences import read_bands, read_qualitative, read_threshold
from workbench.importers.counted_sentences import read_per_fault, read_points
from workbench.importers.measured_sentences import read_completion, read_ratio, read_steps
from workbench.importers.sentence_base import Standard, Unsure
from workbench.importers.sentence_text import flat, items_of, unwrapped


@dataclass(frozen=True, slots=True)
class Understood:
    """The rule as form files hold it, or nothing and the reason in Chinese."""

    rule: dict[str, Any] | None
    reason: str = ""


#: Longer texts are no one rule, and every reader's work stays short.
_LONGEST = 3_000

_READERS: tuple[Callable[[str, Standard], dict[str, Any] | None], ...] = (
    read_points,
    read_per_fault,
    read_ratio,
    read_completion,
    read_steps,
    read_bands,
    read_threshold,
    read_qualitative,
)


def understand(standard: Standard) -> Understood:
    """Read a standard; the reason names what is missing when it can't be carried out."""
    if not standard.text.strip():
        return Understood(None, "没有评价标准")
    if len(standard.text) > _LONGEST:
        return Understood(None, f"评价标准超过 {_LONGEST} 字")
    text = flat(unwrapped(standard.text))
    found: list[dict[str, Any]] = []
    reasons: list[str] = []
    for read in _READERS:
        try:
            rule = read(text, standard)
        except Unsure as error:
            reasons.append(str(error))
            continue
        if rule is not None:
            found.append(rule)
    if reasons:
        return Understood(None, reasons[0])
    if len(found) == 1:
        return Understood(found[0])
    if found:
        return Understood(None, "同时写了几种计分办法，不能确定用哪一种")
    return Understood(None, _why_not(text))


def rule_of(standard: Standard) -> Understood:
    """As :func:`understand`, and the rule can be carried out with the indicator's points."""
    found = understand(standard)
    if found.rule is None:
        return found
    kind = rule_types()[found.rule["kind"]]
    try:
        kind.from_raw(found.rule, standard.points or Decimal(1))
    except BadRule as error:
        return Understood(None, f"读作“{kind.label}”，但{error.problems[0]}")
    return found


def _why_not(text: str) -> str:
    if items_of(text):
        return "要点没有写分值，也没有写如何分配"
    if "酌情" in text:
        return "写的是酌情给分或扣分"
    if re.search(r"扣|得分|分", text):
        return "这种写法没有识别为计分规则"
    return "没有写怎样计分"


__all__ = ["Standard", "Understood", "rule_of", "understand"]
