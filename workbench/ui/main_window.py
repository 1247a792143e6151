"""The window: the start page, or the workplace of the open evaluation; menus, keys, closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from workbench.errors import WorkbenchError
from workbench.services.session import Session
from workbench.ui.actions import ActionBook
from workbench.ui.alerts import Alerts
from workbench.ui.bridge import SessionBridge
from workbench.ui.context import Services
from workbench.ui.fields import Drafts, fields_below
from workbench.ui.pages import PAGES
from workbench.ui.shortcuts_dialog import ShortcutsDialog
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme
from workbench.ui.workplace import Workplace

if TYPE_CHECKING:
    from workbench.ui.own_form_desk import OwnFormDesk

TITLE = "现场评价工作台"
SCALES = (80, 90, 100, 110, 125, 150, 175, 200)


class MainWindow(QMainWindow):
    """Holds one session at a time. The front door hears ``left_session`` and builds what comes next."""

    left_session = Signal()
    """The open evaluation was closed; the start page is seen."""
    left_desk = Signal(str)
    """The editor of an own system was left; with a sentence about it."""
    closing = Signal()
    """The window is about to go; nothing is pending any more."""
    look_changed = Signal(bool, int)
    """Dark, and the size of the text in percent, as the person just chose."""

    def __init__(self, theme: Theme, alerts: Alerts, tasks: Tasks) -> None:
        super().__init__()
        self.theme = theme
        self.alerts = alerts
        self.tasks = tasks
        self.percent = 100
        self.setWindowTitle(TITLE)
        self.actions_book = ActionBook(self, {page.key: page.label for page in PAGES})
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self.workplace: Workplace | None = None
        self._bridge: SessionBridge | None = None
        self._services = Services()
        self._person = ""
        self._drafts: Drafts = {}
        self._start: QWidget | None = None
        #: Seen for the moment in which the pages are made anew: the start page would list everything again.
        self._between = QWidget()
        self._stack.addWidget(self._between)
        self._desk: OwnFormDesk | None = None
        for name, doer in {
            "quit": self._quit,
            "toggle_dark": self.toggle_dark,
            "larger": lambda: self.resize_text(1),
            "smaller": lambda: self.resize_text(-1),
            "shortcuts": self.show_shortcuts,
        }.items():
            self.actions_book.register(name, doer)

    def set_start(self, page: QWidget) -> None:
        """Give the page that is seen while no evaluation is open."""
        self._start = page
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)

    def show_desk(self, desk: OwnFormDesk) -> None:
        """Show the editor of an own system; an evaluation that is open is left first."""
        self.leave_session()
        self.leave_desk()
        self._desk = desk
        self._stack.addWidget(desk)
        self._stack.setCurrentWidget(desk)
        for name, doer in desk.doers().items():
            self.actions_book.register(name, doer)
        desk.left.connect(self._drop_desk)
        desk.page.refresh()
        desk.page.focus_first()

    def leave_desk(self) -> None:
        """Leave the editor of an own system, if it is seen; its draft is kept."""
        if self._desk is not None:
            self._desk.leave()

    def _drop_desk(self, words: str) -> None:
        desk, self._desk = self._desk, None
        if desk is None:
            return
        self.actions_book.forget(tuple(desk.doers()))
        self._stack.removeWidget(desk)
        desk.deleteLater()
        if self._start is not None:
            self._stack.setCurrentWidget(self._start)
        self.left_desk.emit(words)

    def open_session(self, session: Session, services: Services | None = None, person: str = "") -> Workplace:
        """Show an evaluation; another one that is open is left first."""
        self.leave_session()
        self.leave_desk()
        self._bridge = SessionBridge(session, self)
        self._bridge.changed.connect(self._show_name)
        self._services, self._person, self._drafts = services or Services(), person, {}
        self.actions_book.register("home", self.leave_session)
        return self._build_workplace(self._bridge, PAGES[0].key)

    def _build_workplace(self, bridge: SessionBridge, page: str) -> Workplace:
        made = Workplace(
            bridge,
            self.theme,
            self.alerts,
            self.tasks,
            self.actions_book,
            self._services,
            self._person,
            self._drafts,
        )
        self.workplace = made
        self._stack.addWidget(made)
        self._stack.setCurrentWidget(made)
        made.show_page(page)
        self._show_name()
        return made

    def _show_name(self) -> None:
        if self._bridge is not None:
            project = self._bridge.session.evaluation.overview.project
            self.setWindowTitle(f"{project or '未命名的评价'} — {TITLE}")

    def _drop_workplace(self) -> None:
        if self.workplace is not None:
            self.workplace.leave()
            self._stack.removeWidget(self.workplace)
            self.workplace.deleteLater()
            self.workplace = None

    def leave_session(self) -> None:
        """Save what is being typed, close the evaluation, show the start page."""
        if self.workplace is None or self._bridge is None:
            return
        self.workplace.flush()
        self.tasks.stop_all()
        bridge, self._bridge = self._bridge, None
        # The bridge must outlive the pages: it hears nothing more, and goes after them.
        workplace = self.workplace
        self._drop_workplace()
        bridge.dispose()
        workplace.destroyed.connect(bridge.deleteLater)
        self.actions_book.forget(("home",))
        bridge.session.close()
        if self._start is not None:
            self._stack.setCurrentWidget(self._start)
        self.setWindowTitle(TITLE)
        self.left_session.emit()

    def toggle_dark(self) -> None:
        """Change between the light and the dark look."""
        self.set_look(dark=not self.theme.dark, percent=self.percent)

    def resize_text(self, step: int) -> None:
        """One size larger (1) or smaller (-1)."""
        at = min(range(len(SCALES)), key=lambda n: abs(SCALES[n] - self.percent))
        self.set_look(dark=self.theme.dark, percent=SCALES[min(max(at + step, 0), len(SCALES) - 1)])

    def set_look(self, *, dark: bool, percent: int) -> None:
        """Put a look in force and tell who keeps it. A new text size needs the pages built anew."""
        if percent == self.percent or self.workplace is None or self._bridge is None:
            self.percent = percent
            self.theme.apply(dark=dark, percent=percent)
        else:
            self.workplace.flush()
            page, place = self.workplace.current, self.workplace.place()
            self._stack.setCurrentWidget(self._between)
            self.workplace.drop_pages()
            self._drop_workplace()
            self.percent = percent
            self.theme.apply(dark=dark, percent=percent)
            self._build_workplace(self._bridge, page).navigate(place)
        self.look_changed.emit(dark, percent)

    def _quit(self) -> None:
        self.close()

    def show_person(self, name: str) -> None:
        """Say in the status line who edits from now on."""
        self._person = name
        if self.workplace is not None:
            self.workplace.status.show_person(name)

    @property
    def page_key(self) -> str:
        """The key of the page that is seen: of the workplace, of the editor of systems, or ``start``."""
        if self._desk is not None:
            return "form"
        return self.workplace.current if self.workplace is not None else "start"

    def show_shortcuts(self) -> None:
        """Show every key."""
        ShortcutsDialog(self.theme, self.actions_book, self).open()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save what is being typed, then close; when it can't be saved, ask first."""
        try:
            if self.workplace is not None:
                self.workplace.flush()
        except WorkbenchError as error:
            if not self.alerts.ask(
                "刚才输入的内容没有存上，仍要关闭吗？", str(error), yes="不保存并关闭", no="返回"
            ):
                event.ignore()
                return
            self._give_up_typing()
        self.tasks.stop_all()
        self.leave_session()
        self.leave_desk()
        self.closing.emit()
        super().closeEvent(event)

    def _give_up_typing(self) -> None:
        if self.workplace is not None:
            for field in fields_below(self.workplace):
                field.revert_unsaved()
