"""What a layout of the score sheet is: its columns, head cells and wording."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table. ``level`` counts from 1 for indicator names, 0 otherwise."""

    header: str
    content: str
    width: float
    align: str = "left"
    level: int = 0
    text: str = "{name}"

    @property
    def is_score(self) -> bool:
        """The column holds points that add up."""
        points = self.content in {"score", "full_mark", "deducted"}
        return points or self.content.startswith(("mark:", "stage:", "change:"))

    @property
    def stage(self) -> str:
        """The stage whose points the column holds, given or taken over from the stage before; else empty."""
        return self.content.removeprefix("stage:") if self.content.startswith("stage:") else ""


@dataclass(frozen=True, slots=True)
class HeadCell:
    """One cell above the table: a text with ``{fields}`` of the overview, or a ``value`` by name."""

    text: str = ""
    value: str = ""
    cols: int = 1
    rows: int = 1
    label: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """One shape of score sheet."""

    key: str
    title: str
    subtitle: str
    subtitle_align: str
    sheet: str
    orientation: str
    total: str
    grade: str
    subtotals: bool
    summary: bool
    in_head: tuple[str, ...]
    head: tuple[tuple[HeadCell, ...], ...]
    columns: tuple[Column, ...]
    """With the level columns still to be laid out, see :func:`workbench.exporters.layouts.columns_for`."""
    level_widths: tuple[float, ...] = ()
    label: str = ""
    """What a person chooses it by."""
    protected: bool = False
    """Formulas can't be overwritten on the sheet (no password); every other cell can."""
