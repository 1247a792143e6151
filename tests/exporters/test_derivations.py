"""计分推导 as a document: every indicator or one, the inputs in a table, and as pages."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest

from tests.exporters.sample import MADE, RESOURCES, qixia, with_entities
from workbench.domain.evaluation import Entry, Evaluation, Input, Mark
from workbench.errors import WorkbenchError
from workbench.exporters import EXPORTERS
from workbench.exporters.derivations import build_derivations
from workbench.exporters.document import Heading, Paragraph, Table, plain
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import freeze
from workbench.services.exporting import ExportJob


def marked() -> Evaluation:
    return with_entities(
        qixia(),
        [
            Mark(
                id="D11/复核", indicator="D11", stage="复核", score=Decimal("8.5"), reason="复核会", by="李四"
            ),
            Entry(id="C11", override=Decimal(9), override_reason="缺一天记录", override_by="张三"),
            Input(id="D11/rate", indicator="D11", key="rate", value="85%", manual=True),
        ],
    )


def texts(only: str = "") -> tuple[list[str], list[str], list[tuple[str, ...]]]:
    document = build_derivations(freeze(marked(), made=MADE), only)
    headings = [block.text for block in document.blocks if isinstance(block, Heading)]
    lines = [plain(block.runs) for block in document.blocks if isinstance(block, Paragraph)]
    rows = [
        tuple(plain(cell.runs) for cell in row)
        for block in document.blocks
        if isinstance(block, Table)
        for row in block.rows
    ]
    lines += [line for row in rows for text in row for line in text.split("\n")]
    return headings, lines, rows


def test_every_scored_indicator_is_there_in_the_order_of_the_table() -> None:
    headings, lines, _ = texts()
    form = marked().form
    assert [text for text in headings if " › " in text] == [
        text for leaf in form.leaves for text in headings if text.startswith(f"{form.place(leaf.id)}　")
    ]
    assert sum(" › " in text for text in headings) == len(form.leaves)
    assert "以“初评”得分为准" in lines[0]


def test_one_indicator_tells_inputs_origins_stages_and_effect() -> None:
    headings, lines, rows = texts("D11")
    assert headings == ["效益 › 社会效益 › 公众知晓率　8.85 / 10 分"]
    assert (
        "公众知晓率",
        "85.00%",
        "手工填写；取数值 86.50%（问卷第 1 题，有效 20 份），以手工填写为准",
    ) in rows
    assert any(line.startswith("85.00% ÷ 96.00% × 10") for line in lines)
    assert any("复核 8.50（-0.35）：复核会，李四" in line for line in lines)
    assert any(line.startswith("若本项得满分") for line in lines)


def test_a_changed_score_stands_beside_the_computed_one() -> None:
    _, lines, _ = texts("C11")
    assert "按标准 10.00，改定为 9.00，理由：缺一天记录，改定人：张三" in lines


def test_an_indicator_that_is_none_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="没有编号"):
        build_derivations(freeze(marked(), made=MADE), "Z9")


@pytest.mark.parametrize(("only", "pages"), [("D11", 1), ("", 3)])
def test_the_pages_hold_the_text(only: str, pages: int, tmp_path: Path) -> None:
    path = tmp_path / "计分推导.pdf"
    kit = dataclasses.replace(Kit(RESOURCES), only=only)
    written = ExportJob(EXPORTERS["derivation"], freeze(marked(), made=MADE), path, kit).run()
    assert written.notices == ()
    pdf = pypdfium2.PdfDocument(path)
    assert len(pdf) >= pages
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert "若本项得满分" in text.replace("\r\n", "")
