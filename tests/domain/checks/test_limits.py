"""Limits are data: a finding that rests on one says where it comes from, and a profile moves or stops it."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from tests.domain.checks.cases import found, qixia, with_
from tests.domain.checks.test_other_reports import panjin
from workbench.domain.checks import Limits, read_limits, run_checks
from workbench.domain.entities_rates import StatedRate
from workbench.domain.evaluation import Evaluation, FundLine, Questionnaire, Target

D = Decimal


def far_exceeded() -> Evaluation:
    return qixia(Target(id="far", name="服务量", operator="≥", value=D(100), actual=D(200), unit="件"))


def mixed_units() -> Evaluation:
    return qixia(FundLine(id="u", item="维护", budget=D(10), spent=D(100_000), explanation="x"))


def few_back() -> Evaluation:
    sheet = qixia().table(Questionnaire)["sheet"]
    return with_(qixia(), dataclasses.replace(sheet, issued=45))


def more_than_all() -> Evaluation:
    return qixia(StatedRate(id="r", name="办结率", numerator=D(11), denominator=D(10)))


#: limit → code, an evaluation that exceeds it, a value that lets it pass.
CASES = {
    "over_achievement": ("K14", far_exceeded, "2"),
    "over_achievement_all": ("K14", panjin, "1"),
    "output_effect_share": ("K13", qixia, "60"),
    "single_share": ("K13", panjin, "0.9"),
    "sample_notice": ("K11", lambda: qixia(printed=False), 10),
    "recovery_notice": ("K11", few_back, "0.1"),
    "boundary": ("K12", qixia, "0"),
    "unit_factor": ("K15", mixed_units, "20000"),
    "bounded_rates": ("K09", more_than_all, []),
    "review_levels": ("K24", qixia, []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_finding_names_the_source_of_its_limit_and_the_profile_moves_it(name: str) -> None:
    code, make, passing = CASES[name]
    evaluation = make()
    entry = {
        "value": "70" if name == "output_effect_share" else _text(getattr(Limits(), name)),
        "source": "某文件第七条",
    }
    strict = read_limits({name: entry})
    assert any("某文件第七条" in finding.detail for finding in found(evaluation, code, strict))
    more = {"recovery_warning": "0.1"} if name == "recovery_notice" else {}
    loose = read_limits({name: {"value": passing, "source": "某文件第七条"}, **more})
    assert not any("某文件第七条" in finding.detail for finding in found(evaluation, code, loose))


def _text(value: object) -> object:
    return list(value) if isinstance(value, tuple) else str(value)


def test_every_code_can_be_switched_off() -> None:
    findings = run_checks(qixia())
    codes = {finding.code for finding in findings}
    assert len(codes) > 8
    for code in codes:
        rest = run_checks(qixia(), limits=Limits(disabled=(code,)))
        assert {finding.code for finding in rest} <= codes - {code}
