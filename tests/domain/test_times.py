"""Times of day as people write them."""

from __future__ import annotations

import pytest

from workbench.domain.entities_records import Interview
from workbench.domain.fields import BadValue, parse_value, show_value, spec_of

BEGINS = spec_of(Interview, "begins")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("14:30", "14:30"),
        ("９：５", "09:05"),
        ("9点30分", "09:30"),
        ("9点半", "09:30"),
        ("14时", "14:00"),
        ("0930", "09:30"),
        ("9.30", "09:30"),
        ("", ""),
    ],
)
def test_a_time_is_read_as_people_write_it(typed: str, kept: str) -> None:
    value = parse_value(typed, BEGINS)
    assert value == kept
    assert parse_value(show_value(value, BEGINS), BEGINS) == kept


@pytest.mark.parametrize("typed", ["25:00", "14:60", "下午", "14", "1-2", "14:3a"])
def test_what_is_no_time_is_refused_with_the_way_to_write_it(typed: str) -> None:
    with pytest.raises(BadValue, match="14:30"):
        parse_value(typed, BEGINS)
