"""Raw data → Form, with every problem listed, not only the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workbench.domain.amounts import exact, show_plain
from workbench.domain.form import Form, Indicator, Rounding
from workbench.domain.form_bands import compile_bands
from workbench.domain.form_presets import compile_questionnaires, compile_targets
from workbench.domain.form_raw import plain_data
from workbench.domain.raw_reader import RawReader
from workbench.domain.rules.base import BadRule, InputSpec, Rule, rule_types
from workbench.domain.sources import Declared, family_of, source_fault
from workbench.errors import Fault, InputRefused

MAX_INDICATORS = 2_000
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

_DEEPEST = 40


def compile_form(raw: Mapping[str, Any]) -> Form:
    """Compile the data of one indicator system (schema: ``forms/README.md``).

    Raises :class:`InputRefused` with every fault that prevents scoring, each with its place in
    words; what does not prevent it is listed in :attr:`Form.faults`.
    """
    if _deep(raw):
        fault = Fault("指标体系", f"表格嵌套超过 {_DEEPEST} 层。", "请检查文件是否完整，或由原文件重新导出。")
        raise InputRefused("指标体系不能使用。", (fault,))
    return _Compiler(raw).form()


def _deep(raw: object) -> bool:
    """Whether tables and lists lie deeper in each other than any form needs, without going in by recursion."""
    level = [raw]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (
                outer.values()
                if isinstance(outer, Mapping)
                else outer
                if isinstance(outer, list | tuple)
                else ()
            )
        ]
        if not level:
            return False
    return True


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
        self._reader = RawReader()
        self._rows: dict[str, _Row] = {}

    def form(self) -> Form:
        raw = self._raw
        for name in raw:
            if name not in _TOP:
                self._reader.note("指标体系", f"不认识的项目“{name}”，已忽略。", "请检查拼写。")
        id_ = self._reader.text(raw, "id", "指标体系编号", required=True)
        title = self._reader.text(raw, "title", "指标体系名称", required=True)
        levels = self._levels()
        roots = self._table(levels)
        total = self._total(roots)
        rounding = self._rounding()
        bands = compile_bands(self._reader, raw, total)
        questionnaires = tuple(compile_questionnaires(self._reader, raw))
        targets = tuple(compile_targets(self._reader, raw, self._rows))
        indicators = tuple(self._indicators(roots, levels))
        self._check_sources(indicators, questionnaires, targets)
        if self._reader.fatal:
            raise InputRefused(
                f"指标体系“{title or id_ or '未命名'}”有 {len(self._reader.fatal)} 处不能计分的问题。",
                tuple(self._reader.fatal + self._reader.notes),
            )
        return Form(
            id=id_,
            title=title,
            version=self._reader.text(raw, "version", "版本"),
            authority=self._reader.text(raw, "authority", "制定依据"),
            mode=self._reader.text(raw, "mode", "评价类型"),
            profile=self._reader.text(raw, "profile", "地方习惯") or "national",
            layout=self._reader.text(raw, "layout", "评分表样式") or "nine_columns",
            outline=self._reader.text(raw, "outline", "报告提纲") or "annex3",
            levels=levels,
            total=total,
            bands=bands,
            rounding=rounding,
            indicators=indicators,
            questionnaires=questionnaires,
            targets=targets,
            faults=tuple(self._reader.notes),
            raw=plain_data(raw),
        )

    # the head of the form

    def _levels(self) -> tuple[str, ...]:
        value = self._raw.get("levels", ())
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) and v.strip() for v in value):
            self._reader.refuse(
                "指标层级", "levels 应为各级名称的列表。", '如 levels = ["一级指标", "二级指标"]。'
            )
            return LEVELS
        return tuple(v.strip() for v in value) or LEVELS[:3]

    def _rounding(self) -> Rounding:
        value = self._raw.get("rounding", {})
        if not isinstance(value, Mapping):
            self._reader.refuse("取整", "rounding 应为一组数据。", "如 [rounding] digits = 2。")
            return Rounding()
        digits, at = value.get("digits", 2), value.get("at", "indicator")
        if not _is_digits(digits):
            self._reader.refuse("取整", f"小数位数（digits）“{digits}”不对。", "请写 0 至 6 的整数。")
            digits = 2
        if at not in ROUNDING_AT:
            self._reader.refuse(
                "取整", f"取整位置（at）“{at}”不对。", "请写 indicator（每个指标）或 total（只在总分）。"
            )
            at = "indicator"
        return Rounding(digits, at)

    def _total(self, roots: list[_Row]) -> Decimal:
        value = self._raw.get("total", 100)
        total = self._reader.number(value, "总分", "总分（total）")
        if total is None:
            return Decimal(100)
        points = [root.points for root in roots]
        if total <= 0:
            self._reader.refuse("总分", "总分应大于 0。")
        elif roots and all(p is not None for p in points):
            found = sum((p for p in points if p is not None), Decimal(0))
            if found != total:
                parts = "+".join(f"{root.name} {show_plain(root.points or 0)}" for root in roots)
                self._reader.refuse(
                    "总分",
                    f"一级指标分值合计 {show_plain(found)}（{parts}），不等于总分 {show_plain(total)}。",
                    f"请调整一级指标分值，{_difference(found, total)}。",
                )
        return total

    # the table of indicators

    def _table(self, levels: tuple[str, ...]) -> list[_Row]:
        entries = self._reader.entries(self._raw, "indicator", "指标")
        if not entries:
            self._reader.refuse("指标", "没有任何指标。", "请写 [[indicator]]。")
        if len(entries) > MAX_INDICATORS:
            self._reader.refuse("指标", f"有 {len(entries)} 个指标，超过 {MAX_INDICATORS} 个。", "请拆分。")
            return []
        ordered: list[_Row] = []
        for number, entry in entries:
            place = f"第 {number} 个指标"
            name = self._reader.text(entry, "name", "指标名称", place=place, required=True)
            place = f"{place}“{name}”" if name else place
            id_ = self._reader.text(entry, "id", "指标编号", place=place, required=True)
            if "/" in id_:
                self._reader.refuse(place, f"编号“{id_}”含有“/”。", "编号请只用字母、数字、点和横线。")
            parent = self._reader.text(entry, "parent", "上级指标", place=place)
            points = (
                self._reader.number(entry["points"], place, "分值（points）") if "points" in entry else None
            )
            row = _Row(id_, parent, name or id_ or f"第 {number} 个指标", points, entry)
            if id_ in self._rows:
                self._reader.refuse(
                    place, f"编号“{id_}”与“{self._rows[id_].name}”相同。", "每个指标的编号不能重复。"
                )
            elif id_:
                self._rows[id_] = row
                ordered.append(row)
        roots = self._join(ordered)
        walked = list(_walk(roots))
        if any(len(path) > MAX_DEPTH for _, path in walked):
            self._reader.refuse("指标", f"上下级超过 {MAX_DEPTH} 层。", "请改正 parent。")
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
                self._reader.refuse(
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
                self._reader.refuse(f"指标“{row.name}”", "上级关系绕成了圈。", "请改正 parent。")
        return roots

    def _check_row(self, row: _Row, place: str, level: int, levels: tuple[str, ...]) -> None:
        for name in row.raw:
            if name not in _INDICATOR:
                self._reader.note(place, f"不认识的项目“{name}”，已忽略。", "请检查拼写。")
        if level > len(levels):
            self._reader.refuse(
                place, f"在第 {level} 级，而层级只有 {len(levels)} 级。", "请补 levels 或上移。"
            )
        siblings = self._rows[row.parent].children if row.parent else []
        if sum(1 for sibling in siblings if sibling.name == row.name) > 1 and siblings[0] is not row:
            self._reader.note(place, "同一上级下有同名指标。", "请改名以免混淆。")
        if not row.children:
            if "points" not in row.raw:
                self._reader.refuse(place, "没有写分值（points）。", "请补上。")
            elif row.points is not None and row.points <= 0:
                self._reader.refuse(place, "分值应大于 0。", "请改正或删去此指标。")
            return
        if "rule" in row.raw:
            self._reader.note(
                place, "有下级指标，自身的计分方式不起作用，已忽略。", "请把计分方式写在末级指标。"
            )
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
            self._reader.refuse(
                place,
                f"下级分值合计 {show_plain(found)}（{parts}），不等于本级分值 {show_plain(row.points)}。",
                f"请调整，{_difference(found, row.points)}。",
            )

    def _indicators(self, roots: list[_Row], levels: tuple[str, ...]) -> Iterator[Indicator]:
        for row, path in _walk(roots):
            place = " › ".join(r.name for r in path)
            tags = row.raw.get("tags", ())
            if not isinstance(tags, list | tuple) or not all(isinstance(tag, str) for tag in tags):
                self._reader.refuse(place, "标签（tags）应为文字的列表。", '如 tags = ["产出"]。')
                tags = ()
            full_mark = row.points if row.points is not None else Decimal(0)
            yield Indicator(
                id=row.id,
                name=row.name,
                level=min(len(path), len(levels)),
                parent=row.parent,
                full_mark=full_mark,
                explanation=self._reader.text(row.raw, "explanation", "指标解释", place=place),
                criterion=self._reader.text(row.raw, "criterion", "评价标准", place=place),
                rule=None if row.children else self._rule(row, place, full_mark),
                basis_source=self._reader.text(row.raw, "basis_source", "依据来源", place=place),
                collection_method=self._reader.text(
                    row.raw, "collection_method", "证据收集方式", place=place
                ),
                tags=tuple(tags),
                digits=self._digits(row, place),
            )

    def _digits(self, row: _Row, place: str) -> int | None:
        value = row.raw.get("digits")
        if value is None or value == "":
            return None
        if not _is_digits(value):
            self._reader.refuse(place, f"得分小数位数（digits）“{value}”不对。", "请写 0 至 6 的整数。")
            return None
        if row.children:
            self._reader.note(place, "有下级指标，得分小数位数不起作用，已忽略。", "请写在末级指标。")
            return None
        return int(value)

    def _rule(self, row: _Row, place: str, full_mark: Decimal) -> Rule | None:
        kinds = rule_types()
        raw = row.raw.get("rule")
        if raw is None:
            self._reader.note(
                place, "没有写计分方式，按评价人判断给分。", "需要自动计算时请写 [indicator.rule]。"
            )
            raw = {"kind": "judgement"}
        if not isinstance(raw, Mapping):
            self._reader.refuse(place, "计分方式（rule）应为一组数据。", "请写成 [indicator.rule]。")
            return None
        kind = raw.get("kind")
        if not isinstance(kind, str) or kind not in kinds:
            known = "、".join(f"{name}（{kinds[name].label}）" for name in sorted(kinds))
            self._reader.refuse(place, f"不认识的计分方式“{kind or '（空）'}”。", f"可用：{known}。")
            return None
        if full_mark <= 0:
            return None  # its missing points are a fault already
        try:
            rule = kinds[kind].from_raw(raw, full_mark)
        except BadRule as error:
            for problem in error.problems:
                self._reader.refuse(
                    place, f"{kinds[kind].label}：{problem}。".replace("。。", "。"), "请改正计分方式。"
                )
            return None
        self._check_rule(rule, place)
        return rule

    def _check_rule(self, rule: Rule, place: str) -> None:
        most, full = rule.maximum(), exact(rule.full_mark)
        if most < full:
            self._reader.note(
                place,
                f"按评分标准最多得 {show_plain(most)} 分，达不到分值 {show_plain(full)} 分。",
                "请核对标准中的系数，或改分值。",
            )
        elif most > full:
            self._reader.note(
                place,
                f"按评分标准可得 {show_plain(most)} 分，超过分值 {show_plain(full)} 分，超出部分不计。",
                "请核对标准中的系数，或改分值。",
            )
        for fault in rule.faults():
            self._reader.note(place, fault)

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
                    self._reader.note(
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
