"""The top line: what is being evaluated, how far, total, grade, distance to the next band, search, export."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QPushButton

from workbench.domain.amounts import show_plain
from workbench.domain.form import show_score
from workbench.domain.scoring import finished, rated, standing
from workbench.services.session import Session
from workbench.ui.actions import ActionBook
from workbench.ui.theme import Theme, role
from workbench.ui.widgets import ElidedLabel, KeyButton, label


class TopLine(QFrame):
    """Brought up to date by :meth:`show_session`."""

    def __init__(self, theme: Theme, actions: ActionBook) -> None:
        super().__init__()
        role(self, "bar")
        self._theme = theme
        px = theme.px
        row = QHBoxLayout(self)
        row.setContentsMargins(px(8), px(7), px(14), px(7))
        row.setSpacing(px(10))
        self.menu_button = QPushButton("≡")
        self.menu_button.setAccessibleName("菜单")
        self.menu_button.setToolTip("菜单")
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        role(self.menu_button, "quiet")
        self._menu = QMenu(self)
        actions.fill(self._menu)
        self.menu_button.clicked.connect(
            lambda: self._menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))
        )
        self.title = ElidedLabel("heading")
        self.mode = label("", "pill")
        self.progress = label("", "soft")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(px(6))
        self.bar.setFixedWidth(px(120))
        self.total = label("0.00", "total")
        self.full = label("", "soft")
        self.grade = label("", "pill_done")
        self.distance = label("", "soft")
        self.search = KeyButton(theme, "搜索", actions.key_of("search"))
        self.search.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.search.clicked.connect(lambda: actions.run("search"))
        self.export = QPushButton("导出…")
        self.export.setToolTip(actions.key_of("export"))
        self.export.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        role(self.export, "primary")
        self.export.clicked.connect(lambda: actions.run("export"))
        row.addWidget(self.menu_button)
        row.addWidget(self.title)
        row.addWidget(self.mode, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        row.addWidget(self.progress)
        row.addWidget(self.bar)
        score = QHBoxLayout()
        score.setSpacing(px(3))
        score.addWidget(self.total)
        score.addWidget(self.full, 0, Qt.AlignmentFlag.AlignBottom)
        self.full.setContentsMargins(0, 0, 0, px(3))
        for part in (score, self.grade, self.distance, self.search, self.export):
            if isinstance(part, QHBoxLayout):
                row.addSpacing(px(6))
                row.addLayout(part)
            else:
                row.addSpacing(px(4))
                row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the parts that are never left out."""
        kept = (self.menu_button, self.total, self.full, self.grade, self.search, self.export)
        spare = self._theme.px(14) * (len(kept) + 3)
        width = self.title.minimumSizeHint().width() + sum(part.sizeHint().width() for part in kept)
        return QSize(width + spare, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """The distance goes first, then the bar, the kind of evaluation and the count."""
        gap = self._theme.px(14)
        optional = [self.progress, self.mode, self.bar, self.distance]
        wanted = [part for part in optional if part is not self.distance or self.distance.text()]
        title = min(self.title.sizeHint().width(), self._theme.px(240))
        room = self.width() - self.minimumSizeHint().width() - title + self.title.minimumSizeHint().width()
        for part in optional:
            need = (self.bar.maximumWidth() if part is self.bar else part.sizeHint().width()) + gap
            shown = part in wanted and room >= need
            part.setVisible(shown)
            if not shown:
                room = 0 if part in wanted else room
            else:
                room -= need

    def show_session(self, session: Session) -> None:
        """Show the evaluation's name and how it stands."""
        overview, scores = session.evaluation.overview, session.scores
        name = overview.project or "未命名的评价"
        self.title.setText(f"{name} · {overview.year}" if overview.year else name)
        self.mode.setText(overview.mode or session.evaluation.form.mode)
        self.progress.setText(finished(scores))
        self.progress.setToolTip(f"{rated(scores)}（有得分），{finished(scores)}（已按“完成本项”）")
        self.bar.setMaximum(max(scores.leaves, 1))
        self.bar.setValue(scores.done)
        form = session.evaluation.form
        self.grade.setToolTip(f"{rated(scores)}。{standing(form, scores)}。全部指标有得分后才有等级。")
        self.total.setText(show_score(form, scores.total) if scores.scored else "—")
        self.full.setText(f"/ {show_plain(scores.full)}")
        if not scores.complete:
            role(self.grade, "pill")
            self.grade.setText("未评完")
        else:
            # A rule that starts from the full mark gives a total before anybody looked: say so.
            settled = scores.done == scores.leaves
            best = scores.grade is session.evaluation.form.bands[0]
            role(self.grade, "pill" if not settled else "pill_done" if best else "pill_accent")
            name = scores.grade.name if scores.grade is not None else "—"
            self.grade.setText(name if settled else f"暂 {name}")
            self.grade.setToolTip("" if settled else f"{finished(scores)}，全部完成后等级才算确定。")
        if not scores.complete:
            self.distance.setText("")
        elif scores.next_band is not None and scores.to_next is not None:
            self.distance.setText(f"距“{scores.next_band.name}” {show_score(form, scores.to_next)} 分")
        elif scores.above_lower is not None:
            self.distance.setText(f"高出下限 {show_score(form, scores.above_lower)} 分")
        self._make_room()
