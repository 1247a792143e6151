"""What a formula is made of: numbers, names, sums, products, picks, choices; each evaluates and shows itself."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from workbench.domain.amounts import exact, round_half_up, show_plain

MAX_ROUND_DIGITS = 10
#: Longest numerator or denominator in the course of a calculation, in bits (some 2,400 digits).
MAX_BITS = 8_000

COMPARISONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "≥": operator.ge,
    "≤": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "≠": operator.ne,
}
Infinite = float
Bound = Fraction | Infinite
"""A bound of a value: exact, or plus/minus infinity."""
INFINITY = float("inf")


class FormulaFault(ValueError):
    """A fault of a formula: where (characters from 1, 0 for the whole) and what, in Chinese."""

    def __init__(self, position: int, what: str) -> None:
        where = f"第 {position} 个字：" if position else ""
        super().__init__(where + what)
        self.position = position
        self.what = what


@dataclass(frozen=True, slots=True)
class Value:
    """What a name stands for: its exact value (money in 元), and how a step shows it."""

    value: Fraction
    text: str


class Run:
    """One evaluation: the values, and the steps told so far."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values = values
        self.steps: list[str] = []


@dataclass(frozen=True, slots=True)
class Node:
    """One term; ``position`` is its place in the text, from 1."""

    position: int

    def run(self, run: Run) -> Fraction:
        """The exact value; functions tell their steps to the run."""
        raise NotImplementedError

    def show(self, values: Mapping[str, Value]) -> str:
        """The term as text, names replaced by what is known of their values."""
        raise NotImplementedError

    def money(self, names: Mapping[str, bool]) -> int | None:
        """The power of money of the value; nothing for 0, which goes with everything."""
        raise NotImplementedError

    def bounds(self, names: Mapping[str, tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
        """Between which values it must lie."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number as written, percentages and amounts already converted."""

    value: Fraction
    text: str
    in_money: bool

    def run(self, run: Run) -> Fraction:
        return self.value

    def show(self, values: Mapping[str, Value]) -> str:
        return self.text

    def money(self, names: Mapping[str, bool]) -> int | None:
        return None if not self.value else int(self.in_money)

    def bounds(self, names: Mapping[str, tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
        return self.value, self.value


@dataclass(frozen=True, slots=True)
class Named(Node):
    """An input."""

    name: str

    def run(self, run: Run) -> Fraction:
        return run.values[self.name].value

    def show(self, values: Mapping[str, Value]) -> str:
        if self.name not in values:
            return self.name
        given = values[self.name]
        return f"({given.text})" if given.value < 0 else given.text

    def money(self, names: Mapping[str, bool]) -> int | None:
        return int(names[self.name])

    def bounds(self, names: Mapping[str, tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
        return names[self.name]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """The opposite."""

    inner: Node

    def run(self, run: Run) -> Fraction:
        return -self.inner.run(run)

    def show(self, values: Mapping[str, Value]) -> str:
        return f"−{_wrapped(self.inner, values, Sum, Product, Negative)}"

    def money(self, names: Mapping[str, bool]) -> int | None:
        return self.inner.money(names)

    def bounds(self, names: Mapping[str, tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
        low, high = self.inner.bounds(names)
        return -high, -low


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms added and subtracted, left to right; flat, so that its length costs no depth."""

    terms: tuple[tuple[str, Node], ...]

    def run(self, run: Run) -> Fraction:
        total = Fraction(0)
        for sign, term in self.terms:
            value = term.run(run)
            total = _short(total + value if sign == "+" else total - value, term.position)
        return total

    def show(self, values: Mapping[str, Value]) -> str:
        shown = ""
        for sign, term in self.terms:
            text = _wrapped(term, values, Sum, Negative)
            shown += text if not shown else f" {'+' if sign == '+' else '−'} {text}"
        return shown

    def money(self, names: Mapping[str, bool]) -> int | None:
        return _same_money([term for _, term in self.terms], names, "相加减")

    def bounds(self, names: Mapping[str, tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
        low: Bound = Fraction(0)
        high: Bound = Fraction(0)
        for sign, term in self.terms:
            least, most = term.bounds(names)
            if sign == "-":
                least, most = -most, -least
            low, high = _loosened(_plus(low, least), _plus(high, most))
        return low, high


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors multiplied and divided, left to right."""

    factors: tuple[tuple[str, Node], ...]

    def run(self, run: Run) -> Fraction:
        product = Fraction(1)
        for sign, factor in self.factors:
            value = factor.run(run)
            if sign == "÷" and not value:
                raise FormulaFault(factor.position, f"除数“{factor.show({})}”为 0。")
            product = _short(product * value if sign == "×" else product / value, factor.position)
        return product

    def show(self, values: Mapping[str, Value]) -> str:
        shown = ""
        for sign, factor in self.factors:
            text = _wrapped(factor, values, Sum, Product, Negative)
            shown += text if not shown else f" {sign} {text}"
        return shown

    def money(self, names: Mapping[str, bool]) -> int | None:
        power = 0
        for sign, factor in self.factors:
            found = factor.money(names)
            if found is None:
                return None
            power += found if sign == "×" else -found
        return power

    def bounds(self, names: Mapping[str, tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
        low: Bound = Fraction(1)
        high: Bound = Fraction(1)
        for sign, factor in self.factors:
            least, most = factor.bounds(names)
            if sign == "÷":
                least, most = _inverse(least, most)
            corners = [_times(a, b) for a in (low, high) for b in (least, most)]
            low, high = _loosened(min(corners), max(corners))
        return low, high


@dataclass(frozen=True, slots=True)
class Pick(Node):
    """The smallest or the largest of several."""

    function: str
    arguments: tuple[Node, ...]

    def run(self, run: Run) -> Fraction:
        found = [argument.run(run) for argument in self.arguments]
        picked = min(found) if self.function == "min" else max(found)
        run.steps.append(f"{self.show(run.values)} = {show_plain(picked)}")
        return picked

    def show(self, values: Mapping[str, Value]) -> str:
        return f"{self.function}({', '.join(a.show(values) for a in self.arguments)})"

    def money(self, names: Mapping[str, bool]) -> int | None:
        return _same_money(list(self.arguments), names, "相比较")

    def bounds(self, names: Mapping[str, tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
        found = [argument.bounds(names) for argument in self.arguments]
        pick = min if self.function == "min" else max
        return pick(low for low, _ in found), pick(high for _, high in found)


@dataclass(frozen=True, slots=True)
class Round(Node):
    """Rounded half-up to a fixed number of decimals."""

    inner: Node
    digits: int

    def run(self, run: Run) -> Fraction:
        value = exact(round_half_up(self.inner.run(run), self.digits))
        run.steps.append(f"{self.show(run.values)} = {show_plain(value, MAX_ROUND_DIGITS)}")
        return value

    def show(self, values: Mapping[str, Value]) -> str:
        return f"round({self.inner.show(values)}, {self.digits})"

    def money(self, names: Mapping[str, bool]) -> int | None:
        return self.inner.money(names)

    def bounds(self, names: Mapping[str, tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
        low, high = self.inner.bounds(names)
        return _rounded(low, self.digits), _rounded(high, self.digits)


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``60% ≤ 率 < 80%``: every link of the chain must hold."""

    first: Node
    links: tuple[tuple[str, Node], ...]

    def holds(self, run: Run) -> bool:
        """Whether every link of the chain holds."""
        left = self.first.run(run)
        true = True
        for sign, node in self.links:
            right = node.run(run)
            true = true and COMPARISONS[sign](left, right)
            left = right
        return true

    def show(self, values: Mapping[str, Value]) -> str:
        links = "".join(f" {sign} {node.show(values)}" for sign, node in self.links)
        return self.first.show(values) + links

    def money(self, names: Mapping[str, bool]) -> int | None:
        return _same_money([self.first, *(node for _, node in self.links)], names, "相比较")


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """One of two results; only the one that is taken is worked out."""

    condition: Comparison
    then: Node
    otherwise: Node

    def run(self, run: Run) -> Fraction:
        holds = self.condition.holds(run)
        taken = self.then if holds else self.otherwise
        run.steps.append(
            f"{self.condition.show(run.values)} {'成立' if holds else '不成立'}，取 {taken.show(run.values)}"
        )
        return taken.run(run)

    def show(self, values: Mapping[str, Value]) -> str:
        parts = (self.condition.show(values), self.then.show(values), self.otherwise.show(values))
        return f"if({', '.join(parts)})"

    def money(self, names: Mapping[str, bool]) -> int | None:
        self.condition.money(names)
        return _same_money([self.then, self.otherwise], names, "作为两种结果")

    def bounds(self, names: Mapping[str, tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
        one, other = self.then.bounds(names), self.otherwise.bounds(names)
        return min(one[0], other[0]), max(one[1], other[1])


def _wrapped(node: Node, values: Mapping[str, Value], *kinds: type[Node]) -> str:
    return f"({node.show(values)})" if isinstance(node, kinds) else node.show(values)


def _same_money(nodes: list[Node], names: Mapping[str, bool], doing: str) -> int | None:
    known: int | None = None
    for node in nodes:
        found = node.money(names)
        if found is None:
            continue
        if known is not None and found != known:
            raise FormulaFault(node.position, f"金额与不是金额的数不能{doing}。")
        known = found
    return known


def _too_long(value: Fraction) -> bool:
    return max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS


def _short(value: Fraction, position: int) -> Fraction:
    if _too_long(value):
        raise FormulaFault(position, "计算到这里位数过多，请检查公式和输入。")
    return value


def _loosened(low: Bound, high: Bound) -> tuple[Bound, Bound]:
    """Bounds that have grown too long are given up, not cut."""
    low_known = not (isinstance(low, Fraction) and _too_long(low))
    high_known = not (isinstance(high, Fraction) and _too_long(high))
    return low if low_known else -INFINITY, high if high_known else INFINITY


def _plus(left: Bound, right: Bound) -> Bound:
    # Exact sums only: a fraction that is too long for a float must not meet one.
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left + right
    return right if isinstance(left, Fraction) else left


def _times(left: Bound, right: Bound) -> Bound:
    # 0 × ∞ is 0 here: the bounds of a product of which one factor is 0.
    if left == 0 or right == 0:
        return Fraction(0)
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left * right
    return INFINITY if (left > 0) == (right > 0) else -INFINITY


def _inverse(low: Bound, high: Bound) -> tuple[Bound, Bound]:
    """The bounds of 1 ÷ x; x itself is never 0, or there is no value."""
    if low < 0 < high or low == high == 0:
        return -INFINITY, INFINITY
    least = -INFINITY if high == 0 else _turned(high)
    most = INFINITY if low == 0 else _turned(low)
    return least, most


def _turned(bound: Bound) -> Fraction:
    return 1 / bound if isinstance(bound, Fraction) else Fraction(0)


def _rounded(bound: Bound, digits: int) -> Bound:
    return exact(round_half_up(bound, digits)) if isinstance(bound, Fraction) else bound
