"""Internal review: what a sign-off vouches for, whether it still does, and how far the chain has come.

The levels of the chain are data of the profile: 财监〔2021〕4号第十八条 asks for an internal review by a
named person or department, the usual three levels are the trade's habit.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from workbench.domain.entities_review import ReviewNote, SignOff
from workbench.domain.evaluation import KIND_LABELS, Entity, Evaluation, kind_of
from workbench.domain.form_json import form_text
from workbench.domain.scoring import IndicatorScore

#: Kinds that belong to the review itself, or to work that is not yet in force: a sign-off vouches for none.
NOT_SIGNED = frozenset({"sign_off", "review_note", "form_revision"})
_FORM = "form"
_MODULUS = 1 << 256
_LENGTH = 16


def digest_of(entity: Entity) -> int:
    """A number for what an entity says; fields with their defaults say nothing, so that a field which a
    later version adds changes no digest."""
    said = [kind_of(entity), entity.id]
    for field in dataclasses.fields(entity):
        value = getattr(entity, field.name)
        if field.name != "id" and value != field.default:
            said.append(f"{field.name}={_text(value)}")
    return int.from_bytes(hashlib.sha256("\x1f".join(said).encode("utf-8", "surrogatepass")).digest(), "big")


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value.normalize())
    return value.isoformat() if isinstance(value, date) else str(value)


def digest_of_all(digests: Iterable[int]) -> str:
    """One short text for a table of entities, whatever their order."""
    return f"{sum(digests) % _MODULUS:064x}"[:_LENGTH]


def digest_of_form(evaluation: Evaluation) -> str:
    """One short text for the indicator system."""
    return hashlib.sha256(form_text(evaluation.form.raw).encode("utf-8")).hexdigest()[:_LENGTH]


def _digest_of_table(_: str, table: Mapping[str, Entity]) -> str:
    return digest_of_all(digest_of(entity) for entity in table.values())


def content_of(
    evaluation: Evaluation,
    of_table: Callable[[str, Mapping[str, Entity]], str] = _digest_of_table,
    of_form: Callable[[Evaluation], str] = digest_of_form,
) -> str:
    """What a sign-off vouches for: ``kind=digest`` of every table that is not empty, and of the form.

    ``of_table`` and ``of_form`` may remember digests of what did not change.
    """
    parts = [f"{_FORM}={of_form(evaluation)}"]
    parts += [
        f"{kind}={of_table(kind, table)}"
        for kind, table in sorted(evaluation.tables.items())
        if table and kind not in NOT_SIGNED
    ]
    return " ".join(parts)


def changed_since(signed: str, now: str) -> tuple[str, ...]:
    """What differs between two contents, in Chinese: ``扣分``, ``报告正文``; all of it when nothing was signed."""
    before, after = _parts(signed), _parts(now)
    kinds = [kind for kind in dict.fromkeys([*before, *after]) if before.get(kind) != after.get(kind)]
    return tuple("指标体系" if kind == _FORM else KIND_LABELS.get(kind, kind) for kind in kinds)


def _parts(content: str) -> dict[str, str]:
    return {kind: digest for kind, _, digest in (part.partition("=") for part in content.split())}


@dataclass(frozen=True, slots=True)
class LevelState:
    """One level of the chain: its sign-off if there is one, what changed since, its notes still open."""

    level: str
    sign_off: SignOff | None
    changed: tuple[str, ...]
    """Kinds of what was edited after the sign-off, in Chinese."""
    notes: int
    open_notes: int

    @property
    def holds(self) -> bool:
        """Signed, and nothing was edited since."""
        return self.sign_off is not None and not self.changed


def chain(levels: Iterable[str], evaluation: Evaluation, content: str | None = None) -> list[LevelState]:
    """The levels of the profile in their order, then others that somebody signed or wrote notes for."""
    signed = {one.level.strip(): one for one in evaluation.table(SignOff).values() if one.by.strip()}
    notes = evaluation.listed(ReviewNote)
    if content is None and signed:
        content = content_of(evaluation)
    named = [*levels, *signed, *(note.level.strip() for note in notes)]
    return [
        LevelState(
            level,
            signed.get(level),
            changed_since(signed[level].content, content or "") if level in signed else (),
            sum(1 for note in notes if note.level.strip() == level),
            sum(1 for note in notes if note.level.strip() == level and not note.closed),
        )
        for level in dict.fromkeys(name for name in named if name)
    ]


def before_opinions(evaluation: Evaluation, scored: IndicatorScore) -> Decimal | None:
    """The points of an indicator before opinions were asked for: on review, else as first scored."""
    reviewed = (scored.marks or {}).get("复核")
    if reviewed is not None:
        return reviewed
    first = evaluation.entry(scored.indicator.id).override
    return first if first is not None else scored.computed
