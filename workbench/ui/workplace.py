"""The frame around the pages of one open evaluation: the one block where its parts are connected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QTimer, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from workbench.domain.changes import Step
from workbench.domain.evaluation import ENTITIES, KIND_LABELS
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.actions import ActionBook
from workbench.ui.alerts import Alerts
from workbench.ui.bridge import SessionBridge
from workbench.ui.context import Context, Services
from workbench.ui.entity_table import EntityTable
from workbench.ui.fields import Drafts, FieldEditor, fields_below, focused_field
from workbench.ui.history_panel import HistoryPanel, place_title
from workbench.ui.inputs import commit_composition
from workbench.ui.navigation_panel import NavigationPanel
from workbench.ui.page import Page
from workbench.ui.pages import PAGES, page_of
from workbench.ui.search_palette import Find, SearchPalette
from workbench.ui.status_line import StatusLine
from workbench.ui.tab_order import focus_step
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme
from workbench.ui.top_line import TopLine
from workbench.ui.widgets import rule

#: Counts and totals follow a change after this pause (ms); the change itself is saved before.
FOLLOW_MS = 30


class Workplace(QWidget):
    """Top line, navigation, the page, status line. ``page_shown`` names the page that is seen."""

    page_shown = Signal(str)

    def __init__(
        self,
        bridge: SessionBridge,
        theme: Theme,
        alerts: Alerts,
        tasks: Tasks,
        actions: ActionBook,
        services: Services,
        person: str = "",
        drafts: Drafts | None = None,
    ) -> None:
        """``drafts`` keeps what fields refused, beyond this frame: pages are made anew for another text size."""
        super().__init__()
        self.context = Context(
            bridge=bridge,
            theme=theme,
            alerts=alerts,
            tasks=tasks,
            navigate=self.navigate,
            flush=self.flush,
            run_action=actions.run,
            services=services,
            show_history=self.show_history,
            drafts={} if drafts is None else drafts,
        )
        self._actions = actions
        self._specs = {spec.key: spec for spec in PAGES}
        self._pages: dict[str, Page] = {}
        self.current = ""
        self._history: HistoryPanel | None = None
        self.top = TopLine(theme, actions)
        self.navigation = NavigationPanel(
            theme, [(p.key, p.label, p.group, actions.key_of(f"go_{p.key}")) for p in PAGES]
        )
        self.stack = QStackedWidget()
        self.status = StatusLine(theme, actions)
        self.status.told.connect(alerts.info)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.navigation)
        middle.addWidget(rule(vertical=True))
        middle.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(rule())
        column.addLayout(middle, 1)
        column.addWidget(rule())
        column.addWidget(self.status)
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self.show_state)
        self.navigation.chosen.connect(self.show_page)
        bridge.changed.connect(self._on_changed)
        bridge.form_changed.connect(self._on_form_changed)
        self.status.show_person(person)
        self.show_saved()
        for name, doer in self._doers().items():
            actions.register(name, doer)
        self.show_state()

    def _doers(self) -> dict[str, Callable[[], None]]:
        doers: dict[str, Callable[[], None]] = {
            "undo": self.undo,
            "redo": self.redo,
            "search": self.search,
            "field_history": self.show_field_history,
            "export": partial(self.show_page, "export"),
        }
        for page in PAGES:
            doers[f"go_{page.key}"] = partial(self.show_page, page.key)
        return doers

    def leave(self) -> None:
        """Let go of the actions; what was typed is saved already (:meth:`flush`)."""
        self._actions.set_here({})
        self._actions.forget(tuple(self._doers()))

    def page(self, key: str) -> Page:
        """A page, created when first wanted."""
        if key not in self._pages:
            made = self._specs[key].make(self.context)
            self._pages[key] = made
            # A page too wide for a small screen must not push the window off it.
            made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            self.stack.addWidget(made)
        return self._pages[key]

    def show_page(self, key: str) -> None:
        """Save what is being typed, then show another page."""
        self.flush()
        first = key not in self._pages
        page = self.page(key)
        self.current = key
        self.stack.setCurrentWidget(page)
        self.navigation.show_page(key)
        self._actions.set_here(page.actions_here())
        focused = QApplication.focusWidget()
        if first or focused is None or not page.isAncestorOf(focused):
            page.refresh()
            page.focus_first()
        self.page_shown.emit(key)

    def navigate(self, place: Address) -> None:
        """Go to the page of a place (``page`` as kind names one by its key), and to the field."""
        key = place.id if place.kind == "page" else page_of(place.kind)
        if key not in self._specs:
            return
        self.show_page(key)
        page = self.page(key)
        page.refresh()
        if place.kind != "page":
            page.show_place(place)

    def place(self) -> Address:
        """Where the work is: the field that the keyboard is in, what the page is about, or the page."""
        field = focused_field()
        if (
            field is not None
            and isinstance(field.address, Address)
            and page_of(field.address.kind) == self.current
        ):
            return field.address
        page = self._pages.get(self.current)
        found = page.place() if page is not None else None
        return found or Address("page", self.current)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab follows the layouts."""
        return focus_step(self, forward=forward)

    def flush(self) -> None:
        """Save everything that is being typed, composing words included."""
        commit_composition()
        page = self._pages.get(self.current)
        if page is not None:
            page.flush()

    def undo(self) -> None:
        """A focused text first takes back its own typing; otherwise the last step of the evaluation."""
        editor = focused_field()
        if editor is not None and editor.own_undo is not None:
            editor.own_undo()
            return
        self.flush()
        self._tell(self.context.session.undo(), "已撤销", "没有可撤销的操作")

    def redo(self) -> None:
        """Do again what was last taken back."""
        self.flush()
        self._tell(self.context.session.redo(), "已重做", "没有可重做的操作")

    def _tell(self, step: Step | None, did: str, nothing: str) -> None:
        if step is None:
            self.status.say(nothing)
            return
        kinds = dict.fromkeys(KIND_LABELS[change.kind] for change in step.changes)
        self.status.say(f"{did}：{step.label or '修改' + '、'.join(kinds)}")

    def show_history(self, title: str, places: Sequence[tuple[str, Address]]) -> None:
        """Show what some fields held before, in the panel that stays open beside the work."""
        self.flush()
        if self._history is None:
            self._history = HistoryPanel(self.context.theme, self.context.bridge, self)
        self._history.show_places(title, places)

    def show_field_history(self) -> None:
        """Show the history of the field that the keyboard is in."""
        editor = focused_field()
        place = focused_cell() if editor is None else editor.place or editor.address
        if not isinstance(place, Address) or place.kind not in ENTITIES or not place.id:
            self.status.say("请先把光标放进一个字段，再按 Ctrl H 查看它的修改记录。")
            return
        self.show_history(place_title(place, self._name_of(place, editor)), [("", place)])

    def _name_of(self, place: Address, editor: FieldEditor | None) -> str:
        """What a field belongs to: the indicator with the input's own name, or nothing."""
        indicator = self.context.session.evaluation.form.get(place.id.partition("/")[0])
        name = indicator.name if indicator is not None else ""
        return f"{name} › {editor.field.label}" if place.kind == "input" and editor is not None else name

    def search(self) -> None:
        """Open the search over indicators, pages and actions."""
        self.flush()
        SearchPalette(self.context.theme, self._finds(), self).open()

    def _finds(self) -> list[Find]:
        form = self.context.session.evaluation.form
        finds = [
            Find(leaf.name, form.place(leaf.parent), partial(self.navigate, Address("indicator", leaf.id)))
            for leaf in form.leaves
        ]
        for spec in self._actions.enabled():
            if spec.name != "search":
                run = partial(self._actions.run, spec.name)
                finds.append(Find(spec.text, self._actions.key_of(spec.name), run))
        return finds

    def show_state(self) -> None:
        """Bring top line and counts up to date."""
        self.top.show_session(self.context.session)
        self.navigation.show_counts(
            {key: spec.count(self.context) for key, spec in self._specs.items() if spec.count is not None}
        )

    def show_saved(self) -> None:
        """Say whether, and when, the last change became durable."""
        self.status.show_saved(self.context.bridge.saved_at, saved=self.context.session.saved)

    def _on_changed(self, _: Changed) -> None:
        self.show_saved()
        self.status.say("")
        self._follow.start()

    def _drop(self, key: str) -> Page:
        """Take a page out; what waits in it would speak of a former state."""
        page = self._pages.pop(key)
        self.stack.removeWidget(page)
        page.hide()
        timers: Iterable[QTimer] = page.findChildren(QTimer)
        for timer in timers:
            timer.stop()
        return page

    def drop_pages(self) -> None:
        """Do away with all pages at once; what their fields refused is kept for the pages that come.

        A page that is only told to go later would be given the next style sheet first, widget by widget.
        """
        for key in list(self._pages):
            for field in fields_below(self._pages[key]):
                field.leave()
            page = self._drop(key)
            page.deleteLater()
            QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)

    def _on_form_changed(self, changed: Changed) -> None:
        """Another form is in force: pages that show indicators are built anew, all but the one that is seen
        and follows by itself."""
        seen = self._pages.get(self.current)
        kept = seen is not None and seen.follows_form(changed)
        for key, page in list(self._pages.items()):
            if page is not seen or not kept:
                self._drop(key).deleteLater()
        if not kept and self.current:
            self.show_page(self.current)
        self._on_changed(changed)


def focused_cell() -> Address | None:
    """Where the cell is kept that the keyboard is on in a table, while none is being typed in."""
    widget = QApplication.focusWidget()
    while widget is not None and not isinstance(widget, EntityTable):
        widget = widget.parentWidget()
    if widget is None or not widget.view.currentIndex().isValid():
        return None
    return widget.model.address(widget.view.currentIndex())
