"""Signing a level of the internal review, taking that back, and what was edited since."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date

from workbench.domain.entities_review import Opinion, SignOff
from workbench.domain.evaluation import KIND_LABELS
from workbench.domain.reviewing import NOT_SIGNED, LevelState, before_opinions, chain, content_of
from workbench.errors import WorkbenchError
from workbench.services.history import Happening, happenings
from workbench.services.session import Session

_OWN_WORDS = frozenset(KIND_LABELS.get(kind, "") for kind in NOT_SIGNED)


class Reviewing:
    """The review of one open evaluation. ``levels`` is the chain of its profile, lowest first."""

    def __init__(self, session: Session, levels: tuple[str, ...], today: Callable[[], date]) -> None:
        self._session = session
        self._levels = levels
        self._today = today

    @property
    def levels(self) -> tuple[str, ...]:
        """The names of the levels, lowest first."""
        return self._levels

    @property
    def states(self) -> list[LevelState]:
        """Each level as it stands: signed or not, edited since, notes still open."""
        return chain(self._levels, self._session.evaluation)

    def sign(self, level: str, by: str, remark: str = "") -> None:
        """Vouch for the evaluation as it is now; signing again replaces the level's sign-off.

        Raises :class:`WorkbenchError` without a name, or while notes of the level are open.
        """
        person = by.strip()
        if not person:
            raise WorkbenchError("no-name", f"{level}签署要写签署人。", "请填写姓名后再签署。")
        state = next((one for one in self.states if one.level == level), None)
        if state is not None and state.open_notes:
            raise WorkbenchError(
                "open-notes",
                f"{level}还有 {state.open_notes} 条复核意见没有关闭。",
                "请逐条答复并关闭后签署。",
            )
        before = state.sign_off if state is not None else None
        fresh = SignOff(
            id=before.id if before is not None else self._session.new_id(),
            level=level,
            by=person,
            signed=self._today(),
            remark=remark.strip(),
            content=content_of(self._session.evaluation),
            step=self._session.memory.next_step() - 1,
        )
        self._session.put(fresh, label=f"{level}签署")

    def withdraw(self, sign_off: SignOff) -> None:
        """Take a sign-off back."""
        self._session.remove(sign_off, label=f"撤回{sign_off.level}签署")

    def edited_since(self, sign_off: SignOff) -> list[Happening]:
        """What the journal tells of edits after a sign-off, oldest first; those of the review itself left out."""
        if sign_off.step is None:
            return []
        return [
            one
            for one in happenings(self._session)
            if one.step > sign_off.step and one.what[2:] not in _OWN_WORDS
        ]

    def log_scores(self, opinion: Opinion) -> bool:
        """Write the points before and after into an opinion; false when its indicator has none."""
        scored = self._session.scores.by_id.get(opinion.indicator)
        if scored is None:
            return False
        before = before_opinions(self._session.evaluation, scored)
        after = (scored.marks or {}).get("征求意见后", before)
        return self._session.put(
            dataclasses.replace(opinion, score_before=before, score_after=after), label="记录修改前后得分"
        )
