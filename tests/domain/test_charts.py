"""Charts: one description and one layout for paper and screen."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import session
from workbench.domain.chart_shapes import Drawing, Hand, Tone, lay_out
from workbench.domain.charts import Bar, BarChart, Scale, ScaleChart, scale_chart, spoken, tally_chart
from workbench.domain.evaluation import Evaluation, Option, Question, Questionnaire
from workbench.domain.survey import tally


class Squares:
    """A surface on which every character is a square of ten."""

    def __init__(self, unit: float = 1.0) -> None:
        self.unit = unit

    def size(self, hand: Hand) -> float:
        return 10 * self.unit

    def leading(self, hand: Hand) -> float:
        return 14 * self.unit

    def wide(self, text: str, hand: Hand) -> float:
        return 10 * self.unit * len(text)

    def lines(self, text: str, hand: Hand, width: float) -> tuple[str, ...]:
        step = max(1, int(width / (10 * self.unit)))
        return tuple(text[n : n + step] for n in range(0, len(text), step))

    def width(self, line: str) -> float:
        return 10 * self.unit * len(line)


def asked(*counts: int, labels: str = "甲乙丙丁戊", id_: str = "q") -> tuple[Evaluation, Question]:
    question = Question(id=id_, questionnaire="s", text="满意吗？", name="满意度")
    options = [
        Option(id=f"{id_}{n}", position=n, question=id_, label=labels[n], count=count)
        for n, count in enumerate(counts)
    ]
    return session(Questionnaire(id="s", title="问卷"), question, *options).evaluation, question


def shapes(chart: BarChart | ScaleChart, width: float = 400, unit: float = 1.0) -> Drawing[str]:
    return lay_out(chart, width, Squares(unit))


def test_a_question_becomes_bars_with_count_and_share() -> None:
    chart = tally_chart(tally(*asked(10, 8, 1, 1, 0)))
    assert [(bar.label, bar.value, bar.text) for bar in chart.bars][:3] == [
        ("甲", Decimal("50.0000"), "10 · 50%"),
        ("乙", Decimal("40.0000"), "8 · 40%"),
        ("丙", Decimal("5.0000"), "1 · 5%"),
    ]
    assert spoken(chart) == "甲 10 · 50%；乙 8 · 40%；丙 1 · 5%；丁 1 · 5%；戊 0 · 0%"


def test_scales_need_two_questions_over_as_many_steps() -> None:
    one = ("甲题", tally(*asked(1, 1)))
    other = ("乙题", tally(*asked(3, 1, labels="子丑")))
    longer = ("丙题", tally(*asked(1, 1, 1)))
    assert scale_chart([one]) is None
    assert scale_chart([]) is None
    both = scale_chart([one, longer, other])
    assert both is not None
    assert both.options == ("第 1 档", "第 2 档")
    assert [scale.label for scale in both.scales] == ["甲题", "乙题"]
    same = scale_chart([one, one])
    assert same is not None
    assert same.options == ("甲", "乙")


@given(
    st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=9),
    st.floats(120, 900),
    st.sampled_from((1.0, 1.3, 2.0)),
)
def test_bars_stay_within_the_chart_at_any_width(values: list[Decimal], width: float, unit: float) -> None:
    bars = tuple(Bar(f"选项{n}", value, f"{value}%", Decimal(100)) for n, value in enumerate(values))
    drawn = shapes(BarChart(bars), width * unit, unit)
    assert len(drawn.patches) == 2 * len(values)
    assert all(patch.y >= 0 and patch.y + patch.height <= drawn.height for patch in drawn.patches)
    for track, bar in zip(drawn.patches[::2], drawn.patches[1::2], strict=True):
        assert track.tone.track
        assert not bar.tone.track
        assert 0 <= bar.width <= track.width + 0.01


@given(st.lists(st.integers(0, 50), min_size=2, max_size=6))
def test_the_steps_of_a_scale_fill_it_and_grow_fainter(counts: list[int]) -> None:
    values = tuple(Decimal(count) for count in counts)
    chart = ScaleChart(tuple("甲乙丙丁戊己"[: len(counts)]), (Scale("题", values, ("x",) * len(counts)),))
    drawn = shapes(chart)
    steps = [patch for patch in drawn.patches if patch.height == 20]
    assert len(steps) == sum(1 for count in counts if count)
    if steps:
        assert abs(sum(step.width for step in steps) - (400 - steps[0].x)) < 0.01
        assert [step.tone.part for step in steps] == sorted(step.tone.part for step in steps)
    assert all(0 <= step.tone.part <= 1 for step in steps)


def test_words_lie_on_a_tone_only_inside_the_step_that_holds_them() -> None:
    chart = ScaleChart(("甲", "乙"), (Scale("题", (Decimal(99), Decimal(1)), ("99%", "1%")),))
    drawn = shapes(chart)
    on_steps = [words for words in drawn.words if words.on is not None]
    assert [words.line for words in on_steps] == ["99%"]  # the narrow step carries no words
    assert on_steps[0].on == Tone(0.0)
