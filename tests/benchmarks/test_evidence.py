"""Evidence in, thumbnails, and the list: each against a plain way of doing it, by turns in one run.

``make bench ARGS=tests/benchmarks/test_evidence.py``; in an ordinary test run each is done once, small, and not
timed. Times of a shared machine vary, so the gates are ratios of medians; the figures are in ``extra_info``.
"""

from __future__ import annotations

import io
import os
import queue
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from PIL import Image
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QTableView
from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.ui.helpers import window_on
from workbench.domain.evaluation import Evidence
from workbench.services.jobs import silent
from workbench.services.pictures import THUMBNAIL, Picture, Pictures, Wish
from workbench.store.evidence import Vault
from workbench.store.incoming import Incoming, StoredFile
from workbench.ui.evidence_page import EvidencePage

FILES, MEGABYTES, PHOTOS, ITEMS, ROUNDS = 300, 3, 60, 5000, 5
#: Ours in shares of the peer's time, at most.
IMPORT_GATE, THUMBNAIL_GATE, LIST_GATE = 1.0, 0.5, 1.0


def by_turns(ways: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Median seconds of each way, taken A B C A B C."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            taken[name].append(way())
    return {name: median(times) for name, times in taken.items()}


def test_import_against_cp(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Copied, hashed, durable: ours against ``cp -r`` + ``sync``, and that with ``sha256sum`` over the copies."""
    count = 3 if benchmark.disabled else FILES
    source = tmp_path / "source"
    source.mkdir()
    for n in range(count):
        (source / f"{n:05d}.jpg").write_bytes(os.urandom(MEGABYTES * 1_000_000))
    goal = tmp_path / "goal"

    def timed(act: Callable[[], object]) -> float:
        os.sync()
        start = perf_counter()
        act()
        spent = perf_counter() - start
        shutil.rmtree(goal)
        return spent

    def copied(*, hashed: bool) -> None:
        subprocess.run(["cp", "-r", source, goal], check=True)
        if hashed:
            names = sorted(str(path) for path in goal.iterdir())
            subprocess.run(["sha256sum", *names], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["sync", "-f", goal], check=True)

    def ours() -> None:
        answers = Vault(goal).add_all(
            [Incoming(path, path.name) for path in sorted(source.iterdir())], silent
        )
        assert all(isinstance(answer, StoredFile) and not answer.duplicate for answer in answers)

    ways: dict[str, Callable[[], float]] = {
        "ours": lambda: timed(ours),
        "cp": lambda: timed(lambda: copied(hashed=False)),
        "cp_sha256sum": lambda: timed(lambda: copied(hashed=True)),
    }
    times = by_turns(ways, 1 if benchmark.disabled else ROUNDS)
    benchmark.extra_info.update(
        megabytes_per_second={name: round(count * MEGABYTES / spent) for name, spent in times.items()},
        ratio_to_cp=round(times["ours"] / times["cp"], 2),
        ratio_to_cp_sha256sum=round(times["ours"] / times["cp_sha256sum"], 2),
    )
    benchmark.pedantic(lambda: timed(ours), rounds=1)
    assert benchmark.disabled or times["ours"] <= IMPORT_GATE * times["cp_sha256sum"], times


def photo_of_12_megapixels(n: int) -> bytes:
    picture = Image.effect_noise((1000, 750), 40 + n).resize((4000, 3000)).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=92)
    return out.getvalue()


def test_thumbnails_against_full_decoding(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Thumbnails of 12-megapixel photos by the drawing processes, against decoding whole in one process."""
    count = 1 if benchmark.disabled else PHOTOS
    vault = Vault(tmp_path / "evidence")
    answers = vault.add_all([Incoming(photo_of_12_megapixels(n), f"{n}.jpg") for n in range(count)], silent)
    stored = [answer for answer in answers if isinstance(answer, StoredFile)]
    rounds = iter(range(100))

    def ours() -> float:
        pictures = Pictures(vault, tmp_path / f"cache{next(rounds)}")
        done: queue.Queue[Picture] = queue.Queue()
        warm = [vault.add(photo_of_12_megapixels(90 + n), "warm.jpg", silent) for n in range(2)]
        for each in warm:
            assert isinstance(each, StoredFile)
            pictures.ask(Wish(each.sha256, each.media_type, 40), lambda _, picture: done.put(picture))
        for _ in warm:
            done.get(timeout=60)
        start = perf_counter()
        for each in stored:
            pictures.ask(Wish(each.sha256, each.media_type, THUMBNAIL), lambda _, picture: done.put(picture))
        assert all(done.get(timeout=60).path is not None for _ in stored)
        spent = perf_counter() - start
        pictures.close()
        return spent

    def plain() -> float:
        start = perf_counter()
        for each in stored:
            with Image.open(vault.path_of(each.sha256)) as image:
                image.load()
                small = image.resize((160, 120), Image.Resampling.LANCZOS)
                small.save(io.BytesIO(), "JPEG")
        return perf_counter() - start

    times = by_turns({"ours": ours, "plain": plain}, 1 if benchmark.disabled else 3)
    benchmark.extra_info.update(
        per_second={name: round(count / spent, 1) for name, spent in times.items()},
        megabytes_each=round(sum(each.size for each in stored) / count / 1e6, 1),
    )
    benchmark.pedantic(ours, rounds=1)
    assert benchmark.disabled or times["ours"] <= THUMBNAIL_GATE * times["plain"], times


def test_first_screen_of_the_list(benchmark: BenchmarkFixture, qtbot: QtBot) -> None:
    """The page of all evidence with 5,000 items, from the wish to see it until it is painted."""
    opened = session(
        *(
            Evidence(id=f"e{n}", number=n, title=f"材料 {n}", media_type="image/jpeg", size=n, sha256="")
            for n in range(1, ITEMS + 1)
        )
    )
    window = window_on(qtbot, opened)
    workplace = window.workplace
    assert workplace is not None

    def ours() -> float:
        workplace.show_page("overview")
        QApplication.processEvents()
        start = perf_counter()
        page = EvidencePage(workplace.context)
        workplace.stack.addWidget(page)
        workplace.stack.setCurrentWidget(page)
        QApplication.processEvents()
        page.grab()
        spent = perf_counter() - start
        assert page.table.items.rowCount() == ITEMS
        workplace.stack.removeWidget(page)
        page.deleteLater()
        QApplication.processEvents()
        return spent

    def plain() -> float:
        """A table that holds an item for each cell, as most programs fill it."""
        start = perf_counter()
        model = QStandardItemModel()
        for item in opened.evaluation.table(Evidence).values():
            model.appendRow(
                [QStandardItem(str(text)) for text in (item.number, item.title, item.size, "", "", "", "")]
            )
        view = QTableView()
        view.setModel(model)
        view.resize(900, 600)
        view.grab()
        return perf_counter() - start

    times = by_turns({"ours": ours, "plain": plain}, 1 if benchmark.disabled else ROUNDS)
    benchmark.extra_info.update(milliseconds={name: round(1000 * spent) for name, spent in times.items()})
    benchmark.pedantic(ours, rounds=1)
    assert benchmark.disabled or times["ours"] <= LIST_GATE * times["plain"], times
