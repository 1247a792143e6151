"""Every fault that was found in the five published reports, and the test that finds it here.

:data:`FAULTS` names each row: its id, whether a program can find it (Y from structured data, T from text
and data, N only a person), and the test, here or in ``test_report_004`` / ``test_other_reports``.

Left out, with the reason (rows marked Y or T):

* C-12 one voucher called unbound, unprinted and missing: may be three vouchers, which words alone don't tell.
* C-13 yearly targets proven for one year: which year a proof is of stands in the papers, not in a field.
* C-14 three dates for one event: that they are of one event only a reader knows.
* C-17 no indicator table in the text: an evaluation here can't be without one (the review of outside sheets says so).
* P-07 only 52 of 54 persons checked: the second number is nowhere said as the whole of the first; with a
  record of the visit and its population the checks of samples (K32) say it.
* S-06 a public version without scores: not a fault, a kind of paper.
"""

from __future__ import annotations

import importlib
from decimal import Decimal

import pytest

from tests.domain.checks.cases import found, qixia, with_
from tests.domain.checks.test_other_reports import changde, panjin, said
from tests.domain.scored import evaluation_of, typed
from workbench.domain.checks import Finding, Limits, run_checks
from workbench.domain.compiler import compile_form
from workbench.domain.entities_rates import StatedRate
from workbench.domain.evaluation import (
    Entity,
    Entry,
    Evaluation,
    FundLine,
    Overview,
    Paragraph,
    Problem,
    Target,
)

D = Decimal
HERE, OTHER, Q = "test_report_faults", "test_other_reports", "test_report_004"

#: id → (Auto, module, test), or (Auto, "", reason or what it is).
FAULTS: dict[str, tuple[str, str, str]] = {
    "Q-01": ("Y", Q, "test_q01_the_tally_gives_86_50_and_not_85"),
    "Q-02": ("Y", Q, "test_q02_the_rule_gives_at_most_4_of_6_points"),
    "Q-03": ("Y", Q, "test_q03_the_denominator_is_not_the_one_of_the_definition"),
    "Q-04": ("Y", Q, "test_q04_all_three_applied_leave_0_07_points_above_the_boundary"),
    "Q-05": ("T", Q, "test_q05_the_text_gives_23_points_the_table_20"),
    "Q-06": ("T", Q, "test_q06_and_q07_the_text_names_other_indicators_than_the_table"),
    "Q-07": ("T", Q, "test_q06_and_q07_the_text_names_other_indicators_than_the_table"),
    "Q-08": ("T", Q, "test_q08_a_problem_about_indicators_that_have_full_marks"),
    "Q-09": ("Y", Q, "test_q09_the_base_date_lies_before_the_project"),
    "Q-10": ("Y", Q, "test_q10_and_q11_completion_and_progress_do_not_follow_from_dates_and_funds"),
    "Q-11": ("Y", Q, "test_q10_and_q11_completion_and_progress_do_not_follow_from_dates_and_funds"),
    "Q-12": ("Y", Q, "test_q12_rates_of_a_project_that_is_not_finished"),
    "Q-13": ("Y", HERE, "test_q13_three_bases_of_one_rate_without_names"),
    "Q-14": ("T", Q, "test_q14_the_cost_target_has_no_indicator"),
    "Q-15": ("T", Q, "test_q15_the_tallied_question_is_of_another_project"),
    "Q-16": ("T", Q, "test_q16_the_standard_uses_other_words_than_the_questionnaire"),
    "Q-17": ("Y", Q, "test_q17_twenty_sheets_weigh_five_percent_each"),
    "Q-18": ("N", "", "person"),
    "Q-19": ("T", Q, "test_q19_a_standard_copied_from_its_neighbour"),
    "Q-20": ("Y", Q, "test_q20_to_q22_annexes_and_figures_are_numbered_twice"),
    "Q-21": ("Y", Q, "test_q20_to_q22_annexes_and_figures_are_numbered_twice"),
    "Q-22": ("Y", Q, "test_q20_to_q22_annexes_and_figures_are_numbered_twice"),
    "Q-23": ("Y", Q, "test_q23_to_q25_titles_broken_numbers_and_words_of_other_reports"),
    "Q-24": ("Y", Q, "test_q23_to_q25_titles_broken_numbers_and_words_of_other_reports"),
    "Q-25": ("T", Q, "test_q23_to_q25_titles_broken_numbers_and_words_of_other_reports"),
    "Q-26": ("T", Q, "test_q26_the_commissioner_as_responsible_unit_and_a_row_that_says_nothing"),
    "Q-27": ("N", "", "person"),
    "Q-28": ("T", HERE, "test_q28_annexes_that_are_announced_and_not_printed"),
    "C-01": ("Y", OTHER, "test_c01_the_execution_rate_is_112_38_and_not_100"),
    "C-02": ("T", OTHER, "test_c02_compliant_in_the_text_and_a_point_taken_off"),
    "C-03": ("T", HERE, "test_c03_three_points_off_that_the_analysis_does_not_speak_of"),
    "C-04": ("T", OTHER, "test_c04_and_y03_a_problem_without_deduction"),
    "C-05": ("N", OTHER, "test_c05_one_overspend_deducted_three_times"),
    "C-06": ("Y", HERE, "test_c06_3123_more_closed_than_registered"),
    "C-07": ("Y", HERE, "test_c07_the_printed_rate_is_not_the_quotient_of_its_parts"),
    "C-08": ("Y", OTHER, "test_c08_three_satisfaction_rates"),
    "C-09": ("T", HERE, "test_c09_a_target_that_was_missed_keeps_full_points"),
    "C-10": ("Y", HERE, "test_c10_the_mean_of_five_rates_is_88_68"),
    "C-11": ("Y", OTHER, "test_c11_more_paid_than_the_added_budget"),
    "C-12": ("T", "", "left out"),
    "C-13": ("T", "", "left out"),
    "C-14": ("T", "", "left out"),
    "C-15": ("Y", HERE, "test_c15_and_y08_headings_without_number_or_beginning_again"),
    "C-16": ("Y", OTHER, "test_c16_no_bands_no_grade"),
    "C-17": ("Y", "", "left out"),
    "P-01": ("Y", OTHER, "test_p01_integer_bands_leave_gaps"),
    "P-02": ("T", OTHER, "test_p02_satisfaction_proves_sustainability_and_has_no_indicator_of_its_own"),
    "P-03": ("Y", OTHER, "test_p03_most_targets_are_exceeded"),
    "P-04": ("Y", OTHER, "test_p04_one_rate_outweighs_its_branch"),
    "P-05": ("T", OTHER, "test_p05_the_unit_evaluated_itself"),
    "P-06": ("N", HERE, "test_p06_and_y07_the_unit_speaks_in_the_report"),
    "P-07": ("T", "", "left out"),
    "P-08": ("T", OTHER, "test_p08_a_rate_among_quantities"),
    "P-09": ("T", OTHER, "test_p09_one_sentence_proves_two_indicators"),
    "P-10": ("Y", OTHER, "test_p10_and_p11_doubled_marks_and_a_superseded_paper"),
    "P-11": ("T", OTHER, "test_p10_and_p11_doubled_marks_and_a_superseded_paper"),
    "P-12": ("Y", OTHER, "test_p12_everything_is_full"),
    "S-01": ("T", HERE, "test_s01_an_overall_rate_against_a_target_for_15_seconds"),
    "S-02": ("T", HERE, "test_s02_three_targets_for_one_rate"),
    "S-03": ("N", "", "person"),
    "S-04": ("Y", HERE, "test_s04_a_known_misspelling"),
    "S-05": ("T", OTHER, "test_c04_and_y03_a_problem_without_deduction"),
    "S-06": ("Y", "", "left out"),
    "S-07": ("N", "", "person"),
    "Y-01": ("Y", OTHER, "test_y01_the_contract_exceeds_the_budget"),
    "Y-02": ("Y", OTHER, "test_y02_a_grade_word_that_no_band_has"),
    "Y-03": ("T", HERE, "test_y03_praise_among_the_problems"),
    "Y-04": ("T", OTHER, "test_y04_a_goal_that_nothing_measures"),
    "Y-05": ("Y", HERE, "test_y05_twenty_offices_and_nineteen_names"),
    "Y-06": ("Y", HERE, "test_y06_a_full_mark_that_rests_on_nothing"),
    "Y-07": ("T", HERE, "test_p06_and_y07_the_unit_speaks_in_the_report"),
    "Y-08": ("Y", HERE, "test_c15_and_y08_headings_without_number_or_beginning_again"),
    "Y-09": ("T", HERE, "test_y09_an_economic_effect_that_nothing_measures"),
}  # fmt: skip


def test_every_row_of_the_five_reports_is_here() -> None:
    counts = {"Q": 28, "C": 17, "P": 12, "S": 7, "Y": 9}
    assert list(FAULTS) == [f"{r}-{n:02}" for r, many in counts.items() for n in range(1, many + 1)]


@pytest.mark.parametrize("row", FAULTS)
def test_every_fault_has_its_test_or_its_reason(row: str) -> None:
    auto, module, test = FAULTS[row]
    if module:
        assert callable(getattr(importlib.import_module(f"tests.domain.checks.{module}"), test))
    elif auto != "N":
        assert f"* {row} " in (__doc__ or "")


def in_text(evaluation: Evaluation, text: str, code: str, limits: Limits | None = None) -> list[Finding]:
    findings = run_checks(with_(evaluation, Paragraph(id="text", text=text)), limits=limits)
    return [f for f in findings if f.code == code and f.place.kind == "paragraph"]


def rate(id_: str, name: str, top: str, bottom: str, printed: str = "", **more: str) -> StatedRate:
    return StatedRate(
        id=id_,
        name=name,
        numerator=D(top),
        denominator=D(bottom),
        rate=D(printed) if printed else None,
        **more,
    )  # type: ignore[arg-type]


def test_q13_three_bases_of_one_rate_without_names() -> None:
    rates = [
        rate("a", "支出进度", "7.1", "71.6", denominator_name="专项资金金额"),
        rate("b", "支出进度", "7.1", "71"),
        rate("c", "支出进度", "7.1", "35.5"),
    ]
    (finding,) = [f for f in found(qixia(*rates), "K08") if f.place.kind == "stated_rate"]
    assert finding.message == "“支出进度”用了 3 个分母，有 2 处没有写明分母是什么。"


def test_q28_annexes_that_are_announced_and_not_printed() -> None:
    text = "附件 1 调查问卷及统计分析表\n附件 5 项目绩效目标修正建议\n附件 8 座谈会议记录"
    printed = Limits(annexes=("调查问卷及统计分析表", "绩效评价得分表"))
    (finding,) = in_text(qixia(), text, "K20", printed)
    assert (
        finding.message
        == "文字列出的附件有 2 份不随报告印出：附件 5 项目绩效目标修正建议、附件 8 座谈会议记录。"
    )
    assert not in_text(qixia(), text, "K20")


def test_c03_three_points_off_that_the_analysis_does_not_speak_of() -> None:
    analysis = Paragraph(
        id="analysis", text="立项依据充分性较好。绩效目标合理性一般。资金使用合规性扣 1 分。"
    )
    missing = [f.indicator for f in found(changde(analysis), "K03") if f.key.endswith("analysis")]
    assert "A31" in missing
    assert "B13" not in missing
    based = Entry(id="A31", basis="预算编制没有经过论证。")
    assert "A31" not in [f.indicator for f in found(changde(analysis, based), "K03")]


def test_c06_3123_more_closed_than_registered() -> None:
    closed = rate(
        "r",
        "办结率",
        "153596",
        "150473",
        numerator_name="办结工单总数",
        denominator_name="转为记录事件",
        period="2020",
    )
    (finding,) = found(changde(closed), "K09")
    assert finding.message == "“办结率”为 102.08%，办结工单总数比转为记录事件多 3123。"
    explained = rate("r", "办结率", "153596", "150473", explanation="含上年结转 3,123 件")
    assert not found(changde(explained), "K09")


def test_c07_the_printed_rate_is_not_the_quotient_of_its_parts() -> None:
    online = rate("r", "在线办结率", "170556", "321029", "0.5990", denominator_name="受理工单数")
    (finding,) = [f for f in found(changde(online), "K08") if f.place.kind == "stated_rate"]
    assert (finding.found, finding.expected) == ("59.90%", "53.13%")
    assert not found(changde(rate("r", "在线办结率", "170556", "321029", "0.5313")), "K08")


def test_c01_the_execution_rate_printed_in_the_fund_table() -> None:
    line = FundLine(
        id="2018", year="2018", item="热线经费", budget=D("54.20"), arrived=D("54.20"), spent=D("61.05"),
        explanation="公用经费列支", stated_rate=D(1),
    )  # fmt: skip
    (finding,) = [f for f in found(changde(line), "K15") if f.severity == "E"]
    assert finding.message == "来稿写执行率 100.00%，按预算资金为 112.64%，按到位资金为 112.64%。"


def test_c09_a_target_that_was_missed_keeps_full_points() -> None:
    rank = Target(
        id="t", name="月度考核最低名次", operator="≤", value=D(8), actual=D(13), unit="名", indicator="C11"
    )
    (finding,) = [f for f in found(changde(rank), "K17") if f.severity == "W"]
    assert "要求 ≤8名，完成 13名，没有达到" in finding.message


def test_c10_the_mean_of_five_rates_is_88_68() -> None:
    mean = rate(
        "r", "五率一度平均", "4.434", "5", "0.9566", numerator_name="五率之和", denominator_name="五项"
    )
    (finding,) = [f for f in found(changde(mean), "K08") if f.place.kind == "stated_rate"]
    assert (finding.found, finding.expected) == ("95.66%", "88.68%")


def test_c15_and_y08_headings_without_number_or_beginning_again() -> None:
    text = "四、绩效评价指标分析\n正文\n五、存在的问题\n正文\n有关建议\n正文"
    assert [f.found for f in said(changde(), text, "K20")] == ["有关建议"]
    text = "3.项目组织情况分析\n1.严格考核\n2.规范流程"
    assert [f.found for f in said(changde(), text, "K20")] == ["1.严格考核"]
    text = "一、概况\n（一）项目\n1.立项\n2.内容\n（二）目标\n1.总体\n二、结论\n（一）得分\n十、其他"
    assert [f.message for f in said(changde(), text, "K20")] == ["编号从 2 跳到 10。"]


def test_p06_and_y07_the_unit_speaks_in_the_report() -> None:
    assert [f.key for f in said(panjin(), "下一步我们将推进智能化。", "K24")] == [
        "K24:paragraph:text:text:voice"
    ]
    assert said(panjin(), "自评分100分，自评为优。", "K24")
    own = with_(panjin(), Overview(project="热线", mode="单位自评"))
    assert not said(own, "我们将推进智能化。自评为优。", "K24")


def hotline(*more: Entity) -> Evaluation:
    """An answering rate of all calls, 89.19 %."""
    rule = {
        "kind": "ratio",
        "rate": "总体接通率",
        "numerator": "接通量",
        "denominator": "来电量",
        "target": "90%",
    }
    form = compile_form(
        {"id": "f", "title": "t", "bands": [{"name": "差", "lower": 0}], "levels": ["一级"],
         "indicator": [{"id": "a", "name": "话务接通率", "points": "100", "rule": rule}]}
    )  # fmt: skip
    return evaluation_of(form, [typed("a", "numerator", "8919"), typed("a", "denominator", "10000"), *more])


def test_s01_an_overall_rate_against_a_target_for_15_seconds() -> None:
    target = Target(id="t", name="15秒接通率", operator="≥", value=D(90), unit="%", indicator="a")
    (finding,) = [f for f in found(hotline(target), "K08") if f.place.kind == "target"]
    assert finding.message == "目标“15秒接通率”与指标“总体接通率”口径不同，不能直接比较。"
    whole = Target(id="t", name="接通率", operator="≥", value=D(90), unit="%", indicator="a")
    assert not found(hotline(whole), "K08")


def test_s02_three_targets_for_one_rate() -> None:
    targets = [
        Target(id=str(value), name="15秒接通率", operator="≥", value=D(value), unit="%")
        for value in (80, 95, 90)
    ]
    (finding,) = found(hotline(*targets), "K08")
    assert finding.message == "“15秒接通率”有 3 个目标值：≥80%、≥95%、≥90%。"


def test_s04_a_known_misspelling() -> None:
    limits = Limits(residue=("平均等待市场",))
    assert [f.message for f in in_text(hotline(), "平均等待市场为 20 秒。", "K26", limits)] == [
        "文字里有“平均等待市场”，是其他类型报告的用语。"
    ]


def test_y03_praise_among_the_problems() -> None:
    praise = Problem(id="p", position=1, title="资金分配合理，突出了重点，公平公正")
    messages = [f.message for f in found(panjin(praise), "K05") if f.severity == "N"]
    assert messages == ["问题清单里的“资金分配合理，突出了重点，公平公正”是肯定的说法（“合理”）。"]
    fault = Problem(id="p", position=1, title="资金管理办法还有待进一步规范")
    assert not [f for f in found(panjin(fault), "K05") if f.severity == "N"]


def test_y05_twenty_offices_and_nineteen_names() -> None:
    names = "、".join(f"第{n}科" for n in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申")
    (finding,) = said(panjin(), f"内设职能科室20个：{names}。", "K19")
    assert (finding.expected, finding.found) == ("20 个", "19 个")
    assert not said(panjin(), f"内设职能科室19个：{names}。", "K19")


def test_y06_a_full_mark_that_rests_on_nothing() -> None:
    evaluation = with_(hotline(), typed("a", "numerator", "10000"))
    (finding,) = found(evaluation, "K04")
    assert finding.message == "得满分，没有写依据来源，也没有佐证。"
    assert not found(with_(evaluation, Entry(id="a", basis_source="话务系统统计")), "K04")


def test_y09_an_economic_effect_that_nothing_measures() -> None:
    (finding,) = [
        f for f in said(hotline(), "资金使用已产生社会效益和经济效益。", "K17") if "经济" in f.message
    ]
    assert finding.severity == "N"
    measured = Target(id="t", level2="经济效益", name="节约开支")
    text = "资金使用已产生经济效益。"
    assert not said(hotline(measured), text, "K17")
    assert not said(hotline(), "本项目不涉及经济效益。", "K17")
