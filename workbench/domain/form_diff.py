"""Two forms compared in words: what was added, removed, moved, renamed, and what of it differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.domain.amounts import show_plain
from workbench.domain.form_outline import JUDGEMENT, Outline
from workbench.domain.rules.base import rule_types
from workbench.domain.rules.params import params_of

#: Texts of an indicator by their key, with what they are called.
TEXT_LABELS = {
    "explanation": "指标解释",
    "criterion": "评价标准",
    "basis_source": "依据来源",
    "collection_method": "证据收集方式",
}
_GENERAL = {
    "title": "名称",
    "version": "版本",
    "authority": "制定依据",
    "mode": "评价类型",
    "total": "总分",
    "levels": "指标层级",
    "rounding": "四舍五入",
    "bands": "等级",
    "profile": "地方习惯",
    "layout": "评分表样式",
    "outline": "报告提纲",
    "questionnaire": "问卷",
    "target": "绩效目标",
}
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what kind, of which indicator (empty: of the whole), where, and in words."""

    kind: str
    """``新增`` ``删去`` ``移动`` ``改名`` ``分值`` ``标准`` ``计分方式`` ``目标值`` ``总体`` …"""
    id: str
    place: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind}　{self.place}{'：' if self.place and self.words else ''}{self.words}"


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What a raw form, as :func:`workbench.domain.compiler.form_to_raw` writes it, has otherwise than another one,
    in the order of the table."""
    old, new = Outline(before), Outline(after)
    found = [
        Difference("总体", "", "", f"{label} {_short(before.get(key))} → {_short(after.get(key))}")
        if isinstance(before.get(key), str) and isinstance(after.get(key), str)
        else Difference("总体", "", "", f"{label}有改动")
        for key, label in _GENERAL.items()
        if before.get(key) != after.get(key)
    ]
    moved = _moved(old, new)
    for id_ in new.below(""):
        if id_ not in old:
            points = new.line(id_).points
            worth = "" if points is None else f"{show_plain(points)} 分"
            found.append(Difference("新增", id_, new.place(id_), worth))
        else:
            found += _of_indicator(old, new, id_, moved=id_ in moved)
    found += [Difference("删去", id_, old.place(id_), "") for id_ in old.below("") if id_ not in new]
    return found


def _of_indicator(old: Outline, new: Outline, id_: str, *, moved: bool) -> Iterator[Difference]:
    was, now = old.row(id_), new.row(id_)
    place = new.place(id_)
    if old.parent(id_) != new.parent(id_):
        above = old.parent(id_)
        yield Difference("移动", id_, place, f"原在“{old.place(above) if above else '一级'}”之下")
    elif moved:
        yield Difference("移动", id_, place, "次序改变")
    if was.get("name") != now.get("name"):
        yield Difference("改名", id_, place, f"原名“{was.get('name', '')}”")
    points = (old.line(id_).points, new.line(id_).points)
    if points[0] != points[1]:
        shown = ["未写" if one is None else show_plain(one) for one in points]
        yield Difference("分值", id_, place, f"{shown[0]} → {shown[1]} 分")
    for key, label in TEXT_LABELS.items():
        if was.get(key, "") != now.get(key, ""):
            kind = "标准" if key == "criterion" else "文字"
            yield Difference(kind, id_, place, _text_change(label, was.get(key, ""), now.get(key, "")))
    if was.get("tags", []) != now.get("tags", []):
        tags = ["、".join(one.get("tags", [])) or "无" for one in (was, now)]
        yield Difference("标签", id_, place, f"{tags[0]} → {tags[1]}")
    if was.get("digits") != now.get("digits"):
        digits = ["随本体系" if one.get("digits") is None else f"{one['digits']} 位" for one in (was, now)]
        yield Difference("取整", id_, place, f"得分小数位数 {digits[0]} → {digits[1]}")
    if not new.children(id_) and not old.children(id_):
        yield from _of_rule(was.get("rule"), now.get("rule"), id_, place)


def _of_rule(
    was: Mapping[str, Any] | None, now: Mapping[str, Any] | None, id_: str, place: str
) -> Iterator[Difference]:
    was, now = was or {"kind": JUDGEMENT}, now or {"kind": JUDGEMENT}
    kinds = rule_types()
    if was.get("kind") != now.get("kind"):
        names = [kinds[one["kind"]].label if one.get("kind") in kinds else "未知" for one in (was, now)]
        yield Difference("计分方式", id_, place, f"{names[0]} → {names[1]}")
        return
    rule_type = kinds.get(str(now.get("kind")))
    for described in params_of(rule_type) if rule_type is not None else ():
        values = [one.get(described.name) for one in (was, now)]
        if values[0] == values[1]:
            continue
        kind = "目标值" if described.name in {"target", "target_source"} else "计分方式"
        if described.kind == "list":
            counts = [len(value or ()) for value in values]
            words = (
                f"{described.label}由 {counts[0]} 条改为 {counts[1]} 条"
                if counts[0] != counts[1]
                else f"{described.label}的内容有改动"
            )
        else:
            label = "" if kind == "目标值" and described.name == "target" else f"{described.label} "
            words = f"{label}{_short(values[0])} → {_short(values[1])}"
        yield Difference(kind, id_, place, words)


def _moved(old: Outline, new: Outline) -> set[str]:
    """Indicators whose order among the siblings that both forms have there is another one."""
    found: set[str] = set()
    for parent in ("", *new.below("")):
        after = [id_ for id_ in new.children(parent) if id_ in old and old.parent(id_) == parent]
        before = [id_ for id_ in old.children(parent) if id_ in set(after)]
        while before != after:  # the one that went farthest is said to have moved
            far = max(after, key=lambda id_: abs(before.index(id_) - after.index(id_)))
            found.add(far)
            before, after = ([id_ for id_ in order if id_ != far] for order in (before, after))
    return found


def _text_change(label: str, was: str, now: str) -> str:
    if not was:
        return f"补写{label}：{_short(now)}"
    return f"{label}改为“{_short(now)}”" if now else f"删去{label}"


def _short(value: object) -> str:
    text = " ".join(str("是" if value is True else "否" if value is False else value or "未写").split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
