"""Annexes around the review: 征求意见书 with its table of adoption, 内部复核表, the report of the checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from workbench.domain.amounts import show
from workbench.domain.checks import CATALOGUE, Finding, Severity
from workbench.domain.entities_review import OPINION_ROUNDS, Opinion, ReviewNote
from workbench.domain.evaluation import Problem
from workbench.domain.reviewing import LevelState, chain
from workbench.exporters.document import Align, Block, Cell, Column, Heading, Row, Table, cells, content
from workbench.exporters.report_data import ReportData
from workbench.exporters.report_words import paragraphs


def _day(value: date | None) -> str:
    return "" if value is None else f"{value.year}.{value.month}.{value.day}"


def _about(data: ReportData, opinion: Opinion) -> str:
    indicator = data.evaluation.form.get(opinion.indicator)
    problem = data.evaluation.get(Problem, opinion.problem)
    named = [indicator.name if indicator is not None else "", problem.title if problem is not None else ""]
    return "\n".join(part for part in named if part) or opinion.subject


def _scores(opinion: Opinion) -> str:
    before, after = opinion.score_before, opinion.score_after
    if before is None and after is None:
        return "—"
    return f"{'—' if before is None else show(before)} → {'—' if after is None else show(after)}"


def opinion_letter(data: ReportData) -> list[Block]:
    """The letter that asks for opinions, and what came of each; nothing while none is on record."""
    opinions = data.evaluation.listed(Opinion)
    if not opinions:
        return []
    overview = data.evaluation.overview
    asked = "、".join(dict.fromkeys(one.party for one in opinions if one.party))
    blocks: list[Block] = [
        Heading(3, "征求意见书", numbered=False),
        *paragraphs(
            f"{asked or overview.evaluated_unit}："
            f"\n{overview.agency or '评价组'}受{overview.commissioner or '委托方'}委托，对{overview.project}开展绩效评价，"
            "已形成评价报告（征求意见稿）。现就报告所列事实、问题和评分征求意见，请逐条书面反馈，并附有关材料；"
            "没有意见的，也请书面说明。"
        ),
        Heading(3, "意见采纳情况表", numbered=False),
    ]
    rounds = [
        *OPINION_ROUNDS,
        *dict.fromkeys(one.round for one in opinions if one.round not in OPINION_ROUNDS),
    ]
    rows: list[Row] = []
    number = 0
    for name in rounds:
        same = [one for one in opinions if one.round == name]
        for place, one in enumerate(same):
            number += 1
            line = [
                Cell(content(str(number))),
                Cell(content("\n".join(part for part in (one.party, _day(one.received)) if part))),
                Cell(content(_about(data, one))),
                Cell(content(one.text)),
                Cell(content(one.adopted or "未答复")),
                Cell(content(one.reply or "—")),
                Cell(content(_scores(one))),
            ]
            if place == 0:
                line.insert(0, Cell(content(name or "—"), row_span=len(same), align=Align.CENTER))
            rows.append(tuple(line))
    adopted = [sum(1 for one in opinions if one.adopted == word) for word in ("采纳", "部分采纳", "不采纳")]
    summed = (
        f"共 {len(opinions)} 条意见，采纳 {adopted[0]} 条，部分采纳 {adopted[1]} 条，不采纳 {adopted[2]} 条"
        + (f"，未答复 {len(opinions) - sum(adopted)} 条。" if sum(adopted) < len(opinions) else "。")
    )
    blocks.append(
        Table(
            columns=(
                Column(0.9, Align.CENTER, label=True),
                Column(0.5, Align.CENTER),
                Column(1.1, Align.CENTER),
                Column(1.3),
                Column(2.8),
                Column(0.9, Align.CENTER),
                Column(2.6),
                Column(1.1, Align.CENTER),
            ),
            header=(
                cells(
                    "轮次",
                    "序号",
                    "提出方",
                    "涉及内容",
                    "意见",
                    "采纳情况",
                    "答复及理由",
                    "得分变化",
                    bold=True,
                ),
            ),
            rows=tuple(rows),
            note=content(summed),  # a paragraph would stand on a page of its own, turned back
            landscape=True,
            small=True,
        )
    )
    return blocks


def internal_review(data: ReportData) -> list[Block]:
    """Who signed which level, and every remark with its answer; nothing while nobody reviewed."""
    notes = data.evaluation.listed(ReviewNote)
    states = chain((), data.stated)
    if not states:
        return []
    signed = Table(
        columns=(Column(1.4), Column(1.2, Align.CENTER), Column(1.2, Align.CENTER), Column(3)),
        header=(cells("复核级次", "签署人", "签署日期", "状态", bold=True),),
        rows=tuple(
            cells(
                state.level,
                state.sign_off.by if state.sign_off is not None else "",
                _day(state.sign_off.signed) if state.sign_off is not None else "",
                _state(state),
            )
            for state in states
        ),
        small=True,
    )
    if not notes:
        return [signed]
    rows = []
    for number, note in enumerate(notes, start=1):
        indicator = data.evaluation.form.get(note.indicator)
        rows.append(
            cells(
                str(number),
                note.level,
                "\n".join(part for part in (note.reviewer, _day(note.noted)) if part),
                "\n".join(
                    part for part in (indicator.name if indicator is not None else "", note.subject) if part
                ),
                note.text,
                note.answer or "—",
                "已关闭" if note.closed else "未关闭",
            )
        )
    remarks = Table(
        columns=(
            Column(0.5, Align.CENTER),
            Column(1.1, Align.CENTER),
            Column(1.2, Align.CENTER),
            Column(1.3),
            Column(2.8),
            Column(2.8),
            Column(0.8, Align.CENTER),
        ),
        header=(cells("序号", "级次", "复核人", "针对", "复核意见", "答复及修改情况", "状态", bold=True),),
        rows=tuple(rows),
        landscape=True,
        small=True,
    )
    return [signed, Heading(3, "复核意见及答复", numbered=False), remarks]


def _state(state: LevelState) -> str:
    if state.sign_off is None:
        return "未签署"
    if state.changed:
        return f"已失效：签署后改动了{'、'.join(state.changed)}"
    remark = state.sign_off.remark
    return f"有效{f'：{remark}' if remark else ''}"


def checks_report(data: ReportData) -> list[Block]:
    """Every finding with its figures, those let stand with their reasons; nothing without findings given."""
    findings: Sequence[Finding] = data.findings
    standing = [finding for finding in findings if not finding.waived]
    waived = [finding for finding in findings if finding.waived]
    counts = "、".join(
        f"{severity.label} {sum(1 for f in standing if f.severity is severity)} 条" for severity in Severity
    )
    blocks: list[Block] = [
        *paragraphs(
            f"按 {len(CATALOGUE)} 条规则核验评分、资金、问卷、佐证、文字和程序，现有{counts}，"
            f"经说明理由放行 {len(waived)} 条。"
        )
    ]
    if standing:
        blocks += [Heading(3, "核验发现", numbered=False), _findings(standing)]
    if waived:
        blocks += [Heading(3, "放行的发现及理由", numbered=False), _waived(waived)]
    return blocks


def _findings(findings: Iterable[Finding]) -> Table:
    return Table(
        columns=(
            Column(0.7, Align.CENTER),
            Column(0.7, Align.CENTER),
            Column(1.8),
            Column(3.2),
            Column(1.4),
            Column(1.4),
            Column(1.8),
        ),
        header=(cells("编号", "级别", "位置", "发现", "现为", "应为", "影响与处理", bold=True),),
        rows=tuple(
            cells(
                finding.code,
                finding.severity.label,
                finding.where or "整份评价",
                finding.message,
                finding.found,
                finding.expected,
                "\n".join(part for part in (effect_text(finding), finding.remedy) if part),
            )
            for finding in findings
        ),
        landscape=True,
        small=True,
    )


def _waived(findings: Iterable[Finding]) -> Table:
    return Table(
        columns=(
            Column(0.7, Align.CENTER),
            Column(0.7, Align.CENTER),
            Column(1.8),
            Column(3.6),
            Column(3),
            Column(0.9, Align.CENTER),
        ),
        header=(cells("编号", "级别", "位置", "发现", "放行理由", "放行人", bold=True),),
        rows=tuple(
            cells(
                finding.code,
                finding.severity.label,
                finding.where or "整份评价",
                finding.message,
                finding.waiver.reason if finding.waiver is not None else "",
                finding.waiver.by if finding.waiver is not None else "",
            )
            for finding in findings
        ),
        landscape=True,
        small=True,
    )


def effect_text(finding: Finding) -> str:
    """What correcting a finding would do, in words; empty when it moves no score."""
    return str(finding.effect) if finding.effect is not None else ""
