"""The foot of a signed page vouches for the history behind it, and the history of any field is told in full."""

from __future__ import annotations

import contextlib
import html
import json
import random
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.store.evaluator import any_entity
from workbench.domain.changes import Change
from workbench.domain.evaluation import Deduction, kind_of
from workbench.domain.fields import show_value, specs_of
from workbench.importers.pdf_text import read_pdf_pages
from workbench.paths import find_paths
from workbench.services.history import field_history
from workbench.services.parts import Parts, assemble
from workbench.services.session import Changed, Session
from workbench.store import journal
from workbench.store.creation import DATABASE
from workbench.store.evaluations import BRIEFLY, EvaluationStore

FOOT = re.compile(r"修改记录\s*(\d+)\s*·\s*([0-9a-f]{16})")


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return assemble(find_paths({"WORKBENCH_DATA": str(tmp_path)}), keeping=BRIEFLY)


@pytest.fixture
def session(parts: Parts) -> Iterator[Session]:
    form = min(ROOT.glob("forms/*.toml"), key=lambda path: path.stat().st_size).stem
    made = parts.catalog.open(parts.catalog.create_evaluation("小项目", form))
    yield made
    made.close()


def store_of(session: Session) -> EvaluationStore:
    assert isinstance(session.memory, EvaluationStore)
    return session.memory


def test_the_foot_of_every_page_names_the_head_of_the_chain(
    session: Session, parts: Parts, tmp_path: Path
) -> None:
    session.put(Deduction(id="d1", indicator="A1", reason="现场核实"))
    store = store_of(session)
    length, head = store.length, store.head
    path = parts.exporting.job(session, "report", tmp_path / "报告").run().path
    feet = [FOOT.search(page) for page in read_pdf_pages(path)][2:]  # behind cover and contents
    assert feet
    assert {(int(foot[1]), foot[2]) for foot in feet if foot is not None} == {(length, head[:16])}
    assert None not in feet
    sheet = parts.exporting.job(session, "score-sheet", tmp_path / "表").run().path
    with zipfile.ZipFile(sheet) as book:
        pages = [
            html.unescape(book.read(name).decode()) for name in book.namelist() if "worksheets/sheet" in name
        ]
    assert any(f"修改记录 {length} · {head[:16]}" in page for page in pages)
    session.put(Deduction(id="d2", indicator="A1", reason="后来"))
    assert store.hash_at(length) == head, "the signed line is found in the history that went on"
    assert store.head != head


def test_a_history_that_was_rewritten_whole_no_longer_fits_the_paper(session: Session, parts: Parts) -> None:
    """Somebody who knows the program makes every hash right again; the paper still says otherwise."""
    for number in range(5):
        session.put(Deduction(id=f"d{number}", indicator="A1", reason=f"第 {number} 条"))
    store = store_of(session)
    length, head, folder = store.length, store.head, store.folder
    session.close()
    with contextlib.closing(sqlite3.connect(folder / DATABASE)) as connection:
        lines = journal.read(connection)
        previous = lines[length - 4].hash
        for line in lines[length - 3 :]:
            after = json.loads(line.after or "{}") | {"reason": "改成别的"}
            forged = type(line)(
                *(getattr(line, name) if name != "after" else json.dumps(after) for name in line.__slots__)
            ).sealed(previous)
            previous = forged.hash
    assert previous != head
    assert previous[:16] != head[:16]


def test_the_history_of_any_field_is_every_value_it_held(session: Session, parts: Parts) -> None:
    chance = random.Random(7)
    held: dict[tuple[str, str, str], list[str]] = {}
    for table in session.evaluation.tables.values():
        for entity in table.values():
            _note(Change(None, entity), held)

    def hear(changed: Changed) -> None:
        for change in changed.changes:
            _note(change, held)

    session.subscribe(hear)
    for _ in range(120):
        what = chance.random()
        if what < 0.75:
            session.put(any_entity(chance))
        elif what < 0.9 and session.can_undo:
            session.undo()
        elif session.can_redo:
            session.redo()
    assert len(held) > 150
    wrong = []
    for (kind, id_, field), values in held.items():
        told = [change.after for change in field_history(session, kind, id_, field)]
        if told != values:
            wrong.append((kind, id_, field, told, values))
    assert wrong == []


def _note(change: Change, held: dict[tuple[str, str, str], list[str]]) -> None:
    kind = kind_of(change.after or change.before)  # type: ignore[arg-type]
    for spec in specs_of(type(change.after or change.before)):
        before, after = (
            "" if one is None else show_value(getattr(one, spec.name), spec)
            for one in (change.before, change.after)
        )
        if before != after:
            held.setdefault((kind, change.id, spec.name), []).append(after)
