"""Questionnaire files into the open evaluation: what a column means, a preview, then all of it as one step."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench import files
from workbench.domain.answers import MOST_OPTIONS, Plan, plan_for
from workbench.domain.asked import options_of, questions_of
from workbench.domain.changes import Change, apply
from workbench.domain.entities_survey import COUNTS, FILE, Sheet, SheetBatch
from workbench.domain.evaluation import Entity, Evaluation, Option, Question, Questionnaire
from workbench.errors import Fault, InputRefused, WorkbenchError
from workbench.importers.answer_table import SurveyTable, read_survey_table
from workbench.importers.survey_columns import (
    ColumnMapping,
    fingerprint,
    proposed,
    read_memory,
    to_remember,
)
from workbench.importers.survey_design import Draft, drafted
from workbench.importers.survey_sheets import ReadSheets, SheetPacking, batch_lines
from workbench.services.guarded import guarded
from workbench.services.jobs import silent
from workbench.services.session import Session
from workbench.store.evaluations import EvaluationStore

_log = logging.getLogger(__name__)

#: Sheets in one batch: an edit of one rewrites no more than these.
BATCH = 200
#: Mappings that are remembered at most; older ones go.
MOST_REMEMBERED = 50

Progress = Callable[[int, int, str], None]
_Asked = list[tuple[Question, list[Option]]]


@dataclass(frozen=True, slots=True)
class SurveyPreview:
    """What an import would bring. It holds for the state of the evaluation that it was made against."""

    table: SurveyTable
    mapping: ColumnMapping
    questionnaire: Questionnaire
    """As it will be, with the plan of its answers."""
    design: tuple[Entity, ...]
    """Questions and options that come along, where the questionnaire is new."""
    read: ReadSheets
    base: Evaluation

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Everything that stands against the import, by row and column."""
        return (*self.read.duplicates, *self.read.impossible)

    @property
    def sheets(self) -> int:
        """How many sheets would be imported if nothing stood against it."""
        return self.read.count - len(self.read.duplicate_rows)

    def sentence(self) -> str:
        """The whole in one Chinese sentence."""
        valid = self.sheets - len(self.read.void - self.read.duplicate_rows)
        found = f"“{self.table.file}”有 {self.read.count} 份答卷，将导入 {self.sheets} 份（有效 {valid} 份）"
        wrong = len(self.faults) + self.read.more
        return f"{found}，有 {wrong} 处需要处理。" if wrong else f"{found}。"


class SurveyFiles:
    """Reads exported files; remembers in one small file what the columns of such a file meant."""

    def __init__(self, session: Session, memory: Path) -> None:
        self._session = session
        self._memory = memory

    @staticmethod
    def read(path: Path, sheet: str = "", progress: Progress = silent) -> SurveyTable:
        """Read a file in a child process. Raises as :func:`read_survey_table` and :func:`guarded`."""
        return guarded(read_survey_table, path, sheet, progress=progress)

    def propose(self, table: SurveyTable, questionnaire: str) -> ColumnMapping:
        """What each column means for an existing questionnaire, as remembered or as the headers say."""
        asked = self._asked(questionnaire)
        remembered = self._remembered().get(fingerprint(table.headers))
        if remembered is not None:
            mapping = proposed(table, asked, remembered)
            if mapping.questions:
                return mapping
        return proposed(table, asked)

    def draft(self, table: SurveyTable, title: str = "") -> Draft:
        """A new questionnaire from the file: kinds guessed, weights left to be chosen. Nothing is kept yet."""
        position = 1 + max(
            (q.position for q in self._session.evaluation.table(Questionnaire).values()), default=0
        )
        name = title.strip() or Path(table.file).stem
        return drafted(table, name, self._session.new_id, position)

    def preview(
        self, table: SurveyTable, questionnaire: str, mapping: ColumnMapping, progress: Progress = silent
    ) -> SurveyPreview:
        """What importing into an existing questionnaire would bring; nothing is written.

        Raises ``other-way`` where its answers come in otherwise, ``already-imported``, ``nothing-mapped``.
        """
        return preview_of(self._session.evaluation, table, questionnaire, mapping, progress)

    def preview_draft(
        self,
        table: SurveyTable,
        draft: Draft,
        mapping: ColumnMapping | None = None,
        progress: Progress = silent,
    ) -> SurveyPreview:
        """What importing with a drafted questionnaire would bring."""
        evaluation = self._session.evaluation
        supposed = apply(evaluation, [Change(None, entity) for entity in draft.entities])
        found = preview_of(supposed, table, draft.questionnaire.id, mapping or draft.mapping, progress)
        return dataclasses.replace(found, design=draft.entities[1:], base=evaluation)

    def apply(
        self, preview: SurveyPreview, *, unclear: bool = False, first_only: bool = False
    ) -> Questionnaire:
        """Carry a preview out as one step that can be undone; the mapping is remembered.

        ``unclear`` takes impossible answers as unreadable, ``first_only`` the first of sheets with one
        number; without them such a file is refused whole (:class:`InputRefused`).
        """
        session = self._session
        if session.evaluation is not preview.base:
            raise WorkbenchError("stale-preview", "预览之后评价又有改动，没有导入。", "请重新预览后再导入。")
        against = (
            *(() if unclear else preview.read.impossible),
            *(() if first_only else preview.read.duplicates),
        )
        if against:
            more = preview.read.more
            rest = (Fault("其余", f"还有 {more} 处未列出。"),) if more else ()
            raise InputRefused(
                f"“{preview.table.file}”有 {len(against) + more} 处需要处理。", (*against, *rest)
            )
        made = self._batches(preview)
        session.put_all(
            [preview.questionnaire, *preview.design, *made], label=f"导入答卷：{preview.table.file}"
        )
        self._remember(preview)
        return preview.questionnaire

    def _batches(self, preview: SurveyPreview) -> list[SheetBatch]:
        rows = [row for row in range(preview.read.count) if row not in preview.read.duplicate_rows]
        earlier = [
            batch.position
            for batch in preview.base.table(SheetBatch).values()
            if batch.questionnaire == preview.questionnaire.id
        ]
        position = 1 + max(earlier, default=0)
        return packed_batches(preview, rows, position, self._session.new_id)

    # —— memory ——

    def _asked(self, questionnaire: str) -> _Asked:
        evaluation = self._session.evaluation
        asked = evaluation.get(Questionnaire, questionnaire)
        return asked_of(evaluation, asked) if asked is not None else []

    def _remembered(self) -> dict[str, dict[str, list[str]]]:
        try:
            return read_memory(self._memory.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            return {}  # nothing is lost: the headers are read again

    def _remember(self, preview: SurveyPreview) -> None:
        store = self._session.memory
        if isinstance(store, EvaluationStore) and store.key is not None:
            return  # what was asked is told nowhere but in the locked evaluation
        asked = self._asked(preview.questionnaire.id)
        known = self._remembered()
        key = fingerprint(preview.table.headers)
        known.pop(key, None)
        known[key] = to_remember(preview.mapping, asked)
        kept = dict(list(known.items())[-MOST_REMEMBERED:])
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            files.write_beside(self._memory, json.dumps(kept, ensure_ascii=False, indent=1).encode("utf-8"))
        except OSError as error:
            # The answers are in; next time the headers are read again.
            _log.info("the mapping of columns was not remembered: %s", error)


def asked_of(evaluation: Evaluation, questionnaire: Questionnaire) -> _Asked:
    """The questions of a questionnaire with their options."""
    return [(q, options_of(evaluation, q)) for q in questions_of(evaluation, questionnaire)]


def preview_of(
    evaluation: Evaluation,
    table: SurveyTable,
    questionnaire: str,
    mapping: ColumnMapping,
    progress: Progress = silent,
) -> SurveyPreview:
    """The work of :meth:`SurveyFiles.preview`: values in and out, on any thread."""
    asked = evaluation.get(Questionnaire, questionnaire)
    if asked is None:
        raise WorkbenchError("no-questionnaire", "这份问卷已不存在。", "请重新选择问卷。")
    _demand_free(evaluation, asked)
    batches = [b for b in evaluation.table(SheetBatch).values() if b.questionnaire == questionnaire]
    if any(batch.sha256 == table.sha256 for batch in batches):
        raise WorkbenchError(
            "already-imported", f"“{table.file}”已经导入过，内容没有变化。", "如需重新导入，请先撤销或清除。"
        )
    if not mapping.questions:
        raise WorkbenchError(
            "nothing-mapped",
            f"“{table.file}”的列与问卷“{asked.title}”的题目都对不上。",
            "请逐列指定题目，或按此文件新建问卷。",
        )
    questions = asked_of(evaluation, asked)
    for question, options in questions:
        if len(options) > MOST_OPTIONS:
            raise WorkbenchError(
                "too-many-options",
                f"第 {question.position} 题的选项超过 {MOST_OPTIONS} 个。",
                "请拆分题目，或改为文字题。",
            )
    plan: Plan = plan_for(evaluation, asked)
    known = frozenset(number for batch in batches for number in batch.numbers.split("\n"))
    read = SheetPacking(table, plan, questions, known).pack(mapping, progress)
    after = dataclasses.replace(asked, way=FILE, columns=plan.text)
    return SurveyPreview(table, mapping, after, (), read, evaluation)


def _demand_free(evaluation: Evaluation, asked: Questionnaire) -> None:
    typed = any(sheet.questionnaire == asked.id for sheet in evaluation.table(Sheet).values())
    counted = any(
        option.count is not None or option.share is not None
        for _, options in asked_of(evaluation, asked)
        for option in options
    )
    if typed or (counted and asked.way == COUNTS):
        what = "逐份录入的答卷" if typed else "直接填写的人数或占比"
        raise WorkbenchError(
            "other-way",
            f"问卷“{asked.title}”已有{what}，不能再导入文件。",
            "请先清除原有数据（可撤销），或另建一份问卷。",
        )


def packed_batches(
    preview: SurveyPreview, rows: Sequence[int], position: int, new_id: Callable[[], str]
) -> list[SheetBatch]:
    """The sheets of a preview as batches, those with texts found once."""
    read = preview.read
    texts: dict[int, list[tuple[int, int, str]]] = {}
    batch_of = {row: number // BATCH for number, row in enumerate(rows)}
    for row, place, text in read.texts:
        if row in batch_of:
            texts.setdefault(batch_of[row], []).append((row, place, text))
    found = []
    for number, start in enumerate(range(0, len(rows), BATCH)):
        part = rows[start : start + BATCH]
        numbers, answers, said, voids = batch_lines(
            dataclasses.replace(read, texts=texts.get(number, [])), part
        )
        found.append(
            SheetBatch(
                id=new_id(),
                position=position + number,
                questionnaire=preview.questionnaire.id,
                source=preview.table.file,
                sha256=preview.table.sha256,
                numbers=numbers,
                answers=answers,
                texts=said,
                voids=voids,
            )
        )
    return found
