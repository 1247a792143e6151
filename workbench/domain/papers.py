"""The working papers: which sheets and columns they have, and how entities are named in them.

One sheet for each kind of entity, one column for each described field. Ids stand in a hidden first
column; where a field holds an id, the sheet shows a name that a person can read and type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.domain.amounts import show_plain
from workbench.domain.evaluation import (
    ENTITIES,
    KIND_LABELS,
    Deduction,
    Entity,
    Entry,
    Evaluation,
    Evidence,
    Input,
    input_id,
    kind_of,
)
from workbench.domain.fields import FieldSpec, specs_of
from workbench.domain.form import Form

FORMAT = 1
META_SHEET = "系统信息"
GUIDE_SHEET = "填写说明"
CRITERIA_SHEET = "指标与评分标准"
ID_HEADER = "编号（勿改）"

#: Kinds whose id says what they are about; it is shown under this header instead of being hidden.
NATURAL_IDS: Mapping[str, str] = {"entry": "指标", "paragraph": "章节", "waiver": "核验发现"}
#: What the program itself records, of an evidence file or of what was signed; nobody changes it by hand.
SYSTEM_FIELDS: Mapping[str, tuple[str, ...]] = {
    "evidence": ("file_name", "sha256", "size", "media_type", "taken", "taken_place", "derived_from"),
    "sign_off": ("content", "step"),
}
#: Kinds that are no sheet's: the form travels whole with the papers, and is changed in its own editor.
WITHOUT_SHEET = frozenset({"form_revision"})
_TITLES = {"entry": "得分与依据", "evidence": "佐证目录"}
_LABEL_LENGTH = 60


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """The sheet of one kind: its title and fields; ``vertical`` ones have one field in each row."""

    kind: str
    title: str
    fields: tuple[FieldSpec, ...]
    vertical: bool

    @property
    def entity_type(self) -> type[Any]:
        """The class of its entities."""
        return ENTITIES[self.kind]

    @property
    def id_header(self) -> str:
        """The header over the ids."""
        return NATURAL_IDS.get(self.kind, ID_HEADER)

    @property
    def id_hidden(self) -> bool:
        """Whether the column of ids is out of sight."""
        return self.kind not in NATURAL_IDS


PAPER_SHEETS: tuple[PaperSheet, ...] = tuple(
    PaperSheet(kind, _TITLES.get(kind, KIND_LABELS[kind]), specs_of(entity_type), kind == "overview")
    for kind, entity_type in ENTITIES.items()
    if kind not in WITHOUT_SHEET
)


def referred_kind(field: FieldSpec, entity: Entity | Mapping[str, Any]) -> str:
    """The kind whose id a field of an entity holds, or nothing."""
    if field.kind == "ref":
        return field.refers
    if field.name in {"from_id", "to_id"}:
        name = field.name.replace("_id", "_kind")
        return (entity.get(name) if isinstance(entity, Mapping) else getattr(entity, name)) or ""
    return ""


def described(entity: Entity) -> str:
    """What a person calls an entity, in one line; empty when nothing tells it from others."""
    if isinstance(entity, Evidence):
        text = f"{entity.number} {entity.title}"
    elif isinstance(entity, Deduction):
        points = "" if entity.points is None else show_plain(entity.points)
        text = f"扣 {points} 分 {entity.reason}"
    else:
        named = (
            getattr(entity, field.name)
            for field in specs_of(type(entity))
            if field.required and field.kind in {"line", "text"}
        )
        text = next(named, "")
    return " ".join(text.split())[:_LABEL_LENGTH].strip()


class Names:
    """Readable names for ids, each kind's own; every name belongs to one id."""

    def __init__(self, by_kind: Mapping[str, Mapping[str, str]]) -> None:
        self._ids = by_kind
        self._names = {kind: {id_: name for name, id_ in ids.items()} for kind, ids in by_kind.items()}

    @property
    def by_kind(self) -> Mapping[str, Mapping[str, str]]:
        """Ids by name, by kind."""
        return self._ids

    def name(self, kind: str, id_: str) -> str:
        """The name of an id; the id itself when nothing is known about it."""
        return self._names.get(kind, {}).get(id_, id_)

    def id(self, kind: str, name: str) -> str | None:
        """The id behind a name, or nothing."""
        return self._ids.get(kind, {}).get(name)


def names_of(evaluation: Evaluation) -> Names:
    """A name for every id that any field of the evaluation holds or could hold."""
    held: dict[str, set[str]] = {}
    for entity in entities_of(evaluation):
        for field in specs_of(type(entity)):
            if (kind := referred_kind(field, entity)) and (id_ := getattr(entity, field.name)):
                held.setdefault(kind, set()).add(id_)
    found: dict[str, dict[str, str]] = {"indicator": _indicator_names(evaluation.form, held)}
    for kind in ENTITIES:
        table: Mapping[str, Entity] = evaluation.tables.get(kind, {})
        # An id that nothing stands behind keeps its own spelling, so no name may take it.
        taken = {id_: id_ for id_ in held.get(kind, ()) if id_ not in table}
        found[kind] = _unique(((id_, described(entity)) for id_, entity in table.items()), taken, set(table))
    for kind in held.keys() - found.keys():
        found[kind] = {id_: id_ for id_ in held[kind]}
    return Names(found)


def names_of_entities(entities: Iterable[Entity]) -> Names:
    """Names of entities as they are now, for rows that refer to others just filled in; doubtful ones left out."""
    found: dict[str, dict[str, str]] = {}
    doubtful: set[tuple[str, str]] = set()
    for entity in entities:
        kind, name = kind_of(entity), described(entity)
        if name in found.setdefault(kind, {}):
            doubtful.add((kind, name))
        found[kind][name] = entity.id
    for kind, name in doubtful:
        del found[kind][name]
    return Names(found)


def entities_of(evaluation: Evaluation) -> Iterable[Entity]:
    """Every entity, kind by kind."""
    for kind in ENTITIES:
        yield from evaluation.tables.get(kind, {}).values()


def _indicator_names(form: Form, held: Mapping[str, set[str]]) -> dict[str, str]:
    ids = {indicator.id for indicator in form.indicators}
    counts: dict[str, int] = {}
    for indicator in form.indicators:
        counts[indicator.name] = counts.get(indicator.name, 0) + 1
    named = (
        (i.id, " ".join((i.name if counts[i.name] == 1 else form.place(i.id)).split()))
        for i in form.indicators
    )
    taken = {id_: id_ for id_ in held.get("indicator", ()) if id_ not in ids}
    return _unique(named, taken, ids)


_UNKEEPABLE = re.compile(r"[\x00-\x1f\ud800-\udfff\ufffe\uffff]")


def _unique(named: Iterable[tuple[str, str]], taken: dict[str, str], ids: set[str]) -> dict[str, str]:
    names = dict(taken)
    for id_, name in named:
        base = _UNKEEPABLE.sub("", name).strip()
        candidate, number = base or "未命名（1）", 1
        while candidate in names or (candidate in ids and candidate != id_):
            number += 1
            candidate = f"{base or '未命名'}（{number}）"
        names[candidate] = id_
    return names


def input_name(form: Form, indicator: str, key: str) -> str:
    """What the sheet calls one input of an indicator's rule; the key itself where that would be doubtful."""
    labels = _input_labels(form, indicator)
    name = labels.get(key, key)
    return name if list(labels.values()).count(name) <= 1 and (name == key or name not in labels) else key


def input_key(form: Form, indicator: str, name: str) -> str:
    """The key behind a name written in the sheet; other text is a key itself."""
    return next(
        (key for key in _input_labels(form, indicator) if input_name(form, indicator, key) == name), name
    )


def _input_labels(form: Form, indicator: str) -> dict[str, str]:
    found = form.get(indicator)
    rule = found.rule if found is not None else None
    return {spec.key: " ".join(spec.label.split()) for spec in rule.inputs()} if rule is not None else {}


def offered(evaluation: Evaluation, kind: str) -> list[Entity]:
    """What nobody has filled in yet but may: an entry for each indicator, each input of each rule."""
    found: list[Entity] = []
    for leaf in evaluation.form.leaves:
        if kind == "entry":
            found.append(Entry(id=leaf.id))
        elif kind == "input":
            found += [
                Input(id=input_id(leaf.id, key), indicator=leaf.id, key=key)
                for key in _input_labels(evaluation.form, leaf.id)
            ]
    return found


def is_blank(entity: Entity) -> bool:
    """Whether an entry or input says nothing yet."""
    if isinstance(entity, Input):
        return entity == Input(id=entity.id, indicator=entity.indicator, key=entity.key)
    return isinstance(entity, Entry) and entity == Entry(id=entity.id)
