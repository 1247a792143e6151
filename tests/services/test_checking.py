"""Findings of a session, waivers, and what is left before leaving the site."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.domain.checks.cases import qixia
from tests.helpers import ROOT, MemoryStore
from workbench.domain.checks import Limits, Place
from workbench.domain.entities_records import DocumentRequest, Interview, SiteRecord
from workbench.domain.evaluation import Deduction, Evaluation
from workbench.errors import InputRefused, WorkbenchError
from workbench.services.checking import Checking, load_limits
from workbench.services.session import Session


def checking(evaluation: Evaluation | None = None) -> tuple[Session, Checking]:
    session = Session(evaluation or qixia(), MemoryStore(), lambda: 0.0)
    return session, Checking(session, Limits())


def test_one_state_is_checked_once_and_an_edit_is_seen() -> None:
    session, checks = checking()
    before = checks.findings
    assert checks.findings is before
    line = session.evaluation.table(Deduction)["d4"]
    session.remove(line)
    assert checks.findings is not before
    assert any(f.code == "K03" and f.indicator == "D11" for f in checks.of_indicator("D11"))


def test_a_waived_error_no_longer_blocks_and_keeps_its_reason() -> None:
    session, checks = checking()
    errors = {finding.code: finding for finding in checks.blocking}
    assert set(errors) == {"K07", "K08", "K10"}
    with pytest.raises(WorkbenchError, match="理由"):
        checks.waive(errors["K07"], "  ")
    checks.waive(errors["K07"], "委托方确认按 6 分计", "评价员甲")
    assert {finding.code for finding in checks.blocking} == {"K08", "K10"}
    waived = next(finding for finding in checks.findings if finding.code == "K07")
    assert waived.waiver is not None
    assert (waived.waiver.reason, waived.waiver.by) == ("委托方确认按 6 分计", "评价员甲")
    assert checks.counts.waived == 1
    checks.withdraw(waived)
    assert {finding.code for finding in checks.blocking} == {"K07", "K08", "K10"}
    session.undo()
    assert checks.counts.waived == 1


def test_adopting_a_finding_gives_what_its_effect_said() -> None:
    session, checks = checking()
    finding = next(finding for finding in checks.blocking if finding.code == "K10")
    assert finding.effect is not None
    assert checks.adopt(finding)
    assert session.scores.total == finding.effect.total_after
    assert "K10" not in {finding.code for finding in checks.blocking}
    session.undo()
    assert str(session.scores.total) == "92.31"


def test_counts_for_the_navigation() -> None:
    _, checks = checking()
    counts = checks.counts
    assert counts.errors == 3
    assert counts.short == f"3 错 {counts.warnings} 警"
    assert {finding.place.page for finding in checks.standing if finding.place.page == "overview"} == {
        "overview"
    }


def test_what_is_left_names_each_place() -> None:
    _, checks = checking()
    left = {line.label: line for line in checks.left}
    assert (left["未评指标"].count, left["扣分未说明"].count, left["问题无建议"].count) == (0, 0, 0)
    assert left["扣分无佐证"].places == (
        (Place("scoring", "indicator", "A21"), "决策 › 绩效目标 › 绩效目标合理性"),
        (Place("scoring", "indicator", "A22"), "决策 › 绩效目标 › 绩效指标明确性"),
        (Place("scoring", "indicator", "B11"), "过程 › 资金管理 › 资金到位率"),
    )
    empty = Evaluation("new", qixia().form)
    session = Session(empty, MemoryStore(), lambda: 0.0)
    left = {line.label: line for line in Checking(session, Limits()).left}
    assert left["未评指标"].count == len(empty.form.leaves) - sum(
        1 for scored in session.scores.by_id.values() if scored.leaves == 1 and scored.score is not None
    )
    assert left["主评人未填"].count == 1
    assert left["资金未填"].count == 1


def test_a_new_evaluation_has_nothing_to_complain_about_but_the_form() -> None:
    session = Session(Evaluation("new", qixia().form), MemoryStore(), lambda: 0.0)
    found = [finding for finding in Checking(session, Limits()).findings if finding.severity != "N"]
    assert [finding.code for finding in found] == ["K07"]  # the printed system's own fault


def test_the_shipped_limits_are_the_defaults_with_their_sources() -> None:
    limits = load_limits(ROOT / "resources")
    assert limits == Limits()
    assert "第十四条" in limits.source("output_effect_share")
    assert "地方习惯" in limits.source("over_achievement")


def test_a_profile_says_only_what_differs(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "national.toml").write_text('[checks]\nboundary = "0.8"\n', encoding="utf-8")
    (folder / "town.toml").write_text('[checks]\nsample_notice = 50\ndisabled = ["K13"]\n', encoding="utf-8")
    limits = load_limits(tmp_path, "town")
    assert (str(limits.boundary), limits.sample_notice, limits.disabled) == ("0.8", 50, ("K13",))
    assert load_limits(tmp_path, "elsewhere").sample_notice == 30


def test_every_bad_limit_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    path = folder / "town.toml"
    path.write_text('[checks]\nboundry = 1\nboundary = "many"\nsample_notice = "1.5"\n', encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        load_limits(tmp_path, "town")
    assert [fault.place for fault in refused.value.faults] == [
        "核验限值“boundry”", "核验限值“boundary”", "核验限值“sample_notice”",
    ]  # fmt: skip
    path.write_text("[checks\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"town\.toml"):
        load_limits(tmp_path, "town")


def test_overdue_requests_and_unconfirmed_records_are_left_to_do() -> None:
    session = Session(qixia(), MemoryStore(), lambda: 0.0)
    checks = Checking(session, Limits(), today=date(2022, 11, 20))
    names = ("资料逾期", "记录未确认")
    assert [line.count for line in checks.left if line.label in names] == [0, 0]
    session.put(DocumentRequest(id="r", name="合同", due=date(2022, 11, 18)))
    session.put(Interview(id="t", title="进点座谈"))
    session.put(SiteRecord(id="v", title="大厅勘查", confirmed_by="科长"))
    left = {line.label: line for line in checks.left}
    assert left["资料逾期"].places == (
        (Place("records", "document_request", "r", "status"), "合同（2022-11-18）"),
    )
    assert [words for _, words in left["记录未确认"].places] == ["进点座谈"]
    assert any(finding.code == "K30" and finding.place.page == "records" for finding in checks.standing)
