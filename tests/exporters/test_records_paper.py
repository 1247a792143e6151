"""Field records and working papers on paper: what stands in them, as documents and as annexes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from tests.exporters.sample import MADE, RESOURCES, qixia, with_entities, without_records
from workbench.domain.entities_records import (
    SIGNED,
    DocumentRequest,
    Exchange,
    Fact,
    Interview,
    SampledItem,
    Sampling,
    SiteRecord,
)
from workbench.domain.evaluation import Evaluation, Evidence, Input, Link, input_id
from workbench.exporters import EXPORTERS
from workbench.exporters.annexes import ANNEXES
from workbench.exporters.document import (
    Annex,
    Block,
    Figure,
    LandscapeSection,
    PageBreak,
    Paragraph,
    PhotoGrid,
    Table,
    plain,
)
from workbench.exporters.kit import Kit
from workbench.exporters.outlines import read_outline
from workbench.exporters.records_files import PAPERS, paper
from workbench.exporters.report import build_report
from workbench.exporters.report_data import ReportData, Sights, freeze
from workbench.importers.pdf_text import read_pdf_text

D = Decimal


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (400, 300), (20, 90, 160)).save(kept, "JPEG")
    return kept.getvalue()


def tie(id_: str, start: str, end: str, note: str = "") -> Link:
    (a, b), (c, d) = start.split(":"), end.split(":")
    return Link(id=id_, from_kind=a, from_id=b, to_kind=c, to_id=d, note=note)


def recorded() -> Evaluation:
    base = without_records(qixia())
    leaf = next(leaf.id for leaf in base.form.leaves if leaf.name == "服务时间")
    spec = base.form[leaf].rule.inputs()[0]  # type: ignore[union-attr]
    return with_entities(
        base,
        [
            DocumentRequest(id="r1", position=1, category="政策制度", name="管理办法", status="已收",
                            received=date(2022, 11, 15), copy="复印件", certified=True, copies=2, from_whom="办公室"),
            DocumentRequest(id="r2", position=2, category="财务", name="支出明细账", proves="支出合规",
                            due=date(2022, 11, 18)),
            tie("k1", "document_request:r2", f"indicator:{leaf}"),
            Interview(id="t", position=1, title="进点座谈会", place="三楼会议室", held=date(2022, 11, 14),
                      begins="09:00", ends="11:30", unit_persons="主任\n科长", confirmed_by="主任"),
            Exchange(id="x1", position=1, interview="t", topic="立项背景", question="为何立项？",
                     answer="归并热线。", answered_by="主任", indicator=leaf),
            Exchange(id="x2", position=2, interview="t", topic="立项背景", question="谁审批？"),
            SiteRecord(id="v", position=1, title="热线大厅勘查", place="一楼大厅", started=date(2022, 11, 14),
                       seen="坐席八个。", counted="坐席", population=8, visited=8, sampling="s"),
            Fact(id="f", record="v", name="无人值守次数", value=D(0), booked=D(1), unit="次"),
            Sampling(id="s", title="镇街抽样", counted="下级单位", method="随机抽样", population=15,
                     population_money=D("71.6"), rule="按种子抽取。"),
            SampledItem(id="i1", position=1, sampling="s", name="甲镇", number="4", money=D("4.5"), result="相符"),
            SampledItem(id="i2", position=2, sampling="s", name="乙镇", number="8", money=D("5.5")),
            Evidence(id="e", number=31, title="大厅全景", sha256="photo", media_type="image/jpeg",
                     taken="2022-11-14 10:12:30"),
            Evidence(id="w", number=32, title="身份证件", sha256="secret", media_type="image/jpeg", withheld=True),
            tie("k2", "evidence:e", "site_record:v"),
            tie("k3", "evidence:e", "interview:t", SIGNED),
            tie("k4", "evidence:w", "site_record:v"),
            Input(id=input_id(leaf, spec.key), indicator=leaf, key=spec.key, source="record:f"),
        ],
    )  # fmt: skip


def data(evaluation: Evaluation | None = None) -> ReportData:
    return freeze(
        evaluation or recorded(),
        made=MADE,
        sights=Sights(lambda item, region: picture(), lambda items, edge, *_: [picture() for _ in items]),
    )


def words(blocks: tuple[Block, ...] | list[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case LandscapeSection() | Annex():
                yield from words(block.blocks)
            case Table():
                for row in (*block.header, *block.rows):
                    yield from (plain(cell.runs) for cell in row)
            case PhotoGrid():
                yield from (figure.caption for figure in block.figures)
            case Figure():
                yield block.caption
            case Paragraph():
                yield plain(block.runs)
            case PageBreak():
                pass
            case _:
                yield getattr(block, "text", "")


def said(key: str, evaluation: Evaluation | None = None) -> str:
    title, build = PAPERS[key]
    return "\n".join(words(paper(data(evaluation), title, build).blocks))


def test_the_list_has_columns_to_receipt() -> None:
    text = said("request-list")
    for expected in (
        "提供人签字",
        "接收人签字",
        "支出明细账",
        "2022.11.18",
        "复印件\n已盖章",
        "提供单位（盖章）",
    ):
        assert expected in text
    assert "未收" not in text.replace("未收的", ""), "what is asked for stands open, to be filled in"


def test_a_talk_has_both_sides_and_every_line() -> None:
    text = said("interviews")
    for expected in ("2022 年 11 月 14 日 09:00—11:30", "主任、科长", "为何立项？（涉及指标：服务时间）",
                     "答（主任）：归并热线。", "答：（未答）", "佐证-031 大厅全景（签字确认页）"):  # fmt: skip
        assert expected in text


def test_a_visit_has_facts_sample_and_photos() -> None:
    text = said("site-records")
    for expected in ("坐席：共 8，实际查看 8；抽样依据：镇街抽样（总体 15，抽取 2，占 13.33%）", "无人值守次数",
                     "大厅全景（佐证-031，2022-11-14 10:12）", "总体 71.60 万元，抽取 10.00 万元，占 13.97%",
                     "佐证-032 身份证件"):  # fmt: skip
        assert expected in text
    title, build = PAPERS["site-records"]
    photos = [b for b in paper(data(), title, build).blocks if isinstance(b, PhotoGrid)]
    assert [figure.caption[:4] for grid in photos for figure in grid.figures] == ["大厅全景"], (
        "withheld: named, not shown"
    )


def test_a_working_paper_names_rule_inputs_origin_score_and_evidence() -> None:
    evaluation = recorded()
    text = said("indicator-papers")
    for leaf in evaluation.form.leaves:
        assert leaf.name in text
    for expected in (
        "现场记录：热线大厅勘查",
        "支出明细账（未收）",
        "进点座谈会",
        "扣 0.50 分：",
        "佐证-004",
        "编制人",
    ):
        assert expected in text
    title, build = PAPERS["indicator-papers"]
    breaks = [b for b in paper(data(), title, build).blocks if isinstance(b, PageBreak)]
    assert len(breaks) == len(evaluation.form.leaves) - 1


@pytest.mark.parametrize("key", [key for key in PAPERS if key != "indicator-papers"])
def test_without_records_there_is_a_form_to_fill_in_by_hand(key: str) -> None:
    text = said(key, without_records(qixia()))
    assert "签字" in text
    assert "None" not in text


def test_annexes_come_with_records_and_stay_away_without() -> None:
    outline = read_outline(RESOURCES / "outlines" / "annex3.toml")
    keys = {"requests", "interviews", "site_records"}
    assert keys <= set(ANNEXES)
    with_them = {b.key for b in build_report(data(), outline).blocks if isinstance(b, Annex)}
    without = {
        b.key for b in build_report(data(without_records(qixia())), outline).blocks if isinstance(b, Annex)
    }
    assert keys <= with_them
    assert not keys & without


@pytest.mark.parametrize("key", PAPERS)
def test_both_files_are_written_and_hold_the_words(key: str, tmp_path: Path) -> None:
    frozen, kit = data(), Kit(RESOURCES)
    printed, worded = tmp_path / "纸.pdf", tmp_path / "纸.docx"
    for exporter, path in ((EXPORTERS[key], printed), (EXPORTERS[f"{key}-docx"], worded)):
        written = exporter.write(frozen, path, kit, lambda *_: None)
        assert written.notices == ()
    assert PAPERS[key][0] in read_pdf_text(printed).replace("\n", "")
    with zipfile.ZipFile(worded) as package:
        assert PAPERS[key][0] in package.read("word/document.xml").decode("utf-8")
