"""A scripted evaluator for the tests that kill it: edits of every kind through the real session, says what was saved.

Run as ``python -m tests.store.evaluator edit|create FOLDER SEED``; after each edit that the session
calls saved it prints the journal's length and its newest hash.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.store.conftest import RAW, small_form
from workbench.domain.evaluation import ENTITIES, Entity
from workbench.domain.fields import FieldSpec, Value, specs_of
from workbench.services.session import Session
from workbench.store import creation
from workbench.store.evaluations import EvaluationStore, Keeping


def _now() -> datetime:
    return datetime.now(UTC)


def any_entity(chance: random.Random) -> Entity:
    """An entity of any kind with random contents, its id one of a few so that edits meet."""
    kind = chance.choice(sorted(ENTITIES))
    entity_type = ENTITIES[kind]
    id_ = "overview" if kind == "overview" else str(chance.randrange(6))
    values = {
        spec.name: _any_value(spec, chance)
        for spec in specs_of(entity_type)
        if spec.required or chance.random() < 0.6
    }
    made: Entity = entity_type(id=id_, **values)
    return made


def _any_value(spec: FieldSpec, chance: random.Random) -> Value:
    if spec.choices and spec.kind == "choice":
        return chance.choice(spec.choices)
    if spec.kind in {"number", "score", "money", "percent"}:
        return Decimal(chance.randrange(10_000)).scaleb(-2)
    if spec.kind == "date":
        return date(2022, 1, 1) + timedelta(days=chance.randrange(700))
    if spec.kind == "flag":
        return chance.random() < 0.5
    if spec.kind in {"order", "count"}:
        return chance.randrange(100)
    if spec.kind == "ref":
        return str(chance.randrange(6))
    long = 60 if spec.kind == "text" else 4
    return "现场核实情况" * chance.randrange(long) + str(chance.random())


def edit_once(session: Session, chance: random.Random) -> None:
    """One random edit."""
    what = chance.random()
    if what < 0.6:
        session.put(any_entity(chance), origin=chance.choice((None, "field")))
    elif what < 0.7:
        session.put_all([any_entity(chance) for _ in range(chance.randrange(1, 20))], label="导入")
    elif what < 0.8:
        held = [entity for table in session.evaluation.tables.values() for entity in table.values()]
        if held:
            session.remove(chance.choice(held))
    elif what < 0.9:
        session.undo()
    else:
        session.redo()


def _edit(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    store = EvaluationStore.open(folder, now=_now, author=lambda: "", keeping=Keeping(ballast=1 << 16))
    session = Session(store.load(small_form), store, lambda: 0.0)
    while True:
        for _ in range(50):
            edit_once(session, chance)
            sys.stdout.write(f"{store.length} {store.head}\n")
            sys.stdout.flush()
        store.back_up()


def _create(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(10_000):
        made = folder / f"{seed}-{number}"
        entities = [any_entity(chance) for _ in range(30)]
        creation.create(made, "id", RAW, entities, now=_now, author=lambda: "")
        sys.stdout.write(f"{made.name}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    {"edit": _edit, "create": _create}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
