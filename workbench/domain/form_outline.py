"""A raw form as a tree of rows, also while it can't be compiled: what stands where, what adds up to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.domain.amounts import NotANumber, exact, parse_number, show_plain
from workbench.domain.rules.base import BadRule, Rule, rule_types

Raw = Mapping[str, Any]
JUDGEMENT = "judgement"


def points_of(row: Mapping[str, Any]) -> Decimal | None:
    """The points that a row states, nothing when it states none or none that can be read."""
    try:
        return parse_number(str(row["points"])) if "points" in row else None
    except NotANumber:
        return None


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of the tree; ``below`` is the sum of the points directly below, where there are any."""

    id: str
    parent: str
    name: str
    level: int
    """1 for the first level."""
    points: Decimal | None
    leaf: bool
    below: Decimal | None = None

    @property
    def gap(self) -> Decimal:
        """How many points are missing below (negative: too many); 0 for a scored indicator."""
        return Decimal(0) if self.below is None else (self.points or Decimal(0)) - self.below


class Outline:
    """The rows of a raw form by their place; built once for each state of it."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self._rows: dict[str, Mapping[str, Any]] = {row["id"]: row for row in raw["indicator"]}
        self._children: dict[str, list[str]] = {}
        for row in raw["indicator"]:
            self._children.setdefault(row.get("parent", ""), []).append(row["id"])

    def __contains__(self, id_: object) -> bool:
        return id_ in self._rows

    def row(self, id_: str) -> Mapping[str, Any]:
        """The raw row of an indicator."""
        return self._rows[id_]

    def children(self, id_: str) -> list[str]:
        """The ids directly below; of ``""`` those of the first level."""
        return self._children.get(id_, [])

    def parent(self, id_: str) -> str:
        """The id above, empty on the first level."""
        return str(self._rows[id_].get("parent", ""))

    def siblings(self, id_: str) -> list[str]:
        """The ids under the same parent, this one among them."""
        return self.children(self.parent(id_))

    def path(self, id_: str) -> list[str]:
        """Ids from the first level down to the indicator."""
        found = [id_]
        while self.parent(found[0]):
            found.insert(0, self.parent(found[0]))
        return found

    def place(self, id_: str) -> str:
        """Where an indicator stands, in the compiler's words: ``过程 › 资金管理 › 资金到位率``."""
        return " › ".join(str(self._rows[one].get("name", "")) for one in self.path(id_))

    def below(self, id_: str) -> Iterator[str]:
        """The indicator and everything below it, in the order of the table."""
        if id_:
            yield id_
        for child in self.children(id_):
            yield from self.below(child)

    def height(self, id_: str) -> int:
        """How many levels an indicator and what is below it take."""
        return 1 + max((self.height(child) for child in self.children(id_)), default=0)

    def sum_below(self, id_: str) -> Decimal:
        """The sum of the points directly below."""
        return sum((points_of(self._rows[one]) or Decimal(0) for one in self.children(id_)), Decimal(0))

    def gaps(self, id_: str) -> bool:
        """Whether any group at or below an indicator does not add up."""
        return any(self.line(one).gap for one in self.below(id_))

    def line(self, id_: str) -> Line:
        """One row as the tree shows it."""
        row, children = self._rows[id_], self.children(id_)
        below = self.sum_below(id_) if children else None
        points = points_of(row)
        return Line(
            id_,
            self.parent(id_),
            str(row.get("name", "")),
            len(self.path(id_)),
            below if points is None and "points" not in row else points,
            not children,
            below,
        )

    def lines(self) -> list[Line]:
        """Every row, parents before their children."""
        return [self.line(id_) for id_ in self.below("")]

    @property
    def total(self) -> Decimal:
        """What the first level must come to."""
        try:
            return parse_number(str(self.raw.get("total", "100")))
        except NotANumber:
            return Decimal(100)

    @property
    def found(self) -> Decimal:
        """What the first level comes to."""
        return sum((self.line(id_).points or Decimal(0) for id_ in self.children("")), Decimal(0))

    def sum_text(self) -> str:
        """The running sum: ``合计 98 / 100，还差 2``."""
        return f"合计 {show_plain(self.found)} / {show_plain(self.total)}{_gap_text(self.total - self.found)}"


def gap_text(line: Line) -> str:
    """What is missing below a group, in words: ``下级 12，还差 2``; empty where it adds up."""
    if line.below is None or not line.gap:
        return ""
    return f"下级 {show_plain(line.below)}{_gap_text(line.gap)}"


def _gap_text(gap: Decimal) -> str:
    if not gap:
        return ""
    return f"，还差 {show_plain(gap)}" if gap > 0 else f"，多出 {show_plain(-gap)}"


def rule_of(row: Mapping[str, Any]) -> tuple[Rule | None, tuple[str, ...]]:
    """The executable standard of a row by itself, and what is wrong with it, each a Chinese sentence.

    Without a rule it is the evaluator's judgement. What keeps the rule from being carried out comes
    with no rule.
    """
    full_mark = points_of(row)
    if full_mark is None or full_mark <= 0:
        return None, ("先写大于 0 的分值，再看计分方式。",)
    raw = row.get("rule") or {"kind": JUDGEMENT}
    rule_type = rule_types().get(str(raw.get("kind")))
    if rule_type is None:
        return None, (f"不认识的计分方式“{raw.get('kind')}”。",)
    try:
        rule = rule_type.from_raw(raw, full_mark)
    except BadRule as error:
        return None, tuple(f"{problem}。".replace("。。", "。") for problem in error.problems)
    most, full = rule.maximum(), exact(full_mark)
    faults = list(rule.faults())
    if most < full:
        faults.insert(0, f"按评分标准最多得 {show_plain(most)} 分，达不到分值 {show_plain(full)} 分。")
    elif most > full:
        faults.insert(
            0, f"按评分标准可得 {show_plain(most)} 分，超过分值 {show_plain(full)} 分，超出部分不计。"
        )
    return rule, tuple(faults)
