"""The one writer of the open evaluation: put, remove, undo, redo, listen."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from workbench.domain.changes import Change, Step, apply, putting, removing
from workbench.domain.evaluation import Entity, Evaluation, kind_of
from workbench.domain.rescoring import scores_after
from workbench.domain.scoring import Scores, compute_scores

#: Two edits of one field within this many seconds are one step to undo.
BURST_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Changed:
    """What listeners hear: the changes just made durable, and who made them (a field keeps its own text)."""

    changes: tuple[Change, ...]
    origin: object = None

    def touches(self, *kinds: str) -> bool:
        """Whether an entity of one of the kinds changed."""
        return any(change.kind in kinds for change in self.changes)


class Memory(Protocol):
    """What the session asks of the store of one evaluation."""

    def record(
        self, changes: Sequence[Change], *, step: int, action: str, target: int | None, label: str
    ) -> None:
        """Make the changes durable, rows and journal lines in one transaction, or raise and change nothing.

        ``action`` is ``do``, ``undo`` or ``redo``; ``target`` the step that an undo or redo is about.
        """

    def undoable(self) -> tuple[list[Step], list[Step]]:
        """The steps that may be undone and redone, oldest first, as the journal tells them."""

    def next_step(self) -> int:
        """The number of the next step; numbers only grow."""

    def highest(self, kind: str, field: str) -> int:
        """The highest whole number that this field of this kind ever held, 0 for none."""

    def ever(self, kind: str, field: str) -> set[str]:
        """Every text that this field of this kind ever held, except the empty one."""

    def notices(self) -> list[str]:
        """Sentences the user should hear (disk nearly full, no backup made), since last asked."""

    def close(self) -> None:
        """Close the store; everything recorded is on the disk already."""


Listener = Callable[[Changed], None]
#: What was typed in last: kind, id and fields; by which field; when (s).
_Burst = tuple[tuple[str, str, tuple[str, ...]], object, float]


class Session:
    """One open evaluation. Every edit is durable when the call that made it returns."""

    def __init__(self, evaluation: Evaluation, memory: Memory, clock: Callable[[], float]) -> None:
        self._evaluation = evaluation
        self._memory = memory
        self._clock = clock
        self._undo, self._redo = memory.undoable()
        self._listeners: list[Listener] = []
        self._after_close: list[Callable[[], None]] = []
        self._burst: _Burst | None = None
        self._saved = True
        self._scores: Scores | None = None
        self._unscored: list[Change] = []

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation as it stands."""
        return self._evaluation

    @property
    def memory(self) -> Memory:
        """The store behind this session, for services that need more than entities."""
        return self._memory

    @property
    def saved(self) -> bool:
        """Whether the last change that was asked for became durable."""
        return self._saved

    def notices(self) -> list[str]:
        """Sentences the user should hear about the store, gathered since last asked."""
        return self._memory.notices()

    @property
    def scores(self) -> Scores:
        """The scores as they stand, worked out once for each state."""
        if self._scores is None:
            self._scores = compute_scores(self._evaluation)
        elif self._unscored:
            self._scores = scores_after(self._scores, self._evaluation, self._unscored)
        self._unscored.clear()
        return self._scores

    @staticmethod
    def new_id() -> str:
        """An id for a new entity."""
        return uuid.uuid4().hex

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every change from now on; the returned call ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def put(self, entity: Entity, *, origin: object = None, label: str = "") -> bool:
        """Put one entity; false when nothing differs. Typing on in one field stays one step."""
        change = putting(self._evaluation, entity)
        if change is None:
            return False
        now = self._clock()
        key = (change.kind, change.id, change.fields)
        again = (
            self._burst is not None
            and origin is not None
            and change.before is not None
            and self._burst[0] == key
            and self._burst[1] == origin
            and 0 <= now - self._burst[2] <= BURST_SECONDS
        )
        self._do((change,), origin=origin, label=label, joins_last=again, burst=(key, origin, now))
        return True

    def put_all(self, entities: Iterable[Entity], *, label: str = "", origin: object = None) -> int:
        """Put several entities as one step and one transaction; returns how many differed.

        Of several with one id the last counts.
        """
        last = {(kind_of(entity), entity.id): entity for entity in entities}
        changes = [c for e in last.values() if (c := putting(self._evaluation, e)) is not None]
        self.change(changes, label=label, origin=origin)
        return len(changes)

    def remove(self, entity: Entity, *, origin: object = None, label: str = "") -> None:
        """Remove an entity with its links and whatever cannot be without it, as one step."""
        self.change(removing(self._evaluation, entity), label=label, origin=origin)

    def change(self, changes: Sequence[Change], *, label: str = "", origin: object = None) -> None:
        """Make several changes as one step and one transaction."""
        if changes:
            self._do(tuple(changes), origin=origin, label=label)

    def _do(
        self,
        changes: tuple[Change, ...],
        *,
        origin: object,
        label: str,
        joins_last: bool = False,
        burst: _Burst | None = None,
    ) -> None:
        after = apply(self._evaluation, changes)
        number = self._undo[-1].number if joins_last else self._memory.next_step()
        self._record(changes, number, "do", None, label)
        if joins_last:
            last = self._undo.pop()
            self._undo.append(Step(number, last.changes + changes, last.label))
        else:
            self._undo.append(Step(number, changes, label))
        self._redo.clear()
        self._burst = burst
        self._arrive(after, changes, origin)

    @property
    def can_undo(self) -> bool:
        """There is a step to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """There is a step to do again."""
        return bool(self._redo)

    def undo(self) -> Step | None:
        """Take the last step back; it works across restarts. Nothing to undo: nothing."""
        if not self._undo:
            return None
        step = self._undo[-1]
        inverse = tuple(change.inverse() for change in reversed(step.changes))
        self._flip(inverse, "undo", step, self._undo, self._redo)
        return step

    def redo(self) -> Step | None:
        """Do again what was last undone."""
        if not self._redo:
            return None
        step = self._redo[-1]
        self._flip(step.changes, "redo", step, self._redo, self._undo)
        return step

    def _flip(
        self, changes: tuple[Change, ...], action: str, step: Step, here: list[Step], there: list[Step]
    ) -> None:
        after = apply(self._evaluation, changes)
        self._record(changes, self._memory.next_step(), action, step.number, step.label)
        there.append(here.pop())
        self._burst = None
        self._arrive(after, changes, None)

    def _record(
        self, changes: tuple[Change, ...], number: int, action: str, target: int | None, label: str
    ) -> None:
        self._saved = False
        self._memory.record(changes, step=number, action=action, target=target, label=label)
        self._saved = True

    def _arrive(self, after: Evaluation, changes: tuple[Change, ...], origin: object) -> None:
        self._evaluation = after
        self._unscored.extend(changes)
        # All is durable and in order by now: a listener that fails keeps no other from hearing of it.
        with ExitStack() as telling:
            for listener in reversed(self._listeners):
                telling.callback(listener, Changed(changes, origin))

    def when_closed(self, callback: Callable[[], None]) -> None:
        """Call back once the session has ended and its store is closed."""
        self._after_close.append(callback)

    def close(self) -> None:
        """End the session; nothing is pending. Closing twice is harmless."""
        self._memory.close()
        while self._after_close:
            self._after_close.pop(0)()
