"""Every family of sources: what it gives, what is wrong with a key, where a person finds the value."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.domain.scored import evaluation_of, typed
from workbench.domain.changes import Change
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import ENTITIES, Deduction, Evaluation, Link, Overview
from workbench.domain.form import Form
from workbench.domain.rescoring import scores_after
from workbench.domain.rules.steps import ABOVE
from workbench.domain.scoring import compute_scores
from workbench.domain.sources import FAMILIES, Sources, place_of_source

COUNTING: dict[str, Any] = {
    "kind": "steps", "rate": "关联问题", "value_kind": "次数", "target": "1", "step": "1", "per": "2",
    "direction": ABOVE, "rate_source": "count:problems",
}  # fmt: skip
ON_TIME: dict[str, Any] = {
    "kind": "threshold", "rate": "实际完成日期", "value_kind": "日期", "target": "2022-12-31",
    "operator": "≤", "rate_source": "date:actual_end",
}  # fmt: skip


def form_of(*rules: dict[str, Any]) -> Form:
    return compile_form(
        {
            "id": "f", "title": "体系", "total": 10 * len(rules),
            "indicator": [
                {"id": f"A{n}", "name": f"指标{n}", "points": 10, "rule": rule} for n, rule in enumerate(rules)
            ],
        }
    )  # fmt: skip


def link(id_: str, kind: str, to_kind: str, to_id: str) -> Link:
    return Link(id=id_, from_kind=kind, from_id=id_, to_kind=to_kind, to_id=to_id)


def tied() -> Evaluation:
    return evaluation_of(
        form_of({"kind": "judgement"}, {"kind": "judgement"}),
        [
            Deduction(id="d", indicator="A0", points=Decimal(1)),
            link("e1", "evidence", "indicator", "A0"),
            link("e2", "evidence", "deduction", "d"),
            link("e3", "evidence", "indicator", "A1"),
            link("p1", "problem", "deduction", "d"),
        ],
    )


@pytest.mark.parametrize(
    ("key", "number"), [("deductions", 1), ("problems", 1), ("evidence", 2), ("deductions/x", None)]
)
def test_what_is_tied_to_the_indicator_is_counted(key: str, number: int | None) -> None:
    assert Sources(tied()).resolve(f"count:{key}", "A0").value == (
        None if number is None else Fraction(number)
    )


def test_an_evidence_tied_twice_counts_once() -> None:
    evaluation = tied()
    twice = dataclasses.replace(link("x", "evidence", "deduction", "d"), from_id="e1")
    links = {**evaluation.table(Link), "x": twice}
    again = dataclasses.replace(evaluation, tables={**evaluation.tables, "link": links})
    assert Sources(again).resolve("count:evidence", "A0").value == 2


def test_dates_of_the_overview_and_the_days_between_them() -> None:
    overview = Overview(
        project_start=date(2022, 1, 1), project_end=date(2022, 12, 31), actual_end=date(2023, 1, 30)
    )
    sources = Sources(evaluation_of(form_of(ON_TIME), [overview]))
    assert sources.resolve("date:actual_end").text == "2023-01-30"
    assert sources.resolve("days:project_start/project_end").value == 364
    assert sources.resolve("days:project_start/actual_end").text == "394 天"
    assert "早于" in sources.resolve("days:actual_end/project_start").fault
    assert "还没有填写报告日期" in sources.resolve("date:report_date").fault
    offered = {choice.source: choice.dated for choice in sources.choices("A0")}
    assert offered["date:actual_end"]
    assert not offered["days:project_start/actual_end"]
    assert "date:report_date" not in offered


@pytest.mark.parametrize(("day", "score"), [(date(2022, 12, 31), 10), (date(2023, 1, 1), 0)])
def test_completion_in_time_is_scored_by_the_date_of_the_overview(day: date, score: int) -> None:
    form = form_of(ON_TIME)
    before = compute_scores(evaluation_of(form, [Overview(project="甲")]))
    assert before["A0"].score is None
    after = evaluation_of(form, [Overview(project="甲", actual_end=day)])
    change = Change(Overview(project="甲"), after.overview)
    assert scores_after(before, after, [change])["A0"].score == score


def test_a_new_tie_reaches_the_indicators_that_count_it() -> None:
    form = form_of(COUNTING, {"kind": "judgement"})
    line = Deduction(id="d", indicator="A0", points=Decimal(1))
    before = compute_scores(evaluation_of(form, [line]))
    assert before["A0"].score == 10
    links = [link(f"p{n}", "problem", "deduction", "d") for n in range(3)]
    after = evaluation_of(form, [line, *links])
    found = scores_after(before, after, [Change(None, one) for one in links])
    assert found["A0"].score == 6  # 3 problems, 1 allowed, 2 points for each more
    assert found == compute_scores(after)


def test_a_date_is_no_number_and_a_number_no_date() -> None:
    evaluation = evaluation_of(
        form_of({"kind": "ratio", "rate": "完成率"}),
        [Overview(actual_end=date(2022, 1, 1)), typed("A0", "rate", "", "date:actual_end")],
    )
    assert "不能取自日期" in (compute_scores(evaluation)["A0"].given or {})["rate"].fault


@pytest.mark.parametrize(
    ("source", "clause"),
    [
        ("date:reported", "概况中没有“reported”"),
        ("count:photos", "没有这种计数"),
        ("days:project_start", "不是两个日期"),
        ("weather:rain", "没有这种来源"),
        ("date:actual_end", "它是日期，不是数值"),
    ],
)
def test_a_source_that_nobody_can_fill_is_found_when_compiled(source: str, clause: str) -> None:
    faults = form_of({"kind": "ratio", "rate": "完成率", "rate_source": source}).faults
    assert any(clause in fault.what for fault in faults), faults


def test_a_date_standard_bound_to_a_count_is_found_when_compiled() -> None:
    faults = form_of({**ON_TIME, "rate_source": "count:evidence"}).faults
    assert any("不是日期" in fault.what for fault in faults)


def test_every_family_names_kinds_that_exist_and_a_place() -> None:
    keys = {"fund": "spent", "date": "actual_end", "days": "project_start/actual_end", "count": "problems"}
    for name, family in FAMILIES.items():
        assert set(family.kinds) <= set(ENTITIES)
        assert place_of_source(f"{name}:{keys.get(name, 'x')}")[0] in {*ENTITIES, "indicator"}
    assert place_of_source("weather:rain") == ("", "", "")
