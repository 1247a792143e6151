"""The faults of reports 000, 001 and 003 (rows C-, P-, Y-) that figures and texts can show."""

from __future__ import annotations

from decimal import Decimal

from tests.domain.checks.cases import found, with_, with_overview
from tests.domain.scored import evaluation_of, typed
from tests.forms.reading import read_form
from workbench.domain.checks import Finding, run_checks
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import (
    Advice,
    Deduction,
    Entity,
    Entry,
    Evaluation,
    FundLine,
    Overview,
    Paragraph,
    Problem,
    Target,
)
from workbench.domain.scoring import compute_scores

D = Decimal


def changde(*more: Entity) -> Evaluation:
    """Report 000: three years of overspending, 89 points."""
    lines = (
        ("A31", "0.5", "预算编制未经过科学论证"), ("A31", "1", "预算内容与项目有偏差"),
        ("A31", "1.5", "超支 58.63 万元，预算与实际支出不匹配"), ("B12", "3", "超支 58.63 万元，未按预算执行"),
        ("B13", "1", "专项资金未专款专用"), ("B22", "1", "个别凭证未装订"),
        ("C41", "2", "超支 58.63 万元，成本控制不到位"), ("D31", "1", "满意度低于目标"),
    )  # fmt: skip
    funds = (("2018", "54.20", "61.05"), ("2019", "96.20", "121.55"), ("2020", "323.14", "349.57"))
    entities: list[Entity] = [
        Overview(project="市长热线经费", year="2018-2020", evaluated_unit="某办公室", lead="甲"),
        *(
            Deduction(id=f"d{n}", position=n, indicator=indicator, points=D(points), reason=reason, basis="资料")
            for n, (indicator, points, reason) in enumerate(lines)
        ),
        *(
            FundLine(id=year, year=year, item="热线经费", budget=D(budget), arrived=D(budget), spent=D(spent))
            for year, budget, spent in funds
        ),
    ]  # fmt: skip
    return with_(evaluation_of(read_form("changde-2021"), entities), *more)


def said(evaluation: Evaluation, text: str, code: str) -> list[Finding]:
    """The findings of one code about a text of the report."""
    findings = found(with_(evaluation, Paragraph(id="text", text=text)), code)
    return [f for f in findings if f.place.kind == "paragraph"]


def test_000_gives_89_and_liang() -> None:
    scores = compute_scores(changde())
    assert (scores.total, scores.grade.name if scores.grade else "") == (D("89.00"), "良")


def test_c01_the_execution_rate_is_112_38_and_not_100() -> None:
    (finding,) = said(changde(), "2018-2020年市长热线项目支出金额共计 532.17万元，预算执行率100%。", "K19")
    assert (finding.found, finding.expected) == ("100%", "112.38%")
    one_year = said(changde(), "2020 年预算执行率为 90%。", "K19")
    assert [f.expected for f in one_year] == ["108.18%"]
    assert not said(changde(), "2017 年预算执行率为 90%。2018 年预算执行率 112.64%。", "K19")


def test_c01_spending_above_budget_asks_for_an_explanation() -> None:
    findings = [f for f in found(changde(), "K15") if "预算" in f.message]
    assert [f.difference for f in findings] == ["+6.85 万元", "+25.35 万元", "+26.43 万元"]
    explained = FundLine(
        id="2018", year="2018", item="热线经费", budget=D("54.20"), spent=D("61.05"), explanation="公用经费列支"
    )  # fmt: skip
    assert len([f for f in found(changde(explained), "K15") if "预算" in f.message]) == 2


def test_the_score_of_a_branch_is_not_taken_for_the_total() -> None:
    text = "（一）项目决策指标分值19分，评价得分16分，扣3分。\n总分 89 分，评价等级为“良”。"
    assert not said(changde(), text, "K19")
    assert [f.expected for f in said(changde(), "综合得分 90 分。", "K19")] == ["89.00 分"]


def test_c02_compliant_in_the_text_and_a_point_taken_off() -> None:
    (finding,) = said(changde(), "资金拨付及时，使用合规，无截留、挪用现象。", "K03")
    assert finding.message == "正文写“使用合规”，指标“资金使用合规性”却扣了 1 分。"
    assert not said(changde(), "资金使用基本合规，个别凭证未装订。", "K03")
    assert not said(changde(), "（3）资金使用合规性。项目资金通过国库集中支付。", "K03")
    own = Entry(id="B13", basis="资金拨付及时，使用合规。")
    assert [f.place.kind for f in found(changde(own), "K03")] == ["entry"]


def test_c04_and_y03_a_problem_without_deduction() -> None:
    problem = Problem(id="p", position=1, title="绩效目标细化、量化不够")
    messages = [f.message for f in found(changde(problem), "K05") if f.place.kind == "problem"]
    assert messages[0] == "问题“绩效目标细化、量化不够”没有对应的扣分，也没有写明不扣分的理由。"


def test_c05_one_overspend_deducted_three_times() -> None:
    (finding,) = found(changde(), "K18")
    assert finding.message == "同一金额 58.63 万元 在 3 个指标扣分：预算编制科学性、预算执行率、成本控制。"


def test_c06_more_closed_than_registered() -> None:
    target = Target(
        id="t", name="工单办结率", operator="≥", value=D(90), actual=D("102.08"), unit="%", indicator="C23"
    )
    (finding,) = found(changde(target), "K09")
    assert finding.message == "“工单办结率”的完成值为 102.08%，超过 100%。"


def test_c07_the_stated_rate_has_another_denominator_than_the_formula() -> None:
    rule = {"kind": "ratio", "rate": "在线办结率", "numerator": "在线办结数", "denominator": "受理工单数", "target": "50%"}  # fmt: skip
    form = compile_form(
        {"id": "f", "title": "t", "bands": [{"name": "差", "lower": 0}], "levels": ["一级"],
         "indicator": [{"id": "a", "name": "在线办结率", "points": "100", "rule": rule}]}
    )  # fmt: skip
    evaluation = evaluation_of(
        form,
        [
            typed("a", "numerator", "170556"),
            typed("a", "denominator", "321029"),
            Target(
                id="t",
                name="在线办结率",
                operator="≥",
                value=D(50),
                actual=D("59.90"),
                unit="%",
                indicator="a",
            ),
        ],
    )
    (finding,) = found(evaluation, "K08")
    assert (finding.found, finding.expected) == ("59.90%", "53.13%")
    assert "K14" not in {f.code for f in run_checks(evaluation)}


def test_c08_three_satisfaction_rates() -> None:
    rates = (("群众满意率", "98.97"), ("回访满意率", "93.98"), ("服务对象满意度", "91.10"))
    targets = [Target(id=name, name=name, value=D(80), actual=D(rate), unit="%") for name, rate in rates]
    (finding,) = found(changde(*targets), "K08")
    assert (
        finding.message == "满意度有 3 个数值：群众满意率 98.97%、回访满意率 93.98%、服务对象满意度 91.1%。"
    )


def test_c11_more_paid_than_the_added_budget() -> None:
    added = FundLine(id="out", year="2020", item="外包服务费", budget=D("209.42"), spent=D("213.00"))
    (finding,) = [f for f in found(changde(added), "K15") if f.place.id == "out"]
    assert finding.difference == "+3.58 万元"


def test_c16_no_bands_no_grade() -> None:
    form = compile_form(
        {"id": "f", "title": "t", "indicator": [{"id": "a", "name": "工作", "points": "100"}]}
    )
    assert [f.message for f in found(evaluation_of(form, []), "K12")] == ["没有等级划分，无法核对等级。"]


PANJIN = (("话务接通率", 80, "98.01"), ("话务直接办复率", 60, "75.53"), ("诉求办结率", 90, "99.88"),
          ("年度满意率", 80, "91.43"), ("话务好评率", 80, "98.33"))  # fmt: skip


def panjin(*more: Entity) -> Evaluation:
    """Report 001: everything full."""
    form = read_form("panjin-2023")
    points = [
        typed(leaf.id, spec.key, "符合")
        for leaf in form.leaves
        if leaf.rule is not None and leaf.rule.kind == "points"
        for spec in leaf.rule.inputs()
    ]
    targets = [
        Target(id=name, name=name, operator="≥", value=D(goal), actual=D(actual), unit="%")
        for name, goal, actual in PANJIN
    ]
    staff = Target(id="staff", name="平台人员数量", operator="≥", value=D(52), actual=D(52), unit="人")
    fund = FundLine(id="f", year="2023", item="外包", budget=D(360), arrived=D(360), spent=D(360))
    unit = "某营商环境建设局"
    overview = Overview(
        project="热线外包",
        year="2023",
        mode="财政评价",
        evaluated_unit=unit,
        agency=unit,
        commissioner="某财政局",
        lead="甲",
    )
    return with_(evaluation_of(form, [*points, *targets, staff, fund, overview]), *more)


def one(evaluation: Evaluation, code: str) -> Finding:
    (finding,) = found(evaluation, code)
    return finding


def test_p01_integer_bands_leave_gaps() -> None:
    assert compute_scores(panjin()).total == D(100)
    messages = [f.message for f in found(panjin(), "K12")]
    assert len(messages) == 3
    assert "如 89.5" in messages[2]


def test_p02_satisfaction_proves_sustainability_and_has_no_indicator_of_its_own() -> None:
    finding = one(panjin(Entry(id="D21", basis="2023 年度满意率为91.43%。")), "K17")
    assert finding.where == "效益 › 可持续影响 › 保障水平"


def test_p03_most_targets_are_exceeded() -> None:
    finding = one(panjin(), "K14")
    assert finding.message == "6 个目标中有 5 个超额 10% 以上，目标可能偏低。"
    assert finding.found == "110.98% 至 125.88%"


def test_p04_one_rate_outweighs_its_branch() -> None:
    assert (
        one(panjin(), "K13").message
        == "一个指标占“管理”24 分中的 20 分，其余 3 个指标共 4 分。"
    )  # fmt: skip


def test_p05_the_unit_evaluated_itself() -> None:
    assert one(panjin(), "K24").found == "财政评价"
    assert not found(with_overview(panjin(), mode="单位自评"), "K24")


def test_p06_advice_without_a_problem() -> None:
    assert (
        one(panjin(Advice(id="a", title="推进智能化")), "K05").message == "建议“推进智能化”没有对应的问题。"
    )


def test_p08_a_rate_among_quantities() -> None:
    assert one(panjin(), "K21").indicator == "C12"


def test_p09_one_sentence_proves_two_indicators() -> None:
    sentence = "2023 年共受理企业群众诉求 32.4 万件。"
    finding = one(panjin(Entry(id="D11", basis=sentence), Entry(id="D21", basis=sentence)), "K18")
    assert (
        finding.message == "同一句依据用在 2 个指标：解决企业群众非紧急类民生诉求、保障水平。"
    )  # fmt: skip


def test_p10_and_p11_doubled_marks_and_a_superseded_paper() -> None:
    text = "预算执行率100%。。依据（财预便〔2017〕44号）设定等级。"
    assert {f.key.split(":")[-1] for f in said(panjin(), text, "K26")} == {"财预便〔2017〕44号", "doubled"}


def test_p12_everything_is_full() -> None:
    assert one(panjin(), "K22").message == "16 个指标全部满分，没有一处扣分。"


def test_y01_the_contract_exceeds_the_budget() -> None:
    fund = FundLine(id="y", item="热线", budget=D(128), contract=D("128.07"))
    (finding,) = [f for f in found(panjin(fund), "K15") if f.place.id == "y"]
    assert (
        finding.message
        == "合同金额超过预算：合同金额 128.07 万元，预算资金 128.00 万元，为其 100.05%。"
    )  # fmt: skip


def test_y02_a_grade_word_that_no_band_has() -> None:
    (finding,) = [
        f for f in said(panjin(), "自评分100分，自评为优秀。", "K12") if f.place.kind == "paragraph"
    ]
    assert (finding.found, finding.expected) == ("优秀", "优")
    assert not said(panjin(), "评价等级为优、良、中、差四档，本项目等级为“优”。", "K12")


def test_y04_a_goal_that_nothing_measures() -> None:
    goal = Target(id="visits", name="接待来访满意度", operator="≥", value=D(90), unit="%")
    assert [f.place.id for f in found(panjin(goal), "K17")] == ["visits"]
