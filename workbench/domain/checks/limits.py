"""The limits of the checks: data of a bureau's profile, each with the paper or practice it comes from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workbench.domain.amounts import NotANumber, parse_number
from workbench.errors import Fault, InputRefused


def _limit(default: Any, source: str = "") -> Any:
    return dataclasses.field(default=default, metadata={"source": source})


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers and word lists that checks compare with. Shares are of one, points are points."""

    over_achievement: Decimal = _limit(Decimal("0.30"), "地方习惯，财预〔2020〕10号没有规定数值")
    over_achievement_all: Decimal = _limit(Decimal("0.10"), "经验值")
    output_effect_share: Decimal = _limit(Decimal(60), "财预〔2020〕10号第十四条：原则上不低于 60%")
    self_weights: Mapping[str, Decimal] = field(
        default_factory=lambda: {
            "预算执行": Decimal(10),
            "产出": Decimal(50),
            "效益": Decimal(30),
            "满意度": Decimal(10),
        },
        metadata={"source": "财预〔2020〕10号第十三条，特殊情况可调整"},
    )
    single_share: Decimal = _limit(Decimal("0.75"), "经验值")
    tolerance: Decimal = _limit(Decimal("0.005"), "得分保留两位小数，半个末位")
    sample_notice: int = _limit(30, "统计习惯，没有法定最低样本量")
    recovery_warning: Decimal = _limit(Decimal("0.50"), "社会调查习惯")
    recovery_notice: Decimal = _limit(Decimal("0.70"), "社会调查习惯")
    sample_units: int = _limit(2, "现场评价习惯：下级单位不少于两个")
    sample_money: Decimal = _limit(Decimal("0.30"), "现场评价习惯，没有规定数值")
    boundary: Decimal = _limit(Decimal("0.5"), "经验值")
    unit_factor: Decimal = _limit(Decimal(2000), "万元与元相差 10000 倍，留出余地")
    bounded_rates: tuple[str, ...] = _limit(
        ("满意", "知晓", "认可", "办结", "合格", "达标", "覆盖", "接通", "及时", "按时", "回复", "转办", "回访", "好评", "在线"),
        "部分不能大于整体",
    )  # fmt: skip
    lower_is_better: tuple[str, ...] = _limit(
        ("成本", "费用", "时长", "等待", "投诉", "差错", "退回", "重办", "流失", "事故", "违规"), "指标含义"
    )
    higher_is_better: tuple[str, ...] = _limit(
        ("满意", "知晓", "认可", "办结", "接通", "及时", "按时", "合格", "达标", "覆盖", "完成率", "到位率"),
        "指标含义",
    )
    praise: tuple[str, ...] = _limit(
        (
            "合规",
            "规范",
            "健全",
            "有效",
            "完善",
            "充分",
            "合理",
            "科学",
            "明确",
            "及时",
            "全部完成",
            "目标完成",
        ),
        "与扣分相反的说法",
    )
    doubt: tuple[str, ...] = _limit(
        ("但", "未", "不", "缺", "扣", "低于", "部分", "基本", "有待", "较", "个别", "仅", "滞后", "没有",
         "尚", "欠", "除", "超"),
        "表示保留的说法",
    )  # fmt: skip
    placeholders: tuple[str, ...] = _limit(
        ("XX", "××", "xx市", "xxx", "待补充", "待填", "待定", "待核实", "此处", "某某", "○○", "TODO", "【请"),
        "模板占位文字",
    )
    other_names: tuple[str, ...] = _limit((), "本机构其他项目的单位和地名")
    residue: tuple[str, ...] = _limit(("成本预算绩效", "绩效管理结论", "本次绩效管理"), "其他类型报告的用语")
    outdated: tuple[str, ...] = _limit(
        ("财预便〔2017〕44号", "财预〔2011〕285号"), "已由财预〔2020〕10号取代"
    )
    review_levels: tuple[str, ...] = _limit(
        ("项目组自查", "部门复核", "质控终审"), "财监〔2021〕4号第十八条要求内部审核，三级为行业习惯"
    )
    self_review_levels: tuple[str, ...] = _limit(("项目组自查",), "自查可由编制人签署")
    annexes: tuple[str, ...] = _limit((), "报告提纲")
    disabled: tuple[str, ...] = _limit((), "")
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Where each limit comes from, by name, as the profile states it."""

    def source(self, name: str) -> str:
        """The paper or practice behind one limit."""
        stated = self.sources.get(name)
        return stated if stated is not None else str(_FIELDS[name].metadata.get("source", ""))


_FIELDS = {f.name: f for f in dataclasses.fields(Limits) if f.name != "sources"}
_DEFAULTS = Limits()


def read_limits(raw: Mapping[str, Any]) -> Limits:
    """The ``[checks]`` table of a profile → limits; what it does not name keeps its default.

    An entry is a bare value, or a table with ``value`` and ``source`` (its legal source). Raises
    :class:`InputRefused` with every entry that can't be read.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    faults: list[Fault] = []
    for name, entry in raw.items():
        place = f"核验限值“{name}”"
        if name not in _FIELDS:
            known = "、".join(_FIELDS)
            faults.append(Fault(place, "没有这个限值。", f"可用的有：{known}。"))
            continue
        value = entry
        if isinstance(entry, Mapping) and "value" in entry:
            value = entry["value"]
            sources[name] = str(entry.get("source", ""))
        try:
            values[name] = _read(value, getattr(_DEFAULTS, name))
        except (NotANumber, TypeError) as error:
            faults.append(Fault(place, f"不能读取：{error}", "请对照自带的限值文件改正。"))
    if faults:
        raise InputRefused("核验限值有误，没有采用。", tuple(faults))
    return Limits(**values, sources=sources)


def _read(value: Any, default: Any) -> Any:
    """A value of the same type as the default."""
    if isinstance(default, tuple):
        if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
            raise TypeError("应为文字的列表。")
        return tuple(value)
    if isinstance(default, Mapping):
        if not isinstance(value, Mapping):
            raise TypeError("应为一组数字。")
        return {str(key): _number(part) for key, part in value.items()}
    number = _number(value)
    if isinstance(default, int):
        if number != number.to_integral_value():
            raise TypeError("应为整数。")
        return int(number)
    return number


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise TypeError("应为数字，小数请加引号。")
    number = parse_number(str(value))
    if number < 0:
        raise TypeError("不能为负数。")
    return number
