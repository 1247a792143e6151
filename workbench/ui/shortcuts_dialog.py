"""Ctrl+F1: every key of the window, read from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.ui.actions import ActionBook, shown_keys
from workbench.ui.theme import Theme
from workbench.ui.widgets import label


class ShortcutsDialog(QDialog):
    """The keys in columns by group; Esc closes."""

    def __init__(self, theme: Theme, actions: ActionBook, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("快捷键一览")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.px(18), theme.px(14), theme.px(18), theme.px(18))
        outer.setSpacing(theme.px(12))
        outer.addWidget(label("快捷键一览", "title"))
        outer.addWidget(
            label(
                "输入内容随时保存。表格里直接打字即修改，Tab 到下一格，Esc 放弃本格；Tab、Shift Tab 在各栏间移动。",
                "soft",
                wrap=True,
            )
        )
        columns = QHBoxLayout()
        columns.setSpacing(theme.px(28))
        outer.addLayout(columns)
        groups = list(dict.fromkeys(spec.menu for spec in actions.specs))
        halves: list[list[str]] = [[], [], []]
        for group in groups:  # the shortest column takes the next group
            sizes = [sum(sum(s.menu == g for s in actions.specs) + 1 for g in half) for half in halves]
            halves[sizes.index(min(sizes))].append(group)
        for half in halves:
            grid = QGridLayout()
            grid.setHorizontalSpacing(theme.px(14))
            grid.setVerticalSpacing(theme.px(5))
            row = 0
            for group in half:
                grid.addWidget(label(group, "card_title"), row, 0)
                row += 1
                for spec in actions.specs:
                    if spec.menu == group and spec.keys:
                        grid.addWidget(label(spec.text.removesuffix("…")), row, 0)
                        keys = label(shown_keys(spec.keys[0]), "key")
                        grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignLeft)
                        row += 1
            grid.setRowStretch(row, 1)
            columns.addLayout(grid)
