"""满意度分档: 90 % full, 80 % four fifths, 60 % half, below nothing (财预〔2021〕101号)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from workbench.domain.rules.bands import BandedRule, shares
from workbench.domain.rules.base import register
from workbench.domain.rules.params import Quantity

TABLE = shares(("0.9", "1"), ("0.8", "0.8"), ("0.6", "0.5"))


@register
@dataclass(frozen=True)
class Satisfaction101Rule(BandedRule):
    """Of 10 points: ≥ 90 % 10, 80–90 % 8, 60–80 % 5, below 60 % 0."""

    kind: ClassVar[str] = "satisfaction101"
    label: ClassVar[str] = "满意度分档"

    @property
    def name(self) -> str:
        """What is measured."""
        return self.rate or "满意度"

    def bands(self) -> tuple[tuple[Fraction, Quantity], ...]:
        """The table."""
        return TABLE

    def problems(self) -> tuple[str, ...]:
        """Satisfaction is a rate."""
        wrong = () if self.value_kind == "比率" else ("满意度应为比率",)
        return (*super().problems(), *wrong)
