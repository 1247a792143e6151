"""How an indicator system lies in a workbook: the names of sheets, rows and columns of the template.

The template is documented by any export of it; its writer and its reader share these words.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.domain.rules.base import Rule, rule_types
from workbench.domain.rules.params import Param, params_of

TABLE, DETAILS, BANDS = "指标体系", "计分明细", "等级"
QUESTIONS, TARGETS, GENERAL, GUIDE = "问卷", "绩效目标", "总体", "说明"

#: Row of the sheet 总体 that tells a template from any other workbook.
VERSION_LABEL, VERSION = "模板版本", "1"
LEVELS_LABEL = "指标层级"
#: Other rows of the sheet 总体: name in form files, label, what to write.
GENERAL_ROWS = (
    ("id", "编号", "字母、数字、点、横线或汉字，不与其他体系重复"),
    ("title", "名称", "指标体系的名称"),
    ("version", "版本", ""),
    ("authority", "制定依据", "如 财预〔2020〕10号"),
    ("mode", "评价类型", "单位自评、部门评价或财政评价"),
    ("profile", "地方习惯", "不写为 national"),
    ("layout", "评分表样式", "不写为 nine_columns"),
    ("outline", "报告提纲", "不写为 annex3"),
    ("total", "总分", "一级指标分值之和必须等于它"),
)
DIGITS_LABEL, ROUNDING_LABEL = "得分小数位数", "四舍五入位置"
ROUNDING_WORDS = {"indicator": "每个指标", "total": "只在总分"}

#: Columns of the main sheet besides levels and parameters: key, header, width in characters.
ID_COLUMN = ("id", "编号", 9)
POINTS_COLUMN = ("points", "分值", 8)
TEXT_COLUMNS = (("explanation", "指标解释", 32), ("criterion", "评价标准", 46))
SCORING_COLUMN = ("scoring", "计分方式", 13)
LAST_COLUMNS = (
    ("basis_source", "依据来源", 22),
    ("collection_method", "证据收集方式", 14),
    ("tags", "标签", 16),
)
#: A column that stands behind the others only where an indicator has decimals of its own.
OWN_DIGITS_COLUMN = ("digits", "本项小数位数", 12)

BAND_COLUMNS = (("name", "等级"), ("lower", "下限（含）"), ("printed", "原文写法"))
TARGET_COLUMNS = (
    ("level1", "一级指标"),
    ("level2", "二级指标"),
    ("name", "目标名称"),
    ("operator", "比较"),
    ("value", "指标值"),
    ("unit", "计量单位"),
    ("indicator", "对应指标编号"),
)
QUESTIONNAIRE_COLUMNS = (("title", "问卷名称"), ("group", "调查对象"), ("introduction", "卷首语"))
QUESTION_COLUMNS = (
    ("code", "代号"),
    ("text", "题目"),
    ("name", "结果名称"),
    ("kind", "题型"),
    ("role", "用途"),
)
OPTION_COLUMNS = (("label", "选项"), ("weight", "权重"))
#: First columns of the sheet 计分明细; behind them one column per parameter of an entry.
DETAIL_COLUMNS = (("id", "指标编号"), ("name", "指标名称"), ("list", "清单"))


def plain_params(rule_type: type[Rule]) -> Iterator[Param]:
    """The parameters of a kind of rule that take one cell."""
    return (described for described in params_of(rule_type) if described.kind != "list")


def list_params(rule_type: type[Rule]) -> Iterator[Param]:
    """The parameters of a kind of rule that are lists, each entry a row of 计分明细."""
    return (described for described in params_of(rule_type) if described.kind == "list")


def all_plain_labels() -> dict[str, str]:
    """Every header that a parameter may have in the main sheet, with what it takes."""
    return {
        described.label: described.hint or "、".join(described.choices)
        for rule_type in rule_types().values()
        for described in plain_params(rule_type)
    }
