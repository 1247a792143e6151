"""The usual list, the outline, states and samples: each one step that undo takes back."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.forms.reading import read_form
from tests.helpers import ROOT, session
from workbench.domain.entities_records import (
    REQUEST_CLASSES,
    SIGNED,
    DocumentRequest,
    Exchange,
    Fact,
    Interview,
    SampledItem,
    Sampling,
    SiteRecord,
)
from workbench.domain.evaluation import Evaluation, Evidence, Input, Link, Overview, input_id
from workbench.domain.records import (
    coverage,
    drawn_numbers,
    indicators_of,
    tally_requests,
)
from workbench.domain.scoring import compute_scores
from workbench.domain.sources import Sources, place_of_source
from workbench.errors import WorkbenchError
from workbench.services.recording import OWN_REQUESTS, Recording, read_requests
from workbench.services.session import Session

TODAY = date(2022, 11, 20)
FORMS = sorted(path.stem for path in (ROOT / "forms").glob("*.toml"))


def recording(opened: Session, resources: Path = ROOT / "resources") -> Recording:
    return Recording(opened, resources, lambda: TODAY, lambda: "评价员甲")


def qixia_session(*entities: object) -> Session:
    return session(*entities, form=read_form("qixia-2022"))  # type: ignore[arg-type]


# —— the usual list ——


def test_the_usual_list_has_24_items_in_three_classes() -> None:
    listed = recording(session()).usual_requests()
    counts = [sum(1 for item in listed if item.category == name) for name in REQUEST_CLASSES]
    assert counts == [5, 10, 9]
    assert all(item.proves and item.indicators for item in listed)


def test_applying_it_is_one_step_and_ties_it_to_the_indicators() -> None:
    opened = qixia_session(Overview(project="热线", year="2022"))
    assert recording(opened).apply_usual_requests() == 24
    requests = opened.evaluation.listed(DocumentRequest)
    assert [request.position for request in requests] == list(range(1, 25))
    assert {request.status for request in requests} == {"未收"}
    budget = next(r for r in requests if "资金下达" in r.name)
    names = [
        opened.evaluation.form[i].name
        for i in indicators_of(opened.evaluation, "document_request", budget.id)
    ]
    assert names == ["预算编制科学性", "资金到位率"]
    assert budget.period == "2020—2022 年"
    assert recording(opened).apply_usual_requests() == 0
    opened.undo()
    assert not opened.evaluation.table(DocumentRequest)
    assert not opened.evaluation.table(Link)


def test_what_is_listed_already_stays_as_it_is() -> None:
    first = recording(session()).usual_requests()[0]
    own = DocumentRequest(id="mine", position=7, name=first.name, status="已收")
    opened = session(own)
    assert recording(opened).apply_usual_requests() == 23
    assert opened.evaluation.get(DocumentRequest, "mine") == own
    assert min(r.position for r in opened.evaluation.listed(DocumentRequest) if r.id != "mine") == 8


@pytest.mark.parametrize("form", FORMS)
def test_every_form_finds_its_indicators(form: str) -> None:
    """In each system that the program carries most indicators are proven by something that is asked for."""
    opened = session(form=read_form(form))
    recording(opened).apply_usual_requests()
    leaves = opened.evaluation.form.leaves
    tied = {link.to_id for link in opened.evaluation.table(Link).values()}
    assert len([leaf for leaf in leaves if leaf.id in tied]) >= 0.7 * len(leaves)


def test_periods_wait_for_the_year() -> None:
    opened = session(Overview(project="热线"))
    recording(opened).apply_usual_requests()
    assert {request.period for request in opened.evaluation.listed(DocumentRequest)} == {""}


@pytest.mark.parametrize(
    "text", ["[[request]", "request = 1", '[[request]]\nname = ""', "[[request]]\nname = 3"]
)
def test_a_broken_list_is_told_by_name_and_nothing_is_added(text: str, tmp_path: Path) -> None:
    (tmp_path / "requests").mkdir()
    (tmp_path / "requests" / "default.toml").write_text(text, encoding="utf-8")
    opened = session()
    with pytest.raises(WorkbenchError, match=r"default\.toml"):
        recording(opened, tmp_path).apply_usual_requests()
    assert not opened.can_undo


def test_a_fault_in_the_firm_s_own_list_names_that_file(tmp_path: Path) -> None:
    own = tmp_path / OWN_REQUESTS
    own.write_text('[[request]]\nname = "合同"\nindicators = "采购"', encoding="utf-8")
    with pytest.raises(WorkbenchError, match=OWN_REQUESTS):
        read_requests(own)


# —— states ——


def test_received_is_dated_and_taken_back_undated() -> None:
    request = DocumentRequest(id="r", name="合同")
    opened = session(request)
    work = recording(opened)
    assert work.set_status([request], "已收") == 1
    got = opened.evaluation.table(DocumentRequest)["r"]
    assert (got.status, got.received, got.to_whom) == ("已收", TODAY, "评价员甲")
    work.set_status([got], "缺失")
    assert opened.evaluation.table(DocumentRequest)["r"].received is None
    opened.undo()
    assert opened.evaluation.table(DocumentRequest)["r"] == got


def test_a_due_date_goes_to_open_requests_without_one() -> None:
    opened = session(
        DocumentRequest(id="a", name="一"),
        DocumentRequest(id="b", name="二", due=date(2022, 11, 1)),
        DocumentRequest(id="c", name="三", status="不适用"),
    )
    work = recording(opened)
    assert work.set_due(date(2022, 11, 18)) == 1
    assert [request.id for request in work.overdue()] == ["a", "b"]
    tally = tally_requests(opened.evaluation, TODAY)
    assert (tally.asked, tally.open, tally.overdue, tally.missing) == (2, 2, 2, 0)


# —— interviews ——


def test_the_outline_has_ten_topics_and_is_added_once() -> None:
    opened = session(Interview(id="t", title="座谈"))
    work = recording(opened)
    assert len(work.outline()) == 10
    added = work.add_outline("t")
    lines = opened.evaluation.listed(Exchange)
    assert added == len(lines) == sum(len(topic.questions) for topic in work.outline())
    assert work.add_outline("t") == 0
    opened.undo()
    assert not opened.evaluation.table(Exchange)


def test_a_sheet_is_marked_as_signed() -> None:
    item = Evidence(id="e", number=1, title="签到")
    tie = Link(id="l", from_kind="evidence", from_id="e", to_kind="interview", to_id="t")
    opened = session(Interview(id="t", title="座谈"), item, tie)
    work = recording(opened)
    work.mark_signed(item, "interview", "t", signed=True)
    assert opened.evaluation.table(Link)["l"].note == SIGNED
    work.mark_signed(item, "interview", "t", signed=False)
    assert not opened.evaluation.table(Link)["l"].note


# —— samples ——


def test_a_seed_draws_the_same_numbers_for_ever() -> None:
    assert drawn_numbers(48, 6, "2022-11-14") == drawn_numbers(48, 6, "2022-11-14")
    assert drawn_numbers(10, 3, "甲") == [2, 5, 6]  # as sha256sum of 甲:1 … 甲:10 sorts them
    assert drawn_numbers(3, 9, "甲") == [1, 2, 3]


def test_drawing_writes_the_items_and_how() -> None:
    sampling = Sampling(id="s", title="凭证抽样", population=48, population_money=Decimal(100))
    opened = session(sampling)
    work = recording(opened)
    assert work.draw(sampling, 6, " 甲 ") == 6
    kept = opened.evaluation.table(Sampling)["s"]
    assert "种子“甲”抽取 6 个" in kept.rule
    assert kept.method == "随机抽样"
    assert [int(i.number) for i in opened.evaluation.listed(SampledItem)] == drawn_numbers(48, 6, "甲")
    assert work.draw(kept, 6, "甲") == 0
    found = coverage(opened.evaluation, kept)
    assert (found.drawn, found.money, found.money_share) == (6, None, None)
    assert found.share is not None
    assert float(found.share) == 0.125


@pytest.mark.parametrize(
    ("population", "count", "seed", "code"),
    [
        (None, 2, "甲", "no-population"),
        (5, 6, "甲", "bad-sample"),
        (5, 0, "甲", "bad-sample"),
        (5, 2, " ", "no-seed"),
    ],
)
def test_what_cannot_be_drawn_is_told(population: int | None, count: int, seed: str, code: str) -> None:
    sampling = Sampling(id="s", title="抽样", population=population)
    opened = session(sampling)
    with pytest.raises(WorkbenchError) as told:
        recording(opened).draw(sampling, count, seed)
    assert told.value.code == code
    assert not opened.can_undo


# —— facts as inputs ——


def with_fact(**more: object) -> Session:
    fact = Fact(id="f", record="v", name="在岗坐席", unit="人", observed=date(2022, 11, 15), **more)  # type: ignore[arg-type]
    return qixia_session(SiteRecord(id="v", title="大厅勘查"), fact)


def test_a_fact_gives_its_value_and_says_where_it_was_counted() -> None:
    given = Sources(with_fact(value=Decimal(8)).evaluation).resolve("record:f")
    assert (given.value, given.text, given.origin, given.name) == (
        8,
        "8人",
        "现场记录：大厅勘查 2022-11-15",
        "在岗坐席",
    )
    assert Sources(with_fact(value=Decimal(8)).evaluation).resolve("record:在岗坐席").value == 8
    assert "还没有填写" in Sources(with_fact().evaluation).resolve("record:f").fault
    assert "没有" in Sources(with_fact().evaluation).resolve("record:x").fault
    assert place_of_source("record:f") == ("fact", "f", "value")
    assert "record:f" in [choice.source for choice in Sources(with_fact().evaluation).choices()]


def test_a_bound_score_follows_the_fact() -> None:
    opened = with_fact(value=Decimal(8))
    leaf = next(
        leaf
        for leaf in opened.evaluation.form.leaves
        if leaf.rule is not None and leaf.rule.kind == "per_fault"
    )
    (spec,) = [spec for spec in leaf.rule.inputs() if not spec.optional][:1]  # type: ignore[union-attr]
    opened.put(Input(id=input_id(leaf.id, spec.key), indicator=leaf.id, key=spec.key, source="record:f"))
    before = opened.scores[leaf.id].score
    fact = opened.evaluation.table(Fact)["f"]
    opened.put(Fact(id="f", record="v", name="在岗坐席", value=Decimal(2), unit=fact.unit))
    assert opened.scores[leaf.id].score != before
    assert opened.scores == fresh(opened.evaluation)


def fresh(evaluation: Evaluation) -> object:
    return compute_scores(evaluation)


def test_the_files_of_lists_are_readable() -> None:
    for path in (
        *(ROOT / "resources" / "requests").iterdir(),
        *(ROOT / "resources" / "interviews").iterdir(),
    ):
        assert tomllib.loads(path.read_text(encoding="utf-8"))["title"]
