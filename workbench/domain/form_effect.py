"""What another form does to a started evaluation: scores before and after, and what would lose its place.

Nothing is dropped silently: every entity that has no place in the new form is listed, and goes only
with the same step that puts the form in force, so that one undo brings all of it back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.domain.amounts import show, show_plain
from workbench.domain.changes import Change, apply, removing
from workbench.domain.compiler import compile_form
from workbench.domain.entities_form import DRAFT, IN_FORCE, FormRevision
from workbench.domain.evaluation import (
    ENTITIES,
    KIND_LABELS,
    Deduction,
    Entity,
    Entry,
    Evaluation,
    Input,
    Link,
    Mark,
    kind_of,
)
from workbench.domain.fields import specs_of
from workbench.domain.form import Band, Form
from workbench.domain.form_diff import Difference, compare
from workbench.domain.form_json import form_text
from workbench.domain.form_raw import form_to_raw
from workbench.domain.papers import described, is_blank
from workbench.domain.scoring import Scores, compute_scores, standing


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """One scored indicator whose score, or full mark, is another one; without ``before`` it is new, without
    ``after`` it is gone. Each is score and full mark; a score is nothing while there is none."""

    id: str
    place: str
    before: tuple[Decimal | None, Decimal] | None
    after: tuple[Decimal | None, Decimal] | None
    digits: tuple[int, int]
    """Decimals of the score as printed, before and after."""

    def __str__(self) -> str:
        """``8.00 / 10 → 6.40 / 8``."""
        before = "新增" if self.before is None else _scored(self.before, self.digits[0])
        return f"{before} → {'删去' if self.after is None else _scored(self.after, self.digits[1])}"


def _scored(said: tuple[Decimal | None, Decimal], digits: int) -> str:
    return f"{'未评' if said[0] is None else show(said[0], digits)} / {show_plain(said[1])}"


@dataclass(frozen=True, slots=True)
class Lost:
    """What is said about one indicator and has no place in the new form."""

    id: str
    place: str
    why: str
    entities: tuple[Entity, ...]
    """They go with the step; without them, references that are only taken away."""
    words: str

    def __str__(self) -> str:
        return f"{self.place}（{self.why}）：{self.words}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What putting a form in force does; ``changes`` are the step that does it."""

    form: Form
    differences: tuple[Difference, ...]
    scores: tuple[ScoreChange, ...]
    total: tuple[Decimal, Decimal]
    grade: tuple[Band | None, Band | None]
    """None while not every indicator has a score."""
    standing: tuple[str, str]
    lost: tuple[Lost, ...]
    doubts: tuple[str, ...]
    """What stays but should be looked at: judgements whose point reads otherwise now, scores above the full mark."""
    changes: tuple[Change, ...]

    def total_text(self) -> str:
        """``总分 92.47（优） → 91.20（优）``; no grade while indicators are without a score."""
        before, after = self.standing
        return f"{before} → {after.removeprefix('总分 ') if before.startswith('总分') else after}"


def effect_of(
    evaluation: Evaluation, raw: Mapping[str, Any], reason: str = "", before: Scores | None = None
) -> Effect:
    """What the form would do to the evaluation; nothing is changed.

    ``before`` are the present scores, worked out if not given. Raises
    :class:`workbench.errors.InputRefused` with every fault of a form that can't be scored by.
    """
    form = compile_form(raw)
    lost = tuple(_lost(evaluation, form))
    changes = _changes(evaluation, form, reason, lost)
    after = apply(evaluation, changes)
    scores = compute_scores(after)
    before = before or compute_scores(evaluation)
    return Effect(
        form,
        tuple(compare(form_to_raw(evaluation.form), form_to_raw(form))),
        tuple(_score_changes(evaluation.form, before, after.form, scores)),
        (before.total, scores.total),
        (before.grade, scores.grade),
        (standing(evaluation.form, before), standing(after.form, scores)),
        lost,
        tuple(_doubts(evaluation, form)),
        changes,
    )


def _score_changes(old: Form, before: Scores, new: Form, after: Scores) -> Iterator[ScoreChange]:
    leaves = {leaf.id for leaf in old.leaves}
    for leaf in new.leaves:
        was = before[leaf.id] if leaf.id in leaves else None
        now = after[leaf.id]
        said = (was.score, was.full_mark) if was is not None else None
        if said != (now.score, now.full_mark):
            digits = old.digits_of(old.get(leaf.id)), new.digits_of(leaf)
            yield ScoreChange(leaf.id, new.place(leaf.id), said, (now.score, now.full_mark), digits)
    fresh = {leaf.id for leaf in new.leaves}
    for leaf in old.leaves:
        if leaf.id not in fresh:
            was = before[leaf.id]
            digits = old.digits_of(leaf), new.digits_of()
            yield ScoreChange(leaf.id, old.place(leaf.id), (was.score, was.full_mark), None, digits)


# what loses its place


def lost_with(evaluation: Evaluation, remaining: Collection[str]) -> Iterator[Lost]:
    """What is said about the indicators of the form in force that are not among ``remaining``."""
    for indicator in evaluation.form.indicators:
        id_ = indicator.id
        if id_ not in remaining:
            found = [*_said_of(evaluation, id_), *_tied_to(evaluation, id_)]
            referring = _referring(evaluation, id_)
            if found or referring:
                yield _as_lost(evaluation, id_, "指标已删去", found, referring)


def _lost(evaluation: Evaluation, form: Form) -> Iterator[Lost]:
    yield from lost_with(evaluation, {indicator.id for indicator in form.indicators})
    kept = {leaf.id for leaf in form.leaves}
    old = evaluation.form
    for indicator in old.indicators:
        id_ = indicator.id
        if id_ not in kept and form.get(id_) is not None:
            found = _said_of(evaluation, id_)
            if found and not old.children(id_):
                yield _as_lost(evaluation, id_, "有了下级指标，本级不再评分", found, [])
    for leaf in form.leaves:
        rule = leaf.rule
        keys = {spec.key for spec in rule.inputs()} if rule is not None else set()
        unasked: list[Entity] = [
            said
            for said in evaluation.table(Input).values()
            if said.indicator == leaf.id and said.key not in keys and not is_blank(said)
        ]
        if unasked:
            yield _as_lost(evaluation, leaf.id, "新的计分方式不用这些计分项", unasked, [])


def _said_of(evaluation: Evaluation, id_: str) -> list[Entity]:
    """What cannot be without the indicator: its entry, and every entity that requires it."""
    found: list[Entity] = []
    entry = evaluation.get(Entry, id_)
    if entry is not None:
        found.append(entry)
    for kind, entity_type in ENTITIES.items():
        for field in specs_of(entity_type):
            if field.refers == "indicator" and field.required:
                table: Mapping[str, Entity] = evaluation.tables.get(kind, {})
                found += [one for one in table.values() if getattr(one, field.name) == id_]
    return found


def _tied_to(evaluation: Evaluation, id_: str) -> list[Entity]:
    return [
        link
        for link in evaluation.table(Link).values()
        if (link.from_kind, link.from_id) == ("indicator", id_)
        or (link.to_kind, link.to_id) == ("indicator", id_)
    ]


def _referring(evaluation: Evaluation, id_: str) -> list[tuple[Entity, str]]:
    """Entities with the field in which they name the indicator without needing it."""
    return [
        (one, field.name)
        for kind, entity_type in ENTITIES.items()
        for field in specs_of(entity_type)
        if field.refers == "indicator" and not field.required
        for one in evaluation.tables.get(kind, {}).values()
        if getattr(one, field.name) == id_
    ]


def _as_lost(
    evaluation: Evaluation, id_: str, why: str, found: list[Entity], referring: list[tuple[Entity, str]]
) -> Lost:
    parts = []
    for kind, label in KIND_LABELS.items():
        of_kind = [one for one in found if kind_of(one) == kind]
        if not of_kind:
            continue
        if kind == "link":
            parts.append(f"佐证等关联 {len(of_kind)} 处")
        elif kind == "entry":
            parts.append(_entry_words(of_kind[0]))
        else:
            parts.append(f"{label} {len(of_kind)} 项{_named(of_kind, evaluation.form)}")
    for one, _ in referring:
        parts.append(f"{KIND_LABELS[kind_of(one)]}“{described(one)}”不再对应指标")
    return Lost(id_, evaluation.form.place(id_), why, tuple(found), "；".join(parts))


def _entry_words(entry: Entity) -> str:
    if not isinstance(entry, Entry):
        return ""
    said = [f"改定得分 {show_plain(entry.override)}"] if entry.override is not None else []
    said += ["评价依据"] if entry.basis.strip() else []
    said += ["已完成"] if entry.done else []
    return f"指标评价（{'、'.join(said)}）" if said else "指标评价"


def _named(found: list[Entity], form: Form) -> str:
    names = []
    for one in found[:4]:
        if isinstance(one, Input):
            leaf = form.get(one.indicator)
            specs = leaf.rule.inputs() if leaf is not None and leaf.rule is not None else ()
            called = next((spec.label for spec in specs if spec.key == one.key), one.key)
            names.append(f"{called} {one.value or one.source}")
        elif isinstance(one, Mark):
            names.append(f"{one.stage} {'' if one.score is None else show_plain(one.score)}")
        else:
            names.append(described(one))
    more = "等" if len(found) > 4 else ""
    return f"（{'、'.join(name.strip() for name in names if name.strip())}{more}）" if any(names) else ""


# what stays and should be looked at


def _doubts(evaluation: Evaluation, form: Form) -> Iterator[str]:
    for leaf in form.leaves:
        before = evaluation.form.get(leaf.id)
        place = form.place(leaf.id)
        if before is None:
            continue
        was = {spec.key: spec.label for spec in before.rule.inputs()} if before.rule is not None else {}
        now = {spec.key: spec.label for spec in leaf.rule.inputs()} if leaf.rule is not None else {}
        for key, label in now.items():
            said = evaluation.get(Input, f"{leaf.id}/{key}")
            if said is not None and not is_blank(said) and key in was and was[key] != label:
                shown = said.value or said.source
                yield f"{place}：原填在“{was[key]}”的“{shown}”将用于“{label}”，请核对。"
        entry = evaluation.entry(leaf.id)
        if entry.override is not None and entry.override > leaf.full_mark:
            yield f"{place}：改定得分 {show_plain(entry.override)} 超过新分值 {show_plain(leaf.full_mark)}。"
        for mark in evaluation.table(Mark).values():
            if mark.indicator == leaf.id and mark.score is not None and mark.score > leaf.full_mark:
                yield (
                    f"{place}：{mark.stage}得分 {show_plain(mark.score)} 超过新分值 {show_plain(leaf.full_mark)}。"
                )
        explained = sum(
            (
                line.points
                for line in evaluation.table(Deduction).values()
                if line.indicator == leaf.id and line.points is not None
            ),
            Decimal(0),
        )
        if explained > leaf.full_mark:
            yield f"{place}：扣分合计 {show_plain(explained)} 超过新分值 {show_plain(leaf.full_mark)}。"


# the step


def _changes(evaluation: Evaluation, form: Form, reason: str, lost: tuple[Lost, ...]) -> tuple[Change, ...]:
    """The form in force, the draft gone, and what has lost its place, as one step; each entity once."""
    found: dict[tuple[str, str], Change] = {}
    for one in lost:
        for entity in one.entities:
            for change in removing(evaluation, entity):
                found.setdefault((change.kind, change.id), change)
    gone = {indicator.id for indicator in evaluation.form.indicators if form.get(indicator.id) is None}
    for id_ in sorted(gone):
        for entity, name in _referring(evaluation, id_):
            key = (kind_of(entity), entity.id)
            held = found.get(key)
            if held is not None and held.after is None:
                continue
            base: Any = held.after if held is not None else entity
            found[key] = Change(entity, dataclasses.replace(base, **{name: ""}))
    draft, present = evaluation.get(FormRevision, DRAFT), evaluation.get(FormRevision, IN_FORCE)
    if draft is not None:
        found[kind_of(draft), draft.id] = Change(draft, None)
    original = evaluation.original_form
    raw = form_to_raw(form)
    if raw == form_to_raw(original):
        if present is not None:
            found[kind_of(present), present.id] = Change(present, None)
    else:
        fresh = FormRevision(id=IN_FORCE, raw=form_text(raw), reason=reason, base=original.title)
        if fresh != present:
            found[kind_of(fresh), fresh.id] = Change(present, fresh)
    return tuple(found.values())
