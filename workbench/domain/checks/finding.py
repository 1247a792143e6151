"""What a check says: a finding with its place, weight and effect; where a check stands when it says it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from workbench.domain.amounts import show, show_signed
from workbench.domain.changes import Change
from workbench.domain.evaluation import Waiver

PAGES = (
    "overview",
    "targets_funds",
    "form",
    "scoring",
    "records",
    "evidence",
    "survey",
    "problems",
    "review",
    "checks",
    "export",
)

#: The catalogue: what each code is about, as headings of the panel and of the printed list.
CATALOGUE: Mapping[str, str] = {
    "K01": "分值逐级相加",
    "K02": "得分在 0 与分值之间，逐级相加",
    "K03": "扣分有行、有因，合计相符",
    "K04": "得分和扣分有佐证",
    "K05": "问题、扣分、建议互相对应",
    "K06": "得分与评分标准的结果一致",
    "K07": "评分标准最高分等于分值",
    "K08": "比率的分子、分母与定义一致",
    "K09": "不可能超过 100% 的比率",
    "K10": "问卷计票与结果一致",
    "K11": "问卷题目、选项、份数",
    "K12": "等级划分与临界",
    "K13": "指标权重",
    "K14": "远超目标值",
    "K15": "资金表",
    "K16": "日期顺序",
    "K17": "目标与指标对应",
    "K18": "同一事实重复使用",
    "K19": "文字中的数字与数据一致",
    "K20": "附件、图表编号",
    "K21": "指标方向与归类",
    "K22": "全部满分",
    "K23": "征求意见与答复",
    "K24": "主评人与内部复核",
    "K25": "取整",
    "K26": "残留文字",
    "K30": "资料清单的收取",
    "K31": "座谈、现场记录完整，不以说明代替证据",
    "K32": "抽样与总体",
}


class Severity(StrEnum):
    """How much a finding weighs: an error blocks issuing unless it is let stand with a reason."""

    ERROR = "E"
    WARNING = "W"
    NOTICE = "N"

    @property
    def label(self) -> str:
        """The word on screen and paper."""
        return {"E": "错误", "W": "警告", "N": "提示"}[self.value]

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return "EWN".index(self.value)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go: one of :data:`PAGES`, then the kind and id of an entity (or ``indicator``), and its field."""

    page: str
    kind: str = ""
    id: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What correcting a finding would do: the indicator's score, the total and the grade, before and after.

    Worked out by scoring the changed evaluation with :mod:`workbench.domain.scoring`, nothing else.
    """

    total_before: Decimal
    total_after: Decimal
    grade_before: str
    grade_after: str
    score_before: Decimal | None = None
    score_after: Decimal | None = None
    digits: int = 2
    """Decimals of the indicator's score; totals come rounded."""

    @property
    def score_words(self) -> str:
        """``本项 4.51 → 4.01``; empty when the effect is not about one indicator."""
        if self.score_before is None or self.score_after is None:
            return ""
        return f"本项 {show(self.score_before, self.digits)} → {show(self.score_after, self.digits)}"

    @property
    def score_change(self) -> str:
        """The indicator's difference with its sign: ``+0.16``."""
        return show_signed((self.score_after or 0) - (self.score_before or 0), self.digits)

    @property
    def total_words(self) -> str:
        """``总分 92.31 → 92.47``."""
        return f"总分 {self.total_before:f} → {self.total_after:f}"

    @property
    def total_difference(self) -> Decimal:
        """Points gained (or lost) in total."""
        return self.total_after - self.total_before

    @property
    def changes_grade(self) -> bool:
        """Whether the grade would be another."""
        return self.grade_before != self.grade_after

    def __str__(self) -> str:
        parts = [words for words in (self.score_words, self.total_words) if words]
        if self.changes_grade:
            parts.append(f"等级 {self.grade_before or '无'} → {self.grade_after or '无'}")
        return "，".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, doubt or hint: what, where, which figures, what it does to the score, what to do."""

    code: str
    severity: Severity
    place: Place
    where: str
    """The place in words: ``过程 › 资金管理 › 资金到位率``."""
    message: str
    """One sentence for the evaluator."""
    key: str
    """Stays the same while the finding stands: the id of a :class:`Waiver`."""
    detail: str = ""
    """More for the reviewer: the rule, the calculation, the likely cause."""
    expected: str = ""
    found: str = ""
    difference: str = ""
    effect: Effect | None = None
    remedy: str = ""
    indicator: str = ""
    """The indicator that it is about, for the tree and the editor."""
    adopting: tuple[Change, ...] = field(default=(), repr=False, compare=False)
    """The changes that ``effect`` supposes; putting them would settle the finding."""
    waiver: Waiver | None = None

    @property
    def waived(self) -> bool:
        """已放行: a person let it stand with a reason."""
        return self.waiver is not None

    @property
    def blocking(self) -> bool:
        """Prevents issuing."""
        return self.severity is Severity.ERROR and self.waiver is None

    @property
    def title(self) -> str:
        """What the code is about."""
        return CATALOGUE.get(self.code, "")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a check stands: makes findings with a stable key for this place (and ``part`` of the check)."""

    code: str
    place: Place
    where: str
    indicator: str = ""
    part: str = ""

    def error(self, message: str, **rest: object) -> Finding:
        """An error here."""
        return self._finding(Severity.ERROR, message, rest)

    def warning(self, message: str, **rest: object) -> Finding:
        """A warning here."""
        return self._finding(Severity.WARNING, message, rest)

    def notice(self, message: str, **rest: object) -> Finding:
        """A notice here."""
        return self._finding(Severity.NOTICE, message, rest)

    def _finding(self, severity: Severity, message: str, rest: Mapping[str, object]) -> Finding:
        place = self.place
        # Waivers are kept by this key: what is mended in the form was first told of the page of scores.
        at = place.kind or {"form": "scoring"}.get(place.page, place.page)
        key = ":".join(part for part in (self.code, at, place.id, place.field, self.part) if part)
        return Finding(
            code=self.code,
            severity=severity,
            place=place,
            where=self.where,
            message=message,
            key=key,
            indicator=self.indicator,
            **rest,  # type: ignore[arg-type]
        )


def waived(findings: Iterable[Finding], waivers: Mapping[str, Waiver]) -> tuple[Finding, ...]:
    """The findings, those with a waiver marked so."""
    return tuple(
        dataclasses.replace(finding, waiver=waivers[finding.key]) if finding.key in waivers else finding
        for finding in findings
    )
