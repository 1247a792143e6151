"""The commands for archives: write one, look one over, open one again."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from workbench.cli.desk import Desk


def archive(desk: Desk, words: Namespace) -> int:
    """Write an archive of an evaluation and say where it is."""
    path = Path(words.path).expanduser().absolute()
    with desk.opened(words.folder) as session:
        findings = desk.parts.checking(session).findings
        job = desk.parts.archiving.job(session, path, findings=findings, zipped=path.suffix.lower() == ".zip")
        done = job.run()
    desk.hint(*done.notices)
    desk.say(f"{done.path}　{done.files} 个文件，写出后已逐个核对。")
    return 0


def verify(desk: Desk, words: Namespace) -> int:
    """Say what differs from what was written; exit code 1 when something does."""
    faults = desk.parts.archiving.verify(Path(words.path).expanduser().absolute())
    desk.say(*(faults or ["归档包与写出时一致。"]))
    return 1 if faults else 0


def reopen(desk: Desk, words: Namespace) -> int:
    """Make an evaluation of an archive again and say where it is."""
    path = Path(words.path).expanduser().absolute()
    folder = Path(words.out).expanduser().absolute() if words.out else desk.parts.catalog.data / path.stem
    desk.say(str(desk.parts.archiving.reopen(path, folder)))
    return 0
