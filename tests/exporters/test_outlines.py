"""Every outline prints with every sample: known parts only, references that lead somewhere, no score where none may be."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.domain.checks.cases import qixia
from tests.exporters.sample import RESOURCES
from tests.exporters.test_records_paper import recorded
from workbench.domain.evaluation import FundLine, Target
from workbench.exporters.annexes import ANNEXES
from workbench.exporters.document import Annex, Heading, Paragraph, Reference, Table, plain
from workbench.exporters.numbering import number
from workbench.exporters.outlines import read_outline
from workbench.exporters.report import build_report
from workbench.exporters.report_data import ReportData, freeze
from workbench.exporters.report_parts import BUILDERS
from workbench.exporters.report_words import SeeAlso, for_annexes, see_also

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


@pytest.mark.parametrize("path", OUTLINES, ids=lambda path: path.stem)
def test_every_annex_that_is_printed_is_named_by_its_number(path: Path) -> None:
    full = freeze(recorded(), made=MADE)
    document = build_report(full, read_outline(path))
    numbered = number(document)
    named = {
        run.key
        for item in numbered.items
        if isinstance(item.block, Paragraph) and not item.annex
        for run in item.block.runs
        if isinstance(run, Reference)
    }
    printed = [item.block for item in numbered.items if isinstance(item.block, Annex)]
    assert {annex.key for annex in printed} <= named
    labels = [numbered.labels[annex.key] for annex in printed]
    assert labels == [f"附件 {n}" for n in range(1, len(labels) + 1)]
    assert not any(isinstance(item.block, SeeAlso) for item in numbered.items)


def test_the_ten_annexes_of_one_report_and_the_five_of_another_stand_in_their_order() -> None:
    ten = [annex.key for annex in read_outline(RESOURCES / "outlines" / "qixia.toml").annexes]
    assert ten[:10] == [
        "survey", "score_table", "problem_list", "summary", "results_summary",
        "target_suggestions", "opinions", "requests", "interviews", "site_records",
    ]  # fmt: skip
    five = [annex.key for annex in read_outline(RESOURCES / "outlines" / "changde.toml").annexes]
    assert five[:5] == ["fund_income", "fund_spending", "score_table", "work_summary", "survey"]


def test_an_annex_that_is_not_there_is_not_named() -> None:
    sentence = see_also(("收入明细", "fund_income"), ("支出明细", "fund_spending"))
    both = sentence.among({"fund_income", "fund_spending"})
    assert both is not None
    assert plain(both.runs) == "收入明细见〔fund_income〕，支出明细见〔fund_spending〕。"
    one = sentence.among({"fund_spending"})
    assert one is not None
    assert plain(one.runs) == "支出明细见〔fund_spending〕。"
    assert for_annexes([sentence], {"survey"}) == []


def test_units_are_said_once(data: ReportData) -> None:
    assert "单位" not in {
        table.unit[:2] for table in ANNEXES["fund_income"](data) if isinstance(table, Table)
    }
