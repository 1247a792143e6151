"""The parameters of a rule as fields of the window: which editor, what it shows, what typed text means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.domain.evaluation import Evaluation, FundLine, Question, Target
from workbench.domain.fields import FieldSpec, spec_of
from workbench.domain.rules.params import KINDS, BadParam, Param, write_params
from workbench.domain.sources import FUND_COLUMNS

#: Kinds of parameters that have another editor than one line.
_EDITORS = {"flag": "flag", "choice": "choice", "source": "ref"}
#: Parameters whose text is long enough for several lines.
_LONG = {"expression"}


def field_of(param: Param) -> FieldSpec:
    """The parameter described as a field, so that it gets the same editors."""
    kind = "text" if param.name in _LONG else _EDITORS.get(param.kind, "line")
    stated = param.kind == "choice" and bool(param.default)
    return FieldSpec(
        param.name,
        param.label,
        kind,
        choices=param.choices,
        required=param.required or stated,
        hint=param.hint,
    )


def shown(param: Param, value: object) -> str:
    """What an editor shows of a value as form files hold it; a choice that is not stated shows its default."""
    if param.kind == "flag":
        return "是" if value is True or value == "是" else "否"
    if value is None:
        return str(param.default or "") if param.kind == "choice" else ""
    return str(value)


def read(param: Param, text: str) -> Any:
    """Typed text as form files hold it, nothing for the default; raises :class:`BadParam` in words."""
    plain = text.strip()
    if not plain:
        if param.required:
            raise BadParam("没有写")
        return None
    kind = KINDS[param.kind]
    value = kind.read(plain, param)
    return None if value == param.default else kind.write(value)


def entries_of(param: Param, rule: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of a list as form files hold them; its own where the rule states none."""
    if param.name in rule:
        return [dict(entry) for entry in rule[param.name]]
    return [write_params(entry) for entry in param.default or ()]


def source_options(evaluation: Evaluation, now: str) -> list[tuple[str, str]]:
    """What a parameter may be bound to, by names that hold in every evaluation of the system.

    Targets and questions are those of the evaluation and those that its form brings along.
    """
    found = {f"fund:{column}": f"资金：{spec_of(FundLine, column).label}合计" for column in FUND_COLUMNS}
    form = evaluation.form
    names = [target.name for target in evaluation.listed(Target)]
    for name in dict.fromkeys([*names, *(target["name"] for target in form.targets)]):
        found |= {f"target:{name}": f"{name}：目标值", f"actual:{name}": f"{name}：完成值"}
    asked = [(one.code, one.name or one.text) for one in evaluation.listed(Question)]
    asked += [(q["code"], q["name"] or q["text"]) for one in form.questionnaires for q in one["question"]]
    for code, words in asked:
        if code:
            found.setdefault(f"survey:{code}", f"问卷：{words}")
    found["count:deductions"] = "扣分条数"
    if now:
        found.setdefault(now, f"其他来源（{now}）")
    return list(found.items())
