"""What each command does; one function per command, from parsed arguments to an exit code."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from workbench.cli.columns import columns
from workbench.cli.desk import Desk, named
from workbench.cli.findings import findings_json, findings_lines
from workbench.cli.showing import evaluation_json, indicator_json, indicator_lines, overview_lines, tree_lines
from workbench.domain.amounts import show_plain
from workbench.domain.derivation import derive
from workbench.domain.evaluation import STAGES, Entry
from workbench.domain.fields import specs_of
from workbench.domain.form import Indicator, show_score
from workbench.domain.scoring import FIRST
from workbench.errors import WorkbenchError
from workbench.services.editing import Address, input_of, put_input, put_text, with_fields
from workbench.services.history import happenings
from workbench.services.session import Session
from workbench.services.staging import put_override, put_stage

#: The exit code when findings of this severity are the worst that stand, worst first.
EXIT_BY = {"error": 1, "warning": 3, "notice": 4}
#: Fields of an indicator that ``set`` may change besides the inputs of its rule.
ENTRY_KEYS = tuple(spec.name for spec in specs_of(Entry))


def forms(desk: Desk, words: Namespace) -> int:
    """List the indicator systems with what is wrong with them."""
    listed = desk.parts.catalog.list_forms()
    if words.json:
        desk.say_json(
            [
                {
                    "id": one.id,
                    "title": one.title,
                    "path": str(one.path),
                    "own": one.own,
                    "usable": one.form is not None,
                    "indicators": len(one.form.leaves) if one.form else None,
                    "full": show_plain(one.form.total) if one.form else None,
                    "faults": [
                        {"place": fault.place, "what": fault.what, "remedy": fault.remedy}
                        for fault in one.faults
                    ],
                }
                for one in listed
            ]
        )
        return 0
    for one in listed:
        state = f"{len(one.form.leaves)} 项指标，{show_plain(one.form.total)} 分" if one.form else "不能使用"
        desk.say(f"{one.id}　{one.title}（{state}）", *(f"  · {fault}" for fault in one.faults))
    return 0


def new(desk: Desk, words: Namespace) -> int:
    """Create an evaluation and say where it is."""
    parent = Path(words.at).expanduser() if words.at else None
    folder = desk.parts.catalog.create_evaluation(words.name, words.form, year=words.year, parent=parent)
    desk.say(str(folder))
    return 0


def list_evaluations(desk: Desk, words: Namespace) -> int:
    """List the evaluations of the data folder."""
    listed = desk.parts.catalog.list_evaluations()
    if words.json:
        desk.say_json(
            [
                {
                    "folder": str(one.folder),
                    "project": one.project,
                    "year": one.year,
                    "form": one.form_title,
                    "total": None if one.total is None else f"{one.total:f}",
                    "grade": one.grade or None,
                    "complete": one.complete,
                    "open": one.is_open,
                    "locked": one.locked,
                    "fault": one.fault,
                    "twins": list(one.twins),
                }
                for one in listed
            ]
        )
        return 0
    if not listed:
        desk.hint(f"{desk.parts.catalog.data} 中还没有评价。")
        return 0
    rows = [("得分", "等级", "项目", "文件夹", "")]
    for one in listed:
        total = "—" if one.total is None else f"{one.total:f}"
        state = one.fault or (
            "正在另一个窗口中打开" if one.is_open else "已加密" if one.locked else one.twin_sentence
        )
        grade = "—" if one.locked else one.grade if one.complete else "未评完"
        rows.append((total, grade, one.project, one.folder.name, state))
    desk.say(*columns(rows, right=(0,)))
    return 0


def show_evaluation(desk: Desk, words: Namespace) -> int:
    """Show the tree of an evaluation, or one indicator in full."""
    with desk.looked_at(words.folder) as session:
        evaluation, scores = session.evaluation, session.scores
        if words.derivation:
            chosen = (
                [named(evaluation.form, words.indicator, evaluation.form.leaves)] if words.indicator else ()
            )
            told = [derive(evaluation, scores, leaf.id).lines() for leaf in chosen or evaluation.form.leaves]
            if words.json:
                desk.say_json(told)
            else:
                desk.say(*(line for lines in told for line in [*lines, ""]))
        elif words.indicator:
            indicator = named(evaluation.form, words.indicator, evaluation.form.indicators)
            if words.json:
                desk.say_json(indicator_json(evaluation, scores, indicator))
            else:
                desk.say(*indicator_lines(evaluation, scores, indicator))
        elif words.json:
            desk.say_json(evaluation_json(evaluation, scores))
        else:
            desk.say(*overview_lines(evaluation, scores), "", *tree_lines(evaluation.form, scores))
    return 0


def sample(desk: Desk, words: Namespace) -> int:
    """List the samples, or create an evaluation from one and say where it is."""
    if not words.key:
        for one in desk.parts.samples.listed():
            desk.say(f"{one.key}　{one.title}", f"  {one.about}")
        return 0
    parent = Path(words.out).expanduser() if words.out else None
    desk.say(str(desk.parts.samples.create(words.key, desk.parts.catalog, parent=parent)))
    return 0


def set_value(desk: Desk, words: Namespace) -> int:
    """Put one input of an indicator's rule, or one field of what is said about it; show what follows."""
    with desk.opened(words.folder) as session:
        form = session.evaluation.form
        indicator = named(form, words.indicator, form.leaves)
        hint = _put(desk, session, indicator, words)
        if hint:
            raise WorkbenchError(
                "bad-value", f"{form.place(indicator.id)}“{words.key}”：{hint}", "没有写入。"
            )
        scored = session.scores[indicator.id]
        score = "未评" if scored.score is None else show_score(form, scored.score, indicator)
        desk.say(
            f"{form.place(indicator.id)}：{score} / {show_plain(indicator.full_mark)} 分，"
            f"总分 {show_score(form, session.scores.total)}"
        )
        given = (scored.given or {}).get(words.key)
        if given is not None and given.origin and given.text and given.origin != "手工填写" and words.value:
            desk.hint(f"此项取自“{given.origin}”（{given.text}），填写值暂不计；加 --manual 以填写值为准。")
    return 0


def _put(desk: Desk, session: Session, indicator: Indicator, words: Namespace) -> str:
    specs = {spec.key: spec for spec in (indicator.rule.inputs() if indicator.rule is not None else ())}
    if words.key in specs:
        hint = put_input(session, indicator.id, specs[words.key], words.value)
        said = input_of(session.evaluation, indicator.id, words.key)
        if not hint and words.manual != said.manual and (words.manual or not words.value):
            session.put(with_fields(said, manual=words.manual))
        return hint
    if words.key in STAGES and words.key != FIRST:
        person = desk.parts.settings.text("evaluator")
        hint = put_stage(session, indicator.id, words.key, "score", words.value, person=person)
        if hint or not words.reason:
            return hint
        return put_stage(session, indicator.id, words.key, "reason", words.reason)
    if words.key not in ENTRY_KEYS:
        inputs = "、".join(f"{key}（{spec.label}）" for key, spec in specs.items()) or "无"
        fields = "、".join(f"{spec.name}（{spec.label}）" for spec in specs_of(Entry))
        raise WorkbenchError(
            "no-key", f"没有计分项“{words.key}”。", f"本指标的计分项：{inputs}；其他：{fields}。"
        )
    if words.key == "override" and words.value.strip():
        if not (words.reason or session.evaluation.entry(indicator.id).override_reason):
            return "改定得分要写理由，请加 --reason。"
        hint = put_override(session, indicator.id, words.value, person=desk.parts.settings.text("evaluator"))
        if hint or not words.reason:
            return hint
        return put_text(session, Address("entry", indicator.id, "override_reason"), words.reason)
    return put_text(session, Address("entry", indicator.id, words.key), words.value)


def check(desk: Desk, words: Namespace) -> int:
    """List the findings, worst first; the exit code tells the worst that stands, from ``--fail-on`` upwards."""
    with desk.looked_at(words.folder) as session:
        checking = desk.parts.checking(session)
        if words.json:
            desk.say_json(findings_json(checking))
        else:
            desk.say(*findings_lines(checking))
        desk.hint(*(f"本机构核验 {fault}" for fault in checking.own.faults))
        worst = next((finding.severity.name.lower() for finding in checking.standing), "")
        return exit_code(worst, words.fail_on)


def exit_code(worst: str, fail_on: str) -> int:
    """What the worst finding makes of the exit code, if it is at least as bad as ``fail_on``."""
    asked = list(EXIT_BY)[: list(EXIT_BY).index(fail_on) + 1]
    return EXIT_BY[worst] if worst in asked else 0


def history(desk: Desk, words: Namespace) -> int:
    """Show the journal: when, who, what, from which value to which."""
    with desk.looked_at(words.folder) as session:
        form = session.evaluation.form
        indicator = named(form, words.indicator, form.leaves).id if words.indicator else ""
        found = happenings(session, indicator)
    if words.json:
        desk.say_json(
            [
                {
                    "step": one.step,
                    "at": one.at,
                    "by": one.by,
                    "action": one.action,
                    "what": one.what,
                    "where": one.where,
                    "changes": [
                        {"field": field, "before": before, "after": after}
                        for field, before, after in one.changes
                    ],
                }
                for one in found
            ]
        )
        return 0
    if not found:
        desk.hint("没有修改记录。")
    for one in found:
        head = f"{one.at[:19].replace('T', ' ')}　{one.by or '未署名'}　{one.action}{one.what}"
        desk.say(f"{head}　{one.where}".rstrip())
        for field, before, after in one.changes:
            desk.say(f"    {field}：{_short(before)} → {_short(after)}")
    return 0


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return (plain if len(plain) <= 60 else f"{plain[:59]}…") or "空"
