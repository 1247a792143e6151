"""The shipped sample evaluations: totals, grades and contradictions of the published reports."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.domain.compiler import compile_form
from workbench.domain.derivation import derivation
from workbench.domain.evaluation import ENTITIES, Advice, FundLine, Link, Problem, Question, Target
from workbench.domain.sources import Sources
from workbench.errors import InputRefused
from workbench.services.catalog import Catalog
from workbench.services.checking import Checking, load_limits
from workbench.services.presets import preset_id
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY

KEYS = ("changde", "panjin", "qixia", "qixia-printed", "shenzhen", "yiyang")
#: Key → total, grade, points of the first level. Shenzhen published no scores: these follow from the weights
#: that the benchmark system proposes.
PUBLISHED = {
    "qixia": ("92.47", "优", ["17.50", "16.80", "30.00", "28.17"]),
    "qixia-printed": ("92.31", "优", ["17.50", "16.80", "30.00", "28.01"]),
    "changde": ("89.00", "良", ["16.00", "16.00", "33.00", "24.00"]),
    "panjin": ("100.00", "优", ["6.00", "24.00", "40.00", "30.00"]),
    "shenzhen": ("65.98", "中", ["16.35", "17.67", "12.43", "8.13", "11.40"]),
    "yiyang": ("100.00", "优", ["25.00", "25.00", "25.00", "25.00"]),
}


@pytest.fixture
def samples() -> Samples:
    return Samples(ROOT / "resources" / "samples")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    ticks = itertools.count()
    start = datetime(2022, 11, 14, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    return Catalog(
        ROOT / "forms",
        tmp_path / "data",
        compile_form=compile_form,
        clock=lambda: float(next(ticks)),
        now=lambda: start,
        keeping=BRIEFLY,
    )


@pytest.fixture
def opened(request: pytest.FixtureRequest, samples: Samples, catalog: Catalog) -> Iterator[Session]:
    session = catalog.open(samples.create(request.param, catalog))
    yield session
    session.close()


def test_every_sample_is_listed_with_what_it_shows(samples: Samples) -> None:
    assert tuple(sample.key for sample in samples.listed()) == KEYS
    assert all(sample.title and sample.about for sample in samples.listed())
    stated = {sample.key: (sample.total, sample.grade) for sample in samples.listed()}
    assert stated == {key: published[:2] for key, published in PUBLISHED.items()}


@pytest.mark.parametrize("opened", KEYS, indirect=True)
def test_totals_and_grades_are_the_published_ones(opened: Session, request: pytest.FixtureRequest) -> None:
    total, grade, sums = PUBLISHED[request.node.callspec.params["opened"]]
    scores = opened.scores
    assert scores.complete
    assert scores.done == scores.leaves
    assert scores.total == Decimal(total)
    assert scores.grade is not None
    assert scores.grade.name == grade
    assert [scores[root.id].score for root in opened.evaluation.form.roots] == [Decimal(s) for s in sums]


@pytest.mark.parametrize("opened", KEYS, indirect=True)
def test_every_point_off_has_its_line_and_every_tie_both_ends(opened: Session) -> None:
    evaluation, scores = opened.evaluation, opened.scores
    assert {leaf.id: scores[leaf.id].unexplained for leaf in evaluation.form.leaves} == {
        leaf.id: 0 for leaf in evaluation.form.leaves
    }
    for link in evaluation.table(Link).values():
        assert evaluation.get(ENTITIES[link.from_kind], link.from_id) is not None
        if link.to_kind == "indicator":
            assert evaluation.form.get(link.to_id) is not None
        else:
            assert evaluation.get(ENTITIES[link.to_kind], link.to_id) is not None


@pytest.mark.parametrize("opened", KEYS, indirect=True)
def test_a_sample_fills_what_its_form_brought_along(opened: Session) -> None:
    form, evaluation = opened.evaluation.form, opened.evaluation
    ours = {preset_id(evaluation.id, "target", str(row["name"])) for row in form.targets}
    assert ours <= set(evaluation.table(Target))
    assert len(ours) == len(form.targets)
    assert len(evaluation.table(Question)) == sum(len(q.get("question", ())) for q in form.questionnaires)
    assert not opened.can_undo


#: Key → what the checks must say of it: code, severity, where (the end of the place in words).
CONTRADICTIONS = {
    "qixia": {("K07", "E", "预算执行率"), ("K08", "E", "资金到位率"), ("K16", "W", "评价基准日")},
    "qixia-printed": {
        ("K07", "E", "预算执行率"),
        ("K08", "E", "资金到位率"),
        ("K10", "E", "公众知晓率"),
        ("K16", "W", "评价基准日"),
        ("K05", "W", "绩效目标覆盖不全，指标可衡量程度不高"),
        ("K05", "N", "资金到位进度滞后"),
        ("K11", "N", "社会调查问卷"),
        ("K12", "N", "综合得分"),
        ("K17", "N", "外包服务费"),
    },
    "changde": {
        ("K19", "W", "评价依据"),
        ("K05", "W", "绩效目标细化、量化不够"),
        ("K05", "W", "资金使用合规性"),
        ("K03", "W", "评价依据"),
        ("K08", "N", "满意度"),
        ("K18", "N", "预算编制科学性"),
        ("K18", "N", "预算执行率"),
    },
    "panjin": {
        ("K24", "E", "主评人"),
        ("K24", "N", "评价机构"),
        ("K05", "W", "推进智能化应用"),
        ("K12", "W", "等级划分"),
        ("K13", "N", "预算执行率"),
        ("K14", "N", "多数目标"),
        ("K17", "N", "保障水平"),
        ("K21", "N", "话务接通率"),
        ("K22", "N", "全部指标"),
    },
    "shenzhen": {
        ("K05", "W", "绩效目标编制不合理，自评结果不真实"),
        ("K08", "W", "15秒接通率"),
        ("K08", "N", "15秒接通率"),
    },
    "yiyang": {
        ("K06", "E", "成本控制"),
        ("K15", "W", "2019 年热线集中受理服务外包"),
        ("K12", "W", "conclusion"),
        ("K05", "W", "资金管理办法还有待进一步规范"),
        ("K05", "N", "资金分配合理，突出重点"),
        ("K17", "N", "其他需要说明的问题"),
        ("K22", "N", "全部指标"),
    },
}


@pytest.mark.parametrize("opened", KEYS, indirect=True)
def test_the_checks_list_the_contradictions_of_the_report(
    opened: Session, request: pytest.FixtureRequest
) -> None:
    findings = Checking(opened, load_limits(ROOT / "resources", opened.evaluation.form.profile)).findings
    told = {(one.code, one.severity.value, one.where.rsplit(" › ", 1)[-1]) for one in findings}
    assert CONTRADICTIONS[request.node.callspec.params["opened"]] <= told


@pytest.mark.parametrize("opened", ["changde"], indirect=True)
def test_the_stated_execution_rate_is_set_against_the_funds(opened: Session) -> None:
    checking = Checking(opened, load_limits(ROOT / "resources"))
    (told,) = [one for one in checking.of_indicator("B12") if one.code == "K19"]
    assert (told.found, told.expected) == ("100%", "112.38%")


@pytest.mark.parametrize("opened", ["qixia-printed"], indirect=True)
def test_correcting_a_finding_gives_the_recomputed_figures(opened: Session) -> None:
    checking = Checking(opened, load_limits(ROOT / "resources"))
    effects = {one.code: one.effect for one in checking.blocking}
    assert {code: effect and effect.total_after for code, effect in effects.items()} == {
        "K10": Decimal("92.47"),
        "K08": Decimal("91.91"),
        "K07": Decimal("90.31"),
    }
    aware = effects["K10"]
    assert aware is not None
    assert (aware.score_before, aware.score_after) == (Decimal("8.85"), Decimal("9.01"))


@pytest.mark.parametrize("opened", ["qixia-printed"], indirect=True)
def test_the_printed_rate_counts_beside_the_counted_one(opened: Session) -> None:
    lines = derivation(opened.evaluation, opened.scores["D11"])
    assert "公众知晓率：85.00%（手工填写）" in lines
    assert any("取数值 86.50%" in line for line in lines)
    assert any("→ 8.85" in line for line in lines)


@pytest.mark.parametrize("opened", ["changde"], indirect=True)
def test_changde_spends_more_than_its_budget_every_year(opened: Session) -> None:
    sources = Sources(opened.evaluation)
    assert sources.fund_total("budget") == Decimal("473.54")
    assert sources.fund_total("spent") == Decimal("532.17")
    lines = opened.evaluation.listed(FundLine)
    assert [line.spent - line.budget for line in lines if line.spent and line.budget] == [
        Decimal("6.85"),
        Decimal("25.35"),
        Decimal("26.43"),
    ]
    assert opened.scores.to_next == Decimal(1)


@pytest.mark.parametrize("opened", ["changde"], indirect=True)
def test_changde_names_a_problem_that_costs_nothing(opened: Session) -> None:
    explained = {
        link.from_id for link in opened.evaluation.table(Link).values() if link.to_kind == "deduction"
    }
    loose = [problem for problem in opened.evaluation.listed(Problem) if problem.id not in explained]
    assert [problem.title for problem in loose] == ["绩效目标细化、量化不够"]
    assert loose[0].no_deduction_reason == ""


@pytest.mark.parametrize("opened", ["yiyang"], indirect=True)
def test_the_full_marks_of_yiyang_do_not_survive_its_own_standard(opened: Session) -> None:
    findings = Checking(opened, load_limits(ROOT / "resources")).findings
    (told,) = [one for one in findings if one.code == "K06"]
    assert told.effect is not None
    assert told.effect.total_after == Decimal("85.00")
    # Twenty offices are said and twenty are listed.
    assert not [one for one in findings if "列了" in one.message]


@pytest.mark.parametrize("opened", ["shenzhen"], indirect=True)
def test_the_ratios_of_shenzhen_are_those_it_published(opened: Session) -> None:
    findings = Checking(opened, load_limits(ROOT / "resources")).findings
    assert not [one for one in findings if one.where.startswith("来稿比率")]
    scopes = [one for one in findings if one.code == "K08" and one.severity.value == "W"]
    assert [(one.expected, one.found) for one in scopes] == [("15秒", "没有时限")]


@pytest.mark.parametrize("opened", ["panjin"], indirect=True)
def test_panjin_is_all_full_with_advice_and_no_problem(opened: Session) -> None:
    assert all(scored.deducted == 0 for scored in opened.scores.by_id.values())
    assert not opened.evaluation.table(Problem)
    assert len(opened.evaluation.table(Advice)) == 3
    beyond = {t.name: round(t.actual / t.value * 100, 1) for t in opened.evaluation.listed(Target) if t.value}
    assert beyond["话务直接办复率"] == Decimal("125.9")
    assert beyond["话务接通率"] == Decimal("122.5")


def test_an_unknown_sample_names_those_there_are(samples: Samples, catalog: Catalog) -> None:
    with pytest.raises(InputRefused) as refused:
        samples.create("没有", catalog)
    assert "changde、panjin、qixia、qixia-printed、shenzhen、yiyang" in refused.value.faults[0].what
    assert not catalog.data.exists()


def test_a_faulty_sample_creates_nothing(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "bad.toml").write_text(
        'title = "坏"\nform = "panjin-2023"\n[overview]\nproject = "坏"\nreport_date = "昨天"\n[[problem]]\ncolour = "红"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputRefused) as refused:
        Samples(tmp_path).create("bad", catalog)
    assert [fault.place for fault in refused.value.faults] == ["概况第 1 项“报告日期”", "问题第 1 项"]
    assert not catalog.data.exists()
