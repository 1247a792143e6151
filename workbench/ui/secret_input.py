"""The input for a password: hidden unless asked, with a word about the Caps Lock key."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.inputs import LineInput


class SecretInput(LineInput):
    """Hides what is typed. ``capitals`` says whether a letter came out large without Shift."""

    capitals = Signal(bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.show_text(shown=False)

    def show_text(self, *, shown: bool) -> None:
        """Show or hide what is typed."""
        self.setEchoMode(LineInput.EchoMode.Normal if shown else LineInput.EchoMode.Password)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt does not tell the state of Caps Lock, but the letter does."""
        letter = event.text()
        if letter.isascii() and letter.isalpha():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.capitals.emit(letter.isupper() != shifted)
        super().keyPressEvent(event)
