"""Typing paper sheets: one key for each answer, each answer durable, the cursor where the next one belongs.

No window here: keys come in as characters, what is to be shown goes out as state and sentences.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.domain.amounts import NotANumber, parse_number, show_plain
from workbench.domain.answers import Answer, pack, plan_for, unpack
from workbench.domain.asked import Recent, asks_words, options_of, questions_of
from workbench.domain.double_entry import Stage, differing, faults_of, is_skipped
from workbench.domain.entities_survey import IN_PROGRESS, SUBMITTED, Sheet
from workbench.domain.evaluation import CHOICE_KINDS, Entity, Option, Question, Questionnaire
from workbench.domain.sheet_numbers import OPTION_KEYS, next_number, number_key, printed_number
from workbench.errors import WorkbenchError
from workbench.services.session import Session
from workbench.services.surveying import Surveying

#: Keys besides those of the options: no answer, unclear (two ticks, unreadable), the same as on the sheet before.
NO_ANSWER_KEY, UNCLEAR_KEY, REPEAT_KEY = "0", "/", "+"
NOTHING_WAITS = "没有等待您复录的答卷：首录未完成，或都由您本人首录。"


@dataclass(frozen=True, slots=True)
class Row:
    """One question as it is typed; ``number`` counts from 1."""

    number: int
    question: Question
    options: tuple[Option, ...]

    @property
    def keys(self) -> str:
        """The keys of its options, in their order."""
        return OPTION_KEYS[: len(self.options)]

    @property
    def several(self) -> bool:
        """More than one option may be chosen."""
        return self.question.kind == "多选"

    @property
    def words(self) -> frozenset[str]:
        """Ids of the options beside which something is written (其他：…)."""
        return frozenset(option.id for option in self.options if asks_words(option))

    @property
    def written(self) -> bool:
        """A number or words are typed instead of a key."""
        return self.question.kind not in CHOICE_KINDS or not self.options


class SheetTyping:
    """One person typing the sheets of one questionnaire, in one entry pass.

    ``place`` is the question the cursor is on, counted from 0; behind the last question it stands at the
    end of the sheet, where Enter submits it.
    """

    def __init__(
        self,
        session: Session,
        surveying: Surveying,
        questionnaire: str,
        entry_pass: int = 1,
        typist: str = "",
    ) -> None:
        self._session = session
        self._surveying = surveying
        self._questionnaire = questionnaire
        self.entry_pass = entry_pass
        self.typist = typist
        self.same_person_reason = ""
        self.number = ""
        self.place = 0
        self.rows: tuple[Row, ...] = ()
        self.answers: dict[str, Answer] = {}
        self._before: Mapping[str, Answer] = {}
        self._own = False
        self._known: Recent[dict[str, Sheet]] = Recent(2)
        self.reload()
        if not self.number:
            self.open(self.following())

    # ── what there is ────────────────────────────────────────────────────────────────────────────

    @property
    def questionnaire(self) -> Questionnaire | None:
        """The questionnaire as it stands; nothing when it was removed."""
        return self._session.evaluation.get(Questionnaire, self._questionnaire)

    @property
    def sheet(self) -> Sheet | None:
        """The sheet of the number that is open, in this pass; nothing before its first answer."""
        return self.sheets().get(self.number)

    @property
    def busy(self) -> bool:
        """The change that the session tells just now is this typing's own."""
        return self._own

    def sheets(self) -> dict[str, Sheet]:
        """The sheets of this questionnaire and pass by number, gathered once for each state of them."""
        table = self._session.evaluation.table(Sheet)
        return self._known.get(
            (table,),
            lambda: {
                sheet.number: sheet
                for sheet in table.values()
                if sheet.questionnaire == self._questionnaire and sheet.entry_pass == self.entry_pass
            },
        )

    def stages(self) -> dict[str, Stage]:
        """Where each sheet stands, by number."""
        if self.questionnaire is None:
            return {}
        return {status.number: status.stage for status in self._surveying.statuses(self._questionnaire)}

    @property
    def at_end(self) -> bool:
        """Behind the last question."""
        return self.place >= len(self.rows)

    @property
    def row(self) -> Row | None:
        """The question that the cursor is on."""
        return None if self.at_end else self.rows[self.place]

    @property
    def unanswered(self) -> int:
        """Questions that were asked and have no answer yet."""
        return sum(
            1 for row in self.rows if row.question.id not in self.answers and not self.passed_over(row)
        )

    def passed_over(self, row: Row) -> bool:
        """Whether an answer given so far lets this question be left out (``skip_if``)."""
        return is_skipped(row.question, self.answers)

    @property
    def second(self) -> bool:
        """The second pass, by another person, without seeing the first answers."""
        return self.entry_pass == 2

    def differing(self) -> tuple[str, ...]:
        """Ids of the questions that the other pass answered otherwise, once both are submitted.

        Where to look on the paper, never what the other typed.
        """
        evaluation, asked, mine = self._session.evaluation, self.questionnaire, self.sheet
        if asked is None or mine is None or mine.state != SUBMITTED:
            return ()
        for other in evaluation.table(Sheet).values():
            if (
                other.number == mine.number
                and other.questionnaire == asked.id
                and other.entry_pass != mine.entry_pass
                and other.state == SUBMITTED
            ):
                return differing(plan_for(evaluation, asked), mine.answers, other.answers)
        return ()

    def faults(self) -> dict[str, str]:
        """What is wrong with the sheet as it was submitted: a sentence by question id; none once a note lets it stand."""
        asked, mine = self.questionnaire, self.sheet
        if asked is None or mine is None or mine.state != SUBMITTED or mine.note or mine.void_reason:
            return {}
        numbers = {row.question.id: row.number for row in self.rows}
        found = faults_of(self._session.evaluation, asked, self.answers)
        return {one.question: f"第 {numbers.get(one.question, '?')} 题{one.what}" for one in found}

    def accept_faults(self) -> None:
        """Let the faults stand because the paper reads so; kept as the sheet's note."""
        if self.sheet is not None and self.faults():
            self._surveying.accept_faults(self.sheet)

    def reload(self) -> None:
        """Bring questions and answers up to date with the evaluation."""
        evaluation, asked = self._session.evaluation, self.questionnaire
        self.rows = (
            ()
            if asked is None
            else tuple(
                Row(number, question, tuple(options_of(evaluation, question)))
                for number, question in enumerate(questions_of(evaluation, asked), start=1)
            )
        )
        sheet = self.sheet
        self.answers = (
            {} if sheet is None or asked is None else unpack(plan_for(evaluation, asked), sheet.answers)
        )
        self.place = min(self.place, len(self.rows))

    # ── which sheet ──────────────────────────────────────────────────────────────────────────────

    def open(self, number: str) -> None:
        """Go to a sheet by its number: one that is there, to look or correct, or a new one."""
        self.number = number
        self.place = 0
        self.reload()
        if self.sheet is not None and self.sheet.state == SUBMITTED:
            return
        while not self.at_end and (
            self.rows[self.place].question.id in self.answers or self.passed_over(self.rows[self.place])
        ):
            self.place += 1

    def following(self) -> str:
        """The number after the highest one typed, ``001`` for the first sheet; of a second pass the next that waits."""
        if self.second:
            return next(iter(self.waiting()), "")
        numbers = sorted(self.sheets(), key=number_key)
        asked = self.questionnaire
        first = printed_number(asked.number_prefix if asked is not None else "", 1)
        return next_number(numbers[-1]) if numbers else first

    def waiting(self) -> list[str]:
        """The sheets that wait for a second pass by this person."""
        if self.questionnaire is None:
            return []
        own = "" if self.same_person_reason.strip() else self.typist
        begun = [sheet.number for sheet in self.sheets().values() if sheet.state != SUBMITTED]
        return begun + self._surveying.waiting(self._questionnaire, own)

    def _next_free(self) -> str:
        if self.second:
            return self.following()
        known = self.sheets()
        number = next_number(self.number)
        while number in known and known[number].state == SUBMITTED:
            following = next_number(number)
            if following == number:
                break
            number = following
        return number

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────

    def press(self, key: str) -> str:
        """One key on the question under the cursor; returns a sentence when it can't be taken, else ``""``."""
        row = self.row
        if row is None:
            return "本份已到末尾：按 Enter 存本份，按 Backspace 返回上一题。"
        key = key.upper()
        if key == NO_ANSWER_KEY:
            return self._answer(row, None)
        if key == UNCLEAR_KEY:
            return self._answer(row, Answer(unclear=True))
        if key == REPEAT_KEY:
            return self.repeat()
        if row.written:
            return "本题填写文字或数字，按 Enter 继续。"
        place = row.keys.find(key)
        if place < 0:
            last = row.keys[-1]
            return f"本题没有第“{key}”项：可按 1–{last}，0 为未答，/ 为看不清。"
        chosen = row.options[place].id
        before = self.answers.get(row.question.id, Answer())
        if not row.several:
            words = chosen in row.words  # they are written before the next question is asked
            kept = before.text if words and before.options == (chosen,) else ""
            return self._answer(row, Answer((chosen,), kept), stay=words)
        after = {*before.options} ^ {chosen}
        ids = tuple(option.id for option in row.options if option.id in after)
        text = "" if chosen in row.words and chosen not in after else before.text
        return self._answer(row, Answer(ids, text) if ids else None, stay=True)

    def write(self, place: int, text: str) -> str:
        """A number or words for one question, the cursor staying; returns a sentence when it is no number.

        Of a choice they are the words beside an option (其他：…).
        """
        row = self.rows[place]
        said = text.strip()
        if not row.written:
            answer = self.answers.get(row.question.id)
            return "" if answer is None else self._put(row, dataclasses.replace(answer, text=said))
        if row.question.kind == "数字" and said:
            try:
                said = show_plain(parse_number(said))
            except NotANumber as fault:
                return str(fault)
        return self._put(row, Answer(text=said) if said else None)

    def wants_words(self, row: Row) -> bool:
        """Whether an option is chosen beside which something is written on the paper, or something was."""
        answer = self.answers.get(row.question.id)
        if answer is None or row.written:
            return False
        return bool(answer.text) or not row.words.isdisjoint(answer.options)

    def repeat(self) -> str:
        """The answer of the sheet typed before."""
        row = self.row
        if row is None:
            return ""
        if row.question.id not in self._before:
            return "上一份没有这一题的答案，请按数字键。"
        return self._answer(row, self._before[row.question.id])

    def forward(self) -> None:
        """To the next question that is asked, or the end of the sheet."""
        if not self.at_end:
            self.place += 1
        while not self.at_end and self.passed_over(self.rows[self.place]):
            self.place += 1

    def back(self) -> None:
        """To the question before; its answer stays until another is given."""
        place = self.place - 1
        while place > 0 and self.passed_over(self.rows[place]):
            place -= 1
        self.place = max(place, 0)

    def finish(self) -> str:
        """Submit the sheet; returns a sentence when that can't be done. Questions without an answer count as 未答.

        :meth:`go_on` begins the next one, unless there is something to look at again (:meth:`differing`).
        """
        if not self.rows:
            return "这份问卷还没有题目，请先到“问卷设计”填写。"
        if not self.number.strip():
            return NOTHING_WAITS if self.second else "请先填写答卷编号。"
        fault = self._put_sheet(self.answers, SUBMITTED)
        if fault:
            return fault
        self._before = dict(self.answers)
        return ""

    def go_on(self) -> None:
        """To the next sheet to be typed."""
        self.open(self._next_free())

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def _answer(self, row: Row, answer: Answer | None, *, stay: bool = False) -> str:
        fault = self._put(row, answer)
        if not fault and not stay:
            self.forward()
        return fault

    def _put(self, row: Row, answer: Answer | None) -> str:
        answers = {id_: said for id_, said in self.answers.items() if id_ != row.question.id}
        if answer is not None:
            answers[row.question.id] = answer
        if answers == self.answers:
            return ""
        return self._put_sheet(answers, None)

    def _position(self) -> int:
        """Of a first pass the next running number, by which sheets are drawn; the second has that of the first."""
        if self.second:
            for sheet in self._session.evaluation.table(Sheet).values():
                if (sheet.number, sheet.questionnaire) == (self.number, self._questionnaire):
                    return sheet.position
        return 1 + max((sheet.position for sheet in self.sheets().values()), default=0)

    def _put_sheet(self, answers: Mapping[str, Answer], state: str | None) -> str:
        """Put the sheet as one step, with the plan of its questionnaire where that grew."""
        if not self.typist.strip():
            return "请先填写录入员姓名。"
        evaluation, asked = self._session.evaluation, self.questionnaire
        if asked is None:
            return "这份问卷已被删除。"
        if self.second and self.sheet is None:
            if not self.number:
                return NOTHING_WAITS
            try:
                self._surveying.begin(
                    asked.id, self.number, self.typist, entry_pass=2, reason=self.same_person_reason
                )
            except WorkbenchError as error:
                return str(error)
        sheet = self.sheet or Sheet(
            id=self._session.new_id(),
            position=self._position(),
            questionnaire=asked.id,
            number=self.number,
            entry_pass=self.entry_pass,
            typist=self.typist.strip(),
            same_person_reason=self.same_person_reason.strip() if self.second else "",
        )
        plan = plan_for(evaluation, asked)
        packed = pack(plan, answers)
        state = state or sheet.state or IN_PROGRESS
        first = sheet.first_answers
        if sheet.state == SUBMITTED and not first and packed != sheet.answers:
            first = sheet.answers  # what was submitted first is kept once it is corrected
        after = dataclasses.replace(sheet, answers=packed, state=state, first_answers=first)
        entities: list[Entity] = [after]
        if plan.text != asked.columns:
            entities.insert(0, dataclasses.replace(asked, columns=plan.text))
        self._own = True
        try:
            self._session.put_all(entities, label=f"录入答卷 {self.number}")
        finally:
            self._own = False
        self.answers = dict(answers)
        return ""
