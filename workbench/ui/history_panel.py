"""修改记录: what a field held before, when and by whom it was changed and why; stays open beside the work."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from workbench.domain.evaluation import ENTITIES, KIND_LABELS
from workbench.domain.fields import spec_of
from workbench.services.editing import Address
from workbench.services.history import FieldChange, field_history
from workbench.services.session import Changed
from workbench.ui.bridge import SessionBridge
from workbench.ui.theme import Theme
from workbench.ui.widgets import label

NOTHING = "这个字段还没有修改记录。"


class HistoryPanel(QDialog):
    """Lists the changes of one or several fields, the newest first; follows what is typed. Esc closes."""

    def __init__(self, theme: Theme, bridge: SessionBridge, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("修改记录")
        self.setModal(False)
        self._bridge = bridge
        self._places: tuple[tuple[str, Address], ...] = ()
        self.title = label("", "heading", wrap=True)
        self.list = QTextBrowser()
        self.list.setAccessibleName("修改记录")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(14), theme.px(12), theme.px(14), theme.px(14))
        column.setSpacing(theme.px(8))
        column.addWidget(self.title)
        column.addWidget(self.list)
        room = self.screen().availableSize()
        self.resize(min(theme.px(520), room.width()), min(theme.px(320), room.height()))
        bridge.changed.connect(self._on_changed)

    def show_places(self, title: str, places: Sequence[tuple[str, Address]]) -> None:
        """Show the history of some fields, each with the words before its lines (empty for a single one)."""
        self._places = tuple(places)
        self.title.setText(title)
        self.list.setPlainText(history_text(self._bridge, self._places))
        self.show()
        self.raise_()

    def _on_changed(self, changed: Changed) -> None:
        touched = {(change.kind, change.id) for change in changed.changes}
        if self.isVisible() and any((place.kind, place.id) in touched for _, place in self._places):
            self.list.setPlainText(history_text(self._bridge, self._places))


def history_text(bridge: SessionBridge, places: Sequence[tuple[str, Address]]) -> str:
    """The lines of all places by time, the newest first."""
    found = [
        (change.at, _line(words, change))
        for words, place in places
        for change in field_history(bridge.session, place.kind, place.id, place.field)
    ]
    found.sort(key=lambda one: one[0], reverse=True)
    return "\n".join(text for _, text in found) or NOTHING


def _line(words: str, change: FieldChange) -> str:
    when = change.at[:16].replace("T", " ")
    by = f"　{change.by}" if change.by else ""
    name = f"　{words}" if words else ""
    why = f"\n　　{change.why}" if change.why else ""
    return f"{when}{by}{name}　{change.before or '（空）'} → {change.after or '（空）'}{why}"


def place_title(place: Address, name: str = "") -> str:
    """``各轮得分 › 得分``, with the name of the thing where it has one."""
    field = spec_of(ENTITIES[place.kind], place.field).label
    return " › ".join(part for part in (KIND_LABELS.get(place.kind, ""), name, field) if part)
