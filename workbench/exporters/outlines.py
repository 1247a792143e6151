"""The order and headings of a report, read from a file of resources/outlines."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class Part:
    """One heading with the blocks below it; ``key`` names the human text that belongs there."""

    level: int
    heading: str
    key: str = ""
    build: tuple[str, ...] = ()
    keep: bool = False
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class AnnexPart:
    """One annex by the name of its builder."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What a report consists of, in the order of printing."""

    title: str
    parts: tuple[Part, ...]
    annexes: tuple[AnnexPart, ...]
    contents_levels: int = 2
    label: str = ""
    """What a person chooses it by."""

    @property
    def states_scores(self) -> bool:
        """Whether a report by it prints the total; a public summary does not."""
        return any("conclusion" in part.build for part in self.parts)


def read_outline(path: Path) -> Outline:
    """Read an outline file; a file that can't be used is refused with its name."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        parts = tuple(Part(**{**part, "build": tuple(part.get("build", ()))}) for part in raw["part"])
        annexes = tuple(AnnexPart(**annex) for annex in raw.get("annex", ()))
        return Outline(
            raw["title"], parts, annexes, raw.get("contents_levels", 2), raw.get("label", path.stem)
        )
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise WorkbenchError(
            "bad-outline", f"报告提纲“{path.name}”无法使用：{error}。", "请改用程序自带的提纲。"
        ) from error
