"""The sheet of all stages: what a stage takes over, what it changes and every total, worked out by the cells."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.exporters.formulas import Recalculation
from tests.exporters.sample import MADE, RESOURCES, qixia, with_entities
from workbench.domain.evaluation import STAGES, Entity, Mark
from workbench.domain.scoring import compute_scores, counting
from workbench.exporters import EXPORTERS
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import freeze
from workbench.services.exporting import ExportJob

REVIEW = [
    Mark(id="D11/复核", indicator="D11", stage="复核", score=Decimal("8.5"), reason="复核会", by="李四"),
    Mark(id="B11/复核", indicator="B11", stage="复核", score=Decimal("0.4"), reason="按预算"),
]
AFTER = [
    Mark(id="D11/征求意见后", indicator="D11", stage="征求意见后", score=Decimal(9), reason="采纳意见 2")
]


class Sheet:
    """The written sheet, its formulas worked out anew."""

    def __init__(self, path: Path, chosen: str, marks: list[Mark]) -> None:
        evaluation = qixia()
        overview = dataclasses.replace(evaluation.overview, counting_stage=chosen)
        entities: list[Entity] = [overview, *marks]
        self.evaluation = with_entities(evaluation, entities)
        ExportJob(
            EXPORTERS["score-sheet"], freeze(self.evaluation, made=MADE), path, Kit(RESOURCES, "stages")
        ).run()
        self.book = openpyxl.load_workbook(path)
        self.sheet = self.book["各轮得分"]
        self.again = Recalculation(self.book)
        header = next(row for row in self.sheet.iter_rows() if any(c.value == "初评得分" for c in row))
        self.columns: dict[str, str] = {}
        for cell in header:
            name = str(cell.value)
            self.columns[name if name not in self.columns else f"{name}2"] = cell.column_letter

    def row(self, name: str) -> int:
        return next(c.row for row in self.sheet.iter_rows() for c in row if c.value == name)

    def value(self, column: str, name: str) -> object:
        return self.again.value("各轮得分", f"{self.columns[column]}{self.row(name)}")


def test_every_total_is_the_models(tmp_path: Path) -> None:
    made = Sheet(tmp_path / "a.xlsx", "征求意见后", [*REVIEW, *AFTER])
    scores = compute_scores(made.evaluation)
    for stage, column in (("初评", "初评得分"), ("复核", "复核得分"), ("征求意见后", "征求意见后")):
        assert made.value(column, "合计") == float(counting(made.evaluation, scores, stage).total)
    assert made.value("最终得分", "合计") == float(scores.total)
    assert made.value("最终得分", "等级") == (scores.grade.name if scores.grade else "")
    assert made.value("增减", "合计") == pytest.approx(-0.91, abs=1e-9)
    assert made.value("增减2", "公众知晓率") == pytest.approx(0.5, abs=1e-9)


def test_what_a_stage_leaves_follows_the_stage_before(tmp_path: Path) -> None:
    made = Sheet(tmp_path / "a.xlsx", "复核", REVIEW)
    sheet, row = made.sheet, made.row("公众认可率")
    assert sheet[f"{made.columns['复核得分']}{row}"].value == f"={made.columns['初评得分']}{row}"
    sheet[f"{made.columns['初评得分']}{row}"].value = 5
    made.again = Recalculation(made.book)
    assert made.value("最终得分", "公众认可率") == 5
    assert made.value("最终得分", "公众知晓率") == 8.5


@pytest.mark.parametrize("chosen", STAGES[1:])
def test_a_stage_at_which_nobody_scored_stays_blank(tmp_path: Path, chosen: str) -> None:
    made = Sheet(tmp_path / "a.xlsx", chosen, AFTER)
    for column in ("自评得分", "复核得分"):
        assert made.value(column, "公众知晓率") in {None, ""}
        assert made.value(column, "合计") in {None, ""}
    assert made.value("征求意见后", "公众知晓率") == 9
    assert made.value("最终得分", "合计") == float(compute_scores(made.evaluation).total)
