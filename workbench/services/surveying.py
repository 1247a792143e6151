"""Questionnaires of the open evaluation: ways in, sheets and their two passes, groups, signing off.

Every method is one step that can be undone, or raises :class:`WorkbenchError` and changes nothing.
"""

from __future__ import annotations

import dataclasses
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from workbench.domain.answers import MOST_OPTIONS, Answer, Answers, Plan, pack, plan_for, unpack
from workbench.domain.asked import options_of, questions_of
from workbench.domain.changes import Change
from workbench.domain.double_entry import (
    ErrorRate,
    Progress,
    SheetStatus,
    Stage,
    error_rates,
    progress_of,
    status_of,
    statuses,
)
from workbench.domain.entities_survey import (
    IN_PROGRESS,
    NTH_SECOND,
    RANDOM_SECOND,
    SHEETS,
    SUBMITTED,
    AnswerGroup,
    Sheet,
    SurveyResult,
)
from workbench.domain.evaluation import Evaluation, Question, Questionnaire
from workbench.domain.survey import tally
from workbench.domain.survey_results import FigureChange, changes_since, figures_of, one_line
from workbench.domain.survey_ways import Held, clearing, held_by, removing_many, sheets_of
from workbench.errors import WorkbenchError
from workbench.services.session import Session
from workbench.services.survey_library import SurveyLibrary

_LAST_DIGITS = re.compile(r"(\d+)(\D*)$", re.ASCII)
FIRST_NUMBER = "001"


class Surveying:
    """What an evaluator can do with the questionnaires of a session's evaluation."""

    def __init__(self, session: Session, today: Callable[[], date], library: SurveyLibrary) -> None:
        self._session = session
        self._today = today
        self.library = library

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation as it stands."""
        return self._session.evaluation

    def questionnaire(self, id_: str) -> Questionnaire:
        """One questionnaire; raises when it is gone."""
        found = self.evaluation.get(Questionnaire, id_)
        if found is None:
            raise WorkbenchError("no-questionnaire", "这份问卷已不存在。", "请重新选择问卷。")
        return found

    def plan(self, questionnaire: str) -> Plan:
        """Where each answer stands on this questionnaire's sheets, newly added questions among them."""
        return plan_for(self.evaluation, self.questionnaire(questionnaire))

    # —— ways in ——

    def held(self, questionnaire: str) -> Held:
        """What the questionnaire holds already, by way."""
        return held_by(self.evaluation, self.questionnaire(questionnaire))

    def set_way(self, questionnaire: str, way: str, *, discard: bool = False) -> None:
        """Choose how the answers come in.

        Raises ``other-way`` while answers of another way are there; with ``discard`` they are removed
        in the same step (and come back with it).
        """
        asked = self.questionnaire(questionnaire)
        besides = self.held(questionnaire).besides(way)
        if besides and not discard:
            raise WorkbenchError(
                "other-way",
                f"问卷“{asked.title}”已有{besides}，与“{way}”不能并存。",
                "请先确认清除原有数据（可撤销），或另建一份问卷。",
            )
        changes = clearing(self.evaluation, asked, way) if besides else []
        if asked.way != way:
            changes.append(Change(asked, dataclasses.replace(asked, way=way)))
        self._session.change(changes, label=f"改为{way}")

    def set_double_entry(
        self, questionnaire: str, rule: str, *, every: int | None = None, share: Decimal | None = None
    ) -> None:
        """Say which sheets a second person types again; a random draw gets a seed that is kept."""
        asked = self.questionnaire(questionnaire)
        if rule == NTH_SECOND and (every is None or every < 1):
            raise WorkbenchError("bad-sample", "请填写每隔几份复录一份。", "如 5：每 5 份抽 1 份。")
        if rule == RANDOM_SECOND and (share is None or not 0 < share <= 1):
            raise WorkbenchError("bad-sample", "请填写随机复录的比例。", "如 10%，大于 0、不超过 100%。")
        seed = asked.double_seed
        if rule == RANDOM_SECOND and not seed:
            seed = str(secrets.randbelow(10**8)).zfill(8)
        fresh = dataclasses.replace(
            asked, double_entry=rule, double_every=every, double_share=share, double_seed=seed
        )
        self._session.put(fresh, label="二次录入方案")

    # —— sheets ——

    def statuses(self, questionnaire: str) -> tuple[SheetStatus, ...]:
        """Every sheet and where it stands."""
        return statuses(self.evaluation, self.questionnaire(questionnaire))

    def status(self, questionnaire: str, number: str) -> SheetStatus:
        """Where one sheet stands; ``EMPTY`` for a number that nobody has typed yet."""
        return status_of(self.evaluation, self.questionnaire(questionnaire), number.strip())

    def progress(self, questionnaire: str) -> Progress:
        """How far the typing is."""
        return progress_of(self.statuses(questionnaire))

    def error_rates(self, questionnaire: str) -> tuple[ErrorRate, ErrorRate]:
        """How many answers each pass got wrong on the sheets that both settled."""
        return error_rates(self.evaluation, self.questionnaire(questionnaire))

    def waiting(self, questionnaire: str, typist: str = "") -> list[str]:
        """Numbers of the sheets that wait for their second pass; those that ``typist`` typed first left out."""
        return [
            status.number
            for status in self.statuses(questionnaire)
            if status.stage is Stage.FIRST_DONE
            and status.first is not None
            and (not typist or status.first.typist.strip() != typist.strip())
        ]

    def next_number(self, questionnaire: str) -> str:
        """The number after the last typed one: ``GZ-014`` → ``GZ-015``; ``001`` for the first."""
        firsts = [s for s in self._sheets(questionnaire) if s.entry_pass == 1]
        if not firsts:
            return FIRST_NUMBER
        taken = {sheet.number for sheet in firsts}
        number = max(firsts, key=lambda sheet: sheet.position).number
        while number in taken:
            number = _following(number)
        return number

    def answers(self, sheet: Sheet) -> dict[str, Answer]:
        """The answers of a sheet by question id."""
        return dict(unpack(self.plan(sheet.questionnaire), sheet.answers))

    def begin(
        self, questionnaire: str, number: str, typist: str, *, entry_pass: int = 1, reason: str = ""
    ) -> Sheet:
        """The sheet to type into: the one in progress with this number and pass, or a new one, not yet kept.

        Raises ``no-number``; ``number-taken`` when the pass was submitted already; for a second pass
        ``not-first`` while the first is not done, ``has-faults``, and ``same-person`` unless ``reason``
        says why the same person types again (kept with the sheet).
        """
        asked, number = self.questionnaire(questionnaire), number.strip()
        if asked.way != SHEETS:
            raise WorkbenchError(
                "other-way", f"问卷“{asked.title}”的数据来源是“{asked.way}”。", "请先改为逐份录入。"
            )
        if not number:
            raise WorkbenchError("no-number", "请先填写答卷编号。", "编号写在纸质问卷上，如 001。")
        status = self.status(questionnaire, number)
        if entry_pass == 1:
            found = status.first
        else:
            self._demand_second(status, typist, reason)
            found = status.second
        if found is not None and found.state == SUBMITTED:
            raise WorkbenchError(
                "number-taken",
                f"答卷 {number} 的{'复录' if entry_pass == 2 else '首录'}已经提交。",
                "请核对编号；要改答案，请从答卷列表中打开它。",
            )
        if found is not None:
            return found
        position = (
            status.first.position if entry_pass == 2 and status.first is not None else self._next(asked)
        )
        return Sheet(
            id=self._session.new_id(),
            position=position,
            questionnaire=questionnaire,
            number=number,
            entry_pass=entry_pass,
            typist=typist.strip(),
            same_person_reason=reason.strip() if entry_pass == 2 else "",
        )

    def _demand_second(self, status: SheetStatus, typist: str, reason: str) -> None:
        first = status.first
        if first is None or first.state != SUBMITTED or first.void_reason:
            raise WorkbenchError(
                "not-first", f"答卷 {status.number} 的首录还没有完成，不能复录。", "请选择首录完成的答卷。"
            )
        if status.stage is Stage.FAULTY:
            raise WorkbenchError(
                "has-faults",
                f"答卷 {status.number} 的首录还有 {len(status.faults)} 处问题。",
                "请首录人改正，或注明原件如此，然后再复录。",
            )
        same = first.typist.strip() == typist.strip()
        if same and not reason.strip():
            raise WorkbenchError(
                "same-person",
                f"答卷 {status.number} 由“{typist.strip() or '同一人'}”首录，复录应由另一人完成。",
                "请换人复录；确需本人复录的，请写明理由。",
            )

    def save(self, sheet: Sheet, answers: Answers, *, origin: object = None) -> Sheet:
        """Keep a sheet with its answers as typed so far; a submitted one is corrected, its first answers kept."""
        fresh = self._with(sheet, answers)
        self._put(fresh, origin=origin, label=f"录入答卷 {sheet.number}")
        return fresh

    def submit(self, sheet: Sheet, answers: Answers, *, note: str = "") -> SheetStatus:
        """The pass is complete: keep it and say where the sheet stands now.

        ``note`` says that a fault stands so on the paper (原件如此).
        """
        fresh = dataclasses.replace(self._with(sheet, answers), state=SUBMITTED)
        if note.strip():
            fresh = dataclasses.replace(fresh, note=note.strip())
        self._put(fresh, label=f"提交答卷 {sheet.number}")
        return self.status(sheet.questionnaire, sheet.number)

    def accept_faults(self, sheet: Sheet, note: str = "原件如此") -> None:
        """Let the faults of a sheet stand because the paper reads so; the note is kept."""
        self._session.put(dataclasses.replace(sheet, note=note.strip()), label=f"答卷 {sheet.number} 注明")

    def void(self, questionnaire: str, numbers: Iterable[str], reason: str) -> int:
        """Take sheets out of the valid ones, with the reason; returns how many. An empty reason takes them back."""
        wanted = {number.strip() for number in numbers}
        found = [
            dataclasses.replace(sheet, void_reason=reason.strip())
            for sheet in self._sheets(questionnaire)
            if sheet.number in wanted
        ]
        return self._session.put_all(found, label="答卷作废" if reason.strip() else "恢复答卷")

    def renumber(self, questionnaire: str, number: str, fresh: str) -> None:
        """Correct the number of a sheet in both passes; raises ``number-taken``."""
        fresh = fresh.strip()
        if not fresh:
            raise WorkbenchError("no-number", "答卷编号不能为空。", "请填写编号，如 001。")
        if fresh != number and self.status(questionnaire, fresh).stage is not Stage.EMPTY:
            raise WorkbenchError("number-taken", f"已有编号为 {fresh} 的答卷。", "请核对纸质问卷上的编号。")
        self._session.put_all(
            [
                dataclasses.replace(sheet, number=fresh)
                for sheet in self._sheets(questionnaire)
                if sheet.number == number
            ],
            label=f"答卷 {number} 改为 {fresh}",
        )

    def remove(self, questionnaire: str, number: str, *, entry_pass: int = 0) -> None:
        """Remove a sheet, or only one pass of it (the coordinator discards it)."""
        gone = [
            sheet
            for sheet in self._sheets(questionnaire)
            if sheet.number == number and entry_pass in (0, sheet.entry_pass)
        ]
        self._session.change(removing_many(self.evaluation, gone), label=f"删除答卷 {number}")

    def reopen(self, sheet: Sheet) -> Sheet:
        """Give a submitted pass back to its typist; what was submitted first stays kept."""
        fresh = dataclasses.replace(
            sheet, state=IN_PROGRESS, first_answers=sheet.first_answers or sheet.answers
        )
        self._session.put(fresh, label=f"退回答卷 {sheet.number}")
        return fresh

    def _with(self, sheet: Sheet, answers: Answers) -> Sheet:
        packed = pack(self.plan(sheet.questionnaire), answers)
        first = sheet.first_answers
        if sheet.state == SUBMITTED and not first and packed != sheet.answers:
            first = sheet.answers
        return dataclasses.replace(sheet, answers=packed, first_answers=first)

    def _put(self, sheet: Sheet, *, origin: object = None, label: str) -> None:
        asked = self.questionnaire(sheet.questionnaire)
        columns = self._columns(asked)
        if columns == asked.columns:
            self._session.put(sheet, origin=origin, label=label)
        else:  # the plan grew: both in one step, for answers mean nothing without their plan
            self._session.put_all([dataclasses.replace(asked, columns=columns), sheet], label=label)

    def _columns(self, asked: Questionnaire) -> str:
        for question in questions_of(self.evaluation, asked):
            if len(options_of(self.evaluation, question)) > MOST_OPTIONS:
                raise WorkbenchError(
                    "too-many-options",
                    f"第 {question.position} 题的选项超过 {MOST_OPTIONS} 个。",
                    "请拆分题目，或改为文字题。",
                )
        return plan_for(self.evaluation, asked).text

    def _next(self, asked: Questionnaire) -> int:
        return 1 + max((sheet.position for sheet in self._sheets(asked.id)), default=0)

    def _sheets(self, questionnaire: str) -> list[Sheet]:
        return sheets_of(self.evaluation, questionnaire)

    # —— design ——

    def add_from_library(self, key: str) -> str:
        """Add a ready questionnaire as one step; returns its id. Raises as :meth:`SurveyLibrary.entities`."""
        position = 1 + max((q.position for q in self.evaluation.table(Questionnaire).values()), default=0)
        project = self.evaluation.overview.project
        entities = self.library.entities(key, self._session.new_id, project=project, position=position)
        self._session.put_all(entities, label="采用问卷库")
        return entities[0].id

    def set_weights(self, question: str, weights: Iterable[Decimal | None]) -> None:
        """Give the options of a question their weights (shares of one), from the first on."""
        asked = self.evaluation.get(Question, question)
        if asked is None:
            raise WorkbenchError("no-question", "这道题已不存在。", "请重新选择题目。")
        options = options_of(self.evaluation, asked)
        given = list(weights)
        if len(given) != len(options):
            raise WorkbenchError(
                "other-length",
                f"第 {asked.position} 题有 {len(options)} 个选项，这套权重有 {len(given)} 档。",
                "请选用档数相同的权重，或先增减选项。",
            )
        self._session.put_all(
            [dataclasses.replace(o, weight=w) for o, w in zip(options, given, strict=True)], label="选项权重"
        )

    # —— signing off ——

    def freeze(self, questionnaire: str, by: str, note: str = "") -> SurveyResult:
        """Sign the present figures off; raises ``nothing-counted``, and ``not-settled`` while passes differ."""
        asked = self.questionnaire(questionnaire)
        differing = [s.number for s in self.statuses(questionnaire) if s.stage is Stage.DIFFERENT]
        if differing:
            raise WorkbenchError(
                "not-settled",
                f"还有 {len(differing)} 份答卷两遍录入不一致（如 {differing[0]}），不能定稿。",
                "请先看原件改正。",
            )
        tallies = [tally(self.evaluation, q) for q in questions_of(self.evaluation, asked)]
        if not any(t.counted for t in tallies):
            raise WorkbenchError("nothing-counted", f"问卷“{asked.title}”还没有计票。", "请先录入或导入。")
        result = SurveyResult(
            id=questionnaire,
            questionnaire=questionnaire,
            frozen=self._today(),
            by=by.strip(),
            note=note.strip(),
            figures=figures_of(self.evaluation, asked),
        )
        self._session.put(result, label="问卷结果定稿")
        return result

    def unfreeze(self, questionnaire: str) -> None:
        """Take the signing off back."""
        found = self.evaluation.get(SurveyResult, questionnaire)
        if found is not None:
            self._session.remove(found, label="取消定稿")

    def changes_since_frozen(self, questionnaire: str) -> tuple[FigureChange, ...]:
        """The figures that differ from those signed off; none while nothing is signed off."""
        found = self.evaluation.get(SurveyResult, questionnaire)
        return changes_since(self.evaluation, found) if found is not None else ()

    # —— open answers ——

    def group(self, question: str, label: str, answers: Iterable[str]) -> AnswerGroup:
        """Put open answers under a heading; they leave the group where they were. Made when there is none."""
        label, moved = label.strip(), list(dict.fromkeys(answers))
        groups = [g for g in self.evaluation.listed(AnswerGroup) if g.question == question]
        if not label:
            raise WorkbenchError("no-label", "请填写归类名称。", "如 服务态度、办理时限。")
        mine = next((g for g in groups if g.label == label), None) or AnswerGroup(
            id=self._session.new_id(), position=len(groups) + 1, question=question, label=label
        )
        taken = dict.fromkeys(one_line(text) for text in moved)
        kept = [line for line in mine.answers.split("\n") if line and line not in taken]
        fresh = dataclasses.replace(mine, answers="\n".join([*kept, *taken]))
        others = [
            dataclasses.replace(
                g, answers="\n".join(line for line in g.answers.split("\n") if line not in taken)
            )
            for g in groups
            if g.id != mine.id
        ]
        self._session.put_all([*others, fresh], label=f"归类：{label}")
        return fresh


def _following(number: str) -> str:
    found = _LAST_DIGITS.search(number)
    if found is None:
        return f"{number}-2"
    return f"{number[: found.start()]}{int(found[1]) + 1:0{len(found[1])}d}{found[2]}"
