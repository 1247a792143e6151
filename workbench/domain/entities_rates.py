"""Rates that the unit's papers or somebody's draft state, with what they divide by what."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from workbench.domain.fields import spec


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRate:
    """来稿比率的一行: its name, numerator and denominator by name and number, and the rate as printed."""

    id: str
    position: int = spec("序号", "order", default=0)
    name: str = spec("比率名称", "line", required=True)
    period: str = spec("期间", "line")
    numerator_name: str = spec("分子名称", "line")
    numerator: Decimal | None = spec("分子", "number", default=None)
    denominator_name: str = spec("分母名称", "line")
    denominator: Decimal | None = spec("分母", "number", default=None)
    rate: Decimal | None = spec("所载比率", "percent", default=None)
    source: str = spec("出处", "line")
    explanation: str = spec("说明", "line")
