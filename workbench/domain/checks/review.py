"""Checks of who evaluates and who reviews: the lead evaluator, independence, the chain of internal review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from workbench.domain.checks.base import SCORES, check
from workbench.domain.checks.finding import Finding, Spot
from workbench.domain.checks.opinions import brief
from workbench.domain.checks.view import View
from workbench.domain.entities_review import ReviewNote, SignOff
from workbench.domain.evaluation import ENTITIES, Entity, Entry, Evaluation
from workbench.domain.reviewing import chain, content_of, digest_of, digest_of_all, digest_of_form


@check("K24", SCORES)
def lead_is_named(view: View) -> Iterator[Finding]:
    """The lead evaluator signs (财监〔2021〕4号第七条); asked for once everything is scored."""
    overview = view.evaluation.overview
    if view.scores.complete and overview.mode != "单位自评" and not overview.lead.strip():
        yield view.at("K24", "overview", "overview", "overview", "主评人", field="lead").error(
            "没有填写主评人。",
            detail="主评人在报告上签名并负责（财监〔2021〕4号第七条、第十八条）。",
            expected="主评人姓名",
            found="空白",
            remedy="请在概况里填写主评人。",
        )


@check("K24", ("overview",))
def evaluator_is_not_the_evaluated(view: View) -> Iterator[Finding]:
    """A finance or department evaluation that the evaluated unit made of itself."""
    overview = view.evaluation.overview
    unit = overview.evaluated_unit.strip()
    if overview.mode == "单位自评" or not unit:
        return
    if unit == overview.agency.strip() or (
        overview.mode == "财政评价" and unit == overview.commissioner.strip()
    ):
        role = "评价机构" if unit == overview.agency.strip() else "委托方"
        yield view.at(
            "K24", "overview", "overview", "overview", role, field="mode", part="independence"
        ).notice(
            f"评价类型是“{overview.mode}”，{role}却就是被评价单位“{unit}”。",
            expected="单位自评，或另一评价主体",
            found=overview.mode,
            remedy="请核对评价类型和评价主体。",
        )


def content_now(view: View) -> str:
    """What a sign-off given now would vouch for; only what changed since the last call is read again."""

    def of_table(kind: str, table: Mapping[str, Entity]) -> str:
        return view.remember(("content", kind), (table,), partial(_digest, view, kind, table))

    def of_form(evaluation: Evaluation) -> str:
        return view.remember("content of form", (evaluation.form,), partial(digest_of_form, evaluation))

    return content_of(view.evaluation, of_table, of_form)


def _digest(view: View, kind: str, table: Mapping[str, Entity]) -> str:
    return digest_of_all(view.each(("digests", kind), table.values(), lambda entity: (digest_of(entity),)))


def _at_level(view: View, level: str, id_: str, part: str) -> Spot:
    kind = "sign_off" if id_ else "review_note"
    return view.at("K24", "review", kind, id_, level, part=f"{level}-{part}")


@check("K24", tuple(ENTITIES))
def review_chain_is_complete(view: View) -> Iterator[Finding]:
    """Every level signed what is there now; asked for once the report is dated."""
    evaluation, overview = view.evaluation, view.evaluation.overview
    signed, notes = evaluation.table(SignOff), evaluation.table(ReviewNote)
    issuing = view.scores.complete and overview.report_date is not None and overview.mode != "单位自评"
    source = view.limits.source("review_levels")
    levels = view.limits.review_levels
    if not signed and not notes:
        if issuing and levels:
            yield _at_level(view, "内部复核", "", "none").warning(
                "已填写报告日期，还没有内部复核的签署。",
                detail=f"依据：{source}。",
                expected="、".join(levels),
                found="没有签署",
                remedy="请在“意见与复核”里逐级签署；在纸面复核的，说明理由后放行。",
            )
        return
    for state in chain(levels, evaluation, content_now(view) if signed else ""):
        if state.sign_off is None:
            if issuing and state.level in levels:
                yield _at_level(view, state.level, "", "unsigned").error(
                    f"{state.level}还没有签署。",
                    detail=f"依据：{source}。",
                    expected="签署",
                    found="没有",
                    remedy="请由这一级的复核人签署。",
                )
        elif state.changed:
            changed = "、".join(state.changed)
            yield _at_level(view, state.level, state.sign_off.id, "edited").error(
                f"{state.level}签署后又改动了{changed}，签署不再有效。",
                detail="签署只对当时的内容有效；撤销改动后签署自动恢复有效。",
                expected="签署后没有改动",
                found=changed,
                remedy="请由原签署人核对改动后重新签署。",
            )


@check("K24", ("review_note",))
def review_notes_are_closed(view: View) -> Iterator[Finding]:
    """Each remark is answered and settled."""
    for note in view.evaluation.listed(ReviewNote):
        if note.closed:
            continue
        spot = view.at("K24", "review", "review_note", note.id, brief(note.text), field="closed")
        if note.answer.strip():
            yield spot.warning(
                f"{note.level or '复核'}意见“{brief(note.text)}”已答复，还没有关闭。",
                expected="复核人确认后关闭",
                found="未关闭",
                remedy="请复核人确认修改后勾选“已关闭”。",
            )
        else:
            yield spot.error(
                f"{note.level or '复核'}意见“{brief(note.text)}”没有答复。",
                expected="答复并关闭",
                found="空白",
                remedy="请填写答复及修改情况。",
            )


@check("K24", ("sign_off", "review_note", "entry"))
def reviewers_did_not_prepare(view: View) -> Iterator[Finding]:
    """Nobody reviews what is his own, nor signs two levels of review."""
    own = view.limits.self_review_levels
    entries = view.evaluation.table(Entry)
    owners = {owner for entry in entries.values() if (owner := entry.owner.strip())}
    by_person: dict[str, SignOff] = {}
    for signed in view.evaluation.table(SignOff).values():
        person = signed.by.strip()
        if signed.level in own or not person:
            continue
        spot = view.at("K24", "review", "sign_off", signed.id, signed.level, field="by")
        if person in owners:
            yield spot.error(
                f"{signed.level}的签署人“{person}”也是指标的负责人。",
                expected="编制与复核由不同的人",
                found=person,
                remedy="请由没有参加编制的人复核签署。",
            )
        elif person in by_person:
            yield spot.warning(
                f"“{person}”签署了{by_person[person].level}和{signed.level}两级复核。",
                expected="每级由不同的人",
                found=person,
                remedy="请由另一人签署。",
            )
        by_person.setdefault(person, signed)
    for note in view.evaluation.table(ReviewNote).values():
        entry = entries.get(note.indicator)
        person = note.reviewer.strip()
        indicator = view.form.get(note.indicator)
        mine = entry is not None and indicator is not None and entry.owner.strip() == person
        if note.level not in own and person and mine and indicator is not None:
            spot = view.at("K24", "review", "review_note", note.id, brief(note.text), field="reviewer")
            yield spot.warning(
                f"“{person}”复核的是自己负责的指标“{indicator.name}”。",
                expected="由其他人复核",
                found=person,
                remedy="请由其他人复核这个指标。",
            )
