"""Checks of proof: what rests on no evidence, what evidence proves nothing, what is used twice."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.domain.amounts import show_plain
from workbench.domain.checks.base import SCORES, check, leaf_check
from workbench.domain.checks.finding import Finding, Place, Spot
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Deduction, Evidence, Link
from workbench.domain.evidence_use import evidence_label
from workbench.domain.scoring import IndicatorScore

_READS = (*SCORES, "evidence", "link")


@leaf_check("K04", ("evidence", "link"))
def deductions_are_proven(view: View, scored: IndicatorScore) -> Iterator[Finding]:
    """Each deduction has evidence, or its indicator says why there is none.

    A rate that comes from a questionnaire of this evaluation is proven by its tally.
    """
    indicator = scored.indicator
    lines = [line for line in view.deductions(indicator.id) if line.points]
    if not lines or view.surveyed(indicator) or view.evidence_ids("indicator", indicator.id):
        return
    entry = view.evaluation.entry(indicator.id)
    if entry.no_evidence_reason.strip():
        return
    for line in lines:
        if view.evidence_ids("deduction", line.id):
            continue
        named = line.basis.strip() or entry.basis_source.strip()
        spot = view.at_indicator("K04", indicator.id, "deduction", line.id, field="evidence")
        message = f"扣了 {show_plain(line.points or 0)} 分，没有关联佐证。"
        if named:
            yield spot.warning(
                message,
                detail=f"写明的依据：{named}，但没有材料。",
                expected="至少一件佐证",
                found="只写了名称",
                remedy="请关联佐证材料，或写明无佐证的原因。",
            )
        else:
            yield spot.error(
                message,
                expected="依据和至少一件佐证",
                found="都没有",
                remedy="请写明依据并关联佐证材料，或写明无佐证的原因。",
            )


@leaf_check("K04", ("evidence", "link"))
def full_marks_have_a_basis(view: View, scored: IndicatorScore) -> Iterator[Finding]:
    """A full mark names what it rests on."""
    indicator = scored.indicator
    if scored.score is None or scored.score != scored.full_mark or view.surveyed(indicator):
        return
    entry = view.evaluation.entry(indicator.id)
    stated = entry.basis_source.strip() or indicator.basis_source.strip() or entry.no_evidence_reason.strip()
    if not stated and not view.evidence_ids("indicator", indicator.id):
        yield view.at_indicator("K04", indicator.id, "entry", field="basis_source", part="full").warning(
            "得满分，没有写依据来源，也没有佐证。",
            expected="依据来源或佐证",
            found="都没有",
            remedy="请填写依据来源、关联佐证，或写明无佐证的原因。",
        )


@check("K04", ("evidence", "link"))
def evidence_is_used(view: View) -> Iterator[Finding]:
    """Evidence that nothing is linked to, in one finding."""
    used = {link.from_id for link in view.evaluation.table(Link).values() if link.from_kind == "evidence"}
    idle = [item for item in view.evaluation.table(Evidence).values() if item.id not in used]
    if not idle:
        return
    idle.sort(key=lambda item: item.number)
    listed = "、".join(f"{evidence_label(item)} {item.title}" for item in idle[:8])
    yield Spot("K04", Place("evidence", "evidence", idle[0].id), "佐证材料", part="idle").notice(
        f"{len(idle)} 件佐证没有关联任何指标、扣分或问题。",
        detail=listed + ("等。" if len(idle) > 8 else "。"),
        found=f"{len(idle)} 件",
        remedy="请关联到它所证明的内容，用不上的可以留存备查。",
    )


@check("K18", _READS)
def evidence_does_not_contradict_itself(view: View) -> Iterator[Finding]:
    """The same page of the same item proving a deduction of one indicator and the full mark of another."""
    lines = view.evaluation.table(Deduction)
    spots: dict[tuple[str, str], list[Link]] = {}
    for link in view.evaluation.table(Link).values():
        if link.from_kind == "evidence" and link.place and link.to_kind in {"indicator", "deduction"}:
            spots.setdefault((link.from_id, link.place), []).append(link)
    for (id_, page), links in spots.items():
        item = view.evaluation.get(Evidence, id_)
        deducted = {lines[k.to_id].indicator for k in links if k.to_kind == "deduction" and k.to_id in lines}
        full = [
            k.to_id
            for k in links
            if k.to_kind == "indicator"
            and k.to_id not in deducted
            and (scored := view.scores.by_id.get(k.to_id)) is not None
            and scored.score is not None
            and scored.score == scored.full_mark
        ]
        if item is None or not deducted or not full:
            continue
        off = "、".join(view.form[i].name for i in deducted if view.form.get(i))
        kept = "、".join(view.form[i].name for i in full)
        yield view.at(
            "K18", "evidence", "evidence", id_, evidence_label(item), part=page.split(":")[0]
        ).notice(
            f"{evidence_label(item)}的同一处既用来证明“{off}”应扣分，又用来证明“{kept}”满分。",
            found="同一处两种结论",
            expected="各有其据",
            remedy="请核对这处材料到底说明什么。",
        )


@check("K18", ("evidence", "link", "deduction"))
def evidence_is_not_deducted_twice(view: View) -> Iterator[Finding]:
    """The same page of the same item as the reason of several deductions."""
    lines = view.evaluation.table(Deduction)
    spots: dict[tuple[str, str], set[str]] = {}
    for link in view.evaluation.table(Link).values():
        if (
            link.from_kind == "evidence"
            and link.to_kind == "deduction"
            and link.to_id in lines
            and link.place
        ):
            spots.setdefault((link.from_id, link.place), set()).add(link.to_id)
    for (id_, page), ids in spots.items():
        item = view.evaluation.get(Evidence, id_)
        about = {lines[line].indicator for line in ids}
        if item is None or len(about) < 2:
            continue
        names = "、".join(view.form[i].name for i in about if view.form.get(i))
        yield view.at(
            "K18", "evidence", "evidence", id_, evidence_label(item), part=f"off{page[:12]}"
        ).notice(
            f"{evidence_label(item)}的同一处被用作 {len(ids)} 条扣分的依据（{names}）。",
            found=f"{len(ids)} 条扣分",
            expected="同一事实只扣一次",
            remedy="请确认不是同一事实重复扣分。",
        )
