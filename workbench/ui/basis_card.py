"""评价依据: human text whose figures stay computed, where it comes from and how it was collected."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton

from workbench.domain.evaluation import Entry
from workbench.domain.fields import spec_of
from workbench.domain.form import Indicator
from workbench.domain.narrative import figures, unknown_names
from workbench.domain.scoring import IndicatorScore
from workbench.services.editing import Address, put_text, text_at
from workbench.ui.chip_editor import ChipEditor
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.theme import role
from workbench.ui.widgets import Card


class BasisCard(Card):
    """The text with its chips, and two short fields."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme, "评价依据", "自动带数，可改写")
        self._context = context
        self._id = ""
        self._known: dict[str, str] = {}
        self.insert = QPushButton("＋ 插入数字")
        role(self.insert, "quiet")
        self.insert.clicked.connect(self._offer)
        self.head.addWidget(self.insert)
        self.text = ChipEditor(context.theme, spec_of(Entry, "basis"), self._save)
        self.body.addWidget(self.text)
        self.short = EntityForm(context, Entry, ("basis_source", "collection_method", "owner"), inline=True)
        self.body.addWidget(self.short)
        self._menu = QMenu(self)

    def _save(self, address: object, text: str, origin: object) -> str:
        if not isinstance(address, Address) or not address.id:
            return ""
        return put_text(self._context.session, address, text, origin)

    def _offer(self) -> None:
        self._menu.clear()
        for name, value in self._known.items():
            action = self._menu.addAction(f"{name}　{value}")
            action.triggered.connect(lambda _=False, chosen=name: self.text.chips.insert_chip(chosen))
        self._menu.popup(self.insert.mapToGlobal(self.insert.rect().bottomLeft()))

    def show_indicator(self, indicator: Indicator, scored: IndicatorScore) -> None:
        """Show the text of another indicator."""
        self._id = indicator.id
        self._known = offered(figures(self._context.session.evaluation, scored))
        self.text.chips.set_known(self._all(scored))
        address = Address("entry", indicator.id, "basis")
        self.text.rebind(address, text_at(self._context.session.evaluation, address))
        self.short.show_entity(indicator.id)
        for name, words in (
            ("basis_source", indicator.basis_source),
            ("collection_method", indicator.collection_method),
        ):
            self.short.editors[name].show_placeholder(words)

    def show_score(self, scored: IndicatorScore, origin: object = None) -> None:
        """Bring the figures up to date; the text that is being typed in stays as it is."""
        evaluation = self._context.session.evaluation
        known = self._all(scored)
        self._known = offered(known)
        self.text.show_figures(known)
        if self.text is not origin:
            self.text.show_text(text_at(evaluation, Address("entry", self._id, "basis")))
        if not self.text.pending:
            unknown = unknown_names(evaluation.entry(self._id).basis, known)
            words = "、".join(unknown)
            self.text.show_fault(f"没有名为{words}的数据，请改写或重新插入。" if unknown else "")

    def _all(self, scored: IndicatorScore) -> dict[str, str]:
        return figures(self._context.session.evaluation, scored)

    def focus(self) -> None:
        """Put the cursor into the text."""
        self.text.input.setFocus(Qt.FocusReason.OtherFocusReason)


def offered(known: dict[str, str]) -> dict[str, str]:
    """The figures worth offering by name: those named in Chinese."""
    return {name: value for name, value in known.items() if not name.isascii()}
