"""Which cells of a bureau's own workbook hold what: bindings, kept as data beside the blank form."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from workbench.domain.amounts import round_half_up
from workbench.domain.bureau import Binding
from workbench.domain.evaluation import Advice, FundLine, Overview, Problem
from workbench.domain.fields import show_value, spec_of, specs_of
from workbench.domain.form import Form
from workbench.domain.sources import FUND_COLUMNS
from workbench.errors import Fault, InputRefused
from workbench.exporters.layouts import CONTENTS
from workbench.exporters.report_data import ReportData, ScoreRow
from workbench.exporters.sheet_patch import Filled
from workbench.package_xml import column

#: Rows of problems and advice that may be bound; a form with more is rare.
_LISTED = 30
_MONEY_DIGITS = 6
_RATE_DIGITS = 4

#: What the columns of an indicator are called where a person chooses one.
CONTENT_LABELS: Mapping[str, str] = {
    "score": "得分",
    "deducted": "扣分",
    "rate": "得分率",
    "basis": "依据",
    "basis_source": "依据来源",
    "collection_method": "证据收集方式",
    "reasons": "扣分原因",
    "target": "目标值",
    "actual": "实际完成值",
    "deviation": "偏差原因",
    "evidence": "佐证号",
    "derivation": "计分过程",
    "full_mark": "分值",
    **{key: key.replace("mark:", "") + "得分" for key in CONTENTS if key.startswith("mark:")},
    **{key: key.replace("review:", "") + "理由" for key in CONTENTS if key.startswith("review:")},
}


@dataclass(frozen=True, slots=True)
class BureauForm:
    """A blank form with its bindings."""

    title: str
    blank: Path
    sha256: str
    bindings: tuple[Binding, ...]


def content_labels(form: Form) -> dict[str, str]:
    """Everything that a cell may be bound to, by key, with its Chinese name, for one indicator system."""
    found = {
        "total": "总分（得分合计）",
        "full": "满分",
        "grade": "评价等级",
        **{f"overview.{spec.name}": spec.label for spec in specs_of(Overview)},
        **{f"fund.{name}": f"资金 · {spec_of(FundLine, name).label}合计" for name in FUND_COLUMNS},
        "fund.rate.arrived": "资金 · 到位率",
        "fund.rate.spent": "资金 · 执行率（支出/预算）",
    }
    for leaf in form.leaves:
        place = form.place(leaf.id)
        found.update({f"{key}@{leaf.id}": f"{place} · {label}" for key, label in CONTENT_LABELS.items()})
    for indicator in form.indicators:
        if form.children(indicator.id):
            found[f"score@{indicator.id}"] = f"{form.place(indicator.id)} · 得分小计"
            found[f"full_mark@{indicator.id}"] = f"{form.place(indicator.id)} · 分值"
    for kind, label, fields in (("problem", "问题", Problem), ("advice", "建议", Advice)):
        for number in range(1, _LISTED + 1):
            for spec in specs_of(fields):
                if spec.kind != "order":
                    found[f"{kind}.{spec.name}@{number}"] = f"{label}第 {number} 条 · {spec.label}"
    return found


class Contents:
    """Looks up what a bound cell shows for one frozen state of an evaluation."""

    def __init__(self, data: ReportData) -> None:
        self._data = data
        self._rows: Mapping[str, ScoreRow] = {row.indicator.id: row for row in data.rows}

    def value(self, content: str) -> Filled | None:
        """Text, a number, or nothing where there is nothing to say; ``KeyError`` for unknown content."""
        key, at, where = content.partition("@")
        if at:
            return self._listed(key, where) if "." in key else self._indicator(key, where)
        name, dot, field = key.partition(".")
        if dot and name == "overview":
            spec = next(spec for spec in specs_of(Overview) if spec.name == field)
            return show_value(getattr(self._data.evaluation.overview, field), spec) or None
        if dot and name == "fund":
            return self._fund(field)
        scores = self._data.scores
        if key == "grade":
            return scores.grade.name if scores.grade is not None else None
        return {"total": scores.total, "full": self._data.evaluation.form.total}[key]

    def _fund(self, field: str) -> Filled | None:
        totals = self._data.fund_totals
        if field.startswith("rate."):
            part, base = totals[field.removeprefix("rate.")], totals["budget"]
            return None if part is None or not base else round_half_up(part / base, _RATE_DIGITS)
        total = totals[field]
        return None if total is None else round_half_up(total, _MONEY_DIGITS).normalize()

    def _indicator(self, key: str, id_: str) -> Filled | None:
        if id_ in self._rows:
            return _filled(CONTENTS[key](self._data, self._rows[id_]))
        scored = self._data.scores[id_]
        return {"score": scored.score, "full_mark": self._data.evaluation.form[id_].full_mark}[key]

    def _listed(self, key: str, number: str) -> Filled | None:
        kind, _, field = key.partition(".")
        listed: Iterable[Problem | Advice] = (
            [row.problem for row in self._data.problems] if kind == "problem" else self._data.advice
        )
        found = list(listed)[int(number) - 1 : int(number)]
        return str(getattr(found[0], field)) or None if found else None


def _filled(value: str | Decimal | Fraction | None) -> Filled | None:
    if isinstance(value, Fraction):
        return round_half_up(value, _RATE_DIGITS)
    return value if isinstance(value, Decimal) else value or None


# —— as a file ——


def bindings_raw(form: BureauForm) -> dict[str, Any]:
    """What :func:`bindings_from` reads."""
    return {
        "title": form.title,
        "blank": form.blank.name,
        "sha256": form.sha256,
        "cell": [
            {"sheet": one.sheet, "cell": one.address, "content": one.content}
            | ({"prefix": one.prefix} if one.prefix else {})
            for one in form.bindings
        ],
    }


#: Columns to XFD, rows to 1,048,576.
_ADDRESS = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")


def read_bureau_form(path: Path) -> BureauForm:
    """A saved form of ``表样.toml``; raises :class:`InputRefused` with every fault."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputRefused(f"表样“{path.parent.name}”读不懂。", (Fault(path.name, str(error)),)) from error
    faults: list[Fault] = []
    found: list[Binding] = []
    listed = raw.get("cell", [])
    if not isinstance(listed, list) or not all(isinstance(cell, dict) for cell in listed):
        raise InputRefused(
            f"表样“{path.parent.name}”不能使用。", (Fault(path.name, "“cell”应写成 [[cell]]。"),)
        )
    for number, cell in enumerate(listed, start=1):
        address = str(cell.get("cell", ""))
        name, digits = address.rstrip("0123456789"), address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if not _ADDRESS.fullmatch(address):
            faults.append(Fault(f"第 {number} 格", f"“{address}”不是单元格地址。", "写法如 E12。"))
            continue
        found.append(
            Binding(
                str(cell.get("sheet", "")),
                int(digits),
                column(name),
                str(cell.get("content", "")),
                str(cell.get("prefix", "")),
            )
        )
    if faults:
        raise InputRefused(f"表样“{path.parent.name}”不能使用。", tuple(faults))
    return BureauForm(
        str(raw.get("title", path.parent.name)),
        path.parent / Path(str(raw.get("blank", "blank.xlsx"))).name,
        str(raw.get("sha256", "")),
        tuple(found),
    )
