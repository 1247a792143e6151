"""Every outline prints with every sample: known parts only, references that lead somewhere, no score where none may be."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.domain.checks.cases import qixia
from tests.exporters.sample import RESOURCES
from workbench.domain.evaluation import FundLine, Target
from workbench.exporters.annexes import ANNEXES
from workbench.exporters.document import Annex, Heading, Table, plain
from workbench.exporters.numbering import number
from workbench.exporters.outlines import read_outline
from workbench.exporters.report import build_report
from workbench.exporters.report_data import ReportData, freeze
from workbench.exporters.report_parts import BUILDERS

MADE = datetime(2022, 12, 15, tzinfo=UTC)
OUTLINES = sorted((RESOURCES / "outlines").glob("*.toml"), key=lambda path: path.stem)


@pytest.fixture(scope="module")
def data() -> ReportData:
    target = Target(
        id="t9",
        name="培训次数",
        value=Decimal(4),
        unit="次",
        suggested="≥12 次",
        suggestion_reason="原目标过低",
    )
    funds = FundLine(
        id="f9", year="2021", item="上年结转", budget=Decimal(5), arrived=Decimal(4), spent=Decimal(3)
    )
    return freeze(qixia(target, funds), made=MADE)


def texts(document: object) -> str:
    """Every word of a document, tables included."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, tuple | list):
            for one in value:
                walk(one)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                walk(getattr(value, name))

    walk(document)
    return "\n".join(found)


@pytest.mark.parametrize("path", OUTLINES, ids=lambda path: path.stem)
def test_every_outline_prints(path: object, data: ReportData) -> None:
    outline = read_outline(path)
    assert outline.label != path.stem
    assert {name for part in outline.parts for name in part.build} <= set(BUILDERS)
    assert {annex.key for annex in outline.annexes} <= set(ANNEXES)
    keys = [part.key for part in outline.parts if part.key]
    assert len(keys) == len(set(keys)), "a person's text belongs to one chapter"
    numbered = number(build_report(data, outline))
    headings = [item for item in numbered.items if isinstance(item.block, Heading)]
    assert headings
    titles = [item.label for item in numbered.items if isinstance(item.block, Annex)]
    assert titles == [f"附件 {count}" for count in range(1, len(titles) + 1)]


def test_the_public_summary_holds_no_score(data: ReportData) -> None:
    said = texts(build_report(data, read_outline(RESOURCES / "outlines" / "public.toml")).blocks)
    assert str(data.scores.total) not in said
    assert not re.search(r"扣 ?\d|得 ?\d+(\.\d+)? ?分|等级为", said)
    assert "资金到位" in said


def test_conclusions_by_level_name_each_deduction_once(data: ReportData) -> None:
    said = [plain(block.runs) for block in BUILDERS["by_level1"](data) if hasattr(block, "runs")]
    assert sum("扣 " in line for line in said) == len(data.deductions)


def test_funds_and_suggested_targets_are_tables_of_the_data(data: ReportData) -> None:
    [income] = ANNEXES["fund_income"](data)
    assert isinstance(income, Table)
    said = texts(income)
    assert "上年结转" in said
    assert "80.00%" in said, "4 of 5"
    [suggested] = ANNEXES["target_suggestions"](data)
    assert isinstance(suggested, Table)
    assert len(suggested.rows) == 1
    assert "≥12 次" in texts(suggested)
    [results] = ANNEXES["results_summary"](data)
    assert str(data.scores.total) in texts(results)
