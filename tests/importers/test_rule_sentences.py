"""Sentences of real score tables → rules, and sentences that must stay with the evaluator."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.forms.reading import FILES, read_raw
from tests.importers.tables import NAMES
from workbench.domain.compiler import compile_form
from workbench.domain.rules.base import rule_types
from workbench.importers.rule_sentences import Standard, understand
from workbench.importers.sentence_text import unwrapped


def read(text: str, *, name: str = "指标", points: str = "10", target: str = "") -> tuple[Any, str]:
    found = understand(Standard(text, name, Decimal(points), target, NAMES.sources))
    if found.rule is not None:
        rule_types()[found.rule["kind"]].from_raw(found.rule, Decimal(points))
    return found.rule, found.reason


def points(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"kind": "points", "points": [{"text": text, "marks": marks} for text, marks in pairs]}


UNDERSTOOD: list[tuple[str, dict[str, Any]]] = [
    # 评价要点
    ("评价要点：\n1.有目标；(4分)\n2.目标可衡量。(6分)", points(("有目标", "4"), ("目标可衡量", "6"))),
    ("①有依据（4分）②程序规范（6分）", points(("有依据", "4"), ("程序规范", "6"))),
    ("（1）有依据，得4分；（2）程序规范，得6分。", points(("有依据", "4"), ("程序规范", "6"))),
    ("1、是否有依据【４分】；2、程序是否规范【６分】", points(("有依据", "4"), ("程序规范", "6"))),
    ("1.有制度（4分），否则不得分；2.执行有记录（6分），否则不得分。", points(("有制度", "4"), ("执行有记录", "6"))),
    ("是否符合财务和业务管理制度等；(10分)", points(("符合财务和业务管理制度等", "10"))),
    ("①有制度；②制度完整。每符合一项得5分。", points(("有制度", "5"), ("制度完整", "5"))),
    ("每具备一个要点得分值的1/2：①符合政策②符合规划",
     {"kind": "points", "points": [{"text": "符合政策"}, {"text": "符合规划"}]}),
    ("要点①按程序申请（4分）；要点②文件齐全（6分）", points(("按程序申请", "4"), ("文件齐全", "6"))),
    # 按次扣分
    ("每出现1次无人在岗，扣1分，扣完为止。", {"kind": "per_fault", "fault": "无人在岗", "per": "1"}),
    ("每发现一家不达标扣10%。", {"kind": "per_fault", "fault": "不达标", "per": "10%", "unit": "家"}),
    ("每出现一起投诉的情况，扣0.5分，最多扣3分", {"kind": "per_fault", "fault": "投诉", "per": "0.5", "unit": "起", "cap": "3"}),
    ("未按时回复的，每出现１次扣２分", {"kind": "per_fault", "fault": "未按时回复", "per": "2"}),
    (
        "每发现1处台账缺失扣1分；每发现1处数据错误扣2分，扣完为止。",
        {"kind": "reverse_deduction", "items": [{"text": "台账缺失", "per": "1"}, {"text": "数据错误", "per": "2"}]},
    ),
    ("配备齐全，每缺1人扣2分，扣完为止", {"kind": "per_fault", "fault": "缺的人数", "per": "2", "unit": "人"}),
    # 得分 =
    ("得分=知晓率/96%*10分(超过10分按10分计)", {"kind": "ratio", "rate": "知晓率", "target": "96%", "factor": "10"}),
    ("得分＝预算执行率×10分", {"kind": "ratio", "rate": "预算执行率", "factor": "10"}),
    ("得分=实际完成率×分值", {"kind": "ratio", "rate": "实际完成率"}),
    ("指标得分=完成率×权重，最高得10分", {"kind": "ratio", "rate": "完成率"}),
    ("指标得分=完成率×权重，最高得8分", {"kind": "ratio", "rate": "完成率", "cap": "8"}),
    (
        "得分=(A数/B数)×100%×8分，超标按相应比例扣分。",
        {"kind": "ratio", "rate": "指标", "numerator": "A数", "denominator": "B数", "factor": "8", "over": "按比例扣减"},
    ),
    (
        "资金到位率=实际到位资金/预算资金×100%。得分=资金到位率×10分",
        {
            "kind": "ratio",
            "rate": "资金到位率",
            "numerator": "实际到位资金",
            "numerator_source": "fund:arrived",
            "denominator": "预算资金",
            "denominator_source": "fund:budget",
            "factor": "10",
        },
    ),
    ("得分=(完成率-60%)/(1-60%)×分值", {"kind": "linear101", "rate": "完成率"}),
    ("达到目标值得满分，未达到的按完成比例计分。", {"kind": "ratio", "rate": "指标完成率"}),
    # 阶梯
    ("达到95%得满分，每低1个百分点扣0.5分，扣完为止。", {"kind": "steps", "rate": "指标", "step": "1%", "target": "95%", "per": "0.5", "least": "0"}),
    ("满意度≥90%得满分，每降低1个百分点扣权重的5%，低于60%不得分。",
     {"kind": "steps", "rate": "指标", "step": "1%", "target": "90%", "per": "5%", "zero_beyond": "60%"}),
    ("执行率100%得10分，每低2%扣1分，不足1档按1档计，扣完为止。",
     {"kind": "steps", "rate": "指标", "step": "2%", "per": "1", "whole": "不足一档按一档", "least": "0"}),
    # 分档、达标、定性
    (
        "90%（含）以上得10分；80%（含）-90%得8分；60%（含）-80%得5分；60%以下不得分。",
        {"kind": "bands", "rate": "指标", "band": [
            {"limit": "90%", "points": "10"}, {"limit": "80%", "points": "8"}, {"limit": "60%", "points": "5"}]},
    ),
    ("≥90%得满分；80%~90%得8分；80%以下得2分",
     {"kind": "bands", "rate": "指标", "band": [{"limit": "90%", "points": "10"}, {"limit": "80%", "points": "8"}], "otherwise": "2"}),
    ("≥90%得满分；80%（含）-90%，得80%权重分；低于80%不得分",
     {"kind": "bands", "rate": "指标", "band": [{"limit": "90%", "points": "10"}, {"limit": "80%", "points": "80%"}]}),
    ("达到85%得满分，否则不得分。", {"kind": "threshold", "rate": "指标", "target": "85%"}),
    ("按期完成得满分，否则不得分。", {"kind": "points", "points": [{"text": "按期完成", "marks": "10"}]}),
    ("基本达成100%-80%（含）、部分达成80%-60%（含）、未达成60%-0%。", {"kind": "qualitative"}),
]  # fmt: skip

LEFT_TO_JUDGEMENT: list[tuple[str, str]] = [
    ("", "没有评价标准"),
    ("根据实际情况综合评价。", "没有写怎样计分"),
    ("根据实际情况酌情扣分。", "酌情"),
    ("①有依据；②程序规范；③手续完备。", "要点没有写分值"),
    ("1.有依据（4分）；2.程序规范；3.手续完备（6分）", "要点“程序规范”没有写分值"),
    ("1.有依据（4分）；2.每缺1份材料扣1分（6分）", "另有扣分"),
    ("每出现2次投诉扣1分。", "次数不是 1"),
    ("每出现1次投诉扣1分，造成恶劣影响的扣5分。", "另有扣分办法"),
    ("每出现1次投诉扣1分，每发现1处错误扣2分，最多扣5分", "最多扣几分"),
    ("前3次不扣，每出现1次投诉扣1分", "另有扣分办法"),
    ("超过3次的，每出现1次投诉扣1分", "起扣的次数"),
    ("得分=A×40%+B×60%", "没有识别"),
    ("得分=完成率×10分，低于60%不得分", "另有计分办法"),
    ("得分=(A+B)/C×10分", "没有识别"),
    ("得分=完成率×6分。得分=质量率×4分。", "几个得分公式"),
    ("得分=知晓率/96%*10分(超过12分按10分计)", "不同"),
    ("每低1个百分点扣1分。", "目标值"),
    ("达到95%得满分，每低1个百分点扣1分，每低于目标10个百分点扣5分", "几种阶梯"),
    ("90%（含）以上得10分；70%-80%得6分；70%以下不得分", "首尾不相接"),
    ("高于90%得10分；80%（含）-90%得8分", "不含本数"),
    ("达到80%指标要求。", "没有写怎样计分"),
    ("项目完成的得10分；未完成的，80%（含）-100%得7分，60%（含）-80%得5分，60%以下不得分。", "不在各档之内"),
    ("得分=完成率×10分。\n低于60%的不得分。", "另有计分办法"),
    ("逾期扣2分。\n得分=完成率×10分", "另有计分办法"),
    ("1.有制度（5分）；2.无挪用（5分）。如发现挪用，本指标不得分。", "不得分的办法"),
    ("一票否决：挪用。1.有制度（5分）；2.合规（5分）", "不得分的办法"),
    ("每出现1次投诉扣1分，出现重大事故不得分。", "不得分的办法"),
    ("达到85%得满分，否则不得分；造假的扣5分。", "另有计分办法"),
    ("每出现1次投诉扣1分。得分=完成率×10分", "办法"),
    ("长" * 3_001, "超过 3000 字"),
]


@pytest.mark.parametrize(("text", "rule"), UNDERSTOOD, ids=[text[:24] for text, _ in UNDERSTOOD])
def test_understood(text: str, rule: dict[str, Any]) -> None:
    assert read(text) == (rule, "")


@pytest.mark.parametrize(("text", "reason"), LEFT_TO_JUDGEMENT, ids=[t[:24] for t, _ in LEFT_TO_JUDGEMENT])
def test_left_to_judgement_with_a_reason(text: str, reason: str) -> None:
    rule, why = read(text)
    assert rule is None
    assert reason in why


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("≥95%", {"kind": "ratio", "rate": "指标完成率", "target": "95%"}),
        ("95％以上", {"kind": "ratio", "rate": "指标完成率", "target": "95%"}),
        ("52人", {"kind": "ratio", "rate": "指标", "value_kind": "数值", "target": "52", "unit": "人"}),
        ("100%", {"kind": "ratio", "rate": "指标完成率"}),
    ],
)
def test_the_target_column_is_what_completion_is_measured_by(target: str, expected: dict[str, Any]) -> None:
    assert read("达到目标值得满分，未达到的按完成比例计分。", target=target) == (expected, "")


def test_bands_may_begin_with_the_worst() -> None:
    rising = read("60%以下不得分；60%（含）-80%得5分；80%（含）-90%得8分；90%（含）以上得10分。")
    falling = read("90%（含）以上得10分；80%（含）-90%得8分；60%（含）-80%得5分；60%以下不得分。")
    assert rising == falling
    assert rising[0]["kind"] == "bands"


def test_a_target_in_words_leaves_it_to_judgement() -> None:
    rule, why = read("达到目标值得满分，未达到的按完成比例计分。", target="明显提高")
    assert rule is None
    assert "“明显提高”不是一个数" in why


def test_lines_wrapped_by_word_are_joined_and_items_stay_apart() -> None:
    text = "评价要点：\n1.预算编制是否经过科\n学论证；(1.5\n分)\n2.是否\n匹配。(1分)"
    assert unwrapped(text).split("\n") == [
        "评价要点：",
        "1.预算编制是否经过科学论证；(1.5分)",
        "2.是否匹配。(1分)",
    ]


@pytest.mark.parametrize(
    "text", ["(" * 3000, "1." * 1500, "得分=" * 700, "90%-" * 700, "每出现1次" * 500, "*100%" * 600]
)
def test_no_text_holds_the_reader_up(text: str) -> None:
    assert read(text)[0] is None


def test_no_sentence_of_a_shipped_system_is_read_as_another_rule() -> None:
    read_as = [
        (leaf.name, found.rule["kind"], leaf.rule.kind if leaf.rule else "")
        for source in FILES
        for leaf in compile_form(read_raw(source)).leaves
        if (found := understand(Standard(leaf.criterion, leaf.name, leaf.full_mark))).rule is not None
    ]
    assert len(read_as) >= 50
    assert not [one for one in read_as if one[1] != one[2]]
