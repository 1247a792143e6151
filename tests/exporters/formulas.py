"""Recalculates a written workbook: a small evaluator of the formulas that the score sheets use."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|"(?P<text>(?:[^"]|"")*)"
    |(?:'(?P<sheet>[^']+)'!)?(?P<first>[A-Z]{1,3}\d+)(?::(?P<last>[A-Z]{1,3}\d+))?
    |(?P<name>[A-Z]+)\(|(?P<op>>=|<=|<>|[-+*/=<>(),]))""",
    re.VERBOSE,
)


class Recalculation:
    """Values of every cell of an openpyxl workbook, formulas worked out anew."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._known: dict[tuple[str, str], Any] = {}

    def value(self, sheet: str, reference: str) -> Any:
        key = (sheet, reference)
        if key not in self._known:
            raw = self._book[sheet][reference].value
            formula = isinstance(raw, str) and self._book[sheet][reference].data_type == "f"
            self._known[key] = _Parser(self, sheet, raw[1:]).result() if formula else raw
        return self._known[key]

    def area(self, sheet: str, first: str, last: str) -> list[Any]:
        cells = self._book[sheet][f"{first}:{last}"]
        return [self.value(sheet, cell.coordinate) for row in cells for cell in row]


class _Parser:
    def __init__(self, book: Recalculation, sheet: str, text: str) -> None:
        self._book, self._sheet = book, sheet
        self._tokens: list[re.Match[str]] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            assert found, f"not understood: {text[at:]!r}"
            self._tokens.append(found)
            at = found.end()
        self._at = 0

    def result(self) -> Any:
        value = self._comparison()
        assert self._at == len(self._tokens)
        return value

    def _op(self, *ops: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at]["op"] in ops:
            self._at += 1
            return self._tokens[self._at - 1]["op"]
        return ""

    def _comparison(self) -> Any:
        left = self._sum()
        if op := self._op(">=", "<=", "<>", "=", "<", ">"):
            return _COMPARE[op](_same(left), _same(self._sum()))
        return left

    def _sum(self) -> Any:
        value = self._product()
        while op := self._op("+", "-"):
            right = _number(self._product())
            value = _number(value) + (right if op == "+" else -right)
        return value

    def _product(self) -> Any:
        value = self._atom()
        while op := self._op("*", "/"):
            right = _number(self._atom())
            value = _number(value) * right if op == "*" else _number(value) / right
        return value

    def _atom(self) -> Any:
        token = self._tokens[self._at]
        self._at += 1
        if token["number"]:
            return float(token["number"])
        if token["text"] is not None:
            return token["text"].replace('""', '"')
        if token["first"]:
            sheet = token["sheet"] or self._sheet
            if token["last"]:
                return self._book.area(sheet, token["first"], token["last"])
            return self._book.value(sheet, token["first"])
        if token["name"]:
            arguments = []
            while not self._op(")"):
                arguments.append(self._comparison())
                self._op(",")
            return FUNCTIONS[token["name"]](*arguments)
        assert token["op"] == "(", token[0]
        value = self._comparison()
        assert self._op(")")
        return value


def _same(value: Any) -> Any:
    return "" if value is None else value


def _number(value: Any) -> float:
    return 0.0 if value in (None, "") else float(value)


def _flat(arguments: tuple[Any, ...]) -> list[float]:
    flat = [v for a in arguments for v in (a if isinstance(a, list) else [a])]
    return [float(v) for v in flat if isinstance(v, int | float) and not isinstance(v, bool)]


def _round(value: float, digits: float) -> float:
    step = Decimal(1).scaleb(-int(digits))
    # Excel rounds what fifteen digits show of the double.
    return float(Decimal(f"{value:.15g}").quantize(step, ROUND_HALF_UP))


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "<>": lambda a, b: a != b,
    "=": lambda a, b: (0 if a == "" and isinstance(b, float) else a) == b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "SUM": lambda *a: sum(_flat(a)),
    "COUNT": lambda *a: float(len(_flat(a))),
    "ROUND": _round,
    "IF": lambda test, yes, no: yes if test else no,
    "OR": lambda *a: any(a),
    "N": _number,
    "SUMPRODUCT": lambda a, b: sum(_number(x) * _number(y) for x, y in zip(a, b, strict=True)),
}
