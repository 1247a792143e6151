from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings

from tests.exporters.paper import (
    document,
    page_texts,
    para,
    printed,
    shipped_fonts,
    squeezed,
    text_lines,
)
from tests.exporters.samples import report
from tests.exporters.test_typesetting import FORBIDDEN_END, FORBIDDEN_START, LONG_TEXT
from workbench.errors import WorkbenchError
from workbench.exporters.document import (
    Align,
    Annex,
    Block,
    Column,
    Contents,
    Cover,
    Document,
    Heading,
    LandscapeSection,
    ListItems,
    Marker,
    PageBreak,
    Paragraph,
    Reference,
    Table,
    cells,
    content,
)
from workbench.exporters.linebreak import clean
from workbench.exporters.report_pdf import render_pdf, write_pdf

WORDS = "预算绩效评价项目支出决策过程产出效益资金到位执行合规目标指标问卷访谈现场资料核查整改建议"


MARKS = (*"，、；（）《》。", "：“", "”，", "——", "……", "！”", "？）", "12345 ", "PDF")


def prose(seed: int, length: int) -> str:
    """Sentences with every kind of mark, figures with units, and Latin words."""
    chance = random.Random(seed)
    parts: list[str] = []
    while sum(map(len, parts)) < length:
        parts.append("".join(chance.choices(WORDS, k=chance.randint(2, 9))))
        figure = chance.randint(1, 9999)
        parts.append(chance.choice((*MARKS, f"{figure / 100}%，", f" {figure} 万元")))
    return "".join(parts) + "完。"


def chapters(count: int, paragraphs: int = 6) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for n in range(count):
        blocks.append(Heading(1, f"第{n + 1}章的标题"))
        for m in range(paragraphs):
            if m % 3 == 0:
                blocks.append(Heading(2, f"第{n + 1}章第{m // 3 + 1}节"))
            blocks.append(para(prose(100 * n + m, 300)))
    return tuple(blocks)


# ── text ─────────────────────────────────────────────────────────────────────────────────────────


def test_no_printed_line_begins_or_ends_with_a_forbidden_mark() -> None:
    doc = document(*(para(prose(seed, 2500)) for seed in range(12)))
    data, _ = render_pdf(doc, fonts=shipped_fonts())
    lines = list(text_lines(data))
    assert len(lines) > 800
    assert not [line for line in lines if line[0] in FORBIDDEN_START]
    assert not [line for line in lines if line[-1] in FORBIDDEN_END]


@settings(max_examples=25, deadline=None)
@given(LONG_TEXT)
def test_every_character_can_be_found_in_the_file(text: str) -> None:
    pages, summary = printed(document(para(text)))
    assert squeezed(text) in squeezed("".join(re.sub(r"— \d+ —\s*$", "", page) for page in pages))
    assert not summary.missing_glyphs


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_pdftotext_finds_whole_phrases(tmp_path: Path) -> None:
    path = tmp_path / "报告.pdf"
    write_pdf(report(photos=0), path, fonts=shipped_fonts())
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    text = done.stdout.decode()
    for phrase in (
        "绩效目标的完整性、可衡量性不足",
        "12345 政务服务热线",
        "资金到位率较低",
        "附件 2",
        "— 13 —",
    ):
        assert phrase in text
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, check=True).stdout.decode()
    rows = fonts.splitlines()[2:]
    assert rows
    assert all(re.search(r"CID TrueType\s+Identity-H\s+yes yes yes", row) for row in rows)


def test_rare_characters_in_names_are_found_and_copied_right() -> None:
    pages, summary = printed(document(para("填表人：王䶮、李㛃、赵𬭎、㐀")))
    assert "王䶮、李㛃、赵𬭎、㐀" in squeezed(pages[0])
    assert not summary.missing_glyphs


def test_characters_no_face_has_are_reported_yet_can_be_searched() -> None:
    pages, summary = printed(document(para("群众说“很满意😀”，打钩✔。")))
    assert [glyph.code for glyph in summary.missing_glyphs] == ["U+1F600"]
    assert "很满意😀" in summary.missing_glyphs[0].context
    assert summary.substituted == (("✔", "✓"),)
    assert "很满意😀”，打钩✔" in squeezed(pages[0])


def test_control_characters_and_direction_marks_do_no_harm() -> None:
    text = "=SUM(A1)\x00\x07]]>\u202e颠倒\u202c\ud800\ufeff-@+\tA"
    pages, summary = printed(document(Heading(1, text), para(text), Table((Column(),), (cells(text),))))
    assert squeezed("".join(pages)).count(squeezed(clean("=SUM(A1)]]>颠倒"))) == 3
    assert [glyph.code for glyph in summary.missing_glyphs] == ["U+FFFD"], (
        "half a character is lost, and told"
    )


def test_a_very_long_text_without_any_break_is_printed_whole() -> None:
    pages, _ = printed(document(para("，" * 3000), para("W" * 5000)))
    assert squeezed("".join(pages)).count("，") == 3000
    assert squeezed("".join(pages)).count("W") == 5000


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_numbers_of_the_contents_are_right() -> None:
    doc = Document(
        "报告",
        (Contents(), *chapters(12), Annex("评分表", (para("文"),)), Annex("清单")),
        Cover(),
        header="眉",
    )
    data, summary = render_pdf(doc, fonts=shipped_fonts())
    pages = page_texts(data)
    front = 1 + next(n for n, text in enumerate(pages) if "— 1 —" in text) - 1
    assert front == 3, "a cover and two pages of contents"
    assert len(summary.contents) == 12 * 3 + 2
    for title, number in summary.contents:
        text = pages[front + number - 1]
        assert squeezed(title) in squeezed(text)
        assert f"— {number} —" in text
        listed = squeezed("".join(pages[1:front]))
        assert squeezed(title) + str(number) in listed


def test_bookmarks_links_and_page_labels_lead_to_the_pages() -> None:
    doc = Document("报告", (Contents(), *chapters(4), Annex("评分表", (Heading(1, "甲"),))), Cover())
    data, summary = render_pdf(doc, fonts=shipped_fonts())
    pdf = pypdfium2.PdfDocument(data)
    marks = [(mark.level, mark.get_title(), mark.get_dest().get_index()) for mark in pdf.get_toc()]
    front = summary.pages - int(pdf.get_page_label(summary.pages - 1))
    assert pdf.get_page_label(0) == "i"
    assert [
        (title, index - front + 1) for level, title, index in marks if level < 2 and title != "一、甲"
    ] == [*summary.contents]
    assert (1, "一、甲", front + summary.contents[-1][1] - 1) in marks
    pdf.close()


def test_headings_take_their_text_along_to_the_next_page() -> None:
    for lines in range(14, 24):
        filler = [para("预" * 26) for _ in range(lines)]
        pages, _ = printed(document(*filler, Heading(1, "甲"), Heading(2, "乙"), para("正文" * 40)))
        holding = [text for text in pages if "一、甲" in text]
        assert "（一）乙" in holding[0]
        assert "正文" in squeezed(holding[0])


def test_no_line_of_a_paragraph_stands_alone() -> None:
    for lines in range(16, 23):
        filler = [para("预" * 26) for _ in range(lines)]
        pages, _ = printed(document(*filler, para("甲" * 26 + "乙" * 28 + "丙" * 28 + "丁" * 28)))
        for text in pages:
            found = {char for char in "甲乙丙丁" if char in text}
            assert found in ({"甲", "乙", "丙", "丁"}, {"甲", "乙"}, {"丙", "丁"}, set())


def test_22_lines_stand_on_a_page() -> None:
    pages, summary = printed(document(*(para(f"第{n}段") for n in range(44))))
    assert summary.pages == 2
    assert "第21段" in squeezed(pages[0])
    assert "第22段" in squeezed(pages[1])


def test_pages_turn_for_what_is_landscape() -> None:
    wide = Table((Column(), Column()), (cells("甲", "乙"),), landscape=True)
    doc = document(para("前"), Heading(1, "宽表"), wide, para("后"), LandscapeSection((para("横"),)))
    data, _ = render_pdf(doc, fonts=shipped_fonts())
    pdf = pypdfium2.PdfDocument(data)
    sizes = [tuple(round(side) for side in page.get_size()) for page in pdf]
    pdf.close()
    assert sizes == [(595, 842), (842, 595), (595, 842), (842, 595)]
    texts = page_texts(data)
    assert "一、宽表" in texts[1]
    assert "后" in texts[2]


def test_page_breaks_leave_no_empty_pages() -> None:
    pages, summary = printed(
        document(PageBreak(), para("甲"), PageBreak(), PageBreak(), para("乙"), PageBreak())
    )
    assert summary.pages == 2
    assert "甲" in pages[0]
    assert "乙" in pages[1]


def test_an_empty_document_is_still_a_file() -> None:
    _, summary = printed(Document("", ()))
    assert summary.pages == 1
    pages, _ = printed(Document("只有标题", ()))
    assert "只有标题" in pages[0]


def test_lists_notes_and_alignments_are_printed() -> None:
    pages, _ = printed(
        document(
            ListItems((content("受理"), content("转办")), Marker.PAREN),
            Paragraph(content("二〇二二年十二月"), Align.RIGHT),
            Paragraph(()),
            Paragraph(content("见", Reference("t"))),
            Table((Column(),), (cells("值"),), caption="名", key="t", unit="万元", note=content("注：甲")),
        )
    )
    text = squeezed(pages[0])
    for words in ("（1）受理", "（2）转办", "二〇二二年十二月", "见表1", "表1名", "单位：万元", "注：甲"):
        assert words in text


def test_covers_and_running_heads_of_any_length_lose_nothing() -> None:
    facts = tuple((f"第{n}项很长很长的标签", prose(n, 60)) for n in range(4))
    long = "很长的页眉" * 30 + "\n末尾"
    cover = Cover(("副标题",), (*facts, ("", "无标签"), ("无值", "")), ("某某公司", "二〇二二年十二月"))
    pages, _ = printed(Document("标\n题", (para("文"),), cover, header=long, footer="脚注" * 60))
    first = squeezed(pages[0])
    for label, value in facts:
        assert label[:3] in first
        assert squeezed(value)[-6:] in first
    assert "二〇二二年十二月" in first
    assert squeezed(long) in squeezed(pages[1])
    assert "脚注" * 60 in squeezed(pages[1])


def test_working_papers_have_a_typography_of_their_own() -> None:
    _, gongwen = printed(document(*(para(prose(n, 300)) for n in range(20))))
    _, paper = printed(document(*(para(prose(n, 300)) for n in range(20)), typography="working-paper"))
    assert paper.pages < gongwen.pages
    assert {use.role for use in paper.fonts_used} == {"宋体"}


def test_an_unknown_typography_is_told_with_those_there_are() -> None:
    with pytest.raises(WorkbenchError, match="gongwen"):
        printed(document(para("文"), typography="无"))


# ── the file ─────────────────────────────────────────────────────────────────────────────────────


def test_two_runs_are_byte_identical(tmp_path: Path) -> None:
    first, second = tmp_path / "一.pdf", tmp_path / "二.pdf"
    write_pdf(report(), first, fonts=shipped_fonts())
    write_pdf(report(), second, fonts=shipped_fonts())
    assert first.read_bytes() == second.read_bytes()


def test_the_file_says_what_it_is() -> None:
    data, _ = render_pdf(report(photos=0), fonts=shipped_fonts())
    pdf = pypdfium2.PdfDocument(data)
    told = pdf.get_metadata_dict()
    pdf.close()
    assert told["Title"] == "栖霞市民生服务中心12345 政务服务热线政府购买服务绩效评价报告"
    assert told["Author"] == "某某工程咨询有限公司"
    assert told["CreationDate"].startswith("D:20221220090000")
    assert b"/Lang (zh-CN)" in data
    assert b"/Helvetica" not in data


def test_progress_runs_to_its_end() -> None:
    heard: list[tuple[int, int]] = []
    render_pdf(
        report(photos=0), fonts=shipped_fonts(), progress=lambda done, total, _: heard.append((done, total))
    )
    assert heard == sorted(heard)
    assert [done for done, _ in heard] == list(range(heard[-1][1] + 1))


def test_each_photo_is_a_place_to_stop_at() -> None:
    heard: list[str] = []
    render_pdf(
        report(photos=6), fonts=shipped_fonts(), progress=lambda _done, _total, text: heard.append(text)
    )
    assert heard.count("正在处理图片") == 6


class Cancelled(Exception):
    pass


@pytest.mark.parametrize("when", [0, 5, 30])
def test_stopping_leaves_nothing_behind(tmp_path: Path, when: int) -> None:
    path = tmp_path / "报告.pdf"
    path.write_bytes(b"old")

    def stop(done: int, _total: int, _text: str) -> None:
        if done >= when:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_pdf(report(photos=0), path, fonts=shipped_fonts(), progress=stop)
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("报告.pdf", b"old")]


def test_a_missing_folder_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError) as caught:
        write_pdf(document(para("文")), tmp_path / "无" / "报告.pdf", fonts=shipped_fonts())
    assert caught.value.remedy


@pytest.mark.parametrize("error", [PermissionError(13, "denied"), OSError(28, "No space left on device")])
def test_a_refused_file_leaves_the_old_one_whole(
    tmp_path: Path, error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "报告.pdf"
    path.write_bytes(b"old")

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(WorkbenchError) as caught:
        write_pdf(document(para("文")), path, fonts=shipped_fonts())
    assert caught.value.what
    assert caught.value.remedy
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("报告.pdf", b"old")]


def test_the_sample_report_is_whole() -> None:
    pages, summary = printed(report(photos=2))
    text = squeezed("".join(pages))
    for words in ("92.47", "公众知晓率86.50%÷96.00%×10=9.01", "附件4现场照片", "图3热线服务大厅", "续"):
        assert squeezed(words) in text
    assert not summary.missing_glyphs
    assert {use.role for use in summary.fonts_used} >= {"小标宋", "黑体", "楷体", "仿宋", "宋体"}
    again, _ = printed(replace(report(photos=2), footer="内部资料"))
    assert "内部资料" in again[-1]


def test_what_is_kept_does_not_stand_alone_at_the_foot_of_a_page() -> None:
    lines = [para(f"第 {n} 行。") for n in range(60)]
    topic = Paragraph(content("议题"), keep=True)
    for before in range(18, 25):
        data, _ = render_pdf(document(*lines[:before], topic, *lines[before:]), fonts=shipped_fonts())
        (page,) = [squeezed(page) for page in page_texts(data) if "议题" in page]
        assert f"第{before}行" in page
