"""Report 004 through the shipped form: as printed, recomputed, and by the letter of its rules."""

from __future__ import annotations

from decimal import Decimal

from tests.domain.scored import evaluation_of, typed
from tests.forms.reading import read_form
from workbench.domain.derivation import derivation
from workbench.domain.evaluation import Entity, Entry, FundLine, Option, Question, Questionnaire
from workbench.domain.scoring import compute_scores

POINTS = {
    "A11": "符合 符合", "A12": "符合 符合", "A21": "符合 符合 1", "A22": "符合 1", "A31": "符合 符合 符合",
    "B13": "符合 符合 符合", "B21": "符合 符合", "B22": "符合",
}  # fmt: skip
AWARE = {
    "非常了解": (10, "1"),
    "比较了解": (8, "0.8"),
    "一般": (1, "0.6"),
    "不太了解": (1, "0.3"),
    "非常不了解": (0, "0"),
}
APPROVE = {
    "非常认可": (10, "1"),
    "比较认可": (7, "0.8"),
    "一般": (3, "0.6"),
    "不太认可": (0, "0.3"),
    "非常不认可": (0, "0"),
}


def facts() -> list[Entity]:
    found: list[Entity] = [
        typed(indicator, f"p{number}", value)
        for indicator, values in POINTS.items()
        for number, value in enumerate(values.split(), 1)
    ]
    found += [typed(indicator, "count", "0") for indicator in ("C11", "C21", "C22")]
    found.append(typed("D21", "rate", "95.53%"))
    money = {
        column: Decimal(amount)
        for column, amount in (("budget", "71.6"), ("arrived", "7.1"), ("due", "35.5"), ("spent", "7.1"))
    }
    found.append(FundLine(id="f", year="2022", item="服务外包费", **money))
    found.append(Questionnaire(id="q", title="社会调查问卷", issued=20, returned=20, valid=20))
    for code, options in (("aware", AWARE), ("approve", APPROVE)):
        found.append(Question(id=code, code=code, questionnaire="q", text="？"))
        found += [
            Option(id=f"{code}{n}", position=n, question=code, label=label, weight=Decimal(w), count=count)
            for n, (label, (count, w)) in enumerate(options.items())
        ]
    return found


PRINTED: list[Entity] = [
    typed("B11", "denominator", "", "fund:due"),
    Entry(id="B12", override=Decimal(6), override_reason="按原报告"),
]


def test_as_printed_with_85_percent_the_total_is_92_31() -> None:
    form = read_form("qixia-2022")
    eighty_five = typed("D11", "rate", "85%", "survey:aware", manual=True)
    scores = compute_scores(evaluation_of(form, [*facts(), *PRINTED, eighty_five]))
    assert [str(scores[root.id].score) for root in form.roots] == ["17.50", "16.80", "30.00", "28.01"]
    assert scores.total == Decimal("92.31")
    assert scores.grade is not None
    assert scores.grade.name == "优"
    given = (scores["D11"].given or {})["rate"]
    assert (given.text, given.linked.text if given.linked else "") == ("85.00%", "86.50%")


def test_recomputed_from_the_counts_the_total_is_92_47() -> None:
    scores = compute_scores(evaluation_of(read_form("qixia-2022"), [*facts(), *PRINTED]))
    assert scores["D11"].score == Decimal("9.01")
    outcome = scores["D11"].outcome
    assert outcome is not None
    assert outcome.expression == "86.50% ÷ 96.00% × 10 = 9.010416…"
    assert scores["D12"].score == Decimal("9.16")
    assert scores.total == Decimal("92.47")


def test_by_the_letter_of_its_own_rules_the_total_is_90_07() -> None:
    evaluation = evaluation_of(read_form("qixia-2022"), facts())
    scores = compute_scores(evaluation)
    assert scores["B11"].score == Decimal("0.40")
    assert scores["B12"].score == Decimal("4.00")
    assert scores.total == Decimal("90.07")
    assert scores.above_lower == Decimal("0.07")


def test_the_denominator_is_named_in_the_derivation() -> None:
    evaluation = evaluation_of(read_form("qixia-2022"), [*facts(), *PRINTED])
    due = derivation(evaluation, compute_scores(evaluation)["B11"])
    assert any("到位资金 7.10 万元 ÷ 应付金额 35.50 万元 = 20.00%" in line for line in due)
    assert any("20.00% × 4 = 0.8" in line for line in due)
    literal = evaluation_of(read_form("qixia-2022"), facts())
    budget = derivation(literal, compute_scores(literal)["B11"])
    assert any("预算资金 71.60 万元 = 9.92%" in line for line in budget)


def test_the_rule_that_cannot_reach_its_full_mark_is_found_when_compiled() -> None:
    form = read_form("qixia-2022")
    assert [(fault.place, fault.what) for fault in form.faults] == [
        ("过程 › 资金管理 › 预算执行率", "按评分标准最多得 4 分，达不到分值 6 分。")
    ]
