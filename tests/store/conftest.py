"""A small form and stores with a clock and an author that a test can turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench.domain.evaluation import Entity, Overview
from workbench.domain.form import Form, Indicator, Rounding
from workbench.services.session import Session
from workbench.store import creation
from workbench.store.evaluations import BRIEFLY, EvaluationStore, Keeping

RAW = {"title": "小体系", "points": Decimal("10.50"), "levels": ["一级"], "names": {"甲": 1}}


def small_form(raw: Mapping[str, Any]) -> Form:
    """A form of two indicators, whatever the raw one says, but keeping it."""
    return Form(
        id="small",
        title="小体系",
        version="1",
        authority="",
        mode="",
        levels=("一级",),
        total=Decimal(100),
        bands=(),
        rounding=Rounding(),
        indicators=tuple(Indicator(i, f"指标{i}", 1, "", Decimal(50)) for i in ("a", "b")),
        raw=raw,
    )


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2022, 11, 14, 9, 0, tzinfo=timezone(timedelta(hours=8)))

    def __call__(self) -> datetime:
        return self.moment


class Desk:
    """Creates and opens evaluations in one folder; whatever is open is closed at the end."""

    def __init__(self, folder: Path) -> None:
        self.data = folder
        self.clock = Clock()
        self.author = "评价员甲"
        self._open: list[EvaluationStore] = []

    def create(
        self, name: str = "东湖公园 项目", entities: tuple[Entity, ...] = (Overview(project="东湖"),)
    ) -> Path:
        folder = self.data / name
        creation.create(folder, "id-1", RAW, entities, now=self.clock, author=lambda: self.author)
        return folder

    def open(self, folder: Path, keeping: Keeping = BRIEFLY) -> EvaluationStore:
        store = EvaluationStore.open(folder, now=self.clock, author=lambda: self.author, keeping=keeping)
        self._open.append(store)
        return store

    def session(
        self, folder: Path, clock: Callable[[], float] = lambda: 0.0, keeping: Keeping = BRIEFLY
    ) -> Session:
        store = self.open(folder, keeping)
        return Session(store.load(small_form), store, clock)

    def close(self) -> None:
        for store in self._open:
            store.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "评价 数据")
    yield desk
    desk.close()
