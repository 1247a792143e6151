"""The questions of one paper sheet, typed with one key each; painted, so that a hundred of them cost nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from unicodedata import normalize

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.domain.entities_survey import SUBMITTED
from workbench.services.sheet_typing import NOTHING_WAITS, REPEAT_KEY, UNCLEAR_KEY, Row, SheetTyping
from workbench.ui.inputs import LineInput
from workbench.ui.theme import Theme

#: How long words rest before they are saved, in milliseconds.
PAUSE_MS = 300
#: The faults of a submitted sheet stand so on the paper.
ACCEPT_KEY = "="
_BACK = frozenset((Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Up))
_ON = frozenset((Qt.Key.Key_Right, Qt.Key.Key_Down))
_ENTER = frozenset((Qt.Key.Key_Return, Qt.Key.Key_Enter))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands: the whole of it, its words, and its boxes."""

    whole: QRect
    words: QRect
    boxes: tuple[QRect, ...]


class SheetForm(QWidget):
    """Shows a :class:`SheetTyping` and hands it the keys. ``moved`` after anything changed, ``told`` a sentence.

    Keys: digits and letters choose, 0 no answer, / unclear, + as on the sheet before, Backspace or ← back,
    → on, Enter ends a multiple choice and, behind the last question, the sheet.
    """

    moved = Signal()
    told = Signal(str)
    submitted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.typing: SheetTyping | None = None
        self.marked: Collection[str] = ()
        """Ids of questions to be looked at again."""
        self._places: list[_Place] = []
        self._lines: dict[int, LineInput] = {}
        self._fault_at = -1
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.flush)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Digits choose options: an input method that took them first would only be in the way.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._lay_out)

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def show_typing(self, typing: SheetTyping | None) -> None:
        """Show another typing, or the same one after its questions changed."""
        self.flush()
        self.typing = typing
        for line in self._lines.values():
            line.hide()
            line.deleteLater()
        self._lines = {}
        for place, row in enumerate(typing.rows if typing is not None else ()):
            if row.written or row.words:
                line = LineInput(self)
                beside = "" if row.written else "　其他内容"
                line.setAccessibleName(f"{row.question.text}{beside}")
                words = "所填内容，Enter 下一题" if beside else "Enter 跳过"
                line.setPlaceholderText("填写数字" if row.question.kind == "数字" else words)
                line.textEdited.connect(partial(self._on_edited, place))
                line.installEventFilter(self)
                line.setVisible(row.written)
                self._lines[place] = line
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show answers and cursor as they stand; words that are being typed are left alone."""
        typing = self.typing
        if typing is None:
            self.update()
            return
        for place, line in self._lines.items():
            answer = typing.answers.get(typing.rows[place].question.id)
            text = answer.text if answer is not None else ""
            if line.text() != text and not self._pause.isActive() and place != self._fault_at:
                line.setText(text)
            row = typing.rows[place]
            line.setVisible(row.written or typing.wants_words(row))
        self.setAccessibleName(self._spoken())
        self.update()
        self.moved.emit()

    def focus_current(self) -> None:
        """Put the keyboard where the next answer is typed."""
        place = self.typing.place if self.typing is not None else -1
        line = self._lines.get(place)
        if line is not None and self.typing is not None and not self.typing.rows[place].written:
            line = None  # keys choose; the words beside an option are gone to by choosing it, or by Enter
        (line or self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_words(self) -> bool:
        """Put the keyboard beside the option that asks for words; false when none is chosen."""
        typing = self.typing
        row = typing.row if typing is not None else None
        if typing is None or row is None or not typing.wants_words(row) or typing.place not in self._lines:
            return False
        line = self._lines[typing.place]
        line.show()
        line.setFocus(Qt.FocusReason.OtherFocusReason)
        line.selectAll()
        return True

    def current_rect(self) -> QRect:
        """Where the question under the cursor stands."""
        place = self.typing.place if self.typing is not None else 0
        if not self._places:
            return QRect()
        return self._places[min(place, len(self._places) - 1)].whole

    def _spoken(self) -> str:
        row = self.typing.row if self.typing is not None else None
        return "本份末尾" if row is None else f"第 {row.number} 题 {row.question.text}"

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        px, metrics = self._theme.px, QFontMetrics(self.font())
        rows = self.typing.rows if self.typing is not None else ()
        box, high, gap = px(34), px(24), px(5)
        most = max((len(row.options) for row in rows), default=5)
        wide = min(max(most, 5) * (box + gap), max(self.width() * 45 // 100, 3 * (box + gap)))
        across = max(1, wide // (box + gap))
        left = self.width() - wide - px(8)
        words_left = px(42)
        y = 0
        self._places = []
        for row in rows:
            room = max(left - words_left - px(10), px(80))
            needed = metrics.boundingRect(
                QRect(0, 0, room, 10_000), Qt.TextFlag.TextWordWrap, row.question.text
            ).height()
            lines = -(-len(row.options) // across) or 1
            line = self._lines.get(row.number - 1)
            tall = line.sizeHint().height() if line is not None else 0
            below = 0 if row.written or line is None else tall + gap  # kept free: nothing moves while typing
            height = max(needed, lines * (high + gap) - gap + below) + px(14)
            top = y + (height - (lines * (high + gap) - gap + below)) // 2
            boxes = tuple(
                QRect(left + n % across * (box + gap), top + n // across * (high + gap), box, high)
                for n in range(len(row.options))
            )
            whole = QRect(0, y, self.width(), height)
            self._places.append(_Place(whole, QRect(words_left, y, room, height), boxes))
            if line is not None:
                middle = y + (height - tall) // 2
                line.setGeometry(
                    left, middle if row.written else top + lines * (high + gap), wide - gap, tall
                )
            y += height
        self.setFixedHeight(max(y, px(40)))
        self.update()

    def sizeHint(self) -> QSize:
        """As high as the questions are."""
        return QSize(self._theme.px(560), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words wrap anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    # ── painting ─────────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        """Number, words, boxes; the current question on a soft ground with a bar before it."""
        typing = self.typing
        if typing is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, place in zip(typing.rows, self._places, strict=False):
            if place.whole.intersects(event.rect()):
                self._paint_row(painter, row, place, typing)

    def _paint_row(self, painter: QPainter, row: Row, place: _Place, typing: SheetTyping) -> None:
        colors, px = self._theme.colors, self._theme.px
        current = typing.place == row.number - 1
        marked = row.question.id in self.marked
        if current or marked:
            painter.fillRect(place.whole, colors.of("accent_soft" if current else "warning_soft"))
        if current:
            painter.fillRect(QRect(0, place.whole.y(), px(3), place.whole.height()), colors.of("accent"))
        painter.setPen(colors.of("line"))
        painter.drawLine(place.whole.bottomLeft(), place.whole.bottomRight())
        skipped = typing.passed_over(row)
        painter.setPen(colors.of("warning" if marked else "soft"))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            QRect(px(12), place.whole.y(), px(30), place.whole.height()), middle, str(row.number)
        )
        painter.setPen(colors.of("soft" if skipped else "ink"))
        font = self.font()
        font.setBold(current)
        painter.setFont(font)
        painter.drawText(place.words, middle | Qt.TextFlag.TextWordWrap, row.question.text)
        font.setBold(False)
        painter.setFont(font)
        answer = typing.answers.get(row.question.id)
        for n, (box, option) in enumerate(zip(place.boxes, row.options, strict=False)):
            chosen = answer is not None and option.id in answer.options
            painter.setBrush(colors.of("accent" if chosen else "card"))
            painter.setPen(colors.of("accent" if chosen or current else "line"))
            painter.drawRoundedRect(box, px(4), px(4))
            painter.setPen(colors.of("on_accent" if chosen else "soft"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, row.keys[n : n + 1])
        said = (
            "跳过"
            if skipped
            else "看不清"
            if answer is not None and answer.unclear
            else "请对照原件重看"
            if marked
            else ""
        )
        if said and place.boxes:
            painter.setPen(colors.of("warning"))
            room = QRect(
                place.boxes[-1].right() + px(8), place.whole.y(), place.whole.width(), place.whole.height()
            )
            painter.drawText(room, middle, said)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """One key, one answer."""
        typing, key = self.typing, event.key()
        held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if typing is None or held:
            super().keyPressEvent(event)
        elif key in _BACK:
            self._step(back=True)
        elif key in _ON:
            self._step(back=False)
        elif key in _ENTER:
            if not event.isAutoRepeat():
                self._enter()
        elif event.text() and not event.text().isspace() and event.text().isprintable():
            if not event.isAutoRepeat():
                self.take(event.text())
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """What an input method commits counts as keys; what it still composes is passed over."""
        self.take(event.commitString())
        event.accept()

    def take(self, text: str) -> None:
        """Characters as keys: full-width ones are the plain ones, words are no keys."""
        typing = self.typing
        for character in normalize("NFKC", text):
            if typing is None or character.isspace():
                continue
            if not character.isascii() or not (
                character.isalnum() or character in f"{UNCLEAR_KEY}{REPEAT_KEY}{ACCEPT_KEY}"
            ):
                self.told.emit("这里只用按键：数字选答案，0 未答，/ 看不清，+ 同上一份，Backspace 上一题。")
                return
            if character == ACCEPT_KEY:
                self.accept()
            else:
                place = typing.place
                self._say(typing.press(character))
                if typing.place == place and self._newly_worded(place, character):
                    self._focus_words()

    def _newly_worded(self, place: int, key: str) -> bool:
        """Whether the key has just chosen an option beside which something is to be written."""
        typing = self.typing
        if typing is None or place >= len(typing.rows):
            return False
        row = typing.rows[place]
        at = row.keys.find(key.upper())
        if at < 0 or row.options[at].id not in row.words:
            return False
        now = typing.answers.get(row.question.id)
        return now is not None and row.options[at].id in now.options

    def _say(self, fault: str) -> None:
        self.told.emit(fault)
        self.refresh()
        self.focus_current()

    def _step(self, *, back: bool) -> None:
        if self.typing is not None:
            self.flush()
            (self.typing.back if back else self.typing.forward)()
            self._say("")

    def _enter(self) -> None:
        typing = self.typing
        if typing is None:
            return
        row = typing.row
        if self.marked and typing.sheet is not None and typing.sheet.state == SUBMITTED:
            self._next_marked(typing)
        elif row is None:
            self.finish()
        elif self._focus_words():
            pass
        elif row.several or row.written:
            self._step(back=False)
        else:
            left = len(typing.rows) - typing.place
            self.told.emit(f"还有 {left} 题：按数字键作答，0 为未答；按 Ctrl Enter 可直接存本份。")

    def _next_marked(self, typing: SheetTyping) -> None:
        """To the next question to be looked at again; behind the last of them the sheet is finished."""
        self.flush()
        places = [
            n for n, row in enumerate(typing.rows) if row.question.id in self.marked and n > typing.place
        ]
        if places:
            typing.place = places[0]
            self._say("")
        else:
            self.finish()

    def finish(self) -> None:
        """Submit the sheet as it stands and begin the next one, unless something is to be looked at again."""
        typing = self.typing
        if typing is None:
            return
        self.flush()
        if self._fault_at >= 0:
            return
        looked, number = bool(self.marked), typing.number
        fault = typing.finish()
        if fault:
            self._say(fault)
            return
        if not looked and self.mark():
            self.submitted.emit()
            return
        self.marked = ()
        typing.go_on()
        self._say(f"已存 {number}。" + ("" if typing.number or not typing.second else NOTHING_WAITS))
        self.submitted.emit()

    def mark(self) -> bool:
        """Mark the questions of the open sheet that are to be looked at again, and go to the first."""
        typing = self.typing
        if typing is None:
            return False
        apart, faults = typing.differing(), typing.faults()
        self.marked = apart or tuple(faults)
        if not self.marked:
            return False
        typing.place = next((n for n, row in enumerate(typing.rows) if row.question.id in self.marked), 0)
        if apart:
            numbers = "、".join(str(row.number) for row in typing.rows if row.question.id in apart)
            self._say(
                f"第 {numbers} 题两遍不同（不显示对方答案）：对照原件重看，改正或照旧，Enter 到下一处，末处再按 Enter 存。"
            )
        else:
            self._say(f"{'；'.join(faults.values())}。请改正后按 Enter；原件如此则按 =。")
        return True

    def accept(self) -> None:
        """The paper reads so: let the faults stand and go on."""
        if self.typing is not None and self.typing.faults():
            self.typing.accept_faults()
            self.marked = ()
            self.typing.go_on()
            self._say("已注明“原件如此”。")
            self.submitted.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click puts the cursor on a question, or ticks a box."""
        typing, spot = self.typing, event.position().toPoint()
        for row, place in zip(typing.rows if typing is not None else (), self._places, strict=False):
            if typing is not None and place.whole.contains(spot):
                self.flush()
                typing.place = row.number - 1
                hit = next((n for n, box in enumerate(place.boxes) if box.contains(spot)), -1)
                if 0 <= hit < len(row.keys):
                    self.take(row.keys[hit])
                else:
                    self._say("")
                return
        super().mousePressEvent(event)

    # ── words ────────────────────────────────────────────────────────────────────────────────────

    def _on_edited(self, place: int, _: str) -> None:
        if self.typing is not None:
            self.typing.place = place
            self._pause.start()
            self.update()

    def flush(self) -> None:
        """Save words that are being typed."""
        if not self._pause.isActive():
            return
        self._pause.stop()
        typing = self.typing
        line = self._lines.get(typing.place) if typing is not None else None
        if typing is None or line is None or line.composing:
            return
        fault = typing.write(typing.place, line.text())
        self._fault_at = typing.place if fault else -1
        self.told.emit(fault)
        self.update()

    def _on_line_entered(self, place: int) -> None:
        typing = self.typing
        if typing is None:
            return
        typing.place = place
        self._pause.start()
        self.flush()
        if self._fault_at < 0:
            typing.forward()
            self._say("")

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """In a line of words ↑ and ↓ move, Backspace at its beginning goes back, a click brings the cursor."""
        if isinstance(watched, LineInput) and self.typing is not None:
            place = next((n for n, line in self._lines.items() if line is watched), -1)
            if event.type() == QEvent.Type.FocusIn and self.typing.place != place:
                self.flush()
                self.typing.place = place
                self.refresh()
            elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                if event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    self._on_line_entered(place)
                    return True
                if not self.typing.rows[place].written and event.key() in {
                    Qt.Key.Key_Up,
                    Qt.Key.Key_Backspace,
                }:
                    if event.key() == Qt.Key.Key_Up or not (watched.text() or watched.composing):
                        self.flush()
                        self.setFocus(Qt.FocusReason.OtherFocusReason)  # back to the boxes of this question
                        return True
                    return super().eventFilter(watched, event)
                empty_back = event.key() == Qt.Key.Key_Backspace and not watched.text()
                if event.key() == Qt.Key.Key_Up or (empty_back and not watched.composing):
                    self._step(back=True)
                    return True
                if event.key() == Qt.Key.Key_Down:
                    self._step(back=False)
                    return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]
