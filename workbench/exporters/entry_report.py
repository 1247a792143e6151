"""问卷录入质量报告: what both entry passes got wrong, sheet by sheet, to be signed and kept."""

from __future__ import annotations

from pathlib import Path

from workbench.domain.amounts import show_percent
from workbench.domain.answers import Answer, plan_for, unpack
from workbench.domain.double_entry import (
    SheetStatus,
    Stage,
    differing,
    error_rates,
    plan_sentence,
    progress_of,
    statuses,
)
from workbench.domain.entities_survey import SHEETS, Sheet
from workbench.domain.evaluation import Evaluation, Option, Question, Questionnaire
from workbench.exporters.document import (
    Align,
    Block,
    Column,
    Document,
    Heading,
    Metadata,
    Paragraph,
    Row,
    Table,
    cells,
    content,
)
from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.report_data import ReportData
from workbench.exporters.report_file import fonts_for

_EXPLAINED = (
    "差错率 = 首次提交后又改正的答案数 ÷ 两遍均已定案的答卷的全部答案数。"
    "两遍录得一样的错误，二次录入发现不了。"
)


def write_entry_report(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Print the report of every questionnaire whose sheets were typed."""
    from workbench.exporters.report_pdf import render_pdf

    pages, _ = render_pdf(entry_report(data), fonts=fonts_for(kit), progress=progress)
    path.write_bytes(pages)
    return Written()


def entry_report(data: ReportData) -> Document:
    """The report as a document."""
    overview = data.evaluation.overview
    blocks: list[Block] = []
    for sheet in data.questionnaires:
        if sheet.way == SHEETS:
            blocks += _questionnaire(data.evaluation, sheet)
    if not blocks:
        blocks = [Paragraph(content("本评价没有逐份录入的问卷。"))]
    return Document(
        "问卷录入质量报告",
        (Paragraph(content(f"{overview.project}{f'（{overview.year}）' if overview.year else ''}")), *blocks),
        metadata=Metadata(author=overview.agency, created=data.made),
        typography="working-paper",
    )


def _questionnaire(evaluation: Evaluation, asked: Questionnaire) -> list[Block]:
    found = statuses(evaluation, asked)
    progress = progress_of(found)
    stages = "，".join(f"{stage.value} {count}" for stage, count in progress.by_stage.items() if count)
    typed = f"已录 {len(found)} 份" + (f"（{stages}）" if stages else "")
    blocks: list[Block] = [
        Heading(1, asked.title),
        Paragraph(
            content(
                f"{typed}。{plan_sentence(asked)}，应复录 {progress.second_wanted} 份，已复录 {progress.second_done} 份。"
            )
        ),
        _rates(evaluation, asked, found),
        Paragraph(content(_EXPLAINED)),
    ]
    corrected = _corrections(evaluation, asked, found)
    if corrected:
        blocks.append(
            Table(
                columns=(Column(1.1), Column(1.4), Column(3), Column(1.8), Column(1.8)),
                header=(cells("答卷编号", "遍次与录入员", "题目", "首次提交", "改正后", bold=True),),
                rows=tuple(corrected),
                caption="改正过的答案",
                small=True,
            )
        )
    noted = [
        cells(sheet.number, _pass_words(sheet), what)
        for status in found
        for sheet in (status.first, status.second)
        if sheet is not None
        for what in _remarks(sheet)
    ]
    if noted:
        blocks.append(
            Table(
                columns=(Column(1), Column(1.4), Column(4)),
                header=(cells("答卷编号", "遍次与录入员", "说明", bold=True),),
                rows=tuple(noted),
                caption="作废、注明与本人复录",
                small=True,
            )
        )
    blocks.append(Paragraph(content("首录人：＿＿＿＿　复录人：＿＿＿＿　协调人：＿＿＿＿　日期：＿＿＿＿")))
    return blocks


def _rates(evaluation: Evaluation, asked: Questionnaire, found: tuple[SheetStatus, ...]) -> Table:
    """Both passes with their typists and error rates."""
    rows: list[Row] = []
    for one in error_rates(evaluation, asked):
        typists = dict.fromkeys(
            sheet.typist
            for status in found
            if (sheet := status.first if one.entry_pass == 1 else status.second) is not None and sheet.typist
        )
        rows.append(
            cells(
                "首录" if one.entry_pass == 1 else "复录",
                "、".join(typists) or "—",
                str(one.sheets),
                str(one.answers),
                str(one.wrong),
                "—" if one.rate is None else show_percent(one.rate),
            )
        )
    digits = Column(1, Align.RIGHT)
    return Table(
        columns=(Column(0.8), Column(2), digits, digits, digits, digits),
        header=(cells("遍次", "录入员", "两遍定案份数", "答案数", "差错", "差错率", bold=True),),
        rows=tuple(rows),
        caption="两遍录入的差错率",
        small=True,
    )


def _corrections(evaluation: Evaluation, asked: Questionnaire, found: tuple[SheetStatus, ...]) -> list[Row]:
    """Every answer that was submitted first and does not hold in the end."""
    plan = plan_for(evaluation, asked)
    rows: list[Row] = []
    for status in found:
        for sheet in (status.first, status.second):
            if sheet is None or not sheet.first_answers or status.stage is Stage.VOID:
                continue
            before, after = unpack(plan, sheet.first_answers), unpack(plan, sheet.answers)
            for id_ in differing(plan, sheet.first_answers, sheet.answers):
                question = evaluation.get(Question, id_)
                words = (
                    f"第 {question.position} 题 {question.text}"
                    if question is not None
                    else "（已删除的题目）"
                )
                rows.append(
                    cells(
                        sheet.number,
                        _pass_words(sheet),
                        words,
                        answer_words(evaluation, before.get(id_)),
                        answer_words(evaluation, after.get(id_)),
                    )
                )
    return rows


def answer_words(evaluation: Evaluation, answer: Answer | None) -> str:
    """An answer in the words of the paper: labels, text, 未答, 看不清."""
    if answer is None:
        return "未答"
    if answer.unclear:
        return "看不清"
    table = evaluation.table(Option)
    labels = "、".join(table[id_].label for id_ in answer.options if id_ in table)
    return "，".join(part for part in (labels, answer.text) if part) or "未答"


def _pass_words(sheet: Sheet) -> str:
    return f"{'首录' if sheet.entry_pass == 1 else '复录'} {sheet.typist}"


def _remarks(sheet: Sheet) -> list[str]:
    told = []
    if sheet.void_reason:
        told.append(f"作废：{sheet.void_reason}")
    if sheet.note:
        told.append(sheet.note)
    if sheet.same_person_reason:
        told.append(f"本人复录：{sheet.same_person_reason}")
    return told
