"""更新程序 and 本单位资料 in the settings: choose a file, read what it brings, one line of what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar

from workbench.errors import InputRefused, WorkbenchError
from workbench.installs import SOURCE
from workbench.services.firm_defaults import Content, FirmDefaults, TakenIn
from workbench.services.jobs import Progress
from workbench.services.moving import Moved, Moving
from workbench.services.updating import Release, Updated, Updating
from workbench.ui.alerts import Alerts
from workbench.ui.tasks import Task, Tasks
from workbench.ui.theme import Theme
from workbench.ui.widgets import Card, label, link

_FIRM_FILTER = "本单位资料 (*.wbfirm *.zip)"
_UPDATE_FILTER = "更新包 (*.wbupdate *.update)"
#: Things of a file that are listed before the rest is only counted.
_LISTED = 8


class UpkeepCard(Card):
    """What an IT person does once on each machine; long work runs behind the window and can be stopped."""

    def __init__(
        self,
        theme: Theme,
        alerts: Alerts,
        tasks: Tasks,
        firm: FirmDefaults,
        updating: Updating,
        moving: Moving | None = None,
        moved: Callable[[Moved], None] = lambda _: None,
    ) -> None:
        """With ``moving`` the data folder can go to another disk; ``moved`` hears that the program must start anew."""
        super().__init__(theme, "程序与本单位资料", f"现在是 {updating.install.version}")
        self._alerts, self._tasks = alerts, tasks
        self._firm, self._updating = firm, updating
        self._task: Task | None = None
        self._waiting: Path | None = None
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        self.links = [
            link("更新程序…", self.choose_update),
            link("读入本单位资料…", self.choose_firm),
            link("导出本单位资料…", self.export_firm),
        ]
        self._moving, self._moved = moving, moved
        if moving is not None:
            self.links.append(link("移动数据文件夹…", self.choose_place))
        for one in self.links:
            row.addWidget(one)
        row.addStretch(1)
        self.body.addLayout(row)
        self.said = label("", "soft", wrap=True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(self.said)
        below = QHBoxLayout()
        self.go = link("读入", self._take_in)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(theme.px(6))
        self._stop = link("取消", self._cancel)
        below.addWidget(self.go)
        below.addWidget(self._bar, 1)
        below.addWidget(self._stop)
        below.addStretch(1)
        self.body.addLayout(below)
        self.links[0].setEnabled(updating.install.kind != SOURCE)
        if updating.install.kind == SOURCE:
            self.links[0].setToolTip("从源代码运行的程序请更新源代码")
        self._running(None)
        self._say("")

    # updating

    def choose_update(self) -> None:
        """Ask for a package; what it is stands in the line, then it is tried and put in force."""
        if found := self._alerts.choose_files("选择更新包", _UPDATE_FILTER):
            self.update_from(found[0])

    def update_from(self, path: Path) -> None:
        """Check the signature at once, ask, and do the rest behind the window."""
        try:
            release = self._updating.read(path)
        except WorkbenchError as error:
            self._on_failed(error)
            return
        self._say(f"签名正确：{release.sentence()}。")
        if self._alerts.ask(
            f"更新到 {release.version}？", "新版本先自检，通过才换用；评价数据不受影响。", yes="更新"
        ):
            self._start(path, release)

    def _start(self, path: Path, release: Release) -> None:
        def job(progress: Progress) -> Updated:
            return self._updating.update(path, progress)

        self._running(
            self._tasks.run(
                job,
                self._on_updated,
                failed=self._on_failed,
                progress=partial(self._on_progress, release.version),
                cancelled=partial(self._over, "已取消，没有更新。"),
            )
        )

    def _on_updated(self, done: Updated) -> None:
        self._over(done.sentence)

    def _on_progress(self, version: str, done: int, total: int, what: str) -> None:
        self._bar.setRange(0, 100 if total else 0)
        self._bar.setValue(done * 100 // total if total else 0)
        self._say(f"{version}　{what}……")

    # the firm's own things

    def choose_firm(self) -> None:
        """Ask for a file and show what it would bring."""
        if found := self._alerts.choose_files("选择本单位资料", _FIRM_FILTER):
            self.preview_firm(found[0])

    def preview_firm(self, path: Path) -> None:
        """Show what a file would bring; nothing is taken in before the link is pressed."""
        try:
            content = self._firm.preview(path)
        except WorkbenchError as error:
            self._on_failed(error)
            return
        self._waiting = path
        self._say(_listed(content))
        self.go.setVisible(True)
        self.go.setFocus()

    def _take_in(self) -> None:
        path, self._waiting = self._waiting, None
        self.go.setVisible(False)
        if path is None:
            return
        try:
            taken: TakenIn = self._firm.take_in(path)
        except WorkbenchError as error:
            self._on_failed(error)
            return
        self._say(f"{taken.sentence()}重新打开评价后生效。")

    def export_firm(self) -> None:
        """Ask where to and write everything of the firm's own."""
        suggested = Path.home() / f"本单位资料-{date.today():%Y%m%d}.wbfirm"  # noqa: DTZ011 - a name for people
        path = self._alerts.choose_save("导出本单位资料", suggested, _FIRM_FILTER)
        if path is None:
            return
        try:
            content = self._firm.export(path)
        except WorkbenchError as error:
            self._on_failed(error)
            return
        self._say(f"已写出 {path.name}：{len(content.items)} 项，设置 {len(content.settings)} 项。")

    # the data folder

    def choose_place(self) -> None:
        """Ask where to; the old folder is kept."""
        assert self._moving is not None  # noqa: S101 - the link is only there with it
        place = self._alerts.choose_folder("把数据文件夹移到哪里", self._moving.data.parent)
        if place is not None:
            self.move_to(place)

    def move_to(self, place: Path) -> None:
        """Say what would be done, ask, copy and compare behind the window."""
        moving = self._moving
        assert moving is not None  # noqa: S101 - likewise
        try:
            target = moving.fit(place)
        except WorkbenchError as error:
            self._on_failed(error)
            return
        if not self._alerts.ask(
            f"把数据文件夹移到“{target}”？",
            "先复制、再逐个核对，都一致才改用新位置；原来的一份保留。完成后程序重新打开。",
            yes="移动",
        ):
            return
        self._running(
            self._tasks.run(
                lambda progress: moving.move(place, progress),
                self._moved,  # not of this card, which may be gone by then
                failed=self._on_failed,
                progress=partial(self._on_progress, "数据文件夹"),
                cancelled=partial(self._over, "已取消，仍用原来的数据文件夹。"),
            )
        )

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            self._over("")
            raise error
        faults = error.faults if isinstance(error, InputRefused) else ()
        lines = [str(error), *(f"· {fault}" for fault in faults[:_LISTED])]
        if len(faults) > _LISTED:
            lines.append(f"……另有 {len(faults) - _LISTED} 处")
        self._over("\n".join(lines))

    def _over(self, text: str) -> None:
        self._running(None)
        self._say(text)

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def _running(self, task: Task | None) -> None:
        self._task = task
        for one in (self._bar, self._stop):
            one.setVisible(task is not None)
        self._waiting = None
        self.go.setVisible(False)
        for one in self.links[1:]:
            one.setEnabled(task is None)
        self.links[0].setEnabled(task is None and self._updating.install.kind != SOURCE)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()


def _listed(content: Content) -> str:
    who = f"{content.firm}，" if content.firm else ""
    lines = [f"{who}{content.made[:10]} 导出：{content.sentence()}。"]
    lines += [f"· {item}" for item in content.items[:_LISTED]]
    if len(content.items) > _LISTED:
        lines.append(f"……另有 {len(content.items) - _LISTED} 项")
    lines += [f"· 设置　{line}" for line in content.setting_lines]
    return "\n".join(lines)
