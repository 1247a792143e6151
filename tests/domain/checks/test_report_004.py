"""The faults of report 004 (rows Q-…), found from its own facts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.domain.checks.cases import found, qixia
from workbench.domain.checks import Finding, Severity, run_checks
from workbench.domain.scoring import compute_scores

D = Decimal


@pytest.fixture(scope="module")
def findings() -> tuple[Finding, ...]:
    return run_checks(qixia())


def one(findings: tuple[Finding, ...], code: str, place: str = "") -> Finding:
    matching = [f for f in findings if f.code == code and place in f.where]
    assert len(matching) == 1, [f.message for f in matching]
    return matching[0]


def test_the_facts_give_the_printed_total() -> None:
    assert compute_scores(qixia()).total == D("92.31")
    assert compute_scores(qixia(printed=False)).total == D("92.47")


def test_q01_the_tally_gives_86_50_and_not_85(findings: tuple[Finding, ...]) -> None:
    finding = one(findings, "K10", "公众知晓率")
    assert finding.severity is Severity.ERROR
    assert finding.message == (
        "统计表写 85.00%，按权重 100/80/60/30/0 重算为 86.50%，影响本项 +0.16 分、总分 92.31 → 92.47"
        "（可能是第四档“不太了解”按 0 计）。"
    )
    assert (finding.found, finding.expected, finding.difference) == ("85.00%", "86.50%", "-1.50 个百分点")
    assert str(finding.effect) == "本项 8.85 → 9.01，总分 92.31 → 92.47"
    assert (finding.place.page, finding.indicator) == ("scoring", "D11")


def test_q02_the_rule_gives_at_most_4_of_6_points(findings: tuple[Finding, ...]) -> None:
    finding = one(findings, "K07")
    assert finding.message == "评分规则最高只能得 4 分，本指标分值 6 分。"
    assert str(finding.effect) == "本项 6.00 → 4.00，总分 92.31 → 90.31"
    assert finding.effect is not None
    assert finding.effect.total_difference == D("-2.00")


def test_q03_the_denominator_is_not_the_one_of_the_definition(findings: tuple[Finding, ...]) -> None:
    finding = one(findings, "K08")
    assert finding.message == "按定义分母是“预算资金”71.60 万元，计算用了“应付金额”35.50 万元。"
    assert (finding.found, finding.expected) == ("20.00%", "9.92%")
    assert str(finding.effect) == "本项 0.80 → 0.40，总分 92.31 → 91.91"


def test_q04_all_three_applied_leave_0_07_points_above_the_boundary(findings: tuple[Finding, ...]) -> None:
    finding = one(findings, "K12", "综合得分")
    assert finding.severity is Severity.NOTICE
    assert finding.message == (
        "总分 92.31，只高出“优”下限 2.31 分；若采纳 K07、K08、K10，总分为 90.07，距边界 0.07 分。"
    )
    assert finding.effect is not None
    assert finding.effect.total_after == D("90.07")


def test_q09_the_base_date_lies_before_the_project(findings: tuple[Finding, ...]) -> None:
    finding = one(findings, "K16")
    assert finding.message.startswith("基准日 2021-11-14 早于")
    assert finding.expected == "2022-11-14？"
    assert not found(qixia(printed=False), "K16")


def test_q14_the_cost_target_has_no_indicator(findings: tuple[Finding, ...]) -> None:
    assert one(findings, "K17").message == "绩效目标“外包服务费 ≤71.6万元”没有对应的评价指标。"


def test_q16_the_standard_uses_other_words_than_the_questionnaire(findings: tuple[Finding, ...]) -> None:
    finding = one(findings, "K11", "公众知晓率")
    assert (finding.found, finding.expected) == ("不大了解", "不太了解")
    assert one(findings, "K11", "公众认可率").found == "不大认可"


def test_q17_twenty_sheets_weigh_five_percent_each(findings: tuple[Finding, ...]) -> None:
    finding = one(run_checks(qixia(printed=False)), "K11", "社会调查问卷")
    assert "每份占 5.00%" in finding.message
    assert "“公众知晓率”0.52 分" in finding.detail
    assert "倒填" in finding.detail
    assert one(findings, "K11", "社会调查问卷").severity is Severity.NOTICE


def test_recomputed_the_printed_rate_stays_as_a_notice() -> None:
    finding = one(run_checks(qixia(printed=False)), "K10")
    assert finding.severity is Severity.NOTICE
    assert finding.message == "来稿写 85.00%，按权重 100/80/60/30/0 重算为 86.50%，本评价已按重算值计分。"
