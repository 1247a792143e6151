"""Checks of field records: each fault alone, and silence where nothing was recorded or all is in order."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from tests.domain.checks.cases import link, with_
from tests.domain.scored import evaluation_of
from workbench.domain.checks import Finding, run_checks
from workbench.domain.compiler import compile_form
from workbench.domain.entities_records import (
    SIGNED,
    DocumentRequest,
    Interview,
    SampledItem,
    Sampling,
    SiteRecord,
)
from workbench.domain.evaluation import Entity, Entry, Evaluation, Evidence

D = Decimal
TODAY = date(2022, 11, 20)
CODES = {"K30", "K31", "K32"}
FORM = compile_form(
    {
        "id": "f",
        "title": "体系",
        "total": 10,
        "indicator": [{"id": "A", "name": "立项依据充分性", "points": 10, "rule": {"kind": "judgement"}}],
    }
)
TALK = Interview(
    id="t", title="进点座谈", place="会议室", held=date(2022, 11, 14), begins="09:00", ends="11:00",
    unit_persons="主任", team_persons="主评人", confirmed_by="主任",
)  # fmt: skip
VISIT = SiteRecord(
    id="v", title="大厅勘查", place="服务大厅", started=date(2022, 11, 15), ended=date(2022, 11, 16),
    unit_persons="科长", team_persons="组员", seen="坐席八个", population=8, visited=8, confirmed_by="科长",
)  # fmt: skip
SAMPLE = Sampling(id="s", title="乡镇抽样", counted="下级单位", population=5, population_money=D(100))


def of(*entities: Entity) -> Evaluation:
    return with_(evaluation_of(FORM, []), *entities)


def found(*entities: Entity, today: date | None = TODAY) -> list[Finding]:
    return [finding for finding in run_checks(of(*entities), today=today) if finding.code in CODES]


def said(*entities: Entity, today: date | None = TODAY) -> list[str]:
    return [f"{f.severity}{f.code} {f.message}" for f in found(*entities, today=today)]


def test_records_absent_or_in_order_say_nothing() -> None:
    assert said() == []
    drawn = [SampledItem(id=f"i{n}", sampling="s", name=f"乡镇{n}", money=D(20)) for n in range(2)]
    received = DocumentRequest(id="r", name="合同", status="已收", due=date(2022, 11, 1))
    assert said(TALK, VISIT, SAMPLE, *drawn, received) == []


def test_overdue_requests_are_one_finding_on_a_known_day() -> None:
    requests = [DocumentRequest(id=f"r{n}", name=f"资料{n}", due=date(2022, 11, 10 + n)) for n in range(3)]
    settled = [
        DocumentRequest(id=f"x{n}", name="其他", status=status, due=date(2022, 11, 1))
        for n, status in enumerate(("已收", "缺失", "不适用"))
    ]
    assert said(*requests, *settled) == ["WK30 3 项资料过了应交日期还没有收到。"]
    assert found(*requests)[0].found == "未收 3 项，最长逾期 10 天"
    assert said(requests[0], today=date(2022, 11, 10)) == []
    assert said(*requests, today=None) == []


@pytest.mark.parametrize(("score", "expected"), [("10", 1), ("9", 0), (None, 0)])
def test_missing_papers_do_not_leave_full_marks(score: str | None, expected: int) -> None:
    entry = Entry(id="A", override=None if score is None else D(score), override_reason="依据其他材料")
    missing = DocumentRequest(id="r", name="可研报告", status="缺失")
    findings = found(entry, missing, link("document_request:r", "indicator:A"))
    assert len(findings) == expected
    assert all("可研报告" in finding.message and finding.severity == "N" for finding in findings)


@pytest.mark.parametrize(
    ("lacking", "word"),
    [
        ({"place": " "}, "地点"),
        ({"held": None}, "日期"),
        ({"ends": ""}, "开始和结束时间"),
        ({"unit_persons": ""}, "单位参加人员"),
        ({"team_persons": ""}, "评价组参加人员"),
        ({"confirmed_by": ""}, "确认"),
    ],
)
def test_an_interview_names_what_it_lacks(lacking: dict[str, object], word: str) -> None:
    (finding,) = found(dataclasses.replace(TALK, **lacking))  # type: ignore[arg-type]
    assert finding.severity == "W"
    assert word in finding.message


def test_the_signed_sheet_confirms_as_a_name_does() -> None:
    talk, sheet = dataclasses.replace(TALK, confirmed_by=""), Evidence(id="e", number=1, title="签字页")
    tie = link("evidence:e", "interview:t")
    assert len(found(talk, sheet, tie)) == 1
    assert said(talk, sheet, dataclasses.replace(tie, note=SIGNED)) == []


def test_times_and_days_run_forward() -> None:
    assert said(dataclasses.replace(TALK, ends="08:59")) == ["WK31 结束时间 08:59 不晚于开始时间 09:00。"]
    back = dataclasses.replace(VISIT, ended=date(2022, 11, 14))
    assert said(back) == ["WK31 结束日期 2022-11-14 早于开始日期 2022-11-15。"]


@pytest.mark.parametrize(
    ("taken", "note", "expected"),
    [
        ("2022-11-15 09:12:00", "", 0),
        ("2022-11-16 23:59:59", "", 0),
        ("2022-11-17 00:00:00", "", 1),
        ("2021-11-15 09:12:00", "", 1),
        ("2022-11-17 00:00:00", SIGNED, 0),
        ("", "", 0),
        ("不明", "", 0),
    ],
)
def test_photos_belong_to_the_days_of_the_visit(taken: str, note: str, expected: int) -> None:
    photo = Evidence(id="e", number=7, title="大厅", taken=taken)
    tie = dataclasses.replace(link("evidence:e", "site_record:v"), note=note)
    findings = found(VISIT, photo, tie)
    assert len(findings) == expected
    assert all("佐证-007" in finding.message for finding in findings)


def test_a_sample_is_large_enough_and_adds_up() -> None:
    assert said(SAMPLE) == ["WK32 “乡镇抽样”没有写清总体数量和抽取数量。"]
    assert said(dataclasses.replace(SAMPLE, drawn=1)) == ["WK32 下级单位只抽了 1 个，少于 2 个。"]
    assert said(dataclasses.replace(SAMPLE, population=1, drawn=1)) == []
    assert said(dataclasses.replace(SAMPLE, counted="合同", drawn=1)) == []
    assert said(dataclasses.replace(SAMPLE, drawn=6)) == ["EK32 抽取 6 个，多于总体 5 个。"]
    low = dataclasses.replace(SAMPLE, drawn=3, drawn_money=D("29.99"))
    assert said(low) == ["NK32 抽取金额占总体的 29.99%，不到 30%。"]
    assert said(dataclasses.replace(low, drawn_money=D(30))) == []
    items = [SampledItem(id=f"i{n}", sampling="s", name=f"乡镇{n}", money=D(25)) for n in range(2)]
    both = dataclasses.replace(SAMPLE, drawn=3, drawn_money=D(60))
    assert said(both, *items) == [
        "WK32 “乡镇抽样”填写的抽取数量 3与明细 2 个不一致。",
        "WK32 “乡镇抽样”填写的抽取金额 60.00与明细合计 50.00不一致。",
    ]


def test_a_visit_says_how_much_it_saw() -> None:
    unstated = dataclasses.replace(VISIT, population=None)
    assert said(unstated) == ["NK32 “大厅勘查”没有写总数和实际查看数。"]
    assert said(dataclasses.replace(unstated, kind="资料核查")) == []
    sample = dataclasses.replace(SAMPLE, drawn=2)
    assert said(dataclasses.replace(unstated, sampling="s"), sample) == []
    assert said(dataclasses.replace(VISIT, visited=9)) == ["EK32 实际查看 9 个，多于总数 8 个。"]
