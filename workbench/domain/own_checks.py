"""A firm's own checks, written as data: a condition over named values that must hold, and what to say if not.

The condition is a comparison in the language of :mod:`workbench.domain.formula`:
``condition = "实际支出 ≤ 预算资金"``. The names are those of :func:`named_values`; a check whose names this
evaluation does not have, or has no value for, does not apply.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from workbench.domain.amounts import MONEY_UNITS, exact, show, show_money, show_percent, show_plain
from workbench.domain.checks.finding import PAGES, Finding, Place, Severity, Spot
from workbench.domain.checks.view import View
from workbench.domain.entities_rates import StatedRate
from workbench.domain.entities_review import Opinion
from workbench.domain.evaluation import (
    Advice,
    Deduction,
    Evidence,
    FundLine,
    Problem,
    Question,
    Questionnaire,
    Target,
)
from workbench.domain.fields import spec_of
from workbench.domain.formula import Formula, FormulaFault, Value
from workbench.domain.narrative import fill
from workbench.domain.sources import FUND_COLUMNS
from workbench.errors import Fault

_BEFORE, _AFTER = "如果(", ",1,0)"
_CODE = re.compile(r"[A-JL-Z]\d{2,3}")
_SEVERITIES = {severity.label: severity for severity in Severity}
_MARKER = re.compile(r"\{([^{}\n]{1,40})\}")
#: What a check may say, with what it means; the first four it must.
KEYS: Mapping[str, str] = {
    "code": "字母加两三位数字，如 Z01；字母不用 K",
    "title": "一句话说明查什么",
    "condition": "应当成立的比较，如 实际支出 ≤ 预算资金",
    "message": "不成立时给评价人员看的话，可写 {实际支出} 等名称",
    "severity": "错误、警告或提示，不写为警告",
    "source": "文件条款或本机构制度",
    "remedy": "怎么处理",
    "page": f"点开去哪一页：{'、'.join(PAGES)}，不写为 scoring",
}


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """One check of a firm: compiled, with the file that it stands in."""

    code: str
    title: str
    condition: str
    message: str
    severity: Severity
    source: str
    remedy: str
    page: str
    file: str
    formula: Formula

    @property
    def names(self) -> frozenset[str]:
        """The names that its condition and its message use."""
        return frozenset(self.formula.names) | frozenset(_MARKER.findall(self.message))


@dataclass(frozen=True, slots=True)
class OwnChecks:
    """Every own check that can be used, and what is wrong with the others."""

    checks: tuple[OwnCheck, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_own_checks(text: str, file: str, taken: Iterable[str] = ()) -> OwnChecks:
    """The ``[[check]]`` tables of one file; codes in ``taken`` stand in other files already.

    Faults name file and line; a check with a fault is left out, the others are used.
    """
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        place = f"{file} 第 {found[1] if found else text.count(chr(10)) + 1} 行"
        return OwnChecks(faults=(Fault(place, "不是正确的 TOML 写法。", "请检查引号、等号和方括号。"),))
    faults = [
        Fault(f"{file} 第 {_line(text, 0, key)} 行", f"不认识“{key}”。", "每条核验以 [[check]] 开头。")
        for key in raw
        if key != "check"
    ]
    listed = raw.get("check", [])
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        return OwnChecks(faults=(*faults, Fault(file, "“check”应写成 [[check]]。", "请用两层方括号。")))
    checks: dict[str, OwnCheck] = {}
    known = set(taken)
    for number, one in enumerate(listed, start=1):
        wrong = list(_wrong(one, known, partial(_place, text, file, number)))
        if wrong:
            faults += wrong
            continue
        made = _made(one, file)
        known.add(made.code)
        checks[made.code] = made
    return OwnChecks(tuple(checks.values()), tuple(faults))


def _line(text: str, number: int, key: str) -> int:
    """The line (from 1) of a key in the ``number``th table; the table's own head when it is not there."""
    tables, head = 0, 1
    for at, line in enumerate(text.splitlines(), start=1):
        plain = line.strip()
        if plain.replace(" ", "").startswith("[["):
            tables += 1
            if tables > max(number, 1) and number:
                break
            if tables == number:
                head = at
        if tables == number and re.match(
            rf"[\"']?{re.escape(key)}[\"']?\s*[=\]]|\[+\s*{re.escape(key)}", plain
        ):
            return at
    return head


def _place(text: str, file: str, number: int, key: str) -> str:
    return f"{file} 第 {_line(text, number, key)} 行"


def _wrong(raw: Mapping[str, Any], taken: set[str], place: Callable[[str], str]) -> Iterator[Fault]:
    for key, value in raw.items():
        if key not in KEYS:
            yield Fault(place(key), f"不认识“{key}”。", f"可写：{'、'.join(KEYS)}。")
        elif not isinstance(value, str):
            yield Fault(place(key), f"“{key}”应为文字。", "请加引号。")
    for key in list(KEYS)[:4]:
        if not str(raw.get(key, "")).strip():
            yield Fault(place(key), f"缺少“{key}”。", f"{KEYS[key]}。")
    code, severity = str(raw.get("code", "")), str(raw.get("severity", "警告"))
    if code and _CODE.fullmatch(code) is None:
        yield Fault(place("code"), f"编号“{code[:20]}”不合规定。", f"{KEYS['code']}。")
    elif code in taken:
        yield Fault(place("code"), f"编号“{code}”用过了。", "请换一个编号。")
    if severity not in _SEVERITIES:
        yield Fault(place("severity"), f"没有“{severity[:20]}”这一级。", "请写错误、警告或提示。")
    if str(raw.get("page", "scoring")) not in PAGES:
        yield Fault(place("page"), f"没有“{raw['page']}”这一页。", f"{KEYS['page']}。")
    if condition := str(raw.get("condition", "")).strip():
        try:
            Formula(f"{_BEFORE}{condition}{_AFTER}")
        except FormulaFault as fault:
            at = max(fault.position - len(_BEFORE), 0)
            what = f"第 {at} 个字：{fault.what}" if at else fault.what
            if at > len(condition):  # what stands behind it is ours, not the person's
                what = "条件没有写完。"
            yield Fault(place("condition"), f"条件写错了，{what}", "请写一个比较，如 实际支出 ≤ 预算资金。")


def _made(raw: Mapping[str, Any], file: str) -> OwnCheck:
    condition = str(raw["condition"]).strip()
    return OwnCheck(
        code=str(raw["code"]),
        title=str(raw["title"]).strip(),
        condition=condition,
        message=str(raw["message"]).strip(),
        severity=_SEVERITIES[str(raw.get("severity", "警告"))],
        source=str(raw.get("source", "")).strip(),
        remedy=str(raw.get("remedy", "请核对。")).strip(),
        page=str(raw.get("page", "scoring")),
        file=file,
        formula=Formula(f"{_BEFORE}{condition}{_AFTER}"),
    )


@dataclass(frozen=True, slots=True)
class Named:
    """A value that conditions may use: exact (money in 元), as printed, and whether it is money."""

    value: Fraction
    text: str
    money: bool = False


#: Names that every evaluation has, with what they stand for; the others are listed by :func:`named_values`.
FIXED_NAMES: Mapping[str, str] = {
    "总分": "综合得分", "满分": "指标体系的总分", "扣分合计": "满分减总分", "总得分率": "总分占满分的比率",
    "指标数": "计分指标的个数", "已评指标数": "已有得分的指标个数", "满分指标数": "得满分的指标个数",
    "扣分条数": "扣分行数", "问题数": "问题清单的条数", "建议数": "意见建议的条数", "佐证数": "佐证材料的件数",
    "意见数": "征求到的意见条数", "采纳意见数": "采纳和部分采纳的意见条数",
    "发放份数": "全部问卷的发放份数", "回收份数": "全部问卷的回收份数", "有效份数": "全部问卷的有效份数",
    "年初预算": "资金表合计", "预算资金": "资金表合计", "到位资金": "资金表合计", "应付金额": "资金表合计",
    "实际支出": "资金表合计", "合同金额": "资金表合计",
    "项目天数": "项目开始至计划完成的天数", "评价天数": "评价开始至结束的天数",
}  # fmt: skip
#: Names that depend on the evaluation, as patterns for people.
PATTERNS: Mapping[str, str] = {
    "〈指标名〉得分": "任何一级指标的得分，如 产出得分、资金到位率得分",
    "〈指标名〉分值": "任何一级指标的分值",
    "〈指标名〉得分率": "任何一级指标的得分率",
    "〈结果名称〉": "问卷题目的结果名称，如 公众知晓率",
    "〈目标名称〉目标值": "绩效目标的指标值",
    "〈目标名称〉完成值": "绩效目标的完成值",
    "〈比率名称〉": "来稿比率登记的比率，按所列分子分母计算",
}


def named_values(view: View, wanted: frozenset[str] | None = None) -> dict[str, Named]:
    """Every value of one state by its name, or only the ``wanted`` ones; what has no value is not there."""
    found: dict[str, Named] = {}
    for name, value in _all_values(view, wanted):
        if (wanted is None or name in wanted) and value is not None:
            found.setdefault(name, value)
    return found


def _count(number: int) -> Named:
    return Named(Fraction(number), str(number))


def _points(value: Decimal) -> Named:
    return Named(exact(value), f"{show(value)} 分")


def _rate(value: Fraction) -> Named:
    return Named(value, show_percent(value))


def _all_values(view: View, wanted: frozenset[str] | None) -> Iterator[tuple[str, Named | None]]:
    evaluation, scores, form = view.evaluation, view.scores, view.form
    yield "总分", _points(scores.total)
    yield "满分", _points(scores.full)
    yield "扣分合计", _points(scores.full - scores.total)
    yield "总得分率", _rate(exact(scores.total) / exact(scores.full)) if scores.full else None
    yield "指标数", _count(scores.leaves)
    yield "已评指标数", _count(scores.scored)
    yield "满分指标数", _count(sum(1 for leaf in view.leaves if leaf.score == leaf.full_mark))
    yield "扣分条数", _count(len(evaluation.table(Deduction)))
    yield "问题数", _count(len(evaluation.table(Problem)))
    yield "建议数", _count(len(evaluation.table(Advice)))
    yield "佐证数", _count(len(evaluation.table(Evidence)))
    opinions = evaluation.table(Opinion).values()
    yield "意见数", _count(len(opinions))
    yield "采纳意见数", _count(sum(1 for one in opinions if one.adopted in {"采纳", "部分采纳"}))
    yield from _sheet_values(view)
    overview = evaluation.overview
    for column in FUND_COLUMNS:
        total = view.sources.fund_total(column)
        unit = overview.fund_unit
        name = spec_of(FundLine, column).label
        yield (
            name,
            None if total is None else Named(total * exact(MONEY_UNITS[unit]), show_money(total, unit), True),
        )
    for name, start, end in (
        ("项目天数", overview.project_start, overview.project_end),
        ("评价天数", overview.evaluation_start, overview.evaluation_end),
    ):
        yield name, _count((end - start).days + 1) if start is not None and end is not None else None
    for indicator in form.indicators:
        name = indicator.name
        if wanted is not None and not wanted & {f"{name}分值", f"{name}得分", f"{name}得分率"}:
            continue  # hundreds of indicators, of which a check names one or two
        scored = scores[indicator.id]
        yield f"{indicator.name}分值", _points(indicator.full_mark)
        yield f"{indicator.name}得分", None if scored.score is None else _points(scored.score)
        yield f"{indicator.name}得分率", None if scored.rate is None else _rate(scored.rate)
    yield from _stated_values(view)


def _sheet_values(view: View) -> Iterator[tuple[str, Named | None]]:
    sheets = view.evaluation.table(Questionnaire).values()
    for name, field in (("发放份数", "issued"), ("回收份数", "returned"), ("有效份数", "valid")):
        numbers = [number for sheet in sheets if (number := getattr(sheet, field)) is not None]
        yield name, _count(sum(numbers)) if numbers else None
    for question in view.evaluation.table(Question).values():
        rate = view.sources.tally(question).rate if question.name else None
        yield question.name, None if rate is None else _rate(rate)


def _stated_values(view: View) -> Iterator[tuple[str, Named | None]]:
    for target in view.evaluation.table(Target).values():
        for word, amount in (("目标值", target.value), ("完成值", target.actual)):
            if amount is None:
                yield f"{target.name}{word}", None
            elif target.unit in {"%", "％"}:
                yield f"{target.name}{word}", _rate(exact(amount) / 100)
            elif target.unit in MONEY_UNITS:
                value = exact(amount) * exact(MONEY_UNITS[target.unit])
                yield f"{target.name}{word}", Named(value, f"{show_plain(amount)} {target.unit}", True)
            else:
                yield f"{target.name}{word}", Named(exact(amount), f"{show_plain(amount)}{target.unit}")
    for rate in view.evaluation.table(StatedRate).values():
        if rate.numerator is not None and rate.denominator:
            yield rate.name, _rate(exact(rate.numerator) / exact(rate.denominator))


def missing_names(check: OwnCheck, values: Mapping[str, Named]) -> list[str]:
    """The names of its condition that this evaluation does not have or has no value for."""
    return [name for name in check.formula.names if name not in values]


def own_findings(view: View, own: Iterable[OwnCheck]) -> Iterator[Finding]:
    """A finding for each condition that does not hold; conditions without their values say nothing."""
    asked = tuple(own)
    if not asked:
        return
    values = named_values(view, frozenset().union(*(check.names for check in asked)))
    for check in asked:
        if missing_names(check, values):
            continue
        spot = Spot(check.code, Place(check.page), f"本机构核验 › {check.title}", part="own")
        broken = check.formula.faults({name: value.money for name, value in values.items()})
        if broken:
            yield spot.notice(
                f"核验“{check.title}”的条件不能用在这里：{broken[0].what}",
                detail=f"条件：{check.condition}（{check.file}）。",
                remedy="请改正条件，金额只与金额比较。",
            )
            continue
        try:
            holds = check.formula.evaluate({n: Value(v.value, v.text) for n, v in values.items()}).value == 1
        except FormulaFault:  # divided by a value that is 0: the check has nothing to say
            continue
        if not holds:
            texts = {name: value.text for name, value in values.items()}
            give = {Severity.ERROR: spot.error, Severity.WARNING: spot.warning, Severity.NOTICE: spot.notice}
            used = "，".join(f"{name} {texts[name]}" for name in check.formula.names)
            message = fill(check.message, texts)
            yield give[check.severity](
                message if message.endswith("。") else f"{message}。",
                detail=f"条件：{check.condition}。" + (f"依据：{check.source}。" if check.source else ""),
                expected=check.condition,
                found=used,
                remedy=check.remedy if check.remedy.endswith("。") else f"{check.remedy}。",
            )
