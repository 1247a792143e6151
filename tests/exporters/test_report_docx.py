"""The Word file: nothing of the document lost, and what a word processor needs to know about it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image

from tests.exporters.paper import document, para, shipped_fonts, squeezed
from tests.exporters.sample import MADE, RESOURCES, qixia, small_form
from tests.exporters.samples import photo, report, score_chart
from workbench.domain.evaluation import Evaluation
from workbench.errors import WorkbenchError
from workbench.exporters import EXPORTERS
from workbench.exporters.document import (
    Align,
    Annex,
    Cell,
    Column,
    Contents,
    Cover,
    Document,
    Figure,
    Heading,
    LandscapeSection,
    ListItems,
    Metadata,
    PageBreak,
    Paragraph,
    PhotoGrid,
    Picture,
    Reference,
    Table,
    Text,
    cells,
    content,
    grid,
)
from workbench.exporters.docx_styles import FONTS
from workbench.exporters.docx_xml import NAMESPACES
from workbench.exporters.kit import Kit
from workbench.exporters.linebreak import clean, office_clusters
from workbench.exporters.numbering import marker_label, number
from workbench.exporters.outlines import read_outline
from workbench.exporters.report import build_report
from workbench.exporters.report_data import freeze
from workbench.exporters.report_docx import DocxSummary, render_docx, write_docx

THREE = (Column(2), Column(3), Column(1, Align.RIGHT))


def made(doc: Document, **other: Any) -> tuple[Any, DocxSummary]:
    data, summary = render_docx(doc, fonts=shipped_fonts(), **other)
    return docx.Document(BytesIO(data)), summary


def all_of(node: Any, tag: str) -> list[Any]:
    return list(node.iter(qn(tag)))


def text_of(node: Any) -> str:
    return "".join(part.text or "" for part in all_of(node, "w:t"))


def qixia_report() -> Document:
    evaluation = qixia()
    outline = read_outline(RESOURCES / "outlines" / f"{evaluation.form.outline}.toml")
    return build_report(freeze(evaluation, made=MADE), outline)


def expected(doc: Document) -> Iterator[str]:
    """Every text that the document prints after its contents, in reading order."""
    numbered = number(doc)

    def said(runs: tuple[Any, ...]) -> str:
        return "".join(run.text for run in numbered.resolve(runs))

    for item in numbered.items:
        block = item.block
        match block:
            case Heading():
                yield item.label + block.text
            case Paragraph():
                yield said(block.runs)
            case ListItems():
                for n, runs in enumerate(block.items, 1):
                    yield marker_label(block.marker, n) + said(runs)
            case Annex():
                yield item.label
                yield block.title
            case Table():
                yield f"{item.label}{block.caption}"
                yield block.unit
                for rows in (block.header, block.rows):
                    for placed in sorted(grid(rows, len(block.columns)), key=lambda one: (one.row, one.col)):
                        yield said(placed.cell.runs)
                yield said(block.note)
            case Figure():
                yield f"{item.label}{block.caption}"
            case PhotoGrid():
                for label, figure in zip(item.labels, block.figures, strict=True):
                    yield f"{label}{figure.caption}"


@pytest.mark.parametrize("make", [qixia_report, report], ids=["qixia", "sample"])
def test_every_text_stands_in_the_file_in_its_order(make: Any) -> None:
    doc = make()
    word, _ = made(doc)
    body = word.element.body
    contents = body.find(qn("w:sdt"))
    after = squeezed("".join(text_of(one) for one in contents.itersiblings()))
    at = 0
    texts = [squeezed(clean(text)) for text in expected(doc)]
    assert len(texts) > 200
    for text in texts:
        found = after.find(text, at)
        assert found >= 0, text
        at = found + len(text)
    before = squeezed("".join(text_of(one) for one in contents.itersiblings(preceding=True)))
    assert squeezed(doc.title) in before or squeezed(doc.title) in squeezed(text_of(body))


def test_every_style_in_use_names_a_chinese_face() -> None:
    word, _ = made(report())
    styles = {style.style_id: style for style in word.styles}
    used = {node.get(qn("w:val")) for node in all_of(word.element, "w:pStyle")}
    for section in word.sections:
        for part in (section.header, section.footer):
            used |= {node.get(qn("w:val")) for node in all_of(part._element, "w:pStyle")}
    assert len(used) > 15
    faces = {}
    for name in used:
        fonts = styles[name].element.find(f".//{qn('w:rFonts')}")
        assert fonts.get(qn("w:ascii")) == "Times New Roman"
        faces[name] = fonts.get(qn("w:eastAsia"))
    assert set(faces.values()) <= {face for face, _ in FONTS.values()}
    assert faces["BodyText"] == "仿宋_GB2312"
    assert (faces["Heading1"], faces["Heading2"]) == ("黑体", "楷体_GB2312")
    assert faces["CoverTitle"] == "方正小标宋简体"
    assert "Mincho" not in "".join(
        node.get(qn("w:eastAsia")) or "" for node in all_of(word.styles.element, "w:rFonts")
    )


def test_the_body_has_the_measures_of_an_official_document() -> None:
    word, _ = made(document(para("正文。")))
    style = word.styles["Body Text"]
    assert style.font.size.pt == 16
    assert style.paragraph_format.line_spacing.pt == 30
    assert style.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"
    (section,) = word.sections
    assert [round(side.mm) for side in (section.top_margin, section.left_margin)] == [37, 28]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    assert round((section.page_width - section.left_margin - section.right_margin) / 36000) == 156


def test_headings_are_real_headings_with_the_numbers_of_the_program() -> None:
    word, _ = made(
        document(*(Heading(n, f"第{n}级") for n in (1, 2, 3, 4)), Annex("表", (Heading(1, "内"),)))
    )
    assert [(p.style.name, p.text) for p in word.paragraphs] == [
        ("Heading 1", "一、第1级"),
        ("Heading 2", "（一）第2级"),
        ("Heading 3", "1.第3级"),
        ("Heading 4", "（1）第4级"),
        ("附件编号", "附件 1"),
        ("附件题名", "表"),
        ("附件内标题 1", "一、内"),
    ]


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def test_sections_turn_with_the_paper_and_count_from_the_first_chapter() -> None:
    doc = Document(
        "题名",
        (
            Contents(),
            Heading(1, "甲"),
            para("文"),
            LandscapeSection((Table(THREE, (cells("1", "2", "3"),)),)),
            para("后"),
        ),
        Cover(facts=(("委托部门", "财政局"),), foot=("二〇二二年",)),
        header="页眉",
    )
    word, _ = made(doc)
    turned = [section.page_width > section.page_height for section in word.sections]
    assert turned == [False, False, True, False]
    starts = [section._sectPr.find(qn("w:pgNumType")) for section in word.sections]
    assert [node is not None for node in starts] == [False, True, False, False]
    assert text_of(word.sections[0].header._element) == ""
    for section in list(word.sections)[1:]:
        assert section.header.paragraphs[0].text == "页眉"
        assert text_of(section.footer._element) == "— 1 —"
        assert "PAGE" in "".join(node.text for node in all_of(section.footer._element, "w:instrText"))


def test_a_page_break_begins_a_page_whatever_follows() -> None:
    word, _ = made(document(para("一"), PageBreak(), para("二"), PageBreak(), Table(THREE, ())))
    assert len(all_of(word.element, "w:pageBreakBefore")) == 2
    assert word.paragraphs[1].text == "二"
    assert word.paragraphs[1].paragraph_format.page_break_before


def test_contents_are_a_field_that_is_already_filled_in() -> None:
    doc = report(photos=1)
    word, summary = made(doc)
    field = word.element.body.find(qn("w:sdt"))
    orders = [node.text.strip() for node in all_of(field, "w:instrText")]
    assert orders[0] == 'TOC \\o "1-2" \\h \\z \\f C'
    assert [text for text, _ in summary.contents][-1] == "附件 4　现场照片"
    marks = {node.get(qn("w:name")) for node in all_of(word.element, "w:bookmarkStart")}
    leads = [node.get(qn("w:anchor")) for node in all_of(field, "w:hyperlink")]
    assert len(leads) == len(set(leads)) == len(summary.contents) > 20
    assert set(leads) <= marks
    for (text, page), link in zip(summary.contents, all_of(field, "w:hyperlink"), strict=True):
        assert text_of(link) == f"{text}{page}"
        assert page > 0
    kinds = [node.get(qn("w:fldCharType")) for node in all_of(word.element, "w:fldChar")]
    assert kinds.count("begin") == kinds.count("end")
    assert not all_of(word.settings.element, "w:updateFields")
    assert not [node for node in all_of(word.element, "w:fldChar") if node.get(qn("w:dirty"))]


def test_equal_headings_lead_to_places_of_their_own() -> None:
    word, summary = made(document(Contents(), Heading(1, "同"), Heading(2, "同"), Heading(1, "同")))
    names = [node.get(qn("w:name")) for node in all_of(word.element, "w:bookmarkStart")]
    assert len(set(names)) == len(names) == len(summary.contents) == 3


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


def test_cells_are_merged_and_the_grid_knows_the_widths() -> None:
    table = Table(
        THREE,
        (
            (Cell(content("甲"), row_span=2, col_span=2), Cell(content("1"))),
            cells("2"),
            (Cell(content("合计"), col_span=2), Cell(content("3"))),
        ),
        (cells("指标", "说明", "得分"),),
    )
    word, _ = made(document(table))
    (found,) = word.tables
    assert [[cell.text for cell in row.cells] for row in found.rows] == [
        ["指标", "说明", "得分"],
        ["甲", "甲", "1"],
        ["甲", "甲", "2"],
        ["合计", "合计", "3"],
    ]
    assert found.cell(1, 0)._tc is found.cell(2, 1)._tc
    widths = [int(node.get(qn("w:w"))) for node in all_of(found._tbl, "w:gridCol")]
    assert [round(width / widths[2]) for width in widths] == [2, 3, 1]
    assert abs(sum(widths) - 156 / 25.4 * 1440) < 4
    for row in all_of(found._tbl, "w:tr"):
        assert sum(int(node.get(qn("w:w"))) for node in all_of(row, "w:tcW")) == sum(widths)


def test_a_header_row_comes_again_and_only_short_rows_stay_whole() -> None:
    rows = (cells("短", "短", "1"), cells("长", "很长的说明。" * 400, "2"))
    word, _ = made(document(Table(THREE, rows, (cells("一", "二", "三"),))))
    marks = [
        {
            node.tag.rpartition("}")[2]
            for node in (row.find(qn("w:trPr")) if row.find(qn("w:trPr")) is not None else ())
        }
        for row in all_of(word.element, "w:tr")
    ]
    assert marks == [{"cantSplit", "tblHeader"}, {"cantSplit"}, set()]
    once, _ = made(document(Table(THREE, rows, (cells("一", "二", "三"),), repeat_header=False)))
    assert not all_of(once.element, "w:tblHeader")


def test_a_long_table_is_written_whole() -> None:
    rows = tuple(cells(f"指标 {n}", f"说明 {n}。" * 5, str(n)) for n in range(600))
    word, _ = made(document(Table(THREE, rows, (cells("指标", "说明", "得分"),), caption="长表")))
    trs = all_of(word.element, "w:tr")
    assert len(trs) == 601
    assert text_of(trs[-1]) == "指标 599" + "说明 599。" * 5 + "599"


def test_tables_that_follow_each_other_stay_two() -> None:
    one = Table(THREE, (cells("1", "2", "3"),))
    word, _ = made(document(one, one))
    tags = [node.tag.rpartition("}")[2] for node in word.element.body]
    assert "tbl" in tags
    assert ["tbl", "tbl"] not in [tags[n : n + 2] for n in range(len(tags))]
    assert tags[-2:] == ["p", "sectPr"]


# ── figures ──────────────────────────────────────────────────────────────────────────────────────


def media(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(BytesIO(data)) as parts:
        return [parts.read(name) for name in parts.namelist() if name.startswith("word/media/")]


def test_photos_come_at_print_size_once_and_upright() -> None:
    big = Image.new("RGB", (4000, 3000), "white")
    big.paste("red", (0, 0, 2000, 3000))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    big.save(out, "JPEG", exif=exif)
    figure = Figure(Picture(out.getvalue()), "现场", share=0.5)
    data, summary = render_docx(document(figure, replace(figure, caption="再次")), fonts=shipped_fonts())
    (stored,) = media(data)
    with Image.open(BytesIO(stored)) as image:
        assert image.height > image.width
        assert max(image.size) <= 1400
        assert image.getpixel((image.width // 2, 20))[0] > 200  # type: ignore[index]  # red, on top once turned
        assert image.getpixel((image.width // 2, 20))[2] < 80  # type: ignore[index]
    assert not summary.unreadable_pictures
    word = docx.Document(BytesIO(data))
    (extent, again) = all_of(word.element, "wp:extent")
    assert int(extent.get("cy")) > int(extent.get("cx")) == int(again.get("cx"))


def test_a_chart_is_a_picture_with_its_figures_in_words() -> None:
    data, _ = render_docx(document(score_chart()), fonts=shipped_fonts())
    (stored,) = media(data)
    with Image.open(BytesIO(stored)) as image:
        assert len(image.convert("L").getcolors() or ()) > 10
    word = docx.Document(BytesIO(data))
    (told,) = all_of(word.element, "wp:docPr")
    assert told.get("descr").startswith("图 1　各一级指标得分：决策 17.50 / 20；")


def test_pictures_that_cannot_be_read_are_told_in_their_place() -> None:
    lost = Figure(Picture(Path("/没有/照片.jpg")), "现场")
    broken = Figure(Picture(b"no picture", "合影"), "会议")
    word, summary = made(document(lost, PhotoGrid((broken, Figure(Picture(photo(1, 80, 60)), "好")))))
    assert summary.unreadable_pictures == ("照片.jpg：文件不存在或无法读取", "合影：不是可识别的图片格式")
    assert "合影：不是可识别的图片格式" in text_of(word.element)


# ── the file ─────────────────────────────────────────────────────────────────────────────────────


def test_the_same_document_gives_the_same_bytes() -> None:
    doc = report(photos=2)
    assert render_docx(doc, fonts=shipped_fonts())[0] == render_docx(doc, fonts=shipped_fonts())[0]


@pytest.mark.parametrize(
    "text",
    ["=SUM(A1)", "+1", "-1", "@x", "\t制表", "a\x00\x07b", "]]></w:t><w:p/>", "很好😀", "\u202e颠倒\u202c", "\ud800半", "\ufffe", "&amp;<b>\"'", "一\n二\r\n三"],
    ids=lambda text: ascii(text)[:20],
)  # fmt: skip
def test_hostile_texts_stay_text(text: str) -> None:
    doc = Document(
        text,
        (
            Contents(),
            Heading(1, text),
            para(text),
            Table((Column(),), (cells(text),), caption=text),
            Annex(text),
        ),
        header=text,
        footer=text,
        metadata=Metadata(text, text, (text,)),
    )
    word, _ = made(doc)
    wanted = squeezed(clean(text)).replace("\ufffe", "\ufffd")
    assert squeezed(text_of(word.element)).count(wanted) >= 6
    lines = [len(all_of(p._p, "w:br")) for p in word.paragraphs if p.style.name == "Body Text"]
    assert lines == [clean(text).count("\n")]


def test_a_text_longer_than_a_page_or_a_cell_is_written_whole() -> None:
    long = "长" * 40_000
    word, _ = made(document(para(long), Table((Column(),), (cells(long),))))
    assert [text_of(node) for node in all_of(word.element, "w:p")][:2] == [long, long]


def test_the_file_says_what_it_is() -> None:
    word, _ = made(report(photos=0))
    facts = word.core_properties
    assert facts.title == "栖霞市民生服务中心12345 政务服务热线政府购买服务绩效评价报告"
    assert (facts.author, facts.subject, facts.comments) == ("某某工程咨询有限公司", "财政重点绩效评价", "")
    assert facts.created.replace(tzinfo=None) == datetime(2022, 12, 20, 9)  # noqa: DTZ001 - a date on paper
    compat = all_of(word.settings.element, "w:compatSetting")
    assert [node.get(qn("w:val")) for node in compat] == ["15"]


def test_an_empty_document_is_a_page_of_paper() -> None:
    word, summary = made(document())
    assert len(word.sections) == 1
    assert not summary.contents
    only, _ = made(document(Contents()))
    assert text_of(only.element) == "目　录"


def test_a_firms_own_document_keeps_its_styles_margins_and_head(tmp_path: Path) -> None:
    base = docx.Document()
    base.styles["Heading 1"].font.size = docx.shared.Pt(21)
    section = base.sections[0]
    section.left_margin = section.right_margin = docx.shared.Mm(40)
    section.header.paragraphs[0].text = "某某会计师事务所"
    base.add_paragraph("样张")
    path = tmp_path / "底稿.docx"
    base.save(str(path))
    rows = LandscapeSection((Table(THREE, (cells("1", "2", "3"),)),))
    word, _ = made(document(Heading(1, "标题"), para("文"), rows), base=path)
    assert word.styles["Heading 1"].font.size.pt == 21
    assert "样张" not in text_of(word.element)
    assert all(part.header.paragraphs[0].text == "某某会计师事务所" for part in word.sections)
    assert round(word.sections[0].left_margin.mm) == 40
    assert word.sections[1].page_width > word.sections[1].page_height
    assert "— 1 —" in text_of(word.sections[0].footer._element)
    names = [style.name for style in word.styles]
    assert len(names) == len(set(names))
    assert "表格文字" in names
    known = {style.style_id for style in word.styles}
    assert {node.get(qn("w:val")) for node in all_of(word.element, "w:pStyle")} <= known


def test_a_base_document_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "信笺.docx"
    path.write_bytes(b"not a zip")
    with pytest.raises(WorkbenchError, match=r"信笺\.docx"):
        render_docx(document(), fonts=shipped_fonts(), base=path)
    with pytest.raises(WorkbenchError, match=r"没有\.docx"):
        render_docx(document(), fonts=shipped_fonts(), base=tmp_path / "没有.docx")


def test_stopping_leaves_the_old_file_whole(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, _total: int, _text: str) -> None:
        if done > 3:
            raise Stopped

    path = tmp_path / "报告.docx"
    path.write_bytes(b"old")
    with pytest.raises(Stopped):
        write_docx(report(photos=1), path, fonts=shipped_fonts(), progress=stop)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("form", [None, small_form()], ids=["qixia", "empty"])
def test_the_exporter_writes_the_report(tmp_path: Path, form: Any) -> None:
    evaluation = qixia() if form is None else Evaluation("leer", replace(form, outline="annex3"))
    heard: list[tuple[int, int]] = []
    path = tmp_path / "报告.docx"
    written = EXPORTERS["report-docx"].write(
        freeze(evaluation, made=MADE),
        path,
        Kit(RESOURCES),
        lambda done, total, _text: heard.append((done, total)),
    )
    assert len(docx.Document(str(path)).paragraphs) > 5
    assert heard[-1][0] == heard[-1][1]
    assert heard == sorted(heard)
    assert not written.notices


def test_bold_runs_and_alignment_reach_the_file() -> None:
    word, _ = made(document(Paragraph((Text("平"), Text("重", bold=True)), align=Align.RIGHT)))
    (line,) = word.paragraphs
    assert [run.bold for run in line.runs] == [None, True]
    assert line.style.name == "Normal"
    assert line.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT


def test_captions_are_counted_by_the_word_processor() -> None:
    table = Table(THREE, (cells("1", "2", "3"),), caption="资金")
    word, _ = made(document(Heading(1, "标题"), table, table))
    counted = [node.text.strip() for node in all_of(word.element, "w:instrText") if "SEQ" in node.text]
    assert counted == ["SEQ 表 \\* ARABIC", "SEQ 表 \\* ARABIC"]
    shown = [p.text for p in word.paragraphs if p.text.endswith("资金")]
    assert [text.replace(" ", "") for text in shown] == ["表1　资金", "表2　资金"]


def test_references_are_fields_that_follow_the_numbers() -> None:
    table = Table(THREE, (cells("1", "2", "3"),), caption="资金", key="funds")
    seen = Table(
        (Column(),),
        ((Cell(content("同", Reference("annex", bold=True))),),),
        note=content(Reference("picture")),
    )
    figure = Figure(Picture(photo(1, 80, 60)), "现场", key="picture")
    word, _ = made(
        document(
            Contents(),
            Heading(2, "标题", key="here"),
            para("详见", Reference("funds"), "和", Reference("here")),
            ListItems((content("又见", Reference("annex")),)),
            table,
            seen,
            PhotoGrid((figure,)),
            Annex("评分表", key="annex"),
        )
    )
    marked = {}
    for start in all_of(word.element, "w:bookmarkStart"):
        words, node = "", start.getnext()
        while node.tag != qn("w:bookmarkEnd") or node.get(qn("w:id")) != start.get(qn("w:id")):
            words, node = words + text_of(node), node.getnext()
        marked[start.get(qn("w:name"))] = words
    orders = [node for node in all_of(word.element, "w:instrText") if node.text.startswith(" REF ")]
    shown = []
    for order in orders:
        _, name, switch = order.text.split()
        result = order.getparent().getnext().getnext()
        assert switch == "\\h"
        assert text_of(result) == marked[name]
        shown.append((text_of(result), result.find(f".//{qn('w:b')}") is not None))
    assert shown == [("表 1", False), ("（一）", False), ("附件 1", False), ("附件 1", True), ("图 1", False)]
    counted = [node.text.strip() for node in all_of(word.element, "w:instrText") if "SEQ" in node.text]
    assert counted == [f"SEQ {name} \\* ARABIC" for name in ("表", "图", "附件")] + [
        "SEQ 附件 \\c \\* ARABIC"
    ]


def test_a_small_table_stays_on_one_page_and_a_header_with_its_first_row() -> None:
    small = Table(THREE, tuple(cells("1", "2", "3") for _ in range(3)), (cells("甲", "乙", "丙"),))
    large = Table(THREE, tuple(cells("1", "2", "3") for _ in range(60)), (cells("甲", "乙", "丙"),))
    for table, kept in ((small, [True, True, True, False]), (large, [True, *[False] * 60])):
        word, _ = made(document(table))
        rows = all_of(word.element, "w:tr")
        assert [bool(all_of(row, "w:keepNext")) for row in rows] == kept


def test_a_line_ends_where_word_processors_end_it() -> None:
    assert [text[a:b] for text in ("预算 360.00 万元，（中发）",) for a, b in office_clusters(text)] == [
        "预", "算 ", "360.00 ", "万", "元，", "（中", "发）"
    ]  # fmt: skip


def test_a_firms_numbered_headings_are_not_numbered_twice_and_nothing_asks(tmp_path: Path) -> None:
    base = docx.Document()
    numbers = docx.oxml.parse_xml(f'<w:numPr {NAMESPACES}><w:numId w:val="1"/></w:numPr>')
    base.styles["Heading 1"].element.get_or_add_pPr().insert(0, numbers)
    for name in ("updateFields", "documentProtection"):
        base.settings.element.append(docx.oxml.parse_xml(f"<w:{name} {NAMESPACES}/>"))
    base.save(str(tmp_path / "底稿.docx"))
    word, _ = made(
        document(Heading(1, "标题"), Annex("表", (Heading(1, "内"),))), base=tmp_path / "底稿.docx"
    )
    (first, inside) = [p for p in word.paragraphs if p.text in {"一、标题", "一、内"}]
    for heading in (first, inside):
        assert [node.get(qn("w:val")) for node in all_of(heading._p, "w:numId")] == ["0"]
    assert not all_of(word.settings.element, "w:updateFields")
    assert not all_of(word.settings.element, "w:documentProtection")
    bare, _ = made(document(Heading(1, "标题")))
    assert not all_of(bare.element, "w:numPr")
