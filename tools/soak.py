"""Hours of work in the real window: typing, going from page to page, attaching, undoing; nothing may pile up.

    xvfb-run -a env -u QT_QPA_PLATFORM python tools/soak.py --seconds 300
    python tools/soak.py --seconds 28800          a working day, without a display

Says twenty times what the process holds, and fails when, after the first fifth, memory has grown by more than a
tenth (the middle of the first and of the last quarter), open files have become more, or the log beside the
database has passed 16 MB.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

MOST_GROWTH, MOST_LOG = 1.10, 16 << 20
_MARKS = 20
_WORDS = ("依据不全", "按程序申请", "现场核实一处", "3.5", "92.31", "85%", "2022-11-14", "已到位 7.1 万元")


@dataclass(frozen=True)
class Held:
    """What the process holds at a moment: bytes of memory, open files, threads, bytes of the log, edits so far."""

    memory: int
    files: int
    threads: int
    log: int
    edits: int

    def __str__(self) -> str:
        return (
            f"memory {self.memory / 2**20:.1f} MB, {self.files} open files, {self.threads} threads,"
            f" log {self.log / 2**20:.2f} MB, {self.edits} edits"
        )


def held(folder: Path, edits: int) -> Held:
    """Look at this process; Linux."""
    status = dict(
        line.split(":", 1)
        for line in Path("/proc/self/status").read_text("ascii").splitlines()
        if ":" in line
    )
    log = folder / "evaluation.db-wal"
    return Held(
        int(status["VmRSS"].split()[0]) << 10,
        len(list(Path("/proc/self/fd").iterdir())),
        int(status["Threads"]),
        log.stat().st_size if log.exists() else 0,
        edits,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Work for so long; 1 when something piled up."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--seconds", type=float, default=300)
    reader.add_argument("--seed", type=int, default=0)
    given = reader.parse_args(argv)
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        os.environ["WORKBENCH_DATA"] = place
        return _told(_work(Path(place), given.seconds, given.seed))


def _work(place: Path, seconds: float, seed: int) -> list[Held]:
    from PySide6.QtCore import QEvent, Qt
    from PySide6.QtGui import QInputMethodEvent
    from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

    from workbench.app import Front
    from workbench.paths import find_paths
    from workbench.services.editing import Address
    from workbench.ui.pages import PAGES

    app = QApplication(sys.argv[:1])
    front = Front(app, find_paths())
    sys.excepthook = sys.__excepthook__
    front.window.resize(1366, 768)
    front.window.show()
    front.start.open_sample("qixia")
    window = front.window
    workplace = window.workplace
    if workplace is None:
        sys.exit("the sample did not open")
    context = workplace.context
    session = context.session
    folder = session.memory.folder  # type: ignore[attr-defined]
    photos = _photos(place)
    chance, edits, rounds = random.Random(seed), 0, 0  # noqa: S311 - the same work on every run
    marks: list[Held] = []
    began = last = time.monotonic()
    while (now := time.monotonic()) - began < seconds:
        rounds += 1
        if chance.random() < 0.5:
            workplace.show_page(chance.choice(PAGES).key)
        else:
            workplace.navigate(Address("indicator", chance.choice(session.evaluation.form.leaves).id))
        app.processEvents()
        fields = [
            one
            for kind in (QLineEdit, QPlainTextEdit)
            for one in window.findChildren(kind)
            if one.isVisible() and one.isEnabled() and not one.isReadOnly()
        ]
        for field in chance.sample(fields, min(3, len(fields))):
            before = session.memory.length  # type: ignore[attr-defined]
            field.setFocus(Qt.FocusReason.TabFocusReason)
            field.selectAll()
            typed = QInputMethodEvent()
            typed.setCommitString(chance.choice(_WORDS))
            app.sendEvent(field, typed)
            context.flush()
            edits += session.memory.length - before  # type: ignore[attr-defined]
            app.processEvents()
            if (rounds % 8 or chance.random() < 0.5) and session.memory.length > before:  # type: ignore[attr-defined]
                session.undo()  # most of it: the evaluation itself is to stay about as large as it is
                edits += 1
        attaching = context.services.attaching
        if rounds % 25 == 0 and attaching is not None:
            path = chance.choice(photos)
            target = ("indicator", chance.choice(session.evaluation.form.leaves).id)
            context.tasks.run(
                partial(attaching.take_in, [path]),
                lambda taken, to=target, settle=attaching.settle: settle(taken, to),
            )
        for _ in range(4):
            app.processEvents()
            app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if now - last >= seconds / _MARKS:
            last = now
            gc.collect()
            marks.append(held(folder, edits))
            print(f"{now - began:7.0f} s  {marks[-1]}", flush=True)
    window.close()
    print(f"{rounds} rounds, {edits} edits")
    return marks


def _photos(place: Path) -> list[Path]:
    from PIL import Image

    found = []
    for number in range(12):
        path = place / f"照片 {number}.jpg"
        Image.effect_noise((1600, 1200), 40 + number).convert("RGB").save(path, "JPEG")
        found.append(path)
    return found


def _told(marks: Sequence[Held]) -> int:
    settled = marks[len(marks) // 5 :] or marks
    quarter = max(len(settled) // 4, 1)
    first, end = settled[0], settled[-1]
    growth = median(one.memory for one in settled[-quarter:]) / median(
        one.memory for one in settled[:quarter]
    )
    wrong = [
        what
        for what, bad in (
            (f"memory grew by {growth - 1:.1%}", growth > MOST_GROWTH),
            (f"{end.files - first.files} more open files", end.files > first.files + 2),
            (f"{end.threads - first.threads} more threads", end.threads > first.threads + 2),
            ("the log passed 16 MB", max(one.log for one in marks) > MOST_LOG),
        )
        if bad
    ]
    print(f"soak: memory {growth - 1:+.1%} since the first fifth; {'; '.join(wrong) or 'nothing piled up'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
