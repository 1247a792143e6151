"""附件 调查问卷及统计分析表: made from the questionnaires as they stand, their words from one place."""

from __future__ import annotations

from fractions import Fraction

from workbench.domain.amounts import show_percent, show_plain
from workbench.domain.charts import scale_chart
from workbench.domain.double_entry import error_rates, plan_sentence, skip_sentence
from workbench.domain.entities_survey import COUNTS, NO_SECOND, SurveyResult
from workbench.domain.evaluation import CHOICE_KINDS, Evaluation, Questionnaire
from workbench.domain.survey import as_counted, recovery_rate
from workbench.domain.survey_results import has_words, number_summary, open_answers, overall, wilson
from workbench.exporters.document import (
    Align,
    Block,
    Column,
    Figure,
    Heading,
    Paragraph,
    Table,
    cells,
    content,
)
from workbench.exporters.report_data import QuestionRow, ReportData
from workbench.exporters.report_words import paragraphs

#: Open answers that nobody put under a heading are printed up to this many.
MOST_LEFT = 20
#: Stands where the answers of single respondents would.
LEFT_OUT = "（不列出）"


def survey_annex(data: ReportData) -> list[Block]:
    """Each questionnaire with its sheets, the result of every question, and its words as they were asked."""
    blocks: list[Block] = []
    for number, sheet in enumerate(data.questionnaires, start=1):
        rows = [row for row in data.questions if row.questionnaire.id == sheet.id]
        if not rows:
            continue
        blocks += [Heading(3, sheet.title, numbered=False), *paragraphs(_facts(data.evaluation, sheet))]
        blocks += _whole(data.evaluation, sheet)
        for row in rows:
            blocks += _question(data.evaluation, row, private=data.private)
        rated = [row for row in rows if row.tally.rate is not None]
        chart = scale_chart([(row.question.name or f"第 {row.number} 题", row.tally) for row in rated])
        if chart is not None:
            blocks.append(Figure(chart, "各题选项占比", f"survey_chart:{number}"))
        blocks += _sheet_text(data.evaluation, rows, sheet.introduction)
    return blocks


def _facts(evaluation: Evaluation, stated: Questionnaire) -> str:
    sheet = as_counted(evaluation, stated)
    group = f"调查对象：{sheet.group or '未注明'}"
    if sheet.issued is None and sheet.returned is None and sheet.valid is None:
        return f"{group}　份数未填写"
    facts = [
        group,
        f"发放 {'不明' if sheet.issued is None else sheet.issued}",
        f"回收 {'—' if sheet.returned is None else sheet.returned}",
        f"有效 {'—' if sheet.valid is None else sheet.valid}",
    ]
    if (rate := recovery_rate(sheet)) is not None:
        facts.append(f"有效回收率 {show_percent(rate)}")
    return "　".join(facts)


def _whole(evaluation: Evaluation, sheet: Questionnaire) -> list[Block]:
    """The combined rate, how carefully the sheets were typed, and the signing off; what there is of them."""
    told: list[str] = []
    found = overall(evaluation, sheet)
    if found.rate is not None and len(found.tallies) > 1:
        told.append(f"综合满意度（{found.method}，{len(found.tallies)} 题）= {found.expression}。")
    if sheet.way != COUNTS:
        told.append(f"数据来源：{sheet.way}。")
    if sheet.way != COUNTS and sheet.double_entry != NO_SECOND:
        rates = [
            f"{'首录' if one.entry_pass == 1 else '复录'}差错率 {show_percent(one.rate)}（{one.wrong}/{one.answers}）"
            for one in error_rates(evaluation, sheet)
            if one.rate is not None
        ]
        told.append("，".join([plan_sentence(sheet), *rates]) + "。")
    signed = evaluation.get(SurveyResult, sheet.id)
    if signed is not None and signed.frozen is not None:
        by = f"由 {signed.by} " if signed.by else ""
        told.append(f"结果于 {signed.frozen.isoformat()} {by}定稿。")
    return [Paragraph(content(sentence)) for sentence in told]


def _question(evaluation: Evaluation, row: QuestionRow, *, private: bool) -> list[Block]:
    if row.question.kind in CHOICE_KINDS:
        words = _open(evaluation, row, private=private) if has_words(evaluation, row.question) else []
        return [*_choices(row), *words]
    if row.question.kind == "数字":
        return _numbers(evaluation, row)
    return _open(evaluation, row, private=private)


def _choices(row: QuestionRow) -> list[Block]:
    """A table of one question's options; nothing while no answer is counted."""
    tally = row.tally
    if tally.base is None and tally.share_base is None:
        return []
    name = row.question.name or row.question.text
    weighted = any(o.option.weight is not None for o in tally.options)
    lines = [
        cells(
            o.option.label + ("（不计入比率）" if o.option.no_answer else ""),
            *(
                ["—" if o.option.weight is None else f"{show_plain(o.option.weight * 100)}%"]
                if weighted
                else []
            ),
            "—" if o.count is None else show_plain(o.count),
            "—" if o.share is None else show_percent(o.share),
        )
        for o in tally.options
    ]
    digits = Column(1, Align.RIGHT)
    several = row.question.kind == "多选"
    people = "作答人数" if several else "合计"
    table = Table(
        columns=(Column(2), *([digits] * (3 if weighted else 2))),
        header=(cells("选项", *(["权重"] if weighted else []), "人数", "占比", bold=True),),
        rows=(
            *lines,
            cells(people, *([""] if weighted else []), show_plain(tally.share_base or 0), "", bold=True),
        ),
        caption=f"第 {row.number} 题　{row.question.text}",
        key=f"question:{row.question.id}",
        small=True,
        note=content(_base(row)),
    )
    blocks: list[Block] = [table]
    if tally.rate is not None:
        blocks.append(Paragraph(content(f"{name} = {tally.expression}")))
        if tally.base:
            low, high = wilson(tally.rate, tally.base)
            interval = f"{show_percent(low, 1)}–{show_percent(high, 1)}"
            told = f"样本 {show_plain(tally.base)} 份，95% 置信区间（Wilson）{interval}。"
            blocks.append(Paragraph(content(told)))
    return blocks


def _base(row: QuestionRow) -> str:
    """What the shares of a table are shares of, where that is not plain."""
    tally = row.tally
    told = []
    if row.question.kind == "多选":
        told.append("可多选，占比为作答人数中选择该项的比例，合计可超过 100%")
    if tally.blank:
        told.append(f"另有 {tally.blank} 份未答")
    if tally.unclear:
        told.append(f"{tally.unclear} 份无法辨认或单选多勾，不计入")
    return "；".join(told) + "。" if told else ""


def _numbers(evaluation: Evaluation, row: QuestionRow) -> list[Block]:
    found = number_summary(evaluation, row.question)
    if found.mean is None or found.median is None:
        return []
    ends = f"最小 {show_plain(found.least or Fraction(0))}，最大 {show_plain(found.most or Fraction(0))}"
    return [
        Paragraph(
            content(
                f"第 {row.number} 题　{row.question.text}　{found.numbers} 份：平均 {show_plain(found.mean, 2)}，"
                f"中位数 {show_plain(found.median, 2)}，{ends}。"
            )
        )
    ]


def _open(evaluation: Evaluation, row: QuestionRow, *, private: bool) -> list[Block]:
    """Headings of an open question with their counts, and what stands under none; ``private`` names no answer."""
    found = open_answers(evaluation, row.question)
    if not found.people:
        return []
    beside = row.question.kind in CHOICE_KINDS
    lines = [
        cells(
            group.label,
            str(group.count),
            LEFT_OUT
            if private
            else "；".join(text if count == 1 else f"{text}（{count}）" for text, count in group.answers),
        )
        for group in found.groups
        if group.count
    ]
    if found.left:
        shown = "；".join(text for text, _ in found.left[:MOST_LEFT])
        more = f" 等 {len(found.left)} 种" if len(found.left) > MOST_LEFT else ""
        lines.append(
            cells("未归类", str(sum(count for _, count in found.left)), LEFT_OUT if private else shown + more)
        )
    return [
        Table(
            columns=(Column(1.2), Column(0.6, Align.RIGHT), Column(4)),
            header=(cells("归类", "份数", "答案", bold=True),),
            rows=tuple(lines),
            caption=f"第 {row.number} 题　{row.question.text}{'　其他项所填内容' if beside else ''}",
            key=f"{'words' if beside else 'question'}:{row.question.id}",
            small=True,
        )
    ]


def _sheet_text(evaluation: Evaluation, rows: list[QuestionRow], introduction: str) -> list[Block]:
    blocks: list[Block] = [Heading(3, "调查问卷", numbered=False), *paragraphs(introduction)]
    for row in rows:
        options = "　".join(f"○{o.option.label}" for o in row.tally.options)
        skip = skip_sentence(evaluation, row.question)
        blocks += paragraphs(f"{row.number}、{row.question.text}{f'（{skip}）' if skip else ''}")
        blocks += paragraphs(options or "＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿")
    return blocks
