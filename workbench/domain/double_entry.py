"""Double entry of paper sheets: which sheets are typed again, where each stands, what the passes got wrong.

A second person types a sheet again without seeing the first answers. Where both differ, each is shown
which questions to read again on the paper, never what the other typed. A sheet is settled once both
passes agree, or, where it wasn't drawn for a second pass, once the first has no faults.

    未录入 → 首录中 → 首录完成 / 首录有误 → 复录中 → 不一致 / 已定案
"""

from __future__ import annotations

import enum
import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import NotANumber, exact, parse_number, round_half_up
from workbench.domain.answers import UNCLEAR, Answer, Answers, Plan, plan_for, unpack
from workbench.domain.asked import Recent, questions_of
from workbench.domain.entities_survey import (
    EVERY_SECOND,
    NTH_SECOND,
    RANDOM_SECOND,
    SUBMITTED,
    Sheet,
)
from workbench.domain.evaluation import Evaluation, Option, Question, Questionnaire

#: So many sheets in a row are drawn from together: each stretch holds its exact share.
STRETCH = 20


class Stage(enum.Enum):
    """Where one sheet stands; the value is its name on the screen."""

    EMPTY = "未录入"
    FIRST = "首录中"
    FAULTY = "首录有误"
    FIRST_DONE = "首录完成"
    SECOND = "复录中"
    DIFFERENT = "不一致"
    DEFINITIVE = "已定案"
    VOID = "作废"


@dataclass(frozen=True, slots=True)
class SheetFault:
    """What keeps a sheet from being settled: its question, and what is wrong in a Chinese clause."""

    question: str
    what: str


@dataclass(frozen=True, slots=True)
class SheetStatus:
    """One paper sheet: both passes as far as they exist, and where it stands."""

    number: str
    stage: Stage
    first: Sheet | None = None
    second: Sheet | None = None
    needs_second: bool = False
    differing: tuple[str, ...] = ()
    """Ids of the questions that both passes answered otherwise: where to look, not what was typed."""
    faults: tuple[SheetFault, ...] = ()
    """What is wrong with the first pass, until it is corrected or its note says that the paper reads so."""


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """How many answers one pass got wrong, of those on sheets that both passes settled.

    Wrong is what was submitted first and does not hold in the end. An error that both made alike is
    not seen by double entry.
    """

    entry_pass: int
    sheets: int
    answers: int
    wrong: int

    @property
    def rate(self) -> Fraction | None:
        """Wrong answers ÷ all answers; nothing while no sheet is settled by both."""
        return Fraction(self.wrong, self.answers) if self.answers else None


def drawn(questionnaire: Questionnaire, sheet: Sheet) -> bool:
    """Whether a sheet is to be typed by a second person, by its running position (from 1).

    The draw depends on nothing but the rule, the seed and the position: anyone can repeat it, and
    sheets typed later change nothing for earlier ones. In every stretch of twenty the share is exact
    (rounded half up, at least one).
    """
    place = max(sheet.position, 1) - 1
    if questionnaire.double_entry == EVERY_SECOND:
        return True
    if questionnaire.double_entry == NTH_SECOND:
        return place % max(questionnaire.double_every or 1, 1) == 0
    if questionnaire.double_entry != RANDOM_SECOND:
        return False
    share = min(max(exact(questionnaire.double_share or 0), Fraction(0)), Fraction(1))
    wanted = max(int(round_half_up(share * STRETCH, 0)), 1) if share else 0
    return place % STRETCH in _drawn_places(questionnaire.double_seed, place // STRETCH, wanted)


def _drawn_places(seed: str, stretch: int, wanted: int) -> Sequence[int]:
    def lot(place: int) -> str:
        return hashlib.sha256(f"{seed}/{stretch}/{place}".encode("utf-8", "surrogatepass")).hexdigest()

    return sorted(range(STRETCH), key=lot)[:wanted]


def faults_of(
    evaluation: Evaluation, questionnaire: Questionnaire, answers: Answers
) -> tuple[SheetFault, ...]:
    """What is wrong with the answers of one sheet: required ones missing, unclear ones, skipped ones given,
    numbers that are none."""
    found = []
    for question in questions_of(evaluation, questionnaire):
        answer = answers.get(question.id)
        skipped = is_skipped(question, answers)
        if answer is None:
            if question.required and not skipped:
                found.append(SheetFault(question.id, "必答题未作答"))
        elif skipped:
            found.append(SheetFault(question.id, "按跳过条件不应作答"))
        elif answer.unclear:
            found.append(SheetFault(question.id, "答案无法辨认或单选多勾"))
        elif question.kind == "数字" and number_of(answer) is None:
            found.append(SheetFault(question.id, f"“{answer.text[:20]}”不是数字"))
    return tuple(found)


def skip_condition(question: Question) -> tuple[str, frozenset[str]]:
    """The question and its options that make this one be passed over; empty when nothing does."""
    asked, _, options = question.skip_if.partition(":")
    return asked, frozenset(options.split())


def skip_text(asked: str, options: Iterable[str]) -> str:
    """A skip condition as :attr:`Question.skip_if` keeps it."""
    chosen = " ".join(options)
    return f"{asked}:{chosen}" if asked and chosen else ""


def skip_sentence(evaluation: Evaluation, question: Question) -> str:
    """The skip condition in words: ``第 1 题答“不了解”时跳过``; empty when there is none that holds."""
    asked, options = skip_condition(question)
    before = evaluation.get(Question, asked)
    table = evaluation.table(Option)
    labels = [table[id_].label for id_ in question.skip_if.partition(":")[2].split() if id_ in table]
    if before is None or not labels or not options:
        return ""
    return f"第 {before.position} 题答“{'”或“'.join(labels)}”时跳过"


def is_skipped(question: Question, answers: Answers) -> bool:
    """Whether a question is passed over on a sheet with these answers."""
    asked, options = skip_condition(question)
    answer = answers.get(asked) if asked else None
    return answer is not None and bool(options & set(answer.options))


def number_of(answer: Answer) -> Decimal | None:
    """The number that an answer is, or nothing."""
    try:
        return parse_number(answer.text)
    except NotANumber:
        return None


def same_answer(one: Answer | None, other: Answer | None) -> bool:
    """Whether two passes read the same: options in any order, texts without regard to spaces and width."""
    if one is None or other is None:
        return one is other
    return (
        one.unclear == other.unclear
        and set(one.options) == set(other.options)
        and _bare(one.text) == _bare(other.text)
    )


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def differing(plan: Plan, first: str, second: str) -> tuple[str, ...]:
    """Ids of the questions that two packed passes answer otherwise, in the order of the plan."""
    if first == second:
        return ()
    one, other = unpack(plan, first), unpack(plan, second)
    asked = dict.fromkeys(column.question for column in plan.columns)
    return tuple(id_ for id_ in asked if not same_answer(one.get(id_), other.get(id_)))


def status_of(evaluation: Evaluation, questionnaire: Questionnaire, number: str) -> SheetStatus:
    """Where the sheet with a number stands."""
    for found in statuses(evaluation, questionnaire):
        if found.number == number:
            return found
    return SheetStatus(number, Stage.EMPTY)


_recent: Recent[tuple[SheetStatus, ...]] = Recent()
#: Of ten thousand sheets one is typed at a time: what was found of the others still holds.
_settled: Recent[dict[str, SheetStatus]] = Recent(2)


def statuses(evaluation: Evaluation, questionnaire: Questionnaire) -> tuple[SheetStatus, ...]:
    """Every sheet of a questionnaire in the order of the first pass, worked out once for each state."""
    rests_on = (
        questionnaire,
        evaluation.table(Sheet),
        evaluation.table(Question),
        evaluation.table(Option),
    )
    return _recent.get(rests_on, lambda: _statuses(evaluation, questionnaire))


def _statuses(evaluation: Evaluation, questionnaire: Questionnaire) -> tuple[SheetStatus, ...]:
    plan = plan_for(evaluation, questionnaire)
    first: dict[str, Sheet] = {}
    second: dict[str, Sheet] = {}
    for sheet in evaluation.listed(Sheet):
        if sheet.questionnaire == questionnaire.id:
            (second if sheet.entry_pass == 2 else first)[sheet.number] = sheet
    numbers = dict.fromkeys([*first, *second])
    # Where nothing is demanded of an answer, only an unclear one can be wrong.
    strict = any(q.required or q.skip_if or q.kind == "数字" for q in questions_of(evaluation, questionnaire))
    known = _settled.get((questionnaire, evaluation.table(Question), evaluation.table(Option)), dict)

    def status(number: str) -> SheetStatus:
        if number not in first:
            return SheetStatus(number, Stage.EMPTY, None, second[number])
        passes = (first[number], second.get(number))
        found = known.get(number)
        if found is None or found.first is not passes[0] or found.second is not passes[1]:
            found = known[number] = _status(evaluation, questionnaire, plan, passes, strict)
        return found

    return tuple(map(status, numbers))


def _status(
    evaluation: Evaluation,
    questionnaire: Questionnaire,
    plan: Plan,
    passes: tuple[Sheet, Sheet | None],
    strict: bool,
) -> SheetStatus:
    first, second = passes
    number = first.number
    needs = drawn(questionnaire, first) or second is not None
    if first.void_reason:
        return SheetStatus(number, Stage.VOID, first, second, needs)
    if first.state != SUBMITTED:
        return SheetStatus(number, Stage.FIRST, first, second, needs)
    faults: tuple[SheetFault, ...] = ()
    if not first.note and (strict or UNCLEAR in first.answers):
        faults = faults_of(evaluation, questionnaire, unpack(plan, first.answers))
    if second is None or second.state != SUBMITTED:
        stage = Stage.SECOND if second is not None else Stage.FIRST_DONE if needs else Stage.DEFINITIVE
        return SheetStatus(number, Stage.FAULTY if faults else stage, first, second, needs, (), faults)
    apart = differing(plan, first.answers, second.answers)
    stage = Stage.DIFFERENT if apart else Stage.FAULTY if faults else Stage.DEFINITIVE
    return SheetStatus(number, stage, first, second, needs, apart, faults)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the typing of a questionnaire is: sheets by stage, and how many are to be typed again."""

    by_stage: Mapping[Stage, int]
    second_wanted: int
    second_done: int

    def count(self, *stages: Stage) -> int:
        """The sheets at these stages."""
        return sum(self.by_stage.get(stage, 0) for stage in stages)


def progress_of(found: Iterable[SheetStatus]) -> Progress:
    """The progress over all sheets."""
    listed = list(found)
    by_stage = {stage: sum(status.stage is stage for status in listed) for stage in Stage}
    wanted = [s for s in listed if s.needs_second and s.stage is not Stage.VOID]
    done = [s for s in wanted if s.second is not None and s.second.state == SUBMITTED]
    return Progress(by_stage, len(wanted), len(done))


def error_rates(evaluation: Evaluation, questionnaire: Questionnaire) -> tuple[ErrorRate, ErrorRate]:
    """How many answers each pass got wrong on the sheets that both settled."""
    plan = plan_for(evaluation, questionnaire)
    asked = len({column.question for column in plan.columns if column.question})
    settled = [
        (status.first, status.second)
        for status in statuses(evaluation, questionnaire)
        if status.stage is Stage.DEFINITIVE and status.first is not None and status.second is not None
    ]

    def rate(entry_pass: int, sheets: list[Sheet], final: list[Sheet]) -> ErrorRate:
        wrong = sum(
            len(differing(plan, sheet.first_answers or sheet.answers, agreed.answers))
            for sheet, agreed in zip(sheets, final, strict=True)
        )
        return ErrorRate(entry_pass, len(sheets), len(sheets) * asked, wrong)

    firsts = [first for first, _ in settled]
    return rate(1, firsts, firsts), rate(2, [second for _, second in settled], firsts)


def plan_sentence(questionnaire: Questionnaire) -> str:
    """The rule for the second entry in words, with the seed as recorded."""
    if questionnaire.double_entry == EVERY_SECOND:
        return "全部答卷由第二人复录"
    if questionnaire.double_entry == NTH_SECOND:
        return f"每 {max(questionnaire.double_every or 1, 1)} 份抽 1 份由第二人复录"
    if questionnaire.double_entry == RANDOM_SECOND:
        share = round_half_up(exact(questionnaire.double_share or 0) * 100, 0)
        return f"随机抽取 {share}% 由第二人复录，种子 {questionnaire.double_seed or '（未记）'}"
    return "不做二次录入"
