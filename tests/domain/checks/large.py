"""A large consistent evaluation: 300 indicators, 500 evidence items, 100 problems, everything tied, reviewed and signed."""

from __future__ import annotations

from decimal import Decimal

from tests.domain.checks.cases import link
from tests.domain.checks.consistent import signed
from tests.domain.scored import evaluation_of, typed
from workbench.domain.compiler import compile_form
from workbench.domain.entities_rates import StatedRate
from workbench.domain.entities_review import Opinion, ReviewNote
from workbench.domain.evaluation import (
    Advice,
    Deduction,
    Entity,
    Entry,
    Evaluation,
    Evidence,
    Overview,
    Problem,
)

INDICATORS, EVIDENCE, PROBLEMS = 300, 500, 100


def large() -> Evaluation:
    """4 roots, 20 branches, 300 leaves of a third of a point each; every third one loses a tenth."""
    raw: dict[str, object] = {
        "id": "large",
        "title": "大表",
        "mode": "财政评价",
        "total": "100",
        "indicator": [],
    }
    rows: list[dict[str, object]] = raw["indicator"]  # type: ignore[assignment]
    raw["bands"] = [{"name": "优", "lower": 90}, {"name": "良", "lower": 80}, {"name": "差", "lower": 0}]
    for root, name in enumerate(("决策", "过程", "产出", "效益")):
        rows.append({"id": f"r{root}", "name": name, "points": "25"})
        if name == "产出":
            rows[-1]["points"] = "40"
        if name in {"决策", "过程"}:
            rows[-1]["points"] = "15" if name == "决策" else "20"
    per = {0: "0.2", 1: "0.27", 2: "0.53", 3: "0.33"}
    for root in range(4):
        leaves = 75
        each = Decimal(per[root])
        full = Decimal(str(rows[root]["points"]))
        for branch in range(5):
            rows.append({"id": f"r{root}b{branch}", "parent": f"r{root}", "name": f"分项{root}{branch}"})
            for leaf in range(15):
                number = branch * 15 + leaf
                points = each if number < leaves - 1 else full - each * (leaves - 1)
                rows.append(
                    {
                        "id": f"i{root}-{number}", "parent": f"r{root}b{branch}", "name": f"指标{root}之{number}",
                        "points": f"{points:f}", "basis_source": "台账",
                        "rule": {"kind": "ratio", "rate": "完成率", "numerator": "完成数", "denominator": "计划数"},
                    }
                )  # fmt: skip
    form = compile_form(raw)
    entities: list[Entity] = [Overview(project="大项目", year="2024", lead="甲", evaluated_unit="某单位")]
    for number, leaf in enumerate(form.leaves):
        short = number % 3 == 0
        entities += [
            typed(leaf.id, "numerator", "90" if short else "100"),
            typed(leaf.id, "denominator", "100"),
            Entry(
                id=leaf.id,
                basis=f"按台账核对，{leaf.name}得 {{得分}} 分。",
                basis_source="台账",
                done=True,
                owner="甲",
            ),
        ]
    scores_of = evaluation_of(form, entities)
    from workbench.domain.scoring import compute_scores

    scores = compute_scores(scores_of)
    lines = [
        Deduction(
            id=f"d{leaf.id}",
            indicator=leaf.id,
            points=scores[leaf.id].deducted,
            reason="未完成",
            basis="台账",
        )
        for number, leaf in enumerate(form.leaves)
        if number % 3 == 0
    ]
    entities += lines
    entities += [
        Evidence(id=f"e{n}", number=n + 1, title=f"台账第 {n + 1} 册", sha256=f"{n:064x}")
        for n in range(EVIDENCE)
    ]
    entities += [
        link(f"evidence:e{n}", f"deduction:{lines[n % len(lines)].id}")
        if n < 200
        else link(f"evidence:e{n}", f"indicator:{form.leaves[n - 200].id}")
        for n in range(EVIDENCE)
    ]
    for number in range(PROBLEMS):
        entities += [
            Problem(
                id=f"p{number}",
                position=number,
                title=f"第 {number} 类工作没有完成",
                description="进度滞后。",
            ),
            Advice(id=f"a{number}", position=number, title=f"加快第 {number} 类工作"),
            link(f"advice:a{number}", f"problem:p{number}"),
            link(f"problem:p{number}", f"deduction:{lines[number].id}"),
        ]
    for number in range(30):
        entities += [
            Opinion(id=f"o{number}", position=number, text=f"意见 {number}", subject="其他", adopted="采纳"),
            ReviewNote(id=f"n{number}", position=number, level="部门复核", text=f"复核 {number}", closed=True),
            StatedRate(
                id=f"r{number}", name=f"比例 {number}", numerator=Decimal(9), denominator=Decimal(10), rate=Decimal("0.9")
            ),
        ]  # fmt: skip
    return signed(evaluation_of(form, entities))
