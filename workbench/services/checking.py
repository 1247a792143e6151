"""Findings of the open evaluation, worked out once for each state, and what is left before leaving the site."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from workbench.domain.changes import Change, apply
from workbench.domain.checks import Checker, Finding, Limits, Place, Severity, read_limits
from workbench.domain.checks.files import file_findings
from workbench.domain.checks.records import signed_here
from workbench.domain.checks.view import View
from workbench.domain.entities_records import Interview, SiteRecord
from workbench.domain.entities_review import Opinion, ReviewNote
from workbench.domain.evaluation import (
    CHOICE_KINDS,
    Advice,
    Deduction,
    Evaluation,
    Evidence,
    FundLine,
    Problem,
    Questionnaire,
    Waiver,
    kind_of,
)
from workbench.domain.own_checks import OwnCheck, OwnChecks, missing_names, named_values, own_findings
from workbench.domain.records import overdue_requests
from workbench.domain.scoring import compute_scores
from workbench.domain.sources import Sources
from workbench.domain.survey import questions_of
from workbench.errors import InputRefused, WorkbenchError
from workbench.services.evidence_files import EvidenceFiles
from workbench.services.session import Session
from workbench.store.evidence import Damage

PROFILES = "profiles"
NATIONAL = "national"


def load_limits(resources: Path, profile: str = NATIONAL, own: Path | None = None) -> Limits:
    """The limits of a profile in ``resources/profiles``: the national ones, with what the profile says otherwise.

    A file of the same name in ``own``, the firm's folder, says what the firm does otherwise. A profile
    without a file has the national limits. Raises :class:`WorkbenchError` for a broken file.
    """
    merged: dict[str, object] = {}
    folders = (resources / PROFILES, *([own] if own is not None else []))
    names = dict.fromkeys(f"{Path(name).name}.toml" for name in (NATIONAL, profile))
    for path in (folder / name for name in names for folder in folders):
        if not path.is_file():
            continue
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise WorkbenchError(
                "bad-profile", f"“{path.name}”不能读取：{error}", "请改正此文件。"
            ) from error
        table = raw.get("checks", {})
        if not isinstance(table, Mapping):
            raise WorkbenchError(
                "bad-profile", f"“{path.name}”里的 checks 应为一组限值。", "请写成 [checks]。"
            )
        merged |= table
    try:
        return read_limits(merged)
    except InputRefused as error:
        error.what = f"“{profile}”的{error.what}"
        raise


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings stand, and how many a person let stand."""

    errors: int = 0
    warnings: int = 0
    notices: int = 0
    waived: int = 0

    def __str__(self) -> str:
        """``2 错误 · 3 警告 · 1 提示``."""
        return f"{self.errors} 错误 · {self.warnings} 警告 · {self.notices} 提示"

    @property
    def short(self) -> str:
        """For the navigation: ``2 错 3 警``, empty when neither is there."""
        parts = ((self.errors, "错"), (self.warnings, "警"))
        return " ".join(f"{number} {word}" for number, word in parts if number)


@dataclass(frozen=True, slots=True)
class Left:
    """One line of what is left to do on site: its words, and each place where it is missing."""

    label: str
    places: tuple[tuple[Place, str], ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.places)


class Checking:
    """The findings of a session's evaluation. Cheap to ask again: one state is checked once."""

    def __init__(
        self,
        session: Session,
        limits: Limits,
        *,
        today: date | None = None,
        own: OwnChecks | None = None,
        files: EvidenceFiles | None = None,
    ) -> None:
        """``today`` is the day against which dates that were set are due; without it none is.

        ``own`` are the firm's own checks, ``files`` tells which evidence files are gone or changed.
        """
        self.files = files
        self.own = own or OwnChecks()
        self._session = session
        self._today = today
        self._checker = Checker(limits, today, more=self._more)
        self._seen: Evaluation | None = None
        self._findings: tuple[Finding, ...] = ()
        self._by_indicator: Mapping[str, tuple[Finding, ...]] = MappingProxyType({})
        self.limits = limits

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding as things stand, worst first; waived ones among them."""
        evaluation = self._session.evaluation
        if evaluation is not self._seen:
            self._findings = self._checker.run(evaluation, self._session.scores, Sources(evaluation))
            grouped: dict[str, list[Finding]] = {}
            for finding in self._findings:
                if finding.indicator:
                    grouped.setdefault(finding.indicator, []).append(finding)
            self._by_indicator = MappingProxyType({id_: tuple(found) for id_, found in grouped.items()})
            self._seen = evaluation
        return self._findings

    @property
    def standing(self) -> tuple[Finding, ...]:
        """The findings that nobody let stand."""
        return tuple(finding for finding in self.findings if not finding.waived)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The errors that prevent issuing."""
        return tuple(finding for finding in self.findings if finding.blocking)

    @property
    def counts(self) -> Counts:
        """How many of each severity stand."""
        return counts_of(self.findings)

    def _more(self, view: View) -> Iterator[Finding]:
        """What no table of the domain knows: the firm's own checks, and the files on the disk."""
        yield from own_findings(view, self.own.checks)
        if self.files is not None:
            items = view.evaluation.table(Evidence).values()
            yield from file_findings(view, self.files.wrong(items))

    def look_at_files(self) -> None:
        """See again which evidence files are there; cheap, no file is read."""
        if self.files is not None and self.files.look():
            self._seen = None

    def files_were_read(self, read: Iterable[str], damaged: Iterable[Damage]) -> None:
        """Keep what a full reading of evidence files found; it shows as findings."""
        if self.files is not None:
            self.files.take(read, damaged)
            self._seen = None

    @property
    def own_states(self) -> list[tuple[OwnCheck, list[str]]]:
        """Each of the firm's own checks, with the names that this evaluation has no value for."""
        evaluation, scores = self._session.evaluation, self._session.scores
        values = named_values(View(evaluation, scores, Sources(evaluation), self.limits))
        return [(check, missing_names(check, values)) for check in self.own.checks]

    def of_indicator(self, indicator: str) -> tuple[Finding, ...]:
        """What is said about one indicator."""
        return self._by_indicator.get(indicator, ()) if self.findings else ()

    def supposing(self, changes: Sequence[Change]) -> tuple[Finding, ...]:
        """The findings that would be new if the changes were made, worst first; nothing is changed."""
        supposed = apply(self._session.evaluation, changes)
        sources = Sources(supposed)
        checker = Checker(self.limits, self._today, more=self._more)
        known = {finding.key for finding in self.findings}
        found = checker.run(supposed, compute_scores(supposed, sources), sources)
        return tuple(one for one in found if one.key not in known and not one.waived)

    def waive(self, finding: Finding, reason: str, by: str = "") -> None:
        """Let a finding stand, with the reason, which is kept and printed; raises without one."""
        if not reason.strip():
            raise WorkbenchError("no-reason", "放行要写明理由。", "理由会保存并随核验意见打印。")
        waiver = Waiver(id=finding.key, code=finding.code, reason=reason.strip(), by=by)
        self._session.put(waiver, label=f"放行 {finding.code}")

    def withdraw(self, finding: Finding) -> None:
        """Take a waiver back."""
        if finding.waiver is not None:
            self._session.remove(finding.waiver, label=f"取消放行 {finding.code}")

    def adopt(self, finding: Finding) -> bool:
        """Make the changes that a finding's effect supposes, as one step; false when it supposes none."""
        self._session.change(finding.adopting, label=f"采纳 {finding.code}")
        return bool(finding.adopting)

    @property
    def left(self) -> tuple[Left, ...]:
        """离场前还差什么: every line, those with nothing left too."""
        evaluation, scores = self._session.evaluation, self._session.scores
        lines = what_is_left(View(evaluation, scores, Sources(evaluation), self.limits, today=self._today))
        errors = tuple((finding.place, f"{finding.code} {finding.message}") for finding in self.blocking)
        return (*lines, Left("错误未处理", errors))


def counts_of(findings: Iterable[Finding]) -> Counts:
    """Counts by severity; a waived finding counts only as waived."""
    found = list(findings)
    standing = [finding.severity for finding in found if not finding.waived]
    return Counts(
        errors=standing.count(Severity.ERROR),
        warnings=standing.count(Severity.WARNING),
        notices=standing.count(Severity.NOTICE),
        waived=len(found) - len(standing),
    )


def what_is_left(view: View) -> tuple[Left, ...]:
    """What is still missing before the evaluated unit is left, line by line, each with its places."""
    evaluation, form = view.evaluation, view.form

    def at(indicator: str) -> tuple[Place, str]:
        return Place("scoring", "indicator", indicator), form.place(indicator)

    unscored, unexplained, unproven, unfounded = [], [], [], []
    for scored in view.leaves:
        id_ = scored.indicator.id
        entry = evaluation.entry(id_)
        if scored.score is None:
            unscored.append(at(id_))
            continue
        if abs(scored.unexplained) > view.limits.tolerance:
            unexplained.append(at(id_))
        proven = bool(view.evidence_ids("indicator", id_)) or view.surveyed(scored.indicator)
        proven = proven or bool(entry.no_evidence_reason.strip())
        lines = [line for line in view.deductions(id_) if line.points]
        if lines and not proven and not all(view.evidence_ids("deduction", line.id) for line in lines):
            unproven.append(at(id_))
        if not entry.basis.strip() and not lines:
            unfounded.append(at(id_))
    problems, advice = evaluation.table(Problem), evaluation.table(Advice)
    silent = [
        (Place("problems", "problem", p.id), p.title)
        for p in view.problems
        if not any(a in advice for a in view.linked_to("problem", p.id, "advice"))
    ]
    loose = [
        (Place("scoring", "deduction", line.id), form.place(line.indicator))
        for line in evaluation.table(Deduction).values()
        if line.points
        and form.get(line.indicator) is not None
        and not any(p in problems for p in view.linked_to("deduction", line.id, "problem"))
    ]
    return (
        Left("未评指标", tuple(unscored)),
        Left("扣分未说明", tuple(unexplained)),
        Left("扣分无佐证", tuple(unproven)),
        Left("未写评价依据", tuple(unfounded)),
        Left("扣分无问题", tuple(loose)),
        Left("问题无建议", tuple(silent)),
        Left("问卷未录", tuple(_uncounted(view))),
        Left("资料逾期", tuple(_overdue(view))),
        Left("记录未确认", tuple(_unconfirmed(view))),
        Left("意见未答复", tuple(_unanswered(evaluation))),
        Left("复核意见未关闭", tuple(_unsettled(evaluation))),
        Left("资金未填", _no_funds(evaluation)),
        Left("主评人未填", _no_lead(evaluation)),
    )


def _uncounted(view: View) -> list[tuple[Place, str]]:
    """Questions with options of which nobody has been counted yet, or not every valid sheet."""
    found = []
    for sheet in view.evaluation.listed(Questionnaire):
        for question in questions_of(view.evaluation, sheet):
            tally = view.sources.tally(question)
            if question.kind in CHOICE_KINDS and tally.options and not tally.counted:
                found.append((Place("survey", "question", question.id), question.name or question.text))
    return found


def _overdue(view: View) -> list[tuple[Place, str]]:
    """What was asked for and should have come before today."""
    late = overdue_requests(view.evaluation, view.today) if view.today is not None else []
    return [(Place("records", "document_request", r.id, "status"), f"{r.name}（{r.due}）") for r in late]


def _unconfirmed(view: View) -> list[tuple[Place, str]]:
    """Interviews and visits that nobody on the other side has confirmed by name or signed sheet."""
    found = []
    records: list[Interview | SiteRecord] = [*view.evaluation.listed(Interview)]
    records += view.evaluation.listed(SiteRecord)
    for record in records:
        kind = kind_of(record)
        if not record.confirmed_by.strip() and not signed_here(view, kind, record.id):
            found.append((Place("records", kind, record.id, "confirmed_by"), record.title))
    return found


def _unanswered(evaluation: Evaluation) -> list[tuple[Place, str]]:
    """Opinions that nobody has answered."""
    waiting = (one for one in evaluation.listed(Opinion) if not one.adopted)
    return [(Place("review", "opinion", one.id, "adopted"), f"{one.party}：{one.text}") for one in waiting]


def _unsettled(evaluation: Evaluation) -> list[tuple[Place, str]]:
    """Notes of the internal review that are not closed."""
    waiting = (one for one in evaluation.listed(ReviewNote) if not one.closed)
    return [(Place("review", "review_note", one.id, "closed"), f"{one.level}：{one.text}") for one in waiting]


def _no_funds(evaluation: Evaluation) -> tuple[tuple[Place, str], ...]:
    return () if evaluation.table(FundLine) else ((Place("targets_funds", "fund_line"), "资金表"),)


def _no_lead(evaluation: Evaluation) -> tuple[tuple[Place, str], ...]:
    overview = evaluation.overview
    if overview.lead.strip() or overview.mode == "单位自评":
        return ()
    return ((Place("overview", "overview", "overview", "lead"), "主评人"),)
