"""Words and figures that the parts of a report share: paragraphs, bound figures, scores, evidence numbers."""

from __future__ import annotations

from decimal import Decimal

from workbench.domain.form import Indicator, show_score
from workbench.exporters.document import Block, Bound, Paragraph, content
from workbench.exporters.report_data import ReportData


def paragraphs(text: str) -> list[Block]:
    """One paragraph for each line of human text; nothing for empty text."""
    return [Paragraph(content(line.strip())) for line in text.splitlines() if line.strip()]


def bound(value: str, source: str, *, bold: bool = False) -> Bound:
    """A figure taken from the model."""
    return Bound(value, source, bold)


def score_text(data: ReportData, value: Decimal | None, indicator: Indicator | None = None) -> str:
    """A score as printed, ``—`` while there is none."""
    return "—" if value is None else show_score(data.evaluation.form, value, indicator)


def evidence_text(numbers: tuple[int, ...]) -> str:
    """Evidence numbers as printed: ``佐证-001、佐证-004``."""
    return "、".join(f"佐证-{number:03}" for number in numbers)
