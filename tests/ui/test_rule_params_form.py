"""Every kind of rule has an editor made from its parameters: it shows them all and gives the same back."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.domain.rules.samples import SAMPLES
from tests.helpers import session
from tests.ui.helpers import window_on
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Overview
from workbench.domain.form_edits import put_param
from workbench.domain.form_outline import rule_of
from workbench.domain.form_raw import form_to_raw
from workbench.domain.rules.base import rule_types
from workbench.domain.rules.params import params_of
from workbench.services.session import Session
from workbench.ui.form_page import FormPage
from workbench.ui.param_fields import read, shown


def scored_by(kind: str) -> Session:
    raw = {
        "id": "f",
        "title": "一",
        "total": 10,
        "bands": [{"name": "全", "lower": 0}],
        "indicator": [{"id": "A", "name": "甲", "points": 10, "rule": {"kind": kind, **SAMPLES[kind][0]}}],
    }
    return session(Overview(project="东湖"), form=compile_form(raw))


@pytest.mark.parametrize("kind", sorted(rule_types()))
def test_a_rule_is_shown_whole_and_comes_back_the_same(kind: str, qtbot: QtBot) -> None:
    open_ = scored_by(kind)
    before = form_to_raw(open_.evaluation.form)
    window = window_on(qtbot, open_)
    assert window.workplace is not None
    window.workplace.show_page("form")
    page = window.workplace.page("form")
    assert isinstance(page, FormPage)
    form = page.indicator.rule
    rule, _ = rule_of(page.editing.outline.row("A"))
    assert rule is not None
    asked = {address[1:] for address in form.editors}
    for param in params_of(type(rule)):
        if param.kind == "list" and param.item is not None:
            entries = getattr(rule, param.name)
            assert {
                (param.name, n, i.name) for n in range(len(entries)) for i in params_of(param.item)
            } <= asked
        else:
            assert (param.name, -1, "") in asked
    for address, editor in form.editors.items():
        assert form._save(_param(type(rule), address), address, editor.text(), editor) == ""
    assert page.editing.raw == before
    assert page.editing.draft is None
    assert page.indicator.sentence.text() == f"{rule.label}：{rule.sentence()}"
    for key, text in SAMPLES[kind][1].items():
        trial = page.indicator.trial.editors[key]
        trial.rebind(("A", key), "")
        page.indicator.trial._save(("A", key), text, trial)
    score = page.indicator.trial.score
    assert score is not None
    assert 0 <= score <= 10


def _param(rule_type: type, address: tuple[str, str, int, str]) -> object:
    param = next(one for one in params_of(rule_type) if one.name == address[1])
    if address[2] < 0:
        return param
    assert param.item is not None
    return next(one for one in params_of(param.item) if one.name == address[3])


@pytest.mark.parametrize("kind", sorted(rule_types()))
def test_text_of_a_parameter_means_what_it_shows(kind: str) -> None:
    raw = form_to_raw(scored_by(kind).evaluation.form)
    rule = raw["indicator"][0]["rule"]
    for param in params_of(rule_types()[kind]):
        if param.kind == "list":
            continue
        held = read(param, shown(param, rule.get(param.name)))
        assert put_param(raw, "A", param.name, held) == raw
