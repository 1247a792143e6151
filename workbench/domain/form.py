"""Form, Indicator, Band: one compiled indicator system (指标体系), ready to score by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from workbench.domain.amounts import Exact, show, show_signed
from workbench.domain.rules.base import Rule
from workbench.errors import Fault


@dataclass(frozen=True, slots=True)
class Band:
    """A grade: its name and the lowest total (in points) that belongs to it; half-open upwards.

    ``printed`` is the wording of the source where it differs, such as ``80（含）-89``.
    """

    name: str
    lower: Decimal
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Rounding:
    """How scores are rounded, half-up: ``digits`` decimals, for each indicator or only at the total."""

    digits: int = 2
    at: str = "indicator"  # or "total"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of any level; only those without children are scored by a rule."""

    id: str
    name: str
    level: int
    """1 for the first level."""
    parent: str
    """Id of the indicator above, empty on the first level."""
    full_mark: Decimal
    explanation: str = ""
    criterion: str = ""
    """The bureau's own sentence of the scoring standard (评分标准), kept word for word."""
    rule: Rule | None = None
    basis_source: str = ""
    collection_method: str = ""
    tags: tuple[str, ...] = ()
    """What kind of fact it measures, for checks: ``产出``, ``满意度``, ``成本`` …"""
    digits: int | None = None
    """Decimals of its own score where they differ from the form's."""


@dataclass(frozen=True)
class Form:
    """One indicator system. ``raw`` is the data it was compiled from, which an evaluation keeps."""

    id: str
    title: str
    version: str
    authority: str
    mode: str
    levels: tuple[str, ...]
    total: Decimal
    bands: tuple[Band, ...]
    rounding: Rounding
    indicators: tuple[Indicator, ...]
    """All levels in the order of the table, each parent before its children."""
    profile: str = "national"
    layout: str = "nine_columns"
    outline: str = "annex3"
    questionnaires: tuple[Mapping[str, Any], ...] = ()
    """Questionnaires that a new evaluation starts with: title, group, questions with options."""
    targets: tuple[Mapping[str, Any], ...] = ()
    """Targets that a new evaluation starts with."""
    faults: tuple[Fault, ...] = ()
    """What the compiler found that does not prevent scoring, each with its place."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _by_id(self) -> dict[str, Indicator]:
        return {indicator.id: indicator for indicator in self.indicators}

    @cached_property
    def _children(self) -> dict[str, tuple[Indicator, ...]]:
        found: dict[str, list[Indicator]] = {}
        for indicator in self.indicators:
            found.setdefault(indicator.parent, []).append(indicator)
        return {parent: tuple(children) for parent, children in found.items()}

    @cached_property
    def leaves(self) -> tuple[Indicator, ...]:
        """The indicators that are scored, in the order of the table."""
        return tuple(indicator for indicator in self.indicators if indicator.id not in self._children)

    @cached_property
    def bindings(self) -> Mapping[str, tuple[str, ...]]:
        """For each scored indicator the sources that its standard binds inputs to."""
        return {
            leaf.id: tuple(spec.source for spec in leaf.rule.inputs() if spec.source) if leaf.rule else ()
            for leaf in self.leaves
        }

    @property
    def roots(self) -> tuple[Indicator, ...]:
        """The indicators of the first level."""
        return self.children("")

    def get(self, id_: str) -> Indicator | None:
        """The indicator with this id, or nothing."""
        return self._by_id.get(id_)

    def __getitem__(self, id_: str) -> Indicator:
        return self._by_id[id_]

    def children(self, id_: str) -> tuple[Indicator, ...]:
        """The indicators directly below; of ``""`` those of the first level."""
        return self._children.get(id_, ())

    def path(self, id_: str) -> tuple[Indicator, ...]:
        """From the first level down to the indicator itself."""
        found: list[Indicator] = []
        current = self.get(id_)
        while current is not None:
            found.insert(0, current)
            current = self.get(current.parent)
        return tuple(found)

    def leaves_below(self, id_: str) -> Iterator[Indicator]:
        """The scored indicators at or below one."""
        children = self.children(id_)
        if not children and id_:
            yield self[id_]
        for child in children:
            yield from self.leaves_below(child.id)

    def digits_of(self, indicator: Indicator | None = None) -> int:
        """Decimals of a score: of one indicator, or of the total and of sums."""
        if indicator is None or indicator.digits is None or indicator.id in self._children:
            return self.rounding.digits
        return indicator.digits

    @cached_property
    def rounds_finely(self) -> bool:
        """Scores that add up may have more decimals than their sum is printed with."""
        return self.rounding.at == "total" or any(
            self.digits_of(leaf) > self.rounding.digits for leaf in self.leaves
        )

    def place(self, id_: str) -> str:
        """Where an indicator stands, in words: ``过程 › 资金管理 › 资金到位率``."""
        return " › ".join(indicator.name for indicator in self.path(id_))


def grade_of(form: Form, total: Decimal) -> Band | None:
    """The band that ``total`` belongs to: the highest whose lower bound it reaches."""
    reached = [band for band in form.bands if total >= band.lower]
    return max(reached, key=lambda band: band.lower, default=None)


def show_score(form: Form, value: Exact, indicator: Indicator | None = None) -> str:
    """Points as printed: with the decimals of the indicator, or of the form for totals and sums."""
    return show(value, form.digits_of(indicator))


def show_score_change(form: Form, value: Exact, indicator: Indicator | None = None) -> str:
    """A difference of points with its sign, with the decimals of :func:`show_score`."""
    return show_signed(value, form.digits_of(indicator))
