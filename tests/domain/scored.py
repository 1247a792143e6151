"""Scores an evaluation from a handful of typed inputs, as a test writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from workbench.domain.changes import Change, apply
from workbench.domain.evaluation import Entity, Evaluation, Input, input_id
from workbench.domain.form import Form
from workbench.domain.rules.base import Given, Outcome, Rule
from workbench.domain.scoring import read_input


def evaluation_of(form: Form, entities: Iterable[Entity]) -> Evaluation:
    return apply(Evaluation("test", form), [Change(None, entity) for entity in entities])


def typed(indicator: str, key: str, value: str, source: str = "", *, manual: bool = False) -> Input:
    return Input(
        id=input_id(indicator, key), indicator=indicator, key=key, value=value, source=source, manual=manual
    )


def outcome(rule: Rule, values: Mapping[str, str] | None = None, deducted: str = "0") -> Outcome:
    """What a rule says to texts as a person types them; inputs left out take their default."""
    given = {}
    for spec in rule.inputs():
        text = (values or {}).get(spec.key, spec.default)
        given[spec.key] = read_input(text, spec) if text else Given(None)
    return rule.evaluate(given, Decimal(deducted))


def score(rule: Rule, values: Mapping[str, str] | None = None, deducted: str = "0") -> Fraction:
    found = outcome(rule, values, deducted).score
    assert found is not None
    return found
