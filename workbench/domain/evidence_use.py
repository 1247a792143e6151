"""Where evidence is used: which items prove an indicator, and what each item proves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.domain.evaluation import KIND_LABELS, Deduction, Evaluation, Evidence, Link, Problem


@dataclass(frozen=True, slots=True)
class Use:
    """One place that an evidence item is linked to; ``label`` names it in Chinese."""

    link: Link
    kind: str
    id: str
    label: str


def evidence_label(evidence: Evidence) -> str:
    """How an item is called everywhere: ``佐证-031``."""
    return f"佐证-{evidence.number:03d}"


def evidence_of(evaluation: Evaluation, indicator: str) -> list[Evidence]:
    """The items linked to an indicator or to one of its deduction lines, by number."""
    targets = {("indicator", indicator)}
    targets |= {("deduction", line.id) for line in evaluation.deductions(indicator)}
    return evidence_linked_to(evaluation, targets)


def evidence_linked_to(evaluation: Evaluation, targets: Iterable[tuple[str, str]]) -> list[Evidence]:
    """The items linked to any of the targets (kind, id), by number, each once."""
    wanted = set(targets)
    table = evaluation.table(Evidence)
    found = {
        link.from_id
        for link in evaluation.table(Link).values()
        if link.from_kind == "evidence" and (link.to_kind, link.to_id) in wanted
    }
    return sorted((table[id_] for id_ in found if id_ in table), key=lambda item: item.number)


def uses_of(evaluation: Evaluation, evidence: str) -> list[Use]:
    """Where one item is used, in the order in which it was linked."""
    return [
        Use(link, link.to_kind, link.to_id, target_label(evaluation, link.to_kind, link.to_id))
        for link in evaluation.links(from_kind="evidence", from_id=evidence)
    ]


def used_ids(evaluation: Evaluation) -> set[str]:
    """The ids of all items that are linked to anything."""
    return {link.from_id for link in evaluation.table(Link).values() if link.from_kind == "evidence"}


def target_label(evaluation: Evaluation, kind: str, id_: str) -> str:
    """A linked thing in words: ``指标 公众知晓率``, ``扣分 −0.99（公众知晓率）``, ``问题 …``."""
    label = KIND_LABELS.get(kind, kind)
    if kind == "indicator":
        indicator = evaluation.form.get(id_)
        return f"{label} {indicator.name}" if indicator else f"{label}（已不存在）"
    if kind == "deduction" and (line := evaluation.get(Deduction, id_)) is not None:
        indicator = evaluation.form.get(line.indicator)
        points = f" −{line.points:f}" if line.points is not None else ""
        return f"{label}{points}（{indicator.name if indicator else line.indicator}）"
    if kind == "problem" and (problem := evaluation.get(Problem, id_)) is not None:
        return f"{label} {problem.title}"
    entity = evaluation.tables.get(kind, {}).get(id_)
    return label if entity is not None else f"{label}（已不存在）"
