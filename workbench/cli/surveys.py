"""Questionnaires on the command line: import of exported files, where the sheets stand, results."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from workbench.cli.desk import Desk
from workbench.domain.amounts import show_percent, show_plain
from workbench.domain.asked import questions_of
from workbench.domain.double_entry import Stage, plan_sentence
from workbench.domain.entities_survey import SHEETS, SurveyResult
from workbench.domain.evaluation import CHOICE_KINDS, Evaluation, Questionnaire
from workbench.domain.survey import Tally, as_counted, recovery_rate, tally
from workbench.domain.survey_results import (
    changes_since,
    has_words,
    number_summary,
    open_answers,
    overall,
    sample_advice,
    wilson,
)
from workbench.errors import WorkbenchError
from workbench.importers.survey_columns import IGNORED
from workbench.services.firm_rooms import OWN_SURVEYS
from workbench.services.session import Session
from workbench.services.survey_files import SurveyFiles, SurveyPreview
from workbench.services.survey_library import SurveyLibrary
from workbench.services.surveying import Surveying

_SHOWN = 20


def import_file(desk: Desk, words: Namespace) -> int:
    """Say what a file of answers would bring, and unless it is only a preview import it as one step."""
    with desk.opened(words.folder) as session:
        files = SurveyFiles(session, desk.parts.survey_memory)
        table = files.read(Path(words.file).expanduser(), words.sheet)
        if words.new:
            draft = files.draft(table, words.new)
            preview = files.preview_draft(table, draft)
        else:
            asked = _named(session.evaluation, words.questionnaire)
            preview = files.preview(table, asked.id, files.propose(table, asked.id))
        desk.say(*_preview_lines(preview))
        desk.hint(*preview.read.notices)
        if words.preview:
            desk.hint(*(f"  · {fault}" for fault in preview.faults), "只是预览，没有写入。")
            return 0
        files.apply(preview, unclear=words.unclear, first_only=words.first_only)
        desk.say(f"已导入 {preview.sheets} 份。")
    return 0


def _preview_lines(preview: SurveyPreview) -> list[str]:
    texts = {entity.id: getattr(entity, "text", "") for entity in preview.design}
    texts |= {q.id: q.text for q in questions_of(preview.base, preview.questionnaire)}
    lines = [preview.sentence()]
    for use in preview.mapping.columns:
        if use.use != IGNORED:
            target = f"“{texts.get(use.question, '')}”" if use.question else ""
            lines.append(f"  {use.header.letters} 列“{use.header.words}” → {use.use}{target}")
    ignored = [use.header.words for use in preview.mapping.columns if use.use == IGNORED]
    if ignored:
        more = " 等" if len(ignored) > _SHOWN else ""
        lines.append(f"  不导入 {len(ignored)} 列：{'、'.join(ignored[:_SHOWN])}{more}")
    return lines


def _named(evaluation: Evaluation, name: str) -> Questionnaire:
    """The questionnaire with a title, group or id; the only one needs no name."""
    every = evaluation.listed(Questionnaire)
    found = [q for q in every if name in {"", q.title, q.group, q.id}]
    if len(found) == 1:
        return found[0]
    titles = "、".join(q.title for q in every) or "（无）"
    raise WorkbenchError(
        "which-questionnaire",
        "没有说清是哪份问卷。",
        f"请用 --questionnaire 写名称（{titles}），或用 --new 按文件新建。",
    )


def show(desk: Desk, words: Namespace) -> int:
    """Say for each questionnaire how its answers come in, how far the typing is, and who erred how often."""
    with desk.opened(words.folder) as session:
        surveying = _surveying(desk, session)
        answer: list[dict[str, Any]] = []
        for asked in session.evaluation.listed(Questionnaire):
            counted = as_counted(session.evaluation, asked)
            progress = surveying.progress(asked.id)
            stages = {stage.value: n for stage, n in progress.by_stage.items() if n}
            rates = surveying.error_rates(asked.id) if asked.way == SHEETS else ()
            answer.append(
                {
                    "title": asked.title,
                    "group": asked.group,
                    "way": asked.way,
                    "issued": counted.issued,
                    "returned": counted.returned,
                    "valid": counted.valid,
                    "double_entry": plan_sentence(asked),
                    "stages": stages,
                    "second": {"wanted": progress.second_wanted, "done": progress.second_done},
                    "errors": [
                        {
                            "pass": rate.entry_pass,
                            "answers": rate.answers,
                            "wrong": rate.wrong,
                            "rate": None if rate.rate is None else show_percent(rate.rate),
                        }
                        for rate in rates
                    ],
                    "differing": [
                        status.number
                        for status in surveying.statuses(asked.id)
                        if status.stage is Stage.DIFFERENT
                    ],
                }
            )
    if words.json:
        desk.say_json(answer)
        return 0
    if not answer:
        desk.hint("本评价没有问卷。")
    for one in answer:
        desk.say(f"{one['title']}（{one['group'] or '未写对象'}）　{one['way']}　{_sheets(one)}")
        if one["way"] == SHEETS:
            where = "，".join(f"{stage} {n}" for stage, n in one["stages"].items()) or "还没有录入"
            desk.say(f"  {where}；{one['double_entry']}")
            desk.say(
                *(
                    f"  {'首录' if e['pass'] == 1 else '复录'}差错率 {e['rate']}（{e['wrong']} / {e['answers']}）"
                    for e in one["errors"]
                    if e["rate"]
                )
            )
            if one["differing"]:
                desk.say(f"  两遍不一致：{'、'.join(one['differing'][:_SHOWN])}")
    return 0


def _sheets(one: dict[str, Any]) -> str:
    def number(key: str) -> str:
        return "不明" if one[key] is None else str(one[key])

    return f"发放 {number('issued')}　回收 {number('returned')}　有效 {number('valid')}"


def results(desk: Desk, words: Namespace) -> int:
    """Say the result of every question with its derivation, and what all of them give together."""
    with desk.opened(words.folder) as session:
        evaluation = session.evaluation
        listed = evaluation.listed(Questionnaire)
        if words.questionnaire:
            listed = [_named(evaluation, words.questionnaire)]
        if words.json:
            desk.say_json([_results_json(evaluation, asked) for asked in listed])
            return 0
        for asked in listed:
            desk.say(*_result_lines(evaluation, asked), "")
    return 0


def _result_lines(evaluation: Evaluation, asked: Questionnaire) -> list[str]:
    counted = as_counted(evaluation, asked)
    rate = recovery_rate(counted)
    recovered = f"，有效回收率 {show_percent(rate)}" if rate is not None else ""
    lines = [f"{asked.title}　有效 {'不明' if counted.valid is None else counted.valid} 份{recovered}"]
    for question in questions_of(evaluation, asked):
        lines.append(f"{question.position}. {question.text}（{question.kind}，{question.role}）")
        if question.kind in CHOICE_KINDS:
            lines += _choice_lines(tally(evaluation, question))
        elif question.kind == "数字":
            summary = number_summary(evaluation, question)
            if summary.mean is not None and summary.median is not None:
                mean, median = show_plain(summary.mean, 2), show_plain(summary.median, 2)
                lines.append(f"   {summary.numbers} 个数，平均 {mean}，中位数 {median}")
        if has_words(evaluation, question):
            said = open_answers(evaluation, question)
            lines += [f"   {group.label}：{group.count} 人" for group in said.groups]
            if said.left:
                lines.append(f"   未归类 {sum(n for _, n in said.left)} 条，共 {said.people} 条")
    together = overall(evaluation, asked)
    if together.rate is not None:
        lines.append(f"综合满意度（{together.method}）：{together.expression}")
    kept = evaluation.get(SurveyResult, asked.id)
    if kept is not None:
        changes = changes_since(evaluation, kept)
        lines.append(
            f"已定稿（{kept.by or '未署名'}），此后{f'改变 {len(changes)} 个数：' if changes else '没有改变'}"
        )
        lines += [f"   {change}" for change in changes]
    return lines


def _choice_lines(found: Tally) -> list[str]:
    lines = [
        f"   {o.option.label}　{show_plain(o.count)}　{show_percent(o.share or 0)}"
        for o in found.options
        if o.count is not None
    ]
    if not lines:
        return ["   还没有计票"]
    lines.append(f"   占比的分母：{found.base_name or '人数不明'}")
    if found.rate is not None:
        lines += [f"   {found.question.name or '比率'} = {found.expression}", f"   {sample_advice(found)}"]
    return lines


def _results_json(evaluation: Evaluation, asked: Questionnaire) -> dict[str, Any]:
    counted = as_counted(evaluation, asked)
    together = overall(evaluation, asked)
    return {
        "title": asked.title,
        "way": asked.way,
        "issued": counted.issued,
        "returned": counted.returned,
        "valid": counted.valid,
        "method": together.method,
        "overall": None if together.rate is None else show_plain(together.rate, 12),
        "questions": [_tally_json(tally(evaluation, q)) for q in questions_of(evaluation, asked)],
    }


def _tally_json(found: Tally) -> dict[str, Any]:
    interval = wilson(found.rate, found.base) if found.rate is not None and found.base else None
    return {
        "position": found.question.position,
        "text": found.question.text,
        "kind": found.question.kind,
        "role": found.question.role,
        "options": [
            {
                "label": o.option.label,
                "weight": None if o.option.weight is None else show_plain(o.option.weight, 12),
                "count": None if o.count is None else show_plain(o.count, 12),
                "share": None if o.share is None else show_plain(o.share, 12),
            }
            for o in found.options
        ],
        "base": None if found.base is None else show_plain(found.base, 12),
        "blank": found.blank,
        "unclear": found.unclear,
        "rate": None if found.rate is None else show_plain(found.rate, 12),
        "expression": found.expression,
        "interval": None if interval is None else [show_percent(end) for end in interval],
    }


def _surveying(desk: Desk, session: Session) -> Surveying:
    return Surveying(
        session, desk.parts.today, SurveyLibrary(desk.parts.resources, desk.parts.catalog.data / OWN_SURVEYS)
    )
