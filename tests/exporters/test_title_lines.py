"""Long titles are cut between words that the text around them knows, never lose a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.exporters.title_lines import ems, in_lines

KNOWN = "热线服务便捷。接听能力提升，统一接听。购买服务合同，服务外包合同。政务服务热线。外包服务费。二期项目预算。"


@pytest.mark.parametrize(
    ("title", "most", "lines"),
    [
        ("市长热线经费", 16, ["市长热线经费"]),
        ("12345 政府热线接听购买服务二期项目", 16, ["12345 政府热线接听", "购买服务二期项目"]),
        ("栖霞市12345政务服务热线外包服务费", 12, ["栖霞市12345", "政务服务热线外包服务费"]),
        ("甲乙丙丁（一期）戊己", 6, ["甲乙丙丁", "（一期）戊己"]),
        ("已有\n两行的很长的标题", 4, ["已有", "两行的很长的标题"]),
    ],
)
def test_titles(title: str, most: float, lines: list[str]) -> None:
    assert in_lines(title, KNOWN, most).split("\n") == lines


@given(st.text("热线接听购买服务项目（一）《》，。12345 A", min_size=1, max_size=60), st.integers(4, 20))
def test_nothing_is_lost_and_there_are_no_more_lines_than_needed(title: str, most: int) -> None:
    made = in_lines(title, KNOWN, most)
    assert "".join(made.split()) == "".join(title.split())
    assert made.count("\n") < max(1, -(-ems(title.strip()) // most))
