"""One editor per kind of value; FIELD_EDITORS maps each kind of field to its class.

An editor marks itself pending while typed in and saves after a short pause, when it is left, or
when :meth:`FieldEditor.flush` is called before anything else begins. The address travels with the
text, so that a late save lands where it was typed. What cannot be held stays in the field with a
red hint under it, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QSizePolicy, QVBoxLayout, QWidget

from workbench.domain.fields import BadValue, FieldSpec, parse_value, show_value
from workbench.ui.inputs import ComboInput, LineInput, TextInput
from workbench.ui.theme import role

#: How long typing rests before it is saved, in milliseconds.
PAUSE_MS = 300

#: (address, text, the editor) → hint to show under the field, empty when the text was saved.
SaveText = Callable[[object, str, object], str]
#: Texts that were refused, with their hints, by the place they were meant for.
Drafts = MutableMapping[object, tuple[str, str]]
#: What a field that refers to an entity may hold: pairs of id and words.
Options = Callable[[], list[tuple[str, str]]]


class FieldEditor(QWidget):
    """The editor of one field: an input and a hint. ``compact`` leaves the hint to the holder (a table)."""

    fault_changed = Signal(str)

    def __init__(
        self,
        field: FieldSpec,
        save: SaveText,
        *,
        compact: bool = False,
        options: Options | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.field = field
        self.address: object = None
        self.place: object = None
        """Where the field is kept, when :attr:`address` does not say it (an input of a standard)."""
        self.drafts: Drafts | None = None
        """Keeps what was refused while another place is shown; without it that is lost."""
        self.fault = ""
        self._save = save
        self._options = options
        self._pending = False
        self._writing = False
        self._last = ""
        self._model_text = ""
        self._opened_with = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.flush)
        self.input = self._build()
        self.input.setAccessibleName(field.label)
        self.setFocusProxy(self.input)
        self._hint = QLabel()
        role(self._hint, "fault")
        self._hint.setWordWrap(True)
        self._hint.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        if not compact:
            layout.addWidget(self.input)
            layout.addWidget(self._hint)
        self._compact = compact

    def lend_hint(self) -> QLabel:
        """The hint, for a holder that has more room for it than there is below the input."""
        layout = self.layout()
        if layout is not None:
            layout.removeWidget(self._hint)
        return self._hint

    # What each kind of editor says about its input.

    def _build(self) -> QWidget:
        raise NotImplementedError

    def text(self) -> str:
        """What stands in the field, composing text excluded."""
        raise NotImplementedError

    def _write(self, text: str) -> None:
        raise NotImplementedError

    def _composing(self) -> bool:
        return bool(getattr(self.input, "composing", False))

    @property
    def own_undo(self) -> Callable[[], None] | None:
        """Takes back the last typing inside the field; nothing when there is none."""
        return None

    # What all of them do.

    @property
    def pending(self) -> bool:
        """Typed, not saved yet."""
        return self._pending

    def flush(self) -> None:
        """Save now what is pending. A failing save leaves it pending."""
        self._timer.stop()
        if not self._pending:
            return
        text = self.text()
        fault = self._save(self.address, text, self)
        self._pending = False
        if not fault:
            self._model_text = self._canonical(text)
        self._show_fault(fault)

    def rebind(self, address: object, text: str) -> None:
        """Save what is pending where it was typed, then show another place's text.

        What was refused there before, and is kept in :attr:`drafts`, comes back with its hint.
        """
        self.leave()
        self.address = address
        self._opened_with = text
        self._put(text)
        self._show_fault("")
        self.take_back_draft()

    def leave(self) -> None:
        """Save what is pending; what is refused is kept for when this place is shown again."""
        self.flush()
        if self.drafts is not None and self.fault and self.text() != self._model_text:
            self.drafts[self.place or self.address] = (self.text(), self.fault)

    def take_back_draft(self) -> None:
        """Show what was refused here before, with its hint; it is still not saved."""
        if self.drafts is None:
            return
        text, fault = self.drafts.pop(self.place or self.address, ("", ""))
        if fault:
            self._writing = True
            self._write(text)
            self._writing = False
            self._last = self.text()
            self._show_fault(fault)

    def revert(self) -> None:
        """Give back what stood here when the field was last bound."""
        self._timer.stop()
        self._pending = False
        if self._model_text != self._opened_with:
            self._save(self.address, self._opened_with, self)
        self._put(self._opened_with)
        self._show_fault("")

    def revert_unsaved(self) -> None:
        """Give up what could not be saved: show what is kept."""
        self._timer.stop()
        self._pending = False
        self._put(self._model_text)

    def show_text(self, text: str) -> None:
        """Show what is kept now, unless it is being typed in or nothing new came."""
        if text == self._model_text or self._pending or self._composing():
            return
        self._put(text)
        self._show_fault("")

    def show_fault(self, sentence: str) -> None:
        """Show a hint from outside (a finding about this field); empty takes it away."""
        self._show_fault(sentence)

    def show_placeholder(self, words: str) -> None:
        """Say in soft ink what belongs here, or what counts while nothing is written."""
        holder = self.input.lineEdit() if isinstance(self.input, ComboInput) else self.input
        if isinstance(holder, LineInput | TextInput):
            holder.setPlaceholderText(words)

    def _put(self, text: str) -> None:
        self._writing = True
        self._write(text)
        self._writing = False
        self._last = self.text()
        self._model_text = text

    def _canonical(self, text: str) -> str:
        try:
            return show_value(parse_value(text, self.field), self.field)
        except BadValue:
            return text

    def _show_fault(self, sentence: str) -> None:
        if sentence == self.fault:
            return
        self.fault = sentence
        self._hint.setText(sentence)
        if not self._compact:
            self._hint.setVisible(bool(sentence))
        self.input.setProperty("fault", "true" if sentence else "false")
        self.input.style().unpolish(self.input)
        self.input.style().polish(self.input)
        self.fault_changed.emit(sentence)

    def _on_touched(self) -> None:
        """The input says that something changed; composing changes nothing until it is committed."""
        if self._writing or self._composing() or self.text() == self._last:
            return
        self._last = self.text()
        self._pending = True
        self._timer.start()

    def _on_chosen(self) -> None:
        if self._writing:  # the choices are laid out anew, maybe while this very field is being saved
            return
        self._on_touched()
        self.flush()

    def _on_left(self) -> None:
        self._on_touched()
        self.flush()
        if not self.fault:
            self._put(self._model_text)  # as it is kept; what was typed is no longer the field's own to undo


class LineEditor(FieldEditor):
    """One line of text."""

    numeric = False

    def _build(self) -> QWidget:
        self._line = LineInput(numeric=self.numeric)
        self._line.textChanged.connect(self._on_touched)
        self._line.returnPressed.connect(self.flush)
        self._line.left.connect(self._on_left)
        self._line.setPlaceholderText(self.field.hint)
        return self._line

    def text(self) -> str:
        """What stands in the field."""
        return self._line.text()

    def _write(self, text: str) -> None:
        self._line.setText(text)
        self._line.setCursorPosition(0 if not self._line.hasFocus() else len(text))

    @property
    def own_undo(self) -> Callable[[], None] | None:
        """The line's own undo while it has one."""
        return self._line.undo if self._line.isUndoAvailable() else None


class NumberEditor(LineEditor):
    """A number, right-aligned, as wide as a long amount; full-width digits are normalised."""

    numeric = True

    def _build(self) -> QWidget:
        line = super()._build()
        width = QFontMetrics(self.font()).horizontalAdvance("0" * 12)
        line.setMinimumWidth(round(width * 0.75))
        line.setMaximumWidth(round(width * 1.7))
        return line


class DateEditor(LineEditor):
    """A day, typed as 2022-11-14, 20221114 or 2022年11月14日."""

    numeric = False

    def _build(self) -> QWidget:
        line = super()._build()
        self._line.setPlaceholderText(self.field.hint or "如 2022-11-14")
        return line


class TimeEditor(LineEditor):
    """A time of day, typed as 14:30, 1430 or 14点30."""

    def _build(self) -> QWidget:
        line = super()._build()
        self._line.setPlaceholderText(self.field.hint or "如 14:30")
        return line


class TextEditor(FieldEditor):
    """Several lines of text."""

    def _build(self) -> QWidget:
        self._text = TextInput()
        self._text.textChanged.connect(self._on_touched)
        self._text.left.connect(self._on_left)
        self._text.setPlaceholderText(self.field.hint)
        return self._text

    def text(self) -> str:
        """What stands in the field."""
        return self._text.toPlainText()

    def _write(self, text: str) -> None:
        self._text.setPlainText(text)

    def _on_left(self) -> None:
        self._on_touched()
        self.flush()
        if not self.fault:
            if self.text() != self._model_text:
                self._put(self._model_text)
            self._text.document().clearUndoRedoStacks()

    @property
    def own_undo(self) -> Callable[[], None] | None:
        """The text's own undo while it has one."""
        return self._text.undo if self._text.document().isUndoAvailable() else None


class FlagEditor(FieldEditor):
    """Yes or no; Space switches."""

    def _build(self) -> QWidget:
        self._box = QCheckBox(self.field.label)
        self._box.toggled.connect(self._on_chosen)
        return self._box

    def text(self) -> str:
        """是 or 否."""
        return "是" if self._box.isChecked() else "否"

    def _write(self, text: str) -> None:
        self._box.setChecked(text == "是")


class ChoiceEditor(FieldEditor):
    """One of the given words, or none where none is allowed."""

    def _build(self) -> QWidget:
        self._combo = ComboInput()
        self._combo.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._fill()
        self._combo.currentIndexChanged.connect(self._on_chosen)
        return self._combo

    def _fill(self) -> None:
        if not self.field.required:
            self._combo.addItem("—", "")
        for choice in self.field.choices:
            self._combo.addItem(choice, choice)

    def text(self) -> str:
        """The word that is chosen."""
        return str(self._combo.currentData() or "")

    def _write(self, text: str) -> None:
        index = self._combo.findData(text)
        if index < 0 and text:  # a word of an older form: shown, kept until another is chosen
            self._combo.addItem(text, text)
            index = self._combo.count() - 1
        self._combo.setCurrentIndex(index)


class RefEditor(ChoiceEditor):
    """One of the entities that the holder offers; the field keeps its id."""

    def _fill(self) -> None:
        self._combo.addItem("—", "")
        for id_, words in self._options() if self._options is not None else []:
            self._combo.addItem(words, id_)

    def refill(self) -> None:
        """Offer what there is now, keeping what is chosen."""
        chosen = self.text()
        self._writing = True
        self._combo.clear()
        self._fill()
        self._write(chosen)
        self._writing = False

    def _write(self, text: str) -> None:
        index = self._combo.findData(text)
        if index < 0 and text:
            self._combo.addItem("（已不存在）", text)
            index = self._combo.count() - 1
        self._combo.setCurrentIndex(max(index, 0))


class OpenChoiceEditor(FieldEditor):
    """Words to choose from, or one's own."""

    def _build(self) -> QWidget:
        self._combo = ComboInput(editable=True)
        offered = [words for _, words in self._options()] if self._options is not None else self.field.choices
        self._combo.addItems(list(offered))
        self._combo.setCurrentIndex(-1)
        self._combo.editTextChanged.connect(self._on_touched)
        self._combo.activated.connect(self._on_chosen)
        self._combo.left.connect(self._on_left)
        line = self._combo.lineEdit()
        if line is not None:
            line.returnPressed.connect(self.flush)
            line.setPlaceholderText(self.field.hint)
        return self._combo

    def text(self) -> str:
        """What stands in the field."""
        return self._combo.currentText()

    def _write(self, text: str) -> None:
        self._combo.setCurrentIndex(self._combo.findText(text, Qt.MatchFlag.MatchExactly))
        self._combo.setEditText(text)

    @property
    def own_undo(self) -> Callable[[], None] | None:
        """The line's own undo while it has one."""
        line = self._combo.lineEdit()
        return line.undo if line is not None and line.isUndoAvailable() else None


FIELD_EDITORS: Mapping[str, type[FieldEditor]] = {
    "line": LineEditor,
    "text": TextEditor,
    "number": NumberEditor,
    "score": NumberEditor,
    "money": NumberEditor,
    "percent": NumberEditor,
    "count": NumberEditor,
    "order": NumberEditor,
    "date": DateEditor,
    "time": TimeEditor,
    "flag": FlagEditor,
    "choice": ChoiceEditor,
    "open_choice": OpenChoiceEditor,
    "ref": RefEditor,
}


def editor_for(
    field: FieldSpec,
    save: SaveText,
    *,
    compact: bool = False,
    options: Options | None = None,
    parent: QWidget | None = None,
) -> FieldEditor:
    """The editor of a field, by its kind."""
    return FIELD_EDITORS[field.kind](field, save, compact=compact, options=options, parent=parent)


def fields_below(root: QWidget) -> list[FieldEditor]:
    """Every field at or below a widget."""
    children: Iterable[QWidget] = root.findChildren(QWidget)
    return [found for found in children if isinstance(found, FieldEditor)]


def flush_fields(root: QWidget) -> None:
    """Save everything that is pending in the fields at or below a widget."""
    if isinstance(root, FieldEditor):
        root.flush()
    for editor in fields_below(root):
        editor.flush()


def focused_field() -> FieldEditor | None:
    """The field that the keyboard is in."""
    widget = QApplication.focusWidget()
    while widget is not None:
        if isinstance(widget, FieldEditor):
            return widget
        held = widget.property("editor")
        if isinstance(held, FieldEditor):
            return held
        widget = widget.parentWidget()
    return None
