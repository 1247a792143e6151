"""The faults of report 004 (rows Q-…), found from its own facts."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from tests.domain.checks.cases import found, qixia
from workbench.domain.checks import Finding, Severity, run_checks
from workbench.domain.evaluation import Paragraph, Problem, Question, Target
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


def in_text(text: str, code: str, *, printed: bool = True) -> list[Finding]:
    """The findings of one code about a paragraph that is put into the report."""
    evaluation = qixia(Paragraph(id="text", text=text), printed=printed)
    return [f for f in run_checks(evaluation) if f.code == code and f.place.kind == "paragraph"]


def test_q01_every_place_that_repeats_85_is_found_once_recomputed() -> None:
    text = (
        "公众知晓率为 85%。\n公众知晓率 85%、公众认可率 87% 均低于预期目标 96%、95%。\n综合得分为 92.31 分。"
    )
    rate, total = in_text(text, "K19", printed=False)[::-1]
    assert rate.message == "文字写“公众知晓率”85%，数据为 86.50%（共 2 处）。"
    assert (total.severity, total.message) == ("E", "文字写“综合得分”92.31 分，数据为 92.47 分。")
    assert not in_text(text, "K19")


def test_q05_the_text_gives_23_points_the_table_20() -> None:
    (finding,) = in_text("（2）过程：分值 23 分，从资金管理和组织实施 2 个方面评价。", "K19")
    assert (finding.severity, finding.found, finding.expected) == ("E", "23 分", "20 分")


def test_q06_and_q07_the_text_names_other_indicators_than_the_table() -> None:
    (decision,) = in_text("（1）决策：分值 20 分，从项目立项、绩效目标和预算编制3个方面评价。", "K19")
    assert decision.message == "文字说“决策”包括“预算编制”，指标表里是“项目立项、绩效目标、资金投入”。"
    (output,) = in_text("（3）产出：分值 30 分，用于考察产出质量、产出时效。", "K19")
    assert "“产出质量”" in output.message
    assert not in_text("（3）产出：分值 30 分，用于考察产出数量、产出时效。", "K19")


def test_q08_a_problem_about_indicators_that_have_full_marks() -> None:
    words = "服务时间、工单及时转办率、工单按时回复率可衡量程度不高"
    problem = Problem(id="p1", position=1, title="绩效目标不完整", description=words)
    (finding,) = [f for f in run_checks(qixia(problem)) if f.code == "K05"]
    assert finding.severity is Severity.WARNING
    assert finding.found == "30.00 / 30"
    explained = dataclasses.replace(problem, no_deduction_reason="已在绩效指标明确性扣分")
    assert not [f for f in run_checks(qixia(explained)) if f.code == "K05"]


def test_q10_and_q11_completion_and_progress_do_not_follow_from_dates_and_funds() -> None:
    progress = in_text("截止评价基准日资金财政支出进度 20%。", "K19", printed=False)
    assert [f.expected for f in progress] == ["9.92%"]
    completed = in_text("至评价基准日项目实际完成率 83.33%。", "K19", printed=False)
    assert [f.expected for f in completed] == ["87.12%"]
    assert not in_text("至评价基准日项目实际完成率 87.12%，财政支出进度 9.92%。", "K19", printed=False)


def test_q12_rates_of_a_project_that_is_not_finished() -> None:
    target = Target(id="t-late", name="项目完成及时率", operator="≥", value=D(100), actual=D(100), unit="%")
    findings = found(qixia(target, printed=False), "K16")
    assert [f.place.id for f in findings] == ["t-late"]


def test_q15_the_tallied_question_is_of_another_project() -> None:
    strange = dataclasses.replace(
        qixia().table(Question)["approve"], text="您认为自己具备环保的相关知识和能力吗？"
    )
    (finding,) = [f for f in run_checks(qixia(strange)) if f.code == "K11" and f.severity == "W"]
    assert finding.expected == "您是否认可 12345 政务服务热线这种问题诉求渠道？"


def test_q19_a_standard_copied_from_its_neighbour(findings: tuple[Finding, ...]) -> None:
    (finding,) = [f for f in findings if f.code == "K26"]
    assert (finding.indicator, finding.found) == ("C22", "未及时转办")


def test_q20_to_q22_annexes_and_figures_are_numbered_twice() -> None:
    contents = "附件 5\t修正建议及说明\n附件 9\t尽调记录表\n\n附件：\n- 5.结果汇总表\n- 6.修正建议及说明\n- 10.尽调记录表\n"
    (moved,) = in_text(contents, "K20")
    assert moved.detail == "修正建议及说明：5、6；尽调记录表：9、10。"
    (cited,) = in_text("依据申请文件（附件 9）和热线考核（附件9）、收集到的热线考核情况（附件 9）。", "K20")
    assert cited.found == "2 样"
    (figure,) = in_text("图 1 组织管理图\n正文\n图 1 综合得分（详见附表）", "K20")
    assert "图 1" in figure.message


def test_q23_to_q25_titles_broken_numbers_and_words_of_other_reports() -> None:
    text = "《省级预算绩效目标管理办法》（鲁财绩〔2020〕6号）与《省级预算绩效管理目标管理办法》的通知（鲁财绩[2020]6号）。"
    assert [f.found for f in in_text(text, "K26")] == ["2 种"]
    assert [f.expected for f in in_text("得分 8.8 5 分", "K26")] == ["8.85"]
    assert [f.message for f in in_text("通过本次成本预算绩效评价工作", "K26")] == [
        "文字里有“成本预算绩效”，是其他类型报告的用语。"
    ]


def test_q26_the_commissioner_as_responsible_unit_and_a_row_that_says_nothing() -> None:
    unit = Problem(id="p2", position=2, title="资金到位滞后", unit="栖霞市财政局")
    nothing = Problem(id="p9", position=9, title="无", unit="-")
    messages = [f.message for f in run_checks(qixia(unit, nothing)) if f.code == "K05"]
    assert messages == ["问题清单第 9 行写的是“无”，不是问题。", "责任单位“栖霞市财政局”就是委托方。"]
