"""Checks of what a score sheet prints beside its scores: sums of levels and stages, deductions, rates, summaries, the grade.

In our own evaluations these are computed and cannot differ, so there are no such checks there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from workbench.domain.amounts import exact, round_half_up, show, show_percent, show_plain, show_signed
from workbench.domain.checks.dates import time_progress
from workbench.domain.checks.finding import Effect, Finding, Place, Spot
from workbench.domain.checks.view import View
from workbench.domain.form import grade_of
from workbench.domain.outside.assembling import Assembled
from workbench.domain.outside.sheet import At, FundRow, Line, Outside, Stated, SumLine
from workbench.domain.prose import Facts, compare, percent_fact

#: Sums of printed scores may differ by half of the last digit of each part.
_CENT = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding with its place in the outside file."""

    finding: Finding
    at: At


def printed_checks(outside: Outside, made: Assembled, view: View) -> Iterator[Placed]:
    """Every check of printed figures."""
    yield from _points(outside)
    for stage in outside.stages:
        yield from _scores(outside, stage, made, view)
    yield from _lines(outside, made)
    yield from _summaries(outside, made)
    yield from _funds(outside)
    yield from _grade(outside, made, view)
    yield from _progress(outside, made)
    if made.bands_at is None:
        yield from _national_bands(outside, view)


def _spot(code: str, name: str, part: str) -> Spot:
    return Spot(code, Place("outside", "sum", part), name, part=part)


def _path(outside: Outside, line: Line) -> str:
    """Names from the first level down; ids of parents begin those of their children only by habit."""
    parents = {raw["id"]: raw.get("parent", "") for raw in outside.form["indicator"]}
    names = {one.id: one.name for one in outside.lines}
    found: list[str] = []
    now = line.id
    while now:
        found.insert(0, names.get(now, now))
        now = parents.get(now, "")
    return " › ".join(found)


def _children(outside: Outside, id_: str) -> list[Line]:
    lines = {line.id: line for line in outside.lines}
    return [
        lines[raw["id"]]
        for raw in outside.form["indicator"]
        if raw.get("parent", "") == id_ and raw["id"] in lines
    ]


def _leaves(outside: Outside, id_: str) -> list[Line]:
    children = _children(outside, id_)
    if not children:
        return [line for line in outside.lines if line.id == id_]
    return [leaf for child in children for leaf in _leaves(outside, child.id)]


def _total(figures: Sequence[Stated]) -> Decimal:
    return sum((one.value for one in figures), Decimal(0))


def _listed(lines: Sequence[tuple[str, Stated]]) -> str:
    return "+".join(show_plain(one.value) for _, one in lines)


# ── points ───────────────────────────────────────────────────────────────────────────────────────


def _points(outside: Outside) -> Iterator[Placed]:
    for line in outside.lines:
        if not line.leaf and line.points is not None:
            parts = [(child.name, child.points) for child in _children(outside, line.id) if child.points]
            if parts:
                yield from _unequal(f"“{line.name}”的下级指标", line.points, parts, _path(outside, line))
    for row in outside.sums:
        leaves = _leaves(outside, row.of) if row.of else outside.leaves
        parts = [(line.name, line.points) for line in leaves if line.points]
        if row.points is not None and parts:
            yield from _unequal(_sum_name(outside, row), row.points, parts, _sum_name(outside, row))
    stated = [row.points for row in outside.sums if not row.of and row.points is not None]
    total = _total([line.points for line in outside.leaves if line.points])
    if not stated and total != 100 and outside.leaves:
        first = outside.leaves[0]
        yield Placed(
            _spot("K01", "指标体系 › 总分", "total").warning(
                f"各指标分值合计 {show_plain(total)} 分，不是 100 分。",
                detail=_listed([(x.name, x.points) for x in outside.leaves if x.points])
                + f" = {show_plain(total)}。",
                expected="100 分",
                found=f"{show_plain(total)} 分",
                difference=f"{show_signed(total - 100)} 分",
                remedy="请核对是否漏了指标，或分值有误。",
            ),
            first.points.at if first.points else first.at,
        )
    for line in outside.leaves:
        if line.points is None:
            yield Placed(
                _spot("K01", _path(outside, line), f"none-{line.id}").warning(
                    f"“{line.name}”没有分值，不能核对得分。",
                    expected="写明分值",
                    found="空白",
                    remedy="请补上分值。",
                ),
                line.at,
            )


def _unequal(
    what: str, whole: Stated, parts: Sequence[tuple[str, Stated]], where: str
) -> Iterator[Placed]:  # fmt: skip
    found = _total([one for _, one in parts])
    if found == whole.value:
        return
    yield Placed(
        _spot("K01", where, f"points-{whole.at.cell}").error(
            f"{what}分值合计 {show_plain(found)} 分，表上写 {show_plain(whole.value)} 分。",
            detail="、".join(f"{name} {show_plain(one.value)}" for name, one in parts)
            + f"：{_listed(parts)} = {show_plain(found)}。",
            expected=f"{show_plain(found)} 分",
            found=f"{show_plain(whole.value)} 分",
            difference=f"{show_signed(whole.value - found)} 分",
            remedy="请核对分值，使各级合计相等。",
        ),
        whole.at,
    )


def _sum_name(outside: Outside, row: SumLine) -> str:
    name = next((line.name for line in outside.lines if line.id == row.of), "")
    return f"“{name}”小计行的" if name else "合计行的"


# ── scores ───────────────────────────────────────────────────────────────────────────────────────


def _scores(outside: Outside, stage: str, made: Assembled, view: View) -> Iterator[Placed]:
    counts = stage == made.counting
    many = len(outside.stages) > 1
    word = f"{stage}得分" if many else "得分"
    for line in outside.lines:
        stated = line.scores.get(stage)
        if stated is None:
            continue
        if line.leaf:
            if not counts or stated.value < 0:
                yield from _range(outside, line, stated, word)
            continue
        parts = [
            (leaf.name, leaf.scores[stage]) for leaf in _leaves(outside, line.id) if stage in leaf.scores
        ]
        if parts and len(parts) == len(_leaves(outside, line.id)):
            yield from _sums(f"“{line.name}”各指标", stated, parts, _path(outside, line), word)
    for row in outside.sums:
        stated = row.scores.get(stage)
        leaves = _leaves(outside, row.of) if row.of else list(outside.leaves)
        parts = [(leaf.name, leaf.scores[stage]) for leaf in leaves if stage in leaf.scores]
        if stated is None or not parts:
            continue
        name = _sum_name(outside, row)
        if len(parts) < len(leaves):
            if not counts:
                continue  # a later round that only changes some scores
            lost = "、".join(leaf.name for leaf in leaves if stage not in leaf.scores)
            yield Placed(
                _spot("K02", name, f"missing-{stage}-{row.of}").warning(
                    f"{len(leaves) - len(parts)} 个指标没有读到{word}，合计不能核对：{lost}。",
                    expected="每个指标都有得分",
                    found=f"缺 {len(leaves) - len(parts)} 个",
                    remedy="请补上得分后再核对合计。",
                ),
                stated.at,
            )
            continue
        for placed in _sums(name.removesuffix("的") + "各指标", stated, parts, name, word):
            effect = None
            if counts and not row.of:
                effect = _effect(view, stated.value, _total([one for _, one in parts]))
            yield Placed(_with(placed.finding, effect), placed.at)


def _with(finding: Finding, effect: Effect | None) -> Finding:
    return replace(finding, effect=effect) if effect is not None else finding


def _effect(view: View, before: Decimal, after: Decimal) -> Effect:
    old, new = grade_of(view.form, before), grade_of(view.form, after)
    return Effect(before, after, old.name if old else "", new.name if new else "")


def _sums(
    what: str, whole: Stated, parts: Sequence[tuple[str, Stated]], where: str, word: str
) -> Iterator[Placed]:  # fmt: skip
    found = _total([one for _, one in parts])
    if found == whole.value:
        return
    digits = -int(whole.value.as_tuple().exponent)
    rounded = 0 <= digits < 3 and round_half_up(found, digits) == whole.value
    slack = abs(found - whole.value) <= _CENT * len(parts)
    spot = _spot("K25" if rounded or slack else "K02", where, f"{word}-{whole.at.cell}")
    rest = {
        "detail": f"{_listed(parts)} = {show_plain(found)}。",
        "expected": f"{show_plain(found)} 分",
        "found": f"{show_plain(whole.value)} 分",
        "difference": f"{show_signed(whole.value - found)} 分",
    }
    if rounded or slack:
        yield Placed(
            spot.notice(
                f"{what}{word}相加为 {show_plain(found)} 分，表上写 {show_plain(whole.value)} 分，差额像是取整造成的。",
                **rest,
                remedy="请写明取整办法，或按各项相加填写。",
            ),
            whole.at,
        )
        return
    yield Placed(
        spot.error(
            f"{what}{word}合计 {show_plain(found)} 分，表上写 {show_plain(whole.value)} 分。",
            **rest,
            remedy="请逐项核对得分，并改正合计。",
        ),
        whole.at,
    )


def _range(outside: Outside, line: Line, stated: Stated, word: str) -> Iterator[Placed]:
    full = line.points.value if line.points else None
    if full is None or 0 <= stated.value <= full:
        return
    limit = "低于 0" if stated.value < 0 else f"超过分值 {show_plain(full)} 分"
    yield Placed(
        _spot("K02", _path(outside, line), f"range-{stated.at.cell}").error(
            f"{word} {show_plain(stated.value)} 分，{limit}。",
            expected=f"0 至 {show_plain(full)} 分",
            found=f"{show_plain(stated.value)} 分",
            remedy="请改正得分。",
        ),
        stated.at,
    )


# ── lines ────────────────────────────────────────────────────────────────────────────────────────


def _lines(outside: Outside, made: Assembled) -> Iterator[Placed]:
    for line in outside.leaves:
        score, full = line.scores.get(made.counting), line.points
        if score is None or full is None:
            continue
        lost = full.value - score.value
        where = _path(outside, line)
        if line.deducted is not None and abs(line.deducted.value) != lost:
            yield Placed(
                _spot("K03", where, f"deducted-{line.id}").error(
                    f"扣分栏写 {show_plain(abs(line.deducted.value))} 分，分值 {show_plain(full.value)} 减得分 "
                    f"{show_plain(score.value)} 为 {show_plain(lost)} 分。",
                    expected=f"{show_plain(lost)} 分",
                    found=f"{show_plain(abs(line.deducted.value))} 分",
                    difference=f"{show_signed(abs(line.deducted.value) - lost)} 分",
                    remedy="请改正扣分或得分。",
                ),
                line.deducted.at,
            )
        if line.rate is not None and full.value:
            rate = exact(score.value) / exact(full.value)
            digits = max(-int(line.rate.value.as_tuple().exponent), 2)
            if round_half_up(rate, digits) != line.rate.value and abs(rate - exact(line.rate.value)) > exact(
                _CENT
            ):
                yield Placed(
                    _spot("K02", where, f"rate-{line.id}").warning(
                        f"得分率写 {show_percent(line.rate.value)}，{show_plain(score.value)} ÷ {show_plain(full.value)} 为 {show_percent(rate)}。",
                        expected=show_percent(rate),
                        found=show_percent(line.rate.value),
                        remedy="请改正得分率。",
                    ),
                    line.rate.at,
                )
    for row in outside.sums:
        deducted = [
            leaf.deducted
            for leaf in (_leaves(outside, row.of) if row.of else outside.leaves)
            if leaf.deducted
        ]
        if row.deducted is not None and deducted:
            total = sum((abs(one.value) for one in deducted), Decimal(0))
            if total != abs(row.deducted.value):
                yield Placed(
                    _spot("K03", _sum_name(outside, row), f"deducted-{row.of}").error(
                        f"各指标扣分合计 {show_plain(total)} 分，合计行写 {show_plain(abs(row.deducted.value))} 分。",
                        expected=f"{show_plain(total)} 分",
                        found=f"{show_plain(abs(row.deducted.value))} 分",
                        difference=f"{show_signed(abs(row.deducted.value) - total)} 分",
                        remedy="请改正扣分合计。",
                    ),
                    row.deducted.at,
                )


def _summaries(outside: Outside, made: Assembled) -> Iterator[Placed]:
    """Another table that repeats points and scores."""
    for summary in outside.summaries:
        if summary.name:
            line = next((one for one in outside.lines if one.name == summary.name), None)
            if line is None:
                continue
            leaves, where = _leaves(outside, line.id), _path(outside, line)
        else:
            leaves, where = list(outside.leaves), "合计"
        points = [leaf.points for leaf in leaves if leaf.points]
        scores = [leaf.scores[made.counting] for leaf in leaves if made.counting in leaf.scores]
        for word, stated, parts in (("分值", summary.points, points), ("得分", summary.score, scores)):
            if stated is None or len(parts) != len(leaves) or _total(parts) == stated.value:
                continue
            total = _total(parts)
            yield Placed(
                _spot("K19", where, f"summary-{word}-{stated.at.cell}").error(
                    f"汇总表写“{summary.name or '合计'}”{word} {show_plain(stated.value)} 分，评分表为 {show_plain(total)} 分。",
                    expected=f"{show_plain(total)} 分",
                    found=f"{show_plain(stated.value)} 分",
                    difference=f"{show_signed(stated.value - total)} 分",
                    remedy="请使汇总表与评分表一致。",
                ),
                stated.at,
            )


# ── funds ────────────────────────────────────────────────────────────────────────────────────────

_RATE = (("spent", "budget"), ("spent", "arrived"), ("spent", "due"), ("spent", "initial"))


def _funds(outside: Outside) -> Iterator[Placed]:
    parts_all = [row for row in outside.funds if not row.total]
    for row in outside.funds:
        if row.total and parts_all:
            parts = [one for one in parts_all if not row.year or one.year == row.year]
            yield from _fund_total(row, parts)
        if row.rate is not None:
            yield from _fund_rate(row, row.rate)


def _fund_total(row: FundRow, parts: Sequence[FundRow]) -> Iterator[Placed]:
    for column, stated in row.amounts.items():
        amounts = [part.amounts[column] for part in parts if column in part.amounts]
        if len(amounts) < 2 and len(parts) > 1:
            continue
        total = _total(amounts)
        if amounts and total != stated.value:
            yield Placed(
                _spot("K15", f"资金表 › {row.item}", f"total-{stated.at.cell}").error(
                    f"“{row.item}”行写 {show_plain(stated.value)} {row.unit}，各行合计 {show_plain(total)} {row.unit}。",
                    detail="+".join(show_plain(one.value) for one in amounts) + f" = {show_plain(total)}。",
                    expected=f"{show_plain(total)} {row.unit}",
                    found=f"{show_plain(stated.value)} {row.unit}",
                    difference=f"{show_signed(stated.value - total)} {row.unit}",
                    remedy="请查清差额。",
                ),
                stated.at,
            )


def _fund_rate(row: FundRow, rate: Stated) -> Iterator[Placed]:
    """A printed rate that no pair of the row's amounts gives."""
    known = {column: exact(one.value) for column, one in row.amounts.items() if one.value}
    rates = [known[top] / known[bottom] for top, bottom in _RATE if top in known and bottom in known]
    digits = max(-int(rate.value.as_tuple().exponent), 2)
    if not rates or any(round_half_up(one, digits) == rate.value for one in rates):
        return
    yield Placed(
        _spot("K15", f"资金表 › {row.item}", f"rate-{rate.at.cell}").error(
            f"执行率写 {show_percent(rate.value)}，按本行金额为 {show_percent(rates[0])}。",
            detail="、".join(f"{show_percent(one)}" for one in rates) + " 是按本行各金额能得出的比率。",
            expected=show_percent(rates[0]),
            found=show_percent(rate.value),
            difference=f"{show_signed((exact(rate.value) - rates[0]) * 100)} 个百分点",
            remedy="请核对金额和执行率，写明分母。",
        ),
        rate.at,
    )


# ── grade ────────────────────────────────────────────────────────────────────────────────────────


def _grade(outside: Outside, made: Assembled, view: View) -> Iterator[Placed]:
    said = outside.labels.get("grade")
    total = next(
        (row.scores[made.counting] for row in outside.sums if not row.of and made.counting in row.scores),
        None,
    )
    value = total.value if total is not None else view.scores.total
    band = grade_of(view.form, value)
    names = [one.name for one in view.form.bands]
    word = said.text.strip('“”"「」 ') if said is not None else ""
    if said is None or band is None or not word or len(word) > 4:
        return
    if word not in names:
        yield Placed(
            _spot("K12", "评价等级", "grade-word").warning(
                f"等级写“{word}”，等级划分里没有这一档（{'、'.join(names)}）。",
                expected=band.name,
                found=word,
                remedy="请使用等级划分中的名称。",
            ),
            said.at,
        )
    elif word != band.name:
        yield Placed(
            _spot("K12", "评价等级", "grade").error(
                f"等级写“{word}”，总分 {show(value)} 应为“{band.name}”。",
                expected=band.name,
                found=word,
                remedy="请改正等级，或核对总分。",
            ),
            said.at,
        )


_GRADED = re.compile(r"(?:等级|评级|自评|评定)[^。；\n]{0,6}[“\"「]?(优秀|优|良好|良|中|差|合格)[”\"」]?")
_PROGRESS = ("实际完成率", "时间进度", "项目完成率")


def _progress(outside: Outside, made: Assembled) -> Iterator[Placed]:
    """The completion rate by time, where the base date itself is wrong and the first day of work takes its place."""
    overview = made.evaluation.overview
    if time_progress(overview) is not None or overview.evaluation_start is None:
        return
    progress = time_progress(replace(overview, base_date=overview.evaluation_start))
    if progress is None:
        return
    facts = Facts([percent_fact(name, progress) for name in _PROGRESS])
    for said in outside.texts:
        for compared in compare(said.text, facts):
            if compared.status == "contradicted" and compared.nearest is not None and compared.number.value:
                yield Placed(
                    _spot("K19", "时间进度", f"progress-{said.at.paragraph}").warning(
                        f"文字写“{compared.name}”{compared.number.text}，按项目起止日期到 {overview.evaluation_start} "
                        f"为 {compared.nearest.shown}。",
                        expected=compared.nearest.shown,
                        found=compared.number.text,
                        remedy="请核对评价基准日，写明完成率的口径。",
                    ),
                    said.at,
                )


def _national_bands(outside: Outside, view: View) -> Iterator[Placed]:
    """A grade is named and no bands are spelt out."""
    said = outside.labels.get("grade") or next(
        (one for one in outside.texts if _GRADED.search(one.text)), None
    )
    if said is None:
        return
    shown = "、".join(f"{band.name} ≥{show_plain(band.lower)}" for band in view.form.bands)
    yield Placed(
        _spot("K12", "等级划分", "no-bands").notice(
            f"来稿写了等级而没有写等级划分，按 {shown} 核对。",
            expected="各档的分数",
            found="没有",
            remedy="请写明等级划分及其依据。",
        ),
        said.at,
    )
