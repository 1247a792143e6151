"""意见与复核: opinions with their replies, notes of the internal review, and the chain of sign-offs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.domain.entities_review import Opinion, ReviewNote
from workbench.domain.evaluation import Problem
from workbench.domain.reviewing import LevelState
from workbench.errors import WorkbenchError
from workbench.services.editing import Address
from workbench.services.reviewing import Reviewing
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.entity_table import EntityTable, actions_of
from workbench.ui.page import Page
from workbench.ui.widgets import Card, clear, label, link, scrolled

_SHORT = 22
#: 100 px of text at this many pixels is large.
_LARGE = 150
#: More edits after a sign-off are counted in words.
_MOST_EDITS = 12


class ReviewPage(Page):
    """Two lists with what is said about the chosen row beside them, and one line for each level below."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        if context.services.reviewing is None:
            raise ValueError("the page of reviews needs the service of reviews")
        self._reviewing: Reviewing = context.services.reviewing
        theme = context.theme
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(18), theme.px(14), theme.px(18), theme.px(18))
        column.setSpacing(theme.px(10))
        column.addWidget(label("意见与复核", "title"))
        indicators = {"indicator": self._indicators, "problem": self._problems, "level": self._levels}

        self.opinions = EntityTable(
            context,
            Opinion,
            ("round", "party", "text", "adopted"),
            hint="还没有征求到的意见。撤点前口头交换的、书面反馈的都逐条登记，按 Ctrl N 新增；对方无意见的也登记一条。",
        )
        self.opinions.set_width("party", "被评价单位▼")
        self._opinion = EntityForm(
            context,
            Opinion,
            (
                "received",
                "subject",
                "indicator",
                "problem",
                "reply",
                "score_before",
                "score_after",
                "replied",
                "by",
            ),
            options=indicators,
        )
        self._opinion_card = Card(theme, "意见")
        self._opinion_card.body.addWidget(self._opinion)
        self._opinion_card.body.addWidget(link("取修改前后的得分", self._log_scores))
        self._opinion_card.body.addStretch(1)
        self._opinion_list = Card(theme, "征求意见")
        column.addLayout(self._row(self._opinion_list, self.opinions, self._opinion_card))

        self.notes = EntityTable(
            context,
            ReviewNote,
            ("level", "text", "closed"),
            options=indicators,
            defaults=self._new_note,
            hint="还没有内部复核的意见。按 Ctrl N 新增，写明针对什么；答复并由复核人确认后关闭。",
        )
        self._note = EntityForm(
            context,
            ReviewNote,
            ("reviewer", "noted", "subject", "indicator", "answer", "by", "closed"),
            options=indicators,
        )
        self._note_card = Card(theme, "复核意见")
        self._note_card.body.addWidget(self._note)
        self._note_card.body.addStretch(1)
        self._note_list = Card(theme, "内部复核")
        column.addLayout(self._row(self._note_list, self.notes, self._note_card))

        self._chain_card = Card(theme, "复核签署", "签署只对当时的内容有效，之后一有改动即失效")
        self._chain = QGridLayout()
        self._chain.setHorizontalSpacing(theme.px(12))
        self._chain.setVerticalSpacing(theme.px(6))
        self._chain_card.body.addLayout(self._chain)
        column.addWidget(self._chain_card)
        column.addStretch(1)
        self._area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)
        self._shown: list[LevelState] | None = None
        self._opened: set[str] = set()
        self.names: dict[str, QLineEdit] = {}
        for table in (self.opinions, self.notes):
            table.view.selectionModel().currentRowChanged.connect(lambda *_: self._show_details())

    def _row(self, card: Card, table: EntityTable, detail: Card) -> QBoxLayout:
        # Large text leaves no room on an ordinary screen for the fields beside the table: they go below.
        large = self.context.theme.px(100) >= _LARGE
        row = QBoxLayout(QBoxLayout.Direction.TopToBottom if large else QBoxLayout.Direction.LeftToRight)
        row.setSpacing(self.context.theme.px(10))
        card.body.addWidget(table)
        row.addWidget(card, 5, Qt.AlignmentFlag.AlignTop)
        row.addWidget(detail, 4, Qt.AlignmentFlag.AlignTop)
        return row

    def _indicators(self) -> list[tuple[str, str]]:
        return [(leaf.id, leaf.name) for leaf in self.context.session.evaluation.form.leaves]

    def _problems(self) -> list[tuple[str, str]]:
        listed = self.context.session.evaluation.listed(Problem)
        return [(problem.id, _short(problem.title) or "（未写标题）") for problem in listed]

    def _levels(self) -> list[tuple[str, str]]:
        said = (note.level for note in self.context.session.evaluation.listed(ReviewNote) if note.level)
        return [(level, level) for level in dict.fromkeys([*self._reviewing.levels, *said])]

    def _new_note(self) -> Mapping[str, object]:
        last = next(iter(reversed(self.context.session.evaluation.listed(ReviewNote))), None)
        level = last.level if last is not None else next(iter(self._reviewing.levels), "")
        return {"level": level, "reviewer": last.reviewer if last is not None else ""}

    def reload(self) -> None:
        """Show both lists and the chain; the first row is chosen where none is."""
        for table in (self.opinions, self.notes):
            table.reload()
            if table.model.rows and not table.current_id():
                table.view.setCurrentIndex(table.model.index(0, 0))
        self._show_details()
        self._show_chain()

    def update_for(self, changed: Changed) -> None:
        """Tables and forms hear changes themselves; counts, details and the chain follow here."""
        if changed.touches("opinion", "review_note", "problem"):
            self._show_details()
        self._show_chain()

    def _show_details(self) -> None:
        evaluation = self.context.session.evaluation
        opinion = evaluation.get(Opinion, self.opinions.current_id())
        self._opinion_card.setVisible(opinion is not None)
        if opinion is not None:
            self._opinion_card.title.setText(f"意见　{_short(opinion.text) or '（未写内容）'}")
            self._opinion.show_entity(opinion.id)
        note = evaluation.get(ReviewNote, self.notes.current_id())
        self._note_card.setVisible(note is not None)
        if note is not None:
            self._note_card.title.setText(f"复核意见　{_short(note.text) or '（未写内容）'}")
            self._note.show_entity(note.id)
        opinions = evaluation.table(Opinion).values()
        waiting = sum(1 for one in opinions if not one.adopted)
        self._opinion_list.right.setText(f"{len(opinions)} 条，{waiting} 条未答复" if opinions else "")
        notes = evaluation.table(ReviewNote).values()
        open_ = sum(1 for one in notes if not one.closed)
        self._note_list.right.setText(f"{len(notes)} 条，{open_} 条未关闭" if notes else "")

    def _show_chain(self) -> None:
        states = self._reviewing.states
        if states == self._shown:
            return
        typed = {level: name.text() for level, name in self.names.items()}
        focused = next((level for level, name in self.names.items() if name.hasFocus()), "")
        self._shown = states
        clear(self._chain)
        self.names = {}
        row = 0
        for state in states:
            row = self._show_level(state, row, typed.get(state.level, ""))
        self._chain.setColumnStretch(1, 1)
        if focused in self.names:
            self.names[focused].setFocus()

    def _show_level(self, state: LevelState, row: int, typed: str) -> int:
        self._chain.addWidget(label(state.level, "bold"), row, 0)
        self._chain.addWidget(label(*_words(state), wrap=True), row, 1)
        if not state.holds:
            name = QLineEdit(typed or (state.sign_off.by if state.sign_off is not None else ""))
            name.setPlaceholderText("签署人姓名")
            name.setAccessibleName(f"{state.level}签署人")
            name.returnPressed.connect(partial(self._sign, state.level))
            self.names[state.level] = name
            self._chain.addWidget(name, row, 2)
            self._chain.addWidget(
                link("签署" if state.sign_off is None else "重新签署", partial(self._sign, state.level)),
                row,
                3,
            )
        if state.sign_off is not None:
            self._chain.addWidget(link("撤回", partial(self._reviewing.withdraw, state.sign_off)), row, 4)
        if state.sign_off is None or state.holds:
            return row + 1
        opened = state.level in self._opened
        words = "收起改动" if opened else "查看改动"
        self._chain.addWidget(link(words, partial(self._toggle, state.level)), row, 5)
        if not opened:
            return row + 1
        edits = self._reviewing.edited_since(state.sign_off)
        for edit in edits[-_MOST_EDITS:]:
            row += 1
            said = f"{edit.at[:16].replace('T', ' ')}　{edit.by or '未署名'}　{edit.action}{edit.what}　{edit.where}"
            self._chain.addWidget(label(said.rstrip(), "soft", wrap=True), row, 1, 1, 5)
        if not edits or len(edits) > _MOST_EDITS:
            row += 1
            more = f"更早还有 {len(edits) - _MOST_EDITS} 处。" if edits else "修改记录里没有逐条的内容。"
            self._chain.addWidget(label(more, "soft"), row, 1, 1, 5)
        return row + 1

    def _toggle(self, level: str) -> None:
        self._opened ^= {level}
        self._shown = None
        self._show_chain()

    def _sign(self, level: str) -> None:
        self.context.flush()
        try:
            self._reviewing.sign(level, self.names[level].text() if level in self.names else "")
        except WorkbenchError as error:
            self.context.alerts.error(error)

    def _log_scores(self) -> None:
        self.context.flush()
        opinion = self.context.session.evaluation.get(Opinion, self.opinions.current_id())
        if opinion is not None and not self._reviewing.log_scores(opinion):
            self.context.alerts.info("没有可记录的得分。", "请先选择涉及指标；已经记录的不会重复记录。")

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Row actions go to the list with the keyboard."""
        return actions_of(lambda: [self.opinions, self.notes])

    def show_place(self, place: Address) -> None:
        """Choose a row and put the cursor into the field; for a level, into its line."""
        if place.kind not in {"opinion", "review_note"} or not place.id:
            self._area.ensureWidgetVisible(self._chain_card)
            if place.kind == "opinion":
                self.opinions.setFocus()
            elif self.names:
                next(iter(self.names.values())).setFocus()
            return
        table, form = (self.opinions, self._opinion) if place.kind == "opinion" else (self.notes, self._note)
        table.show_row(place.id, place.field)
        self._show_details()
        self._area.ensureWidgetVisible(table)
        form.focus_field(place.field)


def _words(state: LevelState) -> tuple[str, str]:
    """The state of a level in words, and its tone."""
    notes = f"　{state.notes} 条意见，{state.open_notes} 条未关闭" if state.notes else ""
    signed = state.sign_off
    if signed is None:
        return f"未签署{notes}", "soft"
    who = f"{signed.by}　{signed.signed or ''}".rstrip()
    if state.changed:
        return f"签署已失效（{who}）：之后改动了{'、'.join(state.changed)}{notes}", "lost"
    return f"已签署　{who}{f'　{signed.remark}' if signed.remark else ''}{notes}", "done"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"
