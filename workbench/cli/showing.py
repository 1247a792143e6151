"""An evaluation as text for a terminal, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from workbench.cli.columns import columns
from workbench.domain.amounts import show_percent, show_plain
from workbench.domain.derivation import derivation
from workbench.domain.evaluation import Entry, Evaluation
from workbench.domain.form import Form, Indicator, show_score
from workbench.domain.narrative import bindings_of, fill
from workbench.domain.records import records_of, tally_requests
from workbench.domain.scoring import IndicatorScore, Scores, rated

_NOTHING = "—"


def overview_lines(evaluation: Evaluation, scores: Scores) -> list[str]:
    """Project, form, total and grade in a few lines."""
    overview, form = evaluation.overview, evaluation.form
    year = f"（{overview.year}）" if overview.year else ""
    return [
        f"{overview.project or '未命名的评价'}{year}",
        f"指标体系：{form.title}（{form.id}）",
        f"得分：{_total(form, scores)} / {show_plain(scores.full)} 分　{_grade(form, scores)}",
        *_record_lines(evaluation),
    ]


def _record_lines(evaluation: Evaluation) -> list[str]:
    """How many requests, interviews, visits and samples there are; nothing while there are none."""
    counts = records_of(evaluation)
    if not any(counts.values()):
        return []
    requests = tally_requests(evaluation, None)
    words = [f"座谈 {counts['interview']}", f"现场 {counts['site_record']}", f"抽样 {counts['sampling']}"]
    if counts["document_request"]:
        missing = f"，缺失 {requests.missing}" if requests.missing else ""
        words.insert(0, f"资料清单 {requests.asked}（已收 {requests.received}{missing}）")
    return [f"记录：{'　'.join(words)}"]


def _total(form: Form, scores: Scores) -> str:
    return show_score(form, scores.total) if scores.scored else _NOTHING


def _grade(form: Form, scores: Scores) -> str:
    if not scores.complete:
        return f"{rated(scores)}，等级待全部评完"
    if scores.grade is None:
        return "不在任何等级内"
    distance = (
        f"，距“{scores.next_band.name}”差 {show_score(form, scores.to_next)} 分"
        if scores.next_band is not None and scores.to_next is not None
        else ""
    )
    return f"等级：{scores.grade.name}{distance}"


def tree_lines(form: Form, scores: Scores) -> list[str]:
    """Every indicator with its full mark, score, deduction, score rate and state."""
    head: tuple[str, ...] = ("编号", "指标", "分值", "得分", "扣分", "得分率", "状态")
    rows = [head, *(_tree_row(form, scores[indicator.id]) for indicator in form.indicators)]
    return columns(rows, right=(2, 3, 4, 5))


def _tree_row(form: Form, scored: IndicatorScore) -> tuple[str, ...]:
    indicator = scored.indicator
    name = "　" * (indicator.level - 1) + indicator.name
    return (
        indicator.id,
        name,
        show_plain(indicator.full_mark),
        _points(form, scored.score, indicator),
        _points(form, scored.deducted, indicator),
        show_percent(scored.rate) if scored.rate is not None else _NOTHING,
        _state(form, scored),
    )


def _points(form: Form, points: Decimal | None, indicator: Indicator) -> str:
    return _NOTHING if points is None else show_score(form, points, indicator)


def _state(form: Form, scored: IndicatorScore) -> str:
    words = []
    if scored.scored < scored.leaves:
        words.append("未评" if scored.leaves == 1 else f"已评 {scored.scored}/{scored.leaves}")
    if scored.overridden:
        words.append("已改定")
    if scored.leaves == 1 and scored.unexplained > 0:
        words.append(f"尚有 {show_score(form, scored.unexplained, scored.indicator)} 分未说明")
    if scored.leaves == 1 and scored.unexplained < 0:
        words.append(f"扣分行多出 {show_score(form, -scored.unexplained, scored.indicator)} 分")
    return "，".join(words)


def indicator_lines(evaluation: Evaluation, scores: Scores, indicator: Indicator) -> list[str]:
    """One indicator in full: its standard, how its score comes about, deduction lines, basis."""
    form = evaluation.form
    lines = [f"{form.place(indicator.id)}（{indicator.id}，{show_plain(indicator.full_mark)} 分）"]
    if form.children(indicator.id):
        return lines + columns(
            [_tree_row(form, scores[one.id]) for one in _below(form, indicator)], right=(2, 3, 4, 5)
        )
    entry = evaluation.entry(indicator.id)
    if indicator.criterion:
        lines.append(f"评价标准：{indicator.criterion.strip()}")
    lines += derivation(evaluation, scores[indicator.id])
    for line in evaluation.deductions(indicator.id):
        points = _NOTHING if line.points is None else show_plain(line.points)
        lines.append(
            f"扣 {points} 分：{line.reason or '未写原因'}{f'（{line.basis}）' if line.basis else ''}"
        )
    if entry.basis:
        lines.append(f"评价依据：{_basis(evaluation, scores, entry).strip()}")
    return lines


def _below(form: Form, indicator: Indicator) -> Iterator[Indicator]:
    yield indicator
    for child in form.children(indicator.id):
        yield from _below(form, child)


def evaluation_json(evaluation: Evaluation, scores: Scores) -> dict[str, Any]:
    """The evaluation with every indicator, ready for ``json.dumps``; numbers are exact, as text."""
    overview, form = evaluation.overview, evaluation.form
    return {
        "id": evaluation.id,
        "project": overview.project,
        "year": overview.year,
        "mode": overview.mode,
        "evaluated_unit": overview.evaluated_unit,
        "form": {"id": form.id, "title": form.title, "version": form.version},
        "total": _exact(scores.total if scores.scored else None),
        "full": _exact(scores.full),
        "grade": scores.grade.name if scores.complete and scores.grade else None,
        "next_grade": scores.next_band.name if scores.next_band else None,
        "points_to_next_grade": _exact(scores.to_next),
        "complete": scores.complete,
        "records": records_of(evaluation),
        "indicators": [indicator_json(evaluation, scores, one) for one in form.indicators],
    }


def indicator_json(evaluation: Evaluation, scores: Scores, indicator: Indicator) -> dict[str, Any]:
    """One indicator of any level; leaves carry inputs, deduction lines and derivation."""
    scored = scores[indicator.id]
    found: dict[str, Any] = {
        "id": indicator.id,
        "name": indicator.name,
        "level": indicator.level,
        "parent": indicator.parent or None,
        "full_mark": _exact(indicator.full_mark),
        "score": _exact(scored.score),
        "deducted": _exact(scored.deducted),
        "score_rate": show_percent(scored.rate) if scored.rate is not None else None,
    }
    if evaluation.form.children(indicator.id):
        return found
    entry = evaluation.entry(indicator.id)
    specs = indicator.rule.inputs() if indicator.rule is not None else ()
    given = scored.given or {}
    return found | {
        "rule": indicator.rule.kind if indicator.rule is not None else None,
        "computed": _exact(scored.computed),
        "override": _exact(entry.override),
        "override_reason": entry.override_reason,
        "done": entry.done,
        "basis": _basis(evaluation, scores, entry),
        "unexplained": _exact(scored.unexplained),
        "inputs": [
            {
                "key": spec.key,
                "label": spec.label,
                "text": given[spec.key].text if spec.key in given else "",
                "origin": given[spec.key].origin if spec.key in given else "",
                "linked": linked.text if spec.key in given and (linked := given[spec.key].linked) else None,
                "fault": given[spec.key].fault if spec.key in given else "",
            }
            for spec in specs
        ],
        "deductions": [
            {"points": _exact(line.points), "reason": line.reason, "basis": line.basis}
            for line in evaluation.deductions(indicator.id)
        ],
        "derivation": derivation(evaluation, scored),
    }


def _exact(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _basis(evaluation: Evaluation, scores: Scores, entry: Entry) -> str:
    if "{" not in entry.basis:
        return entry.basis
    return fill(entry.basis, bindings_of(evaluation, scores, entry.id))
