"""One row of buttons of which one counts: by mouse, by key, round and round."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from workbench.ui.tabs import Tabs
from workbench.ui.theme import Theme


def row(qtbot: QtBot) -> tuple[Tabs[str], list[str]]:
    heard: list[str] = []

    def chosen(key: str) -> None:
        heard.append(key)
        tabs.mark(key)

    tabs = Tabs(Theme(), {"a": "甲", "b": "乙", "c": "丙"}, chosen)
    qtbot.addWidget(tabs)
    return tabs, heard


def test_one_counts_and_a_press_is_heard_once(qtbot: QtBot) -> None:
    tabs, heard = row(qtbot)
    assert tabs.current is None
    tabs.mark("b")
    assert (tabs.current, heard) == ("b", [])
    qtbot.mouseClick(tabs.button("c"), Qt.MouseButton.LeftButton)
    assert (tabs.current, heard) == ("c", ["c"])
    assert not tabs.button("b").isChecked()


def test_turning_goes_round_both_ends(qtbot: QtBot) -> None:
    tabs, heard = row(qtbot)
    tabs.mark("c")
    doers = tabs.part_actions()
    doers["next_part"]()
    doers["previous_part"]()
    doers["previous_part"]()
    assert heard == ["a", "c", "b"]
