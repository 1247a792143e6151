"""The grades of a form: half-open bands without gap or overlap; integer bands are read so and told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workbench.domain.amounts import show_plain
from workbench.domain.form import Band
from workbench.domain.raw_reader import RawReader


def compile_bands(reader: RawReader, raw: Mapping[str, Any], total: Decimal) -> tuple[Band, ...]:
    """The bands of ``raw``, the best first; faults go to the reader."""
    found: list[tuple[Band, Decimal | None]] = []
    for number, entry in reader.entries(raw, "bands", "等级"):
        place = f"等级第 {number} 档"
        name = reader.text(entry, "name", "等级名称", place=place, required=True)
        place = f"等级“{name}”" if name else place
        if "lower" not in entry:
            reader.refuse(place, "没有写下限（lower）。", "如 lower = 90。")
            continue
        lower = reader.number(entry["lower"], place, "下限（lower）")
        upper = reader.number(entry["upper"], place, "上限（upper）") if "upper" in entry else None
        if lower is None:
            continue
        printed = reader.text(entry, "printed", "原文", place=place)
        if upper is not None and not printed:
            printed = f"{show_plain(lower)}-{show_plain(upper)}"
        found.append((Band(name, lower, printed), upper if upper is not None else _upper(printed, lower)))
    _check_bands(reader, found, total)
    return tuple(band for band, _ in sorted(found, key=lambda pair: -pair[0].lower))


def _check_bands(reader: RawReader, found: list[tuple[Band, Decimal | None]], total: Decimal) -> None:
    if not found:
        if not reader.fatal:
            reader.note("等级", "没有等级，只计总分。", "需要等级时请写 [[bands]]。")
        return
    names = [band.name for band, _ in found]
    for name in sorted({n for n in names if names.count(n) > 1 and n}):
        reader.refuse(f"等级“{name}”", "出现了不止一次。", "请改名或删去重复的一档。")
    ordered = sorted(found, key=lambda pair: pair[0].lower)
    if ordered[0][0].lower != 0:
        reader.refuse(
            f"等级“{ordered[0][0].name}”",
            f"最低一档从 {show_plain(ordered[0][0].lower)} 分起，低于它的总分没有等级。",
            "请把最低一档的下限写成 0。",
        )
    if ordered[-1][0].lower >= total:
        reader.refuse(
            f"等级“{ordered[-1][0].name}”",
            f"下限 {show_plain(ordered[-1][0].lower)} 不低于总分 {show_plain(total)}，没有人能达到。",
            "请核对各档下限。",
        )
    whole = []
    for (band, upper), (better, _) in zip(ordered, [*ordered[1:], (Band("", total), None)], strict=True):
        if band.lower == better.lower and better.name:
            reader.refuse(
                f"等级“{better.name}”",
                f"与“{band.name}”的下限同为 {show_plain(band.lower)}，两档重叠。",
                "请改一档的下限。",
            )
        elif upper is not None and upper > better.lower:
            reader.refuse(
                f"等级“{band.name}”",
                f"上限 {show_plain(upper)} 超过了{f'“{better.name}”的下限' if better.name else '总分'}"
                f" {show_plain(better.lower)}，有分数同属两档。",
                "请核对上限和下限。",
            )
        elif upper is not None and upper < better.lower:
            if better.name and better.lower - upper == 1:
                whole.append((band, upper, better))
            else:
                reader.refuse(
                    f"等级“{band.name}”",
                    f"上限 {show_plain(upper)} 与 {show_plain(better.lower)} 之间没有等级。",
                    "请让各档首尾相接。",
                )
    for band, upper, better in whole:
        reader.note(
            f"等级“{band.name}”",
            f"原文“{band.printed}”以整数书写，{show_plain(upper)} 与 {show_plain(better.lower)} 之间的小数"
            f"（如 {show_plain(upper + Decimal('0.5'))}）没有归属；"
            f"已按 [{show_plain(band.lower)}, {show_plain(better.lower)}) 执行。",
            "请与委托方确认。",
        )


def _upper(printed: str, lower: Decimal) -> Decimal | None:
    """The upper bound in a printed band such as ``80（含）-89``; nothing when it names only one number."""
    numbers = [Decimal(found) for found in re.findall(r"\d{1,6}(?:\.\d{1,6})?", printed, re.ASCII)]
    return max(numbers) if len(numbers) == 2 and lower in numbers else None
