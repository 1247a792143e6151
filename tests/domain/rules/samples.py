"""One sample of every kind of rule, in the form files' own notation, with all of its inputs filled."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workbench.domain.rules.base import Rule, rule_types

FULL_MARK = Decimal(10)

#: kind → (data of the rule, inputs that give the full mark)
SAMPLES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "bands": (
        {
            "rate": "满意度",
            "band": [{"limit": "90%", "points": "10"}, {"limit": "80%", "points": "80%"}],
            "otherwise": "2",
        },
        {"rate": "90%"},
    ),
    "deductions": ({"cap": "8"}, {}),
    "execution101": (
        {"rate": "预算执行率", "numerator": "全年执行数", "denominator": "全年预算数"},
        {"done": "已完成", "numerator": "99", "denominator": "100"},
    ),
    "experts": (
        {"desk": 3, "site": 5, "mean": "去掉一个最高分和一个最低分", "desk_weight": "40%"},
        {**{f"d{n}": "10" for n in range(1, 4)}, **{f"s{n}": "10" for n in range(1, 6)}},
    ),
    "floor": ({"rate": "到位率", "floor": "80%", "above": "在底线和目标之间插值"}, {"rate": "100%"}),
    "formula": (
        {
            "expression": "min(10, 知晓率 ÷ 96% × 10)",
            "variables": [{"name": "知晓率", "value_kind": "比率"}],
        },
        {"v1": "96%"},
    ),
    "judgement": ({"hint": "看现场记录。"}, {"score": "10"}),
    "linear101": ({"rate": "完成率"}, {"rate": "100%"}),
    "mean_of_rates": (
        {
            "rates": [
                {"name": "及时率", "target": "90%"},
                {"name": "到位率", "numerator": "到位", "denominator": "预算", "weight": "2"},
            ]
        },
        {"r1": "90%", "n2": "5", "d2": "5"},
    ),
    "per_fault": ({"fault": "无人在岗", "per": "10%", "free": 1, "cap": "6"}, {"count": "1"}),
    "points": (
        {"points": [{"text": "有制度", "marks": "4", "veto": True}, {"text": "合规"}, {"text": "执行"}]},
        {"p1": "符合", "p2": "符合", "p3": "符合"},
    ),
    "qualitative": ({}, {"level": "基本达成目标", "share": "100%"}),
    "ratio": (
        {"rate": "知晓率", "rate_source": "survey:aware", "target": "96%", "factor": "10", "cap": "10"},
        {"rate": "96%"},
    ),
    "reverse": (
        {"rate": "平均等待时长", "value_kind": "数值", "unit": "秒", "target": "15"},
        {"rate": "15"},
    ),
    "reverse_deduction": (
        {
            "items": [
                {"text": "超范围发放", "per": "1", "cap": "4"},
                {"text": "迟发", "per": "5%"},
                {"text": "虚报冒领", "zero": True, "per": "10"},
            ]
        },
        {"c1": "0", "c2": "0", "c3": "0"},
    ),
    "satisfaction101": ({"rate_source": "survey:satisfaction"}, {"rate": "90%"}),
    "shortfall": ({"rate": "完成数", "value_kind": "次数", "target": "50", "allowed": "5%"}, {"rate": "50"}),
    "steps": (
        {"rate": "接通率", "target": "90%", "step": "1%", "per": "5%", "least": "0", "zero_beyond": "60%"},
        {"rate": "90%"},
    ),
    "threshold": (
        {
            "rate": "建成日期",
            "value_kind": "日期",
            "operator": "≤",
            "target": "2020-09-27",
            "unmet": "3",
        },
        {"rate": "2020-09-26"},
    ),
}


def rule(kind: str, full_mark: str | Decimal = FULL_MARK, /, **params: Any) -> Rule:
    """A rule from the data that a form file would hold."""
    return rule_types()[kind].from_raw({"kind": kind, **params}, Decimal(full_mark))


def sample(kind: str) -> Rule:
    return rule(kind, **SAMPLES[kind][0])
