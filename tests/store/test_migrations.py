"""The columns of the file are the fields of the entities."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.store.conftest import Desk
from workbench.domain.evaluation import ENTITIES
from workbench.store import migrations
from workbench.store.database import connect
from workbench.store.rows import columns, later_defaults


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    path = tmp_path / "fresh.db"
    path.touch()
    connection = connect(path)
    migrations.migrate(connection)
    yield connection
    connection.close()


def test_every_step_is_counted() -> None:
    assert len(migrations._STEPS) == migrations.NEWEST


@pytest.mark.parametrize("kind", ENTITIES)
def test_columns_are_the_fields(connection: sqlite3.Connection, kind: str) -> None:
    found = [(name, type_) for _, name, type_, *_ in connection.execute(f'PRAGMA table_info("{kind}")')]
    names = {str: "TEXT", int: "INTEGER"}
    fields = [(name, names[held]) for name, held in columns(kind)]
    later = [field for field in fields if field[0] in later_defaults(kind)]
    first = [field for field in fields if field not in later]
    assert fields == [*first, *later], "later fields stand last in their dataclass"
    assert sorted(found) == sorted(
        [("put_order", "INTEGER"), ("id", "TEXT"), *first, ("row_hash", "TEXT"), *later]
    )


def test_migrating_again_changes_nothing(connection: sqlite3.Connection) -> None:
    before = list(connection.iterdump())
    migrations.migrate(connection)
    assert list(connection.iterdump()) == before


def test_a_migration_cut_before_its_number_was_written_is_finished(desk: Desk) -> None:
    folder = desk.create()
    connection = sqlite3.connect(folder / "evaluation.db")
    connection.execute("PRAGMA user_version=0")
    connection.close()
    assert desk.open(folder).length == 1
