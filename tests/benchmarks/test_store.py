"""The store against the disk's own limit: a durable edit beside a raw append and fsync.

Ratios only: both are measured in turn, in one process, on one disk. Gate: median at most 1.5 times
a raw append of as many bytes, 99th percentile at most 3 times.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.store.conftest import Desk, small_form
from workbench.domain.evaluation import Entry, Member, Overview
from workbench.services.session import Session

ROUNDS = 200
#: What one edit appends to the log: a row's page and a journal page, each with its header.
PAGES = 2 * (4096 + 24)
#: A neighbour on the same disk may spoil one measurement, hardly all of them.
ATTEMPTS = 4
MEDIAN_GATE, LATE_GATE = 1.5, 3.0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "评价")
    yield desk
    desk.close()


def _edits(session: Session) -> Callable[[], None]:
    numbers = iter(range(10**9))

    def edit() -> None:
        score = Decimal(next(numbers)).scaleb(-2)
        session.put(Entry(id="a", override=score, override_reason="现场核定", basis="查阅合同和验收单"))

    return edit


def _appends(path: Path, size: int) -> tuple[Callable[[], None], Callable[[], None]]:
    file = path.open("wb", buffering=0)
    data = os.urandom(size)

    def append() -> None:
        file.write(data)
        os.fsync(file.fileno())

    return append, file.close


def _percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def paired(first: Callable[[], None], second: Callable[[], None]) -> tuple[list[float], list[float]]:
    """Both in turn, so that a busy disk slows both alike; seconds of each call."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for run, kept in zip((first, second), times, strict=True):
            began = time.perf_counter()
            run()
            kept.append(time.perf_counter() - began)
    return times


def test_an_edit_costs_no_more_than_its_fsync(desk: Desk, tmp_path: Path) -> None:
    session = desk.session(desk.create())
    edit = _edits(session)
    append, close = _appends(tmp_path / "raw", PAGES)
    ratios = []
    for _ in range(ATTEMPTS):
        edits, appends = paired(edit, append)
        middle, late = statistics.median(edits), _percentile(edits, 0.99)
        ratios.append((middle / statistics.median(appends), late / _percentile(appends, 0.99)))
        print(
            f"edit to durable {middle * 1e3:.2f} ms, p99 {late * 1e3:.2f} ms; raw append and fsync"
            f" {statistics.median(appends) * 1e3:.2f} ms; ratios {ratios[-1][0]:.2f} and {ratios[-1][1]:.2f}"
        )
        if ratios[-1][0] <= MEDIAN_GATE and ratios[-1][1] <= LATE_GATE:
            break
    close()
    assert any(middle <= MEDIAN_GATE and late <= LATE_GATE for middle, late in ratios), ratios


def test_edit(benchmark: BenchmarkFixture, desk: Desk) -> None:
    benchmark(_edits(desk.session(desk.create())))


def test_open_300_indicators_with_5000_lines(benchmark: BenchmarkFixture, desk: Desk) -> None:
    """Every line of the journal and every row is verified on opening."""
    entries = [Entry(id=f"{n}", override=Decimal(n), basis="查阅资料" * 20) for n in range(300)]
    members = [Member(id=f"{n}", name=f"甲{n}") for n in range(700)]
    folder = desk.create(entities=(Overview(project="大项目"), *entries, *members))
    session = desk.session(folder)
    for number in range(4000):
        session.put(Entry(id=f"{number % 300}", override=Decimal(number), basis="现场核实" * 20))
    session.close()

    def open_and_close() -> int:
        store = desk.open(folder)
        session = Session(store.load(small_form), store, lambda: 0.0)
        session.close()
        return store.length

    assert benchmark(open_and_close) == 5001
