"""问卷调查: design, sheets typed by key, files, counts and results of one questionnaire at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.domain.entities_survey import COUNTS, FILE, SHEETS, Sheet
from workbench.domain.evaluation import Option, Question, Questionnaire
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.entity_table import EntityTable, actions_of
from workbench.ui.inputs import ComboInput
from workbench.ui.page import Page
from workbench.ui.question_tables import QuestionTables, choose_first
from workbench.ui.sheet_entry_panel import SheetEntryPanel
from workbench.ui.survey_design_panel import SurveyDesignPanel
from workbench.ui.survey_import_panel import SurveyImportPanel
from workbench.ui.survey_results_panel import SurveyResultsPanel
from workbench.ui.tab_order import tab_stops
from workbench.ui.tabs import Tabs
from workbench.ui.two_columns import shorten
from workbench.ui.widgets import clear, empty, label, link, scrolled

DESIGN, ENTRY, IMPORTING, COUNTING, RESULTS = "design", "entry", "import", "counts", "results"
#: The tabs in the order of the work, with the way in that each belongs to.
TABS = (
    (DESIGN, "问卷设计", ""),
    (ENTRY, "录入答卷", SHEETS),
    (IMPORTING, "导入文件", FILE),
    (COUNTING, "直接计票", COUNTS),
    (RESULTS, "结果", ""),
)


class SurveyPage(Page):
    """Tabs above, the questionnaire they are about at their right; a tab of another way in says how to change."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        if context.services.surveying is None:
            raise ValueError("the page of questionnaires needs its service")
        self._surveying = context.services.surveying
        self._id = ""
        self._filling = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.px(18), theme.px(10), theme.px(18), theme.px(12))
        outer.setSpacing(theme.px(8))
        bar = QHBoxLayout()
        bar.setSpacing(theme.px(4))
        self.tabs = Tabs(theme, {key: words for key, words, _ in TABS}, self.show_tab, by_key=True)
        bar.addWidget(self.tabs)
        bar.addStretch(1)
        self.picker = ComboInput()
        self.picker.setAccessibleName("问卷")
        shorten(self.picker)
        self.picker.setMaximumWidth(theme.px(300))
        self.picker.currentIndexChanged.connect(self._on_picked)
        bar.addWidget(label("问卷", "soft"))
        bar.addWidget(self.picker, 1)
        outer.addLayout(bar)
        self.stack = QStackedWidget()
        outer.addWidget(self.stack, 1)
        self.design = SurveyDesignPanel(context, self._surveying)
        self.design.way_wanted.connect(self.change_way)
        self.design.added.connect(self._on_added)
        self.entry = SheetEntryPanel(context)
        self.counts = QuestionTables(
            context,
            ("text", "name", "base", "stated_rate"),
            ("label", "weight", "count", "share"),
            (
                "题目",
                "选择一题，在下方填写各选项人数",
                "选项与人数",
                "人数与占比填一种；占比按本题有效份数折算",
            ),
        )
        files = context.services.survey_files
        if files is None:
            raise ValueError("the page of questionnaires needs the service of their files")
        self.imports = SurveyImportPanel(context, files)
        self.imports.imported.connect(self.show_questionnaire)
        self.results = SurveyResultsPanel(context, self._surveying)
        self._panels: dict[str, QWidget] = {
            DESIGN: scrolled(_padded(self.design)),
            ENTRY: scrolled(_padded(self.entry)),
            IMPORTING: scrolled(_padded(self.imports)),
            COUNTING: scrolled(_padded(self.counts)),
            RESULTS: scrolled(_padded(self.results)),
        }
        self._shown: dict[str, Callable[[str], None]] = {
            DESIGN: self.design.show_questionnaire,
            ENTRY: self.entry.show_questionnaire,
            IMPORTING: self.imports.show_questionnaire,
            COUNTING: self.counts.show_questionnaire,
            RESULTS: self.results.show_questionnaire,
        }
        self._followers: dict[str, Callable[[Changed], None]] = {
            DESIGN: self.design.update_for,
            ENTRY: self.entry.update_for,
            IMPORTING: self.imports.update_for,
            COUNTING: self.counts.update_for,
            RESULTS: self.results.update_for,
        }
        for panel in self._panels.values():
            self.stack.addWidget(panel)
        self._other = QWidget()
        self._other_words = QVBoxLayout(self._other)
        self.stack.addWidget(self._other)
        self.tab = DESIGN
        self.tabs.mark(DESIGN)
        self.design.sheets.view.selectionModel().currentRowChanged.connect(lambda *_: self._on_row_chosen())

    # ── which questionnaire, which tab ───────────────────────────────────────────────────────────

    @property
    def questionnaire(self) -> Questionnaire | None:
        """The questionnaire that the page is about."""
        return self.context.session.evaluation.get(Questionnaire, self._id)

    def reload(self) -> None:
        """Show the questionnaires there are; the first one where none is chosen."""
        self.design.sheets.reload()
        choose_first(self.design.sheets)
        if self.questionnaire is None:
            self._id = self.design.sheets.current_id()
        self._fill_picker()
        self.show_tab(self.tab)

    def _fill_picker(self) -> None:
        self._filling = True
        self.picker.clear()
        for sheet in self.context.session.evaluation.listed(Questionnaire):
            self.picker.addItem(f"{sheet.title}（{sheet.group}）" if sheet.group else sheet.title, sheet.id)
        self.picker.setCurrentIndex(self.picker.findData(self._id))
        self.picker.setEnabled(self.picker.count() > 0)
        self._filling = False

    def _on_picked(self) -> None:
        if not self._filling and self.picker.currentData():
            self.show_questionnaire(str(self.picker.currentData()))

    def _on_row_chosen(self) -> None:
        chosen = self.design.sheets.current_id()
        if chosen and chosen != self._id:
            self.show_questionnaire(chosen)

    def show_questionnaire(self, id_: str) -> None:
        """Be about another questionnaire."""
        self._id = id_
        self._fill_picker()
        if self.design.sheets.current_id() != id_:
            self.design.sheets.show_row(id_)
        self.show_tab(self.tab)

    def show_tab(self, key: str, _: bool = False) -> None:
        """Show one tab for the chosen questionnaire, or how to come to it."""
        self.entry.flush()
        changed, self.tab = self.tab != key, key
        self.tabs.mark(key)
        way = next(way for tab, _, way in TABS if tab == key)
        asked = self.questionnaire
        if self._closed(key):
            self._show_other(asked, way)
            self.stack.setCurrentWidget(self._other)
        else:
            self._shown[key](self._id)
            self.stack.setCurrentWidget(self._panels[key])
        if changed:
            self.focus_first()

    def _on_added(self, id_: str) -> None:
        self._id = id_
        self.reload()
        self.show_questionnaire(id_)

    def _closed(self, key: str) -> bool:
        """Whether a tab belongs to another way in than the questionnaire's; a file may bring a new one along."""
        way = next(way for tab, _, way in TABS if tab == key)
        asked = self.questionnaire
        return bool(way) and (
            (asked is None and key != IMPORTING) or (asked is not None and asked.way != way)
        )

    def _show_other(self, asked: Questionnaire | None, way: str) -> None:
        clear(self._other_words)
        theme = self.context.theme
        if asked is None:
            sentence = empty(
                theme,
                "还没有问卷。先到“问卷设计”新建一份。",
                link("去问卷设计", partial(self.show_tab, DESIGN)),
            )
        else:
            words = (
                f"“{asked.title}”的数据来源是“{asked.way}”。一份问卷只用一种来源，以免同一批答卷被计两次。"
            )
            sentence = empty(theme, words, link(f"改为{way}", partial(self.change_way, way)))
        self._other_words.addWidget(sentence)
        self._other_words.addStretch(1)

    def change_way(self, way: str) -> None:
        """Let the answers come in another way; what came in the present way is told and must be given up."""
        asked = self.questionnaire
        if asked is None:
            return
        surveying = self._surveying
        besides = surveying.held(asked.id).besides(way)
        if besides and not self.context.alerts.ask(
            f"改为“{way}”要清除已有的{besides}，是否继续？",
            "清除后可用 Ctrl Z 撤销。要保留原有数据，请另建一份问卷。",
            yes="清除并改",
            no="不改",
        ):
            return
        surveying.set_way(asked.id, way, discard=bool(besides))
        if self.tab != DESIGN:
            self.show_tab(self.tab)
            self.focus_first()

    # ── the page ─────────────────────────────────────────────────────────────────────────────────

    def update_for(self, changed: Changed) -> None:
        """The panels follow; the picker too."""
        if changed.touches("questionnaire"):
            asked = self.questionnaire
            if asked is None:
                self.reload()
                return
            self._fill_picker()
            if (self.stack.currentWidget() is self._other) != self._closed(self.tab):
                self.show_tab(self.tab)
        self._followers[self.tab](changed)

    def flush(self) -> None:
        """Save what is being typed, words on a sheet too."""
        super().flush()
        self.entry.flush()

    def focus_first(self) -> None:
        """On sheets the keyboard goes to the next answer."""
        if self.tab == ENTRY and self.stack.currentWidget() is self._panels[ENTRY]:
            self.entry.focus_first()
            return
        first = next(tab_stops(self.stack.currentWidget()), None)
        (first or self.tabs.button(self.tab)).setFocus(Qt.FocusReason.OtherFocusReason)

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Row actions go to the list with the keyboard; on sheets, Ctrl+Enter and Alt+↑↓."""

        def tables() -> list[EntityTable]:
            if self.tab == COUNTING:
                return [self.counts.questions, self.counts.options]
            found = [self.design.sheets]
            found += [self.design.questions] if self._id else []
            return found + ([self.design.options] if self.design.questions.current_id() else [])

        def on(tab: str, doer: Callable[[], None]) -> Callable[[], None]:
            return lambda: doer() if self.stack.currentWidget() is self._panels[tab] else None

        def rows(doer: Callable[[], None]) -> Callable[[], None]:
            return lambda: doer() if self.tab in {DESIGN, COUNTING} else None

        return {
            **self.tabs.part_actions(),
            **{name: rows(doer) for name, doer in actions_of(tables).items()},
            **{name: on(ENTRY, doer) for name, doer in self.entry.actions_here().items()},
        }

    def show_place(self, place: Address) -> None:
        """Choose what leads to a questionnaire, question, option or sheet, and put the cursor there."""
        evaluation = self.context.session.evaluation
        if place.kind == "sheet":
            sheet = evaluation.get(Sheet, place.id)
            if sheet is not None:
                self.show_questionnaire(sheet.questionnaire)
                self.show_tab(ENTRY)
                self.entry.open_number(sheet.number)
            return
        if place.kind == "questionnaire":
            self.show_questionnaire(place.id)
            self.show_tab(DESIGN)
            self.design.sheets.show_row(place.id, place.field)
            return
        option = evaluation.get(Option, place.id) if place.kind == "option" else None
        question = evaluation.get(Question, option.question if option is not None else place.id)
        if question is None:
            return
        self.show_questionnaire(question.questionnaire)
        counted = place.field in {"count", "share", "base", "stated_rate"}
        self.show_tab(COUNTING if counted else DESIGN)
        (self.counts if counted else self.design).show_place(place)


def _padded(panel: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(panel)
    return holder
