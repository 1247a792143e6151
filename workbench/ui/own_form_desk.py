"""修改本单位模板: the editor of a system by itself, without an evaluation; seen in place of the start page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.changes import Step
from workbench.errors import InputRefused, WorkbenchError
from workbench.services.own_forms import OwnForms
from workbench.services.session import Session
from workbench.ui.actions import ActionBook
from workbench.ui.alerts import Alerts
from workbench.ui.bridge import SessionBridge
from workbench.ui.context import Context, Services
from workbench.ui.fields import focused_field
from workbench.ui.form_page import FormPage
from workbench.ui.inputs import commit_composition
from workbench.ui.tab_order import focus_step
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme
from workbench.ui.widgets import KeyButton, label, link, rule


class OwnFormDesk(QWidget):
    """Every edit is kept as a draft beside the system's file; ``left`` says that the person is through,
    with a sentence to show on the start page."""

    left = Signal(str)

    def __init__(
        self,
        theme: Theme,
        alerts: Alerts,
        tasks: Tasks,
        actions: ActionBook,
        own: OwnForms,
        session: Session,
    ) -> None:
        super().__init__()
        self._own, self.session = own, session
        self._bridge = SessionBridge(session, self)
        context = Context(
            bridge=self._bridge,
            theme=theme,
            alerts=alerts,
            tasks=tasks,
            navigate=lambda _: None,
            flush=self.flush,
            run_action=actions.run,
            services=Services(authoring=own.authoring),
        )
        self.page = FormPage(context, weighed=False)
        px = theme.px
        head = QHBoxLayout()
        head.setContentsMargins(px(14), px(8), px(14), px(8))
        head.setSpacing(px(10))
        head.addWidget(label(f"修改本单位模板：{session.evaluation.form.title}", "heading"))
        self.said = label("每次修改随即存为草稿", "soft", wrap=True)
        head.addWidget(self.said, 1)
        head.addWidget(link("返回首页（草稿保留）", self.leave))
        self.keep_button = KeyButton(theme, "保存模板并返回", "", primary=True)
        self.keep_button.clicked.connect(self.keep)
        head.addWidget(self.keep_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(rule())
        column.addWidget(self.page, 1)

    def doers(self) -> Mapping[str, Callable[[], None]]:
        """What the window's actions do while this is seen."""
        return {"undo": self.undo, "redo": self.redo, "home": self.leave, **self.page.actions_here()}

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab follows the layouts."""
        return focus_step(self, forward=forward)

    def flush(self) -> None:
        """Keep everything that is being typed."""
        commit_composition()
        self.page.flush()

    def undo(self) -> None:
        """A focused text first takes back its own typing; otherwise the last edit."""
        editor = focused_field()
        if editor is not None and editor.own_undo is not None:
            editor.own_undo()
            return
        self.flush()
        self._tell(self.session.undo(), "已撤销", "没有可撤销的操作")

    def redo(self) -> None:
        """Do again what was last taken back."""
        self.flush()
        self._tell(self.session.redo(), "已重做", "没有可重做的操作")

    def _tell(self, step: Step | None, did: str, nothing: str) -> None:
        self.said.setText(nothing if step is None else f"{did}：{step.label}")

    def keep(self) -> None:
        """Save the system; what is in the way is said above the editor."""
        self.flush()
        try:
            kept = self._own.keep(self.session)
        except InputRefused as refused:
            fatal = [fault for fault in refused.faults if fault.fatal]
            self.said.setText(f"还有 {len(fatal)} 处要改，没有保存。{fatal[0] if fatal else ''}")
            return
        except WorkbenchError as error:
            self.said.setText(str(error))
            return
        self._end(f"已保存本单位模板“{kept.title}”。")

    def leave(self) -> None:
        """Back to the start page; a draft stays for the next time."""
        self.flush()
        self._end("模板草稿已保留，下次修改时接着来。" if self.page.editing.draft is not None else "")

    def _end(self, words: str) -> None:
        self._bridge.dispose()
        self.session.close()
        self.left.emit(words)
