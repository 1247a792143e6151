"""Checks of field records: what was asked for and did not come, what nobody confirmed, how much was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from workbench.domain.amounts import exact, show, show_percent, show_plain
from workbench.domain.checks.base import SCORES, check, leaf_check
from workbench.domain.checks.finding import Finding, Place, Spot
from workbench.domain.checks.view import View
from workbench.domain.entities_records import (
    RECORD_KINDS,
    SAMPLE_UNITS,
    SIGNED,
    DocumentRequest,
    Interview,
    Sampling,
    SiteRecord,
)
from workbench.domain.evaluation import Evidence, Link
from workbench.domain.evidence_use import evidence_label
from workbench.domain.records import coverage, overdue_requests
from workbench.domain.scoring import IndicatorScore

_PAGE = "records"
#: 说明材料 of 财预〔2021〕101号: what a unit or person says, not what a document shows.
_STATEMENT = "说明材料"
_LISTED = 8


@check("K30", ("document_request",))
def requests_came_in_time(view: View) -> Iterator[Finding]:
    """Everything overdue on the day of the check, in one finding; silent where no day is known."""
    late = overdue_requests(view.evaluation, view.today) if view.today is not None else []
    if not late or view.today is None:
        return
    listed = "、".join(f"{r.name}（{r.due}）" for r in late[:_LISTED]) + ("等" if len(late) > _LISTED else "")
    longest = max((view.today - r.due).days for r in late if r.due is not None)
    place = Place(_PAGE, "document_request", late[0].id, "status")
    yield Spot("K30", place, "资料清单", part="overdue").warning(
        f"{len(late)} 项资料过了应交日期还没有收到。",
        detail=f"{listed}。",
        expected="已收，或标明缺失、不适用",
        found=f"未收 {len(late)} 项，最长逾期 {longest} 天",
        remedy="请催收；确实没有的标为“缺失”，并在有关指标中说明。",
    )


@check("K30", (*SCORES, "document_request", "link"))
def missing_papers_do_not_leave_full_marks(view: View) -> Iterator[Finding]:
    """What the unit could not hand over, while an indicator that it should prove has its full mark."""
    for request in view.evaluation.listed(DocumentRequest):
        if request.status != "缺失":
            continue
        full = [
            view.form[id_].name
            for id_ in view.linked_from("document_request", request.id, "indicator")
            if (scored := view.scores.by_id.get(id_)) is not None
            and scored.score is not None
            and scored.score == scored.full_mark
        ]
        if full:
            yield view.at("K30", _PAGE, "document_request", request.id, request.name, part="full").notice(
                f"“{request.name}”缺失，它所证明的“{'、'.join(full[:4])}”却得满分。",
                found="缺失",
                expected="有其他证明，或相应扣分",
                remedy="请核对这些指标另有什么证明，写入评价依据。",
            )


@check("K31", ("interview", "evidence", "link"))
def interviews_are_complete(view: View) -> Iterator[Finding]:
    """Place, time, both sides and a confirmation: without them a talk proves nothing."""
    for talk in view.evaluation.listed(Interview):
        lacking = _lacking(
            ("地点", talk.place),
            ("日期", talk.held),
            ("开始和结束时间", talk.begins and talk.ends),
            ("单位参加人员", talk.unit_persons),
            ("评价组参加人员", talk.team_persons),
        )
        if not talk.confirmed_by.strip() and not signed_here(view, "interview", talk.id):
            lacking.append("确认（确认人或签字确认页）")
        yield from _incomplete(view, "interview", talk.id, talk.title, lacking)
        if talk.begins and talk.ends and talk.ends <= talk.begins:
            yield view.at("K31", _PAGE, "interview", talk.id, talk.title, field="ends").warning(
                f"结束时间 {talk.ends} 不晚于开始时间 {talk.begins}。",
                expected=f"＞{talk.begins}",
                found=talk.ends,
                remedy="请核对起止时间。",
            )


@check("K31", ("site_record", "evidence", "link"))
def visits_are_complete(view: View) -> Iterator[Finding]:
    """Place, date, both sides, what was seen and a confirmation of every visit."""
    for visit in view.evaluation.listed(SiteRecord):
        lacking = _lacking(
            ("地点", visit.place),
            ("日期", visit.started),
            ("单位参加人员", visit.unit_persons),
            ("评价组参加人员", visit.team_persons),
            ("现场情况", visit.seen),
        )
        if not visit.confirmed_by.strip() and not signed_here(view, "site_record", visit.id):
            lacking.append("确认（确认人或签字确认页）")
        yield from _incomplete(view, "site_record", visit.id, visit.title, lacking)
        if visit.started and visit.ended and visit.ended < visit.started:
            yield view.at("K31", _PAGE, "site_record", visit.id, visit.title, field="ended").warning(
                f"结束日期 {visit.ended} 早于开始日期 {visit.started}。",
                expected=f"≥{visit.started}",
                found=str(visit.ended),
                remedy="请核对起止日期。",
            )


def _papers(view: View, kind: str, id_: str) -> list[tuple[Evidence, Link]]:
    """The papers and photos of a record with their links, found by the view's index."""
    table = view.evaluation.table(Evidence)
    links = [link for link in view.links_to(kind, id_) if link.from_kind == "evidence"]
    return [(table[link.from_id], link) for link in links if link.from_id in table]


def signed_here(view: View, kind: str, id_: str) -> bool:
    """Whether the signed sheet of a record is among its papers."""
    return any(link.note == SIGNED for _, link in _papers(view, kind, id_))


def _lacking(*wanted: tuple[str, str | date | None]) -> list[str]:
    return [name for name, value in wanted if not (value.strip() if isinstance(value, str) else value)]


def _incomplete(view: View, kind: str, id_: str, title: str, lacking: list[str]) -> Iterator[Finding]:
    if lacking:
        yield view.at("K31", _PAGE, kind, id_, title, part="incomplete").warning(
            f"“{title}”缺少{'、'.join(lacking)}。",
            expected="地点、时间、双方人员、确认齐全",
            found=f"缺 {len(lacking)} 项",
            remedy="请补记；已有纸质签字的，把照片存入并标为签字确认页。",
        )


@check("K31", ("site_record", "evidence", "link"))
def photos_were_taken_on_the_visit(view: View) -> Iterator[Finding]:
    """A photo of a visit whose camera says another day."""
    for visit in view.evaluation.listed(SiteRecord):
        first = visit.started or visit.ended
        last = visit.ended or visit.started
        if first is None or last is None:
            continue
        for item, link in _papers(view, "site_record", visit.id):
            taken = _day(item)
            if taken is None or first <= taken <= last or link.note == SIGNED:
                continue
            days = f"{first}" if first == last else f"{first} 至 {last}"
            yield view.at("K31", _PAGE, "site_record", visit.id, visit.title, part=item.id).warning(
                f"{evidence_label(item)} 拍于 {taken}，不在“{visit.title}”的日期（{days}）内。",
                detail="相机的日期设错时，请在佐证的备注中写明。",
                expected=days,
                found=str(taken),
                remedy="请核对照片属于哪次勘查，或更正勘查日期。",
            )


def _day(item: Evidence) -> date | None:
    try:
        return date.fromisoformat(item.taken[:10])
    except ValueError:
        return None


@leaf_check("K31", ("evidence", "link"))
def deductions_rest_on_more_than_statements(view: View, scored: IndicatorScore) -> Iterator[Finding]:
    """A deduction whose only evidence is what somebody stated."""
    indicator = scored.indicator
    table = view.evaluation.table(Evidence)
    general = view.evidence_ids("indicator", indicator.id)
    for line in view.deductions(indicator.id):
        proof = {*view.evidence_ids("deduction", line.id), *general}
        if not line.points or not proof or any(table[id_].kind != _STATEMENT for id_ in proof):
            continue
        listed = "、".join(sorted(evidence_label(table[id_]) for id_ in proof))
        yield view.at_indicator("K31", indicator.id, "deduction", line.id, part="statement").warning(
            f"扣了 {show_plain(line.points)} 分，佐证只有说明材料（{listed}）。",
            detail="口头或书面说明只能引出问题，不能单独作为扣分的证明。",
            expected="正式资料、工作资料或原始凭证",
            found="只有说明材料",
            remedy="请补充文件、账簿、凭证或现场照片。",
        )


@check("K32", ("sampling", "sampled_item"))
def what_was_drawn_covers_the_whole(view: View) -> Iterator[Finding]:
    """What was drawn against the whole: stated, possible, at least so many lower units, so much money."""
    limits = view.limits
    for sampling in view.evaluation.listed(Sampling):
        found = coverage(view.evaluation, sampling)
        spot = view.at("K32", _PAGE, "sampling", sampling.id, sampling.title, part="size")
        if not sampling.population or found.drawn is None:
            yield spot.warning(
                f"“{sampling.title}”没有写清总体数量和抽取数量。",
                expected="总体、抽取各多少",
                found=f"总体 {sampling.population or '未填'}，抽取 {'未填' if found.drawn is None else found.drawn}",
                remedy="请填写总体数量，列出抽中的对象或填写抽取数量。",
            )
            continue
        least = min(limits.sample_units, sampling.population)
        if found.drawn > sampling.population:
            yield spot.error(
                f"抽取 {found.drawn} 个，多于总体 {sampling.population} 个。",
                expected=f"≤{sampling.population}",
                found=str(found.drawn),
                remedy="请核对总体数量和抽取数量。",
            )
        elif sampling.counted == SAMPLE_UNITS[0] and found.drawn < least:
            yield spot.warning(
                f"下级单位只抽了 {found.drawn} 个，少于 {least} 个。",
                detail=f"依据：{limits.source('sample_units')}。",
                expected=f"≥{least}",
                found=str(found.drawn),
                remedy="请增加抽查单位，或写明理由。",
            )
        yield from _counted(view, sampling)
        share = found.money_share
        if share is not None and share < exact(limits.sample_money):
            yield view.at("K32", _PAGE, "sampling", sampling.id, sampling.title, part="money").notice(
                f"抽取金额占总体的 {show_percent(share)}，不到 {show_percent(exact(limits.sample_money), 0)}。",
                detail=f"依据：{limits.source('sample_money')}。",
                expected=f"≥{show_percent(exact(limits.sample_money), 0)}",
                found=show_percent(share),
                remedy="请增加金额较大的对象，或写明代表性。",
            )


def _counted(view: View, sampling: Sampling) -> Iterator[Finding]:
    """The numbers that were typed against the items that are listed."""
    found = coverage(view.evaluation, sampling)
    money = None if sampling.drawn_money is None else exact(sampling.drawn_money)
    differing = []
    if found.listed and sampling.drawn is not None and sampling.drawn != found.listed:
        differing.append((f"抽取数量 {sampling.drawn}", f"明细 {found.listed} 个"))
    if found.listed and money is not None and found.money is not None and found.money != money:
        differing.append(
            (f"抽取金额 {show(sampling.drawn_money or Decimal(0))}", f"明细合计 {show(found.money)}")
        )
    for stated, listed in differing:
        yield view.at("K32", _PAGE, "sampling", sampling.id, sampling.title, part=stated[:4]).warning(
            f"“{sampling.title}”填写的{stated}与{listed}不一致。",
            expected=listed,
            found=stated,
            remedy="请核对；列有明细时可清空填写的数。",
        )


@check("K32", ("site_record", "sampling"))
def visits_say_how_much_was_seen(view: View) -> Iterator[Finding]:
    """How many of how many a visit looked at."""
    for visit in view.evaluation.listed(SiteRecord):
        spot = view.at("K32", _PAGE, "site_record", visit.id, visit.title, field="visited")
        if visit.visited is not None and visit.population is not None and visit.visited > visit.population:
            yield spot.error(
                f"实际查看 {visit.visited} 个，多于总数 {visit.population} 个。",
                expected=f"≤{visit.population}",
                found=str(visit.visited),
                remedy="请核对总数和实际查看数。",
            )
        stated = visit.population is not None and visit.visited is not None
        drawn = view.evaluation.get(Sampling, visit.sampling) is not None
        if visit.kind in RECORD_KINDS[:2] and not stated and not drawn:
            yield spot.notice(
                f"“{visit.title}”没有写总数和实际查看数。",
                detail="样本与总体写在一起，才看得出代表性。",
                expected="总数、实际查看数，或抽样依据",
                found="未填",
                remedy="请填写，或选择所依据的抽样。",
            )
