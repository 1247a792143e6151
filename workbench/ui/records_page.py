"""资料与记录: what was asked for, said, seen and drawn, each with its papers and photos on the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from workbench.domain.entities_records import SIGNED
from workbench.domain.records import evidence_at
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.evidence_panel import EvidencePanel
from workbench.ui.interviews_part import InterviewsPart
from workbench.ui.page import Page
from workbench.ui.record_part import RecordPart
from workbench.ui.requests_part import RequestsPart
from workbench.ui.sampling_part import SamplingPart
from workbench.ui.site_part import SitePart
from workbench.ui.tabs import Tabs
from workbench.ui.theme import role
from workbench.ui.widgets import label, link, rule

#: From which width of the page on, for the base text, papers and photos are shown beside.
PAPERS_FROM = 960
PARTS: tuple[type[RecordPart], ...] = (RequestsPart, InterviewsPart, SitePart, SamplingPart)
_PART_OF = {
    "document_request": 0,
    "interview": 1,
    "exchange": 1,
    "site_record": 2,
    "fact": 2,
    "sampling": 3,
    "sampled_item": 3,
}
#: Kinds whose papers may be the signed sheet.
_SIGNED_KINDS = frozenset({"interview", "site_record"})


class RecordsPage(Page):
    """Four parts behind tabs; the papers of the record that is chosen stand beside all of them."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        head = QHBoxLayout()
        head.setContentsMargins(theme.px(18), theme.px(12), theme.px(18), 0)
        head.setSpacing(theme.px(6))
        head.addWidget(label("资料与记录", "title"))
        head.addSpacing(theme.px(8))
        self.parts = [part(context) for part in PARTS]
        self.stack = QStackedWidget()
        for part in self.parts:
            self.stack.addWidget(part)
            part.chosen.connect(self._show_papers)
        titles = {number: part.title for number, part in enumerate(self.parts)}
        self.tabs = Tabs(theme, titles, self.show_part, spacing=6, by_key=True)
        self.tabs.mark(0)
        head.addWidget(self.tabs)
        head.addStretch(1)
        # Where the papers have no room beside the record they take its place, as long as this is pressed.
        self.swap = QPushButton()
        self.swap.setCheckable(True)
        role(self.swap, "tab")
        self.swap.toggled.connect(lambda _: self._make_room(self.width()))
        head.addWidget(self.swap)
        self._left = left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(theme.px(4))
        left.addLayout(head)
        left.addWidget(self.stack, 1)
        self.papers = EvidencePanel(context)
        self.papers.setFixedWidth(theme.px(228))
        self.papers.cards.setAccessibleName("本项材料")
        self.sign = link("标为签字确认页", self.toggle_signed)
        self._side = QWidget()
        right = QVBoxLayout(self._side)
        right.setContentsMargins(0, 0, 0, theme.px(6))
        right.setSpacing(0)
        right.addWidget(self.papers, 1)
        right.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignHCenter)
        self._whole = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        self._line = rule(vertical=True)
        row.addWidget(self._line)
        row.addWidget(self._side)
        self.papers.cards.current_changed.connect(lambda _: self._show_sign())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On narrow screens the papers give way, and take the record's place when they are asked for."""
        self._make_room(event.size().width())
        super().resizeEvent(event)

    def _make_room(self, width: int) -> None:
        px = self.context.theme.px
        wide = width >= px(PAPERS_FROM)
        instead = not wide and self.swap.isChecked()
        self.swap.setVisible(not wide)
        self.stack.setVisible(not instead)
        holder = self._left if instead else self._whole
        if holder.indexOf(self._side) < 0:
            (self._whole if instead else self._left).removeWidget(self._side)
            holder.addWidget(self._side)
        self.papers.setFixedWidth(width if instead else px(228))
        self._side.setVisible(wide or instead)
        self._line.setVisible(wide)
        self._show_sign()

    @property
    def part(self) -> RecordPart:
        """The part that is seen."""
        return self.parts[self.stack.currentIndex()]

    def show_part(self, number: int) -> None:
        """Save what is being typed, then show another part."""
        self.context.flush()
        self.stack.setCurrentIndex(number)
        self.tabs.mark(number)
        self.part.reload()
        self._show_papers()
        self.part.focus_first()

    def reload(self) -> None:
        """Show the part that is seen as things stand."""
        self.part.reload()
        self._show_papers()
        self._show_counts()

    def update_for(self, changed: Changed) -> None:
        """Lists and fields hear changes themselves; details, papers and counts follow."""
        self.part.update_for(changed)
        if self.papers.target() != self.part.target():
            self._show_papers()
        self._show_papers_count()
        self._show_sign()
        self._show_counts()

    def _show_counts(self) -> None:
        for number, part in enumerate(self.parts):
            count = part.count()
            self.tabs.button(number).setText(f"{part.title} {count}" if count else part.title)

    def _show_papers(self) -> None:
        self.papers.show_target(self.part.target())
        self._show_papers_count()
        self._show_sign()

    def _show_papers_count(self) -> None:
        self.swap.setText(f"本项材料 {len(self.papers.cards.rows)}")

    def _signed_here(self) -> bool:
        """Whether the chosen paper is marked as the signed sheet of the chosen record."""
        target, row = self.part.target(), self.papers.cards.current()
        if target is None or row is None:
            return False
        found = evidence_at(self.context.session.evaluation, *target)
        return any(item.id == row.item.id and link.note == SIGNED for item, link in found)

    def _show_sign(self) -> None:
        target = self.part.target()
        able = target is not None and target[0] in _SIGNED_KINDS and self.papers.cards.current() is not None
        self.sign.setVisible(able and not self._side.isHidden())
        self.sign.setText("取消签字确认页" if able and self._signed_here() else "标为签字确认页")

    def toggle_signed(self) -> None:
        """Mark the chosen paper as the signed sheet of the chosen record, or take the mark away."""
        target, row, recording = (
            self.part.target(),
            self.papers.cards.current(),
            self.context.services.recording,
        )
        if target is not None and row is not None and recording is not None:
            recording.mark_signed(row.item, *target, signed=not self._signed_here())

    def focus_first(self) -> None:
        """The first list of the part."""
        self.part.focus_first()

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Row actions go to the part that is seen; files to the record that is chosen."""

        def on_part(name: str) -> Callable[[], None]:
            def run() -> None:
                self.part.row_actions()[name]()

            return run

        return {
            **{name: on_part(name) for name in ("add_row", "remove_row", "row_up", "row_down")},
            **self.tabs.part_actions(),
            "attach_files": lambda: self.papers.attach_files(self.part.target()),
            "paste_evidence": lambda: self.papers.paste(self.part.target()),
        }

    def show_place(self, place: Address) -> None:
        """Go to the part that shows a kind, and to the record and field that are named."""
        number = _PART_OF.get(place.kind)
        if number is None:
            return
        if number != self.stack.currentIndex():
            self.show_part(number)
        if place.id:
            self.part.show_place(place)
