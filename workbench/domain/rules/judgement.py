"""评价人判断: the evaluator weighs the standard and types the points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, InputSpec, Outcome, Rule, missing_labels, register
from workbench.domain.rules.params import param


@register
@dataclass(frozen=True)
class JudgementRule(Rule):
    """score = what was typed; for standards that no calculation can carry out."""

    kind: ClassVar[str] = "judgement"
    label: ClassVar[str] = "评价人判断"

    hint: str = param("判断提示")

    def inputs(self) -> tuple[InputSpec, ...]:
        """The points."""
        return (InputSpec("score", "得分", "score", unit="分", hint=self.hint),)

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """The points typed, up to the full mark."""
        missing = missing_labels(self.inputs(), given)
        if missing:
            return Outcome(None, missing=missing)
        score = given["score"].number or Fraction(0)
        if not 0 <= score <= exact(self.full_mark):
            return Outcome(
                None, steps=(f"得分应在 0 至 {show_plain(self.full_mark)} 分之间。",), missing=("得分",)
            )
        return Outcome(score, show_plain(score))

    def maximum(self) -> Fraction:
        """The full mark."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """Who decides."""
        return f"由评价人对照评价标准判断给分，0 至 {show_plain(self.full_mark)} 分。{self.hint}"
