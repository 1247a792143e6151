"""A small arithmetic language with units: parsed by hand, evaluated exactly, telling its steps.

``min(10, 知晓率 ÷ 96% × 10)`` · ``如果(到位率 ≥ 80%, 4, 0)`` · ``(合同金额 − 实际支出) ÷ 71.6万元``

Numbers may end in ``%``, ``元``, ``万元``, ``亿元`` or ``分``; names are Chinese or Latin, in 【】 when
they hold other signs; functions are 最小/min, 最大/max, 四舍五入/round, 如果/if. Money and plain
numbers do not mix. There is no power, no loop, no name that is not given, and a limit to everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import MAX_SPELLING, MONEY_UNITS, exact, show_plain
from workbench.domain.formula_terms import (
    COMPARISONS,
    INFINITY,
    MAX_ROUND_DIGITS,
    Bound,
    Choice,
    Comparison,
    FormulaFault,
    Literal,
    Named,
    Negative,
    Node,
    Pick,
    Product,
    Round,
    Run,
    Sum,
    Value,
)

__all__ = ["FUNCTIONS", "INFINITY", "Bound", "Formula", "FormulaFault", "Result", "Value"]

MAX_LENGTH = 2_000
MAX_DEPTH = 40
MAX_NODES = 500

FUNCTIONS: Mapping[str, str] = {
    "min": "min", "最小": "min", "max": "max", "最大": "max",
    "round": "round", "四舍五入": "round", "if": "if", "如果": "if",
}  # fmt: skip
# One character stands for one character, so that places in the text stay true.
_SAME = str.maketrans(
    "０１２３４５６７８９．，（）＋－−–—＊*／/％＜＞＝　\t\n\r", "0123456789.,()+----××÷÷%<>=    "
)
_PAIRS = {">=": "≥", "<=": "≤", "<>": "≠", "!=": "≠", "==": "="}
_NUMBER_UNITS = ("%", "亿元", "万元", "元", "分")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, name, sign, end
    text: str
    position: int
    value: Fraction = Fraction(0)
    money: bool = False


def _tokens(text: str) -> list[_Token]:
    """The text in tokens, with an end; raises :class:`FormulaFault` at the first sign that is none."""
    if len(text) > MAX_LENGTH:
        raise FormulaFault(0, f"公式超过 {MAX_LENGTH} 字，请拆成几个指标。")
    plain = text.translate(_SAME)
    found: list[_Token] = []
    at = 0
    while at < len(plain):
        sign = plain[at]
        if sign == " ":
            at += 1
            continue
        if sign in "0123456789.":
            token, at = _number(plain, at)
        elif sign == "【":
            end = plain.find("】", at)
            if end < 0:
                raise FormulaFault(at + 1, "“【”没有对应的“】”。")
            # Names keep their own signs: the original text, not the translated one.
            token, at = _Token("name", text[at + 1 : end].strip(), at + 1), end + 1
            if not token.text:
                raise FormulaFault(token.position, "【】里没有名称。")
        elif sign.isalpha() or sign == "_":
            end = at
            while end < len(plain) and (plain[end].isalnum() or plain[end] == "_"):
                end += 1
            token, at = _Token("name", plain[at:end], at + 1), end
        elif plain[at : at + 2] in _PAIRS:
            token, at = _Token("sign", _PAIRS[plain[at : at + 2]], at + 1), at + 2
        elif sign in "+-×÷(),<>=≥≤≠":
            token, at = _Token("sign", sign, at + 1), at + 1
        else:
            raise FormulaFault(at + 1, f"不认识的符号“{text[at]}”。")
        found.append(token)
    return [*found, _Token("end", "", len(text) + 1)]


def _number(plain: str, at: int) -> tuple[_Token, int]:
    end = at
    while end < len(plain) and plain[end] in "0123456789.":
        end += 1
    digits = plain[at:end]
    if digits.count(".") > 1 or digits == ".":
        raise FormulaFault(at + 1, f"“{digits[:MAX_SPELLING]}”不是数字。")
    if len(digits) > MAX_SPELLING:
        raise FormulaFault(at + 1, f"数字超过 {MAX_SPELLING} 位。")
    value = exact(Decimal(digits))
    unit = next((unit for unit in _NUMBER_UNITS if plain.startswith(unit, end)), "")
    if unit == "%":
        value /= 100
    elif unit in MONEY_UNITS:
        value *= exact(MONEY_UNITS[unit])
    text = digits + unit.replace("分", "")
    return _Token("number", text, at + 1, value, unit in MONEY_UNITS), end + len(unit)


class _Parser:
    """Recursive descent over the tokens; sums and products are flat, so depth is that of brackets."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._nodes = 0
        self.names: dict[str, int] = {}
        """Every name used, with its first place."""

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *signs: str) -> _Token | None:
        token = self._next
        if token.kind == "sign" and token.text in signs:
            self._at += 1
            return token
        return None

    def _need(self, sign: str, where: str) -> None:
        if not self._take(sign):
            raise FormulaFault(self._next.position, f"{where}缺少“{sign}”{self._instead()}。")

    def _instead(self) -> str:
        return f"，却写着“{self._next.text}”" if self._next.kind != "end" else ""

    def _count(self, position: int) -> int:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise FormulaFault(position, f"公式超过 {MAX_NODES} 项，请拆成几个指标。")
        return position

    def whole(self) -> Node:
        """The formula up to its end."""
        if self._next.kind == "end":
            raise FormulaFault(0, "公式是空的。")
        node = self._sum()
        if self._next.kind != "end":
            hint = "，比较只能写在“如果”里" if self._next.text in COMPARISONS else ""
            raise FormulaFault(self._next.position, f"多出“{self._next.text}”{hint}。")
        return node

    def _sum(self) -> Node:
        first = self._product()
        terms = [("+", first)]
        while sign := self._take("+", "-"):
            terms.append((sign.text, self._product()))
        return first if len(terms) == 1 else Sum(self._count(first.position), tuple(terms))

    def _product(self) -> Node:
        first = self._unary()
        factors = [("×", first)]
        while sign := self._take("×", "÷"):
            factors.append((sign.text, self._unary()))
        return first if len(factors) == 1 else Product(self._count(first.position), tuple(factors))

    def _unary(self) -> Node:
        token = self._next
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FormulaFault(token.position, f"括号和函数套了超过 {MAX_DEPTH} 层。")
        if self._take("+"):
            node = self._unary()
        elif self._take("-"):
            node = Negative(self._count(token.position), self._unary())
        else:
            node = self._primary()
        self._depth -= 1
        return node

    def _primary(self) -> Node:
        token = self._next
        self._at += 1
        if token.kind == "number":
            return Literal(self._count(token.position), token.value, token.text, token.money)
        if token.kind == "name":
            if self._next.kind == "sign" and self._next.text == "(":
                return self._call(token)
            self.names.setdefault(token.text, token.position)
            return Named(self._count(token.position), token.text)
        if token.kind == "sign" and token.text == "(":
            node = self._sum()
            self._need(")", "括号")
            return node
        self._at -= 1
        what = f"这里不能写“{token.text}”" if token.kind != "end" else "公式没有写完"
        raise FormulaFault(token.position, f"{what}，应为数字、名称或括号。")

    def _call(self, token: _Token) -> Node:
        function = FUNCTIONS.get(token.text)
        if function is None:
            raise FormulaFault(
                token.position, f"没有名为“{token.text}”的函数，可用：最小、最大、四舍五入、如果。"
            )
        self._count(token.position)
        self._need("(", token.text)
        if function == "if":
            condition = self._comparison()
            self._need(",", "“如果”的条件后面")
            then = self._sum()
            self._need(",", "“如果”的两种结果之间")
            node: Node = Choice(token.position, condition, then, self._sum())
        else:
            arguments = [self._sum()]
            while self._take(","):
                arguments.append(self._sum())
            node = self._made(function, token, arguments)
        self._need(")", token.text)
        return node

    def _made(self, function: str, token: _Token, arguments: list[Node]) -> Node:
        if function != "round":
            if len(arguments) < 2:
                raise FormulaFault(token.position, f"“{token.text}”至少要有两个数，用逗号隔开。")
            return Pick(token.position, function, tuple(arguments))
        if len(arguments) == 1:
            return Round(token.position, arguments[0], 0)
        digits = arguments[1]
        if (
            len(arguments) > 2
            or not isinstance(digits, Literal)
            or digits.value.denominator != 1
            or not 0 <= digits.value <= MAX_ROUND_DIGITS
        ):
            raise FormulaFault(
                token.position,
                f"“{token.text}”的第二个数是保留的小数位数，应为 0 至 {MAX_ROUND_DIGITS} 的整数。",
            )
        return Round(token.position, arguments[0], int(digits.value))

    def _comparison(self) -> Comparison:
        first = self._sum()
        links = []
        while sign := self._take(*COMPARISONS):
            links.append((sign.text, self._sum()))
        if not links:
            raise FormulaFault(first.position, "“如果”的条件应为比较，如 到位率 ≥ 80%。")
        return Comparison(self._count(first.position), first, tuple(links))


@dataclass(frozen=True, slots=True)
class Result:
    """The exact value of a formula, the calculation in figures, and the steps inside functions."""

    value: Fraction
    expression: str
    steps: tuple[str, ...]


class Formula:
    """One parsed formula. Raises :class:`FormulaFault` with the place of the fault."""

    def __init__(self, text: str) -> None:
        parser = _Parser(_tokens(text))
        self._root = parser.whole()
        self.names: Mapping[str, int] = parser.names
        """The names it uses, each with the place of its first use."""

    def faults(self, names: Mapping[str, bool], *, money: bool = False) -> tuple[FormulaFault, ...]:
        """Names that are not known, or money where it does not belong.

        ``names`` says of each name whether it is money; ``money`` whether the result should be.
        """
        unknown = tuple(
            FormulaFault(position, f"“{name}”没有列为输入。")
            for name, position in self.names.items()
            if name not in names
        )
        if unknown:
            return unknown
        try:
            power = self._root.money(names)
        except FormulaFault as fault:
            return (fault,)
        if power is not None and power != int(money):
            wanted = "金额" if money else "不带单位的数"
            return (FormulaFault(0, f"结果应为{wanted}，按单位推算却不是，请检查乘除。"),)
        return ()

    def evaluate(self, values: Mapping[str, Value]) -> Result:
        """The exact value; raises :class:`FormulaFault` when something is divided by 0."""
        run = Run(values)
        value = self._root.run(run)
        return Result(value, f"{self._root.show(values)} = {show_plain(value)}", tuple(run.steps))

    def bounds(self, names: Mapping[str, tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
        """Between which values the result must lie, given the bounds of each name; never too narrow."""
        return self._root.bounds(names)

    def __str__(self) -> str:
        return self._root.show({})
