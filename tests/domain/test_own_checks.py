"""A firm's own checks: conditions over named values, faults by line in Chinese, nothing said without values."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from tests.domain.checks.cases import qixia
from tests.helpers import ROOT
from workbench.domain.checks import Checker, Finding, Limits, Severity
from workbench.domain.checks.view import View
from workbench.domain.own_checks import FIXED_NAMES, PATTERNS, named_values, own_findings, read_own_checks
from workbench.domain.scoring import compute_scores
from workbench.domain.sources import Sources
from workbench.services.own_checks import load_own_checks, own_check_folders


def view() -> View:
    evaluation = qixia()
    return View(evaluation, compute_scores(evaluation), Sources(evaluation), Limits())


def check(condition: str, **more: str) -> str:
    said = {"code": "Z01", "title": "试验", "condition": condition, "message": "实际支出 {实际支出}", **more}
    return "[[check]]\n" + "".join(f'{key} = "{value}"\n' for key, value in said.items())


def found(text: str) -> list[Finding]:
    own = read_own_checks(text, "a.toml")
    assert not own.faults, [str(fault) for fault in own.faults]
    return list(own_findings(view(), own.checks))


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("实际支出 ≤ 预算资金", True),
        ("实际支出 ≥ 10万元", False),
        ("实际支出 ÷ 有效份数 ≤ 5000元", True),
        ("总分 ≥ 90", True),
        ("产出得分率 = 100%", True),
        ("资金到位率得分 > 1", False),
        ("公众知晓率 ≥ 96%", False),
        ("扣分条数 <= 问题数 + 2", True),
        ("满分 - 扣分合计 = 总分", True),
        ("项目天数 = 365", True),
        ("公众知晓率目标值 > 公众知晓率", True),
    ],
)
def test_conditions_are_compared_exactly_with_named_values(condition: str, holds: bool) -> None:
    assert (found(check(condition)) == []) is holds


def test_a_finding_carries_the_values_the_source_and_the_place() -> None:
    (finding,) = found(
        check(
            "实际支出 ≥ 10万元",
            severity="错误",
            source="质量制度第八条",
            remedy="请核对",
            page="targets_funds",
        )
    )
    assert (finding.code, finding.severity, finding.place.page) == ("Z01", Severity.ERROR, "targets_funds")
    assert finding.message == "实际支出 7.10 万元。"
    assert finding.detail == "条件：实际支出 ≥ 10万元。依据：质量制度第八条。"
    assert (finding.expected, finding.found, finding.remedy) == (
        "实际支出 ≥ 10万元",
        "实际支出 7.10 万元",
        "请核对。",
    )


def test_without_its_values_or_divided_by_zero_a_check_says_nothing() -> None:
    assert found(check("平均等待时长 ≤ 30")) == []
    assert found(check("总分 ÷ 意见数 ≤ 30")) == []


def test_money_against_a_plain_number_is_said_once_and_not_computed() -> None:
    (finding,) = found(check("实际支出 ≤ 100"))
    assert finding.severity is Severity.NOTICE
    assert "不能用在这里" in finding.message


def test_the_checker_knows_them_and_a_profile_can_switch_them_off() -> None:
    own = read_own_checks(check("总分 ≥ 99"), "a.toml").checks
    evaluation = qixia()

    def codes(limits: Limits) -> set[str]:
        checker = Checker(limits, more=lambda seen: own_findings(seen, own))
        return {f.code for f in checker.run(evaluation, compute_scores(evaluation), Sources(evaluation))}

    assert "Z01" in codes(Limits())
    assert "Z01" not in codes(Limits(disabled=("Z01",)))


FAULTS = (
    ('[[check]]\ncode = "Z01"\ntitle = "x\n', "a.toml 第 3 行：不是正确的 TOML 写法。"),
    ('[[check]]\ncode = "Z01"\ntitle = "x"\nmessage = "y"\n', "a.toml 第 1 行：缺少“condition”。"),
    (
        '\n[[check]]\ncode = "K01"\ntitle = "x"\ncondition = "总分 > 1"\nmessage = "y"\n',
        "a.toml 第 3 行：编号“K01”不合规定。",
    ),
    (check("总分 > ") + check("总分 > 1", code="Z02"), "a.toml 第 4 行：条件写错了，条件没有写完。"),
    (check("总分"), "a.toml 第 4 行：条件写错了，第 1 个字："),
    (check("总分 > 1", severity="严重"), "a.toml 第 6 行：没有“严重”这一级。"),
    (check("总分 > 1") + check("总分 > 2"), "a.toml 第 7 行：编号“Z01”用过了。"),
    (check("总分 > 1", level="错误"), "a.toml 第 6 行：不认识“level”。"),
    (check("总分 > 1", page="首页"), "a.toml 第 6 行：没有“首页”这一页。"),
    (
        '[[check]]\ncode = 1\ntitle = "x"\ncondition = "总分 > 1"\nmessage = "y"\n',
        "a.toml 第 2 行：“code”应为文字。",
    ),
    ("[[checks]]\n", "a.toml 第 1 行：不认识“checks”。"),
    ("check = 1\n", "a.toml：“check”应写成 [[check]]。"),
)


@pytest.mark.parametrize(("text", "fault"), FAULTS, ids=[fault for _, fault in FAULTS])
def test_faults_are_told_by_line(text: str, fault: str) -> None:
    own = read_own_checks(text, "a.toml")
    assert any(str(one).startswith(fault) for one in own.faults), [str(one) for one in own.faults]


def test_one_bad_check_leaves_the_others_and_one_bad_file_the_other_files(tmp_path: Path) -> None:
    folder = tmp_path / "own_checks"
    folder.mkdir()
    (folder / "a.toml").write_text(check("总分 >") + check("总分 > 1", code="Z02"), "utf-8")
    (folder / "b.toml").write_bytes(b"\xff\xfe\x00")
    (folder / "c.toml").write_text(check("总分 > 1", code="Z02") + check("总分 > 1", code="Z03"), "utf-8-sig")
    own = load_own_checks(own_check_folders(tmp_path / "none", tmp_path))
    assert [one.code for one in own.checks] == ["Z02", "Z03"]
    assert [fault.place for fault in own.faults] == ["a.toml 第 4 行", "b.toml", "c.toml 第 2 行"]


def test_every_fixed_name_has_a_value_and_stands_in_the_document() -> None:
    values = named_values(view())
    assert set(FIXED_NAMES) <= set(values)
    assert values["预算资金"].value == Fraction(716_000)
    text = (ROOT / "resources" / "profiles" / "own_checks" / "README.md").read_text("utf-8")
    assert [name for name in (*FIXED_NAMES, *PATTERNS) if name not in text] == []


def test_the_example_of_the_document_can_be_used() -> None:
    text = (ROOT / "resources" / "profiles" / "own_checks" / "README.md").read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    own = read_own_checks(example[1], "a.toml")
    assert [one.code for one in own.checks] == ["Z01", "Z02"]
    assert not own.faults
    assert list(own_findings(view(), own.checks)) == []
