"""A changed form of an evaluation: journal, undo, reopening, refusal, and a draft that writes little."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.domain.compiler import compile_form
from workbench.domain.entities_form import IN_FORCE, FormRevision
from workbench.domain.evaluation import Entry
from workbench.domain.form_json import form_text
from workbench.domain.form_raw import form_to_raw
from workbench.domain.form_revision import delta, draft_entity, draft_of, patched
from workbench.domain.scoring import compute_scores
from workbench.errors import InputRefused
from workbench.services.catalog import Catalog
from workbench.services.parts import local_now
from workbench.services.samples import Samples
from workbench.store.evaluations import BRIEFLY, EvaluationStore


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(
        ROOT / "forms",
        tmp_path / "数据",
        compile_form=compile_form,
        clock=time.monotonic,
        now=local_now,
        keeping=BRIEFLY,
    )


@pytest.fixture
def folder(catalog: Catalog) -> Path:
    return Samples(ROOT / "resources" / "samples").create("qixia", catalog)


def reweighted(raw: dict[str, object]) -> dict[str, object]:
    """Two points from D11 to D12, siblings of one group."""
    rows = raw["indicator"]
    assert isinstance(rows, list)
    shift = {"D11": -2, "D12": 2}
    fresh = [
        {**row, "points": str(int(row["points"]) + shift[row["id"]])} if row["id"] in shift else row
        for row in rows
    ]
    return {**raw, "indicator": fresh}


def test_a_revision_is_in_force_until_it_is_undone_and_after_reopening(
    catalog: Catalog, folder: Path
) -> None:
    session = catalog.open(folder)
    first = session.evaluation.form
    before = session.scores
    fresh = reweighted(form_to_raw(first))
    session.put(FormRevision(id=IN_FORCE, raw=form_text(fresh), reason="征求意见后调整", base=first.title))
    assert session.evaluation.form["D11"].full_mark == first["D11"].full_mark - 2
    assert session.evaluation.original_form is first
    assert session.scores == compute_scores(session.evaluation)
    assert session.scores.total != before.total
    changed = session.evaluation
    session.close()

    session = catalog.open(folder)
    assert session.evaluation.form == changed.form
    assert session.evaluation.original_form == first
    session.undo()
    assert session.evaluation.form == first
    assert session.scores.total == before.total
    session.redo()
    assert session.evaluation.form == changed.form
    session.close()


def test_a_form_that_cannot_be_scored_by_is_refused_before_it_is_written(
    catalog: Catalog, folder: Path
) -> None:
    session = catalog.open(folder)
    assert isinstance(session.memory, EvaluationStore)
    state, length = session.evaluation, session.memory.length
    broken = form_to_raw(state.form)
    broken["total"] = "90"
    with pytest.raises(InputRefused, match="不能计分") as refused:
        session.put(FormRevision(id=IN_FORCE, raw=form_text(broken)))
    assert any("不等于总分 90" in fault.what for fault in refused.value.faults)
    with pytest.raises(InputRefused, match="不能读取"):
        session.put(FormRevision(id=IN_FORCE, raw="{"))
    assert session.evaluation is state
    assert session.memory.length == length
    session.close()


def test_a_draft_says_only_what_differs_and_changes_no_score(catalog: Catalog, folder: Path) -> None:
    session = catalog.open(folder)
    form, scores = session.evaluation.form, session.scores
    fresh = reweighted(form_to_raw(form))
    draft = draft_entity(session.evaluation, fresh)
    assert len(draft.raw) < len(form_text(fresh)) / 5
    session.put(draft)
    assert session.evaluation.form is form
    assert session.scores is scores
    session.close()
    session = catalog.open(folder)
    assert draft_of(session.evaluation) == fresh
    session.put(Entry(id="D11", basis="照常填写"))
    session.undo()
    session.undo()
    assert draft_of(session.evaluation) is None
    session.close()


def test_rows_that_go_come_and_move_survive_the_delta() -> None:
    base = {"id": "f", "mode": "x", "indicator": [{"id": c, "points": "1"} for c in "abcd"]}
    rows = [{"id": "e", "points": "2"}, {"id": "d", "points": "3"}, {"id": "a", "points": "1"}]
    fresh = {"id": "f", "title": "新", "indicator": rows}
    assert patched(base, delta(base, fresh)) == fresh
    assert patched(base, delta(base, base)) == base
