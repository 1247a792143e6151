"""The start page: go on with an evaluation, begin a new one, or look at the sample."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench import files
from workbench.errors import InputRefused, WorkbenchError
from workbench.services.catalog import Catalog, EvaluationListing, FormListing
from workbench.services.own_forms import OwnForms
from workbench.services.samples import Samples
from workbench.ui.actions import ActionBook
from workbench.ui.alerts import Alerts
from workbench.ui.inputs import ComboInput, LineInput
from workbench.ui.own_form_card import OwnFormCard
from workbench.ui.password_line import PasswordLine
from workbench.ui.tab_order import focus_step
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import Card, KeyButton, clear, label, link, scrolled

#: Evaluations shown before the rest is only counted.
MOST_SHOWN = 12


class StartPage(QWidget):
    """What is seen while no evaluation is open. ``open_folder`` opens one, or tells why it can't."""

    def __init__(
        self,
        theme: Theme,
        alerts: Alerts,
        catalog: Catalog,
        samples: Samples,
        open_folder: Callable[[Path], None],
        own_forms: OwnForms | None = None,
        tasks: Tasks | None = None,
        edit_form: Callable[[str], None] | None = None,
        review_outside: Callable[[], None] | None = None,
        restore: Callable[[Path, str], None] | None = None,
        actions: ActionBook | None = None,
        reopen: Callable[[], None] | None = None,
    ) -> None:
        """With ``own_forms`` and ``tasks`` indicator tables can be taken over as own systems;
        ``edit_form`` opens one of these for changing, ``review_outside`` the window that reviews a score
        sheet somebody else made, ``restore`` takes a folder and what is wrong with it back to a backup.
        With ``actions`` the tour, the help and more are offered; ``reopen`` asks for an archive to make an
        evaluation of.
        """
        super().__init__()
        self._theme, self._alerts = theme, alerts
        self._catalog, self._samples = catalog, samples
        self._open_folder = open_folder
        self._restore, self._tasks = restore, tasks
        self._forms: list[FormListing] = []
        px = theme.px
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(60), px(34), px(60), px(24))
        column.setSpacing(px(14))
        column.addWidget(label("现场评价工作台", "score"))
        column.addWidget(
            label(
                "预算项目支出绩效评价，从指标评分到评分表和评价报告。数据只存在本机，每次输入随即保存。",
                "soft",
                wrap=True,
            )
        )
        self._message = label("", "warning", wrap=True)
        self._message.hide()
        column.addWidget(self._message)
        halves = QHBoxLayout()
        halves.setSpacing(px(14))
        self._recent = Card(theme, "最近的评价")
        self.password_line: PasswordLine | None = None
        if tasks is not None:
            self.password_line = PasswordLine(theme, alerts, tasks, catalog)
            self._recent.body.addWidget(self.password_line)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(px(2))
        self._recent.body.addLayout(self._rows)
        self._recent.body.addWidget(
            link("打开其他文件夹中的评价…", self._choose_folder), 0, Qt.AlignmentFlag.AlignLeft
        )
        if reopen is not None:
            self.reopen_link = link("由归档包打开…", reopen)
            self._recent.body.addWidget(self.reopen_link, 0, Qt.AlignmentFlag.AlignLeft)
        right = QVBoxLayout()
        right.setSpacing(px(14))
        right.addWidget(self._new_card())
        self.own_form: OwnFormCard | None = None
        if own_forms is not None and tasks is not None:
            self.own_form = OwnFormCard(
                theme,
                alerts,
                tasks,
                own_forms.authoring,
                self._choose_form,
                own_forms.listed,
                edit_form,
            )
            right.addWidget(self.own_form)
        self._sample_card = Card(theme, "示例", "按真实报告录入，可放心修改")
        self._sample_rows = QVBoxLayout()
        self._sample_card.body.addLayout(self._sample_rows)
        if actions is not None:
            self.tour_link = link("十分钟上手：在示例上走一遍", partial(actions.run, "tour"))
            self._sample_card.body.addWidget(self.tour_link, 0, Qt.AlignmentFlag.AlignLeft)
        if review_outside is not None:
            outside = Card(theme, "复核", "别人做的评分表和报告，只读不改")
            self.review_link = link("复核一份评分表…", review_outside)
            outside.body.addWidget(self.review_link, 0, Qt.AlignmentFlag.AlignLeft)
            right.addWidget(outside)
        right.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(px(14))
        left.addWidget(self._recent)
        left.addWidget(self._sample_card)
        if actions is not None:
            left.addWidget(self._foot(actions))
        left.addStretch(1)
        halves.addLayout(left, 5)
        halves.addLayout(right, 4)
        column.addLayout(halves)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))
        theme.changed.connect(self._on_look)

    def _foot(self, actions: ActionBook) -> QWidget:
        """Where help is, with the keys that there are."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(self._theme.px(4), 0, 0, 0)
        row.setSpacing(self._theme.px(14))
        for name, words in (
            ("help", "帮助"),
            ("shortcuts", "快捷键"),
            ("settings", "设置"),
            ("about", "关于"),
        ):
            button = link(f"{words} {actions.key_of(name)}".strip(), partial(actions.run, name))
            role(button, "foot")
            row.addWidget(button)
        row.addStretch(1)
        return holder

    def _new_card(self) -> Card:
        theme = self._theme
        card = Card(theme, "新建评价")
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(1, 1)
        self.project = LineInput()
        self.project.setPlaceholderText("如 12345 政务服务热线购买服务")
        self.year = LineInput()
        self.year.setPlaceholderText("如 2022")
        self.form = ComboInput()
        self.form.setMinimumContentsLength(12)
        self.form.setSizeAdjustPolicy(ComboInput.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for row, (words, widget) in enumerate(
            (("项目名称", self.project), ("评价年度", self.year), ("指标体系", self.form))
        ):
            caption = label(words, "soft")
            caption.setBuddy(widget)
            grid.addWidget(caption, row, 0)
            grid.addWidget(widget, row, 1)
            widget.setAccessibleName(words)
        card.body.addLayout(grid)
        self._hint = label("", "fault", wrap=True)
        self._hint.hide()
        card.body.addWidget(self._hint)
        self.create_button = KeyButton(theme, "创建并打开", "Enter", primary=True)
        self.create_button.clicked.connect(self.create_evaluation)
        self.project.returnPressed.connect(self.create_evaluation)
        self.year.returnPressed.connect(self.create_evaluation)
        self.form.entered.connect(self.create_evaluation)
        card.body.addWidget(self.create_button, 0, Qt.AlignmentFlag.AlignRight)
        return card

    def showEvent(self, event: QShowEvent) -> None:
        """List what there is now."""
        self.reload()
        super().showEvent(event)

    def _on_look(self) -> None:
        """Rows are as high as their letters."""
        if self.isVisible():
            self._show_evaluations()

    def say(self, message: str) -> None:
        """Say something above the lists, such as damaged settings."""
        self._message.setText(message)
        self._message.setVisible(bool(message))

    def reload(self) -> None:
        """List evaluations, indicator systems and samples."""
        fields = (self.project, self.year, self.form)
        typing = any(field.hasFocus() for field in fields)
        typing = typing or (self.password_line is not None and not self.password_line.isHidden())
        self._show_evaluations()
        self._show_forms()
        if self.own_form is not None:
            self.own_form.reload()
        clear(self._sample_rows)
        for sample in self._samples.listed():
            button = QPushButton(sample.title)
            button.setToolTip(sample.about)
            button.clicked.connect(lambda _=False, key=sample.key: self.open_sample(key))
            self._sample_rows.addWidget(button)
        if not typing:
            self._focus_first()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab follows the layouts."""
        return focus_step(self, forward=forward)

    def _focus_first(self) -> None:
        """Enter goes on with the latest evaluation; without one the cursor is where a new one begins."""
        row = self._rows.itemAt(0).widget()  # one of the evaluations, or the sentence that there are none
        first = row if isinstance(row, QPushButton) else self.project
        first.show()  # a row that is not seen yet could not take the keyboard
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_password(self, folder: Path, then: Callable[[], None]) -> None:
        """Ask for the password of a locked evaluation; ``then`` is called when its key is held."""
        if self.password_line is not None:
            self.password_line.ask(folder, then)

    def _show_evaluations(self) -> None:
        clear(self._rows)
        listed = self._catalog.list_evaluations()
        for one in listed[:MOST_SHOWN]:
            self._rows.addWidget(self._evaluation_row(one))
        if len(listed) > MOST_SHOWN:
            rest = f"另有 {len(listed) - MOST_SHOWN} 个评价，可从文件夹打开"
            self._rows.addWidget(label(rest, "small"))
        if not listed:
            self._rows.addWidget(
                label(
                    "还没有评价。在右侧填写项目名称、选择指标体系后创建，或先打开示例看看。",
                    "soft",
                    wrap=True,
                )
            )

    def _evaluation_row(self, one: EvaluationListing) -> QPushButton:
        name = (
            f"{one.project or one.folder.name} · {one.year}" if one.year else one.project or one.folder.name
        )
        if one.locked:
            state = "已加密"
        elif one.fault:
            state = "数据已损坏，按 Enter 恢复" if one.damaged and self._restore is not None else one.fault
        elif one.total is None:
            state = "未评分"
        else:
            state = f"{one.total:f} 分　{one.grade if one.complete else '未评完'}"
        when = f"{one.opened:%Y-%m-%d %H:%M}" if one.opened is not None else ""
        row = QPushButton()
        role(row, "row")
        row.setAccessibleName(name)
        row.setToolTip(str(one.folder))
        restore = self._restore
        if restore is not None:
            back = QAction("从备份恢复…", row)
            back.triggered.connect(lambda: restore(one.folder, one.fault))
            row.addAction(back)
            row.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        if one.damaged and restore is not None:
            row.clicked.connect(lambda: restore(one.folder, one.fault))
        else:
            row.clicked.connect(lambda: self._open_folder(one.folder))
        inner = QGridLayout(row)
        px = self._theme.px
        inner.setContentsMargins(px(10), px(6), px(10), px(6))
        inner.setVerticalSpacing(px(1))
        inner.setColumnStretch(0, 1)
        parts = (
            (label(name, "bold"), 0, 0),
            (label(state, "fault" if one.fault else "soft"), 0, 1),
            (label(one.twin_sentence or one.form_title, "small"), 1, 0),
            (label("正在另一窗口中编辑" if one.is_open else when, "small"), 1, 1),
        )
        for part, line, side in parts:
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            inner.addWidget(
                part, line, side, Qt.AlignmentFlag.AlignRight if side else Qt.AlignmentFlag.AlignLeft
            )
        row.setMinimumHeight(inner.sizeHint().height())
        return row

    def _show_forms(self) -> None:
        chosen = self.form.currentData()
        self._forms = self._catalog.list_forms()
        self.form.clear()
        for listing in self._forms:
            mark = "" if listing.form is not None else "（有误，不能使用）"
            self.form.addItem(f"{listing.title}{mark}", listing.id)
        self.form.setCurrentIndex(max(self.form.findData(chosen), 0))

    def _choose_form(self, form_id: str) -> None:
        """List the systems anew and choose one for a new evaluation."""
        self._show_forms()
        self.form.setCurrentIndex(max(self.form.findData(form_id), 0))
        self.focus_new()

    def create_evaluation(self) -> None:
        """Create what the fields say and open it; what is missing is said under them."""
        project = self.project.text().strip()
        if not project:
            self._say_missing("请填写项目名称。")
            self.project.setFocus()
            return
        if not 0 <= self.form.currentIndex() < len(self._forms):
            self._say_missing("没有可用的指标体系，请重新安装程序，或把指标体系文件放入数据文件夹。")
            return
        listing = self._forms[self.form.currentIndex()]
        if listing.form is None:
            self._alerts.error(InputRefused(f"指标体系“{listing.title}”不能使用。", listing.faults))
            return
        self._say_missing("")
        try:
            year = self.year.text().strip()
            folder = self._apart(lambda: self._catalog.create_evaluation(project, listing.id, year=year))
        except WorkbenchError as error:
            self._alerts.error(error)
            return
        self.project.clear()
        self._open_folder(folder)

    def _apart(self, create: Callable[[], Path]) -> Path:
        """Create a folder off the window's thread: a busy disk must not stop the window."""
        return create() if self._tasks is None else self._tasks.awaited(lambda _: create())

    def _say_missing(self, words: str) -> None:
        self._hint.setText(words)
        self._hint.setVisible(bool(words))

    def focus_new(self) -> None:
        """Put the cursor where a new evaluation begins."""
        self.project.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_sample(self, key: str) -> None:
        """Open a sample; the one that was made from it before, else a new one."""
        sample = next(one for one in self._samples.listed() if one.key == key)
        made = self._catalog.data / files.safe_name(sample.title)
        known = {one.folder for one in self._catalog.list_evaluations()}
        try:
            folder = made if made in known else self._apart(lambda: self._samples.create(key, self._catalog))
        except WorkbenchError as error:
            self._alerts.error(error)
            return
        self._open_folder(folder)

    def _choose_folder(self) -> None:
        folder = self._alerts.choose_folder("选择评价文件夹（内有 evaluation.db）", self._catalog.data)
        if folder is not None:
            self._open_folder(folder)
