"""What somebody else's score sheet and report say: every figure as printed, with the place it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

#: The round of scoring that a plain 得分 column belongs to.
PLAIN_STAGE = "初评"


@dataclass(frozen=True, slots=True)
class At:
    """A place in an outside file: a cell of a table, or a paragraph or page of a text; ``quote`` is what stands there."""

    file: str = ""
    table: str = ""
    """``“评分表”表`` or ``第 3 个表格（…）``."""
    cell: str = ""
    grid: int = -1
    """Which of the file's tables, from 0, for whoever shows it."""
    row: int = 0
    column: int = 0
    page: int = 0
    paragraph: int = 0
    quote: str = ""

    @property
    def words(self) -> str:
        """The place in words: ``“评分表”表 F14``, ``报告.docx 第 12 段``."""
        if self.table:
            return f"{self.table} {self.cell}".strip()
        if self.page:
            return f"{self.file} 第 {self.page} 页"
        unit = "行" if self.file.lower().endswith(".txt") else "段"
        return f"{self.file} 第 {self.paragraph} {unit}" if self.paragraph else self.file


@dataclass(frozen=True, slots=True)
class Stated:
    """One figure as printed; ``broken`` says that it was put together over a blank or line break."""

    value: Decimal
    at: At
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One text as printed."""

    text: str
    at: At


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of any level as the table prints it; ``id`` is its id in the form that was read."""

    id: str
    name: str
    leaf: bool
    at: At
    points: Stated | None = None
    scores: Mapping[str, Stated] = field(default_factory=dict)
    """By round of scoring."""
    deducted: Stated | None = None
    rate: Stated | None = None
    """得分率 as a share of one."""
    criterion: Said | None = None
    basis: Said | None = None
    reasons: Said | None = None
    target: Said | None = None
    actual: Said | None = None


@dataclass(frozen=True, slots=True)
class SumLine:
    """A row that adds up: of one indicator (``of``), or of the whole table."""

    of: str
    at: At
    points: Stated | None = None
    scores: Mapping[str, Stated] = field(default_factory=dict)
    deducted: Stated | None = None


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A line of another table that repeats points and scores by name."""

    name: str
    points: Stated | None
    score: Stated | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a survey table."""

    text: Said
    name: str
    labels: tuple[str, ...]
    counts: tuple[Stated | None, ...] = ()
    shares: tuple[Stated | None, ...] = ()
    weights: tuple[Decimal | None, ...] = ()
    rate: Stated | None = None
    base: Stated | None = None


@dataclass(frozen=True, slots=True)
class FundRow:
    """One row of a fund table; amounts by the columns of :class:`FundLine`, in ``unit``."""

    item: str
    year: str
    total: bool
    at: At
    amounts: Mapping[str, Stated]
    unit: str = "万元"
    rate: Stated | None = None
    """执行率 as printed, as a share of one."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that was seen and not understood: where, what stands there, why it was left."""

    place: str
    text: str
    why: str


@dataclass(frozen=True)
class Outside:
    """Everything that was read of one score sheet and its report."""

    files: tuple[str, ...]
    title: str
    form: Mapping[str, Any]
    """The indicator system as data of a form file; points only where scores are."""
    lines: tuple[Line, ...]
    sums: tuple[SumLine, ...] = ()
    summaries: tuple[SummaryLine, ...] = ()
    asked: tuple[Asked, ...] = ()
    funds: tuple[FundRow, ...] = ()
    labels: Mapping[str, Said] = field(default_factory=dict)
    """Labelled fields by what they hold: ``overview.base_date``, ``total``, ``grade``, ``fund.budget``."""
    texts: tuple[Said, ...] = ()
    """The report's paragraphs and the lines around the tables."""
    reason_column: bool = False
    """The table has a column for reasons or bases, so that an empty cell in it means something."""
    unread: tuple[Unread, ...] = ()

    @property
    def leaves(self) -> tuple[Line, ...]:
        """The scored lines."""
        return tuple(line for line in self.lines if line.leaf)

    @property
    def stages(self) -> tuple[str, ...]:
        """The rounds of scoring that the table has, those that count least first."""
        order = ("自评", PLAIN_STAGE, "复核", "征求意见后")
        found = {stage for line in self.lines for stage in line.scores}
        return tuple(stage for stage in order if stage in found)
