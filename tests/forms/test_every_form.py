"""Every shipped indicator system compiles, adds up, and each of its rules can give what it promises."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.forms.reading import FILES, FORMS, read_raw
from workbench.domain.amounts import exact
from workbench.domain.compiler import compile_form
from workbench.domain.form_raw import form_to_raw
from workbench.domain.rules.base import rule_types
from workbench.domain.rules.params import params_of

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


def test_the_readme_describes_every_kind_and_parameter() -> None:
    text = (FORMS / "README.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    measured = text[text.index("多种方式针对一个**测得的值**") : text.index("| `kind` |")]
    for kind, rule_type in rule_types().items():
        row = rows[kind]
        assert rule_type.label in row
        for described in params_of(rule_type):
            named = [described, *(params_of(described.item) if described.item else ())]
            for one in named:
                assert f"`{one.name}`" in row + measured or one.name.endswith("_source"), (kind, one.name)
