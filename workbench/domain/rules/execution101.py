"""预算执行率分档: done within the budget, or by the bands of 财预〔2021〕101号."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.bands import BandedRule, shares
from workbench.domain.rules.base import Given, InputSpec, Outcome, register
from workbench.domain.rules.measure import Measured
from workbench.domain.rules.params import Quantity

DONE, NOT_DONE = "已完成", "未完成"
TABLE = shares(("0.8", "0.7"), ("0.6", "0.5"))


@register
@dataclass(frozen=True)
class Execution101Rule(BandedRule):
    """Project done and spent within the budget: 10 of 10; not done: 80 % → 7, 60 % → 5, below → 0.

    More than the budget is not "within" it; for that the paper states no points, so none are computed.
    """

    kind: ClassVar[str] = "execution101"
    label: ClassVar[str] = "预算执行率分档"

    def inputs(self) -> tuple[InputSpec, ...]:
        """Whether the project is done, and the rate."""
        return (
            InputSpec("done", "项目完成情况", "choice", choices=(DONE, NOT_DONE)),
            *self.measured_inputs(),
        )

    def bands(self) -> tuple[tuple[Fraction, Quantity], ...]:
        """The table for projects not done."""
        return TABLE

    def score(self, measured: Measured, given: Mapping[str, Given]) -> Outcome:
        """Full mark, the table, or a person's decision when the budget was exceeded."""
        if measured.value > 1:
            says = f"{self.name} {measured.text} 超过 100%，不属于在预算内完成，文件未规定分值；请改定得分并写明理由。"
            return Outcome(None, steps=(*measured.steps, says))
        if given["done"].value == DONE:
            full = show_plain(self.full_mark)
            return Outcome(
                exact(self.full_mark), f"项目已完成，{measured.text} ≤ 100.00%，得 {full} 分", measured.steps
            )
        return super().score(measured, given)

    def maximum(self) -> Fraction:
        """Done within the budget."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """The table in words."""
        full = exact(self.full_mark)
        return (
            f"{self.division()}项目完成且支出不超过预算的，得 {show_plain(full)} 分；未完成的，"
            f"{self.name}达到 80% 得 {show_plain(full * 7 / 10)} 分，达到 60% 得 {show_plain(full / 2)} 分，低于 60% 不得分。"
        )
