"""Numbers of paper sheets, typed and scanned."""

from __future__ import annotations

import pytest

from workbench.domain.sheet_numbers import (
    MOST_SHEETS,
    SheetRange,
    code_of,
    next_number,
    number_key,
    read_number,
)
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("number", "following"),
    [
        ("GZ-014", "GZ-015"),
        ("GZ-999", "GZ-1000"),
        ("7", "8"),
        ("2022-09号", "2022-10号"),
        ("甲", "甲"),
        ("", ""),
    ],
)
def test_the_number_runs_on(number: str, following: str) -> None:
    assert next_number(number) == following


def test_numbers_sort_as_people_count() -> None:
    assert sorted(["GZ-10", "GZ-9", "甲", "A-2"], key=number_key) == ["A-2", "GZ-9", "GZ-10", "甲"]


def test_a_range_gives_each_number_once() -> None:
    numbers = list(SheetRange("s", 998, 1001, "A").numbers)
    assert numbers == ["A-998", "A-999", "A-1000", "A-1001"]
    assert list(SheetRange("s", 1, 2).numbers) == ["001", "002"]


@pytest.mark.parametrize(("first", "last"), [(0, 5), (6, 5), (-1, 3), (1, MOST_SHEETS + 1)])
def test_a_range_that_can_not_be_printed_is_refused(first: int, last: int) -> None:
    with pytest.raises(WorkbenchError, match=r"编号|一次最多"):
        SheetRange("s", first, last)


def test_a_scanned_code_gives_the_number() -> None:
    assert read_number(code_of("s1", "GZ-015"), "s1") == "GZ-015"
    assert read_number("  ＧＺ－０１５ ", "s1") == "GZ-015"  # typed by an input method


def test_a_sheet_of_another_questionnaire_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="GZ-015 属于另一份问卷"):
        read_number(code_of("s2", "GZ-015"), "s1")
