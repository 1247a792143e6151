"""Ten thousand sheets of thirty answers: import, storing, counting, opening, an edit, against what others take.

``make bench ARGS=tests/benchmarks/test_surveys.py``; in an ordinary test run each is made once with few
sheets and not timed. Ratios are of one run; times are printed.
"""

from __future__ import annotations

import dataclasses
import io
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import perf_counter

import openpyxl
import pytest
import sqlite_utils
from pytest_benchmark.fixture import BenchmarkFixture

from tests.exporters.sample import MADE, RESOURCES
from tests.helpers import session as in_memory
from tests.store.conftest import Desk
from tests.store.conftest import small_form as store_form
from workbench.domain.answer_counts import SheetCounts
from workbench.domain.asked import options_of, questions_of
from workbench.domain.entities_survey import SheetBatch
from workbench.domain.evaluation import Evaluation, Input, Option, Questionnaire
from workbench.domain.sources import Sources
from workbench.domain.survey import tally
from workbench.exporters.answer_workbook import write_answers
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import freeze
from workbench.importers.answer_table import read_survey_table
from workbench.services.session import Session
from workbench.services.survey_files import SurveyFiles, SurveyPreview

SHEETS, QUESTIONS = 10_000, 30
ROUNDS = 3
IMPORT_GATE, IMPORT_MEGABYTES = 2.5, 40
STORE_GATE = 5.0
TALLY_GATE_MS = 10.0
SCORE_GATE_MS = 5.0
EXPORT_GATE, EXPORT_MEGABYTES = 2.0, 80
WORDS = ("非常满意", "比较满意", "一般", "不太满意", "非常不满意")


def exported(path: Path, sheets: int) -> Path:
    """A file as a platform exports it: 24 scales, 3 multiple choices, 2 numbers, 1 open question."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("答卷")
    scales = [f"{n}、您对第 {n} 项服务是否满意？（单选题）" for n in range(1, 25)]
    several = [f"{n}、第 {n} 题可多选（多选题）" for n in range(25, 28)]
    page.append(
        [
            "序号",
            "提交答卷时间",
            "所用时间",
            "来源",
            "来自IP",
            *scales,
            *several,
            "28、来电次数",
            "29、年龄",
            "30、建议",
        ]
    )
    for row in range(sheets):
        page.append(
            [row + 1, "2022/11/24 10:00:00", "90秒", "微信", "10.0.0.1"]
            + [WORDS[(row * 7 + n * (row // 3 + 1)) % 5] if (row + n) % 37 else "" for n in range(24)]
            + ["┋".join(("接通", "态度", "业务", "回访")[: (row + n) % 5]) for n in range(3)]
            + [str(row % 9), str(18 + row % 60), "" if row % 4 else f"第 {row} 位来电人的意见"]
        )
    book.save(path)
    return path


def read_bare(path: Path) -> int:
    """What openpyxl's own quickest reader takes, nothing checked."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True)
    return sum(len(row) for page in book.worksheets for row in page.iter_rows(values_only=True))


def preview(session: Session, path: Path, memory: Path) -> SurveyPreview:
    """Reading, guessing the questionnaire, and every check."""
    files = SurveyFiles(session, memory)
    table = files.read(path)
    return files.preview_draft(table, files.draft(table))


class Work:
    """One imported evaluation in a store."""

    def __init__(self, folder: Path, sheets: int) -> None:
        self.folder = folder
        self.desk = Desk(folder / "评价")
        self.session = self.desk.session(self.desk.create())
        self.path = exported(folder / "a.xlsx", sheets)
        self.preview = preview(self.session, self.path, folder / "m.json")
        assert not self.preview.faults
        SurveyFiles(self.session, folder / "m.json").apply(self.preview)
        self.questionnaire = self.preview.questionnaire.id

    def tallies(self, evaluation: Evaluation) -> int:
        """Every question of the questionnaire counted; how many answers there are."""
        asked = evaluation.table(Questionnaire)[self.questionnaire]
        return int(sum(tally(evaluation, q).counted for q in questions_of(evaluation, asked)))


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Work]:
    few = not request.config.getoption("benchmark_enable")
    work = Work(tmp_path_factory.mktemp("survey"), 400 if few else SHEETS)
    yield work
    work.desk.close()


def milliseconds(run: Callable[[], object], rounds: int = 9) -> float:
    """The median of several runs."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        run()
        times.append((perf_counter() - start) * 1e3)
    return median(times)


def test_import_with_all_checks(work: Work, benchmark: BenchmarkFixture) -> None:
    def ours() -> int:
        return preview(work.session, work.path, work.folder / "m.json").sheets

    count = benchmark.pedantic(ours, rounds=ROUNDS)
    assert count == work.preview.read.count
    if benchmark.disabled:
        return
    ratios = []
    for _ in range(ROUNDS):
        start = perf_counter()
        read_bare(work.path)
        middle = perf_counter()
        ours()
        ratios.append((middle - start) / (perf_counter() - middle))
    tracemalloc.start()
    ours()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    print(f"\nopenpyxl read_only ÷ import with checks: {median(ratios):.2f}, peak {peak:.1f} MB")
    assert median(ratios) >= IMPORT_GATE
    assert peak < IMPORT_MEGABYTES


def test_storing(work: Work, tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    """Rows, journal and hash chain of all sheets, durable; sqlite-utils stores the bare answers."""
    numbers = iter(range(10**6))
    answers = [
        {"sheet": row, "question": place, "answer": character}
        for batch in work.session.evaluation.listed(SheetBatch)
        for row, head in enumerate(batch.answers.split("\n"), start=batch.position * 1000)
        for place, character in enumerate(head[:QUESTIONS])
    ]

    def ours(session: Session) -> None:
        SurveyFiles(session, tmp_path / "m.json").apply(
            dataclasses.replace(work.preview, base=session.evaluation)
        )

    def theirs() -> None:
        database = sqlite_utils.Database(tmp_path / f"{next(numbers)}.db")
        database["answer"].insert_all(answers)  # type: ignore[union-attr]
        database.close()

    def once() -> tuple[float, float]:
        desk = Desk(tmp_path / f"{next(numbers)}")
        session = desk.session(desk.create())
        start = perf_counter()
        ours(session)
        middle = perf_counter()
        theirs()
        found = (middle - start, perf_counter() - middle)
        desk.close()
        return found

    assert len(answers) == work.preview.read.count * QUESTIONS
    benchmark.pedantic(once, rounds=1)
    if benchmark.disabled:
        return
    times = [once() for _ in range(ROUNDS)]
    ratio = median(their / our for our, their in times)
    print(f"\nsqlite-utils ÷ our storing: {ratio:.1f}; ours {median(our for our, _ in times) * 1e3:.0f} ms")
    assert ratio >= STORE_GATE


def test_counting_everything_again(work: Work, benchmark: BenchmarkFixture) -> None:
    """All questions from nothing: the questionnaire is another object, so nothing is remembered."""
    evaluation = work.session.evaluation
    asked = evaluation.table(Questionnaire)[work.questionnaire]
    questions = questions_of(evaluation, asked)

    def cold() -> int:
        counts = SheetCounts(evaluation, asked)
        for question in questions:
            counts.ticks(question) if question.kind == "多选" else counts.choice(question)
        return counts.valid

    assert benchmark(cold) == work.preview.read.count
    if not benchmark.disabled:
        took = milliseconds(cold)
        print(f"\nall {len(questions)} questions counted from nothing: {took:.1f} ms")
        assert took <= TALLY_GATE_MS


def test_an_edit_reaches_the_scores(work: Work, benchmark: BenchmarkFixture) -> None:
    """One sheet corrected: from the change to the score that is bound to it, and to every tally."""
    evaluation = work.session.evaluation
    asked = evaluation.table(Questionnaire)[work.questionnaire]
    rated = questions_of(evaluation, asked)[0]
    weighted = [
        dataclasses.replace(option, weight=Decimal(100 - 25 * place) / 100)
        for place, option in enumerate(options_of(evaluation, rated))
    ]
    bound = Input(id="B11/rate", indicator="B11", key="rate", source=f"survey:{rated.id}")
    opened = in_memory(*(entity for table in evaluation.tables.values() for entity in table.values()))
    opened.put_all([*weighted, bound])
    first = opened.evaluation.listed(SheetBatch)[0].id

    def edit() -> None:
        batch = opened.evaluation.table(SheetBatch)[first]
        other = "2" if batch.answers[0] == "1" else "1"
        opened.put(dataclasses.replace(batch, answers=other + batch.answers[1:]))

    def scored() -> Decimal | None:
        edit()
        return opened.scores["B11"].score

    assert {benchmark(scored), scored()} != {None}
    if benchmark.disabled:
        return
    after: list[float] = []
    counted: list[float] = []
    for _ in range(9):
        edit()
        start = perf_counter()
        assert opened.scores["B11"].score
        after.append((perf_counter() - start) * 1e3)
        start = perf_counter()
        work.tallies(opened.evaluation)
        counted.append((perf_counter() - start) * 1e3)
    print(f"\nafter an edit: scores {median(after):.2f} ms, all tallies besides {median(counted):.1f} ms")
    assert median(after) <= SCORE_GATE_MS


def test_opening(work: Work, benchmark: BenchmarkFixture) -> None:
    """Every line of the journal and every row is verified on opening."""
    folder = work.folder / "opened"
    desk = Desk(folder)
    place = desk.create()
    session = desk.session(place)
    SurveyFiles(session, work.folder / "m.json").apply(
        dataclasses.replace(work.preview, base=session.evaluation)
    )
    session.close()

    def opened() -> int:
        store = desk.open(place)
        session = Session(store.load(store_form), store, lambda: 0.0)
        count = len(session.evaluation.table(Option))
        assert Sources(session.evaluation) is not None
        session.close()
        return count

    assert benchmark(opened) > QUESTIONS


def written_bare(path: Path, table: list[list[str]]) -> None:
    """The same table with XlsxWriter, as its manual writes long ones."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    look = book.add_format({"border": 1, "align": "center", "valign": "vcenter"})
    page = book.add_worksheet()
    for number, row in enumerate(table):
        page.write_row(number, 0, row, look)
    book.close()


def test_export_of_every_sheet(work: Work, tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    data = freeze(work.session.evaluation, made=MADE)
    path = tmp_path / "a.xlsx"

    def ours() -> None:
        write_answers(data, path, Kit(RESOURCES), lambda *_: None)

    benchmark.pedantic(ours, rounds=ROUNDS)
    read = read_survey_table(path)
    assert len(read.rows) == work.preview.read.count
    if benchmark.disabled:
        return
    table = [list(row) for row in read.rows]
    ratios = []
    for _ in range(ROUNDS):
        start = perf_counter()
        written_bare(tmp_path / "b.xlsx", table)
        middle = perf_counter()
        ours()
        ratios.append((middle - start) / (perf_counter() - middle))
    tracemalloc.start()
    ours()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    print(f"\nXlsxWriter ÷ our export: {median(ratios):.2f}, peak {peak:.1f} MB")
    assert median(ratios) >= EXPORT_GATE
    assert peak < EXPORT_MEGABYTES
