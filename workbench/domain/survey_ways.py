"""The ways in which the answers of a questionnaire come in: what it holds of each, and what a change of way takes out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbench.domain.asked import options_of, questions_of
from workbench.domain.changes import Change
from workbench.domain.entities_survey import COUNTS, FILE, SHEETS, Sheet, SheetBatch
from workbench.domain.evaluation import Entity, Evaluation, Link, Option, Questionnaire, kind_of


@dataclass(frozen=True, slots=True)
class Held:
    """What a questionnaire holds already: options with counts, sheets, imported sheets."""

    counts: int = 0
    sheets: int = 0
    imported: int = 0

    def besides(self, way: str) -> str:
        """What stands against a way, in words; empty when nothing does."""
        parts = (
            (COUNTS, self.counts, f"{self.counts} 个选项的人数或占比"),
            (SHEETS, self.sheets, f"{self.sheets} 份录入的答卷"),
            (FILE, self.imported, f"{self.imported} 份导入的答卷"),
        )
        return "、".join(words for own, number, words in parts if number and own != way)


def held_by(evaluation: Evaluation, asked: Questionnaire) -> Held:
    """What a questionnaire holds already, by way."""
    return Held(
        sum(1 for _ in _counted(evaluation, asked)),
        len({sheet.number for sheet in sheets_of(evaluation, asked.id)}),
        sum(batch.numbers.count("\n") + 1 for batch in _batches(evaluation, asked.id) if batch.numbers),
    )


def clearing(evaluation: Evaluation, asked: Questionnaire, way: str) -> list[Change]:
    """The changes that take out everything that came in another way than ``way``."""
    gone: list[Entity] = []
    if way != SHEETS:
        gone += sheets_of(evaluation, asked.id)
    if way != FILE:
        gone += _batches(evaluation, asked.id)
    changes = removing_many(evaluation, gone)
    if way != COUNTS:
        changes += [
            Change(option, dataclasses.replace(option, count=None, share=None))
            for option in _counted(evaluation, asked)
        ]
    return changes


def removing_many(evaluation: Evaluation, gone: Iterable[Entity]) -> list[Change]:
    """The changes that remove many entities with their links, looked for once; nothing else may hang on them."""
    listed = list(gone)
    ids = {(kind_of(entity), entity.id) for entity in listed}
    links = [
        link
        for link in evaluation.table(Link).values()
        if (link.from_kind, link.from_id) in ids or (link.to_kind, link.to_id) in ids
    ]
    return [Change(entity, None) for entity in [*links, *listed]]


def sheets_of(evaluation: Evaluation, questionnaire: str) -> list[Sheet]:
    """The sheets of a questionnaire, both passes, in the order in which they were put."""
    return [sheet for sheet in evaluation.table(Sheet).values() if sheet.questionnaire == questionnaire]


def _batches(evaluation: Evaluation, questionnaire: str) -> list[SheetBatch]:
    return [batch for batch in evaluation.listed(SheetBatch) if batch.questionnaire == questionnaire]


def _counted(evaluation: Evaluation, asked: Questionnaire) -> Iterator[Option]:
    """The options whose number or share somebody typed."""
    for question in questions_of(evaluation, asked):
        for option in options_of(evaluation, question):
            if option.count is not None or option.share is not None:
                yield option
