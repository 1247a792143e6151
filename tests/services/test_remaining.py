"""What is left, with the person who sees to it."""

from __future__ import annotations

from decimal import Decimal

from tests.helpers import session
from workbench.domain.checks import Limits, Place
from workbench.domain.entities_review import Opinion, ReviewNote
from workbench.domain.evaluation import Deduction, Entry, Link, Problem
from workbench.services.checking import Checking
from workbench.services.remaining import owner_at, people, remaining


def test_each_line_names_the_owner_of_its_indicator() -> None:
    opened = session(
        Entry(id="A12", owner="乙"),
        Deduction(id="d1", indicator="A12", points=Decimal(1), reason="凭证未装订"),
        Problem(id="p1", title="财务管理待加强"),
        Link(id="k", from_kind="problem", from_id="p1", to_kind="deduction", to_id="d1"),
        Opinion(id="o1", text="应得满分", indicator="A12"),
        Opinion(id="o2", text="样本偏少", by="丙"),
        ReviewNote(id="n1", level="部门复核", text="核对分母"),
    )
    evaluation = opened.evaluation
    for kind, id_, who in (
        ("indicator", "A12", "乙"), ("deduction", "d1", "乙"), ("problem", "p1", "乙"), ("opinion", "o1", "乙"),
        ("opinion", "o2", "丙"), ("review_note", "n1", ""), ("question", "gone", ""), ("deduction", "gone", ""),
    ):  # fmt: skip
        assert owner_at(evaluation, Place("scoring", kind, id_)) == who, (kind, id_)
    checking = Checking(opened, Limits())
    items = remaining(evaluation, checking.left)
    listed = {(item.label, item.words, item.who) for item in items}
    assert {
        ("意见未答复", "被评价单位：应得满分", "乙"),
        ("意见未答复", "被评价单位：样本偏少", "丙"),
    } <= listed
    assert ("复核意见未关闭", "部门复核：核对分母", "") in listed
    errors = [item for item in items if item.label == "错误未处理"]
    assert len(errors) == checking.counts.errors, "as many as the page of checks and the navigation say"
    assert [item.who for item in errors if item.place.kind == "opinion"] == ["乙", "丙"]
    assert people(evaluation) == ["乙", "丙"]
