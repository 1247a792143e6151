"""The human texts of an evaluation, each with its place, as typed and with its figures filled in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from workbench.domain.checks.base import SCORES
from workbench.domain.checks.finding import Place, Spot
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Advice, Deduction, Entry, Overview, Paragraph, Problem
from workbench.domain.fields import spec_of
from workbench.domain.form import Form
from workbench.domain.narrative import TEXT_FIELDS, bindings_of, figures, spans

#: The kinds that hold texts, and all that filled-in texts depend on.
TEXTS = ("overview", "entry", "deduction", "problem", "advice", "paragraph")
FILLED = tuple(dict.fromkeys((*SCORES, *TEXTS, "stated_rate")))


@dataclass(frozen=True, slots=True)
class Written:
    """One human text: its spot, the text with figures filled in, and the stretches that were filled in."""

    place: Place
    where: str
    text: str
    bound: tuple[tuple[int, int], ...] = ()
    indicator: str = ""
    unknown: tuple[str, ...] = ()
    """Markers that nothing stands behind."""
    known: tuple[str, ...] = ()
    """With unknown markers: the names that may be used."""

    def spot(self, code: str, part: str) -> Spot:
        """A spot for a finding about this text."""
        return Spot(code, self.place, self.where, self.indicator, part)


def typed_texts(view: View) -> list[Written]:
    """Every text that a person wrote and a report prints, as typed."""
    return view.once("typed texts", lambda: list(_typed(view)))


def filled_texts(view: View) -> list[Written]:
    """The same with figures filled in."""
    return view.once("filled texts", lambda: list(_filled_texts(view)))


def _typed(view: View) -> Iterator[Written]:
    for entity_type, texts in _TEXTS_OF.items():
        table = view.evaluation.table(entity_type)
        own = partial(_texts_of_table, view, entity_type, texts, table)
        yield from view.remember(("typed", entity_type), (table,), own)


def _texts_of_table(
    view: View,
    entity_type: type[Any],
    texts: Callable[[Form, Any], Iterator[Written]],
    table: Mapping[str, Any],
) -> list[Written]:
    return list(view.each(("typed each", entity_type), table.values(), partial(texts, view.form)))


def _filled_texts(view: View) -> Iterator[Written]:
    evaluation, scores = view.evaluation, view.scores
    common = view.stable("bindings", bindings_of(evaluation, scores, "", view.sources))
    sheets = (evaluation.tables.get("questionnaire"), evaluation.tables.get("question"))
    kept: dict[int, tuple[Written, object, Written]] = view.remember("filled", (common, *sheets), dict)
    last = kept.copy()
    kept.clear()
    for written in typed_texts(view):
        if "{" not in written.text:
            yield written
            continue
        scored = scores[written.indicator] if written.indicator else None
        known = last.get(id(written))
        if known is None or known[0] is not written or known[1] is not scored:
            filled = _filled(written, _bindings(view, written.indicator, common))
            # The very text of before if it reads the same, so that what rests on it holds.
            known = (written, scored, view.stable(("filled", written.place), filled))
        kept[id(written)] = known
        yield known[2]


def _bindings(view: View, indicator: str, common: Mapping[str, str]) -> Mapping[str, str]:
    if not indicator:
        return common
    evaluation, scored = view.evaluation, view.scores[indicator]
    sheets = (evaluation.tables.get("questionnaire"), evaluation.tables.get("question"))
    own = view.remember(("figures", indicator), (scored, *sheets), lambda: figures(evaluation, scored))
    return _Both(own, common)


class _Both(Mapping[str, str]):
    """The indicator's own names before those of the evaluation, without copying either."""

    def __init__(self, own: Mapping[str, str], common: Mapping[str, str]) -> None:
        self._own, self._common = own, common

    def __getitem__(self, name: str) -> str:
        return self._own[name] if name in self._own else self._common[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._common, **self._own})

    def __len__(self) -> int:
        return len({**self._common, **self._own})


def _filled(written: Written, known: Mapping[str, str]) -> Written:
    bound, at, parts, unknown = [], 0, [], []
    for span in spans(written.text, known):
        if not span.known:
            unknown.append(span.name)
        elif span.name:
            bound.append((at, at + len(span.text)))
        parts.append(span.text)
        at += len(span.text)
    return dataclasses.replace(
        written,
        text="".join(parts),
        bound=tuple(bound),
        unknown=tuple(unknown),
        known=tuple(known) if unknown else (),
    )


def _overview(_: Form, overview: Overview) -> Iterator[Written]:
    for name in TEXT_FIELDS[Overview]:
        if text := getattr(overview, name):
            where = f"概况 › {spec_of(Overview, name).label}"
            yield Written(Place("overview", "overview", "overview", name), where, text)


def _entry(form: Form, entry: Entry) -> Iterator[Written]:
    if entry.basis and form.get(entry.id) is not None:
        where = f"{form.place(entry.id)} › 评价依据"
        yield Written(Place("scoring", "entry", entry.id, "basis"), where, entry.basis, indicator=entry.id)


def _deduction(form: Form, line: Deduction) -> Iterator[Written]:
    if line.reason and form.get(line.indicator) is not None:
        where = f"{form.place(line.indicator)} › 扣分原因"
        place = Place("scoring", "deduction", line.id, "reason")
        yield Written(place, where, line.reason, indicator=line.indicator)


def _problem(_: Form, problem: Problem) -> Iterator[Written]:
    for field in TEXT_FIELDS[Problem]:
        if text := getattr(problem, field):
            yield Written(Place("problems", "problem", problem.id, field), f"问题 › {problem.title}", text)


def _advice(_: Form, advice: Advice) -> Iterator[Written]:
    for field in TEXT_FIELDS[Advice]:
        if text := getattr(advice, field):
            yield Written(Place("problems", "advice", advice.id, field), f"建议 › {advice.title}", text)


def _paragraph(_: Form, paragraph: Paragraph) -> Iterator[Written]:
    if paragraph.text:
        place = Place("report_text", "paragraph", paragraph.id, "text")
        yield Written(place, f"报告正文 › {paragraph.id}", paragraph.text)


_TEXTS_OF: Mapping[type[Any], Callable[[Form, Any], Iterator[Written]]] = {
    Overview: _overview,
    Entry: _entry,
    Deduction: _deduction,
    Problem: _problem,
    Advice: _advice,
    Paragraph: _paragraph,
}
