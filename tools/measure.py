"""Measures the program as a person meets it: start, keystroke to disk, exports. Whole processes, several runs.

    python tools/measure.py start            from launching Python to the first painted frame, and with the sample open
    sudo python tools/measure.py start --cold    the same with the disk cache dropped before each run (Linux)
    python tools/measure.py keys             from a key in a field to the bytes being durable, with and without the pause
    python tools/measure.py large            makes the evaluation of 300 indicators in the folder WORKBENCH_DATA
    python tools/measure.py evidence         1,000 files of 3 MB and one of 2 GB into the vault, by turns with cp -r,
                                             cp -r with sync, and that with sha256sum over the copies
    python tools/measure.py exports          score sheet and report of the sample, and of 300 indicators with 40 photos
    python tools/measure.py paper            the sizes that paper has to bear: many pages, many photos, long texts, each
                                             with its memory, and LibreOffice, openpyxl, XlsxWriter by turns

Prints median and worst of ``--runs``. Figures hold for a quiet machine only; the load is printed with them.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SAMPLE = "qixia"
LEAVES, PHOTOS, KEYS = 300, 40, 60

START = """
import os, sys, time
begun = float(os.environ["BEGUN"])
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from workbench import app as door
from workbench.paths import find_paths
app = QApplication([])
front = door.Front(app, find_paths())
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.UpdateRequest:
            QTimer.singleShot(0, app.quit)
        return False
painted = Painted()
front.window.installEventFilter(painted)
front.window.show()
app.exec()
first = time.monotonic() - begun
if os.environ.get("OPEN"):
    front.start.open_sample(os.environ["OPEN"])
    app.exec()
print(first * 1000, (time.monotonic() - begun) * 1000)
os._exit(0)
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what the command line names."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("what", choices=("start", "keys", "exports", "large", "evidence", "paper"))
    reader.add_argument("--runs", type=int, default=5)
    reader.add_argument("--cold", action="store_true")
    given = reader.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if (
        given.what == "large"
    ):  # a process of its own: what it takes would count as its parent's children's peak
        print(make_large(Path(os.environ["WORKBENCH_DATA"])))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_DATA"] = folder
        if given.what == "start":
            measure_start(given.runs, cold=given.cold)
        elif given.what == "keys":
            measure_keys()
        elif given.what == "evidence":
            measure_evidence(given.runs)
        elif given.what == "paper":
            from measure_paper import measure_paper

            measure_paper(given.runs, Path(folder))
        else:
            measure_exports(given.runs, Path(folder))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    return 0


def measure_start(runs: int, *, cold: bool) -> None:
    """First frame of the start page, and of the sample's first page when it is opened at once."""
    _run([sys.executable, "-m", "workbench", "sample", SAMPLE])
    pages, opened = [], []
    for _ in range(runs):
        if cold:
            os.sync()
            Path("/proc/sys/vm/drop_caches").write_text("3\n")
        out = _run([sys.executable, "-c", START], BEGUN=str(time.monotonic()), OPEN=SAMPLE)
        page, sample = (float(word) for word in out.split())
        pages.append(page)
        opened.append(sample)
    state = "cold" if cold else "warm"
    print(f"{state}: start page painted {_said(pages)}; sample opened as well {_said(opened)}")


def measure_keys() -> None:
    """One key at a time into a text of the open sample; a listener of the session says when it is committed."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from workbench.app import Front
    from workbench.paths import find_paths
    from workbench.ui.overview_page import OverviewPage

    app = QApplication([])
    front = Front(app, find_paths())
    front.window.show()
    front.start.open_sample(SAMPLE)
    place = front.window.workplace
    page = place.page("overview") if place is not None else None
    if place is None or not isinstance(page, OverviewPage):
        raise SystemExit("the sample did not open")
    field = page.forms[0].editors["agency"]
    committed: list[float] = []
    place.context.session.subscribe(lambda _: committed.append(time.perf_counter()))
    for name, waits in (("without the pause", False), ("with the pause of 300 ms", True)):
        taken = []
        for _ in range(KEYS):
            committed.clear()
            begun = time.perf_counter()
            QTest.keyClick(field.input, Qt.Key.Key_A)
            if not waits:
                field.flush()
            while not committed:
                app.processEvents()
            taken.append((committed[0] - begun) * 1000)
        taken.sort()
        worst = taken[min(len(taken) - 1, round(len(taken) * 0.99))]
        print(f"key to durable, {name}: median {statistics.median(taken):.1f} ms, p99 {worst:.1f} ms")
    front.window.close()


def measure_exports(runs: int, data: Path) -> None:
    """Each export in a process of its own, through the command line, with its peak memory."""
    _run([sys.executable, "-m", "workbench", "sample", SAMPLE])
    sample = next(path.parent for path in data.glob("*/evaluation.db"))
    large = Path(_run([sys.executable, __file__, "large"]).strip())
    _measured("nothing but starting (show)", [str(sample)], runs, command="show")
    for words, folder in (("sample", sample), (f"{LEAVES} indicators, {PHOTOS} photos", large)):
        for option, name in (("--xlsx", "评分表.xlsx"), ("--pdf", "评价报告.pdf")):
            target = data / name
            _measured(f"{words} {option}", [str(folder), option, str(target)], runs)
            print(f"    {target.stat().st_size / 1e6:.1f} MB")


def measure_evidence(runs: int) -> None:
    """Import of many files and of a large one, each way by turns in one run; the copies of each way are deleted."""
    import resource  # not on Windows

    from workbench.services.jobs import silent
    from workbench.store.evidence import Vault
    from workbench.store.incoming import Incoming

    for words, count, megabytes in (("1,000 files of 3 MB", 1000, 3), ("one file of 2 GB", 1, 2000)):
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:  # a disk: /tmp may be memory
            source, goal = Path(folder, "source"), Path(folder, "goal")
            source.mkdir()
            block = random.Random(7).randbytes(1_000_000)  # noqa: S311 - noise for files
            for number in range(count):
                with (source / f"{number:05d}.bin").open("wb") as out:
                    for part in range(megabytes):
                        out.write((number * megabytes + part).to_bytes(8) + block[8:])
            names = [str(goal / path.name) for path in sorted(source.iterdir())]
            copy, sync = ["cp", "-r", str(source), str(goal)], ["sync", "-f", str(goal)]
            ways: dict[str, list[list[str]] | None] = {
                "cp -r": [copy],
                "cp -r, sync": [copy, sync],
                "cp -r, sha256sum, sync": [copy, ["sha256sum", *names], sync],
                "ours": None,
            }
            taken: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(runs):
                for name, commands in ways.items():
                    os.sync()
                    before = time.perf_counter()
                    if commands is None:
                        Vault(goal).add_all([Incoming(p, p.name) for p in sorted(source.iterdir())], silent)
                    for command in commands or ():
                        _run(command)
                    taken[name].append((time.perf_counter() - before) * 1000)
                    shutil.rmtree(goal)
            print(words)
            ours = statistics.median(taken["ours"])
            for name, times in taken.items():
                ratio = "" if name == "ours" else f", ours {ours / statistics.median(times):.2f} of it"
                print(f"    {name}: {_said(times)}{ratio}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory {peak / 1024:.0f} MB")


def make_large(data: Path) -> Path:
    """An evaluation of 300 scored indicators with texts, deductions and 40 photos of 3 megapixels."""
    from PIL import Image

    from workbench.domain.evaluation import Deduction, Entity, Entry, Input, input_id
    from workbench.paths import find_paths
    from workbench.services.jobs import silent
    from workbench.services.parts import assemble

    parts = assemble(find_paths())
    own = data / "指标体系"
    own.mkdir(parents=True, exist_ok=True)
    (own / "large.toml").write_text(_large_form(), encoding="utf-8")
    folder = parts.catalog.create_evaluation("三百个指标", "large", year="2022")
    session = parts.catalog.open(folder)
    made: list[Entity] = []
    leaves = session.evaluation.form.leaves
    for number, leaf in enumerate(leaves):
        for key in ("p1", "p2"):
            said = "不符合" if key == "p2" and number % 5 == 0 else "符合"
            made.append(Input(id=input_id(leaf.id, key), indicator=leaf.id, key=key, value=said))
        made.append(Entry(id=leaf.id, basis="经查阅资料和现场核实，得 {得分} 分。" * 2, done=True))
        if number % 5 == 0:
            reason = "个别资料未归档，未见审批手续。"
            made.append(
                Deduction(id=f"d{number}", indicator=leaf.id, points=leaf.full_mark / 2, reason=reason)
            )
    session.put_all(made)
    attaching = parts.services_for(session).attaching
    if attaching is None:
        raise SystemExit("no evidence can be attached")
    chance = random.Random(7)  # noqa: S311 - noise for photos
    for number in range(PHOTOS):
        photo = data / f"照片 {number:02d}.jpg"
        small = Image.frombytes("RGB", (250, 188), chance.randbytes(250 * 188 * 3))
        small.resize((2000, 1500), Image.Resampling.BICUBIC).save(photo, quality=88)
        attaching.attach([photo], ("indicator", leaves[number * 7].id), silent)
        photo.unlink()
    session.close()
    return folder


def _large_form() -> str:
    lines = ['id = "large"', 'title = "三百个指标"', f"total = {LEAVES * 2}"]
    lines += ['[[bands]]\nname = "优"\nlower = 540', '[[bands]]\nname = "差"\nlower = 0']
    for one in range(3):
        lines.append(f'[[indicator]]\nid = "{one}"\nname = "一级 {one}"\npoints = {LEAVES * 2 // 3}')
        for two in range(10):
            above = f"{one}.{two}"
            lines.append(
                f'[[indicator]]\nid = "{above}"\nparent = "{one}"\nname = "二级 {above}"\npoints = 20'
            )
            for three in range(LEAVES // 30):
                lines.append(
                    f'[[indicator]]\nid = "{above}.{three}"\nparent = "{above}"\nname = "三级 {above}.{three}"\n'
                    'points = 2\nexplanation = "反映和考核该项工作的完成情况。"\n'
                    'criterion = "1.有制度；（1分）2.按制度执行并留有记录。（1分）"\n'
                    '[indicator.rule]\nkind = "points"\n'
                    'points = [{ text = "有制度", marks = "1" }, { text = "按制度执行", marks = "1" }]'
                )
    return "\n".join(lines) + "\n"


def _measured(words: str, rest: list[str], runs: int, *, command: str = "export") -> None:
    times, peak = [], 0
    for _ in range(runs):
        before = time.perf_counter()
        child = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "workbench", command, *rest],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
        )
        _, status, used = os.wait4(child, 0)
        times.append((time.perf_counter() - before) * 1000)
        peak = max(peak, used.ru_maxrss)
        if status:
            raise SystemExit(f"{words}: failed")
    print(f"{words}: {_said(times)}, peak memory {peak / 1024:.0f} MB")


def _run(command: list[str], **more: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env={**os.environ, **more}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def _said(values: list[float]) -> str:
    return f"median {statistics.median(values):.0f} ms, worst {max(values):.0f} ms of {len(values)}"


if __name__ == "__main__":
    raise SystemExit(main())
