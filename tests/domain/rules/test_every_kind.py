"""What holds for every kind of rule: round trip, sentence, maximum, range, missing inputs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.rules.samples import FULL_MARK, SAMPLES, rule, sample
from tests.domain.scored import outcome, score
from workbench.domain.amounts import exact
from workbench.domain.rules.base import BadRule, InputSpec, rule_types
from workbench.domain.rules.params import KINDS, params_of

every_kind = pytest.mark.parametrize("kind", sorted(rule_types()))


def test_every_kind_has_a_sample() -> None:
    assert set(SAMPLES) == set(rule_types())


@every_kind
def test_round_trip_of_its_data_is_exact(kind: str) -> None:
    one = sample(kind)
    raw = one.to_raw()
    again = rule_types()[kind].from_raw(raw, FULL_MARK)
    assert again == one
    assert again.to_raw() == raw
    assert raw["kind"] == kind


@every_kind
def test_its_parameters_are_described_for_an_editor(kind: str) -> None:
    for described in params_of(rule_types()[kind]):
        assert described.label
        assert described.kind in KINDS
        assert (described.kind == "list") == (described.item is not None)
        assert bool(described.choices) == (described.kind == "choice")


@every_kind
def test_it_says_what_it_does(kind: str) -> None:
    sentence = sample(kind).sentence()
    assert sentence.endswith("。")
    assert "None" not in sentence
    assert rule_types()[kind].label


@every_kind
def test_its_maximum_is_the_full_mark_and_is_reached(kind: str) -> None:
    one = sample(kind)
    assert one.maximum() == exact(FULL_MARK)
    assert one.faults() == ()
    assert score(one, SAMPLES[kind][1]) == exact(FULL_MARK)


@every_kind
def test_it_names_every_input_that_is_missing(kind: str) -> None:
    one = sample(kind)
    needed = tuple(spec.label for spec in one.inputs() if not spec.optional and not spec.default)
    nothing = outcome(one)
    if kind == "experts":
        assert nothing.missing == (
            "书面评审专家打分（已有 0 人，至少 3 人）",
            "现场评价专家打分（已有 0 人，至少 3 人）",
        )
    else:
        assert nothing.missing == needed
    assert (nothing.score is None) == bool(needed)


def _text(spec: InputSpec) -> st.SearchStrategy[str]:
    if spec.kind == "choice":
        return st.sampled_from(spec.choices)
    if spec.kind == "date":
        return st.dates().map(lambda day: day.isoformat() if day.year >= 1000 else "2020-01-01")
    if spec.kind == "count":
        return st.integers(0, 10**6).map(str)
    if spec.kind == "point":
        most = spec.marks or Decimal(1)
        return st.sampled_from(["符合", "不符合"]) | st.decimals(0, most, places=2).map(str)
    if spec.kind == "score":
        return st.decimals(0, 10, places=2).map(str)
    suffix = "%" if spec.kind == "percent" else ""
    low = -1000 if spec.kind in {"percent", "number"} else 0
    return st.decimals(low, 10**6, places=3).map(lambda number: f"{number:f}{suffix}")


@every_kind
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_its_score_stays_between_0_and_the_full_mark(kind: str, data: st.DataObject) -> None:
    one = sample(kind)
    values = {spec.key: data.draw(_text(spec), label=spec.label) for spec in one.inputs()}
    off = str(data.draw(st.decimals(0, 30, places=2), label="deducted"))
    found = outcome(one, values, off)
    if found.score is None:
        assert found.steps
    else:
        assert 0 <= found.score <= exact(FULL_MARK)
        assert found.expression


@every_kind
def test_a_misspelled_parameter_is_refused(kind: str) -> None:
    with pytest.raises(BadRule, match="“colour”不认识"):
        rule(kind, **SAMPLES[kind][0], colour="red")


@every_kind
@pytest.mark.parametrize("junk", [None, [], {}, 1.5, float("nan"), "1e999", -3, "x" * 5000, [1], [{}], True])
def test_junk_in_a_parameter_is_refused_or_read_never_a_crash(kind: str, junk: object) -> None:
    for described in params_of(rule_types()[kind]):
        raw = {**SAMPLES[kind][0], described.name: junk}
        try:
            made = rule_types()[kind].from_raw({"kind": kind, **raw}, FULL_MARK)
        except BadRule as error:
            refused = error.problems
        else:
            refused = ()
        if refused:
            continue
        assert made.maximum() >= 0
        assert made.sentence()
        made.faults()


#: kinds whose score never falls as the rate rises, and those where it never rises
RISING = (
    "formula",
    "ratio",
    "threshold_rate",
    "steps",
    "bands",
    "shortfall",
    "floor",
    "linear101",
    "satisfaction101",
)
FALLING = ("reverse",)


@pytest.mark.parametrize("kind", RISING + FALLING)
@settings(max_examples=150, deadline=None)
@given(low=st.decimals(0, 200, places=2), more=st.decimals(0, 200, places=2))
def test_it_is_monotone_in_the_rate(kind: str, low: Decimal, more: Decimal) -> None:
    one = (
        rule("threshold", rate="接通率", target="80%", unmet="2")
        if kind == "threshold_rate"
        else sample(kind)
    )
    if kind == "shortfall":
        low, more = Decimal(int(low)), Decimal(int(more))
    first, second = (score(one, {"rate": str(rate), "v1": str(rate)}) for rate in (low, low + more))
    assert first >= second if kind in FALLING else first <= second


#: Other kinds whose score never falls as one of their inputs rises: the input, what stands beside it.
RISING_IN = {
    "judgement": ("score", {}, Decimal(10)),
    "experts": (
        "s3",
        {f"{where}{n}": "6" for where, most in (("d", 3), ("s", 5)) for n in range(1, most + 1)},
        Decimal(10),
    ),
    "mean_of_rates": ("r1", {"n2": "3", "d2": "5"}, Decimal(200)),
    "points": ("p2", {"p1": "符合", "p3": "不符合"}, Decimal(3)),
    "execution101": ("numerator", {"done": "未完成", "denominator": "100"}, Decimal(100)),
    "qualitative": ("share", {"level": "基本达成目标"}, Decimal(100)),
}


@pytest.mark.parametrize("kind", sorted(RISING_IN))
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_more_of_an_input_never_costs(kind: str, data: st.DataObject) -> None:
    key, beside, most = RISING_IN[kind]
    least = Decimal(80) if kind == "qualitative" else Decimal(0)
    low, high = sorted(data.draw(st.decimals(least, most, places=2)) for _ in range(2))
    one = sample(kind)
    assert score(one, {**beside, key: str(low)}) <= score(one, {**beside, key: str(high)})


def test_every_kind_is_held_to_its_direction() -> None:
    held = {"threshold", *RISING, *FALLING, *RISING_IN, "per_fault", "reverse_deduction", "deductions"}
    assert set(rule_types()) <= held


@settings(max_examples=50, deadline=None)
@given(off=st.decimals(0, 12, places=2), more=st.decimals(0, 12, places=2))
def test_more_deductions_never_pay(off: Decimal, more: Decimal) -> None:
    assert score(sample("deductions"), {}, str(off)) >= score(sample("deductions"), {}, str(off + more))


@settings(max_examples=100, deadline=None)
@given(
    times=st.integers(0, 50),
    more=st.integers(0, 50),
    kind=st.sampled_from(["per_fault", "reverse_deduction"]),
)
def test_more_faults_never_pay(times: int, more: int, kind: str) -> None:
    def at(number: int) -> dict[str, str]:
        return {"count": str(number), "c1": str(number), "c2": str(number), "c3": "0"}

    one = sample(kind)
    assert score(one, at(times)) >= score(one, at(times + more))
