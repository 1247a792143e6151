"""复核意见表: the review of an outside score sheet as a neutral document, and as a workbook."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from workbench.domain.amounts import show, show_plain
from workbench.domain.outside.review import Remark, Review, places, quote, summary
from workbench.exporters.document import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Heading,
    LandscapeSection,
    Metadata,
    Paragraph,
    Table,
    cells,
    content,
)
from workbench.exporters.kit import Progress
from workbench.exporters.sheet_paper import BODY, HEAD, MIDDLE, NOTE, TITLE, Book

TITLE_TEXT = "复核意见表"
SUFFIXES = (".pdf", ".docx", ".xlsx")


def build_review(review: Review, made: datetime) -> Document:
    """The document that is printed and written for Word."""
    told = (
        "说明：本表由程序按来稿所载数字重算得出，来稿文件没有改动。“应为”是按来稿自己的数字和评分标准重算的结果，"
        "不代替评价组的判断；“把握”为“中”的意见依据正文语句，请对照原文确认。"
    )
    blocks: list[Block] = [Paragraph(content(line), indent=False) for line in summary(review)]
    blocks += [_remarks(review), *_unread(review), *_recomputed(review)]
    blocks.append(Paragraph(content(told), indent=False))
    blocks.append(
        Paragraph(content("复核人：　　　　　　　　　　　日期：　　　年　　月　　日"), indent=False)
    )
    return Document(
        title=TITLE_TEXT,
        blocks=(LandscapeSection(tuple(blocks)),),
        header=review.outside.title,
        metadata=Metadata(subject=review.outside.title, created=made),
    )


def _remarks(review: Review) -> Block:
    if not review.remarks:
        return Paragraph(content("没有发现问题：分值、得分、合计、问卷、资金和文字互相一致。"))
    header = cells(
        "序号",
        "编号",
        "位置",
        "原文",
        "意见",
        "应为",
        "来稿",
        "对总分和等级的影响",
        "处理",
        "把握",
        bold=True,
    )
    rows = tuple(
        (
            Cell(content(str(remark.number))),
            Cell(content(f"{remark.finding.code}\n{remark.severity.label}")),
            Cell(content(places(remark))),
            Cell(content(quote(remark))),
            Cell(content(_message(remark))),
            Cell(content(remark.finding.expected or "—")),
            Cell(content(remark.finding.found or "—")),
            Cell(content(_effect(remark))),
            Cell(content(remark.finding.remedy)),
            Cell(content(remark.confidence)),
        )
        for remark in review.remarks
    )
    middle = Align.CENTER
    columns = tuple(
        Column(share, align, label=number == 0)
        for number, (share, align) in enumerate(
            ((4, middle), (5.5, middle), (13, Align.LEFT), (15, Align.LEFT), (24, Align.LEFT), (9, Align.LEFT),
             (9, Align.LEFT), (11, Align.LEFT), (14, Align.LEFT), (4.5, middle))
        )
    )  # fmt: skip
    return Table(columns, rows, (header,), caption="复核意见", small=True)


def _message(remark: Remark) -> str:
    finding = remark.finding
    detail = finding.detail if len(finding.detail) <= 160 else ""
    return f"{finding.message}\n{detail}" if detail else finding.message


def _effect(remark: Remark) -> str:
    effect = remark.finding.effect
    return str(effect) if effect is not None else "不影响得分"


def _unread(review: Review) -> tuple[Block, ...]:
    heading = Heading(1, "没读懂的部分", numbered=False)
    if not review.unread:
        return (heading, Paragraph(content("没有。")))
    rows = tuple(cells(one.place, " ".join(one.text.split()) or "—", one.why) for one in review.unread)
    columns = (Column(24), Column(26), Column(50))
    return (heading, Table(columns, rows, (cells("位置", "内容", "原因", bold=True),), small=True))


def _recomputed(review: Review) -> tuple[Block, ...]:
    """Points and scores as read, so that anybody can see what the review rests on."""
    rows = []
    for line in review.outside.leaves:
        scored = review.scores.by_id.get(line.id)
        stated = next(reversed(list(line.scores.values())), None)
        computed = scored.computed if scored is not None else None
        outcome = scored.outcome.expression if scored is not None and scored.outcome is not None else ""
        rows.append(
            cells(
                line.name,
                show_plain(line.points.value) if line.points else "—",
                show_plain(stated.value) if stated else "—",
                stated.at.cell if stated else "—",
                show(computed) if computed is not None else "按判断",
                outcome,
            )
        )
    columns = (Column(24), Column(8, Align.CENTER), Column(8, Align.CENTER), Column(14, Align.CENTER),
               Column(10, Align.CENTER), Column(36))  # fmt: skip
    header = cells("指标", "分值", "来稿得分", "位置", "按标准重算", "算式", bold=True)
    return (
        Heading(1, "读到的分值和得分", numbered=False),
        Table(columns, tuple(rows), (header,), small=True),
    )


def review_file(review: Review, suffix: str, fonts: Path, made: datetime, progress: Progress) -> bytes:
    """The file as ``suffix`` says: ``.pdf``, ``.docx`` or ``.xlsx``; ``fonts`` is the folder of the bundled ones."""
    if suffix == ".xlsx":
        return _book(review, fonts, made)
    from workbench.exporters.fonts import FontBook

    document, faces = build_review(review, made), FontBook(fonts, user=fonts / "user")
    if suffix == ".docx":
        from workbench.exporters.report_docx import render_docx

        return render_docx(document, fonts=faces, progress=progress)[0]
    from workbench.exporters.report_pdf import render_pdf

    return render_pdf(document, fonts=faces, progress=progress)[0]


def _book(review: Review, fonts: Path, made: datetime) -> bytes:
    book = Book(fonts, made)
    page = book.page(TITLE_TEXT, (5, 6, 8, 22, 26, 40, 14, 14, 20, 26, 6))
    page.wide_row(TITLE_TEXT, TITLE, 30)
    page.wide_row("　".join(summary(review)), NOTE, 36)
    names = (
        "序号",
        "编号",
        "程度",
        "位置",
        "原文",
        "意见",
        "应为",
        "来稿",
        "对总分和等级的影响",
        "处理",
        "把握",
    )
    header = page.row([(name, HEAD) for name in names], least=24)
    for remark in review.remarks:
        finding = remark.finding
        page.row(
            [
                (remark.number, MIDDLE),
                (finding.code, MIDDLE),
                (finding.severity.label, MIDDLE),
                (places(remark), BODY),
                (quote(remark), BODY),
                (_message(remark), BODY),
                (finding.expected, BODY),
                (finding.found, BODY),
                (_effect(remark), BODY),
                (finding.remedy, BODY),
                (remark.confidence, MIDDLE),
            ],
            parted=True,
        )
    if not review.remarks:
        page.wide_row("没有发现问题。", NOTE)
    page.finish(header=header, freeze=f"A{header + 1}", landmark=review.outside.title)
    left = book.page("没读懂的部分", (30, 40, 60))
    top = left.row([(name, HEAD) for name in ("位置", "内容", "原因")], least=24)
    for one in review.unread:
        left.row([(one.place, BODY), (one.text, BODY), (one.why, BODY)], parted=True)
    left.finish(header=top)
    book.describe(TITLE_TEXT, "现场评价工作台", review.outside.title)
    return book.data()
