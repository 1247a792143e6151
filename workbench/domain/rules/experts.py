"""专家评分: the mean of several experts, at the desk and on site, weighted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from workbench.domain.amounts import exact, show_plain
from workbench.domain.rules.base import Given, InputSpec, Outcome, Rule, register
from workbench.domain.rules.measure import rate_text, within
from workbench.domain.rules.params import param

SIMPLE, TRIMMED = "简单平均", "去掉一个最高分和一个最低分"


@register
@dataclass(frozen=True)
class ExpertsRule(Rule):
    """score = desk mean × 40 % + site mean × 60 % (practice 4.3 no. 11: 3–5 at the desk, 5–7 on site).

    Without site experts the desk mean is the score. Fewer than ``least`` marks of a group: no score.
    """

    kind: ClassVar[str] = "experts"
    label: ClassVar[str] = "专家评分"

    desk: int = param("书面评审专家人数", "count", default=3)
    site: int = param("现场评价专家人数", "count", default=0)
    least: int = param("每组至少几人", "count", default=3)
    mean: str = param("平均办法", "choice", choices=(SIMPLE, TRIMMED), default=SIMPLE)
    desk_weight: Decimal = param("书面评审权重", "percent", default=Decimal("0.4"))

    def inputs(self) -> tuple[InputSpec, ...]:
        """One mark per expert; each group may miss some, down to ``least``."""
        return tuple(
            InputSpec(f"{key}{number}", f"{label}专家 {number}", "score", unit="分", optional=number > least)
            for key, label, size, least in self._groups()
            for number in range(1, size + 1)
        )

    def _groups(self) -> tuple[tuple[str, str, int, int], ...]:
        groups = (("d", "书面评审", self.desk), ("s", "现场评价", self.site))
        return tuple((key, label, size, min(self.least, size)) for key, label, size in groups if size)

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        """The weighted means."""
        means: list[Fraction] = []
        steps: list[str] = []
        missing: list[str] = []
        for key, label, size, least in self._groups():
            marks = [
                number
                for n in range(1, size + 1)
                if (one := given.get(f"{key}{n}")) is not None and (number := one.number) is not None
            ]
            if len(marks) < least:
                missing.append(f"{label}专家打分（已有 {len(marks)} 人，至少 {least} 人）")
                continue
            if any(not 0 <= mark <= exact(self.full_mark) for mark in marks):
                return Outcome(
                    None,
                    steps=(f"{label}专家打分应在 0 至 {show_plain(self.full_mark)} 分之间。",),
                    missing=(label,),
                )
            mean, step = self._mean(label, marks)
            means.append(mean)
            steps.append(step)
        if missing:
            return Outcome(None, missing=tuple(missing))
        if len(means) == 1:
            return Outcome(within(means[0], self.full_mark), show_plain(means[0]), tuple(steps))
        desk, site = exact(self.desk_weight), 1 - exact(self.desk_weight)
        points = means[0] * desk + means[1] * site
        expression = (
            f"{show_plain(means[0])} × {rate_text(desk)} + {show_plain(means[1])} × {rate_text(site)}"
            f" = {show_plain(points)}"
        )
        return Outcome(within(points, self.full_mark), expression, tuple(steps))

    def _mean(self, label: str, marks: list[Fraction]) -> tuple[Fraction, str]:
        kept, note = marks, ""
        if self.mean == TRIMMED and len(marks) >= 3:
            kept = sorted(marks)[1:-1]
            note = f"（去掉最高 {show_plain(max(marks))} 和最低 {show_plain(min(marks))}）"
        mean = sum(kept, Fraction(0)) / len(kept)
        shown = " + ".join(map(show_plain, kept))
        return mean, f"{label}：({shown}) ÷ {len(kept)} = {show_plain(mean)}{note}"

    def maximum(self) -> Fraction:
        """Everyone gives the full mark."""
        return exact(self.full_mark)

    def sentence(self) -> str:
        """Who marks, and how the marks are put together."""
        how = "取平均分" if self.mean == SIMPLE else "去掉一个最高分和一个最低分后取平均分"
        groups = self._groups()
        if len(groups) == 1:
            return f"由 {groups[0][2]} 名{groups[0][1]}专家各自打分（0 至 {show_plain(self.full_mark)} 分），{how}。"
        desk = exact(self.desk_weight)
        return (
            f"由 {self.desk} 名书面评审专家和 {self.site} 名现场评价专家各自打分（0 至 {show_plain(self.full_mark)} 分），"
            f"两组分别{how}，书面占 {show_plain(desk * 100)}%、现场占 {show_plain((1 - desk) * 100)}%。"
        )

    def problems(self) -> tuple[str, ...]:
        """Somebody must mark, not too many, with a weight up to 100 %."""
        found = []
        if not self.desk and not self.site:
            found.append("没有专家：书面评审和现场评价至少有一组")
        if max(self.desk, self.site) > 50:
            found.append("每组专家不超过 50 人")
        if self.desk_weight > 1:
            found.append("书面评审权重不能超过 100%")
        return tuple(found)

    def faults(self) -> tuple[str, ...]:
        """Too few experts for the groups or for trimming."""
        found = [
            f"{label}专家只有 {size} 人，达不到每组至少 {self.least} 人。"
            for _, label, size, _ in self._groups()
            if size < self.least
        ]
        if self.mean == TRIMMED and any(min(size, self.least) < 3 for _, _, size, _ in self._groups()):
            found.append("去掉最高分和最低分至少要有 3 人打分，不足时按简单平均计。")
        return tuple(found)
