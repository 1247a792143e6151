"""The human texts of an evaluation, each with its place, as typed and with its figures filled in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.domain.checks.base import SCORES, Place, Spot, View
from workbench.domain.evaluation import Advice, Deduction, Entry, Overview, Paragraph, Problem
from workbench.domain.fields import spec_of
from workbench.domain.narrative import bindings_of, render

#: The kinds that hold texts, and all that filled-in texts depend on.
TEXTS = ("overview", "entry", "deduction", "problem", "advice", "paragraph")
FILLED = tuple(dict.fromkeys((*SCORES, *TEXTS)))
_OVERVIEW_TEXTS = (
    "background", "content", "organisation", "overall_target", "purpose", "scope", "basis", "principles",
    "process", "experience", "remarks",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """One human text: its spot, the text with figures filled in, and the stretches that were filled in."""

    place: Place
    where: str
    text: str
    bound: tuple[tuple[int, int], ...] = ()
    indicator: str = ""

    def spot(self, code: str, part: str) -> Spot:
        """A spot for a finding about this text."""
        return Spot(code, self.place, self.where, self.indicator, part)


def typed_texts(view: View) -> list[Written]:
    """Every text that a person wrote and a report prints, as typed."""
    return view.once("typed texts", lambda: list(_typed(view)))


def filled_texts(view: View) -> list[Written]:
    """The same with figures filled in."""
    return view.once("filled texts", lambda: [_filled(view, written) for written in typed_texts(view)])


def _filled(view: View, written: Written) -> Written:
    if "{" not in written.text:
        return written
    known = bindings_of(view.evaluation, view.scores, written.indicator, view.sources)
    bound, at, parts = [], 0, []
    for span in render(written.text, known):
        if span.name and not span.unknown:
            bound.append((at, at + len(span.text)))
        parts.append(span.text)
        at += len(span.text)
    return dataclasses.replace(written, text="".join(parts), bound=tuple(bound))


def _typed(view: View) -> Iterator[Written]:
    evaluation = view.evaluation
    overview = evaluation.overview
    for name in _OVERVIEW_TEXTS:
        if text := getattr(overview, name):
            yield Written(
                Place("overview", "overview", "overview", name),
                f"概况 › {spec_of(Overview, name).label}",
                text,
            )
    for entry in evaluation.table(Entry).values():
        if entry.basis and view.form.get(entry.id):
            where = f"{view.form.place(entry.id)} › 评价依据"
            yield Written(Place("scoring", "entry", entry.id, "basis"), where, entry.basis, (), entry.id)
    for line in evaluation.table(Deduction).values():
        if line.reason and view.form.get(line.indicator):
            where = f"{view.form.place(line.indicator)} › 扣分原因"
            yield Written(
                Place("scoring", "deduction", line.id, "reason"), where, line.reason, (), line.indicator
            )
    for problem in evaluation.table(Problem).values():
        for field in ("title", "description", "cause"):
            if text := getattr(problem, field):
                yield Written(
                    Place("problems", "problem", problem.id, field), f"问题 › {problem.title}", text
                )
    for advice in evaluation.table(Advice).values():
        for field in ("title", "text"):
            if text := getattr(advice, field):
                yield Written(Place("problems", "advice", advice.id, field), f"建议 › {advice.title}", text)
    for paragraph in evaluation.table(Paragraph).values():
        if paragraph.text:
            where = f"报告正文 › {paragraph.id}"
            yield Written(Place("export", "paragraph", paragraph.id, "text"), where, paragraph.text)
