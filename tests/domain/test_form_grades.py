"""Bands and rounding of a form, edit by edit: always without gap or overlap, refused in words otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.exporters.sample import qixia
from workbench.domain.compiler import compile_form
from workbench.domain.form_edits import CannotEdit
from workbench.domain.form_grades import (
    add_band,
    bands_of,
    move_band,
    put_rounding,
    remove_band,
    rename_band,
)
from workbench.domain.form_raw import form_to_raw


def raw() -> dict[str, Any]:
    return form_to_raw(qixia().form)


def bands(raw: dict[str, Any]) -> list[tuple[str, str]]:
    compile_form(raw)  # it can be scored by
    return [(band["name"], band["lower"]) for band in bands_of(raw)]


def test_bands_are_renamed_moved_added_and_removed() -> None:
    before = raw()
    assert bands(before) == [("优", "90"), ("良", "80"), ("中", "60"), ("差", "0")]
    moved = move_band(rename_band(before, 0, "优秀"), 0, Decimal("92.5"))
    assert bands(moved)[0] == ("优秀", "92.5")
    assert "printed" not in bands_of(moved)[0], "what the source printed holds no more"
    more = add_band(moved)
    assert bands(more)[:2] == [("新等级", "96.25"), ("优秀", "92.5")]
    assert bands(remove_band(more, 0)) == bands(moved)
    assert bands(before)[0] == ("优", "90"), "nothing is changed in place"


def test_the_usual_four_come_in_proportion_to_the_total() -> None:
    empty = {**raw(), "bands": []}
    assert bands(add_band(empty)) == [("优", "90"), ("良", "80"), ("中", "60"), ("差", "0")]
    assert [band["lower"] for band in add_band({"total": "120"})["bands"]] == ["108", "96", "72", "0"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda raw: move_band(raw, 1, Decimal(90)), "大于“中”的 60、小于“优”的 90"),
        (lambda raw: move_band(raw, 1, Decimal(60)), "大于“中”的 60"),
        (lambda raw: move_band(raw, 0, Decimal(100)), "小于总分 100"),
        (lambda raw: move_band(raw, 3, Decimal(1)), "最低一档从 0 分起"),
        (lambda raw: remove_band(raw, 3), "最低一档从 0 分起，不能删去"),
        (lambda raw: rename_band(raw, 1, "优"), "已有等级“优”"),
        (lambda raw: rename_band(raw, 1, " "), "请填写等级名称"),
        (lambda raw: put_rounding(raw, digits=7), "0 至 6"),
    ],
)
def test_what_leaves_gaps_or_overlaps_is_refused(edit: Any, words: str) -> None:
    with pytest.raises(CannotEdit, match=words):
        edit(raw())


def test_rounding_is_set_for_the_whole_form() -> None:
    fresh = put_rounding(put_rounding(raw(), digits=1), at="total")
    assert compile_form(fresh).rounding.digits == 1
    assert compile_form(fresh).rounding.at == "total"
