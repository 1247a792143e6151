"""Edits of a form: ids and sums hold, what compiles comes back whole from the template, nothing crashes."""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers import ROOT
from workbench.domain import form_edits as edits
from workbench.domain.compiler import compile_form
from workbench.domain.form_diff import compare
from workbench.domain.form_edits import CannotEdit
from workbench.domain.form_json import form_raw, form_text
from workbench.domain.form_outline import Outline, gap_text, points_of, rule_of
from workbench.domain.form_raw import form_to_raw
from workbench.domain.form_revision import delta, patched
from workbench.domain.rules.base import rule_types
from workbench.errors import InputRefused
from workbench.exporters.indicator_table import write_indicator_table
from workbench.importers.indicator_columns import load_columns
from workbench.importers.indicator_table import read_indicator_table
from workbench.services.catalog import read_form

Raw = dict[str, Any]


@functools.cache
def _text(name: str) -> str:
    return form_text(form_to_raw(compile_form(read_form(ROOT / "forms" / f"{name}.toml"))))


def qixia() -> Raw:
    return form_raw(_text("qixia-2022"))


def ids(raw: Raw) -> list[str]:
    return [row["id"] for row in raw["indicator"]]


def points(raw: Raw, id_: str) -> Decimal | None:
    return points_of(Outline(raw).row(id_))


def whole(raw: Raw) -> Decimal:
    """The points of all scored indicators."""
    return sum((line.points or Decimal(0) for line in Outline(raw).lines() if line.leaf), Decimal(0))


def test_an_added_indicator_takes_what_is_open_and_stands_where_it_was_put() -> None:
    raw = edits.put_points(qixia(), "D11", Decimal(3))
    missing = Outline(raw).line("D1").gap
    assert missing > 0
    assert gap_text(Outline(raw).line("D1")).endswith(f"还差 {missing.normalize():f}")
    raw = edits.add(raw, "N1", parent="D1", after="D11", name="网络舆情")
    assert Outline(raw).children("D1")[:2] == ["D11", "N1"]
    assert points(raw, "N1") == missing
    form = compile_form(raw)
    assert form.place("N1").endswith("网络舆情")
    assert form_to_raw(form) == raw


def test_below_a_scored_indicator_the_new_one_takes_over_the_standard() -> None:
    raw = qixia()
    raw["levels"] = ["一级指标", "二级指标", "三级指标", "四级指标"]
    rule = Outline(raw).row("D11")["rule"]
    raw = edits.add(raw, "N1", parent="D11")
    assert Outline(raw).row("N1")["rule"] == rule
    assert "rule" not in Outline(raw).row("D11")
    assert compile_form(raw)["N1"].full_mark == compile_form(qixia())["D11"].full_mark


def test_levels_that_the_system_has_not_are_refused_in_words() -> None:
    with pytest.raises(CannotEdit, match="只有 3 级"):
        edits.add(qixia(), "N1", parent="D11")
    with pytest.raises(CannotEdit, match="自己下面"):
        edits.place_under(qixia(), "D", "D1")
    with pytest.raises(CannotEdit, match="一级指标"):
        edits.outdent(qixia(), "D")


def test_a_level_is_added_for_a_finer_division() -> None:
    raw = edits.put_levels(qixia(), 4)
    assert raw["levels"] == ["一级指标", "二级指标", "三级指标", "四级指标"]
    raw = edits.add(raw, "N1", parent="D11")
    assert compile_form(raw)["N1"].level == 4
    with pytest.raises(CannotEdit, match="用到第 4 级"):
        edits.put_levels(raw, 3)
    with pytest.raises(CannotEdit, match="3 至 4"):
        edits.put_levels(qixia(), 5)
    assert any(d.kind == "总体" and "指标层级" in d.words for d in compare(qixia(), raw))


def test_moving_keeps_ids_and_content() -> None:
    raw = qixia()
    moved = edits.move(raw, "D12", -1)
    assert Outline(moved).children("D1")[:2] == ["D12", "D11"]
    assert [str(d) for d in compare(raw, moved)] == [
        f"移动　{Outline(moved).place('D12')}：次序改变"
    ] or compare(raw, moved)[0].id == "D11"
    assert len(compare(raw, moved)) == 1
    elsewhere = edits.place_under(raw, "D11", "C1")
    assert Outline(elsewhere).parent("D11") == "C1"
    assert Outline(elsewhere).row("D11")["rule"] == Outline(raw).row("D11")["rule"]
    said = next(d for d in compare(raw, elsewhere) if d.kind == "移动")
    assert "原在" in said.words


def test_a_split_shares_the_points_and_a_merge_brings_them_together() -> None:
    raw = qixia()
    split = edits.split(raw, "D11", "N1")
    assert (points(split, "D11") or 0) + (points(split, "N1") or 0) == points(raw, "D11")
    assert Outline(split).row("N1")["criterion"] == Outline(raw).row("D11")["criterion"]
    assert compile_form(split)["N1"].rule is not None
    merged = edits.merge(split, "D11")
    assert points(merged, "D11") == points(raw, "D11")
    assert "N1" not in Outline(merged)
    assert Outline(merged).row("D11")["criterion"] == Outline(raw).row("D11")["criterion"]


@pytest.mark.parametrize("total", ["100", "90", "101", "99.5", "33.3"])
def test_points_are_spread_in_proportion_and_exactly(total: str) -> None:
    raw = edits.spread(edits.put_total(qixia(), Decimal(total)), "")
    raw["bands"] = [{"name": "全", "lower": "0"}]
    form = compile_form(raw)
    assert sum(leaf.full_mark for leaf in form.leaves) == Decimal(total)
    assert all(leaf.full_mark > 0 for leaf in form.leaves)


def test_a_removed_indicator_comes_back_where_it_was() -> None:
    raw = qixia()
    for id_ in ("D11", "D12", "D1", "D"):
        gone = edits.remove(raw, id_)
        assert id_ not in Outline(gone)
        assert edits.restore(gone, raw, id_) == raw
    bare = edits.remove(edits.remove(raw, "D1"), "D2")
    back = edits.restore(bare, raw, "D12")
    assert Outline(back).path("D12") == ["D", "D1", "D12"]


def test_the_running_sum_is_told_in_words() -> None:
    raw = qixia()
    assert Outline(raw).sum_text() == "合计 100 / 100"
    root = Outline(raw).children("")[0]
    less = edits.put_points(raw, root, (points(raw, root) or Decimal(0)) - 2)
    assert Outline(less).sum_text() == "合计 98 / 100，还差 2"
    assert "多出 2" in gap_text(Outline(less).line(root))
    assert Outline(edits.sum_up(less, Outline(raw).children(root)[0])).sum_text() == "合计 100 / 100"


def test_another_rule_keeps_what_both_know_and_says_what_is_missing() -> None:
    raw = edits.put_rule(qixia(), "D11", "bands")
    rule, faults = rule_of(Outline(raw).row("D11"))
    assert rule is None
    assert any("各档" in fault and "没有写" in fault for fault in faults)
    raw = edits.put_param(raw, "D11", "band", [{"limit": "90%", "points": "100%"}])
    rule, faults = rule_of(Outline(raw).row("D11"))
    assert rule is not None
    assert rule.label == "分档计分"
    assert any(d.kind == "计分方式" and "→ 分档计分" in d.words for d in compare(qixia(), raw))
    assert compile_form(raw)["D11"].rule == rule


def test_points_that_a_rule_names_itself_follow_the_weight() -> None:
    raw = edits.put_points(qixia(), "D11", Decimal(8))
    rule, faults = rule_of(Outline(raw).row("D11"))
    assert rule is not None
    assert any("超过分值 8 分" in fault for fault in faults)
    fitted = edits.fit_rule(raw, "D11")
    rule, faults = rule_of(Outline(fitted).row("D11"))
    assert rule is not None
    assert rule.maximum() == 8
    assert faults == ()
    assert edits.fit_rule(fitted, "D11") == fitted
    spread = edits.spread(edits.put_points(qixia(), "D1", Decimal(10)), "D1")
    assert Outline(spread).row("D11")["rule"]["factor"] == "5"
    assert Outline(edits.split(qixia(), "D11", "N1")).row("N1")["rule"]["factor"] == "5"
    wrong = qixia()  # a rule that gave less than the full mark keeps its own points: that is a finding
    spread = edits.spread(edits.put_points(wrong, "B1", Decimal(28)), "B1")
    assert Outline(spread).row("B12")["rule"]["factor"] == Outline(wrong).row("B12")["rule"]["factor"]


def test_differences_are_told_in_words() -> None:
    raw = qixia()
    fresh = edits.put_text(raw, "D11", "name", "知晓率")
    fresh = edits.put_text(fresh, "D12", "criterion", "另一条标准")
    fresh = edits.put_points(fresh, "D11", Decimal(9))
    fresh = edits.remove(fresh, "D12")
    fresh = edits.add(fresh, "N1", parent="D1", name="补位")
    kinds = {d.kind for d in compare(raw, fresh)}
    assert {"改名", "分值", "删去", "新增"} <= kinds
    target = edits.put_param(raw, "D11", "target", "95%")
    assert [(d.kind, d.words) for d in compare(raw, target)] == [("目标值", "96% → 95%")]
    assert compare(raw, raw) == []


NAMES = st.text(st.sampled_from("知晓率资金（）1%　 "), min_size=1, max_size=8)
EDITS = st.tuples(st.integers(0, 12), st.integers(0, 10**6), st.integers(0, 10**6), NAMES)


def edited(raw: Raw, edit: tuple[int, int, int, str], number: int) -> Raw:
    """One random edit; where it makes no sense it is refused in words and nothing changes."""
    which, one, two, text = edit
    all_ids = ids(raw)
    id_, other = all_ids[one % len(all_ids)], all_ids[two % len(all_ids)]
    kinds = sorted(rule_types())
    doers = (
        lambda: edits.add(raw, f"N{number}", parent=id_, name=text),
        lambda: edits.remove(raw, id_),
        lambda: edits.move(raw, id_, two % 5 - 2),
        lambda: edits.indent(raw, id_),
        lambda: edits.outdent(raw, id_),
        lambda: edits.place_under(raw, id_, other),
        lambda: edits.split(raw, id_, f"N{number}"),
        lambda: edits.merge(raw, id_),
        lambda: edits.put_text(raw, id_, "name", text),
        lambda: edits.put_points(raw, id_, Decimal(two % 40) / 2),
        lambda: edits.spread(raw, id_),
        lambda: edits.put_rule(raw, id_, kinds[two % len(kinds)]),
        lambda: edits.put_text(raw, id_, "criterion", text),
    )
    try:
        return doers[which]()
    except CannotEdit as error:
        told = str(error)
    assert told.endswith("。")
    return raw


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EDITS, max_size=14))
def test_random_edits_never_break_the_form(found: list[tuple[int, int, int, str]]) -> None:
    start = raw = qixia()
    for number, edit in enumerate(found):
        before, total = raw, whole(raw)
        raw = edited(raw, edit, number)
        assert len(set(ids(raw))) == len(ids(raw)), "ids are unique"
        assert ids(raw) == list(Outline(raw).below("")), "every row hangs on the tree, in its order"
        if edit[0] in {2, 3, 4, 5, 6, 7} and len(Outline(raw).lines()):
            kept = whole(raw) == total
            moved_below_leaf = any(not Outline(before).children(p) for p in _new_parents(before, raw))
            left_a_leaf = any(Outline(before).children(i) and not Outline(raw).children(i) for i in ids(raw))
            assert kept or moved_below_leaf or left_a_leaf
    assert patched(start, delta(start, raw)) == raw
    assert form_raw(form_text(raw)) == raw
    for difference in compare(start, raw):
        assert difference.kind
        assert str(difference)
    for line in Outline(raw).lines():
        if line.leaf:
            rule_of(Outline(raw).row(line.id))
    try:
        form = compile_form(raw)
    except InputRefused:
        return
    assert [i.id for i in form.indicators] == ids(raw)
    again = compile_form(form_to_raw(form))
    assert replace(again, faults=()) == replace(form, faults=())
    # A way of scoring that nobody wrote is written then, and no longer noted.
    assert [fault for fault in form.faults if "没有写计分方式" not in fault.what] == list(again.faults)


def _new_parents(before: Raw, after: Raw) -> set[str]:
    was, now = Outline(before), Outline(after)
    return {
        now.parent(id_)
        for id_ in ids(after)
        if id_ in was and now.parent(id_) != was.parent(id_) and now.parent(id_) in was
    }


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(EDITS, min_size=2, max_size=6))
def test_an_edited_form_comes_back_whole_from_the_template(
    tmp_path: Path, found: list[tuple[int, int, int, str]]
) -> None:
    raw = qixia()
    for number, edit in enumerate(found):
        raw = edited(raw, edit, number)
    raw = edits.spread(raw, "")
    try:
        form = compile_form(raw)
    except InputRefused:
        form = compile_form(edits.split(qixia(), "D11", "N1"))
    path = tmp_path / "模板.xlsx"
    write_indicator_table(form, path)
    columns = load_columns(ROOT / "resources" / "indicator_columns.toml")
    assert read_indicator_table(path, columns).form == form


@pytest.mark.parametrize("path", sorted((ROOT / "forms").glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_form_can_be_edited(path: Path) -> None:
    form = compile_form(read_form(path))
    raw = form_to_raw(form)
    outline = Outline(raw)
    assert [line.points for line in outline.lines()] == [i.full_mark for i in form.indicators]
    assert not any(line.gap for line in outline.lines())
    for leaf, number in zip(form.leaves, itertools.count()):
        rule, _ = rule_of(outline.row(leaf.id))
        assert rule == leaf.rule
        split = edits.split(raw, leaf.id, f"N{number}")
        assert sum(row.points or 0 for row in Outline(split).lines() if row.leaf) == form.total


def test_new_ids_are_none_that_was_there() -> None:
    assert edits.fresh_id({"A"}, "abcdef0123") == "NABCDEF"
    assert edits.fresh_id({"NABCDEF", "NABCDEF0"}, "abcdef0123") == "NABCDEF01"
