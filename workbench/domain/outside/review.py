"""The review of an outside score sheet: the checks of our own evaluations, and those of printed figures, each with its cell."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from workbench.domain.amounts import show
from workbench.domain.checks import Checker, Finding, Limits, Severity
from workbench.domain.checks.view import View
from workbench.domain.outside.assembling import NO_REASON_COLUMN, Assembled, assemble
from workbench.domain.outside.printed import Placed, printed_checks
from workbench.domain.outside.report_checks import report_checks
from workbench.domain.outside.sheet import At, Outside, Unread
from workbench.domain.scoring import Scores, compute_scores
from workbench.domain.sources import Sources

#: Checks of things that a score sheet from outside cannot show: files of evidence, links, review chain.
ELSEWHERE = ("K04", "K05", "K17", "K23", "K24")
#: What is worked out from figures of the tables is sure; what rests on reading sentences is likely.
_FROM_TEXT = {"K05", "K16", "K18", "K19", "K20", "K21", "K26"}
SURE, LIKELY = "高", "中"
_LONGEST_QUOTE = 90


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding about the outside file: where, what stands there, how sure we are, and where else it stands."""

    number: int
    finding: Finding
    at: At
    confidence: str
    more: tuple[At, ...] = ()

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return self.finding.severity


@dataclass(frozen=True)
class Review:
    """Everything that was found, what could not be read, and the scores as recomputed."""

    outside: Outside
    scores: Scores
    remarks: tuple[Remark, ...]
    printed_total: Decimal | None

    @property
    def unread(self) -> tuple[Unread, ...]:
        """没读懂的部分."""
        return self.outside.unread

    def count(self, severity: Severity) -> int:
        """How many findings have a severity."""
        return sum(1 for remark in self.remarks if remark.severity is severity)

    @property
    def worst(self) -> Severity | None:
        """The worst severity; nothing when nothing was found."""
        return min((remark.severity for remark in self.remarks), key=lambda s: s.rank, default=None)


def review(outside: Outside, fund_names: Mapping[str, tuple[str, ...]], limits: Limits) -> Review:
    """Recompute and check; raises :class:`InputRefused` when the table holds nothing that can be scored."""
    made = assemble(outside, fund_names)
    evaluation = made.evaluation
    sources = Sources(evaluation)
    scores = compute_scores(evaluation, sources)
    off = limits.disabled
    limits = dataclasses.replace(limits, disabled=(*limits.disabled, *ELSEWHERE))
    findings = Checker(limits).run(evaluation, scores, sources)
    view = View(evaluation, scores, sources, limits)
    placed = [Placed(finding, _place(finding, outside, made)) for finding in _kept(findings)]
    placed += [one for one in printed_checks(outside, made, view) if one.finding.code not in off]
    placed += [one for one in report_checks(outside, made) if one.finding.code not in off]
    total = next(
        (
            row.scores[made.counting].value
            for row in outside.sums
            if not row.of and made.counting in row.scores
        ),
        None,
    )
    return Review(outside, scores, tuple(_numbered(placed)), total)


def _kept(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Without what follows from our own way of keeping things, and without the same cause said twice."""
    findings = list(findings)
    wrong_maximum = {f.indicator for f in findings if f.code == "K07" and f.severity is Severity.ERROR}
    for finding in findings:
        if finding.code == "K06" and finding.indicator in wrong_maximum:
            continue  # the standard itself gives another maximum; said once
        if finding.code == "K03" and NO_REASON_COLUMN in finding.detail:
            continue
        yield _worded(finding, wrong_maximum=bool(wrong_maximum))


def _worded(finding: Finding, *, wrong_maximum: bool) -> Finding:
    """A finding without what only concerns our own evaluations."""
    if finding.code == "K12" and wrong_maximum:
        return dataclasses.replace(finding, message=finding.message.replace("K06、K07", "K07"))
    if finding.code == "K19":  # how our own texts bind figures is no use to somebody else
        return dataclasses.replace(finding, detail="")
    return finding


def _place(finding: Finding, outside: Outside, made: Assembled) -> At:
    """The cell or paragraph that a finding is about."""
    where = finding.place
    places = made.places
    for key in ((where.kind, where.id, where.field), (where.kind, where.id)):
        if key in places:
            return places[key]
    line = next((one for one in outside.lines if one.id == (finding.indicator or where.id)), None)
    if line is not None:
        score = line.scores.get(made.counting)
        if finding.code in {"K07", "K08", "K11", "K26"} and line.criterion is not None:
            return line.criterion.at
        if finding.code in {"K01", "K13"} and line.points is not None:
            return line.points.at
        return score.at if score is not None else line.at
    if made.bands_at is not None and finding.code == "K12" and re.search(r"gap|bands", finding.key):
        return made.bands_at
    return _total_at(outside, made) or (outside.lines[0].at if outside.lines else At(file=outside.files[0]))


def _total_at(outside: Outside, made: Assembled) -> At | None:
    for row in outside.sums:
        if not row.of:
            stated = row.scores.get(made.counting) or row.points
            return stated.at if stated is not None else row.at
    return None


def _numbered(placed: Iterable[Placed]) -> Iterator[Remark]:
    """Worst first, by code and place; the same sentence in several places is one remark."""
    groups: dict[tuple[str, str], list[Placed]] = {}
    for one in placed:
        finding = one.finding
        same = re.sub(r"（共 \d+ 处）", "", finding.message)
        groups.setdefault((finding.code, same), []).append(one)
    ordered = sorted(
        groups.values(),
        key=lambda group: (
            group[0].finding.severity.rank,
            group[0].finding.code,
            group[0].at.grid if group[0].at.table else 10_000,
            group[0].at.row,
            group[0].at.page,
            group[0].at.paragraph,
        ),
    )
    for number, group in enumerate(ordered, 1):
        first = group[0]
        confidence = LIKELY if first.finding.code in _FROM_TEXT else SURE
        more = tuple(dict.fromkeys(one.at for one in group[1:] if one.at != first.at))
        yield Remark(number, first.finding, first.at, confidence, more)


# ── in words ─────────────────────────────────────────────────────────────────────────────────────


def quote(remark: Remark) -> str:
    """What stands at the place, short enough for a cell."""
    flat = " ".join(remark.at.quote.split())
    return flat if len(flat) <= _LONGEST_QUOTE else f"{flat[: _LONGEST_QUOTE - 1]}…"


def summary(review: Review) -> list[str]:
    """What the review comes to, in sentences."""
    form = review.outside
    counted = "、".join(f"{severity.label} {review.count(severity)} 条" for severity in Severity)
    lines = [f"复核文件：{'、'.join(form.files)}。", f"评分表：{form.title}，{len(form.leaves)} 项指标。"]
    if review.printed_total is not None:
        scores = review.scores
        grade = (
            f"按等级划分为“{scores.grade.name if scores.grade else '无'}”"
            if scores.complete
            else f"{scores.leaves - scores.scored} 项没有得分，不能定级"
        )
        lines.append(
            f"来稿总分 {show(review.printed_total)} 分；各项得分相加 {show(scores.total)} 分，{grade}。"
        )
    lines.append(f"复核意见：{counted}；没读懂的部分 {len(review.unread)} 处。")
    return lines


def places(remark: Remark) -> str:
    """The place, and how many more there are."""
    more = "、".join(at.words for at in remark.more[:4])
    rest = f"等 {len(remark.more)} 处" if len(remark.more) > 4 else ""
    return remark.at.words + (f"；另见 {more}{rest}" if more else "")
