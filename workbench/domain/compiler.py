"""Raw data → Form, with every problem listed, not only the first; and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workbench.domain.amounts import exact, show_plain
from workbench.domain.evaluation import CHOICE_KINDS, OPERATORS, QUESTION_KINDS, QUESTION_ROLES
from workbench.domain.form import Band, Form, Indicator, Rounding
from workbench.domain.rules.base import BadRule, InputSpec, Rule, rule_types
from workbench.domain.rules.params import BadParam, number_of, show_percent_plain
from workbench.domain.sources import Declared, family_of, source_fault
from workbench.errors import Fault, InputRefused

MAX_INDICATORS = 2_000
MAX_TEXT = 20_000
MAX_DEPTH = 9
ROUNDING_AT = ("indicator", "total")
LEVELS = ("一级指标", "二级指标", "三级指标", "四级指标")

_TOP = {
    "id", "title", "version", "authority", "mode", "profile", "layout", "outline", "levels", "total",
    "rounding", "bands", "indicator", "questionnaire", "target",
}  # fmt: skip
_INDICATOR = {
    "id", "parent", "name", "points", "explanation", "criterion", "rule", "basis_source",
    "collection_method", "tags", "digits",
}  # fmt: skip


def compile_form(raw: Mapping[str, Any]) -> Form:
    """Compile the data of one indicator system (schema: ``forms/README.md``).

    Raises :class:`InputRefused` with every fault that prevents scoring, each with its place in
    words; what does not prevent it is listed in :attr:`Form.faults`.
    """
    return _Compiler(raw).form()


def form_to_raw(form: Form) -> dict[str, Any]:
    """The data that compiles to an equal form again: only text, whole numbers, lists and tables."""
    raw: dict[str, Any] = {
        name: value
        for name in ("id", "title", "version", "authority", "mode", "profile", "layout", "outline")
        if (value := getattr(form, name))
    }
    raw["levels"] = list(form.levels)
    raw["total"] = f"{form.total:f}"
    raw["rounding"] = {"digits": form.rounding.digits, "at": form.rounding.at}
    raw["bands"] = [
        {"name": b.name, "lower": f"{b.lower:f}", **({"printed": b.printed} if b.printed else {})}
        for b in form.bands
    ]
    raw["indicator"] = [_indicator_to_raw(indicator) for indicator in form.indicators]
    raw["questionnaire"] = [_plain_data(questionnaire) for questionnaire in form.questionnaires]
    raw["target"] = [_plain_data(target) for target in form.targets]
    return raw


def _indicator_to_raw(indicator: Indicator) -> dict[str, Any]:
    raw: dict[str, Any] = {"id": indicator.id}
    if indicator.parent:
        raw["parent"] = indicator.parent
    raw |= {"name": indicator.name, "points": f"{indicator.full_mark:f}"}
    for name in ("explanation", "criterion", "basis_source", "collection_method"):
        if value := getattr(indicator, name):
            raw[name] = value
    if indicator.digits is not None:
        raw["digits"] = indicator.digits
    if indicator.tags:
        raw["tags"] = list(indicator.tags)
    if indicator.rule is not None:
        raw["rule"] = indicator.rule.to_raw()
    return raw


def _plain_data(value: Any) -> Any:
    """A copy of text, numbers, lists and tables only, so that it can be kept as JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain_data(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_data(entry) for entry in value]
    return f"{value:f}" if isinstance(value, Decimal) else value


@dataclass
class _Row:
    """One indicator as read, before its children are known."""

    id: str
    parent: str
    name: str
    points: Decimal | None
    raw: Mapping[str, Any]
    children: list[_Row] = field(default_factory=list)


class _Compiler:
    def __init__(self, raw: object) -> None:
        self._raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
        self._fatal: list[Fault] = []
        self._notes: list[Fault] = []
        self._rows: dict[str, _Row] = {}

    def _refuse(self, place: str, what: str, remedy: str = "") -> None:
        self._fatal.append(Fault(place, what, remedy))

    def _note(self, place: str, what: str, remedy: str = "") -> None:
        self._notes.append(Fault(place, what, remedy, fatal=False))

    def form(self) -> Form:
        raw = self._raw
        for name in raw:
            if name not in _TOP:
                self._note("指标体系", f"不认识的项目“{name}”，已忽略。", "请检查拼写。")
        id_ = self._text(raw, "id", "指标体系编号", required=True)
        title = self._text(raw, "title", "指标体系名称", required=True)
        levels = self._levels()
        roots = self._table(levels)
        total = self._total(roots)
        rounding = self._rounding()
        bands = self._bands(total)
        questionnaires = tuple(self._questionnaires())
        targets = tuple(self._targets())
        indicators = tuple(self._indicators(roots, levels))
        self._check_sources(indicators, questionnaires, targets)
        if self._fatal:
            raise InputRefused(
                f"指标体系“{title or id_ or '未命名'}”有 {len(self._fatal)} 处不能计分的问题。",
                tuple(self._fatal + self._notes),
            )
        return Form(
            id=id_,
            title=title,
            version=self._text(raw, "version", "版本"),
            authority=self._text(raw, "authority", "制定依据"),
            mode=self._text(raw, "mode", "评价类型"),
            profile=self._text(raw, "profile", "地方习惯") or "national",
            layout=self._text(raw, "layout", "评分表样式") or "nine_columns",
            outline=self._text(raw, "outline", "报告提纲") or "annex3",
            levels=levels,
            total=total,
            bands=bands,
            rounding=rounding,
            indicators=indicators,
            questionnaires=questionnaires,
            targets=targets,
            faults=tuple(self._notes),
            raw=_plain_data(raw),
        )

    # plain values

    def _text(
        self, raw: Mapping[str, Any], key: str, label: str, *, place: str = "", required: bool = False
    ) -> str:
        value = raw.get(key, "")
        where = place or label
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            self._refuse(where, f"{label}（{key}）应为文字。", "请加引号写成文字。")
            return ""
        text = str(value).strip()
        if len(text) > MAX_TEXT:
            self._refuse(where, f"{label}超过 {MAX_TEXT} 字。", "请精简。")
            return ""
        if required and not text:
            self._refuse(where, f"没有写{label}（{key}）。", "请补上。")
        return text

    def _list(self, raw: Mapping[str, Any], key: str, place: str) -> list[tuple[int, Mapping[str, Any]]]:
        """The tables of an array with their numbers from 1; what is not a table is refused."""
        value = raw.get(key, [])
        if not isinstance(value, list | tuple):
            self._refuse(place, f"{key} 应为若干条的列表。", f"请写成 [[{key}]]。")
            return []
        found = []
        for number, entry in enumerate(value, 1):
            if isinstance(entry, Mapping):
                found.append((number, entry))
            else:
                self._refuse(f"{place}第 {number} 条", "不是一组数据。", f"请写成 [[{key}]]。")
        return found

    def _number(self, value: Any, place: str, label: str) -> Decimal | None:
        try:
            number = number_of(value)
        except BadParam as error:
            self._refuse(place, f"{label}{error}。" if not str(error).endswith("。") else f"{label}{error}")
            return None
        if number < 0:
            self._refuse(place, f"{label}为负数（{number}）。", "请改为不小于 0 的数字。")
            return None
        return number

    # the head of the form

    def _levels(self) -> tuple[str, ...]:
        value = self._raw.get("levels", ())
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) and v.strip() for v in value):
            self._refuse("指标层级", "levels 应为各级名称的列表。", '如 levels = ["一级指标", "二级指标"]。')
            return LEVELS
        return tuple(v.strip() for v in value) or LEVELS[:3]

    def _rounding(self) -> Rounding:
        value = self._raw.get("rounding", {})
        if not isinstance(value, Mapping):
            self._refuse("取整", "rounding 应为一组数据。", "如 [rounding] digits = 2。")
            return Rounding()
        digits, at = value.get("digits", 2), value.get("at", "indicator")
        if not _is_digits(digits):
            self._refuse("取整", f"小数位数（digits）“{digits}”不对。", "请写 0 至 6 的整数。")
            digits = 2
        if at not in ROUNDING_AT:
            self._refuse(
                "取整", f"取整位置（at）“{at}”不对。", "请写 indicator（每个指标）或 total（只在总分）。"
            )
            at = "indicator"
        return Rounding(digits, at)

    def _total(self, roots: list[_Row]) -> Decimal:
        value = self._raw.get("total", 100)
        total = self._number(value, "总分", "总分（total）")
        if total is None:
            return Decimal(100)
        points = [root.points for root in roots]
        if total <= 0:
            self._refuse("总分", "总分应大于 0。")
        elif roots and all(p is not None for p in points):
            found = sum((p for p in points if p is not None), Decimal(0))
            if found != total:
                parts = "+".join(f"{root.name} {show_plain(root.points or 0)}" for root in roots)
                self._refuse(
                    "总分",
                    f"一级指标分值合计 {show_plain(found)}（{parts}），不等于总分 {show_plain(total)}。",
                    f"请调整一级指标分值，{_difference(found, total)}。",
                )
        return total

    def _bands(self, total: Decimal) -> tuple[Band, ...]:
        found: list[tuple[Band, Decimal | None]] = []
        for number, entry in self._list(self._raw, "bands", "等级"):
            place = f"等级第 {number} 档"
            name = self._text(entry, "name", "等级名称", place=place, required=True)
            place = f"等级“{name}”" if name else place
            if "lower" not in entry:
                self._refuse(place, "没有写下限（lower）。", "如 lower = 90。")
                continue
            lower = self._number(entry["lower"], place, "下限（lower）")
            upper = self._number(entry["upper"], place, "上限（upper）") if "upper" in entry else None
            if lower is None:
                continue
            printed = self._text(entry, "printed", "原文", place=place)
            if upper is not None and not printed:
                printed = f"{show_plain(lower)}-{show_plain(upper)}"
            found.append((Band(name, lower, printed), upper if upper is not None else _upper(printed, lower)))
        self._check_bands(found, total)
        return tuple(band for band, _ in sorted(found, key=lambda pair: -pair[0].lower))

    def _check_bands(self, found: list[tuple[Band, Decimal | None]], total: Decimal) -> None:
        if not found:
            if not self._fatal:
                self._note("等级", "没有等级，只计总分。", "需要等级时请写 [[bands]]。")
            return
        names = [band.name for band, _ in found]
        for name in sorted({n for n in names if names.count(n) > 1 and n}):
            self._refuse(f"等级“{name}”", "出现了不止一次。", "请改名或删去重复的一档。")
        ordered = sorted(found, key=lambda pair: pair[0].lower)
        if ordered[0][0].lower != 0:
            self._refuse(
                f"等级“{ordered[0][0].name}”",
                f"最低一档从 {show_plain(ordered[0][0].lower)} 分起，低于它的总分没有等级。",
                "请把最低一档的下限写成 0。",
            )
        if ordered[-1][0].lower >= total:
            self._refuse(
                f"等级“{ordered[-1][0].name}”",
                f"下限 {show_plain(ordered[-1][0].lower)} 不低于总分 {show_plain(total)}，没有人能达到。",
                "请核对各档下限。",
            )
        whole = []
        for (band, upper), (better, _) in zip(ordered, [*ordered[1:], (Band("", total), None)], strict=True):
            if band.lower == better.lower and better.name:
                self._refuse(
                    f"等级“{better.name}”",
                    f"与“{band.name}”的下限同为 {show_plain(band.lower)}，两档重叠。",
                    "请改一档的下限。",
                )
            elif upper is not None and upper > better.lower:
                self._refuse(
                    f"等级“{band.name}”",
                    f"上限 {show_plain(upper)} 超过了{f'“{better.name}”的下限' if better.name else '总分'}"
                    f" {show_plain(better.lower)}，有分数同属两档。",
                    "请核对上限和下限。",
                )
            elif upper is not None and upper < better.lower:
                if better.name and better.lower - upper == 1:
                    whole.append((band, upper, better))
                else:
                    self._refuse(
                        f"等级“{band.name}”",
                        f"上限 {show_plain(upper)} 与 {show_plain(better.lower)} 之间没有等级。",
                        "请让各档首尾相接。",
                    )
        for band, upper, better in whole:
            self._note(
                f"等级“{band.name}”",
                f"原文“{band.printed}”以整数书写，{show_plain(upper)} 与 {show_plain(better.lower)} 之间的小数"
                f"（如 {show_plain(upper + Decimal('0.5'))}）没有归属；"
                f"已按 [{show_plain(band.lower)}, {show_plain(better.lower)}) 执行。",
                "请与委托方确认。",
            )

    # the table of indicators

    def _table(self, levels: tuple[str, ...]) -> list[_Row]:
        entries = self._list(self._raw, "indicator", "指标")
        if not entries:
            self._refuse("指标", "没有任何指标。", "请写 [[indicator]]。")
        if len(entries) > MAX_INDICATORS:
            self._refuse("指标", f"有 {len(entries)} 个指标，超过 {MAX_INDICATORS} 个。", "请拆分。")
            return []
        ordered: list[_Row] = []
        for number, entry in entries:
            place = f"第 {number} 个指标"
            name = self._text(entry, "name", "指标名称", place=place, required=True)
            place = f"{place}“{name}”" if name else place
            id_ = self._text(entry, "id", "指标编号", place=place, required=True)
            if "/" in id_:
                self._refuse(place, f"编号“{id_}”含有“/”。", "编号请只用字母、数字、点和横线。")
            parent = self._text(entry, "parent", "上级指标", place=place)
            points = self._number(entry["points"], place, "分值（points）") if "points" in entry else None
            row = _Row(id_, parent, name or id_ or f"第 {number} 个指标", points, entry)
            if id_ in self._rows:
                self._refuse(
                    place, f"编号“{id_}”与“{self._rows[id_].name}”相同。", "每个指标的编号不能重复。"
                )
            elif id_:
                self._rows[id_] = row
                ordered.append(row)
        roots = self._join(ordered)
        walked = list(_walk(roots))
        if any(len(path) > MAX_DEPTH for _, path in walked):
            self._refuse("指标", f"上下级超过 {MAX_DEPTH} 层。", "请改正 parent。")
            return []
        for row, path in walked:
            self._check_row(row, " › ".join(r.name for r in path), len(path), levels)
        return roots

    def _join(self, ordered: list[_Row]) -> list[_Row]:
        roots = []
        for row in ordered:
            if not row.parent:
                roots.append(row)
            elif row.parent not in self._rows:
                self._refuse(
                    f"指标“{row.name}”",
                    f"上级编号“{row.parent}”不存在。",
                    "请改为已有指标的编号，一级指标不写 parent。",
                )
            else:
                self._rows[row.parent].children.append(row)
        reached = {row.id for row, _ in _walk(roots)}
        for row in ordered:
            seen, above = set(), row
            while above.id not in seen and above.parent in self._rows:
                seen.add(above.id)
                above = self._rows[above.parent]
            if row.id not in reached and above.id in seen and above.id == row.id:
                self._refuse(f"指标“{row.name}”", "上级关系绕成了圈。", "请改正 parent。")
        return roots

    def _check_row(self, row: _Row, place: str, level: int, levels: tuple[str, ...]) -> None:
        for name in row.raw:
            if name not in _INDICATOR:
                self._note(place, f"不认识的项目“{name}”，已忽略。", "请检查拼写。")
        if level > len(levels):
            self._refuse(place, f"在第 {level} 级，而层级只有 {len(levels)} 级。", "请补 levels 或上移。")
        siblings = self._rows[row.parent].children if row.parent else []
        if sum(1 for sibling in siblings if sibling.name == row.name) > 1 and siblings[0] is not row:
            self._note(place, "同一上级下有同名指标。", "请改名以免混淆。")
        if not row.children:
            if "points" not in row.raw:
                self._refuse(place, "没有写分值（points）。", "请补上。")
            elif row.points is not None and row.points <= 0:
                self._refuse(place, "分值应大于 0。", "请改正或删去此指标。")
            return
        if "rule" in row.raw:
            self._note(place, "有下级指标，自身的计分方式不起作用，已忽略。", "请把计分方式写在末级指标。")
        self._add_up(row, place)

    def _add_up(self, row: _Row, place: str) -> None:
        sums = [_points_below(child) for child in row.children]
        if any(points is None for points in sums):
            return  # each missing figure has its own fault
        found = sum((points for points in sums if points is not None), Decimal(0))
        if row.points is None:
            row.points = found if "points" not in row.raw else None
        elif found != row.points:
            parts = "+".join(
                f"{child.name} {show_plain(points)}"
                for child, points in zip(row.children, sums, strict=True)
                if points is not None
            )
            self._refuse(
                place,
                f"下级分值合计 {show_plain(found)}（{parts}），不等于本级分值 {show_plain(row.points)}。",
                f"请调整，{_difference(found, row.points)}。",
            )

    def _indicators(self, roots: list[_Row], levels: tuple[str, ...]) -> Iterator[Indicator]:
        for row, path in _walk(roots):
            place = " › ".join(r.name for r in path)
            tags = row.raw.get("tags", ())
            if not isinstance(tags, list | tuple) or not all(isinstance(tag, str) for tag in tags):
                self._refuse(place, "标签（tags）应为文字的列表。", '如 tags = ["产出"]。')
                tags = ()
            full_mark = row.points if row.points is not None else Decimal(0)
            yield Indicator(
                id=row.id,
                name=row.name,
                level=min(len(path), len(levels)),
                parent=row.parent,
                full_mark=full_mark,
                explanation=self._text(row.raw, "explanation", "指标解释", place=place),
                criterion=self._text(row.raw, "criterion", "评价标准", place=place),
                rule=None if row.children else self._rule(row, place, full_mark),
                basis_source=self._text(row.raw, "basis_source", "依据来源", place=place),
                collection_method=self._text(row.raw, "collection_method", "证据收集方式", place=place),
                tags=tuple(tags),
                digits=self._digits(row, place),
            )

    def _digits(self, row: _Row, place: str) -> int | None:
        value = row.raw.get("digits")
        if value is None or value == "":
            return None
        if not _is_digits(value):
            self._refuse(place, f"得分小数位数（digits）“{value}”不对。", "请写 0 至 6 的整数。")
            return None
        if row.children:
            self._note(place, "有下级指标，得分小数位数不起作用，已忽略。", "请写在末级指标。")
            return None
        return int(value)

    def _rule(self, row: _Row, place: str, full_mark: Decimal) -> Rule | None:
        kinds = rule_types()
        raw = row.raw.get("rule")
        if raw is None:
            self._note(place, "没有写计分方式，按评价人判断给分。", "需要自动计算时请写 [indicator.rule]。")
            raw = {"kind": "judgement"}
        if not isinstance(raw, Mapping):
            self._refuse(place, "计分方式（rule）应为一组数据。", "请写成 [indicator.rule]。")
            return None
        kind = raw.get("kind")
        if not isinstance(kind, str) or kind not in kinds:
            known = "、".join(f"{name}（{kinds[name].label}）" for name in sorted(kinds))
            self._refuse(place, f"不认识的计分方式“{kind or '（空）'}”。", f"可用：{known}。")
            return None
        if full_mark <= 0:
            return None  # its missing points are a fault already
        try:
            rule = kinds[kind].from_raw(raw, full_mark)
        except BadRule as error:
            for problem in error.problems:
                self._refuse(
                    place, f"{kinds[kind].label}：{problem}。".replace("。。", "。"), "请改正计分方式。"
                )
            return None
        self._check_rule(rule, place)
        return rule

    def _check_rule(self, rule: Rule, place: str) -> None:
        most, full = rule.maximum(), exact(rule.full_mark)
        if most < full:
            self._note(
                place,
                f"按评分标准最多得 {show_plain(most)} 分，达不到分值 {show_plain(full)} 分。",
                "请核对标准中的系数，或改分值。",
            )
        elif most > full:
            self._note(
                place,
                f"按评分标准可得 {show_plain(most)} 分，超过分值 {show_plain(full)} 分，超出部分不计。",
                "请核对标准中的系数，或改分值。",
            )
        for fault in rule.faults():
            self._note(place, fault)

    # what a new evaluation starts with

    def _questionnaires(self) -> Iterator[dict[str, Any]]:
        codes: set[str] = set()
        for number, entry in self._list(self._raw, "questionnaire", "问卷"):
            place = f"问卷 {number}"
            questions = [
                self._question(question, f"{place} › 第 {position} 题", codes)
                for position, question in self._list(entry, "question", place)
            ]
            yield {
                "title": self._text(entry, "title", "问卷名称", place=place, required=True),
                "group": self._text(entry, "group", "调查对象", place=place),
                "introduction": self._text(entry, "introduction", "卷首语", place=place),
                "question": questions,
            }

    def _question(self, entry: Mapping[str, Any], place: str, codes: set[str]) -> dict[str, Any]:
        code = self._text(entry, "code", "代号", place=place)
        if code in codes:
            self._refuse(place, f"代号“{code}”已被别的题目使用。", "每题的代号不能重复。")
        elif code:
            codes.add(code)
        options = []
        for position, option in self._list(entry, "option", place):
            where = f"{place} › 选项 {position}"
            said = {"label": self._text(option, "label", "选项文字", place=where, required=True)}
            if "weight" in option and (weight := self._weight(option["weight"], where)) is not None:
                said["weight"] = weight
            options.append(said)
        question = {
            "code": code,
            "text": self._text(entry, "text", "题目", place=place, required=True),
            "name": self._text(entry, "name", "结果名称", place=place),
            "kind": self._one_of(entry, "kind", "题型", QUESTION_KINDS, place),
            "role": self._one_of(entry, "role", "用途", QUESTION_ROLES, place),
            "option": options,
        }
        if question["kind"] in CHOICE_KINDS and not options:
            self._note(place, "是选择题，却没有选项。", "请写选项，或把题型改为文字。")
        return question

    def _weight(self, value: Any, place: str) -> str | None:
        weight = self._number(value, place, "权重（weight）")
        if weight is None:
            return None
        if not (isinstance(value, str) and value.strip().endswith(("%", "％"))):
            weight = weight.scaleb(-2)
        if weight > 1:
            self._refuse(place, f"权重 {show_percent_plain(weight)} 超过 100%。", "请写 0% 至 100%。")
            return None
        return show_percent_plain(weight)

    def _one_of(
        self, entry: Mapping[str, Any], key: str, label: str, choices: tuple[str, ...], place: str
    ) -> str:
        value = self._text(entry, key, label, place=place) or choices[0]
        if value not in choices:
            self._refuse(place, f"{label}（{key}）“{value}”不对。", f"只能是：{'、'.join(choices)}。")
            return choices[0]
        return value

    def _targets(self) -> Iterator[dict[str, Any]]:
        for number, entry in self._list(self._raw, "target", "绩效目标"):
            place = f"绩效目标第 {number} 条"
            target = {
                "level1": self._text(entry, "level1", "一级指标", place=place),
                "level2": self._text(entry, "level2", "二级指标", place=place),
                "name": self._text(entry, "name", "目标名称", place=place, required=True),
                "operator": self._one_of(entry, "operator", "比较", OPERATORS, place),
                "unit": self._text(entry, "unit", "计量单位", place=place),
                "indicator": self._text(entry, "indicator", "对应评价指标", place=place),
            }
            if "value" in entry and (value := self._number(entry["value"], place, "指标值")) is not None:
                target["value"] = f"{value:f}"
            if target["indicator"] and target["indicator"] not in self._rows:
                self._note(place, f"对应的评价指标“{target['indicator']}”不存在。", "请改为已有指标的编号。")
            yield target

    def _check_sources(
        self,
        indicators: tuple[Indicator, ...],
        questionnaires: tuple[Mapping[str, Any], ...],
        targets: tuple[Mapping[str, Any], ...],
    ) -> None:
        questions = {q["code"]: q for one in questionnaires for q in one["question"] if q["code"]}
        declared = Declared(questions, frozenset(target["name"] for target in targets))
        by_id = {indicator.id: indicator for indicator in indicators}
        for indicator in indicators:
            for spec in indicator.rule.inputs() if indicator.rule is not None else ():
                fault = _binding_fault(spec, declared)
                if fault:
                    place = " › ".join(self._path_names(indicator, by_id))
                    self._note(
                        place,
                        f"“{spec.label}”取自“{spec.source}”，{fault}，没有人能填。",
                        "请改取数来源，或改为手工填写。",
                    )

    @staticmethod
    def _path_names(indicator: Indicator, by_id: Mapping[str, Indicator]) -> list[str]:
        names = [indicator.name]
        while indicator.parent:
            indicator = by_id[indicator.parent]
            names.insert(0, indicator.name)
        return names


def _binding_fault(spec: InputSpec, declared: Declared) -> str:
    """What is wrong with the source of an input: there is none such, or it gives what the input can't take."""
    fault = source_fault(spec.source, declared)
    family = family_of(spec.source)
    if not fault and family is not None and family.dated != (spec.kind == "date"):
        return "而它不是日期" if spec.kind == "date" else "而它是日期，不是数值"
    return fault


def _is_digits(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 6


def _walk(roots: list[_Row]) -> Iterator[tuple[_Row, list[_Row]]]:
    """Every row with its path, in the order of the table: parents before their children."""
    waiting = [(root, [root]) for root in reversed(roots)]
    while waiting:
        row, path = waiting.pop()
        yield row, path
        waiting.extend((child, [*path, child]) for child in reversed(row.children))


def _points_below(row: _Row) -> Decimal | None:
    """The points of a row, stated or as the sum of its children."""
    if row.points is not None or not row.children or "points" in row.raw:
        return row.points
    sums = [_points_below(child) for child in row.children]
    return None if None in sums else sum((points for points in sums if points is not None), Decimal(0))


def _difference(found: Decimal, wanted: Decimal) -> str:
    gap = found - wanted
    return f"{'减少' if gap > 0 else '增加'} {show_plain(abs(gap))} 分"


def _upper(printed: str, lower: Decimal) -> Decimal | None:
    """The upper bound in a printed band such as ``80（含）-89``; nothing when it names only one number."""
    numbers = [Decimal(found) for found in re.findall(r"\d{1,6}(?:\.\d{1,6})?", printed, re.ASCII)]
    return max(numbers) if len(numbers) == 2 and lower in numbers else None
