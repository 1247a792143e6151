"""Words and figures that the parts of a report share: paragraphs, bound figures, scores, evidence numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from workbench.domain.form import Indicator, show_score
from workbench.exporters.document import Block, Bound, Content, Inline, Paragraph, Reference, content
from workbench.exporters.report_data import ReportData


def paragraphs(text: str) -> list[Block]:
    """One paragraph for each line of human text; nothing for empty text."""
    return [Paragraph(content(line.strip())) for line in text.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class SeeAlso(Paragraph):
    """A sentence that names annexes by their numbers; what a report does not have is left out of it."""

    runs: Content = ()
    pairs: tuple[tuple[str, str], ...] = ()
    """What is to be found, and the key of the annex."""

    def among(self, keys: Collection[str]) -> Paragraph | None:
        """The sentence for a report with these annexes; nothing when it has none of them."""
        found = [(words, key) for words, key in self.pairs if key in keys]
        if not found:
            return None
        runs: list[str | Inline] = []
        for words, key in found:
            runs += ["，" if runs else "", f"{words}见", Reference(key)]
        return Paragraph(content(*runs, "。"))


def see_also(*pairs: tuple[str, str]) -> SeeAlso:
    """Refer to annexes: what is to be found, and the annex's key."""
    return SeeAlso(pairs=pairs)


def for_annexes(blocks: Iterable[Block], keys: Collection[str]) -> list[Block]:
    """The blocks with the sentences that name annexes as they are for a report with these."""
    found: list[Block] = []
    for block in blocks:
        if not isinstance(block, SeeAlso):
            found.append(block)
        elif (sentence := block.among(keys)) is not None:
            found.append(sentence)
    return found


def bound(value: str, source: str, *, bold: bool = False) -> Bound:
    """A figure taken from the model."""
    return Bound(value, source, bold)


def score_text(data: ReportData, value: Decimal | None, indicator: Indicator | None = None) -> str:
    """A score as printed, ``—`` while there is none."""
    return "—" if value is None else show_score(data.evaluation.form, value, indicator)


def evidence_text(numbers: tuple[int, ...]) -> str:
    """Evidence numbers as printed: ``佐证-001、佐证-004``."""
    return "、".join(f"佐证-{number:03}" for number in numbers)
