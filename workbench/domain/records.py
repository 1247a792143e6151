"""What follows from field records: which belong together, what is overdue, how much a sample covers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from workbench.domain.amounts import exact
from workbench.domain.entities_records import (
    DocumentRequest,
    Exchange,
    Fact,
    Interview,
    SampledItem,
    Sampling,
    SiteRecord,
)
from workbench.domain.evaluation import Evaluation, Evidence, Link
from workbench.domain.form import Form


def overdue(request: DocumentRequest, today: date) -> bool:
    """Whether something asked for should have come before ``today`` and has not."""
    return request.status == "未收" and request.due is not None and request.due < today


def overdue_requests(evaluation: Evaluation, today: date) -> list[DocumentRequest]:
    """Everything overdue, in the order of the list."""
    return [request for request in evaluation.listed(DocumentRequest) if overdue(request, today)]


def exchanges_of(evaluation: Evaluation, interview: str) -> list[Exchange]:
    """Questions and answers of an interview in their order."""
    return [line for line in evaluation.listed(Exchange) if line.interview == interview]


def facts_of(evaluation: Evaluation, record: str) -> list[Fact]:
    """The facts of a site record in their order."""
    return [fact for fact in evaluation.listed(Fact) if fact.record == record]


def items_of(evaluation: Evaluation, sampling: str) -> list[SampledItem]:
    """The items that a sampling drew, in their order."""
    return [item for item in evaluation.listed(SampledItem) if item.sampling == sampling]


def indicators_of(evaluation: Evaluation, kind: str, id_: str) -> list[str]:
    """Ids of the existing indicators that a record is tied to, in the order of the table."""
    tied = {link.to_id for link in evaluation.links(from_kind=kind, from_id=id_, to_kind="indicator")}
    return [leaf.id for leaf in evaluation.form.leaves if leaf.id in tied]


def tied_to(evaluation: Evaluation, kind: str, indicator: str) -> set[str]:
    """Ids of the records of one kind that bear on an indicator."""
    return {link.from_id for link in evaluation.links(from_kind=kind, to_kind="indicator", to_id=indicator)}


def evidence_at(evaluation: Evaluation, kind: str, id_: str) -> list[tuple[Evidence, Link]]:
    """The papers and photos of a record with their links, by number."""
    table = evaluation.table(Evidence)
    found = [
        (table[link.from_id], link)
        for link in evaluation.links(from_kind="evidence", to_kind=kind, to_id=id_)
        if link.from_id in table
    ]
    return sorted(found, key=lambda pair: pair[0].number)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the whole was drawn; counts, money in the evaluation's unit, shares of one.

    With items listed, count and money are theirs (``listed``), else as stated. A share is nothing
    while either side is unknown or the whole is 0.
    """

    drawn: int | None
    money: Fraction | None
    listed: int
    share: Fraction | None
    money_share: Fraction | None


def coverage(evaluation: Evaluation, sampling: Sampling) -> Coverage:
    """Count and money drawn of one sampling, and their shares of the whole."""
    items = items_of(evaluation, sampling.id)
    amounts = [exact(item.money) for item in items if item.money is not None]
    drawn = len(items) if items else sampling.drawn
    stated = None if sampling.drawn_money is None else exact(sampling.drawn_money)
    money = sum(amounts, Fraction(0)) if amounts else stated
    whole = None if sampling.population_money is None else exact(sampling.population_money)
    return Coverage(
        drawn=drawn,
        money=money,
        listed=len(items),
        share=Fraction(drawn, sampling.population) if drawn is not None and sampling.population else None,
        money_share=money / whole if money is not None and whole else None,
    )


def drawn_numbers(population: int, count: int, seed: str) -> list[int]:
    """Which of the numbers 1 to ``population`` a seed draws, rising; the same everywhere, for ever.

    Each number is hashed with the seed (SHA-256 of ``seed:number``); the smallest hashes are drawn,
    so that anyone can draw again with any tool.
    """
    ordered = sorted(
        range(1, population + 1), key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest()
    )
    return sorted(ordered[: max(count, 0)])


def indicators_named(form: Form, words: Iterable[str]) -> list[str]:
    """Ids of the scored indicators whose name, or the name of one above, holds one of the words."""
    wanted = tuple(words)
    return [
        leaf.id
        for leaf in form.leaves
        if any(word in step.name for step in form.path(leaf.id) for word in wanted)
    ]


@dataclass(frozen=True, slots=True)
class Tally:
    """How the requests stand."""

    asked: int
    received: int
    open: int
    overdue: int
    missing: int


def tally_requests(evaluation: Evaluation, today: date | None) -> Tally:
    """Requests by state; those that do not apply are not asked for."""
    requests = [r for r in evaluation.table(DocumentRequest).values() if r.status != "不适用"]
    states = [request.status for request in requests]
    late = sum(1 for request in requests if today is not None and overdue(request, today))
    return Tally(len(requests), states.count("已收"), states.count("未收"), late, states.count("缺失"))


def records_of(evaluation: Evaluation) -> dict[str, int]:
    """How many there are of each kind of record."""
    return {
        "document_request": len(evaluation.table(DocumentRequest)),
        "interview": len(evaluation.table(Interview)),
        "site_record": len(evaluation.table(SiteRecord)),
        "sampling": len(evaluation.table(Sampling)),
    }
