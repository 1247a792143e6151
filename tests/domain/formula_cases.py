"""Random formulas together with their exact value, worked out beside the program's own arithmetic."""

from __future__ import annotations

import operator
import random
from dataclasses import dataclass
from fractions import Fraction

from workbench.domain.formula import Value

NAMES: dict[str, Value] = {
    "知晓率": Value(Fraction(865, 1000), "86.50%"),
    "次数": Value(Fraction(3), "3"),
    "差额": Value(Fraction(-7, 2), "-3.5"),
    "零": Value(Fraction(0), "0"),
    "a_1": Value(Fraction(1, 3), "0.333333…"),
}
_SIGNS = {
    "≥": operator.ge, ">=": operator.ge, "≤": operator.le, "<": operator.lt, "＜": operator.lt,
    ">": operator.gt, "=": operator.eq, "≠": operator.ne,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A formula's text and its exact value; nothing when it divides by 0."""

    text: str
    value: Fraction | None


def draw(random_: random.Random) -> Case:
    """One random formula, most of them as short as people write them, some up to five levels deep."""
    text, value = _expression(random_, random_.choice((0, 1, 1, 1, 2, 2, 2, 3, 3, 5)))
    return Case(text, value)


def _space(random_: random.Random) -> str:
    return random_.choice(("", "", " ", "　"))


def _expression(random_: random.Random, depth: int) -> tuple[str, Fraction | None]:
    """A sum, written so that it can stand in any place after being put in brackets."""
    terms = [_product(random_, depth) for _ in range(random_.choice((1, 1, 2, 3)))]
    text, value = terms[0]
    for other, amount in terms[1:]:
        sign = random_.choice("+-−＋－")
        text += _space(random_) + sign + _space(random_) + other
        if value is not None and amount is not None:
            value = value + amount if sign in "+＋" else value - amount
        else:
            value = None
    return text, value


def _product(random_: random.Random, depth: int) -> tuple[str, Fraction | None]:
    factors = [_atom(random_, depth) for _ in range(random_.choice((1, 1, 2, 3)))]
    text, value = factors[0]
    for other, amount in factors[1:]:
        sign = random_.choice("×*÷/")
        text += _space(random_) + sign + _space(random_) + other
        if value is None or amount is None or (sign in "÷/" and not amount):
            value = None
        else:
            value = value * amount if sign in "×*" else value / amount
    return text, value


def _atom(random_: random.Random, depth: int) -> tuple[str, Fraction | None]:
    if depth <= 0 or random_.random() < 0.3:
        return _leaf(random_)
    kind = random_.randrange(6)
    if kind == 0:
        text, value = _expression(random_, depth - 1)
        return f"（{text}）" if random_.random() < 0.3 else f"({text})", value
    if kind == 1:
        text, value = _atom(random_, depth - 1)
        return f"-{text}", None if value is None else -value
    if kind == 2:
        parts = [_expression(random_, depth - 1) for _ in range(random_.randint(2, 3))]
        name, pick = random_.choice((("min", min), ("最小", min), ("max", max), ("最大", max)))
        known = [value for _, value in parts if value is not None]
        joined = random_.choice((",", "，", ", ")).join(text for text, _ in parts)
        return f"{name}({joined})", pick(known) if len(known) == len(parts) else None
    if kind == 3:
        text, value = _expression(random_, depth - 1)
        digits = random_.randint(0, 4)
        return f"round({text}, {digits})", None if value is None else _half_up(value, digits)
    if kind == 4:
        return _choice(random_, depth)
    return _leaf(random_)


def _choice(random_: random.Random, depth: int) -> tuple[str, Fraction | None]:
    sides = [_expression(random_, depth - 1) for _ in range(random_.choice((2, 2, 3)))]
    signs = [random_.choice(list(_SIGNS)) for _ in sides[1:]]
    condition = sides[0][0] + "".join(f" {s} {t}" for s, (t, _) in zip(signs, sides[1:], strict=True))
    then, otherwise = _expression(random_, depth - 1), _expression(random_, depth - 1)
    text = f"{random_.choice(('if', '如果'))}({condition}, {then[0]}, {otherwise[0]})"
    amounts = [value for _, value in sides if value is not None]
    if len(amounts) < len(sides):
        return text, None
    holds = all(_SIGNS[s](a, b) for s, a, b in zip(signs, amounts, amounts[1:], strict=False))
    return text, then[1] if holds else otherwise[1]


def _leaf(random_: random.Random) -> tuple[str, Fraction]:
    if random_.random() < 0.3:
        name = random_.choice(list(NAMES))
        return (f"【{name}】" if random_.random() < 0.2 else name), NAMES[name].value
    whole, digits = random_.randrange(200), random_.choice(("", "", "5", "25", "333"))
    value = Fraction(f"{whole}.{digits}" if digits else whole)
    text = f"{whole}.{digits}" if digits else str(whole)
    if random_.random() < 0.2:
        text = text.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    unit = random_.choice(("", "", "", "%", "％", "分"))
    return text + unit, value / 100 if unit in {"%", "％"} else value


def _half_up(value: Fraction, digits: int) -> Fraction:
    scaled = abs(value) * 10**digits + Fraction(1, 2)
    rounded = Fraction(scaled.numerator // scaled.denominator, 10**digits)
    return -rounded if value < 0 else rounded


ALPHABET = "0123456789.%元万亿分()（），,+-−×÷*/<>=≥≤≠ 　【】知晓率次数零min最大round如果if_ae\n\t\"'\\;:{}[]@#$^&|~`！？"


def garble(random_: random.Random, text: str) -> str:
    """A text that is mostly no formula: signs drawn at random, or a formula with signs changed."""
    if random_.random() < 0.4:
        return "".join(random_.choice(ALPHABET) for _ in range(random_.randint(0, 40)))
    signs = list(text)
    for _ in range(random_.randint(1, 3)):
        at = random_.randrange(len(signs) + 1)
        kind = random_.randrange(3)
        if kind == 0:
            signs.insert(at, random_.choice(ALPHABET))
        elif signs:
            at = min(at, len(signs) - 1)
            if kind == 1:
                del signs[at]
            else:
                signs[at] = random_.choice(ALPHABET)
    return "".join(signs)
