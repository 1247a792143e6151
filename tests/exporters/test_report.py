"""The report of the Qixia sample: every figure comes from the model, every part of the outline is known."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers import ROOT, small_form
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import (
    Entity,
    Evaluation,
    Overview,
    Paragraph,
    Problem,
    Target,
    kind_of,
)
from workbench.errors import WorkbenchError
from workbench.exporters.annexes import ANNEXES
from workbench.exporters.document import (
    Annex,
    Block,
    Contents,
    Document,
    Heading,
    ListItems,
    Table,
    plain,
)
from workbench.exporters.document import Paragraph as TextBlock
from workbench.exporters.numbering import number
from workbench.exporters.outlines import AnnexPart, Outline, Part, read_outline
from workbench.exporters.report import build_report
from workbench.exporters.report_data import freeze
from workbench.exporters.report_parts import BUILDERS
from workbench.services.catalog import read_form
from workbench.services.presets import presets
from workbench.services.samples import Samples

MADE = datetime(2022, 12, 15, tzinfo=UTC)
OUTLINES = ROOT / "resources" / "outlines"


def evaluation_of(*entities: Entity, base: Evaluation | None = None) -> Evaluation:
    evaluation = base or Evaluation("t", small_form())
    tables = {kind: dict(table) for kind, table in evaluation.tables.items()}
    for entity in entities:
        tables.setdefault(kind_of(entity), {})[entity.id] = entity
    return dataclasses.replace(evaluation, tables=tables)


@pytest.fixture(scope="module")
def qixia() -> Evaluation:
    form = compile_form(read_form(ROOT / "forms" / "qixia-2022.toml"))
    fresh = evaluation_of(*presets(form, "t", project="示例"), base=Evaluation("t", form))
    return evaluation_of(*Samples(ROOT / "resources" / "samples").entities("qixia", fresh), base=fresh)


def report_of(evaluation: Evaluation, outline: Outline | None = None) -> Document:
    return build_report(freeze(evaluation, made=MADE), outline or read_outline(OUTLINES / "annex3.toml"))


def words(blocks: tuple[Block, ...]) -> list[str]:
    """Every text of a document, one line for each paragraph, heading, list item or row of a table."""
    found: list[str] = []
    for block in blocks:
        match block:
            case Heading():
                found.append(block.text)
            case TextBlock():
                found.append(plain(block.runs))
            case ListItems():
                found += [plain(item) for item in block.items]
            case Table():
                found += ["|".join(plain(cell.runs) for cell in row) for row in block.rows]
            case Annex():
                found += [block.title, *words(block.blocks)]
    return found


def test_the_conclusion_says_what_the_screen_says(qixia: Evaluation) -> None:
    said = words(report_of(qixia).blocks)
    assert any(
        "得分 92.47 分，评价等级为“优”。其中决策 17.50 分、过程 16.80 分、产出 30.00 分、效益 28.17 分"
        in line
        for line in said
    )
    assert "决策|20|17.50|2.50|87.50%" in said
    assert "合计|100|92.47|7.53|92.47%" in said


def test_calculations_overrides_and_deductions_are_told(qixia: Evaluation) -> None:
    said = words(report_of(qixia).blocks)
    assert "计算过程：86.50% ÷ 96.00% × 10 = 9.010416…，得 9.01 分。" in said
    assert any(line.startswith("按评分标准计算为 4.00 分，改定为 6.00 分，理由：") for line in said)
    assert any(line.startswith("扣 3.20 分：至评价时按合同应付 35.50 万元") for line in said)
    assert "对应扣分：绩效目标合理性扣 0.50 分；绩效指标明确性扣 2.00 分。" in said


def test_counts_of_the_system_come_from_the_tree(qixia: Evaluation) -> None:
    said = " ".join(words(report_of(qixia).blocks))
    assert "4 个一级指标、9 个二级指标、16 个三级指标，满分 100 分" in said
    assert "过程 20 分" in said  # the published text says 23


def test_the_survey_annex_shows_counts_and_derivation(qixia: Evaluation) -> None:
    said = words(report_of(qixia).blocks)
    assert "非常了解|100%|10|50.00%" in said
    assert "公众知晓率 = (10×100% + 8×80% + 1×60% + 1×30% + 0×0%) ÷ 20 = 86.50%" in said


def test_the_summary_names_its_denominators(qixia: Evaluation) -> None:
    said = words(report_of(qixia).blocks)
    assert "资金到位率（到位资金 ÷ 预算资金）|9.92%" in said
    assert "到位资金占应付金额|20.00%" in said
    assert "至评价基准日时间进度|0.00%（0/365 天）" in said  # the printed base date lies before the project


def test_every_number_of_headings_tables_and_annexes_resolves(qixia: Evaluation) -> None:
    numbered = number(report_of(qixia))
    assert numbered is not None


def test_an_unfinished_evaluation_has_no_grade() -> None:
    said = words(report_of(evaluation_of(Overview(project="热线"))).blocks)
    assert any(line.startswith("尚有 2 项指标未评分") for line in said)
    assert not any("评价等级为" in line for line in said)


def test_headings_without_content_are_left_out_and_kept_ones_say_none() -> None:
    said = words(report_of(evaluation_of(Overview(project="热线"))).blocks)
    assert "主要经验及做法" not in said
    assert said[said.index("存在的问题及原因分析") + 1] == "无。"


def test_human_text_stands_before_the_generated_part() -> None:
    evaluation = evaluation_of(
        Overview(project="热线"),
        Paragraph(id="problems", text="共发现一个问题。"),
        Problem(id="p", position=1, title="到位慢", cause="审批多"),
    )
    said = words(report_of(evaluation).blocks)
    place = said.index("存在的问题及原因分析")
    assert said[place + 1 : place + 5] == [
        "共发现一个问题。",
        "问题清单见〔problem_list〕。",
        "到位慢",
        "原因分析：审批多",
    ]


def test_a_table_without_rows_is_not_printed() -> None:
    bare = words(report_of(evaluation_of(Overview(project="热线"))).blocks)
    assert not any("年度绩效目标及完成情况" in line for line in bare)
    full = words(report_of(evaluation_of(Target(id="t", name="服务时间", value=Decimal(24)))).blocks)
    assert any("年度绩效目标及完成情况" in line for line in full)


def test_unknown_parts_are_refused_by_name() -> None:
    evaluation = evaluation_of(Overview(project="热线"))
    for outline in (
        Outline("报告", (Part(1, "甲", build=("nothing",)),), ()),
        Outline("报告", (), (AnnexPart("nothing", "甲"),)),
    ):
        with pytest.raises(WorkbenchError, match="nothing"):
            report_of(evaluation, outline)


@pytest.mark.parametrize("path", sorted(OUTLINES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_outline_is_understood(path: Path, qixia: Evaluation) -> None:
    outline = read_outline(path)
    assert {name for part in outline.parts for name in part.build} <= set(BUILDERS)
    assert {annex.key for annex in outline.annexes} <= set(ANNEXES)
    assert isinstance(report_of(qixia, outline).blocks[0], Contents)


def test_a_broken_outline_is_named(tmp_path: Path) -> None:
    path = tmp_path / "坏.toml"
    path.write_text('title = "x"\n[[part]]\nlevl = 1', encoding="utf-8")
    with pytest.raises(WorkbenchError, match="坏"):
        read_outline(path)
