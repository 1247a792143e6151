"""No false alarm: consistent score sheets of many shapes give no error and no warning; one planted fault gives exactly that one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers import ROOT
from tests.services.outside_sheets import reviewed, told, workbook
from workbench.domain.amounts import round_half_up
from workbench.domain.checks import Severity
from workbench.domain.compiler import compile_form
from workbench.domain.outside.review import Review
from workbench.services.catalog import Catalog
from workbench.services.exporting import Exporting
from workbench.services.samples import Samples
from workbench.store.evaluations import BRIEFLY

MADE = datetime(2022, 12, 15, tzinfo=UTC)
LEVEL1 = ("决策", "过程", "产出", "效益")
LEVEL2 = (
    ("项目立项", "绩效目标"),
    ("资金管理", "组织实施"),
    ("产出数量", "产出质量"),
    ("社会效益", "满意度"),
)
WEIGHTS = (20, 20, 30, 30)
NOUNS = (
    "依据",
    "流程",
    "目标",
    "指标",
    "预算",
    "到位",
    "使用",
    "制度",
    "执行",
    "台账",
    "验收",
    "培训",
    "巡查",
    "维护",
    "响应",
    "反馈",
)
BAD = (Severity.ERROR, Severity.WARNING)


@dataclass
class Sheet:
    """A consistent score sheet before it is written: leaves with points and scores in a layout."""

    leaves: list[tuple[int, int, str, Decimal, Decimal]]
    """First level, second level, name, points, score."""
    brackets: bool = False
    """Points stand in brackets behind names instead of a column."""
    wide: bool = False
    """Full-width brackets."""
    merged: bool = True
    subtotals: bool = True
    deducted: bool = True
    rates: bool = False
    digits: int = 2
    survey: list[list[Any]] = field(default_factory=list)
    funds: list[list[Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def rows(self) -> tuple[list[list[Any]], list[str]]:
        header = ["一级指标", "二级指标", "三级指标"]
        header += [] if self.brackets else ["分值"]
        header += [
            "得分",
            *(["扣分"] if self.deducted else []),
            *(["得分率"] if self.rates else []),
            "扣分原因",
        ]
        rows: list[list[Any]] = [["某项目支出绩效评价评分表"], header]
        merges: list[str] = []
        points_column = None if self.brackets else 3
        score_column = 3 if self.brackets else 4
        for first, level1 in enumerate(LEVEL1):
            mine = [leaf for leaf in self.leaves if leaf[0] == first]
            start = len(rows)
            seen: dict[int, int] = {}
            for _, second, name, points, score in mine:
                row: list[Any] = [""] * len(header)
                if len(rows) == start or not self.merged:
                    row[0] = self._named(level1, sum((p for _, _, _, p, _ in mine), Decimal(0)))
                if second not in seen or not self.merged:
                    total = sum((p for f, s, _, p, _ in mine if s == second), Decimal(0))
                    row[1] = self._named(LEVEL2[first][second], total)
                seen.setdefault(second, len(rows))
                row[2] = self._named(name, points)
                if points_column is not None:
                    row[points_column] = float(points)
                row[score_column] = float(score)
                at = score_column + 1
                if self.deducted:
                    row[at] = float(points - score)
                    at += 1
                if self.rates:
                    row[at] = f"{round_half_up(score / points * 100, 2)}%"
                if score < points:
                    row[-1] = f"现场查看发现{name}有缺项。"
                rows.append(row)
            if self.merged and len(rows) - start > 1:
                merges.append(f"A{start + 1}:A{len(rows)}")
            if self.subtotals:
                merges.append(f"A{len(rows) + 1}:C{len(rows) + 1}")
                rows.append(self._sum(f"{level1}小计", mine, header, points_column, score_column))
        rows.append(self._sum("合计", self.leaves, header, points_column, score_column))
        return rows, merges

    def _sum(
        self, word: str, leaves: list[Any], header: list[str], points_column: int | None, score_column: int
    ) -> list[Any]:
        row: list[Any] = [""] * len(header)
        row[0] = word
        if points_column is not None:
            row[points_column] = float(sum((leaf[3] for leaf in leaves), Decimal(0)))
        row[score_column] = float(sum((leaf[4] for leaf in leaves), Decimal(0)))
        return row

    def _named(self, name: str, points: Decimal) -> str:
        if not self.brackets:
            return name
        plain = f"{points.normalize():f}"
        return f"{name}（{plain}分）" if self.wide else f"{name} ({plain})"

    @property
    def total(self) -> Decimal:
        return sum((leaf[4] for leaf in self.leaves), Decimal(0))


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    digits = draw(st.sampled_from([0, 1, 2]))
    leaves = []
    nouns = iter(draw(st.permutations(NOUNS)))
    for first, weight in enumerate(WEIGHTS):
        parts = draw(st.lists(st.integers(1, 9), min_size=2, max_size=4))
        left = weight * 2
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            halves = left if last else max(1, min(left - (len(parts) - number - 1), part))
            left -= halves
            points = Decimal(halves) / 2
            step = Decimal(1).scaleb(-digits)
            lost = draw(st.integers(0, int(points / step)))
            score = points - step * lost
            second = min(number * 2 // len(parts), 1)
            leaves.append((first, second, f"{next(nouns)}{'完整' if number else '充分'}情况", points, score))
    return Sheet(
        leaves,
        brackets=draw(st.booleans()),
        wide=draw(st.booleans()),
        merged=draw(st.booleans()),
        subtotals=draw(st.booleans()),
        deducted=draw(st.booleans()),
        rates=draw(st.booleans()),
        digits=digits,
    )


def write(sheet: Sheet, path: Path) -> Review:
    rows, merges = sheet.rows()
    return reviewed(
        workbook(path, {"评分表": [*rows, *([text] for text in sheet.notes)]}, {"评分表": merges})
    )


def bad(review: Review) -> list[str]:
    return [line for line, remark in zip(told(review), review.remarks, strict=True) if remark.severity in BAD]


@given(sheet=sheets())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_consistent_sheets_of_any_shape_are_clean(sheet: Sheet, tmp_path: Path) -> None:
    review = write(sheet, tmp_path / "表.xlsx")
    assert bad(review) == []
    assert review.scores.total == sheet.total == review.printed_total
    assert len(review.outside.leaves) == len(sheet.leaves)
    assert not review.unread


def plain_sheet(**change: Any) -> Sheet:
    scores = ("8", "9.5", "7", "10", "13", "15", "14.25", "15")
    leaves = []
    for number, score in enumerate(scores):
        first, second = divmod(number, 2)
        leaves.append((first, second, f"{NOUNS[number]}情况", Decimal(WEIGHTS[first]) / 2, Decimal(score)))
    return dataclasses.replace(Sheet(leaves), **change)


def at(rows: list[list[Any]], name: str, column: int) -> tuple[int, int]:
    return next(n for n, row in enumerate(rows) if name in row), column


def _score_over_points(rows: list[list[Any]]) -> None:
    row, _ = at(rows, "目标情况", 4)
    rows[row][4], rows[row][5], rows[row][6] = 12.0, "", ""
    for sum_row in ("过程小计", "合计"):
        rows[at(rows, sum_row, 0)[0]][4] += 5.0


def _set(name: str, column: int, change: Callable[[Any], Any]) -> Callable[[list[list[Any]]], None]:
    def plant(rows: list[list[Any]]) -> None:
        row, _ = at(rows, name, column)
        rows[row][column] = change(rows[row][column])

    return plant


#: What is planted → code, cell and words of the one finding. Rows: 3 and 4 决策, 5 its sum, 6 and 7 过程, 8 …
PLANTED: dict[str, tuple[Callable[[list[list[Any]]], None], str, str, str]] = {
    "grand total": (_set("合计", 4, lambda v: v + 1), "K02", "E15", "合计"),
    "sum of a level": (_set("产出小计", 4, lambda v: v - 2), "K02", "E11", "产出"),
    "points of a level": (_set("产出小计", 3, lambda v: v + 3), "K01", "D11", "分值"),
    "total points": (_set("合计", 3, lambda v: v + 3), "K01", "D15", "分值"),
    "score above points": (_score_over_points, "K02", "E6", "超过分值"),
    "deduction": (_set("预算情况", 5, lambda v: 0.5), "K03", "F9", "扣分栏"),
    "no reason": (_set("预算情况", 6, lambda v: ""), "K03", "E9", "没有写原因"),
}


@pytest.mark.parametrize("kind", list(PLANTED))
def test_one_planted_fault_gives_exactly_that_finding(kind: str, tmp_path: Path) -> None:
    plant, code, cell, words = PLANTED[kind]
    rows, merges = plain_sheet().rows()
    plant(rows)
    review = reviewed(workbook(tmp_path / "表.xlsx", {"评分表": rows}, {"评分表": merges}))
    found = [remark for remark in review.remarks if remark.severity in BAD]
    assert [(r.finding.code, r.at.cell) for r in found] == [(code, cell)], told(review)
    assert words in found[0].finding.message


def survey(rate: str, counts: tuple[int, ...] = (60, 25, 10, 5), base: int = 100) -> list[list[Any]]:
    return [
        ["序号", "问题", "", "满意", "基本满意", "一般", "不满意", "合计", "计算值"],
        [1, "您对服务是否满意？", "人数", *counts, base, rate],
        ["", "", "占比", *(f"{n / base:.2%}" for n in counts), "", ""],
        ["", "", "权重", "100%", "80%", "60%", "0%", "", ""],
    ]


def with_more(tmp_path: Path, **more: list[list[Any]]) -> Review:
    rows, merges = plain_sheet().rows()
    return reviewed(workbook(tmp_path / "表.xlsx", {"评分表": rows, **more}, {"评分表": merges}))


def test_a_survey_that_adds_up_is_clean_and_a_wrong_rate_is_found(tmp_path: Path) -> None:
    assert bad(with_more(tmp_path, 问卷=survey("86.00%"))) == []
    (line,) = bad(with_more(tmp_path, 问卷=survey("89.00%")))
    assert line.startswith("K10 W “问卷”表 I2 来稿写 89.00%，按权重 100/80/60/0 重算为 86.00%")


FUNDS = [
    ["金额单位：万元"],
    ["项目", "预算资金", "到位资金", "实际支出", "执行率"],
    ["人员费", 60, 60, 54, "90.00%"],
    ["运行费", 40, 40, 38, "95.00%"],
    ["合计", 100, 100, 92, "92.00%"],
]


#: Row, column and value of a changed cell → the cell that the finding names.
CHANGED_FUNDS: list[tuple[int, int, Any, str]] = [
    (4, 3, 93, "D5"),
    (2, 4, "92.00%", "E3"),
    (3, 3, 41, "D4"),
]


def test_funds_that_add_up_are_clean(tmp_path: Path) -> None:
    assert bad(with_more(tmp_path, 资金=FUNDS)) == []


@pytest.mark.parametrize("change", CHANGED_FUNDS)
def test_a_changed_amount_is_found_at_its_cell(change: tuple[int, int, Any, str], tmp_path: Path) -> None:
    row, column, value, cell = change
    rows = [list(one) for one in FUNDS]
    rows[row][column] = value
    review = with_more(tmp_path, 资金=rows)
    assert ("K15", cell) in [(r.finding.code, r.at.cell) for r in review.remarks if r.severity in BAD]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("综合得分 91.75 分，评价等级为“优”。", "", ""),
        ("综合得分 93.75 分，评价等级为“优”。", "K19", "93.75"),
        ("综合得分 91.75 分，评价等级为“良”。", "K19", "应为“优”"),
        ("综合得分 91.75 分，评价等级为“优秀”。", "K12", "没有这一档"),
        ("指标体系有 4 个一级指标、8 个三级指标。", "", ""),
        ("指标体系有 5 个一级指标。", "K19", "5 个一级指标"),
        ("决策得 17.5 分，过程得 17 分。", "", ""),
        ("决策得 16.5 分。", "K19", "“决策”16.5 分"),
        ("评价组于 2022 年 11 月 31 日完成。", "K16", "没有 11 月 31 日"),
        ("执行情况良好。。", "", ""),
    ],
)
def test_sentences(text: str, code: str, words: str, tmp_path: Path) -> None:
    rows, merges = plain_sheet().rows()
    report = tmp_path / "报告.txt"
    report.write_text(text, encoding="utf-8")
    review = reviewed(workbook(tmp_path / "表.xlsx", {"评分表": rows}, {"评分表": merges}), report)
    found = [r for r in review.remarks if r.severity in BAD]
    assert [r.finding.code for r in found] == ([code] if code else []), told(review)
    assert not code or words in found[0].finding.message


#: What own exports of the samples rightly show: the form's own fault, the printed rate, praise against a deduction,
#: a contract above its budget, the target of a 15-second rate beside the overall one.
TRUE = {
    "changde": {"K03", "K15"},
    "panjin": set(),
    "qixia": {"K07"},
    "qixia-printed": {"K06", "K07", "K19"},
    "shenzhen": {"K06"},
    "yiyang": {"K15"},
}


@pytest.mark.parametrize("sample", list(TRUE))
def test_own_score_sheets_are_read_whole_in_every_layout(sample: str, tmp_path: Path) -> None:
    catalog = Catalog(
        ROOT / "forms",
        tmp_path,
        compile_form=compile_form,
        clock=lambda: 0.0,
        now=lambda: MADE,
        keeping=BRIEFLY,
    )
    session = catalog.open(Samples(ROOT / "resources" / "samples").create(sample, catalog))
    exporting = Exporting(ROOT / "resources", lambda: MADE)
    leaves, total = len(session.evaluation.form.leaves), session.scores.total
    try:
        for layout in sorted(path.stem for path in (ROOT / "resources" / "layouts").glob("*.toml")):
            path = (
                exporting.job(session, "score-sheet", tmp_path / f"{layout}.xlsx", layout=layout).run().path
            )
            review = reviewed(path)
            assert len(review.outside.leaves) == leaves, layout
            assert review.printed_total == review.scores.total == total, layout
            codes = {r.finding.code for r in review.remarks if r.severity in BAD}
            assert codes <= TRUE[sample], (layout, told(review))
    finally:
        session.close()
