"""What every kind of scoring standard is: typed inputs in, a score with its derivation out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Self

from workbench.domain.rules.params import read_params, write_params


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input that a rule asks for.

    ``kind`` is one of percent, number, money, count, point, date, choice, flag and score: percent and
    money are stored as typed and read as numbers, a point is ``符合``, ``不符合`` or the points given.
    ``source`` is the binding it has unless the evaluator chooses another (``fund:arrived``,
    ``survey:<code>``, ``target:<name>``); ``marks`` the points of a 评价要点.
    """

    key: str
    label: str
    kind: str
    unit: str = ""
    source: str = ""
    marks: Decimal | None = None
    choices: tuple[str, ...] = ()
    default: str = ""
    """Text that counts while nothing was typed (a target that the standard itself names)."""
    optional: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """One input as it counts: the exact value, how it is shown, and where it came from."""

    value: Fraction | str | None
    text: str = ""
    origin: str = ""
    """In Chinese: ``手工填写``, ``问卷第 1 题，有效 20 份``, ``资金：到位资金合计`` …"""
    name: str = ""
    """What the number is, where the source names it (``预算资金``)."""
    linked: Given | None = None
    """What the binding says while a typed value counts instead."""
    fault: str = ""
    """Why the text could not be read, in Chinese."""

    @property
    def number(self) -> Fraction | None:
        """The value as a number, or nothing."""
        return self.value if isinstance(self.value, Fraction) else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule says: the exact score in points before rounding, and how it came about.

    ``expression`` is the calculation in figures (``86.50% ÷ 96.00% × 10 = 9.010416…``), ``steps``
    the sentences around it, ``missing`` the labels of inputs still to be filled. Without a score
    the rule could not be carried out yet.
    """

    score: Fraction | None
    expression: str = ""
    steps: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class BadRule(ValueError):
    """A rule's data that can't be understood: every problem, each a Chinese clause for the fault list."""

    def __init__(self, *problems: str) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Rule(ABC):
    """One executable scoring standard of one indicator."""

    kind: ClassVar[str]
    """The name in form files."""
    label: ClassVar[str]
    """The name on screen: ``比率法``."""

    full_mark: Decimal

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any], full_mark: Decimal) -> Self:
        """Compile the data of a form file; raises :class:`BadRule` with every problem.

        The parameters are the fields made by :func:`workbench.domain.rules.params.param`.
        """
        values, problems = read_params(cls, {name: value for name, value in raw.items() if name != "kind"})
        if problems:
            raise BadRule(*problems)
        rule = cls(full_mark, **values)
        problems = list(rule.problems())
        if problems:
            raise BadRule(*problems)
        return rule

    def to_raw(self) -> dict[str, Any]:
        """The data of a form file that compiles to this rule again."""
        return {"kind": self.kind, **write_params(self)}

    def problems(self) -> tuple[str, ...]:
        """What contradicts itself so that no score can come out, as Chinese clauses; refused at compile time."""
        return ()

    @abstractmethod
    def inputs(self) -> tuple[InputSpec, ...]:
        """What has to be filled in, in the order of the editor."""

    @abstractmethod
    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """Score by the inputs (by key); ``deducted`` is the sum of the indicator's deduction lines."""

    @abstractmethod
    def maximum(self) -> Fraction:
        """The most points that the standard can give."""

    @abstractmethod
    def sentence(self) -> str:
        """The standard restated from its executable form, one Chinese sentence."""

    def faults(self) -> tuple[str, ...]:
        """What is wrong with the standard itself (beyond its maximum), as Chinese sentences."""
        return ()


def missing_labels(specs: tuple[InputSpec, ...], given: Mapping[str, Given]) -> tuple[str, ...]:
    """The labels of the inputs that are needed and not there (or not readable)."""
    return tuple(
        spec.label
        for spec in specs
        if not spec.optional and (spec.key not in given or given[spec.key].value is None)
    )


_REGISTRY: dict[str, type[Rule]] = {}


def register(rule_type: type[Rule]) -> type[Rule]:
    """Class decorator: makes a kind of rule known to the compiler."""
    if rule_type.kind in _REGISTRY:
        raise ValueError(f"two rules of the kind {rule_type.kind}")
    _REGISTRY[rule_type.kind] = rule_type
    return rule_type


def rule_types() -> Mapping[str, type[Rule]]:
    """Every known kind of rule by name."""
    return dict(_REGISTRY)
