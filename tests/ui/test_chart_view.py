"""Charts on screen: the shapes of the print in the window's colours."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from workbench.domain.chart_shapes import Tone
from workbench.domain.charts import Bar, BarChart, Scale, ScaleChart
from workbench.ui.chart_view import ChartView, fill_color
from workbench.ui.theme import DARK, LIGHT, Colors, Theme

BARS = BarChart(
    (
        Bar("非常了解", Decimal(50), "10 · 50%", Decimal(100)),
        Bar("完全没有听说过这项服务，也不知道在哪里办理", Decimal(0), "0 · 0%", Decimal(100)),
    )
)


@pytest.fixture
def view(qtbot: QtBot) -> ChartView:
    theme = Theme()
    theme.apply()
    made = ChartView(theme, BARS)
    theme.setParent(made)
    qtbot.addWidget(made)
    made.resize(320, made.heightForWidth(320))
    return made


def test_the_bar_is_painted_as_long_as_its_share(view: ChartView) -> None:
    shapes = view.drawing(320)
    assert shapes is not None
    image = view.grab().toImage()
    track, bar = shapes.patches[:2]
    middle = round(bar.y + bar.height / 2)
    inside = image.pixelColor(round(bar.x + bar.width / 2), middle)
    beyond = image.pixelColor(round(bar.x + bar.width + 6), middle)
    assert inside == QColor(LIGHT.accent)
    assert beyond == QColor(LIGHT.raised)
    assert abs(bar.width * 2 - track.width) < 0.01


def test_a_long_label_wraps_and_makes_the_chart_higher(view: ChartView) -> None:
    assert view.heightForWidth(200) > view.heightForWidth(900)


def test_its_figures_can_be_read_aloud(view: ChartView) -> None:
    assert "非常了解 10 · 50%" in view.accessibleDescription()
    scales = ScaleChart(("是", "否"), (Scale("甲题", (Decimal(3), Decimal(1)), ("75%", "25%")),))
    view.show_chart(scales)
    assert view.accessibleDescription() == "甲题：是 75%，否 25%"
    assert not view.grab().isNull()
    view.show_chart(None)
    assert view.heightForWidth(300) == 0


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_steps_can_be_told_apart_in_both_looks(colors: Colors) -> None:
    shades = [fill_color(Tone(n / 4), colors).lightnessF() for n in range(5)]
    assert all(abs(one - other) > 0.05 for one, other in pairwise(shades))
