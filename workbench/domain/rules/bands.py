"""分档计分: the band that the value falls into gives the points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, Outcome, register
from workbench.domain.rules.measure import (
    Measured,
    MeasuredRule,
    limit_text,
    points_of,
    read_limit,
    share_text,
    show_value,
    within,
)
from workbench.domain.rules.params import BadParam, Quantity, param

HIGHER, LOWER = "越高越好", "越低越好"
_ZERO = Quantity(Decimal(0))


@dataclass(frozen=True)
class PointBand:
    """One band: from this limit (included) on, these points."""

    limit: str = param("界限", "limit", required=True, hint="如 90%")
    points: Quantity | None = param("得分", "share", required=True, hint="分数，或权重的百分比如 80%")


@dataclass(frozen=True)
class BandedRule(MeasuredRule):
    """Bands over a measured value; the bands themselves come from a subclass."""

    def bands(self) -> tuple[tuple[Fraction, Quantity], ...]:
        """Limit and points of each band, the best first; a limit belongs to its band."""
        raise NotImplementedError

    def rest(self) -> Quantity:
        """The points beyond the last band."""
        return _ZERO

    @property
    def upwards(self) -> bool:
        """More is better."""
        return True

    def score(self, measured: Measured, given: Mapping[str, Given]) -> Outcome:
        """The first band whose limit is reached."""
        sign = "≥" if self.upwards else "≤"
        for limit, share in self.bands():
            if measured.value >= limit if self.upwards else measured.value <= limit:
                return self._gives(
                    f"{measured.text} {sign} {show_value(limit, self.value_kind)}", share, measured
                )
        last = show_value(self.bands()[-1][0], self.value_kind)
        return self._gives(f"{measured.text} {'＜' if self.upwards else '＞'} {last}", self.rest(), measured)

    def _gives(self, says: str, share: Quantity, measured: Measured) -> Outcome:
        points = within(points_of(share, self.full_mark), self.full_mark)
        worth = f"，得权重的 {share}" if share.percent else ""
        return Outcome(points, f"{says}{worth}，得 {show_plain(points)} 分", measured.steps)

    def maximum(self) -> Fraction:
        """The best band."""
        return max(points_of(share, self.full_mark) for share in (*(s for _, s in self.bands()), self.rest()))

    def sentence(self) -> str:
        """Every band."""
        sign = "≥" if self.upwards else "≤"
        listed = "，".join(
            f"{sign} {limit_text(limit, self.value_kind, self.unit)} 得{share_text(share)}"
            for limit, share in self.bands()
        )
        return f"{self.division()}{self.name}分档计分：{listed}，其余得{share_text(self.rest())}。"


@register
@dataclass(frozen=True)
class BandsRule(BandedRule):
    """Points by the band of the value, limits included, the best band first."""

    kind: ClassVar[str] = "bands"
    label: ClassVar[str] = "分档计分"

    band: tuple[PointBand, ...] = param("各档", "list", item=PointBand, required=True)
    direction: str = param("方向", "choice", choices=(HIGHER, LOWER), default=HIGHER)
    otherwise: Quantity | None = param("其余得", "share", hint="不写则为 0")

    @property
    def upwards(self) -> bool:
        """More is better."""
        return self.direction == HIGHER

    def bands(self) -> tuple[tuple[Fraction, Quantity], ...]:
        """As stated."""
        return tuple((read_limit(b.limit, self.value_kind), b.points or _ZERO) for b in self.band)

    def rest(self) -> Quantity:
        """As stated, else 0."""
        return self.otherwise or _ZERO

    def problems(self) -> tuple[str, ...]:
        """Readable limits in falling (or rising) order."""
        found = list(super().problems())
        try:
            limits = [limit for limit, _ in self.bands()]
        except BadParam as error:
            return (*found, f"参数“界限”（limit）{error}")
        ordered = sorted(limits, reverse=self.upwards)
        if limits != ordered or len(set(limits)) != len(limits):
            found.append("各档应从最好的一档写起，界限逐档变化且不重复")
        return tuple(found)

    def faults(self) -> tuple[str, ...]:
        """A worse band that pays more."""
        found = super().faults()
        points = [points_of(share, self.full_mark) for share in (*(s for _, s in self.bands()), self.rest())]
        if points != sorted(points, reverse=True):
            found += ("较差的一档得分反而更高，请核对各档得分。",)
        return found


def exact_percent(value: Decimal) -> Quantity:
    """A share of the weight."""
    return Quantity(value, percent=True)


def shares(*pairs: tuple[str, str]) -> tuple[tuple[Fraction, Quantity], ...]:
    """Limits and shares of the weight of a table that a rule carries in itself."""
    return tuple((exact(Decimal(limit)), exact_percent(Decimal(share))) for limit, share in pairs)
