"""Systems of one, two and four levels, and branches that end on different levels: every export holds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.exporters.sample import MADE, RESOURCES
from tests.helpers import MemoryStore
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Entry, Evaluation, Overview
from workbench.exporters.annexes import ANNEXES
from workbench.exporters.document import Table, grid, plain
from workbench.exporters.report_data import freeze
from workbench.services.exporting import Exporting
from workbench.services.session import Session

LEVELS = ("一级", "二级", "三级", "四级")


def evaluation(levels: int, *paths: str) -> Evaluation:
    """Indicators by their paths (``A/A1``); the last of each path has five points and scores four."""
    rows: dict[str, dict[str, Any]] = {}
    for path in paths:
        parts = path.split("/")
        for parent, id_ in zip(["", *parts], parts, strict=False):
            rows.setdefault(id_, {"id": id_, "name": f"指标{id_}", "parent": parent})
        rows[parts[-1]]["points"] = "5"
    total = str(5 * len(paths))
    form = compile_form(
        {
            "id": "uneven",
            "title": "不齐",
            "levels": list(LEVELS[:levels]),
            "total": total,
            "bands": [{"name": "合格", "lower": "0"}],
            "indicator": [{k: v for k, v in row.items() if v} for row in rows.values()],
        }
    )
    entries = {leaf.id: Entry(id=leaf.id, override=leaf.full_mark - 1) for leaf in form.leaves}
    return Evaluation("e", form, {"overview": {"overview": Overview(project="测试")}, "entry": entries})


SYSTEMS = [
    (1, ("A", "B")),
    (2, ("A/A1", "A/A2", "B/B1")),
    (3, ("A/A1/A11", "A/A2", "B")),
    (4, ("A/A1", "A/A2/A21", "A/A2/A22/A221", "B")),
]


@pytest.mark.parametrize(("levels", "paths"), SYSTEMS)
@pytest.mark.parametrize("kind", [kind.key for kind in Exporting(RESOURCES, lambda: MADE).kinds()])
def test_every_export_is_written(kind: str, levels: int, paths: tuple[str, ...], tmp_path: Path) -> None:
    session = Session(evaluation(levels, *paths), MemoryStore(), lambda: 0.0)
    done = Exporting(RESOURCES, lambda: MADE).export(session, kind, tmp_path / "文件")
    assert done.size > 1000


@pytest.mark.parametrize(("levels", "paths"), SYSTEMS)
def test_the_printed_table_has_each_name_in_its_column(levels: int, paths: tuple[str, ...]) -> None:
    data = freeze(evaluation(levels, *paths), made=MADE)
    (table,) = ANNEXES["score_table"](data)
    assert isinstance(table, Table)
    columns = len(table.columns)
    places = {
        plain(placed.cell.runs).partition("（")[0]: placed
        for placed in grid(table.rows, columns)
        if plain(placed.cell.runs).startswith("指标")
    }
    for indicator in data.evaluation.form.indicators:
        placed = places[indicator.name]
        leaf = not data.evaluation.form.children(indicator.id)
        assert placed.col == indicator.level - 1
        assert placed.cell.col_span == (levels - indicator.level + 1 if leaf else 1)
        assert placed.cell.row_span == len(list(data.evaluation.form.leaves_below(indicator.id)))
