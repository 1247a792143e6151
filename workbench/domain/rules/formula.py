"""公式法: what the table spells out itself, in the arithmetic language of :mod:`workbench.domain.formula`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import ClassVar

from workbench.domain.amounts import MONEY_UNITS, exact, show_plain
from workbench.domain.formula import FUNCTIONS, INFINITY, Bound, Formula, FormulaFault, Value
from workbench.domain.rules.base import Given, InputSpec, Outcome, Rule, missing_labels, register
from workbench.domain.rules.measure import VALUE_KINDS, read_limit, settled, show_value, within
from workbench.domain.rules.params import BadParam, param

_KINDS = tuple(kind for kind in VALUE_KINDS if kind != "日期")


@dataclass(frozen=True)
class Variable:
    """One named input of the formula. A rate lies between 0 and 100 %, other values are not negative."""

    name: str = param("名称", required=True)
    value_kind: str = param("数据类型", "choice", choices=_KINDS, default="数值")
    unit: str = param("单位", hint="金额为元、万元或亿元，不写为万元")
    source: str = param("取自", "source")
    default: str = param("不填时取", "limit")

    @property
    def money_unit(self) -> str:
        """The unit of an amount of money; empty for others."""
        return (self.unit or "万元") if self.value_kind == "金额" else ""


@register
@dataclass(frozen=True)
class FormulaRule(Rule):
    """score = the formula's value, kept between 0 and the full mark."""

    kind: ClassVar[str] = "formula"
    label: ClassVar[str] = "公式法"

    expression: str = param("公式", required=True, hint="如 min(10, 知晓率 ÷ 96% × 10)")
    variables: tuple[Variable, ...] = param("输入", "list", item=Variable)

    @cached_property
    def _formula(self) -> Formula:
        return Formula(self.expression)

    def inputs(self) -> tuple[InputSpec, ...]:
        """One per variable: ``v1``, ``v2`` …"""
        return tuple(
            InputSpec(
                f"v{number}",
                variable.name,
                VALUE_KINDS[variable.value_kind],
                unit=variable.money_unit or variable.unit,
                source=variable.source,
                default=variable.default,
            )
            for number, variable in enumerate(self.variables, 1)
        )

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """The formula with the given values; a division by 0 gives no score but its place."""
        missing = missing_labels(self.inputs(), given)
        if missing:
            return Outcome(None, missing=missing)
        values: dict[str, Value] = {}
        for number, variable in enumerate(self.variables, 1):
            value = given[f"v{number}"].number or Fraction(0)
            text = show_value(value, variable.value_kind) + variable.money_unit
            scale = exact(MONEY_UNITS[variable.money_unit]) if variable.money_unit else 1
            values[variable.name] = Value(value * scale, text)
        try:
            result = self._formula.evaluate(values)
        except FormulaFault as fault:
            return Outcome(None, steps=(f"公式无法计算，{fault}请核对输入。",))
        counts = within(result.value, self.full_mark)
        return Outcome(counts, settled(result.expression, result.value, counts), result.steps)

    def _bounds(self) -> tuple[Bound, Bound]:
        names: dict[str, tuple[Bound, Bound]] = {
            variable.name: (Fraction(0), Fraction(1) if variable.value_kind == "比率" else INFINITY)
            for variable in self.variables
        }
        return self._formula.bounds(names)

    def maximum(self) -> Fraction:
        """The upper bound that the formula cannot exceed, at most the full mark."""
        _, high = self._bounds()
        full = exact(self.full_mark)
        return max(high, Fraction(0)) if isinstance(high, Fraction) and high < full else full

    def sentence(self) -> str:
        """The formula as it is read."""
        return f"得分 = {self._formula}，不低于 0 分，最多 {show_plain(self.full_mark)} 分。"

    def problems(self) -> tuple[str, ...]:
        """Names twice or taken by a function, units that are none, and every fault of the formula."""
        found = []
        names = [variable.name for variable in self.variables]
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                found.append(f"输入“{name}”写了不止一次")
            if name in FUNCTIONS:
                found.append(f"输入不能叫“{name}”，这是函数名")
        for variable in self.variables:
            if variable.money_unit and variable.money_unit not in MONEY_UNITS:
                found.append(f"输入“{variable.name}”的单位“{variable.unit}”不是元、万元或亿元")
            if variable.default:
                try:
                    read_limit(variable.default, variable.value_kind)
                except BadParam as error:
                    found.append(f"输入“{variable.name}”不填时取的值{error}")
        try:
            faults = Formula(self.expression).faults({v.name: bool(v.money_unit) for v in self.variables})
        except FormulaFault as fault:
            faults = (fault,)
        return (*found, *(f"公式{fault}".rstrip("。") for fault in faults))

    def faults(self) -> tuple[str, ...]:
        """Inputs that are not used, and values outside 0 to the full mark that the formula may give."""
        found = [
            f"输入“{variable.name}”没有在公式里用到，没有必要填写。"
            for variable in self.variables
            if variable.name not in self._formula.names
        ]
        low, high = self._bounds()
        full = exact(self.full_mark)
        if high > full:
            most = f"最多可算出 {show_plain(high)} 分" if isinstance(high, Fraction) else "没有上限"
            found.append(f"公式{most}，超过分值的部分不计；请用 min({show_plain(full)}, …) 写明。")
        if low < 0:
            least = f"最少可算出 {show_plain(low)} 分" if isinstance(low, Fraction) else "可算出负分"
            found.append(f"公式{least}，已按 0 分计；请用 max(0, …) 写明。")
        return tuple(found)
