"""Numbers as the field writes them: exact values, 元/万元, percent, half-up rounding at the print.

Values that people state are :class:`decimal.Decimal`. Calculations between them run on exact
fractions (:class:`fractions.Fraction`), so that no rate is rounded before it is printed; rounding
happens once, half-up, when a figure is shown or becomes a score.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

#: Largest magnitude and longest spelling that a field accepts (1e999 is a slip, not a number).
LIMIT = Decimal(10) ** 15
MAX_SPELLING = 40

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．。，＋－—–−％（）　", "0123456789..,+----%() ")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)[eE][+-]?\d+", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)

Exact = Fraction | Decimal | int

#: 1 of the unit in 元.
MONEY_UNITS: dict[str, Decimal] = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}


class NotANumber(ValueError):
    """Text where a number belongs; the message is a Chinese sentence for the field's hint."""


def normalise(text: str) -> str:
    """Full-width digits, 。 for the point and full-width signs become the plain ones; spaces go."""
    return text.translate(_FULL_WIDTH).replace(" ", "").replace("\u00a0", "")


def parse_number(text: str) -> Decimal:
    """Text as typed → exact value; a trailing % divides by 100.

    Raises :class:`NotANumber` for anything that is not a finite number below 10^15.
    """
    plain = normalise(text)
    percent = plain.endswith("%")
    if percent:
        plain = plain[:-1]
    if not plain:
        raise NotANumber("请填写数字。")
    if len(plain) > MAX_SPELLING:
        raise NotANumber("数字过长，请检查是否多输了位数。")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if _SCIENTIFIC.fullmatch(plain):
        raise NotANumber(f"“{text.strip()[:20]}”是科学记数法，请写成普通数字，如 12000。")
    if not _NUMBER.fullmatch(plain):
        raise NotANumber(f"“{text.strip()[:20]}”不是数字，请填写如 3.5 的数字。")
    value = Decimal(plain)
    if abs(value) >= LIMIT:
        raise NotANumber("数字过大，请检查单位和位数。")
    return value.scaleb(-2) if percent else value


def exact(value: Exact) -> Fraction:
    """The value as a fraction, nothing lost."""
    # The test by type is cheap and finds nearly all; Fraction is an abstract base's subclass.
    return value if type(value) is Fraction else Fraction(value)


def round_half_up(value: Exact, digits: int = 2) -> Decimal:
    """Round once, half away from zero, to ``digits`` decimals (四舍五入)."""
    number = exact(value)
    over, under = number.numerator * 10**digits, number.denominator
    whole = (2 * abs(over) + under) // (2 * under)
    return Decimal(-whole if over < 0 else whole).scaleb(-digits)


def show(value: Exact, digits: int = 2) -> str:
    """The figure as printed with a fixed number of decimals: ``9.01``."""
    return f"{round_half_up(value, digits):.{digits}f}"


def show_signed(value: Exact, digits: int = 2) -> str:
    """A difference with its sign: ``+0.16``, ``−2.00`` written with a plain hyphen."""
    return f"{'+' if value > 0 else ''}{show(value, digits)}"


def show_plain(value: Exact, most: int = 6) -> str:
    """As few decimals as the exact value needs, at most ``most``; longer ones end in ``…``.

    ``Fraction(865, 96)`` → ``9.010416…``; ``Decimal("3.50")`` → ``3.5``.
    """
    number = exact(value)
    whole, rest = divmod(abs(number.numerator), number.denominator)
    digits = ""
    while rest and len(digits) < most:
        digit, rest = divmod(rest * 10, number.denominator)
        digits += str(digit)
    return f"{'-' if number < 0 else ''}{whole}{'.' + digits if digits else ''}{'…' if rest else ''}"


def show_percent(value: Exact, digits: int = 2) -> str:
    """A share of one as percent: ``Decimal("0.865")`` → ``86.50%``."""
    return f"{show(exact(value) * 100, digits)}%"


def show_money(value: Exact, unit: str = "万元") -> str:
    """An amount with its unit: ``71.60 万元``."""
    return f"{show(value)} {unit}"


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate that knows what it divides: both amounts with their names, in the same unit."""

    numerator: Fraction
    denominator: Fraction
    numerator_name: str = "分子"
    denominator_name: str = "分母"

    @property
    def value(self) -> Fraction | None:
        """The rate as a share of one, or nothing when the denominator is zero."""
        return self.numerator / self.denominator if self.denominator else None
