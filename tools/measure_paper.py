"""How long paper takes and what memory: the part of ``tools/measure.py paper`` (Linux; LibreOffice if it is there).

Each export is a process of its own through the command line, so that starting Python and opening the evaluation
count. The memory is the peak of all its processes together, shared pages counted once. LibreOffice converts our own
Word report by turns with ours; what it takes to start is measured with a document of one word.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

_MEGABYTE = 1024 * 1024
#: In the running program: the export alone, after a first one has loaded the libraries.
_INSIDE = """
import sys, time
from pathlib import Path
from workbench.paths import find_paths
from workbench.services.parts import assemble
if __name__ == "__main__":
    parts = assemble(find_paths())
    session = parts.catalog.open(Path(sys.argv[1]))
    job = parts.exporting.job(session, sys.argv[2], Path(sys.argv[3]))
    job.run()
    for _ in range(int(sys.argv[4])):
        begun = time.perf_counter()
        job.run()
        print((time.perf_counter() - begun) * 1000)
    session.close()
"""


@dataclass
class Taken:
    """Milliseconds of each run by the clock and of the processors, and the peak of memory in bytes."""

    times: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    peak: int = 0

    @property
    def median(self) -> float:
        """The median of the times."""
        return statistics.median(self.times)

    def __str__(self) -> str:
        return (
            f"median {self.median:.0f} ms, worst {max(self.times):.0f} ms of {len(self.times)}, "
            f"processors {statistics.median(self.worked):.0f} ms, peak {self.peak / _MEGABYTE:.0f} MB"
        )


def measure_paper(runs: int, data: Path) -> None:
    """All cases, one line each; the evaluations are made below ``data`` (WORKBENCH_DATA)."""
    made = {kind: _made(kind) for kind in ("report", "photos", "large", "extremes")}
    _report(runs, data, made["report"])
    _photos(runs, data, made["photos"])
    for words, kind in (
        ("300 indicators with long texts", "large"),
        ("3-page criterion, 60 deductions on one indicator", "extremes"),
    ):
        for option in ("--xlsx", "--docx", "--pdf"):
            target = data / f"{kind}.{option[2:]}"
            print(f"{words}, {option}: {_exported(made[kind], option, target, runs)}{_size(target)}")
    _sheet_of_300(runs, data)
    _survey(runs, data)


def _report(runs: int, data: Path, folder: Path) -> None:
    """65 pages with 20 photos, against LibreOffice in the same run."""
    pdf, word = data / "report.pdf", data / "report.docx"
    first = Taken()
    for _ in range(runs):
        shutil.rmtree(data / ".cache", ignore_errors=True)
        _run(_export(folder, "--pdf", pdf), first)
    print(f"65 pages, 20 photos of 12 MP, --pdf, no copies of the photos: {first}{_size(pdf)}")
    once = pdf.read_bytes()
    ours, docx, theirs, start = Taken(), Taken(), Taken(), Taken()
    _run(_export(folder, "--docx", word), docx)
    office = shutil.which("soffice")
    short = data / "short.docx"
    if office is not None:
        import docx as python_docx

        document = python_docx.Document()
        document.add_paragraph("一")
        document.save(str(short))
    for _ in range(runs):
        _run(_export(folder, "--pdf", pdf), ours)
        if office is not None:
            for source, taken in ((word, theirs), (short, start)):
                command = [office, "--headless", "--convert-to", "pdf", "--outdir", str(data / "office")]
                _run([*command, str(source)], taken)
    inside = [float(line) for line in _inside(folder, "report", pdf, runs).split()]
    print(f"the same with copies: {ours}{_size(pdf)}")
    print(f"the same in the running program: median {statistics.median(inside):.0f} ms of {len(inside)}")
    print(f"    same pages with and without copies: {_pages(once) == _pages(pdf.read_bytes())}")
    print(f"its --docx with copies: {docx}{_size(word)}")
    if office is not None:
        share = statistics.median(inside)
        print(f"LibreOffice, the same docx to PDF: {theirs}; a document of one word: {start}")
        print(
            f"    ÷ ours: whole processes {theirs.median / ours.median:.1f}; "
            f"LibreOffice ÷ export in the running program {theirs.median / share:.1f}; "
            f"both without starting {(theirs.median - start.median) / share:.1f}"
        )


def _photos(runs: int, data: Path, folder: Path) -> None:
    """200 photos: copies made at the first export, then there."""
    pdf = data / "photos.pdf"
    first = Taken()
    shutil.rmtree(data / ".cache", ignore_errors=True)
    _run(_export(folder, "--pdf", pdf), first)
    print(f"200 photos of 12 MP, --pdf, no copies: {first}{_size(pdf)}")
    for option in ("--pdf", "--docx"):
        target = data / f"photos.{option[2:]}"
        print(f"the same with copies, {option}: {_exported(folder, option, target, runs)}{_size(target)}")


def _sheet_of_300(runs: int, data: Path) -> None:
    """The score sheet of 300 rows, against openpyxl with the same cells, by turns."""
    from tests.benchmarks import test_sheets as bench
    from tests.exporters.sample import MADE, scored_by_hand, small_form
    from workbench.exporters.report_data import freeze

    form = small_form(30, 10, "1", bench.CRITERION)
    frozen = freeze(
        scored_by_hand(form, "0.9", basis="按规定办理，资料完整。", basis_source="文件"), made=MADE
    )
    path = data / "sheet.xlsx"
    bench.ours(frozen, path)
    bare = bench.Bare(path)
    _by_turns(
        "score sheet of 300 rows",
        {"ours": lambda: bench.ours(frozen, path), "bare openpyxl": lambda: bare.write(data / "bare.xlsx")},
        runs,
    )


def _survey(runs: int, data: Path) -> None:
    """Every answer of 10,000 sheets as a workbook, against XlsxWriter, by turns; memory by the command line."""
    from tests.benchmarks.test_surveys import written_bare
    from tests.exporters.sample import MADE, RESOURCES
    from workbench.exporters.answer_workbook import write_answers
    from workbench.exporters.kit import Kit
    from workbench.exporters.report_data import freeze
    from workbench.importers.answer_table import read_survey_table
    from workbench.paths import find_paths
    from workbench.services.parts import assemble

    folder = _made("survey")
    session = assemble(find_paths()).catalog.open(folder)
    frozen = freeze(session.evaluation, made=MADE)
    path, other = data / "answers.xlsx", data / "other.xlsx"

    def ours() -> None:
        write_answers(frozen, path, Kit(RESOURCES), lambda *_: None)

    ours()
    table = [list(row) for row in read_survey_table(path).rows]
    _by_turns(
        "survey workbook of 10,000 sheets",
        {"ours": ours, "XlsxWriter": lambda: written_bare(other, table)},
        runs,
    )
    import tracemalloc

    tracemalloc.start()
    ours()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"    what writing it takes besides the evaluation: {peak / _MEGABYTE:.0f} MB")
    session.close()
    looked, taken = Taken(), Taken()
    _run([sys.executable, "-m", "workbench", "show", str(folder)], looked)
    out = data / "answers"
    _run(
        [sys.executable, "-m", "workbench", "export", str(folder), "--out", str(out), "--only", "answers"],
        taken,
    )
    print(f"    by the command line: {taken}; opening the evaluation alone: {looked}")


def _by_turns(words: str, ways: dict[str, Callable[[], object]], runs: int) -> None:
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            taken[name].append((time.perf_counter() - begun) * 1000)
    ours, other = (statistics.median(times) for times in taken.values())
    name = list(ways)[1]
    print(
        f"{words}: {ours:.0f} ms, {name} {other:.0f} ms: ours {ours / other:.2f} of it, {other / ours:.1f}×"
    )


# ── processes ─────────────────────────────────────────────────────────────────────────────────────


def _made(kind: str) -> Path:
    """Make an evaluation in a process of its own: drawing processes must find a main module."""
    command = [sys.executable, str(ROOT / "tools" / "paper_cases.py"), kind]
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return Path(done.stdout.strip())


def _export(folder: Path, option: str, target: Path) -> list[str]:
    return [sys.executable, "-m", "workbench", "export", str(folder), option, str(target)]


def _exported(folder: Path, option: str, target: Path, runs: int) -> Taken:
    taken = Taken()
    for _ in range(runs):
        _run(_export(folder, option, target), taken)
    return taken


def _inside(folder: Path, kind: str, target: Path, runs: int) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as script:
        script.write(_INSIDE)
    try:
        command = [sys.executable, script.name, str(folder), kind, str(target), str(runs)]
        done = subprocess.run(  # noqa: S603 - our own program
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        Path(script.name).unlink()
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def _run(command: Sequence[str], taken: Taken) -> None:
    """Run a command to its end, adding its time and keeping the highest memory of it and its children."""
    begun, before = time.perf_counter(), os.times()
    child = subprocess.Popen(  # noqa: S603 - our own program and LibreOffice
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.03):
            taken.peak = max(taken.peak, _memory(child.pid))

    watching = threading.Thread(target=watch)
    watching.start()
    status = child.wait()
    taken.times.append((time.perf_counter() - begun) * 1000)
    after = os.times()  # of all that has ended below this process
    taken.worked.append(
        (after.children_user + after.children_system - before.children_user - before.children_system) * 1000
    )
    over.set()
    watching.join()
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")


def _memory(pid: int) -> int:
    """Bytes of a process and all below it; shared pages are counted once. 0 for one that has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        below = [
            one for task in Path(f"/proc/{pid}/task").glob("*/children") for one in task.read_text().split()
        ]
    except OSError:
        return 0
    own = next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
    return own * 1024 + sum(_memory(int(one)) for one in below)


def _pages(data: bytes) -> list[Any]:
    """The text and the pictures of each page of a PDF."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    found = [
        (
            page.get_textpage().get_text_range(),
            [bytes(thing.get_data()) for thing in page.get_objects(filter=[3])],
        )
        for page in document
    ]
    document.close()
    return found


def _size(path: Path) -> str:
    return f", file {path.stat().st_size / 1e6:.1f} MB"
