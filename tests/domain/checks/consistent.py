"""Consistent evaluations by chance: other systems, bands, roundings and rules each time; and ways to settle one."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.domain.checks.cases import link, with_
from tests.domain.scored import evaluation_of, typed
from workbench.domain.amounts import exact, round_half_up, show, show_plain
from workbench.domain.changes import Change, apply, removing
from workbench.domain.compiler import compile_form
from workbench.domain.entities_review import Opinion, ReviewNote, SignOff
from workbench.domain.evaluation import (
    Advice,
    Deduction,
    Entity,
    Evaluation,
    Evidence,
    FundLine,
    Link,
    Mark,
    Option,
    Overview,
    Paragraph,
    Problem,
    Question,
    Questionnaire,
    Target,
    mark_id,
)
from workbench.domain.reviewing import before_opinions, content_of
from workbench.domain.scoring import compute_scores

D = Decimal
SYSTEMS = (
    (("决策", 20), ("过程", 20), ("产出", 30), ("效益", 30)),
    (("投入", 15), ("管理", 25), ("产出", 40), ("效果", 20)),
    (("决策", 10), ("管理", 30), ("产出", 35), ("效益", 25)),
    (("过程", 30), ("产出", 50), ("效益", 20)),
)
BANDS = (
    (("优", 90), ("良", 80), ("中", 60), ("差", 0)),
    (("优秀", 90), ("良好", 75), ("合格", 60), ("不合格", 0)),
    (("优", 85), ("良", 70), ("差", 0)),
)
SCALES = (
    (("非常满意", "1"), ("比较满意", "0.8"), ("一般", "0.6"), ("不太满意", "0.3"), ("不满意", "0")),
    (("满意", "1"), ("基本满意", "0.75"), ("不满意", "0")),
)
NAMES = ("甲项工作", "乙项工作", "丙项工作", "丁项工作", "戊项工作", "己项工作", "庚项工作", "辛项工作",
         "壬项工作", "癸项工作", "子项工作", "丑项工作", "寅项工作", "卯项工作", "辰项工作", "巳项工作")  # fmt: skip
PLACES = ("东片", "南片", "西片", "北片")

RULES: dict[str, dict[str, Any]] = {
    "points": {"kind": "points", "points": [{"text": "有制度"}, {"text": "有台账"}]},
    "per_fault": {"kind": "per_fault", "fault": "漏办", "per": "0.25"},
    "deductions": {"kind": "deductions"},
    "judgement": {"kind": "judgement"},
    "counted": {"kind": "ratio", "rate": "完成率", "numerator": "完成数", "denominator": "计划数"},
    "funded": {
        "kind": "ratio", "rate": "执行率", "numerator": "实际支出", "numerator_source": "fund:spent",
        "denominator": "预算资金", "denominator_source": "fund:budget",
    },
    "asked": {"kind": "ratio", "rate": "满意度", "rate_source": "survey:ask", "target": "90%"},
    "threshold": {"kind": "threshold", "rate": "达标率", "target": "95%"},
}  # fmt: skip


@st.composite
def forms(draw: st.DrawFn) -> dict[str, Any]:
    """The data of an indicator system with 3 to 16 indicators of every kind of rule."""
    rows: list[dict[str, Any]] = []
    kinds = st.sampled_from(sorted(RULES))
    for number, (name, points) in enumerate(draw(st.sampled_from(SYSTEMS))):
        rows.append({"id": f"r{number}", "name": name, "points": str(points)})
        count = draw(st.integers(1, 4))
        shares = _split(draw, D(points), count)
        for leaf, share in enumerate(shares):
            rule = dict(RULES[draw(kinds)])
            leaf_name = f"{PLACES[number]}{NAMES[leaf]}"
            rows.append(
                {"id": f"i{number}{leaf}", "parent": f"r{number}", "name": leaf_name, "points": f"{share:f}", "rule": rule}
            )  # fmt: skip
    return {
        "id": "any",
        "title": "任意",
        "mode": "财政评价",
        "levels": ["一级指标", "二级指标"],
        "rounding": {"digits": draw(st.integers(0, 4)), "at": draw(st.sampled_from(["indicator", "total"]))},
        "bands": [{"name": n, "lower": low} for n, low in draw(st.sampled_from(BANDS))],
        "indicator": rows,
    }


def _split(draw: st.DrawFn, whole: Decimal, count: int) -> list[Decimal]:
    """``count`` full marks of half points or thirds that make the whole."""
    unit = draw(st.sampled_from([D("0.5"), D(1), D("0.25")]))
    parts = [unit * draw(st.integers(1, int(whole / unit / count))) for _ in range(count - 1)]
    return [*parts, whole - sum(parts, D(0))]


@st.composite
def consistent(draw: st.DrawFn) -> Evaluation:
    """An evaluation in which everything agrees, with every loss explained, proven and answered."""
    form = compile_form(draw(forms()))
    start = date(draw(st.integers(2019, 2024)), 1, 1)
    budget = D(draw(st.integers(1_000, 900_000))) / 100
    arrived = round_half_up(exact(budget) * draw(st.integers(50, 100)) / 100)
    spent = round_half_up(exact(arrived) * draw(st.integers(40, 100)) / 100)
    scale = draw(st.sampled_from(SCALES))
    counts = [draw(st.integers(1 if n == 0 else 0, 60)) for n in range(len(scale))]
    sheets = sum(counts)
    entities: list[Entity] = [
        Overview(
            project="某项目", year=str(start.year), evaluated_unit="某局", commissioner="某财政局", agency="某所",
            lead="甲", project_start=start, project_end=date(start.year, 12, 31),
            contract_date=start - timedelta(days=20), tender_date=start - timedelta(days=30),
            base_date=date(start.year, 10, 31), evaluation_start=date(start.year, 11, 1),
            evaluation_end=date(start.year, 11, 30), report_date=date(start.year, 12, 10),
        ),
        FundLine(id="f", year=str(start.year), item="服务费", budget=budget, arrived=arrived, spent=spent),
        Questionnaire(
            id="q", title="问卷", issued=sheets + draw(st.integers(0, sheets // 3)), returned=sheets, valid=sheets,
            held=date(start.year, 11, 10),
        ),
        Question(id="ask", code="ask", questionnaire="q", text="您满意吗？", name="满意度"),
        *(
            Option(id=f"o{n}", position=n, question="ask", label=label, weight=D(weight), count=count)
            for n, ((label, weight), count) in enumerate(zip(scale, counts, strict=True))
        ),
    ]  # fmt: skip
    for leaf in form.leaves:
        entities += _inputs(draw, leaf.rule.kind if leaf.rule else "", leaf.id, leaf.full_mark, leaf)
    evaluation = settle(evaluation_of(form, entities))
    evaluation = with_(evaluation, *_texts(evaluation))
    if draw(st.booleans()):
        evaluation = with_(evaluation, *_opinions(draw, evaluation))
    return signed(evaluation)


LEVELS = (("项目组自查", "甲"), ("部门复核", "乙"), ("质控终审", "丙"))


def signed(evaluation: Evaluation) -> Evaluation:
    """The evaluation as it is now, signed by every level of the chain."""
    content = content_of(evaluation)
    return with_(
        evaluation,
        *(SignOff(id=f"s{n}", level=level, by=by, content=content) for n, (level, by) in enumerate(LEVELS)),
    )


def _opinions(draw: st.DrawFn, evaluation: Evaluation) -> list[Entity]:
    """Opinions that were answered, one of them with a changed score that does not count, and settled notes."""
    leaf = draw(st.sampled_from(evaluation.form.leaves))
    scored = compute_scores(evaluation)[leaf.id]
    before, after = scored.score or D(0), leaf.full_mark
    found: list[Entity] = [
        Opinion(id="op1", position=1, text="措辞不妥", subject="文字表述", adopted="采纳", reply="已改。"),
        Opinion(
            id="op2", position=2, text="应得满分", indicator=leaf.id, adopted="不采纳", reply="缺少佐证。"
        ),
        ReviewNote(
            id="n1",
            level="部门复核",
            reviewer="乙",
            text="核对台账",
            indicator=leaf.id,
            answer="已核对",
            closed=True,
        ),
    ]
    if before != after:
        found += [
            Opinion(
                id="op3",
                position=3,
                text="补交了台账",
                indicator=leaf.id,
                adopted="采纳",
                reply="按补交材料改分。",
                score_before=before,
                score_after=after,
            ),
            Mark(
                id=mark_id(leaf.id, "征求意见后"),
                indicator=leaf.id,
                stage="征求意见后",
                score=after,
                reason="采纳意见",
            ),
        ]
    return found


def _inputs(draw: st.DrawFn, kind: str, id_: str, full: Decimal, leaf: Any) -> list[Entity]:
    if kind == "points":
        return [typed(id_, f"p{n}", draw(st.sampled_from(["符合", "不符合"]))) for n in (1, 2)]
    if kind == "per_fault":
        return [typed(id_, "count", str(draw(st.integers(0, 3))))]
    if kind == "judgement":
        return [typed(id_, "score", show_plain(full * draw(st.integers(50, 100)) / 100, 12))]
    if kind == "threshold":
        return [typed(id_, "rate", f"{draw(st.integers(80, 100))}%")]
    if kind == "ratio" and not leaf.rule.numerator_source and leaf.rule.numerator:
        planned = draw(st.integers(3, 400))
        done = draw(st.integers(1, planned))
        return [typed(id_, "numerator", str(done)), typed(id_, "denominator", str(planned))]
    if kind == "deductions" and draw(st.booleans()):
        return [Deduction(id=f"d{id_}", indicator=id_, points=full / 4, reason="有一处疏漏", basis="台账")]
    return []


def settle(evaluation: Evaluation) -> Evaluation:
    """Every loss explained by one line, every line proven, every line a problem, every problem advised."""
    scores = compute_scores(evaluation)
    for line in list(evaluation.table(Deduction).values()):
        scored = scores[line.indicator]
        if not scored.deducted:
            hanging = (Problem, f"p{line.indicator}"), (Advice, f"a{line.indicator}")
            for gone in (line, *(evaluation.get(kind, id_) for kind, id_ in hanging)):
                if gone is not None:
                    evaluation = apply(evaluation, removing(evaluation, gone))
    fresh: list[Entity] = []
    for number, leaf in enumerate(evaluation.form.leaves):
        lost = compute_scores(evaluation)[leaf.id].deducted
        fresh.append(dataclasses.replace(evaluation.entry(leaf.id), basis_source="台账", owner="甲"))
        if not lost or round_half_up(lost) <= 0:
            continue
        digits = evaluation.form.rounding.digits if evaluation.form.rounding.at == "indicator" else 2
        fresh += [
            Deduction(
                id=f"d{leaf.id}", indicator=leaf.id, points=round_half_up(lost, max(digits, 2)),
                reason="有一处疏漏", basis="台账",
            ),
            Evidence(id=f"e{leaf.id}", number=number + 1, title="台账"),
            link(f"evidence:e{leaf.id}", f"deduction:d{leaf.id}"),
            Problem(id=f"p{leaf.id}", position=number, title=f"第 {number} 处疏漏", unit="某局"),
            link(f"problem:p{leaf.id}", f"deduction:d{leaf.id}"),
            Advice(id=f"a{leaf.id}", position=number, title=f"补办第 {number} 处"),
            link(f"advice:a{leaf.id}", f"problem:p{leaf.id}"),
        ]  # fmt: skip
    return _relogged(with_(evaluation, *fresh))


def _relogged(evaluation: Evaluation) -> Evaluation:
    """The opinions with the scores that their indicators have by now; refused where nothing changed."""
    scores = compute_scores(evaluation)
    fresh: list[Entity] = []
    for opinion in evaluation.table(Opinion).values():
        scored = scores.by_id.get(opinion.indicator)
        if scored is None or opinion.adopted != "采纳":
            continue
        before, after = before_opinions(evaluation, scored), (scored.marks or {}).get("征求意见后")
        adopted = "不采纳" if before == after else "采纳"
        fresh.append(dataclasses.replace(opinion, adopted=adopted, score_before=before, score_after=after))
    return with_(evaluation, *fresh)


def _texts(evaluation: Evaluation) -> list[Entity]:
    """Texts that quote true figures, bound and typed."""
    scores, form = compute_scores(evaluation), evaluation.form
    digits = form.rounding.digits
    texts: list[Entity] = []
    for leaf in form.leaves:
        entry = evaluation.entry(leaf.id)
        texts.append(
            dataclasses.replace(
                entry, basis="经核对台账，存在不足之处的已扣分，得 {得分} 分，满分 {分值} 分。"
            )
        )
    lines = [f"{root.name}：分值 {show_plain(root.full_mark)} 分。" for root in form.roots]
    lines += [
        f"{leaf.name}得分 {show(scores[leaf.id].score or 0, max(digits, 2))} 分，分值 {show_plain(leaf.full_mark)} 分。"
        for leaf in form.leaves
    ]
    fund = evaluation.table(FundLine)["f"]
    lines.append(
        f"预算资金 {fund.budget} 万元，到位资金 {fund.arrived} 万元，实际支出 {fund.spent} 万元。2018 年满意度为 12.34%。"
    )
    lines.append(
        f"综合得分为 {show(scores.total, digits)} 分，等级为“{scores.grade.name if scores.grade else ''}”。"
    )
    lines.append(f"共设 {len(form.roots)} 个一级指标、{len(form.leaves)} 个二级指标，联系电话 12345。")
    texts.append(Paragraph(id="conclusion", text="\n".join(lines)))
    return texts


def targets() -> list[Target]:
    """Two targets that nothing is wrong with."""
    return [
        Target(id="t1", name="满意度", operator="≥", value=D(90), actual=D(95), unit="%"),
        Target(id="t2", name="等待时长", operator="≤", value=D(30), actual=D(28), unit="秒"),
    ]


def unlinked(evaluation: Evaluation, kind: str, to_kind: str, to_id: str) -> Evaluation:
    """The evaluation without the ties of one kind to one thing."""
    gone = [
        Change(found, None)
        for found in evaluation.table(Link).values()
        if (found.from_kind, found.to_kind, found.to_id) == (kind, to_kind, to_id)
    ]
    return apply(evaluation, gone)
