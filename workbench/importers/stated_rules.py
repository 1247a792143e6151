"""Rules as the template states them: a kind, its parameters in columns, its lists in 计分明细."""

from __future__ import annotations

from typing import Any

from workbench.domain.form_sheets import list_params, plain_params
from workbench.domain.rules.base import Rule, rule_types
from workbench.domain.rules.params import params_of
from workbench.errors import Fault
from workbench.importers.indicator_columns import plain
from workbench.importers.table_rows import Draft
from workbench.importers.template_sheets import Detail


def stated_kind(draft: Draft, faults: list[Fault], *, template: bool) -> type[Rule] | None:
    """The kind of rule that the column 计分方式 names; in a template every other word is a fault."""
    if not draft.scoring:
        return None
    kinds = rule_types()
    found = kinds.get(draft.scoring) or next(
        (kind for kind in kinds.values() if plain(kind.label) == plain(draft.scoring)), None
    )
    if found is None and template:
        known = "、".join(kind.label for kind in kinds.values())
        faults.append(
            Fault(draft.places["scoring"], f"不认识的计分方式“{draft.scoring[:20]}”。", f"可用：{known}。")
        )
    return found


def stated_rule(kind: type[Rule], draft: Draft, details: list[Detail], faults: list[Fault]) -> dict[str, Any]:
    """The data of the rule from the parameter columns and the rows of 计分明细."""
    raw: dict[str, Any] = {"kind": kind.kind}
    known = {described.label: described.name for described in plain_params(kind)}
    values = dict(draft.params)
    if "target" in draft.texts:
        values["目标值"] = draft.texts["target"]
    for label, text in values.items():
        if label in known:
            raw[known[label]] = text
        else:
            place = draft.places.get(label) or draft.places.get("target", draft.place)
            faults.append(
                Fault(
                    place,
                    f"“{kind.label}”没有参数“{label}”，这一格没有用到。",
                    "请删去，或改计分方式。",
                    fatal=False,
                )
            )
    lists = {plain(described.label): described for described in list_params(kind)}
    for detail in details:
        described = lists.get(plain(detail.list)) if detail.list else next(iter(lists.values()), None)
        if described is None or described.item is None:
            faults.append(
                Fault(
                    detail.place,
                    f"“{kind.label}”没有清单“{detail.list}”。",
                    "请改正“清单”一列，或改计分方式。",
                )
            )
            continue
        names = {plain(one.label): one.name for one in params_of(described.item)}
        entry = {names[plain(label)]: text for label, text in detail.values.items() if plain(label) in names}
        faults += [
            Fault(
                detail.place,
                f"“{described.label}”没有“{label}”这一项，没有用到。",
                "请删去这一格。",
                fatal=False,
            )
            for label in detail.values
            if plain(label) not in names
        ]
        raw.setdefault(described.name, []).append(entry)
    return raw
