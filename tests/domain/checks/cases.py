"""Evaluations for tests of checks: report 004 complete as printed, and small ways to change one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from tests.domain.scored import evaluation_of, typed
from tests.forms.reading import read_form
from workbench.domain.changes import Change, apply, putting
from workbench.domain.checks import Finding, Limits, run_checks
from workbench.domain.evaluation import (
    Advice,
    Deduction,
    Entity,
    Entry,
    Evaluation,
    FundLine,
    Link,
    Option,
    Overview,
    Problem,
    Question,
    Questionnaire,
    Target,
)

D = Decimal


def link(start: str, end: str, place: str = "") -> Link:
    """A tie written ``problem:p1`` → ``deduction:d1``."""
    from_kind, _, from_id = start.partition(":")
    to_kind, _, to_id = end.partition(":")
    return Link(
        id=f"{start}>{end}", from_kind=from_kind, from_id=from_id, to_kind=to_kind, to_id=to_id, place=place
    )


def question(
    id_: str, counts: Sequence[int], *, text: str, name: str, labels: str, **more: object
) -> list[Entity]:
    """A question of the five-step scale 100/80/60/30/0 with its counts."""
    weights = ("1", "0.8", "0.6", "0.3", "0")
    found: list[Entity] = [
        Question(id=id_, code=id_, questionnaire="sheet", text=text, name=name, role="其他", **more)  # type: ignore[arg-type]
    ]
    found += [
        Option(id=f"{id_}-{n}", position=n, question=id_, label=label, weight=D(weight), count=count)
        for n, (label, weight, count) in enumerate(zip(labels.split(), weights, counts, strict=True), 1)
    ]
    return found


def with_(evaluation: Evaluation, *entities: Entity) -> Evaluation:
    """The evaluation with entities put into it."""
    for entity in entities:
        change = putting(evaluation, entity)
        if change is not None:
            evaluation = apply(evaluation, [change])
    return evaluation


def without(evaluation: Evaluation, *entities: Entity) -> Evaluation:
    """The evaluation without entities."""
    return apply(evaluation, [Change(entity, None) for entity in entities])


def with_overview(evaluation: Evaluation, **fields: object) -> Evaluation:
    """The evaluation with fields of its overview changed."""
    return with_(evaluation, dataclasses.replace(evaluation.overview, **fields))  # type: ignore[arg-type]


def found(evaluation: Evaluation, code: str, limits: Limits | None = None) -> list[Finding]:
    """The findings of one code."""
    return [finding for finding in run_checks(evaluation, limits=limits) if finding.code == code]


def codes(findings: Iterable[Finding], severities: str = "EW") -> list[str]:
    """Severity and code of each finding of the severities."""
    return [f"{f.severity}{f.code}" for f in findings if f.severity in severities]


POINTS = {
    "A11": "符合 符合", "A12": "符合 符合", "A21": "符合 符合 1", "A22": "符合 1", "A31": "符合 符合 符合",
    "B13": "符合 符合 符合", "B21": "符合 符合", "B22": "符合",
}  # fmt: skip


def qixia(*more: Entity, printed: bool = True) -> Evaluation:
    """Report 004 with all it says: 92.31 as printed, 92.47 with the counts recomputed."""
    entities: list[Entity] = [
        Overview(
            project="12345 政务服务热线购买服务",
            year="2022",
            evaluated_unit="栖霞市民生服务中心",
            department="栖霞市民生服务中心",
            commissioner="栖霞市财政局",
            agency="某咨询公司",
            lead="评价员甲",
            project_start=date(2022, 1, 1),
            project_end=date(2022, 12, 31),
            tender_date=date(2021, 12, 7),
            contract_date=date(2021, 12, 10),
            base_date=date(2021, 11, 14) if printed else date(2022, 11, 14),
            evaluation_start=date(2022, 11, 14),
            evaluation_end=date(2022, 11, 30),
            report_date=date(2022, 12, 15),
        ),
        FundLine(
            id="f", year="2022", item="运营服务外包", initial=D(80), budget=D("71.6"), contract=D(71),
            due=D("35.5"), arrived=D("7.1"), spent=D("7.1"),
        ),
        Questionnaire(
            id="sheet", title="社会调查问卷", issued=20, returned=20, valid=20, held=date(2022, 11, 24)
        ),
        *question(
            "aware", (10, 8, 1, 1, 0), text="您是否了解 12345 政务服务热线？", name="公众知晓率",
            labels="非常了解 比较了解 一般 不太了解 非常不了解", stated_rate=D("0.85"),
        ),
        *question(
            "approve", (10, 7, 3, 0, 0), text="您是否认可 12345 政务服务热线这种问题诉求渠道？", name="公众认可率",
            labels="非常认可 比较认可 一般 不太认可 非常不认可", stated_rate=D("0.87"),
        ),
        typed("B11", "denominator", "", "fund:due"),
        Entry(id="B12", override=D(6), override_reason="原稿按满分计", basis="执行率 100%。"),
        typed("D21", "rate", "95.53%"),
        Deduction(id="d1", indicator="A21", points=D("0.5"), reason="没有指导培训指标", basis="评价要点 3"),
        Deduction(id="d2", indicator="A22", points=D(2), reason="三项指标难以衡量", basis="评价要点 2"),
        Deduction(id="d3", indicator="B11", points=D("3.2"), reason="到位滞后", basis="合同、凭证"),
        Deduction(id="d4", indicator="D11", points=D("1.15") if printed else D("0.99"), reason="低于目标"),
        Deduction(id="d5", indicator="D12", points=D("0.84"), reason="低于目标"),
        Problem(id="p1", position=1, title="绩效目标不完整", description="目标没有覆盖指导培训。"),
        Problem(id="p2", position=2, title="资金到位滞后", description="应付 35.5 万元，到位 7.1 万元。"),
        Problem(id="p3", position=3, title="知晓率、认可率未达到预期"),
        Advice(id="a1", position=1, title="完善绩效目标"),
        Advice(id="a2", position=2, title="加快付款"),
        Advice(id="a3", position=3, title="加强宣传"),
        link("problem:p1", "deduction:d1"), link("problem:p1", "deduction:d2"),
        link("problem:p2", "deduction:d3"), link("problem:p3", "deduction:d4"),
        link("problem:p3", "deduction:d5"),
        link("advice:a1", "problem:p1"), link("advice:a2", "problem:p2"), link("advice:a3", "problem:p3"),
        *(typed(id_, f"p{n}", word) for id_, words in POINTS.items() for n, word in enumerate(words.split(), 1)),
        *(typed(id_, "count", "0") for id_ in ("C11", "C21", "C22")),
        Target(id="t-hours", name="服务时间", operator="=", value=D(24), unit="小时/天", indicator="C11"),
        Target(id="t-cost", name="外包服务费", operator="≤", value=D("71.6"), unit="万元"),
        Target(id="t-aware", name="公众知晓率", operator="≥", value=D(96), unit="%", indicator="D11"),
    ]  # fmt: skip
    if printed:
        entities.append(typed("D11", "rate", "85%", "survey:aware", manual=True))
    return with_(evaluation_of(read_form("qixia-2022"), entities), *more)
