"""The small parts of pages by themselves."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from workbench.ui.theme import Theme
from workbench.ui.widgets import FoldedText

LONG = "评价要点：\n" + "项目立项与部门职责范围相符，属于部门履职所需；" * 6


def test_a_folded_text_says_that_it_goes_on_and_unfolds_whole(qtbot: QtBot) -> None:
    theme = Theme()
    theme.apply()
    text = FoldedText("small", lines=2)
    theme.setParent(text)
    qtbot.addWidget(text)
    text.resize(300, 40)
    text.show()
    text.show_text(LONG, unfolded=False)
    narrow = text.text()
    assert narrow.endswith("…")
    assert LONG.startswith(narrow[:-1])
    assert len(narrow) > 15
    text.resize(600, 40)
    assert len(narrow) < len(text.text()) < len(LONG)
    text.show_text(LONG, unfolded=True)
    assert text.text() == LONG
    text.show_text("短", unfolded=False)
    assert text.text() == "短"
