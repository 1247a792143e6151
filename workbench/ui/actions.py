"""Every action: its name, words, key and menu. Menu, shortcuts, Ctrl+K and the shortcut list read the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action. ``keys`` as Qt writes them; the first is shown."""

    name: str
    text: str
    keys: tuple[str, ...]
    menu: str


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("new_evaluation", "新建评价…", ("Ctrl+Shift+N",), "评价"),
    ActionSpec("home", "返回首页", ("Ctrl+W",), "评价"),
    ActionSpec("export", "导出…", ("Ctrl+E",), "评价"),
    ActionSpec("review_outside", "复核外来评分表…", ("Ctrl+Shift+O",), "评价"),
    ActionSpec("restore", "从备份恢复…", (), "评价"),
    ActionSpec("password", "评价密码…", (), "评价"),
    ActionSpec("settings", "设置…", ("Ctrl+,",), "评价"),
    ActionSpec("quit", "退出", ("Ctrl+Q",), "评价"),
    ActionSpec("undo", "撤销", ("Ctrl+Z",), "编辑"),
    ActionSpec("redo", "重做", ("Ctrl+Y", "Ctrl+Shift+Z"), "编辑"),
    ActionSpec("add_row", "新增一行", ("Ctrl+N",), "编辑"),
    ActionSpec("remove_row", "删除所在行", ("Ctrl+Shift+Delete",), "编辑"),
    ActionSpec("row_up", "上移一行", ("Ctrl+Shift+Up",), "编辑"),
    ActionSpec("row_down", "下移一行", ("Ctrl+Shift+Down",), "编辑"),
    ActionSpec("previous_indicator", "上一项", ("Alt+Up",), "评分"),
    ActionSpec("next_indicator", "下一项", ("Alt+Down",), "评分"),
    ActionSpec("finish_indicator", "完成本项", ("Ctrl+Return", "Ctrl+Enter"), "评分"),
    ActionSpec("add_deduction", "添加扣分", ("Ctrl+D",), "评分"),
    ActionSpec("derivation", "计分推导", ("Ctrl+J",), "评分"),
    ActionSpec("stage_columns", "指标树中列出各轮得分", ("Ctrl+Shift+J",), "评分"),
    ActionSpec("attach_files", "添加佐证文件…", ("Ctrl+O",), "评分"),
    ActionSpec("paste_evidence", "粘贴为佐证", ("Ctrl+Shift+V",), "评分"),
    ActionSpec("next_part", "本页下一部分", ("Ctrl+PgDown",), "查看"),
    ActionSpec("previous_part", "本页上一部分", ("Ctrl+PgUp",), "查看"),
    ActionSpec("search", "搜索指标与操作", ("Ctrl+K",), "查看"),
    ActionSpec("field_history", "字段的修改记录", ("Ctrl+H",), "查看"),
    ActionSpec("toggle_dark", "深色／浅色", ("Ctrl+Shift+L",), "查看"),
    ActionSpec("larger", "放大文字", ("Ctrl+=", "Ctrl++"), "查看"),
    ActionSpec("smaller", "缩小文字", ("Ctrl+-",), "查看"),
    ActionSpec("help", "本页帮助", ("F1",), "帮助"),
    ActionSpec("shortcuts", "快捷键一览", ("Ctrl+F1",), "帮助"),
    ActionSpec("tour", "十分钟上手", (), "帮助"),
    ActionSpec("tour_next", "上手：下一步", ("F8",), "帮助"),
    ActionSpec("about", "关于", (), "帮助"),
)

_SPOKEN = {"Return": "Enter", "Up": "↑", "Down": "↓", "Left": "←", "Right": "→"}


def shown_keys(sequence: str) -> str:
    """A key as the window shows it: ``Ctrl+Return`` → ``Ctrl Enter``."""
    parts = sequence.split("+") if not sequence.endswith("++") else [*sequence[:-2].split("+"), "+"]
    return " ".join(_SPOKEN.get(part, part) for part in parts)


class ActionBook(QObject):
    """The actions of one window. What they do is registered; without a doer an action is disabled."""

    def __init__(self, window: QWidget, pages: Mapping[str, str]) -> None:
        """``pages``: key → label of every page; each gets ``go_KEY`` with Ctrl+1, Ctrl+2 … Ctrl+0."""
        super().__init__(window)
        self.specs = ACTIONS + tuple(
            ActionSpec(f"go_{key}", f"转到：{words}", (f"Ctrl+{n % 10}",) if n <= 10 else (), "转到")
            for n, (key, words) in enumerate(pages.items(), start=1)
        )
        self._by_name = {spec.name: spec for spec in self.specs}
        self._doers: dict[str, Callable[[], None]] = {}
        self._here: Mapping[str, Callable[[], None]] = {}
        self._actions: dict[str, QAction] = {}
        for spec in self.specs:
            action = QAction(spec.text, window)
            action.setObjectName(spec.name)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setEnabled(False)
            action.triggered.connect(lambda _=False, name=spec.name: self.run(name))
            window.addAction(action)
            self._actions[spec.name] = action

    def __getitem__(self, name: str) -> ActionSpec:
        return self._by_name[name]

    def key_of(self, name: str) -> str:
        """The key of an action as shown beside a button."""
        keys = self._by_name[name].keys
        return shown_keys(keys[0]) if keys else ""

    def register(self, name: str, doer: Callable[[], None]) -> None:
        """Say what an action does everywhere in the window."""
        self._doers[self._by_name[name].name] = doer
        self._enable(name)

    def forget(self, names: Iterator[str] | tuple[str, ...]) -> None:
        """Actions that nothing does any more."""
        for name in names:
            self._doers.pop(name, None)
            self._enable(name)

    def set_here(self, doers: Mapping[str, Callable[[], None]]) -> None:
        """Say what actions do on the page that is seen; it goes before what they do everywhere."""
        unknown = set(doers) - set(self._by_name)
        if unknown:
            raise KeyError(f"no such action: {sorted(unknown)}")
        touched = set(self._here) | set(doers)
        self._here = doers
        for name in touched:
            self._enable(name)

    def enabled(self) -> Iterator[ActionSpec]:
        """The actions that would do something now."""
        return (spec for spec in self.specs if self._doer(spec.name) is not None)

    def run(self, name: str) -> None:
        """Do an action, if anything does it now."""
        doer = self._doer(name)
        if doer is not None:
            doer()

    def fill(self, menu: QMenu) -> None:
        """Put the actions into a menu, a submenu for each group."""
        for group in dict.fromkeys(spec.menu for spec in self.specs):
            sub = menu.addMenu(group)
            for spec in self.specs:
                if spec.menu == group:
                    sub.addAction(self._actions[spec.name])

    def _doer(self, name: str) -> Callable[[], None] | None:
        return self._here.get(name) or self._doers.get(name)

    def _enable(self, name: str) -> None:
        self._actions[name].setEnabled(self._doer(name) is not None)
