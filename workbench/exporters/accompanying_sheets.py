"""The sheets beside the score table: 扣分明细, 问题清单, 问卷统计."""

from __future__ import annotations

from workbench.domain.amounts import round_half_up, show_plain
from workbench.domain.survey import recovery_rate
from workbench.exporters.report_data import QuestionRow, ReportData
from workbench.exporters.sheet_paper import (
    BODY,
    HEAD,
    MIDDLE,
    NOTE,
    PERCENT,
    STRONG,
    TITLE,
    Book,
    CellValue,
    Formula,
    Page,
    letter,
    points_look,
    sum_of,
)


def add_deductions(data: ReportData, book: Book) -> None:
    """Every deduction line with its reason, basis and evidence; the total is a formula."""
    page = book.page("扣分明细", (6, 24, 18, 8, 46, 26, 12))
    page.wide_row("扣分明细", TITLE, 30)
    header = page.row(
        [
            (text, HEAD)
            for text in (
                "序号",
                "所属指标",
                "三级指标" if len(data.levels) > 2 else data.levels[-1],
                "扣分",
                "扣分原因",
                "扣分依据",
                "佐证号",
            )
        ],
        least=24,
    )
    form = data.evaluation.form
    for row in data.deductions:
        above = " › ".join(indicator.name for indicator in data.evaluation.form.path(row.indicator.id)[:-1])
        page.row(
            [
                (row.number, MIDDLE),
                (above, BODY),
                (row.indicator.name, BODY),
                (row.line.points, points_look(form.digits_of(row.indicator))),
                (row.line.reason, BODY),
                (row.line.basis, BODY),
                ("、".join(str(number) for number in row.evidence), MIDDLE),
            ],
            parted=True,
        )
    first, last = header + 1, page.filled
    total = sum_of([row.line.points for row in data.deductions if row.line.points is not None])
    end = page.filled + 1
    page.put(end, 1, "合计", STRONG)
    page.merge(end, 1, 1, 3, STRONG)
    digits = max([form.rounding.digits, *(form.digits_of(row.indicator) for row in data.deductions)])
    formula = f"=ROUND(SUM(D{first}:D{last}),{digits})" if data.deductions else "=0"
    page.put(end, 4, Formula(formula, round_half_up(total, digits)), points_look(digits, strong=True))
    for column in range(5, page.columns + 1):
        page.put(end, column, "", STRONG)
    page.set_height(end, 24)
    page.finish(header=header, freeze=f"A{header + 1}", landmark=data.evaluation.overview.project)


def add_problems(data: ReportData, book: Book) -> None:
    """The problems by category, with the deductions they explain and the advice that answers them."""
    page = book.page("问题清单", (18, 6, 22, 60, 18, 30))
    page.wide_row("问题清单", TITLE, 30)
    header = page.row(
        [(t, HEAD) for t in ("问题分类", "序号", "项目责任单位", "问题描述", "涉及扣分", "意见建议")],
        least=24,
    )
    blocks: list[tuple[str, int, int]] = []
    for row in data.problems:
        text = "\n".join(part for part in (row.problem.title, row.problem.description) if part)
        links = "\n".join(f"{d.indicator.name} {show_plain(d.line.points or 0)} 分" for d in row.deductions)
        number = page.row(
            [
                None,
                (row.number, MIDDLE),
                (row.unit, MIDDLE),
                (text, BODY),
                (links, MIDDLE),
                ("\n".join(advice.title for advice in row.advice), BODY),
            ],
            least=24,
            parted=True,
        )
        if row.number == 1:
            blocks.append((row.category, number, page.filled))
        else:
            blocks[-1] = (row.category, blocks[-1][1], page.filled)
    for category, first, last in blocks:
        page.put(first, 1, category, MIDDLE)
        page.merge(first, 1, last - first + 1, 1, MIDDLE)
    if not data.problems:
        page.wide_row("未填写问题。", NOTE)
    page.finish(
        header=header,
        freeze=f"A{header + 1}",
        blocks=[first for _, first, _ in blocks],
        landmark=data.evaluation.overview.project,
    )


def add_survey(data: ReportData, book: Book) -> None:
    """Each question with counts, shares, weights and the rate; sums, shares and rate are formulas."""
    most = max((len(row.tally.options) for row in data.questions), default=5)
    page = book.page("问卷统计", (6, 30, 12, *([10] * most), 10, 12))
    page.wide_row("问卷统计", TITLE, 30)
    for questionnaire in data.questionnaires:
        rate = recovery_rate(questionnaire)
        parts = [questionnaire.title]
        parts += [f"调查对象：{questionnaire.group}"] if questionnaire.group else []
        parts += [
            f"{name} {number} 份"
            for name, number in (
                ("发放", questionnaire.issued),
                ("回收", questionnaire.returned),
                ("有效", questionnaire.valid),
            )
            if number is not None
        ]
        parts += [f"有效回收率 {show_plain(round_half_up(rate * 100))}%"] if rate is not None else []
        page.wide_row("　".join(parts), NOTE, 24)
        for row in data.questions:
            if row.questionnaire.id == questionnaire.id:
                _question(page, row, most)
    if not data.questionnaires:
        page.wide_row("没有问卷。", NOTE)
    page.finish(landmark=data.evaluation.overview.project)


def _question(page: Page, row: QuestionRow, most: int) -> None:
    """One line of an open question; four rows of others: labels, counts, shares and weights; sums, shares and rate are formulas."""
    options = row.tally.options
    if not options:
        page.row([(row.number, MIDDLE), (row.question.text, BODY), ("不计票", MIDDLE)])
        return
    blank = [("", MIDDLE)] * (most - len(options))
    head = page.row(
        [("序号", HEAD), ("题目", HEAD), ("", HEAD), *((o.option.label, HEAD) for o in options),
         *((text, HEAD) for text, _ in blank), ("合计", HEAD), (row.question.name or "计算值", HEAD)],
    )  # fmt: skip
    first, end = letter(4), letter(3 + max(len(options), 1))
    total = letter(4 + most)
    counts = head + 1
    weighted = [o for o in options if o.option.weight is not None]
    page.row([None, None, ("人数", MIDDLE), *((o.count, MIDDLE) for o in options), *blank])
    page.row([None, None, ("占比", MIDDLE)])
    page.row([None, None, ("权重", MIDDLE), *((o.option.weight, PERCENT) for o in options), *blank])
    page.put(counts, 1, row.number, MIDDLE)
    page.merge(counts, 1, 3, 1, MIDDLE)
    page.put(counts, 2, row.question.text, BODY)
    page.merge(counts, 2, 3, 1, BODY)
    page.put(counts, 4 + most, Formula(f"=SUM({first}{counts}:{end}{counts})", row.tally.counted), MIDDLE)
    for number, option in enumerate(options, start=4):
        cell = f"{letter(number)}{counts}"
        base = f"{total}{counts}"
        share: CellValue = option.share if option.count is not None and row.tally.counted else ""
        text = f'=IF(OR({base}=0,{cell}=""),"",{cell}/{base})'
        page.put(counts + 1, number, Formula(text, share), PERCENT)
    for number in range(4 + len(options), 5 + most):
        page.put(counts + 1, number, "", MIDDLE)
    page.put(counts + 2, 4 + most, "", MIDDLE)
    value: CellValue = row.tally.rate if weighted and row.tally.rate is not None else ""
    sums = f"SUMPRODUCT({first}{counts}:{end}{counts},{first}{counts + 2}:{end}{counts + 2})"
    text = f'=IF({total}{counts}=0,"",{sums}/{total}{counts})' if weighted else '=""'
    page.put(counts, 5 + most, Formula(text, value), PERCENT)
    page.merge(counts, 5 + most, 3, 1, PERCENT)
