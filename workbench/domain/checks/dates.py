"""Checks of dates: what must come before what, and what cannot be known yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from workbench.domain.checks.base import check
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Evidence, Overview, Questionnaire, Target
from workbench.domain.fields import spec_of

_ORDER = (
    ("tender_date", "contract_date"),
    ("project_start", "project_end"),
    ("project_start", "actual_end"),
    ("evaluation_start", "evaluation_end"),
    ("evaluation_end", "report_date"),
    ("base_date", "report_date"),
    ("base_date", "evaluation_end"),
)
#: The base date cannot lie before these.
_BEFORE_BASE = ("project_start", "contract_date")


def _label(field: str) -> str:
    return spec_of(Overview, field).label


def time_progress(overview: Overview) -> Fraction | None:
    """How much of the project's time had passed on the base date, both days counted; nothing outside it."""
    start, end, base = overview.project_start, overview.project_end, overview.base_date
    if start is None or end is None or base is None or not start <= base <= end:
        return None
    return Fraction((base - start).days + 1, (end - start).days + 1)


@check("K16", ("overview",))
def dates_are_in_order(view: View) -> Iterator[Finding]:
    """The dates of the overview, pair by pair; the base date against the project and the contract."""
    overview = view.evaluation.overview
    for first, second in _ORDER:
        before, after = _date(overview, first), _date(overview, second)
        if before is not None and after is not None and before > after:
            yield view.at(
                "K16", "overview", "overview", "overview", _label(second), field=second, part=first
            ).warning(
                f"{_label(second)} {after} 早于{_label(first)} {before}。",
                expected=f"≥{before}",
                found=str(after),
                difference=f"{(before - after).days} 天",
                remedy="请核对两个日期。",
            )
    yield from _base_date(view, overview)


def _date(overview: Overview, field: str) -> date | None:
    value: date | None = getattr(overview, field)
    return value


def _base_date(view: View, overview: Overview) -> Iterator[Finding]:
    base = overview.base_date
    if base is None:
        return
    later = [
        (field, value)
        for field in _BEFORE_BASE
        if (value := _date(overview, field)) is not None and value > base
    ]
    if not later:
        return
    start = overview.evaluation_start
    if start is not None and start > base:
        later.append(("evaluation_start", start))
    listed = "、".join(f"{_label(field)}（{value}）" for field, value in later)
    guess = start if start is not None and (start.month, start.day) == (base.month, base.day) else None
    yield view.at("K16", "overview", "overview", "overview", _label("base_date"), field="base_date").warning(
        f"基准日 {base} 早于{listed}。",
        detail="基准日应在项目期内、评价结束之前。"
        + (f"与评价开始日期 {guess} 只差年份，可能写错一年。" if guess else ""),
        expected=f"{guess}？"
        if guess
        else f"≥{max(value for field, value in later if field in _BEFORE_BASE)}",
        found=str(base),
        remedy="请核对评价基准日，并更正报告中引用它的各处。",
    )


@check("K16", ("overview", "target"))
def completion_is_known_only_at_the_end(view: View) -> Iterator[Finding]:
    """Completion and quality rates of 100 % while the project is still running."""
    overview = view.evaluation.overview
    end, asked = overview.project_end, overview.base_date or overview.evaluation_end
    if end is None or asked is None or overview.actual_end is not None or asked >= end:
        return
    for target in view.evaluation.listed(Target):
        full = target.unit in {"%", "％"} and target.actual == 100 and not target.explanation.strip()
        if full and ("完成及时" in target.name or "质量达标" in target.name or "完工" in target.name):
            yield view.at("K16", "targets_funds", "target", target.id, target.name, field="actual").warning(
                f"项目要到 {end} 才完成，没有实际完成日期，“{target.name}”却填 100%。",
                expected="项目完成后才能得出",
                found="100%",
                remedy="请改为截至基准日的数值，或写明口径。",
            )


@check("K16", ("overview", "questionnaire", "evidence"))
def work_lies_within_the_evaluation(view: View) -> Iterator[Finding]:
    """Surveys within the evaluation; evidence not after the report."""
    overview = view.evaluation.overview
    start, end = overview.evaluation_start, overview.evaluation_end
    for sheet in view.evaluation.table(Questionnaire).values():
        held = sheet.held
        if held is None or not ((start and held < start) or (end and held > end)):
            continue
        yield view.at("K16", "survey", "questionnaire", sheet.id, sheet.title, field="held").warning(
            f"问卷调查日期 {held} 不在评价期间（{start or '未填'} 至 {end or '未填'}）。",
            expected=f"{start or '未填'} 至 {end or '未填'}",
            found=str(held),
            remedy="请核对调查日期。",
        )
    for item in view.evaluation.table(Evidence).values():
        report = overview.report_date
        if item.obtained is not None and report is not None and item.obtained > report:
            yield view.at("K16", "evidence", "evidence", item.id, item.title, field="obtained").warning(
                f"佐证取得日期 {item.obtained} 晚于报告日期 {report}。",
                expected=f"≤{report}",
                found=str(item.obtained),
                difference=f"{(item.obtained - report).days} 天",
                remedy="请核对日期。",
            )
