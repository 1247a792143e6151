"""The formulas of a spreadsheet as far as they are certain: operators and common functions on exact numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Protocol

from workbench.exporters.sheet_patch import Place
from workbench.package_xml import column

#: What a cell holds: nothing, a truth, text, or an exact number.
Value = None | bool | str | Fraction
_Many = list[Value]
Argument = Value | _Many

_DIGITS = Context(prec=15, rounding=ROUND_HALF_UP)

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|"(?P<text>(?:[^"]|"")*)"
    |(?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^\s'!()+\-*/^&=<>,;:"%\[\]{}]+))!)?
      \$?(?P<c1>[A-Z]{1,3})\$?(?P<r1>[1-9]\d{0,6})(?::\$?(?P<c2>[A-Z]{1,3})\$?(?P<r2>[1-9]\d{0,6}))?(?![\w(.])
    |(?P<truth>TRUE|FALSE)(?![\w(])
    |(?P<name>[A-Z][A-Z0-9.]*)\(|(?P<op>>=|<=|<>|[-+*/^&=<>(),%]))""",
    re.VERBOSE,
)


class Unknown(Exception):
    """A formula that holds something which is not worked out here."""


class Error(Exception):
    """An error as a spreadsheet shows it: ``#DIV/0!``, ``#VALUE!``."""

    def __init__(self, shown: str) -> None:
        super().__init__(shown)
        self.shown = shown


@dataclass(frozen=True, slots=True)
class Area:
    """Cells that a formula names: both corners, by row and column."""

    sheet: str
    first: Place
    last: Place

    @property
    def size(self) -> int:
        """How many cells they are."""
        return (self.last[0] - self.first[0] + 1) * (self.last[1] - self.first[1] + 1)

    def __contains__(self, cell: object) -> bool:
        if not isinstance(cell, tuple):
            return False
        sheet, (row, col) = cell
        inside = self.first[0] <= row <= self.last[0] and self.first[1] <= col <= self.last[1]
        return bool(sheet == self.sheet and inside)

    def places(self) -> Iterator[Place]:
        """Each of them, row by row."""
        for row in range(self.first[0], self.last[0] + 1):
            for col in range(self.first[1], self.last[1] + 1):
                yield row, col


class Cells(Protocol):
    """Who knows what the cells of a workbook hold."""

    def value(self, name: str, place: Place) -> Value:
        """What a cell of a sheet holds; raises :class:`Error` or :class:`Unknown`."""

    def many(self, area: Area) -> list[Value]:
        """What the cells of an area hold, row by row; raises as :meth:`value`."""

    def sheet(self, name: str) -> str:
        """A sheet by its name as a formula writes it; raises :class:`Unknown`."""


def shown(number: Fraction) -> str:
    """A number with the fifteen digits that a spreadsheet keeps."""
    with localcontext(_DIGITS):
        found = Decimal(number.numerator) / Decimal(number.denominator)
    return f"{found.normalize():f}"


def _tokens(text: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    at = 0
    text = text.strip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise Unknown(text[at:])
        found.append(token)
        at = token.end()
    return found


def _area(book: Cells, here: str, token: re.Match[str]) -> Area:
    named = token["quoted"].replace("''", "'") if token["quoted"] else token["plain"]
    first = (int(token["r1"]), column(token["c1"]))
    last = (int(token["r2"]), column(token["c2"])) if token["c2"] else first
    corners = sorted((first[0], last[0])), sorted((first[1], last[1]))
    return Area(
        book.sheet(named) if named else here, (corners[0][0], corners[1][0]), (corners[0][1], corners[1][1])
    )


#: Functions whose cells can't be seen in their text, or that change by themselves.
_ELSEWHERE = frozenset({"INDIRECT", "OFFSET", "TODAY", "NOW", "RAND", "RANDBETWEEN", "CELL", "INFO"})


def areas(book: Cells, here: str, text: str) -> Iterator[Area]:
    """The cells that a formula names; raises :class:`Unknown` where it may look at others."""
    for token in _tokens(text):
        if token["c1"]:
            yield _area(book, here, token)
        elif token["name"] in _ELSEWHERE:
            raise Unknown(text)


class Parser:
    """Works out one formula; ``IF`` and ``IFERROR`` look only at what they need."""

    def __init__(self, book: Cells, here: str, text: str) -> None:
        self._book, self._here = book, here
        self._tokens = _tokens(text)
        self._at = 0

    def result(self) -> Value:
        """What the formula comes to; raises :class:`Error` or :class:`Unknown`."""
        made = self._comparison()
        if self._at != len(self._tokens):
            raise Unknown("more than one expression")
        return one(made())

    def _op(self, *ops: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at]["op"] in ops:
            self._at += 1
            return self._tokens[self._at - 1]["op"]
        return ""

    def _comparison(self) -> _Made:
        left = self._joined()
        while op := self._op(">=", "<=", "<>", "=", "<", ">"):
            left = _compared(op, left, self._joined())
        return left

    def _joined(self) -> _Made:
        left = self._sum()
        while self._op("&"):
            left = _text_of_both(left, self._sum())
        return left

    def _sum(self) -> _Made:
        left = self._product()
        while op := self._op("+", "-"):
            left = _counted(op, left, self._product())
        return left

    def _product(self) -> _Made:
        left = self._power()
        while op := self._op("*", "/"):
            left = _counted(op, left, self._power())
        return left

    def _power(self) -> _Made:
        if op := self._op("-", "+"):
            return _counted(op, lambda: Fraction(0), self._power())
        left = self._atom()
        while self._op("%"):
            left = _counted("/", left, lambda: Fraction(100))
        if self._op("^"):
            raise Unknown("a power")
        return left

    def _atom(self) -> _Made:
        if self._at >= len(self._tokens):
            raise Unknown("nothing where something is expected")
        token = self._tokens[self._at]
        self._at += 1
        if token["number"]:
            number = Fraction(token["number"])
            return lambda: number
        if token["text"] is not None:
            words = token["text"].replace('""', '"')
            return lambda: words
        if token["truth"]:
            truth = token["truth"] == "TRUE"
            return lambda: truth
        if token["c1"]:
            area = _area(self._book, self._here, token)
            if token["c2"]:
                return lambda: self._book.many(area)
            return lambda: self._book.value(area.sheet, area.first)
        if token["name"]:
            return self._function(token["name"])
        if token["op"] != "(":
            raise Unknown(token[0])
        made = self._comparison()
        if not self._op(")"):
            raise Unknown("a bracket is not closed")
        return made

    def _function(self, name: str) -> _Made:
        arguments: list[_Made] = []
        if not self._op(")"):
            arguments.append(self._argument())
            while self._op(","):
                arguments.append(self._argument())
            if not self._op(")"):
                raise Unknown("a bracket is not closed")
        function = _LAZY.get(name)
        if function is not None:
            return lambda: function(arguments)
        plain = _PLAIN.get(name)
        if plain is None:
            raise Unknown(name)
        return lambda: plain([made() for made in arguments])

    def _argument(self) -> _Made:
        """One argument; an empty one counts as nothing."""
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is not None and token["op"] in {",", ")"}:
            return lambda: None
        return self._comparison()


_Made = Callable[[], Argument]


def one(value: Argument) -> Value:
    """A single value; an area where one is wanted is not followed."""
    if isinstance(value, list):
        raise Unknown("an area where one cell is wanted")
    return value


def number(value: Argument) -> Fraction:
    """A value as a number: nothing is 0, text that is no number an error."""
    single = one(value)
    if single is None:
        return Fraction(0)
    if isinstance(single, str):
        if not re.fullmatch(r"\s*[-+]?\d+(\.\d+)?\s*", single):
            raise Error("#VALUE!")
        return Fraction(single.strip())
    return Fraction(single)


def _words(value: Argument) -> str:
    single = one(value)
    if single is None:
        return ""
    if isinstance(single, bool):
        return "TRUE" if single else "FALSE"
    return single if isinstance(single, str) else shown(single)


def _text_of_both(left: _Made, right: _Made) -> _Made:
    return lambda: _words(left()) + _words(right())


def _counted(op: str, left: _Made, right: _Made) -> _Made:
    def made() -> Fraction:
        a, b = number(left()), number(right())
        if op == "/":
            if b == 0:
                raise Error("#DIV/0!")
            return a / b
        return a * b if op == "*" else a + b if op == "+" else a - b

    return made


def _compared(op: str, left: _Made, right: _Made) -> _Made:
    def made() -> bool:
        a, b = one(left()), one(right())
        if a is None:
            a = "" if isinstance(b, str) else False if isinstance(b, bool) else Fraction(0)
        if b is None:
            b = "" if isinstance(a, str) else False if isinstance(a, bool) else Fraction(0)
        # Numbers stand before texts, texts before truths.
        ranks = [2 if isinstance(one_, bool) else 1 if isinstance(one_, str) else 0 for one_ in (a, b)]
        if ranks[0] != ranks[1]:
            sign = ranks[0] - ranks[1]
        elif isinstance(a, str) and isinstance(b, str):
            same = a.casefold() == b.casefold()
            if not same and op not in {"=", "<>"}:
                raise Unknown("the order of texts")
            sign = 0 if same else 1
        else:
            first, second = Fraction(a), Fraction(b)
            sign = (first > second) - (first < second)
        return {
            ">=": sign >= 0,
            "<=": sign <= 0,
            "<>": sign != 0,
            "=": sign == 0,
            "<": sign < 0,
            ">": sign > 0,
        }[op]

    return made


def _true(value: Argument) -> bool:
    single = one(value)
    if isinstance(single, str):
        raise Error("#VALUE!")
    return bool(single)


def _numbers(arguments: Sequence[Argument]) -> list[Fraction]:
    """The numbers among arguments: of areas only cells that hold numbers, of others what can be read as one."""
    found: list[Fraction] = []
    for argument in arguments:
        if isinstance(argument, list):
            found += [cell for cell in argument if isinstance(cell, Fraction)]
        elif argument is not None:
            found.append(number(argument))
    return found


def _rounded(how: str | None) -> Callable[[Sequence[Argument]], Argument]:
    def made(arguments: Sequence[Argument]) -> Fraction:
        if len(arguments) != 2:
            raise Unknown("ROUND")
        value, digits = number(arguments[0]), int(number(arguments[1]))
        if abs(digits) > 15:
            raise Unknown("ROUND")
        step = Decimal(1).scaleb(-digits)
        # A spreadsheet rounds what fifteen digits show.
        kept = Decimal(shown(value))
        return Fraction(kept.quantize(step, how or ROUND_HALF_UP))

    return made


def _round_up(arguments: Sequence[Argument]) -> Argument:
    up = ROUND_CEILING if arguments and number(arguments[0]) > 0 else ROUND_FLOOR
    return _rounded(up)(arguments)


def _average(arguments: Sequence[Argument]) -> Argument:
    found = _numbers(arguments)
    if not found:
        raise Error("#DIV/0!")
    return sum(found, Fraction(0)) / len(found)


def _product(arguments: Sequence[Argument]) -> Argument:
    made = Fraction(1)
    for one_ in _numbers(arguments):
        made *= one_
    return made


def _sum_of_products(arguments: Sequence[Argument]) -> Argument:
    areas = [argument if isinstance(argument, list) else [argument] for argument in arguments]
    if len({len(area) for area in areas}) != 1:
        raise Error("#VALUE!")
    total = Fraction(0)
    for cells in zip(*areas, strict=True):
        made = Fraction(1)
        for cell in cells:
            made *= cell if isinstance(cell, Fraction) else 0
        total += made
    return total


def _if(arguments: Sequence[_Made]) -> Argument:
    if not 2 <= len(arguments) <= 3:
        raise Unknown("IF")
    if _true(arguments[0]()):
        return arguments[1]()
    return arguments[2]() if len(arguments) == 3 else False


def _if_error(arguments: Sequence[_Made]) -> Argument:
    if len(arguments) != 2:
        raise Unknown("IFERROR")
    try:
        return one(arguments[0]())
    except Error:
        return arguments[1]()


def _truths(arguments: Sequence[Argument]) -> list[bool]:
    found: list[bool] = []
    for argument in arguments:
        cells = argument if isinstance(argument, list) else [argument]
        found += [_true(cell) for cell in cells if cell is not None and not isinstance(cell, str)]
    if not found:
        raise Error("#VALUE!")
    return found


def _filled_cells(arguments: Sequence[Argument]) -> Argument:
    cells = [cell for one_ in arguments for cell in (one_ if isinstance(one_, list) else [one_])]
    return Fraction(sum(cell is not None for cell in cells))


_LAZY: Mapping[str, Callable[[Sequence[_Made]], Argument]] = {"IF": _if, "IFERROR": _if_error}
_PLAIN: Mapping[str, Callable[[Sequence[Argument]], Argument]] = {
    "SUM": lambda a: sum(_numbers(a), Fraction(0)),
    "PRODUCT": _product,
    "SUMPRODUCT": _sum_of_products,
    "AVERAGE": _average,
    "MIN": lambda a: min(_numbers(a), default=Fraction(0)),
    "MAX": lambda a: max(_numbers(a), default=Fraction(0)),
    "COUNT": lambda a: Fraction(len(_numbers(a))),
    "COUNTA": _filled_cells,
    "ROUND": _rounded(None),
    "ROUNDDOWN": _rounded(ROUND_DOWN),
    "TRUNC": lambda a: _rounded(ROUND_DOWN)([*a, Fraction(0)][:2]),
    "ROUNDUP": _round_up,
    "INT": lambda a: Fraction(number(a[0]).__floor__()) if len(a) == 1 else _unknown("INT"),
    "ABS": lambda a: abs(number(a[0])) if len(a) == 1 else _unknown("ABS"),
    "AND": lambda a: all(_truths(a)),
    "OR": lambda a: any(_truths(a)),
    "NOT": lambda a: not _true(a[0]) if len(a) == 1 else _unknown("NOT"),
    "N": lambda a: number(a[0]) if len(a) == 1 and not isinstance(a[0], str) else Fraction(0),
}


def _unknown(name: str) -> Argument:
    raise Unknown(name)
