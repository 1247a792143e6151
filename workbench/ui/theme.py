"""The look: colours, sizes from font metrics, fonts, one style sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtCore import QObject, QPointF, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

BASE_POINTS = 9.75
"""13 px at 96 dpi."""
BASE_LINE = 19.0
"""Height of a line of the base text at 96 dpi, in px: lengths below are stated for it."""
FAMILY = "Noto Sans SC"
_BOX = 12
#: The mark of a ticked box, as shares of its side.
_TICK = ((0.22, 0.54), (0.42, 0.74), (0.78, 0.28))
Px = Callable[[float], int]


@dataclass(frozen=True, slots=True)
class Colors:
    """The colour tokens; each pair of text on its ground keeps a contrast of at least 4.5."""

    ink: str
    soft: str
    line: str
    ground: str
    card: str
    raised: str
    accent: str
    accent_soft: str
    on_accent: str
    lost: str
    lost_soft: str
    done: str
    done_soft: str
    warning: str
    warning_soft: str

    def of(self, tone: str) -> QColor:
        """A token by name, as Qt's colour."""
        return QColor(getattr(self, tone))


LIGHT = Colors(
    ink="#1d2430",
    soft="#5b6675",
    line="#dfe4ea",
    ground="#f4f6f8",
    card="#ffffff",
    raised="#f8f9fb",
    accent="#1f5fa8",
    accent_soft="#e8f0f9",
    on_accent="#ffffff",
    lost="#b3361e",
    lost_soft="#fbeeea",
    done="#2b7a4b",
    done_soft="#e7f4ec",
    warning="#8a5a00",
    warning_soft="#fdf3dd",
)
DARK = Colors(
    ink="#e4e8ee",
    soft="#9ca7b6",
    line="#343c48",
    ground="#14181e",
    card="#1c222b",
    raised="#222933",
    accent="#7fb2ec",
    accent_soft="#20344c",
    on_accent="#0f1a27",
    lost="#f0917c",
    lost_soft="#41231d",
    done="#74c495",
    done_soft="#1d3728",
    warning="#e0b45c",
    warning_soft="#3a2e14",
)


class Theme(QObject):
    """The look that is in force; ``changed`` says that everything painted by hand should repaint."""

    changed = Signal()

    def __init__(self, fonts: Path | None = None) -> None:
        super().__init__()
        self.colors = LIGHT
        self._scale = 1.0
        if fonts is not None:
            for name in ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"):
                QFontDatabase.addApplicationFont(str(fonts / name))

    @property
    def dark(self) -> bool:
        """The dark colours are in force."""
        return self.colors is DARK

    def apply(self, *, dark: bool = False, percent: int = 100) -> None:
        """Put the look on the application; ``percent`` enlarges the text and all that is sized by it."""
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise TypeError("a theme needs a QApplication")
        self.colors = DARK if dark else LIGHT
        font = QFont(FAMILY)
        font.setPointSizeF(BASE_POINTS * percent / 100)
        self._scale = QFontMetricsF(font).height() / BASE_LINE
        sheet = style_sheet(self.colors, self.px, BASE_POINTS * percent / 100, self._tick())
        if sheet != app.styleSheet() or font != app.font():  # every widget there is would be polished again
            # From one sheet to another Qt polishes each widget once for every one around it; from none, once.
            app.setStyleSheet("")
            app.setFont(font)
            app.styleHints().setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
            app.setPalette(self._palette())
            app.setStyleSheet(sheet)
        self.changed.emit()

    def _tick(self) -> str:
        """The mark of a ticked box as a file, which is the only way a style sheet takes one."""
        side = self.px(_BOX)
        path = Path(_marks().path()) / f"{self.colors.on_accent.lstrip('#')}-{side}.png"
        if not path.exists():
            mark = QPixmap(side * 2, side * 2)  # drawn double for screens with two dots to the pixel
            mark.fill(Qt.GlobalColor.transparent)
            painter = QPainter(mark)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(QColor(self.colors.on_accent), side * 0.28)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline([QPointF(side * 2 * x, side * 2 * y) for x, y in _TICK])
            painter.end()
            mark.save(str(path), "PNG")
        return path.as_posix()

    def px(self, length: float) -> int:
        """A length stated for the base text, in px for the text in force."""
        return max(1, round(length * self._scale))

    def _palette(self) -> QPalette:
        c = self.colors
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: c.ground,
            QPalette.ColorRole.WindowText: c.ink,
            QPalette.ColorRole.Base: c.card,
            QPalette.ColorRole.AlternateBase: c.raised,
            QPalette.ColorRole.Text: c.ink,
            QPalette.ColorRole.PlaceholderText: c.soft,
            QPalette.ColorRole.Button: c.card,
            QPalette.ColorRole.ButtonText: c.ink,
            QPalette.ColorRole.ToolTipBase: c.card,
            QPalette.ColorRole.ToolTipText: c.ink,
            QPalette.ColorRole.Highlight: c.accent,
            QPalette.ColorRole.HighlightedText: c.on_accent,
            QPalette.ColorRole.Link: c.accent,
            QPalette.ColorRole.LinkVisited: c.accent,
            QPalette.ColorRole.Mid: c.line,
            QPalette.ColorRole.Midlight: c.line,
            QPalette.ColorRole.Dark: c.soft,
            QPalette.ColorRole.Light: c.card,
            QPalette.ColorRole.Shadow: c.line,
        }
        for role, color in roles.items():
            palette.setColor(role, QColor(color))
        for role in (
            QPalette.ColorRole.WindowText,
            QPalette.ColorRole.Text,
            QPalette.ColorRole.ButtonText,
        ):
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.soft))
        return palette


@cache
def _marks() -> QTemporaryDir:
    """One folder for the whole run: another path would be another style sheet, and every widget polished anew."""
    return QTemporaryDir()


def role(widget: QWidget, name: str) -> QWidget:
    """Give a widget its part in the style sheet (``soft``, ``title``, ``card`` …) and repolish it."""
    if widget.property("role") != name:
        widget.setProperty("role", name)
        if widget.testAttribute(
            Qt.WidgetAttribute.WA_WState_Polished
        ):  # else it is polished when first shown
            widget.style().unpolish(widget)
            widget.style().polish(widget)
    return widget


def style_sheet(c: Colors, px: Px, points: float, tick: str) -> str:
    """The one style sheet: every rule that is not a palette colour; ``tick`` is the file of the mark of a box."""
    return f"""
QToolTip {{ background: {c.card}; color: {c.ink}; border: 1px solid {c.line}; padding: {px(4)}px; }}
QLabel {{ background: transparent; }}
QLabel[role="soft"] {{ color: {c.soft}; }}
QLabel[role="small"] {{ color: {c.soft}; font-size: {points * 0.92:.2f}pt; }}
QLabel[role="bold"] {{ font-weight: bold; }}
QLabel[role="card_title"] {{ color: {c.soft}; font-weight: bold; font-size: {points * 0.92:.2f}pt; }}
QLabel[role="title"] {{ font-size: {points * 1.38:.2f}pt; font-weight: bold; }}
QLabel[role="heading"] {{ font-size: {points * 1.08:.2f}pt; font-weight: bold; }}
QLabel[role="total"] {{ font-size: {points * 1.62:.2f}pt; font-weight: bold; }}
QLabel[role="score"] {{ font-size: {points * 2:.2f}pt; font-weight: bold; }}
QLabel[role="lost"] {{ color: {c.lost}; }}
QLabel[role="lost_bold"] {{ color: {c.lost}; font-weight: bold; }}
QLabel[role="done"] {{ color: {c.done}; }}
QLabel[role="warning"] {{ color: {c.warning}; }}
QLabel[role="warning_bold"] {{ color: {c.warning}; font-weight: bold; }}
QLabel[role="fault"] {{ color: {c.lost}; font-size: {points * 0.92:.2f}pt; }}
QLabel[role="link"] {{ color: {c.accent}; }}
QLabel[role="pill"], QLabel[role="pill_done"], QLabel[role="pill_lost"], QLabel[role="pill_warning"],
QLabel[role="pill_accent"] {{
  background: {c.line}; color: {c.soft}; border-radius: {px(9)}px; padding: {px(1)}px {px(9)}px; }}
QLabel[role="pill_done"] {{ background: {c.done_soft}; color: {c.done}; font-weight: bold; }}
QLabel[role="pill_lost"] {{ background: {c.lost_soft}; color: {c.lost}; }}
QLabel[role="pill_warning"] {{ background: {c.warning_soft}; color: {c.warning}; }}
QLabel[role="pill_accent"] {{ background: {c.accent_soft}; color: {c.accent}; }}
QLabel[role="key"] {{
  background: {c.card}; color: {c.ink}; border: 1px solid {c.line}; border-radius: {px(4)}px;
  padding: 0 {px(4)}px; font-size: {points * 0.85:.2f}pt; }}
QLabel[role="key_primary"] {{
  background: {c.card}; color: {c.accent}; border-radius: {px(4)}px; padding: 0 {px(4)}px;
  font-size: {points * 0.85:.2f}pt; }}
QLabel[role="on_accent"] {{ color: {c.on_accent}; }}
QLabel[role="well"] {{ background: {c.raised}; border-radius: {px(5)}px; padding: {px(7)}px {px(10)}px; }}
QFrame[role="card"] {{ background: {c.card}; border: 1px solid {c.line}; border-radius: {px(7)}px; }}
QFrame[role="drop"], QFrame[role="drop_here"] {{ background: {c.card}; border: 1px dashed {c.soft};
  border-radius: {px(7)}px; }}
QFrame[role="drop_here"] {{ background: {c.accent_soft}; border: 2px dashed {c.accent}; }}
QFrame[role="finding"] {{ background: {c.card}; border: 1px solid {c.line}; border-radius: {px(7)}px; }}
QFrame[role="finding"]:focus {{ border: 1px solid {c.accent}; }}
QFrame[role="point"] {{ background: transparent; border: 1px solid transparent; border-radius: {px(5)}px; }}
QFrame[role="point"]:focus {{ background: {c.accent_soft}; border: 1px solid {c.accent}; }}
QFrame[role="bar"] {{ background: {c.card}; border: 0; }}
QFrame[role="side"] {{ background: {c.card}; border: 0; }}
QFrame[role="rule"] {{ background: {c.line}; border: 0; }}
QFrame[role="notice_warning"] {{ background: {c.warning_soft}; border: 0; border-radius: {px(7)}px; }}
QFrame[role="notice_lost"] {{ background: {c.lost_soft}; border: 0; border-radius: {px(7)}px; }}
QFrame[role="notice_accent"] {{ background: {c.accent_soft}; border: 0; border-radius: {px(7)}px; }}
QScrollArea, QScrollArea > QWidget > QWidget[role="page"] {{ background: transparent; border: 0; }}
QPushButton {{
  background: {c.card}; border: 1px solid {c.line}; border-radius: {px(5)}px;
  padding: {px(4)}px {px(11)}px; outline: 0; }}
QPushButton:hover {{ border-color: {c.accent}; }}
QPushButton:focus {{ border: 1px solid {c.accent}; }}
QPushButton:disabled {{ color: {c.soft}; background: {c.raised}; }}
QPushButton[role="primary"] {{
  background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent}; }}
QPushButton[role="primary"]:focus {{ border: 1px solid {c.ink}; }}
QPushButton[role="primary"]:disabled {{ background: {c.line}; color: {c.soft}; border-color: {c.line}; }}
QPushButton[role="quiet"] {{
  background: transparent; border: 1px solid transparent; color: {c.accent}; font-weight: bold;
  padding: {px(1)}px {px(4)}px; }}
QPushButton[role="quiet"]:hover, QPushButton[role="quiet"]:focus {{ border: 1px solid {c.accent}; }}
QPushButton[role="quiet"]:disabled, QPushButton[role="plain"]:disabled {{ color: {c.soft}; background: transparent; }}
QPushButton[role="foot"] {{ background: transparent; border: 0; color: {c.soft}; padding: 0;
  font-size: {points * 0.92:.2f}pt; }}
QPushButton[role="foot"]:hover {{ color: {c.accent}; }}
QPushButton[role="row"] {{ background: transparent; border: 1px solid transparent; text-align: left; padding: 0; }}
QPushButton[role="row"]:hover, QPushButton[role="row"]:focus {{ background: {c.accent_soft}; border-color: {c.accent}; }}
QPushButton[role="plain"] {{ background: transparent; border: 1px solid transparent; color: {c.accent};
  padding: {px(1)}px {px(3)}px; text-align: left; }}
QPushButton[role="plain"]:hover, QPushButton[role="plain"]:focus {{ border: 1px solid {c.accent}; }}
QPushButton[role="toggle"] {{ padding: {px(2)}px {px(9)}px; }}
QPushButton[role="toggle"]:checked {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
QPushButton[role="toggle"]:checked:focus {{ border: 1px solid {c.ink}; }}
QPushButton[role="tab"] {{ background: transparent; border: 1px solid transparent; color: {c.soft}; }}
QPushButton[role="tab"]:checked {{ background: {c.accent_soft}; color: {c.accent}; font-weight: bold; }}
QPushButton[role="tab"]:focus {{ border: 1px solid {c.accent}; }}
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QDateEdit {{
  background: {c.card}; color: {c.ink}; border: 1px solid {c.line}; border-radius: {px(5)}px;
  padding: {px(3)}px {px(7)}px; selection-background-color: {c.accent};
  selection-color: {c.on_accent}; }}
QPlainTextEdit, QTextEdit {{ padding: {px(1)}px {px(3)}px; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus {{ border: 2px solid {c.accent};
  padding: {px(3) - 1}px {px(7) - 1}px; }}
QPlainTextEdit:focus, QTextEdit:focus {{ padding: {max(px(1) - 1, 0)}px {px(3) - 1}px; }}
QLineEdit:read-only, QLineEdit:disabled, QComboBox:disabled, QPlainTextEdit:disabled {{ background: {c.raised}; color: {c.soft}; }}
QLineEdit[fault="true"], QPlainTextEdit[fault="true"], QComboBox[fault="true"] {{
  border: 2px solid {c.lost}; padding: {px(3) - 1}px {px(7) - 1}px; }}
QComboBox::drop-down {{ border: 0; width: {px(18)}px; }}
QComboBox QLineEdit {{ border: 0; padding: 0; background: transparent; }}
QComboBox QAbstractItemView {{ background: {c.card}; border: 1px solid {c.line};
  selection-background-color: {c.accent_soft}; selection-color: {c.accent}; outline: 0; }}
QAbstractItemView {{ background: {c.card}; border: 0; outline: 0; }}
QListView[role="bare"] {{ background: transparent; }}
QTableView {{ gridline-color: {c.line}; selection-background-color: {c.accent_soft}; selection-color: {c.ink}; }}
QTableView QLineEdit, QTableView QComboBox, QTableView QPlainTextEdit {{ border-radius: 0; }}
QTableCornerButton::section {{ background: {c.card}; border: 0; border-bottom: 1px solid {c.line}; }}
QHeaderView {{ background: {c.card}; }}
QHeaderView::section {{ background: {c.card}; color: {c.soft}; border: 0;
  border-bottom: 1px solid {c.line}; padding: {px(3)}px {px(6)}px; }}
QTreeView {{ selection-background-color: {c.accent_soft}; selection-color: {c.ink}; }}
QListView::item {{ padding: {px(4)}px {px(8)}px; border: 0; }}
QListView::item:!selected {{ background: transparent; }}
QListView::item:selected {{ background: {c.accent_soft}; color: {c.accent}; }}
QCheckBox, QRadioButton {{ spacing: {px(6)}px; }}
QCheckBox::indicator {{ width: {px(_BOX)}px; height: {px(_BOX)}px; border: 1px solid {c.soft};
  border-radius: {px(3)}px; background: {c.card}; }}
QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent}; image: url("{tick}"); }}
QCheckBox::indicator:disabled {{ border-color: {c.line}; }}
QCheckBox:focus {{ color: {c.accent}; }}
QProgressBar {{ background: {c.line}; border: 0; border-radius: {px(3)}px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: {px(3)}px; }}
QMenu {{ background: {c.card}; border: 1px solid {c.line}; padding: {px(4)}px 0; }}
QMenu::item {{ padding: {px(4)}px {px(24)}px {px(4)}px {px(16)}px; }}
QMenu::item:selected {{ background: {c.accent_soft}; color: {c.accent}; }}
QMenu::item:disabled {{ color: {c.soft}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: {px(4)}px 0; }}
QScrollBar:vertical {{ background: transparent; width: {px(10)}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {px(10)}px; margin: 0; }}
QScrollBar::handle {{ background: {c.line}; border-radius: {px(4)}px; min-height: {px(24)}px;
  min-width: {px(24)}px; margin: 1px; }}
QScrollBar::handle:hover {{ background: {c.soft}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""
