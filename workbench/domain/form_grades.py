"""Changing the grades of a form and how its scores are rounded, edit by edit; as in :mod:`form_edits` nothing is changed in place."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workbench.domain.compiler import ROUNDING_AT
from workbench.domain.form_edits import CannotEdit

Raw = Mapping[str, Any]
#: 优、良、中、差 as shares of the total (《项目支出绩效评价管理办法》, 财预〔2020〕10号, 第二十六条).
USUAL = (("优", "0.9"), ("良", "0.8"), ("中", "0.6"), ("差", "0"))
MOST_DIGITS = 6


def bands_of(raw: Raw) -> list[dict[str, Any]]:
    """The bands as form files hold them, the best first."""
    return _ordered(dict(band) for band in raw.get("bands", ()))


def _ordered(bands: Any) -> list[dict[str, Any]]:
    return sorted(bands, key=lambda band: -Decimal(str(band.get("lower", 0))))


def rename_band(raw: Raw, number: int, name: str) -> dict[str, Any]:
    """Give the band at a place, counted from 0, another name."""
    bands, said = bands_of(raw), name.strip()
    if not said:
        raise CannotEdit("请填写等级名称。")
    if any(band["name"] == said for n, band in enumerate(bands) if n != number):
        raise CannotEdit(f"已有等级“{said}”。")
    bands[number]["name"] = said
    return {**raw, "bands": bands}


def move_band(raw: Raw, number: int, lower: Decimal) -> dict[str, Any]:
    """Let a band begin at another score, between those around it; the worse one ends there then."""
    bands, total = bands_of(raw), Decimal(str(raw.get("total", 100)))
    if number == len(bands) - 1:
        if lower != 0:
            raise CannotEdit("最低一档从 0 分起。")
        return {**raw, "bands": bands}
    better, worse = bands[number - 1] if number else None, bands[number + 1]
    above = total if better is None else Decimal(str(better["lower"]))
    if not Decimal(str(worse["lower"])) < lower < above:
        ceiling = f"总分 {total:f}" if better is None else f"“{better['name']}”的 {above:f}"
        raise CannotEdit(f"下限应大于“{worse['name']}”的 {worse['lower']}、小于{ceiling}。")
    if Decimal(str(bands[number]["lower"])) != lower:
        bands[number] = {**bands[number], "lower": f"{lower:f}"}
        _unprint(bands, number, number + 1)
    return {**raw, "bands": bands}


def _unprint(bands: list[dict[str, Any]], *numbers: int) -> None:
    """What the source printed of these bands no longer holds: one of their ends is another."""
    for number in numbers:
        if 0 <= number < len(bands):
            bands[number].pop("printed", None)


def add_band(raw: Raw) -> dict[str, Any]:
    """One band more, above the best one; the usual four where there is none."""
    bands, total = bands_of(raw), Decimal(str(raw.get("total", 100)))
    if not bands:
        return {
            **raw,
            "bands": [
                {"name": name, "lower": f"{(total * Decimal(share)).normalize():f}"} for name, share in USUAL
            ],
        }
    lower = (Decimal(str(bands[0]["lower"])) + total) / 2
    _unprint(bands, 0)
    names = {band["name"] for band in bands}
    name = next(f"新等级{n or ''}" for n in range(len(bands) + 1) if f"新等级{n or ''}" not in names)
    return {**raw, "bands": [{"name": name, "lower": f"{lower.normalize():f}"}, *bands]}


def remove_band(raw: Raw, number: int) -> dict[str, Any]:
    """Take a band away; the one below it goes up to where it ended. The lowest stays: it begins at 0."""
    bands = bands_of(raw)
    if number == len(bands) - 1 and len(bands) > 1:
        raise CannotEdit("最低一档从 0 分起，不能删去；可以改名，或删去它上面的一档。")
    del bands[number]
    _unprint(bands, number)
    return {**raw, "bands": bands}


def put_rounding(raw: Raw, *, digits: int | None = None, at: str | None = None) -> dict[str, Any]:
    """Set the decimals of scores, and where they are rounded: ``indicator`` (each score) or ``total``."""
    if digits is not None and not 0 <= digits <= MOST_DIGITS:
        raise CannotEdit(f"小数位数请写 0 至 {MOST_DIGITS} 的整数。")
    if at is not None and at not in ROUNDING_AT:
        raise KeyError(at)
    now = {"digits": 2, "at": "indicator", **raw.get("rounding", {})}
    given = {name: value for name, value in (("digits", digits), ("at", at)) if value is not None}
    return {**raw, "rounding": {**now, **given}}
