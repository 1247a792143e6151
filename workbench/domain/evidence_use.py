"""Where evidence is used: which items prove an indicator, and what each item proves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.domain.evaluation import ENTITIES, KIND_LABELS, Deduction, Entity, Evaluation, Evidence, Link
from workbench.domain.fields import specs_of


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
    entity = evaluation.tables.get(kind, {}).get(id_)
    if entity is None:
        return f"{label}（已不存在）"
    return f"{label} {title_of(entity)}".strip()


def title_of(entity: Entity) -> str:
    """What an entity is called: its first required line of text, empty when it has none."""
    named = (s.name for s in specs_of(type(entity)) if s.required and s.kind in {"line", "text"})
    return " ".join(str(getattr(entity, next(named, "id"))).split()) if _titled(type(entity)) else ""


def _titled(entity_type: type[Entity]) -> bool:
    return any(s.required and s.kind in {"line", "text"} for s in specs_of(entity_type))


#: Kinds that stand for themselves but are nothing that a document proves.
_NOT_PROVED = frozenset({"overview", "member", "evidence", "link", "waiver"})


def provable_kinds() -> tuple[str, ...]:
    """Kinds of entity that evidence may be tied to: those with a title of their own that are no part of another."""
    return tuple(
        kind
        for kind, entity_type in ENTITIES.items()
        if kind not in _NOT_PROVED
        and (kind == "deduction" or _titled(entity_type))
        and not any(
            s.refers and s.required and (s.refers != "indicator" or kind != "deduction")
            for s in specs_of(entity_type)
        )
    )


@dataclass(frozen=True, slots=True)
class Provable:
    """Something that evidence may be tied to: kind and id, its words, and what stands beside them."""

    kind: str
    id: str
    words: str
    beside: str


def provables(evaluation: Evaluation) -> list[Provable]:
    """Everything that evidence may be tied to: indicators with their deductions first, then the rest by kind."""
    form = evaluation.form
    found: list[Provable] = []
    for leaf in form.leaves:
        found.append(
            Provable("indicator", leaf.id, f"{KIND_LABELS['indicator']} {leaf.name}", form.place(leaf.parent))
        )
        for line in evaluation.deductions(leaf.id):
            words = target_label(evaluation, "deduction", line.id)
            found.append(Provable("deduction", line.id, words, line.reason[:40]))
    for kind in provable_kinds():
        if kind == "deduction":
            continue
        found += [
            Provable(kind, entity.id, target_label(evaluation, kind, entity.id), "")
            for entity in evaluation.listed(ENTITIES[kind])
        ]
    return found
