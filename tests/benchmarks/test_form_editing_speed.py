"""How long an edit of a draft of 300 indicators takes, what it writes, and how long its effect and the page.

``pytest tests/benchmarks/test_form_editing_speed.py --benchmark-enable``
"""

from __future__ import annotations

import itertools
from decimal import Decimal

from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot

from tests.benchmarks.test_scoring_speed import filled
from tests.helpers import session
from tests.ui.helpers import window_on
from workbench.domain.form_edits import put_points, put_text
from workbench.services.form_editing import FormEditing
from workbench.services.session import Session
from workbench.ui.form_page import FormPage


def opened() -> Session:
    state = filled()
    return session(*(one for table in state.tables.values() for one in table.values()), form=state.form)


def test_one_edit_of_a_draft(benchmark: BenchmarkFixture) -> None:
    editing, numbers = FormEditing(opened()), itertools.count()

    def edit() -> None:
        editing.edit(lambda raw: put_text(raw, "0.0.1", "name", f"名称{next(numbers)}"), "改名")

    benchmark(edit)
    assert editing.draft is not None
    assert len(editing.draft.raw) < 1_000


def test_the_effect_of_a_draft(benchmark: BenchmarkFixture) -> None:
    editing = FormEditing(opened())
    editing.edit(lambda raw: put_points(put_points(raw, "0.0.1", Decimal(9)), "0.0.2", Decimal(11)), "改分值")
    effect = benchmark(editing.effect)
    assert {change.id for change in effect.scores} <= {"0.0.1", "0.0.2"}


def test_the_page_follows_an_edit(benchmark: BenchmarkFixture, qtbot: QtBot) -> None:
    open_ = opened()
    window = window_on(qtbot, open_)
    assert window.workplace is not None
    window.workplace.show_page("form")
    page = window.workplace.page("form")
    assert isinstance(page, FormPage)
    page.tree.go_to("0.0.1")
    numbers = itertools.count()

    def edit() -> None:
        page.editing.edit(lambda raw: put_text(raw, "0.0.1", "name", f"名称{next(numbers)}"), "改名")

    benchmark(edit)
    assert page.tree.current == "0.0.1"
