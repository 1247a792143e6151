"""Evaluations to print: the Qixia sample, and small hand-built ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from tests.forms.reading import read_form
from tests.helpers import ROOT
from workbench.domain.changes import Change, apply
from workbench.domain.evaluation import Entity, Entry, Evaluation, Link
from workbench.domain.form import Band, Form, Indicator, Rounding
from workbench.services.presets import presets
from workbench.services.samples import Samples

MADE = datetime(2022, 12, 15, 9, 0, tzinfo=UTC)
RESOURCES = ROOT / "resources"
BANDS = tuple(Band(name, Decimal(lower)) for name, lower in (("优", 90), ("良", 80), ("中", 60), ("差", 0)))


def with_entities(evaluation: Evaluation, entities: Iterable[Entity]) -> Evaluation:
    last = {(type(entity), entity.id): entity for entity in entities}
    return apply(evaluation, [Change(evaluation.get(type(e), e.id), e) for e in last.values()])


def qixia() -> Evaluation:
    form = read_form("qixia-2022")
    evaluation = with_entities(Evaluation("qixia", form), presets(form, "qixia", project="x"))
    return with_entities(evaluation, Samples(RESOURCES / "samples").entities("qixia", evaluation))


def small_form(groups: int = 2, leaves: int = 3, points: str = "10", text: str = "按完成情况评分。") -> Form:
    """Two levels above the scored ones; every indicator is scored by hand."""
    found: list[Indicator] = []
    mark = Decimal(points)
    for g in range(groups):
        found.append(Indicator(f"g{g}", f"第{g}类", 1, "", mark * leaves))
        found.append(Indicator(f"g{g}m", f"第{g}组", 2, f"g{g}", mark * leaves))
        found += [
            Indicator(f"g{g}l{n}", f"指标{g}-{n}", 3, f"g{g}m", mark, explanation=text, criterion=text)
            for n in range(leaves)
        ]
    return Form(
        id="small", title="小体系", version="1", authority="", mode="财政评价",
        levels=("一级指标", "二级指标", "三级指标"), total=mark * leaves * groups, bands=BANDS,
        rounding=Rounding(), indicators=tuple(found), raw={"id": "small"},
    )  # fmt: skip


def scored_by_hand(form: Form, score: str = "9.5", **fields: str) -> Evaluation:
    entries = [
        Entry(id=leaf.id, override=Decimal(score), override_reason="现场核定", **fields)
        for leaf in form.leaves
    ]
    return with_entities(Evaluation("small", form), entries)


def without_records(evaluation: Evaluation) -> Evaluation:
    """The evaluation without what was recorded on the site, for tests that bring records of their own."""
    gone = {"document_request", "interview", "exchange", "site_record", "fact", "sampling", "sampled_item"}
    tables = {kind: table for kind, table in evaluation.tables.items() if kind not in gone}
    links = evaluation.table(Link)
    tables["link"] = {
        id_: link for id_, link in links.items() if link.from_kind not in gone and link.to_kind not in gone
    }
    return dataclasses.replace(evaluation, tables=tables)
