"""The tour of the sample: steps read from ``resources/tour.toml``, and whether one was done."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.services.editing import Address
from workbench.services.help_book import MARK, Shown
from workbench.services.session import Changed

FILE = "tour.toml"


@dataclass(frozen=True, slots=True)
class TourStep:
    """One step: a sentence, where it is, and what has to change so that it counts as done (else nothing)."""

    title: str
    text: str
    place: Address
    kinds: tuple[str, ...] = ()
    adds: bool = False

    def done_by(self, changed: Changed) -> bool:
        """Whether this change is what the step asks for."""
        return any(
            change.kind in self.kinds and (change.before is None or not self.adds)
            for change in changed.changes
        )


@dataclass(frozen=True, slots=True)
class Tour:
    """The steps in order, the sample that they are about, and the last words."""

    sample: str
    steps: tuple[TourStep, ...]
    end: str


def load_tour(resources: Path, actions: Iterable[Shown]) -> Tour:
    """Read the tour with the keys of the window filled in; ``KeyError`` for an action or key that is gone."""
    raw = tomllib.loads((resources / FILE).read_text(encoding="utf-8"))
    known = {one.name: one for one in actions}

    def filled(text: str) -> str:
        return MARK.sub(lambda found: _shown(known, found), text)

    return Tour(
        raw["sample"], tuple(_step(row, filled(row["text"])) for row in raw["step"]), filled(raw["end"])
    )


def _step(row: Mapping[str, Any], text: str) -> TourStep:
    place = Address("page", row["page"])
    if "kind" in row:
        place = Address(row["kind"], row.get("id", ""), row.get("field", ""))
    done = row.get("done", {})
    return TourStep(row["title"], text, place, tuple(done.get("kinds", ())), bool(done.get("adds", False)))


def _shown(known: Mapping[str, Shown], found: re.Match[str]) -> str:
    action = known[found[2]]
    if found[1] == "action":
        return action.words
    if not action.keys:
        raise KeyError(f"{action.name} has no key")
    return action.keys[0]
