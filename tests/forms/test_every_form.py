"""Every shipped indicator system compiles, adds up, and each of its rules can give what it promises."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.forms.reading import FILES, read_raw
from workbench.domain.amounts import exact
from workbench.domain.compiler import compile_form, form_to_raw

#: Rules that the source itself prints with a wrong maximum; compiled as printed, and said so.
AS_PRINTED = {("qixia-2022", "预算执行率"): Fraction(4)}

every_form = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@every_form
def test_compiles_and_adds_up(path: Path) -> None:
    form = compile_form(read_raw(path))
    assert form.id == path.stem
    assert sum((root.full_mark for root in form.roots), Decimal(0)) == form.total
    for indicator in form.indicators:
        children = form.children(indicator.id)
        assert (indicator.rule is None) == bool(children)
        if children:
            assert sum((child.full_mark for child in children), Decimal(0)) == indicator.full_mark


@every_form
def test_every_rule_reaches_its_full_mark(path: Path) -> None:
    form = compile_form(read_raw(path))
    for leaf in form.leaves:
        assert leaf.rule is not None
        expected = AS_PRINTED.get((form.id, leaf.name), exact(leaf.full_mark))
        assert leaf.rule.maximum() == expected, form.place(leaf.id)


@every_form
def test_every_sentence_reads(path: Path) -> None:
    form = compile_form(read_raw(path))
    for leaf in form.leaves:
        assert leaf.rule is not None
        sentence = leaf.rule.sentence()
        assert sentence.endswith("。"), sentence
        assert not {"None", "Decimal", "Fraction", "  ", "；；", "。。"} & {
            part for part in ("None", "Decimal", "Fraction", "  ", "；；", "。。") if part in sentence
        }, sentence


@every_form
def test_round_trip_is_exact(path: Path) -> None:
    form = compile_form(read_raw(path))
    raw = form_to_raw(form)
    again = compile_form(raw)
    assert again == form
    assert form_to_raw(again) == raw
    assert compile_form(json.loads(json.dumps(form.raw))) == form


@every_form
def test_only_the_known_faults_are_listed(path: Path) -> None:
    form = compile_form(read_raw(path))
    expected = {place for (id_, place) in AS_PRINTED if id_ == form.id}
    rule_faults = [fault for fault in form.faults if not fault.place.startswith("等级")]
    assert {fault.place.rsplit(" › ", 1)[-1] for fault in rule_faults} == expected
