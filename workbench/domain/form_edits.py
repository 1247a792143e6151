"""Edits of a raw form: each takes one and gives the next; ids stay with their indicator wherever it goes.

A form may be out of sum between two edits; :mod:`workbench.domain.form_outline` shows it then, and
the compiler says what is still in the way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from workbench.domain.amounts import exact, round_half_up
from workbench.domain.compiler import LEVELS, MAX_INDICATORS
from workbench.domain.form_outline import Outline, points_of, rule_of
from workbench.domain.rules.base import rule_types
from workbench.domain.rules.params import Param, params_of, write_params

Raw = Mapping[str, Any]
Row = dict[str, Any]

NEW_NAME = "新指标"
#: What a person writes about an indicator, besides its points and its rule.
TEXTS = ("name", "explanation", "criterion", "basis_source", "collection_method")
#: What says how an indicator is scored: goes along when it is divided.
_SCORING = ("explanation", "criterion", "basis_source", "collection_method", "tags", "digits", "rule")
#: Finest points that spreading gives, in decimals.
_MOST_DIGITS = 4
#: Most decimals of a score.
_MOST_DECIMALS = 6


class CannotEdit(ValueError):
    """An edit that makes no sense here; the message is a Chinese sentence."""


def fresh_id(taken: Collection[str], words: str) -> str:
    """An id that no indicator has or had: from ``words`` (random hexadecimal digits), longer while taken."""
    length = 6
    while (id_ := f"N{words[:length].upper()}") in taken and length < len(words):
        length += 1
    return id_


def _with_rows(raw: Raw, rows: Mapping[str, Row], children: Mapping[str, list[str]]) -> dict[str, Any]:
    ordered: list[Row] = []
    waiting = list(reversed(children.get("", [])))
    while waiting:
        id_ = waiting.pop()
        ordered.append(rows[id_])
        waiting.extend(reversed(children.get(id_, [])))
    return {**raw, "indicator": ordered}


class _Tree:
    """A raw form taken apart, to be put together again after one edit."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self.outline = Outline(raw)
        self.rows: dict[str, Row] = {row["id"]: dict(row) for row in raw["indicator"]}
        self.children = {id_: list(self.outline.children(id_)) for id_ in ("", *self.rows)}

    def raw(self) -> dict[str, Any]:
        """The form after the edit."""
        return _with_rows(self._raw, self.rows, self.children)

    def put_under(self, id_: str, parent: str, at: int | None = None) -> None:
        """Hang an indicator below another one; a scored one that gets its first child is scored no more."""
        if parent:
            self.rows[id_]["parent"] = parent
            for key in ("rule", "digits"):
                self.rows[parent].pop(key, None)
        else:
            self.rows[id_].pop("parent", None)
        below = self.children[parent]
        below.insert(len(below) if at is None else at, id_)

    def take_out(self, id_: str) -> None:
        """Take an indicator from where it hangs."""
        self.children[self.rows[id_].get("parent", "")].remove(id_)


def _check_depth(raw: Raw, outline: Outline, parent: str, height: int) -> None:
    levels = raw.get("levels") or ("", "", "")
    if (len(outline.path(parent)) if parent else 0) + height > len(levels):
        raise CannotEdit(f"本体系只有 {len(levels)} 级指标，放在这里会多出一级；级数可在“体系与模板”中改。")


def add(raw: Raw, id_: str, *, parent: str = "", after: str = "", name: str = NEW_NAME) -> dict[str, Any]:
    """Add an indicator below ``parent``, behind its child ``after`` or last; it takes the points that are open.

    Below a scored indicator it takes over the points, the standard and the rule: the one above becomes
    a group. Raises :class:`CannotEdit` where the levels don't reach.
    """
    tree = _Tree(raw)
    outline = tree.outline
    if len(tree.rows) >= MAX_INDICATORS:
        raise CannotEdit(f"指标已有 {MAX_INDICATORS} 个，不能再加。")
    _check_depth(raw, outline, parent, 1)
    row: Row = {"id": id_, "name": name}
    if parent and not outline.children(parent):
        above = tree.rows[parent]
        row |= {key: above[key] for key in ("points", *_SCORING) if key in above}
    else:
        whole = outline.line(parent).points if parent else outline.total
        rest = (whole or Decimal(0)) - outline.sum_below(parent)
        row |= {"points": f"{max(rest, Decimal(0)):f}", "rule": {"kind": "judgement"}}
    tree.rows[id_] = row
    tree.children[id_] = []
    siblings = tree.children[parent]
    tree.put_under(id_, parent, siblings.index(after) + 1 if after in siblings else None)
    return tree.raw()


def remove(raw: Raw, id_: str) -> dict[str, Any]:
    """Remove an indicator with everything below it."""
    tree = _Tree(raw)
    if len(list(tree.outline.below(id_))) == len(tree.rows):
        raise CannotEdit("至少要留一个指标。")
    tree.take_out(id_)
    return tree.raw()


def move(raw: Raw, id_: str, by: int) -> dict[str, Any]:
    """Move an indicator up (-1) or down (1) among its siblings; at the end nothing happens."""
    tree = _Tree(raw)
    siblings = tree.children[tree.outline.parent(id_)]
    at = siblings.index(id_)
    to = min(max(at + by, 0), len(siblings) - 1)
    siblings.insert(to, siblings.pop(at))
    return tree.raw()


def place_under(raw: Raw, id_: str, parent: str, after: str = "") -> dict[str, Any]:
    """Move an indicator with all below it to another parent, behind its child ``after`` or last."""
    tree = _Tree(raw)
    outline = tree.outline
    if parent and parent in set(outline.below(id_)):
        raise CannotEdit("不能把指标移到它自己下面。")
    _check_depth(raw, outline, parent, outline.height(id_))
    tree.take_out(id_)
    siblings = tree.children[parent]
    tree.put_under(id_, parent, siblings.index(after) + 1 if after in siblings else None)
    return tree.raw()


def indent(raw: Raw, id_: str) -> dict[str, Any]:
    """Put an indicator below the sibling before it, as its last child."""
    siblings = Outline(raw).siblings(id_)
    at = siblings.index(id_)
    if not at:
        raise CannotEdit("前面没有同级指标，不能降级。")
    return place_under(raw, id_, siblings[at - 1])


def outdent(raw: Raw, id_: str) -> dict[str, Any]:
    """Put an indicator behind the one above it, one level higher."""
    outline = Outline(raw)
    parent = outline.parent(id_)
    if not parent:
        raise CannotEdit("已经是一级指标，不能再升级。")
    return place_under(raw, id_, outline.parent(parent), after=parent)


def split(raw: Raw, id_: str, new_id: str) -> dict[str, Any]:
    """One scored indicator into two: texts and rule copied, points shared."""
    tree = _Tree(raw)
    if tree.outline.children(id_):
        raise CannotEdit("只有末级指标可以拆分。")
    row = tree.rows[id_]
    points = points_of(row) or Decimal(0)
    shares = _shares([Fraction(1), Fraction(1)], points, _digits([points]))
    tree.rows[new_id] = {
        **row,
        "id": new_id,
        "name": f"{row.get('name', '')}（二）",
        "points": f"{shares[1]:f}",
    }
    row["points"] = f"{shares[0]:f}"
    tree.children[new_id] = []
    parent = tree.outline.parent(id_)
    tree.put_under(new_id, parent, tree.children[parent].index(id_) + 1)
    fresh = tree.raw()
    return fit_rule(fit_rule(fresh, id_), new_id) if _gave_all(raw, id_) else fresh


def merge(raw: Raw, id_: str) -> dict[str, Any]:
    """A scored indicator with the next sibling: points added, differing texts joined, the first one's rule kept."""
    tree = _Tree(raw)
    siblings = tree.outline.siblings(id_)
    at = siblings.index(id_)
    other = siblings[at + 1] if at + 1 < len(siblings) else ""
    if not other or tree.outline.children(id_) or tree.outline.children(other):
        raise CannotEdit("后面没有可以合并的同级末级指标。")
    row, gone = tree.rows[id_], tree.rows[other]
    for key in ("explanation", "criterion", "basis_source"):
        texts = dict.fromkeys(text for text in (row.get(key, ""), gone.get(key, "")) if text)
        if texts:
            row[key] = "\n".join(texts)
    row["points"] = f"{(points_of(row) or Decimal(0)) + (points_of(gone) or Decimal(0)):f}"
    tree.take_out(other)
    return tree.raw()


def restore(raw: Raw, base: Raw, id_: str) -> dict[str, Any]:
    """Bring a removed indicator back from ``base``, with all that hung below it and what it hung on."""
    tree, old = _Tree(raw), Outline(base)
    for one in (*old.path(id_)[:-1], *old.below(id_)):
        if one in tree.rows:
            continue
        tree.rows[one] = dict(old.row(one))
        tree.children[one] = []
        siblings = old.siblings(one)
        before = [other for other in siblings[: siblings.index(one)] if other in tree.rows]
        below = tree.children[old.parent(one)]
        at = below.index(before[-1]) + 1 if before and before[-1] in below else 0
        tree.put_under(one, old.parent(one), at)
    return tree.raw()


def put_text(raw: Raw, id_: str, key: str, text: str) -> dict[str, Any]:
    """Set one of the :data:`TEXTS` of an indicator; an empty one goes, but a name must be."""
    if key not in TEXTS:
        raise KeyError(key)
    if key == "name" and not text.strip():
        raise CannotEdit("请填写指标名称。")
    return _with(raw, id_, {key: text.strip() or None})


def put_tags(raw: Raw, id_: str, tags: list[str]) -> dict[str, Any]:
    """Set what kind of fact an indicator measures."""
    return _with(raw, id_, {"tags": tags or None})


def put_digits(raw: Raw, id_: str, digits: int | None) -> dict[str, Any]:
    """Set the decimals of an indicator's own score; none: those of the whole form."""
    if digits is not None and not 0 <= digits <= _MOST_DECIMALS:
        raise CannotEdit(f"小数位数请写 0 至 {_MOST_DECIMALS} 的整数，不写则随本体系。")
    if digits is not None:
        _check_scored(raw, id_)
    return _with(raw, id_, {"digits": digits})


def put_general(raw: Raw, key: str, text: str) -> dict[str, Any]:
    """Set a text of the whole form: ``title``, ``version``, ``authority``; a title must be."""
    if key not in {"title", "version", "authority"}:
        raise KeyError(key)
    if key == "title" and not text.strip():
        raise CannotEdit("请填写指标体系的名称。")
    return {name: value for name, value in {**raw, key: text.strip()}.items() if value != "" or name != key}


def put_points(raw: Raw, id_: str, points: Decimal) -> dict[str, Any]:
    """Set the points of an indicator; those above and below stay as they are."""
    if points < 0:
        raise CannotEdit("分值不能为负数。")
    return _with(raw, id_, {"points": f"{points:f}"})


def put_levels(raw: Raw, count: int) -> dict[str, Any]:
    """Set how many levels the form has; further ones get their usual names. Indicators stay where they are."""
    outline = Outline(raw)
    needed = outline.height("") - 1
    if not max(needed, 1) <= count <= len(LEVELS):
        raise CannotEdit(f"级数请写 {max(needed, 1)} 至 {len(LEVELS)}：现有指标用到第 {needed} 级。")
    names = list(raw.get("levels") or LEVELS[:3])
    return {**raw, "levels": (names + list(LEVELS[len(names) :]))[:count]}


def put_total(raw: Raw, total: Decimal) -> dict[str, Any]:
    """Set what the first level must come to."""
    if total <= 0:
        raise CannotEdit("总分应大于 0。")
    return {**raw, "total": f"{total:f}"}


def sum_up(raw: Raw, id_: str) -> dict[str, Any]:
    """Give an indicator the sum of the points below it, and so on up to the first level."""
    fresh: dict[str, Any] = dict(raw)
    for one in reversed(Outline(raw).path(id_)):
        outline = Outline(fresh)
        if outline.children(one):
            fresh = put_points(fresh, one, outline.sum_below(one))
    return fresh


def spread(raw: Raw, parent: str, total: Decimal | None = None) -> dict[str, Any]:
    """Bring the points below ``parent`` (of ``""``: the first level) to its own, in proportion; exactly.

    Points that a rule names itself go along where the rule gave just the full mark before.

    ``total`` is the sum to reach, if not the points of the parent. Groups below are spread in turn.
    """
    outline = Outline(raw)
    children = outline.children(parent)
    if not children:
        raise CannotEdit("没有下级指标可以分配。")
    whole = total if total is not None else outline.line(parent).points if parent else outline.total
    points = [outline.line(id_).points or Decimal(0) for id_ in children]
    if whole is None or whole <= 0:
        raise CannotEdit("先写本级的分值，再分配给下级。")
    weights = [exact(one) for one in points] if any(points) else [Fraction(1)] * len(points)
    fresh: dict[str, Any] = dict(raw)
    for id_, share in zip(children, _shares(weights, whole, _digits([*points, whole])), strict=True):
        if share and outline.children(id_) and (share != outline.line(id_).points or outline.gaps(id_)):
            fresh = spread(fresh, id_, share)
        fresh = reweight(fresh, id_, share)
    return fresh


def stated_params(raw: Raw, id_: str) -> dict[tuple[str, str], Any]:
    """What the rule of an indicator states, by name and kind of parameter: what another rule may take over."""
    rule = Outline(raw).row(id_).get("rule") or {}
    rule_type = rule_types().get(str(rule.get("kind")))
    params = params_of(rule_type) if rule_type is not None else ()
    return {_meaning(one): rule[one.name] for one in params if one.name in rule}


def _meaning(param: Param) -> tuple[str, str]:
    return param.name, f"{param.kind} {param.item.__name__}" if param.item is not None else param.kind


def put_rule(
    raw: Raw, id_: str, kind: str, remembered: Mapping[tuple[str, str], Any] | None = None
) -> dict[str, Any]:
    """Another way of scoring. What the rule before it states is kept where both know the parameter.

    ``remembered`` may give more of :func:`stated_params`, of rules before that. No kind: the
    evaluator's judgement.
    """
    kind = kind or "judgement"
    _check_scored(raw, id_)
    known = {**(remembered or {}), **stated_params(raw, id_)}
    kept = {one.name: known[key] for one in params_of(rule_types()[kind]) if (key := _meaning(one)) in known}
    return _with(raw, id_, {"rule": {"kind": kind, **kept}})


def fit_rule(raw: Raw, id_: str) -> dict[str, Any]:
    """Bring the points that a rule names itself into proportion with the points of its indicator.

    A rule that can give just the full mark, or can't be carried out, stays as it is.
    """
    row = Outline(raw).row(id_)
    rule, _ = rule_of(row)
    if rule is None or not rule.maximum() or rule.maximum() == exact(rule.full_mark):
        return dict(raw)
    ratio = exact(rule.full_mark) / rule.maximum()
    return _with(raw, id_, {"rule": {"kind": rule.kind, **_scaled(rule, ratio)}})


def reweight(raw: Raw, id_: str, points: Decimal) -> dict[str, Any]:
    """Set the points; those that the rule names itself follow where it gave just the full mark before."""
    follows = not Outline(raw).children(id_) and _gave_all(raw, id_)
    fresh = put_points(raw, id_, points)
    return fit_rule(fresh, id_) if follows else fresh


def _scaled(holder: Any, ratio: Fraction) -> dict[str, Any]:
    """The parameters of a rule or an entry as form files hold them, points multiplied; percentages stay."""
    found = write_params(holder)
    for described in params_of(type(holder)):
        value = getattr(holder, described.name)
        if described.name not in found:
            continue
        if described.kind == "points":
            found[described.name] = _times(value, ratio)
        elif described.kind == "share" and not value.percent:
            found[described.name] = _times(value.value, ratio)
        elif described.kind == "list":
            found[described.name] = [_scaled(entry, ratio) for entry in value]
    return found


def _times(value: Decimal, ratio: Fraction) -> str:
    return f"{round_half_up(exact(value) * ratio, _MOST_DIGITS).normalize():f}"


def _gave_all(raw: Raw, id_: str) -> bool:
    """Whether the rule of a scored indicator can give just its full mark."""
    rule, _ = rule_of(Outline(raw).row(id_))
    return rule is not None and rule.maximum() == exact(rule.full_mark)


def put_param(raw: Raw, id_: str, name: str, value: object) -> dict[str, Any]:
    """Set one parameter of an indicator's rule as form files hold it; an empty one goes."""
    _check_scored(raw, id_)
    rule = dict(Outline(raw).row(id_).get("rule") or {"kind": "judgement"})
    if value in (None, "", []):
        rule.pop(name, None)
    else:
        rule[name] = value
    return _with(raw, id_, {"rule": rule})


def _check_scored(raw: Raw, id_: str) -> None:
    if Outline(raw).children(id_):
        raise CannotEdit("有下级指标的不计分，计分方式写在末级指标。")


def _with(raw: Raw, id_: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The form with one row changed; ``None`` takes a value away."""
    rows = [
        {key: value for key, value in {**row, **values}.items() if value is not None}
        if row["id"] == id_
        else row
        for row in raw["indicator"]
    ]
    return {**raw, "indicator": rows}


def _digits(points: list[Decimal]) -> int:
    """The decimals that the points are written with."""
    return max(max(-int(one.normalize().as_tuple().exponent), 0) for one in points)


def _shares(weights: list[Fraction], total: Decimal, digits: int) -> list[Decimal]:
    """``total`` in proportion to ``weights``, with few decimals and none at 0; the largest remainders round up."""
    whole = sum(weights)
    shares: list[Decimal] = []
    for precision in range(digits, max(digits, _MOST_DIGITS) + 1):
        unit = Fraction(1, 10**precision)
        exactly = [exact(total) * weight / whole / unit for weight in weights]
        counts = [floor(one) for one in exactly]
        missing = int(exact(total) / unit) - sum(counts)
        order = sorted(range(len(weights)), key=lambda n: (counts[n] - exactly[n], n))
        for n in order[:missing]:
            counts[n] += 1
        shares = [Decimal(count).scaleb(-precision) for count in counts]
        if all(count or not weight for count, weight in zip(counts, weights, strict=True)):
            break
    return [Decimal(f"{share.normalize():f}") for share in shares]
